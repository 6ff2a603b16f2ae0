//! What UpdateTable may do to global secondary indexes: add one, drop one, change capacities.
//!
//! Adding and dropping end with a job of their own ([`crate::backfill`]); what is decided here is
//! the record with which that job begins. Only one index of a table is added or dropped at a time.

use std::collections::{BTreeMap, BTreeSet};

use anywhen_model::{CommitTimestamp, IndexName, ScalarType, limits};

use super::{UpdateTable, check_differs, merged};
use crate::create_table::{
    AttributeDefinition, IndexDefinition, OnDemandLimits, Throughput, Types, check_projected_count,
    on_demand,
};
use crate::error::TableError;
use crate::record::{
    BillingMode, IndexKind, IndexRecord, IndexStatus, ProvisionedThroughput, TableRecord,
    TableStatus,
};
use crate::warm::WarmRequest;

/// One element of `GlobalSecondaryIndexUpdates`: exactly one of its actions may be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexChange {
    /// `Update`.
    pub update: Option<IndexUpdate>,
    /// `Create`.
    pub create: Option<IndexDefinition>,
    /// `Delete`.
    pub delete: Option<IndexName>,
}

/// New capacity of a global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexUpdate {
    /// `IndexName`.
    pub name: IndexName,
    /// `ProvisionedThroughput`.
    pub throughput: Option<Throughput>,
    /// `OnDemandThroughput`.
    pub on_demand: Option<OnDemandLimits>,
    /// `WarmThroughput`.
    pub warm: Option<WarmRequest>,
}

impl IndexChange {
    /// The index it is about; of several actions, that of the first.
    fn name(&self) -> Option<&IndexName> {
        let updated = self.update.as_ref().map(|update| &update.name);
        let created = self.create.as_ref().map(|create| &create.name);
        updated.or(created).or(self.delete.as_ref())
    }

    /// Whether an index is added or dropped.
    fn is_online(&self) -> bool {
        self.create.is_some() || self.delete.is_some()
    }

    /// Whether it raises warm throughput.
    fn warms(&self) -> bool {
        self.update
            .as_ref()
            .is_some_and(|update| update.warm.is_some())
    }

    /// Whether it does nothing but raise warm throughput.
    fn only_warms(&self) -> bool {
        let update = self.update.as_ref();
        update.is_some_and(|update| update.throughput.is_none() && update.on_demand.is_none())
            && self.warms()
    }

    fn check_warm(&self) -> Result<(), TableError> {
        match &self.update {
            Some(update) if update.warm.is_some_and(|warm| warm.is_empty()) => {
                Err(TableError::invalid_parameter(format!(
                    "WarmThroughput must have at least one of ReadUnitsPerSecond or \
                     WriteUnitsPerSecond specified for index: {}",
                    update.name
                )))
            }
            _ => Ok(()),
        }
    }

    fn check_form(&self) -> Result<(), TableError> {
        let actions = [
            self.update.is_some(),
            self.create.is_some(),
            self.delete.is_some(),
        ];
        match actions.into_iter().filter(|there| *there).count() {
            1 => Ok(()),
            0 => Err(TableError::invalid_parameter(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                 GlobalSecondaryIndexUpdate.Delete must not be null",
            )),
            _ => Err(TableError::invalid_parameter(
                "Only one global secondary index action is allowed per \
                 GlobalSecondaryIndexUpdate object",
            )),
        }
    }
}

impl UpdateTable {
    /// Whether the request adds or drops an index.
    pub fn changes_index_list(&self) -> bool {
        self.indexes.iter().flatten().any(IndexChange::is_online)
    }

    /// Whether the request gives the table or an index other capacity units.
    pub(super) fn changes_throughput(&self) -> bool {
        let mut updates = self.indexes.iter().flatten();
        self.throughput.is_some()
            || updates.any(|change| match &change.update {
                Some(update) => update.throughput.is_some(),
                None => false,
            })
    }

    /// Whether the request raises warm throughput of the table or of an index.
    pub(super) fn warms(&self) -> bool {
        self.asked_warm().is_some() || self.indexes.iter().flatten().any(IndexChange::warms)
    }

