//! Loading: the key space in ranges, several at a time, then the indexes.
//!
//! A range is read from the archive in key order, sealed under the target's key and handed to
//! the engine's bulk loader; its index entries are sorted aside ([`super::sorting`]). A range
//! counts as done when a record says so, which is after its items are durable. Loading a range
//! twice does no harm: the same keys get the same items.
//!
//! What a crash costs: the ranges that were under way are read from the archive again, and
//! nothing else. The tail of the plan, where reading it again would be more than a little, is
//! kept sorted on disk. Index entries that were in memory, or in files that are gone or not as
//! they were written, are computed again from the items that were loaded before.
//!
//! Ranges become durable in the order of their keys: the engine can then put each below what
//! it has without rewriting anything.
//!
//! Memory: `ranges_parallel` times `read_memory_bytes` and a few MiB of a loader each,
//! `tail_memory_bytes` twice, and one and a half times `index_memory_bytes`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anywhen_archive::{FileKind, KeyRange, PlanReader, ReadLimits, RestorePlan};
use anywhen_engine::{BulkLoader, EngineError};
use anywhen_table::{SystemChange, Table};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use tokio::sync::{RwLock, watch};

use super::fill::{Filled, RECORDS_PER_STEP, RangeError, fill_range, reindex_range};
use super::progress::{Done, JobRecords, RangeDone, StoredPlan};
use super::run_file::RunFile;
use super::runs::{Run, RunFiles};
use super::sorting::{IndexSorter, PooledRuns, RangeRuns, by_index};
use super::spill::{check_room, make_spill_directory, remove_spilled, spill_directory};
use crate::error::RecoveryError;
use crate::progress::{RestoreProgress, RestoreStage};
use crate::realm::RealmRecovery;
use crate::shared::Stop;

/// A tail of more bytes than this, and of more than one part in [`TAIL_SHARE`] of the plan, is
/// kept sorted on disk until the restore ends.
const TAIL_BYTES_REREAD_MAX: u64 = 1 << 20;
const TAIL_SHARE: u64 = 32;

/// A restore while its target is filled.
pub(super) struct Loading {
    realm: Arc<RealmRecovery>,
    pub(super) target: Arc<Table>,
    ranges: Vec<KeyRange>,
    bytes_total: u64,
    records: JobRecords,
    pub(super) reader: PlanReader,
    pub(super) sorter: IndexSorter,
    /// Numbers of the indexes that are not loaded yet.
    wanted: Vec<u32>,
    pub(super) bytes_done: AtomicU64,
    pub(super) items_done: AtomicU64,
    /// The range whose turn it is to become durable.
    turn: watch::Sender<u32>,
    /// Held for reading by every part on a thread of its own; they end early once it failed.
    parts: Arc<RwLock<()>>,
    failed: Arc<AtomicBool>,
}

/// What is known of the ranges when loading begins.
struct Before {
    ranges: BTreeMap<u32, RangeDone>,
    /// Done, but their entries have to be computed again.
    lost: Vec<u32>,
}

impl Loading {
    /// Prepares to load what is not `done`.
    pub(super) async fn prepare(
        realm: &Arc<RealmRecovery>,
        target: Arc<Table>,
        plan: StoredPlan,
        done: &Done,
    ) -> Result<Self, RecoveryError> {
        let options = &realm.shared.options;
        let limits = options.limits;
        let directory = make_spill_directory(&options.spill_directory, target.id())?;
        let life = format!("{:016x}", u64::from_be_bytes(realm.shared.random()));
        let files = RunFiles::new(directory, limits.spill_reserve_bytes, life);
        let parallel = limits.ranges_parallel.max(1);
        let records = JobRecords::of(&target.record().name);
        let numbers = target.record().indexes.iter().map(|index| index.number);
        let wanted = numbers.filter(|number| !done.indexes.contains(number));
        Ok(Self {
            wanted: wanted.collect(),
            ranges: plan.plan.ranges(plan.ranges as usize),
            bytes_total: plan.plan.estimated_bytes,
            reader: open_reader(realm, &target, &records, plan.plan, done).await?,
            sorter: IndexSorter::new(files, limits.index_memory_bytes, parallel as u64),
            realm: Arc::clone(realm),
            target,
            records,
            bytes_done: AtomicU64::new(0),
            items_done: AtomicU64::new(0),
            turn: watch::Sender::new(0),
            parts: Arc::default(),
            failed: Arc::default(),
        })
    }

