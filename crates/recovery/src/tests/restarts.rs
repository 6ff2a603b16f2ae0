//! What a server takes up after it died, what it learns from the archive alone, and what it
//! does while the archive is away, is another one, or was set back.

use std::sync::Arc;

use anywhen_engine_memory::MemoryStore;
use anywhen_model::{BackupName, CommitTimestamp};
use anywhen_table::{SystemStore, TableStatus};
use fail_parallel::FailPointRegistry;

use super::away::Objects;
use super::world::{
    DAY, Disk, Ground, SECOND, World, from_backup, key, music, name, song, to_point,
};
use crate::{BackupFilter, BackupStatus, ListBackups, RecoveryError, RecoveryLimits, RestoreStage};

async fn with_history(ground: Ground) -> World {
    let world = ground.start().await;
    world.create(music("Music")).await;
    for number in 0..40 {
        world
            .put("Music", song(&format!("artist {number}"), number, "a"))
            .await;
    }
    world.pitr("Music", true).await;
    world.span_settled("Music").await;
    world.advance(2 * SECOND);
    world
}

#[tokio::test(start_paused = true)]
async fn a_restore_goes_on_wherever_the_server_died() {
    for point in ["restore::before_load", "restore::before_publish"] {
        for from_history in [false, true] {
            let world = with_history(Ground::new(1)).await;
            let backup = world.backup("Music", "First").await;
            world.fail(point, "pause");
            let id = if from_history {
                let request = to_point("Music", "Copy", None);
                world
                    .recovery
                    .restore_to_point_in_time(&world.realm, request)
                    .await
                    .unwrap()
                    .id
            } else {
                let request = from_backup(&world.arn(&backup), "Copy");
                world
                    .recovery
                    .restore_from_backup(&world.realm, request)
                    .await
                    .unwrap()
                    .id
            };
            world.put("Music", song("later", 1, "z")).await;
            let world = world.restart().await;
            assert_eq!(world.table("Copy").record().status, TableStatus::Creating);
            if !from_history {
                let request = from_backup(&world.arn(&backup), "Other");
                let refused = world
                    .recovery
                    .restore_from_backup(&world.realm, request)
                    .await;
                assert!(
                    matches!(refused, Err(RecoveryError::BackupInUse(_))),
                    "still in use"
                );
            }
            world.restored("Copy").await;
            assert_eq!(world.table("Copy").id(), id);
            assert_eq!(world.contents("Copy").len(), 40, "{point}");
            world.restore_backup(&backup, "Again").await.unwrap();
        }
    }
}

/// What a crash does to the sorted runs on disk.
#[derive(Clone, Copy)]
enum Runs {
    Kept,
    Lost,
    /// As long as they were, but a power cut took what was in them.
    Zeroed,
}

