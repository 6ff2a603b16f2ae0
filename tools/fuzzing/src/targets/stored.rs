//! What is stored, handed out and comes back: what a decoder accepts reads the same again after it
//! has been encoded.

use std::sync::Arc;

use anywhen_archive::fuzzing as archive;
use anywhen_engine::{Commit, Engine as _, KeyspaceName, LogEntry, LogHandle, LogRecord, Write};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_kms::{MasterKey, WrappedKey};
use anywhen_model::{
    BackupArn, CommitTimestamp, IndexArn, Item, KeyValue, ManualClock, Number, SeededRandomness,
    TableArn, TableId, TableReference, decode_item, encode_item, encode_ordered_prefix,
    encode_ordered_value, parse_item, parse_value, parse_value_map, stored_attribute,
    stored_size_bytes, stored_to_json, write_item,
};
use anywhen_protocol::Timestamp;
use anywhen_table::{SequenceNumber, fuzzing as table};
use bytes::Bytes;

fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

fn encoded(item: &Item) -> Vec<u8> {
    let mut stored = Vec::new();
    encode_item(item, &mut stored);
    stored
}

fn json(item: &Item) -> String {
    let mut json = Vec::new();
    write_item(item, &mut json);
    String::from_utf8(json).expect("JSON is text")
}

/// A decoder that answers what it has read, encoded again: reading that changes nothing more.
fn settles(decode: impl Fn(&[u8]) -> Option<Vec<u8>>, input: &[u8]) {
    if let Some(encoded) = decode(input) {
        assert!(decode(&encoded) == Some(encoded), "it changes again");
    }
}

pub(crate) fn item_json(input: &[u8]) {
    let Some(text) = text(input) else { return };
    // What is an entry, a value and an item is told apart by the caller, not by the text.
    let _ = (parse_value(text), parse_value_map(text));
    if let Ok(item) = parse_item(text) {
        assert_eq!(parse_item(&json(&item)).as_ref(), Ok(&item));
        stored_item(&encoded(&item));
    }
}

/// All ways to read a stored item agree.
pub(crate) fn stored_item(input: &[u8]) {
    let mut direct = Vec::new();
    let written = stored_to_json(input, &mut direct);
    let sized = stored_size_bytes(input);
    match decode_item(input) {
        Ok(item) => {
            assert_eq!(encoded(&item), input, "equal items have equal stored bytes");
            assert_eq!(written, Ok(()));
            assert_eq!(String::from_utf8_lossy(&direct), json(&item));
            assert_eq!(sized, Ok(item.size_bytes()));
            for (name, value) in &item.attributes {
                assert_eq!(stored_attribute(input, name), Ok(Some(value.clone())));
            }
        }
        Err(_) => assert!(written.is_err() && direct.is_empty()),
    }
    let _ = stored_attribute(input, "a");
}

pub(crate) fn example_items() -> Vec<Vec<u8>> {
    let items = [
        "{}",
        r#"{"a":{"S":"text"},"b":{"N":"-12.5"},"c":{"BOOL":true},"d":{"NULL":true}}"#,
        r#"{"l":{"L":[{"N":"1"},{"M":{"x":{"SS":["a","b"]}}}]},"n":{"NS":["1","2"]},"b":{"BS":["AA=="]}}"#,
    ];
    items
        .iter()
        .map(|item| encoded(&parse_item(item).expect("an item")))
        .collect()
}

pub(crate) fn number(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let Ok(number) = Number::parse(text) else {
        return;
    };
    assert_eq!(Number::parse(&number.to_string()).as_ref(), Ok(&number));
    let mut ordered = Vec::new();
    number.encode_ordered(&mut ordered);
    let length = ordered.len();
    ordered.extend_from_slice(input);
    assert_eq!(Number::decode_ordered(&ordered), Some((number, length)));
    assert!(
        number
            .checked_sub(&number)
            .is_ok_and(|zero| zero.to_string() == "0")
    );
}

