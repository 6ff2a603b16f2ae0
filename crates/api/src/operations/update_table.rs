//! UpdateTable: throughput, billing mode, on-demand maxima and deletion protection.

use anywhen_model::IndexName;
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{IndexUpdate, UpdateTable};

use super::reply;
use crate::describe::Described;
use crate::service::{Context, Done};
use crate::{define, fault, items, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::UpdateTableInput,
) -> Result<Done, Fault> {
    let updates = input.global_secondary_index_updates.as_ref();
    let any_index = |is: fn(&shapes::GlobalSecondaryIndexUpdate) -> bool| {
        updates.is_some_and(|updates| updates.iter().any(is))
    };
    unbuilt::refuse(&[
        ("StreamSpecification", input.stream_specification.is_some()),
        ("SSESpecification", input.sse_specification.is_some()),
        ("ReplicaUpdates", input.replica_updates.is_some()),
        ("TableClass", input.table_class.is_some()),
        (
            "MultiRegionConsistency",
            input.multi_region_consistency.is_some(),
        ),
        (
            "GlobalTableWitnessUpdates",
            input.global_table_witness_updates.is_some(),
        ),
        ("WarmThroughput", input.warm_throughput.is_some()),
        (
            "GlobalTableSettingsReplicationMode",
            input.global_table_settings_replication_mode.is_some(),
        ),
        (
            "DisassociationProtectionEnabled",
            input.disassociation_protection_enabled.is_some(),
        ),
        ("VectorIndexUpdates", input.vector_index_updates.is_some()),
        (
            "GlobalSecondaryIndexUpdates.Create",
            any_index(|update| update.create.is_some()),
        ),
        (
            "GlobalSecondaryIndexUpdates.Delete",
            any_index(|update| update.delete.is_some()),
        ),
        (
            "GlobalSecondaryIndexUpdates.Update.WarmThroughput",
            any_index(|u| {
                u.update
                    .as_ref()
                    .is_some_and(|u| u.warm_throughput.is_some())
            }),
        ),
    ])?;
    let name = items::table_name(context, input.table_name.as_deref())?;
    let indexes = updates
        .map(|updates| updates.iter().map(index_update).collect())
        .transpose()?;
    let request = UpdateTable {
        throughput: define::throughput(input.provisioned_throughput.as_ref()),
        billing_mode: define::billing_mode(input.billing_mode.as_ref()),
        on_demand: define::on_demand(input.on_demand_throughput.as_ref()),
        deletion_protection: input.deletion_protection_enabled,
        indexes,
    };
    let tables = context.tables().await?;
    let (before, _) = tables
        .update_table(&name, request)
        .await
        .map_err(fault::of_table)?;
    // AWS answers with the settings before the change and the status UPDATING.
    let described = Described {
        realm: &context.realm,
        record: before.record(),
        table: Some(&before),
        now: context.now(),
    };
    let description = shapes::TableDescription {
        table_status: Some("UPDATING".to_owned()),
        ..described.description()
    };
    reply(&shapes::UpdateTableOutput {
        table_description: Some(description),
    })
}

fn index_update(update: &shapes::GlobalSecondaryIndexUpdate) -> Result<IndexUpdate, Fault> {
    let update = update.update.as_ref().ok_or_else(|| {
        Fault::validation(
            "One or more parameter values were invalid: One of GlobalSecondaryIndexUpdate.Update, \
             GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null",
        )
    })?;
    let name = update.index_name.as_deref().unwrap_or_default();
    Ok(IndexUpdate {
        name: IndexName::parse(name).map_err(|error| Fault::validation(error.to_string()))?,
        throughput: define::throughput(update.provisioned_throughput.as_ref()),
        on_demand: define::on_demand(update.on_demand_throughput.as_ref()),
    })
}
