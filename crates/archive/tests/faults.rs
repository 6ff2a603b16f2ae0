//! What goes wrong: a store that fails, a server that dies at any put, two servers at once,
//! damaged and missing objects.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod common;
#[path = "common/flaky.rs"]
mod flaky;

use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{ArchiveError, ArchiverConfig, ArchiverHandle, Pin, PinKind, RealmArchive};
use anywhen_model::CommitTimestamp;
use common::{Table, World, dump, eager, restore};
use flaky::Flaky;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt as _, PutPayload};

fn backup(id: &str, at: CommitTimestamp) -> Pin {
    Pin {
        id: id.to_owned(),
        at,
        kind: PinKind::Backup,
        record: Vec::new(),
        expires_at: None,
    }
}

/// Works on a table until the store dies, then starts again on what is left: every instant
/// that was said to be archived, and every pin that was said to be durable, is still there.
#[tokio::test]
async fn a_server_that_dies_at_any_put_has_lost_nothing_it_answered() {
    for seed in 0..60 {
        let (world, real) = (
            World::new(seed),
            Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
        );
        let mut table = Table::new(&world);
        let mut promised: Vec<CommitTimestamp> = Vec::new();
        let mut pinned: Vec<CommitTimestamp> = Vec::new();
        for life in 0..4 {
            let store = Flaky::new(real.clone(), seed * 10 + life);
            if life < 3 {
                store.die_at_put(world.draw(40));
            }
            let as_store: Arc<dyn ObjectStore> = store.clone();
            let Ok(archive) = world.open(&as_store).await else {
                continue;
            };
            let archiver = world.spawn(&archive, &[&table], eager());
            let done = work(
                &world,
                &mut table,
                &archive,
                &archiver,
                &mut promised,
                &mut pinned,
            );
            if done.await.is_ok() && life == 3 {
                check(&archive, &table, &promised, &pinned, seed).await;
            }
            store.die();
            archiver.stop().await;
        }
        assert!(!promised.is_empty(), "the last life works to the end");
    }
}

async fn work(
    world: &World,
    table: &mut Table,
    archive: &Arc<RealmArchive>,
    archiver: &ArchiverHandle,
    promised: &mut Vec<CommitTimestamp>,
    pinned: &mut Vec<CommitTimestamp>,
) -> Result<(), ArchiveError> {
    if archive.span(table.id).is_none() {
        assert!(promised.is_empty(), "the span that was promised is gone");
        let opened = table.open_span(world, archive).await?;
        archiver.flush_now().await?;
        promised.push(opened);
    }
    for step in 0..30_u64 {
        world.clock.advance(world.draw(3));
        table
            .put(
                world,
                &format!("k{}", world.draw(8)),
                &format!("value {step}"),
            )
            .await;
        match world.draw(6) {
            0 | 1 => promised.push(archiver.flush_now().await?),
            2 => archive.tidy_now().await?,
            3 => {
                let at = archiver.flush_now().await?;
                promised.push(at);
                archive.pin(table.id, backup(&at.to_string(), at)).await?;
                pinned.push(at);
            }
            _ => {}
        }
    }
    archiver.flush_now().await?;
    Ok(())
}

async fn check(
    archive: &Arc<RealmArchive>,
    table: &Table,
    promised: &[CommitTimestamp],
    pinned: &[CommitTimestamp],
    seed: u64,
) {
    for at in promised.iter().chain(pinned) {
        let found = restore(archive, table.id, *at).await;
        let found = found.unwrap_or_else(|error| panic!("seed {seed} at {at}: {error}"));
        assert!(
            found == table.at(*at),
            "seed {seed}: the table at {at} differs"
        );
    }
    let pins = archive.pins(table.id);
    for at in pinned {
        assert!(
            pins.iter().any(|pin| pin.at == *at),
            "seed {seed}: the pin at {at} is gone"
        );
    }
}

