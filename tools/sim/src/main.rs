//! `sim`: simulates the history layer for one seed or many, or judges what clients of a real
//! server recorded; see the library.
#![allow(clippy::print_stdout, reason = "a command line tool")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anywhen_sim::{Plan, Sabotage, check_history, simulate};
use clap::{Args, Parser, Subcommand};

/// Simulates Anywhen's history layer, deterministically by seed.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    runs: Runs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Looks for a serial order of what clients of a server recorded.
    CheckHistory {
        /// One JSON object a line; `tools/sim/src/recorded.rs` says which.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Runs {
    /// The seed to simulate.
    #[arg(long, default_value_t = 1, conflicts_with = "seeds")]
    seed: u64,
    /// Many seeds, `from..to`.
    #[arg(long, value_parser = parse_range)]
    seeds: Option<(u64, u64)>,
    /// Lives of the server in a run.
    #[arg(long, default_value_t = Plan::STEPS)]
    steps: u64,
    /// A fault that must be noticed.
    #[arg(long)]
    sabotage: Option<Sabotage>,
    /// Print every event as it happens, and what the server logs.
    #[arg(long)]
    trace: bool,
}

fn parse_range(text: &str) -> Result<(u64, u64), String> {
    let ends = text
        .split_once("..")
        .and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    ends.ok_or_else(|| format!("{text:?} is not of the form 1..100"))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Some(Command::CheckHistory { file }) => judge(&file),
        None => simulate_all(&arguments.runs),
    }
}

fn judge(file: &Path) -> ExitCode {
    match check_history(file) {
        Ok(checked) => {
            println!("{}: serializable: {checked:?}", file.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{}: {error:#}", file.display());
            ExitCode::FAILURE
        }
    }
}

fn simulate_all(arguments: &Runs) -> ExitCode {
    if arguments.trace {
        tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .without_time()
            .init();
    }
    let (from, to) = arguments
        .seeds
        .unwrap_or((arguments.seed, arguments.seed + 1));
    for seed in from..to {
        let plan = Plan {
            steps: arguments.steps,
            echo: arguments.trace,
            sabotage: arguments.sabotage,
            ..Plan::of(seed)
        };
        match simulate(plan) {
            Ok(report) => println!("seed {seed}: {report:?}"),
            Err(failure) => {
                println!("{failure}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
