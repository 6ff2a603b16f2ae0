//! Puts the layers together, in the order in which each needs the one before, and takes them
//! apart again in the opposite order.
//!
//! What must hold: nothing is served before every check of an opening layer has passed; all
//! layers share one clock, which starts at or above every instant the engine ever gave away; when
//! the layers are closed, what the change log still holds is shipped if the archive answers in
//! time, and nothing is lost if it does not.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use anywhen_admin::{About, Admin};
use anywhen_api::{Service, ServiceOptions};
use anywhen_archive::{Archive, ArchiveError, ArchiverConfig, find_store, open_store, store_kind};
use anywhen_engine::{Engine, Health};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_kms::{MasterKey, Origin, OsRandomness};
use anywhen_model::{Clock, Randomness, SteadyClock};
use anywhen_recovery::{
    ProgressSink, Recovery, RecoveryLimits, RecoveryOptions, lost_archive, remembered_archive,
};
use anywhen_table::{Tables, TablesOptions};
use fail_parallel::FailPointRegistry;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::config::{Config, Durability, NO_SIGN_IN};
use crate::progress::{Bars, Everybody};
use crate::{clock, recover};

/// What the layers are made of and stand in; outlives them when they are opened again.
pub(crate) struct Surroundings {
    pub(crate) config: Config,
    pub(crate) clock: Arc<SteadyClock>,
    randomness: Arc<dyn Randomness>,
    master: Arc<MasterKey>,
    failpoints: Arc<FailPointRegistry>,
    pub(crate) admin: Arc<Admin>,
    progress: Arc<dyn ProgressSink>,
}

impl Surroundings {
    /// Checks the master key and starts the clock.
    pub(crate) fn new(config: Config) -> anyhow::Result<Self> {
        warn_of(&config);
        recover::refuse_unfinished(&config.data_dir)?;
        let clock = clock::start();
        let admin = Admin::new(
            about(&config),
            config.data_dir.clone(),
            Arc::clone(&clock) as _,
        );
        let progress = Everybody(vec![
            Arc::new(Bars::on_terminal("restore")),
            admin.restores(),
        ]);
        Ok(Self {
            clock,
            admin,
            randomness: Arc::new(OsRandomness),
            master: Arc::new(open_master_key(&config)?),
            failpoints: failpoints(&config)?,
            progress: Arc::new(progress),
            config,
        })
    }
}

/// All layers, open.
pub(crate) struct Layers {
    engine: Arc<dyn Engine>,
    tables: Arc<Tables>,
    recovery: Arc<Recovery>,
    service: Arc<Service>,
    /// Ends with the layers.
    _background: JoinSet<()>,
}

/// How often what nobody can read of streams any more is let go of.
const STREAMS_TRIMMED_EVERY: Duration = Duration::from_mins(1);

impl Layers {
    /// Opens everything the configuration names.
    pub(crate) async fn open(surroundings: &Surroundings) -> anyhow::Result<Self> {
        let Surroundings {
            config,
            randomness,
            master,
            ..
        } = surroundings;
        let clock: Arc<dyn Clock> = Arc::clone(&surroundings.clock) as _;
        let engine = open_engine(config, Arc::clone(&clock)).await?;
        surroundings.clock.raise_to(engine.recovered_floor());
        let mut tables_options = TablesOptions::default();
        tables_options.failpoints = Arc::clone(&surroundings.failpoints);
        tables_options.throttling = config.throttling;
        tables_options.time_to_live_cooldown = config.time_to_live_cooldown;
        let tables = Tables::open(
            Arc::clone(&engine),
            Arc::clone(master),
            Arc::clone(&clock),
            Arc::clone(randomness),
            tables_options,
        )
        .await
        .context("cannot open the tables")?;
        let archive = open_archive(config, &tables, master, &clock, randomness).await?;
        let recovery = Recovery::open(RecoveryOptions {
            engine: Arc::clone(&engine),
            tables: Arc::clone(&tables),
            archive,
            clock: Arc::clone(&clock),
            randomness: Arc::clone(randomness),
            failpoints: Arc::clone(&surroundings.failpoints),
            progress: Arc::clone(&surroundings.progress),
            spill_directory: config.data_dir.join("spill"),
            archiver: archiver(config)?,
            limits: RecoveryLimits::default(),
            consent: config.consent,
        })
        .await
        .context("cannot open backups and history")?;
        let mut background = JoinSet::new();
        background.spawn(trim_streams(Arc::clone(&tables)));
        let interval = config.time_to_live_interval;
        background.spawn(expire_items(Arc::clone(&tables), interval));
        let service = Service::new(ServiceOptions {
            engine: Arc::clone(&engine),
            tables: Arc::clone(&tables),
            recovery: Arc::clone(&recovery),
            clock,
            randomness: Arc::clone(randomness),
            account: config.account.clone(),
            default_region: config.default_region.clone(),
        });
        Ok(Self {
            engine,
            tables,
            recovery,
            service,
            _background: background,
        })
    }

