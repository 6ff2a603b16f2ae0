//! Restore targets: loaded in bulk from a description and items, unseen until they are whole.

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Item};

use super::fixture::{Fixture, key, name, query, s, text};
use crate::{
    GetItem, ITEMS_PART, LoadedStatistics, RestoreRecord, RestoreTarget, Statistics, Table,
    TableError, TableStatus,
};

fn target(source: &Table, table: &str) -> RestoreTarget {
    let record = source.record().clone();
    RestoreTarget {
        name: name(table),
        billing_mode: record.billing_mode,
        throughput: record.throughput,
        on_demand: record.on_demand,
        indexes: record.indexes.clone(),
        managed_encryption: false,
        restore: RestoreRecord {
            source_backup_arn: None,
            source_table_arn: Some("arn".to_owned()),
            at: CommitTimestamp::from_seconds(1),
        },
        source: record,
    }
}

/// Loads what `source` holds into `target`, as a restore does.
pub(super) fn load(source: &Table, target: &Table) -> LoadedStatistics {
    let engine = &target.engine;
    let mut loaded = LoadedStatistics::default();
    let mut entries = Vec::new();
    let mut items = engine
        .bulk_load(target.keyspace(ITEMS_PART).unwrap())
        .unwrap();
    for record in source.snapshot_items().unwrap().1 {
        let (key, stored) = record.unwrap();
        let item = anywhen_model::decode_item(&stored).unwrap();
        items
            .write(&key, &target.seal(ITEMS_PART, &key, &stored))
            .unwrap();
        loaded.items.add(item.size_bytes());
        entries.extend(target.index_entries(&key, &item));
    }
    items.finish().unwrap();
    entries.sort_by(|one, other| (one.number, &one.key).cmp(&(other.number, &other.key)));
    for index in &target.record().indexes {
        let mut bulk = engine
            .bulk_load(target.keyspace(index.number).unwrap())
            .unwrap();
        let mut statistics = Statistics::default();
        for entry in entries.iter().filter(|entry| entry.number == index.number) {
            let sealed = target.seal(entry.number, &entry.key, &entry.stored);
            bulk.write(&entry.key, &sealed).unwrap();
            statistics.add(entry.size_bytes);
        }
        bulk.finish().unwrap();
        loaded.indexes.push((index.number, statistics));
    }
    loaded
}

fn all(table: &Table) -> Vec<(bytes::Bytes, Vec<u8>)> {
    table
        .snapshot_items()
        .unwrap()
        .1
        .map(Result::unwrap)
        .collect()
}

async fn source() -> (Fixture, Arc<Table>) {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    for number in 0..20 {
        let mut song = key(&format!("artist {}", number % 3), number);
        song.attributes
            .insert("tag".to_owned(), s(&format!("t{}", number % 2)));
        fixture.put("Music", song).await;
    }
    (fixture, table)
}

#[tokio::test]
async fn a_restored_table_is_its_source_under_new_keys() {
    let (fixture, source) = source().await;
    let (made, _) = fixture
        .realm
        .create_restore_target(target(&source, "Restored"), vec![])
        .await
        .unwrap();
    assert_eq!(made.record().status, TableStatus::Creating);
    let song = |artist: &str, number| GetItem {
        key: key(artist, number),
        projection: None,
        consistent_read: true,
    };
    assert_eq!(
        fixture.realm.open_table(&name("Restored")).map(|_| ()),
        Err(TableError::ResourceNotFound)
    );
    let loaded = load(&source, &made);
    let (published, _) = fixture
        .realm
        .publish_restored(made.id(), loaded.clone(), vec![])
        .await
        .unwrap();
    assert_eq!(published.record().status, TableStatus::Active);
    assert_eq!(
        all(&published),
        all(&source),
        "the same stored keys, the same stored items"
    );
    assert_eq!(published.check_indexes().unwrap(), []);
    assert_eq!(published.statistics(), source.statistics());
    assert_eq!(
        published.index_statistics("tag"),
        source.index_statistics("tag")
    );
    let sealed = |table: &Table| {
        let part = table.keyspace(ITEMS_PART).unwrap();
        let stored_key = all(table).remove(0).0;
        fixture
            .realm
            .snapshot()
            .unwrap()
            .get(part, &stored_key)
            .unwrap()
            .unwrap()
    };
    let stored_key = all(&source).remove(0).0;
    assert!(
        published
            .unseal(ITEMS_PART, &stored_key, &sealed(&source))
            .is_err()
    );

    fixture.put("Restored", key("new", 1)).await;
    let fixture = fixture.reopen().await;
    let table = fixture.table("Restored");
    assert!(table.get_item(&song("artist 0", 0)).unwrap().item.is_some());
    assert_eq!(fixture.get("Music", key("new", 1)), None::<Item>);
    while table.statistics().items != 21 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_source_may_be_gone_and_indexes_may_be_left_out() {
    let (fixture, source) = source().await;
    let record = source.record().clone();
    fixture
        .realm
        .begin_delete(&name("Music"), vec![])
        .await
        .unwrap();
    let mut target = target(&source, "Restored");
    target.indexes.retain(|index| index.name.as_str() == "tag");
    let (made, _) = fixture
        .realm
        .create_restore_target(target, vec![])
        .await
        .unwrap();
    let loaded = load(&source, &made);
    fixture
        .realm
        .finish_delete(record.id, vec![])
        .await
        .unwrap();
    let (table, _) = fixture
        .realm
        .publish_restored(made.id(), loaded, vec![])
        .await
        .unwrap();
    assert_eq!(table.check_indexes().unwrap(), []);
    let mut by_tag = query("tag = :t", &[(":t", s("t1"))]);
    by_tag.options.index = Some("tag".try_into().unwrap());
    assert_eq!(table.query(&by_tag).unwrap().count, 10);
}

#[tokio::test]
async fn a_restore_that_is_not_finished_leaves_nothing() {
    let (fixture, source) = source().await;
    let (made, _) = fixture
        .realm
        .create_restore_target(target(&source, "Restored"), vec![])
        .await
        .unwrap();
    load(&source, &made);
    let again = fixture
        .realm
        .create_restore_target(target(&source, "Restored"), vec![])
        .await;
    assert_eq!(
        text(again),
        "Attempt to change a resource which is still in use: Table is being used: Restored"
    );
    let fixture = fixture.reopen().await;
    let found = fixture.realm.table_by_id(made.id()).unwrap();
    assert_eq!(
        found.record().status,
        TableStatus::Creating,
        "a restart can go on with it"
    );
    fixture
        .realm
        .drop_restore_target(made.id(), vec![])
        .await
        .unwrap();
    let names = fixture.realm.shared.engine.keyspace_names().unwrap();
    assert!(names.iter().all(|name| name.table() != Some(made.id())));
    assert!(fixture.realm.table(&name("Restored")).is_err());
}
