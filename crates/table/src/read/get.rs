//! Reads of items by their primary keys.

use std::collections::HashSet;
use std::sync::Arc;

use anywhen_engine::{KeyBounds, Snapshot};
use anywhen_expr::Projection;
use anywhen_model::{CommitTimestamp, Item, TableName, limits, stored_to_json, write_item};
use bytes::Bytes;

use super::{BatchGet, GetItem, ItemSource, TransactGet};
use crate::error::{CancellationReason, TableError};
use crate::keys::Fault;
use crate::realm::RealmTables;
use crate::table::Table;

/// An item that was read, or the part of it that was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadItem {
    stored: Vec<u8>,
    projected: Option<Item>,
}

/// What a BatchGetItem found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchGetOutcome {
    /// For each table of the request, in its order, the items found.
    pub found: Vec<(TableName, Vec<ReadItem>)>,
    /// For each table of the request, in its order, the keys not looked at because the answer
    /// had grown too large.
    pub unprocessed: Vec<(TableName, Vec<Item>)>,
}

/// What a TransactGetItems found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactGetOutcome {
    /// In request order; `None` where there is no such item.
    pub items: Vec<Option<ReadItem>>,
    /// The commit whose state was read.
    pub timestamp: CommitTimestamp,
}

impl ReadItem {
    fn new(
        table: &Table,
        stored: Vec<u8>,
        projection: Option<&Projection>,
    ) -> Result<Self, TableError> {
        let projected = match projection {
            Some(projection) => Some(projection.project(&table.decode(&stored)?)),
            None => None,
        };
        Ok(Self { stored, projected })
    }

    /// What was wanted of the item.
    pub fn to_item(&self) -> Result<Item, TableError> {
        match &self.projected {
            Some(projected) => Ok(projected.clone()),
            None => self.whole(),
        }
    }

    /// Appends what was wanted as DynamoDB JSON; a whole item in one pass over its stored form.
    pub fn write_json(&self, out: &mut Vec<u8>) -> Result<(), TableError> {
        match &self.projected {
            Some(projected) => {
                write_item(projected, out);
                Ok(())
            }
            None => stored_to_json(&self.stored, out).map_err(damaged),
        }
    }

    /// Size of the whole item, whatever was wanted of it: what the read costs. In bytes.
    pub fn size_bytes(&self) -> Result<usize, TableError> {
        Ok(self.whole()?.size_bytes())
    }

    fn whole(&self) -> Result<Item, TableError> {
        anywhen_model::decode_item(&self.stored).map_err(damaged)
    }
}

fn damaged(error: anywhen_model::CorruptItem) -> TableError {
    TableError::Internal(error.to_string())
}

impl Table {
    /// One item.
    pub fn get_item(&self, get: &GetItem) -> Result<Option<ReadItem>, TableError> {
        let key = self.key_to_get(get)?;
        self.get(&*self.engine.snapshot()?, &key, get.projection.as_ref())
    }

    /// All items as of one snapshot, and its timestamp: the last commit whose changes it holds.
    pub fn snapshot_items(&self) -> Result<(CommitTimestamp, ItemSource), TableError> {
        let snapshot = self.engine.snapshot()?;
        Ok((
            snapshot.timestamp()?,
            self.records(&*snapshot, self.items())?,
        ))
    }

    /// The items within bounds of stored keys as they are now, in stored form: what a restore
    /// has loaded so far, for one.
    pub fn stored_items(&self, bounds: KeyBounds) -> Result<ItemSource, TableError> {
        let snapshot = self.engine.snapshot()?;
        self.records_in(&*snapshot, self.items(), bounds)
    }

    fn key_to_get(&self, get: &GetItem) -> Result<Bytes, Fault> {
        let key = self.stored_key(&get.key)?;
        self.check_read_paths(None, get.projection.as_ref())?;
        Ok(key)
    }

    fn get(
        &self,
        snapshot: &dyn Snapshot,
        key: &[u8],
        projection: Option<&Projection>,
    ) -> Result<Option<ReadItem>, TableError> {
        let stored = self.read_stored(snapshot, key)?;
        stored
            .map(|stored| ReadItem::new(self, stored, projection))
            .transpose()
    }
}

