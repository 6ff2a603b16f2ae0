//! `anywhen archive`: looking at an archive without a server.
//!
//! What must hold: nothing is claimed, made or changed, neither in the archive nor anywhere else,
//! so it can run at any time on any machine, beside the server that writes there too.
//!
//! What is found goes to standard output, progress (on a terminal) and failures to standard
//! error. The exit status is 0 if all is well, 1 if something is wrong with the archive, and 2 if
//! nothing can be said: the command line is wrong, the store does not answer, there is no archive
//! at the URL, the key cannot be read.

mod size;
mod stats;
mod verify;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use anywhen_archive::ArchiveError;
use anywhen_kms::MasterKey;

/// The exit status when an archive has been looked at and something is wrong with it.
const WRONG: u8 = 1;
/// The exit status when nothing can be said.
const UNKNOWN: u8 = 2;

/// What to do with an archive.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum ArchiveCommand {
    /// Reads every byte and names each object that is not as it was written. Exits with 1 if
    /// there is any, with 2 if the archive cannot be read at all.
    Verify(verify::VerifyArguments),
    /// Says what an archive holds: timelines, spans, keyframes, deltas and pins, and with --at what
    /// a restore would read.
    Stats(stats::StatsArguments),
}

/// Which archive, and what opens it.
#[derive(Debug, clap::Args)]
struct ArchiveArguments {
    /// The archive: a directory, file:///DIR, or s3://BUCKET/PREFIX.
    #[arg(long, env = "ANYWHEN_ARCHIVE", value_name = "URL")]
    archive: String,
}

/// Runs a command; what it answers is the exit status.
pub(crate) fn run(command: ArchiveCommand) -> ExitCode {
    let outcome = runtime().and_then(|runtime| {
        runtime.block_on(async {
            match command {
                ArchiveCommand::Verify(arguments) => verify::run(arguments).await,
                ArchiveCommand::Stats(arguments) => stats::run(arguments).await,
            }
        })
    });
    match outcome {
        Ok(status) => status,
        Err(error) => {
            eprintln!("anywhen: {error:#}");
            ExitCode::from(UNKNOWN)
        }
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

/// A key that is there already: none is made.
fn load_key(file: &Path) -> anyhow::Result<Arc<MasterKey>> {
    let key = MasterKey::load(file)
        .with_context(|| format!("cannot read the master key file {}", file.display()))?;
    Ok(Arc::new(key))
}

/// Says where there is no archive, which its own error, knowing only its prefix, cannot.
fn at_url(error: ArchiveError, url: &str) -> anyhow::Error {
    match error {
        ArchiveError::Missing { path } if path == anywhen_archive::IDENTITY_PATH => {
            anyhow::anyhow!("there is no archive at {url}: it has no {path}")
        }
        other => anyhow::Error::new(other).context(format!("cannot read the archive {url}")),
    }
}
