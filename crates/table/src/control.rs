//! Changes of the catalog: tables created, changed, dropped, their history switched.
//!
//! Indexes that are added to or dropped from a table in use go on in [`crate::backfill`].
//!
//! Each change is one commit that advances the table's fence, so a write planned with the
//! version before is planned again. Keyspaces are made before the commit that needs them and
//! dropped after the commit that removes their table: what a crash leaves over is swept at the
//! next start.

use std::sync::Arc;

use anywhen_kms::{DataKey, RecordCipher, WrappedKey};
use anywhen_model::{CommitTimestamp, HashSecret, Randomness, TableId, TableName};

use crate::backfill::PartPlace;
use crate::create_table::{CreateTable, Definition};
use crate::error::TableError;
use crate::realm::RealmTables;
use crate::record::{
    Encryption, IndexStatus, PitrRecord, TableClassSetting, TableRecord, TableSettings, TableStatus,
};
use crate::streams::{StreamSpecification, StreamSwitch};
use crate::system::{SystemChange, SystemStore};
use crate::table::{Table, seal_hash_secret};
use crate::update_table::UpdateTable;

const MANAGED_KEY_NAME: &[u8] = b"dynamodb";

/// The realm's managed key: what server-side encryption of type KMS uses when it names no key.
#[derive(Debug, Clone)]
pub struct ManagedKey {
    /// The key's ARN; its last part is a UUID.
    pub arn: String,
    wrapped: WrappedKey,
}

/// A new data key, wrapped, and whose key wraps it.
pub(crate) struct NewKey {
    pub(crate) key: DataKey,
    pub(crate) wrapped: WrappedKey,
    pub(crate) encryption: Encryption,
}

impl RealmTables {
    /// Creates a table. It is ACTIVE and durable when this returns: there is no state between,
    /// so nothing of a table whose creation was cut off is ever seen.
    pub async fn create_table(
        self: &Arc<Self>,
        request: CreateTable,
    ) -> Result<Arc<Table>, TableError> {
        let definition = request.define()?;
        let view = request.stream.map(StreamSpecification::on_creation);
        let view = view.transpose()?.flatten();
        let stream = view.map_or(StreamSwitch::None, StreamSwitch::Begin);
        self.in_turn(move |realm| async move { realm.create(request, definition, stream).await })
            .await
    }

    async fn create(
        self: Arc<Self>,
        request: CreateTable,
        definition: Definition,
        stream: StreamSwitch,
    ) -> Result<Arc<Table>, TableError> {
        self.check_name_free(&request.name)?;
        let id = random_table_id(&*self.shared.randomness);
        let key = self.new_key(request.managed_encryption).await?;
        let secret = random_hash_secret(&*self.shared.randomness);
        let now = self.now();
        let by_request = definition.billing_mode == crate::BillingMode::PayPerRequest;
        let record = TableRecord {
            id,
            name: request.name,
            version: 1,
            status: TableStatus::Active,
            created_at: now,
            key_schema: definition.key_schema,
            billing_mode: definition.billing_mode,
            pay_per_request_since: by_request.then_some(now),
            throughput: definition.throughput,
            on_demand: definition.on_demand,
            indexes: definition.indexes,
            index_numbers_used: 0,
            sealed_hash_secret: self.seal_secret(&key.key, id, &secret),
            encryption: key.encryption,
            wrapped_key: key.wrapped,
            deletion_protection: request.deletion_protection,
            history: None,
            restore: None,
            settings: TableSettings {
                table_class: request.table_class.map(|class| TableClassSetting {
                    class,
                    updated_at: None,
                }),
                warm: definition.warm,
                ..request.settings
            },
        };
        let table = self.open_keyspaces(record).await?;
        Ok(self.commit_with_stream(table, stream, &[]).await?.0)
    }

