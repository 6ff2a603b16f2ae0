//! The history of the system's own records: what is logged gives the records back.

use std::collections::BTreeMap;

use anywhen_kms::place;
use anywhen_model::TableId;
use bytes::Bytes;

use super::fixture::{Fixture, item, music, n, name, s};
use super::writes::{all_logged, logged};
use crate::{
    ClientRequestToken, ITEMS_PART, ItemChange, SystemChange, SystemStore, TransactAction,
    WriteAction,
};

/// What the logged changes of the system leave, opened with the key the archiver is given.
async fn replayed(fixture: &Fixture) -> BTreeMap<Bytes, Bytes> {
    let keys = fixture.realm.table_keys(TableId::SYSTEM).unwrap();
    let mut records = BTreeMap::new();
    for record in all_logged(&fixture.realm).await {
        if record.table != TableId::SYSTEM {
            continue;
        }
        match record.value {
            Some(sealed) => {
                let place = place(TableId::SYSTEM, ITEMS_PART, &record.key);
                let opened = keys.cipher.open(&place, &sealed).unwrap();
                records.insert(record.key, opened.into());
            }
            None => drop(records.remove(&record.key)),
        }
    }
    records
}

fn stored(fixture: &Fixture) -> BTreeMap<Bytes, Bytes> {
    let snapshot = fixture.realm.snapshot().unwrap();
    let items = fixture.realm.system_items(&*snapshot).unwrap();
    assert!(items.is_sorted(), "a keyframe takes them in key order");
    items.into_iter().collect()
}

fn change(store: SystemStore, key: &[u8], value: Option<&[u8]>) -> SystemChange {
    SystemChange {
        store,
        key: key.to_vec(),
        value: value.map(<[u8]>::to_vec),
    }
}

#[tokio::test]
async fn every_change_that_a_lost_server_needs_is_logged_with_its_commit() {
    let fixture = Fixture::new().await;
    let realm = &fixture.realm;
    fixture.music().await;
    let mut managed = music("Managed");
    managed.managed_encryption = true;
    let managed = realm.create_table(managed).await.unwrap();
    realm.set_history(managed.id(), Some(7)).await.unwrap();
    realm
        .system_commit(vec![
            change(SystemStore::BACKUPS, b"one", Some(b"1")),
            change(SystemStore::BACKUPS, b"two", Some(b"")),
            change(SystemStore::WINDOW_FLOORS, b"w", Some(b"3")),
        ])
        .await
        .unwrap();
    realm
        .system_commit(vec![change(SystemStore::BACKUPS, b"one", None)])
        .await
        .unwrap();
    realm
        .begin_delete(&name("Music"), Vec::new())
        .await
        .unwrap();
    let found = stored(&fixture);
    assert_eq!(replayed(&fixture).await, found);
    // Two tables, the managed key, a backup, a floor.
    assert_eq!(found.len(), 5);
    for (key, value) in found {
        let back = SystemChange::from_history(&key, value.to_vec()).unwrap();
        let known = realm.system_get(back.store, &back.key).unwrap();
        assert_eq!(known, back.value);
    }
    assert!(
        logged(realm).await.is_empty(),
        "no table of a user has written"
    );
}

#[tokio::test]
async fn what_only_this_data_directory_needs_is_not_logged() {
    let fixture = Fixture::new().await;
    let realm = &fixture.realm;
    fixture.music().await;
    let before = all_logged(realm).await.len();
    let local = SystemStore::new("local");
    for store in [local, SystemStore::RESTORES] {
        realm
            .system_commit(vec![change(store, b"k", Some(b"v"))])
            .await
            .unwrap();
    }
    let put = TransactAction {
        table: name("Music"),
        action: WriteAction {
            change: ItemChange::Put(item(&[("artist", s("a")), ("song", n(1))])),
            condition: None,
        },
    };
    let token = ClientRequestToken {
        token: "again".to_owned(),
        request_hash: [1; 16],
    };
    realm.transact_write(&[put], Some(&token)).await.unwrap();
    assert_eq!(all_logged(realm).await.len(), before);
}

#[tokio::test]
async fn a_record_of_an_unknown_store_is_refused() {
    for key in [&b"later\0k"[..], b"catalog", b""] {
        assert!(SystemChange::from_history(key, Vec::new()).is_err());
    }
}
