//! How things are called and kept inside fjall.
//!
//! ```text
//! <data_dir>/lock              held by the one process that has the directory open
//! <data_dir>/horizon           newest durable instant, see `horizon.rs`
//! <data_dir>/torn-tail         what the last torn end of the journal held, see `journal.rs`
//! <data_dir>/store/            the fjall database; its keyspaces:
//!     meta                     "last_commit" -> microseconds u64, big-endian;
//!                              floor -> floor u64 | floor of the batch before u64;
//!                              name of a slice -> timestamp of the last commit in it u64
//!     k/<keyspace name>        records of one keyspace
//!     l/<log name>/<instant>   one slice of a change log, from that instant (16 hex digits);
//!                              keys are commit timestamp u64 | position in the commit u32
//! ```

use anywhen_disk::sync_directory;
use anywhen_engine::{EngineError, KeyspaceName};
use anywhen_model::CommitTimestamp;
use fjall::config::CompressionPolicy;
use fjall::{Database, Keyspace, KeyspaceCreateOptions};

use crate::failure::{engine_error, io_error};
use crate::options::MEMTABLE_BYTES_MAX;

pub(crate) const META: &str = "meta";
pub(crate) const META_LAST_COMMIT: &[u8] = b"last_commit";
/// Unlike any key of a record, so that the journal's reader can tell it.
pub(crate) const META_FLOOR: &[u8] = b"\0anywhen/floor";

/// fjall's own limit on the length of a keyspace's name.
const NAME_BYTES_MAX: usize = 255;

/// What the names of all slices begin with, and no other key of `meta`.
pub(crate) const SLICES: &str = "l/";

/// What a fjall keyspace holds, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Records(KeyspaceName),
    LogSlice { log: String, first: CommitTimestamp },
    Meta,
}

pub(crate) fn records_name(name: &KeyspaceName) -> Result<String, EngineError> {
    bounded(format!("k/{name}"))
}

pub(crate) fn slice_name(log: &str, first: CommitTimestamp) -> Result<String, EngineError> {
    bounded(format!("l/{log}/{:016x}", first.as_micros()))
}

fn bounded(name: String) -> Result<String, EngineError> {
    if name.len() > NAME_BYTES_MAX {
        return Err(EngineError::Storage(format!(
            "name too long for a keyspace: {name}"
        )));
    }
    Ok(name)
}

/// What the fjall keyspace of this name holds; `None` for a name this engine never gives.
pub(crate) fn content(name: &str) -> Option<Content> {
    if name == META {
        return Some(Content::Meta);
    }
    match name.split_once('/')? {
        ("k", keyspace) => Some(Content::Records(KeyspaceName::from_stored(keyspace))),
        ("l", slice) => {
            let (log, first) = slice.rsplit_once('/')?;
            let first = CommitTimestamp::from_micros(u64::from_str_radix(first, 16).ok()?);
            Some(Content::LogSlice {
                log: log.to_owned(),
                first,
            })
        }
        _ => None,
    }
}

/// Values arrive sealed, and ciphertext does not compress. Values stay beside their keys: an
/// item has at most 400 KB and is mostly read right after its key was found.
fn sealed_values() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .data_block_compression_policy(CompressionPolicy::disabled())
        .with_kv_separation(None)
}

/// Makes a keyspace, durably: fjall syncs the keyspace's own directory, but not the one that
/// lists it.
pub(crate) fn make_keyspace(
    database: &Database,
    name: &str,
    options: impl FnOnce() -> KeyspaceCreateOptions,
) -> Result<Keyspace, EngineError> {
    let keyspace = database.keyspace(name, options).map_err(engine_error)?;
    let listed_in = keyspace.path().parent();
    listed_in
        .map_or(Ok(()), sync_directory)
        .map_err(|error| io_error(&error))?;
    Ok(keyspace)
}

/// Options for keyspaces of records.
pub(crate) fn records_options() -> KeyspaceCreateOptions {
    sealed_values().max_memtable_size(MEMTABLE_BYTES_MAX)
}

/// Options for slices of change logs. A slice stays below the size of its memtable, so that
/// one which is archived and trimmed in time is never written a second time, to a table; the
/// housekeeper flushes those that pile up.
pub(crate) fn slice_options(slice_bytes: u64) -> KeyspaceCreateOptions {
    sealed_values().max_memtable_size(slice_bytes.saturating_mul(4).max(MEMTABLE_BYTES_MAX))
}

pub(crate) fn record_key(timestamp: CommitTimestamp, position: u32) -> [u8; 12] {
    let mut key = [0; 12];
    let (instant, rest) = key.split_at_mut(8);
    instant.copy_from_slice(&timestamp.as_micros().to_be_bytes());
    rest.copy_from_slice(&position.to_be_bytes());
    key
}

/// The timestamp at the head of a log record's key, or a whole stored instant.
pub(crate) fn read_instant(bytes: &[u8]) -> Result<CommitTimestamp, EngineError> {
    let head = bytes.first_chunk().ok_or_else(|| {
        EngineError::Corrupt(format!(
            "an instant of {} bytes where 8 belong",
            bytes.len()
        ))
    })?;
    Ok(CommitTimestamp::from_micros(u64::from_be_bytes(*head)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_as_what_they_were_made_from() {
        let keyspace = KeyspaceName::from_stored("123456789012/local/table/x/items");
        let name = records_name(&keyspace).unwrap();
        assert_eq!(content(&name), Some(Content::Records(keyspace)));
        let first = CommitTimestamp::from_micros(0x0123_4567_89ab_cdef);
        let name = slice_name("123456789012/local", first).unwrap();
        assert_eq!(name, "l/123456789012/local/0123456789abcdef");
        let log = "123456789012/local".to_owned();
        assert_eq!(content(&name), Some(Content::LogSlice { log, first }));
        assert_eq!(content(META), Some(Content::Meta));
        assert_eq!(content("l/x/nothex"), None);
        assert!(records_name(&KeyspaceName::from_stored(&"x".repeat(254))).is_err());
    }
}
