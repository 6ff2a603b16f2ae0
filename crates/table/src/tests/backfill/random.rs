//! Random writes and restarts while indexes come and go, against a map.
//!
//! Whenever an index may be read it must hold exactly what the map's items ask for, and an index
//! that may not be read yet must hold nothing wrong. In the end every index is whole.

use std::collections::BTreeMap;

use anywhen_engine::blocking::in_step;
use anywhen_model::Item;
use proptest::prelude::*;

use super::super::fixture::range;
use super::*;
use crate::{CreateTable, ReadOptions, Scan, TransactAction, WriteAction};

const ARTISTS: [&str; 2] = ["abba", "bach"];
const WORDS: [&str; 2] = ["x", "y"];

#[derive(Debug, Clone)]
enum Step {
    Write(Vec<((usize, i64), Change)>),
    /// Lets the jobs go on for a while.
    Rest(usize),
    /// From now on, or no longer, holds jobs between what they have read and what they write.
    Hold(bool),
    Add(usize),
    Drop(usize),
    Restart,
}

#[derive(Debug, Clone)]
enum Change {
    Put(Item),
    SetNote(usize),
    SetYear(i64),
    Delete,
}

/// Keys only; everything, ordered; and a key of several attributes.
fn offered(number: usize) -> IndexDefinition {
    let include = |mut index: IndexDefinition| {
        index.non_key_attributes = Some(vec!["remark".to_owned()]);
        index
    };
    match number {
        0 => by_mood(),
        1 => index(
            "ordered",
            vec![hash("mood"), range("year")],
            ProjectionType::All,
        ),
        _ => include(index(
            "several",
            vec![hash("mood"), hash("note"), range("year"), range("song")],
            ProjectionType::Include,
        )),
    }
}

fn any_item() -> impl Strategy<Value = Item> {
    let mood = prop_oneof![
        4 => (0..WORDS.len()).prop_map(|word| Some(s(WORDS[word]))),
        1 => Just(None),
        1 => Just(Some(n(7))),
        1 => Just(Some(s(""))),
    ];
    let word = || prop::option::of((0..WORDS.len()).prop_map(|word| s(WORDS[word])));
    (
        mood,
        word(),
        word(),
        prop::option::of((0..3i64).prop_map(n)),
    )
        .prop_map(|(mood, note, remark, year)| {
            let attributes = [
                ("mood", mood),
                ("note", note),
                ("remark", remark),
                ("year", year),
            ];
            let attributes = attributes.into_iter();
            attributes
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect()
        })
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => any_item().prop_map(Change::Put),
        2 => (0..WORDS.len()).prop_map(Change::SetNote),
        2 => (0..3i64).prop_map(Change::SetYear),
        1 => Just(Change::Delete),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    let writes = prop::collection::btree_map(any_place(), any_change(), 1..4)
        .prop_map(|writes| Step::Write(writes.into_iter().collect()));
    prop_oneof![
        12 => writes,
        8 => (1..5usize).prop_map(Step::Rest),
        4 => any::<bool>().prop_map(Step::Hold),
        3 => (0..3usize).prop_map(Step::Add),
        1 => (0..3usize).prop_map(Step::Drop),
        1 => Just(Step::Restart),
    ]
}

fn any_place() -> impl Strategy<Value = (usize, i64)> {
    (0..ARTISTS.len(), 0..6i64)
}

/// Items before there is any index.
fn any_items() -> impl Strategy<Value = Vec<((usize, i64), Change)>> {
    let items = prop::collection::btree_map(any_place(), any_item().prop_map(Change::Put), 1..12);
    items.prop_map(|items| items.into_iter().collect())
}

type Model = BTreeMap<(usize, i64), Item>;

fn key_of((artist, song): (usize, i64)) -> Item {
    key(ARTISTS[artist], song)
}

fn changed(change: &Change, place: (usize, i64), old: Option<&Item>) -> Option<Item> {
    let mut new = old.cloned().unwrap_or_else(|| key_of(place));
    match change {
        Change::Put(given) => {
            new = key_of(place);
            new.attributes.extend(given.attributes.clone());
        }
        Change::SetNote(word) => {
            new.attributes.insert("note".to_owned(), s(WORDS[*word]));
        }
        Change::SetYear(year) => {
            new.attributes.insert("year".to_owned(), n(*year));
        }
        Change::Delete => return None,
    }
    Some(new)
}

