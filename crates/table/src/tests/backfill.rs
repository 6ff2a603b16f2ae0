//! Indexes added to and dropped from a table in use: rules, states, and that they are exact.

mod random;
mod rules;
mod streams;

use std::sync::Arc;

use anywhen_model::{AttributeValue, ScalarType};

use super::fixture::{
    Fixture, definition, hash, index, item, key, n, name, query, s, text, update,
};
use crate::{
    IndexChange, IndexDefinition, IndexStatus, ItemChange, ProjectionType, Query, Table,
    TableError, TableStatus, UpdateTable,
};

/// The definitions of all attributes that indexes of these tests have as keys.
fn definitions() -> Vec<crate::AttributeDefinition> {
    vec![
        definition("mood", ScalarType::S),
        definition("note", ScalarType::S),
        definition("year", ScalarType::N),
    ]
}

fn adding(index: IndexDefinition) -> UpdateTable {
    UpdateTable {
        attribute_definitions: definitions(),
        indexes: Some(vec![IndexChange {
            create: Some(index),
            ..IndexChange::default()
        }]),
        ..UpdateTable::default()
    }
}

fn dropping(index: &str) -> UpdateTable {
    UpdateTable {
        indexes: Some(vec![IndexChange {
            delete: Some(index.try_into().unwrap()),
            ..IndexChange::default()
        }]),
        ..UpdateTable::default()
    }
}

/// Index `by-mood` on `mood`, with keys only.
fn by_mood() -> IndexDefinition {
    index("by-mood", vec![hash("mood")], ProjectionType::KeysOnly)
}

fn of_mood(mood: &str) -> Query {
    let mut asked = query("mood = :m", &[(":m", s(mood))]);
    asked.options.index = Some("by-mood".try_into().unwrap());
    asked
}

fn status(table: &Table, index: &str) -> Option<IndexStatus> {
    table.record().index(index).map(|index| index.status)
}

/// Waits until a table fulfils a condition; jobs run meanwhile.
async fn until(fixture: &Fixture, what: &str, condition: impl Fn(&Table) -> bool) -> Arc<Table> {
    for _ in 0..1_000_000 {
        let table = fixture.table("Music");
        if condition(&table) {
            return table;
        }
        tokio::task::yield_now().await;
    }
    panic!("never: {what}");
}

async fn update_table(fixture: &Fixture, request: UpdateTable) -> Result<(), TableError> {
    let updated = fixture.realm.update_table(&name("Music"), request).await;
    updated.map(drop)
}

/// `Music` with so many songs that have a mood, in turns `low` and `high`.
async fn songs(fixture: &Fixture, count: i64) {
    fixture.music().await;
    for song in 0..count {
        let mood = if song % 2 == 0 { "low" } else { "high" };
        let mut song = key("abba", song);
        song.attributes.insert("mood".to_owned(), s(mood));
        fixture.put("Music", song).await;
    }
}

