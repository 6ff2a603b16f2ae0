//! Spans: opening, closing and keeping stretches of a table's history.
//!
//! The rules kept here:
//!
//! * **Switching history on.** A span opens at the timestamp of the snapshot that its first
//!   keyframe is written from, never later, and is visible only with that keyframe and every
//!   change since ([`crate::announce`]). The start of its window moves up, never back.
//! * **Switching it off** closes the span at what is archived and lets go of everything that no
//!   pin needs. What a pin needs that was still in segments becomes a delta first.
//! * **Backups** of a table with history are pins ([`crate::pins`]). One of a table without comes
//!   with its keyframe, in the same manifest as its pin.

use std::sync::Arc;

use anywhen_kms::WrappedKey;
use anywhen_model::{CommitTimestamp, TableId};

use crate::ArchiveError;
use crate::keyframe::{ItemSource, changes_of, write_files};
use crate::layout;
use crate::manifest::{DataFile, Keyframe, Pin, Span, TimelineManifest};
use crate::new_files::NewFiles;
use crate::pins;
use crate::realm::{RealmArchive, TableKey, blocking};
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

impl RealmArchive {
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
        announced.begins_at(at);
        // The table has no change in (at, sealed]: its snapshot was taken after the announcement,
        // and its timestamp is that of a commit before the seal.
        let sealed = announced.sealed().max(at);
        let timeline = self.timeline_or_new(table, &key);
        refuse_second_span(&timeline.ledger.current(), sealed)?;
        let files = self.new_files();
        let keyframe = Keyframe {
            at,
            files: self.write_keyframe(&files, &key, table, at, items).await?,
        };
        // From here on what is sorted out for the table waits, and finds the span.
        let _turn = self.opening.lock().await;
        let carried = announced.carried();
        let span = Span {
            opened_at: at,
            closed_at: None,
            earliest: at,
            covered_through: carried.covered_through(at),
            keyframes: vec![keyframe],
            deltas: carried.deltas.clone(),
        };
        self.change_timeline(&timeline, |manifest| {
            refuse_second_span(manifest, sealed)?;
            // Cannot happen: sorting out carries the table's changes along.
            if self.ledger.current().dropped_through > carried.sorted_through.max(sealed) {
                return Err(span_error(table, "segments of the span are gone already"));
            }
            let mut next = manifest.clone();
            end_spans_before(&mut next, at);
            next.spans.push(span.clone());
            Ok(Some(self.without_unneeded(&next)))
        })
        .await?;
        files.adopted();
        announced.adopted();
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
            pins::set(&mut next, std::iter::once(&pin));
            Ok(Some(next))
        })
        .await?;
        files.adopted();
        self.raise_archived(at).await
    }

    /// Moves the start of the open span's window up to `earliest`: what lies before it goes,
    /// except what pins need. The window's start never moves back. Costs nothing as long as
    /// nothing can go: then the manifest keeps the start it has, and shows a little more than
    /// was asked for.
    pub async fn set_window(
        self: &Arc<Self>,
        table: TableId,
        earliest: CommitTimestamp,
    ) -> Result<(), ArchiveError> {
        let timeline = self.timeline(table)?;
        let archived_through = self.status.borrow().archived_through;
        let moved = |manifest: &TimelineManifest| {
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
            let next = self.without_unneeded(&next);
            let frees = !timeline::dropped_files(manifest, &next).is_empty();
            Ok(frees.then_some(next))
        };
        if moved(&timeline.ledger.current())?.is_none() {
            return Ok(());
        }
        // A window must not begin, after a restart, later than what the archive says it holds.
        self.raise_archived(earliest).await?;
        self.change_timeline(&timeline, moved).await?;
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

pub(crate) fn span_error(table: TableId, reason: &'static str) -> ArchiveError {
    ArchiveError::Span { table, reason }
}
