//! Parts of manifests, for tests that reason about which files hold what: instants are small
//! numbers, and a file's name says what it covers.

use anywhen_model::CommitTimestamp;
use bytes::Bytes;

use super::{DataFile, Delta, Keyframe, SegmentEntry, Span};
use crate::timeline::FilesAt;

pub(crate) fn at(micros: u64) -> CommitTimestamp {
    CommitTimestamp::from_micros(micros)
}

/// A file of one row of one byte.
pub(crate) fn file(name: &str) -> DataFile {
    DataFile {
        path: name.to_owned(),
        length: 1,
        hash: String::new(),
        rows: 1,
        bytes: 1,
        key_min: Bytes::new(),
        key_max: Bytes::new(),
    }
}

pub(crate) fn segment(from: u64, to: u64) -> SegmentEntry {
    SegmentEntry {
        path: format!("s{from}-{to}"),
        from: at(from),
        to: at(to),
        length: 1,
        hash: String::new(),
    }
}

/// A span that was opened at 10, is still open, and is covered by deltas through 60.
pub(crate) fn span(keyframes: Vec<Keyframe>, deltas: Vec<Delta>) -> Span {
    Span {
        opened_at: at(10),
        closed_at: None,
        earliest: at(10),
        covered_through: at(60),
        keyframes,
        deltas,
    }
}

/// The names of what a plan reads, in the order in which it applies.
pub(crate) fn names(files: &FilesAt<'_>) -> Vec<String> {
    let deltas = files.deltas.iter().flat_map(|delta| &delta.files);
    let data = files.keyframe.files.iter().chain(deltas);
    data.map(|file| file.path.clone())
        .chain(files.segments.iter().map(|segment| segment.path.clone()))
        .collect()
}