fn action(change: &Change, place: (usize, i64)) -> WriteAction {
    let key = key_of(place);
    let change = match change {
        Change::Put(given) => {
            let mut whole = key;
            whole.attributes.extend(given.attributes.clone());
            ItemChange::Put(whole)
        }
        Change::SetNote(word) => ItemChange::Update {
            key,
            update: Some(update("SET note = :v", &[(":v", s(WORDS[*word]))])),
        },
        Change::SetYear(year) => {
            let names = [("#y".to_owned(), "year".to_owned())].into();
            let values = [(":n".to_owned(), n(*year))].into();
            let mut both = anywhen_expr::Placeholders::new(Some(names), Some(values)).unwrap();
            let update = anywhen_expr::Update::parse("SET #y = :n", &mut both).unwrap();
            ItemChange::Update {
                key,
                update: Some(update),
            }
        }
        Change::Delete => ItemChange::Delete { key },
    };
    WriteAction {
        change,
        condition: None,
    }
}

/// Whether the item has a mood that no index takes.
fn violates(change: &Change) -> bool {
    match change {
        Change::Put(given) => {
            !matches!(given.get("mood"), None | Some(AttributeValue::S(_)))
                || given.get("mood") == Some(&s(""))
        }
        _ => false,
    }
}

/// The entry of an item in an offered index, worked out by hand.
fn entry(number: usize, item: &Item) -> Option<Item> {
    let is_word =
        |name: &str| matches!(item.get(name), Some(AttributeValue::S(t)) if !t.is_empty());
    let has_year = item.get("year").is_some();
    let (is_in, kept): (bool, &[&str]) = match number {
        0 => (is_word("mood"), &["artist", "song", "mood"]),
        1 => (is_word("mood") && has_year, &[]),
        _ => (
            is_word("mood") && is_word("note") && has_year,
            &["artist", "song", "mood", "note", "year", "remark"],
        ),
    };
    if !is_in {
        return None;
    }
    let attributes = item.attributes.iter();
    Some(
        attributes
            .filter(|(name, _)| kept.is_empty() || kept.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    )
}

fn printed(items: impl IntoIterator<Item = Item>) -> Vec<String> {
    let mut texts: Vec<String> = items.into_iter().map(|item| format!("{item:?}")).collect();
    texts.sort_unstable();
    texts
}

/// Every index that may be read holds what the items ask for; no other can be read.
async fn compare(fixture: &Fixture, model: &Model) {
    let table = fixture.table("Music");
    for number in 0..3 {
        let definition = offered(number);
        let options = ReadOptions {
            index: Some(definition.name.clone()),
            ..ReadOptions::all()
        };
        let scan = table.scan(Scan {
            segment: None,
            options,
        });
        let scanned = scan.await;
        let name = &definition.name;
        match status(&table, name.as_str()) {
            Some(IndexStatus::Active) => {
                let wanted: Vec<Item> = model.values().filter_map(|i| entry(number, i)).collect();
                let of_index = table.index_statistics(name.as_str()).unwrap();
                assert_eq!(of_index.items, wanted.len() as u64, "{name}");
                let bytes: usize = wanted.iter().map(Item::size_bytes).sum();
                assert_eq!(of_index.size_bytes, bytes as u64, "{name}");
                assert_eq!(
                    printed(scanned.unwrap().to_items().unwrap()),
                    printed(wanted),
                    "{name}"
                );
                if number == 2 {
                    compare_queries(&table, model);
                }
            }
            Some(IndexStatus::Creating | IndexStatus::Backfilling) => assert_eq!(
                text(scanned),
                format!("Cannot read from backfilling global secondary index: {name}")
            ),
            Some(IndexStatus::Deleting) | None => assert_eq!(
                text(scanned),
                format!("The table does not have the specified index: {name}")
            ),
        }
    }
}

/// Queries of the index whose key has several attributes.
fn compare_queries(table: &Table, model: &Model) {
    for (mood, note) in WORDS
        .iter()
        .flat_map(|mood| WORDS.iter().map(move |note| (mood, note)))
    {
        let values = [(":m", s(mood)), (":n", s(note))];
        let mut asked = query("mood = :m AND note = :n", &values);
        asked.options.index = Some("several".try_into().unwrap());
        let found = table.query(&asked).unwrap().to_items().unwrap();
        let place = |item: &Item| {
            let number = |name: &str| match item.get(name) {
                Some(AttributeValue::N(number)) => *number,
                other => panic!("{name}: {other:?}"),
            };
            (number("year"), number("song"))
        };
        assert!(found.iter().map(place).is_sorted(), "{found:?}");
        let wanted = model.values().filter_map(|item| entry(2, item));
        let wanted = wanted.filter(|item| {
            item.get("mood") == Some(&s(mood)) && item.get("note") == Some(&s(note))
        });
        assert_eq!(printed(found), printed(wanted));
    }
}

async fn write(fixture: &Fixture, model: &mut Model, writes: &[((usize, i64), Change)]) {
    let indexes = fixture.table("Music").record().indexes.clone();
    let keeps_mood = indexes.iter().any(|index| index.status.is_kept());
    let refused = keeps_mood && writes.iter().any(|(_, change)| violates(change));
    let actions: Vec<TransactAction> = writes
        .iter()
        .map(|(place, change)| TransactAction {
            table: name("Music"),
            action: action(change, *place),
        })
        .collect();
    let done = match actions.as_slice() {
        [one] => {
            let table = name("Music");
            let done = fixture.realm.write(&table, &one.action).await;
            done.map(drop)
        }
        several => fixture.realm.transact_write(several, None).await.map(drop),
    };
    assert_eq!(done.is_err(), refused, "{writes:?}: {done:?}");
    if refused {
        return;
    }
    for (place, change) in writes {
        match changed(change, *place, model.get(place)) {
            Some(new) => model.insert(*place, new),
            None => model.remove(place),
        };
    }
}

fn hold(fixture: &Fixture, held: bool) {
    fixture.at("backfill::before_write", if held { "pause" } else { "off" });
}

fn settled(table: &Table) -> bool {
    let mut indexes = table.record().indexes.iter();
    indexes.all(|index| index.status == IndexStatus::Active)
}

async fn run(before: &[((usize, i64), Change)], steps: &[Step], chunk: usize) {
    let mut fixture = Fixture::with_chunks_of(chunk).await;
    let bare = CreateTable {
        attribute_definitions: vec![
            definition("artist", ScalarType::S),
            definition("song", ScalarType::N),
        ],
        global_indexes: None,
        local_indexes: None,
        ..super::super::fixture::music("Music")
    };
    fixture.realm.create_table(bare).await.unwrap();
    let mut model = Model::new();
    for one in before {
        write(&fixture, &mut model, std::slice::from_ref(one)).await;
    }
    for step in steps {
        match step {
            Step::Write(writes) => write(&fixture, &mut model, writes).await,
            Step::Rest(turns) => {
                for _ in 0..*turns {
                    tokio::task::yield_now().await;
                }
            }
            Step::Hold(held) => hold(&fixture, *held),
            // Refused if it is there, or another is on its way; that has its own tests.
            Step::Add(number) => {
                let _ = update_table(&fixture, adding(offered(*number))).await;
            }
            Step::Drop(number) => {
                let _ = update_table(&fixture, dropping(offered(*number).name.as_str())).await;
            }
            Step::Restart => fixture = fixture.reopen().await,
        }
        assert_eq!(
            fixture.table("Music").check_indexes().unwrap(),
            vec![],
            "after {step:?}"
        );
        // Reads give the jobs turns; between writes they shall come in their own time.
        if !matches!(step, Step::Write(_)) {
            compare(&fixture, &model).await;
        }
    }
    hold(&fixture, false);
    let table = until(&fixture, "every index settled", settled).await;
    assert_eq!(table.check_indexes().unwrap(), vec![]);
    compare(&fixture, &model).await;
    let left = fixture
        .realm
        .system_list(crate::SystemStore::BACKFILLS, b"");
    assert_eq!(left.unwrap(), vec![]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn indexes_come_and_go_under_writes_and_restarts(
        before in any_items(),
        steps in prop::collection::vec(any_step(), 1..80),
        chunk in 1..4usize,
    ) {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        // The jobs and the test take turns at every point where either waits.
        let runtime = runtime.event_interval(1).build().unwrap();
        let _in_step = in_step();
        runtime.block_on(run(&before, &steps, chunk));
    }
}
