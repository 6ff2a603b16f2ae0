//! What a SELECT reads, in which order, in which pages, and what it is refused.

use std::collections::BTreeSet;

use anywhen_model::{AttributeValue, Item, limits};

use super::super::fixture::{n, s, simple, text};
use super::clauses::literal;
use super::{options, page, pages, rows, select, songs};
use crate::SelectOptions;

#[tokio::test]
async fn access_paths_read_no_more_than_they_need() {
    let (_fixture, table, _) = songs().await;
    for (clause, scanned) in [
        ("artist = 'a1' AND song = 2", 1),
        ("artist = 'a1' AND song = 99", 0),
        ("artist = 'a1'", 5),
        ("artist = 'a1' AND song >= 3", 2),
        ("artist = 'a1' AND x = 1", 5),
        ("artist = 'a1' OR artist = 'a2'", 10),
        ("artist IN ['a1', 'a2'] AND song < 2", 4),
        (
            "(artist = 'a1' AND song = 1) OR (artist = 'a2' AND song = 2)",
            2,
        ),
        ("artist IN ['nobody']", 0),
        ("x = 1", 20),
        ("artist = 'a1' OR x = 1", 20),
    ] {
        let text = format!("SELECT * FROM Music WHERE {clause}");
        let pages = pages(&table, &text, None);
        let found: usize = pages
            .iter()
            .map(|selected| selected.page.scanned_count)
            .sum();
        assert_eq!(found, scanned, "{clause}");
    }
}

#[tokio::test]
async fn rows_come_in_the_order_asked_for() {
    let (_fixture, table, _) = songs().await;
    let keys = |text: &str, limit: Option<usize>| -> Vec<(AttributeValue, AttributeValue)> {
        let key = |row: Item| {
            (
                row.get("artist").unwrap().clone(),
                row.get("song").unwrap().clone(),
            )
        };
        rows(pages(&table, text, limit))
            .into_iter()
            .map(key)
            .collect()
    };
    let songs_of = |artist: &str, songs: &[i64]| {
        let songs = songs.iter().map(|song| (s(artist), n(*song)));
        songs.collect::<Vec<_>>()
    };
    let (up, down) = ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0]);
    for limit in [None, Some(1), Some(2), Some(5), Some(7)] {
        let one = "SELECT * FROM Music WHERE artist = 'a1' ORDER BY song";
        assert_eq!(keys(one, limit), songs_of("a1", &up));
        assert_eq!(keys(&format!("{one} DESC"), limit), songs_of("a1", &down));
        let some = "SELECT * FROM Music WHERE artist IN ['a3', 'a1', 'a2']";
        for (order, artists, songs) in [
            ("", ["a3", "a1", "a2"], up),
            (" ORDER BY artist", ["a1", "a2", "a3"], up),
            (" ORDER BY artist DESC", ["a3", "a2", "a1"], up),
            (" ORDER BY artist, song DESC", ["a1", "a2", "a3"], down),
            (" ORDER BY artist DESC, song DESC", ["a3", "a2", "a1"], down),
        ] {
            let expected: Vec<_> = artists
                .iter()
                .flat_map(|artist| songs_of(artist, &songs))
                .collect();
            assert_eq!(keys(&format!("{some}{order}"), limit), expected, "{order}");
        }
        // Also on a local index, with a limit.
        let labels: Vec<_> = rows(pages(
            &table,
            "SELECT label FROM Music.label WHERE artist = 'a1' ORDER BY label DESC",
            limit,
        ));
        let labels: Vec<_> = labels.iter().map(|row| row.get("label").unwrap()).collect();
        assert!(
            labels.len() > 2 && labels.is_sorted_by_key(|label| std::cmp::Reverse(literal(label)))
        );
    }
}

#[tokio::test]
async fn a_list_of_partition_keys_comes_in_pages_of_ten() {
    let (_fixture, table, _) = songs().await;
    let listed = "SELECT * FROM Music WHERE artist IN ['a0', 'a1', 'a2', 'a3']";
    let counts = |text: &str, limit| -> Vec<usize> {
        let pages = pages(&table, text, limit);
        pages.iter().map(|selected| selected.page.count).collect()
    };
    assert_eq!(counts(listed, None), [10, 10, 0]);
    assert_eq!(counts(listed, Some(7)), [7, 7, 6]);
    assert_eq!(counts(listed, Some(15)), [10, 10, 0]);
    assert_eq!(
        counts(
            "SELECT * FROM Music WHERE artist = 'a0' OR artist = 'a1'",
            None
        ),
        [10]
    );
}

