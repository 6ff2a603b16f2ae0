//! How backups, restores and point-in-time recovery fail, one variant per fault of DynamoDB.
//!
//! Each variant's text is exactly what DynamoDB sends. Constructors that more than one place
//! needs stand below, so that a text exists once.

use anywhen_archive::ArchiveError;
use anywhen_engine::EngineError;
use anywhen_model::{CommitTimestamp, TableName};
use anywhen_table::TableError;

use crate::wire_time;

/// Why a request was refused or a job ended without its result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecoveryError {
    /// `ValidationException`.
    #[error("{0}")]
    Validation(String),
    /// `AccessDeniedException`.
    #[error("Access is denied")]
    AccessDenied,
    /// `BackupNotFoundException`: no backup has this ARN (any more).
    #[error("Backup not found: {0}")]
    BackupNotFound(String),
    /// `BackupInUseException`: the backup is being made or restored from.
    #[error("{0}")]
    BackupInUse(String),
    /// `TableNotFoundException`.
    #[error("{0}")]
    TableNotFound(String),
    /// `TableAlreadyExistsException`: the target's name is taken.
    #[error("Table already exists: {0}")]
    TableAlreadyExists(TableName),
    /// `TableInUseException`: the target's name belongs to a restore that is running.
    #[error("{0}")]
    TableInUse(String),
    /// `ContinuousBackupsUnavailableException`.
    #[error("Backups are being enabled for the table: {0}. Please retry later")]
    ContinuousBackupsUnavailable(TableName),
    /// `PointInTimeRecoveryUnavailableException`: the source's history is not kept.
    #[error("Point in time recovery is not enabled for table '{0}'")]
    PointInTimeRecoveryUnavailable(TableName),
    /// `PointInTimeRecoveryUnavailableException`: the source's history is to be kept, but its
    /// beginning is not durable yet.
    #[error("Backups are being enabled for the table: {0}. Please retry later")]
    PointInTimeRecoveryPending(TableName),
    /// `InvalidRestoreTimeException`: the instant is outside the window.
    #[error("{0}")]
    InvalidRestoreTime(String),
    /// `LimitExceededException`.
    #[error("{0}")]
    LimitExceeded(String),
    /// A fault of the table layer with its own text, such as DeleteTable's.
    #[error(transparent)]
    Table(TableError),
    /// `InternalServerError`. The text is for the server's log, not for the client.
    #[error("{0}")]
    Internal(String),
}

impl RecoveryError {
    pub(crate) fn table_not_found(name: impl std::fmt::Display) -> Self {
        Self::TableNotFound(format!("Table not found: {name}"))
    }

    pub(crate) fn invalid_request(text: impl std::fmt::Display) -> Self {
        Self::Validation(format!("Invalid Request: {text}"))
    }

    pub(crate) fn invalid_parameter(text: impl std::fmt::Display) -> Self {
        Self::Validation(format!("One or more parameter values were invalid: {text}"))
    }

    pub(crate) fn outside_window(
        at: CommitTimestamp,
        earliest: CommitTimestamp,
        latest: CommitTimestamp,
    ) -> Self {
        let [at, earliest, latest] = [at, earliest, latest].map(wire_time::seconds);
        Self::InvalidRestoreTime(format!(
            "RestoreDateTime '{at}' must be within EarliestRestorableDateTime '{earliest}' \
             and LatestRestorableDateTime '{latest}'"
        ))
    }
}

impl From<TableError> for RecoveryError {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Internal(text) => Self::Internal(text),
            other => Self::Table(other),
        }
    }
}

impl From<ArchiveError> for RecoveryError {
    fn from(error: ArchiveError) -> Self {
        match error {
            // Whoever asks has to be told: only an operator can change it.
            ArchiveError::Fenced(_) => Self::Table(TableError::ReadOnly(error.to_string())),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<EngineError> for RecoveryError {
    fn from(error: EngineError) -> Self {
        Self::from(TableError::from(error))
    }
}
