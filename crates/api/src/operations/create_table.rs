//! CreateTable.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{
    CreateTable, RealmTables, ResourcePolicy, TableRecord, TableSettings, TableStatus,
};

use super::reply;
use crate::describe::Described;
use crate::service::{Context, Done};
use crate::{define, describe, fault, policy, streams, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::CreateTableInput,
) -> Result<Done, Fault> {
    unbuilt::refuse(&[
        (
            "GlobalTableSourceArn",
            input.global_table_source_arn.is_some(),
        ),
        (
            "GlobalTableSettingsReplicationMode",
            input.global_table_settings_replication_mode.is_some(),
        ),
        (
            "VectorIndexes",
            input
                .vector_indexes
                .as_ref()
                .is_some_and(|list| !list.is_empty()),
        ),
    ])?;
    let tables = context.tables().await?;
    let settings = settings(&tables, &input)?;
    let request = CreateTable {
        name: define::new_table_name(input.table_name.as_ref())?,
        attribute_definitions: define::attribute_definitions(
            input.attribute_definitions.as_deref().unwrap_or_default(),
        ),
        key_schema: define::key_schema(input.key_schema.as_deref().unwrap_or_default()),
        billing_mode: define::billing_mode(input.billing_mode.as_ref()),
        throughput: define::throughput(input.provisioned_throughput.as_ref()),
        on_demand: define::on_demand(input.on_demand_throughput.as_ref()),
        warm: define::warm(input.warm_throughput.as_ref()).unwrap_or_default(),
        global_indexes: define::global_indexes(input.global_secondary_indexes.as_ref())?,
        local_indexes: define::local_indexes(input.local_secondary_indexes.as_ref())?,
        managed_encryption: define::managed_encryption(input.sse_specification.as_ref())?,
        deletion_protection: input.deletion_protection_enabled.unwrap_or(false),
        stream: streams::specification(input.stream_specification.as_ref()),
        table_class: define::table_class(input.table_class.as_ref())?,
        settings,
    };
    let created = tables.create_table(request).await;
    let table = created.map_err(fault::of_table)?;
    // AWS answers with the state in which the request was accepted. The table is in fact ready,
    // and the next DescribeTable says so.
    let accepted = TableRecord {
        status: TableStatus::Creating,
        ..table.record().clone()
    };
    let described = Described {
        realm: &context.realm,
        record: &accepted,
        table: None,
        now: context.now(),
    };
    let mut description = described.description();
    if let Some(summary) = &mut description.billing_mode_summary {
        summary.last_update_to_pay_per_request_date_time = None;
    }
    show_asked_warm_throughput(&mut description, &input, &accepted);
    reply(&shapes::CreateTableOutput {
        table_description: Some(description),
    })
}

/// Warm throughput is in the answer where it was asked for, as on its way.
fn show_asked_warm_throughput(
    description: &mut shapes::TableDescription,
    input: &shapes::CreateTableInput,
    record: &TableRecord,
) {
    let asks = |warm: Option<&shapes::WarmThroughput>| {
        define::warm(warm).is_some_and(|warm| !warm.is_empty())
    };
    if asks(input.warm_throughput.as_ref()) {
        let warm = record.warm_throughput();
        description.warm_throughput = Some(describe::table_warm_throughput(warm, "UPDATING"));
    }
    let described = description.global_secondary_indexes.iter_mut().flatten();
    let asked = input.global_secondary_indexes.iter().flatten();
    for (described, asked) in described.zip(asked) {
        let name = asked.index_name.as_deref().unwrap_or_default();
        if let Some(index) = record.index(name)
            && asks(asked.warm_throughput.as_ref())
        {
            let warm = record.index_warm_throughput(index);
            described.warm_throughput = Some(describe::index_warm_throughput(warm, "UPDATING"));
        }
    }
}

/// Tags and policy. The policy applies from the table's first moment on.
fn settings(
    tables: &RealmTables,
    input: &shapes::CreateTableInput,
) -> Result<TableSettings, Fault> {
    let tags = define::tags(input.tags.as_deref().unwrap_or_default());
    let settings = tags.and_then(|tags| TableSettings::default().with_tags(tags));
    let policy = input.resource_policy.as_deref().map(policy::document);
    Ok(TableSettings {
        resource_policy: policy.transpose()?.map(|document| ResourcePolicy {
            document,
            revision_id: tables.new_revision(),
        }),
        ..settings.map_err(fault::of_table)?
    })
}
