//! Loading: the key space in ranges, several at a time, then the indexes.
//!
//! A range is read from the archive in key order, sealed under the target's key and handed to
//! the engine's bulk loader; its index entries are sorted aside. A range counts as done when a
//! record says so, which is after its items are durable and its entries are on disk. A restore
//! whose entries fit in memory keeps them there instead and begins again after a crash, which
//! then costs little. Loading a range twice does no harm: the same keys get the same items.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_archive::{ArchiveError, KeyRange, MergedItems};
use anywhen_disk::make_directory;
use anywhen_engine::{BulkLoader, EngineError};
use anywhen_model::{TableId, decode_item};
use anywhen_table::{ITEMS_PART, Table};
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::progress::{Done, JobRecords, RangeDone, StoredPlan};
use super::runs::{Run, Runs, merge};
use crate::error::RecoveryError;
use crate::metrics;
use crate::progress::{RestoreProgress, RestoreStage};
use crate::realm::RealmRecovery;
use crate::shared::{MayPass, Stop};

/// Records between two looks at the clock of the world: progress, and whether to stop.
const RECORDS_PER_STEP: u64 = 512;

/// Bytes that an entry in memory costs besides its key and item, roughly.
const ENTRY_OVERHEAD_BYTES: u64 = 96;

/// A restore while its target is filled.
pub(crate) struct Loading {
    realm: Arc<RealmRecovery>,
    target: Arc<Table>,
    plan: StoredPlan,
    records: JobRecords,
    /// Where index entries go; `None` while they fit in memory.
    spill: Option<PathBuf>,
    bytes_done: AtomicU64,
}

/// A range that is loaded, with its index entries.
pub(crate) struct LoadedRange {
    pub(crate) done: RangeDone,
    pub(crate) runs: Vec<Run>,
}

impl LoadedRange {
    /// A range that an earlier life has loaded.
    fn before(done: RangeDone) -> Self {
        let runs = done.runs.iter().cloned().map(Run::File).collect();
        Self { done, runs }
    }
}

impl Loading {
    pub(crate) fn new(realm: Arc<RealmRecovery>, target: Arc<Table>, plan: StoredPlan) -> Self {
        let options = &realm.shared.options;
        let indexes = target.record().indexes.len() as u64;
        let rows = plan
            .plan
            .estimated_rows
            .saturating_mul(ENTRY_OVERHEAD_BYTES);
        let most = plan
            .plan
            .estimated_bytes
            .saturating_add(rows)
            .saturating_mul(indexes);
        let spill = (most > options.limits.index_memory_bytes)
            .then(|| spill_directory(&options.spill_directory, target.id()));
        let records = JobRecords::of(&target.record().name);
        Self {
            realm,
            target,
            plan,
            records,
            spill,
            bytes_done: AtomicU64::new(0),
        }
    }

    /// Takes ranges off the list whose index entries are not where they were left.
    pub(crate) fn forget_lost_runs(&self, done: &mut Done) {
        let Some(directory) = &self.spill else {
            if !self.target.record().indexes.is_empty() {
                done.ranges.clear();
            }
            return;
        };
        done.ranges
            .retain(|_, range| range.runs.iter().all(|run| run.is_whole(directory)));
    }

    /// Loads the items of all ranges that are not done.
    pub(crate) async fn load_ranges(
        self: Arc<Self>,
        mut done: BTreeMap<u32, RangeDone>,
    ) -> Result<Vec<LoadedRange>, RecoveryError> {
        if let Some(directory) = &self.spill {
            make_directory(directory).map_err(|error| spill_error(directory, &error))?;
        }
        self.bytes_done.store(
            done.values().map(|range| range.bytes).sum(),
            Ordering::Relaxed,
        );
        self.show(RestoreStage::Loading);
        let ranges = self.plan.plan.ranges(self.plan.ranges as usize);
        let parallel = self.realm.shared.options.limits.ranges_parallel.max(1);
        stream::iter((0..).zip(ranges))
            .map(|(number, range)| {
                let (loading, done) = (Arc::clone(&self), done.remove(&number));
                async move {
                    match done {
                        Some(done) => Ok(LoadedRange::before(done)),
                        None => loading.load_range(number, range).await,
                    }
                }
            })
            .buffer_unordered(parallel)
            .try_collect()
            .await
    }