    /// Warm throughput is raised alone, of the table and any of its indexes.
    pub(super) fn check_warm_alone(&self) -> Result<(), TableError> {
        if !self.warms() {
            return Ok(());
        }
        let changes = || self.indexes.iter().flatten();
        if changes().any(|change| change.create.is_some()) {
            return Err(TableError::invalid_parameter(
                "Create global secondary index cannot be specified when updating WarmThroughput",
            ));
        }
        let beside = self.throughput.is_some()
            || self.billing_mode.is_some()
            || self.stream.is_some()
            || !changes().all(IndexChange::only_warms);
        if beside {
            return Err(TableError::invalid_parameter(
                "WarmThroughput must be the only operation in the request",
            ));
        }
        Ok(())
    }

    /// The one rule that comes before the table is looked up.
    pub(crate) fn check_before_table(&self) -> Result<(), TableError> {
        let mut changes = self.indexes.iter().flatten();
        changes.try_for_each(IndexChange::check_warm)
    }

    /// Each element has one action, and no two are about one index.
    pub(super) fn check_index_changes(&self) -> Result<(), TableError> {
        let changes = || self.indexes.iter().flatten();
        changes().try_for_each(IndexChange::check_form)?;
        let mut seen = BTreeSet::new();
        let twice = changes()
            .filter_map(IndexChange::name)
            .find(|name| !seen.insert(*name));
        if let Some(twice) = twice {
            return Err(TableError::invalid_parameter(format!(
                "Only one global secondary index update per index is allowed simultaneously. \
                 Index: {twice}"
            )));
        }
        if self.changes_index_list() && self.throughput.is_some() {
            return Err(TableError::invalid_parameter(
                "You cannot create or delete index while updating table IOPS",
            ));
        }
        if self.changes_index_list() && self.stream.is_some() {
            return Err(TableError::invalid_parameter(
                "You cannot create or delete index while changing stream status",
            ));
        }
        if changes().filter(|change| change.is_online()).count() > 1 {
            return Err(one_at_a_time());
        }
        Ok(())
    }

    /// Whether the request gives an index of this name capacity.
    pub(super) fn gives_capacity(&self, name: &IndexName) -> bool {
        let mut updates = self.indexes.iter().flatten();
        updates.any(|change| match &change.update {
            Some(update) => update.name == *name && update.throughput.is_some(),
            None => false,
        })
    }

    /// Capacity of the table stays as it is while an index is on its way in or out, and its stream
    /// while one is on its way in; once it is being filled, that is allowed.
    pub(super) fn check_indexes_settled(&self, record: &TableRecord) -> Result<(), TableError> {
        let in_status = |status| {
            let indexes = record.indexes.iter();
            let mut busy = indexes.filter(move |index| index.status == status);
            busy.next().map(|index| &index.name)
        };
        if self.stream.is_some() && in_status(IndexStatus::Creating).is_some() {
            return Err(TableError::in_use(
                "Can't change stream status when an index is being created",
            ));
        }
        if self.throughput.is_none() && self.billing_mode.is_none() {
            return Ok(());
        }
        let refuse = |what: &str, index: &IndexName| {
            Err(TableError::in_use(format!(
                "Can't change table IOPS when an index is being {what}. Table: {} Indexes: \
                 [{index}]",
                record.name
            )))
        };
        if let Some(index) = in_status(IndexStatus::Creating) {
            return refuse("created", index);
        }
        in_status(IndexStatus::Deleting).map_or(Ok(()), |index| refuse("deleted", index))
    }

    /// Applies the elements, in their order, to a record that has the other changes already.
    pub(super) fn change_indexes(
        &self,
        changed: &mut TableRecord,
        billed_before: BillingMode,
        now: CommitTimestamp,
    ) -> Result<(), TableError> {
        for change in self.indexes.iter().flatten() {
            if let Some(update) = &change.update {
                update.apply(changed, billed_before, now)?;
                update.warm(changed)?;
            } else if let Some(definition) = &change.create {
                self.add_index(changed, definition)?;
            } else if let Some(name) = &change.delete {
                begin_drop(changed, name)?;
            }
        }
        Ok(())
    }

