//! Random writes, passes, settings, restarts and time against a model that knows a clock.
//!
//! Goal: nothing is deleted but what had expired, everything that had is, the order of expiry and
//! every index are exact after every step, and the log tells the same. Method: passes and fillings
//! run beside the steps. So of an item that has expired the model only knows that it may be gone,
//! until a pass has ended that began when everything was filled.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::{ITEMS_PART, TransactAction, WriteAction};

const ATTRIBUTES: [&str; 2] = ["expires", "gone_at"];
const SONGS: i64 = 8;

#[derive(Debug, Clone)]
enum Step {
    /// One write, or a transaction.
    Write(Vec<(i64, Change)>),
    Enable(usize),
    Disable(usize),
    /// Seconds pass.
    Wait(u64),
    /// A pass begins, beside the steps that follow.
    Begin,
    /// A pass, to its end.
    Pass,
    /// Lets the jobs go on for a while.
    Rest(usize),
    /// From now on, or no longer, holds fillings between what they have read and what they write.
    HoldFilling(bool),
    /// The same of passes.
    HoldPasses(bool),
    Restart,
}

#[derive(Debug, Clone)]
enum Change {
    /// Seconds from the start, for each attribute.
    Put([Option<i64>; 2]),
    Set(usize, i64),
    Remove(usize),
    Delete,
}

fn any_second() -> impl Strategy<Value = i64> {
    -5..20_i64
}

