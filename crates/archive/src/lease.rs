//! Whether this server has run all the time, and so would have noticed a successor.
//!
//! The rule of two archivers, as far as acknowledging goes:
//!
//! * A server that knows of a successor acknowledges no write to a table with history, whenever
//!   the write was begun. It never forgets what it knows.
//! * A running server looks at the realm's chain after every flush, so it knows a flush at most
//!   after the first write that follows the other's claim. What it has acknowledged by then and
//!   not archived is in its own tables and log; it names the instant after which that may be
//!   ([`crate::RealmStatus::fenced`]), and its next start ends the history that lacks it.
//! * A store that is away hides a successor, and writes go on all the same: that is what an
//!   archive that is away must not stop. It is looked for as soon as the store is back.
//! * A server that was stopped (SIGSTOP, a suspended machine) and goes on looks later than it
//!   should: whoever stopped it may long have started another. It acknowledges nothing before it
//!   has looked. If the store is away just then, it waits like a server that starts.
//!
//! For the last one a running archiver *beats*, and the lease lasts from each beat for a bounded
//! time. A lease that has lapsed is renewed only by a look at the chain that was begun after the
//! gap and has found no successor. While the store is away a running server beats: its lease
//! does not lapse. The lease is no promise to anybody else, and no clock of another server is
//! compared with ours: a successor never waits for it.
//!
//! A start may take longer than the lease lasts: many tables, a slow store. Nobody beats meanwhile,
//! and how long it took does not tell whether the server was stopped. So a start ends with a look
//! ([`RealmArchive::look`]), and the lease counts from that.
//!
//! Always true: a beat, or a renewal, counts from the instant before it was decided, so a
//! server that is stopped at any point in between wakes up to a lapsed lease. The table layer
//! asks before a write is begun and again once it is committed, so a server that is stopped
//! between the two does not acknowledge it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::ArchiveError;
use crate::realm::RealmArchive;

/// A server's word that it has run without a long gap. See the module head.
#[derive(Debug)]
pub(crate) struct Lease {
    origin: Instant,
    suspended_at_origin: Duration,
    /// Microseconds from the origin to the last beat; 0 before the first.
    beat_micros: AtomicU64,
    /// Microseconds that the lease lasts.
    term_micros: AtomicU64,
    /// Another server has claimed the realm. Never goes away.
    revoked: AtomicBool,
}

impl Lease {
    /// A lease that lasts for ever until it begins. Make it before the realm is claimed.
    pub(crate) fn new() -> Self {
        Self {
            origin: Instant::now(),
            suspended_at_origin: suspended(),
            beat_micros: AtomicU64::new(0),
            term_micros: AtomicU64::new(u64::MAX),
            revoked: AtomicBool::new(false),
        }
    }

    /// Begins the lease: its first beat is the last look, or the last beat of an earlier archiver
    /// of this claim; if there was neither, when it was made, which was before the realm was
    /// claimed.
    pub(crate) fn begin(&self, term: Duration) {
        self.term_micros
            .store(term.as_micros() as u64, Ordering::Release);
        self.renew(Duration::ZERO);
    }

    /// Now, on the lease's clock.
    pub(crate) fn now(&self) -> Duration {
        let suspended = suspended().saturating_sub(self.suspended_at_origin);
        self.origin.elapsed() + suspended
    }

    /// Beats, unless the lease has lapsed: then it answers for how long nothing was heard.
    pub(crate) fn beat(&self) -> Result<(), Duration> {
        let now = self.now();
        if let Some(gap) = self.gap(now) {
            return Err(gap);
        }
        self.renew(now);
        Ok(())
    }

    /// A look that was begun at `begun` has found no successor.
    pub(crate) fn renew(&self, begun: Duration) {
        // Never 0, which says that there was no beat yet.
        let micros = (begun.as_micros() as u64).max(1);
        self.beat_micros.fetch_max(micros, Ordering::AcqRel);
    }

    /// There is a successor.
    pub(crate) fn revoke(&self) {
        self.revoked.store(true, Ordering::Release);
    }

