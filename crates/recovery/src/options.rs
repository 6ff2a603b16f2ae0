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
    /// Where tests hold or break a job: `restore::before_load`, `restore::range_loaded`,
    /// `restore::before_publish`, `backup::before_keyframe`, `backup::before_available`,
    /// `span::before_keyframe`, `delete::before_finish`.
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

/// Bounds of the jobs; the defaults suit a machine of two cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryLimits {
    /// Restores an account may have under way; one more is refused.
    pub restores_max: usize,
    /// Restores that load at the same time; others wait as CREATING.
    pub restores_loading_max: usize,
    /// Ranges of one restore that load at the same time.
    pub ranges_parallel: usize,
    /// Bytes of keys and items a range should hold; what a crash makes a restore repeat.
    pub range_bytes: u64,
    /// Most ranges of one restore.
    pub ranges_max: usize,
    /// Bytes of index entries that one restore holds in memory before they go to disk.
    pub index_memory_bytes: u64,
    /// Sorted runs of one index that are merged at once; each costs an open file.
    pub merge_runs_max: usize,
    /// First keyframes and backups of tables without history that are written at the same
    /// time; others wait.
    pub keyframes_parallel: usize,
    /// Between two rounds of upkeep: windows moved, backups expired, pins renewed.
    pub upkeep_interval: Duration,
}

impl Default for RecoveryLimits {
    fn default() -> Self {
        Self {
            restores_max: limits::RESTORES_MAX,
            restores_loading_max: 2,
            ranges_parallel: 2,
            range_bytes: 64 << 20,
            ranges_max: 4096,
            index_memory_bytes: 128 << 20,
            merge_runs_max: 128,
            keyframes_parallel: 2,
            upkeep_interval: Duration::from_mins(1),
        }
    }
}
