//! UpdateTimeToLive: have the items of a table expire by an attribute, or no longer. Answers what
//! was asked.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::UpdateTimeToLiveInput,
) -> Result<Done, Fault> {
    let table = items::table_name(context, input.table_name.as_deref())?;
    let asked = input.time_to_live_specification.unwrap_or_default();
    let attribute = asked.attribute_name.as_deref().unwrap_or_default();
    let enabled = asked.enabled.unwrap_or_default();
    let tables = context.tables().await?;
    tables
        .update_time_to_live(&table, attribute, enabled)
        .await
        .map_err(fault::of_table)?;
    reply(&shapes::UpdateTimeToLiveOutput {
        time_to_live_specification: Some(asked),
    })
}