    /// Changes a table's settings as UpdateTable does; returns the table before and after. What
    /// becomes of an index that is added or dropped, a job decides ([`crate::backfill`]).
    pub async fn update_table(
        self: &Arc<Self>,
        name: &TableName,
        request: UpdateTable,
    ) -> Result<(Arc<Table>, Arc<Table>), TableError> {
        request.check_before_table()?;
        let name = name.clone();
        self.in_turn(move |realm| async move {
            let before = realm.table(&name)?;
            let changed = request.apply(before.record(), realm.now())?;
            let changed = match request.managed_encryption {
                Some(managed) => realm.rewrapped(&before, changed, managed).await?,
                None => changed,
            };
            let changed = advance(changed);
            let stream = StreamSwitch::of_update(request.stream, before.record())?;
            let table = Arc::clone(&before);
            let after = off_runtime(move || table.with_new_parts(changed)).await?;
            let (after, _) = realm.commit_with_stream(after, stream, &[]).await?;
            for index in &after.record().indexes {
                let status = before
                    .record()
                    .index_by_number(index.number)
                    .map(|i| i.status);
                if status != Some(index.status) {
                    realm.start_index_job(&after, index.number, Some(&before));
                }
            }
            Ok((before, after))
        })
        .await
    }

    /// Marks a table DELETING, together with other changes, in one commit D, and returns the
    /// table and D. No write of the table commits after D; its keyspaces, keys and catalog
    /// record stay until [`Self::finish_delete`].
    pub async fn begin_delete(
        self: &Arc<Self>,
        name: &TableName,
        also: Vec<SystemChange>,
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        let name = name.clone();
        self.in_turn(move |realm| async move {
            let table = realm.table(&name)?;
            check_deletable(table.record())?;
            let record = TableRecord {
                status: TableStatus::Deleting,
                ..table.record().clone()
            };
            let deleting = table.with_record(advance(record));
            let mut also = also;
            also.extend(table.expiry().map(|expiry| {
                let (table, number) = (table.id(), expiry.part().number);
                PartPlace { table, number }.no_progress()
            }));
            realm
                .commit_with_stream(deleting, StreamSwitch::End, &also)
                .await
        })
        .await
    }

    /// Removes a DELETING table from the catalog, together with other changes, and drops its
    /// keyspaces. The name is free afterwards.
    pub async fn finish_delete(
        self: &Arc<Self>,
        id: TableId,
        also: Vec<SystemChange>,
    ) -> Result<CommitTimestamp, TableError> {
        self.in_turn(move |realm| async move {
            let table = realm.by_id_in(id, TableStatus::Deleting)?;
            realm.remove(&table, &also).await
        })
        .await
    }

    /// Starts or stops keeping a table's history and returns the commit. Once started, every
    /// later write of the table is in the change log; `span_at` is still `None` then.
    pub async fn set_history(
        self: &Arc<Self>,
        id: TableId,
        recovery_period_days: Option<u32>,
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        self.in_turn(move |realm| async move {
            let started = recovery_period_days.map(|recovery_period_days| PitrRecord {
                enabled_at: CommitTimestamp::ZERO,
                span_at: None,
                recovery_period_days,
            });
            let (table, timestamp) = realm.commit_history(id, started).await?;
            let Some(started) = table.record().history.clone() else {
                return Ok((table, timestamp));
            };
            // A commit cannot hold its own timestamp; a second one stores it.
            let started = PitrRecord {
                enabled_at: timestamp,
                ..started
            };
            Ok((realm.commit_history(id, Some(started)).await?.0, timestamp))
        })
        .await
    }

    /// Changes what is recorded about a history that is being kept; starts and stops nothing.
    pub async fn update_history(
        self: &Arc<Self>,
        id: TableId,
        change: impl FnOnce(&mut PitrRecord) + Send + 'static,
    ) -> Result<Arc<Table>, TableError> {
        self.in_turn(move |realm| async move {
            let table = realm.table_by_id(id).ok_or(TableError::ResourceNotFound)?;
            let mut history = table.record().history.clone().ok_or_else(|| {
                TableError::Internal(format!("the history of table {id} is not kept"))
            })?;
            change(&mut history);
            Ok(realm.commit_history(id, Some(history)).await?.0)
        })
        .await
    }

