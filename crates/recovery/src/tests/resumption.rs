//! What a restore costs that goes on after its server died, and what is left of one that ended.

use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{Pin, PinKind};
use anywhen_model::{AttributeValue, CommitTimestamp, Item, SeededRandomness};
use anywhen_table::{SystemStore, TableStatus};

use super::world::{DAY, Ground, SECOND, World, from_backup, hash, music, name, song, to_point};
use crate::options::RANGES_PER_LOADER;
use crate::{RecoveryLimits, RestoreStage};

const PARALLEL: usize = 3;
const ITEMS: i64 = 320;
const NOTE_BYTES: usize = 8 << 10;

/// A song whose note does not compress below half.
fn long_song(number: i64, version: u64) -> Item {
    let random = SeededRandomness::new(number.cast_unsigned() ^ (version << 32));
    let letters = || (0..16).map(|_| char::from(b'a' + (random.next_u64() % 16) as u8));
    let note: String = (0..NOTE_BYTES / 16).flat_map(|_| letters()).collect();
    let mut item = song(&format!("artist {number}"), number, "label");
    item.attributes
        .insert("note".to_owned(), AttributeValue::S(note));
    item
}

/// A table with a keyframe, a delta and a tail of segments, each of another third of the keys
/// but for the keyframe; its one index holds keys only.
async fn with_long_history(seed: u64) -> World {
    let limits = RecoveryLimits {
        range_bytes_min: 1,
        ranges_parallel: PARALLEL,
        // The tail goes to disk, and is found there again.
        tail_memory_bytes: 64 << 10,
        ..RecoveryLimits::default()
    };
    let ground = Ground {
        limits,
        ..Ground::new(seed)
    };
    let world = ground.start().await;
    let mut table = music("Music");
    table.local_indexes = None;
    if let Some(indexes) = &mut table.global_indexes {
        indexes.retain(|index| index.key_schema == [hash("singer")]);
    }
    table
        .attribute_definitions
        .retain(|definition| ["artist", "song", "singer"].contains(&definition.name.as_str()));
    world.create(table).await;
    for number in 0..ITEMS {
        world.put("Music", long_song(number, 0)).await;
    }
    world.pitr("Music", true).await;
    world.span_settled("Music").await;
    world.advance(2 * SECOND);
    for third in [0, 1] {
        for number in (third..ITEMS).step_by(3) {
            world.put("Music", long_song(number, 1)).await;
        }
        if third == 0 {
            world.inner().archive.seal_and_flush().await.unwrap();
            world.inner().archive.tidy_now().await.unwrap();
        }
    }
    world
}

async fn begin(world: &World, target: &str) {
    let request = to_point("Music", target, None);
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
}

fn recorded(world: &World, target: &str) -> usize {
    let prefix = format!("{target}/range/");
    let stored = world
        .tables
        .system_list(SystemStore::RESTORES, prefix.as_bytes());
    stored.unwrap().len()
}

