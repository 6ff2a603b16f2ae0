//! Sorted runs of index entries, in memory or in a file, merged into the bulk load.
//!
//! Entries are sealed before they come here, so a file ([`super::run_file`]) holds nothing a
//! keyspace would not. Two entries with one key are one entry that was computed twice, as a
//! restore that goes on may do; the merge answers it once.
//!
//! Disk: runs that were merged into a longer one are removed as soon as that one is written, so
//! merging needs room for one group of runs besides what there is. A run is begun only if the
//! disk has room for it above a reserve ([`RunFiles`]).

use std::collections::{BinaryHeap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::entries::{Entry, Sorted, head_of};
use super::run_file::{RunFile, RunReader};
use super::spill::check_room;
use crate::error::RecoveryError;
use crate::shared::Stop;

type Entries = Box<dyn Iterator<Item = Result<Entry, RecoveryError>> + Send>;

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

    /// Writes a run of about `bytes`.
    pub(crate) fn write(
        &self,
        index: u32,
        bytes: u64,
        entries: impl Iterator<Item = Result<Entry, RecoveryError>>,
    ) -> Result<RunFile, RecoveryError> {
        check_room(&self.directory, bytes, self.reserve_bytes)?;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let name = format!("index-{index}-{}-{number}", self.life);
        RunFile::write(&self.directory, index, name, entries)
    }

    /// Removes files; what cannot be removed goes with the directory.
    pub(crate) fn remove<'f>(&self, files: impl IntoIterator<Item = &'f RunFile>) {
        for file in files {
            let path = file.path(&self.directory);
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

/// Runs, merged; of equal keys one.
struct Merging {
    runs: Vec<Entries>,
    heads: BinaryHeap<Head>,
    last: Option<Bytes>,
    failed: Option<RecoveryError>,
}

/// The next entry of a run. Ordered so that the heap gives the lowest key first.
struct Head {
    /// The first bytes of the entry's key: most comparisons need no more of it.
    prefix: u64,
    entry: Entry,
    run: usize,
}

impl Head {
    fn new(entry: Entry, run: usize) -> Self {
        Self {
            prefix: head_of(&entry.0),
            entry,
            run,
        }
    }
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
                merging.heads.push(Head::new(entry, run));
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
                Some(std::mem::replace(&mut *head, Head::new(entry, run)).entry)
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
        let by_key = other.prefix.cmp(&self.prefix);
        by_key
            .then_with(|| other.entry.0.cmp(&self.entry.0))
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
