//! What each index must hold for items, told without the table layer's help, and every index read
//! entry by entry: by a scan, and by a query of each partition in its order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anywhen_expr::{KeyCondition, Placeholders};
use anywhen_model::{AttributeValue, IndexName, Item, ScalarType};
use anywhen_table::{
    IndexChange, IndexDefinition, IndexStatus, ProjectionType, Query, ReadOptions, Scan, Table,
    UpdateTable, WarmRequest,
};

use super::super::world::{definition, hash, range};

/// Few, so that reads have several pages.
const PAGE_ITEMS: usize = 3;

/// An index as the oracle knows it.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: &'static str,
    partition: &'static [&'static str],
    sort: &'static [&'static str],
    holds: Holds,
}

#[derive(Debug)]
enum Holds {
    Everything,
    Keys,
    /// Keys and `note`.
    Note,
}

/// The indexes that a table has from its beginning.
static LASTING: [Known; 3] = [
    Known {
        name: "genre",
        partition: &["genre"],
        sort: &["year"],
        holds: Holds::Everything,
    },
    Known {
        name: "singers",
        partition: &["singer"],
        sort: &[],
        holds: Holds::Keys,
    },
    Known {
        name: "labels",
        partition: &["artist"],
        sort: &["label"],
        holds: Holds::Note,
    },
];

/// Those that come and go.
pub(super) static SPARE: [Known; 3] = [
    Known {
        name: "notes",
        partition: &["note"],
        sort: &[],
        holds: Holds::Everything,
    },
    Known {
        name: "years",
        partition: &["year"],
        sort: &["label"],
        holds: Holds::Keys,
    },
    Known {
        name: "several",
        partition: &["genre", "singer"],
        sort: &["year", "song"],
        holds: Holds::Note,
    },
];

/// Names of the indexes that a table has from its beginning.
pub(super) fn lasting() -> BTreeSet<&'static str> {
    LASTING.iter().map(|index| index.name).collect()
}

fn known(name: &str) -> &'static Known {
    let mut all = LASTING.iter().chain(&SPARE);
    let found = all.find(|index| index.name == name);
    found.unwrap_or_else(|| panic!("no index is called {name}"))
}

impl Known {
    /// What the index holds for an item; `None` if the item has not all of its keys.
    fn entry(&self, item: &Item) -> Option<Item> {
        let keys = || self.partition.iter().chain(self.sort);
        if !keys().all(|name| item.get(name).is_some()) {
            return None;
        }
        let held = |name: &str| match self.holds {
            Holds::Everything => true,
            Holds::Keys => ["artist", "song"].contains(&name) || keys().any(|key| *key == name),
            Holds::Note => {
                ["artist", "song", "note"].contains(&name) || keys().any(|key| *key == name)
            }
        };
        let mut entry = item.clone();
        entry.attributes.retain(|name, _| held(name));
        Some(entry)
    }

    fn partition_of(&self, entry: &Item) -> Vec<AttributeValue> {
        let values = self.partition.iter().map(|name| entry.get(name).cloned());
        values
            .collect::<Option<_>>()
            .expect("an entry has its keys")
    }

    /// The request that adds the index.
    pub(super) fn create(&self) -> UpdateTable {
        let keys = self.partition.iter().chain(self.sort);
        let types = keys.map(|name| match *name {
            "year" | "song" => definition(name, ScalarType::N),
            _ => definition(name, ScalarType::S),
        });
        let partition = self.partition.iter().map(|name| hash(name));
        let sort = self.sort.iter().map(|name| range(name));
        let (projection_type, non_key_attributes) = match self.holds {
            Holds::Everything => (ProjectionType::All, None),
            Holds::Keys => (ProjectionType::KeysOnly, None),
            Holds::Note => (ProjectionType::Include, Some(vec!["note".to_owned()])),
        };
        let create = IndexDefinition {
            name: self.name.try_into().unwrap(),
            key_schema: partition.chain(sort).collect(),
            projection_type: Some(projection_type),
            non_key_attributes,
            throughput: None,
            on_demand: None,
            warm: WarmRequest::default(),
        };
        UpdateTable {
            attribute_definitions: types.collect(),
            indexes: Some(vec![IndexChange {
                create: Some(create),
                ..IndexChange::default()
            }]),
            ..UpdateTable::default()
        }
    }

    /// The request that drops it.
    pub(super) fn delete(&self) -> UpdateTable {
        UpdateTable {
            indexes: Some(vec![IndexChange {
                delete: Some(self.name.try_into().unwrap()),
                ..IndexChange::default()
            }]),
            ..UpdateTable::default()
        }
    }

