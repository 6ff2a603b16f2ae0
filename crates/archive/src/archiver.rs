//! The archiver: ships a realm's change log into the archive, and keeps the archive in shape.
//!
//! One flush: seal the engine at S; read the log from where the realm manifest ends up to S;
//! put a segment; put the realm manifest; look whether anyone else has claimed the realm; only
//! then let the engine forget what the manifest covers. Any step may fail or be repeated:
//!
//! * A segment that no manifest names is an orphan and is swept later.
//! * A manifest in doubt is settled before the log is read again, so the next flush begins
//!   exactly where the store's newest manifest ends.
//! * Which tables are shipped is asked after the seal. A span is announced before the commit
//!   that starts its log records, so whatever S holds of it is shipped.
//! * A commit is never split between two segments.
//!
//! While the store is away the archiver tries again with growing pauses; writes go on, the
//! log grows, nothing is lost. Once fenced it stops for good.
//!
//! Sorting, merging, keyframes and deletion run in two tasks of their own, so that neither
//! waits for a large keyframe to be written before segments are sorted out.

use std::sync::Arc;
use std::time::Duration;

use anywhen_engine::{Engine, EngineError, LogHandle, LogRecord};
use anywhen_kms::place;
use anywhen_model::CommitTimestamp;
use bytes::Bytes;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::ArchiveError;
use crate::change::Change;
use crate::layout;
use crate::manifest::{RealmManifest, SegmentEntry};
use crate::new_files::NewFiles;
use crate::realm::{RealmArchive, TableKeys, blocking};
use crate::sealed;
use crate::segment::SegmentBuilder;
use crate::store::Put;

/// How the archiver works. The default is right for a server.
#[derive(Debug, Clone, PartialEq)]
pub struct ArchiverConfig {
    /// Time from a commit to its flush, at most.
    pub flush_interval: Duration,
    /// Plaintext bytes at which a segment is closed and the next begun.
    pub segment_bytes_max: usize,
    /// Longest pause between attempts while the store is away.
    pub backoff_max: Duration,
    /// How often an idle archiver looks whether it has been fenced, and does what is due.
    pub idle_interval: Duration,
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
            sort_segments: 64,
            sort_bytes: 64 * MIB,
            delta_fan_in: 8,
            merge_bytes_max: 256 * MIB,
            keyframe_ratio: 0.5,
            keyframe_bytes_min: 4 * MIB,
            pin_keyframe_ratio: 0.0,
            file_bytes_max: 256 * MIB,
            grace: Duration::from_mins(10),
            stop_timeout: Duration::from_secs(10),
        }
    }
}

/// First pause after a failure.
const BACKOFF_MIN: Duration = Duration::from_millis(100);

type FlushAnswer = oneshot::Sender<Result<CommitTimestamp, ArchiveError>>;

/// How the realm reaches its archiver.
pub(crate) struct Wake {
    requests: mpsc::UnboundedSender<FlushAnswer>,
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

    /// Flushes what it can within a bound, then ends the background tasks. Steps they are in
    /// are finished, not cut.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "an archiver task failed");
            }
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
        *self.config.write() = config;
        let (requests, received) = mpsc::unbounded_channel();
        let (stop, stopped) = watch::channel(false);
        let shipper = Arc::new(Shipper {
            realm: Arc::clone(self),
            engine,
            log,
            keys,
        });
        *self.wake.lock() = Some(Wake {
            requests,
            shipper: Arc::clone(&shipper),
        });
        let flushed = Arc::new(Notify::new());
        let flushing = Arc::clone(&shipper).run(received, stopped.clone(), Arc::clone(&flushed));
        let sorting = sort_segments(Arc::clone(self), stopped.clone(), flushed);
        let tidying = tidy(Arc::clone(self), stopped);
        let tasks = vec![
            tokio::spawn(flushing),
            tokio::spawn(sorting),
            tokio::spawn(tidying),
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
                .send(answer)
                .map_err(|_| ArchiveError::NotRunning)?,
            None => return Err(ArchiveError::NotRunning),
        }
        answered.await.map_err(|_| ArchiveError::NotRunning)?
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

