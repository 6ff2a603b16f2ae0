//! What stands in front of an engine and decides when a commit or a seal reaches it: for tests and
//! simulations that delay, hold back or lose them. Everything else goes straight through.

use std::sync::Arc;

use anywhen_model::CommitTimestamp;
use tokio::sync::watch;

use crate::{
    BulkLoader, Commit, CommitReceipt, Engine, EngineError, Fence, Health, KeyspaceHandle,
    KeyspaceName, LogHandle, LogIterator, SealReceipt, Snapshot,
};

/// Makes an [`Engine`] of a type that stands in front of another one.
pub trait Front: Send + Sync + 'static {
    /// The engine behind.
    fn behind(&self) -> &dyn Engine;

    /// Takes a commit in the engine's place; by itself it passes it on.
    fn take_commit(&self, commit: Commit) -> CommitReceipt {
        self.behind().commit(commit)
    }

    /// Takes a seal in the engine's place; by itself it passes it on.
    fn take_seal(&self) -> SealReceipt {
        self.behind().seal()
    }
}

impl<F: Front> Engine for F {
    fn commit(&self, commit: Commit) -> CommitReceipt {
        self.take_commit(commit)
    }

    fn seal(&self) -> SealReceipt {
        self.take_seal()
    }

    fn keyspace(&self, name: &KeyspaceName) -> Result<KeyspaceHandle, EngineError> {
        self.behind().keyspace(name)
    }

    fn keyspace_names(&self) -> Result<Vec<KeyspaceName>, EngineError> {
        self.behind().keyspace_names()
    }

    fn drop_keyspace(&self, name: &KeyspaceName) -> Result<(), EngineError> {
        self.behind().drop_keyspace(name)
    }

    fn snapshot(&self) -> Result<Arc<dyn Snapshot>, EngineError> {
        self.behind().snapshot()
    }

    fn set_fence(&self, fence: Fence) {
        self.behind().set_fence(fence);
    }

    fn log(&self, name: &str) -> Result<LogHandle, EngineError> {
        self.behind().log(name)
    }

    fn log_names(&self) -> Result<Vec<String>, EngineError> {
        self.behind().log_names()
    }

    fn drop_log(&self, name: &str) -> Result<(), EngineError> {
        self.behind().drop_log(name)
    }

    fn changes(
        &self,
        log: LogHandle,
        after: CommitTimestamp,
        through: CommitTimestamp,
    ) -> Result<LogIterator, EngineError> {
        self.behind().changes(log, after, through)
    }

    fn watch_log(&self, log: LogHandle) -> Result<watch::Receiver<CommitTimestamp>, EngineError> {
        self.behind().watch_log(log)
    }

    fn trim(&self, log: LogHandle, through: CommitTimestamp) -> Result<(), EngineError> {
        self.behind().trim(log, through)
    }

    fn log_backlog_bytes(&self, log: LogHandle) -> u64 {
        self.behind().log_backlog_bytes(log)
    }

    fn bulk_load(&self, keyspace: KeyspaceHandle) -> Result<Box<dyn BulkLoader>, EngineError> {
        self.behind().bulk_load(keyspace)
    }

    fn recovered_floor(&self) -> CommitTimestamp {
        self.behind().recovered_floor()
    }

    fn health(&self) -> Health {
        self.behind().health()
    }

    fn close(&self) {
        self.behind().close();
    }
}
