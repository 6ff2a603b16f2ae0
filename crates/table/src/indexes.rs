//! Secondary indexes: which entries follow from an item, and the proof that they are there.
//!
//! An item is in an index when it has all of the index's key attributes in their types. Its
//! entry stands under the index key followed by the item's stored key, and holds the projected
//! item. Entries change in the same commit as their item.
//!
//! An index that is being filled ([`crate::backfill`]) may lack entries, never has one that is
//! wrong. A write of an item whose entry is missing there writes it, whether it changes it or not.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use anywhen_engine::{Direction, KeyBounds, Snapshot};
use anywhen_model::{CorruptItem, Item, StoredKey, decode_item, stored_part, stored_size_bytes};
use bytes::Bytes;

use crate::error::TableError;
use crate::expiry::{ENTRY, Expiry};
use crate::read::ItemSource;
use crate::record::{IndexKind, IndexProjection, IndexRecord};
use crate::table::{ITEMS_PART, Index, Part, Table, unseal};

/// The entry of one item in one index, in the form a bulk load seals and writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The index's number; names its keyspace and is what the entry is sealed to.
    pub number: u32,
    /// The entry's stored key.
    pub key: Bytes,
    /// The projected item in stored form.
    pub stored: Bytes,
    /// Size of the projected item, in bytes.
    pub size_bytes: usize,
}

/// An entry before it is encoded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: Bytes,
    pub(crate) item: Item,
}

/// A difference between what an index holds and what its items ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexFault {
    /// The index's number; 0 is the items themselves.
    pub number: u32,
    /// The entry's stored key.
    pub key: Bytes,
    /// What is wrong.
    pub what: &'static str,
}

impl Table {
    /// The entries that the item stored under `key` has in the table's indexes.
    pub fn index_entries(&self, key: &[u8], item: &Item) -> Vec<IndexEntry> {
        let key = Bytes::copy_from_slice(key);
        let entries = self.indexes().iter().zip(self.entries_of(&key, Some(item)));
        entries
            .filter_map(|(index, entry)| {
                let entry = entry?;
                Some(IndexEntry {
                    number: index.part.number,
                    key: entry.key,
                    size_bytes: entry.item.size_bytes(),
                    stored: stored_form(&entry.item).into(),
                })
            })
            .collect()
    }

    /// [`Self::index_entries`] of an item in its stored form, without building the item: only
    /// key attributes are decoded, the rest of an entry is copied. An item that an index's key
    /// does not fit has no entry in it.
    pub fn stored_index_entries(
        &self,
        key: &Bytes,
        stored: &Bytes,
    ) -> Result<Vec<IndexEntry>, TableError> {
        let mut whole = None;
        let entries = self.indexes().iter();
        entries
            .filter_map(|index| {
                self.stored_entry(index, key, stored, &mut whole)
                    .transpose()
            })
            .collect()
    }

    /// The entry in one index of an item in its stored form. `whole` is the item's size, once it
    /// is known.
    pub(crate) fn stored_entry(
        &self,
        index: &Index,
        key: &Bytes,
        stored: &Bytes,
        whole: &mut Option<usize>,
    ) -> Result<Option<IndexEntry>, TableError> {
        let schema = &index.record.key_schema;
        let key_attributes = self.decode_part(stored, |name| schema.contains(name))?;
        let Some(index_key) = schema.index_key_of_item(&key_attributes) else {
            return Ok(None);
        };
        let base = StoredKey::from_bytes(key.clone());
        let (projected, size_bytes) = self.stored_projection(&index.record, stored, whole)?;
        Ok(Some(IndexEntry {
            number: index.part.number,
            key: index_key
                .stored_index(self.hash_secret(), &base)
                .into_bytes(),
            stored: projected,
            size_bytes,
        }))
    }

