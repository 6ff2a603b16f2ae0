//! Reading a view.

use std::ops::Bound;

use anywhen_engine::{
    Direction, EngineError, Entry, EntryIterator, KeyBounds, KeyspaceHandle, Snapshot,
    is_empty_range,
};
use anywhen_model::CommitTimestamp;
use bytes::Bytes;

use crate::store::{Records, View};

pub(crate) struct MemorySnapshot {
    view: View,
}

impl MemorySnapshot {
    pub(crate) fn new(view: View) -> Self {
        Self { view }
    }
}

impl Snapshot for MemorySnapshot {
    fn timestamp(&self) -> Result<CommitTimestamp, EngineError> {
        Ok(self.view.timestamp)
    }

    fn get(&self, keyspace: KeyspaceHandle, key: &[u8]) -> Result<Option<Bytes>, EngineError> {
        Ok(self
            .view
            .records(keyspace)?
            .and_then(|records| records.get(key).cloned()))
    }

    fn range(
        &self,
        keyspace: KeyspaceHandle,
        bounds: KeyBounds,
        direction: Direction,
    ) -> Result<EntryIterator, EngineError> {
        match self.view.records(keyspace)? {
            Some(records) => Ok(Box::new(Range {
                records: records.clone(),
                bounds,
                direction,
            })),
            None => Ok(Box::new(std::iter::empty())),
        }
    }
}

/// Walks a map it owns: each step looks up the next key and narrows the bounds past it.
struct Range {
    records: Records,
    bounds: KeyBounds,
    direction: Direction,
}

impl Iterator for Range {
    type Item = Result<Entry, EngineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if is_empty_range(&self.bounds) {
            return None;
        }
        let mut range = self.records.range(self.bounds.clone());
        let found = match self.direction {
            Direction::Forward => range.next(),
            Direction::Backward => range.next_back(),
        };
        let (key, value) = found.map(|(key, value)| (key.clone(), value.clone()))?;
        match self.direction {
            Direction::Forward => self.bounds.0 = Bound::Excluded(key.clone()),
            Direction::Backward => self.bounds.1 = Bound::Excluded(key.clone()),
        }
        Some(Ok((key, value)))
    }
}
