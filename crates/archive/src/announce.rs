//! Spans in the making: what keeps a table's changes until its first keyframe is durable.
//!
//! A span begins with a keyframe of a snapshot, and everything committed after the snapshot
//! must be kept. That is what [`PendingSpan`] is for: it is made before the commit that makes
//! the table write log records, and holds until the keyframe is in a manifest. As long as it
//! lives the archiver ships the table's changes.
//!
//! A first keyframe may take hours, and the other tables' segments must not wait for it. So the
//! table's changes are sorted out like those of any other, into deltas that no manifest names
//! yet: they are carried here, and become visible in the manifest that opens the span. Always
//! true, for an announced table:
//!
//! * Every change after the snapshot is in a segment that the realm manifest lists, or in a
//!   carried delta; carried deltas lie end to end, from before the snapshot.
//! * Until the snapshot's instant is known, no segment sealed after the announcement is dropped.
//! * A delta is carried only while the timeline has no open span, and the span is opened with all
//!   that is carried: one lock, [`RealmArchive::opening`], orders the two, and a manifest in doubt
//!   is settled first.
//!
//! If the server dies, or the announcement ends, before the manifest, the timeline knows no span;
//! carried deltas are orphans, changes in segments belong to nothing, and the next attempt begins
//! a new span at a new instant.

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId};

use crate::manifest::Delta;
use crate::new_files::NewFiles;
use crate::realm::{RealmArchive, TableKey};

/// Announces that a span of a table is about to begin. While it lives, the archiver keeps
/// every change of the table.
///
/// The order that loses nothing: announce; commit what makes the table write log records;
/// take a snapshot; say its timestamp ([`Self::begins_at`]); [`RealmArchive::open_span`] at that
/// timestamp; drop this.
#[must_use = "the announcement ends when this is dropped"]
pub struct PendingSpan {
    realm: Arc<RealmArchive>,
    table: TableId,
}

/// A span in the making, see [`PendingSpan`].
pub(crate) struct Announced {
    pub(crate) key: TableKey,
    guards: usize,
    /// Sealed when the span was announced: the table's changes are later than this.
    after: CommitTimestamp,
    /// Timestamp of the snapshot, once it is taken.
    begins_at: Option<CommitTimestamp>,
    /// Segments up to here may be gone.
    sorted_through: CommitTimestamp,
    deltas: Vec<(Delta, NewFiles)>,
}

/// What has been sorted out for a span in the making.
pub(crate) struct Carried {
    pub(crate) deltas: Vec<Delta>,
    pub(crate) sorted_through: CommitTimestamp,
}

impl Carried {
    /// Where the chain of deltas of a span that opens at `at` ends.
    pub(crate) fn covered_through(&self, at: CommitTimestamp) -> CommitTimestamp {
        self.deltas.last().map_or(at, |delta| delta.to)
    }
}

impl Announced {
    /// Up to where the deltas tell everything. Before there are any: where the first begins, at
    /// the snapshot at the latest, for nothing has changed from there to the seal.
    fn covered_through(&self) -> CommitTimestamp {
        let begins_at = self.begins_at.unwrap_or(self.after);
        let first = self.after.min(begins_at);
        self.deltas.last().map_or(first, |(delta, _)| delta.to)
    }
}

impl PendingSpan {
    /// Tells the timestamp of the snapshot that the first keyframe is written from. Said again,
    /// for another attempt with a later snapshot, the later one counts.
    pub fn begins_at(&self, at: CommitTimestamp) {
        let dropped: Vec<_> = {
            let mut pending = self.realm.pending.lock();
            let Some(announced) = pending.get_mut(&self.table) else {
                return;
            };
            announced.begins_at = Some(at);
            let needed = announced
                .deltas
                .partition_point(|(delta, _)| delta.to <= at);
            announced.deltas.drain(..needed).collect()
        };
        drop(dropped);
    }

    /// Up to here nothing can have been shipped for the span.
    pub(crate) fn sealed(&self) -> CommitTimestamp {
        let pending = self.realm.pending.lock();
        pending
            .get(&self.table)
            .map_or(CommitTimestamp::ZERO, |announced| announced.after)
    }

    /// What the span opens with. Ask it under [`RealmArchive::opening`].
    pub(crate) fn carried(&self) -> Carried {
        let pending = self.realm.pending.lock();
        let announced = pending.get(&self.table);
        let deltas = announced.into_iter().flat_map(|one| &one.deltas);
        Carried {
            deltas: deltas.map(|(delta, _)| delta.clone()).collect(),
            sorted_through: announced.map_or(CommitTimestamp::ZERO, |one| one.sorted_through),
        }
    }

    /// A manifest in the store names what was carried.
    pub(crate) fn adopted(&self) {
        let carried = match self.realm.pending.lock().get_mut(&self.table) {
            Some(announced) => std::mem::take(&mut announced.deltas),
            None => Vec::new(),
        };
        for (_, files) in carried {
            files.adopted();
        }
    }
}

impl Drop for PendingSpan {
    fn drop(&mut self) {
        let ended = {
            let mut pending = self.realm.pending.lock();
            let last = pending.get_mut(&self.table).is_some_and(|announced| {
                announced.guards -= 1;
                announced.guards == 0
            });
            last.then(|| pending.remove(&self.table))
        };
        // Outside the lock: files that no manifest has adopted are queued for deletion.
        drop(ended);
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
            .or_insert_with(|| Announced {
                key,
                guards: 0,
                after,
                begins_at: None,
                sorted_through: after,
                deltas: Vec::new(),
            })
            .guards += 1;
        PendingSpan {
            realm: Arc::clone(self),
            table,
        }
    }

    /// The latest instant known to be sealed: nothing that is committed from now on is before it.
    fn sealed_before_now(&self) -> CommitTimestamp {
        let archived_through = self.status.borrow().archived_through;
        archived_through.max(self.ledger.current().archived_through)
    }

    /// Up to where segments may be sorted out: not beyond the announcement of a span whose
    /// snapshot is being taken. Read the realm manifest before asking: whatever was sealed
    /// before a span was announced holds none of its changes.
    pub(crate) fn sortable_through(&self) -> Option<CommitTimestamp> {
        let pending = self.pending.lock();
        let unknown = pending.values().filter(|one| one.begins_at.is_none());
        unknown.map(|announced| announced.after).min()
    }

    /// Where the next carried delta of a table begins, and after which instant its changes
    /// count; `None` if no span of it is in the making.
    pub(crate) fn carried_through(
        &self,
        table: TableId,
    ) -> Option<(CommitTimestamp, CommitTimestamp)> {
        let pending = self.pending.lock();
        let announced = pending.get(&table)?;
        Some((announced.covered_through(), announced.begins_at?))
    }

    /// Carries a delta of a span in the making, if it begins where the last one ends; gives it
    /// back otherwise. Ask it under [`RealmArchive::opening`].
    pub(crate) fn carry(
        &self,
        table: TableId,
        delta: Delta,
        files: NewFiles,
    ) -> Result<(), (Delta, NewFiles)> {
        let mut pending = self.pending.lock();
        match pending.get_mut(&table) {
            Some(announced) if announced.covered_through() == delta.from => {
                announced.deltas.push((delta, files));
                Ok(())
            }
            _ => Err((delta, files)),
        }
    }

    /// Notes that segments up to `through` are about to go.
    pub(crate) fn note_sorted(&self, through: CommitTimestamp) {
        for announced in self.pending.lock().values_mut() {
            announced.sorted_through = announced.sorted_through.max(through);
        }
    }
}
