//! What requests consume, against the rules said once more in the plainest way.
#![expect(
    clippy::float_cmp,
    reason = "units are multiples of one half, which f64 holds exactly"
)]

use std::collections::BTreeMap;

use anywhen_model::{AttributeValue, Item};
use proptest::prelude::*;

use super::fixture::{Fixture, condition, item, key, n, name, query, s};
use crate::{
    BatchGet, ClientRequestToken, Consumed, GetItem, ItemChange, Query, REQUEST_HASH_BYTES,
    ReadOptions, Scan, Select, Table, TransactAction, TransactGet, WriteAction,
};

/// An index of the table, as its definition says: key attributes, and what it holds besides the
/// keys; `None` is everything.
struct Index {
    name: &'static str,
    key: &'static [&'static str],
    held: Option<&'static [&'static str]>,
}

const INDEXES: [Index; 3] = [
    Index {
        name: "genre",
        key: &["genre", "year"],
        held: None,
    },
    Index {
        name: "tag",
        key: &["tag"],
        held: Some(&[]),
    },
    Index {
        name: "label",
        key: &["artist", "label"],
        held: Some(&["note"]),
    },
];

impl Index {
    /// Key values and attributes of the item's entry.
    fn entry(&self, item: Option<&Item>) -> Option<(Vec<AttributeValue>, Item)> {
        let item = item?;
        let key: Vec<_> = self
            .key
            .iter()
            .filter_map(|name| item.get(name).cloned())
            .collect();
        let kept = |name: &str| {
            self.held.is_none_or(|held| held.contains(&name))
                || self.key.contains(&name)
                || ["artist", "song"].contains(&name)
        };
        let attributes = item.attributes.iter().filter(|(name, _)| kept(name));
        let attributes = attributes
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        (key.len() == self.key.len()).then_some((key, attributes))
    }

    /// What a change of the item costs the index, in units.
    fn write_cost(&self, old: Option<&Item>, new: Option<&Item>) -> f64 {
        match (self.entry(old), self.entry(new)) {
            (None, None) => 0.0,
            (Some((_, entry)), None) | (None, Some((_, entry))) => blocks(entry.size_bytes(), 1024),
            (old, new) if old == new => 0.0,
            (Some((old_key, old)), Some((new_key, new))) if old_key == new_key => {
                blocks(old.size_bytes().max(new.size_bytes()), 1024)
            }
            (Some((_, old)), Some((_, new))) => {
                blocks(old.size_bytes(), 1024) + blocks(new.size_bytes(), 1024)
            }
        }
    }
}

fn blocks(size_bytes: usize, block_bytes: usize) -> f64 {
    (size_bytes as f64 / block_bytes as f64).ceil().max(1.0)
}

/// What a write costs the table and each index that was touched, by name.
fn write_cost(old: Option<&Item>, new: Option<&Item>) -> (f64, BTreeMap<&'static str, f64>) {
    let size = |item: Option<&Item>| item.map_or(0, Item::size_bytes);
    let indexes = INDEXES
        .iter()
        .map(|index| (index.name, index.write_cost(old, new)));
    (
        blocks(size(old).max(size(new)), 1024),
        indexes.filter(|(_, cost)| *cost > 0.0).collect(),
    )
}

fn shown(table: &Table, consumed: &Consumed) -> (f64, BTreeMap<&'static str, f64>) {
    let name = |number: u32| {
        let named = |index: &&Index| table.index(index.name).unwrap().part.number == number;
        INDEXES.iter().find(named).unwrap().name
    };
    let indexes = consumed.indexes.iter();
    let indexes: BTreeMap<_, _> = indexes
        .map(|(number, units)| (name(*number), units.as_f64()))
        .collect();
    assert_eq!(
        consumed.total().as_f64(),
        consumed.table.as_f64() + indexes.values().sum::<f64>()
    );
    (consumed.table.as_f64(), indexes)
}

/// The item with this song number, if any, and its sizes chosen around the edges of blocks.
fn any_item() -> impl Strategy<Value = (i64, Item)> {
    let length = || prop::option::of(prop_oneof![0..20_usize, 900..1200_usize, 3000..5000_usize]);
    let word = || prop::option::of(0..2_usize);
    let words = (word(), word(), word(), prop::option::of(0..2_i64));
    (0..2_i64, words, length(), length()).prop_map(
        |(song, (genre, tag, label, year), note, text)| {
            let mut made = key("a", song);
            let mut set = |name: &str, value: Option<AttributeValue>| {
                made.attributes
                    .extend(value.map(|value| (name.to_owned(), value)));
            };
            for (name, word) in [("genre", genre), ("tag", tag), ("label", label)] {
                set(name, word.map(|word| s(["x", "y"][word])));
            }
            for (name, length) in [("note", note), ("text", text)] {
                set(name, length.map(|length| s(&"x".repeat(length))));
            }
            set("year", year.map(n));
            (song, made)
        },
    )
}

