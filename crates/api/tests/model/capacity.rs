//! What requests cost, by the developer guide's arithmetic, and what replies say of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::schema::{Index, Schema};
use crate::value::{Item, item_to_json};

/// What a request asks for besides what it does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// `ReturnConsumedCapacity`.
    pub(crate) capacity: Option<&'static str>,
    /// Whether it asks for `ReturnItemCollectionMetrics`.
    pub(crate) collections: bool,
    /// `ClientRequestToken`.
    pub(crate) token: Option<&'static str>,
    /// Whether so much time passes before it that tokens from before count no more.
    pub(crate) after_pause: bool,
}

/// Whether a request is a transaction, which pays twice and says apart what it read or wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    TransactionOfReads,
    TransactionOfWrites,
}

/// What is consumed of a table and its indexes.
#[derive(Debug, Clone, Default)]
struct Consumed {
    table: f64,
    global: BTreeMap<&'static str, f64>,
    local: BTreeMap<&'static str, f64>,
}

/// What a request has consumed, table by table.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    kind: Kind,
    tables: BTreeMap<&'static str, Consumed>,
}

/// Units that reading so many bytes costs.
pub(crate) fn of_read(size_bytes: usize, is_consistent: bool) -> f64 {
    let blocks = (size_bytes as f64 / 4096.0).ceil().max(1.0);
    if is_consistent { blocks } else { blocks / 2.0 }
}

/// Units that a write costs which finds one size and leaves another.
fn of_write(old_bytes: usize, new_bytes: usize) -> f64 {
    (old_bytes.max(new_bytes) as f64 / 1024.0).ceil().max(1.0)
}

fn size_of(item: Option<&Item>) -> usize {
    item.map_or(0, size_bytes)
}

/// An item's size: its names and its values.
pub(crate) fn size_bytes(item: &Item) -> usize {
    let sizes = item
        .iter()
        .map(|(name, value)| name.len() + value.size_bytes());
    sizes.sum()
}

impl Index {
    /// What it holds of an item, if it holds the item at all.
    pub(crate) fn entry(&self, schema: &Schema, item: &Item) -> Option<Item> {
        let mut key = self.key.iter();
        if !key.all(|(name, _)| item.contains_key(*name)) {
            return None;
        }
        let held = item.iter().filter(|(name, _)| self.holds(schema, name));
        Some(
            held.map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// What a write of an item costs it; nothing if it leaves the entry as it was.
    fn write_units(&self, schema: &Schema, old: Option<&Item>, new: Option<&Item>) -> Option<f64> {
        let entry = |item: Option<&Item>| self.entry(schema, item?);
        let (old, new) = (entry(old), entry(new));
        if old == new {
            return None;
        }
        let (old_bytes, new_bytes) = (size_of(old.as_ref()), size_of(new.as_ref()));
        let moves = old.zip(new).is_some_and(|(old, new)| {
            let mut key = self.key.iter();
            key.any(|(name, _)| old.get(*name) != new.get(*name))
        });
        Some(if moves {
            of_write(old_bytes, 0) + of_write(0, new_bytes)
        } else {
            of_write(old_bytes, new_bytes)
        })
    }
}

impl Bill {
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            kind,
            tables: BTreeMap::new(),
        }
    }

    fn factor(&self) -> f64 {
        if self.kind == Kind::Plain { 1.0 } else { 2.0 }
    }

    /// Adds the read of an item, or of none.
    pub(crate) fn add_read(
        &mut self,
        table: &'static str,
        item: Option<&Item>,
        is_consistent: bool,
    ) {
        let is_consistent = is_consistent || self.kind != Kind::Plain;
        let units = of_read(size_of(item), is_consistent) * self.factor();
        self.tables.entry(table).or_default().table += units;
    }

    /// Adds a write. A check writes what it finds.
    pub(crate) fn add_write(
        &mut self,
        schema: &'static Schema,
        old: Option<&Item>,
        new: Option<&Item>,
    ) {
        let factor = self.factor();
        let consumed = self.tables.entry(schema.name).or_default();
        consumed.table += of_write(size_of(old), size_of(new)) * factor;
        for index in schema.indexes {
            if let Some(units) = index.write_units(schema, old, new) {
                *consumed.of_index(index) += units * factor;
            }
        }
    }

