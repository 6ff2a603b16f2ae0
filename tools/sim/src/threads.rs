//! What the simulation leaves out: threads that run at once, on the embedded engine. What they
//! saw must have a serial order, too, across lives that end while requests are under way.
//!
//! `ANYWHEN_SEED` sets what is requested; the threads' order is the machine's.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anywhen_engine::Engine as _;
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_kms::MasterKey;
use anywhen_model::{
    Clock, Item, Randomness, Realm, SeededRandomness, SystemClock, TableId, TableName, decode_item,
};
use anywhen_table::{
    CancellationReason, GetItem, RealmTables, TableError, Tables, TablesOptions, TransactAction,
    TransactGet, TransactGetOutcome, WriteOutcome,
};
use parking_lot::Mutex;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::change::{Change, Expected, History, Place};
use crate::dice::Dice;
use crate::oracle::{ItemKey, key_of};
use crate::schema;
use crate::serial::{Sight, Told, WriteNumber};

const LIVES: u64 = 3;
const CLIENTS: u64 = 8;
/// Requests of a client before the last ones are cut off.
const STEPS: u64 = 60;
const SONGS: u64 = 4;
const TABLES: [&str; 2] = ["Albums", "Books"];

#[test]
fn threads_on_the_embedded_engine_are_serializable() {
    let seed = std::env::var("ANYWHEN_SEED").ok();
    let seed = seed.and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let directory = tempfile::tempdir().unwrap();
    let history = Arc::new(Mutex::new(History::default()));
    let dice = Dice::new(seed, 40);
    for life in 0..LIVES {
        let runtime = Builder::new_multi_thread()
            .worker_threads(4)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(live(directory.path(), &history, &dice, life));
    }
    let checked = history.lock().check();
    let checked = checked.unwrap_or_else(|wrong| panic!("ANYWHEN_SEED={seed}: {wrong}"));
    let (writes, reads) = (checked.writes, checked.reads);
    assert!(writes > 300 && reads > 300, "{checked:?}");
}

/// One life of the tables, which ends when half of the clients have made their requests.
async fn live(directory: &Path, history: &Arc<Mutex<History>>, dice: &Dice, life: u64) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let options = LocalEngineOptions::new(directory, Arc::clone(&clock));
    let engine = Arc::new(LocalEngine::open(options).unwrap());
    history.lock().crashed(engine.recovered_floor());
    let randomness: Arc<dyn Randomness> = Arc::new(SeededRandomness::new(dice.next()));
    let master = Arc::new(MasterKey::generate(&SeededRandomness::new(7)));
    let tables = Tables::open(
        Arc::clone(&engine) as _,
        master,
        clock,
        randomness,
        TablesOptions::default(),
    );
    let tables = tables.await.unwrap();
    let realm = Realm {
        account: "123456789012".try_into().unwrap(),
        region: "us-east-1".try_into().unwrap(),
    };
    let realm = tables.realm(&realm).await.unwrap();
    if life == 0 {
        for name in TABLES {
            let name = TableName::parse(name).unwrap();
            let create = schema::create(name, true).unwrap();
            realm.create_table(create).await.unwrap();
        }
    }
    let mut clients = JoinSet::new();
    for number in 0..CLIENTS {
        let client = Client {
            realm: Arc::clone(&realm),
            history: Arc::clone(history),
            dice: Dice::new(dice.next(), 41),
            writes: (life * CLIENTS + number) * 1_000_000,
            seen: BTreeMap::new(),
        };
        // The others go on until they are cut off.
        let steps = if number % 2 == 0 { STEPS } else { u64::MAX };
        clients.spawn(client.run(steps));
    }
    for _ in 0..CLIENTS / 2 {
        clients.join_next().await.unwrap().unwrap();
    }
    engine.close();
    while let Some(ended) = clients.join_next().await {
        ended.unwrap();
    }
    tables.stop_jobs().await;
}

struct Client {
    realm: Arc<RealmTables>,
    history: Arc<Mutex<History>>,
    dice: Dice,
    writes: u64,
    /// Items as they were last seen, for conditions that often hold.
    seen: BTreeMap<Place, Option<Item>>,
}

/// A change on its way.
struct Planned {
    name: TableName,
    place: Place,
    change: Change,
}

/// The server has been cut off.
struct CutOff;

