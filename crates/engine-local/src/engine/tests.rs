//! What only shows from inside: how many batches are written, what flushes do to readers, what
//! a failing disk does.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use anywhen_engine::{CommitError, Direction, LogEntry, Write};
use anywhen_model::{SeededRandomness, SystemClock, TableId};
use bytes::Bytes;
use fjall::AbstractTree;

use super::*;
use crate::Durability;

fn options(directory: &Path) -> LocalEngineOptions {
    let mut options = LocalEngineOptions::new(directory, Arc::new(SystemClock));
    options.free_space_watermark_bytes = 0;
    options.log_slice_bytes = 64 << 10;
    options
}

fn open(directory: &Path) -> LocalEngine {
    LocalEngine::open(options(directory)).unwrap()
}

fn records(engine: &LocalEngine) -> (KeyspaceHandle, fjall::Keyspace) {
    let handle = engine.keyspace(&KeyspaceName::server("records")).unwrap();
    let keyspaces = &engine.core().unwrap().views.current().keyspaces;
    (handle, keyspaces[handle.0 as usize].clone().unwrap())
}

fn put(keyspace: KeyspaceHandle, key: impl Into<Bytes>, value: impl Into<Bytes>) -> Commit {
    let writes = vec![Write {
        keyspace,
        key: key.into(),
        value: Some(value.into()),
    }];
    Commit {
        writes,
        ..Commit::default()
    }
}

/// While one batch is on its way to the disk, all who come share the next one.
#[tokio::test]
async fn concurrent_commits_share_a_batch() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let (handle, _) = records(&engine);
    let core = engine.core().unwrap();
    let before = core.database.seqno();
    let gate = core.views.gate();
    let receipts: Vec<_> = (0..64_u8)
        .map(|key| engine.commit(put(handle, vec![key], "v")))
        .collect();
    drop(gate);
    let mut given = Vec::new();
    for receipt in receipts {
        given.push(receipt.await.unwrap());
    }
    assert!(given.is_sorted_by(|a, b| a < b));
    let batches = core.database.seqno() - before;
    assert!((1..=2).contains(&batches), "{batches} batches");
    assert_eq!(core.gauge.commits(), 0);
    assert_eq!(core.gauge.size_bytes(), 0);
}

/// Commits of the same key that are queued together go into batches of their own, in order.
#[tokio::test]
async fn a_key_is_written_once_in_a_batch() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let (handle, _) = records(&engine);
    let core = engine.core().unwrap();
    let before = core.database.seqno();
    let gate = core.views.gate();
    let receipts: Vec<_> = (0..5_u8)
        .map(|value| engine.commit(put(handle, "k", vec![value])))
        .collect();
    drop(gate);
    for receipt in receipts {
        receipt.await.unwrap();
    }
    assert_eq!(core.database.seqno() - before, 5);
    let value = engine.snapshot().unwrap().get(handle, b"k").unwrap();
    assert_eq!(value, Some(Bytes::from_static(&[4])));
}

/// A flush that ends while a batch is being written moves fjall's own visible sequence number
/// past that batch; readers must not come to see it in pieces.
#[test]
fn flushes_do_not_show_half_a_commit() {
    const KEYS: u8 = 200;
    const ROUNDS: u16 = 300;
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let (handle, keyspace) = records(&engine);
    let other = engine.keyspace(&KeyspaceName::server("other")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                keyspace.rotate_memtable_and_wait().unwrap();
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                let snapshot = engine.snapshot().unwrap();
                let value = |handle, key| snapshot.get(handle, &[key]).unwrap();
                let first = value(handle, 1);
                assert!(
                    (2..=KEYS).all(|key| value(handle, key) == first),
                    "half a commit"
                );
                assert_eq!(value(other, 1), first, "half a commit across keyspaces");
            }
        });
        for round in 0..ROUNDS {
            let value = Bytes::copy_from_slice(&round.to_be_bytes());
            let mut commit = put(other, vec![1], value.clone());
            for key in 1..=KEYS {
                commit
                    .writes
                    .extend(put(handle, vec![key], value.clone()).writes);
            }
            runtime.block_on(engine.commit(commit)).unwrap();
        }
        done.store(true, Ordering::Release);
    });
}

