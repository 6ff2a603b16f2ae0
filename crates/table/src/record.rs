//! The catalog's record of a table: everything that describes it except its items.
//!
//! The same record is what a backup keeps as the table's description, so it must be readable
//! for as long as a backup lives: fields are only ever added, each with a serde default.

use std::collections::{BTreeMap, BTreeSet};

use anywhen_kms::WrappedKey;
use anywhen_model::{CommitTimestamp, IndexName, KeySchema, TableId, TableName};
use serde::{Deserialize, Serialize};

use crate::streams::StreamSetting;
use crate::warm::WarmThroughput;

/// Where a table stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableStatus {
    /// Being restored; not readable.
    Creating,
    /// In use.
    Active,
    /// In use while a change is under way.
    Updating,
    /// Dropped at a commit; takes no reads and no writes, and is about to leave the catalog.
    Deleting,
}

/// How a table's use is billed. Nothing is billed here; the setting is kept and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BillingMode {
    /// By reserved capacity.
    Provisioned,
    /// By request.
    PayPerRequest,
}

/// Reserved capacity of a table or a global secondary index, with what is shown of its past.
/// All zero on a table billed by request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionedThroughput {
    /// Read capacity units per second.
    pub read_units: u64,
    /// Write capacity units per second.
    pub write_units: u64,
    /// When it was last increased.
    #[serde(default)]
    pub last_increase_at: Option<CommitTimestamp>,
    /// When it was last decreased.
    #[serde(default)]
    pub last_decrease_at: Option<CommitTimestamp>,
    /// Decreases on the UTC day of `last_decrease_at`; see [`Self::decreases_on`].
    #[serde(default)]
    pub decreases: u32,
}

const DAY_MICROS: u64 = 86_400_000_000;

impl ProvisionedThroughput {
    /// Capacity that has never changed.
    pub fn new(read_units: u64, write_units: u64) -> Self {
        Self {
            read_units,
            write_units,
            ..Self::default()
        }
    }

    /// How often capacity was decreased on the UTC day of `now` (`NumberOfDecreasesToday`).
    pub fn decreases_on(&self, now: CommitTimestamp) -> u32 {
        let day = |at: CommitTimestamp| at.as_micros() / DAY_MICROS;
        match self.last_decrease_at {
            Some(at) if day(at) == day(now) => self.decreases,
            _ => 0,
        }
    }

    /// The capacity after a change at `now`, with its books kept.
    pub(crate) fn changed(&self, read_units: u64, write_units: u64, now: CommitTimestamp) -> Self {
        let mut changed = Self {
            read_units,
            write_units,
            ..*self
        };
        if read_units > self.read_units || write_units > self.write_units {
            changed.last_increase_at = Some(now);
        }
        if read_units < self.read_units || write_units < self.write_units {
            changed.decreases = self.decreases_on(now) + 1;
            changed.last_decrease_at = Some(now);
        }
        changed
    }
}

/// Upper bounds of a table or index billed by request, in units per second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDemandThroughput {
    /// Most read units; `None` is unbounded.
    pub read_units_max: Option<u64>,
    /// Most write units; `None` is unbounded.
    pub write_units_max: Option<u64>,
}

/// The two kinds of secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexKind {
    /// A key of its own.
    Global,
    /// The table's partition key and another sort key.
    Local,
}

/// Where a secondary index stands in its life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexStatus {
    /// Added to a table that was there: known, so that every write keeps it, but its filling has
    /// not begun.
    Creating,
    /// Being filled with the entries of items that were there before it.
    Backfilling,
    /// Holds every entry; the only state in which it is read.
    #[default]
    Active,
    /// Being dropped: writes leave it alone.
    Deleting,
}

impl IndexStatus {
    /// Whether every write keeps the index.
    pub fn is_kept(self) -> bool {
        self != Self::Deleting
    }

    /// Whether entries of older items may still be missing.
    pub fn is_filling(self) -> bool {
        matches!(self, Self::Creating | Self::Backfilling)
    }
}

/// Which attributes an index entry holds besides the keys of index and table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IndexProjection {
    /// Every attribute.
    All,
    /// None.
    KeysOnly,
    /// These, in ascending order.
    Include(BTreeSet<String>),
}

/// One secondary index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexRecord {
    /// Names the index's keyspace; 1 and up, never used twice in a table's life.
    pub number: u32,
    /// The name clients use.
    pub name: IndexName,
    /// Global or local.
    pub kind: IndexKind,
    /// Its key attributes.
    pub key_schema: KeySchema,
    /// What its entries hold.
    pub projection: IndexProjection,
    /// Where it stands in its life.
    #[serde(default)]
    pub status: IndexStatus,
    /// Reserved capacity; zero on a local index or a table billed by request.
    #[serde(default)]
    pub throughput: ProvisionedThroughput,
    /// Bounds of capacity billed by request.
    #[serde(default)]
    pub on_demand: Option<OnDemandThroughput>,
    /// Warm throughput above that of the capacity; see [`TableRecord::index_warm_throughput`]. A
    /// restored index begins without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm: Option<WarmThroughput>,
}

/// Whose key wraps the table's data key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encryption {
    /// The server's own master key; DynamoDB calls it an AWS owned key.
    AwsOwned,
    /// The realm's managed key.
    AwsManaged {
        /// Its ARN, as `SSEDescription` shows it.
        key_arn: String,
    },
}

