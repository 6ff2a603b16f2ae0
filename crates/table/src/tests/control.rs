//! The life of tables: names, deletion, restarts, keys.

use anywhen_engine::KeyspaceName;
use anywhen_kms::WrappedKey;
use anywhen_model::{CommitTimestamp, TableId};

use super::fixture::{Fixture, key, music, name, s, simple, text};
use crate::{
    CreateTable, Encryption, PitrRecord, SystemChange, SystemStore, TableStatus, UpdateTable,
};

fn note(key: &[u8], value: Option<&[u8]>) -> SystemChange {
    SystemChange {
        store: SystemStore::BACKUPS,
        key: key.to_vec(),
        value: value.map(<[u8]>::to_vec),
    }
}

#[tokio::test]
async fn a_name_is_free_once_its_table_is_gone() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    assert_eq!(table.record().status, TableStatus::Active);
    let again = fixture.realm.create_table(music("Music")).await;
    assert_eq!(text(again), "Table already exists: Music");
    let gone = fixture.realm.begin_delete(&name("Nothing"), vec![]).await;
    assert_eq!(
        text(gone),
        "Requested resource not found: Table: Nothing not found"
    );

    fixture.put("Music", key("a", 1)).await;
    let also = vec![note(b"backup", Some(b"of Music"))];
    let (deleting, _) = fixture
        .realm
        .begin_delete(&name("Music"), also)
        .await
        .unwrap();
    assert_eq!(deleting.record().status, TableStatus::Deleting);
    let stored = fixture
        .realm
        .system_get(SystemStore::BACKUPS, b"backup")
        .unwrap();
    assert_eq!(stored.as_deref(), Some(&b"of Music"[..]));
    assert_eq!(
        text(fixture.realm.create_table(music("Music")).await),
        "Table already exists: Music"
    );
    assert_eq!(
        text(fixture.realm.begin_delete(&name("Music"), vec![]).await),
        "Attempt to change a resource which is still in use: Table is being deleted: Music"
    );
    let update = UpdateTable {
        deletion_protection: Some(true),
        ..UpdateTable::default()
    };
    assert_eq!(
        text(fixture.realm.update_table(&name("Music"), update).await),
        "Attempt to change a resource which is still in use: Table is being deleted: Music"
    );
    fixture
        .realm
        .finish_delete(table.id(), vec![note(b"backup", None)])
        .await
        .unwrap();
    assert_eq!(
        fixture
            .realm
            .system_get(SystemStore::BACKUPS, b"backup")
            .unwrap(),
        None
    );
    let names = fixture.realm.shared.engine.keyspace_names().unwrap();
    assert!(names.iter().all(|name| name.table() != Some(table.id())));
    let again = fixture.realm.create_table(music("Music")).await.unwrap();
    assert_ne!(again.id(), table.id());
    assert_eq!(fixture.get("Music", key("a", 1)), None);
}

#[tokio::test]
async fn a_protected_table_is_not_deleted() {
    let fixture = Fixture::new().await;
    let protected = CreateTable {
        deletion_protection: true,
        ..music("Music")
    };
    fixture.realm.create_table(protected).await.unwrap();
    assert_eq!(
        text(fixture.realm.begin_delete(&name("Music"), vec![]).await),
        "Resource cannot be deleted as it is currently protected against deletion. Disable \
         deletion protection first."
    );
    let update = UpdateTable {
        deletion_protection: Some(false),
        ..UpdateTable::default()
    };
    fixture
        .realm
        .update_table(&name("Music"), update)
        .await
        .unwrap();
    fixture
        .realm
        .begin_delete(&name("Music"), vec![])
        .await
        .unwrap();
}

#[tokio::test]
async fn a_restart_finds_everything_and_sweeps_the_rest() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    fixture
        .realm
        .set_history(table.id(), Some(7))
        .await
        .unwrap();
    fixture.realm.create_table(simple("Plain")).await.unwrap();
    let (deleting, _) = fixture
        .realm
        .begin_delete(&name("Plain"), vec![])
        .await
        .unwrap();
    for number in 0..10 {
        let mut song = key("a", number);
        song.attributes.insert("tag".to_owned(), s("t"));
        fixture.put("Music", song).await;
    }
    let engine = &fixture.realm.shared.engine;
    let stray = KeyspaceName::items(fixture.realm.realm(), TableId::from_u128(99));
    engine.keyspace(&stray).unwrap();
    let before = fixture.table("Music");
    let (record, statistics) = (before.record().clone(), before.statistics());

    let fixture = fixture.reopen().await;
    let after = fixture.table("Music");
    assert_eq!(*after.record(), record);
    assert_eq!(fixture.table("Plain").record(), deleting.record());
    assert!(
        !fixture
            .realm
            .shared
            .engine
            .keyspace_names()
            .unwrap()
            .contains(&stray)
    );
    while after.statistics() != statistics {
        tokio::task::yield_now().await;
    }
    fixture.put("Music", key("a", 10)).await;
    assert_eq!(after.statistics().items, 11);
    assert_eq!(after.check_indexes().unwrap(), []);
    let keys = fixture
        .tables
        .table_keys(fixture.realm.realm(), after.id())
        .unwrap();
    assert_eq!(keys.wrapped, record.wrapped_key);
    fixture
        .realm
        .finish_delete(deleting.id(), vec![])
        .await
        .unwrap();
    assert_eq!(fixture.realm.tables().len(), 1);
}

