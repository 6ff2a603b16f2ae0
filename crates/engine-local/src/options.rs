//! What the engine is opened with, and the sizes it works by.

use std::path::PathBuf;
use std::sync::Arc;

use anywhen_model::Clock;

/// Jobs that share one fsync at most.
pub(crate) const GROUP_JOBS_MAX: usize = 1_024;

/// Bytes of keys and values that share one fsync, unless a single commit has more: bounds the
/// batch held in memory and how long the first commit of a group waits for the last one.
pub(crate) const GROUP_BYTES_MAX: usize = 8 << 20;

/// Bytes of keys and values that may wait in the committer's queue; above, commits are refused.
/// What clients may send at once is bounded by the server, so only a stalled disk gets here.
pub(crate) const QUEUE_BYTES_MAX: usize = 512 << 20;

/// Bytes committed after which free space is looked at without waiting for the housekeeper.
pub(crate) const FREE_SPACE_CHECK_BYTES: u64 = 64 << 20;

/// Bytes of one keyspace's memtable before it is flushed.
pub(crate) const MEMTABLE_BYTES_MAX: u64 = 64 << 20;

/// The least bound of the journals' size that fjall takes: one journal.
const JOURNALS_BYTES_MIN: u64 = 64 << 20;

/// Bytes of one slice of a change log. Slices are dropped whole, so this is about what the log
/// keeps beyond what it has to; each new slice costs some fsyncs.
pub(crate) const LOG_SLICE_BYTES_MAX: u64 = 64 << 20;

/// Asks how many bytes are free for the data directory.
pub type FreeSpaceProbe = Arc<dyn Fn() -> std::io::Result<u64> + Send + Sync>;

/// What an acknowledged commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Power loss: the journal is synced to the device before a commit is acknowledged.
    #[default]
    Fsync,
    /// The end of the process only. A power cut or a crash of the operating system can take the
    /// commits of about the last second; never half a commit.
    Process,
}

/// Settings of a [`crate::LocalEngine`].
#[derive(Clone)]
pub struct LocalEngineOptions {
    /// Where everything is stored; made if it does not exist. One process at a time.
    pub data_dir: PathBuf,
    /// Source of commit timestamps.
    pub clock: Arc<dyn Clock>,
    /// What an acknowledged commit survives.
    pub durability: Durability,
    /// Commits are refused while the data directory has less free space than this. Leave room
    /// for a second of writes at full speed plus the compactions they set off.
    pub free_space_watermark_bytes: u64,
    /// Memory for blocks read from disk.
    pub cache_bytes: u64,
    /// Bytes in all active memtables together above which the largest ones are flushed. fjall
    /// flushes a keyspace by its own size only, so many keyspaces of some megabytes each would
    /// otherwise fill memory, and the journal that a restart has to replay.
    pub memtables_bytes: u64,
    /// Bytes of one change-log slice.
    pub log_slice_bytes: u64,
    /// Where free space is read from; `None` asks the operating system.
    pub free_space_probe: Option<FreeSpaceProbe>,
}

impl LocalEngineOptions {
    /// The defaults: survives power loss, 512 MiB watermark, 256 MiB each of cache and memtables.
    pub fn new(data_dir: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
        Self {
            data_dir: data_dir.into(),
            clock,
            durability: Durability::default(),
            free_space_watermark_bytes: 512 << 20,
            cache_bytes: 256 << 20,
            memtables_bytes: 256 << 20,
            log_slice_bytes: LOG_SLICE_BYTES_MAX,
            free_space_probe: None,
        }
    }

    /// Journals on disk above this size make fjall flush whatever keeps the oldest one alive. A
    /// restart reads them all, about a second for each half gigabyte.
    pub(crate) fn journals_bytes_max(&self) -> u64 {
        self.memtables_bytes
            .saturating_mul(2)
            .max(JOURNALS_BYTES_MIN)
    }
}

impl std::fmt::Debug for LocalEngineOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalEngineOptions")
            .field("data_dir", &self.data_dir)
            .field("durability", &self.durability)
            .field(
                "free_space_watermark_bytes",
                &self.free_space_watermark_bytes,
            )
            .field("cache_bytes", &self.cache_bytes)
            .finish_non_exhaustive()
    }
}