pub(crate) fn ordered_number(input: &[u8]) {
    if let Some((number, length)) = Number::decode_ordered(input) {
        let mut ordered = Vec::new();
        number.encode_ordered(&mut ordered);
        assert_eq!(Some(&*ordered), input.get(..length), "{number}");
    }
}

pub(crate) fn example_numbers() -> Vec<Vec<u8>> {
    let numbers = [
        "0",
        "1",
        "-1",
        "1E125",
        "-9.9999999999999999999999999999999999999E125",
        "1E-130",
    ];
    let encode = |text: &&str| {
        let mut ordered = Vec::new();
        let number = Number::parse(text).expect("a number");
        number.encode_ordered(&mut ordered);
        ordered
    };
    numbers.iter().map(encode).collect()
}

/// Two values of a sort key, of lengths that the first byte tells apart: their stored forms are in
/// their order, and begin with the form of a prefix if they do.
pub(crate) fn ordered_key(input: &[u8]) {
    let Some((&middle, rest)) = input.split_first() else {
        return;
    };
    let (one, other) = rest.split_at(usize::from(middle).min(rest.len()));
    let ordered = |bytes: &[u8]| {
        let mut ordered = Vec::new();
        encode_ordered_value(&KeyValue::B(bytes.to_vec()), &mut ordered);
        ordered
    };
    assert_eq!(ordered(one).cmp(&ordered(other)), one.cmp(other));
    let mut prefix = Vec::new();
    encode_ordered_prefix(&KeyValue::B(one.to_vec()), &mut prefix);
    assert_eq!(ordered(other).starts_with(&prefix), other.starts_with(one));
}

pub(crate) fn example_keys() -> Vec<Vec<u8>> {
    let pairs: [&[u8]; 4] = [b"\x01aab", b"\x02a\0a\0\0", b"\x01\0\xff", b"\x00"];
    pairs.map(<[u8]>::to_vec).into()
}

/// Each kind of ARN prints as it was written, and no text is two kinds.
pub(crate) fn arn(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let printed = [
        TableArn::parse(text).ok().map(|arn| arn.to_string()),
        IndexArn::parse(text).ok().map(|arn| arn.to_string()),
        BackupArn::parse(text).ok().map(|arn| arn.to_string()),
    ];
    let printed: Vec<String> = printed.into_iter().flatten().collect();
    assert!(printed.len() <= 1, "{printed:?}");
    assert!(printed.iter().all(|printed| printed == text), "{printed:?}");
    let _ = TableReference::parse(text);
}

pub(crate) fn timestamp(input: &[u8]) {
    if let Some(text) = text(input) {
        let _ = Timestamp::from_seconds(text);
        let _ = CommitTimestamp::parse(text);
        let _ = anywhen_recovery::parse_instant(text);
    }
}

pub(crate) fn sequence_number(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Some(number) = SequenceNumber::parse(text) {
        assert_eq!(SequenceNumber::parse(&number.to_string()), Some(number));
    }
}

pub(crate) fn log_record(input: &[u8]) {
    let at = CommitTimestamp::from_micros(7);
    let decode = |stored: &[u8]| {
        let record = LogRecord::decode(at, Bytes::copy_from_slice(stored)).ok()?;
        let entry = LogEntry {
            log: LogHandle(0),
            table: record.table,
            key: record.key,
            value: record.value,
            old_value: record.old_value,
        };
        Some(entry.encode())
    };
    if let Some(encoded) = decode(input) {
        assert!(encoded == input, "one record has one form");
    }
}

pub(crate) fn example_log_records() -> Vec<Vec<u8>> {
    let part = |part: Option<&'static str>| part.map(|text| Bytes::from(text.as_bytes()));
    let forms = [
        (Some("new"), Some("old")),
        (Some("new"), None),
        (None, Some("old")),
        (None, None),
    ];
    let encode = |(value, old_value)| {
        let entry = LogEntry {
            log: LogHandle(0),
            table: TableId::from_u128(9),
            key: Bytes::from_static(b"key"),
            value: part(value),
            old_value: part(old_value),
        };
        entry.encode()
    };
    forms.map(encode).into()
}

