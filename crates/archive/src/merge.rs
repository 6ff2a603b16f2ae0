//! Merging: many sorted sources of changes become one, or become the table at an instant.
//!
//! [`Merge`] answers every change of its sources by (key, time), each once, however many
//! sources tell of it: a change is the same wherever it is found, so overlapping sources do no
//! harm. [`MergedItems`] keeps, of each key, the last change at or before the instant, and
//! answers it if it is an item and not a deletion.

use std::cmp::Ordering;
use std::collections::binary_heap::PeekMut;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;
use std::sync::Arc;

use anywhen_model::CommitTimestamp;
use bytes::Bytes;

use crate::ArchiveError;
use crate::change::Change;
use crate::data_file::cursor::{FilesCursor, OpenFiles, SLICE_BYTES};
pub(crate) use crate::data_file::cursor::{Reading, SourceFile};
use crate::plan::KeyRange;

/// Sorted changes: of files that follow each other by key, or in memory.
pub(crate) enum Source {
    Files(Box<FilesCursor>),
    Memory(std::vec::IntoIter<Change>),
    Stream(ChangeStream),
    Shared(Arc<Vec<Change>>, Range<usize>),
}

/// Changes that are computed as they are read, in order.
pub(crate) type ChangeStream = Box<dyn Iterator<Item = Result<Change, ArchiveError>> + Send>;

impl Source {
    pub(crate) fn files(reading: Reading, range: KeyRange, files: VecDeque<SourceFile>) -> Self {
        Self::known_files(reading, Arc::default(), range, files, SLICE_BYTES)
    }

    /// [`Self::files`] of which some may be open already, read in slices of a size.
    pub(crate) fn known_files(
        reading: Reading,
        known: Arc<OpenFiles>,
        range: KeyRange,
        files: VecDeque<SourceFile>,
        slice_bytes: u64,
    ) -> Self {
        Self::Files(Box::new(FilesCursor::new(
            reading,
            known,
            range,
            files,
            slice_bytes,
        )))
    }

    /// Changes in any order become a source.
    pub(crate) fn memory(mut changes: Vec<Change>) -> Self {
        changes.sort_by(Change::order);
        Self::Memory(changes.into_iter())
    }

    pub(crate) fn stream(changes: ChangeStream) -> Self {
        Self::Stream(changes)
    }

    /// The part of sorted changes that is in a range.
    pub(crate) fn shared(changes: &Arc<Vec<Change>>, range: &KeyRange) -> Self {
        let start = changes.partition_point(|change| change.key < range.start);
        let end = changes.partition_point(|change| !range.ends_before(&change.key));
        Self::Shared(Arc::clone(changes), start..end)
    }

    fn begin(&mut self) {
        if let Self::Files(cursor) = self {
            cursor.begin();
        }
    }

    fn next(&mut self) -> Result<Option<Change>, ArchiveError> {
        match self {
            Self::Memory(changes) => Ok(changes.next()),
            Self::Stream(changes) => changes.next().transpose(),
            Self::Shared(changes, left) => {
                let next = left.next().and_then(|place| changes.get(place));
                Ok(next.cloned())
            }
            Self::Files(cursor) => cursor.next(),
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

    fn start(&mut self) -> Result<(), ArchiveError> {
        self.started = true;
        // All first slices are on their way before the first is waited for.
        self.sources.iter_mut().for_each(Source::begin);
        for (source, changes) in self.sources.iter_mut().enumerate() {
            let next = changes.next()?;
            self.heads
                .extend(next.map(|change| SourceHead { change, source }));
        }
        Ok(())
    }

    /// The lowest change of all sources; its source moves on.
    fn pop(&mut self) -> Result<Option<Change>, ArchiveError> {
        let Some(mut head) = self.heads.peek_mut() else {
            return Ok(None);
        };
        let source = self.sources.get_mut(head.source);
        match source.map(Source::next).transpose()?.flatten() {
            Some(change) => Ok(Some(std::mem::replace(&mut head.change, change))),
            None => Ok(Some(PeekMut::pop(head).change)),
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Change>, ArchiveError> {
        if !self.started {
            self.start()?;
        }
        while let Some(change) = self.pop()? {
            let same = |(key, at): &(Bytes, CommitTimestamp)| {
                *at == change.timestamp && *key == change.key
            };
            if !self.last.as_ref().is_some_and(same) {
                self.last = Some((change.key.clone(), change.timestamp));
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
    /// Where reading has come to.
    last: Option<Bytes>,
    around: Option<Around>,
}

/// Given an error and the last key before it: the changes from there on by another way.
pub(crate) type Around =
    Box<dyn FnMut(&ArchiveError, Option<&Bytes>) -> Option<LiveChanges> + Send>;

impl MergedItems {
    pub(crate) fn new(live: LiveChanges) -> Self {
        Self {
            live: Some(live),
            last: None,
            around: None,
        }
    }

    /// As [`Self::new`], but goes on by another way where reading fails, if there is one.
    pub(crate) fn with_ways_around(live: LiveChanges, around: Around) -> Self {
        Self {
            around: Some(around),
            ..Self::new(live)
        }
    }
}

impl Iterator for MergedItems {
    type Item = Result<(Bytes, Bytes), ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.live.as_mut()?.next()? {
                Ok(change) => {
                    self.last = Some(change.key.clone());
                    return Some(Ok((change.key, change.item?)));
                }
                Err(error) => {
                    let last = self.last.as_ref();
                    let around = self.around.as_mut();
                    self.live = around.and_then(|around| around(&error, last));
                    if self.live.is_none() {
                        return Some(Err(error));
                    }
                }
            }
        }
    }
}

impl std::fmt::Debug for MergedItems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MergedItems").finish_non_exhaustive()
    }
}
