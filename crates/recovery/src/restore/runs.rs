//! Sorted runs of index entries, in memory or in a file, merged into the bulk load.
//!
//! Entries are sealed before they come here, so a file holds nothing a keyspace would not.
//! A file's length, number of entries and checksum are kept by whoever knows of it; a file that
//! does not match is an error, never a short index. Two entries with one key are one entry that
//! was computed twice, as a restore that goes on may do; the merge answers it once.
//!
//! Disk: runs that were merged into a longer one are removed as soon as that one is durable, so
//! merging needs room for one group of runs besides what there is. A run is begun only if the
//! disk has room for it above a reserve ([`RunFiles`]).

use std::collections::{BinaryHeap, VecDeque};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_disk::sync_directory;
use bytes::Bytes;
use crc_fast::{CrcAlgorithm, Digest};
use serde::{Deserialize, Serialize};

use super::entries::{Entry, Sorted};
use super::spill::{check_room, spill_error};
use crate::error::RecoveryError;
use crate::shared::Stop;

const BUFFER_BYTES: usize = 256 << 10;

/// Bytes of a record that are not key or item: the two lengths.
const LENGTHS_BYTES: u64 = 8;

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
#[derive(Debug)]
pub(crate) enum Run {
    Memory(u32, Sorted),
    File(RunFile),
}

/// Where the run files of one restore are, and what they may take of the disk.
#[derive(Debug)]
pub(crate) struct RunFiles {
    directory: PathBuf,
    /// Bytes of the disk that stay free.
    reserve_bytes: u64,
    /// Names files so that no life of the server writes over those of another.
    life: String,
    next: AtomicU64,
}

impl RunFile {
    /// Whether the file is there in its full length.
    pub(crate) fn is_whole(&self, directory: &Path) -> bool {
        std::fs::metadata(directory.join(&self.name)).is_ok_and(|file| file.len() == self.bytes)
    }

    /// Bytes of the file.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Run {
    pub(crate) fn index(&self) -> u32 {
        match self {
            Self::Memory(index, _) => *index,
            Self::File(file) => file.index,
        }
    }
}

impl RunFiles {
    pub(crate) fn new(directory: PathBuf, reserve_bytes: u64, life: String) -> Self {
        let next = AtomicU64::new(0);
        Self {
            directory,
            reserve_bytes,
            life,
            next,
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Writes a run of about `bytes` and makes it durable.
    pub(crate) fn write(
        &self,
        index: u32,
        bytes: u64,
        entries: impl Iterator<Item = Result<Entry, RecoveryError>>,
    ) -> Result<RunFile, RecoveryError> {
        check_room(&self.directory, bytes, self.reserve_bytes)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("index-{index}-{}-{number}", self.life);
        write_run(&self.directory, index, name, entries)
    }

    /// Removes files; what cannot be removed goes with the directory.
    pub(crate) fn remove<'f>(&self, files: impl IntoIterator<Item = &'f RunFile>) {
        for file in files {
            let path = self.directory.join(&file.name);
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::debug!(path = %path.display(), %error, "a sorted run stays for now");
            }
        }
    }

    /// The entries of runs of one index in key order. More runs in files than `runs_max` are
    /// first merged into longer ones, and removed.
    pub(crate) fn merge(
        &self,
        runs: Vec<Run>,
        runs_max: usize,
        stop: &Stop,
    ) -> Result<impl Iterator<Item = Result<Entry, RecoveryError>> + use<>, RecoveryError> {
        let (files, mut open): (VecDeque<RunFile>, Vec<Run>) = split(runs);
        let mut files = files;
        while files.len() > runs_max.max(2) {
            stop.check()?;
            let group: Vec<RunFile> = files.drain(..runs_max.max(2)).collect();
            let (index, bytes) = (
                group.first().map_or(0, |file| file.index),
                group.iter().map(RunFile::bytes).sum(),
            );
            let merging = Merging::open(group.iter().cloned().map(Run::File), &self.directory)?;
            files.push_back(self.write(index, bytes, merging)?);
            self.remove(&group);
        }
        open.extend(files.into_iter().map(Run::File));
        Merging::open(open.into_iter(), &self.directory)
    }
}

