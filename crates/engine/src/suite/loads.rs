//! Bulk loading brings sorted records in past the commits.

use super::{Store, all, bytes, close, commit, get, keyspace, open, put};
use crate::{Engine, EngineError, Entry, KeyspaceHandle};

fn entries(range: std::ops::Range<u32>) -> Vec<Entry> {
    range
        .map(|key| (bytes(key.to_be_bytes()), bytes(vec![key as u8; 100])))
        .collect()
}

fn load(engine: &dyn Engine, keyspace: KeyspaceHandle, entries: &[Entry]) {
    let mut loader = engine.bulk_load(keyspace).unwrap();
    for (key, value) in entries {
        loader.write(key, value).unwrap();
    }
    loader.finish().unwrap();
}

/// Nothing is seen before the end, everything after it, and commits go on top; all of it is
/// there after reopening. A loader that is dropped or empty leaves nothing.
pub fn become_visible_at_once(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "loaded");
    let mut dropped = engine.bulk_load(handle).unwrap();
    dropped.write(b"dropped", b"v").unwrap();
    drop(dropped);
    load(&*engine, handle, &[]);
    let before = engine.snapshot().unwrap();
    let mut expected = entries(0..5_000);
    let mut loader = engine.bulk_load(handle).unwrap();
    for (key, value) in &expected {
        loader.write(key, value).unwrap();
    }
    assert_eq!(all(&*engine.snapshot().unwrap(), handle), []);
    loader.finish().unwrap();
    assert_eq!(all(&*engine.snapshot().unwrap(), handle), expected);
    assert_eq!(all(&*before, handle), []);
    drop(before);

    commit(&*engine, vec![put(handle, &expected[7].0, "on top")]).unwrap();
    commit(&*engine, vec![super::remove(handle, &expected[0].0)]).unwrap();
    expected[7].1 = bytes("on top");
    expected.remove(0);
    assert_eq!(all(&*engine.snapshot().unwrap(), handle), expected);
    close(engine);
    let engine = open(store);
    let handle = keyspace(&*engine, "loaded");
    assert_eq!(all(&*engine.snapshot().unwrap(), handle), expected);
    close(engine);
}

/// A key at or below the one before, or one that cannot be stored, is refused.
pub fn refuse_disorder(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "loaded");
    for second in ["b", "a"] {
        let mut loader = engine.bulk_load(handle).unwrap();
        loader.write(b"b", b"v").unwrap();
        assert_eq!(
            loader.write(second.as_bytes(), b"v"),
            Err(EngineError::OutOfOrder)
        );
        drop(loader);
    }
    assert!(engine.bulk_load(handle).unwrap().write(b"", b"v").is_err());
    assert!(engine.bulk_load(KeyspaceHandle(4_000_000)).is_err());
    assert_eq!(get(&*engine, handle, "b"), None);
    close(engine);
}

/// Loaders of disjoint ranges run at the same time, next to commits.
pub fn run_side_by_side(store: &dyn Store) {
    let engine = open(store);
    let (handle, other) = (keyspace(&*engine, "loaded"), keyspace(&*engine, "other"));
    std::thread::scope(|scope| {
        for part in 0..4 {
            let engine = &engine;
            scope.spawn(move || {
                load(
                    &**engine,
                    handle,
                    &entries(part * 2_000..(part + 1) * 2_000),
                );
            });
        }
        for round in 0..20_u8 {
            commit(&*engine, vec![put(other, [round], "v")]).unwrap();
        }
    });
    let check = |engine: &dyn Engine| {
        let snapshot = engine.snapshot().unwrap();
        assert_eq!(all(&*snapshot, handle), entries(0..8_000));
        assert_eq!(all(&*snapshot, other).len(), 20);
    };
    check(&*engine);
    close(engine);
    let engine = open(store);
    assert_eq!(
        (keyspace(&*engine, "loaded"), keyspace(&*engine, "other")),
        (handle, other)
    );
    check(&*engine);
    close(engine);
}
