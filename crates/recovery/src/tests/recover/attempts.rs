//! A recovery may end at any request and go on; of two attempts, and of the server before, one
//! has the archive.

use std::sync::Arc;

use anywhen_model::CommitTimestamp;
use fail_parallel::FailPointRegistry;

use super::super::away::Trip;
use super::super::world::{Disk, Ground, song};
use super::{Lived, check_items, check_moments, only, refusal};
use crate::{RecoverError, RecoveredRealm, RecoveryLimits};

/// Recovers again and again until it is done; asserts that nothing but a cut is ever answered.
async fn persist(ground: &Ground, at: Option<CommitTimestamp>) -> RecoveredRealm {
    let mut last = None;
    for _ in 0..3 {
        match ground.recover(at, Arc::default()).await {
            Ok(recovered) => return only(recovered),
            Err(RecoverError::CutOff(error)) => last = Some(error),
            Err(RecoverError::Refused(text)) => panic!("{text}"),
        }
    }
    panic!("it does not end: {last:?}");
}

fn small_ranges() -> RecoveryLimits {
    RecoveryLimits {
        range_bytes: 400,
        ranges_parallel: 2,
        index_memory_bytes: 400,
        ..RecoveryLimits::default()
    }
}

/// Breaks a recovery at every request to the archive, one after the other.
async fn broken_everywhere(at_first: bool, trip: Trip) {
    let ground = Ground {
        limits: small_ranges(),
        ..Ground::new(43)
    };
    let (lost, moments) = Lived::new(ground).await.lose().await;
    let moment = if at_first {
        &moments[1]
    } else {
        moments.last().unwrap()
    };
    let at = at_first.then_some(moment.at);
    let step = if at_first { 7 } else { 3 };
    for request in (0..).step_by(step) {
        let ground = Ground {
            objects: lost.objects.fork(),
            ..lost.without_disk()
        };
        let objects = Arc::clone(&ground.objects);
        // The next life meets the archive as it is then, whatever its request was.
        objects.trip_at(request, trip);
        let broken = tokio::select! {
            ended = ground.recover(at, Arc::default()) => ended.err(),
            () = objects.died() => None,
        };
        if let Some(RecoverError::Refused(text)) = broken {
            panic!("request {request}: {text}");
        }
        // What the dead one has sorted on disk, as it is now: its threads end in their own time.
        let ground = ground.with_spill_copied();
        let tripped = objects.has_tripped();
        let report = persist(&ground, at).await;
        assert_eq!(report.tables.len(), 2, "request {request}: {report:?}");
        assert!(!report.is_damaged(), "request {request}: {report:?}");
        let world = ground.start().await;
        check_items(&world, moment, &format!("request {request}"));
        if request % 5 == 0 {
            check_moments(&world, &moments, "on").await;
        }
        world.crash().await;
        if !tripped {
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_fails_never_spoils_a_recovery() {
    broken_everywhere(false, Trip::Fails).await;
    broken_everywhere(true, Trip::Fails).await;
}

#[tokio::test(start_paused = true)]
async fn a_recovery_that_dies_at_a_request_goes_on() {
    for trip in [Trip::Dies, Trip::DiesAfter] {
        broken_everywhere(false, trip).await;
        broken_everywhere(true, trip).await;
    }
}

fn failing(point: &str) -> Arc<FailPointRegistry> {
    let failpoints = Arc::new(FailPointRegistry::new());
    fail_parallel::cfg(Arc::clone(&failpoints), point, "1*off->return(cut)").unwrap();
    failpoints
}

#[tokio::test(start_paused = true)]
async fn a_recovery_goes_on_where_it_ended_and_no_server_opens_it_before() {
    let ground = Ground {
        limits: small_ranges(),
        ..Ground::new(44)
    };
    let (lost, moments) = Lived::new(ground).await.lose().await;
    let moment = &moments[1];
    for point in [
        "restore::range_loaded",
        "recover::before_publish",
        "recover::rewound",
    ] {
        let ground = Ground {
            objects: lost.objects.fork(),
            progress: Arc::default(),
            ..lost.without_disk()
        };
        let at = Some(moment.at);
        let cut = ground.recover(at, failing(point)).await.unwrap_err();
        assert!(matches!(cut, RecoverError::CutOff(_)), "{point}: {cut}");
        let refused = ground
            .try_start(Arc::default())
            .await
            .map(|_| ())
            .unwrap_err();
        assert!(
            refused.to_string().contains("anywhen recover"),
            "{point}: {refused}"
        );
        let other = refusal(ground.recover(None, Arc::default()).await);
        assert!(other.contains("begun with `--at"), "{other}");
        ground.progress.lock().clear();
        let report = only(ground.recover(at, Arc::default()).await.unwrap());
        assert_eq!(report.tables.len(), 2);
        if point == "recover::rewound" {
            assert!(ground.progress.lock().is_empty(), "nothing is loaded again");
        }
        let world = ground.start().await;
        check_items(&world, moment, point);
        check_moments(&world, &moments, "on").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_on_disk_comes_back_too() {
    let (lost, moments) = Lived::new(Ground::new(45)).await.lose().await;
    let ground = Ground {
        disk: Disk::Local(Arc::new(tempfile::tempdir().unwrap())),
        ..lost
    };
    let cut = ground
        .recover(None, failing("recover::before_publish"))
        .await;
    assert!(matches!(cut, Err(RecoverError::CutOff(_))));
    ground.recover(None, Arc::default()).await.unwrap();
    let world = ground.start().await;
    check_items(&world, moments.last().unwrap(), "on disk");
    let world = world.restart().await;
    check_items(&world, moments.last().unwrap(), "after a restart");
    check_moments(&world, &moments, "on").await;
    world.crash().await;
}

#[tokio::test(start_paused = true)]
async fn the_server_before_is_fenced_and_a_superseded_attempt_ends() {
    let lived = Lived::new(Ground::new(46)).await;
    let (before, moments) = (lived.world, lived.moments);
    let first = before.ground.without_disk();
    let cut = first
        .recover(None, failing("recover::before_publish"))
        .await;
    assert!(matches!(cut, Err(RecoverError::CutOff(_))));
    let second = before.ground.without_disk();
    second.recover(None, Arc::default()).await.unwrap();
    let superseded = refusal(first.recover(None, Arc::default()).await);
    assert!(
        superseded.contains("another server has used"),
        "{superseded}"
    );

    before
        .put("Songs", song("late", 1, "nobody would keep it"))
        .await;
    let fenced = before.inner().archive.seal_and_flush().await.unwrap_err();
    assert!(fenced.to_string().contains("taken over"), "{fenced}");
    let ground = before.crash().await;
    let replaced = ground.try_start(Arc::default()).await;
    let replaced = replaced.map(|_| ()).unwrap_err().to_string();
    assert!(replaced.contains("was replaced"), "{replaced}");
    let world = second.start().await;
    check_items(&world, moments.last().unwrap(), "second");
    let used = refusal(world.crash().await.recover_used().await);
    assert!(used.contains("the data directory holds data"), "{used}");
}