impl Client {
    async fn run(mut self, steps: u64) {
        for _ in 0..steps {
            let done = match self.dice.roll(8) {
                0..=2 => self.write().await,
                3..=4 => self.transact().await,
                5 => self.get(),
                6 => self.get_together(),
                _ => self.snapshot(),
            };
            if done.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn write(&mut self) -> Result<(), CutOff> {
        let Planned {
            name,
            place,
            change,
        } = self.plan();
        let action = change.action().unwrap();
        let write = self.history.lock().call_write(vec![(place, change)]);
        match self.realm.write(&name, &action).await {
            Ok(outcome) => self.acknowledge(write, &[outcome]),
            Err(TableError::ConditionalCheckFailed { item }) => {
                let told = vec![Err(item.map(|item| *item))];
                self.history.lock().refused(write, told);
            }
            Err(error) => return cut_off(&error),
        }
        Ok(())
    }

    async fn transact(&mut self) -> Result<(), CutOff> {
        let mut planned = BTreeMap::new();
        for _ in 0..3 {
            let one = self.plan();
            planned.insert(one.place.clone(), one);
        }
        let planned = planned.into_values();
        let (sent, changes): (Vec<_>, Vec<_>) = planned
            .map(|planned| {
                let action = planned.change.action().unwrap();
                let table = planned.name;
                let sent = TransactAction { table, action };
                (sent, (planned.place, planned.change))
            })
            .unzip();
        let write = self.history.lock().call_write(changes);
        match self.realm.transact_write(&sent, None).await {
            Ok(outcome) => self.acknowledge(write, &outcome.outcomes),
            Err(TableError::TransactionCanceled { reasons }) => {
                let told = reasons.into_iter().map(|reason| match reason {
                    CancellationReason::None => Ok(()),
                    CancellationReason::ConditionalCheckFailed { item } => {
                        Err(item.map(|item| *item))
                    }
                    other => panic!("cancelled: {other:?}"),
                });
                let told = told.collect();
                self.history.lock().refused(write, told);
            }
            Err(error) => return cut_off(&error),
        }
        Ok(())
    }

    fn get(&mut self) -> Result<(), CutOff> {
        let (name, place) = self.place();
        let get = get_item(&place.1);
        let called = self.history.lock().call();
        let got = self.open(&name)?.get_item(&get);
        let got = got.or_else(|error| cut_off(&error))?;
        let found = got.item.map(|item| item.to_item().unwrap());
        self.seen.insert(place.clone(), found.clone());
        let sights = vec![(place, Sight::Found(found))];
        self.history.lock().answered(called, None, sights);
        Ok(())
    }

    fn get_together(&mut self) -> Result<(), CutOff> {
        let places: BTreeMap<_, _> = (0..4)
            .map(|_| {
                let (name, place) = self.place();
                (place, name)
            })
            .collect();
        let requests = places.iter().map(|((_, key), name)| TransactGet {
            table: name.clone(),
            get: get_item(key),
        });
        let requests: Vec<_> = requests.collect();
        let called = self.history.lock().call();
        let together = self.realm.transact_get(&requests);
        let TransactGetOutcome {
            items, timestamp, ..
        } = together.or_else(|error| cut_off(&error))?;
        let found = items
            .into_iter()
            .map(|item| Sight::Found(item.map(|item| item.to_item().unwrap())));
        let sights = places.into_keys().zip(found).collect();
        self.history
            .lock()
            .answered(called, Some(timestamp), sights);
        Ok(())
    }

    /// All items of a table.
    fn snapshot(&mut self) -> Result<(), CutOff> {
        let (name, (table, _)) = self.place();
        let called = self.history.lock().call();
        let snapshot = self.open(&name)?.snapshot_items();
        let (at, items) = snapshot.or_else(|error| cut_off(&error))?;
        let mut found: BTreeMap<ItemKey, Item> = BTreeMap::new();
        for item in items {
            let (_, stored) = item.or_else(|error| cut_off(&error))?;
            let item = decode_item(&stored).unwrap();
            found.insert(key_of(&item).unwrap(), item);
        }
        let sights = (0..SONGS).map(|song| {
            let key = key(song);
            let item = found.remove(&key);
            ((table, key), Sight::Found(item))
        });
        let sights = sights.collect();
        assert!(found.is_empty(), "items nobody wrote: {found:?}");
        self.history.lock().answered(called, Some(at), sights);
        Ok(())
    }

    fn open(&self, name: &TableName) -> Result<Arc<anywhen_table::Table>, CutOff> {
        self.realm.open_table(name).or_else(|error| cut_off(&error))
    }

    fn plan(&mut self) -> Planned {
        let (name, place) = self.place();
        let key = &place.1;
        self.writes += 1;
        let mut change = match self.dice.roll(8) {
            0..=1 => Change::delete(key),
            2..=3 => {
                let note = schema::text(self.writes.to_string());
                let write = schema::number(self.writes as i64).unwrap();
                Change::update(key, write, note, schema::INDEXED[0])
            }
            4 => Change::check(key),
            _ => Change::put(key, schema::item(key, self.writes, &self.dice).unwrap()),
        }
        .unwrap();
        // A check is a check of something.
        if !change.writes() || self.dice.one_in(3) {
            change.expect(match self.seen.get(&place) {
                Some(Some(item)) if self.dice.one_in(2) => {
                    Expected::Write(item.attributes["write"].clone())
                }
                Some(Some(_)) => Expected::There,
                None if self.dice.one_in(2) => Expected::There,
                Some(None) | None => Expected::Absent,
            });
        }
        Planned {
            name,
            place,
            change,
        }
    }

    fn place(&self) -> (TableName, Place) {
        let name = self.dice.pick(&TABLES).unwrap();
        let name = TableName::parse(name).unwrap();
        let table: TableId = self.realm.table(&name).unwrap().id();
        (name, (table, key(self.dice.roll(SONGS))))
    }

    fn acknowledge(&self, write: WriteNumber, outcomes: &[WriteOutcome]) {
        let told = outcomes.iter();
        let told = told.map(|outcome| Told::both(outcome.old.clone(), outcome.new.clone()));
        let told = told.collect();
        let at = outcomes[0].timestamp;
        let mut history = self.history.lock();
        if outcomes.iter().all(|outcome| outcome.old == outcome.new) {
            history.changed_nothing(write, at, told);
        } else {
            history.committed(write, at, told);
        }
    }
}

fn key(song: u64) -> ItemKey {
    ("all".to_owned(), song as i64)
}

fn get_item(key: &ItemKey) -> GetItem {
    GetItem {
        key: schema::key(key).unwrap(),
        projection: None,
        consistent_read: true,
    }
}

/// No request fails but for the end of its life.
fn cut_off<T>(error: &TableError) -> Result<T, CutOff> {
    assert!(error.to_string().contains("closed"), "{error}");
    Err(CutOff)
}