    /// What answers requests.
    pub(crate) fn service(&self) -> Arc<Service> {
        Arc::clone(&self.service)
    }

    /// Why the engine has to be opened again, if it has.
    pub(crate) fn poisoned(&self) -> Option<String> {
        match self.engine.health() {
            Health::Poisoned(reason) => Some(reason),
            Health::Ready | Health::ReadOnly(_) => None,
        }
    }

    /// Stops the jobs, ships what can be shipped, and closes the engine.
    pub(crate) async fn close(self) {
        self.recovery.close().await;
        self.tables.stop_jobs().await;
        let engine = self.engine;
        if tokio::task::spawn_blocking(move || engine.close())
            .await
            .is_err()
        {
            tracing::error!("the engine did not close in order; it recovers when next opened");
        }
    }
}

async fn trim_streams(tables: Arc<Tables>) {
    let mut ticks = tokio::time::interval(STREAMS_TRIMMED_EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = tables.trim_streams().await {
            tracing::warn!(%error, "trimming streams failed; it is tried again in a minute");
        }
    }
}

async fn expire_items(tables: Arc<Tables>, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    // A pass that takes longer than the interval is followed by a rest all the same.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let deleted = tables.expire_items().await;
        metrics::counter!("anywhen_expired_items_total").increment(deleted);
    }
}

/// What the server tells of itself.
fn about(config: &Config) -> About {
    About {
        version: env!("CARGO_PKG_VERSION"),
        account: config.account.clone(),
        default_region: config.default_region.clone(),
        archive_kind: store_kind(&config.archive_url),
        archive_is_default: config.archive_is_default,
        throttling: config.throttling,
        durability: match config.durability {
            Durability::Fsync => "fsync",
            Durability::Process => "process",
        },
        no_sign_in: Some(NO_SIGN_IN),
    }
}

/// Says once what an operator should know about the configuration.
fn warn_of(config: &Config) {
    if config.durability == Durability::Process {
        tracing::warn!("durability is `process`: a power cut loses the last acknowledged writes");
    }
    if config.archive_is_default {
        tracing::warn!(
            "no archive was named, so history and backups go to {}, beside the data: they \
             survive a lost data directory but not a lost machine; name one with --archive",
            config.archive_url
        );
    }
}

fn open_master_key(config: &Config) -> anyhow::Result<MasterKey> {
    check_key_may_be_made(config)?;
    let (master, origin) = MasterKey::load_or_create(&config.master_key_file, &OsRandomness)?;
    let path = config.master_key_file.display();
    match origin {
        Origin::Loaded => tracing::info!("master key {} from {path}", master.id()),
        Origin::Created => tracing::warn!(
            "made a new master key, {}, in {path}: keep a copy of this file in a safe place; \
             nothing in {} or in the archive can be recovered without it",
            master.id(),
            config.data_dir.display()
        ),
    }
    Ok(master)
}

/// A new key is of no use to data that was sealed under another one: where there is data, its
/// key must be there too.
fn check_key_may_be_made(config: &Config) -> anyhow::Result<()> {
    let (key, data) = (&config.master_key_file, &config.data_dir);
    let has_key = key
        .try_exists()
        .with_context(|| format!("cannot look for {}", key.display()))?;
    let has_data = data
        .read_dir()
        .is_ok_and(|mut entries| entries.next().is_some());
    if has_data && !has_key {
        bail!(
            "the data directory {} is in use, but its master key file {} is not there; name the \
             file with --master-key-file, or put the copy you kept in its place",
            data.display(),
            key.display()
        );
    }
    Ok(())
}