#[tokio::test]
async fn indexes_give_what_they_hold_and_local_ones_what_is_asked_for() {
    let (_fixture, table, _) = songs().await;
    let names = |text: &str| -> BTreeSet<String> {
        let rows = rows(pages(&table, text, None));
        assert!(!rows.is_empty(), "{text}");
        rows.into_iter()
            .flat_map(|row| row.attributes.into_keys())
            .collect()
    };
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    // A global index of keys only.
    let tag = "FROM Music.tag WHERE tag = 't0'";
    assert_eq!(
        names(&format!("SELECT * {tag}")),
        set(&["artist", "song", "tag"])
    );
    assert_eq!(names(&format!("SELECT tag, x {tag}")), set(&["tag"]));
    assert!(rows(pages(&table, &format!("SELECT * {tag} AND x > 0"), None)).is_empty());
    // A local index fetches the rest of the item.
    let label = "FROM Music.label WHERE artist = 'a1'";
    assert_eq!(
        names(&format!("SELECT * {label}")),
        set(&["artist", "song", "label"])
    );
    assert_eq!(
        names(&format!("SELECT label, x {label}")),
        set(&["label", "x"])
    );
    assert_eq!(
        names(&format!("SELECT label {label} AND x >= 0")),
        set(&["label"])
    );
    let missing = rows(pages(
        &table,
        "SELECT nothing FROM Music WHERE artist = 'a1'",
        None,
    ));
    assert_eq!(missing, vec![Item::default(); 5]);
}

#[tokio::test]
async fn positions_are_good_for_their_request_only() {
    let (fixture, table, _) = songs().await;
    let ask = "SELECT * FROM Music WHERE x >= 0";
    let first = SelectOptions {
        limit: Some(3),
        ..options(ask)
    };
    let position = table.select(select(ask), &first).unwrap().next.unwrap();
    let with = |text: &str, position: &[u8]| SelectOptions {
        position: Some(position.to_vec()),
        ..options(text)
    };
    assert!(table.select(select(ask), &with(ask, &position)).is_ok());
    let mismatch = "NextToken does not match request";
    let other = "SELECT * FROM Music WHERE x > 0";
    let refused =
        |asked: &str, position: &[u8]| text(table.select(select(asked), &with(asked, position)));
    assert_eq!(refused(other, &position), mismatch);
    for changed in 0..position.len() {
        let mut tampered = position.clone();
        tampered[changed] ^= 1;
        assert_eq!(refused(ask, &tampered), mismatch, "byte {changed}");
    }
    for length in 0..position.len() {
        assert_eq!(
            refused(ask, &position[..length]),
            mismatch,
            "cut to {length}"
        );
    }
    // Even if the text were the same, another index or table is another place.
    let index = "SELECT * FROM Music.genre WHERE x >= 0";
    let same_request = SelectOptions {
        position: Some(position.clone()),
        ..options(ask)
    };
    assert_eq!(text(table.select(select(index), &same_request)), mismatch);
    let twin = fixture.realm.create_table(simple("Twin")).await.unwrap();
    assert_eq!(text(twin.select(select(ask), &same_request)), mismatch);
    let item = "SELECT * FROM Music WHERE artist = 'a' AND song = 1";
    assert_eq!(text(table.select(select(item), &same_request)), mismatch);
    // A restart keeps them.
    let fixture = fixture.reopen().await;
    let again = fixture
        .table("Music")
        .select(select(ask), &with(ask, &position));
    assert!(again.is_ok());
}

#[tokio::test]
async fn reads_are_refused_as_queries_are() {
    let (_fixture, table, _) = songs().await;
    let refused = |statement: &str| text(page(&table, statement));
    for index in ["nope", "x", "not a name of an index"] {
        let statement = format!("SELECT * FROM Music.\"{index}\" WHERE artist = 'a1'");
        assert_eq!(
            refused(&statement),
            "The table does not have the specified index"
        );
    }
    let consistent = SelectOptions {
        consistent_read: true,
        ..options("")
    };
    let ask = |text: &str| table.select(select(text), &consistent);
    assert_eq!(
        text(ask("SELECT * FROM Music.genre WHERE genre = 'g0'")),
        "Consistent reads are not supported on global secondary indexes"
    );
    assert!(ask("SELECT * FROM Music.label WHERE artist = 'a1'").is_ok());
    assert!(ask("SELECT * FROM Music WHERE artist = 'a1'").is_ok());
    let scalars = "Key attributes must be scalars; list random access '[]' and map lookup '.' are \
                   not allowed: ";
    assert_eq!(
        refused("SELECT artist.x FROM Music"),
        format!("{scalars}Key: artist")
    );
    assert_eq!(
        refused("SELECT * FROM Music WHERE genre[0] = 1"),
        format!("{scalars}IndexKey: genre")
    );
    let long = "x".repeat(limits::PARTITION_KEY_BYTES_MAX + 1);
    assert!(
        refused(&format!(
            "SELECT * FROM Music WHERE artist = '{long}' AND song = 1"
        ))
        .contains("hashkey")
    );
}
