//! The one view of the database that all readers share, and when it moves on.
//!
//! What must hold: a view sees every commit whole or not at all. Taking a fjall snapshot when a
//! reader asks for one would break that: a flush or a compaction that ends while a batch is
//! being written raises fjall's visible sequence number above the batch's own, so a snapshot
//! taken then watches the batch arrive item by item. The engine's committer is the only one
//! that writes batches. It (or whoever changes the set of keyspaces) takes the snapshot while
//! no batch is in flight, under the gate, and publishes it; readers share what was published.
//! That is also cheaper: taking a snapshot costs a reader one atomic load.

use std::sync::Arc;

use anywhen_engine::{
    Direction, EngineError, EntryIterator, KeyBounds, KeyspaceHandle, Snapshot, is_empty_range,
};
use anywhen_model::CommitTimestamp;
use arc_swap::ArcSwap;
use bytes::Bytes;
use fjall::{Database, Keyspace, Readable};
use parking_lot::{Mutex, MutexGuard};

use crate::failure::engine_error;

/// Open keyspaces by handle; `None` where one was dropped. Handles are never given twice.
pub(crate) type Keyspaces = Vec<Option<Keyspace>>;

/// An unchanging view of every keyspace.
pub(crate) struct ReadView {
    pub(crate) snapshot: fjall::Snapshot,
    pub(crate) keyspaces: Arc<Keyspaces>,
    pub(crate) timestamp: CommitTimestamp,
}

impl ReadView {
    /// The keyspace; `None` when it was made after this view, which saw it empty.
    fn keyspace(&self, handle: KeyspaceHandle) -> Result<Option<&Keyspace>, EngineError> {
        match self.keyspaces.get(handle.0 as usize) {
            Some(Some(keyspace)) => Ok(Some(keyspace)),
            Some(None) => Err(unknown_keyspace(handle)),
            None => Ok(None),
        }
    }
}

pub(crate) fn unknown_keyspace(handle: KeyspaceHandle) -> EngineError {
    EngineError::UnknownKeyspace(format!("keyspace #{}", handle.0))
}

impl Snapshot for ReadView {
    fn timestamp(&self) -> Result<CommitTimestamp, EngineError> {
        Ok(self.timestamp)
    }

    fn get(&self, keyspace: KeyspaceHandle, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        let Some(keyspace) = self.keyspace(keyspace)? else {
            return Ok(None);
        };
        let value = self.snapshot.get(keyspace, key).map_err(engine_error)?;
        Ok(value.map(Bytes::from))
    }

    fn range(
        &self,
        keyspace: KeyspaceHandle,
        bounds: KeyBounds,
        direction: Direction,
    ) -> Result<EntryIterator, EngineError> {
        let keyspace = match self.keyspace(keyspace)? {
            Some(keyspace) if !is_empty_range(&bounds) => keyspace,
            _ => return Ok(Box::new(std::iter::empty())),
        };
        let range = self.snapshot.range(keyspace, bounds);
        Ok(match direction {
            Direction::Forward => Box::new(range.map(entry)),
            Direction::Backward => Box::new(range.rev().map(entry)),
        })
    }
}

fn entry(guard: fjall::Guard) -> Result<(Bytes, Bytes), EngineError> {
    let (key, value) = guard.into_inner().map_err(engine_error)?;
    Ok((key.into(), value.into()))
}

/// The published view and the gate under which it moves on.
pub(crate) struct Views {
    database: Database,
    current: ArcSwap<ReadView>,
    gate: Mutex<()>,
}

impl Views {
    /// The first view of a database that nothing writes to yet.
    pub(crate) fn new(
        database: Database,
        keyspaces: Keyspaces,
        timestamp: CommitTimestamp,
    ) -> Self {
        #[expect(clippy::disallowed_methods, reason = "nothing writes yet")]
        let snapshot = database.snapshot();
        let first = ReadView {
            snapshot,
            keyspaces: Arc::new(keyspaces),
            timestamp,
        };
        Self {
            database,
            current: ArcSwap::from_pointee(first),
            gate: Mutex::new(()),
        }
    }

    pub(crate) fn current(&self) -> Arc<ReadView> {
        self.current.load_full()
    }

    /// Waits until no batch is in flight, and lets none start before the gate is let go.
    pub(crate) fn gate(&self) -> Gate<'_> {
        Gate {
            views: self,
            _closed: self.gate.lock(),
        }
    }
}

/// The right to write a batch and to publish what it did.
pub(crate) struct Gate<'a> {
    views: &'a Views,
    _closed: MutexGuard<'a, ()>,
}

impl Gate<'_> {
    /// Publishes everything written so far, as of the commit timestamp.
    pub(crate) fn publish_commits(&self, timestamp: CommitTimestamp) {
        let keyspaces = Arc::clone(&self.views.current.load().keyspaces);
        self.publish(keyspaces, timestamp);
    }

    /// Publishes another set of keyspaces, or records that were loaded past the committer.
    pub(crate) fn publish_keyspaces(&self, change: impl FnOnce(&mut Keyspaces)) {
        let current = self.views.current.load_full();
        let mut keyspaces = Keyspaces::clone(&current.keyspaces);
        change(&mut keyspaces);
        self.publish(Arc::new(keyspaces), current.timestamp);
    }

    fn publish(&self, keyspaces: Arc<Keyspaces>, timestamp: CommitTimestamp) {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the view, taken between two batches"
        )]
        let snapshot = self.views.database.snapshot();
        self.views.current.store(Arc::new(ReadView {
            snapshot,
            keyspaces,
            timestamp,
        }));
    }
}
