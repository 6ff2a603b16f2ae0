//! Letting go: pins that expire, files that nothing needs, files that nothing ever named.
//!
//! A file goes in three steps: a manifest that no longer names it is in the store; a grace time
//! has passed, so that readers with an older manifest have moved on; and a last look shows that
//! no manifest (none in doubt either) names it, that it is not being written, and that this
//! server has not been fenced. While a restore pin holds a timeline, its files wait (and the
//! realm's segments with them): the plan of that restore names them.
//!
//! A server that has been fenced deletes nothing that its successor made: it lists files first
//! and looks at the realm's chain afterwards, and the successor made its files after its claim.

use std::collections::HashSet;
use std::sync::Arc;

use anywhen_model::TableId;

use crate::ArchiveError;
use crate::layout;
use crate::realm::{RealmArchive, TableTimeline};
use crate::timeline;

/// Something to delete once it is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Garbage {
    what: What,
    /// Not before this, by the archive's clock, in microseconds.
    due_micros: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    Segment(String),
    File {
        table: TableId,
        path: String,
    },
    /// The manifests of a timeline that holds nothing.
    Timeline(TableId),
}

impl RealmArchive {
    /// Queues files of a timeline, and the timeline itself if it holds nothing any more.
    pub(crate) fn discard(&self, table: TableId, files: Vec<String>, timeline_too: bool) {
        let files = files.into_iter().map(|path| What::File { table, path });
        self.enqueue(files.chain(timeline_too.then_some(What::Timeline(table))));
    }

    /// Queues segments that the realm manifest lists no more.
    pub(crate) fn discard_segments(&self, paths: Vec<String>) {
        self.enqueue(paths.into_iter().map(What::Segment));
    }

    /// Queues files that an attempt has left.
    pub(crate) fn discard_orphans(&self, paths: Vec<String>) {
        let orphans: Vec<_> = paths
            .into_iter()
            .filter_map(|path| self.classify(path))
            .collect();
        self.enqueue(orphans.into_iter());
    }

    /// Drops expired pins and what only they held.
    pub(crate) async fn expire_pins(&self) -> Result<(), ArchiveError> {
        let now = self.now();
        for timeline in self.all_timelines() {
            let expired = |pin: &crate::Pin| pin.expires_at.is_some_and(|expires| expires <= now);
            if timeline.ledger.current().pins.iter().any(expired) {
                self.change_timeline(&timeline, |manifest| {
                    Ok(Some(timeline::keep_needed(manifest, now)))
                })
                .await?;
            }
        }
        Ok(())
    }

    /// Deletes what is due. What cannot go yet stays queued.
    pub(crate) async fn collect_garbage(&self) -> Result<(), ArchiveError> {
        let now = self.archive.clock.now_micros();
        let due: Vec<Garbage> = {
            let mut queue = self.garbage.lock();
            let (due, later) = queue
                .drain(..)
                .partition(|garbage| garbage.due_micros <= now);
            *queue = later;
            due
        };
        if due.is_empty() {
            return Ok(());
        }
        if let Err(error) = self.note_fence(self.ledger.check_mine().await) {
            self.garbage.lock().extend(due);
            return Err(error);
        }
        let mut left = due.into_iter();
        while let Some(garbage) = left.next() {
            match self.delete(&garbage.what).await {
                Ok(true) => {}
                Ok(false) => self.garbage.lock().push(garbage),
                Err(error) => {
                    self.garbage
                        .lock()
                        .extend(std::iter::once(garbage).chain(left));
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Finds files that no manifest names, left by a crash, and queues them.
    pub(crate) async fn sweep(&self) -> Result<(), ArchiveError> {
        let mut found = self
            .archive
            .store
            .list(&layout::segments(&self.realm))
            .await?;
        found.extend(
            self.archive
                .store
                .list(&layout::timelines(&self.realm))
                .await?,
        );
        self.note_fence(self.ledger.check_mine().await)?;
        let queued: HashSet<String> = self
            .garbage
            .lock()
            .iter()
            .map(|one| one.what.name())
            .collect();
        // In this order: a file moves from being written to being named, never back.
        let in_flight = self.in_flight.lock().clone();
        let named = self.named_files();
        let orphans = found.into_iter().filter(|path| {
            !in_flight.contains(path) && !named.contains(path) && !queued.contains(path)
        });
        let orphans: Vec<_> = orphans.filter_map(|path| self.classify(path)).collect();
        if !orphans.is_empty() {
            tracing::info!(realm = %self.realm, files = orphans.len(), "found files that nothing names");
        }
        self.enqueue(orphans.into_iter());
        Ok(())
    }

    /// Deletes one thing, or answers false if it has to wait.
    async fn delete(&self, what: &What) -> Result<bool, ArchiveError> {
        if self.in_flight.lock().contains(&what.name()) {
            return Ok(false);
        }
        match what {
            What::Segment(path) => {
                if self
                    .all_timelines()
                    .iter()
                    .any(|one| one.ledger.current().has_restore_pin())
                {
                    return Ok(false);
                }
                let listed = self.ledger.settled().await?;
                if !listed.segments.iter().any(|segment| segment.path == *path) {
                    self.archive.store.delete(path).await?;
                }
            }
            What::File { table, path } => {
                if let Ok(timeline) = self.timeline(*table) {
                    let manifest = timeline.ledger.settled().await?;
                    if manifest.has_restore_pin() {
                        return Ok(false);
                    }
                    if manifest.files().any(|file| file.path == *path) {
                        return Ok(true);
                    }
                }
                self.archive.store.delete(path).await?;
            }
            What::Timeline(table) => {
                if let Ok(timeline) = self.timeline(*table) {
                    erase_if_empty(&timeline).await?;
                }
            }
        }
        Ok(true)
    }

    fn enqueue(&self, what: impl Iterator<Item = What>) {
        let grace = self.config.read().grace;
        let due_micros = self.archive.clock.now_micros() + grace.as_micros() as u64;
        self.garbage
            .lock()
            .extend(what.map(|what| Garbage { what, due_micros }));
    }

    fn named_files(&self) -> HashSet<String> {
        let mut named: HashSet<String> = self
            .ledger
            .current()
            .segments
            .iter()
            .map(|segment| segment.path.clone())
            .collect();
        for timeline in self.all_timelines() {
            let manifest: Arc<_> = timeline.ledger.current();
            named.extend(manifest.files().map(|file| file.path.clone()));
        }
        named
    }

    /// What a path is, if it is a file that may be orphaned (manifests are not).
    fn classify(&self, path: String) -> Option<What> {
        if path.starts_with(&format!("{}/", layout::segments(&self.realm))) {
            return Some(What::Segment(path));
        }
        let inside = path.strip_prefix(&format!("{}/", layout::timelines(&self.realm)))?;
        let (table, rest) = inside.split_once('/')?;
        let table = TableId::try_from(table).ok()?;
        (rest.starts_with("keyframes/") || rest.starts_with("deltas/"))
            .then_some(What::File { table, path })
    }
}

impl What {
    /// The name of the file; a timeline has none.
    fn name(&self) -> String {
        match self {
            Self::Segment(path) | Self::File { path, .. } => path.clone(),
            Self::Timeline(_) => String::new(),
        }
    }
}

/// Removes the manifests of a timeline that holds nothing. It is looked at again inside: a new
/// span may have begun in the meantime.
async fn erase_if_empty(timeline: &TableTimeline) -> Result<(), ArchiveError> {
    timeline
        .ledger
        .erase_if(crate::manifest::TimelineManifest::holds_nothing)
        .await
}
