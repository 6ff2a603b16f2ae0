//! Shipping: from the engine's change log to segments and the realm manifest.
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
//! log grows, nothing is lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anywhen_engine::{Engine, EngineError, LogHandle, LogRecord};
use anywhen_kms::{RecordCipher, place};
use anywhen_model::{CommitTimestamp, TableId};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::ArchiveError;
use crate::change::Change;
use crate::layout;
use crate::manifest::{RealmManifest, SegmentEntry};
use crate::new_files::NewFiles;
use crate::realm::{RealmArchive, TableKeys, blocking};
use crate::sealed::{self, SealingKey};
use crate::segment::SegmentBuilder;
use crate::store::Put;

/// First pause after a failure.
const BACKOFF_MIN: Duration = Duration::from_millis(100);

/// Where the answer to a request for a flush goes.
pub(crate) type FlushAnswer = oneshot::Sender<Result<CommitTimestamp, ArchiveError>>;

/// What an archiver is asked for.
pub(crate) enum Request {
    /// To seal and flush.
    Flush(FlushAnswer),
    /// To look whether it has been fenced.
    Look,
}

/// Ships the log of one realm.
pub(crate) struct Shipper {
    realm: Arc<RealmArchive>,
    engine: Arc<dyn Engine>,
    log: LogHandle,
    keys: Arc<dyn TableKeys>,
    /// Since when every attempt has failed.
    away_since: Mutex<Option<CommitTimestamp>>,
}

/// What the shipper wakes up for.
enum Event {
    Stop,
    Request(Request),
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
    pub(crate) fn new(
        realm: Arc<RealmArchive>,
        engine: Arc<dyn Engine>,
        log: LogHandle,
        keys: Arc<dyn TableKeys>,
    ) -> Self {
        Self {
            realm,
            engine,
            log,
            keys,
            away_since: Mutex::default(),
        }
    }

    /// Ships until it is stopped or fenced; `flushed` is told after each flush.
    pub(crate) async fn run(
        self: Arc<Self>,
        mut requests: mpsc::UnboundedReceiver<Request>,
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
        let mut looks = Looks::new(config.idle_interval, config.idle_interval_max);
        loop {
            let mut waiting = Vec::new();
            match self
                .next_event(&mut requests, &mut stopped, &mut work, due, looks.due)
                .await
            {
                Event::Stop => break,
                Event::Work => {
                    due = Some(Instant::now() + pause);
                    continue;
                }
                Event::Request(Request::Look) if !looks.asked() => continue,
                Event::Request(Request::Look) | Event::Idle => {
                    // A failed flush is due again, and only a flush that succeeds ends its failure.
                    let all_is_shipped = due.is_none();
                    if !self.still_mine(all_is_shipped).await {
                        return;
                    }
                    looks.looked();
                    continue;
                }
                Event::Request(Request::Flush(request)) => waiting.push(request),
                Event::Due => {}
            }
            while let Ok(request) = requests.try_recv() {
                // A flush looks, too.
                if let Request::Flush(request) = request {
                    waiting.push(request);
                }
            }
            // Commits from here on make the watch change again.
            work.mark_unchanged();
            let before = self.realm.head().manifest_number;
            let mut result = self.flush_noted().await;
            if self.realm.head().manifest_number > before {
                looks.flushed();
            } else if result.is_ok() && !waiting.is_empty() && looks.asked() {
                // Nothing was shipped, so nothing has shown that the archive is still ours.
                let mine = self.realm.note_fence(self.realm.ledger.check_mine().await);
                result = mine.and(result);
                looks.looked();
            }
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
        requests: &mut mpsc::UnboundedReceiver<Request>,
        stopped: &mut watch::Receiver<bool>,
        work: &mut watch::Receiver<CommitTimestamp>,
        due: Option<Instant>,
        look_due: Instant,
    ) -> Event {
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
            () = tokio::time::sleep_until(look_due) => Event::Idle,
        }
    }

