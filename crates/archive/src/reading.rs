//! Reading a table as of an instant: the plan, and the sources it merges.
//!
//! [`RealmArchive::read`] reads one range of keys. Whoever reads a plan range by range takes a
//! [`PlanReader`]: it keeps the headers and footers of the files between ranges, and goes
//! through the tail, the segments that are not sorted into deltas yet, once ([`crate::tail`]).

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId};
use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::data_file::cursor::{OpenFiles, SLICE_BYTES};
use crate::merge::{LiveChanges, Merge, MergedItems, Reading, Source, SourceFile};
use crate::plan::{FileKind, KeyRange, PlannedFile, RestorePlan};
use crate::planning::Planning;
use crate::realm::RealmArchive;
use crate::sealed::Kind;
use crate::tail::{Tail, TailRuns, read_tail};

/// How often manifests are read again when a file they name has gone meanwhile.
const PLAN_ATTEMPTS: usize = 3;
/// Directories of segments that are read at once for a plan.
const DIRECTORIES_AT_ONCE: usize = 16;
/// The least that is fetched of a file at once, however many files there are.
const SLICE_BYTES_MIN: u64 = 256 * 1024;

/// Bounds of what a [`PlanReader`] holds in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes of keys and items, before compression, that one range has decoded at a time. What
    /// is fetched of one file is at least a page and, where files are many, 256 KiB; two such
    /// pieces of each file that tells of the range are held, whatever this says.
    pub range_bytes: u64,
    /// Bytes of keys and items of the tail that are held to sort them.
    pub tail_bytes: u64,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self {
            range_bytes: 64 << 20,
            tail_bytes: 64 << 20,
        }
    }
}

impl RealmArchive {
    /// The files that together are the table at `at`, which must be archived, and in the
    /// window or pinned. Hold a [`crate::PinKind::Restore`] pin at `at` while reading by it.
    pub async fn plan(
        &self,
        table: TableId,
        at: CommitTimestamp,
    ) -> Result<RestorePlan, ArchiveError> {
        let archived_through = self.status.borrow().archived_through;
        if at > archived_through && !self.is_exact(table, at)? {
            return Err(ArchiveError::NotArchived {
                at,
                archived_through,
            });
        }
        self.plan_without(table, at, Vec::new()).await
    }

    /// Another plan for the same table and instant, after reading by `plan` has failed with
    /// `error`: one that does without the object that could not be read. `None` if the error is
    /// of another kind, or if nothing else holds what that object did.
    pub async fn plan_around(
        &self,
        plan: &RestorePlan,
        error: &ArchiveError,
    ) -> Option<RestorePlan> {
        let path = error.unreadable_object()?;
        if plan.avoided.iter().any(|avoided| avoided == path) {
            return None;
        }
        let mut avoided = plan.avoided.clone();
        avoided.push(path.to_owned());
        let other = self.plan_without(plan.table, plan.at, avoided).await.ok()?;
        tracing::warn!(%error, table = %plan.table, at = %plan.at, "read around an unreadable object");
        Some(other)
    }

    /// The plan that does without `avoided`, and without whatever proves unreadable while it is
    /// made.
    async fn plan_without(
        &self,
        table: TableId,
        at: CommitTimestamp,
        mut avoided: Vec<String>,
    ) -> Result<RestorePlan, ArchiveError> {
        let mut attempts = PLAN_ATTEMPTS;
        let mut cause: Option<ArchiveError> = None;
        loop {
            attempts = attempts.saturating_sub(1);
            let error = match self.plan_once(table, at, &avoided).await {
                Err(error) => error,
                planned => return planned,
            };
            match error.unreadable_object() {
                // Sorted out and deleted since the manifest was read: read both again.
                Some(_) if matches!(error, ArchiveError::Missing { .. }) && attempts > 0 => {}
                Some(path) if !avoided.iter().any(|avoided| avoided == path) => {
                    avoided.push(path.to_owned());
                    cause.get_or_insert(error);
                }
                // No way around: what stands in the way says more than that there is none.
                _ => return Err(cause.unwrap_or(error)),
            }
        }
    }