/// The first of the two commits that switch history on holds no instant yet.
#[tokio::test]
async fn a_history_whose_beginning_was_not_stored_begins_at_the_restart() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    let begun = PitrRecord {
        enabled_at: CommitTimestamp::ZERO,
        span_at: None,
        recovery_period_days: 7,
    };
    let (_, committed) = fixture
        .realm
        .commit_history(table.id(), Some(begun))
        .await
        .unwrap();
    let written = fixture.put("Music", key("a", 1)).await.timestamp;
    let fixture = fixture.reopen().await;
    let history = fixture.table("Music").record().history.clone().unwrap();
    assert!(history.enabled_at >= written && written > committed);
    let keyframed = move |history: &mut PitrRecord| history.span_at = Some(written);
    let table = fixture
        .realm
        .update_history(table.id(), keyframed)
        .await
        .unwrap();
    let fixture = fixture.reopen().await;
    assert_eq!(fixture.table("Music").record(), table.record());
    assert_eq!(
        table.record().history.clone().unwrap().span_at,
        Some(written)
    );
}

#[tokio::test]
async fn tables_are_listed_by_name_bytes() {
    let fixture = Fixture::new().await;
    for table in ["beta", "Zeta", "alpha", "Alpha"] {
        fixture.realm.create_table(simple(table)).await.unwrap();
    }
    let names: Vec<String> = fixture
        .realm
        .tables()
        .iter()
        .map(|table| table.record().name.to_string())
        .collect();
    assert_eq!(names, ["Alpha", "Zeta", "alpha", "beta"]);
}

#[tokio::test]
async fn nothing_stored_is_readable() {
    let fixture = Fixture::new().await;
    let table = fixture.music().await;
    let mut song = key("a partition key", 1);
    song.attributes
        .insert("tag".to_owned(), s("a tag of an index"));
    fixture.put("Music", song).await;
    fixture
        .realm
        .system_commit(vec![note(b"key", Some(b"a system record"))])
        .await
        .unwrap();
    let engine = &fixture.realm.shared.engine;
    let snapshot = engine.snapshot().unwrap();
    let mut stored = Vec::new();
    for keyspace in engine.keyspace_names().unwrap() {
        let everything = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        let handle = engine.keyspace(&keyspace).unwrap();
        let records = snapshot.range(handle, everything, anywhen_engine::Direction::Forward);
        for record in records.unwrap() {
            let (key, value) = record.unwrap();
            stored.extend_from_slice(&key);
            stored.extend_from_slice(&value);
        }
    }
    let words: [&[u8]; 5] = [
        b"a partition key",
        b"a tag of",
        b"a system record",
        b"Music",
        table.hash_secret().as_bytes(),
    ];
    for word in words {
        assert!(
            !stored.windows(word.len()).any(|window| window == word),
            "{word:?}"
        );
    }
}

#[tokio::test]
async fn a_managed_key_is_made_once_and_wraps_the_tables_that_ask_for_it() {
    let fixture = Fixture::new().await;
    let managed = CreateTable {
        managed_encryption: true,
        ..simple("Managed")
    };
    let table = fixture.realm.create_table(managed).await.unwrap();
    let arn = fixture.realm.managed_key().await.unwrap().arn;
    assert!(
        arn.starts_with("arn:aws:kms:us-east-1:123456789012:key/"),
        "{arn}"
    );
    let record = table.record().clone();
    assert_eq!(
        record.encryption,
        Encryption::AwsManaged {
            key_arn: arn.clone()
        }
    );
    let plain = fixture.realm.create_table(simple("Plain")).await.unwrap();
    assert_eq!(plain.record().encryption, Encryption::AwsOwned);
    let chain = |wrapped: &WrappedKey| wrapped.encode().len();
    assert!(chain(&record.wrapped_key) > chain(&plain.record().wrapped_key));

    let fixture = fixture.reopen().await;
    assert_eq!(fixture.realm.managed_key().await.unwrap().arn, arn);
    assert_eq!(fixture.table("Managed").record(), &record);
}
