//! The server's one clock: the operating system's clocks behind a [`SteadyClock`].
//!
//! Everything that asks for the time gets this clock: commits, TTL, tokens, the archive. What it
//! promises is in [`SteadyClock`]; here are its sources, and where steps are told.

use std::sync::Arc;

use anywhen_model::{MonotonicClock, SteadyClock, SystemClock, WallStep};

/// Time since the machine was started; goes on while it sleeps.
struct BootTime;

impl MonotonicClock for BootTime {
    fn elapsed_micros(&self) -> u64 {
        #[cfg(target_os = "linux")]
        let id = rustix::time::ClockId::Boottime;
        #[cfg(not(target_os = "linux"))]
        let id = rustix::time::ClockId::Monotonic;
        let now = rustix::time::clock_gettime(id);
        let micros = now.tv_sec.saturating_mul(1_000_000) + now.tv_nsec / 1_000;
        micros.cast_unsigned()
    }
}

/// Starts the clock.
pub(crate) fn start() -> Arc<SteadyClock> {
    let clock = SteadyClock::new(Arc::new(SystemClock), Arc::new(BootTime), Box::new(tell));
    let clock = Arc::new(clock);
    observe(&clock);
    clock
}

/// Reads the clock, so that a step is noticed when it happens, and says how far it is off.
pub(crate) fn observe(clock: &SteadyClock) {
    let offset_seconds = clock.offset_micros() as f64 / 1e6;
    metrics::gauge!("anywhen_clock_offset_seconds").set(offset_seconds);
}

fn tell(step: WallStep) {
    metrics::counter!("anywhen_clock_steps_total").increment(1);
    tracing::warn!(
        by_seconds = step.by_micros as f64 / 1e6,
        offset_seconds = step.offset_micros as f64 / 1e6,
        "the machine's clock was set; this server's clock does not jump but runs up to a tenth \
         faster or slower until both agree"
    );
}
