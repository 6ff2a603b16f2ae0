//! How operations on tables fail, by what a caller must tell apart.
//!
//! Where a variant is a fault that DynamoDB knows, its text is exactly the text DynamoDB sends.

use anywhen_engine::{CommitError, EngineError};
use anywhen_kms::KmsError;
use anywhen_model::Item;

use crate::throttle::ThroughputExceeded;

/// The text about a transaction whose items are too large together.
pub(crate) const TRANSACTION_TOO_LARGE: &str =
    "The aggregate size of the items in the transaction cannot exceed 4 MB";

/// Why an operation did nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// The data plane found no table that can be read or written under the name.
    #[error("Requested resource not found")]
    ResourceNotFound,
    /// The control plane found no table under the name.
    #[error("Requested resource not found: Table: {0} not found")]
    TableNotFound(String),
    /// The control plane found no global secondary index under the name.
    #[error("Requested resource not found: Index {index} for table {table}")]
    IndexNotFound {
        /// The table's name.
        table: String,
        /// The name that was asked for.
        index: String,
    },
    /// The table's status does not allow the change.
    #[error("{0}")]
    ResourceInUse(String),
    /// The request contradicts the table, its schema or its items.
    #[error("{0}")]
    Validation(String),
    /// The condition was false.
    #[error("The conditional request failed")]
    ConditionalCheckFailed {
        /// The item the condition saw, if there was one.
        item: Option<Box<Item>>,
    },
    /// An item was to be created whose key another one has.
    #[error("{DUPLICATE_ITEM}")]
    DuplicateItem,
    /// At least one action of a transaction could not be done, so none was.
    #[error(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes(.reasons)
    )]
    TransactionCanceled {
        /// One per action, in request order.
        reasons: Vec<CancellationReason>,
    },
    /// The client request token was used for another request within its ten minutes.
    #[error(
        "The client request token was already used with a different set of request parameters."
    )]
    IdempotentParameterMismatch,
    /// A transaction with the same client request token is still running.
    #[error("The transaction with the given request token is already in progress.")]
    TransactionInProgress,
    /// A quota of the account, table or day is used up.
    #[error("{0}")]
    LimitExceeded(String),
    /// There is no resource policy, or another one than the request expects.
    #[error("Resource-based policy not found for the provided ResourceArn: {0}")]
    PolicyNotFound(String),
    /// What a reader of a stream wants next is older than a day.
    #[error("The data you are trying to access has been trimmed")]
    Trimmed,
    /// An iterator was not used for too long.
    #[error("The provided iterator exceeds the maximum age allowed.")]
    ExpiredIterator,
    /// The capacity that the request would consume is used up; see [`crate::TablesOptions`].
    #[error("{0}")]
    ThroughputExceeded(ThroughputExceeded),
    /// The server has more work than it will queue.
    #[error("{0}")]
    Throttled(String),
    /// Writes are refused until an operator acts; nothing was written.
    #[error("{0}")]
    ReadOnly(String),
    /// Storage failed or what it holds is damaged. The text is for the server's log.
    #[error("{0}")]
    Internal(String),
}

/// Why one action of a cancelled transaction stood in the way, or that it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancellationReason {
    /// This action alone would have been done.
    None,
    /// Its condition was false; the item the condition saw, if there was one.
    ConditionalCheckFailed {
        /// The item the condition saw.
        item: Option<Box<Item>>,
    },
    /// It was to create an item whose key another one has.
    DuplicateItem,
    /// It contradicts its table's schema or its item.
    ValidationError(String),
    /// The capacity that it would consume is used up.
    ThroughputExceeded(ThroughputExceeded),
}

const DUPLICATE_ITEM: &str = "Duplicate primary key exists in table";

impl CancellationReason {
    /// The reason's `Code` on the wire.
    pub fn code(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::ConditionalCheckFailed { .. } => "ConditionalCheckFailed",
            Self::DuplicateItem => "DuplicateItem",
            Self::ValidationError(_) => "ValidationError",
            Self::ThroughputExceeded(exceeded) => exceeded.cancellation_code(),
        }
    }

    /// The reason's `Message` on the wire; absent for [`CancellationReason::None`].
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::None => None,
            Self::ConditionalCheckFailed { .. } => Some("The conditional request failed"),
            Self::DuplicateItem => Some(DUPLICATE_ITEM),
            Self::ValidationError(text) => Some(text),
            Self::ThroughputExceeded(exceeded) => Some(exceeded.text()),
        }
    }
}

fn codes(reasons: &[CancellationReason]) -> String {
    reasons
        .iter()
        .map(CancellationReason::code)
        .collect::<Vec<_>>()
        .join(", ")
}

impl TableError {
    pub(crate) fn validation(text: impl Into<String>) -> Self {
        Self::Validation(text.into())
    }

    /// A validation fault with the prefix most schema faults carry.
    pub(crate) fn invalid_parameter(text: impl std::fmt::Display) -> Self {
        Self::Validation(format!("One or more parameter values were invalid: {text}"))
    }

    pub(crate) fn in_use(text: impl std::fmt::Display) -> Self {
        Self::ResourceInUse(format!(
            "Attempt to change a resource which is still in use: {text}"
        ))
    }
}

impl From<EngineError> for TableError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::ReadOnly(reason) => Self::ReadOnly(reason),
            // Keyspaces are dropped only after their table has left the catalog.
            EngineError::UnknownKeyspace(_) => Self::ResourceNotFound,
            other => Self::Internal(other.to_string()),
        }
    }
}

impl From<CommitError> for TableError {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Engine(error) => error.into(),
            CommitError::Fenced(table) => Self::Internal(format!(
                "table {table} kept changing while it was written to"
            )),
        }
    }
}

impl From<KmsError> for TableError {
    fn from(error: KmsError) -> Self {
        Self::Internal(error.to_string())
    }
}
