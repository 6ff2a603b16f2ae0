//! What a restore may change about the table it makes: rules, texts, and the outcome.
//!
//! A restored table is the source's definition with these overrides applied. Indexes may be
//! left out or renamed, never invented. The rules run in the order base table, global indexes,
//! local indexes; the first that fails is reported. Encryption has two steps of its own,
//! because the form of the request is judged before anything is looked up, the key after.

use std::collections::BTreeSet;

use anywhen_model::KeySchema;
use anywhen_table::{
    BillingMode, Definition, IndexDefinition, IndexKind, IndexProjection, IndexRecord, KeyElement,
    KeyRole, OnDemandLimits, OnDemandThroughput, ProjectionType, ProvisionedThroughput,
    TableRecord, Throughput,
};

use crate::error::RecoveryError;

/// The alias of the realm's managed key; naming it is the same as naming no key.
const MANAGED_KEY_ALIAS: &str = "alias/aws/dynamodb";

/// Why a restore under a customer's key is refused.
pub const NO_CUSTOMER_KEYS: &str = "customer managed keys are not available on this server yet";

/// The overrides both restores take. `None` is "as in the source"; an empty list of indexes
/// means none of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RestoreOverrides {
    /// `BillingModeOverride`.
    pub billing_mode: Option<BillingMode>,
    /// `ProvisionedThroughputOverride`; the base table's only.
    pub throughput: Option<Throughput>,
    /// `OnDemandThroughputOverride`; without members it is as good as absent.
    pub on_demand: Option<OnDemandLimits>,
    /// `GlobalSecondaryIndexOverride`.
    pub global_indexes: Option<Vec<IndexDefinition>>,
    /// `LocalSecondaryIndexOverride`.
    pub local_indexes: Option<Vec<IndexDefinition>>,
    /// `SSESpecificationOverride`.
    pub encryption: Option<EncryptionOverride>,
}

/// `SSESpecificationOverride`, member by member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EncryptionOverride {
    /// `Enabled`.
    pub enabled: Option<bool>,
    /// `SSEType`.
    pub sse_type: Option<SseType>,
    /// `KMSMasterKeyId`.
    pub key_id: Option<String>,
}

/// `SSEType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SseType {
    /// `AES256`; in the model, refused everywhere.
    Aes256,
    /// `KMS`.
    Kms,
}

impl EncryptionOverride {
    /// Judges the form alone, as CreateTable does.
    pub(crate) fn check_form(&self) -> Result<(), RecoveryError> {
        let refuse = |text: &str| Err(RecoveryError::invalid_parameter(text));
        match self {
            Self {
                enabled: Some(false),
                sse_type: Some(_),
                ..
            } => refuse("SSEType can not be specified if Enabled is false"),
            Self {
                enabled: Some(false),
                key_id: Some(_),
                ..
            } => refuse("KMSMasterKeyId can not be specified if Enabled is false"),
            Self {
                sse_type: None,
                key_id: Some(_),
                ..
            } => refuse("SSEType KMS is required if KMSMasterKeyId is specified"),
            Self {
                sse_type: Some(SseType::Aes256),
                ..
            } => refuse("SSEType AES256 is not supported"),
            _ => Ok(()),
        }
    }

    /// Whether the realm's managed key is to be used. A key of the customer's own is refused by
    /// name: this server has none.
    pub(crate) fn managed(&self) -> Result<bool, RecoveryError> {
        match self.key_id.as_deref() {
            None => Ok(self.enabled == Some(true) || self.sse_type == Some(SseType::Kms)),
            Some(MANAGED_KEY_ALIAS) => Ok(true),
            Some(alias) if alias.ends_with(":alias/aws/dynamodb") => Ok(true),
            Some(_) => Err(RecoveryError::invalid_parameter(format!(
                "KMSMasterKeyId: {NO_CUSTOMER_KEYS}"
            ))),
        }
    }
}

/// What the target of a restore is to be, apart from its encryption.
pub(crate) fn target_definition(
    source: &TableRecord,
    overrides: &RestoreOverrides,
) -> Result<Definition, RecoveryError> {
    let billing = Billing {
        asked: overrides.billing_mode,
        effective: overrides.billing_mode.unwrap_or(source.billing_mode),
    };
    let throughput = billing.table_throughput(source.throughput, overrides.throughput)?;
    let on_demand = billing.on_demand(source.on_demand, overrides.on_demand, "")?;
    let global = global_indexes(source, overrides.global_indexes.as_deref(), &billing)?;
    let local = local_indexes(source, overrides.local_indexes.as_deref())?;
    let mut indexes: Vec<IndexRecord> = local.into_iter().chain(global).collect();
    check_names(&indexes)?;
    for (index, number) in indexes.iter_mut().zip(1..) {
        index.number = number;
    }
    Ok(Definition {
        key_schema: source.key_schema.clone(),
        billing_mode: billing.effective,
        throughput,
        on_demand,
        warm: None,
        indexes,
    })
}

