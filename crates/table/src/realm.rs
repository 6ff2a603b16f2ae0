//! All tables of one account and Region.
//!
//! The catalog in memory maps names to tables and is swapped whole, after the commit that
//! changed it has become visible. Control operations take turns (one mutex) and run to their
//! end even if the client that asked goes away, so memory and disk never part.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anywhen_engine::{
    Commit, Engine, Entry, Fence, KeyspaceName, LogEntry, LogHandle, Snapshot, Write,
};
use anywhen_kms::{DataKey, MasterKey, RecordCipher, WrappedKey};
use anywhen_model::{Clock, CommitTimestamp, Randomness, Realm, TableId, TableName};
use arc_swap::{ArcSwap, ArcSwapOption};
use bytes::Bytes;
use fail_parallel::FailPointRegistry;
use tokio::sync::Semaphore;

use crate::backfill::Jobs;
use crate::error::TableError;
use crate::latches::{Held, Latches};
use crate::record::TableRecord;
use crate::streams::Streams;
use crate::system::{self, StoredRecord, SystemChange, SystemRecords, SystemStore};
use crate::table::{Table, TableKeys};
use crate::throttle::Throttle;
use crate::tokens::Tokens;

/// Written before each catalog record's JSON.
const CATALOG_VERSION: u8 = 1;

/// What all realms share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    pub(crate) failpoints: Arc<FailPointRegistry>,
    /// Turns to write a chunk of an index that is being filled.
    pub(crate) backfills: Arc<Semaphore>,
    /// Most entries in such a chunk.
    pub(crate) backfill_chunk_entries: usize,
    /// Whether tables throttle.
    pub(crate) throttling: bool,
    /// Within which time to live changes once only.
    pub(crate) time_to_live_cooldown: Duration,
}

impl Shared {
    /// The buckets of a table that is opened.
    pub(crate) fn throttle(&self) -> Option<Arc<Throttle>> {
        let throttle = || Arc::new(Throttle::new(Arc::clone(&self.clock)));
        self.throttling.then(throttle)
    }
}

/// The tables, system records and write path of one account and Region.
pub struct RealmTables {
    pub(crate) shared: Shared,
    realm: Realm,
    log: LogHandle,
    pub(crate) system: SystemRecords,
    pub(crate) latches: Latches,
    pub(crate) tokens: Tokens,
    pub(crate) index_jobs: Jobs,
    pub(crate) streams: Streams,
    catalog: ArcSwap<Catalog>,
    control: tokio::sync::Mutex<()>,
    history_refused: ArcSwapOption<String>,
    history_gate: OnceLock<HistoryGate>,
    /// Whether changes of system records are logged; see [`RealmTables::log_system`].
    logs_system: AtomicBool,
}

/// Why history cannot be kept now, if so. Asked before and after every write to a table with
/// history, so it must be cheap.
pub type HistoryGate = Box<dyn Fn() -> Option<String> + Send + Sync>;

/// The catalog as of its last change.
#[derive(Debug, Clone, Default)]
struct Catalog {
    by_name: BTreeMap<TableName, Arc<Table>>,
    by_id: HashMap<TableId, Arc<Table>>,
}

