//! Reading the journals before fjall does, to tell a torn end from damage.
//!
//! fjall (3.1) takes a batch that it cannot read for the end of the journal, drops what follows
//! without a word, or refuses to open when only the checksum is wrong. Both are wrong for us:
//! the batch that a power cut interrupted was never acknowledged and must not stop a restart,
//! while one unreadable batch in the middle must not take acknowledged ones behind it along.
//! So, in order of the journals:
//!
//! * Every batch is read and its checksum verified.
//! * Every batch carries the clock floor and the floor of the batch before ([`Link`]); a missing
//!   batch breaks that chain.
//! * What cannot be read is torn only at the very end, with no readable batch behind it (in the
//!   same journal there may be some where commits are not synced, see [`Durability::Process`]).
//!   It is cut off, and kept in `<data_dir>/torn-tail` for whoever asks. Anything else is
//!   damage, and nothing is opened or changed.
//!
//! What this cannot see, the loss of whole batches at the end, the horizon file bounds.
//! The format is fjall's `journal/entry.rs`; a database of another format version is refused.

use std::fs::File;
use std::path::{Path, PathBuf};

use anywhen_disk::sync_directory;
use anywhen_engine::EngineError;
use anywhen_model::CommitTimestamp;
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::{damaged, io_error};
use crate::layout::META_FLOOR;
use crate::options::Durability;

const FORMAT_MARKER: &[u8] = b"FJL\x03";
const TAG_START: u8 = 1;
const TAG_ITEM: u8 = 2;
const TAG_END: u8 = 3;
const TAG_CLEAR: u8 = 4;
const ITEMS_MAX: u32 = 1 << 24;
/// fjall keeps the highest bit for transactions and panics when it gets there.
const SEQUENCE_NUMBER_MAX: u64 = u64::MAX >> 2;

/// What a batch says about its place in history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Link {
    /// No earlier batch gave away an instant above this one, no later one at or below it.
    pub(crate) floor: CommitTimestamp,
    /// The floor of the batch before.
    pub(crate) previous: CommitTimestamp,
}

impl Link {
    pub(crate) fn encode(self) -> [u8; 16] {
        (u128::from(self.floor.as_micros()) << 64 | u128::from(self.previous.as_micros()))
            .to_be_bytes()
    }

    pub(crate) fn decode(stored: &[u8]) -> Option<Self> {
        let both = u128::from_be_bytes(stored.try_into().ok()?);
        let floor = CommitTimestamp::from_micros((both >> 64) as u64);
        Some(Self {
            floor,
            previous: CommitTimestamp::from_micros(both as u64),
        })
    }
}

/// What the journals turned out to hold.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// The floor of the newest batch; `None` if there is no batch.
    pub(crate) newest_floor: Option<CommitTimestamp>,
    newest_sequence_number: Option<u64>,
    torn: Option<Torn>,
}

/// The torn end of the last journal that was written to.
#[derive(Debug)]
struct Torn {
    journal: PathBuf,
    at_byte: usize,
    bytes: Vec<u8>,
}

impl Torn {
    /// What it is if something was written behind it.
    fn is_damage(&self) -> EngineError {
        EngineError::Corrupt(format!(
            "{} cannot be read at byte {}, and acknowledged commits lie behind it",
            self.journal.display(),
            self.at_byte
        ))
    }
}

/// Verifies the journals of the database. Changes nothing. Where commits were acknowledged
/// before they were synced, a power cut may leave readable batches behind the torn one.
pub(crate) fn verify(store: &Path, durability: Durability) -> Result<Verified, EngineError> {
    let mut verified = Verified::default();
    let marker = store.join("version");
    if !std::fs::read(&marker).is_ok_and(|found| found.starts_with(FORMAT_MARKER)) {
        return Err(damaged(
            &marker,
            "it does not name the format version that this engine reads",
        ));
    }
    for path in journals(store)? {
        let content = std::fs::read(&path).map_err(|error| io_error(&error))?;
        verified.take(path, &content, durability)?;
    }
    Ok(verified)
}

impl Verified {
    /// Takes the next journal.
    fn take(
        &mut self,
        path: PathBuf,
        content: &[u8],
        durability: Durability,
    ) -> Result<(), EngineError> {
        // The space fjall sets aside for later batches reads as zeros.
        let used_size = content
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        let used = content.get(..used_size).unwrap_or_default();
        if let Some(torn) = self.torn.as_ref().filter(|_| !used.is_empty()) {
            return Err(torn.is_damage());
        }
        let at_byte = self.follow(&path, content)?;
        let Some(rest) = used.get(at_byte..).filter(|rest| !rest.is_empty()) else {
            return Ok(());
        };
        let torn = Torn {
            journal: path,
            at_byte,
            bytes: rest.to_vec(),
        };
        if durability == Durability::Fsync && holds_batch(rest) {
            return Err(torn.is_damage());
        }
        self.torn = Some(torn);
        Ok(())
    }