/// Ships the log of one realm.
struct Shipper {
    realm: Arc<RealmArchive>,
    engine: Arc<dyn Engine>,
    log: LogHandle,
    keys: Arc<dyn TableKeys>,
}

/// What the shipper wakes up for.
enum Event {
    Stop,
    Request(FlushAnswer),
    /// The log has something new.
    Work,
    /// It is time to flush.
    Due,
    Idle,
}

/// Changes read from the log, up to and including a commit timestamp.
struct Batch {
    segment: SegmentBuilder,
    through: CommitTimestamp,
    /// Records in the interval, shipped or not.
    records: usize,
}

impl Shipper {
    async fn run(
        self: Arc<Self>,
        mut requests: mpsc::UnboundedReceiver<FlushAnswer>,
        mut stopped: watch::Receiver<bool>,
        flushed: Arc<Notify>,
    ) {
        let mut work = match self.engine.watch_log(self.log) {
            Ok(work) => work,
            Err(error) => return self.note_failure(&error.into()),
        };
        let config = self.realm.config.read().clone();
        // The log may hold records of an earlier life.
        work.mark_changed();
        let mut due: Option<Instant> = None;
        let mut pause = config.flush_interval;
        loop {
            let mut waiting = Vec::new();
            match self
                .next_event(&mut requests, &mut stopped, &mut work, due)
                .await
            {
                Event::Stop => break,
                Event::Work => {
                    due = Some(Instant::now() + pause);
                    continue;
                }
                Event::Idle if self.still_mine().await => continue,
                Event::Idle => return,
                Event::Request(request) => waiting.push(request),
                Event::Due => {}
            }
            while let Ok(request) = requests.try_recv() {
                waiting.push(request);
            }
            // Commits from here on make the watch change again.
            work.mark_unchanged();
            let result = self.flush_noted().await;
            if result.is_ok() {
                due = None;
                pause = config.flush_interval;
                flushed.notify_one();
            } else {
                pause = (pause * 2).clamp(BACKOFF_MIN.min(config.backoff_max), config.backoff_max);
                due = Some(Instant::now() + pause);
            }
            let fenced = matches!(result, Err(ArchiveError::Fenced(_)));
            answer(waiting, result);
            if fenced {
                return;
            }
        }
        let last = tokio::time::timeout(config.stop_timeout, self.flush_noted()).await;
        if !matches!(last, Ok(Ok(_))) {
            tracing::warn!(
                realm = %self.realm.realm,
                "stopped before everything was archived; the next start ships the rest"
            );
        }
    }

