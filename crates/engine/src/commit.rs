//! What a commit carries, and the receipts that tell how it ended.
//!
//! A commit never waits for the client that sent it: its latches travel inside it
//! ([`Commit::hold`]) and are let go by the committer, so a client that hangs up in the middle
//! cannot let a second writer in before the first one's write is visible.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use anywhen_model::{CommitTimestamp, TableId};
use bytes::Bytes;
use tokio::sync::oneshot;

use crate::{CommitError, EngineError, KeyspaceHandle, LogEntry};

/// A version of a table's catalog entry. A commit that expects another version than the one
/// the engine holds is refused, as is one that expects a table whose fence was never set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    /// The table the version belongs to.
    pub table: TableId,
    /// Its catalog version; 0 means the table is gone, and satisfies no expectation.
    pub version: u64,
}

/// One write: a value to set, or `None` to remove the key. The engine may keep the buffers in
/// memory for long; they should not be slices of much larger ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub keyspace: KeyspaceHandle,
    /// The key.
    pub key: Bytes,
    /// The new value; `None` removes the key.
    pub value: Option<Bytes>,
}

/// Everything that becomes durable and visible at one commit timestamp.
///
/// The caller holds latches such that no two commits in flight write the same key.
#[derive(Default)]
pub struct Commit {
    /// Versions that must still hold when the commit's turn comes.
    pub expect: Vec<Fence>,
    /// Versions that hold from this commit on.
    pub advance: Vec<Fence>,
    /// The writes.
    pub writes: Vec<Write>,
    /// Change-log records; each gets the commit's timestamp.
    pub log: Vec<LogEntry>,
    /// Dropped by the committer once the commit is visible or refused: the caller's latches.
    pub hold: Option<Box<dyn std::any::Any + Send>>,
}

impl std::fmt::Debug for Commit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Commit")
            .field("expect", &self.expect)
            .field("advance", &self.advance)
            .field("writes", &self.writes.len())
            .field("log", &self.log.len())
            .finish_non_exhaustive()
    }
}

/// Resolves to the commit's timestamp once it is durable and visible.
#[derive(Debug)]
pub struct CommitReceipt(oneshot::Receiver<Result<CommitTimestamp, CommitError>>);

impl CommitReceipt {
    /// A receipt and the end the engine answers on.
    pub fn channel() -> (oneshot::Sender<Result<CommitTimestamp, CommitError>>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self(receiver))
    }
}

impl Future for CommitReceipt {
    type Output = Result<CommitTimestamp, CommitError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|answer| answer.unwrap_or(Err(CommitError::Engine(EngineError::Closed))))
    }
}

/// Resolves to a sealed instant.
#[derive(Debug)]
pub struct SealReceipt(oneshot::Receiver<Result<CommitTimestamp, EngineError>>);

impl SealReceipt {
    /// A receipt and the end the engine answers on.
    pub fn channel() -> (oneshot::Sender<Result<CommitTimestamp, EngineError>>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self(receiver))
    }
}

impl Future for SealReceipt {
    type Output = Result<CommitTimestamp, EngineError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0)
            .poll(context)
            .map(|answer| answer.unwrap_or(Err(EngineError::Closed)))
    }
}