    /// A query of the partition that has this value for each attribute.
    pub(super) fn query_of(&self, value: &AttributeValue) -> Query {
        self.query(&vec![value.clone(); self.partition.len()])
    }

    fn query(&self, partition: &[AttributeValue]) -> Query {
        let numbered = || self.partition.iter().zip(partition).enumerate();
        let names = numbered().map(|(n, (name, _))| (format!("#k{n}"), (*name).to_owned()));
        let values = numbered().map(|(n, (_, value))| (format!(":k{n}"), value.clone()));
        let terms: Vec<_> = numbered().map(|(n, _)| format!("#k{n} = :k{n}")).collect();
        let mut placeholders =
            Placeholders::new(Some(names.collect()), Some(values.collect())).unwrap();
        Query {
            key_condition: KeyCondition::parse(&terms.join(" AND "), &mut placeholders).unwrap(),
            forward: true,
            options: self.options(),
        }
    }

    fn options(&self) -> ReadOptions {
        ReadOptions {
            index: Some(IndexName::try_from(self.name).unwrap()),
            limit: Some(PAGE_ITEMS),
            ..ReadOptions::all()
        }
    }
}

/// Asserts that an index of a table, by its name,, holds exactly what these items ask for.
pub(super) async fn check_index(table: &Arc<Table>, name: &str, items: &[Item], what: &str) {
    let index = known(name);
    let what = format!("index {name} of {what}");
    let wanted: Vec<Item> = items.iter().filter_map(|item| index.entry(item)).collect();
    same(&scanned(table, index.options()).await, &wanted, &what);

    let mut partitions: BTreeMap<String, Vec<AttributeValue>> = BTreeMap::new();
    for entry in &wanted {
        let partition = index.partition_of(entry);
        partitions.insert(format!("{partition:?}"), partition);
    }
    for partition in partitions.into_values() {
        let entries = wanted
            .iter()
            .filter(|entry| index.partition_of(entry) == partition);
        let entries: Vec<Item> = entries.cloned().collect();
        let found = queried(table, index.query(&partition));
        let what = format!("{what}, partition {partition:?}");
        same(&found, &entries, &what);
        let order: Vec<_> = found
            .iter()
            .map(|entry| sort_values(index, entry))
            .collect();
        assert!(order.is_sorted(), "{what}: out of order: {order:?}");
    }
}

pub(super) async fn scanned(table: &Arc<Table>, mut options: ReadOptions) -> Vec<Item> {
    let mut items = Vec::new();
    loop {
        let scan = Scan {
            segment: None,
            options: options.clone(),
        };
        let page = table.scan(scan).await.unwrap();
        items.extend(page.to_items().unwrap());
        options.exclusive_start_key = page.last_evaluated_key;
        if options.exclusive_start_key.is_none() {
            return items;
        }
    }
}

fn queried(table: &Table, mut query: Query) -> Vec<Item> {
    let mut items = Vec::new();
    loop {
        let page = table.query(&query).unwrap();
        items.extend(page.to_items().unwrap());
        query.options.exclusive_start_key = page.last_evaluated_key;
        if query.options.exclusive_start_key.is_none() {
            return items;
        }
    }
}

/// The sort key as DynamoDB orders it: numbers by value, strings by their bytes.
fn sort_values(index: &Known, entry: &Item) -> Vec<(i64, String)> {
    let value = |name: &&str| match entry.get(name) {
        Some(AttributeValue::N(number)) => (number.to_string().parse().unwrap(), String::new()),
        Some(AttributeValue::S(text)) => (0, text.clone()),
        other => panic!("{name} is {other:?}"),
    };
    index.sort.iter().map(value).collect()
}

/// Asserts that the same items are here and there; shows what differs.
pub(super) fn same(found: &[Item], wanted: &[Item], what: &str) {
    let mut surplus = found.to_vec();
    let mut missing = Vec::new();
    for item in wanted {
        match surplus.iter().position(|other| other == item) {
            Some(position) => drop(surplus.swap_remove(position)),
            None => missing.push(item),
        }
    }
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "{what} differs\nmissing: {missing:#?}\nsurplus: {surplus:#?}"
    );
}

/// Whether each index is ACTIVE, none on its way.
pub(super) fn are_settled(table: &Table) -> bool {
    let mut indexes = table.record().indexes.iter();
    indexes.all(|index| index.status == IndexStatus::Active)
}
