//! Forty days of history, with every period that RecoveryPeriodInDays has an edge at: windows
//! move, space stays bounded, every kept instant restores, and a backup outlives everything.
//!
//! `ANYWHEN_SEED` replays a seed.

use std::collections::BTreeMap;

use anywhen_archive::ArchiverConfig;
use anywhen_model::{CommitTimestamp, Item, SeededRandomness, TableId};

use super::world::{DAY, Ground, SECOND, World, key, music, name, song};
use crate::backup::BackupRecord;

const DAYS: u64 = 40;
const WRITES_A_DAY: u64 = 12;
const SONGS: u64 = 30;

/// Tables and their recovery periods. One is backed up on its first day and deleted on its third.
const PERIODS: [(&str, u64); 5] = [
    ("Day", 1),
    ("Week", 7),
    ("Month", 34),
    ("All", 35),
    ("Doomed", 35),
];

/// One table by day: number and bytes of its objects at each day's end.
type Weights = Vec<(usize, u64)>;

/// A change: when, which song, and what it became.
type Version = (CommitTimestamp, u64, Option<Item>);

struct Forty {
    world: World,
    dice: SeededRandomness,
    periods: BTreeMap<&'static str, u64>,
    versions: BTreeMap<&'static str, Vec<Version>>,
    opened: BTreeMap<&'static str, CommitTimestamp>,
    weights: BTreeMap<&'static str, Weights>,
    targets: usize,
}

impl Forty {
    async fn begin(seed: u64) -> Self {
        // As a server's own, for a table a thousand times smaller.
        let archiver = ArchiverConfig {
            keyframe_bytes_min: 4 << 10,
            ..ArchiverConfig::default()
        };
        let ground = Ground {
            archiver,
            ..Ground::new(seed)
        };
        let mut forty = Self {
            world: ground.start().await,
            dice: SeededRandomness::new(seed),
            periods: BTreeMap::from(PERIODS),
            versions: BTreeMap::new(),
            opened: BTreeMap::new(),
            weights: BTreeMap::new(),
            targets: 0,
        };
        for (table, days) in PERIODS {
            forty.world.create(music(table)).await;
            forty.write(table, SONGS).await;
            forty.set_period(table, days).await;
            forty.world.span_settled(table).await;
            let window = forty.world.window(table).await;
            forty.opened.insert(table, window.earliest);
        }
        forty
    }

    async fn set_period(&mut self, table: &'static str, days: u64) {
        let recovery = &self.world.recovery;
        let days_asked = Some(u32::try_from(days).unwrap());
        recovery
            .update_continuous_backups(&self.world.realm, &name(table), true, days_asked)
            .await
            .unwrap();
        self.periods.insert(table, days);
    }

    async fn write(&mut self, table: &'static str, writes: u64) {
        for _ in 0..writes {
            let number = self.dice.next_u64() % SONGS;
            // Little that a file could be compressed by.
            let words: Vec<_> = (0..12).map(|_| self.dice.next_u64().to_string()).collect();
            let note = words.join(" ");
            let item = song("Nina", number as i64, &note);
            let deleted = self.dice.next_u64().is_multiple_of(8);
            let at = if deleted {
                let key = key("Nina", number as i64);
                self.world.delete(table, key).await
            } else {
                self.world.put(table, item.clone()).await
            };
            let version = (at, number, (!deleted).then_some(item));
            self.versions.entry(table).or_default().push(version);
            self.world.advance(SECOND);
        }
    }

    /// A table at an instant, by the model.
    fn at(&self, table: &str, at: CommitTimestamp) -> Vec<Item> {
        let mut items = BTreeMap::new();
        for (_, number, item) in self.versions[table].iter().filter(|(when, ..)| *when <= at) {
            items.insert(number, item.clone());
        }
        sorted(items.into_values().flatten().collect())
    }