    /// What an index keeps of an item, and its size. `whole` is the item's, once it is known.
    fn stored_projection(
        &self,
        index: &IndexRecord,
        stored: &Bytes,
        whole: &mut Option<usize>,
    ) -> Result<(Bytes, usize), TableError> {
        let included = match &index.projection {
            IndexProjection::All => {
                let size_bytes = match *whole {
                    Some(size_bytes) => size_bytes,
                    None => self.size_bytes(stored)?,
                };
                *whole = Some(size_bytes);
                return Ok((stored.clone(), size_bytes));
            }
            IndexProjection::KeysOnly => None,
            IndexProjection::Include(names) => Some(names),
        };
        let kept = |name: &str| self.projects(index, included, name);
        let (part, size_bytes) = stored_part(stored, kept).map_err(|error| self.damaged(error))?;
        Ok((part.into(), size_bytes))
    }

    /// Whether an index that does not hold everything holds an attribute.
    fn projects(
        &self,
        index: &IndexRecord,
        included: Option<&BTreeSet<String>>,
        name: &str,
    ) -> bool {
        self.record().key_schema.contains(name)
            || index.key_schema.contains(name)
            || included.is_some_and(|names| names.contains(name))
    }

    /// For each index, in order, the entry of the item.
    pub(crate) fn entries_of(&self, key: &Bytes, item: Option<&Item>) -> Vec<Option<Entry>> {
        let base = StoredKey::from_bytes(key.clone());
        self.indexes()
            .iter()
            .map(|index| {
                let item = item?;
                let index_key = index.record.key_schema.index_key_of_item(item)?;
                Some(Entry {
                    key: index_key
                        .stored_index(self.hash_secret(), &base)
                        .into_bytes(),
                    item: self.project(&index.record, item),
                })
            })
            .collect()
    }

    /// Takes out the entries of an item that an index which is being filled does not hold yet.
    /// Entries are in the order of the indexes, the item's latch was held for the snapshot.
    pub(crate) fn forget_missing(
        &self,
        snapshot: &dyn Snapshot,
        entries: &mut [Option<Entry>],
    ) -> Result<(), TableError> {
        for (index, place) in self.indexes().iter().zip(entries) {
            if let Some(entry) = place
                && index.record.status.is_filling()
                && snapshot.get(index.part.keyspace, &entry.key)?.is_none()
            {
                *place = None;
            }
        }
        Ok(())
    }

    /// How many local indexes the table has.
    pub(crate) fn local_index_count(&self) -> usize {
        self.local_indexes().count()
    }

    /// Size of the entries that an item has in local indexes, all together.
    pub(crate) fn local_entries_bytes(&self, item: &Item) -> usize {
        let indexes = self.local_indexes().filter(|index| {
            let index_key = index.record.key_schema.index_key_of_item(item);
            index_key.is_some()
        });
        indexes
            .map(|index| self.project(&index.record, item).size_bytes())
            .sum()
    }

    /// The table's local indexes.
    pub(crate) fn local_indexes(&self) -> impl Iterator<Item = &Index> {
        let indexes = self.indexes().iter();
        indexes.filter(|index| index.record.kind == IndexKind::Local)
    }

