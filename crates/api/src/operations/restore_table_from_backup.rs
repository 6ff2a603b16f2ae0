//! RestoreTableFromBackup.

use anywhen_protocol::{Fault, shapes};
use anywhen_recovery::RestoreFromBackup;

use super::{reply, restore};
use crate::service::{Context, Done};
use crate::{fault, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::RestoreTableFromBackupInput,
) -> Result<Done, Fault> {
    unbuilt::refuse(&[(
        "VectorIndexOverride",
        is_used(input.vector_index_override.as_ref()),
    )])?;
    let overrides = restore::Overrides {
        billing_mode: input.billing_mode_override.as_ref(),
        throughput: input.provisioned_throughput_override.as_ref(),
        on_demand: input.on_demand_throughput_override.as_ref(),
        global_indexes: input.global_secondary_index_override.as_ref(),
        local_indexes: input.local_secondary_index_override.as_ref(),
        encryption: input.sse_specification_override.as_ref(),
    };
    let request = RestoreFromBackup {
        target: restore::table_name(input.target_table_name.as_deref().unwrap_or_default())?,
        backup_arn: input.backup_arn.clone().unwrap_or_default(),
        overrides: overrides.read()?,
    };
    let target = context
        .recovery()
        .restore_from_backup(&context.realm, request)
        .await
        .map_err(fault::of_recovery)?;
    reply(&shapes::RestoreTableFromBackupOutput {
        table_description: Some(restore::description(context, &target)),
    })
}

/// An empty list asks for what there is: no vector indexes.
fn is_used(list: Option<&Vec<shapes::VectorIndex>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}
