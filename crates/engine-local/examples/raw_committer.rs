//! Durable commits per second of the bare engine: the yardstick for everything built on it.
//!
//! Async writers commit, each one item of incompressible bytes, with its change-log record or
//! without, and wait for the answer. `cargo run --release --example raw_committer -- [data_dir]
//! [seconds] [writers] [value_bytes] [log|no-log]`; the directory should be on the disk that is to
//! be measured, and is left behind.

#![expect(
    clippy::print_stdout,
    reason = "a measuring program prints its figures"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anywhen_engine::{Commit, Engine, EngineError, KeyspaceName, LogEntry, Write};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_model::{Randomness as _, SeededRandomness, SystemClock, TableId};
use bytes::Bytes;

const DISTINCT_KEYS: u64 = 1_000_000;
/// How far the start of a value moves through the noise.
const NOISE_BYTES: usize = 1 << 20;

#[tokio::main]
async fn main() -> Result<(), EngineError> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = arguments
        .next()
        .map_or_else(|| "raw-committer-data".into(), PathBuf::from);
    let mut number = |default: u64| {
        arguments
            .next()
            .and_then(|argument| argument.parse().ok())
            .unwrap_or(default)
    };
    let (seconds, writers) = (number(10), number(64));
    let value_bytes = number(1_024) as usize;
    let with_log = arguments.next().is_none_or(|argument| argument == "log");

    let engine = LocalEngine::open(LocalEngineOptions::new(data_dir, Arc::new(SystemClock)))?;
    let engine: Arc<dyn Engine> = Arc::new(engine);
    let keyspace = engine.keyspace(&KeyspaceName::server("records"))?;
    let log = engine.log("log")?;
    let random = Arc::new(SeededRandomness::new(1));
    let mut noise = vec![0; value_bytes + NOISE_BYTES];
    random.fill(&mut noise);
    let noise = Bytes::from(noise);
    let started = Instant::now();
    let until = started + Duration::from_secs(seconds);

    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (engine, random) = (Arc::clone(&engine), Arc::clone(&random));
            let noise = noise.clone();
            tokio::spawn(async move {
                let mut latencies = Vec::new();
                while Instant::now() < until {
                    let drawn = random.next_u64();
                    let key = Bytes::copy_from_slice(&(drawn % DISTINCT_KEYS).to_be_bytes());
                    let start = (drawn >> 32) as usize % NOISE_BYTES;
                    let value = Some(noise.slice(start..start + value_bytes));
                    let table = TableId::from_u128(1);
                    let (logged_key, logged_value) = (key.clone(), value.clone());
                    let entry = LogEntry {
                        log,
                        table,
                        key: logged_key,
                        value: logged_value,
                        old_value: None,
                    };
                    let writes = vec![Write {
                        keyspace,
                        key,
                        value,
                    }];
                    let sent = Instant::now();
                    let commit = Commit {
                        writes,
                        log: if with_log { vec![entry] } else { Vec::new() },
                        ..Commit::default()
                    };
                    engine.commit(commit).await.map_err(failed)?;
                    latencies.push(sent.elapsed());
                }
                Ok::<_, EngineError>(latencies)
            })
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.map_err(failed)??);
    }
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    let quantile = |share: f64| {
        let position = (latencies.len() as f64 * share) as usize;
        latencies
            .get(position)
            .or(latencies.last())
            .copied()
            .unwrap_or_default()
    };
    println!(
        "{writers} writers, {} commits, {:.0} durable commits/s, latency p50 {:?} p99 {:?} p99.9 {:?} max {:?}",
        latencies.len(),
        latencies.len() as f64 / elapsed.as_secs_f64(),
        quantile(0.5),
        quantile(0.99),
        quantile(0.999),
        quantile(1.0),
    );
    let sealed = engine.seal().await?;
    engine.trim(log, sealed)?;
    engine.close();
    Ok(())
}

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Storage(error.to_string())
}
