//! Reading the keyspaces' files before fjall does, to tell damage from an unfinished change.
//!
//! A keyspace is a directory `keyspaces/<id>` with a file `current`, which names the version in
//! force and holds its checksum; the version `v<n>`, which lists the tables and holds theirs;
//! and the tables. fjall (3.1) deletes a keyspace without a `current`, never compares the
//! checksums, and takes unexpected bytes in a version for a reason to panic. So here, for
//! keyspace 0, where fjall lists the others, and then for all that it lists:
//!
//! * `current`, the version it names and every table of it are there and match their checksums.
//!   Tables beyond [`TABLES_READ_BYTES_MAX`] are only known to be there and to end as tables do;
//!   damage in their blocks is found when those are read.
//! * Versions are written before `current` names them, so one newer version may be there, whole
//!   or not. More than one means that `current` is not the newest one.
//! * No file or directory has a name that fjall does not give: it would panic.
//!
//! Directories that are not listed were left by a keyspace that was being made or dropped; fjall
//! removes them, whatever is in them. A listed keyspace without any directory is only warned of:
//! a power cut can leave that where the name was not yet synced, see [`crate::layout`].
//! The format is lsm-tree's `version/persist.rs` and `version/recovery.rs`.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anywhen_engine::EngineError;
use lsm_tree::{AbstractTree, Guard, SeqNo, SequenceNumberCounter};
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

use crate::failure::damaged;

/// Bytes of tables that are read whole; about what a disk reads in some seconds.
const TABLES_READ_BYTES_MAX: u64 = 1 << 30;
/// fjall's list of the keyspaces.
const LIST: u64 = 0;
const CHECKSUM_IS_XXH3: u8 = 0;
/// Magic, version, checksum's type, checksum and place of the contents, their length.
const TRAILER_BYTES: usize = 4 + 1 + 1 + 16 + 8 + 8;
const TRAILER_MAGIC: &[u8] = b"SFA!\x01\x00";
const CONTENTS_MAGIC: &[u8] = b"TOC!";

/// Verifies the keyspaces of the database, and says which file is damaged. Removes nothing but
/// what the list's version in force does not name.
pub(crate) fn verify(store: &Path) -> Result<(), EngineError> {
    let keyspaces = store.join("keyspaces");
    check_names(&keyspaces)?;
    let list = keyspaces.join(LIST.to_string());
    // The list is small, and everything else hangs on it.
    let mut unbounded = u64::MAX;
    verify_keyspace(&list, &mut unbounded)?;
    let mut read_bytes_left = TABLES_READ_BYTES_MAX;
    for id in listed(&list)? {
        let directory = keyspaces.join(id.to_string());
        if exists(&directory)? {
            verify_keyspace(&directory, &mut read_bytes_left)?;
        } else {
            tracing::warn!(directory = %directory.display(), "a keyspace has no directory");
        }
    }
    Ok(())
}

fn check_names(keyspaces: &Path) -> Result<(), EngineError> {
    for path in entries(keyspaces)? {
        if path.is_dir() && number(&path).is_none() {
            return Err(damaged(&path, "it is not a keyspace's name; move it away"));
        }
    }
    Ok(())
}

/// The ids of the keyspaces that fjall will open, ascending.
fn listed(list: &Path) -> Result<Vec<u64>, EngineError> {
    let unreadable = |error: lsm_tree::Error| damaged(list, &format!("{error}"));
    let counter = SequenceNumberCounter::default;
    let tree = lsm_tree::Config::new(list, counter(), counter());
    let tree = tree.open().map_err(unreadable)?;
    let mut ids = Vec::new();
    for entry in tree.prefix(b"n", SeqNo::MAX, None) {
        let key = entry.key().map_err(unreadable)?;
        let id = key.get(1..).and_then(|id| id.try_into().ok());
        let id = id.ok_or_else(|| damaged(list, "it lists a keyspace of no known form"))?;
        ids.push(u64::from_be_bytes(id));
    }
    Ok(ids)
}

/// Verifies one keyspace; takes the bytes it reads from those left to be read.
fn verify_keyspace(directory: &Path, read_bytes_left: &mut u64) -> Result<(), EngineError> {
    let path = directory.join("current");
    let current = Current::read(&path)?;
    let named = directory.join(format!("v{}", current.version));
    if !exists(&named)? {
        let what = format!("it is missing, though {} names it", path.display());
        return Err(damaged(&named, &what));
    }
    let version = read(&named)?;
    if xxh3_128(&version) != current.checksum {
        let what = format!("it does not match its checksum in {}", path.display());
        return Err(damaged(&named, &what));
    }
    let unnamed_max = current.version.saturating_add(1);
    for path in entries(directory)? {
        if version_number(&path).is_some_and(|version| version > unnamed_max) {
            let what = format!("{} is newer than what it names", path.display());
            return Err(damaged(&directory.join("current"), &what));
        }
    }
    let tables = directory.join("tables");
    // fjall makes the directory again if no table was in it.
    let found = if exists(&tables)? {
        entries(&tables)?
    } else {
        Vec::new()
    };
    for path in found {
        if path.is_dir() || (number(&path).is_none() && !is_overlooked(&path)) {
            return Err(damaged(&path, "it is not a table's name; move it away"));
        }
    }
    let listed = listed_tables(&version)
        .ok_or_else(|| damaged(&named, "it does not list tables in the known form"))?;
    for table in listed {
        table.verify(&tables, read_bytes_left)?;
    }
    Ok(())
}

/// What `current` says.
struct Current {
    version: u64,
    checksum: u128,
}

impl Current {
    fn read(path: &Path) -> Result<Self, EngineError> {
        let content = read(path)?;
        Self::decode(&content).ok_or_else(|| damaged(path, "it does not name a version"))
    }