pub(crate) async fn open_engine(
    config: &Config,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Arc<dyn Engine>> {
    let mut options = LocalEngineOptions::new(&config.data_dir, clock);
    options.free_space_watermark_bytes = config.free_space_watermark_bytes;
    options.memtables_bytes = config.memtables_bytes;
    // A slice that has shipped is best dropped while it is a memtable.
    options.log_slice_bytes = config.memtables_bytes / 4;
    options.durability = match config.durability {
        Durability::Fsync => anywhen_engine_local::Durability::Fsync,
        Durability::Process => anywhen_engine_local::Durability::Process,
    };
    let engine = tokio::task::spawn_blocking(move || LocalEngine::open(options)).await?;
    let engine = engine.with_context(|| {
        format!(
            "cannot open the data directory {}",
            config.data_dir.display()
        )
    })?;
    Ok(Arc::new(engine))
}

/// Opens the archive. Where the data says that there was one, none is made in its stead.
async fn open_archive(
    config: &Config,
    tables: &Tables,
    master: &Arc<MasterKey>,
    clock: &Arc<dyn Clock>,
    randomness: &Arc<dyn Randomness>,
) -> anyhow::Result<Arc<Archive>> {
    let url = &config.archive_url;
    let (master, clock, randomness) = (
        Arc::clone(master),
        Arc::clone(clock),
        Arc::clone(randomness),
    );
    let remembered = remembered_archive(tables)?.filter(|_| !config.consent.adopt_archive);
    let opened = if remembered.is_some() {
        match find_store(url) {
            Ok((store, prefix, _)) => {
                Archive::open_existing(store, prefix, master, clock, randomness).await
            }
            Err(error) => Err(error),
        }
    } else {
        let (store, prefix, _) = open_store(url)?;
        Archive::open(store, prefix, master, clock, randomness).await
    };
    match (opened, remembered) {
        (Err(error @ ArchiveError::Missing { .. }), Some(remembered)) => {
            Err(lost_archive(&remembered, &error).into())
        }
        (opened, _) => opened.map_err(anyhow::Error::from),
    }
    .with_context(|| format!("cannot open the archive {url}"))
}

/// How the archiver works: the default, with what tests change.
fn archiver(config: &Config) -> anyhow::Result<ArchiverConfig> {
    let mut archiver = ArchiverConfig::default();
    for setting in config.archiver.iter().flat_map(|text| text.split(';')) {
        if setting == "miniature" {
            archiver = ArchiverConfig::miniature();
            continue;
        }
        let number = setting
            .split_once('=')
            .and_then(|(name, number)| Some((name, number.parse().ok()?)));
        match number {
            Some(("flush-ms", ms)) => archiver.flush_interval = Duration::from_millis(ms),
            Some(("idle-ms", ms)) => archiver.idle_interval = Duration::from_millis(ms),
            Some(("backoff-ms", ms)) => archiver.backoff_max = Duration::from_millis(ms),
            Some(("grace-ms", ms)) => archiver.grace = Duration::from_millis(ms),
            Some(("stopped-ms", ms)) => archiver.stopped_max = Duration::from_millis(ms),
            Some(("sort-segments", segments)) => archiver.sort_segments = segments as usize,
            Some(("keyframe-bytes-min", bytes)) => archiver.keyframe_bytes_min = bytes,
            _ => bail!("archiver setting {setting:?} is not NAME=NUMBER with a known name"),
        }
        tracing::warn!("archiver setting {setting}");
    }
    Ok(archiver)
}

pub(crate) fn failpoints(config: &Config) -> anyhow::Result<Arc<FailPointRegistry>> {
    let registry = Arc::new(FailPointRegistry::new());
    for setting in config.failpoints.iter().flat_map(|text| text.split(';')) {
        let (name, action) = setting
            .split_once('=')
            .with_context(|| format!("failpoint {setting:?} has no action"))?;
        fail_parallel::cfg(Arc::clone(&registry), name, action)
            .map_err(|error| anyhow!("failpoint {setting:?}: {error}"))?;
        tracing::warn!("failpoint {setting}");
    }
    Ok(registry)
}
