//! When the engine must not open, and when it must not take commits.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_engine::{Commit, CommitError, Engine, EngineError, Health, KeyspaceName, Write};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_model::{CommitTimestamp, SystemClock};
use bytes::Bytes;

fn options(directory: &Path) -> LocalEngineOptions {
    let mut options = LocalEngineOptions::new(directory, Arc::new(SystemClock));
    options.free_space_watermark_bytes = 0;
    options
}

async fn put(engine: &LocalEngine, key: &str) -> Result<CommitTimestamp, CommitError> {
    let keyspace = engine.keyspace(&KeyspaceName::server("records"))?;
    let (key, value) = (
        Bytes::copy_from_slice(key.as_bytes()),
        Some(Bytes::from_static(b"v")),
    );
    let writes = vec![Write {
        keyspace,
        key,
        value,
    }];
    engine
        .commit(Commit {
            writes,
            ..Commit::default()
        })
        .await
}

/// A journal that ends before the horizon, at a batch's border or in the middle of one, is not
/// opened and not changed.
#[tokio::test]
async fn a_lost_tail_is_refused_and_named() {
    let directory = tempfile::tempdir().unwrap();
    let engine = LocalEngine::open(options(directory.path())).unwrap();
    put(&engine, "first").await.unwrap();
    let journal = directory.path().join("store/0.jnl");
    let used = |content: &[u8]| content.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let border = used(&std::fs::read(&journal).unwrap());
    let last = put(&engine, "second").await.unwrap();
    engine.close();
    drop(engine);

    let content = std::fs::read(&journal).unwrap();
    for end in [border, border + 10, used(&content) - 1] {
        std::fs::write(&journal, &content[..end]).unwrap();
        let Err(EngineError::LostTail(message)) = LocalEngine::open(options(directory.path()))
        else {
            panic!("opened without its last commit");
        };
        assert!(message.contains(&last.to_string()), "{message}");
        assert_eq!(std::fs::metadata(&journal).unwrap().len(), end as u64);
    }
    std::fs::remove_file(&journal).unwrap();
    let refused = LocalEngine::open(options(directory.path()));
    assert!(
        matches!(refused, Err(EngineError::LostTail(_))),
        "{refused:?}"
    );

    std::fs::rename(
        directory.path().join("store"),
        directory.path().join("away"),
    )
    .unwrap();
    let refused = LocalEngine::open(options(directory.path()));
    assert!(
        matches!(refused, Err(EngineError::LostTail(_))),
        "{refused:?}"
    );

    std::fs::remove_dir_all(directory.path().join("store")).ok();
    std::fs::rename(
        directory.path().join("away"),
        directory.path().join("store"),
    )
    .unwrap();
    for entry in std::fs::read_dir(directory.path().join("store")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jnl") {
            std::fs::remove_file(path).unwrap();
        }
    }
    std::fs::write(&journal, &content).unwrap();
    let engine = LocalEngine::open(options(directory.path())).unwrap();
    assert_eq!(engine.last_commit_timestamp().unwrap(), last);
}

#[test]
fn two_engines_cannot_have_one_directory() {
    let directory = tempfile::tempdir().unwrap();
    let engine = LocalEngine::open(options(directory.path())).unwrap();
    let Err(EngineError::Storage(message)) = LocalEngine::open(options(directory.path())) else {
        panic!("opened twice");
    };
    assert!(message.contains("in use by another process"), "{message}");
    engine.close();
    LocalEngine::open(options(directory.path())).unwrap();
}

/// Creation that was cut short is begun again.
#[tokio::test]
async fn half_a_new_store_is_no_obstacle() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("store.new")).unwrap();
    std::fs::write(directory.path().join("store.new/0.jnl"), "half").unwrap();
    let engine = LocalEngine::open(options(directory.path())).unwrap();
    put(&engine, "k").await.unwrap();
}

/// Below the watermark commits are refused with the reason; reading, sealing, trimming and
/// dropping go on; with space back, commits do too.
#[tokio::test]
async fn a_full_disk_is_refused_before_it_is_full() {
    let directory = tempfile::tempdir().unwrap();
    let free_bytes = Arc::new(AtomicU64::new(10_000));
    let probed = Arc::clone(&free_bytes);
    let mut options = options(directory.path());
    options.free_space_watermark_bytes = 5_000;
    options.free_space_probe = Some(Arc::new(move || Ok(probed.load(Ordering::SeqCst))));
    let engine = LocalEngine::open(options).unwrap();
    let before = put(&engine, "before").await.unwrap();
    let loaded = engine.keyspace(&KeyspaceName::server("loaded")).unwrap();
    let mut loader = engine.bulk_load(loaded).unwrap();
    loader.write(b"k", b"v").unwrap();

    free_bytes.store(4_999, Ordering::SeqCst);
    engine.check_free_space();
    let refused = put(&engine, "refused").await;
    let Err(CommitError::Engine(EngineError::ReadOnly(reason))) = refused else {
        panic!("not refused: {refused:?}");
    };
    let directory_name = directory.path().display().to_string();
    for part in ["4999 bytes", "5000 are kept", &directory_name] {
        assert!(reason.contains(part), "{reason}");
    }
    assert_eq!(engine.health(), Health::ReadOnly(reason.clone()));
    assert_eq!(loader.finish(), Err(EngineError::ReadOnly(reason)));
    let keyspace = engine.keyspace(&KeyspaceName::server("records")).unwrap();
    let snapshot = engine.snapshot().unwrap();
    assert!(snapshot.get(keyspace, b"before").unwrap().is_some());
    assert_eq!(snapshot.timestamp().unwrap(), before);
    assert_eq!(snapshot.get(loaded, b"k").unwrap(), None);
    assert!(matches!(
        engine.bulk_load(loaded).err(),
        Some(EngineError::ReadOnly(_))
    ));
    let sealed = engine.seal().await.unwrap();
    let log = engine.log("log").unwrap();
    engine.trim(log, sealed).unwrap();
    engine
        .drop_keyspace(&KeyspaceName::server("other"))
        .unwrap();

    free_bytes.store(5_000, Ordering::SeqCst);
    engine.check_free_space();
    assert_eq!(engine.health(), Health::Ready);
    put(&engine, "after").await.unwrap();
    assert_eq!(snapshot.get(keyspace, b"refused").unwrap(), None);
}
