//! A sealed instant divides history for good.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anywhen_model::CommitTimestamp;

use super::changes::{entry, timestamps};
use super::{Store, close, commit, keyspace, open, open_at, put, wait};
use crate::Commit;

/// While writers commit, seals are taken. For every seal S: whatever was acknowledged before it
/// is at or below S and is in the log when S is given; afterwards nothing is added there.
pub fn divide_concurrent_commits(store: &dyn Store) {
    const SEALS: usize = 30;
    const COMMITS_PER_WRITER: usize = 300;
    let engine = open(store);
    let log = engine.log("log").unwrap();
    let acknowledged = Mutex::new(BTreeSet::new());
    let done = AtomicBool::new(false);
    let through = |sealed| timestamps(&*engine, log, CommitTimestamp::ZERO, sealed);
    let sealed = std::thread::scope(|scope| {
        for writer in 0..3_u8 {
            let (engine, acknowledged, done) = (&engine, &acknowledged, &done);
            scope.spawn(move || {
                for _ in 0..COMMITS_PER_WRITER {
                    if done.load(Ordering::Acquire) {
                        break;
                    }
                    let sealed_before = wait(engine.seal()).unwrap();
                    let log = vec![entry(log, 1, [writer], Some("v"))];
                    let commit = Commit {
                        log,
                        ..Commit::default()
                    };
                    let timestamp = wait(engine.commit(commit)).unwrap();
                    assert!(timestamp > sealed_before);
                    acknowledged.lock().unwrap().insert(timestamp);
                }
            });
        }
        let mut sealed = Vec::new();
        for _ in 0..SEALS {
            let before: BTreeSet<_> = acknowledged.lock().unwrap().clone();
            let instant = wait(engine.seal()).unwrap();
            let found = through(instant);
            assert!(before.iter().all(|timestamp| *timestamp <= instant));
            assert!(before.iter().all(|timestamp| found.contains(timestamp)));
            sealed.push((instant, found));
        }
        done.store(true, Ordering::Release);
        sealed
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    for (instant, found) in &sealed {
        assert_eq!(&through(*instant), found, "added to sealed history");
        let expected: BTreeSet<_> = acknowledged.range(..=instant).copied().collect();
        assert_eq!(found, &expected);
    }
    assert!(sealed.is_sorted_by(|a, b| a.0 < b.0));
    close(engine);
}

/// A seal without commits moves on by itself, and later lives with an older clock stay above.
pub fn hold_after_reopening(store: &dyn Store) {
    let (engine, clock) = open_at(store, 1_000);
    let handle = keyspace(&*engine, "records");
    let first = commit(&*engine, vec![put(handle, "k", "v")]).unwrap();
    clock.set(9_000);
    let sealed = wait(engine.seal()).unwrap();
    assert_eq!(sealed, CommitTimestamp::from_micros(9_000));
    assert_eq!(
        engine.snapshot().unwrap().timestamp().unwrap(),
        first,
        "a seal is no commit"
    );
    assert_eq!(
        engine.recovered_floor(),
        CommitTimestamp::ZERO,
        "a new store"
    );
    close(engine);
    let (engine, _) = open_at(store, 1_000);
    assert!(engine.recovered_floor() >= sealed);
    assert_eq!(engine.snapshot().unwrap().timestamp().unwrap(), first);
    assert!(commit(&*engine, vec![put(handle, "k", "v")]).unwrap() > sealed);
    let again = wait(engine.seal()).unwrap();
    close(engine);
    let (engine, _) = open_at(store, 1_000);
    assert!(wait(engine.seal()).unwrap() > again);
    close(engine);
}
