//! Random single-item writes against a map that follows the rules by hand.
//!
//! After every write the outcome must be the map's; at the end reads of the table and of each
//! index, the counters and the proof of the indexes must agree with it.

use std::collections::BTreeMap;

use anywhen_model::{AttributeValue, Item};
use proptest::prelude::*;

use super::fixture::{Fixture, condition, item, key, n, query, s, update};
use crate::{ItemChange, ReadOptions, Scan, Select, Statistics, Table, TableError, WriteOutcome};

const ARTISTS: [&str; 3] = ["abba", "bach", "cage"];
const WORDS: [&str; 3] = ["x", "y", "z"];

/// One write, small enough to say by hand what it must do.
#[derive(Debug, Clone)]
enum Step {
    Put(Item),
    Delete,
    SetGenre(usize),
    RemoveGenre,
    AddToYear(i64),
    SetNoteFromLabel,
    Touch,
}

/// What the write depends on.
#[derive(Debug, Clone, Copy)]
enum Guard {
    Nothing,
    Exists,
    DoesNotExist,
    YearAbove(i64),
    GenreIsNot(usize),
}

fn any_attributes() -> impl Strategy<Value = Item> {
    let word = || prop::option::of(0..WORDS.len());
    (word(), word(), word(), word(), prop::option::of(0..4i64)).prop_map(
        |(genre, tag, label, note, year)| {
            let words = [
                ("genre", genre),
                ("tag", tag),
                ("label", label),
                ("note", note),
            ];
            let mut attributes: Vec<(&str, AttributeValue)> = words
                .into_iter()
                .filter_map(|(name, word)| Some((name, s(WORDS[word?]))))
                .collect();
            attributes.extend(year.map(|year| ("year", n(year))));
            item(&attributes)
        },
    )
}

fn any_step() -> impl Strategy<Value = (usize, i64, Step, Guard)> {
    let step = prop_oneof![
        4 => any_attributes().prop_map(Step::Put),
        2 => Just(Step::Delete),
        1 => (0..WORDS.len()).prop_map(Step::SetGenre),
        1 => Just(Step::RemoveGenre),
        1 => (-2..3i64).prop_map(Step::AddToYear),
        1 => Just(Step::SetNoteFromLabel),
        1 => Just(Step::Touch),
    ];
    let guard = prop_oneof![
        3 => Just(Guard::Nothing),
        1 => Just(Guard::Exists),
        1 => Just(Guard::DoesNotExist),
        1 => (0..3i64).prop_map(Guard::YearAbove),
        1 => (0..WORDS.len()).prop_map(Guard::GenreIsNot),
    ];
    (0..ARTISTS.len(), 0..3i64, step, guard)
}

type Model = BTreeMap<(usize, i64), Item>;

