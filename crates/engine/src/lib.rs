//! The engine trait: ordered keys, atomic commits, snapshots and a change log.
//!
//! Everything above this crate stores through [`Engine`] and never learns which engine it is
//! or that it lives in this process. What every engine must keep, and what the shared suite in
//! [`suite`] checks:
//!
//! * A commit is all or nothing: every write of it, its change-log records, the commit timestamp.
//! * An acknowledged commit is durable (see the engine's own durability setting) and visible to
//!   every snapshot taken afterwards.
//! * Commit timestamps are strictly increasing, one per commit, and never repeat, also not after
//!   a crash or a clock that went back.
//! * After [`Engine::seal`] has answered S, every commit with a timestamp <= S is in the change
//!   log and none will ever be added, also not after a restart.
//! * A commit whose [`Fence`] no longer holds changes nothing and answers a conflict, so a write
//!   planned against an old catalog version is planned again.
//!
//! Failures are [`EngineError`]s: after one that says the engine is read-only or poisoned,
//! reads still answer and every commit is refused. Start reading at [`Engine`], then [`Commit`].

pub mod blocking;
mod bounds;
mod clock;
mod commit;
mod error;
mod front;
mod keyspace;
mod log;
pub mod suite;

use std::ops::Bound;
use std::sync::Arc;

use anywhen_model::CommitTimestamp;
use bytes::Bytes;

pub use bounds::{KEY_SIZE_BYTES_MAX, check_key, is_empty_range};
pub use clock::CommitClock;
pub use commit::{Commit, CommitReceipt, Fence, SealReceipt, Write};
pub use error::{CommitError, EngineError};
pub use front::Front;
pub use keyspace::{KeyspaceHandle, KeyspaceName};
pub use log::{LogEntry, LogHandle, LogRecord};

/// One record of a keyspace: its key and its value.
pub type Entry = (Bytes, Bytes);

/// Records of a range, in the order that was asked for. Owns its snapshot, so it can outlive
/// the call and be read from another thread.
pub type EntryIterator = Box<dyn Iterator<Item = Result<Entry, EngineError>> + Send>;

/// Change-log records in commit order.
pub type LogIterator = Box<dyn Iterator<Item = Result<LogRecord, EngineError>> + Send>;

/// A range of keys by raw bytes.
pub type KeyBounds = (Bound<Bytes>, Bound<Bytes>);

/// Which way a range is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Ascending keys.
    Forward,
    /// Descending keys.
    Backward,
}

/// Whether the engine takes commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Reads and commits work.
    Ready,
    /// Reads work, commits are refused for the reason given: it passes by itself, or a human has
    /// to act.
    ReadOnly(String),
    /// A write failed for the reason given. Reads work, commits are refused until the engine is
    /// closed and opened again, which also tells whether that write happened.
    Poisoned(String),
}

