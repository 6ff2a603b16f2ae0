//! What is done about once a second beside the commits.
//!
//! One thread watches free space, notices a database that a background worker of fjall has
//! poisoned, moves the horizon file on, syncs the journal where commits do not, and keeps the
//! memtables small: all together, and those that hold many versions of few keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anywhen_engine::KeyspaceHandle;
use anywhen_model::CommitTimestamp;
use fjall::{AbstractTree, Database, Keyspace, PersistMode};
use parking_lot::{Condvar, Mutex};

use crate::change_log::ChangeLogs;
use crate::failure::{Condition, engine_error};
use crate::horizon::Horizon;
use crate::options::Durability;
use crate::overwrites::Overwrites;
use crate::space::FreeSpace;
use crate::view::Views;

const INTERVAL: Duration = Duration::from_secs(1);

pub(crate) struct Housekeeper {
    pub(crate) database: Database,
    pub(crate) meta: Keyspace,
    pub(crate) views: Arc<Views>,
    pub(crate) logs: Arc<ChangeLogs>,
    pub(crate) condition: Arc<Condition>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) horizon: Horizon,
    pub(crate) written_through: Arc<AtomicU64>,
    pub(crate) durability: Durability,
    pub(crate) memtables_bytes_max: u64,
    pub(crate) overwrites: Arc<Overwrites>,
}

/// Tells the thread to end.
#[derive(Default)]
pub(crate) struct StopSignal {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl StopSignal {
    pub(crate) fn stop(&self) {
        *self.stopped.lock() = true;
        self.changed.notify_all();
    }

    /// Waits for one interval; `true` once stopped.
    fn wait(&self) -> bool {
        let mut stopped = self.stopped.lock();
        if !*stopped {
            self.changed.wait_for(&mut stopped, INTERVAL);
        }
        *stopped
    }
}

impl Housekeeper {
    /// Works until stopped; the last round makes the horizon exact.
    pub(crate) fn run(mut self, stop: &StopSignal) {
        while !stop.wait() {
            self.free_space.check();
            self.move_horizon();
            self.bound_memtables();
            self.drop_versions();
        }
        self.move_horizon();
    }

    fn move_horizon(&mut self) {
        let written = CommitTimestamp::from_micros(self.written_through.load(Ordering::Acquire));
        // Where every commit is synced, nothing is left to write here, but a poisoned database
        // answers with an error all the same.
        let persist = match self.durability {
            Durability::Fsync => PersistMode::Buffer,
            Durability::Process => PersistMode::SyncData,
        };
        if let Err(error) = self.database.persist(persist) {
            self.condition.poison(engine_error(error).to_string());
            return;
        }
        if let Err(error) = self.horizon.advance(written) {
            tracing::warn!(%error, "cannot write the horizon file");
        }
    }

    /// Flushes the largest memtables while all together are too large.
    fn bound_memtables(&self) {
        let mut keyspaces: Vec<Keyspace> = self.logs.keyspaces();
        keyspaces.extend(self.views.current().keyspaces.iter().flatten().cloned());
        keyspaces.push(self.meta.clone());
        let size_bytes = |keyspace: &Keyspace| keyspace.tree.active_memtable().size();
        let mut sized: Vec<(u64, Keyspace)> = keyspaces
            .into_iter()
            .map(|keyspace| (size_bytes(&keyspace), keyspace))
            .collect();
        let mut total_bytes: u64 = sized.iter().map(|(size_bytes, _)| size_bytes).sum();
        if total_bytes <= self.memtables_bytes_max {
            return;
        }
        sized.sort_by_key(|(size_bytes, _)| std::cmp::Reverse(*size_bytes));
        for (size_bytes, keyspace) in sized {
            if total_bytes <= self.memtables_bytes_max / 2 {
                break;
            }
            self.flush(&keyspace);
            total_bytes -= size_bytes;
        }
    }

    /// Flushes the memtables in which readers of ranges have too many versions to step over.
    fn drop_versions(&self) {
        for (handle, keyspace) in (0..).zip(self.views.current().keyspaces.iter()) {
            let Some(keyspace) = keyspace else { continue };
            let memtable = keyspace.tree.active_memtable();
            let entries = memtable.len();
            let flushed = keyspace.tree.approximate_len().saturating_sub(entries);
            let handle = KeyspaceHandle(handle);
            if self
                .overwrites
                .crowd(handle, memtable.id(), entries as u64, flushed as u64)
            {
                self.flush(keyspace);
            }
        }
    }

    /// Begins a new memtable; the old one goes to disk in the background.
    fn flush(&self, keyspace: &Keyspace) {
        if let Err(error) = keyspace.rotate_memtable() {
            self.condition.poison(engine_error(error).to_string());
        }
    }
}
