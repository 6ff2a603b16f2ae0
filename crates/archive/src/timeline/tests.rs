use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::manifest::samples::{self, at, names, segment, span};

fn file(name: &str, bytes: u64) -> DataFile {
    DataFile {
        length: bytes,
        bytes,
        key_max: Bytes::from_static(b"z"),
        ..samples::file(name)
    }
}

fn keyframe(micros: u64) -> Keyframe {
    Keyframe {
        at: at(micros),
        files: vec![file(&format!("k{micros}"), 100)],
    }
}

fn delta(from: u64, to: u64) -> Delta {
    Delta {
        from: at(from),
        to: at(to),
        files: vec![file(&format!("d{from}-{to}"), 10)],
    }
}

/// A span opened at 10, keyframes at 10 and 40, deltas to 60, segments from D = 70 to 100.
fn history() -> (RealmManifest, TimelineManifest) {
    let mut realm = RealmManifest::empty();
    realm.dropped_through = at(70);
    realm.archived_through = at(105);
    realm.segments = vec![segment(70, 80), segment(80, 90), segment(90, 100)];
    let mut timeline = TimelineManifest::empty(TableId::from_u128(1));
    timeline.spans = vec![span(
        vec![keyframe(10), keyframe(40)],
        vec![delta(10, 20), delta(20, 40), delta(40, 50), delta(50, 60)],
    )];
    (realm, timeline)
}

#[test]
fn an_instant_is_its_keyframe_its_deltas_and_its_segments() {
    let (realm, timeline) = history();
    let check = |micros, expected: &[&str]| {
        assert_eq!(
            names(&files_at(&realm, &timeline, at(micros)).unwrap()),
            expected,
            "{micros}"
        );
    };
    check(10, &["k10"]);
    check(15, &["k10", "d10-20"]);
    check(20, &["k10", "d10-20"]);
    check(39, &["k10", "d10-20", "d20-40"]);
    check(40, &["k40"]);
    check(65, &["k40", "d40-50", "d50-60"]);
    check(75, &["k40", "d40-50", "d50-60", "s70-80"]);
    check(
        105,
        &["k40", "d40-50", "d50-60", "s70-80", "s80-90", "s90-100"],
    );
}

#[test]
fn a_hole_is_an_error_wherever_it_is() {
    let gap = |break_it: &dyn Fn(&mut RealmManifest, &mut TimelineManifest), micros| {
        let (mut realm, mut timeline) = history();
        break_it(&mut realm, &mut timeline);
        let found = files_at(&realm, &timeline, at(micros)).map(|files| names(&files));
        assert!(matches!(found, Err(ArchiveError::Gap { .. })), "{found:?}");
    };
    gap(&|_, timeline| drop(timeline.spans[0].deltas.remove(0)), 30);
    gap(&|_, timeline| drop(timeline.spans[0].deltas.remove(1)), 30);
    gap(&|_, timeline| drop(timeline.spans[0].deltas.pop()), 75);
    gap(
        &|_, timeline| drop(timeline.spans[0].keyframes.remove(0)),
        30,
    );
    gap(&|realm, _| drop(realm.segments.remove(0)), 100);
    gap(&|realm, _| drop(realm.segments.remove(1)), 100);
}

#[test]
fn what_is_not_kept_cannot_be_planned() {
    let (realm, mut timeline) = history();
    timeline.spans[0].earliest = at(30);
    for micros in [0, 9, 29] {
        let found = files_at(&realm, &timeline, at(micros));
        assert!(
            matches!(found, Err(ArchiveError::NotKept { .. })),
            "{micros}"
        );
    }
    assert!(files_at(&realm, &timeline, at(30)).is_ok());
}

#[test]
fn deltas_that_outgrow_their_backup_ask_for_a_keyframe() {
    let (_, mut timeline) = history();
    timeline.pins = vec![
        pin("in the window", 55),
        pin("exact", 40),
        pin("outside", 15),
    ];
    timeline.spans[0].earliest = at(45);
    assert_eq!(pins_to_frame(&timeline, 0.0), [at(15)]);
    assert_eq!(
        pins_to_frame(&timeline, 0.5),
        [],
        "ten bytes of deltas to a hundred"
    );
    timeline.spans[0].closed_at = Some(at(70));
    assert_eq!(pins_to_frame(&timeline, 0.0), [at(15), at(55)]);
}

/// A backup's own keyframe lies within a delta as often as not: deltas end where segments do.
#[test]
fn a_keyframe_of_its_own_is_all_that_a_backup_needs() {
    for closed_at in [None, Some(at(105))] {
        let (realm, mut timeline) = history();
        timeline.pins = vec![pin("within a delta", 15)];
        timeline.spans[0].earliest = at(45);
        timeline.spans[0].closed_at = closed_at;
        timeline.spans[0].keyframes.insert(1, keyframe(15));
        assert_eq!(pins_to_frame(&timeline, 0.0), [], "it has one");
        assert_eq!(
            names(&files_at(&realm, &timeline, at(15)).unwrap()),
            ["k15"]
        );
        let dropped = dropped_files(&timeline, &keep_needed(&timeline, at(1_000)));
        for unneeded in ["k10", "d10-20", "d20-40"] {
            assert!(dropped.iter().any(|file| file == unneeded), "{dropped:?}");
        }
    }
}

fn pin(id: &str, micros: u64) -> Pin {
    Pin {
        id: id.to_owned(),
        at: at(micros),
        kind: PinKind::Backup,
        record: Vec::new(),
        expires_at: None,
    }
}

proptest! {
    /// Whatever the window, the pins and the closing: after letting go, every kept instant
    /// reads from exactly the files it would have read from before.
    #[test]
    fn letting_go_never_changes_a_kept_instant(
        earliest in 10_u64..100,
        pins in proptest::collection::vec(10_u64..60, 0..4),
        closed in any::<bool>(),
        probes in proptest::collection::vec(10_u64..105, 10),
    ) {
        let (realm, mut timeline) = history();
        let everything = timeline.clone();
        timeline.spans[0].earliest = at(earliest);
        timeline.spans[0].closed_at = closed.then(|| at(105));
        timeline.pins = pins.iter().map(|micros| pin(&micros.to_string(), *micros)).collect();
        let kept = keep_needed(&timeline, at(1_000));
        for micros in probes.into_iter().chain(pins.clone()) {
            let is_kept = pins.contains(&micros) || (!closed && micros >= earliest);
            let found = files_at(&realm, &kept, at(micros)).map(|files| names(&files));
            if is_kept {
                let before = files_at(&realm, &everything, at(micros)).unwrap();
                prop_assert_eq!(found.unwrap(), names(&before));
            } else {
                prop_assert!(found.is_err());
            }
        }
        if closed && pins.is_empty() {
            prop_assert!(kept.holds_nothing());
        }
    }
}