    fn add_index(
        &self,
        changed: &mut TableRecord,
        definition: &IndexDefinition,
    ) -> Result<(), TableError> {
        if changed.index(definition.name.as_str()).is_some() {
            return Err(TableError::validation(
                "Attempting to create an index which already exists",
            ));
        }
        check_none_under_way(changed)?;
        let global = changed.indexes.iter();
        let global = global.filter(|index| index.kind == IndexKind::Global);
        if global.count() >= limits::GLOBAL_INDEXES_MAX {
            return Err(subscriber_limit(format!(
                "Number of global secondary indexes exceeds per-table limit of {}",
                limits::GLOBAL_INDEXES_MAX
            )));
        }
        let types = key_types(changed, definition, &self.attribute_definitions)?;
        let throughput = definition.online_throughput(changed.billing_mode)?;
        let number = changed.next_index_number();
        let record = definition.record(number, IndexKind::Global, &types)?;
        let what = format!("index {}", definition.name);
        let billing_mode = changed.billing_mode;
        let on_demand = on_demand(billing_mode, definition.on_demand, &what)?;
        let warm = definition
            .warm
            .on_creation(billing_mode, &throughput, &what)?;
        changed.indexes.push(IndexRecord {
            status: IndexStatus::Creating,
            throughput,
            on_demand,
            warm,
            ..record
        });
        check_projected_count(&changed.indexes)?;
        changed.status = TableStatus::Updating;
        Ok(())
    }
}

impl IndexDefinition {
    /// Capacity of an index that is added to a table, whose texts are others than CreateTable's.
    fn online_throughput(
        &self,
        billing_mode: BillingMode,
    ) -> Result<ProvisionedThroughput, TableError> {
        match (billing_mode, self.throughput) {
            (BillingMode::PayPerRequest, None) => Ok(ProvisionedThroughput::default()),
            (BillingMode::Provisioned, Some(throughput)) => throughput.checked(),
            (BillingMode::PayPerRequest, Some(_)) => Err(TableError::invalid_parameter(format!(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {} \
                 when BillingMode is PAY_PER_REQUEST",
                self.name
            ))),
            (BillingMode::Provisioned, None) => Err(TableError::invalid_parameter(format!(
                "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {}",
                self.name
            ))),
        }
    }
}

fn begin_drop(changed: &mut TableRecord, name: &IndexName) -> Result<(), TableError> {
    let table = changed.name.clone();
    let place = format!("Table: {table} Index: {name}");
    match global_index(changed, name, "delete")?.status {
        IndexStatus::Creating => {
            return Err(TableError::in_use(format!(
                "Index creation is in resource allocation phase. Retry deletion during \
                 backfilling phase or when the index is active. {place}"
            )));
        }
        IndexStatus::Deleting => return Err(being_deleted(&place)),
        // The one that is under way is this one.
        IndexStatus::Backfilling => {}
        IndexStatus::Active => check_none_under_way(changed)?,
    }
    global_index(changed, name, "delete")?.status = IndexStatus::Deleting;
    changed.status = TableStatus::Updating;
    Ok(())
}

/// Types of the index's key attributes: as the table's keys have them already, else as defined.
/// Definitions of anything else do not matter.
fn key_types<'a>(
    record: &'a TableRecord,
    definition: &IndexDefinition,
    defined: &'a [AttributeDefinition],
) -> Result<Types<'a>, TableError> {
    let of_request = defined.iter().map(|d| (d.name.as_str(), d.scalar_type));
    let schemas = std::iter::once(&record.key_schema)
        .chain(record.indexes.iter().map(|index| &index.key_schema));
    let of_table = schemas
        .flat_map(anywhen_model::KeySchema::attributes)
        .map(|attribute| (attribute.name.as_str(), attribute.scalar_type));
    let types: BTreeMap<&str, ScalarType> = of_request.chain(of_table).collect();
    let mut elements = definition.key_schema.iter();
    if elements.all(|element| types.contains_key(element.name.as_str())) {
        return Ok(types);
    }
    Err(TableError::invalid_parameter(format!(
        "AttributeDefinitions is not specified for index: {}",
        definition.name
    )))
}

