//! What requests consume of tables and their indexes.
//!
//! Every read and write of items is charged, whether its client asked to be told or not: a
//! [`Consumed`] goes to the caller with the outcome, and the same amount is added to the meters
//! of the table ([`Table::consumption`]), which all versions of its catalog entry share. A write
//! whose condition was false and a transaction that was cancelled are charged too; their callers
//! get an error and no figures, as on DynamoDB. What refuses a request before an item was looked
//! at costs nothing, and so does what throttling refuses ([`crate::throttle`]).
//!
//! The arithmetic is [`CapacityUnits`]'s. Here is decided what it is applied to:
//!
//! * a write is charged for the larger of the item before and after, and for each index whose
//!   entry changed: an entry that moves to another key is one removed and one written;
//! * a page is charged for the sum of what it read, before the filter, to the table or to the
//!   index it read; items fetched for a local index's entries are charged to the table, each by
//!   itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_model::{CapacityUnits, Item, ReadConsistency};

use crate::error::TableError;
use crate::table::Table;
use crate::throttle::Access;
use crate::write::IndexEffect;

/// An amount of capacity, divided into what a table and its indexes give of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consumed {
    /// Of the table itself.
    pub table: CapacityUnits,
    /// Of indexes, by their numbers, each once. Only those that were touched.
    pub indexes: Vec<(u32, CapacityUnits)>,
}

/// What was consumed of a table since the server started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consumption {
    /// By reads.
    pub read: CapacityUnits,
    /// By writes.
    pub written: CapacityUnits,
}

/// What one action of a request consumed, with the table it did so of.
#[derive(Debug, Clone)]
pub struct Charge {
    /// The table as the request found it: knows the names of its indexes.
    pub table: Arc<Table>,
    /// The amount.
    pub consumed: Consumed,
}

impl PartialEq for Charge {
    fn eq(&self, other: &Self) -> bool {
        self.table.id() == other.table.id() && self.consumed == other.consumed
    }
}

impl Eq for Charge {}

/// How often a table was used since the server started. A page that was read is one read, an action
/// of a transaction or an item of a batch one read or write of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Reads that were made.
    pub reads: u64,
    /// Writes that were made, or whose condition was false.
    pub writes: u64,
    /// Either that were refused because capacity was used up.
    pub throttled: u64,
}

/// Running sums, in half units, and how many amounts went into them.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    read_halves: AtomicU64,
    written_halves: AtomicU64,
    reads: AtomicU64,
    writes: AtomicU64,
    throttled: AtomicU64,
}

impl Meter {
    fn read(&self) -> Consumption {
        let load = |halves: &AtomicU64| CapacityUnits::from_halves(halves.load(Ordering::Relaxed));
        Consumption {
            read: load(&self.read_halves),
            written: load(&self.written_halves),
        }
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            reads: self.reads.load(Ordering::Relaxed),
            writes: self.writes.load(Ordering::Relaxed),
            throttled: self.throttled.load(Ordering::Relaxed),
        }
    }
}

impl Consumed {
    /// A read of the table.
    pub(crate) fn of_table(units: CapacityUnits) -> Self {
        Self {
            table: units,
            indexes: Vec::new(),
        }
    }

    /// A read of one item, or of none where none was found.
    pub(crate) fn of_item_read(size_bytes: Option<usize>, consistency: ReadConsistency) -> Self {
        Self::of_table(CapacityUnits::of_read(size_bytes.unwrap_or(0), consistency))
    }

    /// A write of an item, with what it did to the indexes.
    pub(crate) fn of_write(
        old_bytes: Option<usize>,
        new_bytes: Option<usize>,
        indexes: &[IndexEffect],
    ) -> Self {
        Self {
            table: CapacityUnits::of_write(old_bytes, new_bytes),
            indexes: indexes
                .iter()
                .map(|effect| (effect.number, effect.write_units()))
                .collect(),
        }
    }

