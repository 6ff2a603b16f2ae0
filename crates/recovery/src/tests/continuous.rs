//! UpdateContinuousBackups, DescribeContinuousBackups, and the window.

use anywhen_model::CommitTimestamp;

use super::world::{DAY, SECOND, START_MICROS, World, from_backup, music, name, song, to_point};
use crate::{ContinuousBackups, PitrWindow, PointInTimeRecovery, RecoveryError};

/// Half a second past a whole one, so that rounding shows.
async fn odd_world(seed: u64) -> World {
    let world = World::new(seed).await;
    world.advance(SECOND / 2);
    world.create(music("Music")).await;
    world.put("Music", song("Nina", 1, "a")).await;
    world
}

async fn update(
    world: &World,
    table: &str,
    on: bool,
    days: Option<u32>,
) -> Result<ContinuousBackups, RecoveryError> {
    world
        .recovery
        .update_continuous_backups(&world.realm, &name(table), on, days)
        .await
}

fn seconds(after_start: u64) -> CommitTimestamp {
    CommitTimestamp::from_micros(START_MICROS + after_start * SECOND)
}

#[tokio::test(start_paused = true)]
async fn both_ways_are_synchronous_and_the_period_is_kept() {
    let world = odd_world(1).await;
    let off = ContinuousBackups { pitr: None };
    assert_eq!(world.described("Music").await, off);
    assert_eq!(
        update(&world, "Music", false, None).await,
        Ok(off),
        "off when off"
    );
    let on = update(&world, "Music", true, None).await.unwrap();
    let enabled = PointInTimeRecovery {
        recovery_period_days: 35,
        window: Some(PitrWindow {
            earliest: seconds(1),
            latest: seconds(1),
        }),
    };
    assert_eq!(
        on,
        ContinuousBackups {
            pitr: Some(enabled)
        },
        "latest is never below earliest"
    );
    assert_eq!(world.described("Music").await, on);
    let seven = update(&world, "Music", true, Some(7))
        .await
        .unwrap()
        .pitr
        .unwrap();
    assert_eq!(
        seven,
        PointInTimeRecovery {
            recovery_period_days: 7,
            ..enabled
        }
    );
    let again = update(&world, "Music", true, None)
        .await
        .unwrap()
        .pitr
        .unwrap();
    assert_eq!(again.recovery_period_days, 7, "on when on keeps the period");
    assert_eq!(update(&world, "Music", false, None).await, Ok(off));
    world.advance(100 * SECOND);
    let on = update(&world, "Music", true, None)
        .await
        .unwrap()
        .pitr
        .unwrap();
    assert_eq!(
        (on.recovery_period_days, on.window.unwrap().earliest),
        (35, seconds(101)),
        "begins anew"
    );
}

