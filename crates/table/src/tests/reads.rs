//! Pages, segments, start keys, projections and what reads refuse.

use std::collections::BTreeSet;
use std::sync::Arc;

use anywhen_model::{AttributeValue, CapacityUnits, Item, ReadConsistency, ScalarType, limits};

use super::fixture::{
    Fixture, condition, definition, hash, index, item, key, n, name, projection, query, range, s,
    simple, text,
};
use crate::{
    BatchGet, CreateTable, GetItem, Page, ProjectionType, Query, ReadOptions, Scan, Segment,
    Select, Table,
};

/// Forty songs of four artists; every second one has a tag, a genre and a label.
async fn songs() -> (Fixture, Arc<Table>) {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    for number in 0..40i64 {
        let mut song = key(&format!("artist {}", number % 4), number);
        if number % 2 == 0 {
            let more = item(&[
                ("genre", s("pop")),
                ("year", n(1990 + number % 5)),
                ("tag", s("t")),
                ("label", s(&format!("l{}", number % 3))),
                ("note", s("n")),
                ("text", s("only in the item")),
            ]);
            song.attributes.extend(more.attributes);
        }
        fixture.put("Music", song).await;
    }
    (fixture, table)
}

fn on_index(mut query: Query, index: &str) -> Query {
    query.options.index = Some(index.try_into().unwrap());
    query
}

/// All pages of a query, one after the other.
fn pages(table: &Table, mut query: Query) -> Vec<Page> {
    let mut pages = Vec::new();
    loop {
        let page = table.query(&query).unwrap();
        query.options.exclusive_start_key = page.last_evaluated_key.clone();
        pages.push(page);
        if query.options.exclusive_start_key.is_none() {
            return pages;
        }
    }
}

async fn scan_pages(table: &Arc<Table>, mut scan: Scan) -> Vec<Page> {
    let mut pages = Vec::new();
    loop {
        let page = table.scan(scan.clone()).await.unwrap();
        scan.options.exclusive_start_key = page.last_evaluated_key.clone();
        pages.push(page);
        if scan.options.exclusive_start_key.is_none() {
            return pages;
        }
    }
}

