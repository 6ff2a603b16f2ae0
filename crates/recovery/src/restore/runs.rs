//! Sorting index entries within a bound of memory: sorted runs, merged into the bulk load.
//!
//! A run is the sorted entries of one index from one range (or part of one), in memory or in a
//! file. Entries are sealed before they come here, so a file holds nothing a keyspace would not.
//! A file's length, number of entries and checksum are kept by whoever knows of it; a file that
//! does not match is an error, never a short index.

use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anywhen_disk::sync_directory;
use bytes::Bytes;
use crc_fast::{CrcAlgorithm, Digest};
use serde::{Deserialize, Serialize};

use super::load::spill_error;
use crate::error::RecoveryError;
use crate::shared::Stop;

const BUFFER_BYTES: usize = 256 << 10;

/// Bytes of a record that are not key or item: the two lengths.
const LENGTHS_BYTES: u64 = 8;

type Entry = (Bytes, Bytes);
type Entries = Box<dyn Iterator<Item = Result<Entry, RecoveryError>> + Send>;

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

/// Sorted entries of one index.
pub(crate) enum Run {
    Memory(u32, Vec<Entry>),
    File(RunFile),
}

/// Collects the entries of one range and turns them into runs.
pub(crate) struct Runs {
    directory: Option<PathBuf>,
    name: String,
    bytes_max: u64,
    bytes: u64,
    entries: BTreeMap<u32, Vec<Entry>>,
    files: Vec<RunFile>,
}

impl RunFile {
    /// Whether the file is there in its full length.
    pub(crate) fn is_whole(&self, directory: &Path) -> bool {
        std::fs::metadata(directory.join(&self.name)).is_ok_and(|file| file.len() == self.bytes)
    }
}

impl Run {
    pub(crate) fn index(&self) -> u32 {
        match self {
            Self::Memory(index, _) => *index,
            Self::File(file) => file.index,
        }
    }

    pub(crate) fn file(&self) -> Option<&RunFile> {
        match self {
            Self::Memory(..) => None,
            Self::File(file) => Some(file),
        }
    }

    fn open(self, directory: Option<&Path>) -> Result<Entries, RecoveryError> {
        match (self, directory) {
            (Self::Memory(_, entries), _) => Ok(Box::new(entries.into_iter().map(Ok))),
            (Self::File(file), Some(directory)) => Ok(Box::new(RunReader::open(directory, file)?)),
            (Self::File(file), None) => Err(RecoveryError::Internal(format!(
                "{} is on disk, but this restore keeps its entries in memory",
                file.name
            ))),
        }
    }
}

impl Runs {
    /// With a directory, entries go there whenever they are more than `bytes_max`, and at the
    /// end; without, they stay in memory.
    pub(crate) fn new(directory: Option<PathBuf>, name: String, bytes_max: u64) -> Self {
        let (entries, files) = (BTreeMap::new(), Vec::new());
        Self {
            directory,
            name,
            bytes_max,
            bytes: 0,
            entries,
            files,
        }
    }

