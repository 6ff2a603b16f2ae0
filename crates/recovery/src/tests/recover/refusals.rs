//! What cannot be recovered is named, and why.

use std::sync::Arc;

use anywhen_kms::MasterKey;
use anywhen_model::{SeededRandomness, TableId};
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};

use super::super::away::Objects;
use super::super::world::{Ground, SECOND, name};
use super::{Lived, names, only, refusal};
use crate::{RecoverError, RecoveryError};

async fn paths(objects: &Objects, part: &str) -> Vec<Path> {
    let all: Vec<_> = objects.list(None).try_collect().await.unwrap();
    let paths = all.into_iter().map(|object| object.location);
    paths.filter(|path| path.as_ref().contains(part)).collect()
}

async fn flip(objects: &Objects, path: &Path) {
    let bytes = objects.get(path).await.unwrap().bytes().await.unwrap();
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    objects.put(path, bytes.into()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_damaged_table_is_named_and_the_others_come_back() {
    let lived = Lived::new(Ground::new(47)).await;
    let id = lived.world.table("Songs").id();
    let (lost, moments) = lived.lose().await;
    for (part, flipped) in [
        (format!("timelines/{id}/keyframes"), true),
        (format!("timelines/{id}/keyframes"), false),
        (format!("timelines/{id}/deltas"), true),
        (format!("timelines/{id}/deltas"), false),
    ] {
        let ground = Ground {
            objects: lost.objects.fork(),
            ..lost.without_disk()
        };
        let files = paths(&ground.objects, &part).await;
        for path in &files {
            if flipped {
                flip(&ground.objects, path).await;
            } else {
                ground.objects.delete(path).await.unwrap();
            }
        }
        let report = only(ground.recover(None, Arc::default()).await.unwrap());
        assert!(report.is_damaged());
        assert_eq!(names(&report).0, ["Other"], "{part}");
        let songs = report
            .lost
            .iter()
            .find(|table| table.name == name("Songs"))
            .unwrap();
        let named = files
            .iter()
            .any(|path| songs.reason.contains(path.as_ref()));
        assert!(songs.damaged && named, "{part}: {songs:?}");
        let world = ground.start().await;
        let last = moments.last().unwrap();
        assert_eq!(world.items("Other"), last.tables["Other"]);
        assert!(
            world.tables.table(&name("Songs")).is_err(),
            "nothing pretends"
        );
        // Its history is where it was, for whoever mends the object or needs an earlier instant.
        assert!(world.inner().archive.span(id).is_some());
        world.crash().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_catalog_or_manifest_that_cannot_be_read_is_named_and_nothing_comes_back() {
    let lived = Lived::new(Ground::new(48)).await;
    let songs = lived.world.table("Songs").id();
    let (lost, _) = lived.lose().await;
    let system = TableId::SYSTEM;
    for part in [
        format!("timelines/{system}/deltas"),
        format!("timelines/{system}/manifest"),
        format!("timelines/{songs}/manifest"),
        "us-east-1/manifest".to_owned(),
        "anywhen-archive.json".to_owned(),
    ] {
        let ground = Ground {
            objects: lost.objects.fork(),
            ..lost.without_disk()
        };
        let files = paths(&ground.objects, &part).await;
        assert!(!files.is_empty(), "{part}");
        for path in &files {
            flip(&ground.objects, path).await;
        }
        let error = ground.recover(None, Arc::default()).await.unwrap_err();
        let text = error.to_string();
        let named = files.iter().any(|path| text.contains(path.as_ref()));
        assert!(named, "{part}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_recovered_says_why() {
    let (lost, _) = Lived::new(Ground::new(49)).await.lose().await;
    let other_key = Ground {
        master: Arc::new(MasterKey::generate(&SeededRandomness::new(1))),
        ..lost.without_disk()
    };
    let error = other_key.recover(None, Arc::default()).await.unwrap_err();
    assert!(error.to_string().contains("key"), "{error}");
    let empty = Ground {
        objects: Objects::new(),
        ..lost.without_disk()
    };
    let text = refusal(empty.recover(None, Arc::default()).await);
    assert!(text.contains("nothing to recover"), "{text}");
    // The attempts have cost nothing.
    lost.recover(None, Arc::default()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_behind_the_archive_waits_or_is_refused() {
    let (ground, moments) = Lived::new(Ground::new(50)).await.lose().await;
    ground.clock.set(moments[0].at.as_micros() - 3600 * SECOND);
    let behind = ground.recover(None, Arc::default()).await.unwrap_err();
    assert!(behind.to_string().contains("set the clock"), "{behind}");
    ground
        .clock
        .set(moments.last().unwrap().at.as_micros() + SECOND);
    ground.recover(None, Arc::default()).await.unwrap();
}

#[test]
fn errors_of_requests_stay_what_they_are() {
    let error = RecoveryError::Internal("x".to_owned());
    assert_eq!(
        RecoverError::from(error.clone()),
        RecoverError::CutOff(error)
    );
}