/// Requests fail at random, before or after they were carried out; whatever is asked is asked
/// again until it works, and the history is whole.
#[tokio::test]
async fn a_store_that_fails_now_and_then_only_delays() {
    for seed in 0..25 {
        let (world, real) = (
            World::new(seed),
            Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
        );
        let mut table = Table::new(&world);
        let store = Flaky::new(real, seed);
        let as_store: Arc<dyn ObjectStore> = store.clone();
        let archive = world.open(&as_store).await.unwrap();
        let archiver = world.spawn(&archive, &[&table], eager());
        let opened = table.open_span(&world, &archive).await.unwrap();
        let mut instants = vec![opened];
        store.fail(40);
        for step in 0..40 {
            instants.push(
                table
                    .put(&world, &format!("k{}", step % 7), &format!("v{step}"))
                    .await,
            );
            if step % 2 == 0 {
                // It may fail; the next one catches up.
                drop(archiver.flush_now().await);
            }
            if step % 3 == 0 {
                drop(archive.tidy_now().await);
            }
            if step % 10 == 0 {
                let at = archive.status().borrow().archived_through;
                let pin = backup(&format!("p{step}"), at);
                while let Err(error) = archive.pin(table.id, pin.clone()).await {
                    assert!(error.is_transient(), "{error}");
                }
            }
        }
        store.fail(0);
        let sealed = archiver.flush_now().await.unwrap();
        assert_eq!(archive.status().borrow().last_error, None);
        archive.tidy_now().await.unwrap();
        instants.push(sealed);
        for at in instants {
            let found = restore(&archive, table.id, at).await.unwrap();
            assert!(found == table.at(at), "seed {seed} at {at}");
        }
        assert_eq!(archive.pins(table.id).len(), 4);
        archiver.stop().await;
    }
}