impl RealmTables {
    /// Items of several tables, all as of one snapshot. Stops looking once the items found
    /// exceed 16 MB.
    pub fn batch_get(&self, requests: &[BatchGet]) -> Result<BatchGetOutcome, TableError> {
        requests.iter().try_for_each(BatchGet::check_distinct)?;
        let mut prepared = Vec::with_capacity(requests.len());
        for request in requests {
            let table = self.open_table(&request.table)?;
            prepared.push((request, request.stored_keys(&table)?, table));
        }
        let snapshot = self.snapshot()?;
        let mut outcome = BatchGetOutcome {
            found: Vec::new(),
            unprocessed: Vec::new(),
        };
        let mut bytes = 0;
        for (request, keys, table) in prepared {
            let (mut found, mut left) = (Vec::new(), Vec::new());
            for (key, stored_key) in request.keys.iter().zip(keys) {
                if bytes >= limits::BATCH_GET_BYTES_MAX {
                    left.push(key.clone());
                } else if let Some(item) =
                    table.get(&*snapshot, &stored_key, request.projection.as_ref())?
                {
                    bytes += item.stored.len();
                    found.push(item);
                }
            }
            outcome.found.push((request.table.clone(), found));
            if !left.is_empty() {
                outcome.unprocessed.push((request.table.clone(), left));
            }
        }
        Ok(outcome)
    }

    /// Items of several tables as of one snapshot, which is a point in the serial order of all
    /// transactions.
    pub fn transact_get(&self, requests: &[TransactGet]) -> Result<TransactGetOutcome, TableError> {
        let tables = requests
            .iter()
            .map(|request| self.open_table(&request.table));
        let tables = tables.collect::<Result<Vec<_>, _>>()?;
        let keys = transact_keys(requests, &tables)?;
        let snapshot = self.snapshot()?;
        let items = requests
            .iter()
            .zip(&tables)
            .zip(keys)
            .map(|((request, table), key)| {
                table.get(&*snapshot, &key, request.get.projection.as_ref())
            });
        let items = items.collect::<Result<Vec<_>, _>>()?;
        Ok(TransactGetOutcome {
            items,
            timestamp: snapshot.timestamp()?,
        })
    }
}

/// The stored keys, or a cancellation that says which are at fault.
fn transact_keys(
    requests: &[TransactGet],
    tables: &[Arc<Table>],
) -> Result<Vec<Bytes>, TableError> {
    let mut reasons = Vec::with_capacity(requests.len());
    let mut keys = Vec::with_capacity(requests.len());
    let mut seen = HashSet::new();
    for (request, table) in requests.iter().zip(tables) {
        match table.key_to_get(&request.get) {
            Ok(key) if !seen.insert((table.id(), key.clone())) => {
                return Err(TableError::validation(
                    "Transaction request cannot include multiple operations on one item",
                ));
            }
            Ok(key) => {
                keys.push(key);
                reasons.push(CancellationReason::None);
            }
            Err(Fault::Invalid(text)) => reasons.push(CancellationReason::ValidationError(text)),
            Err(fault) => return Err(fault.into()),
        }
    }
    if keys.len() < requests.len() {
        return Err(TableError::TransactionCanceled { reasons });
    }
    Ok(keys)
}

impl BatchGet {
    fn check_distinct(&self) -> Result<(), TableError> {
        for (position, key) in self.keys.iter().enumerate() {
            if self
                .keys
                .iter()
                .take(position)
                .any(|earlier| earlier == key)
            {
                return Err(TableError::validation(
                    "Provided list of item keys contains duplicates",
                ));
            }
        }
        Ok(())
    }

    fn stored_keys(&self, table: &Table) -> Result<Vec<Bytes>, TableError> {
        table.check_read_paths(None, self.projection.as_ref())?;
        let keys = self
            .keys
            .iter()
            .map(|key| Ok(table.stored_key(key).map_err(Fault::from)?));
        keys.collect()
    }
}
