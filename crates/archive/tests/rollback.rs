//! A timeline's newest manifest that is gone: the one before would read as if changes that had
//! been archived had never been. It is noticed by verification and at start.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod common;

use std::sync::Arc;

use anywhen_archive::{ArchiverConfig, verify};
use common::{Table, World, dump, eager, verify_options};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};

/// Sorts out twice, a manifest each, and answers the timeline's and the realm's manifests.
async fn sorted_twice(world: &World, store: &Arc<dyn ObjectStore>) -> (Vec<String>, Vec<String>) {
    let mut table = Table::new(world);
    let archive = world.open(store).await.unwrap();
    table.put(world, "a", "0").await;
    table.open_span(world, &archive).await.unwrap();
    let config = ArchiverConfig {
        delta_fan_in: 100,
        keyframe_bytes_min: u64::MAX,
        ..eager()
    };
    let archiver = world.spawn(&archive, &[&table], config);
    for item in ["1", "2"] {
        world.clock.advance(10);
        table.put(world, "a", item).await;
        archiver.flush_now().await.unwrap();
        archive.tidy_now().await.unwrap();
    }
    archiver.stop().await;
    let paths = dump(store).await.into_keys();
    let manifests = paths.filter(|path| path.contains("/manifest/"));
    manifests.partition(|path| path.contains("/timelines/"))
}

#[tokio::test]
async fn a_timeline_without_its_newest_manifest_is_refused_and_named() {
    let (world, store) = (
        World::new(11),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let (timeline, _) = sorted_twice(&world, &store).await;
    let newest = timeline.last().unwrap();
    store.delete(&Path::from(newest.as_str())).await.unwrap();
    let name = newest.strip_prefix("some/prefix/").unwrap();

    let found = verify(verify_options(&world, &store, true)).await.unwrap();
    let [problem] = &found.problems[..] else {
        panic!("{:?}", found.problems)
    };
    assert_eq!(problem.path, name);
    assert!(problem.what.contains("/deltas/"), "{problem}");

    let before = dump(&store).await;
    let refused = world.open(&store).await.unwrap_err().to_string();
    assert!(refused.contains(name), "{refused}");
    let after = dump(&store).await;
    let kept = before.keys().all(|path| after.contains_key(path));
    assert!(kept, "what is left is not taken for garbage");
}

#[tokio::test]
async fn a_realm_without_any_manifest_is_refused_and_named() {
    let (world, store) = (
        World::new(12),
        Arc::new(InMemory::new()) as Arc<dyn ObjectStore>,
    );
    let (_, realm) = sorted_twice(&world, &store).await;
    for path in &realm {
        store.delete(&Path::from(path.as_str())).await.unwrap();
    }
    let folder = realm[0].rsplit_once('/').unwrap().0;
    let name = folder.strip_prefix("some/prefix/").unwrap();
    for with_key in [true, false] {
        let found = verify(verify_options(&world, &store, with_key))
            .await
            .unwrap();
        assert!(found.problems.iter().any(|problem| problem.path == name));
    }
    let refused = world.open(&store).await.unwrap_err().to_string();
    assert!(refused.contains(name), "{refused}");
    let fewer = dump(&store).await;
    assert!(
        !fewer.keys().any(|path| realm.contains(path)),
        "none is begun anew"
    );
}
