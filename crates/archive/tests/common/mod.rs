//! A table on an engine in memory with its archive, and a model that keeps every version.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{
    Archive, ArchiveError, ArchiverConfig, ArchiverHandle, ItemSource, KeyRange, RealmArchive,
    RestorePlan, TableKey, TableKeys, VerifyOptions,
};
use anywhen_engine::{
    Commit, Direction, Engine, KeyspaceHandle, KeyspaceName, LogEntry, LogHandle, Write,
};
use anywhen_engine_memory::MemoryEngine;
use anywhen_kms::{MasterKey, RecordCipher, place};
use anywhen_model::{
    AccountId, Clock, CommitTimestamp, ManualClock, Realm, Region, SeededRandomness, TableId,
};
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::path::Path;

pub(crate) type Items = BTreeMap<Bytes, Bytes>;

/// A configuration that does everything early and deletes at once.
pub(crate) fn eager() -> ArchiverConfig {
    ArchiverConfig {
        flush_interval: Duration::from_millis(1),
        segment_bytes_max: 600,
        backoff_max: Duration::from_millis(5),
        idle_interval: Duration::from_hours(1),
        sort_segments: 1_000,
        delta_fan_in: 2,
        keyframe_ratio: 0.3,
        keyframe_bytes_min: 0,
        file_bytes_max: 400,
        grace: Duration::ZERO,
        stop_timeout: Duration::from_secs(1),
        ..ArchiverConfig::default()
    }
}

pub(crate) fn realm() -> Realm {
    Realm {
        account: AccountId::try_from("123456789012").unwrap(),
        region: Region::try_from("us-east-1").unwrap(),
    }
}

/// What outlives a server: clock, engine, master key, randomness.
pub(crate) struct World {
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) randomness: Arc<SeededRandomness>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) log: LogHandle,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let clock = Arc::new(ManualClock::at(1_700_000_000_000_000));
        let randomness = Arc::new(SeededRandomness::new(seed));
        let master = Arc::new(MasterKey::generate(&*randomness));
        let engine: Arc<dyn Engine> = Arc::new(MemoryEngine::new(clock.clone()));
        let log = engine.log("test").unwrap();
        Self {
            clock,
            randomness,
            master,
            engine,
            log,
        }
    }

    /// A new seed for anything else that is random.
    pub(crate) fn draw(&self, below: u64) -> u64 {
        self.randomness.next_u64() % below
    }

    pub(crate) async fn open(
        &self,
        store: &Arc<dyn ObjectStore>,
    ) -> Result<Arc<RealmArchive>, ArchiveError> {
        let archive = Archive::open(
            store.clone(),
            Path::from("some/prefix"),
            self.master.clone(),
            self.clock.clone() as Arc<dyn Clock>,
            self.randomness.clone(),
        )
        .await?;
        archive.open_realm(realm()).await
    }

    pub(crate) fn spawn(
        &self,
        archive: &Arc<RealmArchive>,
        tables: &[&Table],
        config: ArchiverConfig,
    ) -> ArchiverHandle {
        let keys: BTreeMap<_, _> = tables
            .iter()
            .map(|table| (table.id, table.key.clone()))
            .collect();
        archive.spawn_archiver(self.engine.clone(), self.log, Arc::new(Keys(keys)), config)
    }
}

struct Keys(BTreeMap<TableId, TableKey>);

impl TableKeys for Keys {
    fn keys(&self, table: TableId) -> Option<TableKey> {
        self.0.get(&table).cloned()
    }
}

/// A table whose every commit writes the log, and all its versions.
pub(crate) struct Table {
    pub(crate) id: TableId,
    pub(crate) key: TableKey,
    pub(crate) keyspace: KeyspaceHandle,
    pub(crate) versions: Vec<(CommitTimestamp, Bytes, Option<Bytes>)>,
}

impl Table {
    pub(crate) fn new(world: &World) -> Self {
        let id = TableId::from_u128(
            u128::from(world.randomness.next_u64()) << 64 | u128::from(world.randomness.next_u64()),
        );
        let (data_key, wrapped) = world.master.generate_data_key(&*world.randomness);
        let cipher = Arc::new(RecordCipher::new(&data_key, &*world.randomness));
        let keyspace = world
            .engine
            .keyspace(&KeyspaceName::items(&realm(), id))
            .unwrap();
        Self {
            id,
            key: TableKey {
                cipher,
                data_key,
                wrapped,
            },
            keyspace,
            versions: Vec::new(),
        }
    }

