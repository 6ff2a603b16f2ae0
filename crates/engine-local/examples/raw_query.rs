//! Queries per second of the bare engine: the yardstick for a Query of many items.
//!
//! Each query takes a snapshot, reads 100 neighbouring records and writes them as DynamoDB JSON, which
//! is the least that any server on this engine has to do. The records are items of ten attributes in
//! the plain stored form. `cargo run --release --example raw_query -- [data_dir] [seconds] [threads]
//! [item_bytes]`; the directory is left behind.

#![expect(
    clippy::print_stdout,
    reason = "a measuring program prints its figures"
)]

use std::ops::Bound;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anywhen_engine::{Commit, Direction, Engine, EngineError, KeyspaceHandle, KeyspaceName, Write};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_model::{
    AttributeValue, Item, SeededRandomness, SystemClock, encode_item, stored_to_json,
};
use bytes::Bytes;

const PARTITIONS: u64 = 200;
const ITEMS: u64 = 100;
const ATTRIBUTES: usize = 10;

#[tokio::main]
async fn main() -> Result<(), EngineError> {
    let mut arguments = std::env::args().skip(1);
    let data_dir = arguments
        .next()
        .map_or_else(|| "raw-query-data".into(), PathBuf::from);
    let mut number = |default: u64| {
        arguments
            .next()
            .and_then(|argument| argument.parse().ok())
            .unwrap_or(default)
    };
    let (seconds, threads, item_bytes) = (number(5), number(2), number(1_000));
    let engine = LocalEngine::open(LocalEngineOptions::new(data_dir, Arc::new(SystemClock)))?;
    let engine: Arc<dyn Engine> = Arc::new(engine);
    let keyspace = engine.keyspace(&KeyspaceName::server("records"))?;
    load(&*engine, keyspace, item_bytes as usize).await?;

    let until = Instant::now() + Duration::from_secs(seconds);
    let readers: Vec<_> = (0..threads)
        .map(|seed| {
            let engine = Arc::clone(&engine);
            std::thread::spawn(move || read(&*engine, keyspace, seed, until))
        })
        .collect();
    let mut queries = 0;
    for reader in readers {
        let done = reader
            .join()
            .map_err(|_| failed("a reader ended by a panic"))?;
        queries += done?;
    }
    println!(
        "threads={threads} queries={queries} queries_per_second={:.0} thread_us_per_query={:.2}",
        queries as f64 / seconds as f64,
        seconds as f64 * threads as f64 * 1e6 / queries as f64,
    );
    engine.close();
    Ok(())
}

async fn load(
    engine: &dyn Engine,
    keyspace: KeyspaceHandle,
    item_bytes: usize,
) -> Result<(), EngineError> {
    let random = SeededRandomness::new(1);
    let letters = item_bytes / ATTRIBUTES;
    for partition in 0..PARTITIONS {
        let writes = (0..ITEMS).map(|item| {
            let noise = |_| char::from(b'a' + (random.next_u64() % 26) as u8);
            let attribute = |number| {
                let text = (0..letters).map(noise).collect();
                (format!("field{number}"), AttributeValue::S(text))
            };
            let mut stored = Vec::new();
            let attributes: Item = (0..ATTRIBUTES).map(attribute).collect();
            encode_item(&attributes, &mut stored);
            Write {
                keyspace,
                key: key(partition, item),
                value: Some(Bytes::from(stored)),
            }
        });
        let commit = Commit {
            writes: writes.collect(),
            ..Commit::default()
        };
        engine.commit(commit).await.map_err(failed)?;
    }
    Ok(())
}

/// Reads until it is time; answers how many queries that were.
fn read(
    engine: &dyn Engine,
    keyspace: KeyspaceHandle,
    seed: u64,
    until: Instant,
) -> Result<u64, EngineError> {
    let random = SeededRandomness::new(seed);
    let mut queries = 0;
    while Instant::now() < until {
        let partition = random.next_u64() % PARTITIONS;
        let bounds = (
            Bound::Included(key(partition, 0)),
            Bound::Included(key(partition, ITEMS)),
        );
        let mut json = Vec::new();
        let snapshot = engine.snapshot()?;
        for record in snapshot.range(keyspace, bounds, Direction::Forward)? {
            let (_, stored) = record?;
            stored_to_json(&stored, &mut json).map_err(failed)?;
        }
        std::hint::black_box(json);
        queries += 1;
    }
    Ok(queries)
}

fn key(partition: u64, item: u64) -> Bytes {
    [partition.to_be_bytes(), item.to_be_bytes()]
        .concat()
        .into()
}

fn failed(error: impl std::fmt::Display) -> EngineError {
    EngineError::Storage(error.to_string())
}
