//! Spans and pins: opening, closing and keeping stretches of a table's history.
//!
//! A span begins with a keyframe of a snapshot, and everything committed after the snapshot
//! must be shipped. That is what [`PendingSpan`] is for: it is made before the commit that
//! makes the table write log records, and holds until the keyframe is in a manifest. As long
//! as it lives the archiver ships the table's changes and no segment that may hold some is
//! dropped. If the server dies before the manifest, the timeline knows no span, the changes in
//! segments belong to nothing, and the next start begins a new span at a new instant.

use std::sync::Arc;

use anywhen_kms::WrappedKey;
use anywhen_model::{CommitTimestamp, TableId};

use crate::ArchiveError;
use crate::keyframe::{ItemSource, changes_of, write_files};
use crate::layout;
use crate::manifest::{DataFile, Keyframe, Pin, Span, TimelineManifest};
use crate::new_files::NewFiles;
use crate::realm::{Announced, RealmArchive, TableKey, blocking};
use crate::sealed::Kind;
use crate::timeline;

/// A table's open span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanInfo {
    /// The instant of its first keyframe; nothing before it can be restored.
    pub opened_at: CommitTimestamp,
    /// Start of the window: `opened_at`, or what [`RealmArchive::set_window`] has set since.
    pub earliest: CommitTimestamp,
}

impl From<&Span> for SpanInfo {
    fn from(span: &Span) -> Self {
        Self {
            opened_at: span.opened_at,
            earliest: span.earliest,
        }
    }
}

/// A table's timeline, as a server finds it that has only the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineSummary {
    /// The table.
    pub table: TableId,
    /// Its key.
    pub wrapped: WrappedKey,
    /// Its open span, if it has one.
    pub span: Option<SpanInfo>,
    /// Its pins.
    pub pins: Vec<Pin>,
}

impl TimelineSummary {
    pub(crate) fn of(manifest: &TimelineManifest, wrapped: &WrappedKey) -> Self {
        Self {
            table: manifest.table,
            wrapped: wrapped.clone(),
            span: manifest.open_span().map(SpanInfo::from),
            pins: manifest.pins.clone(),
        }
    }
}

/// Announces that a span of a table is about to begin. While it lives, the archiver ships
/// every change of the table, and segments with such changes stay.
///
/// The order that loses nothing: announce; commit what makes the table write log records;
/// take a snapshot; [`RealmArchive::open_span`] at the snapshot's timestamp; drop this.
#[must_use = "the announcement ends when this is dropped"]
pub struct PendingSpan {
    realm: Arc<RealmArchive>,
    table: TableId,
}

impl PendingSpan {
    pub(crate) fn new(realm: Arc<RealmArchive>, table: TableId) -> Self {
        Self { realm, table }
    }
}

impl Drop for PendingSpan {
    fn drop(&mut self) {
        self.realm.retract(self.table);
    }
}

impl std::fmt::Debug for PendingSpan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PendingSpan")
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

impl RealmArchive {
    /// Announces that a span of the table is about to begin, see [`PendingSpan`].
    pub fn announce_span(self: &Arc<Self>, table: TableId, key: TableKey) -> PendingSpan {
        let after = self.sealed_before_now();
        let mut pending = self.pending.lock();
        pending
            .entry(table)
            .or_insert(Announced {
                key,
                guards: 0,
                after,
            })
            .guards += 1;
        PendingSpan::new(Arc::clone(self), table)
    }

    /// The latest instant known to be sealed: nothing that is committed from now on is before it.
    fn sealed_before_now(&self) -> CommitTimestamp {
        let archived_through = self.status.borrow().archived_through;
        archived_through.max(self.ledger.current().archived_through)
    }

    /// Takes back one announcement of [`Self::announce_span`].
    pub(crate) fn retract(&self, table: TableId) {
        let mut pending = self.pending.lock();
        if let Some(announced) = pending.get_mut(&table) {
            announced.guards -= 1;
            if announced.guards == 0 {
                pending.remove(&table);
            }
        }
    }

