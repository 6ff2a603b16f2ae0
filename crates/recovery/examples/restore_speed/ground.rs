//! The archive that is restored from, and servers that share it one after the other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use anywhen_archive::{Archive, ArchiverConfig, open_store};
use anywhen_engine::{Direction, Engine};
use anywhen_engine_local::{Durability, LocalEngine, LocalEngineOptions};
use anywhen_kms::{MasterKey, OsRandomness};
use anywhen_model::{
    AttributeValue, BackupName, Clock, Item, Number, Randomness, Realm, ScalarType,
    SeededRandomness, SystemClock, TableName,
};
use anywhen_recovery::{
    BackupFilter, BackupStatus, Consent, ListBackups, ProgressSink, Recovery, RecoveryLimits,
    RecoveryOptions, RestoreFromBackup, RestoreOverrides, RestoreProgress, RestoreStage,
};
use anywhen_table::{
    AttributeDefinition, BillingMode, CreateTable, IndexDefinition, ItemChange, KeyElement,
    KeyRole, ProjectionType, RealmTables, TableSettings, TableStatus, Tables, TablesOptions,
    WarmRequest,
};
use futures::TryStreamExt as _;
use parking_lot::Mutex;

use crate::Options;
use crate::counting::Counting;

const SOURCE: &str = "Source";
const TARGET: &str = "Target";
const BACKUP: &str = "after";
const WRITERS: usize = 64;
const BATCH: u64 = 25;
const POLL: Duration = Duration::from_millis(5);

/// What outlives a server.
pub(crate) struct Ground {
    home: PathBuf,
    pub(crate) objects: Arc<Counting>,
    root: object_store::path::Path,
    master: Arc<MasterKey>,
}

impl Ground {
    pub(crate) fn new(home: &Path) -> Result<Self> {
        let url = home.join("archive").display().to_string();
        let (store, root, _) = open_store(&url)?;
        let (master, _) = MasterKey::load_or_create(&home.join("master-key"), &OsRandomness)?;
        Ok(Self {
            home: home.to_owned(),
            objects: Counting::new(store),
            root,
            master: Arc::new(master),
        })
    }

    pub(crate) fn remove(&self, server: &str) -> Result<()> {
        Ok(std::fs::remove_dir_all(self.home.join(server))?)
    }

    fn archive_objects(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.home.join("archive")];
        while let Some(entries) = open.pop().and_then(|next| next.read_dir().ok()) {
            for path in entries.flatten().map(|entry| entry.path()) {
                if path.is_dir() {
                    open.push(path);
                } else {
                    found.push(path);
                }
            }
        }
        found.sort_unstable();
        found
    }
}

/// A running server.
pub(crate) struct Server {
    engine: Arc<dyn Engine>,
    recovery: Arc<Recovery>,
    realm: Realm,
    tables: Arc<RealmTables>,
    archive_objects: Box<dyn Fn() -> Vec<PathBuf>>,
    indexing: Arc<IndexingBegins>,
}

/// Hears when a restore goes over to its indexes.
#[derive(Default)]
struct IndexingBegins(Mutex<Option<Instant>>);

impl ProgressSink for IndexingBegins {
    fn restore(&self, progress: &RestoreProgress) {
        if progress.stage == RestoreStage::Indexing {
            *self.0.lock() = Some(Instant::now());
        }
    }
}

/// What a restore has made.
pub(crate) struct Restored {
    pub(crate) items: u64,
    /// Records of items.
    pub(crate) items_bytes: u64,
    /// Records of items and index entries.
    pub(crate) output_bytes: u64,
}

impl Server {
    pub(crate) async fn start(ground: &Ground, options: &Options, name: &str) -> Result<Self> {
        let data_dir = ground.home.join(name);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
        let mut engine_options = LocalEngineOptions::new(&data_dir, Arc::clone(&clock));
        engine_options.durability = Durability::Process;
        let engine: Arc<dyn Engine> = Arc::new(LocalEngine::open(engine_options)?);
        let tables = Tables::open(
            Arc::clone(&engine),
            Arc::clone(&ground.master),
            Arc::clone(&clock),
            Arc::clone(&randomness),
            TablesOptions::default(),
        )
        .await?;
        let archive = Archive::open(
            Arc::clone(&ground.objects) as _,
            ground.root.clone(),
            Arc::clone(&ground.master),
            Arc::clone(&clock),
            Arc::clone(&randomness),
        )
        .await?;
        let indexing = Arc::new(IndexingBegins::default());
        let recovery = Recovery::open(RecoveryOptions {
            engine: Arc::clone(&engine),
            tables: Arc::clone(&tables),
            archive,
            clock,
            randomness,
            failpoints: Arc::default(),
            progress: Arc::clone(&indexing) as _,
            spill_directory: data_dir.join("spill"),
            limits: options.limits(),
            consent: Consent::default(),
            archiver: options.archiver(),
        })
        .await?;
        let realm = Realm {
            account: "123456789012".try_into()?,
            region: "us-east-1".try_into()?,
        };
        let tables = tables.realm(&realm).await?;
        let twin = Ground {
            home: ground.home.clone(),
            objects: Arc::clone(&ground.objects),
            root: ground.root.clone(),
            master: Arc::clone(&ground.master),
        };
        Ok(Self {
            engine,
            recovery,
            realm,
            tables,
            archive_objects: Box::new(move || twin.archive_objects()),
            indexing,
        })
    }

