//! What a timeline's manifest means: which files make up an instant, and which are needed.
//!
//! Pure functions over manifests. The rule of retention and pins is kept here:
//!
//! * [`files_at`] answers files that together hold every change of its span up to the instant, or
//!   an error: a gap inside a span is never passed over.
//! * Coverage of an open span is `max(C, D)`: an idle table needs no rewriting as D moves on.
//! * [`keep_needed`] never drops a file that [`files_at`] would name for an instant of the window
//!   or of a pin. What the window needs begins with the newest keyframe at or before its start.
//! * A pinned instant that leaves the window keeps its keyframe and its deltas until a keyframe
//!   of its own is made, which is due once those deltas are more than a share of the keyframe
//!   ([`pins_to_frame`]); only then do they go.
//! * A pin that has expired holds nothing.

use anywhen_model::{CommitTimestamp, TableId};

use crate::ArchiveError;
use crate::manifest::{
    DataFile, Delta, Keyframe, Pin, PinKind, RealmManifest, SegmentEntry, Span, TimelineManifest,
};

/// The files that together are a table at an instant, except its blocks in segments.
#[derive(Debug)]
pub(crate) struct FilesAt<'a> {
    pub(crate) keyframe: &'a Keyframe,
    pub(crate) deltas: Vec<&'a Delta>,
    /// Segments whose blocks of the table are to be merged, too; only changes later than
    /// `tail_after` count.
    pub(crate) segments: Vec<&'a SegmentEntry>,
    pub(crate) tail_after: CommitTimestamp,
}

impl Span {
    pub(crate) fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    fn contains(&self, at: CommitTimestamp) -> bool {
        self.opened_at <= at && self.closed_at.is_none_or(|closed| at <= closed)
    }

    /// Up to where keyframes and deltas alone tell everything.
    pub(crate) fn coverage(&self, realm: &RealmManifest) -> CommitTimestamp {
        self.closed_at
            .unwrap_or_else(|| self.covered_through.max(realm.dropped_through))
    }

    /// The newest keyframe at or before an instant.
    pub(crate) fn keyframe_before(&self, at: CommitTimestamp) -> Option<&Keyframe> {
        self.keyframes
            .iter()
            .rev()
            .find(|keyframe| keyframe.at <= at)
    }

    /// Where what the window needs begins.
    fn window_base(&self) -> Option<CommitTimestamp> {
        self.is_open()
            .then(|| self.keyframe_before(self.earliest))?
            .map(|keyframe| keyframe.at)
    }

    /// The deltas with changes in `(from, to]`. None for an empty interval, even within one.
    pub(crate) fn deltas_in(
        &self,
        from: CommitTimestamp,
        to: CommitTimestamp,
    ) -> impl Iterator<Item = &Delta> {
        self.deltas
            .iter()
            .filter(move |delta| from < to && overlaps(delta, from, to))
    }
}

impl TimelineManifest {
    pub(crate) fn open_span(&self) -> Option<&Span> {
        self.spans.iter().find(|span| span.is_open())
    }

    pub(crate) fn open_span_mut(&mut self) -> Option<&mut Span> {
        self.spans.iter_mut().find(|span| span.is_open())
    }

    /// The span that tells about an instant: one with a keyframe at it, or the one around it.
    /// Only the one-instant span of a backup can lie within another.
    pub(crate) fn span_of(&self, at: CommitTimestamp) -> Option<&Span> {
        let exact = |span: &&Span| span.keyframes.iter().any(|keyframe| keyframe.at == at);
        let around = || self.spans.iter().filter(|span| span.contains(at));
        around().find(exact).or_else(|| around().next())
    }

    /// Whether a restore may be reading by a plan. A pin that has expired counts no more, even
    /// while it is still written down: its server may never come back to remove it.
    pub(crate) fn has_restore_pin(&self, now: CommitTimestamp) -> bool {
        let live = |pin: &Pin| pin.expires_at.is_none_or(|expires| expires > now);
        let mut pins = self.pins.iter();
        pins.any(|pin| pin.kind == PinKind::Restore && live(pin))
    }

    pub(crate) fn holds_nothing(&self) -> bool {
        self.spans.is_empty() && self.pins.is_empty()
    }

    /// Whether the instant can be read: it is in the window, or pinned.
    fn keeps(&self, span: &Span, at: CommitTimestamp) -> bool {
        (span.is_open() && span.earliest <= at) || self.pins.iter().any(|pin| pin.at == at)
    }
}

/// The files of an instant. Fails if the instant is not kept or history has a hole.
pub(crate) fn files_at<'a>(
    realm: &'a RealmManifest,
    timeline: &'a TimelineManifest,
    at: CommitTimestamp,
) -> Result<FilesAt<'a>, ArchiveError> {
    let table = timeline.table;
    let span = timeline
        .span_of(at)
        .filter(|span| timeline.keeps(span, at))
        .ok_or(ArchiveError::NotKept { table, at })?;
    let keyframe = span
        .keyframe_before(at)
        .ok_or_else(|| gap(table, "no keyframe", span.opened_at, at))?;
    let deltas: Vec<_> = span.deltas_in(keyframe.at, at).collect();
    check_chain(table, span, keyframe.at, at, &deltas)?;
    let tail_after = span.coverage(realm).max(keyframe.at);
    let segments = if tail_after < at {
        tail(realm, table, tail_after, at)?
    } else {
        Vec::new()
    };
    Ok(FilesAt {
        keyframe,
        deltas,
        segments,
        tail_after,
    })
}

