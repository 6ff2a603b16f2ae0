//! What CreateTable may ask for, and the rules it is held to.
//!
//! The rules run in DynamoDB's order, the first that fails is reported, and each text is
//! DynamoDB's. Rules about a member's own form (lengths, enums, unknown names) come before and
//! are not here. The outcome is a [`Definition`], from which nothing can fail any more.

mod capacity;
mod keys;

use std::collections::{BTreeMap, BTreeSet};

use anywhen_model::{IndexName, KeySchema, ScalarType, TableName, limits};

pub(crate) use self::capacity::on_demand;
use self::capacity::table_throughput;
use self::keys::{check_defined, index_key_schema, simple_key_schema};
use crate::error::TableError;
use crate::record::{
    BillingMode, IndexKind, IndexProjection, IndexRecord, IndexStatus, OnDemandThroughput,
    ProvisionedThroughput, TableClass, TableSettings,
};
use crate::streams::StreamSpecification;
use crate::warm::{WarmRequest, WarmThroughput};

/// A CreateTable request, free of its wire form. `None` and an empty list are different
/// requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTable {
    /// The new table's name.
    pub name: TableName,
    /// `AttributeDefinitions`.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// `KeySchema`.
    pub key_schema: Vec<KeyElement>,
    /// `BillingMode`; absent means provisioned.
    pub billing_mode: Option<BillingMode>,
    /// `ProvisionedThroughput`.
    pub throughput: Option<Throughput>,
    /// `OnDemandThroughput`.
    pub on_demand: Option<OnDemandLimits>,
    /// `WarmThroughput`.
    pub warm: WarmRequest,
    /// `GlobalSecondaryIndexes`.
    pub global_indexes: Option<Vec<IndexDefinition>>,
    /// `LocalSecondaryIndexes`.
    pub local_indexes: Option<Vec<IndexDefinition>>,
    /// Whether the realm's managed key wraps the table's key (`SSESpecification` enabled).
    pub managed_encryption: bool,
    /// `DeletionProtectionEnabled`.
    pub deletion_protection: bool,
    /// `StreamSpecification`.
    pub stream: Option<StreamSpecification>,
    /// `TableClass`.
    pub table_class: Option<TableClass>,
    /// Tags and policy, checked.
    pub settings: TableSettings,
}

/// An attribute that a key may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeDefinition {
    /// The attribute.
    pub name: String,
    /// S, N or B.
    pub scalar_type: ScalarType,
}

/// Which part of a key an attribute is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// `HASH`, the partition key.
    Partition,
    /// `RANGE`, the sort key.
    Sort,
}

/// One element of a key schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyElement {
    /// The attribute.
    pub name: String,
    /// `HASH` or `RANGE`.
    pub role: KeyRole,
}

/// Capacity units as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Throughput {
    /// `ReadCapacityUnits`.
    pub read_units: i64,
    /// `WriteCapacityUnits`.
    pub write_units: i64,
}

/// `OnDemandThroughput` as asked for; -1 lifts a bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OnDemandLimits {
    /// `MaxReadRequestUnits`.
    pub read_units_max: Option<i64>,
    /// `MaxWriteRequestUnits`.
    pub write_units_max: Option<i64>,
}

/// An index as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// `IndexName`.
    pub name: IndexName,
    /// `KeySchema`.
    pub key_schema: Vec<KeyElement>,
    /// `Projection.ProjectionType`.
    pub projection_type: Option<ProjectionType>,
    /// `Projection.NonKeyAttributes`.
    pub non_key_attributes: Option<Vec<String>>,
    /// `ProvisionedThroughput`; global indexes only.
    pub throughput: Option<Throughput>,
    /// `OnDemandThroughput`; global indexes only.
    pub on_demand: Option<OnDemandLimits>,
    /// `WarmThroughput`; global indexes only.
    pub warm: WarmRequest,
}

/// `ProjectionType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectionType {
    /// `ALL`.
    All,
    /// `KEYS_ONLY`.
    KeysOnly,
    /// `INCLUDE`.
    Include,
}

/// A checked definition of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// The primary key.
    pub key_schema: KeySchema,
    /// Billing.
    pub billing_mode: BillingMode,
    /// Reserved capacity; zero when billed by request.
    pub throughput: ProvisionedThroughput,
    /// Bounds of capacity billed by request.
    pub on_demand: Option<OnDemandThroughput>,
    /// Warm throughput above that of the capacity.
    pub warm: Option<WarmThroughput>,
    /// Local indexes first, each group in the order of its definition, numbered from 1.
    pub indexes: Vec<IndexRecord>,
}

pub(crate) type Types<'a> = BTreeMap<&'a str, ScalarType>;