    async fn load_range(
        self: Arc<Self>,
        number: u32,
        range: KeyRange,
    ) -> Result<LoadedRange, RecoveryError> {
        let shared = &self.realm.shared;
        let attempt = || async {
            let (loading, range) = (Arc::clone(&self), range.clone());
            shared
                .blocking(move |stop| loading.fill_range(number, range, stop))
                .await?
        };
        let loaded = shared.patiently("loading a range", attempt).await?;
        let durable = loaded.runs.iter().all(|run| matches!(run, Run::File(_)));
        if durable {
            let record = self.records.put_range(number, &loaded.done)?;
            self.realm.tables.system_commit(vec![record]).await?;
        }
        shared.failpoint("restore::range_loaded").await?;
        Ok(loaded)
    }

    fn fill_range(
        &self,
        number: u32,
        range: KeyRange,
        stop: &Stop,
    ) -> Result<LoadedRange, RangeError> {
        let mut filler = RangeFiller {
            loading: self,
            loader: self.loader(ITEMS_PART)?,
            runs: self.new_runs(number),
            done: RangeDone::default(),
        };
        filler.fill(self.realm.archive.read(&self.plan.plan, range)?, stop)?;
        let RangeFiller {
            loader,
            runs,
            mut done,
            ..
        } = filler;
        loader.finish()?;
        let runs = runs.finish()?;
        done.runs = runs.iter().filter_map(Run::file).cloned().collect();
        Ok(LoadedRange { done, runs })
    }

    fn new_runs(&self, range: u32) -> Runs {
        let limits = self.realm.shared.options.limits;
        let budget = limits.index_memory_bytes / limits.ranges_parallel.max(1) as u64;
        Runs::new(self.spill.clone(), format!("range-{range}"), budget)
    }

    fn loader(&self, part: u32) -> Result<Box<dyn BulkLoader>, RecoveryError> {
        let missing = || EngineError::UnknownKeyspace(format!("part {part} of a restore target"));
        let keyspace = self.target.keyspace(part).ok_or_else(missing)?;
        Ok(self.realm.shared.options.engine.bulk_load(keyspace)?)
    }

    /// Loads the entries of all indexes that are not done.
    pub(crate) async fn load_indexes(
        self: Arc<Self>,
        ranges: Vec<LoadedRange>,
        done: &[u32],
    ) -> Result<(), RecoveryError> {
        self.show(RestoreStage::Indexing);
        let mut by_index: BTreeMap<u32, Vec<Run>> = BTreeMap::new();
        for run in ranges.into_iter().flat_map(|range| range.runs) {
            by_index.entry(run.index()).or_default().push(run);
        }
        let parallel = self.realm.shared.options.limits.ranges_parallel.max(1);
        stream::iter(
            by_index
                .into_iter()
                .filter(|(number, _)| !done.contains(number)),
        )
        .map(|(number, runs)| Arc::clone(&self).load_index(number, runs))
        .buffer_unordered(parallel)
        .try_collect::<Vec<()>>()
        .await?;
        Ok(())
    }

    async fn load_index(self: Arc<Self>, number: u32, runs: Vec<Run>) -> Result<(), RecoveryError> {
        let loading = Arc::clone(&self);
        let shared = &self.realm.shared;
        shared
            .blocking(move |stop| loading.fill_index(number, runs, stop))
            .await??;
        if self.spill.is_some() {
            let record = self.records.put_index(number)?;
            self.realm.tables.system_commit(vec![record]).await?;
        }
        Ok(())
    }

    fn fill_index(&self, number: u32, runs: Vec<Run>, stop: &Stop) -> Result<(), RecoveryError> {
        let most = self.realm.shared.options.limits.merge_runs_max.max(2);
        let mut loader = self.loader(number)?;
        let mut written = 0_u64;
        for entry in merge(runs, self.spill.as_deref(), most, stop)? {
            let (key, sealed) = entry?;
            loader.write(&key, &sealed)?;
            written += 1;
            if written.is_multiple_of(RECORDS_PER_STEP) {
                stop.check()?;
            }
        }
        Ok(loader.finish()?)
    }

    /// Removes what was sorted on disk.
    pub(crate) fn remove_spilled(&self) {
        if self.spill.is_some() {
            remove_spilled(&self.realm.shared.options.spill_directory, self.target.id());
        }
    }

    fn show(&self, stage: RestoreStage) {
        self.realm.shared.show(&RestoreProgress {
            realm: self.realm.realm.clone(),
            target: self.target.record().name.clone(),
            stage,
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
            bytes_total: self.plan.plan.estimated_bytes,
        });
    }
}

