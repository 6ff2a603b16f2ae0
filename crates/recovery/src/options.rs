//! What a server gives recovery to work with, and the bounds of its jobs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{Archive, ArchiverConfig};
use anywhen_engine::Engine;
use anywhen_model::{Clock, Randomness, limits};
use anywhen_table::Tables;
use fail_parallel::FailPointRegistry;

use crate::progress::ProgressSink;
use crate::remembered::Consent;

/// Everything [`crate::Recovery::open`] needs.
#[derive(Clone)]
pub struct RecoveryOptions {
    /// Restored tables are loaded into it; backups of tables without history snapshot it.
    pub engine: Arc<dyn Engine>,
    /// The catalog and the system records.
    pub tables: Arc<Tables>,
    /// History.
    pub archive: Arc<Archive>,
    /// Creation times and expiry.
    pub clock: Arc<dyn Clock>,
    /// Ids of backups and jobs.
    pub randomness: Arc<dyn Randomness>,
    /// Where tests hold or break a job: `restore::before_load`, `restore::range_filled`,
    /// `restore::range_loaded`, `restore::index_loaded`, `restore::before_publish`,
    /// `backup::before_keyframe`, `backup::before_available`, `span::before_keyframe`,
    /// `delete::before_finish`, `recover::before_publish`, `recover::rewound`,
    /// `recover::before_finish`.
    pub failpoints: Arc<FailPointRegistry>,
    /// Hears how far restores are.
    pub progress: Arc<dyn ProgressSink>,
    /// Where restores sort large indexes; made if absent. What earlier lives left there of
    /// restores that are gone is removed.
    pub spill_directory: PathBuf,
    /// Bounds of the jobs.
    pub limits: RecoveryLimits,
    /// What the operator has said may be lost.
    pub consent: Consent,
    /// How the archivers that recovery starts work.
    pub archiver: ArchiverConfig,
}

/// Bounds of the jobs; the defaults suit a small machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryLimits {
    /// Restores an account may have under way; one more is refused.
    pub restores_max: usize,
    /// Restores that load at the same time; others wait as CREATING.
    pub restores_loading_max: usize,
    /// Ranges of one restore that load at the same time. One more than there are processors
    /// keeps all of them busy while a range waits for the disk. A crash makes a restore repeat
    /// this many ranges at most: one part in twenty, unless the ranges would be too small.
    pub ranges_parallel: usize,
    /// Most bytes of keys and items a range should hold.
    pub range_bytes: u64,
    /// Least bytes of keys and items a range should hold, if `range_bytes` is not less: small
    /// tables are cut into few ranges.
    pub range_bytes_min: u64,
    /// Most ranges of one restore.
    pub ranges_max: usize,
    /// Bytes of keys and items that one range holds decoded; more if so many deltas tell of it
    /// that two small pieces of each are more.
    pub read_memory_bytes: u64,
    /// Bytes of keys and items of changes not sorted into deltas yet that one restore sorts in
    /// memory; more go to disk, sorted.
    pub tail_memory_bytes: u64,
    /// Bytes of index entries that one restore holds in memory before they go to disk.
    pub index_memory_bytes: u64,
    /// Bytes of the disk that restores leave free when they sort there.
    pub spill_reserve_bytes: u64,
    /// Sorted runs of one index that are merged at once; each costs an open file.
    pub merge_runs_max: usize,
    /// First keyframes and backups of tables without history that are written at the same
    /// time; others wait.
    pub keyframes_parallel: usize,
    /// Between two rounds of upkeep: windows moved, backups expired, pins renewed.
    pub upkeep_interval: Duration,
}

/// Ranges a restore is cut into, where they are large enough, for each that loads at a time:
/// so many that what a crash makes it repeat is a small part.
pub(crate) const RANGES_PER_LOADER: u64 = 20;

impl RecoveryLimits {
    /// Into how many ranges a restore of so many bytes of keys and items is cut.
    pub(crate) fn ranges_of(&self, bytes: u64) -> u32 {
        let least = self.range_bytes_min.min(self.range_bytes).max(1);
        let wanted = RANGES_PER_LOADER * self.ranges_parallel.max(1) as u64;
        let range = bytes.div_ceil(wanted).clamp(least, self.range_bytes.max(1));
        bytes
            .div_ceil(range)
            .clamp(1, self.ranges_max.max(1) as u64) as u32
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

impl Default for RecoveryLimits {
    fn default() -> Self {
        Self {
            restores_max: limits::RESTORES_MAX,
            restores_loading_max: 2,
            ranges_parallel: processors().clamp(1, 8) + 1,
            range_bytes: 64 << 20,
            range_bytes_min: 4 << 20,
            ranges_max: 4096,
            read_memory_bytes: 64 << 20,
            tail_memory_bytes: 64 << 20,
            index_memory_bytes: 256 << 20,
            spill_reserve_bytes: 512 << 20,
            merge_runs_max: 128,
            keyframes_parallel: 2,
            upkeep_interval: Duration::from_mins(1),
        }
    }
}