    /// One commit of several changes.
    pub(crate) async fn commit(
        &mut self,
        world: &World,
        changes: &[(Bytes, Option<Bytes>)],
    ) -> CommitTimestamp {
        let mut commit = Commit::default();
        for (key, item) in changes {
            let value: Option<Bytes> = item
                .as_ref()
                .map(|item| self.key.cipher.seal(&place(self.id, 0, key), item).into());
            commit.writes.push(Write {
                keyspace: self.keyspace,
                key: key.clone(),
                value: value.clone(),
            });
            commit.log.push(LogEntry {
                log: world.log,
                table: self.id,
                key: key.clone(),
                value,
                old_value: None,
            });
        }
        let at = world.engine.commit(commit).await.unwrap();
        self.versions.extend(
            changes
                .iter()
                .map(|(key, item)| (at, key.clone(), item.clone())),
        );
        at
    }

    pub(crate) async fn put(&mut self, world: &World, key: &str, item: &str) -> CommitTimestamp {
        let change = (stored_key(key), Some(Bytes::from(item.to_owned())));
        self.commit(world, &[change]).await
    }

    pub(crate) async fn delete(&mut self, world: &World, key: &str) -> CommitTimestamp {
        self.commit(world, &[(stored_key(key), None)]).await
    }

    /// The table at an instant, by the model.
    pub(crate) fn at(&self, at: CommitTimestamp) -> Items {
        let mut items = Items::new();
        for (_, key, item) in self.versions.iter().filter(|(when, _, _)| *when <= at) {
            match item {
                Some(item) => items.insert(key.clone(), item.clone()),
                None => items.remove(key),
            };
        }
        items
    }

    /// The table from a snapshot of the engine, as a first keyframe wants it.
    pub(crate) fn snapshot(&self, world: &World) -> (CommitTimestamp, ItemSource) {
        let snapshot = world.engine.snapshot().unwrap();
        let at = snapshot.timestamp().unwrap();
        let bounds = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        let entries = snapshot
            .range(self.keyspace, bounds, Direction::Forward)
            .unwrap();
        let (id, cipher) = (self.id, self.key.cipher.clone());
        let items = entries.map(move |entry| {
            let (key, sealed) = entry?;
            let item = cipher.open(&place(id, 0, &key), &sealed)?;
            Ok((key, item.into()))
        });
        (at, Box::new(items))
    }

    /// Opens a span in the order that loses nothing.
    pub(crate) async fn open_span(
        &self,
        world: &World,
        archive: &Arc<RealmArchive>,
    ) -> Result<CommitTimestamp, ArchiveError> {
        let announced = archive.announce_span(self.id, self.key.clone());
        let (at, items) = self.snapshot(world);
        archive
            .open_span(self.id, at, self.key.clone(), items)
            .await?;
        drop(announced);
        Ok(at)
    }
}

/// Keys start with a uniform hash, as the table layer's do.
pub(crate) fn stored_key(text: &str) -> Bytes {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let spread = SeededRandomness::new(hash);
    let mut key = spread.next_u64().to_be_bytes().to_vec();
    key.extend(spread.next_u64().to_be_bytes());
    key.extend(text.bytes());
    key.into()
}

/// What a plan reads, in one range or several.
pub(crate) async fn read(
    archive: &Arc<RealmArchive>,
    plan: &RestorePlan,
    ranges: Vec<KeyRange>,
) -> Result<Items, ArchiveError> {
    let (archive, plan) = (archive.clone(), plan.clone());
    let work = move || {
        let mut all = Items::new();
        let mut last: Option<Bytes> = None;
        for range in ranges {
            for item in archive.read(&plan, range)? {
                let (key, item) = item?;
                assert!(last.as_ref().is_none_or(|last| *last < key), "keys ascend");
                last = Some(key.clone());
                all.insert(key, item);
            }
        }
        Ok(all)
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// The table at an instant, by the archive.
pub(crate) async fn restore(
    archive: &Arc<RealmArchive>,
    table: TableId,
    at: CommitTimestamp,
) -> Result<Items, ArchiveError> {
    let plan = archive.plan(table, at).await?;
    read(archive, &plan, vec![KeyRange::all()]).await
}

/// Names and bytes of all objects of a store.
pub(crate) async fn dump(store: &Arc<dyn ObjectStore>) -> BTreeMap<String, Bytes> {
    use futures::TryStreamExt as _;
    use object_store::ObjectStoreExt as _;
    let metas: Vec<_> = store.list(None).try_collect().await.unwrap();
    let mut objects = BTreeMap::new();
    for meta in metas {
        let bytes = store
            .get(&meta.location)
            .await
            .unwrap()
            .bytes()
            .await
            .unwrap();
        objects.insert(meta.location.to_string(), bytes);
    }
    objects
}

/// Options that verify what [`World::open`] opens.
pub(crate) fn verify_options(
    world: &World,
    store: &Arc<dyn ObjectStore>,
    with_key: bool,
) -> VerifyOptions {
    VerifyOptions {
        store: store.clone(),
        prefix: Path::from("some/prefix"),
        master: with_key.then(|| world.master.clone()),
        parallel: 4,
        progress: Arc::new(|_| {}),
    }
}