#[tokio::test]
async fn an_index_is_seen_when_it_is_whole() {
    let fixture = Fixture::with_chunks_of(3).await;
    songs(&fixture, 10).await;
    fixture.at("backfill::before_begin", "pause");
    fixture.at("backfill::before_chunk", "2*off->pause");
    let (before, after) = fixture
        .realm
        .update_table(&name("Music"), adding(by_mood()))
        .await
        .unwrap();
    assert_eq!(status(&before, "by-mood"), None);
    assert_eq!(status(&after, "by-mood"), Some(IndexStatus::Creating));
    assert_eq!(after.record().status, TableStatus::Updating);

    let refused = "Cannot read from backfilling global secondary index: by-mood";
    assert_eq!(text(after.query(&of_mood("low"))), refused);
    fixture.at("backfill::before_begin", "off");
    let table = until(&fixture, "two chunks", |table| {
        table.index_statistics("by-mood").unwrap().items == 6
    })
    .await;
    assert_eq!(status(&table, "by-mood"), Some(IndexStatus::Backfilling));
    assert_eq!(table.record().status, TableStatus::Active);
    assert_eq!(text(table.query(&of_mood("low"))), refused);
    assert_eq!(table.check_indexes().unwrap(), vec![]);

    // Behind and ahead of the filling: written anew, changed and removed.
    for song in 0..10 {
        let key = key("abba", song);
        let change = match song % 4 {
            0 => ItemChange::Update {
                key,
                update: Some(update("SET remark = :r", &[(":r", s("same entry"))])),
            },
            1 => ItemChange::Update {
                key,
                update: Some(update("SET mood = :m", &[(":m", s("low"))])),
            },
            2 => ItemChange::Delete { key },
            _ => continue,
        };
        fixture.write("Music", change, None).await.unwrap();
        assert_eq!(fixture.table("Music").check_indexes().unwrap(), vec![]);
    }

    let fixture = fixture.reopen().await;
    let table = fixture.table("Music");
    assert_eq!(status(&table, "by-mood"), Some(IndexStatus::Backfilling));
    fixture.at("backfill::before_chunk", "off");
    let table = until(&fixture, "ACTIVE", |table| {
        status(table, "by-mood") == Some(IndexStatus::Active)
    })
    .await;
    assert_eq!(table.check_indexes().unwrap(), vec![]);
    let found = table.query(&of_mood("low")).unwrap().to_items().unwrap();
    assert_eq!(found.len(), 6, "0, 1, 4, 5, 8, 9: {found:?}");
    let of_index = table.index_statistics("by-mood").unwrap();
    assert_eq!(of_index.items, 8, "and 3, 7");
    let left = fixture
        .realm
        .system_list(crate::SystemStore::BACKFILLS, b"");
    assert_eq!(left.unwrap(), vec![], "no progress is left behind");
}

#[tokio::test]
async fn items_that_do_not_fit_stay_out() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let moods: [AttributeValue; 5] = [
        s("low"),
        n(1),
        s(""),
        s(&"x".repeat(2049)),
        AttributeValue::Null,
    ];
    for (song, mood) in (0..).zip(moods) {
        let mut song = key("abba", song);
        song.attributes.insert("mood".to_owned(), mood);
        fixture.put("Music", song).await;
    }
    update_table(&fixture, adding(by_mood())).await.unwrap();
    let table = until(&fixture, "ACTIVE", |table| {
        status(table, "by-mood") == Some(IndexStatus::Active)
    })
    .await;
    assert_eq!(table.check_indexes().unwrap(), vec![]);
    assert_eq!(table.index_statistics("by-mood").unwrap().items, 1);
    // From now on they are refused.
    let misfit = item(&[("artist", s("abba")), ("song", n(9)), ("mood", n(1))]);
    let put = fixture.write("Music", ItemChange::Put(misfit), None).await;
    assert_eq!(
        text(put),
        "One or more parameter values were invalid: Type mismatch for Index Key mood Expected: S \
         Actual: N IndexName: by-mood"
    );
}

