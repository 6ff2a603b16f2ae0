//! What those who look on are told: of restores, and of when a table was written.

use std::time::Duration;

use anywhen_archive::ArchiverConfig;
use anywhen_model::{Clock as _, CommitTimestamp};

use super::world::{Ground, SECOND, World, from_backup, music, name, song, to_point};
use crate::{RestoreStage, Written};

#[tokio::test(start_paused = true)]
async fn a_restore_tells_of_its_beginning_its_items_and_its_failure() {
    let world = World::new(1).await;
    world.create(music("Music")).await;
    for number in 0..30 {
        world.put("Music", song("Nina", number, "a")).await;
    }
    let backup = world.backup("Music", "Backup").await;
    world.advance(SECOND);
    world.restore_backup(&backup, "Copy").await.unwrap();
    let heard = &world.ground.progress;
    let begun = heard.begun.lock().clone();
    assert_eq!(begun.len(), 1);
    let begun = &begun[0];
    assert_eq!((&begun.target, begun.at), (&name("Copy"), backup.at));
    assert_eq!(begun.source_arn, world.arn(&backup));
    assert_eq!(begun.requested_at, world.table("Copy").record().created_at);
    let loaded = |stage| {
        let progress = heard.lock();
        let last = progress.iter().rev().find(|told| told.stage == stage);
        last.map(|told| told.items_done)
    };
    assert_eq!(loaded(RestoreStage::Indexing), Some(30));
    assert!(heard.failed.lock().is_empty());

    world.fail("restore::before_publish", "return(broken by a test)");
    let request = from_backup(&world.arn(&backup), "Broken");
    let begun = world.recovery.restore_from_backup(&world.realm, request);
    begun.await.unwrap();
    // Who sees that the table is gone can be told why.
    world.gone("Broken").await;
    let reason = (name("Broken"), "broken by a test".to_owned());
    assert_eq!(*heard.failed.lock(), [reason]);
    world.restore_ended("Broken").await;
    assert_eq!(heard.lock().last().unwrap().stage, RestoreStage::Failed);
}

/// However long nothing was written before it.
#[tokio::test(start_paused = true)]
async fn a_change_waits_for_the_archive_from_its_commit_on() {
    let world = World::new(3).await;
    world.create(music("Music")).await;
    world.pitr("Music", true).await;
    world.put("Music", song("Nina", 0, "a")).await;
    world.recovery.settle(&world.realm).await.unwrap();
    world.advance(3_600 * SECOND);
    assert_eq!(world.recovery.archive_lag_micros(), 0, "nothing waits");

    world.ground.objects.set_away(true);
    let commit = world.put("Music", song("Nina", 1, "a")).await;
    world.advance(SECOND);
    world.put("Music", song("Nina", 2, "a")).await;
    world.advance(SECOND);
    let now = world.ground.clock.now_micros();
    assert_eq!(
        world.recovery.archive_lag_micros(),
        now - commit.as_micros()
    );

    world.ground.objects.set_away(false);
    world.recovery.settle(&world.realm).await.unwrap();
    assert_eq!(world.recovery.archive_lag_micros(), 0);
}

/// One that is taken up again was asked for when it was, and has the items that are loaded.
#[tokio::test(start_paused = true)]
async fn a_restore_that_goes_on_is_told_of_from_where_it_was() {
    let world = World::new(2).await;
    world.create(music("Music")).await;
    world.pitr("Music", true).await;
    for number in 0..30 {
        world.put("Music", song("Nina", number, "a")).await;
    }
    world.fail("restore::before_publish", "pause");
    let request = to_point("Music", "Copy", None);
    let begun = world
        .recovery
        .restore_to_point_in_time(&world.realm, request);
    begun.await.unwrap();
    let indexing = || {
        let progress = world.ground.progress.lock();
        progress
            .iter()
            .any(|told| told.stage == RestoreStage::Indexing)
    };
    while !indexing() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let ground = world.crash().await;
    ground.clock.advance(100 * SECOND);
    let world = ground.start().await;
    world.restored("Copy").await;
    let begun = world.ground.progress.begun.lock().clone();
    assert_eq!(begun.len(), 2);
    assert_eq!(begun.first(), begun.last(), "the same, 100 s later");
    let progress = world.ground.progress.lock();
    let first = progress
        .iter()
        .rev()
        .take_while(|told| told.stage != RestoreStage::Waiting);
    assert_eq!(first.last().unwrap().items_done, 30);
}

/// Whether they are in segments still, or in deltas, or merged: every interval has as many changes
/// as there were commits in it.
#[tokio::test(start_paused = true)]
async fn writes_are_told_of_once_wherever_the_archive_has_them() {
    let mut ground = Ground::new(3);
    ground.archiver = ArchiverConfig {
        sort_segments: 4,
        delta_fan_in: 2,
        ..ArchiverConfig::default()
    };
    let world = ground.start().await;
    world.create(music("Music")).await;
    world.create(music("Other")).await;
    world.put("Music", song("Nina", 0, "before")).await;
    let table = world.table("Music").id();
    let none = world.recovery.written(&world.realm, table).await;
    assert_eq!(none, Ok(Vec::new()), "its history is not kept");
    world.pitr("Music", true).await;
    world.pitr("Other", true).await;
    // What only instants before the window need is not kept.
    world.advance(2 * SECOND);
    let mut commits = Vec::new();
    for round in 0..12 {
        for number in 0..=round % 5 {
            world.advance(SECOND / 7);
            // Each is a change: a write of what is there already is not logged.
            let note = format!("{round}");
            commits.push(world.put("Music", song("Nina", number, &note)).await);
            world.put("Other", song("Nina", number, &note)).await;
        }
        world.recovery.settle(&world.realm).await.unwrap();
        let written = world.recovery.written(&world.realm, table).await.unwrap();
        check(&written, &commits);
    }
    // They are sorted out of the segments, and merged, in the background.
    let mut intervals = usize::MAX;
    for _ in 0..10_000 {
        let written = world.recovery.written(&world.realm, table).await.unwrap();
        check(&written, &commits);
        intervals = written.len();
        if intervals < 8 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(intervals < 8, "{intervals} intervals of 12 flushes");
    assert!(world.recovery.archive_bytes() > 0);
    assert_eq!(world.recovery.archive_lag_micros(), 0);
    // A server that has read no segment yet counts the same.
    let world = world.restart().await;
    check(
        &world.recovery.written(&world.realm, table).await.unwrap(),
        &commits,
    );
}

fn check(written: &[Written], commits: &[CommitTimestamp]) {
    let mut all = 0;
    for interval in written {
        let inside = commits
            .iter()
            .filter(|at| interval.from < **at && **at <= interval.to);
        assert_eq!(interval.changes, inside.count() as u64, "{interval:?}");
        assert!(interval.bytes > 0 && interval.from < interval.to);
        all += interval.changes;
    }
    assert_eq!(all, commits.len() as u64);
    assert!(written.is_sorted_by_key(|interval| interval.to));
}
