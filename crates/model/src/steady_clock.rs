//! The server's one clock: it runs by the monotonic clock and is drawn towards the wall clock.
//!
//! Commits, TTL, tokens and the archive all take their time from one [`SteadyClock`]. What must
//! hold (rule 1 of history):
//!
//! * It never goes back and never jumps: over any stretch of real time it advances by that much,
//!   give or take a tenth ([`SLEW_DIVISOR`]), whatever the wall clock does. So an hour between
//!   two commits is an hour between their timestamps, give or take six minutes.
//! * A wall clock that is off is met by running that much faster or slower, not by a jump.
//! * A wall clock that moved by more than a second against the monotonic clock is told to whoever
//!   opened the clock, once.
//!
//! A restart keeps the first rule, too: [`SteadyClock::raise_to`] starts the clock at what was
//! given away before, if the wall clock is behind that.
//!
//! The clock only reckons when it is read. Between two readings it is taken to have run evenly,
//! so whoever wants steps to be noticed when they happen reads it about once a second.

use std::sync::{Arc, Mutex, PoisonError};

use crate::time::{Clock, CommitTimestamp};

/// The wall clock has stepped if it moved this much more or less than the monotonic clock.
const STEP_MICROS: u64 = 1_000_000;
/// The part of elapsed time by which the clock runs faster or slower than the monotonic clock
/// until it has met the wall clock.
const SLEW_DIVISOR: u64 = 10;

/// What a clock that is being disciplined by others may drift in a given time (NTP slews by at
/// most 500 parts in a million), as a divisor of that time.
const DRIFT_DIVISOR: u64 = 1_000;

/// Time that only goes forward, from no particular start.
pub trait MonotonicClock: Send + Sync {
    /// Microseconds since some instant that stays the same while the process runs.
    fn elapsed_micros(&self) -> u64;
}

/// The wall clock was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallStep {
    /// By how much, in microseconds; negative if it went back.
    pub by_micros: i64,
    /// How far the wall clock is now ahead of this clock; negative if behind.
    pub offset_micros: i64,
}

/// Hears of steps.
pub type StepObserver = Box<dyn Fn(WallStep) + Send + Sync>;

/// The clock of a server; see the module head.
pub struct SteadyClock {
    wall: Arc<dyn Clock>,
    monotonic: Arc<dyn MonotonicClock>,
    on_step: StepObserver,
    reckoning: Mutex<Reckoning>,
}

/// What the last reading found, all in microseconds.
#[derive(Debug, Clone, Copy)]
struct Reckoning {
    monotonic: u64,
    wall: u64,
    now: u64,
    /// Elapsed time that was too short to be divided; without it, a clock that is read all the
    /// time would never be corrected.
    undivided: u64,
}

impl Reckoning {
    /// The next reading, and how far the wall clock has stepped since this one.
    fn advance(self, monotonic: u64, wall: u64) -> (Self, i64) {
        let elapsed = monotonic.saturating_sub(self.monotonic);
        let behind = difference(wall, self.now.saturating_add(elapsed));
        let undivided = self.undivided.saturating_add(elapsed);
        let slew = (undivided / SLEW_DIVISOR).cast_signed();
        let correction = behind.clamp(-slew, slew);
        let now = self
            .now
            .saturating_add(elapsed)
            .saturating_add_signed(correction);
        let step = difference(wall, self.wall.saturating_add(elapsed));
        let next = Self {
            monotonic: self.monotonic.max(monotonic),
            wall,
            now,
            undivided: undivided % SLEW_DIVISOR,
        };
        let tolerated = STEP_MICROS + elapsed / DRIFT_DIVISOR;
        let stepped = step.unsigned_abs() > tolerated;
        (next, if stepped { step } else { 0 })
    }

    fn offset(self) -> i64 {
        difference(self.wall, self.now)
    }
}

/// `a - b`, as far as it can be said.
fn difference(a: u64, b: u64) -> i64 {
    i64::try_from(i128::from(a) - i128::from(b)).unwrap_or(if a > b { i64::MAX } else { i64::MIN })
}

impl SteadyClock {
    /// A clock that starts at the wall clock's time.
    pub fn new(
        wall: Arc<dyn Clock>,
        monotonic: Arc<dyn MonotonicClock>,
        on_step: StepObserver,
    ) -> Self {
        let now = wall.now_micros();
        let reckoning = Reckoning {
            monotonic: monotonic.elapsed_micros(),
            wall: now,
            now,
            undivided: 0,
        };
        Self {
            wall,
            monotonic,
            on_step,
            reckoning: Mutex::new(reckoning),
        }
    }

    /// Moves the clock on to an instant that was given away before, if it is not there yet. A
    /// wall clock that is more than a step behind that instant went back while nobody looked,
    /// and counts as a step.
    pub fn raise_to(&self, floor: CommitTimestamp) {
        let (step, offset_micros) = {
            let mut reckoning = self.lock();
            let step = difference(reckoning.now, floor.as_micros()).min(0);
            reckoning.now = reckoning.now.max(floor.as_micros());
            (step, reckoning.offset())
        };
        if step.unsigned_abs() > STEP_MICROS {
            (self.on_step)(WallStep {
                by_micros: step,
                offset_micros,
            });
        }
    }

    /// How far the wall clock is ahead of this clock, in microseconds; negative if behind.
    pub fn offset_micros(&self) -> i64 {
        self.read().offset()
    }

    fn read(&self) -> Reckoning {
        let (reckoning, step) = {
            let mut last = self.lock();
            // Read under the lock, so that no later reading has an earlier time.
            let (next, step) =
                last.advance(self.monotonic.elapsed_micros(), self.wall.now_micros());
            *last = next;
            (next, step)
        };
        if step != 0 {
            (self.on_step)(WallStep {
                by_micros: step,
                offset_micros: reckoning.offset(),
            });
        }
        reckoning
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reckoning> {
        // Nothing in the lock's scope can leave a reckoning half done.
        self.reckoning
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for SteadyClock {
    fn now_micros(&self) -> u64 {
        self.read().now
    }
}

impl std::fmt::Debug for SteadyClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SteadyClock")
            .field("reckoning", &*self.lock())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
