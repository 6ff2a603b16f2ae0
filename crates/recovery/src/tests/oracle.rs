//! The history oracle: whatever happens to two tables, any instant of their windows, and every
//! backup, restores to exactly what a model that keeps all versions says, in items and indexes.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Item, SeededRandomness};
use anywhen_table::{ItemChange, TransactAction, WriteAction};

use super::world::{DAY, Ground, SECOND, World, key, music, name, s, song};
use crate::backup::BackupRecord;
use crate::{RecoveryError, RecoveryLimits};

const TABLES: [&str; 2] = ["Songs", "Other"];
const STEPS: usize = 120;

type Version = (CommitTimestamp, Option<Item>);

/// Every version of every item.
#[derive(Default)]
struct Model {
    tables: BTreeMap<&'static str, BTreeMap<(String, i64), Vec<Version>>>,
}

impl Model {
    fn note(&mut self, table: &'static str, key: (String, i64), version: Version) {
        self.tables
            .entry(table)
            .or_default()
            .entry(key)
            .or_default()
            .push(version);
    }

    fn at(&self, table: &str, at: CommitTimestamp) -> Vec<Item> {
        let versions = self
            .tables
            .get(table)
            .into_iter()
            .flat_map(BTreeMap::values);
        let last = versions.filter_map(|versions| {
            versions
                .iter()
                .rev()
                .find(|(committed, _)| *committed <= at)?
                .1
                .clone()
        });
        last.collect()
    }

    /// From `since` on, every table is again what it was at `at`.
    fn rewind(&mut self, at: CommitTimestamp, since: CommitTimestamp) {
        for versions in self.tables.values_mut().flat_map(BTreeMap::values_mut) {
            let then = versions
                .iter()
                .rev()
                .find(|(committed, _)| *committed <= at);
            let item = then.and_then(|(_, item)| item.clone());
            versions.push((since, item));
        }
    }

    fn instants(&self, table: &str) -> Vec<CommitTimestamp> {
        let versions = self
            .tables
            .get(table)
            .into_iter()
            .flat_map(BTreeMap::values)
            .flatten();
        versions.map(|(at, _)| *at).collect()
    }
}

/// A run: the server, the model, and the dice.
struct Run {
    world: Option<World>,
    model: Model,
    dice: SeededRandomness,
    backups: Vec<(&'static str, BackupRecord)>,
    targets: usize,
}

impl Run {
    fn world(&self) -> &World {
        self.world.as_ref().expect("the server runs")
    }

    fn roll(&self, sides: u64) -> u64 {
        self.dice.next_u64() % sides
    }

    fn table(&self) -> &'static str {
        TABLES[self.roll(2) as usize]
    }

    fn key(&self) -> (String, i64) {
        (format!("artist {}", self.roll(4)), self.roll(6) as i64)
    }

    fn change(&self, (artist, number): &(String, i64)) -> (ItemChange, Option<Item>) {
        if self.roll(4) == 0 {
            return (
                ItemChange::Delete {
                    key: key(artist, *number),
                },
                None,
            );
        }
        let mut item = song(artist, *number, &format!("note {}", self.roll(1000)));
        // Some items are in some indexes only.
        for indexed in ["genre", "singer", "label"] {
            match self.roll(5) {
                0 => {
                    item.attributes.remove(indexed);
                }
                1 => {
                    item.attributes
                        .insert(indexed.to_owned(), s(&self.roll(3).to_string()));
                }
                _ => {}
            }
        }
        (ItemChange::Put(item.clone()), Some(item))
    }

    async fn step(&mut self) {
        self.world().advance(self.roll(SECOND));
        match self.roll(20) {
            0..=9 => self.write().await,
            10..=12 => self.transact().await,
            13 => {
                let table = self.table();
                let backup = self.world().begin_backup(table, "oracle").await;
                self.backups.push((table, backup));
            }
            14 => {
                self.world().inner().archive.seal_and_flush().await.unwrap();
            }
            15 => self.world().inner().archive.tidy_now().await.unwrap(),
            16 => {
                self.world().pitr("Songs", true).await;
            }
            17 if self.roll(6) == 0 => {
                self.world().pitr("Songs", false).await;
            }
            18 if self.roll(3) == 0 => self.restart().await,
            19 => self.restore_instant().await,
            _ => {}
        }
    }