impl RealmTables {
    /// Opens the realm and loads its catalog. A realm that is new gets its system data key.
    pub(crate) async fn open(shared: Shared, realm: Realm) -> Result<Arc<Self>, TableError> {
        let log = shared
            .engine
            .log(&format!("{}/{}", realm.account, realm.region))?;
        let keys = Self::system_keys(&shared, &realm).await?;
        let system = SystemRecords::new(Arc::clone(&shared.engine), realm.clone(), keys);
        let snapshot = shared.engine.snapshot()?;
        let streams = Streams::open(
            &*shared.engine,
            &shared.master,
            &*shared.randomness,
            &realm,
            &system.list(&*snapshot, SystemStore::STREAMS, b"")?,
        )?;
        let mut catalog = Catalog::default();
        for (key, value) in system.list(&*snapshot, SystemStore::CATALOG, b"")? {
            let mut record = decode_record(&key, &value)?;
            if let Some(history) = &mut record.history
                && history.enabled_at == CommitTimestamp::ZERO
            {
                // The server died before it stored when the history began; certainly by now.
                history.enabled_at = snapshot.timestamp()?;
            }
            let stream = streams.active(&record)?;
            let table = Table::open(
                &shared.engine,
                &shared.master,
                &*shared.randomness,
                &realm,
                record,
            )?
            .with_stream(stream)
            .with_throttle(shared.throttle());
            shared.engine.set_fence(table.fence());
            catalog.put(Arc::new(table));
        }
        Ok(Arc::new(Self {
            shared,
            realm,
            log,
            system,
            latches: Latches::new(),
            tokens: Tokens::default(),
            index_jobs: Jobs::new(),
            streams,
            catalog: ArcSwap::from_pointee(catalog),
            control: tokio::sync::Mutex::default(),
            history_refused: ArcSwapOption::empty(),
            history_gate: OnceLock::new(),
            logs_system: AtomicBool::new(true),
        }))
    }

    /// The data key of the realm's system records, made at first use. It cannot be sealed with
    /// itself, so its wrapped form is stored in a keyspace of its own.
    async fn system_keys(shared: &Shared, realm: &Realm) -> Result<TableKeys, TableError> {
        const KEY: &[u8] = b"system";
        let keys = |key: DataKey, wrapped| TableKeys {
            cipher: Arc::new(RecordCipher::new(&key, &*shared.randomness)),
            key,
            wrapped,
        };
        let keyspace = shared
            .engine
            .keyspace(&KeyspaceName::system(realm, "keys"))?;
        if let Some(stored) = shared.engine.snapshot()?.get(keyspace, KEY)? {
            let wrapped = WrappedKey::decode(&stored)?;
            return Ok(keys(shared.master.unwrap_key(&wrapped)?, wrapped));
        }
        let (key, wrapped) = shared.master.generate_data_key(&*shared.randomness);
        let value = Some(wrapped.encode().into());
        let write = Write {
            keyspace,
            key: Bytes::from_static(KEY),
            value,
        };
        shared
            .engine
            .commit(Commit {
                writes: vec![write],
                ..Commit::default()
            })
            .await?;
        Ok(keys(key, wrapped))
    }

    /// Account and Region.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// The realm's change log.
    pub fn log(&self) -> LogHandle {
        self.log
    }

    /// All tables by ascending name, whatever their status.
    pub fn tables(&self) -> Vec<Arc<Table>> {
        self.catalog.load().by_name.values().cloned().collect()
    }

    /// The table of this name, whatever its status; [`TableError::TableNotFound`] otherwise.
    pub fn table(&self, name: &TableName) -> Result<Arc<Table>, TableError> {
        let found = self.catalog.load().by_name.get(name).cloned();
        found.ok_or_else(|| TableError::TableNotFound(name.to_string()))
    }

    /// The table of this name if its items may be read and written;
    /// [`TableError::ResourceNotFound`] otherwise.
    pub fn open_table(&self, name: &TableName) -> Result<Arc<Table>, TableError> {
        let found = self
            .catalog
            .load()
            .by_name
            .get(name)
            .filter(|table| table.is_open())
            .cloned();
        found.ok_or(TableError::ResourceNotFound)
    }

    /// The table with this id, whatever its status.
    pub fn table_by_id(&self, id: TableId) -> Option<Arc<Table>> {
        self.catalog.load().by_id.get(&id).cloned()
    }

    /// The keys of a table, whatever its status, or of [`TableId::SYSTEM`].
    pub fn table_keys(&self, id: TableId) -> Option<TableKeys> {
        if id == TableId::SYSTEM {
            return Some(self.system.keys().clone());
        }
        self.table_by_id(id).map(|table| table.keys().clone())
    }