fn split(runs: Vec<Run>) -> (VecDeque<RunFile>, Vec<Run>) {
    let (mut files, mut in_memory) = (VecDeque::new(), Vec::new());
    for run in runs {
        match run {
            Run::File(file) => files.push_back(file),
            memory @ Run::Memory(..) => in_memory.push(memory),
        }
    }
    (files, in_memory)
}

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
        let [first, second] = [key.len() as u32, sealed.len() as u32].map(u32::to_be_bytes);
        for part in [&first[..], &second, &key, &sealed] {
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
        let mut lengths = [0; LENGTHS_BYTES as usize];
        self.fill(&mut lengths)?;
        let (key, sealed) = lengths.split_at(lengths.len() / 2);
        let length = |part: &[u8]| part.try_into().map(u32::from_be_bytes).map(u64::from);
        let (Ok(key), Ok(sealed)) = (length(key), length(sealed)) else {
            return Err(self.damaged());
        };
        // A damaged length must not make us ask for memory beyond the file's.
        if self.bytes + key + sealed > self.run.bytes {
            return Err(self.damaged());
        }
        let mut parts = vec![0; (key + sealed) as usize];
        self.fill(&mut parts)?;
        let mut sealed = Bytes::from(parts);
        let key = sealed.split_to(key as usize);
        self.entries += 1;
        Ok(Some((key, sealed)))
    }

    fn fill(&mut self, part: &mut [u8]) -> Result<(), RecoveryError> {
        self.bytes += part.len() as u64;
        if self.bytes > self.run.bytes {
            return Err(self.damaged());
        }
        self.file
            .read_exact(part)
            .map_err(|error| spill_error(&self.path, &error))?;
        self.checksum.update(part);
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

/// Runs, merged; of equal keys one.
struct Merging {
    runs: Vec<Entries>,
    heads: BinaryHeap<Head>,
    last: Option<Bytes>,
    failed: Option<RecoveryError>,
}

/// The next entry of a run. Ordered so that the heap gives the lowest key first.
struct Head {
    entry: Entry,
    run: usize,
}

impl Merging {
    fn open(runs: impl Iterator<Item = Run>, directory: &Path) -> Result<Self, RecoveryError> {
        let open = |run| -> Result<Entries, RecoveryError> {
            Ok(match run {
                Run::Memory(_, entries) => Box::new(entries.map(Ok)),
                Run::File(file) => Box::new(RunReader::open(directory, file)?),
            })
        };
        let mut merging = Self {
            runs: runs.map(open).collect::<Result<_, _>>()?,
            heads: BinaryHeap::new(),
            last: None,
            failed: None,
        };
        for run in 0..merging.runs.len() {
            if let Some(entry) = merging.next_of(run) {
                merging.heads.push(Head { entry, run });
            }
        }
        Ok(merging)
    }

    fn next_of(&mut self, run: usize) -> Option<Entry> {
        match self.runs.get_mut(run).and_then(Iterator::next)? {
            Ok(entry) => Some(entry),
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    fn pop(&mut self) -> Option<Entry> {
        let run = self.heads.peek()?.run;
        match self.next_of(run) {
            Some(entry) => {
                let mut head = self.heads.peek_mut()?;
                Some(std::mem::replace(&mut head.entry, entry))
            }
            None => self.heads.pop().map(|head| head.entry),
        }
    }
}

impl Iterator for Merging {
    type Item = Result<Entry, RecoveryError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.failed.take() {
                self.heads.clear();
                return Some(Err(error));
            }
            let entry = self.pop()?;
            if self.last.as_ref() != Some(&entry.0) {
                self.last = Some(entry.0.clone());
                return Some(Ok(entry));
            }
        }
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
