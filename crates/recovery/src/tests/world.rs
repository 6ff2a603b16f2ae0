//! One server over memory: its disk and its archive outlive it.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_archive::{Archive, ArchiverConfig};
use anywhen_engine::Engine;
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_engine_memory::{MemoryEngine, MemoryStore};
use anywhen_kms::MasterKey;
use anywhen_model::{
    AttributeValue, BackupName, Clock, CommitTimestamp, Item, ManualClock, Number, Randomness,
    Realm, ScalarType, SeededRandomness, TableId, TableName, decode_item,
};
use anywhen_table::{
    AttributeDefinition, BillingMode, CreateTable, IndexDefinition, ItemChange, KeyElement,
    KeyRole, ProjectionType, RealmTables, Table, TableSettings, TableStatus, Tables, TablesOptions,
    Throughput, WarmRequest, WriteAction,
};
use fail_parallel::FailPointRegistry;
use object_store::path::Path;
use tempfile::TempDir;

use super::away::Objects;
use crate::backup::{BackupRecord, BackupStatus};
use crate::realm::RealmRecovery;
use crate::{
    Consent, ProgressSink, RecoverError, RecoveredRealm, Recovery, RecoveryError, RecoveryLimits,
    RecoveryOptions, RestoreBegun, RestoreFromBackup, RestoreOverrides, RestoreProgress,
    RestoreToPointInTime, recover,
};

/// 2026-11-21 12:00:00 UTC, in microseconds.
pub(super) const START_MICROS: u64 = 1_795_262_400_000_000;
pub(super) const SECOND: u64 = 1_000_000;
pub(super) const DAY: u64 = 86_400 * SECOND;

/// What outlives a server: its disk, its archive, its key, the time.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) clock: Arc<ManualClock>,
    pub(super) disk: Disk,
    pub(super) objects: Arc<Objects>,
    pub(super) master: Arc<MasterKey>,
    pub(super) spill: Arc<TempDir>,
    pub(super) limits: RecoveryLimits,
    pub(super) consent: Consent,
    pub(super) archiver: ArchiverConfig,
    /// Most entries that the filling of an index writes in one commit.
    pub(super) backfill_chunk_entries: usize,
    /// What stands in front of every engine; by itself nothing.
    pub(super) front: InFront,
    /// Everything restores have said, in all lives.
    pub(super) progress: Arc<Heard>,
    pub(super) dice: Arc<SeededRandomness>,
}

/// Puts something in front of an engine.
pub(super) type InFront = Arc<dyn Fn(Arc<dyn Engine>) -> Arc<dyn Engine> + Send + Sync>;

/// What an engine keeps its data on.
#[derive(Clone)]
pub(super) enum Disk {
    Memory(MemoryStore),
    Local(Arc<TempDir>),
}

impl Disk {
    fn open(&self, clock: Arc<dyn Clock>) -> Arc<dyn Engine> {
        match self {
            Self::Memory(store) => Arc::new(MemoryEngine::open(store.clone(), clock)),
            Self::Local(directory) => {
                let options = LocalEngineOptions::new(directory.path(), clock);
                Arc::new(LocalEngine::open(options).unwrap())
            }
        }
    }
}

/// A running server.
pub(super) struct World {
    pub(super) ground: Ground,
    pub(super) engine: Arc<dyn Engine>,
    pub(super) failpoints: Arc<FailPointRegistry>,
    pub(super) recovery: Arc<Recovery>,
    pub(super) realm: Realm,
    pub(super) tables: Arc<RealmTables>,
    pub(super) realms: Arc<Tables>,
}

/// Remembers what it hears.
#[derive(Debug, Default)]
pub(super) struct Heard {
    progress: parking_lot::Mutex<Vec<RestoreProgress>>,
    pub(super) begun: parking_lot::Mutex<Vec<RestoreBegun>>,
    /// Targets, with the reasons.
    pub(super) failed: parking_lot::Mutex<Vec<(TableName, String)>>,
}

