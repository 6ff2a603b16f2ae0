//! The directory of a restore on this server's disk, and what it may take.
//!
//! Every restore that sorts on disk has a directory of its own, named by its target's id, so
//! what restores that are gone have left is found and removed at the next start.

use std::path::{Path, PathBuf};

use anywhen_disk::make_directory;
use anywhen_model::TableId;

use crate::error::RecoveryError;

pub(crate) fn spill_directory(root: &Path, target: TableId) -> PathBuf {
    root.join(target.to_string())
}

/// Makes a restore's directory, durably: records of what is in it go to the catalog.
pub(crate) fn make_spill_directory(root: &Path, target: TableId) -> Result<PathBuf, RecoveryError> {
    let directory = spill_directory(root, target);
    make_directory(&directory).map_err(|error| spill_error(&directory, &error))?;
    Ok(directory)
}

/// Removes what a restore sorted on disk; what cannot be removed goes at the next start.
pub(crate) fn remove_spilled(root: &Path, target: TableId) {
    let directory = spill_directory(root, target);
    if let Err(error) = std::fs::remove_dir_all(&directory)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(directory = %directory.display(), %error, "what a restore sorted stays for now");
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

/// Refuses to sort on a disk that has no room for `bytes` above a reserve.
pub(crate) fn check_room(directory: &Path, bytes: u64, reserve: u64) -> Result<(), RecoveryError> {
    let disk = rustix::fs::statvfs(directory)
        .map_err(|error| spill_error(directory, &std::io::Error::from(error)))?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free >= bytes.saturating_add(reserve) {
        return Ok(());
    }
    Err(RecoveryError::Internal(format!(
        "a restore sorts in {}, which has {free} bytes free; it needs {bytes} and leaves \
         {reserve} for the server. Free some space and restore again",
        directory.display()
    )))
}

pub(crate) fn spill_error(path: &Path, error: &std::io::Error) -> RecoveryError {
    RecoveryError::Internal(format!("sorting in {}: {error}", path.display()))
}
