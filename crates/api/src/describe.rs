//! Table records as clients see them: `TableDescription` and its parts.
//!
//! Which member appears when follows what AWS answers: a member that does not apply is absent,
//! not empty. `RestoreSummary` stands while a restore is under way and is gone with the first
//! ACTIVE answer.

use anywhen_model::{CommitTimestamp, KeyAttribute, KeySchema, Realm};
use anywhen_protocol::Timestamp;
use anywhen_protocol::shapes;
use anywhen_table::{
    BillingMode, Encryption, IndexKind, IndexProjection, IndexRecord, IndexStatus,
    OnDemandThroughput, ProvisionedThroughput, Statistics, Table, TableClass, TableClassSetting,
    TableRecord, TableStatus, TimeToLiveStatus, WarmThroughput,
};

use crate::streams;

/// What a description is made of.
pub(crate) struct Described<'a> {
    pub(crate) realm: &'a Realm,
    pub(crate) record: &'a TableRecord,
    /// The table itself, for its live statistics; without it they are zero.
    pub(crate) table: Option<&'a Table>,
    pub(crate) now: CommitTimestamp,
}

/// A timestamp as the API prints it: milliseconds.
pub(crate) fn timestamp(at: CommitTimestamp) -> Timestamp {
    Timestamp::from_micros((at.as_micros() / 1000 * 1000) as i64)
}

/// The ARN of a table.
pub(crate) fn table_arn(realm: &Realm, name: &str) -> String {
    format!(
        "arn:aws:dynamodb:{}:{}:table/{name}",
        realm.region, realm.account
    )
}

impl Described<'_> {
    fn arn(&self) -> String {
        table_arn(self.realm, self.record.name.as_ref())
    }

    fn statistics(&self) -> Statistics {
        self.table.map(Table::statistics).unwrap_or_default()
    }

    fn index_statistics(&self, index: &IndexRecord) -> Statistics {
        self.table
            .and_then(|table| table.index_statistics(index.name.as_str()))
            .unwrap_or_default()
    }

    /// The description that DescribeTable and the control operations answer.
    pub(crate) fn description(&self) -> shapes::TableDescription {
        let record = self.record;
        let statistics = self.statistics();
        let stream = record.settings.stream.as_ref();
        shapes::TableDescription {
            attribute_definitions: Some(attribute_definitions(record)),
            table_name: Some(record.name.to_string()),
            key_schema: Some(key_schema(&record.key_schema)),
            table_status: Some(status(record.status).to_owned()),
            creation_date_time: Some(timestamp(record.created_at)),
            provisioned_throughput: Some(throughput_description(&record.throughput, self.now)),
            table_size_bytes: Some(statistics.size_bytes as i64),
            item_count: Some(statistics.items as i64),
            table_arn: Some(self.arn()),
            table_id: Some(record.id.to_string()),
            billing_mode_summary: billing_mode_summary(record),
            local_secondary_indexes: self.local_indexes(),
            global_secondary_indexes: self.global_indexes(),
            restore_summary: self.restore_summary(),
            sse_description: sse_description(&record.encryption),
            deletion_protection_enabled: Some(record.deletion_protection),
            on_demand_throughput: record.on_demand.as_ref().map(on_demand_throughput),
            warm_throughput: self.warm_throughput(),
            table_class_summary: record.settings.table_class.map(table_class_summary),
            stream_specification: stream.and_then(streams::shown),
            latest_stream_label: stream.map(|stream| streams::label(stream.created_at)),
            latest_stream_arn: stream
                .map(|stream| streams::arn(self.realm, &record.name, stream.created_at)),
            ..Default::default()
        }
    }

    /// The reduced description that DeleteTable answers.
    pub(crate) fn deleted_table(&self) -> shapes::TableDescription {
        let whole = self.description();
        shapes::TableDescription {
            table_name: whole.table_name,
            table_arn: whole.table_arn,
            table_id: whole.table_id,
            table_status: whole.table_status,
            item_count: whole.item_count,
            table_size_bytes: whole.table_size_bytes,
            provisioned_throughput: whole.provisioned_throughput,
            billing_mode_summary: whole.billing_mode_summary,
            deletion_protection_enabled: whole.deletion_protection_enabled,
            ..Default::default()
        }
    }

    fn warm_throughput(&self) -> Option<shapes::TableWarmThroughputDescription> {
        let shown = self.record.status != TableStatus::Creating;
        shown.then(|| table_warm_throughput(self.record.warm_throughput(), "ACTIVE"))
    }

    fn local_indexes(&self) -> Option<Vec<shapes::LocalSecondaryIndexDescription>> {
        let described = self.indexes(IndexKind::Local).map(|index| {
            let statistics = self.index_statistics(index);
            shapes::LocalSecondaryIndexDescription {
                index_name: Some(index.name.to_string()),
                key_schema: Some(key_schema(&index.key_schema)),
                projection: Some(projection(&index.projection)),
                index_size_bytes: Some(statistics.size_bytes as i64),
                item_count: Some(statistics.items as i64),
                index_arn: Some(format!("{}/index/{}", self.arn(), index.name)),
            }
        });
        non_empty(described.collect())
    }

    fn global_indexes(&self) -> Option<Vec<shapes::GlobalSecondaryIndexDescription>> {
        let restoring = self.record.restore.is_some();
        let creating = self.record.status == TableStatus::Creating;
        let described = self.indexes(IndexKind::Global).map(|index| {
            let statistics = self.index_statistics(index);
            let warm = self.record.index_warm_throughput(index);
            shapes::GlobalSecondaryIndexDescription {
                index_name: Some(index.name.to_string()),
                key_schema: Some(key_schema(&index.key_schema)),
                projection: Some(projection(&index.projection)),
                // While a restore fills the table its indexes carry no status at all.
                index_status: match (creating, restoring) {
                    (true, true) => None,
                    (true, false) => Some("CREATING".to_owned()),
                    (false, _) => Some(index_status(index.status).to_owned()),
                },
                // Of an index that was added to a table, until it is filled.
                backfilling: index
                    .status
                    .is_filling()
                    .then_some(index.status == IndexStatus::Backfilling),
                provisioned_throughput: Some(throughput_description(&index.throughput, self.now)),
                index_size_bytes: Some(statistics.size_bytes as i64),
                item_count: Some(statistics.items as i64),
                index_arn: Some(format!("{}/index/{}", self.arn(), index.name)),
                on_demand_throughput: index.on_demand.as_ref().map(on_demand_throughput),
                warm_throughput: (!creating && index.status != IndexStatus::Creating)
                    .then(|| index_warm_throughput(warm, "ACTIVE")),
            }
        });
        non_empty(described.collect())
    }

    fn indexes(&self, kind: IndexKind) -> impl Iterator<Item = &IndexRecord> {
        self.record
            .indexes
            .iter()
            .filter(move |index| index.kind == kind)
    }

    fn restore_summary(&self) -> Option<shapes::RestoreSummary> {
        let restore = self.record.restore.as_ref()?;
        (self.record.status == TableStatus::Creating).then(|| shapes::RestoreSummary {
            source_backup_arn: restore.source_backup_arn.clone(),
            source_table_arn: restore.source_table_arn.clone(),
            restore_date_time: Some(timestamp(restore.at)),
            restore_in_progress: Some(true),
        })
    }
}

