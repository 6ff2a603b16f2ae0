//! Manifests as they are written: pinned forms, damage, and any manifest read back.

use proptest::prelude::*;

use super::*;

const TIMELINE: &str = concat!(
    r#"{"head":{"format":2,"number":7,"epoch":2,"id":"ab"},"#,
    r#""table":"00000000-0000-0000-0000-000000000001","#,
    r#""spans":[{"opened_at":10,"closed_at":null,"earliest":12,"covered_through":20,"#,
    r#""keyframes":[{"at":10,"files":[]}],"deltas":[{"from":10,"to":20,"files":[{"#,
    r#""path":"p","length":5,"hash":"00","rows":1,"bytes":3}]}]}],"#,
    r#""pins":[{"at":15,"kind":"backup","expires_at":null}]}"#,
);
const TIMELINE_SECRET: &str = concat!(
    r#"{"files":[{"key_min":"AQ==","key_max":"Ag=="}],"#,
    r#""pins":[{"id":"b","record":"eA=="}]}"#,
);
const REALM: &str = concat!(
    r#"{"head":{"format":2,"number":3,"epoch":1,"id":"cd"},"archive":"ef","#,
    r#""archived_through":30,"dropped_through":20,"#,
    r#""segments":[{"path":"s","from":20,"to":30,"length":9,"hash":"11"}]}"#,
);

/// The format is pinned: both ways, field by field.
#[test]
fn manifests_are_written_as_documented() {
    let (clear, secret) = (TIMELINE.as_bytes(), TIMELINE_SECRET.as_bytes());
    let timeline = TimelineManifest::decode("m", clear, secret).unwrap();
    let encoded = timeline.encode();
    assert_eq!(String::from_utf8(encoded.clear).unwrap(), TIMELINE);
    assert_eq!(String::from_utf8(encoded.secret).unwrap(), TIMELINE_SECRET);
    assert_eq!(timeline.pins.first().unwrap().record, b"x");
    assert_eq!(timeline.files().next().unwrap().key_max, &[2][..]);
    let named = REALM.replace("}]}", r#"}],"writer":"w"}"#);
    for clear in [REALM, &named] {
        let realm = RealmManifest::decode("m", clear.as_bytes(), b"null").unwrap();
        let encoded = realm.encode();
        assert_eq!(String::from_utf8(encoded.clear).unwrap(), clear);
        assert_eq!(encoded.secret, b"null");
    }
}

#[test]
fn parts_of_two_manifests_do_not_make_one() {
    for secret in [
        r#"{"files":[],"pins":[{"id":"b","record":"eA=="}]}"#,
        r#"{"files":[{"key_min":"AQ==","key_max":"Ag=="}],"pins":[]}"#,
        "null",
    ] {
        let mixed = TimelineManifest::decode("m", TIMELINE.as_bytes(), secret.as_bytes());
        assert!(
            matches!(mixed, Err(ArchiveError::Damaged { .. })),
            "{secret}"
        );
    }
}

#[test]
fn another_format_is_told_from_damage() {
    for other in [1, 3] {
        let text = REALM.replace(r#""format":2"#, &format!(r#""format":{other}"#));
        let error = RealmManifest::decode("m", text.as_bytes(), b"null").unwrap_err();
        assert!(
            matches!(error, ArchiveError::Format { found, .. } if found == other),
            "{error}"
        );
    }
    let error = RealmManifest::decode("m", b"{}", b"null").unwrap_err();
    assert!(matches!(error, ArchiveError::Damaged { .. }), "{error}");
}

fn any_instant() -> impl Strategy<Value = CommitTimestamp> {
    any::<u64>().prop_map(CommitTimestamp::from_micros)
}

fn any_bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..20).prop_map(Bytes::from)
}

/// Up to two.
fn few<S: Strategy>(of: S) -> impl Strategy<Value = Vec<S::Value>>
where
    S::Value: std::fmt::Debug,
{
    prop::collection::vec(of, 0..3)
}

fn any_file() -> impl Strategy<Value = DataFile> {
    let numbers = any::<[u64; 3]>();
    let parts = (".{0,9}", "[0-9a-f]{0,8}", numbers, any_bytes(), any_bytes());
    parts.prop_map(
        |(path, hash, [length, rows, bytes], key_min, key_max)| DataFile {
            path,
            length,
            hash,
            rows,
            bytes,
            key_min,
            key_max,
        },
    )
}

fn any_span() -> impl Strategy<Value = Span> {
    let keyframe = (any_instant(), few(any_file())).prop_map(|(at, files)| Keyframe { at, files });
    let delta = (any_instant(), any_instant(), few(any_file()))
        .prop_map(|(from, to, files)| Delta { from, to, files });
    let instants = (
        any_instant(),
        prop::option::of(any_instant()),
        any_instant(),
        any_instant(),
    );
    (instants, few(keyframe), few(delta)).prop_map(|(instants, keyframes, deltas)| Span {
        opened_at: instants.0,
        closed_at: instants.1,
        earliest: instants.2,
        covered_through: instants.3,
        keyframes,
        deltas,
    })
}

fn any_pin() -> impl Strategy<Value = Pin> {
    let kind = prop_oneof![Just(PinKind::Backup), Just(PinKind::Restore)];
    let expiry = prop::option::of(any_instant());
    let parts = (".{0,9}", any_instant(), kind, any_bytes(), expiry);
    parts.prop_map(|(id, at, kind, record, expires_at)| Pin {
        id,
        at,
        kind,
        record: record.into(),
        expires_at,
    })
}

fn any_segment() -> impl Strategy<Value = SegmentEntry> {
    let parts = (
        ".{0,9}",
        any_instant(),
        any_instant(),
        any::<u64>(),
        "[0-9a-f]{0,8}",
    );
    parts.prop_map(|(path, from, to, length, hash)| SegmentEntry {
        path,
        from,
        to,
        length,
        hash,
    })
}

/// What is encoded reads the same; without the key, what is secret is blank and nothing else is.
fn comes_back<M: Manifest + PartialEq + std::fmt::Debug>(
    manifest: &M,
) -> Result<(), TestCaseError> {
    let Encoded { clear, secret } = manifest.encode();
    let read = M::decode("m", &clear, &secret);
    prop_assert_eq!(&read.unwrap(), manifest);
    let blank = M::decode_clear("m", &clear).unwrap();
    prop_assert_eq!(blank.encode().clear, clear);
    Ok(())
}

proptest! {
    #[test]
    fn any_timeline_comes_back(
        number in any::<u64>(),
        epoch in any::<u64>(),
        id in ".{0,9}",
        table in any::<u128>(),
        spans in few(any_span()),
        pins in few(any_pin()),
    ) {
        comes_back(&TimelineManifest {
            head: Head::new(number, epoch, id),
            table: TableId::from_u128(table),
            spans,
            pins,
        })?;
    }

    #[test]
    fn any_realm_comes_back(
        archive in ".{0,9}",
        instants in (any_instant(), any_instant()),
        segments in few(any_segment()),
        writer in ".{0,9}",
        earlier in few(".{0,9}"),
        replaced in few(".{0,9}"),
    ) {
        comes_back(&RealmManifest {
            head: Head::new(1, 2, "id".to_owned()),
            archive,
            archived_through: instants.0,
            dropped_through: instants.1,
            segments,
            writer,
            earlier,
            replaced,
        })?;
    }
}
