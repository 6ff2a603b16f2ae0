use anywhen_model::TableId;
use proptest::prelude::*;

use super::*;
use crate::manifest::samples::{at, file, names, segment, span};

/// A span opened at 10 with keyframes at 10 and 40 and deltas to 60; segments from D = 50, as a
/// crash between a timeline's manifest and the realm's leaves them, to 100.
fn history() -> (RealmManifest, TimelineManifest) {
    let realm = RealmManifest {
        dropped_through: at(50),
        archived_through: at(100),
        segments: [(50, 60), (60, 80), (80, 100)]
            .map(|(from, to)| segment(from, to))
            .into(),
        ..RealmManifest::empty()
    };
    let keyframe = |micros| Keyframe {
        at: at(micros),
        files: vec![file(&format!("k{micros}a")), file(&format!("k{micros}b"))],
    };
    let delta = |(from, to)| Delta {
        from: at(from),
        to: at(to),
        files: vec![file(&format!("d{from}-{to}"))],
    };
    let mut timeline = TimelineManifest::empty(TableId::from_u128(1));
    timeline.spans = vec![span(
        [10, 40].map(keyframe).into(),
        [(10, 20), (20, 40), (40, 50), (50, 60)].map(delta).into(),
    )];
    (realm, timeline)
}

#[test]
fn an_unreadable_object_is_read_around_where_something_else_tells_the_same() {
    let (realm, timeline) = history();
    for (avoided, micros, expected) in [
        // Nothing is in the way.
        (&["k10a"][..], 45, Some("k40a k40b d40-50")),
        // An older keyframe and all deltas since.
        (&["k40b"], 40, Some("k10a k10b d10-20 d20-40")),
        (
            &["k40a"],
            70,
            Some("k10a k10b d10-20 d20-40 d40-50 d50-60 s60-80"),
        ),
        // Segments that were not dropped yet.
        (&["d50-60"], 55, Some("k40a k40b d40-50 s50-60")),
        (&["d50-60"], 70, Some("k40a k40b d40-50 s50-60 s60-80")),
        (
            &["d50-60", "k40a"],
            60,
            Some("k10a k10b d10-20 d20-40 d40-50 s50-60"),
        ),
        // Nothing else has it.
        (&["k10a"], 30, None),
        (&["d10-20"], 30, None),
        (&["d40-50"], 55, None),
        (&["s60-80"], 70, None),
        (&["k40a", "d20-40"], 45, None),
        (&["d50-60", "s50-60"], 55, None),
    ] {
        let avoided: Vec<String> = avoided.iter().map(ToString::to_string).collect();
        let found = files_at_without(&realm, &timeline, at(micros), &avoided);
        let found = found.ok().map(|files| names(&files).join(" "));
        assert_eq!(found.as_deref(), expected, "{micros} without {avoided:?}");
    }
}

/// Whether the files hold every change in (keyframe, at].
fn leaves_no_hole(files: &FilesAt<'_>, realm: &RealmManifest, span: &Span, to: u64) -> bool {
    let mut reached = files.keyframe.at;
    for delta in &files.deltas {
        if delta.from > reached {
            return false;
        }
        reached = reached.max(delta.to);
    }
    // Beyond C, up to D, there is nothing to hold.
    if reached >= span.covered_through {
        reached = reached.max(realm.dropped_through);
    }
    if reached < files.tail_after && reached < at(to) {
        return false;
    }
    for segment in &files.segments {
        if segment.from > reached {
            return false;
        }
        reached = reached.max(segment.to);
    }
    reached >= at(to)
}

proptest! {
    /// Whatever cannot be read: the files that are answered can, and leave no hole.
    #[test]
    fn no_way_around_has_a_hole(
        unreadable in proptest::collection::btree_set(0_usize..11, 0..6),
        micros in 10_u64..100,
        dropped in prop_oneof![Just(50_u64), Just(60), Just(80)],
    ) {
        let (mut realm, timeline) = history();
        realm.dropped_through = at(dropped);
        realm.segments.retain(|segment| segment.from >= at(dropped));
        let data = timeline.files().map(|file| file.path.clone());
        let all: Vec<String> =
            data.chain(realm.segments.iter().map(|segment| segment.path.clone())).collect();
        let avoided: Vec<String> =
            unreadable.iter().filter_map(|index| all.get(*index).cloned()).collect();
        let span = &timeline.spans[0];
        if let Ok(files) = files_at_without(&realm, &timeline, at(micros), &avoided) {
            prop_assert!(names(&files).iter().all(|name| !avoided.contains(name)));
            prop_assert!(leaves_no_hole(&files, &realm, span, micros));
        } else {
            prop_assert!(!avoided.is_empty());
        }
    }
}