/// That a table's history is kept, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PitrRecord {
    /// The commit that turned history on; every later write of the table is in the change log.
    pub enabled_at: CommitTimestamp,
    /// The instant of the snapshot the span's first keyframe was made from. `None` until that
    /// keyframe is durable.
    pub span_at: Option<CommitTimestamp>,
    /// How far back a restore may reach, in days.
    pub recovery_period_days: u32,
}

/// Where a restored table came from; shown as `RestoreSummary`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreRecord {
    /// The backup it was made from, if it was one.
    pub source_backup_arn: Option<String>,
    /// The table it was made from.
    pub source_table_arn: Option<String>,
    /// The instant whose state it holds.
    pub at: CommitTimestamp,
}

/// What stands beside a table's structure and its data. A restored table begins without, as on
/// AWS; of a backup it is only shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSettings {
    /// Tags by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The policy that says who may use the table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_policy: Option<ResourcePolicy>,
    /// The latest stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamSetting>,
    /// The table class, if one was ever given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_class: Option<TableClassSetting>,
    /// Warm throughput above that of the capacity; see [`TableRecord::warm_throughput`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm: Option<WarmThroughput>,
    /// Which items expire; `None` if none do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_live: Option<TimeToLive>,
    /// When `time_to_live` last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_to_live_changed_at: Option<CommitTimestamp>,
}

/// How a table's storage is billed. Nothing is billed here; the setting is kept and shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableClass {
    /// Storage that is used often.
    #[default]
    Standard,
    /// Storage that is used seldom.
    StandardInfrequentAccess,
}

/// A table class that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableClassSetting {
    /// The class.
    pub class: TableClass,
    /// When it was last changed; `None` since the table's creation.
    pub updated_at: Option<CommitTimestamp>,
}

/// That items expire, and how they are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeToLive {
    /// The attribute that says when, in seconds since the epoch.
    pub attribute: String,
    /// Names the keyspace of the order in which items expire; taken from the numbers of indexes.
    pub number: u32,
    /// Whether that order holds the items that were there before it.
    pub filled: bool,
}

/// A policy document as it was given. It is kept and shown, and not enforced yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePolicy {
    /// The JSON text.
    pub document: String,
    /// Names this document among all that the table had.
    pub revision_id: String,
}

/// Everything the catalog knows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRecord {
    /// Names the table for good, whatever is created under its name later.
    pub id: TableId,
    /// The name clients use.
    pub name: TableName,
    /// Advances with every change of this record; the engine's fence.
    pub version: u64,
    /// Where the table stands in its life.
    pub status: TableStatus,
    /// When it was created, by the server's clock.
    pub created_at: CommitTimestamp,
    /// Its primary key.
    pub key_schema: KeySchema,
    /// Billing.
    pub billing_mode: BillingMode,
    /// When it was last switched to billing by request (or created so); `None` if never.
    #[serde(default)]
    pub pay_per_request_since: Option<CommitTimestamp>,
    /// Reserved capacity.
    pub throughput: ProvisionedThroughput,
    /// Bounds of capacity billed by request.
    #[serde(default)]
    pub on_demand: Option<OnDemandThroughput>,
    /// Secondary indexes in the order of their definition.
    pub indexes: Vec<IndexRecord>,
    /// The highest number that an index of this table has ever had, if one with a higher number
    /// than those in `indexes` is gone.
    #[serde(default)]
    pub index_numbers_used: u32,
    /// Whose key wraps the data key.
    pub encryption: Encryption,
    /// The table's data key, wrapped.
    pub wrapped_key: WrappedKey,
    /// The secret of the key hashes, sealed under the data key; see [`crate::Table::seal`].
    pub sealed_hash_secret: Vec<u8>,
    /// Whether DeleteTable is refused.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Whether history is kept.
    #[serde(default)]
    pub history: Option<PitrRecord>,
    /// Where it was restored from.
    #[serde(default)]
    pub restore: Option<RestoreRecord>,
    /// What no backup holds.
    #[serde(default)]
    pub settings: TableSettings,
}

impl TableRecord {
    /// The index of this name.
    pub fn index(&self, name: &str) -> Option<&IndexRecord> {
        self.indexes
            .iter()
            .find(|index| index.name.as_str() == name)
    }

    /// The index of this number.
    pub fn index_by_number(&self, number: u32) -> Option<&IndexRecord> {
        self.indexes.iter().find(|index| index.number == number)
    }

    /// A number that no index of this table has ever had.
    pub(crate) fn next_index_number(&self) -> u32 {
        let numbers = self.indexes.iter().map(|index| index.number);
        let expiry = self.settings.time_to_live.iter().map(|ttl| ttl.number);
        numbers
            .chain(expiry)
            .fold(self.index_numbers_used, u32::max)
            + 1
    }

    /// Keeps the indexes that pass; the numbers of the others stay used.
    pub(crate) fn drop_indexes(&mut self, kept: impl Fn(&IndexRecord) -> bool) {
        let used = self.next_index_number() - 1;
        self.indexes.retain(kept);
        if self.next_index_number() <= used {
            self.index_numbers_used = used;
        }
    }

    /// The description with every change of indexes carried to its end: what a table is that is
    /// made anew from this one. An index that was being added is there, one that was being
    /// dropped is gone, and time to live is enabled or not.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.drop_indexes(|index| index.status.is_kept());
        for index in &mut self.indexes {
            index.status = IndexStatus::Active;
        }
        if let Some(setting) = &mut self.settings.time_to_live {
            setting.filled = true;
        }
        if self.status == TableStatus::Updating {
            self.status = TableStatus::Active;
        }
        self
    }
}

#[cfg(test)]
mod tests;
