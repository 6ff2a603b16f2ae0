//! What a recovery says at its end.

use anywhen_model::{BackupArn, CommitTimestamp, KeySchema, Realm, TableId, TableName};
use anywhen_table::{BillingMode, IndexKind, IndexProjection, TableRecord};
use serde::{Deserialize, Serialize};

/// How a realm came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveredRealm {
    /// Account and Region.
    pub realm: Realm,
    /// Everything committed at or before this was in the archive; what came later is lost.
    pub sealed: CommitTimestamp,
    /// The instant the tables are as of: `sealed`, or the earlier one that was asked for.
    pub at: CommitTimestamp,
    /// The commit from which on histories tell of `at` again, if that is before `sealed`.
    pub rewound_at: Option<CommitTimestamp>,
    /// Why no table came back, if there was no catalog.
    pub no_catalog: Option<String>,
    /// What came back, by name.
    pub tables: Vec<RecoveredTable>,
    /// What did not, by name.
    pub lost: Vec<LostTable>,
    /// Backups of tables that were there at the sealed instant and whose histories end, because
    /// they do not reach the earlier one.
    pub kept: Vec<KeptState>,
    /// Backups that can be restored.
    pub backups: usize,
    /// ARNs of backups that the catalog knows and the archive does not hold any more.
    pub lost_backups: Vec<String>,
    /// Instants of catalogs that ended before, which can be recovered by naming them.
    pub ended_catalogs: Vec<CommitTimestamp>,
}

impl RecoveredRealm {
    /// Whether something should have come back and could not be read.
    pub fn is_damaged(&self) -> bool {
        self.lost.iter().any(|table| table.damaged) || !self.lost_backups.is_empty()
    }
}

/// A table that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveredTable {
    /// Its name.
    pub name: TableName,
    /// Its id, as before.
    pub id: TableId,
    /// Its items.
    pub items: u64,
    /// Their size by DynamoDB's rule, in bytes.
    pub size_bytes: u64,
}

/// A table that did not come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostTable {
    /// Its name.
    pub name: TableName,
    /// Why not.
    pub reason: String,
    /// Whether its history is in the archive, but cannot be read.
    pub damaged: bool,
    /// Keys, indexes and billing as the catalog knew them, for people.
    pub definition: String,
    /// The newest backup of it, if there is one.
    pub backup: Option<KeptState>,
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptState {
    /// The table's name.
    pub name: TableName,
    /// The backup's ARN.
    pub backup_arn: String,
    /// The instant it holds.
    pub at: CommitTimestamp,
}

impl KeptState {
    pub(super) fn of(arn: &BackupArn, at: CommitTimestamp) -> Self {
        Self {
            name: arn.table.clone(),
            backup_arn: arn.to_string(),
            at,
        }
    }
}

/// A table's definition in one line.
pub(super) fn definition(record: &TableRecord) -> String {
    let mut parts = vec![format!("key {}", keys(&record.key_schema))];
    for index in &record.indexes {
        let kind = match index.kind {
            IndexKind::Global => "global",
            IndexKind::Local => "local",
        };
        let projection = match &index.projection {
            IndexProjection::All => "all".to_owned(),
            IndexProjection::KeysOnly => "keys only".to_owned(),
            IndexProjection::Include(attributes) => {
                let names: Vec<&str> = attributes.iter().map(String::as_str).collect();
                format!("keys and {}", names.join(", "))
            }
        };
        let (name, keys) = (&index.name, keys(&index.key_schema));
        parts.push(format!("{kind} index {name} on {keys} with {projection}"));
    }
    parts.push(match record.billing_mode {
        BillingMode::PayPerRequest => "billed by request".to_owned(),
        BillingMode::Provisioned => {
            let capacity = &record.throughput;
            let (read, write) = (capacity.read_units, capacity.write_units);
            format!("capacity {read}/{write}")
        }
    });
    parts.join("; ")
}

fn keys(schema: &KeySchema) -> String {
    let attributes = schema.partition.iter().chain(&schema.sort);
    let attributes: Vec<String> = attributes
        .map(|attribute| format!("{} ({:?})", attribute.name, attribute.scalar_type))
        .collect();
    attributes.join(", ")
}
