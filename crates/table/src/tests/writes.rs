//! Single writes: what is refused and in which words, what is logged, what costs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anywhen_engine::LogRecord;
use anywhen_model::{AttributeValue, CommitTimestamp, Item, TableId};

use super::fixture::{Fixture, condition, item, key, n, name, s, text, update};
use crate::{IndexEffect, ItemChange, RealmTables, TableError};

/// What the tables have logged; the system's own records are left out.
pub(super) async fn logged(realm: &Arc<RealmTables>) -> Vec<LogRecord> {
    let mut records = all_logged(realm).await;
    records.retain(|record| record.table != TableId::SYSTEM);
    records
}

pub(super) async fn all_logged(realm: &Arc<RealmTables>) -> Vec<LogRecord> {
    let engine = &realm.shared.engine;
    let sealed = engine.seal().await.unwrap();
    let records = engine
        .changes(realm.log(), CommitTimestamp::ZERO, sealed)
        .unwrap();
    records.map(Result::unwrap).collect()
}

fn with(artist: &str, more: &[(&str, AttributeValue)]) -> Item {
    let mut whole = key(artist, 1);
    whole.attributes.extend(item(more).attributes);
    whole
}

#[tokio::test]
async fn puts_are_checked_against_the_schema() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let cases = [
        (
            item(&[("artist", s("a"))]),
            "One or more parameter values were invalid: Missing the key song in the item",
        ),
        (
            item(&[("artist", n(1)), ("song", n(1))]),
            "One or more parameter values were invalid: Type mismatch for key artist expected: S \
             actual: N",
        ),
        (
            key("", 1),
            "One or more parameter values are not valid. The AttributeValue for a key attribute \
             cannot contain an empty string value. Key: artist",
        ),
        (
            key(&"x".repeat(2049), 1),
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum \
             size limit of2048 bytes",
        ),
        (
            with("a", &[("tag", n(1)), ("genre", n(1))]),
            "One or more parameter values were invalid: Type mismatch for Index Key genre \
             Expected: S Actual: N IndexName: genre",
        ),
        (
            with("a", &[("tag", s(""))]),
            "One or more parameter values are not valid. A value specified for a secondary index \
             key is not supported. The AttributeValue for a key attribute cannot contain an \
             empty string value. IndexName: tag, IndexKey: tag",
        ),
        (
            with("a", &[("note", s(&"x".repeat(409_600)))]),
            "Item size has exceeded the maximum allowed size",
        ),
    ];
    for (item, expected) in cases {
        assert_eq!(
            text(fixture.write("Music", ItemChange::Put(item), None).await),
            expected
        );
    }
    let largest = "x".repeat(409_600 - (6 + 1 + 4 + 2 + 4));
    fixture
        .put("Music", with("a", &[("note", s(&largest))]))
        .await;
}

#[tokio::test]
async fn updates_are_checked_against_the_schema() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    fixture
        .put("Music", with("a", &[("plays", n(5)), ("note", s("text"))]))
        .await;
    let attempt = async |expression: &str, value: Option<AttributeValue>| {
        let values: Vec<_> = value.into_iter().map(|value| (":v", value)).collect();
        let change = ItemChange::Update {
            key: key("a", 1),
            update: Some(update(expression, &values)),
        };
        text(fixture.write("Music", change, None).await)
    };
    assert_eq!(
        attempt("SET song = :v", Some(n(2))).await,
        "One or more parameter values were invalid: Cannot update attribute song. This attribute \
         is part of the key"
    );
    assert_eq!(
        attempt("SET tag = :v", Some(n(2))).await,
        "One or more parameter values were invalid: Type mismatch for Index Key tag Expected: S \
         Actual: N IndexName: tag"
    );
    assert_eq!(
        attempt("SET tag = plays", None).await,
        "The update expression attempted to update the secondary index key to unsupported type"
    );
    assert_eq!(
        attempt("SET tag = :v", Some(s(""))).await,
        "One or more parameter values are not valid. The update expression attempted to update a \
         secondary index key to a value that is not supported. The AttributeValue for a key \
         attribute cannot contain an empty string value."
    );
    assert_eq!(
        attempt("SET note = tag.x", None).await,
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not \
         allowed: IndexKey: tag"
    );
    assert_eq!(
        attempt("SET note = :v", Some(s(&"x".repeat(409_600)))).await,
        "Item size to update has exceeded the maximum allowed size"
    );
    assert_eq!(
        attempt("SET note = nowhere", None).await,
        "The provided expression refers to an attribute that does not exist in the item"
    );
    let change = ItemChange::Update {
        key: item(&[("artist", s("a"))]),
        update: None,
    };
    assert_eq!(
        text(fixture.write("Music", change, None).await),
        "The provided key element does not match the schema"
    );
    let change = ItemChange::Delete { key: key("a", 1) };
    let nested = condition("artist.x = :v", &[(":v", n(1))]);
    assert_eq!(
        text(fixture.write("Music", change, Some(nested)).await),
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not \
         allowed: Key: artist"
    );
    let change = ItemChange::Delete { key: key("a", 1) };
    assert_eq!(
        fixture.write("Nothing", change, None).await,
        Err(TableError::ResourceNotFound)
    );
}

