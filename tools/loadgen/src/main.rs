//! A closed-loop load generator for any DynamoDB endpoint, and the yardstick it is read against.
//!
//! `loadgen put` and `loadgen get` keep a number of connections busy with one request each and
//! print requests per second and latencies. `loadgen empty-server` is an HTTP server on the same
//! library that reads each body and answers a constant of an item's size: what it reaches under
//! the same load is the most that any server here could.
//!
//! The client writes requests from prepared bytes and reads only what it must of the answers, so
//! that it costs little beside the server it shares the machine with. Requests carry a credential
//! scope but no valid signature. A connection that fails ends the run with an error.

mod client;
mod empty_server;

use clap::{Parser, Subcommand};

/// Load for DynamoDB endpoints, closed loop.
#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// PutItem of items with distinct keys.
    Put(client::Load),
    /// GetItem of the items a put run of the same options wrote.
    Get(client::Load),
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
                Command::Put(load) => client::run(load, client::Kind::Put).await,
                Command::Get(load) => client::run(load, client::Kind::Get).await,
                Command::EmptyServer { reply_bytes } => empty_server::run(reply_bytes).await,
            }
        })
}