    /// Fills the source table, keeps its history, changes a part of it and makes a backup.
    pub(crate) async fn make_history(&self, options: &Options) -> Result<()> {
        let source = TableName::parse(SOURCE)?;
        self.tables
            .create_table(source_table(&source, options)?)
            .await?;
        self.put(options, 0, options.items).await?;
        self.recovery
            .update_continuous_backups(&self.realm, &source, true, None)
            .await?;
        self.backup("before").await?;
        let changed = (options.items as f64 * options.deltas) as u64;
        self.put(options, options.items, changed).await?;
        self.backup(BACKUP).await?;
        self.archive_at_rest().await;
        Ok(())
    }

    async fn backup(&self, name: &str) -> Result<()> {
        let (source, name) = (TableName::parse(SOURCE)?, BackupName::parse(name)?);
        self.recovery
            .create_backup(&self.realm, &source, &name)
            .await?;
        while self.backup_arn(&name).await?.1 != BackupStatus::Available {
            tokio::time::sleep(POLL).await;
        }
        Ok(())
    }

    async fn backup_arn(&self, name: &BackupName) -> Result<(String, BackupStatus)> {
        let request = ListBackups {
            kind: BackupFilter::All,
            ..ListBackups::default()
        };
        let page = self.recovery.list_backups(&self.realm, &request).await?;
        let mut backups = page.backups.into_iter();
        let backup = backups
            .find(|backup| backup.name == name.as_str())
            .context("the backup is there")?;
        Ok((backup.arn(&self.realm).to_string(), backup.status))
    }

    /// Waits until nothing in the archive changes any more.
    async fn archive_at_rest(&self) {
        let mut before = Vec::new();
        loop {
            let now = (self.archive_objects)();
            if now == before {
                return;
            }
            before = now;
            tokio::time::sleep(Duration::from_secs(4)).await;
        }
    }

    /// Puts `count` items, spread over the keys of the table.
    async fn put(&self, options: &Options, first: u64, count: u64) -> Result<()> {
        let source = TableName::parse(SOURCE)?;
        let starts = (0..count).step_by(BATCH as usize);
        futures::stream::iter(starts.map(Ok::<_, anyhow::Error>))
            .try_for_each_concurrent(WRITERS, async |start| {
                let numbers = start..(start + BATCH).min(count);
                // Changes go to every n-th key.
                let step = if first == 0 {
                    1
                } else {
                    (options.items / count).max(1)
                };
                let items = numbers.map(|number| item(options, number * step, first));
                let requests = items.map(|item| (source.clone(), ItemChange::Put(item)));
                for outcome in self.tables.batch_write(requests.collect()).await? {
                    outcome?;
                }
                Ok(())
            })
            .await
    }

