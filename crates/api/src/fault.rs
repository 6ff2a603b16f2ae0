//! Errors of the layers below as AWS's faults: the one place where the two meet.
//!
//! An error that is not the client's doing is logged here, whole, and answered as
//! `InternalServerError` without its text.

use anywhen_expr::{ExpressionError, ExpressionErrorKind};
use anywhen_model::{Item, ItemJsonError, write_item};
use anywhen_protocol::{Fault, ModelledError, RawJson, shapes};
use anywhen_recovery::RecoveryError;
use anywhen_table::{CancellationReason, TableError, ThroughputExceeded, ThroughputLimit};

/// What AWS puts in front of most request-level texts of some operations.
const PREFIX: &str = "1 validation error detected: ";

/// An item as the JSON of a reply.
pub(crate) fn item_json(item: &Item) -> RawJson {
    let mut json = Vec::new();
    write_item(item, &mut json);
    RawJson::from_text(String::from_utf8_lossy(&json))
}

/// A fault of the table layer. A failed condition shows its item only if the request asked for
/// it, see [`without_item`].
pub(crate) fn of_table(error: TableError) -> Fault {
    let text = error.to_string();
    match error {
        TableError::ResourceNotFound
        | TableError::TableNotFound(_)
        | TableError::IndexNotFound { .. } => Fault::resource_not_found(text),
        TableError::ResourceInUse(_) => {
            Fault::modelled(ModelledError::ResourceInUseException, text)
        }
        TableError::Validation(_) => Fault::validation(text),
        TableError::ConditionalCheckFailed { item } => {
            Fault::conditional_check_failed(item.map(|item| item_json(&item)))
        }
        TableError::DuplicateItem => Fault::modelled(ModelledError::DuplicateItemException, text),
        TableError::TransactionCanceled { reasons } => {
            Fault::transaction_canceled(&reasons.iter().map(reason).collect::<Vec<_>>())
        }
        TableError::IdempotentParameterMismatch => {
            Fault::modelled(ModelledError::IdempotentParameterMismatchException, text)
        }
        TableError::TransactionInProgress => {
            Fault::modelled(ModelledError::TransactionInProgressException, text)
        }
        TableError::LimitExceeded(_) => {
            Fault::modelled(ModelledError::LimitExceededException, text)
        }
        TableError::PolicyNotFound(_) => {
            Fault::modelled(ModelledError::PolicyNotFoundException, text)
        }
        TableError::Trimmed => Fault::modelled(ModelledError::TrimmedDataAccessException, text),
        TableError::ExpiredIterator => {
            Fault::modelled(ModelledError::ExpiredIteratorException, text)
        }
        TableError::ThroughputExceeded(exceeded) => throughput_exceeded(&exceeded),
        TableError::Throttled(_) => Fault::modelled(ModelledError::ThrottlingException, text),
        // Not the client's fault, and not to be hidden from whoever reads the client's log: the
        // reason names what an operator has to do.
        TableError::ReadOnly(_) => Fault::modelled(
            ModelledError::InternalServerError,
            format!("Internal server error: writes are refused: {text}"),
        ),
        TableError::Internal(_) => internal(&text),
    }
}

/// The member that lists the reasons is written differently in the two exceptions.
fn throughput_exceeded(exceeded: &ThroughputExceeded) -> Fault {
    let (error, member) = match exceeded.limit {
        ThroughputLimit::Provisioned => (
            ModelledError::ProvisionedThroughputExceededException,
            "ThrottlingReasons",
        ),
        ThroughputLimit::OnDemandMaximum => {
            (ModelledError::ThrottlingException, "throttlingReasons")
        }
    };
    let reasons = exceeded.exceeded.iter();
    let reasons = reasons.map(|resource| shapes::ThrottlingReason {
        reason: Some(exceeded.reason(resource)),
        resource: Some(resource.arn.clone()),
    });
    match serde_json::to_string(&reasons.collect::<Vec<_>>()) {
        Ok(reasons) => {
            Fault::modelled(error, exceeded.text()).with_member(member, RawJson::from_text(reasons))
        }
        Err(error) => internal(&error.to_string()),
    }
}