    async fn write(&mut self) {
        let (table, key) = (self.table(), self.key());
        let (change, item) = self.change(&key);
        let action = WriteAction {
            change,
            condition: None,
        };
        let at = self
            .world()
            .tables
            .write(&name(table), &action)
            .await
            .unwrap()
            .timestamp;
        self.model.note(table, key, (at, item));
    }

    async fn transact(&mut self) {
        let keys: Vec<_> = TABLES.iter().map(|table| (*table, self.key())).collect();
        let changes: Vec<_> = keys.iter().map(|(_, key)| self.change(key)).collect();
        let actions: Vec<_> = keys
            .iter()
            .zip(&changes)
            .map(|((table, _), (change, _))| TransactAction {
                table: name(table),
                action: WriteAction {
                    change: change.clone(),
                    condition: None,
                },
            })
            .collect();
        let tables = &self.world().tables;
        let at = tables
            .transact_write(&actions, None)
            .await
            .unwrap()
            .timestamp;
        for ((table, key), (_, item)) in keys.into_iter().zip(changes) {
            self.model.note(table, key, (at, item));
        }
    }

    async fn restart(&mut self) {
        // A backup that is still being made may be lost with its snapshot, which is said.
        for (_, backup) in &self.backups {
            self.world().available(backup).await;
        }
        let world = self.world.take().expect("the server runs");
        self.world = Some(world.restart().await);
    }

    /// The disk is lost, and the server recovered from its archive, as of an instant.
    async fn lose(&mut self) {
        let mut earliest = CommitTimestamp::ZERO;
        for table in TABLES {
            self.world().pitr(table, true).await;
            self.world().span_settled(table).await;
            earliest = earliest.max(self.world().window(table).await.earliest);
        }
        for (_, backup) in &self.backups {
            self.world().available(backup).await;
        }
        self.world().advance(2 * SECOND);
        let archived = self.world().inner().archive.seal_and_flush().await;
        let past = archived.unwrap().as_micros() - earliest.as_micros();
        let at = (self.roll(2) == 0).then(|| earliest.plus_micros(self.roll(past + 1)));
        let world = self.world.take().expect("the server runs");
        let ground = world.crash().await.without_disk();
        let recovered = ground.recover(at, Arc::default()).await.unwrap();
        let report = &recovered[0];
        if let Some(rewound) = report.rewound_at {
            self.model.rewind(report.at, rewound);
        }
        let world = ground.start().await;
        for table in TABLES {
            world.items(table);
        }
        self.world = Some(world);
        for table in TABLES {
            self.check(table, CommitTimestamp::MAX, table);
        }
    }

    fn new_target(&mut self) -> String {
        self.targets += 1;
        format!("Target{}", self.targets)
    }

