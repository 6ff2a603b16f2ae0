//! What UpdateTable may change, and the rules it is held to.
//!
//! One logical change per call: a request that mixes what must not be mixed changes nothing.
//! Some changes have to come alone, and where several of those meet, the text names the first of
//! encryption, table class, deletion protection, warm throughput.
//! Quotas on how often a setting may change are not enforced; decreases are counted and shown.

mod indexes;

use anywhen_model::CommitTimestamp;

pub use self::indexes::{IndexChange, IndexUpdate};
use crate::create_table::{AttributeDefinition, OnDemandLimits, Throughput, on_demand};
use crate::error::TableError;
use crate::record::{
    BillingMode, Encryption, IndexKind, OnDemandThroughput, ProvisionedThroughput, TableClass,
    TableClassSetting, TableRecord, TableStatus,
};
use crate::streams::StreamSpecification;
use crate::warm::WarmRequest;

/// An UpdateTable request, free of its wire form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateTable {
    /// `ProvisionedThroughput`.
    pub throughput: Option<Throughput>,
    /// `BillingMode`.
    pub billing_mode: Option<BillingMode>,
    /// `OnDemandThroughput`; without members it is as good as absent.
    pub on_demand: Option<OnDemandLimits>,
    /// `DeletionProtectionEnabled`.
    pub deletion_protection: Option<bool>,
    /// `StreamSpecification`.
    pub stream: Option<StreamSpecification>,
    /// `SSESpecification`: whether the realm's managed key is to wrap the table's key.
    pub managed_encryption: Option<bool>,
    /// `TableClass`.
    pub table_class: Option<TableClass>,
    /// `WarmThroughput`; without members it is as good as absent.
    pub warm: Option<WarmRequest>,
    /// `AttributeDefinitions`; those of the keys of an index to be added matter.
    pub attribute_definitions: Vec<AttributeDefinition>,
    /// `GlobalSecondaryIndexUpdates`.
    pub indexes: Option<Vec<IndexChange>>,
}

impl UpdateTable {
    /// Checks what needs no table.
    pub fn check(&self) -> Result<(), TableError> {
        let updates_indexes = self
            .indexes
            .as_ref()
            .is_some_and(|indexes| !indexes.is_empty());
        let changes = [
            self.managed_encryption.is_some(),
            self.table_class.is_some(),
            self.deletion_protection.is_some(),
            self.asked_warm().is_some(),
            self.throughput.is_some(),
            self.billing_mode.is_some(),
            self.asked_on_demand().is_some(),
            self.stream.is_some(),
            updates_indexes,
        ];
        let changes = changes.into_iter().filter(|asked| *asked).count();
        if changes == 0 {
            return Err(TableError::validation(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
                 GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, \
                 MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, \
                 DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is \
                 required",
            ));
        }
        if self.indexes.is_some() && !updates_indexes {
            return Err(TableError::invalid_parameter(
                "List of GlobalSecondaryIndexUpdates is empty",
            ));
        }
        if changes > 1 {
            self.check_none_must_be_alone()?;
        }
        let beside_billing = self.throughput.is_some()
            || self.stream.is_some()
            || self.asked_warm().is_some()
            || updates_indexes;
        if self.asked_on_demand().is_some() && beside_billing {
            return Err(TableError::invalid_parameter(
                "OnDemandThroughput can only be combined with BillingMode in an UpdateTable \
                 request",
            ));
        }
        self.check_warm_alone()?;
        let reserves =
            self.changes_throughput() || self.billing_mode == Some(BillingMode::Provisioned);
        if self.stream.is_some() && reserves {
            return Err(TableError::invalid_parameter(
                "You cannot modify stream status while updating table IOPS",
            ));
        }
        if self.billing_mode == Some(BillingMode::PayPerRequest) && self.throughput.is_some() {
            return Err(neither_unit());
        }
        self.check_index_changes()
    }