    /// Looks whether another server has claimed the realm. If nothing waits to be shipped, an
    /// answer ends what a look that got none has noted: an idle realm has no flush to do that.
    async fn still_mine(&self, all_is_shipped: bool) -> bool {
        match self.realm.note_fence(self.realm.ledger.check_mine().await) {
            Ok(()) if all_is_shipped => self.note_success(),
            Ok(()) => {}
            Err(error) => self.note_failure(&error),
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
        self.export_lag().await;
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
            // A span that is announced from now on has nothing in this stretch of the log.
            let mut known: HashMap<TableId, Option<ShippingKey>> = HashMap::new();
            for record in engine.changes(log, after, sealed)? {
                let record = record?;
                if batch.segment.bytes() >= bytes_max && record.timestamp > batch.through {
                    return Ok(batch);
                }
                batch.through = record.timestamp;
                batch.records += 1;
                let table = record.table;
                let key = known
                    .entry(table)
                    .or_insert_with(|| realm.shipping_key(table, &*keys));
                if let Some(key) = key {
                    add_record(key, record, &mut batch.segment)?;
                }
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
    pub(crate) async fn seal_if_idle(&self) -> Result<(), ArchiveError> {
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
        self.export_away(None);
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
        let since = *self
            .away_since
            .lock()
            .get_or_insert_with(|| self.realm.now());
        self.export_away(Some(since));
        self.realm.status.send_if_modified(|status| {
            let news = status.last_error.as_deref() != Some(text.as_str());
            if news {
                tracing::warn!(realm = %self.realm.realm, error = text, %since, "archiving failed; nothing is lost, the change log keeps it");
                status.last_error = Some(text);
            }
            news
        });
    }

    /// Since when the archive has been away, by the clock; 0 while it answers.
    fn export_away(&self, since: Option<CommitTimestamp>) {
        *self.away_since.lock() = since;
        let seconds = since.map_or(0.0, |since| since.as_micros() as f64 / 1_000_000.0);
        metrics::gauge!("anywhen_archive_away_since_seconds").set(seconds);
    }

    /// Seconds that the oldest change that is not archived has waited, as far as is known.
    async fn export_lag(&self) {
        let archived = self.realm.status.borrow().archived_through;
        let (engine, log) = (Arc::clone(&self.engine), self.log);
        let first = blocking(move || Ok(engine.first_change(log, archived)?)).await;
        let waited = first.ok().flatten().map_or(0, |first| {
            let now = self.realm.now().as_micros();
            now.saturating_sub(first.as_micros())
        });
        metrics::gauge!("anywhen_archive_lag_seconds").set(waited as f64 / 1_000_000.0);
    }
}

/// When an idle archiver looks whether it has been fenced. A flush finds out by itself; so what
/// is left to notice is a fence while nothing is written, which matters less and less.
struct Looks {
    first: Duration,
    last: Duration,
    pause: Duration,
    looked: Instant,
    due: Instant,
}

impl Looks {
    fn new(first: Duration, last: Duration) -> Self {
        let now = Instant::now();
        Self {
            first,
            last: last.max(first),
            pause: first,
            looked: now,
            due: now + first,
        }
    }

    /// Whether somebody who asks now should be looked for.
    fn asked(&self) -> bool {
        self.looked.elapsed() >= self.first
    }

    fn looked(&mut self) {
        self.pause = (self.pause * 2).min(self.last);
        self.looked = Instant::now();
        self.due = self.looked + self.pause;
    }

    fn flushed(&mut self) {
        *self = Self::new(self.first, self.last);
    }
}

/// What a table's changes are sealed under, and what opens its records.
type ShippingKey = (SealingKey, Arc<RecordCipher>);

/// Opens a log record and adds it to the segment. A record that does not open stops the
/// archiver: passing over it would be a hole in the history.
fn add_record(
    (key, cipher): &ShippingKey,
    record: LogRecord,
    segment: &mut SegmentBuilder,
) -> Result<(), ArchiveError> {
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
    segment.add(record.table, key, &change);
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