    /// Opens a span at `at`, the timestamp of the snapshot that `items` is read from, and
    /// returns when its first keyframe is durable. Changes later than `at` belong to it. The
    /// table must have been announced ([`Self::announce_span`]) before it wrote its first log
    /// record, or nothing of it may be in the log yet.
    pub async fn open_span(
        self: &Arc<Self>,
        table: TableId,
        at: CommitTimestamp,
        key: TableKey,
        items: ItemSource,
    ) -> Result<(), ArchiveError> {
        let announced = self.announce_span(table, key.clone());
        // The table has no change in (at, sealed]: its snapshot was taken after the announcement,
        // and its timestamp is that of a commit before the seal.
        let sealed = self
            .pending
            .lock()
            .get(&table)
            .map_or(at, |announced| announced.after.max(at));
        let timeline = self.timeline_or_new(table, &key);
        refuse_second_span(&timeline.ledger.current(), sealed)?;
        let files = self.new_files();
        let keyframe = Keyframe {
            at,
            files: self.write_keyframe(&files, &key, table, at, items).await?,
        };
        let span = Span {
            opened_at: at,
            closed_at: None,
            earliest: at,
            covered_through: at,
            keyframes: vec![keyframe],
            deltas: Vec::new(),
        };
        self.change_timeline(&timeline, |manifest| {
            refuse_second_span(manifest, sealed)?;
            // Cannot happen while the announcement holds segments back; a hole must not pass.
            if self.ledger.current().dropped_through > sealed {
                return Err(span_error(table, "segments of the span are gone already"));
            }
            let mut next = manifest.clone();
            end_spans_before(&mut next, at);
            next.spans.push(span.clone());
            Ok(Some(self.without_unneeded(&next)))
        })
        .await?;
        files.adopted();
        drop(announced);
        Ok(())
    }

    /// Closes the open span at the instant the archive has come to, and lets go of everything
    /// of it that no pin needs. Nothing happens if no span is open.
    pub async fn close_span(self: &Arc<Self>, table: TableId) -> Result<(), ArchiveError> {
        let Ok(timeline) = self.timeline(table) else {
            return Ok(());
        };
        if timeline.ledger.current().open_span().is_none() {
            return Ok(());
        }
        self.close_timeline(&timeline).await
    }

    /// The table's open span.
    pub fn span(&self, table: TableId) -> Option<SpanInfo> {
        self.timeline(table)
            .ok()?
            .ledger
            .current()
            .open_span()
            .map(SpanInfo::from)
    }

    /// Stores a table that has no open span at one instant, with the pin that keeps it: a
    /// backup of a table without point-in-time recovery. Durable when it returns.
    pub async fn write_backup_keyframe(
        self: &Arc<Self>,
        table: TableId,
        at: CommitTimestamp,
        key: TableKey,
        items: ItemSource,
        pin: Pin,
    ) -> Result<(), ArchiveError> {
        if pin.at != at {
            return Err(span_error(
                table,
                "the pin of a backup is at the backup's instant",
            ));
        }
        let timeline = self.timeline_or_new(table, &key);
        let files = self.new_files();
        let keyframe = Keyframe {
            at,
            files: self.write_keyframe(&files, &key, table, at, items).await?,
        };
        self.change_timeline(&timeline, |manifest| {
            let mut next = manifest.clone();
            next.spans.push(Span {
                opened_at: at,
                closed_at: Some(at),
                earliest: at,
                covered_through: at,
                keyframes: vec![keyframe.clone()],
                deltas: Vec::new(),
            });
            set_pin(&mut next, &pin);
            Ok(Some(next))
        })
        .await?;
        files.adopted();
        self.raise_archived(at).await
    }

    /// Pins an instant; durable when it returns. A pin of the same id is replaced. After an
    /// error that is transient the pin may be there all the same; pin again, or unpin.
    pub async fn pin(self: &Arc<Self>, table: TableId, pin: Pin) -> Result<(), ArchiveError> {
        let archived_through = self.status.borrow().archived_through;
        if pin.at > archived_through && !self.is_exact(table, pin.at)? {
            return Err(ArchiveError::NotArchived {
                at: pin.at,
                archived_through,
            });
        }
        self.raise_archived(pin.at.min(archived_through)).await?;
        let timeline = self.timeline(table)?;
        self.change_timeline(&timeline, |manifest| {
            timeline::files_at(&self.ledger.current(), manifest, pin.at)?;
            let mut next = manifest.clone();
            set_pin(&mut next, &pin);
            Ok(Some(next))
        })
        .await?;
        Ok(())
    }

