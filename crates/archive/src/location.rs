//! Where an archive is: a directory, memory, or a bucket, named by a URL or a path.

use std::path::PathBuf;
use std::sync::Arc;

use anywhen_disk::make_directory;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;

use crate::{ArchiveError, bucket, layout};

/// What kind of store an archive is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreKind {
    /// A directory of this machine, fsynced; it shares the machine's fate.
    Directory(PathBuf),
    /// This process's memory: gone when it ends.
    Memory,
    /// An S3 bucket (or anything that speaks S3 with conditional puts).
    S3 {
        /// The bucket.
        bucket: String,
    },
}

/// The kind of store that a URL names, in a word; opens nothing.
pub fn store_kind(url: &str) -> &'static str {
    match url.split_once(':') {
        Some(("memory", _)) => "memory",
        Some(("s3", _)) => "s3",
        _ => "directory",
    }
}

/// Opens the object store that a URL names and says where in it the archive's root is:
/// `/some/dir` or `file:///some/dir` (made if absent), `memory:`, `s3://bucket/prefix`
/// (credentials, region and endpoint from the `AWS_*` environment).
pub fn open_store(url: &str) -> Result<(Arc<dyn ObjectStore>, Path, StoreKind), ArchiveError> {
    open(url, Absent::IsMade)
}

/// As [`open_store`], for an archive that is there: [`ArchiveError::Missing`] if the URL names a
/// directory that is not, which is not made.
pub fn find_store(url: &str) -> Result<(Arc<dyn ObjectStore>, Path, StoreKind), ArchiveError> {
    open(url, Absent::IsMissing)
}

/// What to do about a directory that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    IsMade,
    IsMissing,
}

type Opened = (Arc<dyn ObjectStore>, Path, StoreKind);

fn open(url: &str, absent: Absent) -> Result<Opened, ArchiveError> {
    let refuse = |reason: String| ArchiveError::Url {
        url: url.to_owned(),
        reason,
    };
    let directory = |path: &str| {
        let path = std::path::Path::new(path);
        if absent == Absent::IsMissing && !path.is_dir() {
            return Err(ArchiveError::Missing {
                path: path.join(layout::ARCHIVE).display().to_string(),
            });
        }
        open_directory(path, absent).map_err(refuse)
    };
    match url.split_once(':') {
        Some(("memory", "" | "//")) => Ok((
            Arc::new(InMemory::new()),
            Path::default(),
            StoreKind::Memory,
        )),
        Some(("s3", rest)) => open_bucket(rest).map_err(refuse),
        Some(("file", rest)) => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            let path = path.strip_prefix("localhost").unwrap_or(path);
            if !path.starts_with('/') {
                return Err(refuse(
                    "a file URL names an absolute path: file:///dir".to_owned(),
                ));
            }
            directory(path)
        }
        Some((scheme, rest)) if rest.starts_with("//") => Err(refuse(format!(
            "unknown scheme {scheme}; use a directory, s3:// or memory:"
        ))),
        _ if url.is_empty() => Err(refuse("it is empty".to_owned())),
        _ => directory(url),
    }
}

fn open_directory(directory: &std::path::Path, absent: Absent) -> Result<Opened, String> {
    if absent == Absent::IsMade {
        make_directory(directory).map_err(|error| error.to_string())?;
    }
    let directory = directory
        .canonicalize()
        .map_err(|error| error.to_string())?;
    let store = LocalFileSystem::new_with_prefix(&directory)
        .map_err(|error| error.to_string())?
        .with_fsync(true);
    Ok((
        Arc::new(store),
        Path::default(),
        StoreKind::Directory(directory),
    ))
}

fn open_bucket(rest: &str) -> Result<Opened, String> {
    let rest = rest.strip_prefix("//").ok_or("write s3://bucket/prefix")?;
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err("the bucket's name is missing: s3://bucket/prefix".to_owned());
    }
    let prefix = Path::parse(prefix.trim_end_matches('/')).map_err(|error| error.to_string())?;
    let store = bucket::open(bucket).map_err(|error| error.to_string())?;
    Ok((
        store,
        prefix,
        StoreKind::S3 {
            bucket: bucket.to_owned(),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_their_store_or_say_what_is_wrong() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("made/below").canonicalize();
        assert!(directory.is_err(), "not there yet");
        for url in [
            home.path().join("made/below").display().to_string(),
            format!("file://{}", home.path().join("made/below").display()),
        ] {
            let missing = find_store(&url).unwrap_err();
            assert!(matches!(missing, ArchiveError::Missing { .. }), "{missing}");
        }
        assert!(!home.path().join("made").exists(), "nothing is made");
        for url in [
            home.path().join("made/below").display().to_string(),
            format!("file://{}", home.path().join("made/below").display()),
        ] {
            let (_, prefix, kind) = open_store(&url).unwrap();
            find_store(&url).unwrap();
            let made = home.path().join("made/below").canonicalize().unwrap();
            assert_eq!(
                (prefix, kind),
                (Path::default(), StoreKind::Directory(made))
            );
        }
        assert_eq!(open_store("memory:").unwrap().2, StoreKind::Memory);
        for (url, kind) in [
            ("memory:", "memory"),
            ("s3://bucket/prefix", "s3"),
            ("file:///dir", "directory"),
            ("dir", "directory"),
        ] {
            assert_eq!(store_kind(url), kind, "{url}");
        }
        for (url, part) in [
            ("", "empty"),
            ("gopher://x", "unknown scheme gopher"),
            ("s3:///x", "bucket's name"),
            ("s3:bucket", "s3://bucket/prefix"),
            ("file://relative", "absolute"),
            ("/dev/null/x", "archive /dev/null/x"),
        ] {
            let refused = open_store(url).unwrap_err().to_string();
            assert!(refused.contains(part), "{url}: {refused}");
        }
    }
}