/// Deltas must lie end to end from the keyframe to the instant, or to where the chain ends.
fn check_chain(
    table: TableId,
    span: &Span,
    from: CommitTimestamp,
    at: CommitTimestamp,
    deltas: &[&Delta],
) -> Result<(), ArchiveError> {
    let mut reached = from;
    for delta in deltas {
        if delta.from > reached {
            return Err(gap(table, "no delta", reached, delta.from));
        }
        reached = reached.max(delta.to);
    }
    let needed = at.min(span.covered_through);
    if reached < needed {
        Err(gap(table, "no delta", reached, needed))
    } else {
        Ok(())
    }
}

/// Segments must lie end to end from D (or before) to the last one.
pub(crate) fn tail(
    realm: &RealmManifest,
    table: TableId,
    after: CommitTimestamp,
    at: CommitTimestamp,
) -> Result<Vec<&SegmentEntry>, ArchiveError> {
    let mut reached = realm.dropped_through;
    for segment in &realm.segments {
        if segment.from > reached {
            return Err(gap(table, "no segment", reached, segment.from));
        }
        reached = segment.to;
    }
    if realm.dropped_through > after {
        return Err(gap(
            table,
            "segments dropped too early",
            after,
            realm.dropped_through,
        ));
    }
    let wanted = |segment: &&SegmentEntry| segment.to > after && segment.from < at;
    Ok(realm.segments.iter().filter(wanted).collect())
}

fn gap(table: TableId, what: &str, from: CommitTimestamp, to: CommitTimestamp) -> ArchiveError {
    ArchiveError::Gap {
        table,
        reason: format!("{what} between {from} and {to}"),
    }
}

/// The manifest without what neither the window nor a pin needs, and without pins that have
/// expired by `now`.
pub(crate) fn keep_needed(timeline: &TimelineManifest, now: CommitTimestamp) -> TimelineManifest {
    let mut kept = timeline.clone();
    kept.pins
        .retain(|pin| pin.expires_at.is_none_or(|expires| expires > now));
    let needs: Vec<_> = kept
        .spans
        .iter()
        .map(|span| Needs::of(&kept, span))
        .collect();
    for (span, needs) in kept.spans.iter_mut().zip(&needs) {
        span.keyframes.retain(|keyframe| needs.keyframe(keyframe));
        span.deltas.retain(|delta| needs.delta(delta));
    }
    kept.spans
        .retain(|span| span.is_open() || !span.keyframes.is_empty());
    kept
}

/// What is needed of one span.
struct Needs {
    /// Everything from here on.
    window_base: Option<CommitTimestamp>,
    /// For each pin: the keyframe it starts from, and itself.
    pins: Vec<(CommitTimestamp, CommitTimestamp)>,
}

impl Needs {
    fn of(timeline: &TimelineManifest, span: &Span) -> Self {
        let pins = pins_of(timeline, span)
            .filter_map(|pin| Some((span.keyframe_before(pin.at)?.at, pin.at)))
            .collect();
        Self {
            window_base: span.window_base(),
            pins,
        }
    }

    fn keyframe(&self, keyframe: &Keyframe) -> bool {
        self.window_base.is_some_and(|base| keyframe.at >= base)
            || self.pins.iter().any(|(base, _)| *base == keyframe.at)
    }

    fn delta(&self, delta: &Delta) -> bool {
        self.window_base.is_some_and(|base| delta.to > base)
            || self
                .pins
                .iter()
                .any(|(base, at)| base < at && overlaps(delta, *base, *at))
    }
}

fn overlaps(delta: &Delta, from: CommitTimestamp, to: CommitTimestamp) -> bool {
    delta.to > from && delta.from < to
}

/// The pins that this span is kept for.
fn pins_of<'a>(timeline: &'a TimelineManifest, span: &'a Span) -> impl Iterator<Item = &'a Pin> {
    timeline.pins.iter().filter(move |pin| {
        timeline
            .span_of(pin.at)
            .is_some_and(|of| std::ptr::eq(of, span))
    })
}

/// The instants of backups that only their own deltas hold back: out of the window, without
/// a keyframe, and with more bytes of deltas to them than `ratio` of their keyframe. At 0 every
/// backup that leaves the window gets a keyframe of its own; the larger, the more deltas it
/// keeps instead.
pub(crate) fn pins_to_frame(timeline: &TimelineManifest, ratio: f64) -> Vec<CommitTimestamp> {
    let mut instants = Vec::new();
    for span in &timeline.spans {
        let outside = |pin: &&Pin| span.window_base().is_none_or(|base| pin.at < base);
        for pin in pins_of(timeline, span).filter(outside) {
            let Some(keyframe) = span.keyframe_before(pin.at) else {
                continue;
            };
            let deltas: u64 = span
                .deltas_in(keyframe.at, pin.at)
                .map(|delta| total_bytes(&delta.files))
                .sum();
            let limit = total_bytes(&keyframe.files) as f64 * ratio;
            if pin.kind == PinKind::Backup && deltas > 0 && deltas as f64 > limit {
                instants.push(pin.at);
            }
        }
    }
    instants.sort_unstable();
    instants.dedup();
    instants
}

/// Files that the first manifest names and the second does not.
pub(crate) fn dropped_files(before: &TimelineManifest, after: &TimelineManifest) -> Vec<String> {
    let kept: std::collections::HashSet<&str> =
        after.files().map(|file| file.path.as_str()).collect();
    before
        .files()
        .filter(|file| !kept.contains(file.path.as_str()))
        .map(|file| file.path.clone())
        .collect()
}

pub(crate) fn total_bytes(files: &[DataFile]) -> u64 {
    files.iter().map(|file| file.bytes).sum()
}

#[cfg(test)]
mod tests;
