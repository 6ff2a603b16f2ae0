//! Reads of items by their primary keys.

use std::collections::HashSet;
use std::sync::Arc;

use anywhen_engine::{KeyBounds, Snapshot};
use anywhen_expr::Projection;
use anywhen_model::{
    CommitTimestamp, Item, ReadConsistency, TableName, limits, stored_size_bytes, stored_to_json,
    write_item,
};
use bytes::Bytes;

use super::{BatchGet, GetItem, ItemSource, TransactGet};
use crate::capacity::{Charge, Consumed};
use crate::error::{CancellationReason, TRANSACTION_TOO_LARGE, TableError};
use crate::keys::Fault;
use crate::realm::RealmTables;
use crate::table::{ITEMS_PART, Table};
use crate::throttle::Access;
use crate::write::all_or_none;

/// Stored forms of this length hold items that one unit reads.
const ONE_BLOCK_STORED_BYTES: usize = 2048;

/// An item that was read, or the part of it that was wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadItem {
    stored: Vec<u8>,
    projected: Option<Item>,
}

/// What a GetItem found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetOutcome {
    /// The item, if there is one.
    pub item: Option<ReadItem>,
    /// What the read consumed.
    pub consumed: Consumed,
}

/// What a BatchGetItem found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchGetOutcome {
    /// For each table of the request, in its order, the items found.
    pub found: Vec<(TableName, Vec<ReadItem>)>,
    /// For each table of the request, in its order, the keys whose items the answer had no room
    /// for.
    pub unprocessed: Vec<(TableName, Vec<Item>)>,
    /// For each table of the request, in its order, what its reads consumed.
    pub charges: Vec<Charge>,
}

/// What a TransactGetItems found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactGetOutcome {
    /// In request order; `None` where there is no such item.
    pub items: Vec<Option<ReadItem>>,
    /// The commit whose state was read.
    pub timestamp: CommitTimestamp,
    /// What each read consumed, in request order.
    pub charges: Vec<Charge>,
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

    /// A whole item.
    pub(super) fn whole(stored: Vec<u8>) -> Self {
        Self {
            stored,
            projected: None,
        }
    }

    /// A part of an item.
    pub(super) fn part(stored: Vec<u8>, projected: Item) -> Self {
        Self {
            stored,
            projected: Some(projected),
        }
    }

    /// The part of what was wanted that `part` makes of it.
    pub(super) fn narrowed(self, part: impl FnOnce(Item) -> Item) -> Result<Self, TableError> {
        let projected = part(self.to_item()?);
        Ok(Self::part(self.stored, projected))
    }

    /// What was wanted of the item.
    pub fn to_item(&self) -> Result<Item, TableError> {
        match &self.projected {
            Some(projected) => Ok(projected.clone()),
            None => anywhen_model::decode_item(&self.stored).map_err(damaged),
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
        stored_size_bytes(&self.stored).map_err(damaged)
    }

    /// Bytes to charge the read for: the item's size, or less where that makes no difference.
    fn charged_bytes(&self) -> Result<usize, TableError> {
        // No item's size is more than twice the length of its stored form, so most items need
        // not be walked to know that they are one block.
        if self.stored.len() <= ONE_BLOCK_STORED_BYTES {
            return Ok(0);
        }
        self.size_bytes()
    }
}

pub(super) fn damaged(error: anywhen_model::CorruptItem) -> TableError {
    TableError::Internal(error.to_string())
}

impl Table {
    /// One item.
    pub fn get_item(&self, get: &GetItem) -> Result<GetOutcome, TableError> {
        let key = self.key_to_get(get)?;
        self.check_capacity(Access::Read, ITEMS_PART)?;
        let item = self.get(&*self.engine.snapshot()?, &key, get.projection.as_ref())?;
        let consistency = ReadConsistency::of(get.consistent_read);
        let consumed = self.charge_item_read(item.as_ref(), consistency)?;
        Ok(GetOutcome { item, consumed })
    }

    /// Charges the read of one item, or of none.
    fn charge_item_read(
        &self,
        item: Option<&ReadItem>,
        consistency: ReadConsistency,
    ) -> Result<Consumed, TableError> {
        let consumed = Self::item_read(item, consistency)?;
        self.charge_read(&consumed)?;
        Ok(consumed)
    }