#[tokio::test]
async fn the_log_holds_each_change_once_and_nothing_else() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    fixture.put("Music", with("before", &[])).await;
    assert_eq!(logged(&fixture.realm).await, vec![]);

    let (kept, enabled_at) = fixture
        .realm
        .set_history(table.id(), Some(35))
        .await
        .unwrap();
    let history = kept.record().history.clone().unwrap();
    assert_eq!((history.enabled_at, history.span_at), (enabled_at, None));
    let put = fixture.put("Music", with("a", &[("note", s("1"))])).await;
    let change = ItemChange::Update {
        key: key("a", 1),
        update: Some(update("SET note = :v", &[(":v", s("2"))])),
    };
    let updated = fixture.write("Music", change.clone(), None).await.unwrap();
    let again = fixture.write("Music", change, None).await.unwrap();
    assert!(
        again.timestamp >= updated.timestamp,
        "an unchanged item is acknowledged"
    );
    fixture.put("Music", with("a", &[("note", s("2"))])).await;
    fixture
        .write(
            "Music",
            ItemChange::Delete {
                key: key("gone", 1),
            },
            None,
        )
        .await
        .unwrap();
    let deleted = fixture
        .write("Music", ItemChange::Delete { key: key("a", 1) }, None)
        .await
        .unwrap();

    let records = logged(&fixture.realm).await;
    let timestamps: Vec<_> = records.iter().map(|record| record.timestamp).collect();
    assert_eq!(
        timestamps,
        [put.timestamp, updated.timestamp, deleted.timestamp]
    );
    let images = records.iter().map(|record| {
        let sealed = record.value.as_ref()?;
        let stored = table
            .unseal(crate::ITEMS_PART, &record.key, sealed)
            .unwrap();
        anywhen_model::decode_item(&stored).ok()
    });
    assert_eq!(images.collect::<Vec<_>>(), [put.new, updated.new, None]);

    fixture.realm.set_history(table.id(), None).await.unwrap();
    fixture.put("Music", with("after", &[])).await;
    assert_eq!(logged(&fixture.realm).await.len(), 3);
}

#[tokio::test]
async fn only_changed_index_entries_are_written() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let first = with("a", &[("tag", s("t")), ("label", s("l")), ("note", s("n"))]);
    let outcome = fixture.put("Music", first.clone()).await;
    // Local indexes are numbered first: 1 label, 2 genre, 3 tag.
    let touched = |effects: &[IndexEffect]| effects.iter().map(|e| (e.number, e.moved)).collect();
    let numbers: Vec<_> = touched(&outcome.indexes);
    assert_eq!(numbers, [(1, false), (3, false)]);

    let mut second = first.clone();
    second
        .attributes
        .insert("other".to_owned(), s("not projected"));
    assert_eq!(fixture.put("Music", second.clone()).await.indexes, []);

    second.attributes.insert("note".to_owned(), s("projected"));
    let numbers: Vec<_> = touched(&fixture.put("Music", second.clone()).await.indexes);
    assert_eq!(numbers, [(1, false)]);

    second.attributes.insert("tag".to_owned(), s("u"));
    let numbers: Vec<_> = touched(&fixture.put("Music", second.clone()).await.indexes);
    assert_eq!(numbers, [(3, true)]);

    second.attributes.remove("tag");
    let outcome = fixture.put("Music", second).await;
    assert_eq!(
        outcome.indexes,
        [IndexEffect {
            number: 3,
            old_bytes: Some(17),
            new_bytes: None,
            moved: false
        }]
    );
    assert_eq!(fixture.table("Music").check_indexes().unwrap(), []);
}

#[tokio::test]
async fn a_damaged_index_is_found() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    fixture.put("Music", with("a", &[("tag", s("t"))])).await;
    let part = table.part(3).unwrap().clone();
    let record = table
        .records(&*fixture.realm.snapshot().unwrap(), &part)
        .unwrap()
        .next();
    let (entry_key, _) = record.unwrap().unwrap();
    let mut bulk = fixture
        .realm
        .shared
        .engine
        .bulk_load(part.keyspace)
        .unwrap();
    let wrong = crate::indexes::stored_form(&item(&[("tag", s("other"))]));
    bulk.write(&entry_key, &table.seal(3, &entry_key, &wrong))
        .unwrap();
    let stray = [&entry_key[..], b"!"].concat();
    bulk.write(&stray, &table.seal(3, &stray, &wrong)).unwrap();
    bulk.finish().unwrap();
    let faults = table.check_indexes().unwrap();
    let what: Vec<_> = faults
        .iter()
        .map(|fault| (fault.number, fault.what))
        .collect();
    assert_eq!(
        what,
        [
            (3, "the entry holds something else than its item"),
            (3, "the entry belongs to no item")
        ]
    );
}