    /// Restores at a commit, just before or after one, or anywhere between.
    async fn restore_instant(&mut self) {
        let (table, target) = (self.table(), self.new_target());
        let pitr = self.world().described(table).await.pitr;
        let Some(window) = pitr.and_then(|pitr| pitr.window) else {
            return;
        };
        let instants = self.model.instants(table);
        let anywhere = window.earliest.plus_micros(self.roll(60 * SECOND));
        let at = match self.roll(5) {
            0 => window.earliest,
            1 => window.latest,
            2 => anywhere,
            _ if instants.is_empty() => anywhere,
            roll => {
                let commit = instants[self.roll(instants.len() as u64) as usize];
                if roll == 3 { commit } else { commit.previous() }
            }
        };
        // An earliest that is still to come is waited for; here nobody else moves the clock.
        let now = self.world().ground.clock.now();
        if at > now && at <= window.earliest {
            self.world().advance(at.as_micros() - now.as_micros());
        }
        match self.world().restore_at(table, &target, at).await {
            Ok(()) => self.check(table, at, &target),
            Err(RecoveryError::InvalidRestoreTime(_)) => {
                assert!(
                    at < window.earliest || at > window.latest,
                    "{at} in {window:?}"
                );
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Compares a restored table with the model; shows what differs.
    fn check(&self, table: &str, at: CommitTimestamp, target: &str) {
        let (found, expected) = (self.world().contents(target), self.model.at(table, at));
        let without = |items: &[Item], others: &[Item]| -> Vec<Item> {
            items
                .iter()
                .filter(|item| !others.contains(item))
                .cloned()
                .collect()
        };
        let missing = without(&expected, &found);
        let surplus = without(&found, &expected);
        assert!(
            missing.is_empty() && surplus.is_empty() && found.len() == expected.len(),
            "{table} at {at}\nmissing: {missing:#?}\nsurplus: {surplus:#?}"
        );
    }

    async fn check_backups(&mut self) {
        for (table, backup) in self.backups.clone() {
            let backup = self.world().available(&backup).await;
            let target = self.new_target();
            self.world().restore_backup(&backup, &target).await.unwrap();
            self.check(table, backup.at, &target);
        }
    }
}

trait Now {
    fn now(&self) -> CommitTimestamp;
}

impl Now for anywhen_model::ManualClock {
    fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(anywhen_model::Clock::now_micros(self))
    }
}

async fn run(seed: u64, limits: RecoveryLimits, losses: usize) {
    let ground = Ground {
        limits,
        ..Ground::new(seed)
    };
    let world = ground.start().await;
    for table in TABLES {
        world.create(music(table)).await;
    }
    let dice = SeededRandomness::new(seed);
    let (model, backups) = (Model::default(), Vec::new());
    let mut run = Run {
        world: Some(world),
        model,
        dice,
        backups,
        targets: 0,
    };
    for _ in 0..10 {
        run.write().await;
    }
    run.world().pitr("Other", true).await;
    for step in 1..=STEPS {
        run.step().await;
        if losses > 0 && step.is_multiple_of(STEPS / losses) {
            run.lose().await;
        }
    }
    for _ in 0..6 {
        run.restore_instant().await;
    }
    run.check_backups().await;
    // Far later, what backups hold is still there, and windows have moved on.
    run.world().advance(40 * DAY);
    run.world().recovery.upkeep().await.unwrap();
    run.world().inner().archive.tidy_now().await.unwrap();
    run.check_backups().await;
    run.world().recovery.close().await;
}

/// Says how to repeat the run if it does not come to its end.
struct Seed(u64, &'static str);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self(seed, test) = self;
            println!("ANYWHEN_SEED={seed} cargo test -p anywhen-recovery {test}");
        }
    }
}

/// The seed in `ANYWHEN_SEED`, or as many as `ANYWHEN_SEEDS` says, or `count`.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    match number("ANYWHEN_SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("ANYWHEN_SEEDS").unwrap_or(count),
    }
}

#[tokio::test(start_paused = true)]
async fn every_instant_restores_to_what_was_committed() {
    for seed in seeds(6) {
        let _seed = Seed(seed, "every_instant");
        run(seed, RecoveryLimits::default(), 0).await;
    }
}

#[tokio::test(start_paused = true)]
async fn many_ranges_and_sorting_on_disk_restore_the_same() {
    let limits = RecoveryLimits {
        range_bytes: 300,
        ranges_parallel: 3,
        index_memory_bytes: 400,
        tail_memory_bytes: 200,
        merge_runs_max: 2,
        ..RecoveryLimits::default()
    };
    for seed in seeds(3) {
        let _seed = Seed(seed, "many_ranges");
        run(seed, limits, 0).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_lost_again_and_again_tells_the_same_history() {
    for seed in seeds(3) {
        let _seed = Seed(seed, "lost_again");
        run(seed, RecoveryLimits::default(), 3).await;
    }
}
