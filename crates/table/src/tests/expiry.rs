//! Time to live: the setting, which items it is about, and that each is deleted once and whole.

mod random;

use std::sync::Arc;

use anywhen_engine::blocking::in_step;
use anywhen_model::{AttributeValue, Item, Number, TableId, limits};
use tokio::task::JoinHandle;

use super::fixture::{Fixture, START_MICROS, item, key, music, n, name, s, text, update};
use super::restore::load;
use super::streams::{all, newest, specification};
use super::writes::logged;
use crate::{
    IndexChange, ItemChange, StreamEvent, StreamIdentity, StreamViewType, SystemStore, TableError,
    TimeToLiveStatus, UpdateTable,
};

const NOW: i64 = (START_MICROS / 1_000_000) as i64;

async fn switch(fixture: &Fixture, attribute: &str, enabled: bool) -> Result<(), TableError> {
    let music = name("Music");
    let switched = fixture
        .realm
        .update_time_to_live(&music, attribute, enabled);
    switched.await
}

fn status(fixture: &Fixture) -> TimeToLiveStatus {
    fixture.realm.time_to_live(&name("Music")).unwrap()
}

fn enabled(attribute: &str) -> TimeToLiveStatus {
    TimeToLiveStatus::Enabled(attribute.to_owned())
}

/// A song that is in every index and expires at a second, or never.
fn song(number: i64, expires: Option<AttributeValue>) -> Item {
    let mut song = key("abba", number);
    let rest = item(&[
        ("genre", s("pop")),
        ("year", n(1974)),
        ("tag", s("t")),
        ("label", s("polar")),
        ("note", s("n")),
    ]);
    song.attributes.extend(rest.attributes);
    song.attributes
        .extend(expires.map(|at| ("expires".to_owned(), at)));
    song
}

fn songs_left(fixture: &Fixture, of: i64) -> Vec<i64> {
    let there = |number: &i64| fixture.get("Music", key("abba", *number)).is_some();
    (0..of).filter(there).collect()
}

fn check(fixture: &Fixture) {
    assert_eq!(fixture.table("Music").check_indexes().unwrap(), vec![]);
}

/// Waits for a condition; jobs run meanwhile.
async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..1_000_000 {
        if condition() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("never: {what}");
}

fn keyspaces_of(fixture: &Fixture, table: TableId) -> usize {
    let names = fixture.realm.shared.engine.keyspace_names().unwrap();
    let of_table = names.iter().filter(|name| name.table() == Some(table));
    of_table.count()
}

/// Begins to enable what a failpoint keeps from being filled.
async fn begin_enabling(fixture: &Fixture) {
    let (realm, music) = (Arc::clone(&fixture.realm), name("Music"));
    // Who asks gives up waiting, as one does after a while.
    let asking =
        tokio::spawn(async move { realm.update_time_to_live(&music, "expires", true).await });
    let known = || status(fixture) != TimeToLiveStatus::Disabled;
    until("enabling is known", known).await;
    asking.abort();
}

/// A pass that has found what has expired, and is held before it deletes it.
async fn found_and_held(fixture: &Fixture) -> JoinHandle<u64> {
    fixture.at("expiry::before_delete", "pause");
    let tables = Arc::clone(&fixture.tables);
    // What the pass reads, it has read within its first turns.
    let in_step = in_step();
    let pass = tokio::spawn(async move { tables.expire_items().await });
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    drop(in_step);
    pass
}

#[tokio::test]
async fn the_setting_says_what_it_is() {
    let fixture = Fixture::new().await;
    let music = name("Music");
    let missing = "Requested resource not found: Table: Music not found";
    assert_eq!(text(fixture.realm.time_to_live(&music)), missing);
    assert_eq!(text(switch(&fixture, "expires", true).await), missing);
    fixture.music().await;
    assert_eq!(status(&fixture), TimeToLiveStatus::Disabled);
    let disabled = "TimeToLive is already disabled";
    assert_eq!(text(switch(&fixture, "expires", false).await), disabled);

    switch(&fixture, "expires", true).await.unwrap();
    assert_eq!(status(&fixture), enabled("expires"));
    let other =
        "TimeToLive is active on a different AttributeName: current AttributeName is expires";
    for on in [true, false] {
        assert_eq!(text(switch(&fixture, "until", on).await), other);
    }
    let already = "TimeToLive is already enabled";
    assert_eq!(text(switch(&fixture, "expires", true).await), already);

    let fixture = fixture.reopen().await;
    assert_eq!(status(&fixture), enabled("expires"));
    switch(&fixture, "expires", false).await.unwrap();
    assert_eq!(status(&fixture), TimeToLiveStatus::Disabled);
    assert_eq!(text(switch(&fixture, "until", false).await), disabled);
    switch(&fixture, "until", true).await.unwrap();
    assert_eq!(status(&fixture), enabled("until"));

    let (deleting, _) = fixture.realm.begin_delete(&music, vec![]).await.unwrap();
    let describing = "Cannot describe time to live while table is in DELETING state: Current \
                      table state is DELETING";
    assert_eq!(text(fixture.realm.time_to_live(&music)), describing);
    let in_use = "Attempt to change a resource which is still in use: Table is being deleted: \
                  Music";
    assert_eq!(text(switch(&fixture, "until", false).await), in_use);
    let id = deleting.id();
    fixture.realm.finish_delete(id, vec![]).await.unwrap();
    fixture.music().await;
    assert_eq!(status(&fixture), TimeToLiveStatus::Disabled);
}

