//! The archiver: ships a realm's change log into the archive, and keeps the archive in shape.
//!
//! Four tasks run beside each other. One ships the log ([`crate::shipper`]). One sorts segments
//! out as they pile up, and one merges deltas, makes keyframes, lets pins expire and deletes
//! ([`crate::compact`], [`crate::retain`]), so that segments need not wait until a large keyframe
//! has been written. One keeps the lease ([`crate::lease`]). Every step may be cut at any point
//! and is done again; what fails is logged and tried again later. Once fenced, all stop for good.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anywhen_engine::{Engine, LogHandle};
use anywhen_model::CommitTimestamp;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::ArchiveError;
use crate::lease;
use crate::realm::{RealmArchive, TableKeys, export_fenced};
use crate::shipper::{Request, Shipper};

/// How the archiver works. The default is right for a server.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiverConfig {
    /// Time from a commit to its flush, at most.
    pub flush_interval: Duration,
    /// Plaintext bytes at which a segment is closed and the next begun.
    pub segment_bytes_max: usize,
    /// Longest pause between attempts while the store is away.
    pub backoff_max: Duration,
    /// How often an archiver does what is due. After this time without a flush it looks for the
    /// first time whether it has been fenced.
    pub idle_interval: Duration,
    /// An archiver that stays idle looks for a fence less and less often, down to this.
    pub idle_interval_max: Duration,
    /// How often files that nothing names are looked for.
    pub sweep_interval: Duration,
    /// Number of segments at which they are sorted out.
    pub sort_segments: usize,
    /// Bytes of segments at which they are sorted out.
    pub sort_bytes: u64,
    /// Neighbouring deltas of one size that are merged into one.
    pub delta_fan_in: usize,
    /// Deltas are not merged beyond this many bytes.
    pub merge_bytes_max: u64,
    /// Bytes of deltas since a keyframe, relative to it, at which a new one is made.
    pub keyframe_ratio: f64,
    /// No new keyframe for fewer bytes of deltas than this.
    pub keyframe_bytes_min: u64,
    /// Bytes of deltas that only a backup outside the window holds, relative to its keyframe,
    /// above which the backup gets a keyframe of its own.
    pub pin_keyframe_ratio: f64,
    /// Bytes of keys and items at which a keyframe or delta goes on in another file.
    pub file_bytes_max: u64,
    /// How long a file stays after the last manifest that named it.
    pub grace: Duration,
    /// After a gap of this length in which the server did not run, writes to tables with
    /// history wait for a look at the archive ([`RealmArchive::history_refusal`]).
    pub stopped_max: Duration,
    /// How long stopping may try to flush.
    pub stop_timeout: Duration,
}

impl Default for ArchiverConfig {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            flush_interval: Duration::from_secs(1),
            segment_bytes_max: 8 * MIB as usize,
            backoff_max: Duration::from_secs(30),
            idle_interval: Duration::from_secs(10),
            idle_interval_max: Duration::from_hours(1),
            sweep_interval: Duration::from_hours(24),
            sort_segments: 64,
            sort_bytes: 64 * MIB,
            delta_fan_in: 24,
            merge_bytes_max: 256 * MIB,
            keyframe_ratio: 0.5,
            keyframe_bytes_min: 4 * MIB,
            pin_keyframe_ratio: 0.0,
            file_bytes_max: 256 * MIB,
            grace: Duration::from_mins(10),
            stopped_max: Duration::from_secs(10),
            stop_timeout: Duration::from_secs(10),
        }
    }
}

impl ArchiverConfig {
    /// The work of days within seconds, on kilobytes: for tests that end a server in the middle
    /// of it. Readers that are slower than its grace have to look again.
    pub fn miniature() -> Self {
        const KIB: u64 = 1024;
        Self {
            flush_interval: Duration::from_millis(100),
            segment_bytes_max: 512 * KIB as usize,
            idle_interval: Duration::from_millis(200),
            sweep_interval: Duration::from_secs(2),
            sort_segments: 6,
            sort_bytes: 2 * KIB * KIB,
            delta_fan_in: 2,
            keyframe_bytes_min: 64 * KIB,
            file_bytes_max: 256 * KIB,
            grace: Duration::from_secs(1),
            ..Self::default()
        }
    }
}

/// How the realm reaches its archiver.
pub(crate) struct Wake {
    requests: mpsc::UnboundedSender<Request>,
    shipper: Arc<Shipper>,
}

/// A running archiver. Dropping it stops nothing; [`Self::stop`] does.
pub struct ArchiverHandle {
    realm: Arc<RealmArchive>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl ArchiverHandle {
    /// Seals and flushes now; see [`RealmArchive::seal_and_flush`].
    pub async fn flush_now(&self) -> Result<CommitTimestamp, ArchiveError> {
        self.realm.seal_and_flush().await
    }

    /// Flushes what it can and ends the background tasks, both within the configured bound.
    /// What is cut off then is done again at the next start.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        self.realm.stopping.store(true, Ordering::Release);
        let bound = self.realm.config.read().stop_timeout;
        for mut task in self.tasks {
            match tokio::time::timeout(bound, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "an archiver task failed"),
                Err(_) => task.abort(),
            }
        }
        *self.realm.wake.lock() = None;
    }
}

impl ArchiverHandle {
    /// Ends the background tasks where they stand: nothing more is written.
    pub async fn abandon(self) {
        self.realm.stopping.store(true, Ordering::Release);
        for task in self.tasks {
            task.abort();
            // It has been aborted: how it ended does not matter.
            let _ = task.await;
        }
        *self.realm.wake.lock() = None;
    }
}

