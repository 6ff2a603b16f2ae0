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
//! A server deletes nothing of a timeline whose newest manifest is not its own: the server before
//! it may have a manifest on its way that names the file. It puts one first, which that one can
//! no longer overtake ([`crate::ledger`]).
//!
//! The queue of what is to go is in memory. What a crash loses of it, and what a crash leaves of
//! files on their way, is found by the sweep, at every start and once in
//! [`crate::ArchiverConfig::sweep_interval`]: one listing, of which only what looks orphaned is
//! held in memory.

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

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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
            .filter_map(|path| self.classify(&path))
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

    /// Finds what is left of crashes, and queues it: files that no manifest names, and timelines
    /// that hold nothing.
    pub(crate) async fn sweep(&self) -> Result<(), ArchiveError> {
        let named = self.named_files();
        let looks_orphaned = |path: &str| !named.contains(path) && self.classify(path).is_some();
        let mut found = Vec::new();
        for folder in [
            layout::segments(&self.realm),
            layout::timelines(&self.realm),
        ] {
            let store = &self.archive.store;
            found.extend(store.list_where(&folder, looks_orphaned).await?);
        }
        self.note_fence(self.ledger.check_mine().await)?;
        // Again, for what was listed, and in this order: a file moves from being written to being
        // named, never back.
        let in_flight = self.in_flight.lock().clone();
        let named = self.named_files();
        let orphans = found
            .into_iter()
            .filter(|path| !in_flight.contains(path) && !named.contains(path));
        let mut left: Vec<What> = orphans.filter_map(|path| self.classify(&path)).collect();
        let timelines = self.all_timelines().into_iter();
        let dead = timelines.filter(|timeline| {
            timeline.ledger.is_stored() && timeline.ledger.current().holds_nothing()
        });
        left.extend(dead.map(|timeline| What::Timeline(timeline.table)));
        let queued: HashSet<What> = {
            let queue = self.garbage.lock();
            queue.iter().map(|one| one.what.clone()).collect()
        };
        left.retain(|what| !queued.contains(what));
        if !left.is_empty() {
            tracing::info!(realm = %self.realm, count = left.len(), "found what nothing names");
        }
        self.enqueue(left.into_iter());
        Ok(())
    }

    /// Deletes one thing, or answers false if it has to wait.
    async fn delete(&self, what: &What) -> Result<bool, ArchiveError> {
        match what {
            What::Segment(path) => self.delete_segment(path).await,
            What::File { table, path } => self.delete_file(*table, path).await,
            What::Timeline(table) => {
                if let Ok(timeline) = self.timeline(*table) {
                    erase_if_empty(&timeline).await?;
                }
                Ok(true)
            }
        }
    }

    async fn delete_segment(&self, path: &str) -> Result<bool, ArchiveError> {
        let now = self.now();
        let timelines = self.all_timelines();
        let read = timelines
            .iter()
            .any(|one| one.ledger.current().has_restore_pin(now));
        if read || self.in_flight.lock().contains(path) {
            return Ok(false);
        }
        let listed = self.ledger.settled().await?;
        if !listed.segments.iter().any(|segment| segment.path == *path) {
            self.archive.store.delete(path).await?;
        }
        Ok(true)
    }

    async fn delete_file(&self, table: TableId, path: &str) -> Result<bool, ArchiveError> {
        if self.in_flight.lock().contains(path) {
            return Ok(false);
        }
        let known = self.timeline(table).ok();
        if let Some(timeline) = known.filter(|timeline| timeline.ledger.is_stored()) {
            let manifest = timeline.ledger.owned().await?;
            if manifest.has_restore_pin(self.now()) {
                return Ok(false);
            }
            if manifest.files().any(|file| file.path == *path) {
                return Ok(true);
            }
        } else {
            // A first manifest may have come late from the server before; the next start reads it.
            let folder = layout::timeline_manifests(&self.realm, table);
            if !self.archive.store.list(&folder).await?.is_empty() {
                return Ok(true);
            }
        }
        self.archive.store.delete(path).await?;
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
    fn classify(&self, path: &str) -> Option<What> {
        if path.starts_with(&format!("{}/", layout::segments(&self.realm))) {
            return Some(What::Segment(path.to_owned()));
        }
        let inside = path.strip_prefix(&format!("{}/", layout::timelines(&self.realm)))?;
        let (table, rest) = inside.split_once('/')?;
        let table = TableId::try_from(table).ok()?;
        (rest.starts_with("keyframes/") || rest.starts_with("deltas/")).then(|| What::File {
            table,
            path: path.to_owned(),
        })
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
