//! Tables that are being restored.
//!
//! A restore target is in the catalog from its first commit on, as CREATING: its name is taken
//! and its fence set, but nobody reads or writes it. Its keyspaces are filled by bulk load with
//! what [`Table::seal`] and [`Table::index_entries`] give, and one commit makes it ACTIVE. A table
//! that is recovered with its whole server goes the same way, but stays what it was.

use std::sync::Arc;

use anywhen_kms::{MasterKey, RecordCipher};
use anywhen_model::{CommitTimestamp, HashSecret, TableId, TableName};

use crate::control::{advance, random_table_id};
use crate::error::TableError;
use crate::realm::{RealmTables, decode_record};
use crate::record::{
    BillingMode, IndexRecord, IndexStatus, OnDemandThroughput, ProvisionedThroughput,
    RestoreRecord, TableRecord, TableSettings, TableStatus, TimeToLive,
};
use crate::statistics::Statistics;
use crate::system::{SystemChange, SystemStore};
use crate::table::{Table, open_hash_secret};

/// What a restored table shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreTarget {
    /// Its name.
    pub name: TableName,
    /// The source's description at the restored instant: primary key and hash secret come from
    /// here, so the restored items keep their stored keys and their order.
    pub source: TableRecord,
    /// Billing after overrides.
    pub billing_mode: BillingMode,
    /// Reserved capacity after overrides; zero when billed by request.
    pub throughput: ProvisionedThroughput,
    /// Bounds of capacity billed by request.
    pub on_demand: Option<OnDemandThroughput>,
    /// The source's indexes after overrides. Their numbers are given anew; the restore makes each
    /// whole, wherever it stood in the source.
    pub indexes: Vec<IndexRecord>,
    /// Whether the realm's managed key wraps the new data key.
    pub managed_encryption: bool,
    /// What `RestoreSummary` shows.
    pub restore: RestoreRecord,
}

/// What a bulk load put into a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadedStatistics {
    /// The items.
    pub items: Statistics,
    /// The entries of each index, by its number.
    pub indexes: Vec<(u32, Statistics)>,
}

impl TableRecord {
    /// The table that a system record describes; `None` for a record of another store.
    pub fn of_system(change: &SystemChange) -> Result<Option<Self>, TableError> {
        match &change.value {
            Some(value) if change.store == SystemStore::CATALOG => {
                decode_record(&change.key, value).map(Some)
            }
            _ => Ok(None),
        }
    }
}

impl RealmTables {
    /// Makes a CREATING table with empty keyspaces under a new id and data key, together with
    /// other changes, in one commit.
    pub async fn create_restore_target(
        self: &Arc<Self>,
        target: RestoreTarget,
        also: Vec<SystemChange>,
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        self.in_turn(move |realm| async move {
            realm.check_name_free(&target.name)?;
            let record = realm.restored_record(target).await?;
            let table = realm.open_keyspaces(record).await?;
            realm.commit_table(table, &also).await
        })
        .await
    }

    /// Makes a restore target ACTIVE, together with other changes, in one commit.
    pub async fn publish_restored(
        self: &Arc<Self>,
        id: TableId,
        loaded: LoadedStatistics,
        also: Vec<SystemChange>,
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        self.in_turn(move |realm| async move {
            let table = realm.by_id_in(id, TableStatus::Creating)?;
            table.set_statistics(&loaded);
            let record = TableRecord {
                status: TableStatus::Active,
                ..table.record().clone()
            };
            realm
                .commit_table(table.with_record(advance(record)), &also)
                .await
        })
        .await
    }

    /// Removes a restore target that will not be finished, together with other changes, and
    /// drops its keyspaces.
    pub async fn drop_restore_target(
        self: &Arc<Self>,
        id: TableId,
        also: Vec<SystemChange>,
    ) -> Result<CommitTimestamp, TableError> {
        self.in_turn(move |realm| async move {
            let table = realm.by_id_in(id, TableStatus::Creating)?;
            realm.remove(&table, &also).await
        })
        .await
    }

    /// Puts a table of a lost server into the catalog as it was, under its own id, but CREATING
    /// and with its indexes settled; together with other changes, in one commit. Its keyspaces
    /// are empty.
    pub async fn create_recovered(
        self: &Arc<Self>,
        record: TableRecord,
        also: Vec<SystemChange>,
    ) -> Result<Arc<Table>, TableError> {
        self.in_turn(move |realm| async move {
            realm.check_name_free(&record.name)?;
            let record = record.settled();
            let time_to_live = record.settings.time_to_live.clone();
            let creating = TableRecord {
                status: TableStatus::Creating,
                settings: TableSettings {
                    // Streams are not archived; a lost server's are lost.
                    stream: None,
                    // Filled by the next life of the server, from the items.
                    time_to_live: time_to_live.map(|setting| TimeToLive {
                        filled: false,
                        ..setting
                    }),
                    ..record.settings
                },
                ..record
            };
            let table = realm.open_keyspaces(creating).await?;
            Ok(realm.commit_table(table, &also).await?.0)
        })
        .await
    }

    /// Gives a recovered table its status and history back, together with other changes, in one
    /// commit.
    pub async fn publish_recovered(
        self: &Arc<Self>,
        record: &TableRecord,
        loaded: LoadedStatistics,
        also: Vec<SystemChange>,
    ) -> Result<(), TableError> {
        let record = record.clone().settled();
        let (id, status, history) = (record.id, record.status, record.history);
        self.in_turn(move |realm| async move {
            let table = realm.by_id_in(id, TableStatus::Creating)?;
            table.set_statistics(&loaded);
            let record = TableRecord {
                status,
                history,
                ..table.record().clone()
            };
            realm
                .commit_table(table.with_record(advance(record)), &also)
                .await?;
            Ok(())
        })
        .await
    }

    async fn restored_record(&self, target: RestoreTarget) -> Result<TableRecord, TableError> {
        let id = random_table_id(&*self.shared.randomness);
        let secret = source_secret(&self.shared.master, &target.source, self)?;
        let key = self.new_key(target.managed_encryption).await?;
        let now = self.now();
        let kept = target.indexes.into_iter();
        let kept = kept.filter(|index| index.status.is_kept());
        let indexes = (1..).zip(kept).map(|(number, index)| IndexRecord {
            number,
            status: IndexStatus::Active,
            ..index
        });
        let indexes = indexes.collect();
        let by_request = target.billing_mode == BillingMode::PayPerRequest;
        Ok(TableRecord {
            id,
            name: target.name,
            version: 1,
            status: TableStatus::Creating,
            created_at: now,
            key_schema: target.source.key_schema,
            billing_mode: target.billing_mode,
            pay_per_request_since: by_request.then_some(now),
            throughput: target.throughput,
            on_demand: target.on_demand,
            indexes,
            index_numbers_used: 0,
            sealed_hash_secret: self.seal_secret(&key.key, id, &secret),
            encryption: key.encryption,
            wrapped_key: key.wrapped,
            deletion_protection: false,
            history: None,
            restore: Some(target.restore),
            settings: TableSettings::default(),
        })
    }
}

/// The source may be gone: its description carries its key and, under it, its secret.
fn source_secret(
    master: &MasterKey,
    source: &TableRecord,
    realm: &RealmTables,
) -> Result<HashSecret, TableError> {
    let key = master.unwrap_key(&source.wrapped_key)?;
    let cipher = RecordCipher::new(&key, &*realm.shared.randomness);
    open_hash_secret(&cipher, source)
}
