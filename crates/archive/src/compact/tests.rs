use bytes::Bytes;

use super::*;

fn at(micros: u64) -> CommitTimestamp {
    CommitTimestamp::from_micros(micros)
}

fn files(bytes: u64) -> Vec<DataFile> {
    vec![DataFile {
        path: String::new(),
        length: bytes,
        hash: String::new(),
        rows: 1,
        bytes,
        key_min: Bytes::new(),
        key_max: Bytes::new(),
    }]
}

/// A span of deltas `(from, to, bytes)` with keyframes `(at, bytes)`.
fn span(keyframes: &[(u64, u64)], deltas: &[(u64, u64, u64)]) -> Span {
    Span {
        opened_at: at(0),
        closed_at: None,
        earliest: at(0),
        covered_through: at(deltas.last().map_or(0, |(_, to, _)| *to)),
        keyframes: keyframes
            .iter()
            .map(|(micros, bytes)| Keyframe {
                at: at(*micros),
                files: files(*bytes),
            })
            .collect(),
        deltas: deltas
            .iter()
            .map(|(from, to, bytes)| Delta {
                from: at(*from),
                to: at(*to),
                files: files(*bytes),
            })
            .collect(),
    }
}

fn run(span: &Span, fan_in: usize, bytes_max: u64) -> Option<(u64, u64)> {
    let run = mergeable_run(span, fan_in, bytes_max)?;
    let (first, last) = (run.first()?, run.last()?);
    Some((first.from.as_micros(), last.to.as_micros()))
}

#[test]
fn small_neighbours_merge_and_large_ones_wait_for_their_like() {
    let small = span(&[(0, 0)], &[(0, 1, 9), (1, 2, 9), (2, 3, 9)]);
    assert_eq!(run(&small, 3, 1_000), Some((0, 3)));
    assert_eq!(run(&small, 4, 1_000), None, "too few");
    assert_eq!(run(&small, 2, 20), Some((0, 2)), "no more than fit");
    let large = TIER_BYTES * 20;
    let mixed = span(
        &[(0, 0)],
        &[(0, 1, large), (1, 2, 9), (2, 3, 9), (3, 4, large)],
    );
    assert_eq!(
        run(&mixed, 2, u64::MAX),
        Some((1, 3)),
        "the small ones first"
    );
    assert_eq!(
        run(&mixed, 4, u64::MAX),
        None,
        "two large ones are not enough"
    );
    let enough = span(
        &[(0, 0)],
        &[(0, 1, large), (1, 2, 9), (2, 3, large), (3, 4, large)],
    );
    assert_eq!(run(&enough, 3, u64::MAX), Some((0, 4)));
}

/// Deltas that come one by one, as a server's do: each change is written once a level, and what
/// a restore reads stays few.
#[test]
fn a_change_is_merged_once_a_level() {
    const FAN_IN: usize = 8;
    const COMING: u64 = 512;
    let size = TIER_BYTES * 10;
    let (mut deltas, mut written, mut most) = (Vec::new(), 0, 0);
    for number in 0..COMING {
        // No two of one size.
        deltas.push((number, number + 1, size + number * 37 % 101));
        written += size;
        while let Some((from, to)) = run(&span(&[(0, 0)], &deltas), FAN_IN, u64::MAX) {
            let inside = |delta: &(u64, u64, u64)| delta.0 >= from && delta.1 <= to;
            let bytes = deltas
                .iter()
                .filter(|delta| inside(delta))
                .map(|delta| delta.2);
            let merged = (from, to, bytes.sum());
            written += merged.2;
            deltas.retain(|delta| !inside(delta));
            deltas.push(merged);
            deltas.sort_unstable();
        }
        most = most.max(deltas.len());
    }
    let times = written as f64 / (COMING * size) as f64;
    assert!(times <= 4.0, "{times} for three levels");
    assert!(most <= 3 * (FAN_IN + 1), "{most} deltas at once");
}

#[test]
fn nothing_merges_over_a_hole_or_a_keyframe() {
    let hole = span(&[(0, 0)], &[(0, 1, 9), (2, 3, 9), (3, 4, 9)]);
    assert_eq!(run(&hole, 3, 1_000), None);
    assert_eq!(run(&hole, 2, 1_000), Some((2, 4)));
    let framed = span(
        &[(0, 0), (2, 9)],
        &[(0, 1, 9), (1, 2, 9), (2, 3, 9), (3, 4, 9)],
    );
    assert_eq!(run(&framed, 3, 1_000), None);
    assert_eq!(run(&framed, 2, 1_000), Some((0, 2)));
}

#[test]
fn a_keyframe_is_due_when_deltas_outgrow_their_share() {
    let grown = span(&[(0, 100)], &[(0, 1, 30), (1, 2, 21)]);
    assert_eq!(next_keyframe(&grown, 0.5, 0), Some(at(2)));
    assert_eq!(next_keyframe(&grown, 0.6, 0), None);
    assert_eq!(next_keyframe(&grown, 0.5, 1_000), None, "not worth it yet");
    let framed = span(&[(0, 100), (1, 100)], &[(0, 1, 60), (1, 2, 21)]);
    assert_eq!(
        next_keyframe(&framed, 0.5, 0),
        None,
        "only deltas since the newest count"
    );
}

#[test]
fn segments_are_sorted_out_oldest_first_within_the_limit() {
    let mut manifest = RealmManifest::empty();
    for number in 0..5 {
        manifest.segments.push(SegmentEntry {
            path: number.to_string(),
            from: at(number),
            to: at(number + 1),
            length: SORT_BYTES_MAX / 2,
            hash: String::new(),
        });
    }
    let ends = |limit| -> Vec<_> {
        oldest_segments(&manifest, limit)
            .iter()
            .map(|one| one.to.as_micros())
            .collect()
    };
    assert_eq!(ends(None), [1, 2]);
    assert_eq!(
        ends(Some(at(1))),
        [1],
        "a span in the making holds the rest"
    );
    assert_eq!(ends(Some(at(0))), [0_u64; 0]);
}
