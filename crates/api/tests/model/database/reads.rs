//! Queries and scans: what all their pages show, and what each costs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Answer, Database, not_found};
use crate::capacity::{self, Bill, Kind, Options, size_bytes};
use crate::expression::Path;
use crate::fault::Fault;
use crate::request::Read;
use crate::schema::{Index, Key, KeyAttribute, Schema, schema_of};
use crate::semantics::projected;
use crate::value::{Item, item_to_json};

/// What the pages of a query or scan hold together.
#[derive(Debug)]
pub(crate) struct Pages {
    /// All entries that are read, before the filter, by their position in the key that is read
    /// and without regard to `ScanIndexForward`.
    pub(crate) read: Vec<Item>,
    /// What is shown of those that pass the filter.
    pub(crate) shown: Vec<Json>,
    /// Attributes of `LastEvaluatedKey`.
    pub(crate) key_names: BTreeSet<&'static str>,
    /// Whether `shown` is in the one order there is.
    pub(crate) is_ordered: bool,
    /// What whole entries are sorted by, if they are.
    pub(crate) sorted_by: &'static [KeyAttribute],
    /// The key of the table, which every entry holds.
    pub(crate) table_key: &'static [KeyAttribute],
    /// What the pages cost.
    pub(crate) prices: Prices,
}

/// What pages of a query or scan cost, by what they have read.
#[derive(Debug)]
pub(crate) struct Prices {
    schema: &'static Schema,
    index: Option<&'static Index>,
    /// Sizes of the entries and, where whole items are fetched for them, of those; in the order of
    /// [`Pages::read`].
    sizes: Vec<(usize, Option<usize>)>,
    is_consistent: bool,
    options: Options,
}

impl Prices {
    /// What the reply says of a page that has read the entries at these places.
    pub(crate) fn of_page(&self, entries: impl IntoIterator<Item = usize>) -> Option<Json> {
        let (mut read, mut fetched) = (0, 0.0);
        for at in entries {
            let (entry_bytes, item_bytes) = self.sizes[at];
            read += entry_bytes;
            let units = |size_bytes| capacity::of_read(size_bytes, self.is_consistent);
            fetched += item_bytes.map_or(0.0, units);
        }
        let units = capacity::of_read(read, self.is_consistent);
        let mut bill = Bill::new(Kind::Plain);
        match self.index {
            Some(index) => bill.add_index_read(self.schema, index, units, fetched),
            None => bill.add_table_read(self.schema, units),
        }
        let mut body = json!({});
        bill.show(&self.options, &mut body);
        body.get("ConsumedCapacity").cloned()
    }
}

impl Database {
    pub(super) fn read(&self, read: &Read, options: &Options) -> Answer {
        let Some(schema) = schema_of(read.table) else {
            return not_found();
        };
        let index = schema
            .indexes
            .iter()
            .find(|index| Some(index.name) == read.index);
        if read.index.is_some() && index.is_none() {
            return Answer::Fails(vec![Fault::validation(
                "The table does not have the specified index",
            )]);
        }
        let key = index.map_or(schema.key, |index| index.key);
        let faults = read.schema_faults(schema, index, key);
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let items = self
            .items
            .get(read.table)
            .into_iter()
            .flat_map(BTreeMap::values);
        let mut entries: Vec<&Item> = items
            .filter(|item| key.iter().all(|(name, _)| item.contains_key(*name)))
            .filter(|item| {
                read.key_conditions
                    .iter()
                    .all(|condition| condition.holds(item))
            })
            .collect();
        entries.sort_by_key(|item| {
            key.iter()
                .map(|(name, _)| item[*name].clone())
                .collect::<Key>()
        });
        // Those that are read have entries.
        let held = |item: &Item| -> Item {
            let entry = index.map(|index| index.entry(schema, item).unwrap());
            entry.unwrap_or_else(|| item.clone())
        };
        let wants_all = read.select == Some("ALL_ATTRIBUTES");
        // A local index fetches what it does not hold.
        let fetches = index.is_some_and(|index| {
            let mut names = read.projection.iter().map(Path::top);
            index.included.is_some() && wants_all || names.any(|name| !index.holds(schema, name))
        });
        let passes = |item: &&&Item| {
            read.filter
                .as_ref()
                .is_none_or(|filter| filter.holds(&held(item)))
        };
        let shown = entries.iter().filter(passes).map(|item| {
            item_to_json(&if !read.projection.is_empty() {
                projected(item, &read.projection)
            } else if wants_all {
                (*item).clone()
            } else {
                held(item)
            })
        });
        let mut shown: Vec<Json> = shown.collect();
        let sizes = entries
            .iter()
            .map(|item| (size_bytes(&held(item)), fetches.then(|| size_bytes(item))));
        let prices = Prices {
            schema,
            index,
            sizes: sizes.collect(),
            is_consistent: read.is_consistent,
            options: options.clone(),
        };
        let is_query = read.is_query();
        if !read.forward {
            shown.reverse();
        }
        let is_sorted = is_query && read.projection.is_empty();
        Answer::Pages(Pages {
            is_ordered: is_query && index.is_none(),
            sorted_by: if is_sorted {
                &key[index.map_or(1, |index| index.hashed)..]
            } else {
                &[]
            },
            table_key: schema.key,
            prices,
            key_names: schema
                .key
                .iter()
                .chain(key)
                .map(|(name, _)| *name)
                .collect(),
            read: entries.into_iter().cloned().collect(),
            shown,
        })
    }
}