/// A list that is absent rather than empty.
pub(crate) fn non_empty<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

/// The wire name of a status.
pub(crate) fn status(status: TableStatus) -> &'static str {
    match status {
        TableStatus::Creating => "CREATING",
        TableStatus::Active => "ACTIVE",
        TableStatus::Updating => "UPDATING",
        TableStatus::Deleting => "DELETING",
    }
}

fn index_status(status: IndexStatus) -> &'static str {
    match status {
        IndexStatus::Creating | IndexStatus::Backfilling => "CREATING",
        IndexStatus::Active => "ACTIVE",
        IndexStatus::Deleting => "DELETING",
    }
}

/// The wire name of a billing mode.
pub(crate) fn billing_mode(mode: BillingMode) -> &'static str {
    match mode {
        BillingMode::Provisioned => "PROVISIONED",
        BillingMode::PayPerRequest => "PAY_PER_REQUEST",
    }
}

/// Absent on a table that was never billed by request.
fn billing_mode_summary(record: &TableRecord) -> Option<shapes::BillingModeSummary> {
    let since = record.pay_per_request_since?;
    Some(shapes::BillingModeSummary {
        billing_mode: Some(billing_mode(record.billing_mode).to_owned()),
        last_update_to_pay_per_request_date_time: Some(timestamp(since)),
    })
}

fn throughput_description(
    throughput: &ProvisionedThroughput,
    now: CommitTimestamp,
) -> shapes::ProvisionedThroughputDescription {
    shapes::ProvisionedThroughputDescription {
        last_increase_date_time: throughput.last_increase_at.map(timestamp),
        last_decrease_date_time: throughput.last_decrease_at.map(timestamp),
        number_of_decreases_today: Some(i64::from(throughput.decreases_on(now))),
        read_capacity_units: Some(throughput.read_units as i64),
        write_capacity_units: Some(throughput.write_units as i64),
    }
}

/// Provisioned capacity without its past, as backups show it.
pub(crate) fn throughput(throughput: &ProvisionedThroughput) -> shapes::ProvisionedThroughput {
    shapes::ProvisionedThroughput {
        read_capacity_units: Some(throughput.read_units as i64),
        write_capacity_units: Some(throughput.write_units as i64),
    }
}