    /// In turn only.
    pub(crate) async fn commit_history(
        &self,
        id: TableId,
        history: Option<PitrRecord>,
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        let table = self.table_by_id(id).ok_or(TableError::ResourceNotFound)?;
        let record = TableRecord {
            history,
            ..table.record().clone()
        };
        self.commit_table(table.with_record(advance(record)), &[])
            .await
    }

    /// The realm's managed key, made at first use.
    pub async fn managed_key(self: &Arc<Self>) -> Result<ManagedKey, TableError> {
        match self.stored_managed_key()? {
            Some(key) => Ok(key),
            None => {
                self.in_turn(|realm| async move { realm.make_managed_key().await })
                    .await
            }
        }
    }

    fn stored_managed_key(&self) -> Result<Option<ManagedKey>, TableError> {
        let Some(stored) = self.system_get(SystemStore::MANAGED_KEYS, MANAGED_KEY_NAME)? else {
            return Ok(None);
        };
        let damaged = || TableError::Internal("the managed key's record is damaged".to_owned());
        let (id, wrapped) = stored.split_first_chunk::<16>().ok_or_else(damaged)?;
        let id = TableId::from_u128(u128::from_be_bytes(*id));
        let realm = self.realm();
        let arn = format!("arn:aws:kms:{}:{}:key/{id}", realm.region, realm.account);
        Ok(Some(ManagedKey {
            arn,
            wrapped: WrappedKey::decode(wrapped)?,
        }))
    }

    /// In turn only.
    async fn make_managed_key(&self) -> Result<ManagedKey, TableError> {
        if self.stored_managed_key()?.is_none() {
            let id = random_uuid(&*self.shared.randomness);
            let (_, wrapped) = self
                .shared
                .master
                .generate_data_key(&*self.shared.randomness);
            let value = Some([id.to_be_bytes().as_slice(), &wrapped.encode()].concat());
            let key = MANAGED_KEY_NAME.to_vec();
            self.system_commit(vec![SystemChange {
                store: SystemStore::MANAGED_KEYS,
                key,
                value,
            }])
            .await?;
        }
        self.stored_managed_key()?
            .ok_or_else(|| TableError::Internal("the managed key was not stored".to_owned()))
    }

    /// A new data key for a table. In turn only.
    pub(crate) async fn new_key(&self, managed: bool) -> Result<NewKey, TableError> {
        self.wrapped_key(DataKey::generate(&*self.shared.randomness), managed)
            .await
    }

    /// The same key of a table under another one. Nothing that is sealed has to be sealed anew.
    /// In turn only.
    async fn rewrapped(
        &self,
        table: &Table,
        changed: TableRecord,
        managed: bool,
    ) -> Result<TableRecord, TableError> {
        let key = self.wrapped_key(table.keys().key.clone(), managed).await?;
        Ok(TableRecord {
            encryption: key.encryption,
            wrapped_key: key.wrapped,
            ..changed
        })
    }

    async fn wrapped_key(&self, key: DataKey, managed: bool) -> Result<NewKey, TableError> {
        let (master, randomness) = (&self.shared.master, &*self.shared.randomness);
        if !managed {
            return Ok(NewKey {
                wrapped: master.wrap_key(&key, randomness),
                key,
                encryption: Encryption::AwsOwned,
            });
        }
        let managed = self.make_managed_key().await?;
        let wrapping = master.unwrap_key(&managed.wrapped)?;
        let wrapped = managed.wrapped.extend(&wrapping, &key, randomness);
        Ok(NewKey {
            key,
            wrapped,
            encryption: Encryption::AwsManaged {
                key_arn: managed.arn,
            },
        })
    }

    pub(crate) fn seal_secret(&self, key: &DataKey, id: TableId, secret: &HashSecret) -> Vec<u8> {
        let cipher = RecordCipher::new(key, &*self.shared.randomness);
        seal_hash_secret(&cipher, id, secret)
    }

