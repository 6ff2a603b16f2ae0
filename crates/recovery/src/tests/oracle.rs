//! The history oracle: whatever happens to two tables, any instant of their windows, and every
//! backup, restores to exactly what a model that keeps all versions says, in items and indexes.
//!
//! Clients write in all the ways there are, some of which are refused or change nothing; items
//! expire by a clock that stands still unless it is moved; indexes come and go, held half filled
//! now and then; the server is restarted, and lost. Every choice follows from a seed. Start
//! reading at [`Run::step`]; `losses` shows that what the oracle is there to find, it finds.

mod changes;
mod history;
mod indexes;
mod losses;
mod writes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anywhen_engine::blocking::in_step;
use anywhen_model::{Clock, CommitTimestamp, Item, SeededRandomness};
use anywhen_table::{
    CreateTable, IndexStatus, ReadOptions, StreamPosition, StreamSpecification, StreamViewType,
    Table, TimeToLiveStatus, UpdateTable,
};

use self::history::{Dated, History, Place};
use self::indexes::{SPARE, are_settled, check_index, lasting, same, scanned};
use super::world::{DAY, Ground, SECOND, World, music, name, s};
use crate::backup::BackupRecord;
use crate::{RecoveryError, RecoveryLimits};

const TABLES: [&str; 2] = ["Songs", "Other"];
const STEPS: usize = 160;
/// Runs by default.
const SEEDS: u64 = 6;
/// Attributes by which items may expire.
const EXPIRIES: [&str; 2] = ["expires", "gone_at"];
/// Where fillings and droppings of indexes are held: they fail, and try again.
const HELD: [&str; 2] = ["backfill::before_chunk", "drop_index::before_forget"];
/// Entries that a filling writes at once: several chunks make a table.
const CHUNK_ENTRIES: usize = 5;
const STREAM: StreamSpecification = StreamSpecification {
    enabled: true,
    view_type: Some(StreamViewType::NewAndOldImages),
};

/// What is known of a table beside its items.
struct Kept {
    /// Names of the indexes that it has, or will have once they are filled.
    indexes: Dated<BTreeSet<&'static str>>,
    /// The attribute by which its items expire.
    expiry: Dated<Option<&'static str>>,
    /// How far its stream has been read.
    position: Option<StreamPosition>,
}

impl Kept {
    fn new() -> Self {
        Self {
            indexes: Dated::new(lasting()),
            expiry: Dated::new(None),
            position: None,
        }
    }
}

/// A backup, and the indexes that it is to have.
#[derive(Clone)]
struct Taken {
    table: &'static str,
    record: BackupRecord,
    indexes: BTreeSet<&'static str>,
}

/// A run: the server, what is known of it, and the dice.
struct Run {
    world: Option<World>,
    history: History,
    kept: BTreeMap<&'static str, Kept>,
    /// What clients were told and the streams have not told yet.
    unheard: BTreeMap<(&'static str, CommitTimestamp, Place), Option<Item>>,
    /// Whether expired items are being deleted beside what else happens.
    passing: bool,
    dice: SeededRandomness,
    backups: Vec<Taken>,
    targets: usize,
    done: Done,
}

/// What runs have done: a run that does little proves little.
#[derive(Debug, Clone, Default)]
struct Done(BTreeMap<&'static str, u64>);

impl Done {
    fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        for (what, count) in &other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }

    /// Asserts that each of these was done many times.
    fn check(&self, whats: &[&str]) {
        for what in whats {
            assert!(self.0.get(what) >= Some(&10), "{what}: {self:?}");
        }
    }
}

impl Run {
    /// A server with the tables, which have no history yet.
    async fn begin(seed: u64, ground: Ground) -> Self {
        let world = Ground {
            backfill_chunk_entries: CHUNK_ENTRIES,
            ..ground
        };
        let world = world.start().await;
        for table in TABLES {
            let request = CreateTable {
                stream: Some(STREAM),
                ..music(table)
            };
            world.create(request).await;
        }
        Self {
            world: Some(world),
            history: History::default(),
            kept: TABLES.map(|table| (table, Kept::new())).into(),
            unheard: BTreeMap::new(),
            passing: false,
            dice: SeededRandomness::new(seed),
            backups: Vec::new(),
            targets: 0,
            done: Done::default(),
        }
    }

