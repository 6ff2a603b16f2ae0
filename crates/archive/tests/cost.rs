//! What an archive costs: requests of idle tables, requests and bytes of what is written.
//!
//! Items are random, so bytes of the log are what they would be compressed. Longer by hand:
//! `ANYWHEN_TABLE_MIB=1024 ANYWHEN_HOURS=48 cargo test -p anywhen-archive --test cost --
//! --nocapture`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod common;
#[path = "common/watched.rs"]
mod watched;

use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{ArchiverConfig, ArchiverHandle, RealmArchive};
use anywhen_model::Randomness as _;
use bytes::Bytes;
use common::{Table, World, stored_key};
use object_store::ObjectStore;
use object_store::memory::InMemory;
use watched::{Counts, Watched};

const ITEM_BYTES: usize = 1_000;
const MIB: u64 = 1 << 20;

struct Server {
    world: World,
    network: Arc<Watched>,
    archive: Arc<RealmArchive>,
    archiver: ArchiverHandle,
    tables: Vec<Table>,
}

impl Server {
    /// A server whose tables have so many items each, every span open.
    async fn begin(tables: usize, items: u64, config: ArchiverConfig) -> Self {
        let world = World::new(1);
        let network = Watched::counting(Arc::new(InMemory::new()));
        let archive = world.open(&(network.clone() as Arc<dyn ObjectStore>)).await;
        let archive = archive.unwrap();
        let mut tables: Vec<_> = (0..tables).map(|_| Table::new(&world)).collect();
        for table in &mut tables {
            let changes: Vec<_> = (0..items).map(|number| change(&world, number)).collect();
            for changes in changes.chunks(1_000) {
                table.commit(&world, changes).await;
                table.versions.clear();
            }
            table.open_span(&world, &archive).await.unwrap();
        }
        let shipped: Vec<&Table> = tables.iter().collect();
        let archiver = world.spawn(&archive, &shipped, config);
        archiver.flush_now().await.unwrap();
        archive.tidy_now().await.unwrap();
        network.take_counts();
        Self {
            world,
            network,
            archive,
            archiver,
            tables,
        }
    }

    /// Time passes, for the archiver and for its clock.
    async fn pass(&self, time: Duration) {
        self.world.clock.advance(time.as_micros() as u64);
        tokio::time::sleep(time).await;
    }

    /// One second with so many changes to random items, ten times in it; answers their bytes.
    async fn second(&mut self, writes: u64, items: u64) -> u64 {
        let mut bytes = 0;
        for _ in 0..10 {
            for _ in 0..writes / 10 {
                let change = change(&self.world, self.world.draw(items));
                bytes += (change.0.len() + ITEM_BYTES) as u64;
                self.tables[0].commit(&self.world, &[change]).await;
            }
            self.pass(Duration::from_millis(100)).await;
        }
        self.tables[0].versions.clear();
        bytes
    }

    /// What was asked of the store since the last time, once everything is in it.
    async fn settle(&self) -> Counts {
        self.archiver.flush_now().await.unwrap();
        self.archive.tidy_now().await.unwrap();
        self.network.take_counts()
    }
}

fn change(world: &World, number: u64) -> (Bytes, Option<Bytes>) {
    let mut item = vec![0; ITEM_BYTES];
    world.randomness.fill(&mut item);
    (stored_key(&format!("item {number}")), Some(item.into()))
}

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

/// A thousand tables that nobody writes to: a look for a fence an hour, and one sweep a day.
#[tokio::test(start_paused = true)]
async fn idle_tables_ask_for_nothing() {
    let server = Server::begin(1_000, 1, ArchiverConfig::default()).await;
    // The archiver has looked around, and what the beginning left is gone.
    server.pass(Duration::from_hours(3)).await;
    server.network.take_counts();
    for _ in 0..48 {
        server.pass(Duration::from_mins(30)).await;
    }
    let counts = server.network.take_counts();
    println!("1,000 idle tables, 24 hours: {:?}", counts.requests);
    assert!(counts.total() <= 24 * 3, "{:?}", counts.requests);
    assert_eq!(counts.written(), 0);
    server.archiver.stop().await;
}

/// What a changed byte costs in bytes of the archive, at most, from 10 KB of changes a second on,
/// by kind of object, for tables up to some GiB. A segment has it once. A delta has it once, and once
/// more a level of merging, of which there are two below the largest merge. A keyframe is made
/// once half a keyframe has changed. A realm manifest lists 32 segments on average.
const MOST: [(&str, f64); 5] = [
    ("segment", 1.15),
    ("delta", 3.1),
    ("keyframe", 2.1),
    ("realm manifest", 0.9),
    ("timeline manifest", 0.05),
];

#[tokio::test(start_paused = true)]
async fn a_changed_byte_is_written_a_few_times() {
    let table_mib = from_environment("ANYWHEN_TABLE_MIB", 64);
    let hours = from_environment("ANYWHEN_HOURS", 1);
    let items = table_mib * MIB / ITEM_BYTES as u64;
    let cases = [
        ("10 writes a second", 10, hours * 3_600),
        ("heavy churn", 4_000, table_mib / 2),
    ];
    for (case, writes, seconds) in cases {
        let mut server = Server::begin(1, items, ArchiverConfig::default()).await;
        let mut changed = 0;
        for _ in 0..seconds {
            changed += server.second(writes, items).await;
        }
        let counts = server.settle().await;
        let times = |bytes: u64| bytes as f64 / changed as f64;
        let (total, per_gib) = (
            times(counts.written()),
            counts.total() as f64 * (1_024 * MIB) as f64 / changed as f64,
        );
        println!("{case}: {total:.2} bytes a changed byte, {per_gib:.0} requests a GiB");
        println!("  {:?}", counts.requests);
        for (kind, most) in MOST {
            let written = times(counts.bytes_written.get(kind).copied().unwrap_or(0));
            println!("  {kind}: {written:.2}");
            assert!(written <= most, "{case}: {written:.2} of {kind}");
        }
        let known: f64 = MOST.iter().map(|(_, most)| most).sum();
        assert!(total <= known, "{case}: {:?}", counts.bytes_written);
        server.archiver.stop().await;
    }
}
