//! Resources that requests name by ARN: what tags and policies belong to.

use anywhen_model::{ArnError, TableArn};
use anywhen_protocol::Fault;
use anywhen_table::{RealmTables, SettingsOwner, TableError};

use crate::fault;
use crate::service::Context;
use crate::streams::{self, STREAM};

/// The table or stream whose tags a request is about.
pub(crate) fn tagged(context: &Context<'_>, arn: &str) -> Result<SettingsOwner, Fault> {
    let found = parse(arn)?;
    if found.realm.account != context.realm.account {
        return Err(Fault::access_denied("Access is denied"));
    }
    if found.realm.region != context.realm.region {
        return Err(Fault::validation(format!(
            "Invalid TableArn: Invalid ResourceArn provided as input {arn}"
        )));
    }
    owner(context, found, arn).ok_or_else(|| no_tags(arn))
}

/// The table or stream whose policy a request is about. A stream is known to be there.
pub(crate) fn with_policy(
    context: &Context<'_>,
    tables: &RealmTables,
    arn: &str,
) -> Result<SettingsOwner, Fault> {
    let found = parse(arn)?;
    if found.realm.account != context.realm.account {
        return Err(Fault::validation(
            "This action is only supported by accounts that match the resource owner\u{2019}s \
             account.",
        ));
    }
    if found.realm.region != context.realm.region {
        return Err(invalid(&format!("Invalid resource Arn: {arn}")));
    }
    let table = found.table.clone();
    let there = |owner: &SettingsOwner| {
        let stream = owner.stream;
        stream.is_none_or(|created_at| tables.stream(&owner.table, created_at).is_some())
    };
    let owner = owner(context, found, arn).filter(there);
    owner.ok_or_else(|| {
        let label = arn.split_once(STREAM).map_or("", |(_, label)| label);
        Fault::resource_not_found(format!(
            "Requested resource not found: Stream: {label} not found for Table: {table}"
        ))
    })
}

/// The table that an ARN names, or whose stream it names.
fn parse(arn: &str) -> Result<TableArn, Fault> {
    let table = arn.split_once(STREAM).map_or(arn, |(table, _)| table);
    TableArn::parse(table).map_err(|error| match error {
        ArnError::NotAnArn => invalid(&format!("ARNs must start with 'arn:': {arn}")),
        ArnError::OtherService | ArnError::NoRealm => invalid(&format!(
            "Provided Arn is not a DynamoDB resource arn: {arn}"
        )),
        ArnError::OtherResource => invalid(&format!(
            "Invalid resource arn provided, only table or stream is accepted. Provided resource \
             arn: {arn}"
        )),
    })
}

/// `None` for what can be no label of a stream.
fn owner(context: &Context<'_>, found: TableArn, arn: &str) -> Option<SettingsOwner> {
    let (stream, title) = match arn.split_once(STREAM) {
        None => (None, format!("table {}", found.table)),
        Some((_, label)) => {
            let (_, created_at) = streams::parse_arn(&context.realm, arn)?;
            (Some(created_at), format!("stream {label}"))
        }
    };
    Some(SettingsOwner {
        table: found.table,
        stream,
        arn: arn.to_owned(),
        title,
    })
}

/// A fault of a request about tags, which names what is missing by its ARN.
pub(crate) fn tags_fault(arn: &str, error: TableError) -> Fault {
    match error {
        TableError::TableNotFound(_) | TableError::ResourceNotFound => no_tags(arn),
        error => fault::of_table(error),
    }
}

fn no_tags(arn: &str) -> Fault {
    Fault::resource_not_found(format!(
        "Requested resource not found: ResourceArn: {arn} not found"
    ))
}

fn invalid(text: &str) -> Fault {
    Fault::validation(format!("One or more parameter values were invalid: {text}"))
}
