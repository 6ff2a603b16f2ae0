//! Segments: what the archiver ships, one object for all tables of a realm.
//!
//! ```text
//! block      a sealed object of one table's changes, under that table's key   (one per table)
//! directory  a sealed object under the realm's key: which table's block is where
//! trailer    directory length u64 big-endian | "AWSG" | version u8 | 0 0 0
//! ```
//!
//! A block's plaintext is a version byte, then records in commit order:
//! `timestamp u64 | flags u8 (1: it has an item) | key length u32 | key [| item length u32 | item]`,
//! big-endian. Items are in the clear inside the block: the record cipher of the engine ends
//! at the archiver, so a block can be read with what its own header says.
//!
//! The directory is JSON in its clear section, except the bounds of the blocks' keys, which are
//! JSON in its sealed part.
//!
//! Every byte is authenticated: blocks and directory as sealed objects, and a changed trailer
//! points to where no directory opens.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_kms::MasterKey;
use anywhen_model::{CommitTimestamp, Randomness, TableId};
use bytes::{Buf, BufMut, Bytes};
use serde::{Deserialize, Serialize};

use crate::ArchiveError;
use crate::change::Change;
use crate::manifest::SegmentEntry;
use crate::sealed::{self, Kind, SealingKey};
use crate::store::Store;
use crate::stored::base64_bytes;

const MAGIC: &[u8; 4] = b"AWSG";
const VERSION: u8 = 2;
const TRAILER_BYTES: u64 = 16;
const BLOCK_VERSION: u8 = 1;
const HAS_ITEM: u8 = 1;
const DIRECTORY_FORMAT: u64 = 2;

/// Which tables a segment has changes of, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Directory {
    format: u64,
    pub(crate) blocks: Vec<BlockEntry>,
}

/// One table's block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BlockEntry {
    pub(crate) table: TableId,
    pub(crate) offset: u64,
    pub(crate) length: u64,
    pub(crate) rows: u64,
    /// Bytes of keys and items.
    pub(crate) bytes: u64,
    /// Timestamps of the first and the last change.
    pub(crate) first: CommitTimestamp,
    pub(crate) last: CommitTimestamp,
    /// Secret.
    #[serde(skip)]
    pub(crate) key_min: Bytes,
    /// Secret.
    #[serde(skip)]
    pub(crate) key_max: Bytes,
}

/// What a directory says of contents, one per block, in their order.
#[derive(Serialize, Deserialize)]
struct KeyBounds {
    #[serde(with = "base64_bytes")]
    key_min: Bytes,
    #[serde(with = "base64_bytes")]
    key_max: Bytes,
}

impl Directory {
    pub(crate) fn block(&self, table: TableId) -> Option<&BlockEntry> {
        self.blocks.iter().find(|block| block.table == table)
    }

    /// Its clear part and its secret part.
    fn encode(&self) -> [Vec<u8>; 2] {
        let bounds = |block: &BlockEntry| KeyBounds {
            key_min: block.key_min.clone(),
            key_max: block.key_max.clone(),
        };
        let bounds: Vec<KeyBounds> = self.blocks.iter().map(bounds).collect();
        [
            serde_json::to_vec(self).expect("a directory is plain data"),
            serde_json::to_vec(&bounds).expect("a directory is plain data"),
        ]
    }

    fn seal(&self, path: &str, realm_key: &SealingKey, randomness: &dyn Randomness) -> Vec<u8> {
        let [clear, secret] = self.encode();
        let kind = Kind::SegmentDirectory;
        sealed::seal_whole(kind, path, &clear, realm_key, &secret, randomness)
    }
}

/// Collects changes, in commit order, and becomes a segment.
#[derive(Default)]
pub(crate) struct SegmentBuilder {
    blocks: BTreeMap<u128, BlockBuilder>,
    bytes: usize,
}

struct BlockBuilder {
    key: SealingKey,
    plaintext: Vec<u8>,
    entry: BlockEntry,
}

