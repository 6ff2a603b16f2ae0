//! How far restores are, for progress bars, logs, metrics and the console.

use anywhen_model::{CommitTimestamp, Realm, TableName};

/// Hears of every step of every restore. Called often and from many threads: it must not block.
pub trait ProgressSink: Send + Sync {
    /// A restore begins, or is taken up again by another life of the server.
    fn begins(&self, _restore: &RestoreBegun) {}

    /// The state of one restore after a step.
    fn restore(&self, progress: &RestoreProgress);

    /// Why a restore failed; told before its stage is [`RestoreStage::Failed`].
    fn fails(&self, _realm: &Realm, _target: &TableName, _reason: &str) {}
}

/// What a restore that begins is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreBegun {
    /// Where the target is.
    pub realm: Realm,
    /// The target's name.
    pub target: TableName,
    /// What it is made from: a backup's ARN or a table's.
    pub source_arn: String,
    /// The instant whose state it will hold.
    pub at: CommitTimestamp,
    /// When it was asked for, in whichever life of the server.
    pub requested_at: CommitTimestamp,
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl ProgressSink for NoProgress {
    fn restore(&self, _progress: &RestoreProgress) {}
}

/// How far one restore is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreProgress {
    /// Where the target is.
    pub realm: Realm,
    /// The target's name.
    pub target: TableName,
    /// What it is doing.
    pub stage: RestoreStage,
    /// Bytes of keys and items loaded so far.
    pub bytes_done: u64,
    /// An upper bound of the bytes there are; 0 while it is not known.
    pub bytes_total: u64,
    /// Items loaded so far.
    pub items_done: u64,
}

/// What a restore is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreStage {
    /// Waiting for its turn, or for its instant to be in the archive.
    Waiting,
    /// Loading items.
    Loading,
    /// Loading indexes.
    Indexing,
    /// The target is ACTIVE.
    Finished,
    /// The target is gone.
    Failed,
}

impl RestoreProgress {
    /// Loaded share, 0 to 1. Items are nine tenths of the way, indexes the rest.
    pub fn ratio(&self) -> f64 {
        match self.stage {
            RestoreStage::Waiting | RestoreStage::Failed => 0.0,
            RestoreStage::Loading if self.bytes_total == 0 => 0.0,
            RestoreStage::Loading => {
                0.9 * (self.bytes_done as f64 / self.bytes_total as f64).min(1.0)
            }
            RestoreStage::Indexing => 0.9,
            RestoreStage::Finished => 1.0,
        }
    }
}
