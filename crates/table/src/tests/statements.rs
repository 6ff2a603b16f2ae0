//! PartiQL statements against tables: rows against a naive model, positions, and writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use anywhen_expr::partiql::{BoundStatement, Select, Statement, Write};
use anywhen_expr::{Condition, ConditionKind, Placeholders};
use anywhen_model::{AttributeValue, Item, limits};
use proptest::prelude::*;

use super::fixture::{Fixture, index, item, key, n, name, range, s, simple, text};
use super::streams::{all, newest, specification};
use crate::{
    CancellationReason, CreateTable, ItemChange, ProjectionType, SelectOptions, Selected,
    StatementWrite, StreamEvent, StreamViewType, Table, TableError, TransactAction, WriteOutcome,
};

/// Partition keys `a0` to `a3`, five songs each; some have the attributes of the indexes.
async fn songs() -> (Fixture, Arc<Table>, Vec<Item>) {
    let fixture = Fixture::new().await;
    let definition = super::fixture::music("Music");
    let others = definition.local_indexes.unwrap_or_default();
    let by_note = index(
        "all",
        vec![super::fixture::hash("artist"), range("label")],
        ProjectionType::All,
    );
    let local_indexes = Some(others.into_iter().chain([by_note]).collect());
    let definition = CreateTable {
        local_indexes,
        ..definition
    };
    let table = fixture.realm.create_table(definition).await.unwrap();
    let mut items = Vec::new();
    for number in 0..20i64 {
        let mut song = key(&format!("a{}", number % 4), number / 4);
        let mut set = |name: &str, value| song.attributes.insert(name.to_owned(), value);
        if number % 2 == 0 {
            set("genre", s(&format!("g{}", number % 3)));
            set("year", n(number % 5));
        }
        if number % 3 == 0 {
            set("tag", s(&format!("t{}", number % 2)));
        }
        if number % 5 != 0 {
            set("label", s(&format!("l{}", number % 3)));
        }
        set("x", n(number % 7));
        fixture.put("Music", song.clone()).await;
        items.push(song);
    }
    (fixture, table, items)
}

fn statement(text: &str) -> BoundStatement {
    Statement::parse(text).unwrap().bind(Vec::new()).unwrap()
}

fn select(text: &str) -> Select {
    match statement(text) {
        BoundStatement::Select(select) => select,
        BoundStatement::Write(_) => panic!("{text} is a write"),
    }
}

fn write(text: &str) -> Write {
    match statement(text) {
        BoundStatement::Write(write) => write,
        BoundStatement::Select(_) => panic!("{text} is a read"),
    }
}

/// A hash that stands for a request of this text.
fn request(text: &str) -> [u8; 16] {
    anywhen_kms::fingerprint(text.as_bytes())
}

fn options(text: &str) -> SelectOptions {
    SelectOptions {
        consistent_read: false,
        limit: None,
        request: request(text),
        position: None,
    }
}

fn page(table: &Table, text: &str) -> Result<Selected, TableError> {
    table.select(select(text), &options(text))
}

/// All pages, which hold at most `limit` items each.
fn pages(table: &Table, text: &str, limit: Option<usize>) -> Vec<Selected> {
    let mut options = SelectOptions {
        limit,
        ..options(text)
    };
    let mut pages = Vec::new();
    loop {
        let selected = table.select(select(text), &options).unwrap();
        assert!(limit.is_none_or(|limit| selected.page.scanned_count <= limit));
        assert_eq!(
            selected.next.is_some(),
            selected.page.last_evaluated_key.is_some()
        );
        options.position = selected.next.clone();
        pages.push(selected);
        if options.position.is_none() {
            return pages;
        }
    }
}

fn rows(pages: Vec<Selected>) -> Vec<Item> {
    pages
        .into_iter()
        .flat_map(|selected| selected.page.items)
        .collect()
}

/// A test of a clause, in PartiQL and as an expression with its values.
#[derive(Debug, Clone)]
struct Clause {
    statement: String,
    expression: String,
    values: Vec<AttributeValue>,
}