impl SegmentBuilder {
    /// Adds a change of a table.
    pub(crate) fn add(&mut self, table: TableId, key: &SealingKey, change: &Change) {
        let block = self
            .blocks
            .entry(table.as_u128())
            .or_insert_with(|| BlockBuilder {
                key: key.clone(),
                plaintext: vec![BLOCK_VERSION],
                entry: BlockEntry {
                    table,
                    offset: 0,
                    length: 0,
                    rows: 0,
                    bytes: 0,
                    first: change.timestamp,
                    last: change.timestamp,
                    key_min: change.key.clone(),
                    key_max: change.key.clone(),
                },
            });
        let before = block.plaintext.len();
        encode_change(change, &mut block.plaintext);
        self.bytes += block.plaintext.len() - before;
        let entry = &mut block.entry;
        entry.rows += 1;
        entry.bytes += change.bytes();
        entry.last = change.timestamp;
        entry.key_min = entry.key_min.clone().min(change.key.clone());
        entry.key_max = entry.key_max.clone().max(change.key.clone());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Plaintext bytes collected so far.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The bytes of the segment and its directory.
    pub(crate) fn seal(
        self,
        path: &str,
        realm_key: &SealingKey,
        randomness: &dyn Randomness,
    ) -> (Bytes, Directory) {
        let mut out = Vec::with_capacity(self.bytes + self.bytes / 64 + 1024);
        let mut directory = Directory {
            format: DIRECTORY_FORMAT,
            blocks: Vec::new(),
        };
        for block in self.blocks.into_values() {
            let mut entry = block.entry;
            let name = block_name(path, entry.table);
            let sealed = sealed::seal_whole(
                Kind::SegmentBlock,
                &name,
                &[],
                &block.key,
                &block.plaintext,
                randomness,
            );
            entry.offset = out.len() as u64;
            entry.length = sealed.len() as u64;
            out.extend_from_slice(&sealed);
            directory.blocks.push(entry);
        }
        let sealed = directory.seal(path, realm_key, randomness);
        out.extend_from_slice(&sealed);
        out.put_u64(sealed.len() as u64);
        out.put_slice(MAGIC);
        out.put_slice(&[VERSION, 0, 0, 0]);
        (out.into(), directory)
    }
}

/// Reads the directory of a segment; without the master key the bounds of keys stay blank.
pub(crate) async fn read_directory(
    store: &Store,
    segment: &SegmentEntry,
    master: Option<&MasterKey>,
) -> Result<Directory, ArchiveError> {
    let path = segment.path.as_str();
    let trailer_start = segment
        .length
        .checked_sub(TRAILER_BYTES)
        .ok_or_else(|| ArchiveError::damaged(path, "it is too short"))?;
    let trailer = store.get_range(path, trailer_start..segment.length).await?;
    let length = decode_trailer(path, trailer)?;
    let start = trailer_start
        .checked_sub(length)
        .ok_or_else(|| ArchiveError::damaged(path, "its trailer points nowhere"))?;
    let sealed = store.get_range(path, start..trailer_start).await?;
    open_directory(path, &sealed, master)
}

/// Reads one table's changes out of a segment, in commit order.
pub(crate) async fn read_block(
    store: &Store,
    path: &str,
    table: TableId,
    offset: u64,
    length: u64,
    master: &MasterKey,
) -> Result<Vec<Change>, ArchiveError> {
    let sealed = store
        .get_range(path, offset..offset.saturating_add(length))
        .await?;
    open_block(path, table, &sealed, master)
}

/// Reads all blocks of a segment whose bytes have the hash that the manifest says.
pub(crate) async fn read_all(
    store: &Arc<Store>,
    segment: &SegmentEntry,
    master: &MasterKey,
) -> Result<(Directory, Bytes), ArchiveError> {
    let path = segment.path.as_str();
    let bytes = store.get(path).await?;
    if bytes.len() as u64 != segment.length || sealed::hash(&bytes) != segment.hash {
        return Err(ArchiveError::damaged(
            path,
            "its hash is not the manifest's",
        ));
    }
    let directory = directory_of(path, &bytes, Some(master))?;
    Ok((directory, bytes))
}

/// The directory of a segment whose bytes are all here.
pub(crate) fn directory_of(
    path: &str,
    segment: &Bytes,
    master: Option<&MasterKey>,
) -> Result<Directory, ArchiveError> {
    let start = directory_start(path, segment)?;
    let trailer_start = segment.len() - TRAILER_BYTES as usize;
    open_directory(path, &segment.slice(start..trailer_start), master)
}

/// Where the blocks of a segment end and its directory begins.
pub(crate) fn directory_start(path: &str, segment: &Bytes) -> Result<usize, ArchiveError> {
    let trailer_start = segment
        .len()
        .checked_sub(TRAILER_BYTES as usize)
        .ok_or_else(|| ArchiveError::damaged(path, "it is too short"))?;
    let length = decode_trailer(path, segment.slice(trailer_start..))?;
    trailer_start
        .checked_sub(length as usize)
        .ok_or_else(|| ArchiveError::damaged(path, "its trailer points nowhere"))
}

/// Checks what can be checked of a block without its key.
pub(crate) fn check_block(path: &str, table: TableId, sealed: &Bytes) -> Result<(), ArchiveError> {
    let name = block_name(path, table);
    sealed::read_clear(Kind::SegmentBlock, path, &name, sealed).map(drop)
}

/// Opens a block that has been fetched.
pub(crate) fn open_block(
    path: &str,
    table: TableId,
    sealed: &Bytes,
    master: &MasterKey,
) -> Result<Vec<Change>, ArchiveError> {
    let name = block_name(path, table);
    let opened = sealed::open_whole(Kind::SegmentBlock, path, &name, sealed, master)?;
    decode_changes(opened.plaintext)
        .ok_or_else(|| ArchiveError::damaged(path, "a block does not hold whole records"))
}

/// A block of a segment whose bytes are all here.
pub(crate) fn slice_block(
    path: &str,
    entry: &BlockEntry,
    segment: &Bytes,
) -> Result<Bytes, ArchiveError> {
    let end = entry
        .offset
        .checked_add(entry.length)
        .filter(|end| *end <= segment.len() as u64);
    let end = end.ok_or_else(|| ArchiveError::damaged(path, "its directory points nowhere"))?;
    Ok(segment.slice(entry.offset as usize..end as usize))
}

fn block_name(path: &str, table: TableId) -> String {
    format!("{path}/{table}")
}

fn decode_trailer(path: &str, mut trailer: Bytes) -> Result<u64, ArchiveError> {
    let length = trailer.get_u64();
    if trailer.split_to(4) != MAGIC[..] || trailer.split_off(1) != [0, 0, 0][..] {
        return Err(ArchiveError::damaged(
            path,
            "it does not end like a segment",
        ));
    }
    match trailer.get_u8() {
        VERSION => Ok(length),
        found => Err(ArchiveError::Format {
            path: path.to_owned(),
            found: u64::from(found),
            known: u64::from(VERSION),
        }),
    }
}

fn open_directory(
    path: &str,
    sealed: &Bytes,
    master: Option<&MasterKey>,
) -> Result<Directory, ArchiveError> {
    let kind = Kind::SegmentDirectory;
    let (clear, secret) = match master {
        Some(master) => {
            let opened = sealed::open_whole(kind, path, path, sealed, master)?;
            (opened.clear, Some(opened.plaintext))
        }
        None => (sealed::read_clear(kind, path, path, sealed)?.0, None),
    };
    decode_directory(path, &clear, secret.as_deref())
}

/// Reads a directory out of its parts; without the secret one the bounds of keys stay blank.
fn decode_directory(
    path: &str,
    clear: &[u8],
    secret: Option<&[u8]>,
) -> Result<Directory, ArchiveError> {
    let damaged = |error: serde_json::Error| ArchiveError::damaged(path, error);
    let mut directory: Directory = serde_json::from_slice(clear).map_err(damaged)?;
    if directory.format != DIRECTORY_FORMAT {
        return Err(ArchiveError::Format {
            path: path.to_owned(),
            found: directory.format,
            known: DIRECTORY_FORMAT,
        });
    }
    if let Some(secret) = secret {
        let bounds: Vec<KeyBounds> = serde_json::from_slice(secret).map_err(damaged)?;
        if bounds.len() != directory.blocks.len() {
            let reason = "the two parts of its directory do not fit";
            return Err(ArchiveError::damaged(path, reason));
        }
        for (block, bounds) in directory.blocks.iter_mut().zip(bounds) {
            block.key_min = bounds.key_min;
            block.key_max = bounds.key_max;
        }
    }
    Ok(directory)
}

fn encode_change(change: &Change, out: &mut Vec<u8>) {
    out.put_u64(change.timestamp.as_micros());
    out.put_u8(if change.item.is_some() { HAS_ITEM } else { 0 });
    for part in [Some(&change.key), change.item.as_ref()]
        .into_iter()
        .flatten()
    {
        out.put_u32(part.len() as u32);
        out.put_slice(part);
    }
}

fn decode_changes(mut rest: Bytes) -> Option<Vec<Change>> {
    let mut changes = Vec::new();
    if rest.try_get_u8().ok()? != BLOCK_VERSION {
        return None;
    }
    while !rest.is_empty() {
        let timestamp = CommitTimestamp::from_micros(rest.try_get_u64().ok()?);
        let flags = rest.try_get_u8().ok()?;
        let key = take_prefixed(&mut rest)?;
        let item = match flags {
            0 => None,
            HAS_ITEM => Some(take_prefixed(&mut rest)?),
            _ => return None,
        };
        changes.push(Change {
            key,
            timestamp,
            item,
        });
    }
    Some(changes)
}

fn take_prefixed(rest: &mut Bytes) -> Option<Bytes> {
    let length = rest.try_get_u32().ok()? as usize;
    (rest.len() >= length).then(|| rest.split_to(length))
}

/// A block's changes, read and encoded again: see [`crate::fuzzing`].
#[cfg(feature = "fuzzing")]
pub(crate) fn reencode_block(plaintext: Bytes) -> Option<Vec<u8>> {
    let mut out = vec![BLOCK_VERSION];
    for change in decode_changes(plaintext)? {
        encode_change(&change, &mut out);
    }
    Some(out)
}

/// A directory's parts, read and encoded again, with a line feed between: see
/// [`crate::fuzzing`].
#[cfg(feature = "fuzzing")]
pub(crate) fn reencode_directory(path: &str, clear: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
    let directory = decode_directory(path, clear, Some(secret)).ok()?;
    Some(directory.encode().join(&b'\n'))
}

/// A segment of one table's changes: whole, its directory's parts, and its block's plaintext.
#[cfg(feature = "fuzzing")]
pub(crate) fn example(
    path: &str,
    changes: &[Change],
    key: &SealingKey,
) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let mut builder = SegmentBuilder::default();
    let mut block = vec![BLOCK_VERSION];
    for change in changes {
        builder.add(TableId::from_u128(1), key, change);
        encode_change(change, &mut block);
    }
    let randomness = anywhen_model::SeededRandomness::new(1);
    let (segment, directory) = builder.seal(path, key, &randomness);
    (segment.to_vec(), directory.encode().join(&b'\n'), block)
}

#[cfg(test)]
mod tests;
