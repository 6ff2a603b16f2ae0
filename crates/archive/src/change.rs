//! One change of one item: what segments, deltas and keyframes are made of.

use std::cmp::Ordering;

use anywhen_model::CommitTimestamp;
use bytes::Bytes;

/// A change of an item; in a keyframe, the item's last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change {
    /// Stored key.
    pub(crate) key: Bytes,
    /// When it was committed.
    pub(crate) timestamp: CommitTimestamp,
    /// The stored form of the new item, in the clear; `None` is a deletion.
    pub(crate) item: Option<Bytes>,
}

impl Change {
    /// Bytes of key and item.
    pub(crate) fn bytes(&self) -> u64 {
        (self.key.len() + self.item.as_ref().map_or(0, Bytes::len)) as u64
    }

    /// The order of deltas and merges: by key, then by time.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.key
            .cmp(&other.key)
            .then(self.timestamp.cmp(&other.timestamp))
    }
}
