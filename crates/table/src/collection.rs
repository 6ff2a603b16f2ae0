//! Item collections: the items of one partition key with their entries in local indexes.
//!
//! Only tables with local indexes have them. Their sizes are told as a range of whole gigabytes,
//! and telling them is cheap: no collection is larger than its table, and the table's size is
//! known. Only in a table of a gigabyte or more is the collection itself looked at, and then no
//! more of it than [`Bounds::walked_bytes`]; what that leaves open makes the range wider, never
//! wrong.

use anywhen_engine::Direction;
use anywhen_expr::{KeyRange, SortCondition};
use anywhen_model::{Item, KeyValue};

use crate::error::TableError;
use crate::read::StoredRange;
use crate::table::{Part, Table};

/// An item collection, named by its partition key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemCollection {
    /// The partition key as an attribute.
    pub key: Item,
    /// Gigabytes the collection has at least, and at most.
    pub size_range_gb: (u64, u64),
}

/// How sizes are told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// What a range counts in, in bytes.
    pub(crate) unit_bytes: u64,
    /// How much of a collection is looked at, in stored bytes.
    pub(crate) walked_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            unit_bytes: 1 << 30,
            walked_bytes: 32 << 20,
        }
    }
}

impl Table {
    /// Whether the table has item collections: whether it has local indexes.
    pub fn has_item_collections(&self) -> bool {
        self.local_index_count() > 0
    }

    /// The collection that the item with these key attributes belongs to; `None` if the table has
    /// none. May read from the disk, within bounds.
    pub fn item_collection(&self, item: &Item) -> Result<Option<ItemCollection>, TableError> {
        self.item_collection_within(item, Bounds::default())
    }

    pub(crate) fn item_collection_within(
        &self,
        item: &Item,
        bounds: Bounds,
    ) -> Result<Option<ItemCollection>, TableError> {
        let partition = &self.record().key_schema.partition;
        let values = partition.iter().map(|attribute| item.get(&attribute.name));
        let Some(values) = values.collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        if !self.has_item_collections() {
            return Ok(None);
        }
        let parts = self.collection_parts();
        let table_bytes: u64 = parts.map(|part| part.counters.read().size_bytes).sum();
        let size_range_gb = if table_bytes < bounds.unit_bytes {
            (0, 1)
        } else {
            let key = values.iter().copied().filter_map(KeyValue::from_attribute);
            let (bytes, is_whole) = self.walk_collection(key.collect(), bounds)?;
            let most_bytes = if is_whole {
                bytes
            } else {
                table_bytes.max(bytes)
            };
            (
                bytes / bounds.unit_bytes,
                most_bytes / bounds.unit_bytes + 1,
            )
        };
        let names = partition.iter().map(|attribute| attribute.name.clone());
        Ok(Some(ItemCollection {
            key: names.zip(values.into_iter().cloned()).collect(),
            size_range_gb,
        }))
    }

    /// The items, then the local indexes.
    fn collection_parts(&self) -> impl Iterator<Item = &Part> {
        let indexes = self.local_indexes().map(|index| &index.part);
        std::iter::once(self.items()).chain(indexes)
    }

    /// Bytes of the collection that were walked, and whether that was all of it.
    fn walk_collection(
        &self,
        partition: Vec<KeyValue>,
        bounds: Bounds,
    ) -> Result<(u64, bool), TableError> {
        let range = KeyRange {
            partition,
            sort_prefix: Vec::new(),
            sort: SortCondition::None,
        };
        let range = StoredRange::of(&range, self.hash_secret());
        let snapshot = self.engine.snapshot()?;
        let (mut bytes, mut walked_bytes) = (0, 0);
        for part in self.collection_parts() {
            let records =
                snapshot.range(part.keyspace, range.bounds.clone(), Direction::Forward)?;
            for record in records {
                if walked_bytes >= bounds.walked_bytes {
                    return Ok((bytes, false));
                }
                let (key, sealed) = record?;
                walked_bytes += sealed.len() as u64;
                let stored = self.unseal(part.number, &key, &sealed)?;
                bytes += self.size_bytes(&stored)? as u64;
            }
        }
        Ok((bytes, true))
    }
}