#[tokio::test]
async fn a_change_may_have_to_wait_for_the_next() {
    let fixture = Fixture::with_time_to_live_cooldown_of(1860).await;
    fixture.music().await;
    switch(&fixture, "expires", true).await.unwrap();
    let refused = "Time to live has been modified multiple times within a fixed interval";
    let already = "TimeToLive is already enabled";
    assert_eq!(text(switch(&fixture, "expires", true).await), already);
    fixture.clock.advance(1_859_000_000);
    assert_eq!(text(switch(&fixture, "expires", false).await), refused);
    fixture.clock.advance(1_000_000);
    switch(&fixture, "expires", false).await.unwrap();
    let fixture = fixture.reopen().await;
    assert_eq!(text(switch(&fixture, "expires", true).await), refused);
    fixture.clock.advance(1_860_000_000);
    switch(&fixture, "expires", true).await.unwrap();
}

#[tokio::test]
async fn only_what_has_expired_within_five_years_is_deleted() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let number = |text: &str| AttributeValue::N(Number::parse(text).unwrap());
    let past = limits::TIME_TO_LIVE_PAST_SECONDS_MAX as i64;
    let cases = [
        (None, false),
        (Some(n(NOW - 1)), true),
        (Some(n(NOW)), false),
        (Some(n(NOW + 1)), false),
        (Some(number(&format!("{}.999", NOW - 1))), true),
        (Some(number(&format!("{NOW}.001"))), false),
        (Some(n(NOW - past + 1)), true),
        (Some(n(NOW - past)), false),
        (Some(n(NOW - past - 1)), false),
        (Some(n(0)), false),
        (Some(n(-1)), false),
        (Some(n(NOW * 1000)), false),
        (Some(number("1e125")), false),
        (Some(number("-1e125")), false),
        (Some(s(&(NOW - 1).to_string())), false),
        (Some(AttributeValue::Bool(true)), false),
        (Some(AttributeValue::Null), false),
        (Some(AttributeValue::L(vec![n(NOW - 1)])), false),
    ];
    let count = cases.len() as i64;
    let (before, after) = cases.split_at(cases.len() / 2);
    let put = async |cases: &[(Option<AttributeValue>, bool)], from: i64| {
        for (number, (expires, _)) in (from..).zip(cases) {
            fixture.put("Music", song(number, expires.clone())).await;
        }
    };
    put(before, 0).await;
    assert_eq!(fixture.tables.expire_items().await, 0, "not enabled");
    switch(&fixture, "expires", true).await.unwrap();
    put(after, before.len() as i64).await;
    check(&fixture);
    let expired = cases.iter().filter(|(_, expired)| *expired).count() as u64;
    assert_eq!(fixture.tables.expire_items().await, expired);
    let kept = (0..).zip(&cases).filter(|(_, (_, expired))| !expired);
    let kept: Vec<i64> = kept.map(|(number, _)| number).collect();
    assert_eq!(songs_left(&fixture, count), kept);
    check(&fixture);
    assert_eq!(fixture.table("Music").statistics().items, kept.len() as u64);

    // Time passes: what was due now or a second later goes, and nothing else ever comes.
    fixture.clock.advance(2_000_000);
    assert_eq!(fixture.tables.expire_items().await, 3);
    check(&fixture);
    assert_eq!(fixture.tables.expire_items().await, 0);
}

