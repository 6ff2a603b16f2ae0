//! Pins: instants of a table that are kept whatever its window says.
//!
//! The rules kept here:
//!
//! * A pin is put only at an instant that can be read from what the archive holds, and the realm
//!   manifest reaches that instant before the pin does, so that the pin means the same to a server
//!   that has only the archive.
//! * Those of restores expire: a server that dies for good holds nothing for good.
//! * Every manifest names all pins of its table. So pins that wait at the same time are put with
//!   one manifest: whoever has the turn takes along all that wait. A pin whose owner has stopped
//!   waiting is not put any more.
//!
//! Start reading at [`RealmArchive::pin`].

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anywhen_model::{CommitTimestamp, TableId};
use parking_lot::Mutex;

use crate::ArchiveError;
use crate::manifest::{Pin, PinKind, TimelineManifest};
use crate::realm::{RealmArchive, TableTimeline};
use crate::span::span_error;
use crate::timeline;

/// The pins of a table that are to be put.
#[derive(Default)]
pub(crate) struct PinQueue {
    /// In the order in which they came.
    waiting: Mutex<Vec<Arc<Waiting>>>,
    turn: tokio::sync::Mutex<()>,
}

struct Waiting {
    pin: Pin,
    is_put: AtomicBool,
}

/// A pin in the queue, for as long as its owner waits.
struct Place<'a> {
    queue: &'a PinQueue,
    waiting: Arc<Waiting>,
}

impl PinQueue {
    fn enter(&self, pin: Pin) -> Place<'_> {
        let is_put = AtomicBool::new(false);
        let waiting = Arc::new(Waiting { pin, is_put });
        self.waiting.lock().push(Arc::clone(&waiting));
        Place {
            queue: self,
            waiting,
        }
    }

    /// Those that wait now.
    fn waiting(&self) -> Vec<Arc<Waiting>> {
        let waiting = self.waiting.lock();
        let open = waiting.iter().filter(|one| !one.is_put());
        open.cloned().collect()
    }
}

impl Waiting {
    fn is_put(&self) -> bool {
        self.is_put.load(Ordering::Acquire)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut waiting = self.queue.waiting.lock();
        waiting.retain(|other| !Arc::ptr_eq(other, &self.waiting));
    }
}

impl RealmArchive {
    /// Pins an instant; durable when it returns. A pin of the same id is replaced: so a restore
    /// renews its pin, which must have an end. After an error that is transient the pin may be
    /// there all the same; pin again, or unpin.
    pub async fn pin(self: &Arc<Self>, table: TableId, pin: Pin) -> Result<(), ArchiveError> {
        if pin.kind == PinKind::Restore && pin.expires_at.is_none() {
            return Err(span_error(table, "the pin of a restore must expire"));
        }
        let archived_through = self.status.borrow().archived_through;
        if pin.at > archived_through && !self.is_exact(table, pin.at)? {
            return Err(ArchiveError::NotArchived {
                at: pin.at,
                archived_through,
            });
        }
        let timeline = self.timeline(table)?;
        let mine = timeline.pins.enter(pin);
        let _turn = timeline.pins.turn.lock().await;
        if mine.waiting.is_put() {
            return Ok(());
        }
        self.put_waiting(&timeline, &mine.waiting).await
    }

    /// Puts all pins that wait, `mine` among them.
    async fn put_waiting(
        &self,
        timeline: &TableTimeline,
        mine: &Arc<Waiting>,
    ) -> Result<(), ArchiveError> {
        let archived_through = self.status.borrow().archived_through;
        let waiting = timeline.pins.waiting();
        let newest = waiting.iter().map(|one| one.pin.at).max();
        // Above what is archived are instants that are exact without it.
        let reach = newest.map_or(mine.pin.at, |newest| newest.max(mine.pin.at));
        self.raise_archived(reach.min(archived_through)).await?;
        let mut put = Vec::new();
        self.change_timeline(timeline, |manifest| {
            // Asked here and not before: who has stopped waiting may have let go of the pin since.
            put = timeline.pins.waiting();
            put.retain(|one| one.pin.at <= reach);
            self.keep_readable(manifest, &mut put, mine)?;
            let mut next = manifest.clone();
            set(&mut next, put.iter().map(|one| &one.pin));
            Ok(Some(next))
        })
        .await?;
        for one in put {
            one.is_put.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// Leaves the pins whose instants can be read. The owners of others are told at their turn.
    fn keep_readable(
        &self,
        manifest: &TimelineManifest,
        pins: &mut Vec<Arc<Waiting>>,
        mine: &Arc<Waiting>,
    ) -> Result<(), ArchiveError> {
        let realm = self.ledger.current();
        let is_readable = |at: CommitTimestamp| timeline::files_at(&realm, manifest, at);
        is_readable(mine.pin.at)?;
        pins.retain(|one| is_readable(one.pin.at).is_ok());
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
}

/// Adds pins to a manifest, each in the place of an earlier one of its id.
pub(crate) fn set<'a>(
    manifest: &mut TimelineManifest,
    pins: impl DoubleEndedIterator<Item = &'a Pin>,
) {
    let mut ids = HashSet::new();
    let newest_first = pins.rev().filter(|pin| ids.insert(pin.id.as_str()));
    let mut added: Vec<Pin> = newest_first.cloned().collect();
    added.reverse();
    manifest.pins.retain(|pin| !ids.contains(pin.id.as_str()));
    manifest.pins.extend(added);
}
