//! The main promise: what the archive tells of a table at any instant is what was committed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod common;

use std::sync::Arc;

use anywhen_archive::{
    ArchiveError, ArchiverConfig, FileKind, KeyRange, Pin, PinKind, RestorePlan, open_store,
};
use anywhen_model::{CommitTimestamp, Randomness};
use bytes::Bytes;
use common::{Table, World, dump, eager, read, restore, stored_key};
use object_store::ObjectStore;
use object_store::memory::InMemory;

fn in_memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

fn pin(id: &str, at: CommitTimestamp, kind: PinKind) -> Pin {
    Pin {
        id: id.to_owned(),
        at,
        kind,
        record: id.as_bytes().to_vec(),
        expires_at: None,
    }
}

#[tokio::test]
async fn every_instant_of_a_small_history_reads_back() {
    let (world, store) = (World::new(1), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.put(&world, "before", "1").await;
    let opened = table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    let mut instants = vec![opened];
    for step in 0..20 {
        world.clock.advance(7);
        instants.push(
            table
                .put(&world, &format!("k{}", step % 6), &format!("v{step}"))
                .await,
        );
        if step % 5 == 0 {
            instants.push(table.delete(&world, "before").await);
        }
        if step % 3 == 0 {
            archiver.flush_now().await.unwrap();
        }
        if step == 10 {
            archive.tidy_now().await.unwrap();
        }
    }
    let sealed = archiver.flush_now().await.unwrap();
    instants.push(sealed);
    for at in instants {
        assert_eq!(
            restore(&archive, table.id, at).await.unwrap(),
            table.at(at),
            "at {at}"
        );
    }
    assert!(matches!(
        archive.plan(table.id, opened.previous()).await,
        Err(ArchiveError::NotKept { .. })
    ));
    assert!(matches!(
        archive.plan(table.id, sealed.next()).await,
        Err(ArchiveError::NotArchived { .. })
    ));
    archiver.stop().await;
}

/// Random commits, flushes, tidying, restarts, windows and pins; after each step the table at
/// random instants, whole and in ranges, is the model's.
#[tokio::test]
async fn random_histories_agree_with_the_model() {
    for seed in 0..12 {
        random_history(seed).await;
    }
}

async fn random_history(seed: u64) {
    let (world, store) = (World::new(seed), in_memory());
    let mut tables = [Table::new(&world), Table::new(&world)];
    let mut archive = world.open(&store).await.unwrap();
    let mut archiver = world.spawn(&archive, &[], eager());
    let mut pins: Vec<(usize, Pin)> = Vec::new();
    for step in 0..120_u64 {
        world.clock.advance(world.draw(5));
        let which = world.draw(2) as usize;
        let table = &mut tables[which];
        match world.draw(100) {
            0..60 => random_commit(&world, table, step).await,
            60..72 => drop(archiver.flush_now().await.unwrap()),
            72..78 => archive.tidy_now().await.unwrap(),
            78..84 => {
                if archive.span(table.id).is_none() {
                    table.open_span(&world, &archive).await.unwrap();
                }
            }
            84..86 => archive.close_span(table.id).await.unwrap(),
            86..91 => {
                let at = archiver.flush_now().await.unwrap();
                let pin = pin(&format!("pin{step}"), at, PinKind::Backup);
                if archive.span(table.id).is_some() {
                    archive.pin(table.id, pin.clone()).await.unwrap();
                    pins.push((which, pin));
                }
            }
            91..93 => {
                if !pins.is_empty() {
                    let (which, pin) = pins.swap_remove(world.draw(pins.len() as u64) as usize);
                    archive.unpin(tables[which].id, &pin.id).await.unwrap();
                }
            }
            93..96 => {
                if let Some(span) = archive.span(table.id) {
                    let now = archive.status().borrow().archived_through;
                    let micros = now.as_micros().saturating_sub(span.earliest.as_micros());
                    let earliest = span.earliest.plus_micros(micros / 2);
                    archive.set_window(table.id, earliest).await.unwrap();
                }
            }
            96..98 => {
                if archive.span(table.id).is_none() {
                    let (at, items) = table.snapshot(&world);
                    let pin = pin(&format!("backup{step}"), at, PinKind::Backup);
                    let (id, key) = (table.id, table.key.clone());
                    archive
                        .write_backup_keyframe(id, at, key, items, pin.clone())
                        .await
                        .unwrap();
                    pins.push((which, pin));
                }
            }
            _ => {
                archiver.stop().await;
                archive = world.open(&store).await.unwrap();
                archiver = world.spawn(&archive, &[], eager());
            }
        }
        check_instants(&world, &archive, &tables, &pins, seed, step).await;
    }
    archiver.stop().await;
}

async fn random_commit(world: &World, table: &mut Table, step: u64) {
    let mut changes = Vec::new();
    for _ in 0..=world.draw(3) {
        let key = stored_key(&format!("key{}", world.draw(25)));
        let filler = "x".repeat(world.draw(90) as usize);
        let item = (world.draw(4) > 0).then(|| Bytes::from(format!("item {step} {filler}")));
        if changes.iter().all(|(other, _)| *other != key) {
            changes.push((key, item));
        }
    }
    table.commit(world, &changes).await;
}

async fn check_instants(
    world: &World,
    archive: &Arc<anywhen_archive::RealmArchive>,
    tables: &[Table; 2],
    pins: &[(usize, Pin)],
    seed: u64,
    step: u64,
) {
    let archived = archive.status().borrow().archived_through;
    let mut instants: Vec<_> = pins.iter().map(|(which, pin)| (*which, pin.at)).collect();
    for (which, table) in tables.iter().enumerate() {
        if let Some(span) = archive.span(table.id) {
            let width = archived
                .as_micros()
                .saturating_sub(span.earliest.as_micros())
                + 1;
            instants.push((which, span.earliest.plus_micros(world.draw(width))));
            instants.push((which, span.earliest));
        }
    }
    for (which, at) in instants {
        let table = &tables[which];
        let plan = archive.plan(table.id, at).await;
        let plan = plan.unwrap_or_else(|error| panic!("seed {seed} step {step}: {error}"));
        let ranges = plan.ranges(1 + world.draw(4) as usize);
        let found = read(archive, &plan, ranges).await.unwrap();
        assert!(
            found == table.at(at),
            "seed {seed} step {step}: the table at {at} differs"
        );
    }
}

#[tokio::test]
async fn plans_survive_being_stored_and_estimate_what_they_read() {
    let (world, store) = (World::new(3), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    for number in 0..40 {
        table.put(&world, &format!("k{number}"), "value").await;
    }
    table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    for number in 0..10 {
        table
            .put(&world, &format!("k{number}"), "other value")
            .await;
    }
    let at = archiver.flush_now().await.unwrap();
    let plan = archive.plan(table.id, at).await.unwrap();
    let kinds: Vec<_> = plan.files.iter().map(|file| file.kind).collect();
    assert!(kinds.contains(&FileKind::Keyframe) && kinds.contains(&FileKind::Segment));
    assert!(
        (50..90).contains(&plan.estimated_rows),
        "{}",
        plan.estimated_rows
    );
    let json = serde_json::to_vec(&plan).unwrap();
    let again: RestorePlan = serde_json::from_slice(&json).unwrap();
    assert_eq!(again, plan);
    for count in [1, 2, 3, 7, 16] {
        assert_eq!(
            read(&archive, &again, plan.ranges(count)).await.unwrap(),
            table.at(at)
        );
    }
    archiver.stop().await;
}

/// A restore that holds a pin reads by its first plan, whatever happens meanwhile.
#[tokio::test]
async fn a_pinned_plan_keeps_its_very_files() {
    let (world, store) = (World::new(4), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.open_span(&world, &archive).await.unwrap();
    // Two deltas stay as they are; with a third they would be merged.
    let config = ArchiverConfig {
        delta_fan_in: 3,
        keyframe_bytes_min: u64::MAX,
        ..eager()
    };
    let archiver = world.spawn(&archive, &[&table], config);
    for number in 0..30 {
        table
            .put(
                &world,
                &format!("k{}", number % 9),
                &format!("value {number}"),
            )
            .await;
        archiver.flush_now().await.unwrap();
        if number == 12 || number == 20 {
            archive.tidy_now().await.unwrap();
        }
    }
    let at = archiver.flush_now().await.unwrap();
    let mut restoring = pin("restore", at, PinKind::Restore);
    restoring.expires_at = Some(at.plus_micros(5_000_000));
    archive.pin(table.id, restoring).await.unwrap();
    let plan = archive.plan(table.id, at).await.unwrap();
    let deltas = plan
        .files
        .iter()
        .filter(|file| file.kind == FileKind::Delta);
    assert!(deltas.count() >= 2);
    let planned = table.at(at);
    for number in 0..30 {
        table
            .put(
                &world,
                &format!("k{}", number % 5),
                &format!("later {number}"),
            )
            .await;
        archiver.flush_now().await.unwrap();
        archive.tidy_now().await.unwrap();
    }
    archive.close_span(table.id).await.unwrap();
    archive.tidy_now().await.unwrap();
    assert_eq!(
        read(&archive, &plan, plan.ranges(3)).await.unwrap(),
        planned
    );
    // The pin lets go by itself; then everything of the closed span goes.
    world.clock.advance(6_000_000);
    archive.tidy_now().await.unwrap();
    archive.tidy_now().await.unwrap();
    let left = dump(&store).await;
    let timeline: Vec<_> = left
        .keys()
        .filter(|name| name.contains("/timelines/"))
        .collect();
    assert!(timeline.is_empty(), "{timeline:?}");
    assert!(read(&archive, &plan, vec![KeyRange::all()]).await.is_err());
    archiver.stop().await;
}

#[tokio::test]
async fn backups_outlive_the_window_the_span_and_the_server() {
    let (world, store) = (World::new(5), in_memory());
    let (mut kept, mut plain) = (Table::new(&world), Table::new(&world));
    let archive = world.open(&store).await.unwrap();
    kept.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&kept, &plain], eager());
    let mut backups = Vec::new();
    for number in 0..24 {
        kept.put(
            &world,
            &format!("k{}", number % 7),
            &format!("value {number}"),
        )
        .await;
        if number % 6 == 5 {
            let at = archiver.flush_now().await.unwrap();
            archive
                .pin(kept.id, pin(&format!("b{number}"), at, PinKind::Backup))
                .await
                .unwrap();
            backups.push(at);
        }
        if number % 4 == 0 {
            archive.tidy_now().await.unwrap();
        }
    }
    plain.put(&world, "only", "one").await;
    let (at, items) = plain.snapshot(&world);
    let plain_pin = pin("plain", at, PinKind::Backup);
    archive
        .write_backup_keyframe(plain.id, at, plain.key.clone(), items, plain_pin.clone())
        .await
        .unwrap();
    let sealed = archiver.flush_now().await.unwrap();
    archive.set_window(kept.id, sealed).await.unwrap();
    archive.tidy_now().await.unwrap();
    archive.close_span(kept.id).await.unwrap();
    archive.tidy_now().await.unwrap();
    archiver.stop().await;

    // A second server with the same archive and master key, and nothing else.
    let elsewhere = World {
        engine: World::new(99).engine,
        ..world
    };
    let archive = elsewhere.open(&store).await.unwrap();
    let summaries = archive.timelines().await.unwrap();
    assert_eq!(summaries.len(), 2);
    for summary in summaries {
        let expected = if summary.table == kept.id { 4 } else { 1 };
        assert_eq!(summary.pins.len(), expected);
        assert!(
            summary
                .pins
                .iter()
                .all(|pin| pin.record == pin.id.as_bytes())
        );
    }
    for at in &backups {
        assert_eq!(restore(&archive, kept.id, *at).await.unwrap(), kept.at(*at));
        assert!(
            archive.plan(kept.id, at.next()).await.is_err(),
            "only the pinned instant"
        );
    }
    assert_eq!(
        restore(&archive, plain.id, plain_pin.at).await.unwrap(),
        plain.at(plain_pin.at)
    );

    // Dropping a backup drops what only it held.
    for number in [5, 11, 17, 23] {
        archive.unpin(kept.id, &format!("b{number}")).await.unwrap();
    }
    archive.unpin(plain.id, "plain").await.unwrap();
    assert_eq!(archive.timelines().await.unwrap(), []);
    elsewhere.clock.advance(3_600_000_000);
    archive.tidy_now().await.unwrap();
    let left = dump(&store).await;
    assert!(
        left.keys().all(|name| !name.contains("/timelines/")),
        "{:?}",
        left.keys()
    );
}

/// A window that moves before anything has been flushed does not move back before its span,
/// which would drop the span's only keyframe.
#[tokio::test]
async fn a_window_that_moves_before_the_first_flush_stays_in_its_span() {
    let (world, store) = (World::new(21), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    let before = table.put(&world, "a", "before the span").await;
    table.open_span(&world, &archive).await.unwrap();
    archive
        .set_window(table.id, before.plus_micros(1))
        .await
        .unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    table.put(&world, "b", "in the span").await;
    let through = archiver.flush_now().await.unwrap();
    archive.tidy_now().await.unwrap();
    assert_eq!(
        restore(&archive, table.id, through).await.unwrap(),
        table.at(through)
    );
    archiver.stop().await;
}

/// A span that opens where the last commit is older than the seal that closed the one before:
/// pins between the two, and before, keep their instants through all of it.
#[tokio::test]
async fn spans_opened_again_without_a_commit_keep_every_pin() {
    let (world, store) = (World::new(12), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    let mut pinned = Vec::new();
    for round in 0..6 {
        if round % 3 != 2 {
            table.put(&world, &format!("k{round}"), "value").await;
        }
        table.open_span(&world, &archive).await.unwrap();
        for turn in 0..3 {
            if turn > 0 && round % 2 == 0 {
                table
                    .put(&world, &format!("k{turn}"), &format!("{round}"))
                    .await;
            }
            let at = archiver.flush_now().await.unwrap();
            let pin = pin(&at.to_string(), at, PinKind::Backup);
            archive.pin(table.id, pin).await.unwrap();
            pinned.push(at);
        }
        archive.close_span(table.id).await.unwrap();
        if round % 2 == 1 {
            archive.tidy_now().await.unwrap();
        }
        for at in &pinned {
            let found = restore(&archive, table.id, *at).await.unwrap();
            assert_eq!(found, table.at(*at), "round {round} at {at}");
        }
    }
    archiver.stop().await;
}

#[tokio::test]
async fn nothing_readable_is_stored() {
    let (world, store) = (World::new(6), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    let secret = "PLAINTEXT-CANARY".repeat(4);
    table.put(&world, &secret, &secret).await;
    let opened = table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    for number in 0..5 {
        table
            .put(&world, &format!("{secret}{number}"), &secret)
            .await;
        let at = archiver.flush_now().await.unwrap();
        let mut pin = pin(&secret, at, PinKind::Backup);
        pin.record = secret.clone().into_bytes();
        archive.pin(table.id, pin).await.unwrap();
        if number == 2 {
            archive.tidy_now().await.unwrap();
        }
    }
    let objects = dump(&store).await;
    let kinds = ["/keyframes/", "/deltas/", "/segments/", "/manifest/"];
    assert!(
        kinds
            .iter()
            .all(|kind| objects.keys().any(|name| name.contains(kind)))
    );
    for (name, bytes) in objects {
        assert!(!name.contains("CANARY"), "{name}");
        let found = bytes
            .windows(16)
            .any(|window| window == b"PLAINTEXT-CANARY");
        assert!(!found, "{name} holds plaintext");
    }
    assert_eq!(
        restore(&archive, table.id, opened).await.unwrap(),
        table.at(opened)
    );
    archiver.stop().await;
}

/// Changes between the announcement and the first keyframe are not lost, however the flushes
/// and the sorting fall.
#[tokio::test]
async fn a_span_in_the_making_loses_nothing() {
    let (world, store) = (World::new(7), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    table.put(&world, "a", "before").await;
    archiver.flush_now().await.unwrap();
    let announced = archive.announce_span(table.id, table.key.clone());
    table.put(&world, "a", "announced").await;
    let (at, items) = table.snapshot(&world);
    table.put(&world, "b", "after the snapshot").await;
    archiver.flush_now().await.unwrap();
    archive.tidy_now().await.unwrap();
    let deleted = table.delete(&world, "a").await;
    archiver.flush_now().await.unwrap();
    archive
        .open_span(table.id, at, table.key.clone(), items)
        .await
        .unwrap();
    drop(announced);
    archive.tidy_now().await.unwrap();
    let sealed = archiver.flush_now().await.unwrap();
    for at in [at, at.next(), deleted, sealed] {
        assert_eq!(restore(&archive, table.id, at).await.unwrap(), table.at(at));
    }
    archiver.stop().await;
}

#[tokio::test]
async fn an_idle_realm_is_restorable_now() {
    let (world, store) = (World::new(8), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.put(&world, "a", "1").await;
    table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    archiver.flush_now().await.unwrap();
    let objects = dump(&store).await.len();
    world.clock.advance(3_600_000_000);
    let latest = archive.latest().await.unwrap();
    assert!(
        latest.as_micros() >= 1_700_003_600_000_000,
        "an hour later, and nothing happened"
    );
    assert_eq!(dump(&store).await.len(), objects, "and nothing was written");
    assert_eq!(
        restore(&archive, table.id, latest).await.unwrap(),
        table.at(latest)
    );
    // A pin at such an instant takes the manifest there, so that it means the same elsewhere.
    archive
        .pin(table.id, pin("p", latest, PinKind::Backup))
        .await
        .unwrap();
    assert!(archive.head().archived_through >= latest);
    archiver.stop().await;
    let archive = world.open(&store).await.unwrap();
    assert_eq!(
        restore(&archive, table.id, latest).await.unwrap(),
        table.at(latest)
    );
}

/// Nobody asks: the archiver flushes by itself within its interval, sorts out what has piled
/// up, and stopping flushes the rest.
#[tokio::test(start_paused = true)]
async fn the_archiver_works_by_itself() {
    let (world, store) = (World::new(10), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.open_span(&world, &archive).await.unwrap();
    let config = ArchiverConfig {
        sort_segments: 4,
        ..ArchiverConfig::default()
    };
    let archiver = world.spawn(&archive, &[&table], config);
    let mut status = archive.status();
    for number in 0..12 {
        let at = table.put(&world, &format!("k{number}"), "value").await;
        let began = tokio::time::Instant::now();
        let reached = status
            .wait_for(|status| status.archived_through >= at)
            .await;
        drop(reached.unwrap());
        assert!(began.elapsed() <= std::time::Duration::from_millis(1_001));
    }
    // Segments are sorted out when the fourth has come, in a task of its own.
    loop {
        let plan = archive
            .plan(table.id, status.borrow().archived_through)
            .await
            .unwrap();
        let of = |kind| plan.files.iter().filter(|file| file.kind == kind).count();
        if of(FileKind::Delta) > 0 && of(FileKind::Segment) < 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    }
    let last = table.put(&world, "last", "value").await;
    archiver.stop().await;
    assert!(archive.status().borrow().archived_through >= last);
    assert_eq!(
        restore(&archive, table.id, last).await.unwrap(),
        table.at(last)
    );
}

/// A directory, with items large enough that files are put in parts.
#[tokio::test]
async fn a_directory_holds_an_archive() {
    let home = tempfile::tempdir().unwrap();
    let (store, _, _) = open_store(&home.path().join("archive").display().to_string()).unwrap();
    let world = World::new(11);
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    for number in 0..40_u64 {
        let mut item = vec![0; 400_000];
        Randomness::fill(&*world.randomness, &mut item);
        let change = (stored_key(&format!("k{number}")), Some(Bytes::from(item)));
        table.commit(&world, &[change]).await;
    }
    let opened = table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], ArchiverConfig::default());
    table.delete(&world, "k7").await;
    let at = archiver.flush_now().await.unwrap();
    archive.tidy_now().await.unwrap();
    archiver.stop().await;
    drop(archive);
    let archive = world.open(&store).await.unwrap();
    for at in [opened, at] {
        let plan = archive.plan(table.id, at).await.unwrap();
        assert!(read(&archive, &plan, plan.ranges(4)).await.unwrap() == table.at(at));
    }
    assert_eq!(archive.head().archived_through, at);
}

#[tokio::test]
async fn a_rewound_table_is_what_it_was_and_its_history_stays() {
    let (world, store) = (World::new(31), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.put(&world, "kept", "as it was").await;
    table.put(&world, "changed", "before").await;
    table.put(&world, "deleted", "there").await;
    let opened = table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    let to = table.put(&world, "changed", "then").await;
    archiver.flush_now().await.unwrap();
    archive.tidy_now().await.unwrap();
    let mut instants = vec![opened, to];
    instants.push(table.put(&world, "changed", "later").await);
    archiver.flush_now().await.unwrap();
    archive.tidy_now().await.unwrap();
    // What is still in segments belongs to the history, too.
    instants.push(table.put(&world, "new", "later").await);
    instants.push(table.delete(&world, "deleted").await);
    archiver.flush_now().await.unwrap();
    archiver.stop().await;

    let archive = world.open(&store).await.unwrap();
    let before = dump(&store).await;
    world.clock.advance(1_000_000);
    let at = world.engine.seal().await.unwrap();
    archive.pass_idle(at).await.unwrap();
    archive.rewind(table.id, to, at).await.unwrap();
    let after = dump(&store).await;
    archive.rewind(table.id, to, at).await.unwrap();
    assert_eq!(dump(&store).await.len(), after.len(), "it is done once");
    assert!(before.keys().all(|path| after.contains_key(path)));

    // By this server, and by one that has only the archive; after tidying, too.
    for tidy in [false, true] {
        let archive = world.open(&store).await.unwrap();
        if tidy {
            archive.tidy_now().await.unwrap();
        }
        for at in instants.iter().copied().chain([at.previous()]) {
            let restored = restore(&archive, table.id, at).await.unwrap();
            assert_eq!(restored, table.at(at), "at {at}");
        }
        assert_eq!(
            restore(&archive, table.id, at).await.unwrap(),
            table.at(to),
            "rewound"
        );
    }
}