    /// With a reason: refuses writes to tables whose history is kept, because nobody would
    /// archive it. Without: takes them again. A write that is already queued may still commit.
    pub fn refuse_history_writes(&self, reason: Option<String>) {
        self.history_refused.store(reason.map(Arc::new));
    }

    /// From now on, asks this before and after every write to a table with history. The first
    /// gate that is set stays.
    pub fn set_history_gate(&self, gate: HistoryGate) {
        let _ = self.history_gate.set(gate);
    }

    /// Refuses the write if the table's history is kept and cannot be archived.
    pub(crate) fn check_history_writable(&self, table: &Table) -> Result<(), TableError> {
        if table.record().history.is_none() {
            return Ok(());
        }
        let refused = match &*self.history_refused.load() {
            Some(reason) => Some(reason.to_string()),
            None => self.history_gate.get().and_then(|gate| gate()),
        };
        refused.map_or(Ok(()), |reason| Err(TableError::ReadOnly(reason)))
    }

    /// Refuses to acknowledge a write that was committed while its history stopped being kept.
    pub(crate) fn check_history_kept(&self, table: &Table) -> Result<(), TableError> {
        self.check_history_writable(table).map_err(|error| {
            TableError::ReadOnly(format!("{error} (this write may have been carried out)"))
        })
    }

    pub(crate) fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.shared.clock.now_micros())
    }

    pub(crate) fn snapshot(&self) -> Result<Arc<dyn Snapshot>, TableError> {
        Ok(self.shared.engine.snapshot()?)
    }

    /// One system record.
    pub fn system_get(
        &self,
        store: SystemStore,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, TableError> {
        self.system.get(&*self.snapshot()?, store, key)
    }

    /// All records of a store whose key starts with `prefix`, by ascending key.
    pub fn system_list(
        &self,
        store: SystemStore,
        prefix: &[u8],
    ) -> Result<Vec<StoredRecord>, TableError> {
        self.system.list(&*self.snapshot()?, store, prefix)
    }

    /// Whether changes of system records are logged from now on. They always are, except while
    /// a lost server is being recovered: what its records become by then is logged at the end.
    pub fn log_system(&self, logged: bool) {
        self.logs_system.store(logged, Ordering::Release);
    }

    /// The items of [`TableId::SYSTEM`] in a snapshot, in the clear, by ascending stored key.
    pub fn system_items(&self, snapshot: &dyn Snapshot) -> Result<Vec<Entry>, TableError> {
        self.system.with_history(snapshot)
    }

    /// Changes system records in one commit.
    pub async fn system_commit(
        &self,
        changes: Vec<SystemChange>,
    ) -> Result<CommitTimestamp, TableError> {
        self.commit_system(Vec::new(), &changes, Vec::new()).await
    }

    /// Waits until the control operation that fenced a write has put its result in the catalog.
    pub(crate) async fn catalog_settled(&self) {
        drop(self.control.lock().await);
    }

    /// Runs a control operation in its turn and to its end, whether the caller waits or not.
    pub(crate) async fn in_turn<T, F>(
        self: &Arc<Self>,
        work: impl FnOnce(Arc<Self>) -> F,
    ) -> Result<T, TableError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, TableError>> + Send + 'static,
    {
        let realm = Arc::clone(self);
        let work = work(Arc::clone(self));
        let task = tokio::spawn(async move {
            let _turn = realm.control.lock().await;
            work.await
        });
        task.await
            .unwrap_or_else(|failure| Err(TableError::Internal(failure.to_string())))
    }

    /// Commits a changed or new record and puts the table into the catalog. In turn only.
    pub(crate) async fn commit_table(
        &self,
        table: Table,
        also: &[SystemChange],
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        self.commit_table_logging(table, also, Vec::new()).await
    }

    /// [`Self::commit_table`] with records for the logs of streams. In turn only.
    pub(crate) async fn commit_table_logging(
        &self,
        table: Table,
        also: &[SystemChange],
        log: Vec<LogEntry>,
    ) -> Result<(Arc<Table>, CommitTimestamp), TableError> {
        let value = Some(encode_record(table.record())?);
        let mut changes = vec![catalog_change(table.id(), value)];
        changes.extend_from_slice(also);
        let timestamp = self
            .commit_system(vec![table.fence()], &changes, log)
            .await?;
        let table = Arc::new(table);
        self.swap_catalog(|catalog| catalog.put(Arc::clone(&table)));
        Ok((table, timestamp))
    }

    /// Takes a table out of the catalog; its fence refuses every later commit. In turn only.
    pub(crate) async fn commit_removal(
        &self,
        table: &Table,
        also: &[SystemChange],
    ) -> Result<CommitTimestamp, TableError> {
        let mut changes = vec![catalog_change(table.id(), None)];
        changes.extend_from_slice(also);
        let gone = Fence {
            table: table.id(),
            version: 0,
        };
        let timestamp = self.commit_system(vec![gone], &changes, Vec::new()).await?;
        self.swap_catalog(|catalog| catalog.remove(table));
        Ok(timestamp)
    }

    async fn commit_system(
        &self,
        advance: Vec<Fence>,
        changes: &[SystemChange],
        mut log: Vec<LogEntry>,
    ) -> Result<CommitTimestamp, TableError> {
        let held = self.hold_system(changes).await;
        let writes = changes.iter().map(|change| self.system.write(change));
        let writes = writes.collect::<Result<Vec<_>, _>>()?;
        let logged = changes
            .iter()
            .filter(|_| self.logs_system.load(Ordering::Acquire));
        log.extend(logged.filter_map(|change| self.system.log_entry(self.log, change)));
        let hold: Option<Box<dyn std::any::Any + Send>> = Some(Box::new(held));
        let commit = Commit {
            advance,
            writes,
            log,
            hold,
            ..Commit::default()
        };
        Ok(self.shared.engine.commit(commit).await?)
    }

    async fn hold_system(&self, changes: &[SystemChange]) -> Held {
        let places: Vec<Vec<u8>> = changes
            .iter()
            .map(|change| system::place(change.store, &change.key))
            .collect();
        self.latches
            .hold(
                places
                    .iter()
                    .map(|place| (TableId::SYSTEM, place.as_slice())),
            )
            .await
    }

    fn swap_catalog(&self, change: impl FnOnce(&mut Catalog)) {
        let mut catalog = Catalog::clone(&self.catalog.load());
        change(&mut catalog);
        self.catalog.store(Arc::new(catalog));
    }
}