/// A store of ordered keyspaces with atomic commits and a change log.
pub trait Engine: Send + Sync + 'static {
    /// Opens the keyspace, creating it if it does not exist. Durable when it returns.
    /// Blocks on the disk.
    fn keyspace(&self, name: &KeyspaceName) -> Result<KeyspaceHandle, EngineError>;

    /// Names of all keyspaces that exist, except the engine's own, in no order.
    fn keyspace_names(&self) -> Result<Vec<KeyspaceName>, EngineError>;

    /// Drops the keyspace and all its records; nothing happens if it does not exist. Snapshots
    /// that were taken before may go on reading it; its handle is unknown to all others, for
    /// good. Blocks on the disk.
    fn drop_keyspace(&self, name: &KeyspaceName) -> Result<(), EngineError>;

    /// A consistent view of every keyspace as of now: each commit is in it whole or not at all.
    fn snapshot(&self) -> Result<Arc<dyn Snapshot>, EngineError>;

    /// Queues the commit. The receipt resolves when the commit is durable and visible, or was
    /// refused. Dropping the receipt does not take the commit back. Refused are keys that
    /// [`check_key`] refuses, and commits that name an unknown keyspace or log. Of several
    /// writes to one key the last one counts.
    ///
    /// After [`EngineError::Storage`] it is unknown whether the commit happened, until the
    /// engine is opened again; every other error says that it did not.
    fn commit(&self, commit: Commit) -> CommitReceipt;

    /// Queues a seal behind every commit queued so far. The receipt resolves to S, above every
    /// commit acknowledged before the call, once a durable clock floor >= S keeps later commits
    /// of this and every later life of the engine above S.
    fn seal(&self) -> SealReceipt;

    /// Sets a fence without a commit; the table layer does so for every table when it opens,
    /// for fences do not outlive the engine. Takes effect for every commit queued afterwards.
    fn set_fence(&self, fence: Fence);

    /// Opens (or creates) a change log; one per realm, and one per stream of a table. The name is
    /// stable across restarts. A log that never held a record leaves no trace.
    fn log(&self, name: &str) -> Result<LogHandle, EngineError>;

    /// Names of all logs that hold records or were opened in this life, in no order.
    fn log_names(&self) -> Result<Vec<String>, EngineError>;

    /// Drops the log and all its records; nothing happens if it does not exist. Iterators that
    /// were begun may go on reading it; its handle is unknown to all others, for good. No commit
    /// that writes to it may be under way. Blocks on the disk.
    fn drop_log(&self, name: &str) -> Result<(), EngineError>;

    /// Records of a log with `after < commit timestamp <= through`, in commit order.
    /// `through` must be at or below sealed time or the timestamp of a snapshot: no commit can
    /// follow at or below either. Blocks on the disk while it is read.
    fn changes(
        &self,
        log: LogHandle,
        after: CommitTimestamp,
        through: CommitTimestamp,
    ) -> Result<LogIterator, EngineError>;

    /// Commit timestamp of the last record in the log; a watch that tells the archiver when
    /// there is work. Zero while the log has never held a record; after a reopening it may be
    /// zero also when all records were trimmed before.
    fn watch_log(
        &self,
        log: LogHandle,
    ) -> Result<tokio::sync::watch::Receiver<CommitTimestamp>, EngineError>;

    /// Commit timestamp of the oldest record that a log holds after an instant: what has waited
    /// longest for whoever has read up to there. `None` if nothing is known to wait. Blocks on
    /// the disk.
    fn first_change(
        &self,
        log: LogHandle,
        after: CommitTimestamp,
    ) -> Result<Option<CommitTimestamp>, EngineError> {
        let newest = *self.watch_log(log)?.borrow();
        let first = self.changes(log, after, newest)?.next().transpose()?;
        Ok(first.map(|record| record.timestamp))
    }

    /// Allows the engine to forget log records with a commit timestamp <= `through`. It drops
    /// whole slices, so some older records may stay; never one above `through` is lost.
    fn trim(&self, log: LogHandle, through: CommitTimestamp) -> Result<(), EngineError>;

    /// Bytes the change log still holds (an estimate by slice).
    fn log_backlog_bytes(&self, log: LogHandle) -> u64;

    /// A loader for records in ascending key order into a keyspace no reader knows yet.
    /// Several loaders with disjoint key ranges may run at once, each until it is finished or
    /// dropped. Blocks on the disk.
    fn bulk_load(&self, keyspace: KeyspaceHandle) -> Result<Box<dyn BulkLoader>, EngineError>;

    /// The durable clock floor that was found when the engine was opened: at or above every
    /// commit acknowledged and every seal answered in earlier lives of the store, zero for a new
    /// one. A store that comes back with less than what others know it has sealed has lost
    /// commits.
    fn recovered_floor(&self) -> CommitTimestamp;

    /// Whether commits are taken.
    fn health(&self) -> Health;

    /// Finishes queued commits and closes; every later call is refused. What was taken from
    /// the engine before (snapshots, iterators) goes on reading, and keeps the store open until
    /// it is dropped. Dropping the engine closes it too. Blocks.
    fn close(&self);
}

/// A consistent view of the engine. Cheap to take; holding one for long keeps old data on disk.
/// A keyspace made after the snapshot is empty in it.
pub trait Snapshot: Send + Sync {
    /// Timestamp of the last commit in this view (zero before the first).
    fn timestamp(&self) -> Result<CommitTimestamp, EngineError>;

    /// The value of one key.
    fn get(&self, keyspace: KeyspaceHandle, key: &[u8]) -> Result<Option<Bytes>, EngineError>;

    /// The records of a key range, in order.
    fn range(
        &self,
        keyspace: KeyspaceHandle,
        bounds: KeyBounds,
        direction: Direction,
    ) -> Result<EntryIterator, EngineError>;
}

/// Takes records in strictly ascending key order. Nothing is visible before [`Self::finish`].
pub trait BulkLoader: Send {
    /// Adds one record. A key that is not above the one before is refused with
    /// [`EngineError::OutOfOrder`] and the loader must be dropped.
    fn write(&mut self, key: &[u8], value: &[u8]) -> Result<(), EngineError>;

    /// [`Self::write`] of a record that the loader may keep without copying it.
    fn write_owned(&mut self, key: Bytes, value: Bytes) -> Result<(), EngineError> {
        self.write(&key, &value)
    }

    /// Makes the records durable and visible.
    fn finish(self: Box<Self>) -> Result<(), EngineError>;
}
