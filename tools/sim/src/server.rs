//! One life of the server: the layers above the engine, wired as the real server wires them.
//! What outlives it stands in [`Ground`].

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use anywhen_archive::{Archive, ArchiverConfig, Verification, VerifyOptions, verify};
use anywhen_engine::Engine;
use anywhen_engine_memory::{MemoryEngine, MemoryStore};
use anywhen_kms::MasterKey;
use anywhen_model::{
    Clock, CommitTimestamp, Item, MonotonicClock, Randomness, Realm, SeededRandomness, SteadyClock,
    TableName, decode_item,
};
use anywhen_recovery::{
    Consent, ContinuousBackups, NoProgress, Recovery, RecoveryLimits, RecoveryOptions,
    lost_archive, remembered_archive,
};
use anywhen_table::{IndexStatus, RealmTables, Table, Tables, TablesOptions};
use object_store::path::Path;
use tempfile::TempDir;

use crate::dice::Dice;
use crate::engine::{Logged, QueuedEngine};
use crate::schema::SPARE_INDEX;
use crate::store::SimStore;
use crate::time::SimTime;
use crate::trace::{Trace, note};

/// What a crash leaves: disk, archive, key, time.
pub(crate) struct Ground {
    pub(crate) time: Arc<SimTime>,
    pub(crate) store: SimStore,
    pub(crate) trace: Arc<Trace>,
    /// What the change log was given, in all lives.
    pub(crate) logged: Arc<Logged>,
    disk: MemoryStore,
    master: Arc<MasterKey>,
    spill: TempDir,
    randomness: Arc<SeededRandomness>,
    archiver: ArchiverConfig,
    limits: RecoveryLimits,
    pub(crate) realm: Realm,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) engine: Arc<QueuedEngine>,
    pub(crate) recovery: Arc<Recovery>,
    pub(crate) tables: Arc<RealmTables>,
    pub(crate) realm: Realm,
}

impl Ground {
    pub(crate) fn new(seed: u64, time: Arc<SimTime>, trace: Arc<Trace>) -> anyhow::Result<Self> {
        let dice = Dice::new(seed, 1);
        let store = SimStore::new(Dice::new(seed, 2), Arc::clone(&time), Arc::clone(&trace));
        Ok(Self {
            store,
            logged: Arc::default(),
            disk: MemoryStore::default(),
            master: Arc::new(MasterKey::generate(&SeededRandomness::new(seed))),
            spill: tempfile::tempdir()?,
            randomness: Arc::new(SeededRandomness::new(seed ^ 0x5eed)),
            archiver: small_archiver(&dice),
            limits: small_limits(&dice),
            realm: Realm {
                account: "123456789012".try_into()?,
                region: "us-east-1".try_into()?,
            },
            time,
            trace,
        })
    }

    /// Whether failures have an excuse: the store is not well, or has not been for long.
    pub(crate) fn is_ill(&self) -> bool {
        self.store.well_for().is_none_or(|well| well < WELL)
    }

    /// How long files stay that nothing names any more.
    pub(crate) fn grace(&self) -> Duration {
        self.archiver.grace + self.archiver.sweep_interval
    }

    /// How the archive is kept.
    pub(crate) fn archiver(&self) -> &ArchiverConfig {
        &self.archiver
    }

    /// Reads the whole archive, as `anywhen archive verify` does, whatever the weather.
    pub(crate) async fn verify(&self) -> anyhow::Result<Verification> {
        let verified = verify(VerifyOptions {
            store: self.store.calm(),
            prefix: Path::default(),
            master: Some(Arc::clone(&self.master)),
            parallel: 1,
            progress: Arc::new(|_| {}),
        });
        Ok(verified.await?)
    }

    /// Starts the server, as often as it takes, as an operator would.
    pub(crate) async fn start(&self, dice: &Dice) -> anyhow::Result<Server> {
        let mut pause = Duration::from_secs(1);
        loop {
            match self.try_start(dice).await {
                Ok(server) => return Ok(server),
                Err(error) if self.is_ill() => {
                    note!(self.trace, "the start failed: {error:#}");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_mins(1));
                }
                Err(error) => {
                    return Err(error.context("the server does not start, and its archive is well"));
                }
            }
        }
    }

    async fn try_start(&self, dice: &Dice) -> anyhow::Result<Server> {
        let monotonic = Arc::clone(&self.time) as Arc<dyn MonotonicClock>;
        let wall = Arc::clone(&self.time) as Arc<dyn Clock>;
        let clock = Arc::new(SteadyClock::new(wall, monotonic, Box::new(|_| {})));
        let shared_clock = Arc::clone(&clock) as Arc<dyn Clock>;
        let memory = MemoryEngine::open(self.disk.clone(), Arc::clone(&shared_clock));
        clock.raise_to(memory.recovered_floor());
        let engine =
            QueuedEngine::start(memory, Dice::new(dice.next(), 3), Arc::clone(&self.logged));
        let randomness = Arc::clone(&self.randomness) as Arc<dyn Randomness>;
        let tables = Tables::open(
            Arc::clone(&engine) as _,
            Arc::clone(&self.master),
            Arc::clone(&shared_clock),
            Arc::clone(&randomness),
            small_chunks(),
        )
        .await?;
        let archive = self
            .open_archive(&tables, &shared_clock, &randomness)
            .await?;
        let recovery = Recovery::open(RecoveryOptions {
            engine: Arc::clone(&engine) as _,
            tables: Arc::clone(&tables),
            archive,
            clock: shared_clock,
            randomness,
            failpoints: Arc::default(),
            progress: Arc::new(NoProgress),
            spill_directory: self.spill.path().to_owned(),
            limits: self.limits,
            consent: Consent::default(),
            archiver: self.archiver.clone(),
        })
        .await?;
        let realm = self.realm.clone();
        Ok(Server {
            engine,
            recovery,
            tables: tables.realm(&realm).await?,
            realm,
        })
    }

    /// Where the data says that there was an archive, none is made in its stead.
    async fn open_archive(
        &self,
        tables: &Tables,
        clock: &Arc<dyn Clock>,
        randomness: &Arc<dyn Randomness>,
    ) -> anyhow::Result<Arc<Archive>> {
        let store = Arc::new(self.store.clone());
        let (master, clock) = (Arc::clone(&self.master), Arc::clone(clock));
        let randomness = Arc::clone(randomness);
        let prefix = Path::default();
        let Some(remembered) = remembered_archive(tables)? else {
            return Ok(Archive::open(store, prefix, master, clock, randomness).await?);
        };
        Archive::open_existing(store, prefix, master, clock, randomness)
            .await
            .map_err(|error| lost_archive(&remembered, &error).into())
    }
}