#[tokio::test]
async fn an_index_is_gone_when_nobody_reads_it() {
    let fixture = Fixture::new().await;
    songs(&fixture, 4).await;
    update_table(&fixture, adding(by_mood())).await.unwrap();
    let reader = until(&fixture, "ACTIVE", |table| {
        status(table, "by-mood") == Some(IndexStatus::Active)
    })
    .await;
    let keyspace = anywhen_engine::KeyspaceName::index(reader.realm(), reader.id(), 4);
    let keyspaces = || fixture.realm.shared.engine.keyspace_names().unwrap();
    assert!(keyspaces().contains(&keyspace));

    fixture.at("drop_index::before_forget", "pause");
    update_table(&fixture, dropping("by-mood")).await.unwrap();
    let table = fixture.table("Music");
    assert_eq!(status(&table, "by-mood"), Some(IndexStatus::Deleting));
    assert_eq!(table.record().status, TableStatus::Updating);
    assert_eq!(
        text(table.query(&of_mood("low"))),
        "The table does not have the specified index: by-mood"
    );
    // Nothing keeps it any more.
    let misfit = item(&[("artist", s("abba")), ("song", n(9)), ("mood", n(1))]);
    fixture.put("Music", misfit).await;

    fixture.at("drop_index::before_forget", "off");
    let table = until(&fixture, "gone", |table| status(table, "by-mood").is_none()).await;
    assert_eq!(table.record().status, TableStatus::Active);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    // Whoever began to read before may go on, with new snapshots, too.
    assert_eq!(
        reader
            .query(&of_mood("low"))
            .unwrap()
            .to_items()
            .unwrap()
            .len(),
        2
    );
    drop(reader);
    for _ in 0..1_000_000 {
        if !keyspaces().contains(&keyspace) {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(!keyspaces().contains(&keyspace));

    // An index of the same name is another one.
    update_table(&fixture, adding(by_mood())).await.unwrap();
    let table = until(&fixture, "ACTIVE", |table| {
        status(table, "by-mood") == Some(IndexStatus::Active)
    })
    .await;
    assert_eq!(table.record().index("by-mood").unwrap().number, 5);
    assert_eq!(
        table
            .query(&of_mood("low"))
            .unwrap()
            .to_items()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn an_index_is_dropped_while_it_is_filled_and_after_a_restart() {
    for restart in [false, true] {
        let fixture = Fixture::with_chunks_of(1).await;
        songs(&fixture, 6).await;
        fixture.at("backfill::before_chunk", "3*off->pause");
        update_table(&fixture, adding(by_mood())).await.unwrap();
        until(&fixture, "some chunks", |table| {
            table.index_statistics("by-mood").unwrap().items == 3
        })
        .await;
        fixture.at("drop_index::before_forget", "pause");
        update_table(&fixture, dropping("by-mood")).await.unwrap();
        let fixture = if restart {
            fixture.reopen().await
        } else {
            fixture
        };
        let table = fixture.table("Music");
        assert_eq!(status(&table, "by-mood"), Some(IndexStatus::Deleting));
        fixture.at("drop_index::before_forget", "off");
        fixture.at("backfill::before_chunk", "off");
        let table = until(&fixture, "gone", |table| status(table, "by-mood").is_none()).await;
        assert_eq!(table.check_indexes().unwrap(), vec![]);
        let left = fixture
            .realm
            .system_list(crate::SystemStore::BACKFILLS, b"");
        assert_eq!(left.unwrap(), vec![]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_filling_that_fails_goes_on_later() {
    let fixture = Fixture::with_chunks_of(1).await;
    songs(&fixture, 4).await;
    fixture.at(
        "backfill::before_chunk",
        "2*off->3*return(the disk is full)->off",
    );
    update_table(&fixture, adding(by_mood())).await.unwrap();
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if status(&fixture.table("Music"), "by-mood") == Some(IndexStatus::Active) {
            break;
        }
    }
    let table = fixture.table("Music");
    assert_eq!(status(&table, "by-mood"), Some(IndexStatus::Active));
    assert_eq!(table.check_indexes().unwrap(), vec![]);
    assert_eq!(
        table
            .query(&of_mood("low"))
            .unwrap()
            .to_items()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_table_made_from_one_whose_indexes_change_has_them_settled() {
    let fixture = Fixture::new().await;
    songs(&fixture, 2).await;
    fixture.at("backfill::before_begin", "pause");
    update_table(&fixture, adding(by_mood())).await.unwrap();
    let settled = fixture.table("Music").record().clone().settled();
    assert_eq!(settled.status, TableStatus::Active);
    assert_eq!(
        settled.index("by-mood").unwrap().status,
        IndexStatus::Active
    );

    fixture.at("backfill::before_begin", "off");
    until(&fixture, "ACTIVE", |table| {
        status(table, "by-mood") == Some(IndexStatus::Active)
    })
    .await;
    fixture.at("drop_index::before_forget", "pause");
    update_table(&fixture, dropping("by-mood")).await.unwrap();
    let settled = fixture.table("Music").record().clone().settled();
    assert_eq!(settled.index("by-mood"), None);
    assert_eq!(settled.next_index_number(), 5, "its number stays used");
}