#[tokio::test]
async fn whoever_changes_an_item_first_has_rescued_it() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    switch(&fixture, "expires", true).await.unwrap();
    for number in 0..4 {
        fixture.put("Music", song(number, Some(n(NOW - 1)))).await;
    }
    // The pass has found them, and deletes them no sooner than they are changed.
    let pass = found_and_held(&fixture).await;
    let changes = [
        ("SET expires = :e", vec![(":e", n(NOW + 100))]),
        ("REMOVE expires", vec![]),
        ("SET expires = :e", vec![(":e", s("never"))]),
    ];
    for (number, (change, values)) in (0..).zip(&changes) {
        let key = key("abba", number);
        let update = Some(update(change, values));
        let change = ItemChange::Update { key, update };
        fixture.write("Music", change, None).await.unwrap();
    }
    fixture.at("expiry::before_delete", "off");
    assert_eq!(pass.await.unwrap(), 1);
    assert_eq!(songs_left(&fixture, 4), [0, 1, 2]);
    check(&fixture);
    fixture.clock.advance(101_000_000);
    assert_eq!(fixture.tables.expire_items().await, 1);
    assert_eq!(songs_left(&fixture, 4), [1, 2]);
}

#[tokio::test]
async fn what_is_disabled_deletes_nothing_and_leaves_nothing() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let keyspaces = || fixture.table("Music").keyspace_names().len();
    let before = keyspaces();
    switch(&fixture, "expires", true).await.unwrap();
    assert_eq!(keyspaces(), before + 1);
    fixture.put("Music", song(0, Some(n(NOW - 1)))).await;
    let pass = found_and_held(&fixture).await;
    switch(&fixture, "expires", false).await.unwrap();
    fixture.at("expiry::before_delete", "off");
    assert_eq!(pass.await.unwrap(), 0);
    assert_eq!(songs_left(&fixture, 1), [0]);
    assert_eq!(keyspaces(), before);

    // The keyspace of before is gone, and its number does not come back.
    let table = fixture.table("Music").id();
    until("the keyspace is gone", || {
        keyspaces_of(&fixture, table) == before
    })
    .await;
    let number = fixture.table("Music").record().next_index_number();
    switch(&fixture, "label", true).await.unwrap();
    let setting = fixture
        .table("Music")
        .record()
        .settings
        .time_to_live
        .clone();
    assert_eq!(setting.unwrap().number, number);
    assert_eq!(number, 5, "three indexes, and the setting before");
}

#[tokio::test]
async fn what_was_there_before_is_found_and_a_restart_goes_on() {
    let fixture = Fixture::with_chunks_of(3).await;
    fixture.music().await;
    for number in 0..200 {
        let expires = (number % 2 == 0).then(|| n(NOW - 1 - number));
        fixture.put("Music", song(number, expires)).await;
    }
    fixture.at("backfill::before_chunk", "3*off->pause");
    begin_enabling(&fixture).await;
    let enabling = TimeToLiveStatus::Enabling("expires".to_owned());
    assert_eq!(status(&fixture), enabling);
    check(&fixture);
    // Writes on both sides of where the filling stands: the same again, moved, gone, new.
    for number in (0..200).step_by(5) {
        let key = key("abba", number);
        let change = match number % 4 {
            0 => ItemChange::Update {
                key,
                update: Some(update("SET remark = :r", &[(":r", s("same entry"))])),
            },
            1 => ItemChange::Put(song(number, Some(n(NOW - 7)))),
            2 => ItemChange::Delete { key },
            _ => ItemChange::Put(song(number, None)),
        };
        fixture.write("Music", change, None).await.unwrap();
        check(&fixture);
    }
    // What is known is deleted already.
    until("some are known", || {
        let through = fixture.realm.system_list(SystemStore::BACKFILLS, b"");
        !through.unwrap().is_empty()
    })
    .await;
    let early = fixture.tables.expire_items().await;
    assert!((1..100).contains(&early), "{early}");

    let fixture = fixture.reopen().await;
    assert_eq!(status(&fixture), enabling);
    fixture.at("backfill::before_chunk", "off");
    until("filled", || status(&fixture) == enabled("expires")).await;
    check(&fixture);
    fixture.tables.expire_items().await;
    let left = songs_left(&fixture, 200);
    let expected = |number: &i64| match (number % 5, number % 4) {
        (0, 0..=2) => false,
        (0, _) => true,
        _ => number % 2 == 1,
    };
    let expected: Vec<i64> = (0..200).filter(expected).collect();
    assert_eq!(left, expected);
    check(&fixture);
    assert_eq!(fixture.table("Music").statistics().items, left.len() as u64);
}

