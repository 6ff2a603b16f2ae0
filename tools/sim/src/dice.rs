//! Chance: everything that a run leaves open is rolled from its seed.

use std::time::Duration;

use anywhen_model::SeededRandomness;

/// A sequence of choices.
#[derive(Debug)]
pub(crate) struct Dice(SeededRandomness);

impl Dice {
    /// The sequence of a seed for one purpose.
    pub(crate) fn new(seed: u64, purpose: u64) -> Self {
        let mixed = SeededRandomness::new(seed ^ purpose.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        Self(SeededRandomness::new(mixed.next_u64()))
    }

    pub(crate) fn next(&self) -> u64 {
        self.0.next_u64()
    }

    /// 0 to `sides` - 1.
    pub(crate) fn roll(&self, sides: u64) -> u64 {
        self.next() % sides.max(1)
    }

    pub(crate) fn one_in(&self, sides: u64) -> bool {
        self.roll(sides) == 0
    }

    /// So many times in a thousand.
    pub(crate) fn permille(&self, often: u64) -> bool {
        self.roll(1000) < often
    }

    pub(crate) fn millis(&self, below: u64) -> Duration {
        Duration::from_millis(self.roll(below))
    }

    pub(crate) fn pick<'a, T>(&self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.roll(from.len() as u64) as usize)
    }
}