#[tokio::test]
async fn batches_are_checked_whole_and_written_one_by_one() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let music = || name("Music");
    let put = |artist: &str| (music(), ItemChange::Put(with(artist, &[("tag", s("t"))])));
    let refused = [
        (
            vec![put("a"), put("b"), put("a")],
            "Provided list of item keys contains duplicates",
        ),
        (
            vec![
                put("a"),
                (
                    music(),
                    ItemChange::Delete {
                        key: item(&[("artist", s("a"))]),
                    },
                ),
            ],
            "The provided key element does not match the schema",
        ),
        (
            vec![
                put("a"),
                (music(), ItemChange::Put(item(&[("artist", s("a"))]))),
            ],
            "The provided key element does not match the schema",
        ),
        (
            vec![
                put("a"),
                (
                    music(),
                    ItemChange::Put(with("b", &[("note", s(&"x".repeat(409_600)))])),
                ),
            ],
            "Item size has exceeded the maximum allowed size",
        ),
        (
            vec![put("a"), (name("None"), ItemChange::Put(key("a", 1)))],
            "Requested resource not found",
        ),
    ];
    for (requests, expected) in refused {
        assert_eq!(text(fixture.realm.batch_write(requests).await), expected);
        assert_eq!(
            fixture.get("Music", key("a", 1)),
            None,
            "nothing is written"
        );
    }
    let mut requests: Vec<_> = (0..24).map(|number| put(&format!("a{number}"))).collect();
    requests.push((
        music(),
        ItemChange::Delete {
            key: key("not there", 1),
        },
    ));
    let outcomes = fixture.realm.batch_write(requests).await.unwrap();
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(fixture.table("Music").statistics().items, 24);
    assert_eq!(fixture.table("Music").check_indexes().unwrap(), []);
}

#[tokio::test]
async fn history_that_cannot_be_archived_is_not_written() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    fixture
        .realm
        .create_table(super::fixture::simple("Plain"))
        .await
        .unwrap();
    fixture
        .realm
        .set_history(table.id(), Some(35))
        .await
        .unwrap();
    fixture
        .realm
        .refuse_history_writes(Some("another server took over".to_owned()));
    let refused = fixture
        .write("Music", ItemChange::Put(key("a", 1)), None)
        .await;
    assert_eq!(
        refused,
        Err(TableError::ReadOnly("another server took over".to_owned()))
    );
    fixture.put("Plain", item(&[("id", s("a"))])).await;
    fixture.realm.refuse_history_writes(None);
    fixture.put("Music", key("a", 1)).await;
}

#[tokio::test]
async fn a_write_is_not_acknowledged_if_its_history_stops_being_kept_meanwhile() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    fixture
        .realm
        .set_history(table.id(), Some(35))
        .await
        .unwrap();
    // Kept when it is asked before a write, and no more when it is asked after.
    let asked = AtomicUsize::new(0);
    fixture.realm.set_history_gate(Box::new(move || {
        let before = asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        (!before).then(|| "stopped".to_owned())
    }));
    let put = ItemChange::Put(key("a", 1));
    let refused = fixture.write("Music", put, None).await.unwrap_err();
    assert!(refused.to_string().contains("may have been carried out"));
}

#[tokio::test]
async fn entries_in_local_indexes_count_as_part_of_their_item() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    // The entry holds the keys, the label and the note: `note` counts twice, `remark` once.
    let sized = |note: usize, text: usize| {
        with(
            "a",
            &[
                ("label", s("l")),
                ("note", s(&"x".repeat(note))),
                ("remark", s(&"x".repeat(text))),
            ],
        )
    };
    let keys = "artist".len() + 1 + "song".len() + 2 + "label".len() + 1;
    let largest = 409_600 - 2 * (keys + "note".len() + 100_000) - "remark".len();
    let put = |item| fixture.write("Music", ItemChange::Put(item), None);
    put(sized(100_000, largest)).await.unwrap();
    for too_large in [sized(100_000, largest + 1), sized(100_001, largest - 1)] {
        assert_eq!(
            text(put(too_large).await),
            "Item size has exceeded the maximum allowed size"
        );
    }
    let change = |text: usize| ItemChange::Update {
        key: key("a", 1),
        update: Some(update("SET remark = :t", &[(":t", s(&"x".repeat(text)))])),
    };
    let refused = fixture.write("Music", change(largest + 1), None).await;
    assert_eq!(
        text(refused),
        "Item size to update has exceeded the maximum allowed size"
    );
    // Without a label there is no entry.
    let mut unlabelled = sized(100_000, largest + 1);
    unlabelled.attributes.remove("label");
    put(unlabelled).await.unwrap();
}