impl ProgressSink for Heard {
    fn begins(&self, restore: &RestoreBegun) {
        self.begun.lock().push(restore.clone());
    }

    fn restore(&self, progress: &RestoreProgress) {
        self.progress.lock().push(progress.clone());
    }

    fn fails(&self, _realm: &Realm, target: &TableName, reason: &str) {
        self.failed.lock().push((target.clone(), reason.to_owned()));
    }
}

impl Heard {
    pub(super) fn lock(&self) -> parking_lot::MutexGuard<'_, Vec<RestoreProgress>> {
        self.progress.lock()
    }
}

impl Ground {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            clock: Arc::new(ManualClock::at(START_MICROS)),
            disk: Disk::Memory(MemoryStore::default()),
            objects: Objects::new(),
            master: Arc::new(MasterKey::generate(&SeededRandomness::new(seed))),
            spill: Arc::new(tempfile::tempdir().unwrap()),
            limits: RecoveryLimits::default(),
            consent: Consent::default(),
            archiver: ArchiverConfig::default(),
            backfill_chunk_entries: TablesOptions::default().backfill_chunk_entries,
            front: Arc::new(|engine| engine),
            progress: Arc::default(),
            dice: Arc::new(SeededRandomness::new(seed ^ 0x5eed)),
        }
    }

    pub(super) async fn start(&self) -> World {
        self.try_start(Arc::default()).await.unwrap()
    }

    pub(super) async fn try_start(
        &self,
        failpoints: Arc<FailPointRegistry>,
    ) -> Result<World, RecoveryError> {
        let options = self.options(failpoints).await?;
        let (engine, realms) = (Arc::clone(&options.engine), Arc::clone(&options.tables));
        let failpoints = Arc::clone(&options.failpoints);
        let recovery = Recovery::open(options).await?;
        let realm = Realm {
            account: "123456789012".try_into().unwrap(),
            region: "us-east-1".try_into().unwrap(),
        };
        let tables = realms.realm(&realm).await?;
        let ground = self.clone();
        Ok(World {
            ground,
            engine,
            failpoints,
            recovery,
            realm,
            tables,
            realms,
        })
    }
}

impl Ground {
    /// The engine opened, and the archive.
    async fn options(
        &self,
        failpoints: Arc<FailPointRegistry>,
    ) -> Result<RecoveryOptions, RecoveryError> {
        // What jobs say stands beside the failure it explains.
        let _ = tracing_subscriber::fmt()
            .with_test_writer()
            .with_max_level(tracing::Level::INFO)
            .try_init();
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as _;
        let randomness: Arc<dyn Randomness> = Arc::clone(&self.dice) as _;
        let engine = (self.front)(self.disk.open(Arc::clone(&clock)));
        let mut tables = TablesOptions::default();
        tables.failpoints = Arc::clone(&failpoints);
        tables.backfill_chunk_entries = self.backfill_chunk_entries;
        let tables = Tables::open(
            Arc::clone(&engine),
            Arc::clone(&self.master),
            Arc::clone(&clock),
            Arc::clone(&randomness),
            tables,
        )
        .await?;
        let archive = Archive::open(
            Arc::clone(&self.objects) as _,
            Path::default(),
            Arc::clone(&self.master),
            Arc::clone(&clock),
            Arc::clone(&randomness),
        )
        .await?;
        Ok(RecoveryOptions {
            engine,
            tables,
            archive,
            clock,
            randomness,
            failpoints,
            progress: Arc::clone(&self.progress) as _,
            spill_directory: self.spill.path().to_owned(),
            limits: self.limits,
            consent: self.consent,
            archiver: self.archiver.clone(),
        })
    }

    /// The same archive and key with an empty disk.
    pub(super) fn without_disk(&self) -> Self {
        Self {
            disk: Disk::Memory(MemoryStore::default()),
            spill: Arc::new(tempfile::tempdir().unwrap()),
            ..self.clone()
        }
    }