fn items(pages: Vec<Page>) -> Vec<Item> {
    pages
        .into_iter()
        .flat_map(|page| page.to_items().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_of_every_size_make_up_the_whole_query() {
    let (_fixture, table) = songs().await;
    let queries = [
        query("artist = :a", &[(":a", s("artist 1"))]),
        query(
            "artist = :a AND song > :n",
            &[(":a", s("artist 2")), (":n", n(9))],
        ),
        on_index(query("genre = :g", &[(":g", s("pop"))]), "genre"),
        on_index(query("tag = :t", &[(":t", s("t"))]), "tag"),
        on_index(query("artist = :a", &[(":a", s("artist 0"))]), "label"),
    ];
    for one in queries {
        for forward in [true, false] {
            let whole = Query {
                forward,
                ..one.clone()
            };
            let expected = table.query(&whole).unwrap().to_items().unwrap();
            assert!(expected.len() >= 8, "{}", expected.len());
            for limit in 1..=expected.len() + 1 {
                let mut paged = whole.clone();
                paged.options.limit = Some(limit);
                let pages = pages(&table, paged);
                let full = pages
                    .iter()
                    .filter(|page| page.last_evaluated_key.is_some());
                assert!(full.clone().all(|page| page.scanned_count == limit));
                assert_eq!(full.count(), expected.len() / limit, "{limit}");
                assert_eq!(items(pages), expected, "{limit} {forward}");
            }
        }
    }
}

#[tokio::test]
async fn segments_are_disjoint_and_complete() {
    let (_fixture, table) = songs().await;
    for index in [None, Some("genre"), Some("tag"), Some("label")] {
        let index: Option<anywhen_model::IndexName> = index.map(|name| name.try_into().unwrap());
        let options = ReadOptions {
            index,
            limit: Some(3),
            ..ReadOptions::all()
        };
        let whole = Scan {
            segment: None,
            options: options.clone(),
        };
        let whole = items(scan_pages(&table, whole).await);
        for total in [1, 2, 3, 7, 1_000] {
            let mut parts = Vec::new();
            for number in 0..total {
                let segment = Some(Segment { number, total });
                parts.extend(
                    scan_pages(
                        &table,
                        Scan {
                            segment,
                            options: options.clone(),
                        },
                    )
                    .await,
                );
            }
            assert_eq!(items(parts), whole, "segments in order are the scan");
        }
    }
}

#[tokio::test]
async fn items_of_one_partition_key_are_in_one_segment() {
    let (_fixture, table) = songs().await;
    let mut seen = BTreeSet::new();
    for number in 0..64 {
        let segment = Some(Segment { number, total: 64 });
        let page = table
            .scan(Scan {
                segment,
                options: ReadOptions::all(),
            })
            .await
            .unwrap();
        let artists: BTreeSet<String> = page
            .to_items()
            .unwrap()
            .iter()
            .map(|item| format!("{:?}", item.get("artist")))
            .collect();
        for artist in artists {
            assert!(seen.insert(artist), "one artist in two segments");
        }
    }
    assert_eq!(seen.len(), 4);
}

#[tokio::test]
async fn a_page_ends_with_the_item_that_reaches_a_megabyte() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    for number in 0..5 {
        let mut song = key("a", number);
        song.attributes
            .insert("text".to_owned(), s(&"x".repeat(300_000)));
        fixture.put("Music", song).await;
    }
    let mut asked = query("artist = :a", &[(":a", s("a"))]);
    let first = table.query(&asked).unwrap();
    assert_eq!(
        (first.items.len(), first.last_evaluated_key.clone()),
        (4, Some(key("a", 3)))
    );
    assert!(first.scanned_bytes >= limits::PAGE_BYTES);
    asked.options.select = Select::Count;
    asked.options.exclusive_start_key = first.last_evaluated_key;
    let second = table.query(&asked).unwrap();
    assert_eq!(
        (second.count, second.items.len(), second.last_evaluated_key),
        (1, 0, None)
    );
}

#[tokio::test]
async fn the_filter_counts_after_reading() {
    let (_fixture, table) = songs().await;
    let mut asked = query("artist = :a", &[(":a", s("artist 0"))]);
    asked.options.filter = Some(condition("label = :l", &[(":l", s("l1"))]));
    asked.options.limit = Some(4);
    asked.options.select = Select::Specific(projection("note, nowhere"));
    let pages = pages(&table, asked);
    let counts: Vec<_> = pages
        .iter()
        .map(|page| (page.count, page.scanned_count))
        .collect();
    assert_eq!(counts, [(1, 4), (2, 4), (0, 2)]);
    assert!(
        items(pages)
            .iter()
            .all(|found| *found == item(&[("note", s("n"))]))
    );
}

#[tokio::test]
async fn a_local_index_fetches_what_it_does_not_hold() {
    let (_fixture, table) = songs().await;
    let mut asked = on_index(query("artist = :a", &[(":a", s("artist 0"))]), "label");
    let held = table.query(&asked).unwrap();
    assert!(
        held.to_items()
            .unwrap()
            .iter()
            .all(|item| item.get("text").is_none())
    );
    assert_eq!(held.fetched_bytes, Vec::<usize>::new());
    asked.options.select = Select::Specific(projection("note"));
    assert_eq!(
        table.query(&asked).unwrap().fetched_bytes,
        Vec::<usize>::new()
    );
    asked.options.select = Select::AllAttributes;
    let whole = table.query(&asked).unwrap();
    assert_eq!(whole.fetched_bytes.len(), 10);
    assert!(
        whole
            .to_items()
            .unwrap()
            .iter()
            .all(|item| item.get("text").is_some())
    );
    assert_eq!(whole.scanned_bytes, held.scanned_bytes);
}

#[tokio::test]
async fn a_filter_of_a_local_index_fetches_without_showing() {
    let (_fixture, table) = songs().await;
    let on_label = || on_index(query("artist = :a", &[(":a", s("artist 0"))]), "label");
    let held = table.query(&on_label()).unwrap();
    let mut asked = on_label();
    asked.options.filter = Some(condition("attribute_exists(genre)", &[]));
    let filtered = table.query(&asked).unwrap();
    assert_eq!(filtered.fetched_bytes.len(), 10);
    assert_eq!(filtered.items, held.items);
    asked.options.filter = Some(condition("attribute_not_exists(genre)", &[]));
    assert_eq!(table.query(&asked).unwrap().to_items().unwrap(), []);
}

#[tokio::test]
async fn start_keys_are_checked() {
    let (_fixture, table) = songs().await;
    let by_artist = || query("artist = :a", &[(":a", s("artist 1"))]);
    let above = || {
        query(
            "artist = :a AND song > :n",
            &[(":a", s("artist 1")), (":n", n(9))],
        )
    };
    let by_tag = || on_index(query("tag = :t", &[(":t", s("t"))]), "tag");
    let refused = |mut query: Query, start: Item| {
        query.options.exclusive_start_key = Some(start);
        text(table.query(&query))
    };
    let invalid = "The provided starting key is invalid";
    let mismatch = "The provided key element does not match the schema";
    assert_eq!(refused(by_artist(), Item::default()), invalid);
    assert_eq!(refused(by_artist(), item(&[("artist", s("a"))])), invalid);
    assert_eq!(
        refused(by_artist(), item(&[("artist", s("a")), ("song", s("b"))])),
        mismatch
    );
    assert_eq!(
        refused(by_artist(), key("artist 2", 1)),
        "The provided starting key is outside query boundaries based on provided conditions"
    );
    assert_eq!(
        refused(above(), key("artist 1", 9)),
        "The provided starting key does not match the range key predicate"
    );
    assert_eq!(
        refused(above(), key("artist 2", 10)),
        "The query can return at most one row and cannot be restarted"
    );
    assert_eq!(refused(by_tag(), key("artist 1", 1)), invalid);
    let with_tag = |tag: AttributeValue, song: AttributeValue| {
        item(&[("artist", s("artist 0")), ("song", song), ("tag", tag)])
    };
    assert_eq!(refused(by_tag(), with_tag(n(1), n(0))), mismatch);
    assert_eq!(
        refused(by_tag(), with_tag(s("t"), s("0"))),
        format!("{invalid}: {mismatch}")
    );

    let scan = async |index: Option<&str>, start: Item, segment: Option<Segment>| {
        let options = ReadOptions {
            index: index.map(|name| name.try_into().unwrap()),
            exclusive_start_key: Some(start),
            ..ReadOptions::all()
        };
        table.scan(Scan { segment, options }).await
    };
    let wrong = item(&[("artist", s("a")), ("song", s("b"))]);
    assert_eq!(
        text(scan(None, wrong, None).await),
        format!("{invalid}: {mismatch}")
    );
    assert_eq!(
        text(scan(None, Item::default(), None).await),
        format!("{invalid}: {mismatch}")
    );
    assert_eq!(text(scan(Some("tag"), key("a", 1), None).await), invalid);
    let mut outside = 0;
    for number in 0..2 {
        let segment = Some(Segment { number, total: 2 });
        if let Err(error) = scan(None, key("artist 1", 1), segment).await {
            outside += 1;
            assert_eq!(
                error.to_string(),
                format!(
                    "{invalid}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with \
                     correct Segment. TotalSegments: 2 Segment: {number}"
                )
            );
        }
    }
    assert_eq!(outside, 1);
    assert!(scan(None, key("never stored", 77), None).await.is_ok());
}

#[tokio::test]
async fn what_an_index_cannot_give_is_refused() {
    let (_fixture, table) = songs().await;
    let by_tag = || on_index(query("tag = :t", &[(":t", s("t"))]), "tag");
    assert_eq!(
        text(table.query(&on_index(by_tag(), "nope"))),
        "The table does not have the specified index: nope"
    );
    let mut asked = by_tag();
    asked.options.consistent_read = true;
    assert_eq!(
        text(table.query(&asked)),
        "Consistent reads are not supported on global secondary indexes"
    );
    let mut asked = by_tag();
    asked.options.select = Select::AllAttributes;
    assert_eq!(
        text(table.query(&asked)),
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported \
         for global secondary index tag because its projection type is not ALL"
    );
    asked.options.select = Select::Specific(projection("note"));
    assert_eq!(
        text(table.query(&asked)),
        "One or more parameter values were invalid: Global secondary index tag does not project \
         [note]"
    );
    let mut asked = by_tag();
    asked.options.filter = Some(condition("tag = :t", &[(":t", s("t"))]));
    assert_eq!(
        text(table.query(&asked)),
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: \
         tag"
    );
    asked.options.filter = Some(condition("artist = :t", &[(":t", s("artist 0"))]));
    assert_eq!(
        table.query(&asked).unwrap().count,
        10,
        "the table's key may be filtered by"
    );
    assert_eq!(
        text(table.query(&query("song = :n", &[(":n", n(1))]))),
        "Query condition missed key schema element: artist"
    );
}

#[tokio::test]
async fn several_sort_attributes_order_an_index() {
    let fixture = Fixture::new().await;
    let attributes = [
        ("id", ScalarType::S),
        ("g", ScalarType::S),
        ("h", ScalarType::S),
    ];
    let sorts = [("x", ScalarType::N), ("y", ScalarType::S)];
    let request = CreateTable {
        attribute_definitions: attributes
            .iter()
            .chain(&sorts)
            .map(|(name, scalar)| definition(name, *scalar))
            .collect(),
        global_indexes: Some(vec![index(
            "deep",
            vec![hash("g"), hash("h"), range("x"), range("y")],
            ProjectionType::All,
        )]),
        ..simple("Deep")
    };
    let table = fixture.realm.create_table(request).await.unwrap();
    for x in [-3, 20, 100] {
        for y in ["a", "ab", "b"] {
            let attributes = [
                ("id", s(&format!("{x}{y}"))),
                ("g", s("g")),
                ("h", s("h")),
                ("x", n(x)),
                ("y", s(y)),
            ];
            fixture.put("Deep", item(&attributes)).await;
        }
    }
    let ids = |text: &str, values: &[(&str, AttributeValue)]| -> Vec<String> {
        let all: Vec<_> = [(":g", s("g")), (":h", s("h"))]
            .into_iter()
            .chain(values.iter().cloned())
            .collect();
        let found = table
            .query(&on_index(query(text, &all), "deep"))
            .unwrap()
            .to_items()
            .unwrap();
        found
            .iter()
            .map(|item| format!("{:?}", item.get("id").unwrap()))
            .collect()
    };
    let expect = |names: &[&str]| -> Vec<String> {
        names.iter().map(|name| format!("{:?}", s(name))).collect()
    };
    assert_eq!(
        ids("g = :g AND h = :h", &[]),
        expect(&[
            "-3a", "-3ab", "-3b", "20a", "20ab", "20b", "100a", "100ab", "100b"
        ])
    );
    assert_eq!(
        ids(
            "g = :g AND h = :h AND x = :x AND begins_with(y, :y)",
            &[(":x", n(20)), (":y", s("a"))]
        ),
        expect(&["20a", "20ab"])
    );
    assert_eq!(
        ids("g = :g AND h = :h AND x > :x", &[(":x", n(-3))]),
        expect(&["20a", "20ab", "20b", "100a", "100ab", "100b"])
    );
    assert_eq!(table.check_indexes().unwrap(), []);
}

#[tokio::test]
async fn reads_by_key_project_and_write_json() {
    let (fixture, table) = songs().await;
    let get = |projection| GetItem {
        key: key("artist 0", 4),
        projection,
        consistent_read: false,
    };
    let whole = table.get_item(&get(None)).unwrap().item.unwrap();
    let part = table
        .get_item(&get(Some(projection("note, nowhere"))))
        .unwrap()
        .item
        .unwrap();
    assert_eq!(part.to_item().unwrap(), item(&[("note", s("n"))]));
    assert_eq!(
        part.size_bytes().unwrap(),
        whole.to_item().unwrap().size_bytes()
    );
    for read in [&whole, &part] {
        let (mut direct, mut through_item) = (Vec::new(), Vec::new());
        read.write_json(&mut direct).unwrap();
        anywhen_model::write_item(&read.to_item().unwrap(), &mut through_item);
        assert_eq!(direct, through_item);
    }
    let missing = GetItem {
        key: key("nobody", 1),
        projection: None,
        consistent_read: false,
    };
    assert_eq!(table.get_item(&missing).unwrap().item, None);

    let batch = |keys| BatchGet {
        table: name("Music"),
        keys,
        projection: None,
        consistent_read: false,
    };
    let found = fixture
        .realm
        .batch_get(&[batch(vec![
            key("artist 0", 4),
            key("nobody", 1),
            key("artist 1", 5),
        ])])
        .unwrap();
    let [(table_name, items)] = &found.found[..] else {
        panic!("{found:?}")
    };
    assert_eq!((table_name.as_str(), items.len()), ("Music", 2));
    assert_eq!(found.unprocessed, [(name("Music"), vec![])]);
    assert_eq!(
        text(
            fixture
                .realm
                .batch_get(&[batch(vec![key("a", 1), key("a", 1)])])
        ),
        "Provided list of item keys contains duplicates"
    );
    assert_eq!(
        text(
            fixture
                .realm
                .batch_get(&[batch(vec![item(&[("artist", s("a"))])])])
        ),
        "The provided key element does not match the schema"
    );
}

#[tokio::test]
async fn a_batch_stops_at_sixteen_megabytes() {
    let fixture = Fixture::new().await;
    fixture.realm.create_table(simple("Large")).await.unwrap();
    let id = |number: usize| item(&[("id", s(&format!("{number:03}")))]);
    for number in 0..60 {
        let mut large = id(number);
        large
            .attributes
            .insert("text".to_owned(), s(&"x".repeat(300_000)));
        fixture.put("Large", large).await;
    }
    let keys: Vec<Item> = (0..60).map(id).collect();
    let outcome = fixture
        .realm
        .batch_get(&[BatchGet {
            table: name("Large"),
            keys: keys.clone(),
            projection: None,
            consistent_read: true,
        }])
        .unwrap();
    let found = outcome.found[0].1.len();
    // The 56th item would make it more.
    assert_eq!(found, 55);
    let units = CapacityUnits::of_read(300_009, ReadConsistency::Strong);
    let consumed: CapacityUnits = std::iter::repeat_n(units, found).sum();
    assert_eq!(outcome.charges[0].consumed.total(), consumed);
    assert_eq!(
        outcome.unprocessed,
        [(name("Large"), keys[found..].to_vec())]
    );
}