    /// Opens a new record's keyspaces, off the runtime's threads.
    pub(crate) async fn open_keyspaces(&self, record: TableRecord) -> Result<Table, TableError> {
        let (shared, realm) = (self.shared.clone(), self.realm().clone());
        off_runtime(move || {
            let table = Table::open(
                &shared.engine,
                &shared.master,
                &*shared.randomness,
                &realm,
                record,
            )?;
            Ok(table.with_throttle(shared.throttle()))
        })
        .await
    }

    /// Removes a table and drops its keyspaces. In turn only.
    pub(crate) async fn remove(
        &self,
        table: &Arc<Table>,
        also: &[SystemChange],
    ) -> Result<CommitTimestamp, TableError> {
        let timestamp = self.commit_removal(table, also).await?;
        let (engine, table) = (Arc::clone(&self.shared.engine), Arc::clone(table));
        off_runtime(move || {
            for name in table.keyspace_names() {
                engine.drop_keyspace(&name)?;
            }
            Ok(())
        })
        .await?;
        Ok(timestamp)
    }

    pub(crate) fn by_id_in(
        &self,
        id: TableId,
        status: TableStatus,
    ) -> Result<Arc<Table>, TableError> {
        let table = self.table_by_id(id).ok_or(TableError::ResourceNotFound)?;
        if table.record().status == status {
            return Ok(table);
        }
        Err(TableError::Internal(format!(
            "table {id} is {:?}",
            table.record().status
        )))
    }

    pub(crate) fn check_name_free(&self, name: &TableName) -> Result<(), TableError> {
        match self.table(name).map(|table| table.record().status) {
            Err(_) => Ok(()),
            // Only the target of a restore is ever CREATING.
            Ok(TableStatus::Creating) => {
                Err(TableError::in_use(format!("Table is being used: {name}")))
            }
            Ok(_) => Err(TableError::ResourceInUse(format!(
                "Table already exists: {name}"
            ))),
        }
    }
}

fn check_deletable(record: &TableRecord) -> Result<(), TableError> {
    let name = &record.name;
    let indexes_settled = record
        .indexes
        .iter()
        .all(|index| index.status == IndexStatus::Active);
    match record.status {
        TableStatus::Creating => Err(TableError::in_use(format!(
            "Table is being created: {name}"
        ))),
        TableStatus::Deleting => Err(TableError::in_use(format!(
            "Table is being deleted: {name}"
        ))),
        TableStatus::Active | TableStatus::Updating if !indexes_settled => Err(TableError::in_use(
            "Cannot delete table while indexes are being created, updated, or deleted.",
        )),
        TableStatus::Updating => Err(TableError::in_use(format!(
            "Table: {name} is in the process of being updated."
        ))),
        TableStatus::Active if record.deletion_protection => Err(TableError::validation(
            "Resource cannot be deleted as it is currently protected against deletion. Disable \
             deletion protection first.",
        )),
        TableStatus::Active => Ok(()),
    }
}

/// The record as the next version of its table.
pub(crate) fn advance(record: TableRecord) -> TableRecord {
    TableRecord {
        version: record.version + 1,
        ..record
    }
}

pub(crate) fn random_table_id(randomness: &dyn Randomness) -> TableId {
    TableId::from_u128(random_uuid(randomness))
}

fn random_hash_secret(randomness: &dyn Randomness) -> HashSecret {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes);
    HashSecret::from_bytes(bytes)
}

/// A random UUID (version 4).
pub(crate) fn random_uuid(randomness: &dyn Randomness) -> u128 {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes);
    let bits = u128::from_be_bytes(bytes);
    bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62)
}

/// Runs what blocks on the disk on a thread that may block.
pub(crate) async fn off_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TableError> + Send + 'static,
) -> Result<T, TableError> {
    let task = anywhen_engine::blocking::spawn(work);
    task.await
        .unwrap_or_else(|failure| Err(TableError::Internal(failure.to_string())))
}
