//! A token bucket in whole numbers.
//!
//! The level is counted in half units times microseconds, so that a rate of whole units per
//! second fills it exactly, however often it is looked at. A request is admitted while the level
//! is above zero and may take it below: what it took too much, later ones wait for.

/// Half units in a unit, times microseconds in a second.
const LEVEL_PER_UNIT: i128 = 2 * MICROS_PER_SECOND;
/// Half units times microseconds in a half unit.
const LEVEL_PER_HALF: i128 = MICROS_PER_SECOND;
const MICROS_PER_SECOND: i128 = 1_000_000;

/// How fast a bucket fills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate {
    /// Units that come in each second.
    pub(super) units_per_second: u64,
    /// How long it fills until it is full.
    pub(super) burst_seconds: u32,
}

impl Rate {
    fn full_level(self) -> i128 {
        i128::from(self.units_per_second) * i128::from(self.burst_seconds) * LEVEL_PER_UNIT
    }
}

/// A bucket of capacity units.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    rate: Rate,
    level: i128,
    filled_at_micros: u64,
}

impl Bucket {
    /// A bucket that holds what comes in within one second.
    pub(super) fn new(rate: Rate, now_micros: u64) -> Self {
        Self {
            rate,
            level: i128::from(rate.units_per_second) * LEVEL_PER_UNIT,
            filled_at_micros: now_micros,
        }
    }

    /// Lets in what has come since, and from now on as much as `rate` says. What the bucket holds
    /// it keeps, as far as it has room.
    pub(super) fn fill(&mut self, rate: Rate, now_micros: u64) {
        // A clock that goes back brings nothing.
        let elapsed = now_micros.saturating_sub(self.filled_at_micros);
        let brought = i128::from(elapsed) * 2 * i128::from(self.rate.units_per_second);
        let level = self.level + brought;
        self.level = level.min(self.rate.full_level()).min(rate.full_level());
        self.rate = rate;
        self.filled_at_micros = self.filled_at_micros.max(now_micros);
    }

    /// Whether a request may take from it.
    pub(super) fn is_open(&self) -> bool {
        self.level > 0
    }

    /// Takes so many half units, if need be more than there is.
    pub(super) fn take(&mut self, halves: u64) {
        self.level -= i128::from(halves) * LEVEL_PER_HALF;
    }

    /// Undoes a [`Self::take`].
    pub(super) fn give_back(&mut self, halves: u64) {
        let level = self.level + i128::from(halves) * LEVEL_PER_HALF;
        self.level = level.min(self.rate.full_level());
    }
}

#[cfg(test)]
mod tests;