    /// Lets go of a pin and of what only it held. Nothing happens if there is none.
    pub async fn unpin(self: &Arc<Self>, table: TableId, id: &str) -> Result<(), ArchiveError> {
        let Ok(timeline) = self.timeline(table) else {
            return Ok(());
        };
        self.change_timeline(&timeline, |manifest| {
            let mut next = manifest.clone();
            next.pins.retain(|pin| pin.id != id);
            Ok((next.pins.len() < manifest.pins.len()).then(|| self.without_unneeded(&next)))
        })
        .await?;
        Ok(())
    }

    /// The pins of a table.
    pub fn pins(&self, table: TableId) -> Vec<Pin> {
        self.timeline(table).map_or_else(
            |_| Vec::new(),
            |timeline| timeline.ledger.current().pins.clone(),
        )
    }

    /// Moves the start of the open span's window up to `earliest`: what lies before it goes,
    /// except what pins need. The window's start never moves back.
    pub async fn set_window(
        self: &Arc<Self>,
        table: TableId,
        earliest: CommitTimestamp,
    ) -> Result<(), ArchiveError> {
        let timeline = self.timeline(table)?;
        let archived_through = self.status.borrow().archived_through;
        // A window must not begin, after a restart, later than what the archive says it holds.
        self.raise_archived(earliest).await?;
        self.change_timeline(&timeline, |manifest| {
            let mut next = manifest.clone();
            let span = next
                .open_span_mut()
                .ok_or_else(|| span_error(table, "a window needs an open span"))?;
            // Clamped first: what the archive does not hold yet cannot bound the window, and a
            // bound before the span's start would drop the keyframe everything begins with.
            let reached = earliest.min(archived_through);
            if reached <= span.earliest {
                return Ok(None);
            }
            span.earliest = reached;
            Ok(Some(self.without_unneeded(&next)))
        })
        .await?;
        Ok(())
    }

    async fn write_keyframe(
        self: &Arc<Self>,
        files: &NewFiles,
        key: &TableKey,
        table: TableId,
        at: CommitTimestamp,
        items: ItemSource,
    ) -> Result<Vec<DataFile>, ArchiveError> {
        let sink = self.sink(key.sealing());
        let bytes_max = self.config.read().file_bytes_max;
        let realm = Arc::clone(self);
        let names = files.names();
        blocking(move || {
            let path =
                || names.register(layout::keyframe(&realm.realm, table, at, &*sink.randomness));
            write_files(
                Kind::Keyframe,
                &sink,
                bytes_max,
                &path,
                &mut changes_of(items, at),
            )
        })
        .await
    }
}

fn refuse_second_span(
    manifest: &TimelineManifest,
    sealed: CommitTimestamp,
) -> Result<(), ArchiveError> {
    let table = manifest.table;
    if manifest.open_span().is_some() {
        return Err(span_error(table, "a span is open already"));
    }
    let later = |span: &Span| {
        span.closed_at
            .is_some_and(|closed| closed > sealed && span.opened_at < closed)
    };
    if manifest.spans.iter().any(later) {
        return Err(span_error(
            table,
            "a span cannot begin before one has ended",
        ));
    }
    Ok(())
}

/// Makes room for a span that opens at `at`. The one before was closed at a seal, and the
/// snapshot's last commit may be older than that seal: between the two nothing has changed, so
/// the new span tells about those instants, and about the pins at them, from now on. Spans of
/// one instant are backups; they stay, whatever is around them.
fn end_spans_before(manifest: &mut TimelineManifest, at: CommitTimestamp) {
    manifest.spans.retain_mut(|span| match span.closed_at {
        Some(closed) if closed >= at && span.opened_at < closed => {
            span.closed_at = Some(at.previous());
            span.opened_at < at
        }
        _ => true,
    });
}

fn span_error(table: TableId, reason: &'static str) -> ArchiveError {
    ArchiveError::Span { table, reason }
}

fn set_pin(manifest: &mut TimelineManifest, pin: &Pin) {
    manifest.pins.retain(|other| other.id != pin.id);
    manifest.pins.push(pin.clone());
}
