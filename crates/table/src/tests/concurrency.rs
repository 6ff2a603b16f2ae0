//! What happens to writes whose table or client changes while they are on their way.
//!
//! A gate in front of the engine holds writes back, but lets changes of the catalog pass: so a
//! write can be queued, its table changed, and the write let go.

use std::sync::Arc;

use anywhen_engine::{Commit, CommitError, CommitReceipt, Engine, Front};
use anywhen_model::{CommitTimestamp, Item};
use parking_lot::Mutex;
use tokio::sync::{oneshot, watch};

use super::fixture::{Fixture, START_MICROS, item, key, music, n, name, s, update};
use super::writes::logged;
use crate::{ItemChange, TableError, WriteAction, WriteOutcome};

type Waiting = (
    Commit,
    oneshot::Sender<Result<CommitTimestamp, CommitError>>,
);

struct Gate {
    inner: Arc<dyn Engine>,
    closed: Mutex<bool>,
    waiting: Mutex<Vec<Waiting>>,
    /// How many commits wait.
    count: watch::Sender<usize>,
}

impl Gate {
    fn close(&self) {
        *self.closed.lock() = true;
    }

    /// Lets go what waits, in order, and everything that comes later.
    async fn open(&self) {
        *self.closed.lock() = false;
        let waiting = std::mem::take(&mut *self.waiting.lock());
        self.count.send_replace(0);
        for (commit, sender) in waiting {
            let answer = self.inner.commit(commit).await;
            let _ = sender.send(answer);
        }
    }

    async fn wait_for(&self, count: usize) {
        self.count
            .subscribe()
            .wait_for(|waiting| *waiting == count)
            .await
            .unwrap();
    }
}

impl Front for Gate {
    fn behind(&self) -> &dyn Engine {
        &*self.inner
    }

    fn take_commit(&self, commit: Commit) -> CommitReceipt {
        if !*self.closed.lock() || !commit.advance.is_empty() {
            return self.inner.commit(commit);
        }
        let (sender, receipt) = CommitReceipt::channel();
        self.waiting.lock().push((commit, sender));
        self.count.send_modify(|count| *count += 1);
        receipt
    }
}

async fn gated() -> (Fixture, Arc<Gate>) {
    let mut gate = None;
    let fixture = Fixture::with_engine(|inner| {
        let (closed, waiting) = (Mutex::new(false), Mutex::default());
        let made = Arc::new(Gate {
            inner,
            closed,
            waiting,
            count: watch::Sender::new(0),
        });
        gate = Some(Arc::clone(&made));
        made
    })
    .await;
    (fixture, gate.unwrap())
}

type Task = tokio::task::JoinHandle<Result<WriteOutcome, TableError>>;

fn spawn(fixture: &Fixture, change: ItemChange) -> Task {
    let realm = Arc::clone(&fixture.realm);
    let action = WriteAction {
        change,
        condition: None,
    };
    tokio::spawn(async move { realm.write(&name("Music"), &action).await })
}

fn song(note: &str) -> Item {
    let mut song = key("a", 1);
    song.attributes
        .extend(item(&[("note", s(note)), ("tag", s("t"))]).attributes);
    song
}

fn count_up() -> ItemChange {
    ItemChange::Update {
        key: key("a", 1),
        update: Some(update("ADD plays :n", &[(":n", n(1))])),
    }
}

#[tokio::test]
async fn a_queued_write_goes_to_the_table_that_is_there_when_its_turn_comes() {
    let (fixture, gate) = gated().await;
    let old = fixture.music().await;
    gate.close();
    let write = spawn(&fixture, ItemChange::Put(song("queued")));
    gate.wait_for(1).await;
    fixture
        .realm
        .begin_delete(&name("Music"), vec![])
        .await
        .unwrap();
    fixture.realm.finish_delete(old.id(), vec![]).await.unwrap();
    let new = fixture.realm.create_table(music("Music")).await.unwrap();
    assert_ne!(old.id(), new.id());
    gate.open().await;
    write.await.unwrap().unwrap();
    assert_eq!(fixture.get("Music", key("a", 1)), Some(song("queued")));
    assert_eq!(new.check_indexes().unwrap(), []);
    assert_eq!(new.statistics().items, 1);
    assert_eq!(old.statistics().items, 0);
}