    /// With a copy of what restores have sorted on disk.
    pub(super) fn with_spill_copied(&self) -> Self {
        let spill = tempfile::tempdir().unwrap();
        for table in self.spill.path().read_dir().unwrap() {
            let table = table.unwrap();
            let copy = spill.path().join(table.file_name());
            std::fs::create_dir(&copy).unwrap();
            for file in table.path().read_dir().unwrap() {
                let file = file.unwrap();
                // Removed in the meantime, perhaps.
                let _ = std::fs::copy(file.path(), copy.join(file.file_name()));
            }
        }
        Self {
            spill: Arc::new(spill),
            ..self.clone()
        }
    }

    /// Recovers onto the disk, or goes on with that.
    pub(super) async fn recover(
        &self,
        at: Option<CommitTimestamp>,
        failpoints: Arc<FailPointRegistry>,
    ) -> Result<Vec<RecoveredRealm>, RecoverError> {
        let options = self.options(failpoints).await?;
        let engine = Arc::clone(&options.engine);
        let recovered = recover(options, at).await;
        if let Disk::Local(_) = self.disk {
            engine.close();
        }
        recovered
    }
}

impl World {
    pub(super) async fn new(seed: u64) -> Self {
        Ground::new(seed).start().await
    }

    /// Ends the server where it stands and starts the next one, without failpoints.
    pub(super) async fn restart(self) -> Self {
        let ground = self.crash().await;
        ground.start().await
    }

    pub(super) async fn crash(self) -> Ground {
        self.recovery.close().await;
        self.realms.stop_jobs().await;
        if let Disk::Local(_) = self.ground.disk {
            self.engine.close();
        }
        self.ground
    }

    /// A server that has only the archive and the key.
    pub(super) async fn elsewhere(&self) -> Self {
        self.ground.without_disk().start().await
    }

    pub(super) fn advance(&self, micros: u64) {
        self.ground.clock.advance(micros);
    }

    pub(super) fn fail(&self, point: &str, action: &str) {
        fail_parallel::cfg(Arc::clone(&self.failpoints), point, action).unwrap();
    }

    pub(super) fn let_go(&self, point: &str) {
        fail_parallel::remove(Arc::clone(&self.failpoints), point);
    }

    pub(super) fn inner(&self) -> Arc<RealmRecovery> {
        self.recovery.known_realm_for_tests(&self.realm)
    }

    pub(super) async fn create(&self, request: CreateTable) -> Arc<Table> {
        self.tables.create_table(request).await.unwrap()
    }

    pub(super) async fn put(&self, table: &str, item: Item) -> CommitTimestamp {
        self.write(table, ItemChange::Put(item)).await
    }

    pub(super) async fn delete(&self, table: &str, key: Item) -> CommitTimestamp {
        self.write(table, ItemChange::Delete { key }).await
    }

    async fn write(&self, table: &str, change: ItemChange) -> CommitTimestamp {
        let action = WriteAction {
            change,
            condition: None,
        };
        self.tables
            .write(&name(table), &action)
            .await
            .unwrap()
            .timestamp
    }

    pub(super) fn table(&self, table: &str) -> Arc<Table> {
        self.tables.table(&name(table)).unwrap()
    }

    /// All items, after a proof that the indexes agree with them.
    pub(super) fn items(&self, table: &str) -> BTreeMap<Vec<u8>, Item> {
        let table = self.table(table);
        assert_eq!(
            table.check_indexes().unwrap(),
            vec![],
            "indexes of {}",
            table.record().name
        );
        let items: BTreeMap<Vec<u8>, Item> = table
            .snapshot_items()
            .unwrap()
            .1
            .map(|item| {
                let (key, stored) = item.unwrap();
                (key.to_vec(), decode_item(&stored).unwrap())
            })
            .collect();
        let bytes: usize = items.values().map(Item::size_bytes).sum();
        let expected = (items.len() as u64, bytes as u64);
        let counted = || {
            let statistics = table.statistics();
            (statistics.items, statistics.size_bytes)
        };
        // After a start they are counted in the background, on a thread of its own.
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while counted() != expected && std::time::Instant::now() < patience {
            std::thread::yield_now();
        }
        assert_eq!(counted(), expected);
        items
    }

