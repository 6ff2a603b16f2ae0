//! The tail of a plan is read once, for all ranges, and may be found again in a later life.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod common;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anywhen_archive::{
    ArchiveError, ArchiverConfig, FileKind, PlanReader, ReadLimits, RealmArchive, RestorePlan,
};
use bytes::Bytes;
use common::{Items, Table, World, eager, stored_key};
use futures::TryStreamExt as _;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt as _};

/// A table with a keyframe, deltas, and changes in segments.
async fn with_tail(
    world: &World,
    store: &Arc<dyn ObjectStore>,
) -> (Arc<RealmArchive>, Table, RestorePlan) {
    let mut table = Table::new(world);
    let archive = world.open(store).await.unwrap();
    for step in 0..30 {
        random_commit(world, &mut table, step).await;
    }
    table.open_span(world, &archive).await.unwrap();
    let config = ArchiverConfig {
        keyframe_ratio: f64::INFINITY,
        ..eager()
    };
    let archiver = world.spawn(&archive, &[&table], config);
    for step in 30..150 {
        world.clock.advance(3);
        random_commit(world, &mut table, step).await;
        if step % 7 == 0 {
            archiver.flush_now().await.unwrap();
        }
        if step == 80 {
            archive.tidy_now().await.unwrap();
        }
    }
    let at = archiver.flush_now().await.unwrap();
    archiver.stop().await;
    let plan = archive.plan(table.id, at).await.unwrap();
    for kind in [FileKind::Keyframe, FileKind::Delta, FileKind::Segment] {
        assert!(plan.files.iter().any(|file| file.kind == kind), "{kind:?}");
    }
    (archive, table, plan)
}

async fn random_commit(world: &World, table: &mut Table, step: u64) {
    let key = stored_key(&format!("key{}", world.draw(40)));
    let filler = "x".repeat(world.draw(90) as usize);
    let item = (world.draw(4) > 0).then(|| Bytes::from(format!("item {step} {filler}")));
    table.commit(world, &[(key, item)]).await;
}

async fn read(reader: PlanReader) -> Result<Items, ArchiveError> {
    let work = move || {
        let mut all = Items::new();
        for range in reader.plan().ranges(5) {
            for item in reader.read(&range)? {
                let (key, item) = item?;
                assert!(range.contains(&key));
                assert!(all.insert(key, item).is_none(), "each key once");
            }
        }
        Ok(all)
    };
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test]
async fn a_tail_is_read_once_wherever_it_is_sorted() {
    // Bound of memory, whether it is kept, and how many files there are at least.
    for (tail_bytes, keep, least) in [(1 << 20, false, 0), (1 << 20, true, 1), (300, false, 3)] {
        let world = World::new(tail_bytes);
        let store: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let (archive, table, plan) = with_tail(&world, &store).await;
        let expected = table.at(plan.at);
        let limits = ReadLimits {
            tail_bytes,
            ..ReadLimits::default()
        };
        let unsorted = archive.plan_reader(plan.clone(), limits);
        assert_eq!(read(unsorted).await.unwrap(), expected);

        let home = tempfile::tempdir().unwrap();
        let reader = archive.plan_reader(plan.clone(), limits);
        let sort = {
            let (archive, directory) = (Arc::clone(&archive), home.path().to_owned());
            move || archive.sort_tail(reader, &directory, keep)
        };
        let (reader, runs) = tokio::task::spawn_blocking(sort).await.unwrap().unwrap();
        let sorted = files(home.path());
        assert!(sorted.len() >= least, "{sorted:?}");
        assert_eq!(runs.is_some(), least > 0);
        assert!(least > 0 || sorted.is_empty());

        // Whoever read a segment again would miss it now.
        let all: Vec<_> = store.list(None).try_collect().await.unwrap();
        for object in all {
            if object.location.as_ref().contains("/segments/") {
                store.delete(&object.location).await.unwrap();
            }
        }
        assert_eq!(read(reader).await.unwrap(), expected);

        let Some(runs) = runs else { continue };
        let later = || archive.plan_reader(plan.clone(), limits);
        let mut reader = later();
        assert!(reader.take_sorted_tail(&runs, home.path()));
        assert_eq!(read(reader).await.unwrap(), expected);

        let whole = std::fs::read(&sorted[0]).unwrap();
        // Up to the trailer, a hash that ranged reads leave alone.
        for place in [whole.len() / 2, whole.len() - 32 - 1] {
            let mut bent = whole.clone();
            bent[place] ^= 1;
            std::fs::write(&sorted[0], bent).unwrap();
            let mut reader = later();
            assert!(reader.take_sorted_tail(&runs, home.path()));
            let refused = read(reader).await.unwrap_err();
            assert!(matches!(refused, ArchiveError::Damaged { .. }), "{refused}");
        }
        std::fs::write(&sorted[0], &whole[1..]).unwrap();
        assert!(!later().take_sorted_tail(&runs, home.path()), "cut short");
        std::fs::remove_file(&sorted[0]).unwrap();
        assert!(!later().take_sorted_tail(&runs, home.path()), "gone");
    }
}