/// Writes the item, or deletes it, alone or in a transaction, and says what that consumed.
async fn write(fixture: &Fixture, change: ItemChange, in_transaction: bool) -> Consumed {
    if !in_transaction {
        let outcome = fixture.write("Music", change, None).await.unwrap();
        return outcome.charge.consumed;
    }
    let action = WriteAction {
        change,
        condition: None,
    };
    let actions = [TransactAction {
        table: name("Music"),
        action,
    }];
    let outcome = fixture.realm.transact_write(&actions, None).await.unwrap();
    outcome.outcomes[0].charge.consumed.clone()
}

async fn check_writes(steps: Vec<((i64, Item), bool, bool)>) {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    let mut model: BTreeMap<i64, Item> = BTreeMap::new();
    let mut sum = 0.0;
    let mut index_sums: BTreeMap<&str, f64> = BTreeMap::new();
    for ((song, item), is_put, in_transaction) in steps {
        let new = is_put.then_some(item);
        let change = match &new {
            Some(new) => ItemChange::Put(new.clone()),
            None => ItemChange::Delete {
                key: key("a", song),
            },
        };
        let consumed = write(&fixture, change, in_transaction).await;
        let times = if in_transaction { 2.0 } else { 1.0 };
        let (cost, index_costs) = write_cost(model.get(&song), new.as_ref());
        let (cost, mut index_costs) = (cost * times, index_costs);
        for cost in index_costs.values_mut() {
            *cost *= times;
        }
        assert_eq!(shown(&table, &consumed), (cost, index_costs.clone()));
        sum += cost;
        for (name, cost) in index_costs {
            *index_sums.entry(name).or_default() += cost;
        }
        model.remove(&song);
        model.extend(new.map(|new| (song, new)));
    }
    assert_eq!(table.consumption().written.as_f64(), sum);
    assert_eq!(table.consumption().read.as_f64(), 0.0);
    for index in &INDEXES {
        let written = table.index_consumption(index.name).unwrap().written;
        let expected = index_sums.get(index.name).copied().unwrap_or(0.0);
        assert_eq!(written.as_f64(), expected, "{}", index.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn writes_cost_what_the_rules_say(
        steps in prop::collection::vec((any_item(), prop::bool::weighted(0.8), any::<bool>()), 1..12),
    ) {
        tokio::runtime::Runtime::new().unwrap().block_on(check_writes(steps));
    }
}

#[tokio::test]
async fn what_is_refused_for_a_condition_is_charged() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    let mut large = key("a", 1);
    large
        .attributes
        .insert("text".to_owned(), s(&"x".repeat(1500)));
    fixture.put("Music", large).await;
    let never = || Some(condition("artist = :a", &[(":a", s("b"))]));
    let written = |table: &Table| table.consumption().written.as_f64();
    assert_eq!(written(&table), 2.0);
    for (song, cost) in [(1, 2.0), (2, 1.0)] {
        let before = written(&table);
        let change = ItemChange::Put(key("a", song));
        fixture.write("Music", change, never()).await.unwrap_err();
        assert_eq!(written(&table), before + cost);
    }
    // In a transaction all are charged, twice: the one that stands, the one that would grow,
    // and the one that is refused.
    let action = |change, condition| TransactAction {
        table: name("Music"),
        action: WriteAction { change, condition },
    };
    let actions = [
        action(ItemChange::Check { key: key("a", 1) }, None),
        action(ItemChange::Put(key("a", 2)), None),
        action(ItemChange::Delete { key: key("a", 3) }, never()),
    ];
    let before = written(&table);
    fixture
        .realm
        .transact_write(&actions, None)
        .await
        .unwrap_err();
    assert_eq!(written(&table), before + 4.0 + 2.0 + 2.0);
    // What is refused before an item was looked at costs nothing.
    let before = written(&table);
    let no_key = ItemChange::Delete {
        key: item(&[("artist", s("a"))]),
    };
    fixture.write("Music", no_key, None).await.unwrap_err();
    assert_eq!(written(&table), before);
}

#[tokio::test]
async fn a_repeated_transaction_is_charged_as_reads() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    let mut large = key("a", 1);
    large
        .attributes
        .insert("text".to_owned(), s(&"x".repeat(5000)));
    let actions = [ItemChange::Put(large), ItemChange::Put(key("a", 2))].map(|change| {
        let action = WriteAction {
            change,
            condition: None,
        };
        TransactAction {
            table: name("Music"),
            action,
        }
    });
    let token = ClientRequestToken {
        token: "token".to_owned(),
        request_hash: [0; REQUEST_HASH_BYTES],
    };
    let run = || fixture.realm.transact_write(&actions, Some(&token));
    let first = run().await.unwrap();
    assert!(first.repeated.is_empty());
    let written = table.consumption().written;
    assert_eq!(written.as_f64(), 10.0 + 2.0);
    let again = run().await.unwrap();
    assert!(again.outcomes.is_empty());
    let costs: Vec<f64> = again
        .repeated
        .iter()
        .map(|charge| charge.consumed.total().as_f64())
        .collect();
    assert_eq!(costs, [4.0, 2.0]);
    assert_eq!(table.consumption().written, written);
    assert_eq!(table.consumption().read.as_f64(), 6.0);
}