    async fn next_event(
        &self,
        requests: &mut mpsc::UnboundedReceiver<FlushAnswer>,
        stopped: &mut watch::Receiver<bool>,
        work: &mut watch::Receiver<CommitTimestamp>,
        due: Option<Instant>,
    ) -> Event {
        let idle_interval = self.realm.config.read().idle_interval;
        let timer = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => Event::Stop,
            Some(request) = requests.recv() => Event::Request(request),
            () = timer => Event::Due,
            Ok(()) = work.changed(), if due.is_none() => Event::Work,
            () = tokio::time::sleep(idle_interval) => Event::Idle,
        }
    }

    /// Looks whether another server has claimed the realm; an idle one would not notice.
    async fn still_mine(&self) -> bool {
        if let Err(error) = self.realm.note_fence(self.realm.ledger.check_mine().await) {
            self.note_failure(&error);
        }
        self.realm.status.borrow().fenced.is_none()
    }

    /// A flush whose outcome the status and the metrics tell.
    async fn flush_noted(&self) -> Result<CommitTimestamp, ArchiveError> {
        let result = self.realm.note_fence(self.flush().await);
        let word = if result.is_ok() { "ok" } else { "error" };
        metrics::counter!("anywhen_archive_flush_total", "result" => word).increment(1);
        match &result {
            Ok(_) => self.note_success(),
            Err(error) => self.note_failure(error),
        }
        self.export_lag();
        result
    }

    async fn flush(&self) -> Result<CommitTimestamp, ArchiveError> {
        let sealed = self.engine.seal().await?;
        loop {
            let after = self.realm.ledger.settled().await?.archived_through;
            if after >= sealed {
                break;
            }
            let batch = self.read_log(after, sealed).await?;
            let through = batch.through;
            if batch.records > 0 {
                self.ship(batch).await?;
            }
            if through >= sealed {
                break;
            }
        }
        self.advance(sealed);
        Ok(sealed)
    }

    async fn read_log(
        &self,
        after: CommitTimestamp,
        sealed: CommitTimestamp,
    ) -> Result<Batch, ArchiveError> {
        let (realm, engine, log) = (Arc::clone(&self.realm), Arc::clone(&self.engine), self.log);
        let keys = Arc::clone(&self.keys);
        let bytes_max = realm.config.read().segment_bytes_max;
        blocking(move || {
            let mut batch = Batch {
                segment: SegmentBuilder::default(),
                through: after,
                records: 0,
            };
            for record in engine.changes(log, after, sealed)? {
                let record = record?;
                if batch.segment.bytes() >= bytes_max && record.timestamp > batch.through {
                    return Ok(batch);
                }
                batch.through = record.timestamp;
                batch.records += 1;
                add_record(&realm, &*keys, record, &mut batch.segment)?;
            }
            batch.through = sealed;
            Ok(batch)
        })
        .await
    }

    /// Makes a batch part of the archive, and lets the log go up to it.
    async fn ship(&self, batch: Batch) -> Result<(), ArchiveError> {
        let files = self.realm.new_files();
        let entry = self
            .put_segment(&files, batch.segment, batch.through)
            .await?;
        let through = batch.through;
        self.realm
            .ledger
            .update(|manifest| Ok(Some(with_segment(manifest, entry.as_ref(), through))))
            .await?;
        files.adopted();
        self.realm.ledger.check_mine().await?;
        self.advance(through);
        let (engine, log) = (Arc::clone(&self.engine), self.log);
        blocking(move || Ok(engine.trim(log, through)?)).await
    }

    async fn put_segment(
        &self,
        files: &NewFiles,
        segment: SegmentBuilder,
        to: CommitTimestamp,
    ) -> Result<Option<SegmentEntry>, ArchiveError> {
        if segment.is_empty() {
            return Ok(None);
        }
        let realm = &self.realm;
        let from = segment_start(&realm.ledger.current());
        let randomness = Arc::clone(&realm.archive.randomness);
        let path = files
            .names()
            .register(layout::segment(&realm.realm, from, to, &*randomness));
        let (realm_key, sealed_path) = (realm.ledger.key().clone(), path.clone());
        let (bytes, directory) =
            blocking(move || Ok(segment.seal(&sealed_path, &realm_key, &*randomness))).await?;
        let entry = SegmentEntry {
            path: path.clone(),
            from,
            to,
            length: bytes.len() as u64,
            hash: sealed::hash(&bytes),
        };
        match realm.archive.store.put_new(&path, bytes).await? {
            Put::Done | Put::Exists => {}
        }
        metrics::counter!("anywhen_archive_bytes_written_total", "kind" => "segment")
            .increment(entry.length);
        realm.remember_directory(&path, &Arc::new(directory));
        Ok(Some(entry))
    }

    /// Seals, and takes the sealed instant as archived if the log has nothing new up to it.
    async fn seal_if_idle(&self) -> Result<(), ArchiveError> {
        let sealed = self.engine.seal().await?;
        let after = self.realm.status.borrow().archived_through;
        let (engine, log) = (Arc::clone(&self.engine), self.log);
        let idle = blocking(move || match engine.changes(log, after, sealed)?.next() {
            None => Ok(true),
            Some(Ok(_)) => Ok(false),
            Some(Err(error)) => Err(error.into()),
        })
        .await?;
        if idle {
            self.advance(sealed);
        }
        Ok(())
    }

    fn advance(&self, through: CommitTimestamp) {
        self.realm.status.send_if_modified(|status| {
            let further = through > status.archived_through;
            if further {
                status.archived_through = through;
            }
            further
        });
        let archived = self.realm.status.borrow().archived_through.as_micros();
        metrics::gauge!("anywhen_archive_archived_through_seconds")
            .set(archived as f64 / 1_000_000.0);
    }

    fn note_success(&self) {
        self.realm.status.send_if_modified(|status| {
            let was = status.last_error.take();
            if was.is_some() {
                tracing::info!(realm = %self.realm.realm, "the archive answers again");
            }
            was.is_some()
        });
    }

    fn note_failure(&self, error: &ArchiveError) {
        let text = error.to_string();
        self.realm.status.send_if_modified(|status| {
            let news = status.last_error.as_deref() != Some(text.as_str());
            if news {
                tracing::warn!(realm = %self.realm.realm, error = text, "archiving failed; nothing is lost, the change log keeps it");
                status.last_error = Some(text);
            }
            news
        });
    }

    /// Seconds that the oldest change that is not archived has waited, as far as is known.
    fn export_lag(&self) {
        let archived = self.realm.status.borrow().archived_through;
        let newest = self.engine.watch_log(self.log).map(|watch| *watch.borrow());
        let waiting = newest.is_ok_and(|newest| newest > archived);
        let lag = if waiting {
            self.realm
                .now()
                .as_micros()
                .saturating_sub(archived.as_micros())
        } else {
            0
        };
        metrics::gauge!("anywhen_archive_lag_seconds").set(lag as f64 / 1_000_000.0);
    }
}