fn global_index<'a>(
    table: &'a mut TableRecord,
    name: &IndexName,
    what: &str,
) -> Result<&'a mut IndexRecord, TableError> {
    let unknown = TableError::IndexNotFound {
        table: table.name.to_string(),
        index: name.to_string(),
    };
    let index = table.indexes.iter_mut().find(|index| index.name == *name);
    let index = index.ok_or(unknown)?;
    if index.kind == IndexKind::Local {
        return Err(TableError::validation(format!(
            "Cannot {what} an index that is not a GlobalSecondaryIndex: {name}"
        )));
    }
    Ok(index)
}

fn check_none_under_way(record: &TableRecord) -> Result<(), TableError> {
    let mut indexes = record.indexes.iter();
    if indexes.all(|index| index.status == IndexStatus::Active) {
        return Ok(());
    }
    Err(one_at_a_time())
}

fn one_at_a_time() -> TableError {
    subscriber_limit("Only 1 online index can be created or deleted simultaneously per table")
}

fn subscriber_limit(text: impl std::fmt::Display) -> TableError {
    TableError::LimitExceeded(format!("Subscriber limit exceeded: {text}"))
}

fn being_deleted(place: &str) -> TableError {
    TableError::in_use(format!("Index is being deleted. {place}"))
}

impl IndexUpdate {
    fn apply(
        &self,
        table: &mut TableRecord,
        billed_before: BillingMode,
        now: CommitTimestamp,
    ) -> Result<(), TableError> {
        let billing_mode = table.billing_mode;
        let place = format!("Table: {} Index: {}", table.name, self.name);
        let index = global_index(table, &self.name, "update")?;
        match index.status {
            IndexStatus::Creating => {
                return Err(TableError::in_use(format!(
                    "Index is being created but is not backfilling yet.  {place}"
                )));
            }
            IndexStatus::Deleting => return Err(being_deleted(&place)),
            IndexStatus::Backfilling | IndexStatus::Active => {}
        }
        let by_request = billing_mode == BillingMode::PayPerRequest;
        if by_request && (self.throughput.is_some() || self.asks_nothing()) {
            return Err(TableError::invalid_parameter(format!(
                "The only Updates for index: {} when TableThroughputMode is PAY_PER_REQUEST can \
                 be to OnDemandThroughput, WarmThroughput",
                self.name
            )));
        }
        if let Some(throughput) = self.throughput {
            let wanted = throughput.checked()?;
            if billed_before == BillingMode::Provisioned {
                let what = format!("the index {}", self.name);
                check_differs(&what, &index.throughput, &wanted)?;
            }
            let (read, write) = (wanted.read_units, wanted.write_units);
            index.throughput = index.throughput.changed(read, write, now);
        }
        if self.on_demand.is_some() {
            let what = format!("index {}", self.name);
            let asked = on_demand(billing_mode, self.on_demand, &what)?;
            index.on_demand = merged(index.on_demand, self.on_demand, asked);
        }
        Ok(())
    }

    /// Whether no capacity of any kind is given.
    fn asks_nothing(&self) -> bool {
        self.throughput.is_none()
            && self.on_demand.unwrap_or_default() == OnDemandLimits::default()
            && self.warm.is_none()
    }

    /// Raises warm throughput; the index is known to be there.
    fn warm(&self, table: &mut TableRecord) -> Result<(), TableError> {
        let Some(warm) = self.warm else {
            return Ok(());
        };
        let number = global_index(table, &self.name, "update")?.number;
        if let Some(index) = table.index_by_number(number) {
            let what = format!("index {}", self.name);
            let asked = warm.on_update(table.index_warm_throughput(index), &what)?;
            table.warm_index_to(number, asked);
        }
        Ok(())
    }
}