impl Clause {
    fn test(attribute: &str, operator: &str, values: Vec<AttributeValue>) -> Self {
        let texts: Vec<_> = values.iter().map(literal).collect();
        let marks = vec!["?".to_owned(); values.len()];
        let write = |values: &[String]| match (operator, values) {
            ("IN", values) => format!("{attribute} IN ({})", values.join(", ")),
            ("BETWEEN", [low, high]) => format!("{attribute} BETWEEN {low} AND {high}"),
            ("begins_with", [value]) => format!("begins_with({attribute}, {value})"),
            (_, values) => format!("{attribute} {operator} {}", values.join("")),
        };
        Self {
            statement: write(&texts),
            expression: write(&marks),
            values,
        }
    }

    fn joined(parts: Vec<Self>, operator: &str) -> Self {
        let join = |texts: Vec<String>| format!("({})", texts.join(&format!(" {operator} ")));
        Self {
            statement: join(parts.iter().map(|part| part.statement.clone()).collect()),
            expression: join(parts.iter().map(|part| part.expression.clone()).collect()),
            values: parts.into_iter().flat_map(|part| part.values).collect(),
        }
    }

    fn negated(self) -> Self {
        Self {
            statement: format!("(NOT {})", self.statement),
            expression: format!("(NOT {})", self.expression),
            ..self
        }
    }

    /// The clause as the other language has it, which knows nothing of this one.
    fn condition(&self) -> Condition {
        let parts = self.expression.split('?').enumerate();
        let text: String = parts
            .map(|(position, part)| match position {
                0 => part.to_owned(),
                _ => format!(":v{}{part}", position - 1),
            })
            .collect();
        // "year" is a reserved word of expressions.
        let text = text.replace("year", "#year");
        let names = text.contains("#year");
        let names = names.then(|| [("#year".to_owned(), "year".to_owned())].into());
        let values = self.values.iter().enumerate();
        let values = values.map(|(number, value)| (format!(":v{number}"), value.clone()));
        let mut placeholders = Placeholders::new(names, Some(values.collect())).unwrap();
        Condition::parse(ConditionKind::Filter, &text, &mut placeholders).unwrap()
    }
}

fn literal(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("'{text}'"),
        AttributeValue::N(number) => number.to_string(),
        other => panic!("no literal for {other:?}"),
    }
}

fn any_test() -> impl Strategy<Value = Clause> {
    let text = |letter: &'static str| {
        (0..4i64)
            .prop_map(move |n| s(&format!("{letter}{n}")))
            .boxed()
    };
    let attribute = prop_oneof![
        4 => Just(("artist", text("a"))),
        3 => Just(("song", (0..6i64).prop_map(n).boxed())),
        2 => Just(("genre", text("g"))),
        1 => Just(("year", (0..6i64).prop_map(n).boxed())),
        1 => Just(("tag", text("t"))),
        2 => Just(("label", text("l"))),
        1 => Just(("x", (0..8i64).prop_map(n).boxed())),
    ];
    attribute.prop_flat_map(|(name, value)| {
        let one = value.clone().prop_map(|value| vec![value]);
        let comparator = prop::sample::select(vec!["=", "=", "=", "<>", "<", "<=", ">", ">="]);
        prop_oneof![
            4 => (comparator, one).prop_map(move |(operator, values)| {
                Clause::test(name, operator, values)
            }),
            2 => prop::collection::vec(value.clone(), 1..4)
                .prop_map(move |values| Clause::test(name, "IN", values)),
            1 => (value.clone(), value).prop_map(move |(one, other)| {
                let is_ordered = literal(&one) <= literal(&other);
                let values = if is_ordered { vec![one, other] } else { vec![other, one] };
                Clause::test(name, "BETWEEN", values)
            }),
        ]
    })
}

/// What a branch of an OR looks like that pins its partition.
fn any_branch() -> impl Strategy<Value = Clause> {
    let artist = (0..3i64).prop_map(|n| Clause::test("artist", "=", vec![s(&format!("a{n}"))]));
    let operator = prop::sample::select(vec!["=", "<", ">="]);
    let song = (operator, 0..5i64)
        .prop_map(|(operator, song)| Clause::test("song", operator, vec![n(song)]));
    (artist, song).prop_map(|(artist, song)| Clause::joined(vec![artist, song], "AND"))
}

fn any_clause() -> impl Strategy<Value = Clause> {
    let branches = prop::collection::vec(any_branch(), 2..5);
    prop_oneof![
        4 => any_nested(),
        1 => branches.prop_map(|branches| Clause::joined(branches, "OR")),
    ]
}

