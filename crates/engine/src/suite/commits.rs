//! Commits are atomic, ordered and lasting.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anywhen_model::CommitTimestamp;
use bytes::Bytes;

use super::{Store, all, bytes, close, commit, get, keyspace, open, open_at, put, wait};
use crate::{Commit, Engine, KEY_SIZE_BYTES_MAX, KeyspaceHandle, KeyspaceName, Snapshot};

/// While writers commit one value to many keys of two keyspaces, every snapshot shows one value
/// only, the same when it is read again, and never an older one than the snapshot before.
pub fn are_seen_whole(store: &dyn Store) {
    const ROUNDS: u64 = 60;
    const KEYS: u64 = 40;
    let engine = open(store);
    let keyspaces = ["first", "second"].map(|what| keyspace(&*engine, what));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _reader in 0..2 {
            scope.spawn(|| {
                let mut newest = Bytes::new();
                while !done.load(Ordering::Acquire) {
                    let snapshot = engine.snapshot().unwrap();
                    let seen = the_one_value(&*snapshot, keyspaces, KEYS);
                    assert_eq!(the_one_value(&*snapshot, keyspaces, KEYS), seen);
                    assert!(seen >= newest, "time went back");
                    newest = seen;
                }
            });
        }
        for round in 1..=ROUNDS {
            let value = round.to_be_bytes();
            let writes = (0..KEYS)
                .flat_map(|key| keyspaces.map(|handle| put(handle, key.to_be_bytes(), value)))
                .collect();
            commit(&*engine, writes).unwrap();
        }
        done.store(true, Ordering::Release);
    });
    let last = the_one_value(&*engine.snapshot().unwrap(), keyspaces, KEYS);
    assert_eq!(last, bytes(ROUNDS.to_be_bytes()));
    close(engine);
}

fn the_one_value(snapshot: &dyn Snapshot, keyspaces: [KeyspaceHandle; 2], keys: u64) -> Bytes {
    let entries = keyspaces.map(|handle| all(snapshot, handle)).concat();
    let Some((_, first)) = entries.first() else {
        return Bytes::new();
    };
    assert_eq!(entries.len() as u64, 2 * keys);
    assert!(
        entries.iter().all(|(_, value)| value == first),
        "half a commit"
    );
    first.clone()
}

/// Timestamps grow strictly: among concurrent commits, with a clock that stands or goes back,
/// and after reopening. They follow a clock that moves.
pub fn timestamps_only_grow(store: &dyn Store) {
    let start = 1_000_000;
    let (engine, clock) = open_at(store, start);
    let handle = keyspace(&*engine, "records");
    let mut given: Vec<CommitTimestamp> = std::thread::scope(|scope| {
        let engine = &engine;
        let writers: Vec<_> = (0..4_u8)
            .map(|writer| {
                scope.spawn(move || {
                    let mut given = Vec::new();
                    for round in 0..25_u8 {
                        let written = commit(&**engine, vec![put(handle, [writer, round], "v")]);
                        given.push(written.unwrap());
                    }
                    assert!(given.is_sorted());
                    given
                })
            })
            .collect();
        writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap())
            .collect()
    });
    given.sort();
    assert!(
        given
            .iter()
            .all(|given| *given >= CommitTimestamp::from_micros(start))
    );
    let mut next = |engine: &Arc<dyn Engine>| {
        given.push(commit(&**engine, vec![put(handle, "k", "v")]).unwrap());
        *given.last().unwrap()
    };
    clock.advance(5_000_000);
    assert_eq!(
        next(&engine),
        CommitTimestamp::from_micros(start + 5_000_000)
    );
    clock.set(7);
    next(&engine);
    close(engine);

    let (engine, _) = open_at(store, 9);
    assert_eq!(keyspace(&*engine, "records"), handle);
    let last = next(&engine);
    assert_eq!(engine.snapshot().unwrap().timestamp().unwrap(), last);
    close(engine);
    assert!(given.is_sorted_by(|a, b| a < b), "{given:?}");
}