impl CreateTable {
    /// Checks the request against every rule that needs no catalog.
    pub fn define(&self) -> Result<Definition, TableError> {
        let billing_mode = self.billing_mode.unwrap_or(BillingMode::Provisioned);
        let throughput = table_throughput(billing_mode, self.throughput)?;
        let types = self.check_definitions()?;
        let key_schema = simple_key_schema(&self.key_schema, &types)?;
        self.check_definitions_used()?;
        let indexes = self.define_indexes(billing_mode, &types)?;
        let on_demand = on_demand(billing_mode, self.on_demand, "table")?;
        let warm = self.warm.on_creation(billing_mode, &throughput, "table")?;
        Ok(Definition {
            key_schema,
            billing_mode,
            throughput,
            on_demand,
            warm,
            indexes,
        })
    }

    /// The definitions by name, once they are known to cover the primary key and to be unique.
    fn check_definitions(&self) -> Result<Types<'_>, TableError> {
        if self.attribute_definitions.len() < self.key_schema.len() {
            return Err(TableError::validation(
                "Invalid KeySchema: Some index key attribute have no definition",
            ));
        }
        let types: Types<'_> = self
            .attribute_definitions
            .iter()
            .map(|d| (d.name.as_str(), d.scalar_type))
            .collect();
        check_defined(&self.key_schema, &types)?;
        let mut seen = BTreeSet::new();
        match self
            .attribute_definitions
            .iter()
            .find(|d| !seen.insert(&d.name))
        {
            Some(twice) => Err(TableError::validation(format!(
                "Attribute Name is duplicated: {}",
                twice.name
            ))),
            None => Ok(types),
        }
    }

    fn check_definitions_used(&self) -> Result<(), TableError> {
        let indexes = || {
            self.local_indexes
                .iter()
                .chain(&self.global_indexes)
                .flatten()
        };
        let names = |elements: &[KeyElement]| -> Vec<String> {
            elements
                .iter()
                .map(|element| element.name.clone())
                .collect()
        };
        let used: BTreeSet<String> = names(&self.key_schema)
            .into_iter()
            .chain(indexes().flat_map(|index| names(&index.key_schema)))
            .collect();
        let defined: BTreeSet<&str> = self
            .attribute_definitions
            .iter()
            .map(|d| d.name.as_str())
            .collect();
        if defined.iter().all(|name| used.contains(*name)) {
            return Ok(());
        }
        if indexes().next().is_none() {
            return Err(TableError::invalid_parameter(
                "Number of attributes in KeySchema does not exactly match number of attributes \
                 defined in AttributeDefinitions",
            ));
        }
        Err(TableError::invalid_parameter(format!(
            "Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
            join(defined),
            join(used.iter().map(String::as_str)),
        )))
    }

    fn define_indexes(
        &self,
        billing_mode: BillingMode,
        types: &Types<'_>,
    ) -> Result<Vec<IndexRecord>, TableError> {
        let local = self.local_indexes.as_deref();
        let global = self.global_indexes.as_deref();
        check_list(local, "LocalSecondaryIndexes")?;
        check_list(global, "GlobalSecondaryIndexes")?;
        let (local, global) = (local.unwrap_or_default(), global.unwrap_or_default());
        if !local.is_empty() && self.key_schema.len() < 2 {
            return Err(TableError::invalid_parameter(
                "Table KeySchema does not have a range key, which is required when specifying a \
                 LocalSecondaryIndex",
            ));
        }
        let mut indexes = Vec::with_capacity(local.len() + global.len());
        for index in local {
            let number = indexes.len() as u32 + 1;
            self.check_local(index)?;
            indexes.push(index.record(number, IndexKind::Local, types)?);
        }
        for index in global {
            let number = indexes.len() as u32 + 1;
            indexes.push(index.record(number, IndexKind::Global, types)?);
        }
        check_index_names(&indexes)?;
        for (record, index) in indexes.iter_mut().skip(local.len()).zip(global) {
            record.throughput = index.checked_throughput(billing_mode)?;
        }
        check_index_counts(local.len(), global.len(), &indexes)?;
        for (record, index) in indexes.iter_mut().skip(local.len()).zip(global) {
            let what = format!("index {}", index.name);
            record.on_demand = on_demand(billing_mode, index.on_demand, &what)?;
            let throughput = &record.throughput;
            record.warm = index.warm.on_creation(billing_mode, throughput, &what)?;
        }
        Ok(indexes)
    }

    fn check_local(&self, index: &IndexDefinition) -> Result<(), TableError> {
        let hash = |elements: &[KeyElement]| elements.first().map(|first| first.name.clone());
        let (own, table) = (hash(&index.key_schema), hash(&self.key_schema));
        if index.key_schema.len() < 2 {
            return Err(TableError::invalid_parameter(format!(
                "Index KeySchema does not have a range key for index: {}",
                index.name
            )));
        }
        if own != table {
            return Err(TableError::invalid_parameter(format!(
                "Index KeySchema does not have the same leading hash key as table KeySchema for \
                 index: {}. index hash key: {}, table hash key: {}",
                index.name,
                own.unwrap_or_default(),
                table.unwrap_or_default()
            )));
        }
        Ok(())
    }
}