#[tokio::test(start_paused = true)]
async fn ranges_that_are_done_are_not_loaded_again() {
    let limits = RecoveryLimits {
        range_bytes: 500,
        ranges_parallel: 2,
        index_memory_bytes: 500,
        merge_runs_max: 3,
        ..RecoveryLimits::default()
    };
    // Where runs are lost, or not as they were written, they are computed again from the items
    // that were loaded.
    let runs = [Runs::Kept, Runs::Lost, Runs::Zeroed];
    for (local, runs) in [false, true]
        .map(|local| runs.map(|runs| (local, runs)))
        .concat()
    {
        let mut ground = Ground {
            limits,
            ..Ground::new(2)
        };
        if local {
            ground.disk = Disk::Local(Arc::new(tempfile::tempdir().unwrap()));
        }
        let world = with_history(ground).await;
        let backup = world.backup("Music", "First").await;
        world.fail("restore::range_loaded", "5*off->pause");
        let request = from_backup(&world.arn(&backup), "Copy");
        world
            .recovery
            .restore_from_backup(&world.realm, request)
            .await
            .unwrap();
        let done = |world: &World| {
            world
                .tables
                .system_list(SystemStore::RESTORES, b"Copy/range/")
                .unwrap()
                .len()
        };
        while done(&world) < 5 {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        let target = world.table("Copy").id().to_string();
        let ground = world.crash().await;
        let spilled = ground.spill.path().join(target);
        assert!(
            std::fs::read_dir(&spilled).unwrap().count() >= 5,
            "entries are on disk"
        );
        match runs {
            Runs::Kept => {}
            Runs::Lost => std::fs::remove_dir_all(&spilled).unwrap(),
            Runs::Zeroed => {
                for file in std::fs::read_dir(&spilled).unwrap() {
                    let path = file.unwrap().path();
                    let length = std::fs::metadata(&path).unwrap().len() as usize;
                    std::fs::write(&path, vec![0; length]).unwrap();
                }
            }
        }
        // Restores that are gone leave nothing: what no restore needs is swept at the start.
        let stray = ground
            .spill
            .path()
            .join("01234567-89ab-4def-8011-223344556677");
        std::fs::create_dir_all(&stray).unwrap();
        let world = ground.start().await;
        assert!(!stray.exists());
        world.restored("Copy").await;
        assert_eq!(world.contents("Copy").len(), 40);
        let progress = ground.progress.lock().clone();
        let begun = progress
            .iter()
            .rev()
            .take_while(|progress| progress.stage != RestoreStage::Waiting)
            .filter(|progress| progress.stage == RestoreStage::Loading)
            .last()
            .unwrap();
        assert!(begun.bytes_done > 0, "goes on from what is recorded");
        assert_eq!(progress.last().unwrap().stage, RestoreStage::Finished);
        assert!(!spilled.exists(), "nothing is left on disk");
    }
}

#[tokio::test(start_paused = true)]
async fn a_backup_in_the_making_is_finished_from_history_or_removed() {
    for history in [true, false] {
        for point in ["backup::before_keyframe", "backup::before_available"] {
            let world = World::new(3).await;
            world.create(music("Music")).await;
            world.put("Music", song("Nina", 1, "a")).await;
            if history {
                world.pitr("Music", true).await;
                world.span_settled("Music").await;
            }
            world.fail(point, "pause");
            let begun = world.begin_backup("Music", "First").await;
            world.put("Music", song("Nina", 2, "b")).await;
            // Let the job come to the point where it is held.
            if point == "backup::before_available" {
                world.pins(begun.table.id, 1).await;
            }
            let world = world.restart().await;
            let kept = history || point == "backup::before_available";
            if kept {
                let backup = world.available(&begun).await;
                world.restore_backup(&backup, "Copy").await.unwrap();
                assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
            } else {
                let arn = world.arn(&begun);
                let gone = world.recovery.describe_backup(&world.realm, &arn).await;
                assert_eq!(gone, Err(RecoveryError::BackupNotFound(arn)));
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_finished_with_one_last_backup() {
    for point in [
        "backup::before_keyframe",
        "backup::before_available",
        "delete::before_finish",
    ] {
        let world = with_history(Ground::new(4)).await;
        let id = world.table("Music").id();
        world.fail(point, "pause");
        world
            .recovery
            .delete_table(&world.realm, &name("Music"))
            .await
            .unwrap();
        if point != "backup::before_keyframe" {
            world.pins(id, 1).await;
        }
        let world = world.restart().await;
        world.gone("Music").await;
        let request = ListBackups {
            kind: BackupFilter::All,
            ..ListBackups::default()
        };
        let page = world
            .recovery
            .list_backups(&world.realm, &request)
            .await
            .unwrap();
        assert_eq!(page.backups.len(), 1, "{point}");
        assert_eq!(page.backups[0].status, BackupStatus::Available);
        world
            .restore_backup(&page.backups[0], "Music")
            .await
            .unwrap();
        assert_eq!(world.contents("Music").len(), 40);
    }
}

#[tokio::test(start_paused = true)]
async fn a_span_that_never_began_begins_at_a_new_instant() {
    let world = World::new(5).await;
    world.create(music("Music")).await;
    world.put("Music", song("Nina", 1, "a")).await;
    // The realm is open, its archive goes away: the first keyframe cannot be stored.
    world.backup("Music", "First").await;
    world.ground.objects.set_away(true);
    let switched = world.pitr("Music", true).await;
    assert_eq!(switched.pitr.unwrap().window, None);
    let lost = world
        .put("Music", song("Nina", 1, "lost with the snapshot"))
        .await;
    world.advance(20 * SECOND);
    world.put("Music", song("Nina", 2, "b")).await;
    let ground = world.crash().await;
    ground.objects.set_away(false);
    let world = ground.start().await;
    world.span_settled("Music").await;
    let window = world.window("Music").await;
    assert!(window.earliest > lost, "never with a hole");
    world.advance(2 * SECOND);
    world.put("Music", song("Nina", 3, "c")).await;
    world
        .restore_at("Music", "Copy", window.earliest)
        .await
        .unwrap();
    assert_eq!(world.contents("Copy").len(), 2);
}

/// The span that was to be closed is still there after the crash, but what was written since
/// history was switched off is not in it.
#[tokio::test(start_paused = true)]
async fn a_backup_without_history_is_not_made_from_a_span_that_has_ended() {
    let world = with_history(Ground::new(15)).await;
    world.ground.objects.set_away(true);
    world.pitr("Music", false).await;
    world.put("Music", song("Nina", 1, "not logged")).await;
    let begun = world.begin_backup("Music", "First").await;
    let ground = world.crash().await;
    ground.objects.set_away(false);
    let world = ground.start().await;
    let arn = world.arn(&begun);
    let described = world.recovery.describe_backup(&world.realm, &arn).await;
    assert!(
        matches!(described, Err(RecoveryError::BackupNotFound(_))),
        "what it was to hold is gone: {described:?}"
    );
    world.span_settled("Music").await;
    let again = world.backup("Music", "Again").await;
    world.restore_backup(&again, "Copy").await.unwrap();
    assert_eq!(world.contents("Copy").len(), 41);
}

/// Spans that are to be closed wait for backups that this start has not come to yet.
#[tokio::test(start_paused = true)]
async fn a_start_closes_no_span_before_the_backups_that_need_it() {
    let world = with_history(Ground::new(17)).await;
    world.inner().archive.seal_and_flush().await.unwrap();
    world.ground.objects.set_away(true);
    world.advance(SECOND);
    world.put("Music", song("away", 1, "a")).await;
    let begun = world.begin_backup("Music", "First").await;
    world.pitr("Music", false).await;
    world.put("Music", song("away", 2, "not logged")).await;
    let ground = world.crash().await;
    ground.objects.set_away(false);
    let slow = Arc::new(FailPointRegistry::new());
    fail_parallel::cfg(Arc::clone(&slow), "resume::before_backups", "sleep(60000)").unwrap();
    let world = ground.try_start(slow).await.unwrap();
    let backup = world.available(&begun).await;
    world.span_settled("Music").await;
    world.restore_backup(&backup, "Copy").await.unwrap();
    assert_eq!(world.contents("Copy").len(), 41);
}

#[tokio::test(start_paused = true)]
async fn while_the_archive_is_away_jobs_wait_and_nothing_is_lost() {
    let world = with_history(Ground::new(6)).await;
    world.inner().archive.seal_and_flush().await.unwrap();
    world.ground.objects.set_away(true);
    let mut commits = Vec::new();
    for number in 0..5 {
        world.advance(SECOND);
        commits.push(world.put("Music", song("away", number, "a")).await);
    }
    let begun = world.begin_backup("Music", "First").await;
    let mut status = world.recovery.archive_status(&world.realm).await.unwrap();
    status
        .wait_for(|status| status.last_error.is_some())
        .await
        .unwrap();
    let window = world.window("Music").await;
    assert!(window.latest < commits[0], "latest has stopped and says so");
    let request = to_point("Music", "Copy", Some(commits[4]));
    let refused = world
        .recovery
        .restore_to_point_in_time(&world.realm, request.clone())
        .await;
    assert!(matches!(refused, Err(RecoveryError::InvalidRestoreTime(_))));
    let known = world
        .recovery
        .describe_backup(&world.realm, &world.arn(&begun))
        .await
        .unwrap();
    assert_eq!(known.status, BackupStatus::Creating);

    world.ground.objects.set_away(false);
    let backup = world.available(&begun).await;
    world.restore_backup(&backup, "FromBackup").await.unwrap();
    assert_eq!(world.contents("FromBackup").len(), 45);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy").len(), 45);
    world
        .restore_at("Music", "Between", commits[2])
        .await
        .unwrap();
    assert_eq!(world.contents("Between").len(), 43);
}

#[tokio::test(start_paused = true)]
async fn a_server_with_only_archive_and_key_knows_every_backup() {
    let world = with_history(Ground::new(7)).await;
    let user = world.backup("Music", "First").await;
    world.create(music("Plain")).await;
    world.put("Plain", song("Ella", 1, "p")).await;
    let plain = world.backup("Plain", "Second").await;
    world.delete("Music", key("artist 1", 1)).await;
    world
        .recovery
        .delete_table(&world.realm, &name("Music"))
        .await
        .unwrap();
    world.gone("Music").await;
    let all = ListBackups {
        kind: BackupFilter::All,
        ..ListBackups::default()
    };
    let known = world
        .recovery
        .list_backups(&world.realm, &all)
        .await
        .unwrap();
    assert_eq!(known.backups.len(), 3);

    let other = world.elsewhere().await;
    let found = other
        .recovery
        .list_backups(&other.realm, &all)
        .await
        .unwrap();
    assert_eq!(found, known);
    other.restore_backup(&user, "Music").await.unwrap();
    assert_eq!(other.contents("Music").len(), 40);
    other.restore_backup(&plain, "Plain").await.unwrap();
    assert_eq!(other.contents("Plain"), vec![song("Ella", 1, "p")]);
    let last = found
        .backups
        .iter()
        .find(|backup| backup.name.contains('$'))
        .unwrap();
    other.restore_backup(last, "Last").await.unwrap();
    assert_eq!(other.contents("Last").len(), 39);
    // They are its own: a restart keeps them, a deletion lasts.
    other
        .recovery
        .delete_backup(&other.realm, &other.arn(&plain))
        .await
        .unwrap();
    other.pins(plain.table.id, 0).await;
    let other = other.restart().await;
    let left = other
        .recovery
        .list_backups(&other.realm, &all)
        .await
        .unwrap();
    assert_eq!(left.backups.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_lost_its_archive_to_another_stops_keeping_history() {
    let world = with_history(Ground::new(8)).await;
    let other = world.elsewhere().await;
    let mut status = world.recovery.archive_status(&world.realm).await.unwrap();
    world.put("Music", song("Nina", 1, "seen by nobody")).await;
    status
        .wait_for(|status| status.fenced.is_some())
        .await
        .unwrap();
    let refused = loop {
        let action = anywhen_table::WriteAction {
            change: anywhen_table::ItemChange::Put(song("Nina", 2, "refused")),
            condition: None,
        };
        match world.tables.write(&name("Music"), &action).await {
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(1)).await,
            Err(error) => break error.to_string(),
        }
    };
    assert!(refused.contains("epoch"), "{refused}");
    other.recovery.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_clock_is_behind_the_archive_does_not_begin() {
    let world = with_history(Ground::new(13)).await;
    world.put("Music", song("Nina", 0, "archived")).await;
    world.inner().archive.seal_and_flush().await.unwrap();
    let ground = world.crash().await;
    ground.clock.set(super::world::START_MICROS - DAY);
    let behind = Ground {
        disk: Disk::Memory(MemoryStore::default()),
        ..ground.clone()
    };
    let refused = behind
        .try_start(Arc::default())
        .await
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("set the clock"), "{refused}");
    // The server that wrote it remembers how far it was, whatever its clock says.
    let world = ground.start().await;
    world.span_settled("Music").await;
    world.put("Music", song("Nina", 1, "a")).await;
    let request = to_point("Music", "Copy", None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy").len(), 42);
}

#[tokio::test(start_paused = true)]
async fn a_range_waits_for_an_archive_that_goes_away_under_it() {
    let limits = RecoveryLimits {
        range_bytes: 500,
        ranges_parallel: 1,
        ..RecoveryLimits::default()
    };
    let world = with_history(Ground {
        limits,
        ..Ground::new(14)
    })
    .await;
    let backup = world.backup("Music", "First").await;
    world.fail("restore::range_loaded", "3*off->pause");
    let request = from_backup(&world.arn(&backup), "Copy");
    world
        .recovery
        .restore_from_backup(&world.realm, request)
        .await
        .unwrap();
    let recorded = || {
        let ranges = world
            .tables
            .system_list(SystemStore::RESTORES, b"Copy/range/");
        ranges.unwrap().len()
    };
    while recorded() < 4 {
        // Not a sleep: time stands still while the failpoint holds a blocking thread.
        tokio::task::yield_now().await;
    }
    world.ground.objects.set_away(true);
    world.let_go("restore::range_loaded");
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    assert_eq!(world.table("Copy").record().status, TableStatus::Creating);
    world.ground.objects.set_away(false);
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy").len(), 40);
}

#[tokio::test(start_paused = true)]
async fn another_archive_is_refused() {
    let world = with_history(Ground::new(9)).await;
    let ground = world.crash().await;
    let swapped = Ground {
        objects: Objects::new(),
        ..ground.clone()
    };
    let refused = swapped
        .try_start(Arc::default())
        .await
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("is in archive"), "{refused}");
    ground.start().await;
}

#[tokio::test(start_paused = true)]
async fn an_archive_that_was_set_back_begins_new_windows() {
    let world = with_history(Ground::new(10)).await;
    let before = world.window("Music").await.earliest;
    let copy = world.ground.objects.fork();
    world.advance(10 * SECOND);
    world.put("Music", song("Nina", 1, "not in the copy")).await;
    world.inner().archive.seal_and_flush().await.unwrap();
    world.recovery.upkeep().await.unwrap();
    let ground = world.crash().await;
    let world = Ground {
        objects: copy,
        ..ground
    }
    .start()
    .await;
    world.span_settled("Music").await;
    let window = world.window("Music").await;
    assert!(
        window.earliest > before.plus_micros(9 * SECOND),
        "{window:?}"
    );
    let refused = world.restore_at("Music", "Copy", before).await.unwrap_err();
    assert!(matches!(refused, RecoveryError::InvalidRestoreTime(_)));
    world.advance(2 * SECOND);
    world
        .restore_at("Music", "Copy", window.earliest)
        .await
        .unwrap();
    assert_eq!(world.contents("Copy").len(), 41);
}

#[tokio::test(start_paused = true)]
async fn pins_of_long_restores_are_renewed() {
    let world = with_history(Ground::new(11)).await;
    world.fail("restore::before_load", "pause");
    let request = to_point("Music", "Copy", None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    let id = world.table("Music").id();
    world.pins(id, 1).await;
    for _ in 0..6 {
        world.advance(DAY / 2);
        world.recovery.upkeep().await.unwrap();
        world.inner().archive.tidy_now().await.unwrap();
        let pins = world.inner().archive.pins(id);
        let now =
            CommitTimestamp::from_micros(anywhen_model::Clock::now_micros(&*world.ground.clock));
        assert!(pins[0].expires_at.unwrap() > now);
    }
    world.pitr("Music", false).await;
    world.span_settled("Music").await;
    world.let_go("restore::before_load");
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy").len(), 40);
    world.pins(id, 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_hangs_up_leaves_nothing_half_done() {
    let world = with_history(Ground::new(12)).await;
    let (table, backup) = (name("Music"), BackupName::parse("First").unwrap());
    // Polled once, then dropped.
    let call = world.recovery.create_backup(&world.realm, &table, &backup);
    let _ = futures::FutureExt::now_or_never(call);
    let inner = world.inner();
    let made = inner.book.until(|entries| {
        let backup = entries.backups.values().next()?;
        (backup.status == BackupStatus::Available).then(|| backup.clone())
    });
    let made = made.await;
    let call = world
        .recovery
        .restore_from_backup(&world.realm, from_backup(&world.arn(&made), "Copy"));
    let _ = futures::FutureExt::now_or_never(call);
    while world.tables.table(&name("Copy")).is_err() {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy").len(), 40);
}

/// What a server has acknowledged and not archived when another takes over is in its log alone,
/// and earlier than what the other then archives: it can never follow in a segment. When the
/// server takes the archive back, history begins anew rather than pass over it.
#[tokio::test(start_paused = true)]
async fn a_takeover_in_between_does_not_hide_changes_from_history() {
    let world = with_history(Ground::new(21)).await;
    let other = world.elsewhere().await;
    world.put("Music", song("Nina", 1, "in no segment")).await;
    other.create(music("Theirs")).await;
    other.pitr("Theirs", true).await;
    other.span_settled("Theirs").await;
    other.put("Theirs", song("Nina", 2, "archived")).await;
    other.inner().archive.seal_and_flush().await.unwrap();
    other.recovery.close().await;

    let world = world.restart().await;
    world.span_settled("Music").await;
    world.advance(2 * SECOND);
    let request = to_point("Music", "Copy", None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world.restored("Copy").await;
    assert_eq!(world.items("Copy"), world.items("Music"));
}

/// A start may take longer than a server may stand still: with many tables, or a slow store. It
/// has looked at the archive all the same, so its first write is not refused.
#[tokio::test(start_paused = true)]
async fn a_start_that_takes_long_refuses_no_write() {
    let ground = with_history(Ground::new(22)).await.crash().await;
    let seconds_stopped_max = ground.archiver.stopped_max;
    ground.objects.set_delay(seconds_stopped_max / 4);
    let begun = tokio::time::Instant::now();
    let world = ground.start().await;
    assert!(begun.elapsed() > seconds_stopped_max);
    world.put("Music", song("Nina", 1, "at once")).await;
}