/// On-demand maxima; a bound that is not set is absent.
pub(crate) fn on_demand_throughput(maxima: &OnDemandThroughput) -> shapes::OnDemandThroughput {
    shapes::OnDemandThroughput {
        max_read_request_units: maxima.read_units_max.map(|units| units as i64),
        max_write_request_units: maxima.write_units_max.map(|units| units as i64),
    }
}

/// Warm throughput of a table in this status.
pub(crate) fn table_warm_throughput(
    warm: WarmThroughput,
    status: &str,
) -> shapes::TableWarmThroughputDescription {
    shapes::TableWarmThroughputDescription {
        read_units_per_second: Some(warm.read_units as i64),
        write_units_per_second: Some(warm.write_units as i64),
        status: Some(status.to_owned()),
    }
}

/// Warm throughput of a global index in this status.
pub(crate) fn index_warm_throughput(
    warm: WarmThroughput,
    status: &str,
) -> shapes::GlobalSecondaryIndexWarmThroughputDescription {
    shapes::GlobalSecondaryIndexWarmThroughputDescription {
        read_units_per_second: Some(warm.read_units as i64),
        write_units_per_second: Some(warm.write_units as i64),
        status: Some(status.to_owned()),
    }
}

fn table_class_summary(setting: TableClassSetting) -> shapes::TableClassSummary {
    let class = match setting.class {
        TableClass::Standard => "STANDARD",
        TableClass::StandardInfrequentAccess => "STANDARD_INFREQUENT_ACCESS",
    };
    shapes::TableClassSummary {
        table_class: Some(class.to_owned()),
        last_update_date_time: setting.updated_at.map(timestamp),
    }
}

/// A `TimeToLiveDescription`.
pub(crate) fn time_to_live(status: &TimeToLiveStatus) -> shapes::TimeToLiveDescription {
    let (status, attribute) = match status {
        TimeToLiveStatus::Enabling(attribute) => ("ENABLING", Some(attribute)),
        TimeToLiveStatus::Enabled(attribute) => ("ENABLED", Some(attribute)),
        TimeToLiveStatus::Disabled => ("DISABLED", None),
    };
    shapes::TimeToLiveDescription {
        time_to_live_status: Some(status.to_owned()),
        attribute_name: attribute.cloned(),
    }
}

/// Absent for a table under the server's own key.
pub(crate) fn sse_description(encryption: &Encryption) -> Option<shapes::SSEDescription> {
    match encryption {
        Encryption::AwsOwned => None,
        Encryption::AwsManaged { key_arn } => Some(shapes::SSEDescription {
            status: Some("ENABLED".to_owned()),
            sse_type: Some("KMS".to_owned()),
            kms_master_key_arn: Some(key_arn.clone()),
            ..Default::default()
        }),
    }
}

/// The elements of a key schema in their order.
pub(crate) fn key_schema(schema: &KeySchema) -> Vec<shapes::KeySchemaElement> {
    let element = |attribute: &KeyAttribute, key_type: &str| shapes::KeySchemaElement {
        attribute_name: Some(attribute.name.clone()),
        key_type: Some(key_type.to_owned()),
    };
    let partition = schema
        .partition
        .iter()
        .map(|attribute| element(attribute, "HASH"));
    let sort = schema
        .sort
        .iter()
        .map(|attribute| element(attribute, "RANGE"));
    partition.chain(sort).collect()
}

/// A projection with its attributes in ascending order.
pub(crate) fn projection(projection: &IndexProjection) -> shapes::Projection {
    let (kind, attributes) = match projection {
        IndexProjection::All => ("ALL", None),
        IndexProjection::KeysOnly => ("KEYS_ONLY", None),
        IndexProjection::Include(names) => ("INCLUDE", Some(names.iter().cloned().collect())),
    };
    shapes::Projection {
        projection_type: Some(kind.to_owned()),
        non_key_attributes: attributes,
    }
}

/// The attributes of all keys, in ascending order of their names.
fn attribute_definitions(record: &TableRecord) -> Vec<shapes::AttributeDefinition> {
    let schemas = std::iter::once(&record.key_schema)
        .chain(record.indexes.iter().map(|index| &index.key_schema));
    let types: std::collections::BTreeMap<_, _> = schemas
        .flat_map(|schema| schema.partition.iter().chain(&schema.sort))
        .map(|attribute| (&attribute.name, attribute.scalar_type))
        .collect();
    types
        .into_iter()
        .map(|(name, scalar_type)| shapes::AttributeDefinition {
            attribute_name: Some(name.clone()),
            attribute_type: Some(scalar_type.to_string()),
        })
        .collect()
}