impl std::fmt::Debug for ArchiverHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArchiverHandle")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

impl RealmArchive {
    /// Starts the realm's archiver. `log` is the realm's change log in `engine`. At most one
    /// runs for a realm at a time.
    pub fn spawn_archiver(
        self: &Arc<Self>,
        engine: Arc<dyn Engine>,
        log: LogHandle,
        keys: Arc<dyn TableKeys>,
        config: ArchiverConfig,
    ) -> ArchiverHandle {
        self.lease.begin(config.stopped_max);
        export_fenced(&self.realm, self.status.borrow().fenced.is_some());
        *self.config.write() = config;
        self.stopping.store(false, Ordering::Release);
        let (requests, received) = mpsc::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let shipper = Arc::new(Shipper::new(Arc::clone(self), engine, log, keys));
        *self.wake.lock() = Some(Wake {
            requests,
            shipper: Arc::clone(&shipper),
        });
        let flushed = Arc::new(Notify::new());
        let flushing = Arc::clone(&shipper).run(received, stopped.clone(), Arc::clone(&flushed));
        let sorting = sort_segments(Arc::clone(self), stopped.clone(), flushed);
        let tidying = tidy(Arc::clone(self), stopped.clone());
        let leasing = lease::keep(Arc::clone(self), stopped);
        let tasks = vec![
            tokio::spawn(flushing),
            tokio::spawn(sorting),
            tokio::spawn(tidying),
            tokio::spawn(leasing),
        ];
        ArchiverHandle {
            realm: Arc::clone(self),
            stop,
            tasks,
        }
    }

    /// Seals the engine and ships everything up to the sealed instant S; answers S once it is
    /// in the archive. Contains every write that was acknowledged before the call. Fails if
    /// the store is away: what was sealed is shipped later all the same.
    pub async fn seal_and_flush(&self) -> Result<CommitTimestamp, ArchiveError> {
        let (answer, answered) = oneshot::channel();
        match &*self.wake.lock() {
            Some(wake) => wake
                .requests
                .send(Request::Flush(answer))
                .map_err(|_| ArchiveError::NotRunning)?,
            None => return Err(ArchiveError::NotRunning),
        }
        answered.await.map_err(|_| ArchiveError::NotRunning)?
    }

    /// Has the archiver look soon whether this server has been fenced, unless it has looked
    /// within [`ArchiverConfig::idle_interval`]: whoever is told what the archive holds should
    /// not be told by a server that has lost it. Waits for nothing.
    pub fn look_for_fence(&self) {
        if let Some(wake) = &*self.wake.lock() {
            // An archiver that has stopped looks no more.
            let _ = wake.requests.send(Request::Look);
        }
    }

    /// The latest instant that can be restored. On an idle realm that is now: if nothing has
    /// been committed that is not archived, a fresh seal needs no flush. Otherwise it is what
    /// the last flush has reached.
    pub async fn latest(&self) -> Result<CommitTimestamp, ArchiveError> {
        let shipper = self
            .wake
            .lock()
            .as_ref()
            .map(|wake| Arc::clone(&wake.shipper));
        let shipper = shipper.ok_or(ArchiveError::NotRunning)?;
        self.look_for_fence();
        if self.status.borrow().fenced.is_none() {
            shipper.seal_if_idle().await?;
        }
        Ok(self.status.borrow().archived_through)
    }

    /// Does all sorting, merging, keyframes and deletion that is due, and sorts segments out
    /// even if few: for tests and for operators.
    pub async fn tidy_now(self: &Arc<Self>) -> Result<(), ArchiveError> {
        while self.sort_out().await? {}
        self.tidy_once().await
    }

    async fn tidy_once(self: &Arc<Self>) -> Result<(), ArchiveError> {
        self.merge_deltas().await?;
        self.make_keyframes().await?;
        self.expire_pins().await?;
        self.collect_garbage().await
    }
}

/// Sorts segments out whenever enough have piled up.
async fn sort_segments(
    realm: Arc<RealmArchive>,
    mut stopped: watch::Receiver<bool>,
    flushed: Arc<Notify>,
) {
    let pause = realm.config.read().idle_interval;
    loop {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = flushed.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
        if realm.status.borrow().fenced.is_some() {
            return;
        }
        while realm.sort_is_due() && !*stopped.borrow() {
            match realm.sort_out().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    warn_background(&realm, "sorting segments out", &error);
                    break;
                }
            }
        }
    }
}

/// Merges deltas, makes keyframes, lets pins expire and deletes what is due, now and then.
async fn tidy(realm: Arc<RealmArchive>, mut stopped: watch::Receiver<bool>) {
    let (pause, sweep_interval) = {
        let config = realm.config.read();
        (config.idle_interval, config.sweep_interval)
    };
    let mut swept: Option<Instant> = None;
    loop {
        if swept.is_none_or(|swept| swept.elapsed() >= sweep_interval) {
            match realm.sweep().await {
                Ok(()) => swept = Some(Instant::now()),
                Err(error) => warn_background(&realm, "looking for orphaned files", &error),
            }
        }
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => return,
            () = tokio::time::sleep(pause) => {}
        }
        if realm.status.borrow().fenced.is_some() {
            return;
        }
        if let Err(error) = realm.tidy_once().await {
            warn_background(&realm, "tidying the archive", &error);
        }
    }
}

fn warn_background(realm: &RealmArchive, what: &str, error: &ArchiveError) {
    tracing::warn!(realm = %realm.realm, %error, "{what} failed and is tried again later");
}
