//! Commit timestamps, and where time and randomness come from.
//!
//! Nothing above this module reads the system's clock or its random numbers itself: both come
//! in through [`Clock`] and [`Randomness`], so that any run can be replayed. A server does not use
//! the wall clock as it comes: [`crate::SteadyClock`] stands in front of it.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

const MICROS_PER_SECOND: u64 = 1_000_000;

/// When a commit happened: microseconds since the Unix epoch.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CommitTimestamp(u64);

impl CommitTimestamp {
    /// Before every commit.
    pub const ZERO: Self = Self(0);
    /// After every commit.
    pub const MAX: Self = Self(u64::MAX);

    /// From microseconds since the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds.saturating_mul(MICROS_PER_SECOND))
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// The whole second at or before.
    pub const fn floor_second(self) -> Self {
        Self(self.0 - self.0 % MICROS_PER_SECOND)
    }

    /// The whole second at or after.
    pub const fn ceil_second(self) -> Self {
        match self.0 % MICROS_PER_SECOND {
            0 => self,
            over => Self(self.0.saturating_add(MICROS_PER_SECOND - over)),
        }
    }

    /// The smallest later timestamp.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The largest earlier timestamp.
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Later by so many microseconds.
    pub const fn plus_micros(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// Earlier by so many microseconds, not before the epoch.
    pub const fn minus_micros(self, micros: u64) -> Self {
        Self(self.0.saturating_sub(micros))
    }

    /// Parses decimal seconds, exactly; digits beyond the microsecond are refused.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if seconds.is_empty() || !digits(seconds) || !digits(fraction) || fraction.len() > 6 {
            return None;
        }
        let micros: u64 = format!("{fraction:0<6}").parse().ok()?;
        let seconds: u64 = seconds.parse().ok()?;
        seconds
            .checked_mul(MICROS_PER_SECOND)?
            .checked_add(micros)
            .map(Self)
    }
}

/// Decimal seconds with six fraction digits.
impl std::fmt::Display for CommitTimestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}.{:06}",
            self.0 / MICROS_PER_SECOND,
            self.0 % MICROS_PER_SECOND
        )
    }
}

/// The wall clock.
pub trait Clock: Send + Sync {
    /// Microseconds since the Unix epoch. May repeat and may go back.
    fn now_micros(&self) -> u64;
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_micros(&self) -> u64 {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the system's clock"
        )]
        let now = std::time::SystemTime::now();
        // A clock before 1970 is as good as one at it: commit timestamps never go back anyway.
        now.duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |since| since.as_micros() as u64)
    }
}

/// A clock that moves only when told to.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// A clock that stands at this instant.
    pub fn at(micros: u64) -> Self {
        Self(AtomicU64::new(micros))
    }

    /// Moves the clock, also backwards.
    pub fn set(&self, micros: u64) {
        self.0.store(micros, Ordering::SeqCst);
    }

    /// Moves the clock on.
    pub fn advance(&self, micros: u64) {
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_micros(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A source of random bytes.
pub trait Randomness: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// Replayable randomness for tests and simulation (SplitMix64); never for keys that matter.
#[derive(Debug)]
pub struct SeededRandomness(AtomicU64);

impl SeededRandomness {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// The next 64 bits of the sequence.
    pub fn next_u64(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            let bytes = self.next_u64().to_le_bytes();
            chunk
                .iter_mut()
                .zip(bytes)
                .for_each(|(to, from)| *to = from);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn seconds_round_to_both_sides_and_text_round_trips() {
        let at = CommitTimestamp::from_micros(1_795_222_800_000_001);
        assert_eq!(at.to_string(), "1795222800.000001");
        assert_eq!(
            at.floor_second(),
            CommitTimestamp::from_seconds(1_795_222_800)
        );
        assert_eq!(
            at.ceil_second(),
            CommitTimestamp::from_seconds(1_795_222_801)
        );
        assert_eq!(at.floor_second().ceil_second(), at.floor_second());
        assert_eq!(CommitTimestamp::parse("1795222800.000001"), Some(at));
        assert_eq!(
            CommitTimestamp::parse("12.5").unwrap().as_micros(),
            12_500_000
        );
        for bad in ["", ".5", "1.1234567", "-1", "1e3", "99999999999999999999"] {
            assert_eq!(CommitTimestamp::parse(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn instants_are_read_from_what_they_print(micros in any::<u64>(), zeros in 0..6_usize) {
            let at = CommitTimestamp::from_micros(micros);
            let text = at.to_string();
            prop_assert_eq!(CommitTimestamp::parse(&text), Some(at));
            prop_assert_eq!(CommitTimestamp::parse(&format!("{}{text}", "0".repeat(zeros))), Some(at));
            let floor = at.floor_second();
            prop_assert!(floor <= at && at.as_micros() - floor.as_micros() < MICROS_PER_SECOND);
            prop_assert_eq!(floor.as_micros() % MICROS_PER_SECOND, 0);
        }

        #[test]
        fn any_text_is_an_instant_or_none(text in "[0-9.eE+-]{0,30}") {
            if let Some(at) = CommitTimestamp::parse(&text) {
                prop_assert_eq!(CommitTimestamp::parse(&at.to_string()), Some(at));
            }
        }
    }

    #[test]
    fn manual_time_moves_only_when_told() {
        let clock = ManualClock::at(5);
        clock.advance(3);
        assert_eq!((clock.now_micros(), clock.now_micros()), (8, 8));
        clock.set(1);
        assert_eq!(clock.now_micros(), 1);
    }

    #[test]
    fn seeded_randomness_is_splitmix64_and_replays() {
        let randomness = SeededRandomness::new(1_234_567);
        assert_eq!(randomness.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(randomness.next_u64(), 3_203_168_211_198_807_973);
        let fill = |seed| {
            let mut buffer = [0; 13];
            SeededRandomness::new(seed).fill(&mut buffer);
            buffer
        };
        assert_eq!(fill(7), fill(7));
        assert_ne!(fill(7), fill(8));
    }
}
