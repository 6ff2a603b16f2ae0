//! What a realm's archive holds, counted from its manifests alone: no file is opened.

use anywhen_model::{CommitTimestamp, TableId};

use crate::manifest::{DataFile, Pin, Span, TimelineManifest};
use crate::verify::Tally;
use crate::view::RealmView;

/// What a realm's archive holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealmStats {
    /// Everything committed at or before this is in the archive.
    pub archived_through: CommitTimestamp,
    /// Segments up to here have been sorted into timelines.
    pub dropped_through: CommitTimestamp,
    /// Segments that have not.
    pub segments: Tally,
    /// By table.
    pub timelines: Vec<TimelineStats>,
}

/// What a timeline holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineStats {
    /// Its table.
    pub table: TableId,
    /// Oldest first.
    pub spans: Vec<SpanStats>,
    /// Kept whatever the window says.
    pub pins: Vec<Pin>,
}

/// What a span holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpanStats {
    /// Its first instant.
    pub opened_at: CommitTimestamp,
    /// `None` while it goes on.
    pub closed_at: Option<CommitTimestamp>,
    /// Start of the window; earlier instants are kept only where pinned.
    pub earliest: CommitTimestamp,
    /// Where the chain of deltas ends.
    pub covered_through: CommitTimestamp,
    /// How many instants have a keyframe.
    pub keyframes: u64,
    /// Their files.
    pub keyframe_files: Tally,
    /// How many intervals have a delta.
    pub deltas: u64,
    /// Their files.
    pub delta_files: Tally,
}

impl RealmView {
    /// Counts what the realm holds.
    pub fn stats(&self) -> RealmStats {
        let (manifest, timelines) = (&self.state.manifest, self.state.timelines.values());
        let lengths = manifest.segments.iter().map(|segment| segment.length);
        RealmStats {
            archived_through: manifest.archived_through,
            dropped_through: manifest.dropped_through,
            segments: tally(lengths),
            timelines: timelines
                .map(|timeline| TimelineStats::of(&timeline.manifest))
                .collect(),
        }
    }
}

impl TimelineStats {
    fn of(manifest: &TimelineManifest) -> Self {
        Self {
            table: manifest.table,
            spans: manifest.spans.iter().map(SpanStats::of).collect(),
            pins: manifest.pins.clone(),
        }
    }
}

impl SpanStats {
    fn of(span: &Span) -> Self {
        let lengths = |file: &DataFile| file.length;
        let keyframes = span.keyframes.iter().flat_map(|keyframe| &keyframe.files);
        let deltas = span.deltas.iter().flat_map(|delta| &delta.files);
        Self {
            opened_at: span.opened_at,
            closed_at: span.closed_at,
            earliest: span.earliest,
            covered_through: span.covered_through,
            keyframes: span.keyframes.len() as u64,
            keyframe_files: tally(keyframes.map(lengths)),
            deltas: span.deltas.len() as u64,
            delta_files: tally(deltas.map(lengths)),
        }
    }
}

fn tally(lengths: impl Iterator<Item = u64>) -> Tally {
    lengths.fold(Tally::default(), |mut all, bytes| {
        all.add(bytes);
        all
    })
}