fn any_nested() -> impl Strategy<Value = Clause> {
    any_test().prop_recursive(4, 12, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            3 => parts.clone().prop_map(|parts| Clause::joined(parts, "AND")),
            2 => parts.prop_map(|parts| Clause::joined(parts, "OR")),
            1 => inner.prop_map(Clause::negated),
        ]
    })
}

fn sorted(items: impl IntoIterator<Item = Item>) -> Vec<String> {
    let mut texts: Vec<_> = items.into_iter().map(|item| format!("{item:?}")).collect();
    texts.sort_unstable();
    texts
}

#[test]
fn rows_are_the_items_that_the_clause_is_true_of() {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let (_fixture, table, items) = runtime.block_on(songs());
    let sources: [(&str, &[&str]); 5] = [
        ("Music", &["artist"]),
        ("Music.genre", &["genre", "year"]),
        ("Music.tag", &["tag"]),
        ("Music.label", &["label"]),
        ("Music.\"all\"", &["label"]),
    ];
    let source = prop::sample::select(sources.to_vec());
    let limit = prop::option::of(1..6usize);
    let cases = (any_clause(), source, limit);
    let config = ProptestConfig::with_cases(1024);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&cases, |(clause, (source, needed), limit)| {
        let text = format!("SELECT * FROM {source} WHERE {}", clause.statement);
        let condition = clause.condition();
        // A global index knows only what it holds: ask nothing else of it.
        let is_partial = source == "Music.tag";
        let hidden = ["genre", "year", "label", "x"];
        prop_assume!(!is_partial || !hidden.iter().any(|name| text.contains(&format!("{name} "))));
        let expected: Vec<Item> = items
            .iter()
            .filter(|item| needed.iter().all(|name| item.get(name).is_some()))
            .filter(|item| condition.evaluate(Some(item)))
            .cloned()
            .collect();
        let found = rows(pages(&table, &text, limit));
        // Indexes hold parts of items; compare what all hold.
        let key_of = |item: &Item| {
            let names = ["artist", "song"];
            names
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), item.get(name)?.clone())))
                .collect::<Item>()
        };
        prop_assert_eq!(
            sorted(found.iter().map(key_of)),
            sorted(expected.iter().map(key_of)),
            "{}",
            text
        );
        if ["Music", "Music.genre", "Music.\"all\""].contains(&source) {
            prop_assert_eq!(sorted(found), sorted(expected), "{}", text);
        }
        Ok(())
    });
    outcome.unwrap();
}

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

async fn run(fixture: &Fixture, text: &str) -> Result<(StatementWrite, WriteOutcome), TableError> {
    let write = fixture.table("Music").plan_statement(write(text))?;
    let outcome = fixture.realm.write(&name("Music"), &write.action).await?;
    Ok((write, outcome))
}

/// What a write returns.
async fn returned(fixture: &Fixture, text: &str) -> Option<Item> {
    let (write, outcome) = run(fixture, text).await.unwrap();
    write.returned(outcome)
}

#[tokio::test]
async fn an_insert_creates_and_never_replaces() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let insert = "INSERT INTO Music VALUE {'artist': 'a', 'song': 1, 'genre': 'g', 'year': 1}";
    let (_, outcome) = run(&fixture, insert).await.unwrap();
    let whole = item(&[
        ("artist", s("a")),
        ("song", n(1)),
        ("genre", s("g")),
        ("year", n(1)),
    ]);
    assert_eq!((outcome.old, outcome.new), (None, Some(whole.clone())));
    let error = run(&fixture, insert).await.unwrap_err();
    assert_eq!(error, TableError::DuplicateItem);
    assert_eq!(error.to_string(), "Duplicate primary key exists in table");
    let other = "INSERT INTO Music VALUE {'artist': 'a', 'song': 1.0, 'x': 1}";
    assert_eq!(
        run(&fixture, other).await.unwrap_err(),
        TableError::DuplicateItem
    );
    assert_eq!(fixture.get("Music", key("a", 1)), Some(whole));
    fixture.table("Music").check_indexes().unwrap();
    for (item, fault) in [
        (
            "{'artist': 'a'}",
            "One or more parameter values were invalid: Missing the key song in the item",
        ),
        (
            "{'artist': 'a', 'song': '1'}",
            "One or more parameter values were invalid: Type mismatch for key song expected: N actual: S",
        ),
        (
            "{'artist': '', 'song': 1}",
            "One or more parameter values are not valid. The AttributeValue for a key attribute \
             cannot contain an empty string value. Key: artist",
        ),
        (
            "{'artist': 'b', 'song': 1, 'genre': 5}",
            "One or more parameter values were invalid: Type mismatch for Index Key genre Expected: \
             S Actual: N IndexName: genre",
        ),
    ] {
        let text = format!("INSERT INTO Music VALUE {item}");
        assert_eq!(
            run(&fixture, &text).await.unwrap_err().to_string(),
            fault,
            "{item}"
        );
    }
}