async fn until(condition: impl Fn() -> bool) {
    while !condition() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_restore_killed_at_four_fifths_rereads_little() {
    let world = with_long_history(31).await;
    // What a restore reads that nobody kills.
    let before = world.ground.objects.bytes_read();
    begin(&world, "Whole").await;
    world.restored("Whole").await;
    let whole = world.ground.objects.bytes_read() - before;

    // All loaders stand with a range that is not durable yet: the most that can be lost.
    let ranges = PARALLEL * RANGES_PER_LOADER as usize;
    let at_four_fifths = ranges * 4 / 5 - PARALLEL;
    world.fail(
        "restore::range_filled",
        &format!("{at_four_fifths}*off->pause"),
    );
    begin(&world, "Copy").await;
    let bytes_done = || {
        let progress = world.ground.progress.lock();
        let last = progress
            .iter()
            .rev()
            .find(|told| told.target == name("Copy"));
        last.map_or(0, |told| told.bytes_done)
    };
    // A range that was let through may wait for its turn behind one that was not.
    until(|| recorded(&world, "Copy") + PARALLEL > at_four_fifths).await;
    let table_bytes = ITEMS.cast_unsigned() * NOTE_BYTES as u64;
    until(|| bytes_done() > table_bytes * 7 / 10).await;
    let ground = world.crash().await;

    let before = ground.objects.bytes_read();
    let world = ground.start().await;
    world.restored("Copy").await;
    let again = ground.objects.bytes_read() - before;
    assert_eq!(world.items("Copy"), world.items("Music"));
    assert!(
        again * 100 < whole * 30,
        "{again} of {whole} bytes were read again"
    );
    let spilled = std::fs::read_dir(ground.spill.path()).unwrap().count();
    assert_eq!(spilled, 0, "nothing is left on disk");
}

/// A panic in the store, on the threads that read ahead, and one in the job itself.
#[tokio::test(start_paused = true)]
async fn a_restore_that_panics_is_a_failed_restore() {
    let world = with_long_history(32).await;
    let id = world.table("Music").id();
    for point in [
        None,
        Some("restore::range_filled"),
        Some("restore::before_publish"),
    ] {
        match point {
            Some(point) => world.fail(point, "panic(broken by a test)"),
            None => world.ground.objects.set_panics(true),
        }
        begin(&world, "Copy").await;
        world.restore_ended("Copy").await;
        let stage = world.ground.progress.lock().last().unwrap().stage;
        assert_eq!(stage, RestoreStage::Failed, "{point:?}");
        assert!(world.tables.table(&name("Copy")).is_err(), "{point:?}");
        let stored = world.tables.system_list(SystemStore::RESTORES, b"");
        assert_eq!(stored.unwrap().len(), 0, "{point:?}");
        let spilled = std::fs::read_dir(world.ground.spill.path()).unwrap();
        assert_eq!(spilled.count(), 0, "{point:?}");
        world.pins(id, 0).await;
        match point {
            Some(point) => world.let_go(point),
            None => world.ground.objects.set_panics(false),
        }
    }
    begin(&world, "Copy").await;
    world.restored("Copy").await;
    assert_eq!(world.items("Copy"), world.items("Music"));
}

fn stale_pin(world: &World) -> Pin {
    let now = anywhen_model::Clock::now_micros(&*world.ground.clock);
    Pin {
        id: "a restore that is gone".to_owned(),
        at: CommitTimestamp::from_micros(now - SECOND),
        kind: PinKind::Restore,
        record: Vec::new(),
        expires_at: Some(CommitTimestamp::from_micros(now + DAY)),
    }
}

/// A server that died after its restore's end, before that of the pin.
#[tokio::test(start_paused = true)]
async fn a_pin_without_a_restore_is_let_go_or_expires() {
    for restarts in [true, false] {
        let world = World::new(33).await;
        world.create(music("Music")).await;
        world.put("Music", song("Nina", 1, "a")).await;
        world.pitr("Music", true).await;
        world.span_settled("Music").await;
        world.advance(10 * SECOND);
        world.put("Music", song("Nina", 2, "a")).await;
        world.inner().archive.seal_and_flush().await.unwrap();
        let id = world.table("Music").id();
        world.inner().pin(id, stale_pin(&world)).await.unwrap();
        assert_eq!(world.inner().archive.pins(id).len(), 1);
        if restarts {
            let world = world.restart().await;
            world.pins(id, 0).await;
        } else {
            world.advance(DAY + SECOND);
            world.recovery.upkeep().await.unwrap();
            world.inner().archive.tidy_now().await.unwrap();
            assert_eq!(world.inner().archive.pins(id).len(), 0);
        }
    }
}

/// Another server's restores may still be reading.
#[tokio::test(start_paused = true)]
async fn a_pin_of_another_server_is_left_to_expire() {
    let world = World::new(34).await;
    world.create(music("Music")).await;
    world.put("Music", song("Nina", 1, "a")).await;
    let backup = world.backup("Music", "First").await;
    world.fail("restore::before_load", "pause");
    let request = from_backup(&world.arn(&backup), "Copy");
    let begun = world
        .recovery
        .restore_from_backup(&world.realm, request)
        .await;
    begun.unwrap();
    let id = backup.table.id;
    world.pins(id, 2).await;
    let other = world.elsewhere().await;
    other.restore_backup(&backup, "Copy").await.unwrap();
    // The backup's, and that of the restore that goes on over there.
    other.pins(id, 2).await;
    world.let_go("restore::before_load");
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy"), other.contents("Copy"));
}

/// After the pin has expired, the files of the plan may be gone: the restore plans anew.
#[tokio::test(start_paused = true)]
async fn a_restore_whose_pin_has_expired_plans_anew_and_keeps_what_it_has() {
    let world = with_long_history(35).await;
    world.fail("restore::range_filled", "20*off->pause");
    begin(&world, "Copy").await;
    until(|| recorded(&world, "Copy") + PARALLEL > 20).await;
    let plan_before = stored_plan(&world);
    // Sorting the segments into deltas makes the plan of today another one.
    world.inner().archive.tidy_now().await.unwrap();
    let kept = recorded(&world, "Copy");
    let ground = world.crash().await;
    ground.clock.advance(2 * DAY);
    let failpoints = Arc::default();
    fail_parallel::cfg(Arc::clone(&failpoints), "restore::range_filled", "pause").unwrap();
    let world = ground.try_start(failpoints).await.unwrap();
    until(|| stored_plan(&world) != plan_before).await;
    assert_eq!(recorded(&world, "Copy"), kept);
    assert_eq!(world.table("Copy").record().status, TableStatus::Creating);
    world.let_go("restore::range_filled");
    world.restored("Copy").await;
    assert_eq!(world.items("Copy"), world.items("Music"));
}

fn stored_plan(world: &World) -> Vec<u8> {
    let plan = world.tables.system_get(SystemStore::RESTORES, b"Copy/plan");
    plan.unwrap().expect("the plan is stored")
}
