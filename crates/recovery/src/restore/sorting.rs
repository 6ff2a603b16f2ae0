//! Index entries on their way from ranges to sorted runs, within a bound of memory.
//!
//! Each range collects its entries ([`RangeEntries`]); what does not fit its share goes to disk
//! as sorted runs. What is left of a range that ends is pooled ([`IndexSorter::keep`]): while
//! everything fits, nothing is ever written. When the pool is full, it goes to disk as one run
//! per index, however many ranges it is from, while the next ranges fill the next pool.
//!
//! Memory: ranges under way share half of the bound; the pool has a quarter, and the one that is
//! being written another. A pool goes over its quarter by what the ranges that wait to be pooled
//! have left, so all is at most one and a half times the bound. What was lost of all this with a
//! server is computed again from the items that were loaded ([`super::load`]); no part of it is
//! read from the archive a second time.

use std::collections::BTreeMap;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use super::entries::{Blocks, Collected};
use super::run_file::RunFile;
use super::runs::{Run, RunFiles};
use crate::error::RecoveryError;
use crate::shared::Stop;

/// Sorts the index entries of one restore.
#[derive(Debug)]
pub(crate) struct IndexSorter {
    files: RunFiles,
    range_bytes_max: u64,
    pool_bytes_max: u64,
    pool: Mutex<Pool>,
    /// Held by whoever writes a pool: one at a time.
    writing: Mutex<()>,
    blocks: Blocks,
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
        Self {
            files,
            range_bytes_max: memory_bytes / 2 / ranges_parallel.max(1),
            pool_bytes_max: memory_bytes / 4,
            pool: Mutex::default(),
            writing: Mutex::default(),
            blocks: Blocks::default(),
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
        {
            let mut pool = self.pool.lock();
            pool.runs.extend(sorted);
            pool.ranges.push(range);
            pool.bytes += runs.bytes;
            if pool.bytes <= self.pool_bytes_max {
                return Ok(None);
            }
        }
        // Whoever fills the next pool meanwhile waits here until there is room.
        let _turn = self.writing.lock();
        self.write_pool(stop)
    }

    /// Writes the pool if it is full: somebody else may have written it meanwhile.
    fn write_pool(&self, stop: &Stop) -> Result<Option<PooledRuns>, RecoveryError> {
        let (runs, ranges, bytes) = {
            let mut pool = self.pool.lock();
            if pool.bytes <= self.pool_bytes_max {
                return Ok(None);
            }
            let (runs, ranges) = (
                std::mem::take(&mut pool.runs),
                std::mem::take(&mut pool.ranges),
            );
            (runs, ranges, std::mem::take(&mut pool.bytes))
        };
        let mut files = Vec::new();
        for (index, runs) in by_index(runs) {
            let merged = self.files.merge(runs, usize::MAX, stop)?;
            files.push(self.files.write(index, bytes, merged)?);
        }
        self.pool.lock().files.extend(files.iter().cloned());
        Ok(Some(PooledRuns { ranges, files }))
    }

    /// All runs that were pooled, in memory and on disk. Nothing is collected after it.
    pub(crate) fn take_pooled(&self) -> Vec<Run> {
        self.blocks.close();
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
        let blocks = &self.sorter.blocks;
        let new = || Collected::new(blocks.clone());
        let collected = self.by_index.entry(index).or_insert_with(new);
        self.bytes += collected.add(key, sealed);
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
