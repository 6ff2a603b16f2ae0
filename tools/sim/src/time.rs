//! Simulated time: tokio's paused clock, which jumps to the next timer whenever every task waits.
//!
//! It outlives the runtimes of single lives, so time goes on across crashes. The wall clock is
//! that time and an offset, which a run steps by hours in both directions.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use anywhen_model::{Clock, MonotonicClock};
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::time::Instant;

/// 2026-11-21 12:00:00 UTC, in microseconds.
const START_MICROS: u64 = 1_795_262_400_000_000;

/// The time of one run; see the module head.
#[derive(Debug, Default)]
pub(crate) struct SimTime {
    /// Microseconds before the present life.
    before: AtomicU64,
    /// The latest reading of this life, for those who ask when its runtime is gone.
    read: AtomicU64,
    began: Mutex<Option<Instant>>,
    wall_offset_micros: AtomicI64,
}

impl SimTime {
    /// A life begins on the runtime that this is called on.
    pub(crate) fn begin(&self) {
        *self.began.lock() = Some(Instant::now());
        self.read.store(0, Ordering::SeqCst);
    }

    /// The life has ended; nothing runs for a while.
    pub(crate) fn end(&self, pause_micros: u64) {
        *self.began.lock() = None;
        let lived = self.read.swap(0, Ordering::SeqCst);
        self.before
            .fetch_add(lived + pause_micros, Ordering::SeqCst);
    }

    /// Sets the wall clock forwards or back.
    pub(crate) fn step_wall(&self, by_micros: i64) {
        self.wall_offset_micros
            .fetch_add(by_micros, Ordering::SeqCst);
    }

    /// Microseconds since the run began.
    pub(crate) fn elapsed(&self) -> u64 {
        if let Some(began) = *self.began.lock()
            && Handle::try_current().is_ok()
        {
            let lived = began.elapsed().as_micros() as u64;
            self.read.store(lived, Ordering::SeqCst);
        }
        self.before.load(Ordering::SeqCst) + self.read.load(Ordering::SeqCst)
    }
}

impl Clock for SimTime {
    fn now_micros(&self) -> u64 {
        let offset = self.wall_offset_micros.load(Ordering::SeqCst);
        (START_MICROS + self.elapsed()).saturating_add_signed(offset)
    }
}

impl MonotonicClock for SimTime {
    fn elapsed_micros(&self) -> u64 {
        self.elapsed()
    }
}
