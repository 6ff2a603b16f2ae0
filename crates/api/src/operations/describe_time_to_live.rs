//! DescribeTimeToLive: whether items of a table expire, and by which attribute.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{describe, fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DescribeTimeToLiveInput,
) -> Result<Done, Fault> {
    let table = items::table_name(context, input.table_name.as_deref())?;
    let tables = context.tables().await?;
    let status = tables.time_to_live(&table).map_err(fault::of_table)?;
    reply(&shapes::DescribeTimeToLiveOutput {
        time_to_live_description: Some(describe::time_to_live(&status)),
    })
}