    /// Restores, and answers how many seconds went into indexes alone.
    pub(crate) async fn restore(&self, options: &Options) -> Result<f64> {
        let target = TableName::parse(TARGET)?;
        let (backup_arn, _) = self.backup_arn(&BackupName::parse(BACKUP)?).await?;
        let none = options.without_indexes.then(Vec::new);
        let overrides = RestoreOverrides {
            global_indexes: none,
            ..RestoreOverrides::default()
        };
        self.recovery
            .restore_from_backup(
                &self.realm,
                RestoreFromBackup {
                    target: target.clone(),
                    backup_arn,
                    overrides,
                },
            )
            .await?;
        loop {
            // A restore that fails removes its table, which is then an error here.
            if self.tables.table(&target)?.record().status == TableStatus::Active {
                let indexing = self.indexing.0.lock().take();
                return Ok(indexing.map_or(0.0, |since| since.elapsed().as_secs_f64()));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// What the restore has made, counted in the engine.
    pub(crate) fn restored(&self) -> Result<Restored> {
        let table = self.tables.table(&TableName::parse(TARGET)?)?;
        let snapshot = self.engine.snapshot()?;
        let mut restored = Restored {
            items: 0,
            items_bytes: 0,
            output_bytes: 0,
        };
        for part in 0..=table.record().indexes.len() as u32 {
            let keyspace = table.keyspace(part).context("the part is there")?;
            let everything = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
            for record in snapshot.range(keyspace, everything, Direction::Forward)? {
                let (key, sealed) = record?;
                let bytes = (key.len() + sealed.len()) as u64;
                restored.output_bytes += bytes;
                if part == 0 {
                    restored.items += 1;
                    restored.items_bytes += bytes;
                }
            }
        }
        Ok(restored)
    }

    pub(crate) async fn close(self) {
        self.recovery.close().await;
        self.engine.close();
    }
}

impl Options {
    fn limits(&self) -> RecoveryLimits {
        let mut limits = RecoveryLimits::default();
        if let Some(parallel) = self.ranges_parallel {
            limits.ranges_parallel = parallel;
        }
        if let Some(mib) = self.index_memory_mib {
            limits.index_memory_bytes = mib << 20;
        }
        limits
    }

    fn archiver(&self) -> ArchiverConfig {
        let mut config = ArchiverConfig {
            // The deltas asked for are what is measured.
            keyframe_ratio: f64::INFINITY,
            idle_interval: Duration::from_secs(1),
            ..ArchiverConfig::default()
        };
        if let Some(kib) = self.unsorted_segment_kib {
            config.segment_bytes_max = kib << 10;
            (config.sort_segments, config.sort_bytes) = (usize::MAX, u64::MAX);
        }
        config
    }
}

fn source_table(name: &TableName, options: &Options) -> Result<CreateTable> {
    let key = |name: &str, role| KeyElement {
        name: name.to_owned(),
        role,
    };
    let indexes = (1..=options.indexes).map(|number| {
        Ok(IndexDefinition {
            name: format!("index{number}").as_str().try_into()?,
            key_schema: vec![key(&format!("attribute{number}"), KeyRole::Partition)],
            projection_type: Some(if options.keys_only {
                ProjectionType::KeysOnly
            } else {
                ProjectionType::All
            }),
            non_key_attributes: None,
            throughput: None,
            on_demand: None,
            warm: WarmRequest::default(),
        })
    });
    let indexes = indexes.collect::<Result<Vec<_>>>()?;
    let definition = |name: String| AttributeDefinition {
        name,
        scalar_type: ScalarType::S,
    };
    let indexed = (1..=options.indexes).map(|number| definition(format!("attribute{number}")));
    let mut attribute_definitions = vec![definition("id".to_owned())];
    attribute_definitions.extend(indexed);
    Ok(CreateTable {
        name: name.clone(),
        attribute_definitions,
        key_schema: vec![key("id", KeyRole::Partition)],
        billing_mode: Some(BillingMode::PayPerRequest),
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
        global_indexes: (!indexes.is_empty()).then_some(indexes),
        local_indexes: None,
        managed_encryption: false,
        deletion_protection: false,
        stream: None,
        table_class: None,
        settings: TableSettings::default(),
    })
}

/// An item of about the size asked for. Its text compresses to about half.
fn item(options: &Options, number: u64, version: u64) -> Item {
    let random = SeededRandomness::new(number ^ (version << 32) ^ 0x5eed);
    let mut attributes: Vec<(String, AttributeValue)> = vec![
        ("id".to_owned(), AttributeValue::S(format!("item {number}"))),
        (
            "n".to_owned(),
            AttributeValue::N(Number::from(number.cast_signed())),
        ),
    ];
    for index in 1..=options.indexes {
        let value = format!("value {}", random.next_u64() % (options.items / 10 + 1));
        attributes.push((format!("attribute{index}"), AttributeValue::S(value)));
    }
    let used: usize = attributes
        .iter()
        .map(|(name, value)| name.len() + value.size_bytes())
        .sum();
    let mut noise = vec![0; options.item_bytes.saturating_sub(used + 4) / 2];
    random.fill(&mut noise);
    let text = noise.iter().fold(String::new(), |mut text, byte| {
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        text.extend([digit(byte >> 4), digit(byte & 15)]);
        text
    });
    attributes.push(("text".to_owned(), AttributeValue::S(text)));
    attributes.into_iter().collect()
}