    /// Whether an index is not loaded yet.
    pub(super) fn is_wanted(&self, index: u32) -> bool {
        self.wanted.contains(&index)
    }

    /// Loads everything that is not done, and answers what all ranges hold. When it has failed,
    /// no part of it touches the target any more.
    pub(super) async fn load(self: Arc<Self>, done: Done) -> Result<Vec<RangeDone>, RecoveryError> {
        let result = Arc::clone(&self).load_all(done).await;
        if result.is_err() {
            self.failed.store(true, Ordering::Relaxed);
            drop(self.parts.write().await);
        }
        result
    }

    /// [`Shared::blocking`](crate::shared::Shared::blocking) for a part of this restore.
    async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self, &Stop) -> T + Send + 'static,
    ) -> Result<T, RecoveryError> {
        let part = Arc::clone(&self.parts).read_owned().await;
        let loading = Arc::clone(self);
        let work = move |stop: &Stop| {
            let _part = part;
            work(&loading, &stop.or(&loading.failed))
        };
        self.realm.shared.blocking(work).await
    }

    async fn load_all(self: Arc<Self>, done: Done) -> Result<Vec<RangeDone>, RecoveryError> {
        let take_up = move |loading: &Self, _: &Stop| loading.take_up(done);
        let before = self.blocking(take_up).await?;
        let ranges = Arc::clone(&self).load_ranges(before).await?;
        let files = ranges.iter().flat_map(|range| range.runs.iter().cloned());
        let runs = self.sorter.take_pooled().into_iter();
        let runs = runs.chain(files.map(Run::File));
        Arc::clone(&self).load_indexes(by_index(runs)).await?;
        self.remove_spilled();
        Ok(ranges)
    }

    /// Takes what an earlier life has left, as far as it is whole. Reads all files of it.
    fn take_up(&self, done: Done) -> Before {
        let directory = self.sorter.files().directory();
        let whole = |file: &RunFile| !self.is_wanted(file.index) || file.is_whole(directory);
        let (mut ranges, mut pooled, mut lost) = (done.ranges, Vec::new(), Vec::new());
        for runs in done.pooled {
            if runs.files.iter().all(whole) {
                self.sorter.adopt(self.only_wanted(runs.files));
                pooled.extend(runs.ranges);
            }
        }
        for (number, range) in &mut ranges {
            let complete = range.complete || pooled.contains(number);
            let whole = complete && range.runs.iter().all(whole);
            if !whole && !self.wanted.is_empty() {
                lost.push(*number);
                range.runs.clear();
            }
            range.runs = self.only_wanted(std::mem::take(&mut range.runs));
        }
        Before { ranges, lost }
    }

    fn only_wanted(&self, mut files: Vec<RunFile>) -> Vec<RunFile> {
        files.retain(|file| self.is_wanted(file.index));
        files
    }

    /// Loads the items of all ranges that are not done.
    async fn load_ranges(self: Arc<Self>, before: Before) -> Result<Vec<RangeDone>, RecoveryError> {
        let Before { mut ranges, lost } = before;
        let bytes = ranges.values().map(|range| range.bytes).sum();
        self.bytes_done.store(bytes, Ordering::Relaxed);
        let items = ranges.values().map(|range| range.items.items).sum();
        self.items_done.store(items, Ordering::Relaxed);
        self.show(RestoreStage::Loading);
        let parallel = self.realm.shared.options.limits.ranges_parallel.max(1);
        let all: Vec<KeyRange> = self.ranges.clone();
        stream::iter((0..).zip(all))
            .map(|(number, range)| {
                let (loading, done) = (Arc::clone(&self), ranges.remove(&number));
                let is_lost = lost.contains(&number);
                async move {
                    match done {
                        Some(done) => loading.take_range(number, range, done, is_lost).await,
                        None => loading.load_range(number, range).await,
                    }
                }
            })
            .buffered(parallel)
            .try_collect()
            .await
    }

    /// A range that is loaded; its index entries are computed again if they are lost.
    async fn take_range(
        self: Arc<Self>,
        number: u32,
        range: KeyRange,
        mut done: RangeDone,
        is_lost: bool,
    ) -> Result<RangeDone, RecoveryError> {
        if is_lost {
            let runs = self
                .blocking(move |loading, stop| reindex_range(loading, &range, stop))
                .await??;
            self.record_range(number, &mut done, runs).await?;
        }
        self.wait_turn(number).await;
        self.turn.send_replace(number + 1);
        Ok(done)
    }

    async fn load_range(
        self: Arc<Self>,
        number: u32,
        range: KeyRange,
    ) -> Result<RangeDone, RecoveryError> {
        let shared = &self.realm.shared;
        let attempt = || async {
            let range = range.clone();
            self.blocking(move |loading, stop| fill_range(loading, &range, stop))
                .await?
        };
        let filled = shared.patiently("loading a range", attempt).await?;
        let Filled {
            loader,
            mut done,
            runs,
        } = filled;
        shared.failpoint("restore::range_filled").await?;
        self.wait_turn(number).await;
        self.blocking(move |_, _| loader.finish()).await??;
        self.turn.send_replace(number + 1);
        self.record_range(number, &mut done, runs).await?;
        shared.failpoint("restore::range_loaded").await?;
        Ok(done)
    }

    async fn wait_turn(&self, number: u32) {
        let mut turn = self.turn.subscribe();
        // The sender is ours, so it does not go away.
        let _ = turn.wait_for(|turn| *turn == number).await;
    }

    /// Pools what a range has left in memory, and records it as done.
    async fn record_range(
        self: &Arc<Self>,
        number: u32,
        done: &mut RangeDone,
        runs: RangeRuns,
    ) -> Result<(), RecoveryError> {
        done.runs.clone_from(&runs.files);
        done.complete = runs.is_on_disk();
        let pooled = if done.complete {
            None
        } else {
            let keep = move |loading: &Self, stop: &Stop| loading.sorter.keep(number, runs, stop);
            self.blocking(keep).await??
        };
        let mut changes = vec![self.records.put_range(number, done)?];
        if let Some(pooled) = pooled {
            changes.push(self.put_pooled(&pooled)?);
        }
        self.realm.tables.system_commit(changes).await?;
        Ok(())
    }

    /// Pooled runs are named by a range they are from: each is in one pool only.
    fn put_pooled(&self, pooled: &PooledRuns) -> Result<SystemChange, RecoveryError> {
        let name = pooled.ranges.first().copied().unwrap_or_default();
        self.records.put_pooled(name, pooled)
    }

    pub(super) fn loader(&self, part: u32) -> Result<Box<dyn BulkLoader>, RecoveryError> {
        let missing = || EngineError::UnknownKeyspace(format!("part {part} of a restore target"));
        let keyspace = self.target.keyspace(part).ok_or_else(missing)?;
        Ok(self.realm.shared.options.engine.bulk_load(keyspace)?)
    }

    /// Loads the entries of all indexes that are not done.
    async fn load_indexes(
        self: Arc<Self>,
        mut runs: BTreeMap<u32, Vec<Run>>,
    ) -> Result<(), RecoveryError> {
        self.show(RestoreStage::Indexing);
        let parallel = self.realm.shared.options.limits.ranges_parallel.max(1);
        let wanted = self.wanted.clone();
        stream::iter(wanted)
            .map(|number| {
                let runs = runs.remove(&number).unwrap_or_default();
                Arc::clone(&self).load_index(number, runs)
            })
            .buffer_unordered(parallel)
            .try_collect::<Vec<()>>()
            .await?;
        Ok(())
    }

    async fn load_index(self: Arc<Self>, number: u32, runs: Vec<Run>) -> Result<(), RecoveryError> {
        let files: Vec<RunFile> = runs
            .iter()
            .filter_map(|run| match run {
                Run::File(file) => Some(file.clone()),
                Run::Memory(..) => None,
            })
            .collect();
        self.blocking(move |loading, stop| loading.fill_index(number, runs, stop))
            .await??;
        let record = self.records.put_index(number)?;
        self.realm.tables.system_commit(vec![record]).await?;
        self.sorter.files().remove(&files);
        let shared = &self.realm.shared;
        shared.failpoint("restore::index_loaded").await
    }

    fn fill_index(&self, number: u32, runs: Vec<Run>, stop: &Stop) -> Result<(), RecoveryError> {
        let runs_max = self.realm.shared.options.limits.merge_runs_max;
        let mut loader = self.loader(number)?;
        let merged = self.sorter.files().merge(runs, runs_max, stop)?;
        for (entry, written) in merged.zip(1_u64..) {
            let (key, sealed) = entry?;
            loader.write_owned(key, sealed)?;
            if written.is_multiple_of(RECORDS_PER_STEP) {
                stop.check()?;
            }
        }
        Ok(loader.finish()?)
    }

    /// Removes what was sorted on disk.
    fn remove_spilled(&self) {
        remove_spilled(&self.realm.shared.options.spill_directory, self.target.id());
    }

    pub(super) fn show(&self, stage: RestoreStage) {
        self.realm.shared.show(&RestoreProgress {
            realm: self.realm.realm.clone(),
            target: self.target.record().name.clone(),
            stage,
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
            bytes_total: self.bytes_total,
            items_done: self.items_done.load(Ordering::Relaxed),
        });
    }
}