    /// The items alone, in no order that means anything.
    pub(super) fn contents(&self, table: &str) -> Vec<Item> {
        self.items(table).into_values().collect()
    }

    pub(super) async fn pitr(&self, table: &str, on: bool) -> crate::ContinuousBackups {
        self.recovery
            .update_continuous_backups(&self.realm, &name(table), on, None)
            .await
            .unwrap()
    }

    /// The window of a table, which is there.
    pub(super) async fn window(&self, table: &str) -> crate::PitrWindow {
        let pitr = self.described(table).await.pitr;
        let pitr = pitr.expect("its history is kept");
        pitr.window.expect("its history has begun")
    }

    pub(super) async fn described(&self, table: &str) -> crate::ContinuousBackups {
        let table = name(table);
        let described = self
            .recovery
            .describe_continuous_backups(&self.realm, &table);
        described.await.unwrap()
    }

    pub(super) async fn begin_backup(&self, table: &str, backup: &str) -> BackupRecord {
        let backup = BackupName::parse(backup).unwrap();
        self.recovery
            .create_backup(&self.realm, &name(table), &backup)
            .await
            .unwrap()
    }

    /// A backup, once it is AVAILABLE.
    pub(super) async fn backup(&self, table: &str, backup: &str) -> BackupRecord {
        let begun = self.begin_backup(table, backup).await;
        self.available(&begun).await
    }

    pub(super) async fn available(&self, begun: &BackupRecord) -> BackupRecord {
        let inner = self.inner();
        inner
            .book
            .until(|entries| {
                let backup = entries
                    .backups
                    .get(&begun.key())
                    .expect("the backup is there");
                (backup.status == BackupStatus::Available).then(|| backup.clone())
            })
            .await
    }

    pub(super) fn arn(&self, backup: &BackupRecord) -> String {
        backup.arn(&self.realm).to_string()
    }

    pub(super) async fn restore_backup(
        &self,
        backup: &BackupRecord,
        target: &str,
    ) -> Result<(), RecoveryError> {
        let request = from_backup(&self.arn(backup), target);
        self.recovery
            .restore_from_backup(&self.realm, request)
            .await?;
        self.restored(target).await;
        Ok(())
    }

    pub(super) async fn restore_at(
        &self,
        source: &str,
        target: &str,
        at: CommitTimestamp,
    ) -> Result<(), RecoveryError> {
        let request = to_point(source, target, Some(at));
        self.recovery
            .restore_to_point_in_time(&self.realm, request)
            .await?;
        self.restored(target).await;
        Ok(())
    }

    /// Waits for the end of a restore and asserts that its target is ACTIVE.
    pub(super) async fn restored(&self, target: &str) {
        self.restore_ended(target).await;
        assert_eq!(
            self.table(target).record().status,
            TableStatus::Active,
            "{target}"
        );
    }

    pub(super) async fn restore_ended(&self, target: &str) {
        let inner = self.inner();
        let ended =
            |entries: &crate::book::Entries| (!entries.restores.contains_key(target)).then_some(());
        inner.book.until(ended).await;
    }

