//! Every way in which an archive can go on from what is remembered, or not.

use super::*;

fn head(number: u64, id: &str, writer: &str, archived: u64) -> ArchiveHead {
    ArchiveHead {
        archive_id: "a".to_owned(),
        epoch: 1,
        manifest_number: number,
        manifest_id: id.to_owned(),
        archived_through: CommitTimestamp::from_micros(archived),
        writer: writer.to_owned(),
        replaced: Vec::new(),
    }
}

#[test]
fn an_archive_goes_on_only_from_the_very_manifest_that_is_remembered() {
    let remembered = head(10, "x", "me", 100);
    let set_back = |reaches| Continuity::SetBack {
        reaches: CommitTimestamp::from_micros(reaches),
        reached: CommitTimestamp::from_micros(100),
    };
    let (continues, other) = (Continuity::Continues, Continuity::OtherServer);
    for (what, found, in_place, expected) in [
        (
            "untouched",
            Some(head(10, "x", "me", 100)),
            Some("x"),
            continues.clone(),
        ),
        (
            "gone on by this server",
            Some(head(30, "y", "me", 150)),
            Some("x"),
            continues.clone(),
        ),
        (
            "gone on far",
            Some(head(74, "y", "me", 150)),
            None,
            continues.clone(),
        ),
        (
            "gone on before names",
            Some(head(11, "y", "", 100)),
            Some("x"),
            continues,
        ),
        (
            "gone on by another",
            Some(head(11, "y", "you", 100)),
            Some("x"),
            other.clone(),
        ),
        (
            "gone on far by another",
            Some(head(99, "y", "you", 150)),
            None,
            other,
        ),
        ("emptied", None, None, set_back(0)),
        (
            "lower number",
            Some(head(9, "w", "me", 90)),
            None,
            set_back(90),
        ),
        (
            "same number, other manifest",
            Some(head(10, "z", "me", 95)),
            Some("z"),
            set_back(95),
        ),
        (
            "set back and gone on",
            Some(head(20, "y", "me", 150)),
            Some("z"),
            set_back(100),
        ),
        (
            "gone on over a hole",
            Some(head(20, "y", "me", 150)),
            None,
            set_back(100),
        ),
        (
            "covers less",
            Some(head(20, "y", "me", 80)),
            Some("x"),
            set_back(80),
        ),
    ] {
        let in_place = in_place.map(|id| head(10, id, "me", 100));
        let judged = judge(&remembered, "me", found.as_ref(), in_place.as_ref());
        assert_eq!(judged, expected, "{what}");
    }
}

/// A server that stood still goes on where a number has become free again, before it looks.
#[test]
fn what_a_fenced_server_puts_too_late_does_not_set_an_archive_back() {
    let remembered = ArchiveHead {
        epoch: 2,
        ..head(10, "x", "me", 100)
    };
    let late = head(10, "z", "you", 90);
    for (number, expected) in [
        (10 + MANIFESTS_KEPT, Continuity::Continues),
        // Too few have followed for ours to have been removed.
        (
            9 + MANIFESTS_KEPT,
            Continuity::SetBack {
                reaches: CommitTimestamp::from_micros(100),
                reached: CommitTimestamp::from_micros(100),
            },
        ),
    ] {
        let found = ArchiveHead {
            epoch: 2,
            ..head(number, "y", "me", 150)
        };
        let judged = judge(&remembered, "me", Some(&found), Some(&late));
        assert_eq!(judged, expected, "{number}");
    }
}