    /// Twice as much: what a transaction pays.
    #[must_use]
    pub(crate) fn doubled(self) -> Self {
        let double = |(number, units): (u32, CapacityUnits)| (number, units.doubled());
        Self {
            table: self.table.doubled(),
            indexes: self.indexes.into_iter().map(double).collect(),
        }
    }

    /// Adds what another action consumed of the same table.
    pub fn add(&mut self, other: &Self) {
        self.table += other.table;
        for (number, units) in &other.indexes {
            match self.indexes.iter_mut().find(|(known, _)| known == number) {
                Some((_, sum)) => *sum += *units,
                None => self.indexes.push((*number, *units)),
            }
        }
    }

    /// The whole amount: the table's part and those of all indexes.
    pub fn total(&self) -> CapacityUnits {
        self.table + self.indexes.iter().map(|(_, units)| *units).sum()
    }
}

impl IndexEffect {
    /// What the change of the entry costs its index.
    fn write_units(&self) -> CapacityUnits {
        if self.moved {
            CapacityUnits::of_write(self.old_bytes, None)
                + CapacityUnits::of_write(None, self.new_bytes)
        } else {
            CapacityUnits::of_write(self.old_bytes, self.new_bytes)
        }
    }
}

impl Table {
    /// What was consumed of the table itself since the server started, its indexes apart.
    pub fn consumption(&self) -> Consumption {
        self.items().meter.read()
    }

    /// How often the table was used since the server started.
    pub fn traffic(&self) -> Traffic {
        self.items().meter.traffic()
    }

    /// Counts a request that was refused because capacity was used up.
    pub(crate) fn count_throttled(&self) {
        self.items().meter.throttled.fetch_add(1, Ordering::Relaxed);
    }

    /// What was consumed of an index since the server started; `None` if there is no such index.
    pub fn index_consumption(&self, name: &str) -> Option<Consumption> {
        self.index(name).map(|index| index.part.meter.read())
    }

    /// Charges a read that has been made, or refuses to give out what it has read.
    pub(crate) fn charge_read(&self, consumed: &Consumed) -> Result<(), TableError> {
        let _kept = self.take(Access::Read, consumed)?;
        self.count_read(consumed);
        Ok(())
    }

    /// Charges a read whose capacity was taken before.
    pub(crate) fn count_read(&self, consumed: &Consumed) {
        self.items().meter.reads.fetch_add(1, Ordering::Relaxed);
        self.charge(consumed, |meter| &meter.read_halves);
    }

    /// Charges a read that is not to be refused.
    pub(crate) fn charge_read_anyway(&self, consumed: &Consumed) {
        self.take_anyway(Access::Read, consumed);
        self.count_read(consumed);
    }

    /// Charges a write, whose capacity was taken before it was made.
    pub(crate) fn charge_write(&self, consumed: &Consumed) {
        self.items().meter.writes.fetch_add(1, Ordering::Relaxed);
        self.charge(consumed, |meter| &meter.written_halves);
    }

    /// Charges what a condition that was false has looked at.
    pub(crate) fn charge_refused(&self, error: &TableError) {
        if let TableError::ConditionalCheckFailed { item } = error {
            let size_bytes = item.as_deref().map(Item::size_bytes);
            self.charge_write_anyway(&Consumed::of_write(size_bytes, None, &[]));
        }
    }

    /// Charges what was looked at for a write that is not made.
    pub(crate) fn charge_write_anyway(&self, consumed: &Consumed) {
        self.take_anyway(Access::Write, consumed);
        self.charge_write(consumed);
    }

    fn charge(&self, consumed: &Consumed, sum: impl Fn(&Meter) -> &AtomicU64) {
        let add = |meter: &Meter, units: CapacityUnits| {
            sum(meter).fetch_add(units.halves(), Ordering::Relaxed);
        };
        add(&self.items().meter, consumed.table);
        for (number, units) in &consumed.indexes {
            if let Some(part) = self.part(*number) {
                add(&part.meter, *units);
            }
        }
    }
}
