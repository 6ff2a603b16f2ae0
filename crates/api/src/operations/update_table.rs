//! UpdateTable: throughput, billing mode, on-demand maxima, deletion protection, streams, and
//! global secondary indexes.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{IndexChange, IndexUpdate, Table, TableRecord, UpdateTable};

use super::reply;
use crate::describe::Described;
use crate::service::{Context, Done};
use crate::{define, fault, items, streams, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::UpdateTableInput,
) -> Result<Done, Fault> {
    let updates = input.global_secondary_index_updates.as_ref();
    let any_index = |is: fn(&shapes::GlobalSecondaryIndexUpdate) -> bool| {
        updates.is_some_and(|updates| updates.iter().any(is))
    };
    unbuilt::refuse(&[
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
            "GlobalSecondaryIndexUpdates.Create.WarmThroughput",
            any_index(|u| {
                u.create
                    .as_ref()
                    .is_some_and(|u| u.warm_throughput.is_some())
            }),
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
        .map(|updates| updates.iter().map(index_change).collect())
        .transpose()?;
    let request = UpdateTable {
        throughput: define::throughput(input.provisioned_throughput.as_ref()),
        billing_mode: define::billing_mode(input.billing_mode.as_ref()),
        on_demand: define::on_demand(input.on_demand_throughput.as_ref()),
        deletion_protection: input.deletion_protection_enabled,
        stream: streams::specification(input.stream_specification.as_ref()),
        attribute_definitions: define::attribute_definitions(
            input.attribute_definitions.as_deref().unwrap_or_default(),
        ),
        indexes,
    };
    let changes_index_list = request.changes_index_list();
    let tables = context.tables().await?;
    let (before, after) = tables
        .update_table(&name, request)
        .await
        .map_err(fault::of_table)?;
    // AWS answers with the settings before the change and the status UPDATING; of the stream it
    // shows what was asked for.
    let record = if changes_index_list {
        with_indexes_of(&before, after.record())
    } else {
        before.record().clone()
    };
    let shown = TableRecord {
        settings: after.record().settings.clone(),
        ..record
    };
    let described = Described {
        realm: &context.realm,
        record: &shown,
        table: Some(&before),
        now: context.now(),
    };
    let description = described.description();
    let description = shapes::TableDescription {
        table_status: Some("UPDATING".to_owned()),
        stream_specification: input
            .stream_specification
            .or(description.stream_specification),
        ..description
    };
    reply(&shapes::UpdateTableOutput {
        table_description: Some(description),
    })
}

/// Of an index that is added or dropped the answer shows what it becomes.
fn with_indexes_of(before: &Table, after: &TableRecord) -> TableRecord {
    let mut record = before.record().clone();
    record.indexes.clone_from(&after.indexes);
    for index in &mut record.indexes {
        if let Some(before) = before.record().index_by_number(index.number) {
            index.throughput = before.throughput;
            index.on_demand = before.on_demand;
        }
    }
    record
}

fn index_change(shape: &shapes::GlobalSecondaryIndexUpdate) -> Result<IndexChange, Fault> {
    let name = |shape: &shapes::DeleteGlobalSecondaryIndexAction| {
        define::index_name(shape.index_name.as_ref())
    };
    Ok(IndexChange {
        update: shape.update.as_ref().map(index_update).transpose()?,
        create: shape
            .create
            .as_ref()
            .map(define::online_index)
            .transpose()?,
        delete: shape.delete.as_ref().map(name).transpose()?,
    })
}

fn index_update(shape: &shapes::UpdateGlobalSecondaryIndexAction) -> Result<IndexUpdate, Fault> {
    Ok(IndexUpdate {
        name: define::index_name(shape.index_name.as_ref())?,
        throughput: define::throughput(shape.provisioned_throughput.as_ref()),
        on_demand: define::on_demand(shape.on_demand_throughput.as_ref()),
    })
}
