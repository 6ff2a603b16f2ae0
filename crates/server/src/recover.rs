//! `anywhen recover`: a lost server, rebuilt in an empty data directory from its archive.
//!
//! What must hold: a directory that is not empty and is not a recovery that was cut off is never
//! touched; what is checked before it is touched (master key, archive) leaves nothing behind; a
//! run that was cut off, however, is gone on with by the same command; and a server does not
//! start on a directory whose recovery has not ended. A marker in the directory says that it is
//! ours: it is the first thing made there, and goes when the report has been printed.
//!
//! Standard output gets the report, standard error the progress. The exit status is 0 if all that
//! the archive promised has come back, 1 if not, or if the recovery did not end.

use std::io::{Write as _, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use anywhen_archive::{Archive, ArchiveError, ArchiverConfig, find_store};
use anywhen_disk::{make_directory, sync_directory};
use anywhen_kms::{MasterKey, OsRandomness};
use anywhen_model::{Clock, CommitTimestamp, Randomness, SteadyClock};
use anywhen_recovery::{
    Consent, RecoverError, RecoveredRealm, RecoveryLimits, RecoveryOptions, exact, parse_instant,
    recover,
};
use anywhen_table::{Tables, TablesOptions};

use crate::config::{Config, RecoverArguments};
use crate::progress::for_recovery;
use crate::{clock, telemetry, wiring};

/// Stands in a data directory while it is being recovered.
const MARKER: &str = "recovering";
const MARKER_TEXT: &str = "`anywhen recover` has not ended here; run it again.\n";

/// Runs the command.
pub(crate) fn run(arguments: RecoverArguments) -> anyhow::Result<ExitCode> {
    let at = arguments.at.as_deref().map(instant).transpose()?;
    let config = arguments.config()?;
    telemetry::start_logs_from(&config, "warn")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let recovered = runtime.block_on(rebuild(&config, at))?;
    for realm in &recovered {
        print(realm).context("cannot write to standard output")?;
    }
    unmark(&config.data_dir)?;
    let damaged = recovered.iter().any(RecoveredRealm::is_damaged);
    Ok(if damaged {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn instant(text: &str) -> anyhow::Result<CommitTimestamp> {
    parse_instant(text).with_context(|| {
        format!(
            "--at {text:?} is no instant; write it like 2026-11-21T12:00:00Z, or as seconds since \
             the epoch"
        )
    })
}

async fn rebuild(
    config: &Config,
    at: Option<CommitTimestamp>,
) -> anyhow::Result<Vec<RecoveredRealm>> {
    let key_file = config.master_key_file.display();
    let master = Arc::new(MasterKey::load(&config.master_key_file)?);
    let steady = clock::start();
    let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
    let archive = open_archive(config, &master, &steady, &randomness).await?;
    pass_archived(&archive, &steady)
        .await
        .with_context(|| format!("with the master key in {key_file}"))?;
    mark(&config.data_dir)?;
    let clock: Arc<dyn Clock> = Arc::clone(&steady) as _;
    let engine = wiring::open_engine(config, Arc::clone(&clock)).await?;
    steady.raise_to(engine.recovered_floor());
    let opened = Tables::open(
        Arc::clone(&engine),
        Arc::clone(&master),
        Arc::clone(&clock),
        Arc::clone(&randomness),
        TablesOptions::default(),
    );
    let tables = opened.await.context("cannot open the tables")?;
    let options = RecoveryOptions {
        engine: Arc::clone(&engine),
        tables,
        archive,
        clock,
        randomness,
        failpoints: wiring::failpoints(config)?,
        progress: for_recovery(),
        spill_directory: config.data_dir.join("spill"),
        limits: RecoveryLimits::default(),
        consent: Consent::default(),
        archiver: ArchiverConfig::default(),
    };
    let recovered = recover(options, at).await;
    let closed = tokio::task::spawn_blocking(move || engine.close()).await;
    let recovered = recovered.map_err(|error| match error {
        RecoverError::Refused(text) => anyhow!(text),
        RecoverError::CutOff(error) => {
            anyhow!(error).context("the recovery was cut off; run the same command again to go on")
        }
    })?;
    closed.context("the engine did not close in order; run the same command again")?;
    Ok(recovered)
}

async fn open_archive(
    config: &Config,
    master: &Arc<MasterKey>,
    clock: &Arc<SteadyClock>,
    randomness: &Arc<dyn Randomness>,
) -> anyhow::Result<Arc<Archive>> {
    let url = &config.archive_url;
    let missing = || anyhow!("there is no archive at {url}: nothing can be recovered from it");
    let (store, prefix, _) = match find_store(url) {
        Err(ArchiveError::Missing { .. }) => return Err(missing()),
        found => found?,
    };
    let (master, clock) = (Arc::clone(master), Arc::clone(clock) as Arc<dyn Clock>);
    let opened = Archive::open_existing(store, prefix, master, clock, Arc::clone(randomness));
    match opened.await {
        Err(ArchiveError::Missing { .. }) => Err(missing()),
        opened => opened.with_context(|| format!("cannot open the archive {url}")),
    }
}

/// Sets the clock to later than everything in the archive: the new server's history comes after.
async fn pass_archived(archive: &Archive, clock: &SteadyClock) -> anyhow::Result<()> {
    for realm in archive.realms().await? {
        if let Some(head) = archive.head(&realm).await? {
            clock.raise_to(head.archived_through);
        }
    }
    Ok(())
}

/// Makes an empty directory ours, or finds that it is.
fn mark(data_dir: &Path) -> anyhow::Result<()> {
    let directory = data_dir.display();
    let marker = data_dir.join(MARKER);
    if marker.exists() {
        return Ok(());
    }
    make_directory(data_dir).with_context(|| format!("cannot make {directory}"))?;
    let mut entries = data_dir
        .read_dir()
        .with_context(|| format!("cannot read {directory}"))?;
    if entries.next().is_some() {
        bail!(
            "{directory} is not empty, and not a recovery that was cut off: name a new directory \
             with --data-dir"
        );
    }
    let write = || {
        let mut file = std::fs::File::create_new(&marker)?;
        file.write_all(MARKER_TEXT.as_bytes())?;
        file.sync_all()?;
        sync_directory(data_dir)
    };
    write().with_context(|| format!("cannot write {}", marker.display()))
}

fn unmark(data_dir: &Path) -> anyhow::Result<()> {
    let marker = data_dir.join(MARKER);
    std::fs::remove_file(&marker)
        .and_then(|()| sync_directory(data_dir))
        .with_context(|| format!("cannot remove {}", marker.display()))
}

/// A server does not start on half a recovery.
pub(crate) fn refuse_unfinished(data_dir: &Path) -> anyhow::Result<()> {
    let marker: PathBuf = data_dir.join(MARKER);
    if marker.exists() {
        bail!(
            "{} is being recovered, and that has not ended; run `anywhen recover` again, with the \
             same options, until it ends",
            data_dir.display()
        );
    }
    Ok(())
}

fn print(report: &RecoveredRealm) -> std::io::Result<()> {
    let mut out = stdout().lock();
    let (realm, sealed) = (&report.realm, exact(report.sealed));
    writeln!(out, "{realm}")?;
    writeln!(out, "  sealed   {sealed}; what was committed later is lost")?;
    if report.at < report.sealed {
        writeln!(out, "  as of    {}, as asked", exact(report.at))?;
    }
    if let Some(at) = report.rewound_at {
        let at = exact(at);
        writeln!(
            out,
            "  led back by a commit at {at}; what came before it can be restored"
        )?;
    }
    if let Some(reason) = &report.no_catalog {
        writeln!(out, "  no table {reason}")?;
    }
    for table in &report.tables {
        let (name, items, bytes) = (&table.name, table.items, table.size_bytes);
        writeln!(out, "  table    {name}: {items} items, {bytes} bytes")?;
    }
    for table in &report.lost {
        let word = if table.damaged {
            "DAMAGED "
        } else {
            "lost    "
        };
        writeln!(out, "  {word} {}: {}", table.name, table.reason)?;
        writeln!(out, "           it was: {}", table.definition)?;
        if let Some(backup) = &table.backup {
            let (arn, at) = (&backup.backup_arn, exact(backup.at));
            writeln!(out, "           newest backup: {arn}, as of {at}")?;
        }
    }
    for kept in &report.kept {
        let (name, arn) = (&kept.name, &kept.backup_arn);
        writeln!(out, "  kept     {name}, as of the end, as backup {arn}")?;
    }
    writeln!(out, "  backups  {}", report.backups)?;
    for arn in &report.lost_backups {
        writeln!(
            out,
            "  DAMAGED  backup {arn} is not in the archive any more"
        )?;
    }
    for at in &report.ended_catalogs {
        let at = exact(*at);
        writeln!(
            out,
            "  earlier  another catalog ended here; --at {at} recovers it"
        )?;
    }
    out.flush()
}
