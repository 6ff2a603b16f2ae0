//! What INSERT, UPDATE and DELETE change, return, refuse, and tell streams.

use anywhen_model::Item;

use super::super::fixture::{Fixture, item, key, n, name, s};
use super::super::streams::{all, newest, specification};
use super::write;
use crate::{
    CancellationReason, CreateTable, ItemChange, StatementWrite, StreamEvent, StreamViewType,
    TableError, TransactAction, WriteOutcome,
};

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
        ..super::super::fixture::music("Music")
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
