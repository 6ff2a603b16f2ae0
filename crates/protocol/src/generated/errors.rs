//! The errors that the service models declare.

/// An error of the service models; its name is its code on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelledError {
    /// HTTP status 400.
    BackupInUseException,
    /// HTTP status 400.
    BackupNotFoundException,
    /// HTTP status 400; its body may also have `Item`.
    ConditionalCheckFailedException,
    /// HTTP status 400.
    ContinuousBackupsUnavailableException,
    /// HTTP status 400.
    DuplicateItemException,
    /// HTTP status 400.
    ExportConflictException,
    /// HTTP status 400.
    ExportNotFoundException,
    /// HTTP status 400.
    GlobalTableAlreadyExistsException,
    /// HTTP status 400.
    GlobalTableNotFoundException,
    /// HTTP status 400.
    IdempotentParameterMismatchException,
    /// HTTP status 400.
    ImportConflictException,
    /// HTTP status 400.
    ImportNotFoundException,
    /// HTTP status 400.
    IndexNotFoundException,
    /// HTTP status 500.
    InternalServerError,
    /// HTTP status 400.
    InvalidExportTimeException,
    /// HTTP status 400.
    InvalidRestoreTimeException,
    /// HTTP status 400.
    ItemCollectionSizeLimitExceededException,
    /// HTTP status 400.
    LimitExceededException,
    /// HTTP status 400.
    PointInTimeRecoveryUnavailableException,
    /// HTTP status 400.
    PolicyNotFoundException,
    /// HTTP status 400; its body may also have `ThrottlingReasons`.
    ProvisionedThroughputExceededException,
    /// HTTP status 400.
    ReplicaAlreadyExistsException,
    /// HTTP status 400.
    ReplicaNotFoundException,
    /// HTTP status 409.
    ReplicatedWriteConflictException,
    /// HTTP status 400; its body may also have `ThrottlingReasons`.
    RequestLimitExceeded,
    /// HTTP status 400.
    ResourceInUseException,
    /// HTTP status 400.
    ResourceNotFoundException,
    /// HTTP status 400.
    TableAlreadyExistsException,
    /// HTTP status 400.
    TableInUseException,
    /// HTTP status 400.
    TableNotFoundException,
    /// HTTP status 400; its body may also have `throttlingReasons`.
    ThrottlingException,
    /// HTTP status 400; its body may also have `CancellationReasons`.
    TransactionCanceledException,
    /// HTTP status 400.
    TransactionConflictException,
    /// HTTP status 400.
    TransactionInProgressException,
    /// HTTP status 400.
    ExpiredIteratorException,
    /// HTTP status 400.
    TrimmedDataAccessException,
}

impl ModelledError {
    /// Every error, in the models' order.
    pub const ALL: &[Self] = &[
        Self::BackupInUseException,
        Self::BackupNotFoundException,
        Self::ConditionalCheckFailedException,
        Self::ContinuousBackupsUnavailableException,
        Self::DuplicateItemException,
        Self::ExportConflictException,
        Self::ExportNotFoundException,
        Self::GlobalTableAlreadyExistsException,
        Self::GlobalTableNotFoundException,
        Self::IdempotentParameterMismatchException,
        Self::ImportConflictException,
        Self::ImportNotFoundException,
        Self::IndexNotFoundException,
        Self::InternalServerError,
        Self::InvalidExportTimeException,
        Self::InvalidRestoreTimeException,
        Self::ItemCollectionSizeLimitExceededException,
        Self::LimitExceededException,
        Self::PointInTimeRecoveryUnavailableException,
        Self::PolicyNotFoundException,
        Self::ProvisionedThroughputExceededException,
        Self::ReplicaAlreadyExistsException,
        Self::ReplicaNotFoundException,
        Self::ReplicatedWriteConflictException,
        Self::RequestLimitExceeded,
        Self::ResourceInUseException,
        Self::ResourceNotFoundException,
        Self::TableAlreadyExistsException,
        Self::TableInUseException,
        Self::TableNotFoundException,
        Self::ThrottlingException,
        Self::TransactionCanceledException,
        Self::TransactionConflictException,
        Self::TransactionInProgressException,
        Self::ExpiredIteratorException,
        Self::TrimmedDataAccessException,
    ];

    /// The code that follows `#` in `__type`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BackupInUseException => "BackupInUseException",
            Self::BackupNotFoundException => "BackupNotFoundException",
            Self::ConditionalCheckFailedException => "ConditionalCheckFailedException",
            Self::ContinuousBackupsUnavailableException => "ContinuousBackupsUnavailableException",
            Self::DuplicateItemException => "DuplicateItemException",
            Self::ExportConflictException => "ExportConflictException",
            Self::ExportNotFoundException => "ExportNotFoundException",
            Self::GlobalTableAlreadyExistsException => "GlobalTableAlreadyExistsException",
            Self::GlobalTableNotFoundException => "GlobalTableNotFoundException",
            Self::IdempotentParameterMismatchException => "IdempotentParameterMismatchException",
            Self::ImportConflictException => "ImportConflictException",
            Self::ImportNotFoundException => "ImportNotFoundException",
            Self::IndexNotFoundException => "IndexNotFoundException",
            Self::InternalServerError => "InternalServerError",
            Self::InvalidExportTimeException => "InvalidExportTimeException",
            Self::InvalidRestoreTimeException => "InvalidRestoreTimeException",
            Self::ItemCollectionSizeLimitExceededException => {
                "ItemCollectionSizeLimitExceededException"
            }
            Self::LimitExceededException => "LimitExceededException",
            Self::PointInTimeRecoveryUnavailableException => {
                "PointInTimeRecoveryUnavailableException"
            }
            Self::PolicyNotFoundException => "PolicyNotFoundException",
            Self::ProvisionedThroughputExceededException => {
                "ProvisionedThroughputExceededException"
            }
            Self::ReplicaAlreadyExistsException => "ReplicaAlreadyExistsException",
            Self::ReplicaNotFoundException => "ReplicaNotFoundException",
            Self::ReplicatedWriteConflictException => "ReplicatedWriteConflictException",
            Self::RequestLimitExceeded => "RequestLimitExceeded",
            Self::ResourceInUseException => "ResourceInUseException",
            Self::ResourceNotFoundException => "ResourceNotFoundException",
            Self::TableAlreadyExistsException => "TableAlreadyExistsException",
            Self::TableInUseException => "TableInUseException",
            Self::TableNotFoundException => "TableNotFoundException",
            Self::ThrottlingException => "ThrottlingException",
            Self::TransactionCanceledException => "TransactionCanceledException",
            Self::TransactionConflictException => "TransactionConflictException",
            Self::TransactionInProgressException => "TransactionInProgressException",
            Self::ExpiredIteratorException => "ExpiredIteratorException",
            Self::TrimmedDataAccessException => "TrimmedDataAccessException",
        }
    }

    /// The HTTP status of the reply.
    pub const fn http_status(self) -> u16 {
        match self {
            Self::InternalServerError => 500,
            Self::ReplicatedWriteConflictException => 409,
            _ => 400,
        }
    }

    /// The member of the body that carries the text.
    pub const fn message_key(self) -> &'static str {
        match self {
            Self::IdempotentParameterMismatchException
            | Self::TransactionCanceledException
            | Self::TransactionInProgressException => "Message",
            _ => "message",
        }
    }
}