/// After so long in good weather, nothing of the bad one may be left.
pub(crate) const WELL: Duration = Duration::from_mins(5);

impl Server {
    /// Closes in order: what can be shipped is shipped.
    pub(crate) async fn close(&self) {
        self.recovery.close().await;
        self.engine.close();
    }

    pub(crate) async fn window(&self, table: &TableName) -> anyhow::Result<ContinuousBackups> {
        let described = self
            .recovery
            .describe_continuous_backups(&self.realm, table);
        described
            .await
            .with_context(|| format!("the window of {table}"))
    }

    /// Everything up to here of tables with history is in the archive.
    pub(crate) async fn archived_through(&self) -> anyhow::Result<CommitTimestamp> {
        let status = self.recovery.archive_status(&self.realm).await?;
        let status = status.borrow();
        if let Some(reason) = &status.fenced {
            anyhow::bail!("the only server of its archive is fenced: {reason}");
        }
        Ok(status.archived_through)
    }

    /// The last commit in the change log.
    pub(crate) fn logged_through(&self) -> anyhow::Result<CommitTimestamp> {
        Ok(*self.engine.watch_log(self.tables.log())?.borrow())
    }

    pub(crate) fn backlog_bytes(&self) -> u64 {
        self.engine.log_backlog_bytes(self.tables.log())
    }
}

/// So small that a run of minutes does everything that a server does in weeks.
fn small_archiver(dice: &Dice) -> ArchiverConfig {
    ArchiverConfig {
        flush_interval: Duration::from_millis(200 + dice.roll(1_000)),
        segment_bytes_max: 1 << (9 + dice.roll(8)),
        backoff_max: Duration::from_secs(10 + dice.roll(20)),
        idle_interval: Duration::from_secs(2 + dice.roll(10)),
        sort_segments: 2 + dice.roll(6) as usize,
        sort_bytes: 1 << (12 + dice.roll(6)),
        delta_fan_in: 2 + dice.roll(3) as usize,
        merge_bytes_max: 1 << (12 + dice.roll(10)),
        keyframe_bytes_min: 1 << (9 + dice.roll(5)),
        file_bytes_max: 1 << (10 + dice.roll(8)),
        grace: Duration::from_secs(30 + dice.roll(120)),
        sweep_interval: Duration::from_mins(2 + dice.roll(8)),
        ..ArchiverConfig::default()
    }
}

fn small_limits(dice: &Dice) -> RecoveryLimits {
    RecoveryLimits {
        range_bytes: 1 << (8 + dice.roll(8)),
        index_memory_bytes: 1 << (9 + dice.roll(8)),
        merge_runs_max: 2 + dice.roll(4) as usize,
        ranges_parallel: 1 + dice.roll(3) as usize,
        restores_loading_max: 1 + dice.roll(3) as usize,
        ..RecoveryLimits::default()
    }
}

/// A table is gone through in several steps when an index is filled.
fn small_chunks() -> TablesOptions {
    let mut options = TablesOptions::default();
    options.backfill_chunk_entries = 4;
    options
}

/// Whether each index of a table is filled, and none is being dropped.
pub(crate) fn is_settled(table: &Table) -> bool {
    let mut indexes = table.record().indexes.iter();
    indexes.all(|index| index.status == IndexStatus::Active)
}

/// Whether a table has the index that comes and goes, or will have it.
pub(crate) fn has_spare_index(table: &Table) -> bool {
    let index = table.record().index(SPARE_INDEX);
    index.is_some_and(|index| index.status != IndexStatus::Deleting)
}

/// All items of a table, after a proof that its indexes agree with them.
pub(crate) fn checked_items(table: &Table) -> anyhow::Result<(CommitTimestamp, Vec<Item>)> {
    let name = &table.record().name;
    let faults = table.check_indexes()?;
    anyhow::ensure!(faults.is_empty(), "indexes of {name}: {faults:?}");
    let (at, items) = table.snapshot_items()?;
    let items = items
        .map(|item| Ok(decode_item(&item?.1)?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let bytes: usize = items.iter().map(Item::size_bytes).sum();
    let counted = table.statistics();
    anyhow::ensure!(
        (counted.items, counted.size_bytes) == (items.len() as u64, bytes as u64),
        "{name} counts {counted:?}, but holds {} items of {bytes} bytes",
        items.len()
    );
    Ok((at, items))
}
