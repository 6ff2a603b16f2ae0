//! Capacity units: what reads and writes cost, by DynamoDB's arithmetic.
//!
//! Pure numbers. A read costs one unit for each 4 KB begun, or half of that if it may be
//! eventually consistent, a write one unit for each 1 KB begun, and either at least what the
//! smallest item costs, also when there is no item. Transactions pay twice. Every cost is a
//! multiple of half a unit, so units are kept as whole halves and add up exactly.
//!
//! The rules are those of the developer guide, "Read and write capacity": which sizes they are
//! applied to is the table layer's affair.

use std::iter::Sum;
use std::ops::{Add, AddAssign};

/// Bytes that one unit reads, strongly consistent (developer guide).
const READ_BLOCK_BYTES: usize = 4096;
/// Bytes that one unit writes (developer guide).
const WRITE_BLOCK_BYTES: usize = 1024;

/// An amount of capacity, exact to half a unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CapacityUnits {
    halves: u64,
}

/// What a read promises, which decides what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReadConsistency {
    /// It may lag behind: half a unit a block.
    Eventual,
    /// It has every write acknowledged before: one unit a block.
    Strong,
    /// It is one of several reads of one instant: two units a block.
    Transactional,
}

impl ReadConsistency {
    /// What the `ConsistentRead` of a request asks for.
    pub const fn of(consistent_read: bool) -> Self {
        if consistent_read {
            Self::Strong
        } else {
            Self::Eventual
        }
    }

    const fn halves_per_block(self) -> u64 {
        match self {
            Self::Eventual => 1,
            Self::Strong => 2,
            Self::Transactional => 4,
        }
    }
}

impl CapacityUnits {
    /// Nothing.
    pub const ZERO: Self = Self { halves: 0 };

    /// So many half units.
    pub const fn from_halves(halves: u64) -> Self {
        Self { halves }
    }

    /// The amount in half units.
    pub const fn halves(self) -> u64 {
        self.halves
    }

    /// The cost of reading so many bytes: of one item, or of a whole page, which is rounded up
    /// once. Zero bytes cost as much as one.
    pub const fn of_read(size_bytes: usize, consistency: ReadConsistency) -> Self {
        Self {
            halves: blocks(size_bytes, READ_BLOCK_BYTES) * consistency.halves_per_block(),
        }
    }

    /// The cost of a write that finds an item of one size and leaves one of the other, in
    /// bytes: that of the larger. No item on either side is like an item of no size.
    pub fn of_write(old_bytes: Option<usize>, new_bytes: Option<usize>) -> Self {
        let size_bytes = old_bytes.max(new_bytes).unwrap_or(0);
        Self {
            halves: 2 * blocks(size_bytes, WRITE_BLOCK_BYTES),
        }
    }

    /// Twice as much: what a transaction pays.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self {
            halves: self.halves * 2,
        }
    }

    /// The amount as replies show it.
    pub const fn as_f64(self) -> f64 {
        self.halves as f64 / 2.0
    }
}

/// Blocks that so many bytes begin; no bytes begin one too.
const fn blocks(size_bytes: usize, block_bytes: usize) -> u64 {
    let blocks = size_bytes.div_ceil(block_bytes);
    if blocks == 0 { 1 } else { blocks as u64 }
}

/// So many bytes rounded up to whole blocks of a read.
pub const fn whole_read_blocks_bytes(size_bytes: usize) -> usize {
    size_bytes.div_ceil(READ_BLOCK_BYTES) * READ_BLOCK_BYTES
}

impl Add for CapacityUnits {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            halves: self.halves + other.halves,
        }
    }
}

impl AddAssign for CapacityUnits {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for CapacityUnits {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

#[cfg(test)]
#[expect(
    clippy::float_cmp,
    reason = "units are multiples of one half, which f64 holds exactly"
)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(size_bytes: usize, consistency: ReadConsistency) -> f64 {
        CapacityUnits::of_read(size_bytes, consistency).as_f64()
    }

    #[test]
    fn reads_cost_what_the_guide_says() {
        use ReadConsistency::{Eventual, Strong, Transactional};
        for (size_bytes, eventual, strong, transactional) in [
            (0, 0.5, 1.0, 2.0),
            (1, 0.5, 1.0, 2.0),
            (4096, 0.5, 1.0, 2.0),
            (4097, 1.0, 2.0, 4.0),
            (5000, 1.0, 2.0, 4.0),
            (16_000, 2.0, 4.0, 8.0),
            (409_600, 50.0, 100.0, 200.0),
        ] {
            assert_eq!(read(size_bytes, Eventual), eventual, "{size_bytes}");
            assert_eq!(read(size_bytes, Strong), strong, "{size_bytes}");
            assert_eq!(
                read(size_bytes, Transactional),
                transactional,
                "{size_bytes}"
            );
        }
    }

    #[test]
    fn writes_cost_what_the_larger_item_does() {
        for (old, new, units) in [
            (None, None, 1.0),
            (None, Some(0), 1.0),
            (None, Some(1024), 1.0),
            (None, Some(1025), 2.0),
            (Some(1010), Some(1030), 2.0),
            (Some(1030), Some(100), 2.0),
            (Some(1500), None, 2.0),
            (Some(409_600), Some(1), 400.0),
        ] {
            let cost = CapacityUnits::of_write(old, new);
            assert_eq!(cost.as_f64(), units, "{old:?} {new:?}");
            assert_eq!(cost.doubled().as_f64(), 2.0 * units, "{old:?} {new:?}");
        }
    }

    proptest! {
        /// Against the same rules said in floating point, as the guide says them.
        #[test]
        fn costs_are_those_of_the_rules_in_prose(
            sizes in prop::collection::vec(0_usize..1 << 21, 1..8),
            old in prop::option::of(0_usize..1 << 20),
            new in prop::option::of(0_usize..1 << 20),
        ) {
            use ReadConsistency::{Eventual, Strong, Transactional};
            let mut sum = 0.0;
            for size_bytes in &sizes {
                let blocks = (*size_bytes as f64 / 4096.0).ceil().max(1.0);
                prop_assert_eq!(read(*size_bytes, Strong), blocks);
                prop_assert_eq!(read(*size_bytes, Eventual), blocks / 2.0);
                prop_assert_eq!(read(*size_bytes, Transactional), blocks * 2.0);
                sum += blocks / 2.0;
            }
            let added: CapacityUnits = sizes
                .iter()
                .map(|size_bytes| CapacityUnits::of_read(*size_bytes, Eventual))
                .sum();
            prop_assert_eq!(added.as_f64(), sum);
            let larger = old.unwrap_or(0).max(new.unwrap_or(0));
            let blocks = (larger as f64 / 1024.0).ceil().max(1.0);
            prop_assert_eq!(CapacityUnits::of_write(old, new).as_f64(), blocks);
        }
    }
}