impl IndexDefinition {
    /// The record of an index without its capacity.
    pub(crate) fn record(
        &self,
        number: u32,
        kind: IndexKind,
        types: &Types<'_>,
    ) -> Result<IndexRecord, TableError> {
        check_defined(&self.key_schema, types)?;
        let key_schema = match kind {
            IndexKind::Local => simple_key_schema(&self.key_schema, types)?,
            IndexKind::Global => index_key_schema(&self.key_schema, types)?,
        };
        Ok(IndexRecord {
            number,
            name: self.name.clone(),
            kind,
            key_schema,
            projection: self.projection()?,
            status: IndexStatus::Active,
            throughput: ProvisionedThroughput::default(),
            on_demand: None,
            warm: None,
        })
    }

    fn projection(&self) -> Result<IndexProjection, TableError> {
        let kind = self
            .projection_type
            .ok_or_else(|| TableError::invalid_parameter("Unknown ProjectionType: null"))?;
        match (kind, &self.non_key_attributes) {
            (ProjectionType::All, None) => Ok(IndexProjection::All),
            (ProjectionType::KeysOnly, None) => Ok(IndexProjection::KeysOnly),
            (ProjectionType::Include, Some(names)) => {
                let mut included = BTreeSet::new();
                match names.iter().find(|name| !included.insert((*name).clone())) {
                    Some(twice) => Err(TableError::invalid_parameter(format!(
                        "Duplicate element in NonKeyAttributes: {twice}"
                    ))),
                    None => Ok(IndexProjection::Include(included)),
                }
            }
            (ProjectionType::Include, None) => Err(TableError::invalid_parameter(
                "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
            )),
            (other, Some(_)) => Err(TableError::invalid_parameter(format!(
                "ProjectionType is {}, but NonKeyAttributes is specified",
                if other == ProjectionType::All {
                    "ALL"
                } else {
                    "KEYS_ONLY"
                }
            ))),
        }
    }

    fn checked_throughput(
        &self,
        billing_mode: BillingMode,
    ) -> Result<ProvisionedThroughput, TableError> {
        match (billing_mode, self.throughput) {
            (BillingMode::PayPerRequest, None) => Ok(ProvisionedThroughput::default()),
            (BillingMode::PayPerRequest, Some(_)) => Err(TableError::invalid_parameter(format!(
                "ProvisionedThroughput should not be specified for index: {} when BillingMode is \
                 PAY_PER_REQUEST",
                self.name
            ))),
            (BillingMode::Provisioned, Some(throughput)) => throughput.checked(),
            (BillingMode::Provisioned, None) => Err(TableError::invalid_parameter(format!(
                "ProvisionedThroughput is not specified for index: {}",
                self.name
            ))),
        }
    }
}

fn check_list(indexes: Option<&[IndexDefinition]>, what: &str) -> Result<(), TableError> {
    match indexes {
        Some([]) => Err(TableError::invalid_parameter(format!(
            "List of {what} is empty"
        ))),
        _ => Ok(()),
    }
}

fn check_index_names(indexes: &[IndexRecord]) -> Result<(), TableError> {
    let mut seen = BTreeSet::new();
    match indexes.iter().find(|index| !seen.insert(&index.name)) {
        Some(twice) => Err(TableError::invalid_parameter(format!(
            "Duplicate index name: {}",
            twice.name
        ))),
        None => Ok(()),
    }
}

fn check_index_counts(
    local: usize,
    global: usize,
    indexes: &[IndexRecord],
) -> Result<(), TableError> {
    if local > limits::LOCAL_INDEXES_MAX {
        return Err(TableError::invalid_parameter(format!(
            "Number of LocalSecondaryIndexes exceeds per-table limit of {}",
            limits::LOCAL_INDEXES_MAX
        )));
    }
    if global > limits::GLOBAL_INDEXES_MAX {
        return Err(TableError::invalid_parameter(format!(
            "GlobalSecondaryIndex count exceeds the per-table limit of {}",
            limits::GLOBAL_INDEXES_MAX
        )));
    }
    check_projected_count(indexes)
}

/// The attributes that indexes project by name are limited over all indexes of a table.
pub(crate) fn check_projected_count(indexes: &[IndexRecord]) -> Result<(), TableError> {
    let projected = |index: &IndexRecord| match &index.projection {
        IndexProjection::Include(names) => names.len(),
        IndexProjection::All | IndexProjection::KeysOnly => 0,
    };
    if indexes.iter().map(projected).sum::<usize>() > limits::PROJECTED_ATTRIBUTES_MAX {
        return Err(TableError::invalid_parameter(format!(
            "Number of NonKeyAttributes projected into all indexes exceeds the per-table limit \
             of {}",
            limits::PROJECTED_ATTRIBUTES_MAX
        )));
    }
    Ok(())
}

fn join<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().collect::<Vec<_>>().join(", ")
}
