//! RestoreTableToPointInTime.

use anywhen_model::CommitTimestamp;
use anywhen_protocol::{Fault, shapes};
use anywhen_recovery::RestoreToPointInTime;

use super::{reply, restore};
use crate::service::{Context, Done};
use crate::{fault, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::RestoreTableToPointInTimeInput,
) -> Result<Done, Fault> {
    let vectors = input.vector_index_override.as_ref();
    unbuilt::refuse(&[(
        "VectorIndexOverride",
        vectors.is_some_and(|list| !list.is_empty()),
    )])?;
    refuse_warm_throughput(input.global_secondary_index_override.as_deref())?;
    let overrides = restore::Overrides {
        billing_mode: input.billing_mode_override.as_ref(),
        throughput: input.provisioned_throughput_override.as_ref(),
        on_demand: input.on_demand_throughput_override.as_ref(),
        global_indexes: input.global_secondary_index_override.as_ref(),
        local_indexes: input.local_secondary_index_override.as_ref(),
        encryption: input.sse_specification_override.as_ref(),
    };
    let request = RestoreToPointInTime {
        target: restore::table_name(input.target_table_name.as_deref().unwrap_or_default())?,
        source_name: input
            .source_table_name
            .as_deref()
            .map(restore::table_name)
            .transpose()?,
        source_arn: input.source_table_arn.clone(),
        restore_at: input.restore_date_time.map(|at| {
            // Before 1970 is before every window; the check that follows says so.
            CommitTimestamp::from_micros(u64::try_from(at.as_micros()).unwrap_or_default())
        }),
        use_latest: input.use_latest_restorable_time,
        overrides: overrides.read()?,
    };
    let target = context
        .recovery()
        .restore_to_point_in_time(&context.realm, request)
        .await
        .map_err(fault::of_recovery)?;
    reply(&shapes::RestoreTableToPointInTimeOutput {
        table_description: Some(restore::description(context, &target)),
    })
}

/// DynamoDB takes the warm throughput of an index with a restore from a backup, not with this one.
fn refuse_warm_throughput(indexes: Option<&[shapes::GlobalSecondaryIndex]>) -> Result<(), Fault> {
    let mut indexes = indexes.unwrap_or_default().iter();
    match indexes.find(|index| index.warm_throughput.is_some()) {
        None => Ok(()),
        Some(index) => Err(Fault::validation(format!(
            "One or more parameter values were invalid: WarmThroughput cannot be specified for \
             index: {} in a restore to a point in time",
            index.index_name.as_deref().unwrap_or_default()
        ))),
    }
}