fn global_indexes(
    source: &TableRecord,
    overrides: Option<&[IndexDefinition]>,
    billing: &Billing,
) -> Result<Vec<IndexRecord>, RecoveryError> {
    let Some(overrides) = overrides else {
        let recorded = source
            .indexes
            .iter()
            .filter(|index| index.kind == IndexKind::Global);
        return recorded
            .map(|index| billing.recorded_index(index))
            .collect();
    };
    let matched = match_indexes(source, IndexKind::Global, overrides)?;
    matched
        .into_iter()
        .map(|(index, asked)| billing.overridden_index(index, asked))
        .collect()
}

fn local_indexes(
    source: &TableRecord,
    overrides: Option<&[IndexDefinition]>,
) -> Result<Vec<IndexRecord>, RecoveryError> {
    let Some(overrides) = overrides else {
        let recorded = source
            .indexes
            .iter()
            .filter(|index| index.kind == IndexKind::Local);
        return Ok(recorded.cloned().collect());
    };
    let matched = match_indexes(source, IndexKind::Local, overrides)?;
    Ok(matched
        .into_iter()
        .map(|(index, asked)| renamed(index, asked))
        .collect())
}

/// Finds for each override the source's index with the same keys and projection, each of them
/// once, the one of the same name first.
fn match_indexes<'a>(
    source: &'a TableRecord,
    kind: IndexKind,
    overrides: &'a [IndexDefinition],
) -> Result<Vec<(&'a IndexRecord, &'a IndexDefinition)>, RecoveryError> {
    let mut left: Vec<&IndexRecord> = source
        .indexes
        .iter()
        .filter(|index| index.kind == kind)
        .collect();
    let mut matched = Vec::with_capacity(overrides.len());
    for asked in overrides {
        let fits = |index: &&IndexRecord| {
            same_keys(&index.key_schema, &asked.key_schema)
                && same_projection(&index.projection, asked)
        };
        let same_name = left
            .iter()
            .position(|index| index.name == asked.name && fits(index));
        let Some(position) = same_name.or_else(|| left.iter().position(fits)) else {
            return Err(RecoveryError::invalid_request(format!(
                "Index {} does not match a secondary index that existed in the source table and \
                 cannot be created during the restore operation",
                asked.name
            )));
        };
        matched.push((left.remove(position), asked));
    }
    Ok(matched)
}

/// The same attributes in the same roles; their types are the source's own.
fn same_keys(schema: &KeySchema, asked: &[KeyElement]) -> bool {
    let partition = schema
        .partition
        .iter()
        .map(|key| (key.name.as_str(), KeyRole::Partition));
    let sort = schema
        .sort
        .iter()
        .map(|key| (key.name.as_str(), KeyRole::Sort));
    let recorded = partition.chain(sort);
    recorded.eq(asked
        .iter()
        .map(|element| (element.name.as_str(), element.role)))
}

fn same_projection(projection: &IndexProjection, asked: &IndexDefinition) -> bool {
    let names = asked.non_key_attributes.as_deref().unwrap_or_default();
    match (projection, asked.projection_type) {
        (IndexProjection::All, Some(ProjectionType::All))
        | (IndexProjection::KeysOnly, Some(ProjectionType::KeysOnly)) => names.is_empty(),
        (IndexProjection::Include(recorded), Some(ProjectionType::Include)) => {
            recorded.iter().eq(names.iter().collect::<BTreeSet<_>>())
        }
        _ => false,
    }
}

fn renamed(index: &IndexRecord, asked: &IndexDefinition) -> IndexRecord {
    IndexRecord {
        name: asked.name.clone(),
        ..index.clone()
    }
}

fn check_names(indexes: &[IndexRecord]) -> Result<(), RecoveryError> {
    let mut seen = BTreeSet::new();
    match indexes.iter().find(|index| !seen.insert(&index.name)) {
        None => Ok(()),
        Some(twice) => Err(RecoveryError::invalid_parameter(format!(
            "Duplicate index name: {}",
            twice.name
        ))),
    }
}

/// The billing mode the target gets, and whether the request named it.
struct Billing {
    asked: Option<BillingMode>,
    effective: BillingMode,
}

impl Billing {
    fn table_throughput(
        &self,
        recorded: ProvisionedThroughput,
        asked: Option<Throughput>,
    ) -> Result<ProvisionedThroughput, RecoveryError> {
        match asked {
            Some(asked) => {
                self.allow_throughput("")?;
                units(asked)
            }
            None if self.asked == Some(BillingMode::Provisioned) => Err(missing_throughput("")),
            None if self.effective == BillingMode::PayPerRequest => {
                Ok(ProvisionedThroughput::default())
            }
            None => Ok(fresh(recorded)),
        }
    }