    /// Of the changes that may not come with others, none is in a request with several.
    fn check_none_must_be_alone(&self) -> Result<(), TableError> {
        let alone = [
            ("Server-Side Encryption", self.managed_encryption.is_some()),
            ("TableClass", self.table_class.is_some()),
            ("DeletionProtection", self.deletion_protection.is_some()),
        ];
        match alone.into_iter().find(|(_, asked)| *asked) {
            None => Ok(()),
            Some((what, _)) => Err(TableError::invalid_parameter(format!(
                "{what} modification must be the only operation in the request"
            ))),
        }
    }

    /// The table's warm throughput, if any of it is asked for.
    fn asked_warm(&self) -> Option<WarmRequest> {
        self.warm.filter(|warm| !warm.is_empty())
    }

    /// Bounds of capacity billed by request, if any is asked for.
    fn asked_on_demand(&self) -> Option<OnDemandLimits> {
        self.on_demand
            .filter(|limits| *limits != OnDemandLimits::default())
    }

    /// Whether the change is in force when the answer is given, as on AWS, so that the answer
    /// shows it.
    pub fn is_immediate(&self) -> bool {
        self.deletion_protection.is_some()
            || (self.asked_on_demand().is_some() && self.billing_mode.is_none())
    }

    /// Whether the table stays ACTIVE while the change is made.
    pub fn leaves_table_active(&self) -> bool {
        self.is_immediate() || self.managed_encryption.is_some() || self.warms()
    }

    /// The record after the change, or why it may not be made.
    pub fn apply(
        &self,
        record: &TableRecord,
        now: CommitTimestamp,
    ) -> Result<TableRecord, TableError> {
        self.check()?;
        check_status(record)?;
        self.check_indexes_settled(record)?;
        let mut changed = record.clone();
        if let Some(protection) = self.deletion_protection {
            changed.deletion_protection = protection;
        }
        if let Some(mode) = self.billing_mode {
            self.switch_billing(&mut changed, mode, now)?;
        }
        if let Some(throughput) = self.throughput {
            Self::change_throughput(&mut changed, throughput, record, now)?;
        }
        if self.on_demand.is_some() {
            let asked = on_demand(changed.billing_mode, self.on_demand, "table")?;
            changed.on_demand = merged(changed.on_demand, self.on_demand, asked);
        }
        self.change_indexes(&mut changed, record.billing_mode, now)?;
        if let Some(class) = self.table_class {
            change_class(&mut changed, class, now);
        }
        if let Some(managed) = self.managed_encryption {
            check_encryption_changes(record, managed)?;
        }
        changed.stay_as_warm_as(record);
        if let Some(warm) = self.asked_warm() {
            let asked = warm.on_update(record.warm_throughput(), "table")?;
            changed.warm_to(asked);
        }
        Ok(changed)
    }

    fn switch_billing(
        &self,
        record: &mut TableRecord,
        mode: BillingMode,
        now: CommitTimestamp,
    ) -> Result<(), TableError> {
        let switched = record.billing_mode != mode;
        if mode == BillingMode::Provisioned && switched {
            self.check_capacity_given(record)?;
        }
        if !switched {
            return Ok(());
        }
        record.billing_mode = mode;
        record.on_demand = None;
        record
            .indexes
            .iter_mut()
            .for_each(|index| index.on_demand = None);
        if mode == BillingMode::PayPerRequest {
            record.pay_per_request_since = Some(now);
            record.throughput = without_capacity(record.throughput);
            for index in &mut record.indexes {
                index.throughput = without_capacity(index.throughput);
            }
        }
        Ok(())
    }

    /// Whoever switches to reserved capacity must reserve some, for each global index too.
    fn check_capacity_given(&self, record: &TableRecord) -> Result<(), TableError> {
        if self.throughput.is_none() {
            return Err(TableError::invalid_parameter(
                "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
            ));
        }
        let missing: Vec<&str> = record
            .indexes
            .iter()
            .filter(|index| index.kind == IndexKind::Global && !self.gives_capacity(&index.name))
            .map(|index| index.name.as_str())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(TableError::invalid_parameter(format!(
            "ProvisionedThroughput must be specified for index: {}",
            missing.join(",")
        )))
    }

