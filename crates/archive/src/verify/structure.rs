//! What must hold between and within manifests, and what depends on an object they name.
//!
//! Pure functions over manifests; the rules are those in the head of [`crate::manifest`].

use std::fmt::Write as _;

use anywhen_model::CommitTimestamp;

use super::report::Problem;
use crate::layout;
use crate::manifest::{DataFile, RealmManifest, Span, TimelineManifest};
use crate::planning::files_at_without;
use crate::timeline;

/// Checks what a realm manifest says. `folder` is its chain's.
pub(super) fn check_realm(folder: &str, manifest: &RealmManifest) -> Vec<Problem> {
    let mut wrong: Vec<(String, String)> = Vec::new();
    let mut reached = manifest.dropped_through;
    for segment in &manifest.segments {
        let (from, to) = (segment.from, segment.to);
        if from != reached {
            wrong.push((
                format!("its segments do not lie end to end: one ends at {reached}, the next begins at {from}"),
                format!("all tables at instants after {}", reached.min(from)),
            ));
        }
        if from >= to {
            let what = format!("segment {} ends before it begins", segment.path);
            wrong.push((what, format!("all tables at instants after {to}")));
        }
        reached = to;
    }
    if reached > manifest.archived_through {
        wrong.push((
            format!(
                "its segments reach {reached}, but it says archived through {}",
                manifest.archived_through
            ),
            format!("all tables at instants after {}", manifest.archived_through),
        ));
    }
    let path = layout::manifest(folder, manifest.head.number);
    problems(&path, wrong)
}

/// Checks what a timeline manifest says. Without the key (`keyed`) bounds of keys are blank.
pub(super) fn check_timeline(
    folder: &str,
    realm: &RealmManifest,
    timeline: &TimelineManifest,
    keyed: bool,
) -> Vec<Problem> {
    let mut wrong = Wrong {
        table: timeline.table.to_string(),
        found: Vec::new(),
    };
    if timeline.spans.iter().filter(|span| span.is_open()).count() > 1 {
        wrong.add("more than one span is open", "at all instants");
    }
    for span in &timeline.spans {
        check_span(span, keyed, &mut wrong);
    }
    for pin in &timeline.pins {
        if let Err(error) = timeline::files_at(realm, timeline, pin.at) {
            let kind = format!("{:?}", pin.kind).to_lowercase();
            let what = format!(
                "the {kind} pinned at {} cannot be restored: {error}",
                pin.at
            );
            wrong.add(&what, &format!("at {}", pin.at));
        }
    }
    let path = layout::manifest(folder, timeline.head.number);
    problems(&path, wrong.found)
}

struct Wrong {
    table: String,
    found: Vec<(String, String)>,
}

impl Wrong {
    fn add(&mut self, what: &str, instants: &str) {
        let affected = format!("table {} {instants}", self.table);
        self.found.push((what.to_owned(), affected));
    }
}

fn check_span(span: &Span, keyed: bool, wrong: &mut Wrong) {
    let opened = span.opened_at;
    let whole = format!("at instants from {opened} on");
    if span.closed_at.is_some_and(|closed| closed < opened) || span.earliest < opened {
        wrong.add("a span ends or is kept from before it begins", &whole);
    }
    let in_order = |pair: &[_]| matches!(pair, [first, second] if first < second);
    let instants: Vec<_> = span.keyframes.iter().map(|keyframe| keyframe.at).collect();
    if !instants.windows(2).all(in_order) || instants.first().is_some_and(|first| *first < opened) {
        wrong.add("its keyframes are not in order", &whole);
    }
    for keyframe in &span.keyframes {
        let at = keyframe.at;
        if keyframe.files.is_empty() {
            wrong.add(
                &format!("the keyframe at {at} has no file"),
                &format!("from {at} on"),
            );
        }
        if keyed && !are_disjoint(&keyframe.files) {
            let what = format!("the files of the keyframe at {at} overlap or are out of order");
            wrong.add(&what, &format!("from {at} on"));
        }
    }
    check_deltas(span, keyed, wrong);
    check_window(span, wrong);
}

fn check_deltas(span: &Span, keyed: bool, wrong: &mut Wrong) {
    let mut reached = CommitTimestamp::ZERO;
    for delta in &span.deltas {
        let (from, to) = (delta.from, delta.to);
        let after = format!("at instants after {from}");
        if from >= to || from < reached {
            wrong.add(
                &format!("the delta from {from} to {to} overlaps another"),
                &after,
            );
        }
        if to > span.covered_through {
            let covered = span.covered_through;
            let what =
                format!("the delta from {from} to {to} lies beyond {covered}, where deltas end");
            wrong.add(&what, &after);
        }
        if keyed && !are_disjoint(&delta.files) {
            let what =
                format!("the files of the delta from {from} to {to} overlap or are out of order");
            wrong.add(&what, &after);
        }
        reached = to;
    }
}