/// A commit with one bad write leaves no trace: no record, no log record, no timestamp.
pub fn refused_ones_change_nothing(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "records");
    let gone = keyspace(&*engine, "gone");
    engine.drop_keyspace(&KeyspaceName::server("gone")).unwrap();
    let log = engine.log("log").unwrap();
    let before = commit(&*engine, vec![put(handle, "k", "before")]).unwrap();
    let too_long = vec![b'k'; KEY_SIZE_BYTES_MAX + 1];
    for bad in [
        put(gone, "k", "v"),
        put(handle, "", "v"),
        put(handle, too_long, "v"),
    ] {
        let entry = super::changes::entry(log, 1, "k", Some("v"));
        let writes = vec![put(handle, "k", "after"), bad];
        let refused = wait(engine.commit(Commit {
            writes,
            log: vec![entry],
            ..Commit::default()
        }));
        assert!(refused.is_err());
        let snapshot = engine.snapshot().unwrap();
        assert_eq!(snapshot.timestamp().unwrap(), before);
        assert_eq!(snapshot.get(handle, b"k").unwrap(), Some("before".into()));
    }
    let sealed = wait(engine.seal()).unwrap();
    assert_eq!(
        engine
            .changes(log, CommitTimestamp::ZERO, sealed)
            .unwrap()
            .count(),
        0
    );
    close(engine);
}

/// When a commit's latches are let go, a new snapshot has what it wrote; a refused one lets go
/// of them as well.
pub fn latches_are_held_until_visible(store: &dyn Store) {
    struct Latch(
        Arc<dyn Engine>,
        KeyspaceHandle,
        std::sync::mpsc::Sender<Option<Bytes>>,
    );
    impl Drop for Latch {
        fn drop(&mut self) {
            self.2.send(get(&*self.0, self.1, "k")).unwrap();
        }
    }
    let engine = open(store);
    let handle = keyspace(&*engine, "records");
    let (sender, seen) = std::sync::mpsc::channel();
    let latch = || -> Option<Box<dyn std::any::Any + Send>> {
        Some(Box::new(Latch(Arc::clone(&engine), handle, sender.clone())))
    };
    for round in 0..20_u8 {
        let writes = vec![put(handle, "k", [round])];
        let receipt = engine.commit(Commit {
            writes,
            hold: latch(),
            ..Commit::default()
        });
        assert_eq!(seen.recv().unwrap(), Some(bytes([round])));
        wait(receipt).unwrap();
    }
    let writes = vec![put(handle, "", "v")];
    assert!(
        wait(engine.commit(Commit {
            writes,
            hold: latch(),
            ..Commit::default()
        }))
        .is_err()
    );
    assert_eq!(seen.recv().unwrap(), Some(bytes([19])));
    close(engine);
}

/// A caller that goes away does not take its commit with it.
pub fn stand_without_their_receipt(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "records");
    let mut expected = BTreeMap::new();
    for key in 0..20_u8 {
        let writes = vec![put(handle, [key], "v")];
        drop(engine.commit(Commit {
            writes,
            ..Commit::default()
        }));
        expected.insert(bytes([key]), bytes("v"));
    }
    wait(engine.seal()).unwrap();
    let found = all(&*engine.snapshot().unwrap(), handle);
    assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    close(engine);
}

/// Within a commit and between commits queued together.
pub fn the_last_write_of_a_key_wins(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "records");
    let writes = vec![
        put(handle, "k", "1"),
        put(handle, "l", "1"),
        put(handle, "k", "2"),
    ];
    commit(&*engine, writes).unwrap();
    assert_eq!(get(&*engine, handle, "k"), Some("2".into()));
    commit(
        &*engine,
        vec![put(handle, "k", "3"), super::remove(handle, "k")],
    )
    .unwrap();
    assert_eq!(get(&*engine, handle, "k"), None);
    let receipts: Vec<_> = (0..50_u8)
        .map(|round| {
            let writes = vec![put(handle, "k", [round])];
            engine.commit(Commit {
                writes,
                ..Commit::default()
            })
        })
        .collect();
    let given: Vec<_> = receipts
        .into_iter()
        .map(|receipt| wait(receipt).unwrap())
        .collect();
    assert!(given.is_sorted_by(|a, b| a < b));
    assert_eq!(get(&*engine, handle, "k"), Some(bytes([49])));
    close(engine);
}
