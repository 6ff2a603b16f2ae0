use anywhen_model::TableId;
use bytes::Bytes;

use super::*;
use crate::manifest::samples::{self, at, segment, span};
use crate::manifest::{Delta, Head, Keyframe, Pin, PinKind};

fn file(name: &str, keys: (u8, u8)) -> DataFile {
    DataFile {
        key_min: Bytes::from(vec![keys.0]),
        key_max: Bytes::from(vec![keys.1]),
        ..samples::file(name)
    }
}

fn pin(micros: u64) -> Pin {
    Pin {
        id: String::new(),
        at: at(micros),
        kind: PinKind::Backup,
        record: Vec::new(),
        expires_at: None,
    }
}

/// A span opened at 10, keyframes at 10 and 40, deltas to 60, segments from D = 60 to 80.
fn history() -> (RealmManifest, TimelineManifest) {
    let realm = RealmManifest {
        head: Head::new(7, 1, "realm".to_owned()),
        dropped_through: at(60),
        archived_through: at(80),
        segments: [(60, 70), (70, 80)]
            .map(|(from, to)| segment(from, to))
            .into(),
        ..RealmManifest::empty()
    };
    let keyframe = |micros| Keyframe {
        at: at(micros),
        files: vec![
            file(&format!("k{micros}a"), (1, 4)),
            file(&format!("k{micros}b"), (5, 9)),
        ],
    };
    let delta = |(from, to)| Delta {
        from: at(from),
        to: at(to),
        files: vec![file(&format!("d{from}-{to}"), (1, 9))],
    };
    let timeline = TimelineManifest {
        head: Head::new(3, 1, "timeline".to_owned()),
        spans: vec![span(
            [10, 40].map(keyframe).into(),
            [(10, 20), (20, 40), (40, 60)].map(delta).into(),
        )],
        pins: vec![pin(15), pin(55)],
        ..TimelineManifest::empty(TableId::from_u128(1))
    };
    (realm, timeline)
}

fn all(realm: &RealmManifest, timeline: &TimelineManifest) -> Vec<Problem> {
    let mut problems = check_realm("realm", realm);
    problems.extend(check_timeline("timeline", realm, timeline, true));
    problems
}

#[test]
fn each_rule_of_manifests_is_noticed_when_broken() {
    type Break = fn(&mut RealmManifest, &mut TimelineManifest);
    let (realm, timeline) = history();
    assert_eq!(all(&realm, &timeline), []);
    let cases: [(&str, Break); 15] = [
        ("end to end", |realm, _| drop(realm.segments.remove(0))),
        ("end to end", |realm, _| realm.segments[1].from = at(65)),
        ("before it begins", |realm, _| realm.segments[1].to = at(70)),
        ("archived through", |realm, _| {
            realm.archived_through = at(75);
        }),
        ("more than one span", |_, one| {
            one.spans.push(one.spans[0].clone());
        }),
        ("kept from before", |_, one| one.spans[0].earliest = at(5)),
        ("keyframes are not in order", |_, one| {
            one.spans[0].keyframes.swap(0, 1);
        }),
        ("has no file", |_, one| {
            one.spans[0].keyframes[0].files.clear();
        }),
        ("overlap or are out of order", |_, one| {
            one.spans[0].keyframes[1].files.swap(0, 1);
        }),
        ("overlap or are out of order", |_, one| {
            one.spans[0].deltas[0].files = vec![file("x", (1, 5)), file("y", (5, 9))];
        }),
        ("overlaps another", |_, one| {
            one.spans[0].deltas[1].from = at(15);
        }),
        ("where deltas end", |_, one| {
            one.spans[0].covered_through = at(50);
        }),
        ("no delta tells of the time between", |_, one| {
            one.spans[0].deltas.pop();
        }),
        ("no delta tells of the time between", |_, one| {
            one.spans[0].deltas.remove(1);
        }),
        ("the backup pinned at 0.000005", |_, one| {
            one.pins.push(pin(5));
        }),
    ];
    for (what, break_it) in cases {
        let (mut realm, mut timeline) = history();
        break_it(&mut realm, &mut timeline);
        let found = all(&realm, &timeline);
        assert!(
            found.iter().any(|problem| problem.what.contains(what)),
            "{what}: {found:?}"
        );
        let named = [
            "realm/00000000000000000007",
            "timeline/00000000000000000003",
        ];
        assert!(found.iter().all(|one| named.contains(&one.path.as_str())));
    }
}

#[test]
fn a_hole_before_the_window_matters_only_to_pins() {
    let (realm, mut timeline) = history();
    timeline.spans[0].earliest = at(45);
    timeline.spans[0].deltas.remove(1);
    assert_eq!(all(&realm, &timeline), []);
    timeline.pins.push(pin(30));
    let found = all(&realm, &timeline);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].what.contains("pinned at 0.000030"), "{found:?}");
}

#[test]
fn what_depends_on_an_object_is_said_in_instants() {
    let (realm, timeline) = history();
    let affected = |path: &str| affected(&realm, &[&timeline], path, &[path.to_owned()]);
    for (path, expected) in [
        ("k10a", "at instants from 0.000010 to 0.000039"),
        ("k40b", "from 0.000040 on; restores take another way"),
        ("d10-20", "from 0.000011 to 0.000039"),
        ("d40-60", "at instants from 0.000041 on"),
        ("s60-70", "instants after 0.000060"),
        ("other", "nothing"),
    ] {
        let found = affected(path);
        assert!(found.contains(expected), "{path}: {found}");
        let around = found.contains("another way");
        assert_eq!(around, expected.contains("another way"), "{path}: {found}");
    }
}
