//! `/admin/v1/regions/{region}/tables`: what a list of tables shows of each, in one call.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use anywhen_model::limits::TABLES_MAX;
use anywhen_model::{KeySchema, TableArn, TableName};
use anywhen_table::{BillingMode, IndexKind, Table, TableClass, TableRecord, TableStatus};
use serde::Serialize;

use crate::Place;
use crate::query::{Query, seconds};
use crate::reply::Refusal;

pub(crate) const PARAMETERS: &[&str] = &["start", "limit"];

#[derive(Serialize)]
pub(crate) struct Page {
    tables: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_start: Option<String>,
    total: usize,
}

#[derive(Serialize)]
struct Row {
    name: String,
    table_id: String,
    arn: String,
    status: &'static str,
    restoring: bool,
    keys: Vec<KeyElement>,
    global_index_count: usize,
    local_index_count: usize,
    billing_mode: &'static str,
    read_capacity_units: u64,
    write_capacity_units: u64,
    size_bytes: u64,
    item_count: u64,
    point_in_time_recovery: &'static str,
    deletion_protection: bool,
    table_class: &'static str,
    stream: bool,
    time_to_live: bool,
    created_at_seconds: f64,
}

#[derive(Serialize)]
struct KeyElement {
    attribute_name: String,
    attribute_type: &'static str,
    key_type: &'static str,
}

/// One page, in order of names.
pub(crate) fn list(place: &Place, query: &Query<'_>) -> Result<Page, Refusal> {
    let limit = query.number("limit", 1, TABLES_MAX as u64)?;
    let limit = limit.map_or(TABLES_MAX, |limit| limit as usize);
    let start = query.text("start").map(TableName::parse).transpose();
    let start = start.map_err(|error| Refusal::bad_request(format!("start: {error}")))?;
    let all: BTreeMap<TableName, Arc<Table>> = place
        .tables
        .iter()
        .flat_map(|tables| tables.tables())
        .map(|table| (table.record().name.clone(), table))
        .collect();
    let after = start.map_or(Bound::Unbounded, Bound::Excluded);
    let mut left = all.range((after, Bound::Unbounded));
    let tables: Vec<Row> = left
        .by_ref()
        .take(limit)
        .map(|(_, table)| row(table))
        .collect();
    let last = tables.last().filter(|_| left.next().is_some());
    Ok(Page {
        next_start: last.map(|row| row.name.clone()),
        tables,
        total: all.len(),
    })
}

fn row(table: &Table) -> Row {
    let record = table.record();
    let statistics = table.statistics();
    let indexes = |kind| {
        let indexes = record.indexes.iter();
        indexes.filter(|index| index.kind == kind).count()
    };
    let arn = TableArn {
        realm: table.realm().clone(),
        table: record.name.clone(),
    };
    Row {
        name: record.name.to_string(),
        table_id: record.id.to_string(),
        arn: arn.to_string(),
        status: status(record),
        restoring: record.status == TableStatus::Creating && record.restore.is_some(),
        keys: keys(&record.key_schema),
        global_index_count: indexes(IndexKind::Global),
        local_index_count: indexes(IndexKind::Local),
        billing_mode: match record.billing_mode {
            BillingMode::Provisioned => "PROVISIONED",
            BillingMode::PayPerRequest => "PAY_PER_REQUEST",
        },
        read_capacity_units: record.throughput.read_units,
        write_capacity_units: record.throughput.write_units,
        size_bytes: statistics.size_bytes,
        item_count: statistics.items,
        point_in_time_recovery: match record.history {
            Some(_) => "ENABLED",
            None => "DISABLED",
        },
        deletion_protection: record.deletion_protection,
        table_class: match record.settings.table_class.map(|setting| setting.class) {
            Some(TableClass::StandardInfrequentAccess) => "STANDARD_INFREQUENT_ACCESS",
            Some(TableClass::Standard) | None => "STANDARD",
        },
        stream: record
            .settings
            .stream
            .as_ref()
            .is_some_and(|stream| stream.enabled),
        time_to_live: record.settings.time_to_live.is_some(),
        created_at_seconds: seconds(record.created_at),
    }
}

/// As DescribeTable has it.
fn status(record: &TableRecord) -> &'static str {
    match record.status {
        TableStatus::Creating => "CREATING",
        TableStatus::Active => "ACTIVE",
        TableStatus::Updating => "UPDATING",
        TableStatus::Deleting => "DELETING",
    }
}

fn keys(schema: &KeySchema) -> Vec<KeyElement> {
    let partition = schema.partition.iter().map(|key| (key, "HASH"));
    let sort = schema.sort.iter().map(|key| (key, "RANGE"));
    let keys = partition.chain(sort).map(|(key, key_type)| KeyElement {
        attribute_name: key.name.clone(),
        attribute_type: key.scalar_type.name(),
        key_type,
    });
    keys.collect()
}