#[tokio::test]
async fn a_queued_write_of_a_deleted_table_is_refused() {
    let (fixture, gate) = gated().await;
    let table = fixture.music().await;
    gate.close();
    let write = spawn(&fixture, ItemChange::Put(song("queued")));
    gate.wait_for(1).await;
    let (deleting, deleted_at) = fixture
        .realm
        .begin_delete(&name("Music"), vec![])
        .await
        .unwrap();
    gate.open().await;
    assert_eq!(write.await.unwrap(), Err(TableError::ResourceNotFound));
    let (last, mut items) = deleting.snapshot_items().unwrap();
    assert_eq!(last, deleted_at, "nothing is committed after the deletion");
    assert!(items.next().is_none());
    assert!(
        fixture.realm.table_keys(table.id()).is_some(),
        "its history may still be shipped"
    );
    fixture
        .realm
        .finish_delete(table.id(), vec![])
        .await
        .unwrap();
    assert!(fixture.realm.table_keys(table.id()).is_none());
}

#[tokio::test]
async fn a_queued_write_does_not_miss_the_log_of_a_history_just_begun() {
    let (fixture, gate) = gated().await;
    let table = fixture.music().await;
    gate.close();
    let write = spawn(&fixture, ItemChange::Put(song("queued")));
    gate.wait_for(1).await;
    let (_, enabled_at) = fixture
        .realm
        .set_history(table.id(), Some(35))
        .await
        .unwrap();
    gate.open().await;
    let outcome = write.await.unwrap().unwrap();
    assert!(outcome.timestamp > enabled_at);
    let records = logged(&fixture.realm).await;
    let timestamps: Vec<_> = records.iter().map(|record| record.timestamp).collect();
    assert_eq!(timestamps, [outcome.timestamp]);
}