    fn item_read(
        item: Option<&ReadItem>,
        consistency: ReadConsistency,
    ) -> Result<Consumed, TableError> {
        let charged_bytes = item.map(ReadItem::charged_bytes).transpose()?;
        Ok(Consumed::of_item_read(charged_bytes, consistency))
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
    /// Items of several tables, all as of one snapshot. Ends before the first item that would
    /// make it more than 16 MB, and leaves out those that there is no capacity for; if that is
    /// all of them, it is refused.
    pub fn batch_get(&self, requests: &[BatchGet]) -> Result<BatchGetOutcome, TableError> {
        requests.iter().try_for_each(BatchGet::check_distinct)?;
        let mut prepared = Vec::with_capacity(requests.len());
        for request in requests {
            let table = self.open_table(&request.table)?;
            prepared.push((request, request.stored_keys(&table)?, table));
        }
        let snapshot = self.snapshot()?;
        let mut outcome = BatchGetOutcome::default();
        let mut room_bytes = limits::BATCH_GET_BYTES_MAX;
        let (mut read, mut throttled) = (0_usize, None);
        for (request, keys, table) in prepared {
            let consistency = ReadConsistency::of(request.consistent_read);
            let (mut found, mut left) = (Vec::new(), Vec::new());
            let mut consumed = Consumed::default();
            for (key, stored_key) in request.keys.iter().zip(keys) {
                if room_bytes == 0 {
                    left.push(key.clone());
                    continue;
                }
                let item = table.get(&*snapshot, &stored_key, request.projection.as_ref())?;
                let size_bytes = item.as_ref().map_or(Ok(0), ReadItem::size_bytes)?;
                if size_bytes > room_bytes {
                    // Nothing after it is read either, so that no item waits for ever.
                    room_bytes = 0;
                    left.push(key.clone());
                    continue;
                }
                match table.charge_item_read(item.as_ref(), consistency) {
                    Ok(units) => consumed.add(&units),
                    Err(error @ TableError::ThroughputExceeded(_)) => {
                        throttled.get_or_insert(error);
                        left.push(key.clone());
                        continue;
                    }
                    Err(error) => return Err(error),
                }
                read += 1;
                room_bytes -= size_bytes;
                found.extend(item);
            }
            outcome.found.push((request.table.clone(), found));
            outcome.unprocessed.push((request.table.clone(), left));
            outcome.charges.push(Charge { table, consumed });
        }
        match throttled {
            Some(error) if read == 0 => Err(error),
            _ => Ok(outcome),
        }
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
        let items = items.collect::<Result<Vec<_>, TableError>>()?;
        check_total_size(&items)?;
        let charges = tables.into_iter().zip(&items).map(|(table, item)| {
            let consumed = Table::item_read(item.as_ref(), ReadConsistency::Transactional)?;
            Ok(Charge { table, consumed })
        });
        let charges = charges.collect::<Result<Vec<_>, TableError>>()?;
        charge_all(&charges)?;
        Ok(TransactGetOutcome {
            charges,
            items,
            timestamp: snapshot.timestamp()?,
        })
    }
}

/// Charges all reads of a transaction, or none.
fn charge_all(charges: &[Charge]) -> Result<(), TableError> {
    let taken = charges.iter().map(|Charge { table, consumed }| {
        let taken = table.take(Access::Read, consumed);
        (table, taken)
    });
    all_or_none(taken)?;
    for Charge { table, consumed } in charges {
        table.count_read(consumed);
    }
    Ok(())
}

/// All items together must not be larger than a transaction may be.
fn check_total_size(items: &[Option<ReadItem>]) -> Result<(), TableError> {
    // No size is more than twice the length of a stored form.
    let stored_bytes: usize = items.iter().flatten().map(|item| item.stored.len()).sum();
    if 2 * stored_bytes <= limits::TRANSACTION_BYTES_MAX {
        return Ok(());
    }
    let mut size_bytes = 0;
    for item in items.iter().flatten() {
        size_bytes += item.size_bytes()?;
    }
    if size_bytes > limits::TRANSACTION_BYTES_MAX {
        return Err(TableError::validation(TRANSACTION_TOO_LARGE));
    }
    Ok(())
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