    /// Waits until the table has left the catalog.
    pub(super) async fn gone(&self, table: &str) {
        while self.tables.table(&name(table)).is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// Waits until the archive holds so many pins of a table.
    pub(super) async fn pins(&self, table: TableId, count: usize) {
        while self.inner().archive.pins(table).len() != count {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
    }

    /// Waits until the table's span is open, or closed.
    pub(super) async fn span_settled(&self, table: &str) {
        let (inner, id) = (self.inner(), self.table(table).id());
        inner
            .book
            .until(|entries| (!entries.spans.contains_key(&id)).then_some(()))
            .await;
    }
}

pub(super) fn from_backup(arn: &str, target: &str) -> RestoreFromBackup {
    RestoreFromBackup {
        target: name(target),
        backup_arn: arn.to_owned(),
        overrides: RestoreOverrides::default(),
    }
}

/// At an instant, or the latest.
pub(super) fn to_point(
    source: &str,
    target: &str,
    at: Option<CommitTimestamp>,
) -> RestoreToPointInTime {
    RestoreToPointInTime {
        target: name(target),
        source_name: Some(name(source)),
        source_arn: None,
        restore_at: at,
        use_latest: at.is_none().then_some(true),
        overrides: RestoreOverrides::default(),
    }
}

/// Partition key `artist` (S), sort key `song` (N); global index `genre` on `genre` and `year`
/// with everything, global index `singers` on `singer` with keys only, local index `labels` on
/// `label` with `note`.
pub(super) fn music(table: &str) -> CreateTable {
    let global = |index: &str, keys: Vec<KeyElement>, projection_type| IndexDefinition {
        name: index.try_into().unwrap(),
        key_schema: keys,
        projection_type: Some(projection_type),
        non_key_attributes: None,
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
    };
    CreateTable {
        name: name(table),
        attribute_definitions: vec![
            definition("artist", ScalarType::S),
            definition("song", ScalarType::N),
            definition("genre", ScalarType::S),
            definition("year", ScalarType::N),
            definition("singer", ScalarType::S),
            definition("label", ScalarType::S),
        ],
        key_schema: vec![hash("artist"), range("song")],
        billing_mode: Some(BillingMode::PayPerRequest),
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
        global_indexes: Some(vec![
            global(
                "genre",
                vec![hash("genre"), range("year")],
                ProjectionType::All,
            ),
            global("singers", vec![hash("singer")], ProjectionType::KeysOnly),
        ]),
        local_indexes: Some(vec![IndexDefinition {
            non_key_attributes: Some(vec!["note".to_owned()]),
            ..global(
                "labels",
                vec![hash("artist"), range("label")],
                ProjectionType::Include,
            )
        }]),
        managed_encryption: false,
        deletion_protection: false,
        stream: None,
        table_class: None,
        settings: TableSettings::default(),
    }
}

/// [`music`] with reserved capacity: 10/20 for the table, 5/6 for each global index.
pub(super) fn provisioned(table: &str) -> CreateTable {
    let mut request = music(table);
    request.billing_mode = Some(BillingMode::Provisioned);
    request.throughput = Some(Throughput {
        read_units: 10,
        write_units: 20,
    });
    for index in request.global_indexes.iter_mut().flatten() {
        index.throughput = Some(Throughput {
            read_units: 5,
            write_units: 6,
        });
    }
    request
}

pub(super) fn definition(name: &str, scalar_type: ScalarType) -> AttributeDefinition {
    AttributeDefinition {
        name: name.to_owned(),
        scalar_type,
    }
}

pub(super) fn hash(name: &str) -> KeyElement {
    KeyElement {
        name: name.to_owned(),
        role: KeyRole::Partition,
    }
}

pub(super) fn range(name: &str) -> KeyElement {
    KeyElement {
        name: name.to_owned(),
        role: KeyRole::Sort,
    }
}

pub(super) fn name(table: &str) -> TableName {
    TableName::parse(table).unwrap()
}

pub(super) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn n(number: i64) -> AttributeValue {
    AttributeValue::N(Number::parse(&number.to_string()).unwrap())
}

pub(super) fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    let attributes = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()));
    Item {
        attributes: attributes.collect(),
    }
}

pub(super) fn key(artist: &str, song: i64) -> Item {
    item(&[("artist", s(artist)), ("song", n(song))])
}

/// A song with all indexed attributes.
pub(super) fn song(artist: &str, song: i64, note: &str) -> Item {
    item(&[
        ("artist", s(artist)),
        ("song", n(song)),
        ("genre", s(if song % 2 == 0 { "folk" } else { "jazz" })),
        ("year", n(1960 + song)),
        ("singer", s(&format!("{artist} Jr."))),
        ("label", s(note)),
        ("note", s(note)),
    ])
}
