//! The two restore requests, free of their wire form.

use anywhen_model::{CommitTimestamp, TableName};

use super::RestoreOverrides;

/// RestoreTableFromBackup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreFromBackup {
    /// `TargetTableName`.
    pub target: TableName,
    /// `BackupArn`, as sent.
    pub backup_arn: String,
    /// The `...Override` members.
    pub overrides: RestoreOverrides,
}

/// RestoreTableToPointInTime. Members that exclude each other are judged here, in
/// DynamoDB's order, so they come as they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreToPointInTime {
    /// `TargetTableName`.
    pub target: TableName,
    /// `SourceTableName`.
    pub source_name: Option<TableName>,
    /// `SourceTableArn`, as sent.
    pub source_arn: Option<String>,
    /// `RestoreDateTime`, to the microsecond.
    pub restore_at: Option<CommitTimestamp>,
    /// `UseLatestRestorableTime`.
    pub use_latest: Option<bool>,
    /// The `...Override` members.
    pub overrides: RestoreOverrides,
}
