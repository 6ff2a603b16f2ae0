//! Replies of PutItem, UpdateItem and DeleteItem: at most `Attributes`.

use anywhen_model::{CommitTimestamp, Item, write_item};
use anywhen_protocol::Fault;
use anywhen_table::{RealmTables, WriteAction, WriteOutcome};

use crate::fault;
use crate::service::Done;

/// The reply of a write with the attributes it returns, if it returns any.
pub(super) fn attributes(timestamp: CommitTimestamp, attributes: Option<&Item>) -> Done {
    let body = match attributes {
        None => b"{}".to_vec(),
        Some(item) => {
            let mut body = b"{\"Attributes\":".to_vec();
            write_item(item, &mut body);
            body.push(b'}');
            body
        }
    };
    Done {
        body,
        commit_timestamp: Some(timestamp),
    }
}

/// Runs a single write; a failed condition shows its item only if that was asked for.
pub(super) async fn write(
    tables: &RealmTables,
    table: &anywhen_model::TableName,
    action: WriteAction,
    on_failure: Option<&String>,
) -> Result<WriteOutcome, Fault> {
    let shows_item = on_failure.is_some_and(|value| value == "ALL_OLD");
    let outcome = tables.write(table, &action).await;
    outcome.map_err(|error| {
        fault::of_table(if shows_item {
            error
        } else {
            fault::without_item(error)
        })
    })
}