    /// Reads batches from the start of a journal and follows their chain. Answers how many
    /// bytes could be read. A sequence number out of order ends the readable part: fjall's
    /// checksum does not cover it, and fjall passes over batches by it.
    fn follow(&mut self, path: &Path, content: &[u8]) -> Result<usize, EngineError> {
        let mut readable = 0;
        while let Some(batch) = content.get(readable..).and_then(read_batch) {
            let sequence_number = Some(batch.sequence_number);
            if sequence_number <= self.newest_sequence_number {
                break;
            }
            if let Some(link) = batch.link {
                if self
                    .newest_floor
                    .is_some_and(|newest| newest != link.previous)
                {
                    return Err(EngineError::Corrupt(format!(
                        "commits are missing before byte {readable} of {}: it goes on from {}, \
                         which is not where the batch before it ends",
                        path.display(),
                        link.previous
                    )));
                }
                self.newest_floor = Some(link.floor);
            }
            self.newest_sequence_number = sequence_number;
            readable += batch.size;
        }
        Ok(readable)
    }

    /// Cuts off the torn end, if there is one, after keeping a copy.
    pub(crate) fn cut_off_torn_end(&self, keep: &Path) -> std::io::Result<()> {
        let Some(Torn {
            journal,
            at_byte,
            bytes,
        }) = &self.torn
        else {
            return Ok(());
        };
        tracing::warn!(
            journal = %journal.display(),
            at_byte,
            torn_size = bytes.len(),
            kept = %keep.display(),
            "the last batch was torn, so it was never acknowledged; it is cut off"
        );
        std::fs::write(keep, bytes)?;
        File::open(keep)?.sync_all()?;
        keep.parent().map_or(Ok(()), sync_directory)?;
        let journal = File::options().write(true).open(journal)?;
        journal.set_len(*at_byte as u64)?;
        journal.sync_all()
    }
}

/// The journal files, oldest first.
fn journals(store: &Path) -> Result<Vec<PathBuf>, EngineError> {
    let mut journals = Vec::new();
    for entry in std::fs::read_dir(store).map_err(|error| io_error(&error))? {
        let path = entry.map_err(|error| io_error(&error))?.path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            let number = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse::<u64>().ok());
            let number = number.ok_or_else(|| {
                EngineError::Corrupt(format!("{} is not a journal's name", path.display()))
            })?;
            journals.push((number, path));
        }
    }
    journals.sort();
    Ok(journals.into_iter().map(|(_, path)| path).collect())
}

/// Whether a whole batch begins anywhere within the bytes.
fn holds_batch(bytes: &[u8]) -> bool {
    let mut starts = bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| **byte == TAG_START);
    starts.any(|(at, _)| bytes.get(at..).and_then(read_batch).is_some())
}

/// A batch that could be read.
struct Batch {
    size: usize,
    sequence_number: u64,
    link: Option<Link>,
}

/// Reads the batch at the start of the bytes; `None` if there is no whole and unharmed one.
fn read_batch(bytes: &[u8]) -> Option<Batch> {
    let mut reader = Reader { bytes, at: 0 };
    if reader.u8()? != TAG_START {
        return None;
    }
    let items = reader.u32()?;
    let sequence_number = reader.u64()?;
    if items == 0 || items > ITEMS_MAX || sequence_number > SEQUENCE_NUMBER_MAX {
        return None;
    }
    let first_item = reader.at;
    let mut link = None;
    for _ in 0..items {
        if let Item::Link(found) = reader.item()? {
            link = Some(found);
        }
    }
    let checksum = xxh3_64(bytes.get(first_item..reader.at)?);
    let is_whole = reader.u8()? == TAG_END
        && reader.u64()? == checksum
        && reader.take(FORMAT_MARKER.len())? == FORMAT_MARKER;
    is_whole.then_some(Batch {
        size: reader.at,
        sequence_number,
        link,
    })
}

/// What an item of a batch is to us.
enum Item {
    Link(Link),
    Other,
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(size)?)?;
        self.at += size;
        Some(taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    /// Passes over one item.
    fn item(&mut self) -> Option<Item> {
        match self.u8()? {
            TAG_ITEM => {
                let _value_type = self.u8()?;
                let _compression = self.u8()?;
                let _keyspace = self.u64()?;
                let key_size = self.u16()?;
                let _value_size = self.u32()?;
                let stored_size = self.u32()?;
                let key = self.take(key_size.into())?;
                let value = self.take(stored_size as usize)?;
                let link = if key == META_FLOOR {
                    Link::decode(value)
                } else {
                    None
                };
                Some(link.map_or(Item::Other, Item::Link))
            }
            TAG_CLEAR => {
                let _keyspace = self.u64()?;
                Some(Item::Other)
            }
            _ => None,
        }
    }
}

/// Reads a journal that may hold anything, for tests; no part of this crate's interface. Answers
/// the bytes of whole batches at its start, `None` if commits are missing in between or behind
/// what cannot be read.
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub fn read_any_journal(content: &[u8]) -> Option<usize> {
    let path = PathBuf::from("fuzzed.jnl");
    let mut verified = Verified::default();
    verified
        .take(path.clone(), content, Durability::Fsync)
        .ok()?;
    Verified::default().follow(&path, content).ok()
}

#[cfg(test)]
mod tests;