impl std::fmt::Debug for RealmTables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RealmTables")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

impl Catalog {
    fn put(&mut self, table: Arc<Table>) {
        self.by_name
            .insert(table.record().name.clone(), Arc::clone(&table));
        self.by_id.insert(table.id(), table);
    }

    fn remove(&mut self, table: &Table) {
        self.by_name.remove(&table.record().name);
        self.by_id.remove(&table.id());
    }
}

fn catalog_change(table: TableId, value: Option<Vec<u8>>) -> SystemChange {
    SystemChange {
        store: SystemStore::CATALOG,
        key: table.as_u128().to_be_bytes().to_vec(),
        value,
    }
}

fn encode_record(record: &TableRecord) -> Result<Vec<u8>, TableError> {
    let mut value = vec![CATALOG_VERSION];
    serde_json::to_writer(&mut value, record)
        .map_err(|error| TableError::Internal(format!("catalog record: {error}")))?;
    Ok(value)
}

pub(crate) fn decode_record(key: &[u8], value: &[u8]) -> Result<TableRecord, TableError> {
    let record = value
        .strip_prefix(&[CATALOG_VERSION])
        .and_then(|json| serde_json::from_slice::<TableRecord>(json).ok())
        .filter(|record| record.id.as_u128().to_be_bytes() == key);
    record.ok_or_else(|| {
        TableError::Internal("a catalog record is of an unknown version or damaged".to_owned())
    })
}
