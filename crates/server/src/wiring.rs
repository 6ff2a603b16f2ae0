//! Puts the layers together, in the order in which each needs the one before, and takes them
//! apart again in the opposite order.
//!
//! What must hold: nothing is served before every check of an opening layer has passed; when
//! the server stops, what the change log still holds is shipped if the archive answers in time,
//! and nothing is lost if it does not.

use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use anywhen_api::{Service, ServiceOptions};
use anywhen_archive::{Archive, ArchiverConfig, open_store};
use anywhen_engine::Engine;
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_kms::{MasterKey, Origin, OsRandomness};
use anywhen_model::{Clock, Randomness, SystemClock};
use anywhen_recovery::{Recovery, RecoveryLimits, RecoveryOptions};
use anywhen_table::{Tables, TablesOptions};
use fail_parallel::FailPointRegistry;

use crate::config::{Config, Durability};
use crate::progress::Bars;

/// A server that is open, but listens nowhere yet.
pub(crate) struct Server {
    engine: Arc<dyn Engine>,
    recovery: Arc<Recovery>,
    service: Arc<Service>,
}

impl Server {
    /// Opens everything the configuration names.
    pub(crate) async fn open(config: &Config, bars: Bars) -> anyhow::Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
        let master = Arc::new(open_master_key(config)?);
        let engine = open_engine(config, Arc::clone(&clock)).await?;
        let archive = open_archive(config, &master, &clock, &randomness).await?;
        let tables = Tables::open(
            Arc::clone(&engine),
            Arc::clone(&master),
            Arc::clone(&clock),
            Arc::clone(&randomness),
            TablesOptions::default(),
        )
        .await
        .context("cannot open the tables")?;
        let recovery = Recovery::open(RecoveryOptions {
            engine: Arc::clone(&engine),
            tables: Arc::clone(&tables),
            archive,
            clock: Arc::clone(&clock),
            randomness: Arc::clone(&randomness),
            failpoints: failpoints(config)?,
            progress: Arc::new(bars),
            spill_directory: config.data_dir.join("spill"),
            archiver: ArchiverConfig::default(),
            limits: RecoveryLimits::default(),
        })
        .await
        .context("cannot open backups and history")?;
        let service = Service::new(ServiceOptions {
            engine: Arc::clone(&engine),
            tables,
            recovery: Arc::clone(&recovery),
            clock,
            randomness,
            account: config.account.clone(),
            default_region: config.default_region.clone(),
        });
        Ok(Self {
            engine,
            recovery,
            service,
        })
    }

    /// What answers requests.
    pub(crate) fn service(&self) -> Arc<Service> {
        Arc::clone(&self.service)
    }

    /// Stops the jobs, ships what can be shipped, and closes the engine.
    pub(crate) async fn close(self) {
        self.recovery.close().await;
        let engine = self.engine;
        if tokio::task::spawn_blocking(move || engine.close())
            .await
            .is_err()
        {
            tracing::error!("the engine did not close in order; it recovers at the next start");
        }
        tracing::info!("stopped");
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

async fn open_engine(config: &Config, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Engine>> {
    let mut options = LocalEngineOptions::new(&config.data_dir, clock);
    options.free_space_watermark_bytes = config.free_space_watermark_bytes;
    options.durability = match config.durability {
        Durability::Fsync => anywhen_engine_local::Durability::Fsync,
        Durability::Process => anywhen_engine_local::Durability::Process,
    };
    if config.durability == Durability::Process {
        tracing::warn!("durability is `process`: a power cut loses the last acknowledged writes");
    }
    let engine = tokio::task::spawn_blocking(move || LocalEngine::open(options)).await?;
    let engine = engine.with_context(|| {
        format!(
            "cannot open the data directory {}",
            config.data_dir.display()
        )
    })?;
    Ok(Arc::new(engine))
}

async fn open_archive(
    config: &Config,
    master: &Arc<MasterKey>,
    clock: &Arc<dyn Clock>,
    randomness: &Arc<dyn Randomness>,
) -> anyhow::Result<Arc<Archive>> {
    let url = &config.archive_url;
    if config.archive_is_default {
        tracing::warn!(
            "no archive was named, so history and backups go to {url}, beside the data: they \
             survive a lost data directory but not a lost machine; name one with --archive"
        );
    }
    let (store, prefix, _) = open_store(url)?;
    Archive::open(
        store,
        prefix,
        Arc::clone(master),
        Arc::clone(clock),
        Arc::clone(randomness),
    )
    .await
    .with_context(|| format!("cannot open the archive {url}"))
}

fn failpoints(config: &Config) -> anyhow::Result<Arc<FailPointRegistry>> {
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