    fn world(&self) -> &World {
        self.world.as_ref().expect("the server runs")
    }

    fn roll(&self, sides: u64) -> u64 {
        self.dice.next_u64() % sides
    }

    fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.world().ground.clock.now_micros())
    }

    /// The present second.
    fn second(&self) -> i64 {
        (self.now().as_micros() / SECOND) as i64
    }

    /// The newest commit there is.
    fn last_commit(&self) -> CommitTimestamp {
        let snapshot = self.world().engine.snapshot().unwrap();
        snapshot.timestamp().unwrap()
    }

    async fn step(&mut self) {
        self.world().advance(self.roll(SECOND));
        match self.roll(32) {
            0..=6 => self.write().await,
            7..=8 => self.write_batch().await,
            9..=10 => self.write_statements().await,
            11..=14 => self.write_together().await,
            15 => self.take_backup().await,
            16 => {
                self.world().inner().archive.seal_and_flush().await.unwrap();
            }
            17 => self.world().inner().archive.tidy_now().await.unwrap(),
            18 => {
                self.world().pitr("Songs", true).await;
            }
            19 if self.roll(6) == 0 => {
                self.world().pitr("Songs", false).await;
            }
            20 if self.roll(3) == 0 => self.restart().await,
            21..=22 => self.restore_instant(self.table()).await,
            23..=25 => self.change_index(self.table()).await,
            26 => self.hold_jobs(self.roll(2) == 0),
            27 => self.switch_expiry(self.table()).await,
            28 => self.expire().await,
            29..=30 => self.expire_beside_writes().await,
            31 => self.check_live(self.table()).await,
            _ => {}
        }
        self.listen().await;
    }

    async fn take_backup(&mut self) {
        let table = self.table();
        let record = self.world().begin_backup(table, "oracle").await;
        let indexes = self.kept[table].indexes.now().clone();
        self.backups.push(Taken {
            table,
            record,
            indexes,
        });
    }

    /// Adds a spare index or drops one; nobody reads it meanwhile. Now and then the table is
    /// restored with the index on its way.
    async fn change_index(&mut self, table: &'static str) {
        if !are_settled(&self.world().table(table)) {
            return;
        }
        let spare = &SPARE[self.roll(3) as usize];
        let mut indexes = self.kept[table].indexes.now().clone();
        let request = if indexes.remove(spare.name) {
            spare.delete()
        } else {
            indexes.insert(spare.name);
            spare.create()
        };
        let after = self.last_commit();
        self.update_table(table, request).await;
        let until = self.last_commit();
        let kept = self.kept.get_mut(table).expect("it is kept");
        kept.indexes.note(after, until, indexes);
        let changed = self.world().table(table);
        let status = changed.record().index(spare.name).map(|i| i.status);
        if status != Some(IndexStatus::Active) {
            let refused = changed.query(&spare.query_of(&s("0"))).unwrap_err();
            assert!(refused.to_string().contains(spare.name), "{refused}");
        }
        if self.roll(2) == 0 {
            self.restore_instant(table).await;
        }
    }

    async fn update_table(&self, table: &str, request: UpdateTable) -> Arc<Table> {
        let updated = self
            .world()
            .tables
            .update_table(&name(table), request)
            .await;
        updated.unwrap().1
    }

    /// Has jobs of indexes, and of the order of expiry, go no further; or lets them go on.
    fn hold_jobs(&self, held: bool) {
        for point in HELD {
            if held {
                self.world().fail(point, "return");
            } else {
                self.world().let_go(point);
            }
        }
    }

    /// Waits until every index of a table is as it was asked to be.
    async fn settle(&self, table: &str) {
        self.hold_jobs(false);
        for _ in 0..10_000 {
            if are_settled(&self.world().table(table)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("an index of {table} stays on its way");
    }

    async fn switch_expiry(&mut self, table: &'static str) {
        let before = *self.kept[table].expiry.now();
        let attribute = before.unwrap_or(EXPIRIES[self.roll(2) as usize]);
        self.set_expiry(table, attribute, before.is_none()).await;
    }

    async fn set_expiry(&mut self, table: &'static str, attribute: &'static str, enabled: bool) {
        let after = self.last_commit();
        let (tables, name) = (&self.world().tables, name(table));
        let switched = tables.update_time_to_live(&name, attribute, enabled);
        switched.await.unwrap();
        let until = self.last_commit();
        let kept = self.kept.get_mut(table).expect("it is kept");
        let setting = enabled.then_some(attribute);
        kept.expiry.note(after, until, setting);
    }

    /// The table in use is what it has to be, with those of its indexes that can be read.
    async fn check_live(&mut self, table: &'static str) {
        self.listen().await;
        let served = self.world().table(table);
        let items = self.history.at(table, CommitTimestamp::MAX);
        same(&scanned(&served, ReadOptions::all()).await, &items, table);
        for index in &served.record().indexes {
            if index.status == IndexStatus::Active {
                check_index(&served, index.name.as_str(), &items, table).await;
            }
        }
    }

    async fn restart(&mut self) {
        // A backup that is still being made may be lost with its snapshot, which is said.
        for backup in &self.backups {
            self.world().available(&backup.record).await;
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
        for backup in &self.backups {
            self.world().available(&backup.record).await;
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
            self.history.rewind(report.at, rewound);
        }
        self.world = Some(ground.start().await);
        for table in TABLES {
            self.take_up(table, report.at, report.rewound_at);
            self.settle(table).await;
            let indexes = self.kept[table].indexes.now();
            self.check(table, CommitTimestamp::MAX, table, indexes)
                .await;
            self.stream_again(table).await;
        }
    }

    /// The recovered table has the settings of that instant.
    fn take_up(&mut self, table: &str, at: CommitTimestamp, rewound: Option<CommitTimestamp>) {
        let recovered = self.world().table(table);
        let record = recovered.record();
        let indexes = record.indexes.iter();
        let indexes = indexes.filter(|index| index.status != IndexStatus::Deleting);
        let indexes: BTreeSet<&str> = indexes.map(|index| index.name.as_str()).collect();
        let setting = record.settings.time_to_live.as_ref();
        let setting = setting.map(|setting| setting.attribute.as_str());
        let kept = self.kept.get_mut(table).expect("it is kept");

        let possible = kept.indexes.possible(at);
        let of_then = possible.iter().find(|possible| ***possible == indexes);
        let of_then = of_then.unwrap_or_else(|| panic!("{indexes:?} is none of {possible:?}"));
        let indexes = (*of_then).clone();
        let possible = kept.expiry.possible(at);
        let of_then = possible.iter().find(|possible| ***possible == setting);
        let of_then = of_then.unwrap_or_else(|| panic!("{setting:?} is none of {possible:?}"));
        let setting = **of_then;
        if let Some(since) = rewound {
            kept.indexes.note(since.previous(), since, indexes);
            kept.expiry.note(since.previous(), since, setting);
        }
    }

    /// A recovered table has no stream.
    async fn stream_again(&mut self, table: &str) {
        let request = UpdateTable {
            stream: Some(STREAM),
            ..UpdateTable::default()
        };
        self.update_table(table, request).await;
        self.kept.get_mut(table).expect("it is kept").position = None;
    }

    fn new_target(&mut self) -> String {
        self.targets += 1;
        format!("Target{}", self.targets)
    }

    /// Restores at a commit, just before or after one, or anywhere between.
    async fn restore_instant(&mut self, table: &'static str) {
        // What the service has deleted has its commits too.
        self.listen().await;
        let target = self.new_target();
        let pitr = self.world().described(table).await.pitr;
        let Some(window) = pitr.and_then(|pitr| pitr.window) else {
            return;
        };
        let instants = self.history.instants(table);
        let anywhere = window.earliest.plus_micros(self.roll(60 * SECOND));
        let at = match self.roll(6) {
            0 => window.earliest,
            1 => window.latest,
            2 => anywhere,
            _ if instants.is_empty() => anywhere,
            roll => {
                let commit = instants[self.roll(instants.len() as u64) as usize];
                if roll == 3 { commit.previous() } else { commit }
            }
        };
        // An earliest that is still to come is waited for; here nobody else moves the clock.
        let now = self.now();
        if at > now && at <= window.earliest {
            self.world().advance(at.as_micros() - now.as_micros());
        }
        let indexes = self.kept[table].indexes.now().clone();
        let on_its_way = !are_settled(&self.world().table(table));
        match self.world().restore_at(table, &target, at).await {
            Ok(()) => {
                self.check(table, at, &target, &indexes).await;
                self.done.note("restores");
                if on_its_way {
                    self.done.note("restores with an index on its way");
                }
            }
            Err(RecoveryError::InvalidRestoreTime(_)) => {
                assert!(
                    at < window.earliest || at > window.latest,
                    "{at} in {window:?}"
                );
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Compares a restored table with what is known, item by item and entry by entry.
    async fn check(
        &self,
        table: &str,
        at: CommitTimestamp,
        target: &str,
        indexes: &BTreeSet<&'static str>,
    ) {
        let what = format!("{target}: {table} at {at}");
        let items = self.history.at(table, at);
        let restored = self.world().table(target);
        same(&scanned(&restored, ReadOptions::all()).await, &items, &what);
        let found = restored.record().indexes.iter();
        let found: BTreeSet<&str> = found.map(|index| index.name.as_str()).collect();
        assert_eq!(&found, indexes, "indexes of {what}");
        for index in indexes {
            check_index(&restored, index, &items, &what).await;
        }
        same(&self.world().contents(target), &items, &what);
        if target != table {
            let setting = self.world().tables.time_to_live(&name(target));
            assert_eq!(setting, Ok(TimeToLiveStatus::Disabled), "{what}");
        }
    }

    async fn check_backups(&mut self) {
        for taken in self.backups.clone() {
            let backup = self.world().available(&taken.record).await;
            let target = self.new_target();
            self.world().restore_backup(&backup, &target).await.unwrap();
            self.check(taken.table, backup.at, &target, &taken.indexes)
                .await;
        }
    }
}

async fn run(seed: u64, limits: RecoveryLimits, losses: usize) -> Done {
    let _in_step = in_step();
    let ground = Ground {
        limits,
        ..Ground::new(seed)
    };
    let mut run = Run::begin(seed, ground).await;
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
    for table in TABLES {
        run.settle(table).await;
        run.check_live(table).await;
        for _ in 0..3 {
            run.restore_instant(table).await;
        }
    }
    run.check_backups().await;
    // Far later, what backups hold is still there, and windows have moved on.
    run.world().advance(40 * DAY);
    run.world().recovery.upkeep().await.unwrap();
    run.world().inner().archive.tidy_now().await.unwrap();
    run.check_backups().await;
    run.world().recovery.close().await;
    run.done
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
    let mut done = Done::default();
    for seed in seeds(SEEDS) {
        let _seed = Seed(seed, "every_instant");
        done.add(&run(seed, RecoveryLimits::default(), 0).await);
    }
    if seeds(SEEDS).count() >= SEEDS as usize {
        done.check(&[
            "restores",
            "restores with an index on its way",
            "writes by request",
            "writes in words",
            "refused",
            "changed nothing",
            "expired",
            "expired beside writes",
        ]);
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