    /// One day: everything that a server does in it, at its end.
    async fn day(&mut self, tables: &[&'static str]) {
        for hour in [7, 19] {
            for table in tables {
                self.write(table, WRITES_A_DAY / 2).await;
            }
            self.world.advance(hour * 3_600 * SECOND / 26 * 24);
            self.work().await;
        }
        for table in tables {
            let folder = format!("/timelines/{}/", self.id(table));
            let weight = self.world.ground.objects.weigh(&folder).await;
            self.weights.entry(table).or_default().push(weight);
        }
    }

    async fn work(&self) {
        let archive = &self.world.inner().archive;
        archive.seal_and_flush().await.unwrap();
        self.world.recovery.upkeep().await.unwrap();
        archive.tidy_now().await.unwrap();
        // What has been let go of is due ten minutes later.
        self.world.advance(700 * SECOND);
        archive.tidy_now().await.unwrap();
    }

    /// Bytes of keyframes and deltas. Old manifests go only as the chain of manifests moves on.
    async fn files(&self, table: &str) -> u64 {
        let (id, objects) = (self.id(table), &self.world.ground.objects);
        let (_, keyframes) = objects.weigh(&format!("/timelines/{id}/keyframes/")).await;
        let (_, deltas) = objects.weigh(&format!("/timelines/{id}/deltas/")).await;
        keyframes + deltas
    }

    fn id(&self, table: &str) -> TableId {
        self.world.table(table).id()
    }

    /// Earliest is where the period says, nothing before it restores, and everything after does.
    async fn check_window(&mut self, table: &'static str, floor: CommitTimestamp) {
        let window = self.world.window(table).await;
        let rolling = window.latest.minus_micros(self.periods[table] * DAY);
        let expected = self.opened[table].max(rolling.ceil_second()).max(floor);
        let off = window.earliest.as_micros().abs_diff(expected.as_micros());
        assert!(off <= SECOND, "{table}: {} not {expected}", window.earliest);
        let first = window.earliest.as_micros();
        let width = window.latest.as_micros() - first;
        let between = CommitTimestamp::from_micros(first + self.dice.next_u64() % width);
        for at in [window.earliest, between, window.latest] {
            let target = self.new_target();
            let restored = self.world.restore_at(table, &target, at).await;
            restored.unwrap_or_else(|error| panic!("{table} at {at}: {error}"));
            self.compare(&target, &self.at(table, at), &format!("{table} at {at}"))
                .await;
        }
        let before = window.earliest.previous();
        let target = self.new_target();
        let refused = self.world.restore_at(table, &target, before).await;
        assert!(refused.is_err(), "{table} at {before}, before its window");
    }

    fn new_target(&mut self) -> String {
        self.targets += 1;
        format!("Target{}", self.targets)
    }

    /// Compares a restored table, and removes it.
    async fn compare(&self, target: &str, expected: &[Item], case: &str) {
        assert_eq!(sorted(self.world.contents(target)), expected, "{case}");
        self.delete(target).await;
    }

    async fn delete(&self, table: &str) {
        let (recovery, name) = (&self.world.recovery, name(table));
        let deleted = recovery.delete_table(&self.world.realm, &name).await;
        deleted.unwrap();
        self.world.gone(table).await;
    }

    async fn restore_backup(&mut self, backup: &BackupRecord) {
        let target = self.new_target();
        self.world.restore_backup(backup, &target).await.unwrap();
        let expected = self.at("Doomed", backup.at);
        self.compare(&target, &expected, "the backup of day 1")
            .await;
    }

    /// Once a window is as long as its period, space grows no more.
    fn check_bounded(&self, table: &str, from: usize, then: usize) {
        let weights = &self.weights[table];
        let most = |days: &[(usize, u64)]| {
            let objects = days.iter().map(|day| day.0).max().unwrap();
            (objects, days.iter().map(|day| day.1).max().unwrap())
        };
        let (early, late) = (most(&weights[from..then]), most(&weights[then..]));
        assert!(
            late.0 <= early.0 + 8 && late.1 <= early.1 + early.1 / 4,
            "{table} grows: {early:?}, then {late:?}; by day: {weights:?}"
        );
    }
}

fn sorted(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| format!("{item:?}"));
    items
}

#[tokio::test(start_paused = true)]
async fn forty_days_move_windows_and_bound_space() {
    let seed = std::env::var("ANYWHEN_SEED").map_or(40, |seed| seed.parse().unwrap());
    println!("ANYWHEN_SEED={seed} cargo test -p anywhen-recovery --lib forty_days");
    let mut forty = Forty::begin(seed).await;
    let kept = ["Day", "Week", "Month", "All"];
    let everything = ["Day", "Week", "Month", "All", "Doomed"];
    let mut doomed = None;
    let mut shortened = CommitTimestamp::ZERO;
    for day in 1..=DAYS {
        let there = if day <= 3 { &everything[..] } else { &kept };
        forty.day(there).await;
        match day {
            1 => doomed = Some(forty.world.backup("Doomed", "Kept").await),
            2 => {
                forty.world.pitr("Doomed", false).await;
                forty.world.span_settled("Doomed").await;
            }
            3 => forty.delete("Doomed").await,
            // A shorter period frees space at once, and a longer one brings nothing back.
            30 => {
                let before = forty.files("All").await;
                forty.set_period("All", 5).await;
                forty.work().await;
                let after = forty.files("All").await;
                assert!(after * 2 < before, "{before} bytes, then {after}");
                forty.set_period("All", 35).await;
                let latest = forty.world.window("All").await.latest;
                shortened = latest.minus_micros(5 * DAY).ceil_second();
            }
            _ => {}
        }
        if day % 8 == 0 || day == 36 {
            for table in kept {
                let floor = if table == "All" {
                    shortened
                } else {
                    CommitTimestamp::ZERO
                };
                forty.check_window(table, floor).await;
            }
        }
        if day == 20 {
            let Forty { world, .. } = forty;
            forty = Forty {
                world: world.restart().await,
                ..forty
            };
        }
    }
    forty.check_bounded("Day", 5, 20);
    forty.check_bounded("Week", 10, 25);
    forty.check_bounded("Month", 34, 37);

    // Of the doomed table there is nothing but the backup's own keyframe.
    let backup = doomed.unwrap();
    let id = backup.table.id;
    let folder = |kind: &str| format!("/timelines/{id}/{kind}/");
    let objects = &forty.world.ground.objects;
    assert_eq!(objects.weigh(&folder("deltas")).await, (0, 0));
    assert_eq!(objects.weigh(&folder("keyframes")).await.0, 1);
    forty.restore_backup(&backup).await;
}