    /// An index that is restored as it was recorded.
    fn recorded_index(&self, index: &IndexRecord) -> Result<IndexRecord, RecoveryError> {
        let of_index = format!(" for index {}", index.name);
        let throughput = match self.effective {
            BillingMode::PayPerRequest => ProvisionedThroughput::default(),
            BillingMode::Provisioned if index.throughput.read_units == 0 => {
                return Err(missing_throughput(&of_index));
            }
            BillingMode::Provisioned => fresh(index.throughput),
        };
        let on_demand = self.on_demand(index.on_demand, None, &of_index)?;
        Ok(IndexRecord {
            throughput,
            on_demand,
            warm: None,
            ..index.clone()
        })
    }

    fn overridden_index(
        &self,
        index: &IndexRecord,
        asked: &IndexDefinition,
    ) -> Result<IndexRecord, RecoveryError> {
        let of_index = format!(" for index {}", asked.name);
        let throughput = match asked.throughput {
            Some(throughput) => {
                self.allow_throughput(&of_index)?;
                units(throughput)?
            }
            None if self.effective == BillingMode::Provisioned => {
                return Err(RecoveryError::invalid_request(format!(
                    "Must specify provisioned throughput{of_index}"
                )));
            }
            None => ProvisionedThroughput::default(),
        };
        let on_demand = self.on_demand(index.on_demand, asked.on_demand, &of_index)?;
        let what = format!("index {}", asked.name);
        let warm = asked
            .warm
            .on_creation(self.effective, &throughput, &what)
            .map_err(RecoveryError::Table)?;
        Ok(IndexRecord {
            throughput,
            on_demand,
            warm,
            ..renamed(index, asked)
        })
    }

    fn allow_throughput(&self, of_index: &str) -> Result<(), RecoveryError> {
        let reason = match (self.effective, self.asked) {
            (BillingMode::Provisioned, _) => return Ok(()),
            (BillingMode::PayPerRequest, Some(_)) => {
                "if BillingMode is overridden to PAY_PER_REQUEST"
            }
            (BillingMode::PayPerRequest, None) => "unless BillingMode is PROVISIONED",
        };
        let text = format!("Cannot override ProvisionedThroughput {reason}{of_index}");
        Err(RecoveryError::invalid_request(text))
    }

    fn on_demand(
        &self,
        recorded: Option<OnDemandThroughput>,
        asked: Option<OnDemandLimits>,
        of_index: &str,
    ) -> Result<Option<OnDemandThroughput>, RecoveryError> {
        let (asked, recorded) = (asked.unwrap_or_default(), recorded.unwrap_or_default());
        let (read, write) = (recorded.read_units_max, recorded.write_units_max);
        let read = self.bound("MaxReadRequestUnits", asked.read_units_max, read, of_index)?;
        let write = self.bound(
            "MaxWriteRequestUnits",
            asked.write_units_max,
            write,
            of_index,
        )?;
        let bounds = OnDemandThroughput {
            read_units_max: read,
            write_units_max: write,
        };
        let bounded =
            self.effective == BillingMode::PayPerRequest && (read.is_some() || write.is_some());
        Ok(bounded.then_some(bounds))
    }

    /// The bound asked for, or the recorded one if none was; -1 lifts it.
    fn bound(
        &self,
        member: &str,
        asked: Option<i64>,
        recorded: Option<u64>,
        of_index: &str,
    ) -> Result<Option<u64>, RecoveryError> {
        let Some(asked) = asked else {
            return Ok(recorded);
        };
        if self.effective == BillingMode::Provisioned {
            return Err(RecoveryError::invalid_request(format!(
                "Cannot override {member} for OnDemandThroughput unless BillingModeOverride is \
                 PAY_PER_REQUEST{of_index}"
            )));
        }
        match u64::try_from(asked) {
            Ok(units) if units > 0 => Ok(Some(units)),
            Err(_) if asked == -1 => Ok(None),
            _ => Err(RecoveryError::invalid_request(format!(
                "Requested {member} for OnDemandThroughput is outside of valid range{of_index}"
            ))),
        }
    }
}

fn missing_throughput(of_index: &str) -> RecoveryError {
    RecoveryError::invalid_request(format!(
        "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED{of_index}"
    ))
}

fn units(asked: Throughput) -> Result<ProvisionedThroughput, RecoveryError> {
    let unit = |units: i64, member: &str| match u64::try_from(units) {
        Ok(units) if units > 0 => Ok(units),
        _ => Err(RecoveryError::Validation(format!(
            "Given value {units} for {member} is out of bounds"
        ))),
    };
    let read = unit(asked.read_units, "ReadCapacityUnits")?;
    let write = unit(asked.write_units, "WriteCapacityUnits")?;
    Ok(ProvisionedThroughput::new(read, write))
}

/// The recorded capacity without its past: the target has never been changed.
fn fresh(recorded: ProvisionedThroughput) -> ProvisionedThroughput {
    ProvisionedThroughput::new(recorded.read_units, recorded.write_units)
}

#[cfg(test)]
mod tests;
