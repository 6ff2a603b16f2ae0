//! What replies say of the capacity a request has consumed, and of item collections.
//!
//! Figures are made for every request by the table layer; here those that the client asked for
//! take the form of its reply. A table is named as the request named it, by name or ARN.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::{CapacityUnits, Item};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{Charge, Consumed, IndexKind, ItemCollection, Table};

use crate::body::Body;
use crate::fault;

/// What `ReturnConsumedCapacity` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    Nothing,
    /// The sum.
    Total,
    /// The sum, the table's part, and that of each index that was touched.
    Indexes,
}

impl Asked {
    /// From the request's member, whose values the model's constraints have checked.
    pub(crate) fn of(option: Option<&String>) -> Self {
        match option.map(String::as_str) {
            Some("TOTAL") => Self::Total,
            Some("INDEXES") => Self::Indexes,
            _ => Self::Nothing,
        }
    }
}

/// Whether transactions say apart what they read or wrote; other operations do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transaction {
    No,
    Reads,
    Writes,
}

/// What one request consumed, table by table.
pub(crate) struct Report {
    asked: Asked,
    transaction: Transaction,
    tables: Vec<(String, Arc<Table>, Consumed)>,
}

impl Report {
    pub(crate) fn new(asked: Asked, transaction: Transaction) -> Self {
        Self {
            asked,
            transaction,
            tables: Vec::new(),
        }
    }

    /// Adds what was consumed of the table that the request called `reference`.
    pub(crate) fn add(&mut self, reference: &str, table: &Arc<Table>, consumed: &Consumed) {
        if self.asked == Asked::Nothing {
            return;
        }
        let known = |(_, known, _): &&mut (String, Arc<Table>, Consumed)| known.id() == table.id();
        match self.tables.iter_mut().find(known) {
            Some((_, _, sum)) => sum.add(consumed),
            None => self
                .tables
                .push((reference.to_owned(), Arc::clone(table), consumed.clone())),
        }
    }

    /// The same of one action.
    pub(crate) fn add_charge(&mut self, reference: &str, charge: &Charge) {
        self.add(reference, &charge.table, &charge.consumed);
    }

    /// Adds the figures of an operation on one table to its reply, if they were asked for.
    pub(crate) fn write_one(&self, body: &mut Body) -> Result<(), Fault> {
        body.shape("ConsumedCapacity", self.shapes().first())
    }

    /// Adds the figures of an operation on several tables to its reply.
    pub(crate) fn write_list(&self, body: &mut Body) -> Result<(), Fault> {
        let list = self.shapes();
        let list = Some(&list).filter(|_| self.asked != Asked::Nothing);
        body.shape("ConsumedCapacity", list)
    }

    fn shapes(&self) -> Vec<shapes::ConsumedCapacity> {
        let shape = |(reference, table, consumed): &(String, Arc<Table>, Consumed)| {
            self.shape(reference, table, consumed)
        };
        self.tables.iter().map(shape).collect()
    }

    fn shape(
        &self,
        reference: &str,
        table: &Table,
        consumed: &Consumed,
    ) -> shapes::ConsumedCapacity {
        let total = self.capacity(consumed.total());
        let mut shape = shapes::ConsumedCapacity {
            table_name: Some(reference.to_owned()),
            capacity_units: total.capacity_units,
            read_capacity_units: total.read_capacity_units,
            write_capacity_units: total.write_capacity_units,
            ..shapes::ConsumedCapacity::default()
        };
        if self.asked == Asked::Indexes {
            shape.table = Some(self.capacity(consumed.table));
            shape.global_secondary_indexes = self.indexes(table, consumed, IndexKind::Global);
            shape.local_secondary_indexes = self.indexes(table, consumed, IndexKind::Local);
        }
        shape
    }

    /// The indexes of a kind that were touched; `None` if none was.
    fn indexes(
        &self,
        table: &Table,
        consumed: &Consumed,
        kind: IndexKind,
    ) -> Option<BTreeMap<String, shapes::Capacity>> {
        let touched = table.record().indexes.iter().filter_map(|index| {
            let (_, units) = consumed
                .indexes
                .iter()
                .find(|(number, _)| *number == index.number)?;
            let entry = (index.name.to_string(), self.capacity(*units));
            (index.kind == kind).then_some(entry)
        });
        let touched: BTreeMap<_, _> = touched.collect();
        (!touched.is_empty()).then_some(touched)
    }

    fn capacity(&self, units: CapacityUnits) -> shapes::Capacity {
        let units = Some(units.as_f64());
        shapes::Capacity {
            capacity_units: units,
            read_capacity_units: units.filter(|_| self.transaction == Transaction::Reads),
            write_capacity_units: units.filter(|_| self.transaction == Transaction::Writes),
        }
    }
}

/// The item collections that a request's writes have touched, by the table's name as the request
/// gave it.
pub(crate) struct Collections {
    asked: bool,
    found: BTreeMap<String, Vec<ItemCollection>>,
}

impl Collections {
    /// For the request's `ReturnItemCollectionMetrics`.
    pub(crate) fn new(option: Option<&String>) -> Self {
        Self {
            asked: option.is_some_and(|value| value == "SIZE"),
            found: BTreeMap::new(),
        }
    }

    /// Adds the collection that a write went to, by the item or its key. The write is done, so
    /// what cannot be told of it is logged and left out: its reply must not look like a failure.
    pub(crate) async fn add(&mut self, reference: &str, table: &Arc<Table>, item: &Item) {
        if !self.asked || !table.has_item_collections() {
            return;
        }
        let (table, item) = (Arc::clone(table), item.clone());
        let found = crate::items::blocking(move || table.item_collection(&item)).await;
        let Ok(Some(found)) = found else { return };
        let known = self.found.entry(reference.to_owned()).or_default();
        if known.iter().all(|known| known.key != found.key) {
            known.push(found);
        }
    }

    /// Whether the request asks for any.
    pub(crate) fn are_asked(&self) -> bool {
        self.asked
    }

    /// Adds the metrics of an operation on one item to its reply, if there are any.
    pub(crate) fn write_one(&self, body: &mut Body) -> Result<(), Fault> {
        let one = self.found.values().flatten().next().map(shape);
        body.shape("ItemCollectionMetrics", one.as_ref())
    }

    /// Adds the metrics of an operation on several items to its reply, if there are any.
    pub(crate) fn write_map(&self, body: &mut Body) -> Result<(), Fault> {
        let shapes = self
            .found
            .iter()
            .map(|(reference, found)| (reference, found.iter().map(shape).collect::<Vec<_>>()));
        let shapes: BTreeMap<_, _> = shapes.collect();
        body.shape(
            "ItemCollectionMetrics",
            Some(&shapes).filter(|shapes| !shapes.is_empty()),
        )
    }
}

fn shape(collection: &ItemCollection) -> shapes::ItemCollectionMetrics {
    let (least, most) = collection.size_range_gb;
    shapes::ItemCollectionMetrics {
        item_collection_key: Some(fault::item_json(&collection.key)),
        size_estimate_range_gb: Some(vec![least as f64, most as f64]),
    }
}