    /// The part of an item that an index holds.
    fn project(&self, index: &IndexRecord, item: &Item) -> Item {
        let included = match &index.projection {
            IndexProjection::All => return item.clone(),
            IndexProjection::KeysOnly => None,
            IndexProjection::Include(names) => Some(names),
        };
        let kept = |name: &String| self.projects(index, included, name);
        let attributes = item.attributes.iter().filter(|(name, _)| kept(name));
        attributes
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// Compares every index, and the order of expiry, with the items, in one snapshot. One that is
    /// being filled may lack entries. Reads the whole table into memory;
    /// meant for tests and for checks by hand.
    pub fn check_indexes(&self) -> Result<Vec<IndexFault>, TableError> {
        let snapshot = self.engine.snapshot()?;
        let mut wanted: BTreeMap<(u32, Bytes), Bytes> = BTreeMap::new();
        let mut faults = Vec::new();
        for record in self.records(&*snapshot, self.items())? {
            let (key, stored) = record?;
            let item = self.decode(&stored)?;
            let found_under = self.record().key_schema.key_of_item(&item);
            let found_under = found_under.map(|key| key.stored(self.hash_secret()).into_bytes());
            if found_under.as_ref() != Ok(&key) {
                let what = "an item stands under another key than its own";
                faults.push(IndexFault {
                    number: ITEMS_PART,
                    key: key.clone(),
                    what,
                });
            }
            for entry in self.index_entries(&key, &item) {
                wanted.insert((entry.number, entry.key), entry.stored);
            }
            if let Some(expiry) = self.expiry() {
                let entry = expiry.entry_key(&key, &item);
                let entry = entry.map(|entry| (expiry.part().number, entry));
                wanted.extend(entry.map(|entry| (entry, Bytes::from_static(ENTRY))));
            }
        }
        let parts = self.indexes().iter().map(|index| &index.part);
        for part in parts.chain(self.expiry().map(Expiry::part)) {
            let number = part.number;
            for record in self.records(&*snapshot, part)? {
                let (key, stored) = record?;
                let what = match wanted.remove(&(number, key.clone())) {
                    Some(same) if same == stored => continue,
                    Some(_) => "the entry holds something else than its item",
                    None => "the entry belongs to no item",
                };
                faults.push(IndexFault { number, key, what });
            }
        }
        let whole = |number: u32| {
            let index = self.record().index_by_number(number);
            let expiry = self.expiry().map(Expiry::is_filled);
            index.map_or(expiry, |index| Some(!index.status.is_filling())) == Some(true)
        };
        let missing = wanted.into_keys().filter(|(number, _)| whole(*number));
        faults.extend(missing.map(|(number, key)| IndexFault {
            number,
            key,
            what: "an item lacks its entry",
        }));
        Ok(faults)
    }

    /// All records of a part, unsealed, in key order.
    pub(crate) fn records(
        &self,
        snapshot: &dyn Snapshot,
        part: &Part,
    ) -> Result<ItemSource, TableError> {
        self.records_in(snapshot, part, (Bound::Unbounded, Bound::Unbounded))
    }

    /// [`Self::records`] within bounds.
    pub(crate) fn records_in(
        &self,
        snapshot: &dyn Snapshot,
        part: &Part,
        bounds: KeyBounds,
    ) -> Result<ItemSource, TableError> {
        let (table, number) = (self.id(), part.number);
        let cipher = Arc::clone(&self.keys().cipher);
        let range = snapshot.range(part.keyspace, bounds, Direction::Forward)?;
        Ok(Box::new(range.map(move |record| {
            let (key, sealed) = record?;
            let stored = unseal(&cipher, table, number, &key, &sealed)?;
            Ok((key, stored))
        })))
    }

    /// Some attributes of an item in its stored form; damage is an error that names the table.
    pub(crate) fn decode_part(
        &self,
        stored: &Bytes,
        kept: impl Fn(&str) -> bool,
    ) -> Result<Item, TableError> {
        let (part, _) = stored_part(stored, kept).map_err(|error| self.damaged(error))?;
        self.decode(&part)
    }

    /// The item in its stored form; damage is an error that names the table.
    pub(crate) fn decode(&self, stored: &[u8]) -> Result<Item, TableError> {
        decode_item(stored).map_err(|error| self.damaged(error))
    }

    /// The size of an item in its stored form; damage is an error that names the table.
    pub(crate) fn size_bytes(&self, stored: &[u8]) -> Result<usize, TableError> {
        stored_size_bytes(stored).map_err(|error| self.damaged(error))
    }

    fn damaged(&self, error: CorruptItem) -> TableError {
        TableError::Internal(format!("stored item of table {}: {error}", self.id()))
    }
}

/// An item in its stored form.
pub(crate) fn stored_form(item: &Item) -> Vec<u8> {
    let mut stored = Vec::with_capacity(64 + item.size_bytes());
    anywhen_model::encode_item(item, &mut stored);
    stored
}