/// A reader of the plan whose tail is sorted: by an earlier life, or now.
async fn open_reader(
    realm: &Arc<RealmRecovery>,
    target: &Table,
    records: &JobRecords,
    plan: RestorePlan,
    done: &Done,
) -> Result<PlanReader, RecoveryError> {
    let shared = &realm.shared;
    let limits = shared.options.limits;
    let read_limits = ReadLimits {
        range_bytes: limits.read_memory_bytes,
        tail_bytes: limits.tail_memory_bytes,
    };
    let directory = spill_directory(&shared.options.spill_directory, target.id());
    let segments = plan
        .files
        .iter()
        .filter(|file| file.kind == FileKind::Segment);
    let tail_bytes: u64 = segments.map(|file| file.bytes).sum();
    let mut reader = realm.archive.plan_reader(plan.clone(), read_limits);
    if tail_bytes == 0 {
        return Ok(reader);
    }
    let sorted_before = done.tail.as_ref();
    if sorted_before.is_some_and(|runs| reader.take_sorted_tail(runs, &directory)) {
        return Ok(reader);
    }
    drop(reader);
    let keep = tail_bytes > TAIL_BYTES_REREAD_MAX.max(plan.estimated_bytes / TAIL_SHARE)
        || tail_bytes > limits.tail_memory_bytes;
    if keep {
        check_room(&directory, tail_bytes, limits.spill_reserve_bytes)?;
    }
    let attempt = || async {
        let reader = realm.archive.plan_reader(plan.clone(), read_limits);
        let (archive, directory) = (Arc::clone(&realm.archive), directory.clone());
        let sort = move |_: &Stop| archive.sort_tail(reader, &directory, keep);
        let sorted = shared.blocking(sort).await;
        sorted.map_err(RangeError::from)?.map_err(RangeError::from)
    };
    let (reader, runs) = shared
        .patiently("sorting the newest changes", attempt)
        .await?;
    if let Some(runs) = runs {
        let record = records.put_tail(&runs)?;
        realm.tables.system_commit(vec![record]).await?;
    }
    Ok(reader)
}
