//! What PutItem, UpdateItem and DeleteItem have in common: how a single write runs, and its reply.

use anywhen_model::{Item, TableName};
use anywhen_protocol::Fault;
use anywhen_table::{WriteAction, WriteOutcome};

use crate::body::Body;
use crate::consumed::{Asked, Collections, Report, Transaction};
use crate::fault;
use crate::service::{Context, Done};

/// The members of a request that decide where a write goes and what its reply tells.
pub(super) struct SingleWrite<'a> {
    /// The table as the request named it.
    pub(super) reference: Option<&'a String>,
    pub(super) table: TableName,
    /// `ReturnValuesOnConditionCheckFailure`.
    pub(super) on_failure: Option<&'a String>,
    /// `ReturnConsumedCapacity`.
    pub(super) capacity: Option<&'a String>,
    /// `ReturnItemCollectionMetrics`.
    pub(super) collections: Option<&'a String>,
}

/// Runs a write; a failed condition shows its item only if that was asked for.
pub(super) async fn write(
    context: &Context<'_>,
    table: &TableName,
    action: &WriteAction,
    on_failure: Option<&String>,
) -> Result<WriteOutcome, Fault> {
    let shows_item = on_failure.is_some_and(|value| value == "ALL_OLD");
    let outcome = context.tables().await?.write(table, action).await;
    outcome.map_err(|error| {
        fault::of_table(if shows_item {
            error
        } else {
            fault::without_item(error)
        })
    })
}

impl SingleWrite<'_> {
    /// Runs the write.
    pub(super) async fn run(
        &self,
        context: &Context<'_>,
        action: &WriteAction,
    ) -> Result<WriteOutcome, Fault> {
        write(context, &self.table, action, self.on_failure).await
    }

    /// The reply, with the attributes that were asked for, if there are any. `key` is the item's
    /// key, or an item that holds it.
    pub(super) async fn reply(
        &self,
        outcome: &WriteOutcome,
        key: &Item,
        attributes: Option<&Item>,
    ) -> Result<Done, Fault> {
        let reference = self.reference.map(String::as_str).unwrap_or_default();
        let mut body = Body::new();
        if let Some(attributes) = attributes {
            body.item("Attributes", attributes);
        }
        let mut report = Report::new(Asked::of(self.capacity), Transaction::No);
        report.add_charge(reference, &outcome.charge);
        report.write_one(&mut body)?;
        let mut collections = Collections::new(self.collections);
        collections.add(reference, &outcome.charge.table, key).await;
        collections.write_one(&mut body)?;
        Ok(Done {
            body: body.finish(),
            commit_timestamp: Some(outcome.timestamp),
        })
    }
}
