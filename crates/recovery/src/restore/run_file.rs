//! A sorted run of index entries in a file: written once, read from its beginning to its end.
//!
//! An entry is `key length u32 | sealed length u32 | key | sealed`, integers big-endian; entries
//! follow each other. Length, number of entries and checksum of a file are kept by whoever knows
//! of it, not in it.
//!
//! Files are not forced to the disk: most are merged and removed before they would have to go
//! there. So a file may be short or damaged after a power cut. Whoever takes over files of an
//! earlier life asks [`RunFile::is_whole`]; while reading, a file that does not match is an
//! error, never a short run.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use bytes::{Buf as _, Bytes};
use crc_fast::{CrcAlgorithm, Digest};
use serde::{Deserialize, Serialize};

use super::entries::Entry;
use super::spill::spill_error;
use crate::error::RecoveryError;

/// So much is written and read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// Bytes of a record that are not key or item: the two lengths.
const LENGTHS_BYTES: usize = 8;

/// A sorted run on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunFile {
    /// Number of the index.
    pub(crate) index: u32,
    /// Name in the restore's directory.
    name: String,
    entries: u64,
    bytes: u64,
    /// CRC-32 of all bytes.
    checksum: u64,
}

impl RunFile {
    /// Writes a run.
    pub(super) fn write(
        directory: &Path,
        index: u32,
        name: String,
        entries: impl Iterator<Item = Result<Entry, RecoveryError>>,
    ) -> Result<Self, RecoveryError> {
        let mut writer = RunWriter::create(directory.join(&name))?;
        let mut written = 0;
        for entry in entries {
            let (key, sealed) = entry?;
            writer.add(&key, &sealed)?;
            written += 1;
        }
        writer.flush()?;
        Ok(Self {
            index,
            name,
            entries: written,
            bytes: writer.bytes,
            checksum: writer.checksum.finalize(),
        })
    }

    /// Whether the file is there with every byte as it was written. Reads all of it.
    pub(crate) fn is_whole(&self, directory: &Path) -> bool {
        let path = self.path(directory);
        let length = std::fs::metadata(&path).map(|file| file.len());
        if length.ok() != Some(self.bytes) {
            return false;
        }
        let Ok(reader) = RunReader::open(directory, self.clone()) else {
            return false;
        };
        reader.map(|entry| entry.map(drop)).all(|read| read.is_ok())
    }

    /// Bytes of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where the file is.
    pub(super) fn path(&self, directory: &Path) -> PathBuf {
        directory.join(&self.name)
    }
}

struct RunWriter {
    path: PathBuf,
    file: File,
    buffer: Vec<u8>,
    checksum: Digest,
    bytes: u64,
}

impl RunWriter {
    fn create(path: PathBuf) -> Result<Self, RecoveryError> {
        let file = File::create(&path).map_err(|error| spill_error(&path, &error))?;
        Ok(Self {
            path,
            file,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            checksum: new_checksum(),
            bytes: 0,
        })
    }

    fn add(&mut self, key: &[u8], sealed: &[u8]) -> Result<(), RecoveryError> {
        let length = LENGTHS_BYTES + key.len() + sealed.len();
        if self.buffer.len() + length > BUFFER_BYTES {
            self.flush()?;
        }
        for part in [key, sealed] {
            let length = (part.len() as u32).to_be_bytes();
            self.buffer.extend_from_slice(&length);
        }
        self.buffer.extend_from_slice(key);
        self.buffer.extend_from_slice(sealed);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), RecoveryError> {
        let written = self.file.write_all(&self.buffer);
        written.map_err(|error| spill_error(&self.path, &error))?;
        self.checksum.update(&self.buffer);
        self.bytes += self.buffer.len() as u64;
        self.buffer.clear();
        Ok(())
    }
}

/// Reads a run and checks it against what is known of it. Entries are views into what was read
/// at once: nothing is allocated or copied for each.
pub(super) struct RunReader {
    path: PathBuf,
    file: File,
    run: RunFile,
    checksum: Digest,
    /// Bytes that are read and not answered yet.
    buffer: Bytes,
    entries: u64,
    bytes: u64,
    ended: bool,
}

impl RunReader {
    pub(super) fn open(directory: &Path, run: RunFile) -> Result<Self, RecoveryError> {
        let path = run.path(directory);
        let file = File::open(&path).map_err(|error| spill_error(&path, &error))?;
        Ok(Self {
            path,
            file,
            run,
            checksum: new_checksum(),
            buffer: Bytes::new(),
            entries: 0,
            bytes: 0,
            ended: false,
        })
    }

    fn read(&mut self) -> Result<Option<Entry>, RecoveryError> {
        if self.entries == self.run.entries {
            let checksum = std::mem::replace(&mut self.checksum, new_checksum()).finalize();
            let ended = self.buffer.is_empty() && self.bytes == self.run.bytes;
            return if ended && checksum == self.run.checksum {
                Ok(None)
            } else {
                Err(self.damaged())
            };
        }
        self.hold(LENGTHS_BYTES)?;
        let key_length = self.buffer.get_u32() as usize;
        let sealed_length = self.buffer.get_u32() as usize;
        self.hold(key_length + sealed_length)?;
        self.entries += 1;
        let key = self.buffer.split_to(key_length);
        Ok(Some((key, self.buffer.split_to(sealed_length))))
    }

    /// Reads on until so many bytes are at hand.
    fn hold(&mut self, wanted: usize) -> Result<(), RecoveryError> {
        let held = self.buffer.len();
        if held >= wanted {
            return Ok(());
        }
        let left = self.run.bytes - self.bytes;
        // A damaged length must not make us ask for memory beyond the file's.
        if (wanted - held) as u64 > left {
            return Err(self.damaged());
        }
        let more = (BUFFER_BYTES.max(wanted) - held) as u64;
        let more = more.min(left) as usize;
        let mut buffer = Vec::with_capacity(held + more);
        buffer.extend_from_slice(&self.buffer);
        let read = (&self.file).take(more as u64).read_to_end(&mut buffer);
        if read.map_err(|error| spill_error(&self.path, &error))? != more {
            return Err(self.damaged());
        }
        self.checksum.update(buffer.get(held..).unwrap_or_default());
        self.bytes += more as u64;
        self.buffer = buffer.into();
        Ok(())
    }

    fn damaged(&self) -> RecoveryError {
        RecoveryError::Internal(format!("{} is damaged", self.path.display()))
    }
}

impl Iterator for RunReader {
    type Item = Result<Entry, RecoveryError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}

fn new_checksum() -> Digest {
    Digest::new(CrcAlgorithm::Crc32IsoHdlc)
}
