//! Verification of what is whole: an archive that is written to while it is read, and one that
//! crashes have left files in, has no problems; and verifying changes nothing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::Arc;

use anywhen_archive::{ArchiveError, ArchiveView, ObjectKind, Pin, PinKind, verify};
use bytes::Bytes;
use common::{Table, World, dump, eager, stored_key, verify_options};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

fn in_memory() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

/// Everything a server does goes on, without any grace time, while verification after
/// verification runs, with and without the key.
#[tokio::test]
async fn a_server_at_work_is_no_damage() {
    for seed in 0..4 {
        let (world, store) = (World::new(seed), in_memory());
        let mut table = Table::new(&world);
        let archive = world.open(&store).await.unwrap();
        table.open_span(&world, &archive).await.unwrap();
        let archiver = world.spawn(&archive, &[&table], eager());
        let work = async {
            for step in 0..60_u64 {
                world.clock.advance(3);
                let key = stored_key(&format!("key{}", world.draw(15)));
                let item = Bytes::from(format!("item {step} {}", "x".repeat(40)));
                table.commit(&world, &[(key, Some(item))]).await;
                let at = archiver.flush_now().await.unwrap();
                if step % 7 == 0 {
                    let pin = Pin {
                        id: format!("pin{step}"),
                        at,
                        kind: PinKind::Backup,
                        record: Vec::new(),
                        expires_at: None,
                    };
                    archive.pin(table.id, pin).await.unwrap();
                }
                if step % 4 == 0 {
                    archive.tidy_now().await.unwrap();
                    let earliest = archive.span(table.id).unwrap().earliest.plus_micros(5);
                    archive.set_window(table.id, earliest).await.unwrap();
                }
            }
        };
        let watch = async {
            let mut verifications = 0;
            loop {
                let with_key = verifications % 2 == 0;
                let found = verify(verify_options(&world, &store, with_key)).await;
                let found = found.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
                assert_eq!(found.problems, [], "seed {seed}");
                verifications += 1;
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            () = work => {}
            () = watch => {}
        }
        archiver.stop().await;
        let found = verify(verify_options(&world, &store, true)).await.unwrap();
        assert_eq!(
            (found.problems, found.notes),
            (vec![], vec![]),
            "seed {seed}"
        );
        let objects = dump(&store).await;
        let total = found.summary.total();
        assert_eq!(total.objects, objects.len() as u64, "seed {seed}");
        let bytes: usize = objects.values().map(Bytes::len).sum();
        assert_eq!(total.bytes, bytes as u64, "seed {seed}: every byte is read");
        assert!(found.summary.rows > 0 && found.summary.spans == 1);
        assert!(found.summary.kinds.contains_key(&ObjectKind::Delta));
    }
}

/// What a crash leaves is worth a note; nothing is put or deleted.
#[tokio::test]
async fn files_that_nothing_names_are_notes_and_stay() {
    let (world, store) = (World::new(5), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.put(&world, "a", "1").await;
    table.open_span(&world, &archive).await.unwrap();
    let archiver = world.spawn(&archive, &[&table], eager());
    table.put(&world, "a", "2").await;
    archiver.flush_now().await.unwrap();
    // A keyframe of a timeline whose first manifest never came, and something foreign.
    let mut never = Table::new(&world);
    never.put(&world, "b", "1").await;
    never.open_span(&world, &archive).await.unwrap();
    archiver.stop().await;
    for path in dump(&store).await.into_keys() {
        if path.contains(&never.id.to_string()) && path.contains("/manifest/") {
            store.delete(&Path::from(path)).await.unwrap();
        }
    }
    let foreign = Path::from("some/prefix/notes.txt");
    store.put(&foreign, "mine".into()).await.unwrap();
    let before = dump(&store).await;
    for with_key in [true, false] {
        let found = verify(verify_options(&world, &store, with_key))
            .await
            .unwrap();
        assert_eq!(found.problems, []);
        let notes: Vec<String> = found.notes.iter().map(ToString::to_string).collect();
        assert_eq!(notes.len(), 2, "{notes:?}");
        assert!(notes[0].contains("/keyframes/") && notes[0].contains("nothing names it"));
        assert!(
            notes[1].starts_with("notes.txt: not an object"),
            "{notes:?}"
        );
    }
    assert_eq!(dump(&store).await, before, "nothing is changed");
}

#[tokio::test]
async fn where_there_is_no_archive_that_is_said() {
    let (world, store) = (World::new(6), in_memory());
    let nothing = verify(verify_options(&world, &store, true)).await;
    assert!(matches!(nothing, Err(ArchiveError::Missing { .. })));
    let viewed = ArchiveView::open(store.clone(), Path::from("some/prefix"), None).await;
    assert!(matches!(viewed, Err(ArchiveError::Missing { .. })));
    assert!(dump(&store).await.is_empty(), "and none is made");
}

/// Another key than the archive's is told for what it is, and opens nothing.
#[tokio::test]
async fn a_foreign_key_is_named() {
    let (world, store) = (World::new(7), in_memory());
    let mut table = Table::new(&world);
    let archive = world.open(&store).await.unwrap();
    table.put(&world, "a", "1").await;
    table.open_span(&world, &archive).await.unwrap();
    let other = World::new(8);
    let found = verify(verify_options(&other, &store, true)).await.unwrap();
    assert!(!found.problems.is_empty());
    for problem in &found.problems {
        assert!(problem.what.contains("master key"), "{problem}");
    }
}