/// A manifest whose answer got lost may have become visible: the files it names stay, though
/// the step that wrote them failed.
#[tokio::test]
async fn files_of_a_manifest_in_doubt_are_not_cleared_away() {
    let (world, real) = (
        World::new(9),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let mut table = Table::new(&world);
    let store = Flaky::new(real, 9);
    let as_store: Arc<dyn ObjectStore> = store.clone();
    let archive = world.open(&as_store).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    let mut instants = vec![table.open_span(&world, &archive).await.unwrap()];
    for step in 0..8 {
        instants.push(table.put(&world, &format!("k{step}"), "value").await);
        archiver.flush_now().await.unwrap();
        store.lose_answers(true);
        assert!(archive.tidy_now().await.unwrap_err().is_transient());
        store.lose_answers(false);
        archive.tidy_now().await.unwrap();
        archive.tidy_now().await.unwrap();
        for at in &instants {
            let found = restore(&archive, table.id, *at).await.unwrap();
            assert_eq!(found, table.at(*at), "at {at}");
        }
    }
    archiver.stop().await;
}

#[tokio::test]
async fn an_archive_that_is_away_stops_latest_and_loses_nothing() {
    let (world, real) = (
        World::new(1),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let mut table = Table::new(&world);
    let store = Flaky::new(real, 1);
    let as_store: Arc<dyn ObjectStore> = store.clone();
    let archive = world.open(&as_store).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    table.open_span(&world, &archive).await.unwrap();
    let before = archiver.flush_now().await.unwrap();
    store.fail(100);
    for number in 0..50 {
        table
            .put(
                &world,
                &format!("k{number}"),
                "written while the archive was away",
            )
            .await;
        assert!(archiver.flush_now().await.unwrap_err().is_transient());
    }
    let status = archive.status().borrow().clone();
    assert_eq!((status.archived_through, status.fenced), (before, None));
    assert!(status.last_error.unwrap().contains("away"));
    assert_eq!(
        archive.latest().await.unwrap(),
        before,
        "changes wait, so Latest waits"
    );
    store.fail(0);
    let sealed = archiver.flush_now().await.unwrap();
    assert_eq!(restore(&archive, table.id, sealed).await.unwrap().len(), 50);
    archiver.stop().await;
}

/// Nothing is written, so there is no flush that could show it.
#[tokio::test]
async fn an_idle_realm_notices_that_its_archive_answers_again() {
    let (world, real) = (
        World::new(1),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let table = Table::new(&world);
    let store = Flaky::new(real, 1);
    let as_store: Arc<dyn ObjectStore> = store.clone();
    let archive = world.open(&as_store).await.unwrap();
    let often = ArchiverConfig {
        idle_interval: Duration::from_millis(20),
        idle_interval_max: Duration::from_millis(20),
        ..eager()
    };
    let archiver = world.spawn(&archive, &[&table], often);
    table.open_span(&world, &archive).await.unwrap();
    archiver.flush_now().await.unwrap();
    let mut status = archive.status();
    for (failing, is_told) in [(100, true), (0, false)] {
        store.fail(failing);
        let told = status.wait_for(|status| status.last_error.is_some() == is_told);
        let told = tokio::time::timeout(Duration::from_mins(1), told).await;
        assert!(told.is_ok(), "failing: {failing}");
    }
    archiver.stop().await;
}

#[tokio::test]
async fn of_two_servers_the_earlier_is_fenced() {
    let (world, store) = (
        World::new(2),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let mut table = Table::new(&world);
    let first = world.open(&store).await.unwrap();
    let archiver = world.spawn(&first, &[&table], eager());
    table.open_span(&world, &first).await.unwrap();
    table.put(&world, "a", "1").await;
    let at = archiver.flush_now().await.unwrap();
    let second = world.open(&store).await.unwrap();

    // Whatever the first one does now, it learns that it may not, and changes nothing.
    let fenced = |error: ArchiveError| assert!(matches!(error, ArchiveError::Fenced(_)), "{error}");
    fenced(first.pin(table.id, backup("mine", at)).await.unwrap_err());
    let logged = world.engine.log_backlog_bytes(world.log);
    table.put(&world, "a", "2").await;
    fenced(archiver.flush_now().await.unwrap_err());
    assert!(
        world.engine.log_backlog_bytes(world.log) > logged,
        "nothing was trimmed"
    );
    assert!(first.status().borrow().fenced.is_some());
    fenced(first.close_span(table.id).await.unwrap_err());
    fenced(
        first
            .unpin(table.id, "mine")
            .await
            .err()
            .unwrap_or(ArchiveError::Fenced(String::new())),
    );

    // The second goes on where the first really ended.
    assert_eq!(second.status().borrow().archived_through, at);
    let again = world.spawn(&second, &[&table], eager());
    let sealed = again.flush_now().await.unwrap();
    assert_eq!(
        restore(&second, table.id, sealed).await.unwrap(),
        table.at(sealed)
    );
    second
        .pin(table.id, backup("theirs", sealed))
        .await
        .unwrap();
    second.tidy_now().await.unwrap();
    let ids: Vec<_> = second
        .pins(table.id)
        .into_iter()
        .map(|pin| pin.id)
        .collect();
    assert!(ids.contains(&"theirs".to_owned()));
    again.stop().await;
    archiver.stop().await;
}

/// A server that did not run for a while refuses writes to tables with history until it has
/// looked at the archive, and for good if it finds a successor there.
#[tokio::test(start_paused = true)]
async fn a_server_that_stood_still_looks_before_it_goes_on() {
    let world = World::new(12);
    let memory = Arc::new(InMemory::new()) as Arc<dyn ObjectStore>;
    let flaky = Flaky::new(memory.clone(), 12);
    let first = world
        .open(&(flaky.clone() as Arc<dyn ObjectStore>))
        .await
        .unwrap();
    let archiver = world.spawn(&first, &[], eager());
    assert_eq!(first.history_refusal(), None);
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(first.history_refusal(), None, "it ran all the time");

    flaky.fail(100);
    tokio::time::sleep(Duration::from_mins(5)).await;
    assert_eq!(
        first.history_refusal(),
        None,
        "a store that is away stops nobody"
    );

    tokio::time::advance(Duration::from_mins(1)).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let refusal = first.history_refusal().unwrap();
    assert!(refusal.contains("did not run"), "{refusal}");

    flaky.fail(0);
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert_eq!(first.history_refusal(), None, "there is no successor");

    flaky.fail(100);
    let _second = world.open(&memory).await.unwrap();
    tokio::time::advance(Duration::from_mins(1)).await;
    flaky.fail(0);
    tokio::time::sleep(Duration::from_secs(30)).await;
    let refusal = first.history_refusal().unwrap();
    assert!(refusal.contains("another server"), "{refusal}");
    archiver.stop().await;
}

/// A start that has taken long ends with a look, which tells a slow start from one that was stopped
/// while another server started.
#[tokio::test(start_paused = true)]
async fn a_start_that_took_long_looks_before_it_serves() {
    let world = World::new(13);
    let memory = Arc::new(InMemory::new()) as Arc<dyn ObjectStore>;
    let slow = world.open(&memory).await.unwrap();
    tokio::time::advance(Duration::from_mins(1)).await;
    slow.look().await.unwrap();
    let archiver = world.spawn(&slow, &[], eager());
    assert_eq!(
        slow.history_refusal(),
        None,
        "nothing has run since the look"
    );
    archiver.stop().await;

    let stopped = world.open(&memory).await.unwrap();
    stopped.look().await.unwrap();
    tokio::time::advance(Duration::from_mins(1)).await;
    let archiver = world.spawn(&stopped, &[], eager());
    let refusal = stopped.history_refusal().unwrap();
    assert!(refusal.contains("did not run"), "{refusal}");
    archiver.stop().await;

    let overtaken = world.open(&memory).await.unwrap();
    let _other = world.open(&memory).await.unwrap();
    assert!(matches!(
        overtaken.look().await,
        Err(ArchiveError::Fenced(_))
    ));
    let archiver = world.spawn(&overtaken, &[], eager());
    let refusal = overtaken.history_refusal().unwrap();
    assert!(refusal.contains("another server"), "{refusal}");
    archiver.stop().await;
}

/// Every third byte of each object, flipped: reading says which object is damaged, or (where the
/// byte is in something that this history does not need) reads the truth.
#[tokio::test]
async fn flipped_bytes_are_noticed() {
    let (world, store) = (
        World::new(3),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.put(&world, "a", "kept").await;
    table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    table.put(&world, "b", "in a delta").await;
    archiver.flush_now().await.unwrap();
    archive.tidy_now().await.unwrap();
    table.put(&world, "c", "in a segment").await;
    let at = archiver.flush_now().await.unwrap();
    archiver.stop().await;
    let objects = dump(&store).await;
    let mut noticed = 0;
    for (name, bytes) in &objects {
        if name.ends_with("anywhen-archive.json") {
            continue;
        }
        for position in (0..bytes.len()).step_by(3) {
            let copy: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
            for (name, bytes) in &objects {
                put(&copy, name, bytes.to_vec()).await;
            }
            let mut bent = bytes.to_vec();
            bent[position] ^= 1 << (position % 8);
            put(&copy, name, bent).await;
            let outcome = match world.open(&copy).await {
                Ok(archive) => restore(&archive, table.id, at).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(found) => assert_eq!(found, table.at(at), "{name} byte {position}"),
                Err(error) => {
                    let text = error.to_string();
                    let relative = name.trim_start_matches("some/prefix/");
                    assert!(text.contains(relative), "{name} byte {position}: {text}");
                    noticed += 1;
                }
            }
        }
    }
    assert!(noticed > 500, "only {noticed} flips were noticed");
}

async fn put(store: &Arc<dyn ObjectStore>, name: &str, bytes: Vec<u8>) {
    let path = object_store::path::Path::from(name);
    store.put(&path, PutPayload::from(bytes)).await.unwrap();
}

#[tokio::test]
async fn a_missing_object_is_named_and_another_master_key_is_told() {
    let (world, store) = (
        World::new(4),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.put(&world, "a", "1").await;
    let at = table.open_span(&world, &archive).await.unwrap();
    let plan = archive.plan(table.id, at).await.unwrap();
    let gone = &plan.files.first().unwrap().path;
    store
        .delete(&object_store::path::Path::from(format!(
            "some/prefix/{gone}"
        )))
        .await
        .unwrap();
    let error = restore(&archive, table.id, at).await.unwrap_err();
    assert!(
        matches!(&error, ArchiveError::Missing { path } if path == gone),
        "{error}"
    );
    let stranger = World::new(5);
    let error = stranger.open(&store).await.unwrap_err().to_string();
    assert!(error.contains("master key"), "{error}");
}
