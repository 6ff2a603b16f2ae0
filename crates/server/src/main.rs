//! `anywhen`: a database that speaks the DynamoDB API and can put any table back to any moment.
//!
//! This crate is the binary: command line and configuration ([`config`]), wiring of the layers
//! ([`wiring`]), what opens them again after a write failed ([`supervisor`]), the clock they share
//! ([`clock`]), the HTTP listener ([`http`]) with the console and the admin API beside it
//! ([`pages`]), the front behind which services change ([`front`]) and the guard against foreign
//! web pages ([`guard`]), logs and metrics ([`telemetry`]) and progress bars ([`progress`]). No
//! rule of DynamoDB lives here. Beside the server, [`archive`] looks at archives without one, and
//! [`recover`] rebuilds a lost server.
//!
//! Standard output carries data only: the one line that says where the server listens, or what was
//! asked for. All
//! else goes to standard error. The exit status is 0 after an ordered stop, 1 after a failure,
//! 2 for a command line that cannot be understood; [`archive`] says what its own means.

mod archive;
mod clock;
mod config;
mod front;
mod guard;
mod http;
mod pages;
mod progress;
mod recover;
mod request_metrics;
mod supervisor;
mod telemetry;
mod wiring;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Anywhen: DynamoDB's API, and any table back to any moment.
#[derive(Debug, Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server until SIGTERM or SIGINT.
    Serve(Box<config::ServeArguments>),
    /// Rebuilds a lost server in a new data directory from its archive and its master key.
    /// Interrupted, it goes on when it is run again.
    Recover(config::RecoverArguments),
    /// Looks at an archive; changes nothing, and may run beside the server that writes to it.
    #[command(subcommand)]
    Archive(archive::ArchiveCommand),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Serve(arguments) => exit_code(serve(*arguments).map(|()| ExitCode::SUCCESS)),
        Command::Recover(arguments) => exit_code(recover::run(arguments)),
        Command::Archive(command) => archive::run(command),
    }
}

fn exit_code(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    match outcome {
        Ok(status) => status,
        Err(error) => {
            // The chain of causes, outermost first, as an operator reads it.
            eprintln!("anywhen: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn serve(arguments: config::ServeArguments) -> anyhow::Result<()> {
    let config = config::Config::resolve(arguments)?;
    telemetry::start_logs(&config)?;
    let metrics = telemetry::start_metrics()?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let surroundings = wiring::Surroundings::new(config)?;
            let supervisor = supervisor::Supervisor::start(surroundings).await?;
            let (front, admin) = (supervisor.front(), supervisor.admin());
            let history = pages::keep_history(Arc::clone(&front), Arc::clone(&admin));
            let upkeep = telemetry::keep_metrics_small(metrics.clone());
            let outcome = http::run(supervisor.config(), front, admin, metrics).await;
            drop((history, upkeep));
            supervisor.close().await;
            outcome
        })
}
