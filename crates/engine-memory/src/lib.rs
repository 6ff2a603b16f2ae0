//! An engine in memory, for tests and for simulation.
//!
//! What must hold: it is deterministic (no threads, no time but the injected clock: a commit is
//! applied before [`Engine::commit`] returns) and it keeps every rule of the trait, which the
//! shared suite checks. A [`MemoryStore`] stands for the disk: it outlives the engine, so a test
//! can close an engine, or drop it as a crash would, and open the next one over the same store.
//!
//! It fails only as the contract demands: closed, unknown keyspace, unstorable key, bulk load
//! out of order. Start reading at [`MemoryEngine`], then [`MemoryStore`] in `store.rs`.

mod loader;
mod snapshot;
mod store;

use std::collections::HashMap;
use std::sync::Arc;

use anywhen_engine::{
    BulkLoader, Commit, CommitClock, CommitError, CommitReceipt, Engine, EngineError, Fence,
    Health, KeyspaceHandle, KeyspaceName, LogHandle, LogIterator, SealReceipt, Snapshot, check_key,
};
use anywhen_model::{Clock, CommitTimestamp, TableId};
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use crate::loader::MemoryLoader;
use crate::snapshot::MemorySnapshot;
pub use crate::store::MemoryStore;
use crate::store::Stored;

/// An engine over a [`MemoryStore`].
pub struct MemoryEngine {
    store: MemoryStore,
    /// Which opening of the store this engine is; a later one closes it.
    generation: u64,
    recovered_floor: CommitTimestamp,
    process: Mutex<Process>,
}

/// What a restart forgets.
struct Process {
    clock: CommitClock,
    fences: HashMap<TableId, u64>,
    closed: bool,
}

impl MemoryEngine {
    /// An engine over an empty store.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self::open(MemoryStore::default(), clock)
    }

    /// An engine over what earlier engines left in the store; those are closed by it.
    pub fn open(store: MemoryStore, clock: Arc<dyn Clock>) -> Self {
        let (generation, floor) = {
            let mut stored = store.lock();
            stored.generation += 1;
            (stored.generation, stored.floor)
        };
        let clock = CommitClock::new(clock, floor);
        let process = Process {
            clock,
            fences: HashMap::new(),
            closed: false,
        };
        Self {
            store,
            generation,
            recovered_floor: floor,
            process: Mutex::new(process),
        }
    }

    /// The store, to open again after this engine is gone.
    pub fn store(&self) -> MemoryStore {
        self.store.clone()
    }

    /// The process state and the store, always locked in this order; refused once closed.
    fn lock(&self) -> Result<(MutexGuard<'_, Process>, MutexGuard<'_, Stored>), EngineError> {
        let process = self.process.lock();
        let stored = self.store.lock();
        if process.closed || stored.generation != self.generation {
            return Err(EngineError::Closed);
        }
        Ok((process, stored))
    }

    fn apply(&self, commit: &mut Commit) -> Result<CommitTimestamp, CommitError> {
        let (mut process, mut stored) = self.lock()?;
        check_fences(&process.fences, &commit.expect)?;
        for write in &commit.writes {
            check_key(&write.key)?;
            stored.check_keyspace(write.keyspace)?;
        }
        for entry in &commit.log {
            stored.log(entry.log)?;
        }
        let timestamp = process.clock.draw();
        for &fence in &commit.advance {
            set_fence(&mut process.fences, fence);
        }
        stored.apply(timestamp, std::mem::take(&mut commit.writes), &commit.log);
        Ok(timestamp)
    }
}

fn check_fences(fences: &HashMap<TableId, u64>, expect: &[Fence]) -> Result<(), CommitError> {
    match expect
        .iter()
        .find(|fence| fences.get(&fence.table) != Some(&fence.version))
    {
        Some(broken) => Err(CommitError::Fenced(broken.table)),
        None => Ok(()),
    }
}

/// A table that is gone needs no entry: one without a fence refuses every expectation too.
fn set_fence(fences: &mut HashMap<TableId, u64>, fence: Fence) {
    match fence.version {
        0 => fences.remove(&fence.table),
        version => fences.insert(fence.table, version),
    };
}

impl Engine for MemoryEngine {
    fn keyspace(&self, name: &KeyspaceName) -> Result<KeyspaceHandle, EngineError> {
        Ok(self.lock()?.1.open_keyspace(name))
    }

    fn keyspace_names(&self) -> Result<Vec<KeyspaceName>, EngineError> {
        Ok(self.lock()?.1.keyspace_names())
    }

    fn drop_keyspace(&self, name: &KeyspaceName) -> Result<(), EngineError> {
        self.lock()?.1.drop_keyspace(name);
        Ok(())
    }

    fn snapshot(&self) -> Result<Arc<dyn Snapshot>, EngineError> {
        Ok(Arc::new(MemorySnapshot::new(self.lock()?.1.view())))
    }

    fn commit(&self, mut commit: Commit) -> CommitReceipt {
        let (sender, receipt) = CommitReceipt::channel();
        let answer = self.apply(&mut commit);
        drop(commit.hold);
        // The caller may have dropped its receipt; the commit stands all the same.
        let _ = sender.send(answer);
        receipt
    }

    fn seal(&self) -> SealReceipt {
        let (sender, receipt) = SealReceipt::channel();
        let sealed = self.lock().map(|(mut process, mut stored)| {
            let sealed = process.clock.draw();
            stored.floor = sealed;
            sealed
        });
        let _ = sender.send(sealed);
        receipt
    }

    fn set_fence(&self, fence: Fence) {
        set_fence(&mut self.process.lock().fences, fence);
    }

    fn log(&self, name: &str) -> Result<LogHandle, EngineError> {
        Ok(self.lock()?.1.open_log(name))
    }

    fn log_names(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.lock()?.1.log_names())
    }

    fn drop_log(&self, name: &str) -> Result<(), EngineError> {
        self.lock()?.1.drop_log(name);
        Ok(())
    }

    fn changes(
        &self,
        log: LogHandle,
        after: CommitTimestamp,
        through: CommitTimestamp,
    ) -> Result<LogIterator, EngineError> {
        let (_, stored) = self.lock()?;
        let records = stored.log(log)?.records(after, through);
        Ok(Box::new(records.into_iter().map(Ok)))
    }

    fn watch_log(&self, log: LogHandle) -> Result<watch::Receiver<CommitTimestamp>, EngineError> {
        Ok(self.lock()?.1.log(log)?.watch())
    }

    fn trim(&self, log: LogHandle, through: CommitTimestamp) -> Result<(), EngineError> {
        self.lock()?.1.log_mut(log)?.trim(through);
        Ok(())
    }

    fn log_backlog_bytes(&self, log: LogHandle) -> u64 {
        self.store.lock().log(log).map_or(0, store::Log::size_bytes)
    }

    fn bulk_load(&self, keyspace: KeyspaceHandle) -> Result<Box<dyn BulkLoader>, EngineError> {
        self.lock()?.1.check_keyspace(keyspace)?;
        Ok(Box::new(MemoryLoader::new(
            self.store.clone(),
            self.generation,
            keyspace,
        )))
    }

    fn recovered_floor(&self) -> CommitTimestamp {
        self.recovered_floor
    }

    fn health(&self) -> Health {
        match self.lock() {
            Ok(_) => Health::Ready,
            Err(error) => Health::ReadOnly(error.to_string()),
        }
    }

    fn close(&self) {
        self.process.lock().closed = true;
    }
}

impl std::fmt::Debug for MemoryEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryEngine")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