    pub(crate) fn add(
        &mut self,
        index: u32,
        key: Bytes,
        sealed: Vec<u8>,
    ) -> Result<(), RecoveryError> {
        self.bytes += (key.len() + sealed.len() + size_of::<Entry>()) as u64;
        self.entries
            .entry(index)
            .or_default()
            .push((key, sealed.into()));
        if self.bytes > self.bytes_max && self.directory.is_some() {
            self.spill()?;
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Result<Vec<Run>, RecoveryError> {
        self.spill()?;
        let files = self.files.into_iter().map(Run::File);
        let in_memory = self.entries.into_iter().map(|(index, mut entries)| {
            entries.sort_unstable();
            Run::Memory(index, entries)
        });
        Ok(files.chain(in_memory).collect())
    }

    fn spill(&mut self) -> Result<(), RecoveryError> {
        let Some(directory) = &self.directory else {
            return Ok(());
        };
        for (index, mut entries) in std::mem::take(&mut self.entries) {
            entries.sort_unstable();
            let name = format!("{}-index-{index}-{}", self.name, self.files.len());
            let entries = entries.into_iter().map(Ok);
            self.files.push(write_run(directory, index, name, entries)?);
        }
        self.bytes = 0;
        Ok(())
    }
}

/// The entries of all runs of one index in key order. More runs than `runs_max` are first
/// merged into longer ones on disk.
pub(crate) fn merge(
    runs: Vec<Run>,
    directory: Option<&Path>,
    runs_max: usize,
    stop: &Stop,
) -> Result<impl Iterator<Item = Result<Entry, RecoveryError>> + use<>, RecoveryError> {
    let mut queue: VecDeque<Run> = runs.into();
    let mut merged = 0;
    while let Some(directory) = directory.filter(|_| queue.len() > runs_max) {
        stop.check()?;
        let group: Vec<Run> = queue.drain(..runs_max).collect();
        let index = group.first().map_or(0, Run::index);
        let name = format!("merged-index-{index}-{merged}");
        let entries = Merging::open(group, Some(directory))?;
        queue.push_back(Run::File(write_run(directory, index, name, entries)?));
        merged += 1;
    }
    Merging::open(queue.into(), directory)
}

/// Writes a run and makes it durable.
fn write_run(
    directory: &Path,
    index: u32,
    name: String,
    entries: impl Iterator<Item = Result<Entry, RecoveryError>>,
) -> Result<RunFile, RecoveryError> {
    let path = directory.join(&name);
    let failed = |error: std::io::Error| spill_error(&path, &error);
    let mut file = BufWriter::with_capacity(BUFFER_BYTES, File::create(&path).map_err(failed)?);
    let mut checksum = Digest::new(CrcAlgorithm::Crc32IsoHdlc);
    let mut run = RunFile {
        index,
        name,
        entries: 0,
        bytes: 0,
        checksum: 0,
    };
    for entry in entries {
        let (key, sealed) = entry?;
        let lengths = [key.len() as u32, sealed.len() as u32]
            .map(u32::to_be_bytes)
            .concat();
        for part in [lengths.as_slice(), &key, &sealed] {
            checksum.update(part);
            file.write_all(part).map_err(failed)?;
        }
        run.entries += 1;
        run.bytes += LENGTHS_BYTES + (key.len() + sealed.len()) as u64;
    }
    let file = file
        .into_inner()
        .map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    sync_directory(directory).map_err(failed)?;
    Ok(RunFile {
        checksum: checksum.finalize(),
        ..run
    })
}

/// Reads a run and checks it against what is known of it.
struct RunReader {
    path: PathBuf,
    file: BufReader<File>,
    run: RunFile,
    checksum: Digest,
    entries: u64,
    bytes: u64,
    ended: bool,
}

impl RunReader {
    fn open(directory: &Path, run: RunFile) -> Result<Self, RecoveryError> {
        let path = directory.join(&run.name);
        let file = File::open(&path).map_err(|error| spill_error(&path, &error))?;
        let file = BufReader::with_capacity(BUFFER_BYTES, file);
        let checksum = Digest::new(CrcAlgorithm::Crc32IsoHdlc);
        Ok(Self {
            path,
            file,
            run,
            checksum,
            entries: 0,
            bytes: 0,
            ended: false,
        })
    }

    fn read(&mut self) -> Result<Option<Entry>, RecoveryError> {
        if self.entries == self.run.entries {
            let whole = self.bytes == self.run.bytes
                && std::mem::replace(&mut self.checksum, Digest::new(CrcAlgorithm::Crc32IsoHdlc))
                    .finalize()
                    == self.run.checksum;
            return if whole { Ok(None) } else { Err(self.damaged()) };
        }
        let lengths = self.part(LENGTHS_BYTES)?;
        let (key, sealed) = lengths.split_at(lengths.len() / 2);
        let length = |part: &[u8]| part.try_into().map(u32::from_be_bytes).map(u64::from);
        let (Ok(key), Ok(sealed)) = (length(key), length(sealed)) else {
            return Err(self.damaged());
        };
        let entry = (self.part(key)?, self.part(sealed)?);
        self.entries += 1;
        Ok(Some(entry))
    }

    fn part(&mut self, length: u64) -> Result<Bytes, RecoveryError> {
        self.bytes += length;
        // A damaged length must not make us ask for memory beyond the file's.
        if self.bytes > self.run.bytes {
            return Err(self.damaged());
        }
        let mut part = vec![0; length as usize];
        self.file
            .read_exact(&mut part)
            .map_err(|error| spill_error(&self.path, &error))?;
        self.checksum.update(&part);
        Ok(part.into())
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

/// Runs, merged.
struct Merging {
    runs: Vec<Entries>,
    heads: BinaryHeap<Head>,
    failed: Option<RecoveryError>,
}

/// The next entry of a run. Ordered so that the heap gives the lowest key first.
struct Head {
    entry: Entry,
    run: usize,
}

impl Merging {
    fn open(runs: Vec<Run>, directory: Option<&Path>) -> Result<Self, RecoveryError> {
        let runs = runs
            .into_iter()
            .map(|run| run.open(directory))
            .collect::<Result<_, _>>()?;
        let mut merging = Self {
            runs,
            heads: BinaryHeap::new(),
            failed: None,
        };
        for run in 0..merging.runs.len() {
            merging.advance(run);
        }
        Ok(merging)
    }

    fn advance(&mut self, run: usize) {
        match self.runs.get_mut(run).and_then(Iterator::next) {
            Some(Ok(entry)) => self.heads.push(Head { entry, run }),
            Some(Err(error)) => self.failed = Some(error),
            None => {}
        }
    }
}

impl Iterator for Merging {
    type Item = Result<Entry, RecoveryError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            self.heads.clear();
            return Some(Err(error));
        }
        let Head { entry, run } = self.heads.pop()?;
        self.advance(run);
        Some(Ok(entry))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        other
            .entry
            .0
            .cmp(&self.entry.0)
            .then(other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head {}

#[cfg(test)]
mod tests;