#[tokio::test]
async fn an_update_changes_and_never_creates() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let at = "WHERE artist = 'a' AND song = 1";
    let failed = run(&fixture, &format!("UPDATE Music SET x = 1 {at}")).await;
    assert_eq!(
        failed.unwrap_err(),
        TableError::ConditionalCheckFailed { item: None }
    );
    assert_eq!(fixture.get("Music", key("a", 1)), None);
    let whole = item(&[
        ("artist", s("a")),
        ("song", n(1)),
        ("x", n(1)),
        ("tag", s("t")),
    ]);
    fixture.put("Music", whole.clone()).await;
    let failed = run(&fixture, &format!("UPDATE Music SET x = 2 {at} AND x > 1")).await;
    let item_seen = Some(Box::new(whole.clone()));
    assert_eq!(
        failed.unwrap_err(),
        TableError::ConditionalCheckFailed { item: item_seen }
    );
    run(
        &fixture,
        &format!("UPDATE Music SET x = x + 1 SET y = 'new' REMOVE tag {at} AND x = 1"),
    )
    .await
    .unwrap();
    let new = item(&[
        ("artist", s("a")),
        ("song", n(1)),
        ("x", n(2)),
        ("y", s("new")),
    ]);
    assert_eq!(fixture.get("Music", key("a", 1)), Some(new));
    fixture.table("Music").check_indexes().unwrap();
    for (change, fault) in [
        (
            "SET z.a = 1",
            "The document path provided in the update expression is invalid for update",
        ),
        (
            "SET z = z + 1",
            "The provided expression refers to an attribute that does not exist in the item",
        ),
        (
            "SET song = 2",
            "One or more parameter values were invalid: Cannot update attribute song. This \
             attribute is part of the key",
        ),
        (
            "SET genre = 1",
            "One or more parameter values were invalid: Type mismatch for Index Key genre Expected: \
             S Actual: N IndexName: genre",
        ),
    ] {
        let error = run(&fixture, &format!("UPDATE Music {change} {at}"))
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), fault, "{change}");
    }
    let error = run(
        &fixture,
        "UPDATE Music SET x = 1 WHERE artist = 'a' AND song = '1'",
    )
    .await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "The provided key element does not match the schema"
    );
}

#[tokio::test]
async fn a_delete_removes_what_is_there_if_the_clause_is_true_of_it() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let at = "WHERE artist = 'a' AND song = 1";
    let returning = format!("DELETE FROM Music {at} AND x = 1 RETURNING ALL OLD *");
    assert_eq!(returned(&fixture, &returning).await, None);
    let whole = item(&[("artist", s("a")), ("song", n(1)), ("x", n(1))]);
    fixture.put("Music", whole.clone()).await;
    let failed = run(&fixture, &format!("DELETE FROM Music {at} AND x = 2")).await;
    assert!(matches!(
        failed,
        Err(TableError::ConditionalCheckFailed { item: Some(_) })
    ));
    assert_eq!(returned(&fixture, &returning).await, Some(whole));
    assert_eq!(fixture.get("Music", key("a", 1)), None);
}