#[tokio::test(start_paused = true)]
async fn refusals_have_their_texts() {
    let world = odd_world(2).await;
    let refused = update(&world, "Music", false, Some(3)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Invalid Request: Cannot specify RecoveryPeriodInDays when disabling point-in-time \
         recovery."
    );
    let backup = world.backup("Music", "First").await;
    world.fail("restore::before_load", "pause");
    let request = from_backup(&world.arn(&backup), "Target");
    world
        .recovery
        .restore_from_backup(&world.realm, request)
        .await
        .unwrap();
    for missing in ["Absent", "Target"] {
        let expected = RecoveryError::TableNotFound(format!("Table not found: {missing}"));
        assert_eq!(
            update(&world, missing, true, None).await,
            Err(expected.clone())
        );
        let described = world
            .recovery
            .describe_continuous_backups(&world.realm, &name(missing))
            .await;
        assert_eq!(described, Err(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn earliest_is_the_snapshot_of_switching_on_and_latest_is_now() {
    let world = odd_world(3).await;
    world.pitr("Music", true).await;
    world.advance(SECOND / 4);
    // Before the first whole second: earliest is restorable and already holds it.
    world.put("Music", song("Nina", 2, "b")).await;
    world.advance(SECOND / 4 + 3 * SECOND);
    world.put("Music", song("Nina", 3, "c")).await;
    let window = world.window("Music").await;
    assert_eq!((window.earliest, window.latest), (seconds(1), seconds(4)));
    world
        .restore_at("Music", "Earliest", window.earliest)
        .await
        .unwrap();
    assert_eq!(world.contents("Earliest").len(), 2);
    let request = to_point("Music", "Latest", None);
    let target = world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    let summary = target.restore.unwrap();
    assert!(
        summary.at >= seconds(4),
        "to the microsecond: {}",
        summary.at
    );
    assert_eq!(
        summary.source_table_arn.as_deref(),
        Some("arn:aws:dynamodb:us-east-1:123456789012:table/Music")
    );
    assert_eq!(summary.source_backup_arn, None);
    world.restored("Latest").await;
    assert_eq!(
        world.contents("Latest").len(),
        3,
        "every write acknowledged before the call"
    );
}

#[tokio::test(start_paused = true)]
async fn an_earliest_that_is_still_to_come_is_waited_for() {
    let world = odd_world(4).await;
    world.pitr("Music", true).await;
    let earliest = world.window("Music").await.earliest;
    let request = to_point("Music", "Copy", Some(earliest));
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world
        .put("Music", song("Nina", 2, "at or before the instant"))
        .await;
    world.advance(SECOND);
    world
        .put("Music", song("Nina", 3, "after the instant"))
        .await;
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_window_moves_with_its_period_and_never_back() {
    let world = odd_world(5).await;
    world.pitr("Music", true).await;
    world.span_settled("Music").await;
    world.advance(10 * DAY);
    world.put("Music", song("Nina", 2, "b")).await;
    assert_eq!(world.window("Music").await.earliest, seconds(1));
    let short = update(&world, "Music", true, Some(3))
        .await
        .unwrap()
        .pitr
        .unwrap();
    let day = |days: u64| seconds(1 + days * 86_400);
    assert_eq!(short.window.unwrap().earliest, day(7), "at once");
    let long = update(&world, "Music", true, Some(35))
        .await
        .unwrap()
        .pitr
        .unwrap();
    assert_eq!(long.window.unwrap().earliest, day(7), "not back");
    world.recovery.upkeep().await.unwrap();
    let world = world.restart().await;
    world.advance(30 * DAY);
    assert_eq!(
        world.window("Music").await.earliest,
        day(7),
        "grows day by day"
    );
    world.advance(10 * DAY);
    assert_eq!(
        world.window("Music").await.earliest,
        day(15),
        "and then moves"
    );
    world.recovery.upkeep().await.unwrap();
    world.inner().archive.tidy_now().await.unwrap();
    world.restore_at("Music", "Copy", day(15)).await.unwrap();
    assert_eq!(world.contents("Copy").len(), 2);
    let refused = world
        .restore_at("Music", "Copy2", day(15).previous())
        .await
        .unwrap_err();
    assert!(
        matches!(refused, RecoveryError::InvalidRestoreTime(_)),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn off_discards_all_but_backups() {
    let world = odd_world(6).await;
    world.pitr("Music", true).await;
    let backup = world.backup("Music", "Kept").await;
    world.put("Music", song("Nina", 2, "b")).await;
    let id = world.table("Music").id();
    world.pitr("Music", false).await;
    world.span_settled("Music").await;
    assert_eq!(world.inner().archive.span(id), None);
    world.pins(id, 1).await;
    world.put("Music", song("Nina", 3, "unlogged")).await;
    world.pitr("Music", true).await;
    world.restore_backup(&backup, "Copy").await.unwrap();
    assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
    world.advance(SECOND);
    world.put("Music", song("Nina", 4, "logged")).await;
    let request = to_point("Music", "Latest", None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world.restored("Latest").await;
    assert_eq!(world.contents("Latest").len(), 4);
}

#[tokio::test(start_paused = true)]
async fn switching_off_waits_for_jobs_that_have_chosen_an_instant() {
    let world = odd_world(7).await;
    world.pitr("Music", true).await;
    world.span_settled("Music").await;
    world.fail("backup::before_keyframe", "pause");
    let begun = world.begin_backup("Music", "Kept").await;
    let id = world.table("Music").id();
    assert_eq!(
        update(&world, "Music", false, None).await,
        Ok(ContinuousBackups { pitr: None })
    );
    assert!(world.inner().archive.span(id).is_some(), "still needed");
    // On again before the old span has ended: the request waits, then says to try later.
    let refused = update(&world, "Music", true, None).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Backups are being enabled for the table: Music. Please retry later"
    );
    world.let_go("backup::before_keyframe");
    let backup = world.available(&begun).await;
    world.span_settled("Music").await;
    assert_eq!(world.inner().archive.span(id), None);
    world.restore_backup(&backup, "Copy").await.unwrap();
    assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
    update(&world, "Music", true, None).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_was_admitted_finds_its_instant_whatever_happens_then() {
    let world = odd_world(8).await;
    world.pitr("Music", true).await;
    world.advance(5 * SECOND);
    world.put("Music", song("Nina", 2, "b")).await;
    // Held before it has planned; its pin is in the archive.
    world.fail("restore::before_load", "pause");
    let request = to_point("Music", "Copy", None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world.put("Music", song("Nina", 3, "c")).await;
    world.pitr("Music", false).await;
    world
        .recovery
        .delete_table(&world.realm, &name("Music"))
        .await
        .unwrap();
    world.gone("Music").await;
    world.inner().archive.tidy_now().await.unwrap();
    world.let_go("restore::before_load");
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_restored_or_recreated_table_keeps_no_history() {
    let world = odd_world(9).await;
    world.pitr("Music", true).await;
    let backup = world.backup("Music", "First").await;
    world.restore_backup(&backup, "Copy").await.unwrap();
    assert_eq!(
        world.described("Copy").await,
        ContinuousBackups { pitr: None }
    );
    world
        .recovery
        .delete_table(&world.realm, &name("Music"))
        .await
        .unwrap();
    world.gone("Music").await;
    world.create(music("Music")).await;
    assert_eq!(
        world.described("Music").await,
        ContinuousBackups { pitr: None }
    );
}

/// On, and nothing can be restored yet.
const PENDING: ContinuousBackups = ContinuousBackups {
    pitr: Some(PointInTimeRecovery {
        recovery_period_days: 35,
        window: None,
    }),
};

/// A crash before the first keyframe is durable makes the span begin anew, so nothing may have
/// been said of its window by then, nor a restore accepted; what is said afterwards stays true.
#[tokio::test(start_paused = true)]
async fn there_is_no_window_before_its_beginning_is_durable() {
    let world = odd_world(11).await;
    world.fail("span::before_keyframe", "pause");
    assert_eq!(world.pitr("Music", true).await, PENDING);
    world.advance(5 * SECOND);
    assert_eq!(world.described("Music").await, PENDING);
    for at in [None, Some(seconds(1)), Some(seconds(4))] {
        let refused = world
            .recovery
            .restore_to_point_in_time(&world.realm, to_point("Music", "Copy", at))
            .await;
        let pending = RecoveryError::PointInTimeRecoveryPending(name("Music"));
        assert_eq!(refused.unwrap_err(), pending, "at {at:?}");
    }
    world.let_go("span::before_keyframe");
    world.span_settled("Music").await;
    let told = world.window("Music").await;
    let world = world.restart().await;
    assert_eq!(world.window("Music").await.earliest, told.earliest);
    world
        .restore_at("Music", "Copy", told.earliest)
        .await
        .unwrap();
    assert_eq!(world.contents("Copy"), world.contents("Music"));
}

/// A first keyframe that cannot be written is begun anew from a later snapshot, as often as it
/// takes: the window begins later, and switching off and on is not needed.
#[tokio::test(start_paused = true)]
async fn a_first_keyframe_that_fails_is_begun_anew() {
    let world = odd_world(9).await;
    world.fail("span::before_keyframe", "3*return(a broken item)");
    assert_eq!(world.pitr("Music", true).await, PENDING);
    world.put("Music", song("Nina", 2, "b")).await;
    world.advance(20 * SECOND);
    world.put("Music", song("Nina", 3, "c")).await;
    world.span_settled("Music").await;
    let opened = world.window("Music").await.earliest;
    assert!(opened > seconds(20), "the beginning has moved up");
    world.advance(2 * SECOND);
    world.put("Music", song("Nina", 4, "d")).await;
    world.restore_at("Music", "Opened", opened).await.unwrap();
    assert_eq!(world.contents("Opened").len(), 3);
    let request = to_point("Music", "Latest", None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world.restored("Latest").await;
    assert_eq!(world.contents("Latest"), world.contents("Music"));
}

/// Switching off ends the attempts.
#[tokio::test(start_paused = true)]
async fn a_first_keyframe_that_is_no_longer_wanted_is_given_up() {
    let world = odd_world(10).await;
    world.fail("span::before_keyframe", "return(a broken item)");
    world.pitr("Music", true).await;
    world.pitr("Music", false).await;
    world.span_settled("Music").await;
    world.let_go("span::before_keyframe");
    assert_eq!(world.described("Music").await.pitr, None);
    let id = world.table("Music").id();
    assert_eq!(world.inner().archive.span(id), None);
    world.pitr("Music", true).await;
    world.span_settled("Music").await;
    world.put("Music", song("Nina", 2, "b")).await;
    let latest = to_point("Music", "Latest", None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, latest)
        .await
        .unwrap();
    world.restored("Latest").await;
    assert_eq!(world.contents("Latest").len(), 2);
}