/// Why a range could not be loaded.
enum RangeError {
    Archive(ArchiveError),
    Other(RecoveryError),
}

impl MayPass for RangeError {
    fn may_pass(&self) -> bool {
        matches!(self, Self::Archive(error) if error.may_pass())
    }
}

impl std::fmt::Display for RangeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Archive(error) => error.fmt(f),
            Self::Other(error) => error.fmt(f),
        }
    }
}

impl From<ArchiveError> for RangeError {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

impl From<RecoveryError> for RangeError {
    fn from(error: RecoveryError) -> Self {
        Self::Other(error)
    }
}

impl From<EngineError> for RangeError {
    fn from(error: EngineError) -> Self {
        Self::Other(error.into())
    }
}

impl From<RangeError> for RecoveryError {
    fn from(error: RangeError) -> Self {
        match error {
            RangeError::Archive(error) => error.into(),
            RangeError::Other(error) => error,
        }
    }
}

/// Fills one range.
struct RangeFiller<'l> {
    loading: &'l Loading,
    loader: Box<dyn BulkLoader>,
    runs: Runs,
    done: RangeDone,
}

impl RangeFiller<'_> {
    fn fill(&mut self, items: MergedItems, stop: &Stop) -> Result<(), RangeError> {
        let mut reported = 0;
        let result = self.fill_reporting(items, stop, &mut reported);
        if result.is_err() {
            // It will be loaded again from its beginning.
            self.loading
                .bytes_done
                .fetch_sub(reported, Ordering::Relaxed);
        }
        result
    }

    fn fill_reporting(
        &mut self,
        items: MergedItems,
        stop: &Stop,
        reported: &mut u64,
    ) -> Result<(), RangeError> {
        for (item, count) in items.zip(1_u64..) {
            let (key, stored) = item?;
            self.add(&key, &stored)?;
            if count.is_multiple_of(RECORDS_PER_STEP) {
                stop.check()?;
                self.report(reported);
            }
        }
        self.report(reported);
        Ok(())
    }

    fn add(&mut self, key: &[u8], stored: &[u8]) -> Result<(), RecoveryError> {
        let target = &self.loading.target;
        let item = decode_item(stored).map_err(|error| {
            RecoveryError::Internal(format!("an item of table {}: {error}", target.id()))
        })?;
        self.loader
            .write(key, &target.seal(ITEMS_PART, key, stored))?;
        self.done.items.add(item.size_bytes());
        self.done.bytes += (key.len() + stored.len()) as u64;
        for entry in target.index_entries(key, &item) {
            let sealed = target.seal(entry.number, &entry.key, &entry.stored);
            self.done
                .indexes
                .entry(entry.number)
                .or_default()
                .add(entry.size_bytes);
            self.runs.add(entry.number, entry.key, sealed)?;
        }
        Ok(())
    }

    fn report(&self, reported: &mut u64) {
        let bytes = self.done.bytes - *reported;
        *reported = self.done.bytes;
        self.loading.bytes_done.fetch_add(bytes, Ordering::Relaxed);
        metrics::restored_bytes(bytes);
        self.loading.show(RestoreStage::Loading);
    }
}

fn spill_directory(root: &Path, target: TableId) -> PathBuf {
    root.join(target.to_string())
}

/// Removes what a restore sorted on disk; what cannot be removed goes at the next start.
pub(crate) fn remove_spilled(root: &Path, target: TableId) {
    let directory = spill_directory(root, target);
    if let Err(error) = std::fs::remove_dir_all(&directory)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(directory = %directory.display(), %error, "sorted index entries stay for now");
    }
}

/// Removes what restores that are gone have left on disk.
pub(crate) fn sweep_spilled(
    root: &Path,
    is_running: impl Fn(TableId) -> bool,
) -> Result<(), RecoveryError> {
    std::fs::create_dir_all(root).map_err(|error| spill_error(root, &error))?;
    let entries = std::fs::read_dir(root).map_err(|error| spill_error(root, &error))?;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let target = name.to_str().and_then(|name| TableId::try_from(name).ok());
        if let Some(target) = target.filter(|target| !is_running(*target)) {
            remove_spilled(root, target);
        }
    }
    Ok(())
}

pub(crate) fn spill_error(path: &Path, error: &std::io::Error) -> RecoveryError {
    RecoveryError::Internal(format!(
        "sorting index entries in {}: {error}",
        path.display()
    ))
}