    /// Why a write to a table with history may not be acknowledged now.
    pub(crate) fn refusal(&self) -> Option<String> {
        if self.revoked.load(Ordering::Acquire) {
            return Some("another server has taken over this archive".to_owned());
        }
        self.gap(self.now()).map(|gap| {
            format!(
                "this server did not run for {} s and has to make sure first that no other has \
                 taken over its archive; try again",
                gap.as_secs()
            )
        })
    }

    /// Time since the last beat, if it is too long.
    fn gap(&self, now: Duration) -> Option<Duration> {
        let beat = self.beat_micros.load(Ordering::Acquire);
        let gap = (now.as_micros() as u64).saturating_sub(beat);
        let lapsed = beat > 0 && gap > self.term_micros.load(Ordering::Acquire);
        lapsed.then(|| Duration::from_micros(gap))
    }
}

/// Beats until the archiver stops or the realm is lost.
pub(crate) async fn keep(realm: Arc<RealmArchive>, mut stopped: watch::Receiver<bool>) {
    tokio::select! {
        biased;
        _ = stopped.wait_for(|stopped| *stopped) => {}
        () = beat_while_mine(&realm) => {}
    }
}

async fn beat_while_mine(realm: &RealmArchive) {
    let term = realm.config.read().stopped_max;
    loop {
        while let Err(gap) = realm.lease.beat() {
            tracing::warn!(
                realm = %realm.realm,
                "this server did not run for {} s; writes to tables with history wait until it \
                 is clear that no other server has taken over the archive",
                gap.as_secs()
            );
            if !is_still_mine(realm).await {
                return;
            }
        }
        tokio::time::sleep(term / 2).await;
    }
}

/// Looks until it is clear whether there is a successor, and renews the lease if there is none.
async fn is_still_mine(realm: &RealmArchive) -> bool {
    let mut told = false;
    loop {
        match realm.look().await {
            Ok(()) => {
                tracing::info!(realm = %realm.realm, "no other server has taken over the archive");
                return true;
            }
            Err(ArchiveError::Fenced(_)) => return false,
            Err(error) if !told => {
                tracing::warn!(realm = %realm.realm, %error, "cannot look whether another server has taken over; trying again");
                told = true;
            }
            Err(_) => {}
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Pause between looks that fail.
const RETRY: Duration = Duration::from_millis(500);

/// How long this machine has slept since it was started, where it can tell: the clock that
/// timers use stands still meanwhile.
fn suspended() -> Duration {
    #[cfg(target_os = "linux")]
    {
        use rustix::time::{ClockId, Timespec, clock_gettime};
        let duration = |time: Timespec| Duration::new(time.tv_sec as u64, time.tv_nsec as u32);
        let running = duration(clock_gettime(ClockId::Monotonic));
        duration(clock_gettime(ClockId::Boottime)).saturating_sub(running)
    }
    #[cfg(not(target_os = "linux"))]
    Duration::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERM: Duration = Duration::from_secs(10);

    async fn lease() -> Lease {
        let lease = Lease::new();
        lease.begin(TERM);
        tokio::time::advance(Duration::from_secs(1)).await;
        lease
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_lasts_while_it_beats() {
        let lease = lease().await;
        for _ in 0..10 {
            tokio::time::advance(Duration::from_secs(9)).await;
            assert_eq!(lease.refusal(), None);
            lease.beat().unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_gap_only_a_look_that_came_later_renews_it() {
        let lease = lease().await;
        let before = lease.now();
        tokio::time::advance(Duration::from_mins(1)).await;
        assert!(lease.refusal().unwrap().contains("did not run for 60 s"));
        assert!(lease.beat().is_err(), "a beat alone does not renew it");
        // The server was stopped while it looked: what it saw is old.
        lease.renew(before);
        assert!(lease.refusal().is_some());
        lease.renew(lease.now());
        assert_eq!(lease.refusal(), None);
        lease.beat().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_revoked_stays_so() {
        let lease = lease().await;
        lease.revoke();
        lease.renew(lease.now());
        assert!(lease.refusal().unwrap().contains("another server"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_was_stopped_while_it_started_looks_first() {
        let lease = Lease::new();
        tokio::time::advance(Duration::from_mins(1)).await;
        lease.begin(TERM);
        assert!(lease.refusal().is_some());
    }

    #[test]
    fn nobody_waits_for_a_lease_that_was_not_begun() {
        assert_eq!(Lease::new().refusal(), None);
    }
}