    async fn plan_once(
        &self,
        table: TableId,
        at: CommitTimestamp,
        avoided: &[String],
    ) -> Result<RestorePlan, ArchiveError> {
        let timeline = self.timeline(table)?;
        // The realm's first: what it no longer lists, the timeline has already.
        let realm_manifest = self.ledger.current();
        let manifest = timeline.ledger.current();
        let planning = Planning {
            archive_id: self.archive.id(),
            realm: &self.realm,
            realm_manifest: &realm_manifest,
            timeline: &manifest,
            wrapped: &timeline.ledger.key().wrapped,
        };
        let files = planning.files_at(at, avoided)?;
        let read = files
            .segments
            .iter()
            .map(|entry| self.directory(entry).boxed());
        let directories: Vec<_> = futures::stream::iter(read.collect::<Vec<_>>())
            .buffered(DIRECTORIES_AT_ONCE)
            .try_collect()
            .await?;
        Ok(planning.plan(at, avoided, &files, &directories))
    }

    /// The items of a plan whose keys are in the range. Call it and read it on a blocking
    /// thread of a runtime: it fetches from the object store as it goes. Holds some MiB of each file
    /// in memory, and the range's changes in segments. Where an object of
    /// the plan cannot be read and something else tells the same, that is read from there on.
    pub fn read(
        self: &Arc<Self>,
        plan: &RestorePlan,
        range: KeyRange,
    ) -> Result<MergedItems, ArchiveError> {
        let mut plan = plan.clone();
        let live = self.live_changes(&mut plan, &range)?;
        Ok(self.readable(live, plan, range))
    }

    /// Items that are read on by another plan where an object proves unreadable.
    fn readable(
        self: &Arc<Self>,
        live: LiveChanges,
        mut plan: RestorePlan,
        range: KeyRange,
    ) -> MergedItems {
        let realm = Arc::clone(self);
        let around = move |error: &ArchiveError, last: Option<&Bytes>| {
            let rest = range.after(last);
            plan = Handle::current().block_on(realm.plan_around(&plan, error))?;
            realm.live_changes(&mut plan, &rest).ok()
        };
        MergedItems::with_ways_around(live, Box::new(around))
    }

    /// The changes of a plan that can be opened: this one, or one around what cannot.
    fn live_changes(
        &self,
        plan: &mut RestorePlan,
        range: &KeyRange,
    ) -> Result<LiveChanges, ArchiveError> {
        let reading = self.reading();
        loop {
            let error = match plan_sources(&reading, plan, range) {
                Ok(sources) => return Ok(LiveChanges::new(Merge::new(sources), plan.at)),
                Err(error) => error,
            };
            let other = reading.handle.block_on(self.plan_around(plan, &error));
            *plan = other.ok_or(error)?;
        }
    }

    /// Reads a plan range by range. Call it on a thread of a runtime.
    pub fn plan_reader(self: &Arc<Self>, plan: RestorePlan, limits: ReadLimits) -> PlanReader {
        PlanReader {
            realm: Arc::clone(self),
            reading: self.reading(),
            plan,
            limits,
            known: Arc::default(),
            tail: None,
        }
    }

    /// Reads the tail of a reader's plan and sorts it, for all ranges. If that takes more
    /// memory than [`ReadLimits::tail_bytes`], or if `keep` is set, it goes to files in
    /// `directory`, sealed under the table's key; what is answered finds them again in a later
    /// life ([`PlanReader::take_sorted_tail`]), unless the tail is another than the plan's because
    /// an object cannot be read. Call it on a blocking thread.
    pub fn sort_tail(
        &self,
        mut reader: PlanReader,
        directory: &std::path::Path,
        keep: bool,
    ) -> Result<(PlanReader, Option<TailRuns>), ArchiveError> {
        let key = self.timeline(reader.plan.table)?.ledger.key().clone();
        let limit = reader.limits.tail_bytes;
        let mut as_planned = true;
        loop {
            let (reading, sink) = (&reader.reading, self.sink(key.clone()));
            let error = match Tail::sort(reading, &reader.plan, sink, directory, limit, keep) {
                Ok((tail, runs)) => {
                    reader.tail = Some(tail);
                    return Ok((reader, runs.filter(|_| as_planned)));
                }
                Err(error) => error,
            };
            let other = self.plan_around(&reader.plan, &error);
            reader.plan = reading.handle.block_on(other).ok_or(error)?;
            as_planned = false;
        }
    }

    pub(crate) fn reading(&self) -> Reading {
        Reading::new(
            Arc::clone(&self.archive.store),
            Handle::current(),
            Arc::clone(&self.archive.master),
        )
    }