#[tokio::test]
async fn reads_cost_what_the_rules_say() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    // Entries of the local index are small, their items 20, 4,096 and 4,097 bytes or so.
    for (song, length) in [(1, 1), (2, 4000), (3, 4090)] {
        let mut made = key("a", song);
        let more = item(&[
            ("label", s("l")),
            ("genre", s("pop")),
            ("year", n(song)),
            ("text", s(&"x".repeat(length))),
        ]);
        made.attributes.extend(more.attributes);
        fixture.put("Music", made).await;
    }
    let sizes: Vec<usize> = (1..4)
        .map(|song| {
            fixture
                .get("Music", key("a", song))
                .map_or(0, |item| item.size_bytes())
        })
        .collect();
    let strong: Vec<f64> = sizes.iter().map(|bytes| blocks(*bytes, 4096)).collect();
    assert_eq!(strong, [1.0, 1.0, 2.0]);
    let get = |song, consistent_read| GetItem {
        key: key("a", song),
        projection: None,
        consistent_read,
    };
    for (song, cost) in [(1, 1.0), (2, 1.0), (3, 2.0), (4, 1.0)] {
        for (consistent, cost) in [(true, cost), (false, cost / 2.0)] {
            let outcome = table.get_item(&get(song, consistent)).unwrap();
            assert_eq!(shown(&table, &outcome.consumed), (cost, BTreeMap::new()));
        }
    }
    let batch = BatchGet {
        table: name("Music"),
        keys: (1..5).map(|song| key("a", song)).collect(),
        projection: None,
        consistent_read: false,
    };
    let outcome = fixture.realm.batch_get(&[batch]).unwrap();
    assert_eq!(outcome.charges[0].consumed.total().as_f64(), 2.5);
    let gets: Vec<_> = (1..5)
        .map(|song| TransactGet {
            table: name("Music"),
            get: get(song, false),
        })
        .collect();
    let outcome = fixture.realm.transact_get(&gets).unwrap();
    let costs = outcome
        .charges
        .iter()
        .map(|charge| charge.consumed.total().as_f64());
    assert_eq!(costs.collect::<Vec<_>>(), [2.0, 2.0, 4.0, 2.0]);

    let page_blocks = blocks(sizes.iter().sum(), 4096);
    let ask = |index: Option<&str>, consistent_read, select| {
        let text = match index {
            Some("genre") => "genre = :a",
            _ => "artist = :a",
        };
        let value = if index == Some("genre") { "pop" } else { "a" };
        let Query {
            key_condition,
            forward,
            ..
        } = query(text, &[(":a", s(value))]);
        let options = ReadOptions {
            index: index.map(|index| index.try_into().unwrap()),
            consistent_read,
            select,
            filter: Some(condition("attribute_exists(nowhere)", &[])),
            ..ReadOptions::all()
        };
        let page = table.query(&Query {
            key_condition,
            forward,
            options,
        });
        shown(&table, &page.unwrap().consumed)
    };
    let whole = Select::AllProjectedAttributes;
    assert_eq!(
        ask(None, true, whole.clone()),
        (page_blocks, BTreeMap::new())
    );
    assert_eq!(
        ask(None, false, Select::Count),
        (page_blocks / 2.0, BTreeMap::new())
    );
    assert_eq!(
        ask(Some("genre"), false, whole),
        (0.0, BTreeMap::from([("genre", page_blocks / 2.0)]))
    );
    let local = BTreeMap::from([("label", 1.0)]);
    assert_eq!(
        ask(Some("label"), true, Select::AllAttributes),
        (4.0, local)
    );
    let nothing = query("artist = :a", &[(":a", s("nobody"))]);
    let page = table.query(&nothing).unwrap();
    assert_eq!(shown(&table, &page.consumed), (0.5, BTreeMap::new()));
    let scan = Scan {
        segment: None,
        options: ReadOptions {
            consistent_read: true,
            ..ReadOptions::all()
        },
    };
    let read = table.consumption().read;
    let page = table.scan(scan).await.unwrap();
    assert_eq!(
        shown(&table, &page.consumed),
        (page_blocks, BTreeMap::new())
    );
    let meant = read.as_f64() + page_blocks;
    assert_eq!(table.consumption().read.as_f64(), meant);
}
