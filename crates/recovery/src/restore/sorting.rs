//! Index entries on their way from ranges to sorted runs, within a bound of memory.
//!
//! Each range collects its entries ([`RangeEntries`]); what does not fit its share goes to disk
//! as sorted runs. What is left of a range that ends is pooled ([`IndexSorter::keep`]): while
//! everything fits, nothing is ever written. When the pool is full, it goes to disk as one run
//! per index, however many ranges it is from.
//!
//! Memory: ranges under way share half of the bound, the pool has the other half and goes over
//! it by at most the rest of one range. What was lost of all this with a server is computed
//! again from the items that were loaded ([`super::load`]); no part of it is read from the
//! archive a second time.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::entries::Collected;
use super::runs::{Run, RunFile, RunFiles};
use crate::error::RecoveryError;
use crate::shared::Stop;

/// Sorts the index entries of one restore.
#[derive(Debug)]
pub(crate) struct IndexSorter {
    files: RunFiles,
    range_bytes_max: u64,
    pool_bytes_max: u64,
    pool: Mutex<Pool>,
}

#[derive(Debug, Default)]
struct Pool {
    runs: Vec<Run>,
    ranges: Vec<u32>,
    bytes: u64,
    /// What was pooled before and is on disk.
    files: Vec<RunFile>,
}

/// Runs on disk of what several ranges had left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PooledRuns {
    pub(crate) ranges: Vec<u32>,
    pub(crate) files: Vec<RunFile>,
}

/// Entries of one range.
pub(crate) struct RangeEntries<'s> {
    sorter: &'s IndexSorter,
    by_index: BTreeMap<u32, Collected>,
    bytes: u64,
    files: Vec<RunFile>,
}

/// Entries of a range that is read: what is on disk, and what is left in memory.
#[derive(Debug, Default)]
pub(crate) struct RangeRuns {
    pub(crate) files: Vec<RunFile>,
    left: BTreeMap<u32, Collected>,
    bytes: u64,
}

impl RangeRuns {
    /// Whether everything is on disk.
    pub(crate) fn is_on_disk(&self) -> bool {
        self.left.is_empty()
    }
}

impl IndexSorter {
    pub(crate) fn new(files: RunFiles, memory_bytes: u64, ranges_parallel: u64) -> Self {
        let half = memory_bytes / 2;
        Self {
            files,
            range_bytes_max: half / ranges_parallel.max(1),
            pool_bytes_max: half,
            pool: Mutex::default(),
        }
    }

    pub(crate) fn files(&self) -> &RunFiles {
        &self.files
    }

    pub(crate) fn begin_range(&self) -> RangeEntries<'_> {
        RangeEntries {
            sorter: self,
            by_index: BTreeMap::new(),
            bytes: 0,
            files: Vec::new(),
        }
    }

    /// Takes runs that an earlier life has pooled.
    pub(crate) fn adopt(&self, files: impl IntoIterator<Item = RunFile>) {
        self.pool.lock().files.extend(files);
    }

    /// Keeps what a range had left in memory. If the pool is full then, it goes to disk, and
    /// what is answered says so.
    pub(crate) fn keep(
        &self,
        range: u32,
        runs: RangeRuns,
        stop: &Stop,
    ) -> Result<Option<PooledRuns>, RecoveryError> {
        if runs.is_on_disk() {
            return Ok(None);
        }
        let sorted = runs.left.into_iter();
        let sorted: Vec<Run> = sorted
            .map(|(index, entries)| Run::Memory(index, entries.sorted()))
            .collect();
        let mut pool = self.pool.lock();
        pool.runs.extend(sorted);
        pool.ranges.push(range);
        pool.bytes += runs.bytes;
        if pool.bytes <= self.pool_bytes_max {
            return Ok(None);
        }
        // Under the lock: whoever has more to pool waits until there is room.
        let (runs, bytes) = (std::mem::take(&mut pool.runs), pool.bytes);
        let mut files = Vec::new();
        for (index, runs) in by_index(runs) {
            let merged = self.files.merge(runs, usize::MAX, stop)?;
            files.push(self.files.write(index, bytes, merged)?);
        }
        pool.bytes = 0;
        pool.files.extend(files.iter().cloned());
        let ranges = std::mem::take(&mut pool.ranges);
        Ok(Some(PooledRuns { ranges, files }))
    }

    /// All runs that were pooled, in memory and on disk.
    pub(crate) fn take_pooled(&self) -> Vec<Run> {
        let mut pool = self.pool.lock();
        let mut runs = std::mem::take(&mut pool.runs);
        runs.extend(pool.files.drain(..).map(Run::File));
        runs
    }
}

impl RangeEntries<'_> {
    pub(crate) fn add(
        &mut self,
        index: u32,
        key: &[u8],
        sealed: &[u8],
    ) -> Result<(), RecoveryError> {
        self.bytes += self.by_index.entry(index).or_default().add(key, sealed);
        if self.bytes > self.sorter.range_bytes_max {
            self.spill()?;
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> RangeRuns {
        RangeRuns {
            files: self.files,
            left: self.by_index,
            bytes: self.bytes,
        }
    }

    fn spill(&mut self) -> Result<(), RecoveryError> {
        let bytes = std::mem::take(&mut self.bytes);
        for (index, entries) in std::mem::take(&mut self.by_index) {
            let entries = entries.sorted().map(Ok);
            self.files
                .push(self.sorter.files.write(index, bytes, entries)?);
        }
        Ok(())
    }
}

/// Runs by the number of their index.
pub(crate) fn by_index(runs: impl IntoIterator<Item = Run>) -> BTreeMap<u32, Vec<Run>> {
    let mut by_index: BTreeMap<u32, Vec<Run>> = BTreeMap::new();
    for run in runs {
        by_index.entry(run.index()).or_default().push(run);
    }
    by_index
}
