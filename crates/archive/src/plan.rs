//! Plans: which archive files, and which parts of them, together are a table at an instant.
//!
//! A plan is plain data. It can be stored beside the job that reads by it and used again after
//! a crash: files are immutable, and while a [`PinKind::Restore`](crate::PinKind) pin holds
//! the table, none that a plan names is deleted. Without such a pin a file may vanish; the
//! reader then sees [`ArchiveError::Missing`](crate::ArchiveError) and plans again.

use anywhen_kms::WrappedKey;
use anywhen_model::{CommitTimestamp, Realm, TableId};
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::stored::base64_bytes;

/// A half-open range of stored keys by raw bytes: `start <= key < end`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRange {
    /// The first key that is in the range; empty for the lowest key there can be.
    #[serde(with = "base64_bytes")]
    pub start: Bytes,
    /// The first key above the range; `None` for no upper end.
    #[serde(with = "base64_bytes::option")]
    pub end: Option<Bytes>,
}

impl KeyRange {
    /// Every key.
    pub fn all() -> Self {
        Self {
            start: Bytes::new(),
            end: None,
        }
    }

    /// Whether the key is in the range.
    pub fn contains(&self, key: &[u8]) -> bool {
        self.start.as_ref() <= key && !self.ends_before(key)
    }

    /// What is left of the range above a key.
    pub(crate) fn after(&self, key: Option<&Bytes>) -> Self {
        let Some(key) = key else { return self.clone() };
        Self {
            // The lowest key above it.
            start: [key, &b"\0"[..]].concat().into(),
            end: self.end.clone(),
        }
    }

    /// Whether every key of the range is below this one.
    pub(crate) fn ends_before(&self, key: &[u8]) -> bool {
        self.end.as_ref().is_some_and(|end| end.as_ref() <= key)
    }

    /// Whether the range has a key in common with `first..=last`.
    pub(crate) fn touches(&self, first: &[u8], last: &[u8]) -> bool {
        self.start.as_ref() <= last && !self.ends_before(first)
    }
}

/// What a planned file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// Items of the table at one instant.
    Keyframe,
    /// Changes of the table in an interval, sorted by key.
    Delta,
    /// The table's block of a segment: changes in commit order.
    Segment,
}

/// One file of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedFile {
    /// The object, relative to the archive's root.
    pub path: String,
    /// Length of the object in bytes.
    pub length: u64,
    /// SHA-256 of the object, in hex.
    pub hash: String,
    /// What it holds.
    pub kind: FileKind,
    /// Changes in it are later than this (a keyframe's instant, too).
    pub from: CommitTimestamp,
    /// Changes in it are not later than this.
    pub to: CommitTimestamp,
    /// Lowest stored key in it.
    #[serde(with = "base64_bytes")]
    pub key_min: Bytes,
    /// Highest stored key in it.
    #[serde(with = "base64_bytes")]
    pub key_max: Bytes,
    /// Rows in it.
    pub rows: u64,
    /// Bytes of keys and items in it, before compression.
    pub bytes: u64,
    /// For a segment: where the table's block starts in the object, and its length.
    pub block: Option<(u64, u64)>,
}

/// How to read one table at one instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestorePlan {
    /// The archive the files are in.
    pub archive_id: String,
    /// The realm of the table.
    pub realm: Realm,
    /// The table whose history is read.
    pub table: TableId,
    /// The instant: the result holds everything committed at or before it.
    pub at: CommitTimestamp,
    /// The table's key as the archive keeps it.
    pub wrapped: WrappedKey,
    /// Keyframe files first, then deltas, then segments, each in order.
    pub files: Vec<PlannedFile>,
    /// Upper bound of the rows that come out.
    pub estimated_rows: u64,
    /// Upper bound of the bytes of keys and items that come out.
    pub estimated_bytes: u64,
    /// Objects that could not be read, and that this plan finds a way around.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub avoided: Vec<String>,
}

impl RestorePlan {
    /// `count` ranges that together hold every key once. Stored keys start with a 16-byte
    /// uniform hash, so ranges of equal width hold about equally many items.
    pub fn ranges(&self, count: usize) -> Vec<KeyRange> {
        split_keys(count)
    }

    /// Bytes of archive objects that reading the whole plan fetches.
    pub fn stored_bytes(&self) -> u64 {
        self.files
            .iter()
            .map(|file| file.block.map_or(file.length, |(_, length)| length))
            .sum()
    }
}

fn split_keys(count: usize) -> Vec<KeyRange> {
    let count = count.max(1) as u128;
    let width = u128::MAX / count;
    let border = |index: u128| Bytes::copy_from_slice(&(width * index).to_be_bytes());
    (0..count)
        .map(|index| KeyRange {
            start: if index == 0 {
                Bytes::new()
            } else {
                border(index)
            },
            end: (index + 1 < count).then(|| border(index + 1)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_key_is_in_exactly_one_range(
            count in 1_usize..70,
            key in proptest::collection::vec(any::<u8>(), 0..40),
        ) {
            let ranges = split_keys(count);
            prop_assert_eq!(ranges.len(), count);
            prop_assert_eq!(ranges.iter().filter(|range| range.contains(&key)).count(), 1);
        }
    }
}
