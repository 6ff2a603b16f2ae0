//! How far a recovery is: records that stay in the data directory and are never archived.
//!
//! One record a realm says what is being recovered from which manifest, and, at the end, what
//! came of it; one record a table that it is loaded. Both are written in the commits that make
//! them true. While a realm's record says that it is not done, no server opens the realm.

use anywhen_archive::ArchiveHead;
use anywhen_model::{CommitTimestamp, TableId};
use anywhen_table::{RealmTables, SystemChange, SystemStore};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{RecoverError, RecoveredRealm, RecoveredTable};
use crate::error::RecoveryError;
use crate::remembered::ARCHIVE;
use crate::wire_time;

/// Beside what is remembered of the archive: looking into a store of its own would make one, which
/// a full disk does not allow.
const STORE: SystemStore = ARCHIVE;
const STATE: &[u8] = b"recovery";
const TABLE_PREFIX: &str = "recovered/";

/// What is being recovered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// The manifest of the claim that it began with.
    pub(super) head: ArchiveHead,
    /// The instant that was asked for.
    pub(super) asked: Option<CommitTimestamp>,
    /// Everything up to here is in the archive.
    pub(super) sealed: CommitTimestamp,
    /// The instant that is recovered, `sealed` or before.
    pub(super) at: CommitTimestamp,
    /// Why there is no catalog to recover; backups alone come back.
    pub(super) no_catalog: Option<String>,
    /// The commit from which on histories tell of `at` again, if that is not `sealed`.
    pub(super) rewound_at: Option<CommitTimestamp>,
    /// What came of it; then it is done.
    pub(super) report: Option<RecoveredRealm>,
}

impl State {
    pub(super) fn load(tables: &RealmTables) -> Result<Option<Self>, RecoveryError> {
        let stored = tables.system_get(STORE, STATE)?;
        stored.map(|stored| decode(&stored)).transpose()
    }

    /// The change that stores it.
    pub(super) fn put(&self) -> Result<SystemChange, RecoveryError> {
        put(STATE.to_vec(), self)
    }

    /// Refuses to go on with something else than what was begun.
    pub(super) fn check_same(
        &self,
        archive_id: &str,
        asked: Option<CommitTimestamp>,
    ) -> Result<(), RecoverError> {
        if self.head.archive_id != archive_id {
            return Err(RecoverError::Refused(format!(
                "this data directory is being recovered from archive {}, and this is archive \
                 {archive_id}; name that one, or recover into an empty directory",
                self.head.archive_id
            )));
        }
        if self.asked != asked {
            let begun = match self.asked {
                Some(at) => format!("with `--at {}`", wire_time::exact(at)),
                None => "without `--at`".to_owned(),
            };
            return Err(RecoverError::Refused(format!(
                "the recovery of this data directory was begun {begun}; go on like this, or \
                 recover into an empty directory"
            )));
        }
        Ok(())
    }
}

/// A server never opens a realm that is half recovered.
pub(crate) fn refuse_unfinished(tables: &RealmTables) -> Result<(), RecoveryError> {
    match State::load(tables)? {
        Some(state) if state.report.is_none() => Err(RecoveryError::Internal(format!(
            "{} is being recovered in this data directory and is not complete; run `anywhen \
             recover` again, with the same options, until it ends",
            tables.realm()
        ))),
        _ => Ok(()),
    }
}

/// The change that says that a table is loaded.
pub(super) fn put_table(table: &RecoveredTable) -> Result<SystemChange, RecoveryError> {
    put(format!("{TABLE_PREFIX}{}", table.id).into_bytes(), table)
}

/// What is known of a table that is loaded.
pub(super) fn loaded_table(
    tables: &RealmTables,
    id: TableId,
) -> Result<Option<RecoveredTable>, RecoveryError> {
    let stored = tables.system_get(STORE, format!("{TABLE_PREFIX}{id}").as_bytes())?;
    stored.map(|stored| decode(&stored)).transpose()
}

fn put(key: Vec<u8>, value: &impl Serialize) -> Result<SystemChange, RecoveryError> {
    let value = serde_json::to_vec(value)
        .map_err(|error| RecoveryError::Internal(format!("record of a recovery: {error}")))?;
    Ok(SystemChange {
        store: STORE,
        key,
        value: Some(value),
    })
}

fn decode<T: DeserializeOwned>(stored: &[u8]) -> Result<T, RecoveryError> {
    serde_json::from_slice(stored)
        .map_err(|error| RecoveryError::Internal(format!("record of a recovery: {error}")))
}
