//! UpdateTable: throughput of every kind, billing mode, encryption, table class, deletion
//! protection, streams, and global secondary indexes.

use anywhen_model::TableName;
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{
    Encryption, IndexChange, IndexUpdate, RealmTables, Table, TableRecord, TableSettings,
    UpdateTable,
};

use super::reply;
use crate::describe::Described;
use crate::service::{Context, Done};
use crate::{define, fault, items, streams, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::UpdateTableInput,
) -> Result<Done, Fault> {
    let updates = input.global_secondary_index_updates.as_ref();
    unbuilt::refuse(&[
        ("ReplicaUpdates", input.replica_updates.is_some()),
        (
            "MultiRegionConsistency",
            input.multi_region_consistency.is_some(),
        ),
        (
            "GlobalTableWitnessUpdates",
            input.global_table_witness_updates.is_some(),
        ),
        (
            "GlobalTableSettingsReplicationMode",
            input.global_table_settings_replication_mode.is_some(),
        ),
        (
            "DisassociationProtectionEnabled",
            input.disassociation_protection_enabled.is_some(),
        ),
        ("VectorIndexUpdates", input.vector_index_updates.is_some()),
    ])?;
    let name = items::table_name(context, input.table_name.as_deref())?;
    let tables = context.tables().await?;
    let indexes = updates
        .map(|updates| updates.iter().map(index_change).collect())
        .transpose()?;
    let request = UpdateTable {
        throughput: define::throughput(input.provisioned_throughput.as_ref()),
        billing_mode: define::billing_mode(input.billing_mode.as_ref()),
        on_demand: define::on_demand(input.on_demand_throughput.as_ref()),
        deletion_protection: input.deletion_protection_enabled,
        stream: streams::specification(input.stream_specification.as_ref()),
        managed_encryption: encryption(&tables, &name, input.sse_specification.as_ref())?,
        table_class: define::table_class(input.table_class.as_ref())?,
        warm: define::warm(input.warm_throughput.as_ref()),
        attribute_definitions: define::attribute_definitions(
            input.attribute_definitions.as_deref().unwrap_or_default(),
        ),
        indexes,
    };
    let (before, after) = tables
        .update_table(&name, request.clone())
        .await
        .map_err(fault::of_table)?;
    let shown = shown(&request, &before, after.record());
    let described = Described {
        realm: &context.realm,
        record: &shown,
        table: Some(&before),
        now: context.now(),
    };
    let mut description = described.description();
    if !request.leaves_table_active() {
        description.table_status = Some("UPDATING".to_owned());
    }
    if input.stream_specification.is_some() {
        description.stream_specification = input.stream_specification;
    }
    if let Some(sse) = &mut description.sse_description
        && request.managed_encryption.is_some()
    {
        sse.status = Some("UPDATING".to_owned());
    }
    show_warming(&mut description, &request);
    reply(&shapes::UpdateTableOutput {
        table_description: Some(description),
    })
}

/// What the answer describes: as on AWS, most changes are only on their way when it is given, so
/// the settings are those of before. Streams and the indexes that are added or dropped show what
/// was asked for.
fn shown(request: &UpdateTable, before: &Table, after: &TableRecord) -> TableRecord {
    if request.is_immediate() {
        return after.clone();
    }
    let record = if request.changes_index_list() {
        with_indexes_of(before, after)
    } else {
        before.record().clone()
    };
    // A key that is given up is described until it is.
    let encryption = match request.managed_encryption {
        Some(true) => after.encryption.clone(),
        _ => record.encryption,
    };
    TableRecord {
        encryption,
        settings: TableSettings {
            stream: after.settings.stream,
            ..record.settings
        },
        ..record
    }
}

/// Warm throughput that was asked for is on its way.
fn show_warming(description: &mut shapes::TableDescription, request: &UpdateTable) {
    let updating = || Some("UPDATING".to_owned());
    if let Some(warm) = &mut description.warm_throughput
        && request.warm.is_some_and(|warm| !warm.is_empty())
    {
        warm.status = updating();
    }
    for index in description.global_secondary_indexes.iter_mut().flatten() {
        let mut updates = request.indexes.iter().flatten();
        let warmed = updates.any(|change| match &change.update {
            Some(update) => {
                update.warm.is_some() && Some(update.name.as_str()) == index.index_name.as_deref()
            }
            None => false,
        });
        if let Some(warm) = &mut index.warm_throughput
            && warmed
        {
            warm.status = updating();
        }
    }
}

/// Whether the managed key is asked for. A table's own key may be named by its ARN, only to be
/// told that nothing would change.
fn encryption(
    tables: &RealmTables,
    name: &TableName,
    specification: Option<&shapes::SSESpecification>,
) -> Result<Option<bool>, Fault> {
    let Some(specification) = specification else {
        return Ok(None);
    };
    let current = tables.table(name).ok().and_then(|table| {
        let encryption = &table.record().encryption;
        match encryption {
            Encryption::AwsManaged { key_arn } => Some(key_arn.clone()),
            Encryption::AwsOwned => None,
        }
    });
    if current.is_some()
        && specification.kms_master_key_id == current
        && specification.sse_type.as_deref() == Some("KMS")
    {
        return Err(Fault::validation(
            "One or more parameter values were invalid: Table is already encrypted with given \
             KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to change Master Key",
        ));
    }
    define::managed_encryption(Some(specification)).map(Some)
}

/// Of an index that is added or dropped the answer shows what it becomes.
fn with_indexes_of(before: &Table, after: &TableRecord) -> TableRecord {
    let mut record = before.record().clone();
    record.indexes.clone_from(&after.indexes);
    for index in &mut record.indexes {
        if let Some(before) = before.record().index_by_number(index.number) {
            index.throughput = before.throughput;
            index.on_demand = before.on_demand;
            index.warm = before.warm;
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
        warm: define::warm(shape.warm_throughput.as_ref()),
    })
}
