//! How an engine fails, by what the caller can do about it.

use anywhen_model::TableId;

/// An engine failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The disk or the operating system failed. The engine may be poisoned; see
    /// [`crate::Engine::health`].
    #[error("storage failed: {0}")]
    Storage(String),
    /// What was read cannot be what was written. Nothing may go on from it.
    #[error("stored data is damaged: {0}")]
    Corrupt(String),
    /// The data directory lacks commits that were acknowledged.
    #[error("{0}")]
    LostTail(String),
    /// Commits are refused: disk nearly full, or poisoned by an earlier failure.
    #[error("the engine is read-only: {0}")]
    ReadOnly(String),
    /// A keyspace or log was named that does not exist (any more).
    #[error("unknown keyspace or log: {0}")]
    UnknownKeyspace(String),
    /// A bulk load was given keys out of order.
    #[error("bulk load keys are not in ascending order")]
    OutOfOrder,
    /// The engine has been closed.
    #[error("the engine is closed")]
    Closed,
}

/// Why a commit changed nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommitError {
    /// The table's catalog entry has another version by now: plan the write again.
    #[error("table {0} changed while the write was on its way")]
    Fenced(TableId),
    /// The engine failed or refuses commits.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