/// From the keyframe that the window begins with, deltas must lead to C.
fn check_window(span: &Span, wrong: &mut Wrong) {
    if !span.is_open() {
        return;
    }
    let earliest = span.earliest;
    let Some(base) = span.keyframe_before(earliest) else {
        let what = format!("there is no keyframe at or before {earliest}, where the window begins");
        return wrong.add(&what, &format!("at instants from {earliest} on"));
    };
    let mut reached = base.at;
    let deltas = span.deltas_in(base.at, CommitTimestamp::MAX);
    for (from, to) in deltas
        .map(|delta| (delta.from, delta.to))
        .chain([(span.covered_through, CommitTimestamp::ZERO)])
    {
        if from > reached {
            let what = format!("no delta tells of the time between {reached} and {from}");
            wrong.add(&what, &format!("at instants after {reached}"));
        }
        reached = reached.max(to);
    }
}

fn are_disjoint(files: &[DataFile]) -> bool {
    let ordered = |file: &DataFile| file.key_min <= file.key_max;
    let follow =
        |pair: &[DataFile]| matches!(pair, [first, second] if first.key_max < second.key_min);
    files.iter().all(ordered) && files.windows(2).all(follow)
}

fn problems(path: &str, wrong: Vec<(String, String)>) -> Vec<Problem> {
    let problem = |(what, affected)| Problem {
        path: path.to_owned(),
        what,
        affected,
    };
    wrong.into_iter().map(problem).collect()
}

/// What cannot be restored without an object, given everything that cannot be read.
pub(super) fn affected(
    realm: &RealmManifest,
    timelines: &[&TimelineManifest],
    path: &str,
    unreadable: &[String],
) -> String {
    if let Some(segment) = realm.segments.iter().find(|segment| segment.path == path) {
        return format!(
            "tables with changes in it, at instants after {} that no keyframe or delta covers",
            segment.from
        );
    }
    for timeline in timelines {
        for span in &timeline.spans {
            if let Some((first, end)) = instants_reading(span, path) {
                return describe_instants(realm, timeline, span, (first, end), unreadable);
            }
        }
    }
    "nothing: the newest manifests do not name it".to_owned()
}

/// The first instant whose plan names a file, and the keyframe from which on plans do not.
fn instants_reading(span: &Span, path: &str) -> Option<(CommitTimestamp, Option<CommitTimestamp>)> {
    let has = |files: &[DataFile]| files.iter().any(|file| file.path == path);
    let next_keyframe = |at: CommitTimestamp, strictly: bool| {
        let later = |keyframe: &CommitTimestamp| *keyframe > at || (!strictly && *keyframe == at);
        span.keyframes
            .iter()
            .map(|keyframe| keyframe.at)
            .find(later)
    };
    if let Some(keyframe) = span.keyframes.iter().find(|keyframe| has(&keyframe.files)) {
        return Some((keyframe.at, next_keyframe(keyframe.at, true)));
    }
    let delta = span.deltas.iter().find(|delta| has(&delta.files))?;
    Some((delta.from.next(), next_keyframe(delta.to, false)))
}

fn describe_instants(
    realm: &RealmManifest,
    timeline: &TimelineManifest,
    span: &Span,
    (first, end): (CommitTimestamp, Option<CommitTimestamp>),
    unreadable: &[String],
) -> String {
    let last = end.map(CommitTimestamp::previous).or(span.closed_at);
    let mut text = format!("table {} at instants from {first}", timeline.table);
    // Writing to a String cannot fail.
    let _ = match last {
        Some(last) => write!(text, " to {last}"),
        None => write!(text, " on"),
    };
    let kept = first.max(span.earliest);
    let last = last.unwrap_or(realm.archived_through).max(kept);
    let way_around = |at| files_at_without(realm, timeline, at, unreadable).is_ok();
    let pins: Vec<_> = timeline.pins.iter().map(|pin| pin.at).collect();
    let pinned = pins.iter().filter(|at| first <= **at && **at <= last);
    let mut instants = pinned.copied().collect::<Vec<_>>();
    if span.is_open() {
        instants.extend([kept, last]);
    }
    if !instants.is_empty() && instants.into_iter().all(way_around) {
        text.push_str("; restores take another way");
    }
    text
}

#[cfg(test)]
mod tests;
