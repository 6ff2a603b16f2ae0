//! What is kept of a backup: its identity, its state, and the table's description at its instant.
//!
//! The same bytes stand in the server's system records and, as the pin's record, in the archive,
//! so any server with the archive and the master key knows the backup as well as the one that
//! made it. Fields are only ever added, each with a serde default.

use anywhen_model::{BackupArn, BackupId, CommitTimestamp, Realm, TableName};
use anywhen_table::{Statistics, TableRecord};
use serde::{Deserialize, Serialize};

use crate::error::RecoveryError;

/// Written before each record's JSON.
const VERSION: u8 = 1;

/// Who made a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackupKind {
    /// CreateBackup.
    User,
    /// The deletion of a table whose history was kept.
    System,
}

/// Where a backup stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackupStatus {
    /// Its instant is fixed; its history, record and pin are on their way into the archive.
    Creating,
    /// All of them are there.
    Available,
    /// Shown only in the answer to the call that deleted it.
    Deleted,
}

/// One backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupRecord {
    /// Creation time in milliseconds and a suffix; unique with the table's name.
    pub id: BackupId,
    /// The name it was given. Not unique; a SYSTEM backup's is not a valid [`TableName`] either.
    pub name: String,
    /// Who made it.
    pub kind: BackupKind,
    /// Where it stands.
    pub status: BackupStatus,
    /// When it lets go by itself; only SYSTEM backups do.
    #[serde(default)]
    pub expires_at: Option<CommitTimestamp>,
    /// The instant: the backup holds everything committed at or before it.
    pub at: CommitTimestamp,
    /// Items of the table when the backup was asked for.
    pub item_count: u64,
    /// Their size by DynamoDB's rule, in bytes.
    pub size_bytes: u64,
    /// The table's description at the instant, with its indexes settled: one that was being
    /// added is restored whole, one that was being dropped is not.
    pub table: TableRecord,
}

impl BackupRecord {
    /// A backup that is about to be made.
    pub(crate) fn creating(
        id: BackupId,
        name: String,
        kind: BackupKind,
        at: CommitTimestamp,
        table: TableRecord,
        statistics: Statistics,
    ) -> Self {
        let Statistics {
            items: item_count,
            size_bytes,
        } = statistics;
        let status = BackupStatus::Creating;
        Self {
            id,
            name,
            kind,
            status,
            expires_at: None,
            at,
            item_count,
            size_bytes,
            table: table.settled(),
        }
    }

    /// Its ARN in the realm it belongs to.
    pub fn arn(&self, realm: &Realm) -> BackupArn {
        BackupArn {
            realm: realm.clone(),
            table: self.table.name.clone(),
            id: self.id,
        }
    }

    /// When it was asked for, to the millisecond; the same in its ARN.
    pub fn created_at(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.id.created_ms * 1000)
    }

    pub(crate) fn key(&self) -> BackupKey {
        BackupKey {
            table: self.table.name.clone(),
            id: self.id,
        }
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, RecoveryError> {
        let mut bytes = vec![VERSION];
        serde_json::to_writer(&mut bytes, self)
            .map_err(|error| RecoveryError::Internal(format!("record of a backup: {error}")))?;
        Ok(bytes)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RecoveryError> {
        let json = bytes.strip_prefix(&[VERSION]).ok_or_else(|| {
            RecoveryError::Internal("a backup's record is of an unknown version".to_owned())
        })?;
        serde_json::from_slice(json)
            .map_err(|error| RecoveryError::Internal(format!("a backup's record: {error}")))
    }
}

/// Names a backup within its realm. Ordered as backups are listed: by table name, then by
/// creation time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct BackupKey {
    pub(crate) table: TableName,
    pub(crate) id: BackupId,
}

impl BackupKey {
    /// The key of its system record; no table name holds a slash.
    pub(crate) fn stored(&self) -> Vec<u8> {
        format!("{}/{}", self.table, self.id).into_bytes()
    }

    /// The id of its pin in the archive.
    pub(crate) fn pin(&self) -> String {
        format!("backup-{}-{}", self.table, self.id)
    }
}
