//! Directories that survive a power cut.
//!
//! A file system may forget a name that was made in a directory until that directory has been
//! synced, whatever was synced of the file or directory behind the name. What must hold: nothing
//! is acknowledged while a name on the way to it may still be forgotten. So whoever keeps data
//! in a directory makes it with [`make_directory`], and syncs it with [`sync_directory`] after
//! making, renaming or removing a name in it.
//!
//! `conformance/powercut.py` drops every name that was not synced, and finds who forgot.

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::path::{Path, absolute};

/// Makes the directory and those above it where they are missing, and all of their names
/// durable. Those of directories that are there already, too: whoever made them may have been
/// interrupted.
pub fn make_directory(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path)?;
    for above in absolute(path)?.ancestors().skip(1) {
        match sync_directory(above) {
            // Nobody who may not read it has made a name in it.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => break,
            synced => synced?,
        }
    }
    Ok(())
}

/// Makes names created in, renamed in or removed from the directory durable.
pub fn sync_directory(path: &Path) -> Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_made_with_those_above_it_and_again_without_complaint() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("a/b/c");
        make_directory(&path).unwrap();
        make_directory(&path).unwrap();
        assert!(path.is_dir());
        sync_directory(&path).unwrap();
        assert!(sync_directory(&path.join("d")).is_err());
    }
}
