//! A load generator for any DynamoDB endpoint, and the yardstick it is read against.
//!
//! `loadgen load` writes a table's records and `loadgen run` sends one of several mixes of requests
//! to it (`workload`): signed (`signature`), over records chosen by a distribution (`distribution`,
//! `records`), in a closed or an open loop (`pace`). Start at `run`. Everything that went wrong is
//! counted (`figures`) and told in text, JSON and a chart (`report`, `chart`); a run in which a
//! request failed for good ends with an error after its report.
//!
//! `loadgen put` and `loadgen get` are the cheapest client there can be (`plain`), for figures beside
//! `loadgen empty-server`, an HTTP server on the same library that reads each body and answers a
//! constant of an item's size: what it reaches under the same load is the most that any server here
//! could.
//!
//! The client writes requests from prepared bytes and reads only what it must of the answers, so
//! that it costs little beside the server it shares the machine with.

mod body;
mod caller;
mod chart;
mod connection;
mod distribution;
mod empty_server;
mod figures;
mod noise;
mod pace;
mod plain;
mod records;
mod report;
mod run;
mod signature;
mod workload;

use clap::{Parser, Subcommand};

/// Load for DynamoDB endpoints.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Creates a table unless it is there, and writes records to it.
    Load(run::LoadOptions),
    /// Sends a workload to a table that `load` has written with the same records.
    Run(run::RunOptions),
    /// PutItem of items with distinct keys: closed loop, no valid signature.
    Put(plain::Load),
    /// GetItem of the items a put run of the same options wrote.
    Get(plain::Load),
    /// Serves a constant answer on a free port, which it prints.
    EmptyServer {
        /// Bytes of the answer's body.
        #[arg(long, default_value_t = 1100)]
        reply_bytes: usize,
    },
}

fn main() -> anyhow::Result<()> {
    let command = Cli::parse().command;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(async {
            match command {
                Command::Load(options) => run::load(options).await,
                Command::Run(options) => run::run(options).await,
                Command::Put(load) => plain::run(load, plain::Kind::Put).await,
                Command::Get(load) => plain::run(load, plain::Kind::Get).await,
                Command::EmptyServer { reply_bytes } => empty_server::run(reply_bytes).await,
            }
        })
}
