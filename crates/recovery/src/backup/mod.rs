//! Backups: made, described, listed, deleted, expired.
//!
//! A backup's instant is drawn from the committer while the call that asks for it runs, so it
//! holds every write acknowledged before the call and none that was sent after the answer.
//! Where the table's history is kept, the backup is a pin on it: constant time. Where it is
//! not, a keyframe is written from an engine snapshot taken in the call.
//!
//! A backup is AVAILABLE only when its history, its record and its pin are in the archive. A
//! CREATING backup whose job dies with the server is finished by the next life if its history
//! is kept, and removed, with a line in the log, if its snapshot is gone.

mod create;
mod delete;
mod list;
mod record;

pub(crate) use create::{Begun, Source};
pub(crate) use delete::{describe, find, user_of};
pub use list::{BackupFilter, BackupPage, ListBackups};
pub(crate) use record::BackupKey;
pub use record::{BackupKind, BackupRecord, BackupStatus};

use anywhen_table::{SystemChange, SystemStore};

use crate::error::RecoveryError;

/// The change that stores a backup's record.
pub(crate) fn put(record: &BackupRecord) -> Result<SystemChange, RecoveryError> {
    let value = Some(record.encode()?);
    Ok(SystemChange {
        store: SystemStore::BACKUPS,
        key: record.key().stored(),
        value,
    })
}

/// The change that removes a backup's record.
pub(crate) fn remove(key: &BackupKey) -> SystemChange {
    SystemChange {
        store: SystemStore::BACKUPS,
        key: key.stored(),
        value: None,
    }
}
