//! The free-space watermark.
//!
//! A disk that fills up poisons the database until it is opened again, so commits are refused
//! before that, for as long as the lack lasts. Reading, trimming and dropping go on.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::failure::Condition;
use crate::options::FreeSpaceProbe;

/// Bytes that a probe writes: more than one block of any file system.
const PROBE_BYTES: usize = 64 << 10;

/// Writes, syncs and removes a file in the directory.
pub(crate) fn probe(directory: &Path) -> std::io::Result<()> {
    let path = directory.join("probe");
    let written = File::create(&path).and_then(|mut file| {
        file.write_all(&vec![0x5A; PROBE_BYTES])?;
        file.sync_all()
    });
    let removed = std::fs::remove_file(&path);
    written.and(removed)
}

pub(crate) struct FreeSpace {
    probe: FreeSpaceProbe,
    directory: PathBuf,
    watermark_bytes: u64,
    condition: Arc<Condition>,
}

impl FreeSpace {
    pub(crate) fn new(
        probe: Option<FreeSpaceProbe>,
        directory: &Path,
        watermark_bytes: u64,
        condition: Arc<Condition>,
    ) -> Self {
        let directory = directory.to_owned();
        let probe = probe.unwrap_or_else(|| {
            let directory = directory.clone();
            Arc::new(move || {
                let space = rustix::fs::statvfs(&directory)?;
                Ok(space.f_bavail.saturating_mul(space.f_frsize))
            })
        });
        Self {
            probe,
            directory,
            watermark_bytes,
            condition,
        }
    }

    /// Looks, and refuses or takes commits from now on.
    pub(crate) fn check(&self) {
        match (self.probe)() {
            Ok(free_bytes) => {
                let is_low = free_bytes < self.watermark_bytes;
                self.condition
                    .set_low_space(is_low.then(|| self.reason(free_bytes)));
            }
            // Not knowing is no reason to stop: a disk that is really full poisons the engine.
            Err(error) => tracing::warn!(%error, "cannot read the free space"),
        }
    }

    fn reason(&self, free_bytes: u64) -> String {
        format!(
            "{} has {free_bytes} bytes of free disk space and {} are kept in reserve",
            self.directory.display(),
            self.watermark_bytes
        )
    }
}
