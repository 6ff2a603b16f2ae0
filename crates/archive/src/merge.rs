//! Merging: many sorted sources of changes become one, or become the table at an instant.
//!
//! [`Merge`] answers every change of its sources by (key, time), each once, however many
//! sources tell of it: a change is the same wherever it is found, so overlapping sources do no
//! harm. [`MergedItems`] keeps, of each key, the last change at or before the instant, and
//! answers it if it is an item and not a deletion.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;

use anywhen_kms::MasterKey;
use anywhen_model::CommitTimestamp;
use bytes::Bytes;
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::change::Change;
use crate::data_file::DataFileCursor;
use crate::plan::KeyRange;
use crate::sealed::Kind;
use crate::store::Store;

/// How files are read.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) store: Arc<Store>,
    pub(crate) handle: Handle,
    pub(crate) master: Arc<MasterKey>,
}

/// A file of a source.
pub(crate) struct SourceFile {
    pub(crate) kind: Kind,
    pub(crate) path: String,
    pub(crate) length: u64,
}

/// Sorted changes: of files that follow each other by key, or in memory.
pub(crate) enum Source {
    Files {
        reading: Reading,
        range: KeyRange,
        files: VecDeque<SourceFile>,
        open: Option<Box<DataFileCursor>>,
    },
    Memory(std::vec::IntoIter<Change>),
    Stream(ChangeStream),
}

/// Changes that are computed as they are read, in order.
pub(crate) type ChangeStream = Box<dyn Iterator<Item = Result<Change, ArchiveError>> + Send>;

impl Source {
    pub(crate) fn files(reading: Reading, range: KeyRange, files: VecDeque<SourceFile>) -> Self {
        Self::Files {
            reading,
            range,
            files,
            open: None,
        }
    }

    /// Changes in any order become a source.
    pub(crate) fn memory(mut changes: Vec<Change>) -> Self {
        changes.sort_by(Change::order);
        Self::Memory(changes.into_iter())
    }

    pub(crate) fn stream(changes: ChangeStream) -> Self {
        Self::Stream(changes)
    }

    fn next(&mut self) -> Result<Option<Change>, ArchiveError> {
        match self {
            Self::Memory(changes) => Ok(changes.next()),
            Self::Stream(changes) => changes.next().transpose(),
            Self::Files {
                reading,
                range,
                files,
                open,
            } => loop {
                if let Some(cursor) = open {
                    if let Some(change) = cursor.next()? {
                        return Ok(Some(change));
                    }
                    *open = None;
                }
                let Some(file) = files.pop_front() else {
                    return Ok(None);
                };
                *open = Some(Box::new(DataFileCursor::open(
                    Arc::clone(&reading.store),
                    reading.handle.clone(),
                    file.kind,
                    &file.path,
                    file.length,
                    range.clone(),
                    &reading.master,
                )?));
            },
        }
    }
}

/// All changes of some sources, by key and time, each once.
pub(crate) struct Merge {
    sources: Vec<Source>,
    heads: BinaryHeap<SourceHead>,
    started: bool,
    last: Option<(Bytes, CommitTimestamp)>,
}

struct SourceHead {
    change: Change,
    source: usize,
}

impl Merge {
    pub(crate) fn new(sources: Vec<Source>) -> Self {
        Self {
            sources,
            heads: BinaryHeap::new(),
            started: false,
            last: None,
        }
    }

    fn advance(&mut self, source: usize) -> Result<(), ArchiveError> {
        let next = self
            .sources
            .get_mut(source)
            .map(Source::next)
            .transpose()?
            .flatten();
        self.heads
            .extend(next.map(|change| SourceHead { change, source }));
        Ok(())
    }

    pub(crate) fn next(&mut self) -> Result<Option<Change>, ArchiveError> {
        if !self.started {
            self.started = true;
            (0..self.sources.len()).try_for_each(|source| self.advance(source))?;
        }
        while let Some(SourceHead { change, source }) = self.heads.pop() {
            self.advance(source)?;
            let this = Some((change.key.clone(), change.timestamp));
            if self.last != this {
                self.last = this;
                return Ok(Some(change));
            }
        }
        Ok(None)
    }
}

impl Iterator for Merge {
    type Item = Result<Change, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next().transpose()
    }
}

// The heap answers its greatest element first, so the order is turned round.
impl Ord for SourceHead {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .change
            .order(&self.change)
            .then(other.source.cmp(&self.source))
    }
}

impl PartialOrd for SourceHead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for SourceHead {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for SourceHead {}

/// The last changes of keys at or before an instant, deletions left out.
pub(crate) struct LiveChanges {
    merge: Merge,
    at: CommitTimestamp,
    /// The next key's first change, read when the one before ended.
    ahead: Option<Change>,
}

impl LiveChanges {
    pub(crate) fn new(merge: Merge, at: CommitTimestamp) -> Self {
        Self {
            merge,
            at,
            ahead: None,
        }
    }

    fn next_live(&mut self) -> Result<Option<Change>, ArchiveError> {
        loop {
            let first = match self.ahead.take() {
                Some(first) => first,
                None => match self.merge.next()? {
                    Some(first) => first,
                    None => return Ok(None),
                },
            };
            let last = self.last_of_key(first)?;
            if let Some(change) = last.filter(|change| change.item.is_some()) {
                return Ok(Some(change));
            }
        }
    }

    fn last_of_key(&mut self, first: Change) -> Result<Option<Change>, ArchiveError> {
        let key = first.key.clone();
        let mut last = (first.timestamp <= self.at).then_some(first);
        while let Some(change) = self.merge.next()? {
            if change.key != key {
                self.ahead = Some(change);
                break;
            }
            if change.timestamp <= self.at {
                last = Some(change);
            }
        }
        Ok(last)
    }
}

impl Iterator for LiveChanges {
    type Item = Result<Change, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_live().transpose()
    }
}

/// The items of a table at an instant whose keys are in a range: stored key and stored item in
/// the clear, by ascending key. Blocks on the object store: read it on a blocking thread.
/// After an error it answers nothing more.
pub struct MergedItems {
    live: Option<LiveChanges>,
}

impl MergedItems {
    pub(crate) fn new(live: LiveChanges) -> Self {
        Self { live: Some(live) }
    }
}

impl Iterator for MergedItems {
    type Item = Result<(Bytes, Bytes), ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.live.as_mut()?.next() {
            Some(Ok(change)) => Some(Ok((change.key, change.item?))),
            Some(Err(error)) => {
                self.live = None;
                Some(Err(error))
            }
            None => None,
        }
    }
}

impl std::fmt::Debug for MergedItems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MergedItems").finish_non_exhaustive()
    }
}
