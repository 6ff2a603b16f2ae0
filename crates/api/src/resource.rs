//! Resources that requests name by ARN: what tags and policies belong to.

use anywhen_model::{ArnError, TableArn, TableName};
use anywhen_protocol::Fault;
use anywhen_table::TableError;

use crate::fault;
use crate::service::Context;

/// The table whose tags a request is about.
pub(crate) fn tagged_table(context: &Context<'_>, arn: &str) -> Result<TableName, Fault> {
    let invalid = |text: String| {
        Fault::validation(format!("One or more parameter values were invalid: {text}"))
    };
    match TableArn::parse(arn) {
        Ok(found) => in_this_realm(context, arn, found),
        Err(ArnError::NotAnArn) => Err(invalid(format!("ARNs must start with 'arn:': {arn}"))),
        Err(ArnError::OtherService | ArnError::NoRealm) => Err(invalid(format!(
            "Provided Arn is not a DynamoDB resource arn: {arn}"
        ))),
        Err(ArnError::OtherResource) => Err(invalid(format!(
            "Invalid resource arn provided, only table or stream is accepted. Provided resource \
             arn: {arn}"
        ))),
    }
}

/// The table whose policy a request is about.
pub(crate) fn table_with_policy(context: &Context<'_>, arn: &str) -> Result<TableName, Fault> {
    match TableArn::parse(arn) {
        Ok(found) => in_this_realm(context, arn, found),
        Err(_) => Err(Fault::validation(format!(
            "Invalid TableArn: Invalid ResourceArn provided as input {arn}"
        ))),
    }
}

fn in_this_realm(context: &Context<'_>, text: &str, arn: TableArn) -> Result<TableName, Fault> {
    if arn.realm.account != context.realm.account {
        return Err(Fault::access_denied("Access is denied"));
    }
    if arn.realm.region != context.realm.region {
        return Err(Fault::validation(format!(
            "Invalid TableArn: Invalid ResourceArn provided as input {text}"
        )));
    }
    Ok(arn.table)
}

/// A fault of a request about tags, which names a missing table by its ARN.
pub(crate) fn tags_fault(arn: &str, error: TableError) -> Fault {
    match error {
        TableError::TableNotFound(_) => Fault::resource_not_found(format!(
            "Requested resource not found: ResourceArn: {arn} not found"
        )),
        error => fault::of_table(error),
    }
}