fn any_change() -> impl Strategy<Value = Change> {
    let second = || prop::option::of(any_second());
    prop_oneof![
        3 => (second(), second()).prop_map(|(one, other)| Change::Put([one, other])),
        2 => (0..2_usize, any_second()).prop_map(|(which, second)| Change::Set(which, second)),
        1 => (0..2_usize).prop_map(Change::Remove),
        1 => Just(Change::Delete),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let writes = prop::collection::btree_map(0..SONGS, any_change(), 1..3);
    prop_oneof![
        8 => writes.prop_map(|writes| Step::Write(writes.into_iter().collect())),
        2 => (0..2_usize).prop_map(Step::Enable),
        1 => (0..2_usize).prop_map(Step::Disable),
        3 => (1..6_u64).prop_map(Step::Wait),
        3 => Just(Step::Begin),
        2 => Just(Step::Pass),
        3 => (0..40_usize).prop_map(Step::Rest),
        2 => any::<bool>().prop_map(Step::HoldFilling),
        2 => any::<bool>().prop_map(Step::HoldPasses),
        1 => Just(Step::Restart),
    ]
}

fn action(number: i64, change: &Change) -> TransactAction {
    let key = key("abba", number);
    let update = |text: String, values: &[(&str, AttributeValue)]| ItemChange::Update {
        key: key.clone(),
        update: Some(update(&text, values)),
    };
    let change = match change {
        Change::Put(seconds) => {
            let mut item = song(number, None);
            let given = ATTRIBUTES.iter().zip(seconds);
            for (name, second) in given.filter_map(|(name, second)| Some((name, (*second)?))) {
                item.attributes.insert((*name).to_owned(), n(NOW + second));
            }
            ItemChange::Put(item)
        }
        Change::Set(which, second) => update(
            format!("SET {} = :s", ATTRIBUTES[*which]),
            &[(":s", n(NOW + second))],
        ),
        Change::Remove(which) => update(format!("REMOVE {}", ATTRIBUTES[*which]), &[]),
        Change::Delete => ItemChange::Delete { key },
    };
    TransactAction {
        table: name("Music"),
        action: WriteAction {
            change,
            condition: None,
        },
    }
}

/// What the model knows.
struct Run {
    fixture: Fixture,
    items: BTreeMap<i64, Item>,
    setting: Option<usize>,
    passes: Vec<JoinHandle<u64>>,
    enabling: Vec<JoinHandle<()>>,
}

impl Run {
    fn has_expired(&self, item: &Item, by: Option<usize>) -> bool {
        let Some(AttributeValue::N(at)) = by.and_then(|which| item.get(ATTRIBUTES[which])) else {
            return false;
        };
        let now = self.fixture.realm.now().as_micros() / 1_000_000;
        at.floor_u64().is_some_and(|at| at < now)
    }

    /// Compares what is there with the model; what has expired by one of these settings may be
    /// gone, and then is.
    fn compare(&mut self, settings: [Option<usize>; 2], step: &Step) {
        check(&self.fixture);
        for number in 0..SONGS {
            let found = self.fixture.get("Music", key("abba", number));
            let known = self.items.get(&number);
            if found.as_ref() == known {
                continue;
            }
            let may_be_gone = |item| settings.iter().any(|by| self.has_expired(item, *by));
            assert!(
                found.is_none() && known.is_some_and(may_be_gone),
                "song {number} after {step:?}: found {found:?}, expected {known:?}"
            );
            self.items.remove(&number);
        }
    }

    async fn write(&mut self, writes: &[(i64, Change)], step: &Step) {
        let actions: Vec<_> = writes.iter().map(|(song, c)| action(*song, c)).collect();
        let realm = &self.fixture.realm;
        let outcomes = match actions.as_slice() {
            [one] => vec![realm.write(&one.table, &one.action).await.unwrap()],
            several => realm.transact_write(several, None).await.unwrap().outcomes,
        };
        for ((number, _), outcome) in writes.iter().zip(outcomes) {
            let known = self.items.get(number);
            let gone = || {
                let expired = known.is_some_and(|item| self.has_expired(item, self.setting));
                outcome.old.is_none() && expired
            };
            assert!(
                outcome.old.as_ref() == known || gone(),
                "{number} before {step:?}"
            );
            match outcome.new {
                Some(new) => self.items.insert(*number, new),
                None => self.items.remove(number),
            };
        }
    }

    /// The attribute that the table's record names.
    fn recorded(&self) -> Option<String> {
        let table = self.fixture.table("Music");
        let setting = table.record().settings.time_to_live.as_ref();
        setting.map(|setting| setting.attribute.clone())
    }

    /// Switches without waiting for a filling that is held.
    async fn switch(&mut self, which: usize, enable: bool) {
        let before = self.recorded();
        let realm = Arc::clone(&self.fixture.realm);
        let task = tokio::spawn(async move {
            let table = name("Music");
            let switched = realm.update_time_to_live(&table, ATTRIBUTES[which], enable);
            let _ = switched.await;
        });
        let allowed = match self.setting {
            None => enable,
            Some(current) => !enable && current == which,
        };
        if !allowed {
            task.await.unwrap();
            assert_eq!(self.recorded(), before);
            return;
        }
        let switched = || self.recorded().is_some() == enable;
        until("the setting is changed", switched).await;
        self.enabling.push(task);
        self.setting = enable.then_some(which);
    }

    async fn step(&mut self, step: &Step) {
        let before = self.setting;
        match step {
            Step::Write(writes) => self.write(writes, step).await,
            Step::Enable(which) => self.switch(*which, true).await,
            Step::Disable(which) => self.switch(*which, false).await,
            Step::Wait(seconds) => self.fixture.clock.advance(seconds * 1_000_000),
            Step::Begin => self.passes.push(self.begin()),
            Step::Pass => self.pass().await,
            Step::Rest(turns) => {
                for _ in 0..*turns {
                    tokio::task::yield_now().await;
                }
            }
            Step::HoldFilling(held) => self.hold("backfill::before_write", *held),
            Step::HoldPasses(held) => self.hold("expiry::before_delete", *held),
            Step::Restart => {
                self.let_go();
                take(&mut self.fixture, |fixture| async {
                    fixture.reopen().await
                })
                .await;
            }
        }
        self.compare([before, self.setting], step);
    }

    fn begin(&self) -> JoinHandle<u64> {
        let tables = Arc::clone(&self.fixture.tables);
        tokio::spawn(async move { tables.expire_items().await })
    }

    /// A pass to its end; if everything was filled, nothing that had expired is left.
    async fn pass(&mut self) {
        self.hold("expiry::before_delete", false);
        let setting = self
            .fixture
            .table("Music")
            .record()
            .settings
            .time_to_live
            .clone();
        self.begin().await.unwrap();
        if setting.is_none_or(|setting| !setting.filled) {
            return;
        }
        for (number, item) in &self.items {
            if self.has_expired(item, self.setting) {
                let found = self.fixture.get("Music", key("abba", *number));
                assert_eq!(found, None, "song {number} had expired before the pass");
            }
        }
    }

    fn hold(&self, point: &str, held: bool) {
        self.fixture.at(point, if held { "pause" } else { "off" });
    }

    /// What belongs to a life of the server ends with it.
    fn let_go(&mut self) {
        for pass in self.passes.drain(..) {
            pass.abort();
        }
        for enabling in self.enabling.drain(..) {
            enabling.abort();
        }
    }

    /// The log, replayed, is the table.
    async fn check_log(&self) {
        let table = self.fixture.table("Music");
        let mut replayed = BTreeMap::new();
        for record in logged(&self.fixture.realm).await {
            match record.value {
                Some(sealed) => {
                    let stored = table.unseal(ITEMS_PART, &record.key, &sealed).unwrap();
                    replayed.insert(record.key, anywhen_model::decode_item(&stored).unwrap());
                }
                None => assert!(replayed.remove(&record.key).is_some(), "deleted twice"),
            }
        }
        let items: Vec<_> = replayed.into_values().collect();
        let mut numbers: Vec<_> = self.items.values().cloned().collect();
        let order = |item: &Item| format!("{item:?}");
        let (mut items, wanted) = (items, &mut numbers);
        items.sort_by_key(order);
        wanted.sort_by_key(order);
        assert_eq!(&items, wanted);
    }
}

/// Puts what becomes of a value in its place.
async fn take<F: Future<Output = Fixture>>(place: &mut Fixture, change: impl FnOnce(Fixture) -> F) {
    let empty = Fixture::new().await;
    let before = std::mem::replace(place, empty);
    *place = change(before).await;
}

async fn run(steps: &[Step], chunk: usize) {
    let fixture = Fixture::with_chunks_of(chunk).await;
    let table = fixture.music().await.id();
    fixture.realm.set_history(table, Some(35)).await.unwrap();
    let mut run = Run {
        fixture,
        items: BTreeMap::new(),
        setting: None,
        passes: Vec::new(),
        enabling: Vec::new(),
    };
    for step in steps {
        run.step(step).await;
    }
    run.hold("backfill::before_write", false);
    run.hold("expiry::before_delete", false);
    if run.setting.is_none() {
        run.step(&Step::Enable(0)).await;
    }
    let filled = || matches!(status(&run.fixture), TimeToLiveStatus::Enabled(_));
    until("filled", filled).await;
    run.step(&Step::Pass).await;
    let left = run.fixture.realm.system_list(SystemStore::BACKFILLS, b"");
    assert_eq!(left.unwrap(), vec![]);
    run.check_log().await;
    run.let_go();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn only_what_has_expired_goes_and_all_of_it(
        steps in prop::collection::vec(any_step(), 1..60),
        chunk in 1..4usize,
    ) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        // The jobs and the test take turns at every point where either waits.
        let runtime = runtime.event_interval(1).enable_time().build().unwrap();
        let _in_step = in_step();
        runtime.block_on(run(&steps, chunk));
    }
}