/// The error without the item a failed condition saw.
pub(crate) fn without_item(error: TableError) -> TableError {
    match error {
        TableError::ConditionalCheckFailed { .. } => {
            TableError::ConditionalCheckFailed { item: None }
        }
        other => other,
    }
}

fn reason(reason: &CancellationReason) -> shapes::CancellationReason {
    let item = match reason {
        CancellationReason::ConditionalCheckFailed { item: Some(item) } => Some(item_json(item)),
        _ => None,
    };
    shapes::CancellationReason {
        code: Some(reason.code().to_owned()),
        message: reason.message().map(str::to_owned),
        item,
    }
}

/// A fault of backups and restores.
pub(crate) fn of_recovery(error: RecoveryError) -> Fault {
    let text = error.to_string();
    let modelled = |code| Fault::modelled(code, text.clone());
    match error {
        RecoveryError::Validation(_) => Fault::validation(text),
        RecoveryError::AccessDenied => Fault::access_denied(text),
        RecoveryError::BackupNotFound(_) => modelled(ModelledError::BackupNotFoundException),
        RecoveryError::BackupInUse(_) => modelled(ModelledError::BackupInUseException),
        RecoveryError::TableNotFound(_) => modelled(ModelledError::TableNotFoundException),
        RecoveryError::TableAlreadyExists(_) => {
            modelled(ModelledError::TableAlreadyExistsException)
        }
        RecoveryError::TableInUse(_) => modelled(ModelledError::TableInUseException),
        RecoveryError::ContinuousBackupsUnavailable(_) => {
            modelled(ModelledError::ContinuousBackupsUnavailableException)
        }
        RecoveryError::PointInTimeRecoveryUnavailable(_)
        | RecoveryError::PointInTimeRecoveryPending(_) => {
            modelled(ModelledError::PointInTimeRecoveryUnavailableException)
        }
        RecoveryError::InvalidRestoreTime(_) => {
            modelled(ModelledError::InvalidRestoreTimeException)
        }
        RecoveryError::LimitExceeded(_) => modelled(ModelledError::LimitExceededException),
        RecoveryError::Table(error) => of_table(error),
        RecoveryError::Internal(_) => internal(&text),
    }
}

/// A fault in an item's JSON. `prefixed` operations have AWS's prefix on some texts.
pub(crate) fn of_item_json(error: &ItemJsonError, prefixed: bool) -> Fault {
    match error {
        ItemJsonError::Serialization(text) => Fault::serialization(text.as_str()),
        ItemJsonError::Validation(text) if prefixed && is_prefixed_value_text(text) => {
            Fault::validation(format!("{PREFIX}{text}"))
        }
        ItemJsonError::Validation(text) => Fault::validation(text.as_str()),
    }
}

/// Of the faults of values AWS prefixes those of empty sets and of names that are too long.
pub(crate) fn is_prefixed_value_text(text: &str) -> bool {
    text.ends_with("may not be empty")
        || text.ends_with("should not be empty")
        || text.starts_with("Attribute name is too large")
}

/// A fault of an expression or its placeholders.
pub(crate) fn of_expression(error: &ExpressionError, prefixed: bool) -> Fault {
    // Faults that are raised when the table is known are never prefixed, nor are those of the
    // older parameters.
    let at_request_level = !matches!(
        error.kind(),
        ExpressionErrorKind::KeyConditionSchema
            | ExpressionErrorKind::KeyAttribute
            | ExpressionErrorKind::LegacyParameter
    );
    if prefixed && at_request_level {
        Fault::validation(format!("{PREFIX}{error}"))
    } else {
        Fault::validation(error.to_string())
    }
}

/// A fault of this server.
pub(crate) fn internal(text: &str) -> Fault {
    tracing::error!("a request failed inside the server: {text}");
    Fault::internal()
}