/// The client of the first write goes away while its commit is queued. The second write waits
/// for it all the same and sees what it made.
#[tokio::test]
async fn a_client_that_goes_away_loses_no_update() {
    let (fixture, gate) = gated().await;
    let table = fixture.music().await;
    fixture.put("Music", song("counted")).await;
    gate.close();
    let first = spawn(&fixture, count_up());
    gate.wait_for(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let second = spawn(&fixture, count_up());
    tokio::task::yield_now().await;
    assert_eq!(
        *gate.count.borrow(),
        1,
        "the second write waits for the first one's latch"
    );
    gate.open().await;
    let outcome = second.await.unwrap().unwrap();
    assert_eq!(outcome.new.unwrap().get("plays"), Some(&n(2)));
    let expected = fixture.get("Music", key("a", 1)).unwrap().size_bytes() as u64;
    while table.statistics().size_bytes != expected {
        tokio::task::yield_now().await;
    }
    assert_eq!(table.statistics().items, 1);
}

/// A table with an item that has expired, and the service's deletion of it, not begun yet.
async fn expired(
    fixture: &Fixture,
) -> impl Future<Output = Result<bool, TableError>> + Send + use<> {
    let table = fixture.music().await.id();
    let realm = Arc::clone(&fixture.realm);
    let music = name("Music");
    let enabled = realm.update_time_to_live(&music, "expires", true);
    enabled.await.unwrap();
    let mut item = song("expired");
    let a_second_ago = START_MICROS / 1_000_000 - 1;
    item.attributes
        .insert("expires".to_owned(), n(a_second_ago as i64));
    fixture.put("Music", item).await;
    let stored = fixture.table("Music").stored_key(&key("a", 1)).unwrap();
    async move { realm.delete_expired(table, &stored).await }
}

#[tokio::test]
async fn a_deletion_by_the_service_waits_for_a_write_on_its_way() {
    let (fixture, gate) = gated().await;
    let deletion = expired(&fixture).await;
    gate.close();
    let rescue = spawn(&fixture, ItemChange::Put(song("rescued")));
    gate.wait_for(1).await;
    let deletion = tokio::spawn(deletion);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(*gate.count.borrow(), 1, "it waits for the write's latch");
    gate.open().await;
    rescue.await.unwrap().unwrap();
    assert_eq!(deletion.await.unwrap(), Ok(false));
    assert_eq!(fixture.get("Music", key("a", 1)), Some(song("rescued")));
}

#[tokio::test]
async fn a_write_waits_for_a_deletion_by_the_service_on_its_way() {
    let (fixture, gate) = gated().await;
    let deletion = expired(&fixture).await;
    gate.close();
    let deletion = tokio::spawn(deletion);
    gate.wait_for(1).await;
    let count = spawn(&fixture, count_up());
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(*gate.count.borrow(), 1, "it waits for the deletion's latch");
    gate.open().await;
    assert_eq!(deletion.await.unwrap(), Ok(true));
    let counted = count.await.unwrap().unwrap();
    assert_eq!(counted.old, None, "it has seen that the item is gone");
    assert_eq!(fixture.get("Music", key("a", 1)), counted.new);
    assert_eq!(fixture.table("Music").check_indexes().unwrap(), []);
}

#[tokio::test]
async fn a_queued_deletion_by_a_setting_that_is_no_more_is_refused() {
    let (fixture, gate) = gated().await;
    let deletion = expired(&fixture).await;
    gate.close();
    let deletion = tokio::spawn(deletion);
    gate.wait_for(1).await;
    let music = name("Music");
    let disabled = fixture.realm.update_time_to_live(&music, "expires", false);
    disabled.await.unwrap();
    gate.open().await;
    assert_eq!(deletion.await.unwrap(), Ok(false));
    assert!(fixture.get("Music", key("a", 1)).is_some());
    assert_eq!(fixture.table("Music").check_indexes().unwrap(), []);
}

/// Many clients count one item up; every third gives up at a random moment. Whoever was told of
/// a success is in the count, and nobody counts twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_updates_are_never_lost() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let tasks: Vec<Task> = (0..300).map(|_| spawn(&fixture, count_up())).collect();
    for task in tasks.iter().step_by(3) {
        task.abort();
    }
    let (mut acknowledged, mut given_up) = (0, 0);
    for task in tasks {
        match task.await {
            Ok(outcome) => {
                outcome.unwrap();
                acknowledged += 1;
            }
            Err(_) => given_up += 1,
        }
    }
    let whole = fixture.get("Music", key("a", 1)).unwrap();
    let Some(anywhen_model::AttributeValue::N(count)) = whole.get("plays") else {
        panic!("{whole:?}")
    };
    let count: i32 = count.to_string().parse().unwrap();
    assert!(
        (acknowledged..=acknowledged + given_up).contains(&count),
        "{count}"
    );
}

/// Writers keep writing while their table is deleted and created again and again. Whatever was
/// acknowledged last before a deletion is in the deleted table, and indexes always agree.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_and_creating_under_load_loses_nothing() {
    let fixture = Fixture::new().await;
    fixture.music().await;
    let (stop, stopped) = watch::channel(false);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (realm, stopped) = (Arc::clone(&fixture.realm), stopped.clone());
            tokio::spawn(async move {
                let mut number = 0;
                while !*stopped.borrow() {
                    number += 1;
                    let mut song = key(&format!("writer {writer}"), number % 7);
                    song.attributes
                        .insert("tag".to_owned(), s(&format!("{}", number % 3)));
                    let action = WriteAction {
                        change: ItemChange::Put(song),
                        condition: None,
                    };
                    match realm.write(&name("Music"), &action).await {
                        Ok(_) | Err(TableError::ResourceNotFound) => {}
                        Err(other) => panic!("{other}"),
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for _ in 0..20 {
        let (deleting, deleted_at) = fixture
            .realm
            .begin_delete(&name("Music"), vec![])
            .await
            .unwrap();
        assert_eq!(deleting.check_indexes().unwrap(), []);
        let (seen, _) = deleting.snapshot_items().unwrap();
        assert_eq!(seen, deleted_at);
        fixture
            .realm
            .finish_delete(deleting.id(), vec![])
            .await
            .unwrap();
        let table = fixture.realm.create_table(music("Music")).await.unwrap();
        while table.statistics().items < 3 {
            tokio::task::yield_now().await;
        }
        assert_eq!(table.check_indexes().unwrap(), []);
    }
    stop.send_replace(true);
    for writer in writers {
        writer.await.unwrap();
    }
}