    fn decode(mut content: &[u8]) -> Option<Self> {
        let version = u64::from_le_bytes(take(&mut content)?);
        let checksum = u128::from_le_bytes(take(&mut content)?);
        let [checksum_type] = take(&mut content)?;
        let is_known = checksum_type == CHECKSUM_IS_XXH3 && content.is_empty();
        is_known.then_some(Self { version, checksum })
    }
}

/// A table as its version lists it.
struct Table {
    id: u64,
    checksum: u128,
}

impl Table {
    fn verify(&self, tables: &Path, read_bytes_left: &mut u64) -> Result<(), EngineError> {
        let path = tables.join(self.id.to_string());
        let mut file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
        let size = file.metadata().map_err(|error| unreadable(&path, &error))?;
        let is_whole = if let Some(left) = read_bytes_left.checked_sub(size.len()) {
            *read_bytes_left = left;
            checksum(file).map(|checksum| checksum == self.checksum)
        } else {
            ends_as_table(&mut file, size.len())
        };
        match is_whole {
            Ok(true) => Ok(()),
            Ok(false) => Err(damaged(&path, "it does not match its checksum")),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }
}

fn checksum(file: File) -> std::io::Result<u128> {
    let mut reader = BufReader::new(file);
    let mut hasher = Xxh3Default::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let size = reader.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..size).filter(|bytes| !bytes.is_empty()) else {
            return Ok(hasher.digest128());
        };
        hasher.update(bytes);
    }
}

/// Whether the table of contents at the end is unharmed: lsm-tree sets memory aside by what it
/// says before it compares its checksum.
fn ends_as_table(file: &mut File, size: u64) -> std::io::Result<bool> {
    let Some(trailer_at) = size.checked_sub(TRAILER_BYTES as u64) else {
        return Ok(false);
    };
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(trailer_at))?;
    file.read_to_end(&mut bytes)?;
    let Some((checksum, at)) = decode_trailer(&bytes) else {
        return Ok(false);
    };
    // The contents have a line for each of some sections.
    if at > trailer_at || trailer_at - at > 1 << 20 {
        return Ok(false);
    }
    file.seek(SeekFrom::Start(at))?;
    let mut contents = Vec::new();
    file.take(trailer_at - at).read_to_end(&mut contents)?;
    Ok(xxh3_128(&contents) == checksum)
}

/// Checksum and place of the table of contents.
fn decode_trailer(trailer: &[u8]) -> Option<(u128, u64)> {
    let mut rest = trailer.strip_prefix(TRAILER_MAGIC)?;
    let checksum = u128::from_le_bytes(take(&mut rest)?);
    Some((checksum, u64::from_le_bytes(take(&mut rest)?)))
}

/// The tables of a version, whose bytes are known to be whole; `None` if its form is unknown.
fn listed_tables(version: &[u8]) -> Option<Vec<Table>> {
    let mut section = section(version, b"tables")?;
    let mut tables = Vec::new();
    let [levels] = take(&mut section)?;
    for _ in 0..levels {
        let [runs] = take(&mut section)?;
        for _ in 0..runs {
            for _ in 0..u32::from_le_bytes(take(&mut section)?) {
                let id = u64::from_le_bytes(take(&mut section)?);
                let [checksum_type] = take(&mut section)?;
                let checksum = u128::from_le_bytes(take(&mut section)?);
                let _sequence_number: [u8; 8] = take(&mut section)?;
                if checksum_type != CHECKSUM_IS_XXH3 {
                    return None;
                }
                tables.push(Table { id, checksum });
            }
        }
    }
    section.is_empty().then_some(tables)
}

/// One section of a file with a table of contents.
fn section<'a>(file: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let trailer_at = file.len().checked_sub(TRAILER_BYTES)?;
    let (_, at) = decode_trailer(file.get(trailer_at..)?)?;
    let contents = file.get(usize::try_from(at).ok()?..trailer_at)?;
    let mut contents = contents.strip_prefix(CONTENTS_MAGIC)?;
    for _ in 0..u32::from_le_bytes(take(&mut contents)?) {
        let at = usize::try_from(u64::from_le_bytes(take(&mut contents)?)).ok()?;
        let size = usize::try_from(u64::from_le_bytes(take(&mut contents)?)).ok()?;
        let name_size = u16::from_le_bytes(take(&mut contents)?);
        let (name, rest) = contents.split_at_checked(name_size.into())?;
        contents = rest;
        if name == wanted {
            return file.get(at..at.checked_add(size)?);
        }
    }
    None
}

fn take<const SIZE: usize>(bytes: &mut &[u8]) -> Option<[u8; SIZE]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

fn number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.parse().ok()
}

fn version_number(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix('v')?.parse().ok()
}

/// What lsm-tree passes over: what some systems leave in every directory.
fn is_overlooked(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == ".DS_Store" || name.starts_with("._")
}

fn entries(directory: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let entries = std::fs::read_dir(directory).map_err(|error| unreadable(directory, &error))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths: std::io::Result<Vec<PathBuf>> = paths.collect();
    paths.map_err(|error| unreadable(directory, &error))
}

fn exists(path: &Path) -> Result<bool, EngineError> {
    path.try_exists().map_err(|error| unreadable(path, &error))
}

fn read(path: &Path) -> Result<Vec<u8>, EngineError> {
    std::fs::read(path).map_err(|error| unreadable(path, &error))
}

/// A file that is needed and cannot be read: damage if it is gone, else the disk's failure.
fn unreadable(path: &Path, error: &std::io::Error) -> EngineError {
    if error.kind() == ErrorKind::NotFound {
        return damaged(path, "it is missing");
    }
    EngineError::Storage(format!("cannot read {}: {error}", path.display()))
}