    /// Whether a keyframe is exactly at the instant; then it can be read however far the log
    /// has been archived.
    pub(crate) fn is_exact(
        &self,
        table: TableId,
        at: CommitTimestamp,
    ) -> Result<bool, ArchiveError> {
        let manifest = self.timeline(table)?.ledger.current();
        let span = manifest.span_of(at);
        Ok(span.is_some_and(|span| span.keyframes.iter().any(|keyframe| keyframe.at == at)))
    }
}

/// Reads a plan range by range, several at a time.
pub struct PlanReader {
    realm: Arc<RealmArchive>,
    reading: Reading,
    plan: RestorePlan,
    limits: ReadLimits,
    known: Arc<OpenFiles>,
    /// The tail once it is sorted; until then each range reads it.
    tail: Option<Tail>,
}

impl PlanReader {
    /// The plan it reads.
    pub fn plan(&self) -> &RestorePlan {
        &self.plan
    }

    /// Takes the tail as an earlier life has sorted it, and says so, if every file is where it
    /// was left.
    pub fn take_sorted_tail(&mut self, runs: &TailRuns, directory: &std::path::Path) -> bool {
        self.tail = Tail::found(&self.reading, runs, directory);
        self.tail.is_some()
    }

    /// The items of the plan whose keys are in the range, as [`RealmArchive::read`] answers
    /// them, also by another way where an object cannot be read. Call it and read it on a
    /// blocking thread.
    pub fn read(&self, range: &KeyRange) -> Result<MergedItems, ArchiveError> {
        let mut plan = self.plan.clone();
        let live = match self.live_changes(range) {
            Ok(live) => live,
            Err(error) => {
                let other = self.realm.plan_around(&plan, &error);
                plan = self.reading.handle.block_on(other).ok_or(error)?;
                self.realm.live_changes(&mut plan, range)?
            }
        };
        Ok(self.realm.readable(live, plan, range.clone()))
    }

    fn live_changes(&self, range: &KeyRange) -> Result<LiveChanges, ArchiveError> {
        let groups = file_groups(&self.plan, range);
        let tail = match &self.tail {
            Some(tail) => tail.sources(range),
            None => vec![Source::memory(read_tail(&self.reading, &self.plan, range)?)],
        };
        // Each source holds the slice it is read from and the next one.
        let sources = (groups.len() + tail.len()).max(1) as u64;
        let slice_bytes = (self.limits.range_bytes / (2 * sources))
            .clamp(SLICE_BYTES_MIN, SLICE_BYTES.max(SLICE_BYTES_MIN));
        let files = groups.into_iter().map(|files| {
            let (reading, known) = (self.reading.clone(), Arc::clone(&self.known));
            Source::known_files(reading, known, range.clone(), files.into(), slice_bytes)
        });
        let merge = Merge::new(files.chain(tail).collect());
        Ok(LiveChanges::new(merge, self.plan.at))
    }
}

impl std::fmt::Debug for PlanReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlanReader")
            .field("plan", &self.plan)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// One source per keyframe and delta, and one for all segments.
pub(crate) fn plan_sources(
    reading: &Reading,
    plan: &RestorePlan,
    range: &KeyRange,
) -> Result<Vec<Source>, ArchiveError> {
    let groups = file_groups(plan, range).into_iter();
    let files = groups.map(|files| Source::files(reading.clone(), range.clone(), files.into()));
    let tail = Source::memory(read_tail(reading, plan, range)?);
    Ok(files.chain([tail]).collect())
}

/// The keyframe's files and those of each delta, as far as they tell of a range.
fn file_groups(plan: &RestorePlan, range: &KeyRange) -> Vec<Vec<SourceFile>> {
    let touched: Vec<&PlannedFile> = plan
        .files
        .iter()
        .filter(|file| file.kind != FileKind::Segment && file.rows > 0)
        .filter(|file| range.touches(&file.key_min, &file.key_max))
        .collect();
    let group_of = |file: &PlannedFile| (file.kind, file.from, file.to);
    let groups = touched.chunk_by(|a, b| group_of(a) == group_of(b));
    let source_file = |file: &&PlannedFile| SourceFile {
        kind: match file.kind {
            FileKind::Keyframe => Kind::Keyframe,
            FileKind::Delta | FileKind::Segment => Kind::Delta,
        },
        path: file.path.clone(),
        length: file.length,
    };
    groups
        .map(|files| files.iter().map(source_file).collect())
        .collect()
}
