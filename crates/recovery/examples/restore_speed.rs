//! How fast a restore is: one table in a directory archive becomes a table of the embedded
//! engine, in this process. Beside it run `bulk_load` of anywhen-engine-local on the same disk,
//! which is the yardstick: the engine's own sorted load of as many bytes.
//!
//! `cargo run --release -p anywhen-recovery --example restore_speed -- --items 1000000
//! --item-bytes 1024 --deltas 0.5 --indexes 2 [--without-indexes] [--projection keys]
//! [--unsorted-segment-kib 8] [--ranges-parallel 3] [--index-memory-mib 256] [--repeat 3]
//! [--directory DIR] [--keep]`
//!
//! `--deltas 0.5` changes half of the items after the keyframe, `--unsorted-segment-kib 8` leaves
//! the changes in segments of that size, `--projection keys` makes indexes of keys alone (whole
//! items otherwise), `--without-indexes` restores with `[]` for the indexes. One line for each
//! restore. `mb_per_second` is the output, items and index entries as they are stored, in MB
//! (10^6 bytes) a second: what the yardstick writes, too. `items_mb_per_second` counts the items
//! alone; `indexing_seconds` of the time went into indexes after the items were loaded. Then
//! processor seconds, peak memory in MiB while restoring (`base_rss_mib` of it was there before),
//! and what was written to disk and read of the archive, in how many requests.
//!
//! The history is made by another process, so that memory and page faults are those of a
//! restore, and the allocator is the server's. `--keep` leaves the history in DIR/restore-speed
//! and finds it there the next time; it must have been made with the same options.

#![expect(
    clippy::print_stdout,
    reason = "a measuring program prints its figures"
)]

#[path = "restore_speed/counting.rs"]
mod counting;
#[path = "restore_speed/ground.rs"]
mod ground;
#[path = "restore_speed/process.rs"]
mod process;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::ground::{Ground, Server};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Given as the first argument, before a directory: makes the history there and ends.
const MAKE_HISTORY: &str = "make-history";

/// What to measure.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) items: u64,
    pub(crate) item_bytes: usize,
    /// Bytes changed after the keyframe, in parts of the table.
    pub(crate) deltas: f64,
    /// Leaves all changes after the keyframe in segments of so many KiB.
    pub(crate) unsorted_segment_kib: Option<usize>,
    pub(crate) indexes: u32,
    /// Whether indexes hold keys only; otherwise whole items.
    pub(crate) keys_only: bool,
    /// Whether the restore leaves the indexes out.
    pub(crate) without_indexes: bool,
    pub(crate) ranges_parallel: Option<usize>,
    pub(crate) index_memory_mib: Option<u64>,
    pub(crate) repeat: u32,
    pub(crate) directory: PathBuf,
    /// Whether the history stays, and one that is there is used.
    pub(crate) keep: bool,
}

impl Options {
    fn of_arguments(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            items: 1_000_000,
            item_bytes: 1_024,
            deltas: 0.0,
            unsorted_segment_kib: None,
            indexes: 0,
            keys_only: false,
            without_indexes: false,
            ranges_parallel: None,
            index_memory_mib: None,
            repeat: 1,
            directory: std::env::temp_dir(),
            keep: false,
        };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            let flag = match name.as_str() {
                "--without-indexes" => Some(&mut options.without_indexes),
                "--keep" => Some(&mut options.keep),
                _ => None,
            };
            if let Some(flag) = flag {
                *flag = true;
                continue;
            }
            let value = arguments
                .next()
                .with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--items" => options.items = value.parse()?,
                "--item-bytes" => options.item_bytes = value.parse()?,
                "--deltas" => options.deltas = value.parse()?,
                "--unsorted-segment-kib" => options.unsorted_segment_kib = Some(value.parse()?),
                "--projection" => options.keys_only = value == "keys",
                "--indexes" => options.indexes = value.parse()?,
                "--ranges-parallel" => options.ranges_parallel = Some(value.parse()?),
                "--index-memory-mib" => options.index_memory_mib = Some(value.parse()?),
                "--repeat" => options.repeat = value.parse()?,
                "--directory" => options.directory = value.into(),
                _ => bail!("unknown option {name}"),
            }
        }
        Ok(options)
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, home, rest @ ..] = arguments.as_slice()
        && first == MAKE_HISTORY
    {
        return make_history(&Options::of_arguments(rest)?, Path::new(home)).await;
    }
    let options = Options::of_arguments(&arguments)?;
    let name = if options.keep {
        "restore-speed".to_owned()
    } else {
        format!("restore-speed-{}", std::process::id())
    };
    let home = options.directory.join(name);
    if !home.exists() {
        std::fs::create_dir_all(&home)?;
        let mut maker = Command::new(std::env::current_exe()?);
        maker.arg(MAKE_HISTORY).arg(&home).args(&arguments);
        let made = maker.status()?;
        anyhow::ensure!(made.success(), "making the history ended with {made}");
    }
    let measured = measure(&options, &home).await;
    if !options.keep {
        std::fs::remove_dir_all(&home)?;
    }
    measured
}

async fn make_history(options: &Options, home: &Path) -> Result<()> {
    let ground = Ground::new(home)?;
    let source = Server::start(&ground, options, "source").await?;
    source.make_history(options).await?;
    source.close().await;
    ground.remove("source")
}

async fn measure(options: &Options, home: &Path) -> Result<()> {
    let ground = Ground::new(home)?;
    for round in 0..options.repeat {
        let target = Server::start(&ground, options, &format!("target-{round}")).await?;
        ground.objects.reset();
        process::reset_peak();
        let before = process::Figures::now();
        let started = Instant::now();
        let indexing_seconds = target.restore(options).await?;
        let seconds = started.elapsed().as_secs_f64();
        let used = process::Figures::now();
        let (read_bytes, requests) = ground.objects.counted();
        let restored = target.restored()?;
        let rate = |bytes: u64| bytes as f64 / seconds / 1e6;
        println!(
            "restore_speed items={} item_bytes={} deltas={} indexes={} seconds={seconds:.3} \
             indexing_seconds={indexing_seconds:.3} output_bytes={} mb_per_second={:.1} items_mb_per_second={:.1} cpu_seconds={:.2} \
             peak_rss_mib={} base_rss_mib={} written_mb={} archive_read_mb={} requests={requests}",
            restored.items,
            options.item_bytes,
            options.deltas,
            if options.without_indexes {
                0
            } else {
                options.indexes
            },
            restored.output_bytes,
            rate(restored.output_bytes),
            rate(restored.items_bytes),
            used.cpu_seconds - before.cpu_seconds,
            used.peak_rss_bytes >> 20,
            before.rss_bytes >> 20,
            (used.written_bytes - before.written_bytes) / 1_000_000,
            read_bytes / 1_000_000,
        );
        target.close().await;
        ground.remove(&format!("target-{round}"))?;
    }
    Ok(())
}