/// Trimmed slices leave the disk, except a small one that is still written to.
#[tokio::test]
async fn trimmed_slices_are_gone() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let core = engine.core().unwrap();
    let log = engine.log("log").unwrap();
    let entry = LogEntry {
        log,
        table: TableId::from_u128(1),
        key: Bytes::from_static(b"k"),
        value: Some(Bytes::from(vec![1; 10_000])),
        old_value: None,
    };
    let slices = || core.logs.keyspaces().len();
    for _ in 0..30 {
        let log = vec![entry.clone()];
        engine
            .commit(Commit {
                log,
                ..Commit::default()
            })
            .await
            .unwrap();
    }
    assert_eq!(slices(), 5);
    assert!(engine.log_backlog_bytes(log) >= 300_000);
    let directories = || std::fs::read_dir(directory.path().join("store/keyspaces")).unwrap();
    let before = directories().count();
    let sealed = engine.seal().await.unwrap();
    engine.trim(log, sealed).unwrap();
    assert_eq!((slices(), engine.log_backlog_bytes(log)), (0, 0));
    assert_eq!(directories().count(), before - 5);

    let small = LogEntry {
        value: None,
        ..entry
    };
    let kept = engine
        .commit(Commit {
            log: vec![small],
            ..Commit::default()
        })
        .await
        .unwrap();
    let sealed = engine.seal().await.unwrap();
    engine.trim(log, sealed).unwrap();
    assert_eq!(slices(), 1);
    drop(core);
    drop(engine);
    let engine = open(directory.path());
    let log = engine.log("log").unwrap();
    assert_eq!(*engine.watch_log(log).unwrap().borrow(), kept);
}

/// A background worker of fjall that fails poisons the database: commits are refused for good,
/// health says why, reading goes on, and opening again heals it without a loss.
#[tokio::test]
async fn a_failed_flush_makes_the_engine_read_only() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let (handle, keyspace) = records(&engine);
    engine.commit(put(handle, "k", "v")).await.unwrap();
    let tables = keyspace.path().join("tables");
    std::fs::remove_dir_all(&tables).unwrap();
    std::fs::write(&tables, "not a directory").unwrap();
    keyspace.rotate_memtable().unwrap();
    let mut acknowledged = 0_u32;
    let error = loop {
        match engine
            .commit(put(handle, acknowledged.to_be_bytes().to_vec(), "v"))
            .await
        {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(error, CommitError::Engine(EngineError::ReadOnly(_))),
        "{error:?}"
    );
    assert!(matches!(engine.health(), Health::Poisoned(_)));
    assert!(matches!(engine.seal().await, Err(EngineError::ReadOnly(_))));
    let snapshot = engine.snapshot().unwrap();
    assert_eq!(
        snapshot.get(handle, b"k").unwrap(),
        Some(Bytes::from_static(b"v"))
    );
    drop((snapshot, keyspace));
    drop(engine);

    std::fs::remove_file(&tables).unwrap();
    let engine = open(directory.path());
    let (handle, keyspace) = records(&engine);
    let snapshot = engine.snapshot().unwrap();
    assert_eq!(
        snapshot.get(handle, b"k").unwrap(),
        Some(Bytes::from_static(b"v"))
    );
    for key in 0..acknowledged {
        assert!(snapshot.get(handle, &key.to_be_bytes()).unwrap().is_some());
    }
    assert!(keyspace.tree.active_memtable().size() > 0);
    engine.commit(put(handle, "k", "w")).await.unwrap();
}

