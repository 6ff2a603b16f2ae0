//! How the archive fails, by what the caller can do about it.

use anywhen_engine::EngineError;
use anywhen_kms::KmsError;
use anywhen_model::{CommitTimestamp, TableId};

/// An archive failure.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The archive URL cannot be used.
    #[error("archive {url}: {reason}")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store cannot hold an archive as it is, or refuses us. The text says what to do.
    #[error("{0}")]
    Unusable(String),
    /// The object store does not answer, or refuses. Nothing is lost; try again later.
    #[error("the archive does not answer: {0}")]
    Away(String),
    /// An object that should be there is not. A reader whose plan has aged plans again; if it
    /// stays missing, history is damaged.
    #[error("archive object {path} is missing")]
    Missing {
        /// The object, relative to the archive's root.
        path: String,
    },
    /// The bytes of an object are not what was written.
    #[error("archive object {path} is damaged: {reason}")]
    Damaged {
        /// The object, relative to the archive's root.
        path: String,
        /// What does not fit.
        reason: String,
    },
    /// The object was written by a version of this software with another format.
    #[error(
        "archive object {path} has format version {found}, but this version reads only {known}; \
         use the version that wrote it"
    )]
    Format {
        /// The object, relative to the archive's root.
        path: String,
        /// Its version.
        found: u64,
        /// The version known here.
        known: u64,
    },
    /// An object needs a key that the master key at hand does not open.
    #[error("archive object {path}: {source}")]
    Key {
        /// The object, relative to the archive's root.
        path: String,
        /// Why it does not open.
        source: KmsError,
    },
    /// What was asked for needs the master key, and the archive was opened without.
    #[error("this needs the master key")]
    NoKey,
    /// Another server has taken over this archive; this one may not write to it any more.
    #[error("another server has taken over this archive: {0}")]
    Fenced(String),
    /// The manifests name files that leave a hole in a span.
    #[error("the history of table {table} has a gap: {reason}")]
    Gap {
        /// Whose history it is.
        table: TableId,
        /// Where the hole is.
        reason: String,
    },
    /// The archive has nothing of this table.
    #[error("the archive holds no history of table {0}")]
    UnknownTable(TableId),
    /// The instant is in no span that is kept, and no pin holds it.
    #[error("the archive keeps no history of table {table} at {at}")]
    NotKept {
        /// The table.
        table: TableId,
        /// The instant asked for.
        at: CommitTimestamp,
    },
    /// The instant is later than what the archive holds.
    #[error("{at} is not archived yet; the archive holds everything up to {archived_through}")]
    NotArchived {
        /// The instant asked for.
        at: CommitTimestamp,
        /// The latest instant that is in the archive.
        archived_through: CommitTimestamp,
    },
    /// The table has a span open already, or none where one is needed.
    #[error("table {table}: {reason}")]
    Span {
        /// The table.
        table: TableId,
        /// What was expected.
        reason: &'static str,
    },
    /// The operation needs the archiver, and none runs for this realm.
    #[error("no archiver runs for this realm")]
    NotRunning,
    /// The source of a keyframe's items failed or gave them out of order.
    #[error("reading the items of a keyframe failed: {0}")]
    Items(String),
    /// The engine failed while its change log was read.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl ArchiveError {
    /// Whether trying again later can help without anyone doing anything.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Away(_))
    }

    /// The object that cannot be read, if that is what went wrong.
    pub fn unreadable_object(&self) -> Option<&str> {
        match self {
            Self::Missing { path }
            | Self::Damaged { path, .. }
            | Self::Format { path, .. }
            | Self::Key { path, .. } => Some(path),
            _ => None,
        }
    }

    pub(crate) fn damaged(path: &str, reason: impl std::fmt::Display) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            reason: reason.to_string(),
        }
    }
}