pub(crate) fn stream_change(input: &[u8]) {
    if let Some(change) = table::stream_change(input) {
        let key = encoded(&change.key);
        assert_eq!(
            input.get(8..8 + key.len()),
            Some(&*key),
            "the key comes first"
        );
    }
}

pub(crate) fn example_stream_changes() -> Vec<Vec<u8>> {
    let forms = [[1, 0, 0, 1], [1, 1, 0, 3], [1, 2, 1, 2], [1, 1, 0, 0]];
    let encode = |head: [u8; 4]| {
        let mut stored = head.to_vec();
        let items = 1 + head.last().map_or(0, |flags| flags.count_ones());
        for item in example_items().iter().cycle().skip(1).take(items as usize) {
            stored.extend((item.len() as u32).to_be_bytes());
            stored.extend(item);
        }
        stored
    };
    forms.map(encode).into()
}

pub(crate) fn shard_iterator(input: &[u8]) {
    if let Some(encoded) = table::shard_iterator(input) {
        assert_eq!(encoded, input, "one position has one form");
    }
}

pub(crate) fn example_shard_iterators() -> Vec<Vec<u8>> {
    vec![table::example_shard_iterator()]
}

pub(crate) fn wrapped_key(input: &[u8]) {
    if let Ok(key) = WrappedKey::decode(input) {
        assert_eq!(key.encode(), input, "one key has one form");
    }
}

pub(crate) fn example_wrapped_keys() -> Vec<Vec<u8>> {
    let randomness = SeededRandomness::new(1);
    let master = MasterKey::generate(&randomness);
    let (key, wrapped) = master.generate_data_key(&randomness);
    let twice = wrapped.extend(&key, &key, &randomness);
    vec![wrapped.encode(), twice.encode()]
}

pub(crate) fn journal(input: &[u8]) {
    if let Some(readable_bytes) = anywhen_engine_local::read_any_journal(input) {
        assert!(readable_bytes <= input.len());
    }
}

/// What an engine has written by its own journal after a few commits.
pub(crate) fn example_journals() -> Vec<Vec<u8>> {
    let directory = tempfile::tempdir().expect("a directory");
    let clock = Arc::new(ManualClock::at(1_000));
    let mut options = LocalEngineOptions::new(directory.path(), clock);
    options.free_space_watermark_bytes = 0;
    let engine = LocalEngine::open(options).expect("an empty directory opens");
    let keyspace = engine.keyspace(&KeyspaceName::server("records"));
    let keyspace = keyspace.expect("a new keyspace");
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime of one thread");
    for number in 0..4_u64 {
        let write = Write {
            keyspace,
            key: Bytes::from(number.to_be_bytes().to_vec()),
            value: Some(Bytes::from_static(b"value")),
        };
        let commit = Commit {
            writes: vec![write],
            ..Commit::default()
        };
        let committed = runtime.block_on(engine.commit(commit));
        committed.expect("an empty disk takes commits");
    }
    drop(engine);
    let journal = directory.path().join("store/0.jnl");
    let mut journal = std::fs::read(journal).expect("a journal");
    let used = journal.iter().rposition(|byte| *byte != 0);
    journal.truncate(used.map_or(0, |last| last + 1));
    vec![journal]
}

pub(crate) fn realm_manifest(input: &[u8]) {
    settles(archive::realm_manifest, input);
}

pub(crate) fn timeline_manifest(input: &[u8]) {
    settles(archive::timeline_manifest, input);
}

pub(crate) fn segment_block(input: &[u8]) {
    if let Some(encoded) = archive::segment_block(input) {
        assert!(encoded == input, "one block has one form");
    }
}

pub(crate) fn segment_directory(input: &[u8]) {
    settles(archive::segment_directory, input);
}

pub(crate) fn segment(input: &[u8]) {
    archive::segment(input);
}

pub(crate) fn sealed_object(input: &[u8]) {
    archive::sealed_object(input);
}

pub(crate) fn data_file(input: &[u8]) {
    if let Some(rows) = archive::data_file(input) {
        assert_eq!(
            archive::data_file(input),
            Some(rows),
            "reading is repeatable"
        );
    }
}
