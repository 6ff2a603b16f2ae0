//! Bytes per second of the bare engine's sorted bulk load: the yardstick for restores.
//!
//! Loaders fill disjoint ranges of one keyspace side by side, in pieces of `range_mib` that
//! each become durable, as a restore's ranges do; 0 is one piece per loader. Values are as long
//! as asked and look sealed: they do not compress.
//! `cargo run --release --example bulk_load -- [parent_dir] [records] [value_bytes] [loaders]
//! [range_mib]`; the directory should be on the disk that is to be measured, and is left empty.

#![expect(
    clippy::print_stdout,
    reason = "a measuring program prints its figures"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anywhen_engine::{Engine, EngineError, KeyspaceHandle, KeyspaceName};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_model::{Randomness, SeededRandomness, SystemClock};
use bytes::Bytes;

/// A stored key's hash and a short sort key.
const KEY_SIZE_BYTES: usize = 26;
/// Values are cut from so much randomness, each from another place.
const NOISE_BYTES: usize = 1 << 20;

fn main() -> Result<(), EngineError> {
    let mut arguments = std::env::args().skip(1);
    let parent = arguments
        .next()
        .map_or_else(std::env::temp_dir, PathBuf::from);
    let mut number = |default: u64| {
        arguments
            .next()
            .and_then(|argument| argument.parse().ok())
            .unwrap_or(default)
    };
    let (records, value_bytes, loaders) = (number(1_000_000), number(1_053), number(2).max(1));
    let piece_bytes = number(0) << 20;

    let data_dir = parent.join(format!("bulk-load-{}", std::process::id()));
    let engine = LocalEngine::open(LocalEngineOptions::new(&data_dir, Arc::new(SystemClock)))?;
    let engine: Arc<dyn Engine> = Arc::new(engine);
    let keyspace = engine.keyspace(&KeyspaceName::server("records"))?;
    let mut noise = vec![0; NOISE_BYTES + value_bytes as usize];
    SeededRandomness::new(1).fill(&mut noise);
    let load = Load {
        engine: Arc::clone(&engine),
        keyspace,
        noise: noise.into(),
        records,
        value_bytes: value_bytes as usize,
        piece_records: match piece_bytes / (value_bytes + KEY_SIZE_BYTES as u64) {
            0 => u64::MAX,
            some => some,
        },
    };

    let started = Instant::now();
    let share = records.div_ceil(loaders);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..loaders)
            .map(|loader| {
                let load = &load;
                scope.spawn(move || load.fill(loader * share, ((loader + 1) * share).min(records)))
            })
            .collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .map_err(|_| EngineError::Storage("a loader panicked".to_owned()))?
        })
    })?;
    let seconds = started.elapsed().as_secs_f64();
    let bytes = records * (value_bytes + KEY_SIZE_BYTES as u64);
    let used = process_figures();
    println!(
        "bulk_load records={records} value_bytes={value_bytes} loaders={loaders} bytes={bytes} \
         seconds={seconds:.3} mb_per_second={:.1} {used}",
        bytes as f64 / seconds / 1e6,
    );
    engine.close();
    drop((load, engine));
    remove(&data_dir)
}

struct Load {
    engine: Arc<dyn Engine>,
    keyspace: KeyspaceHandle,
    noise: Bytes,
    records: u64,
    value_bytes: usize,
    piece_records: u64,
}

impl Load {
    fn fill(&self, mut from: u64, end: u64) -> Result<(), EngineError> {
        while from < end {
            let to = from.saturating_add(self.piece_records).min(end);
            let mut loader = self.engine.bulk_load(self.keyspace)?;
            for record in from..to {
                let place = (record as usize).wrapping_mul(7919) % NOISE_BYTES;
                let value = self.noise.slice(place..place + self.value_bytes);
                loader.write_owned(self.key(record), value)?;
            }
            loader.finish()?;
            from = to;
        }
        Ok(())
    }

    /// Keys spread evenly over the key space, as hashes do.
    fn key(&self, record: u64) -> Bytes {
        let place = u128::MAX / u128::from(self.records) * u128::from(record);
        let mut key = place.to_be_bytes().to_vec();
        key.resize(KEY_SIZE_BYTES, b'k');
        key.into()
    }
}

/// Processor seconds, peak memory and bytes written of this process so far.
fn process_figures() -> String {
    let read = |name: &str| std::fs::read_to_string(format!("/proc/self/{name}")).ok();
    let field = |name: &str, key: &str| -> Option<u64> {
        let text = read(name)?;
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse().ok()
    };
    // Fields 14 and 15 of stat, counted after the name in brackets, in ticks of 10 ms.
    let ticks = read("stat").and_then(|stat| {
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let tick = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(tick(11)? + tick(12)?)
    });
    format!(
        "cpu_seconds={:.2} peak_rss_mib={} written_mb={}",
        ticks.unwrap_or(0) as f64 / 100.0,
        field("status", "VmHWM:").unwrap_or(0) / 1024,
        field("io", "write_bytes:").unwrap_or(0) / 1_000_000,
    )
}

fn remove(data_dir: &Path) -> Result<(), EngineError> {
    std::fs::remove_dir_all(data_dir).map_err(|error| EngineError::Storage(error.to_string()))
}