    fn change_throughput(
        changed: &mut TableRecord,
        throughput: Throughput,
        before: &TableRecord,
        now: CommitTimestamp,
    ) -> Result<(), TableError> {
        if changed.billing_mode == BillingMode::PayPerRequest {
            return Err(neither_unit());
        }
        let wanted = throughput.checked()?;
        if before.billing_mode == BillingMode::Provisioned {
            check_differs("the table", &changed.throughput, &wanted)?;
        }
        let (read, write) = (wanted.read_units, wanted.write_units);
        changed.throughput = changed.throughput.changed(read, write, now);
        Ok(())
    }
}

fn check_status(record: &TableRecord) -> Result<(), TableError> {
    let name = &record.name;
    match record.status {
        // The target of a restore does not exist for changes before it is ACTIVE.
        TableStatus::Creating => Err(TableError::TableNotFound(name.to_string())),
        TableStatus::Deleting => Err(TableError::in_use(format!(
            "Table is being deleted: {name}"
        ))),
        TableStatus::Active | TableStatus::Updating => Ok(()),
    }
}

/// A class that the table has already changes nothing; STANDARD is what every table begins with.
fn change_class(changed: &mut TableRecord, class: TableClass, now: CommitTimestamp) {
    let current = changed.settings.table_class;
    if current.map_or(TableClass::default(), |setting| setting.class) != class {
        changed.settings.table_class = Some(TableClassSetting {
            class,
            updated_at: Some(now),
        });
    }
}

/// The managed key may be asked for again, as on AWS; the key without a name may not.
fn check_encryption_changes(record: &TableRecord, managed: bool) -> Result<(), TableError> {
    if !managed && record.encryption == Encryption::AwsOwned {
        return Err(TableError::invalid_parameter(
            "Table is already encrypted by default",
        ));
    }
    Ok(())
}

fn neither_unit() -> TableError {
    TableError::invalid_parameter(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is \
         PAY_PER_REQUEST",
    )
}

/// No capacity any more, with its past kept.
fn without_capacity(throughput: ProvisionedThroughput) -> ProvisionedThroughput {
    ProvisionedThroughput {
        read_units: 0,
        write_units: 0,
        ..throughput
    }
}

/// Bounds that were not mentioned stay as they were.
fn merged(
    before: Option<OnDemandThroughput>,
    mentioned: Option<OnDemandLimits>,
    asked: Option<OnDemandThroughput>,
) -> Option<OnDemandThroughput> {
    let (before, mentioned) = (before.unwrap_or_default(), mentioned.unwrap_or_default());
    let asked = asked.unwrap_or_default();
    let pick = |mentioned: Option<i64>, asked, before| mentioned.map_or(before, |_| asked);
    let merged = OnDemandThroughput {
        read_units_max: pick(
            mentioned.read_units_max,
            asked.read_units_max,
            before.read_units_max,
        ),
        write_units_max: pick(
            mentioned.write_units_max,
            asked.write_units_max,
            before.write_units_max,
        ),
    };
    (merged != OnDemandThroughput::default()).then_some(merged)
}

fn check_differs(
    what: &str,
    current: &ProvisionedThroughput,
    wanted: &ProvisionedThroughput,
) -> Result<(), TableError> {
    let units =
        |throughput: &ProvisionedThroughput| (throughput.read_units, throughput.write_units);
    if units(current) != units(wanted) {
        return Ok(());
    }
    let (read, write) = units(current);
    Err(TableError::validation(format!(
        "The provisioned throughput for {what} will not change. The requested value equals the \
         current value. Current ReadCapacityUnits provisioned for {what}: {read}. Requested \
         ReadCapacityUnits: {read}. Current WriteCapacityUnits provisioned for {what}: {write}. \
         Requested WriteCapacityUnits: {write}. Refer to the Amazon DynamoDB Developer Guide for \
         current limits and how to request higher limits."
    )))
}