/// Random commits while every memtable is flushed and compacted as fast as possible: nothing is
/// lost and nothing comes back, before and after reopening.
#[test]
fn constant_flushing_loses_nothing() {
    const LIVES: usize = 2;
    const COMMITS: usize = 400;
    let directory = tempfile::tempdir().unwrap();
    let random = SeededRandomness::new(5);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let mut model: BTreeMap<Bytes, Bytes> = BTreeMap::new();
    let compare = |engine: &LocalEngine, handle, model: &BTreeMap<Bytes, Bytes>| {
        let all = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        let snapshot = engine.snapshot().unwrap();
        let found = snapshot
            .range(handle, all, anywhen_engine::Direction::Forward)
            .unwrap();
        assert!(
            found
                .map(Result::unwrap)
                .eq(model.iter().map(|(k, v)| (k.clone(), v.clone())))
        );
    };
    for _ in 0..LIVES {
        let engine = open(directory.path());
        let (handle, keyspace) = records(&engine);
        compare(&engine, handle, &model);
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Acquire) {
                    keyspace.rotate_memtable_and_wait().unwrap();
                }
            });
            for round in 0..COMMITS {
                let mut commit = Commit::default();
                for _ in 0..4 {
                    let key = Bytes::copy_from_slice(&[1, (random.next_u64() % 251) as u8]);
                    let value = Bytes::copy_from_slice(&random.next_u64().to_be_bytes());
                    let removes = random.next_u64().is_multiple_of(3);
                    let value = (!removes).then_some(value);
                    match &value {
                        Some(value) => model.insert(key.clone(), value.clone()),
                        None => model.remove(&key),
                    };
                    commit.writes.push(Write {
                        keyspace: handle,
                        key,
                        value,
                    });
                }
                runtime.block_on(engine.commit(commit)).unwrap();
                if round % 100 == 0 {
                    compare(&engine, handle, &model);
                }
            }
            done.store(true, Ordering::Release);
        });
        compare(&engine, handle, &model);
    }
}

/// Many small memtables are together too large: the largest ones are flushed, slices too.
#[tokio::test]
async fn memtables_are_bounded_together() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = options(directory.path());
    options.memtables_bytes = 200_000;
    let engine = LocalEngine::open(options).unwrap();
    let core = engine.core().unwrap();
    let log = engine.log("log").unwrap();
    let (large, large_keyspace) = records(&engine);
    let small = engine.keyspace(&KeyspaceName::server("small")).unwrap();
    for key in 0..100_u8 {
        let mut commit = put(large, vec![key], vec![1; 3_000]);
        commit.writes.extend(put(small, vec![key], "v").writes);
        let (key, value) = (Bytes::from(vec![key]), Some(Bytes::from(vec![1; 1_000])));
        let table = TableId::from_u128(1);
        commit.log.push(LogEntry {
            log,
            table,
            key,
            value,
            old_value: None,
        });
        engine.commit(commit).await.unwrap();
    }
    let active = |keyspace: &fjall::Keyspace| keyspace.tree.active_memtable().size();
    let total = || {
        let keyspaces = core.views.current().keyspaces.clone();
        let records = keyspaces.iter().flatten().map(active).sum::<u64>();
        records + core.logs.keyspaces().iter().map(active).sum::<u64>()
    };
    while total() > 200_000 || large_keyspace.table_count() == 0 {
        tokio::task::yield_now().await;
    }
    let sealed = engine.seal().await.unwrap();
    let logged = engine.changes(log, CommitTimestamp::ZERO, sealed).unwrap();
    assert_eq!(logged.map(Result::unwrap).count(), 100);
    let snapshot = engine.snapshot().unwrap();
    for key in 0..100_u8 {
        assert_eq!(snapshot.get(large, &[key]).unwrap().unwrap().len(), 3_000);
        assert_eq!(snapshot.get(small, &[key]).unwrap().unwrap(), "v");
    }
}

/// Readers of a range would have to step over every version of an item that is updated often.
#[tokio::test]
async fn versions_of_a_hot_key_do_not_pile_up() {
    let directory = tempfile::tempdir().unwrap();
    let mut options = options(directory.path());
    options.durability = Durability::Process;
    let engine = LocalEngine::open(options).unwrap();
    let (handle, keyspace) = records(&engine);
    let updates = 4_500_u32;
    let mut receipts = Vec::new();
    for number in 0..updates {
        receipts.push(engine.commit(put(handle, "hot", number.to_be_bytes().to_vec())));
    }
    for receipt in receipts {
        receipt.await.unwrap();
    }
    // Those that came after the flush are too few for another.
    while keyspace.tree.approximate_len() > 1_000 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let snapshot = engine.snapshot().unwrap();
    let all = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
    let found = snapshot.range(handle, all, Direction::Forward).unwrap();
    let found: Vec<_> = found.map(Result::unwrap).collect();
    let last = Bytes::from((updates - 1).to_be_bytes().to_vec());
    assert_eq!(found, [(Bytes::from("hot"), last)]);
}