#[tokio::test]
async fn updates_return_what_they_are_asked_for() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let old = item(&[
        ("artist", s("a")),
        ("song", n(1)),
        ("x", n(1)),
        ("tag", s("t")),
    ]);
    let new = item(&[("artist", s("a")), ("song", n(1)), ("x", n(2)), ("y", n(1))]);
    for (mode, expected) in [
        ("", None),
        ("RETURNING ALL OLD *", Some(old.clone())),
        ("RETURNING ALL NEW *", Some(new.clone())),
        (
            "RETURNING MODIFIED OLD *",
            Some(item(&[("x", n(1)), ("tag", s("t"))])),
        ),
        (
            "RETURNING MODIFIED NEW *",
            Some(item(&[("x", n(2)), ("y", n(1))])),
        ),
    ] {
        fixture.put("Music", old.clone()).await;
        let text = format!(
            "UPDATE Music SET x = x + 1, y = 1 REMOVE tag WHERE artist = 'a' AND song = 1 {mode}"
        );
        assert_eq!(returned(&fixture, &text).await, expected, "{mode}");
    }
    let nothing = "UPDATE Music REMOVE q WHERE artist = 'a' AND song = 1 RETURNING MODIFIED NEW *";
    assert_eq!(returned(&fixture, nothing).await, None);
}

#[tokio::test]
async fn statements_take_part_in_transactions() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    let action = |text: &str| TransactAction {
        table: name("Music"),
        action: table.plan_statement(write(text)).unwrap().action,
    };
    let insert = |song: i64| {
        action(&format!(
            "INSERT INTO Music VALUE {{'artist': 'a', 'song': {song}, 'x': 1}}"
        ))
    };
    let exists = "EXISTS(SELECT * FROM Music WHERE artist = 'a' AND song = 1 AND x = 1)";
    fixture
        .realm
        .transact_write(&[insert(1), insert(2)], None)
        .await
        .unwrap();
    let done = [
        insert(3),
        action(exists),
        action("DELETE FROM Music WHERE artist = 'a' AND song = 2"),
    ];
    fixture.realm.transact_write(&done, None).await.unwrap();
    let failing = [
        insert(1),
        action("UPDATE Music SET x = 2 WHERE artist = 'a' AND song = 3"),
        action("UPDATE Music SET x = 2 WHERE artist = 'a' AND song = 2"),
    ];
    let error = fixture
        .realm
        .transact_write(&failing, None)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        TableError::TransactionCanceled {
            reasons: vec![
                CancellationReason::DuplicateItem,
                CancellationReason::None,
                CancellationReason::ConditionalCheckFailed { item: None },
            ]
        }
    );
    assert_eq!(
        error.to_string(),
        "Transaction cancelled, please refer cancellation reasons for specific reasons \
         [DuplicateItem, None, ConditionalCheckFailed]"
    );
    let unchanged = item(&[("artist", s("a")), ("song", n(3)), ("x", n(1))]);
    assert_eq!(fixture.get("Music", key("a", 3)), Some(unchanged));
    assert!(matches!(insert(1).action.change, ItemChange::Insert(_)));
}

#[tokio::test]
async fn streams_tell_what_statements_change() {
    let fixture = Fixture::new().await;
    let definition = CreateTable {
        stream: Some(specification(StreamViewType::NewAndOldImages)),
        ..super::fixture::music("Music")
    };
    let table = fixture.realm.create_table(definition).await.unwrap();
    let at = "WHERE artist = 'a' AND song = 1";
    let insert = "INSERT INTO Music VALUE {'artist': 'a', 'song': 1, 'x': 1}";
    run(&fixture, insert).await.unwrap();
    run(&fixture, insert).await.unwrap_err();
    run(&fixture, &format!("UPDATE Music SET x = 1 {at}"))
        .await
        .unwrap();
    run(&fixture, &format!("UPDATE Music SET x = 2 {at}"))
        .await
        .unwrap();
    let delete = TransactAction {
        table: name("Music"),
        action: table
            .plan_statement(write(&format!("DELETE FROM Music {at}")))
            .unwrap()
            .action,
    };
    fixture.realm.transact_write(&[delete], None).await.unwrap();

    let song = |x| item(&[("artist", s("a")), ("song", n(1)), ("x", n(x))]);
    let records = all(&fixture, &newest(&fixture, "Music")).await;
    let told: Vec<_> = records
        .into_iter()
        .map(|record| record.change)
        .map(|change| (change.event, change.old_image, change.new_image))
        .collect();
    assert_eq!(
        told,
        [
            (StreamEvent::Insert, None, Some(song(1))),
            (StreamEvent::Modify, Some(song(1)), Some(song(2))),
            (StreamEvent::Remove, Some(song(2)), None),
        ]
    );
}