#[tokio::test]
async fn a_deletion_is_a_change_like_any_other() {
    let fixture = Fixture::new().await;
    let mut request = music("Music");
    request.stream = Some(specification(StreamViewType::NewAndOldImages));
    let table = fixture.realm.create_table(request).await.unwrap();
    let on = Some(35);
    fixture.realm.set_history(table.id(), on).await.unwrap();
    switch(&fixture, "expires", true).await.unwrap();
    let expiring = song(0, Some(n(NOW - 1)));
    fixture.put("Music", expiring.clone()).await;
    let charged = fixture.table("Music").consumption();
    let before = logged(&fixture.realm).await.len();
    assert_eq!(fixture.tables.expire_items().await, 1);
    assert_eq!(fixture.table("Music").consumption(), charged);

    let log = logged(&fixture.realm).await;
    let (_, of_pass) = log.split_at(before);
    let values: Vec<_> = of_pass.iter().map(|record| record.value.as_ref()).collect();
    assert_eq!(values, [None], "one deletion in the history");

    let told = all(&fixture, &newest(&fixture, "Music")).await;
    let told: Vec<_> = told.iter().map(|record| &record.change).collect();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0].identity, StreamIdentity::Client);
    assert_eq!(told[1].event, StreamEvent::Remove);
    assert_eq!(told[1].identity, StreamIdentity::Expiry);
    assert_eq!(told[1].old_image, Some(expiring));
    assert_eq!(told[1].new_image, None);
}

#[tokio::test]
async fn indexes_come_and_go_beside_it() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    switch(&fixture, "expires", true).await.unwrap();
    for number in 0..5 {
        fixture
            .put("Music", song(number, Some(n(NOW - 3 + number))))
            .await;
    }
    let drop_tag = UpdateTable {
        indexes: Some(vec![IndexChange {
            delete: Some("tag".try_into().unwrap()),
            ..IndexChange::default()
        }]),
        ..UpdateTable::default()
    };
    let music = name("Music");
    fixture.realm.update_table(&music, drop_tag).await.unwrap();
    assert_eq!(status(&fixture), enabled("expires"));
    check(&fixture);
    assert_eq!(fixture.tables.expire_items().await, 3);
    check(&fixture);
    let fixture = fixture.reopen().await;
    check(&fixture);
    assert_eq!(songs_left(&fixture, 5), [3, 4]);
}

#[tokio::test]
async fn a_table_with_much_to_delete_keeps_no_other_waiting() {
    let fixture = Fixture::new().await;
    for table in ["Music", "Other"] {
        fixture.realm.create_table(music(table)).await.unwrap();
        let realm = &fixture.realm;
        let table = name(table);
        realm
            .update_time_to_live(&table, "expires", true)
            .await
            .unwrap();
    }
    for number in 0..300 {
        fixture.put("Music", song(number, Some(n(NOW - 1)))).await;
    }
    fixture.put("Other", song(0, Some(n(NOW - 1)))).await;
    assert_eq!(fixture.tables.expire_items().await, 301);
    assert_eq!(songs_left(&fixture, 300), Vec::<i64>::new());
    check(&fixture);
}

/// A crash at any point of the filling goes on; a table that is deleted meanwhile ends it.
#[tokio::test]
async fn a_table_may_go_while_it_is_being_filled() {
    let fixture = Fixture::with_chunks_of(1).await;
    let table = fixture.music().await.id();
    for number in 0..100 {
        fixture.put("Music", song(number, Some(n(NOW - 1)))).await;
    }
    fixture.at("backfill::before_chunk", "2*off->pause");
    begin_enabling(&fixture).await;
    let progress = || {
        let found = fixture.realm.system_list(SystemStore::BACKFILLS, b"");
        found.unwrap().len()
    };
    until("it has begun", || progress() == 1).await;
    let (realm, music) = (&fixture.realm, name("Music"));
    realm.begin_delete(&music, vec![]).await.unwrap();
    assert_eq!(progress(), 0);
    fixture.at("backfill::before_chunk", "off");
    assert_eq!(
        fixture.tables.expire_items().await,
        0,
        "it is as it was deleted"
    );
    realm.finish_delete(table, vec![]).await.unwrap();
    assert_eq!(progress(), 0);
    assert_eq!(keyspaces_of(&fixture, table), 0);
}

/// The setting survives what the catalog survives; the order of expiry is made anew.
#[tokio::test]
async fn a_recovered_table_finds_what_expires() {
    let lost = Fixture::new().await;
    lost.music().await;
    switch(&lost, "expires", true).await.unwrap();
    lost.put("Music", song(0, Some(n(NOW - 1)))).await;
    lost.put("Music", song(1, Some(n(NOW + 1)))).await;
    let source = lost.table("Music");
    let record = source.record().clone();
    // Another store under the same master key.
    let empty = Fixture::new().await;
    let made = empty.realm.create_recovered(record.clone(), vec![]).await;
    let loaded = load(&source, &made.unwrap());
    let published = empty.realm.publish_recovered(&record, loaded, vec![]).await;
    published.unwrap();
    let fixture = empty.reopen().await;
    until("filled", || status(&fixture) == enabled("expires")).await;
    check(&fixture);
    assert_eq!(fixture.tables.expire_items().await, 1);
    assert_eq!(songs_left(&fixture, 2), [1]);
}