/// Opens a log record and adds it to the segment, if its table's changes are shipped. A record
/// that does not open stops the archiver: passing over it would be a hole in the history.
fn add_record(
    realm: &RealmArchive,
    keys: &dyn TableKeys,
    record: LogRecord,
    segment: &mut SegmentBuilder,
) -> Result<(), ArchiveError> {
    let Some((key, cipher)) = realm.shipping_key(record.table, keys) else {
        return Ok(());
    };
    let open = |sealed: Bytes| {
        let place = place(record.table, 0, &record.key);
        cipher
            .open(&place, &sealed)
            .map(Bytes::from)
            .map_err(|error| {
                let what = format!("change of table {} at {}", record.table, record.timestamp);
                EngineError::Corrupt(format!("{what}: {error}"))
            })
    };
    let item = record.value.map(open).transpose()?;
    let change = Change {
        key: record.key.clone(),
        timestamp: record.timestamp,
        item,
    };
    segment.add(record.table, &key, &change);
    Ok(())
}

/// Where a new segment begins: where the last one ends, or at D.
fn segment_start(manifest: &RealmManifest) -> CommitTimestamp {
    manifest
        .segments
        .last()
        .map_or(manifest.dropped_through, |segment| segment.to)
}

fn with_segment(
    manifest: &RealmManifest,
    entry: Option<&SegmentEntry>,
    through: CommitTimestamp,
) -> RealmManifest {
    let mut next = manifest.clone();
    // Sorting out may have moved D, or dropped the segment before, since the name was made.
    let from = segment_start(manifest);
    next.segments.extend(entry.map(|entry| SegmentEntry {
        from,
        ..entry.clone()
    }));
    next.archived_through = next.archived_through.max(through);
    next
}

fn answer(waiting: Vec<FlushAnswer>, result: Result<CommitTimestamp, ArchiveError>) {
    let mut result = Some(result);
    let text = result
        .as_ref()
        .and_then(|result| result.as_ref().err())
        .map(ToString::to_string);
    for request in waiting {
        let answer = match (&text, &result) {
            (None, Some(Ok(sealed))) => Ok(*sealed),
            (_, Some(Err(ArchiveError::Fenced(reason)))) => {
                Err(ArchiveError::Fenced(reason.clone()))
            }
            (Some(text), _) => result
                .take()
                .unwrap_or_else(|| Err(ArchiveError::Away(text.clone()))),
            (None, _) => Err(ArchiveError::NotRunning),
        };
        // Whoever asked may have gone.
        let _ = request.send(answer);
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
    let pause = realm.config.read().idle_interval;
    if let Err(error) = realm.sweep().await {
        warn_background(&realm, "looking for orphaned files", &error);
    }
    loop {
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