fn year(item: Option<&Item>) -> Option<i64> {
    match item?.get("year")? {
        AttributeValue::N(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn holds(guard: Guard, old: Option<&Item>) -> bool {
    match guard {
        Guard::Nothing => true,
        Guard::Exists => old.is_some(),
        Guard::DoesNotExist => old.is_none(),
        Guard::YearAbove(bound) => year(old).is_some_and(|year| year > bound),
        Guard::GenreIsNot(word) => old.and_then(|old| old.get("genre")) != Some(&s(WORDS[word])),
    }
}

/// What the item must become; `Err` is the text of a fault.
fn expected(step: &Step, key: &Item, old: Option<&Item>) -> Result<Option<Item>, &'static str> {
    let mut new = old.unwrap_or(key).clone();
    let attributes = &mut new.attributes;
    match step {
        Step::Put(given) => {
            new = key.clone();
            new.attributes.extend(given.attributes.clone());
        }
        Step::Delete => return Ok(None),
        Step::SetGenre(word) => {
            attributes.insert("genre".to_owned(), s(WORDS[*word]));
        }
        Step::RemoveGenre => {
            attributes.remove("genre");
        }
        Step::AddToYear(more) => {
            let sum = year(old).unwrap_or(0) + more;
            attributes.insert("year".to_owned(), n(sum));
        }
        Step::SetNoteFromLabel => {
            let label = attributes.get("label").cloned().ok_or(
                "The provided expression refers to an attribute that does not exist in the item",
            )?;
            attributes.insert("note".to_owned(), label);
        }
        Step::Touch => {}
    }
    Ok(Some(new))
}

fn change(step: &Step, key: Item) -> ItemChange {
    let update = match step {
        Step::Put(given) => {
            let mut whole = key;
            whole.attributes.extend(given.attributes.clone());
            return ItemChange::Put(whole);
        }
        Step::Delete => return ItemChange::Delete { key },
        Step::Touch => None,
        Step::SetGenre(word) => Some(update("SET genre = :v", &[(":v", s(WORDS[*word]))])),
        Step::RemoveGenre => Some(update("REMOVE genre", &[])),
        Step::AddToYear(more) => {
            let names = [("#y".to_owned(), "year".to_owned())].into();
            let values = [(":n".to_owned(), n(*more))].into();
            let mut both = anywhen_expr::Placeholders::new(Some(names), Some(values)).unwrap();
            Some(anywhen_expr::Update::parse("ADD #y :n", &mut both).unwrap())
        }
        Step::SetNoteFromLabel => Some(update("SET note = label", &[])),
    };
    ItemChange::Update { key, update }
}

fn guard_condition(guard: Guard) -> Option<anywhen_expr::Condition> {
    let with_names = |text: &str, value: AttributeValue| {
        let names = [("#y".to_owned(), "year".to_owned())].into();
        let values = [(":v".to_owned(), value)].into();
        let mut both = anywhen_expr::Placeholders::new(Some(names), Some(values)).unwrap();
        let kind = anywhen_expr::ConditionKind::Condition;
        anywhen_expr::Condition::parse(kind, text, &mut both).unwrap()
    };
    match guard {
        Guard::Nothing => None,
        Guard::Exists => Some(condition("attribute_exists(artist)", &[])),
        Guard::DoesNotExist => Some(condition("attribute_not_exists(artist)", &[])),
        Guard::YearAbove(bound) => Some(with_names("#y > :v", n(bound))),
        Guard::GenreIsNot(word) => Some(condition("genre <> :v", &[(":v", s(WORDS[word]))])),
    }
}

/// Runs one step on both sides.
async fn step(
    fixture: &Fixture,
    model: &mut Model,
    (artist, song, step, guard): &(usize, i64, Step, Guard),
) {
    let item_key = key(ARTISTS[*artist], *song);
    let place = (*artist, *song);
    let old = model.get(&place).cloned();
    let answer = fixture
        .write(
            "Music",
            change(step, item_key.clone()),
            guard_condition(*guard),
        )
        .await;
    if !holds(*guard, old.as_ref()) {
        let item = old.map(Box::new);
        assert_eq!(answer, Err(TableError::ConditionalCheckFailed { item }));
        return;
    }
    match expected(step, &item_key, old.as_ref()) {
        Err(text) => assert_eq!(answer, Err(TableError::Validation(text.to_owned()))),
        Ok(new) => {
            let WriteOutcome {
                old: seen,
                new: made,
                ..
            } = answer.unwrap();
            assert_eq!((seen, &made), (old, &new));
            match new {
                Some(new) => model.insert(place, new),
                None => model.remove(&place),
            };
        }
    }
}

/// The model's items that pass, in the order of what `by` gives.
fn sorted<K: Ord>(model: &Model, by: impl Fn(&Item) -> Option<K>) -> Vec<Item> {
    let mut items: Vec<(K, Item)> = model
        .values()
        .filter_map(|item| Some((by(item)?, item.clone())))
        .collect();
    items.sort_by(|one, other| one.0.cmp(&other.0));
    items.into_iter().map(|(_, item)| item).collect()
}

fn only(items: Vec<Item>, names: &[&str]) -> Vec<Item> {
    let keep = |item: Item| {
        item.attributes
            .into_iter()
            .filter(|(name, _)| names.contains(&name.as_str()))
            .collect()
    };
    items.into_iter().map(keep).collect()
}

/// As sets, for where the order of equals is left open.
fn unordered(items: Vec<Item>) -> Vec<String> {
    let mut texts: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
    texts.sort_unstable();
    texts
}

async fn compare(table: &std::sync::Arc<Table>, model: &Model) {
    for (number, artist) in ARTISTS.iter().enumerate() {
        let in_order = model
            .range((number, 0)..(number + 1, 0))
            .map(|(_, item)| item.clone());
        let in_order: Vec<Item> = in_order.collect();
        let mut asked = query("artist = :a", &[(":a", s(artist))]);
        assert_eq!(table.query(&asked).unwrap().to_items().unwrap(), in_order);
        asked.forward = false;
        let reversed: Vec<Item> = in_order.into_iter().rev().collect();
        assert_eq!(table.query(&asked).unwrap().to_items().unwrap(), reversed);

        asked.forward = true;
        asked.options.index = Some("label".try_into().unwrap());
        let labelled = |item: &Item| {
            (item.get("artist") == Some(&s(artist)))
                .then(|| item.get("label").map(|label| format!("{label:?}")))?
        };
        let whole = sorted(model, labelled);
        let entries = only(whole.clone(), &["artist", "song", "label", "note"]);
        assert_eq!(
            unordered(table.query(&asked).unwrap().to_items().unwrap()),
            unordered(entries)
        );
        asked.options.select = Select::AllAttributes;
        assert_eq!(
            unordered(table.query(&asked).unwrap().to_items().unwrap()),
            unordered(whole)
        );
    }
    for word in WORDS {
        let mut asked = query("genre = :g", &[(":g", s(word))]);
        asked.options.index = Some("genre".try_into().unwrap());
        let of_genre =
            |item: &Item| (item.get("genre") == Some(&s(word))).then(|| year(Some(item)))?;
        let found = table.query(&asked).unwrap().to_items().unwrap();
        let years: Vec<_> = found.iter().map(|item| year(Some(item))).collect();
        assert!(years.is_sorted(), "{years:?}");
        assert_eq!(unordered(found), unordered(sorted(model, of_genre)));

        let mut asked = query("tag = :t", &[(":t", s(word))]);
        asked.options.index = Some("tag".try_into().unwrap());
        let tagged = sorted(model, |item| {
            (item.get("tag") == Some(&s(word))).then_some(0)
        });
        let tagged = only(tagged, &["artist", "song", "tag"]);
        assert_eq!(
            unordered(table.query(&asked).unwrap().to_items().unwrap()),
            unordered(tagged)
        );
    }
    let scan = Scan {
        segment: None,
        options: ReadOptions::all(),
    };
    let everything = model.values().cloned().collect();
    assert_eq!(
        unordered(table.scan(scan).await.unwrap().to_items().unwrap()),
        unordered(everything)
    );
    assert_eq!(table.check_indexes().unwrap(), vec![]);
    let mut statistics = Statistics::default();
    for item in model.values() {
        statistics.add(item.size_bytes());
    }
    assert_eq!(table.statistics(), statistics);
    let tagged = model
        .values()
        .filter(|item| item.get("tag").is_some())
        .count() as u64;
    assert_eq!(table.index_statistics("tag").unwrap().items, tagged);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn writes_and_reads_agree_with_a_map(steps in prop::collection::vec(any_step(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let fixture = Fixture::new().await;
            let table = fixture.music().await;
            let mut model = Model::new();
            for one in &steps {
                step(&fixture, &mut model, one).await;
            }
            compare(&table, &model).await;
        });
    }
}
