//! The operations, one module each, and the table of which are built.
//!
//! Each operation's `run` takes the caller's context and the input as generated from the model,
//! whose generic constraints have been checked, and gives the reply. An operation that is not
//! in the table answers `UnknownOperationException`.

pub(crate) mod absent;
mod batch_execute_statement;
mod batch_get_item;
mod batch_write_item;
mod create_backup;
mod create_table;
mod delete_backup;
mod delete_item;
mod delete_resource_policy;
mod delete_table;
mod describe_backup;
mod describe_continuous_backups;
mod describe_endpoints;
mod describe_limits;
mod describe_stream;
mod describe_table;
mod describe_time_to_live;
mod execute_statement;
mod execute_transaction;
mod get_item;
mod get_records;
mod get_resource_policy;
mod get_shard_iterator;
mod list_backups;
mod list_streams;
mod list_tables;
mod list_tags_of_resource;
mod put_item;
mod put_resource_policy;
mod query;
mod restore;
mod restore_table_from_backup;
mod restore_table_to_point_in_time;
mod scan;
mod tag_resource;
mod transact_get_items;
mod transact_write_items;
mod untag_resource;
mod update_continuous_backups;
mod update_item;
mod update_table;
mod update_time_to_live;
mod write_reply;

use anywhen_protocol::{Fault, Operation, valid_input, write_output};
use serde::Serialize;

use crate::service::{Context, Done};

/// Runs an operation on a request's body.
pub(crate) async fn run(
    context: &Context<'_>,
    operation: Operation,
    body: &[u8],
) -> Result<Done, Fault> {
    macro_rules! operation {
        ($module:ident) => {
            // Boxed, so that a connection's task is as large as its smallest need, not the sum.
            Box::pin($module::run(context, valid_input(body)?)).await
        };
    }
    match operation {
        Operation::BatchExecuteStatement => operation!(batch_execute_statement),
        Operation::BatchGetItem => operation!(batch_get_item),
        Operation::BatchWriteItem => operation!(batch_write_item),
        Operation::CreateBackup => operation!(create_backup),
        Operation::CreateTable => operation!(create_table),
        Operation::DeleteBackup => operation!(delete_backup),
        Operation::DeleteItem => operation!(delete_item),
        Operation::DeleteResourcePolicy => operation!(delete_resource_policy),
        Operation::DeleteTable => operation!(delete_table),
        Operation::DescribeBackup => operation!(describe_backup),
        Operation::DescribeContinuousBackups => operation!(describe_continuous_backups),
        Operation::DescribeEndpoints => describe_endpoints::run(context, &valid_input(body)?),
        Operation::DescribeLimits => describe_limits::run(&valid_input(body)?),
        Operation::DescribeStream => operation!(describe_stream),
        Operation::DescribeTable => operation!(describe_table),
        Operation::DescribeTimeToLive => operation!(describe_time_to_live),
        Operation::ExecuteStatement => operation!(execute_statement),
        Operation::ExecuteTransaction => operation!(execute_transaction),
        Operation::GetItem => operation!(get_item),
        Operation::GetRecords => operation!(get_records),
        Operation::GetResourcePolicy => operation!(get_resource_policy),
        Operation::GetShardIterator => operation!(get_shard_iterator),
        Operation::ListBackups => operation!(list_backups),
        Operation::ListStreams => operation!(list_streams),
        Operation::ListTables => operation!(list_tables),
        Operation::ListTagsOfResource => operation!(list_tags_of_resource),
        Operation::PutItem => operation!(put_item),
        Operation::PutResourcePolicy => operation!(put_resource_policy),
        Operation::Query => operation!(query),
        Operation::RestoreTableFromBackup => operation!(restore_table_from_backup),
        Operation::RestoreTableToPointInTime => operation!(restore_table_to_point_in_time),
        Operation::Scan => operation!(scan),
        Operation::TagResource => operation!(tag_resource),
        Operation::TransactGetItems => operation!(transact_get_items),
        Operation::TransactWriteItems => operation!(transact_write_items),
        Operation::UntagResource => operation!(untag_resource),
        Operation::UpdateContinuousBackups => operation!(update_continuous_backups),
        Operation::UpdateItem => operation!(update_item),
        Operation::UpdateTable => operation!(update_table),
        Operation::UpdateTimeToLive => operation!(update_time_to_live),
        _ => Box::pin(absent::run(context, operation, body)).await,
    }
}

/// A reply that says nothing but that it was done.
pub(crate) fn empty_reply() -> Done {
    Done {
        body: b"{}".to_vec(),
        commit_timestamp: None,
    }
}

/// A reply made of a generated shape.
pub(crate) fn reply<T: Serialize>(output: &T) -> Result<Done, Fault> {
    Ok(Done {
        body: write_output(output)?,
        commit_timestamp: None,
    })
}