    /// Adds the read of a page of an index: its entries, and whole items fetched for them.
    pub(crate) fn add_index_read(
        &mut self,
        schema: &'static Schema,
        index: &'static Index,
        units: f64,
        fetched: f64,
    ) {
        let consumed = self.tables.entry(schema.name).or_default();
        consumed.table += fetched;
        *consumed.of_index(index) += units;
    }

    /// Adds the read of a page of a table.
    pub(crate) fn add_table_read(&mut self, schema: &'static Schema, units: f64) {
        self.tables.entry(schema.name).or_default().table += units;
    }

    /// Adds it to the reply of an operation on one table, if the request asks for it.
    pub(crate) fn show(&self, options: &Options, body: &mut Json) {
        if let Some(first) = self.shown(options).into_iter().flatten().next() {
            body["ConsumedCapacity"] = first;
        }
    }

    /// Adds it to the reply of an operation on several tables.
    pub(crate) fn show_list(&self, options: &Options, body: &mut Json) {
        if let Some(list) = self.shown(options) {
            body["ConsumedCapacity"] = list.into();
        }
    }

    fn shown(&self, options: &Options) -> Option<Vec<Json>> {
        let with_indexes = match options.capacity {
            Some("TOTAL") => false,
            Some("INDEXES") => true,
            _ => return None,
        };
        let tables = self.tables.iter().map(|(name, consumed)| {
            let of_indexes = consumed.global.values().chain(consumed.local.values());
            let mut shown = self.figure(consumed.table + of_indexes.sum::<f64>());
            shown["TableName"] = json!(name);
            if with_indexes {
                shown["Table"] = self.figure(consumed.table);
                for (member, indexes) in [
                    ("GlobalSecondaryIndexes", &consumed.global),
                    ("LocalSecondaryIndexes", &consumed.local),
                ] {
                    for (index, units) in indexes {
                        shown[member][*index] = self.figure(*units);
                    }
                }
            }
            shown
        });
        Some(tables.collect())
    }

    fn figure(&self, units: f64) -> Json {
        let mut figure = json!({"CapacityUnits": units});
        match self.kind {
            Kind::Plain => {}
            Kind::TransactionOfReads => figure["ReadCapacityUnits"] = json!(units),
            Kind::TransactionOfWrites => figure["WriteCapacityUnits"] = json!(units),
        }
        figure
    }
}

impl Consumed {
    fn of_index(&mut self, index: &'static Index) -> &mut f64 {
        let indexes = if index.is_global {
            &mut self.global
        } else {
            &mut self.local
        };
        indexes.entry(index.name).or_default()
    }
}

/// The item collections that writes went to: each once, of tables with local indexes only. None
/// comes near a gigabyte here.
#[derive(Debug, Default)]
pub(crate) struct Collections(BTreeMap<&'static str, BTreeSet<String>>);

impl Collections {
    /// Adds that of an item, by the item or its key.
    pub(crate) fn add(&mut self, schema: &'static Schema, item: &Item) {
        if schema.indexes.iter().all(|index| index.is_global) {
            return;
        }
        let name = schema.key[0].0;
        let key = item.get(name).cloned();
        let key = key.map(|value| (name.to_owned(), value)).into_iter();
        let key = item_to_json(&key.collect());
        let metrics = json!({"ItemCollectionKey": key, "SizeEstimateRangeGB": [0.0, 1.0]});
        self.0
            .entry(schema.name)
            .or_default()
            .insert(metrics.to_string());
    }

    fn of_tables(&self) -> impl Iterator<Item = (&'static str, Vec<Json>)> {
        self.0.iter().map(|(table, metrics)| {
            let metrics = metrics.iter().map(|text| serde_json::from_str(text));
            (*table, metrics.map(Result::unwrap).collect())
        })
    }

    /// Adds it to the reply to a single write, if the request asks for it.
    pub(crate) fn show(&self, options: &Options, body: &mut Json) {
        let first = self.of_tables().flat_map(|(_, metrics)| metrics).next();
        if let Some(metrics) = first.filter(|_| options.collections) {
            body["ItemCollectionMetrics"] = metrics;
        }
    }

    /// Adds them to the reply to several writes.
    pub(crate) fn show_map(&self, options: &Options, body: &mut Json) {
        if !options.collections {
            return;
        }
        for (table, metrics) in self.of_tables() {
            body["ItemCollectionMetrics"][table] = metrics.into();
        }
    }
}
