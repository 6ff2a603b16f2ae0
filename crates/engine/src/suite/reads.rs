//! Reading gives what an ordered map would give.

use std::collections::BTreeMap;
use std::ops::Bound;

use anywhen_model::{CommitTimestamp, SeededRandomness};
use bytes::Bytes;

use super::{Store, all, below, bytes, close, commit, keyspace, open, put, remove};
use crate::{Direction, Engine, Entry, KeyBounds, KeyspaceHandle, Snapshot, Write, is_empty_range};

type Model = BTreeMap<Bytes, Bytes>;

/// Random commits to two keyspaces; at times everything is compared, after a reopening too.
pub fn match_a_model(store: &dyn Store) {
    let random = SeededRandomness::new(1);
    let mut models = [Model::new(), Model::new()];
    for _life in 0..2 {
        let engine = open(store);
        let keyspaces = ["first", "second"].map(|what| keyspace(&*engine, what));
        for _round in 0..8 {
            for _ in 0..25 {
                let writes = random_writes(&random, keyspaces, &mut models);
                commit(&*engine, writes).unwrap();
            }
            let snapshot = engine.snapshot().unwrap();
            for (keyspace, model) in keyspaces.iter().zip(&models) {
                compare(&random, &*snapshot, *keyspace, model);
            }
        }
        close(engine);
    }
}

/// Up to ten writes, each to another key.
fn random_writes(
    random: &SeededRandomness,
    keyspaces: [KeyspaceHandle; 2],
    models: &mut [Model; 2],
) -> Vec<Write> {
    let mut writes = BTreeMap::new();
    for _ in 0..=below(random, 10) {
        let which = below(random, 2) as usize;
        let (keyspace, key) = (keyspaces[which], random_key(random));
        if below(random, 4) == 0 {
            models[which].remove(&key);
            writes.insert((which, key.clone()), remove(keyspace, key));
        } else {
            let value = bytes(vec![below(random, 256) as u8; below(random, 300) as usize]);
            models[which].insert(key.clone(), value.clone());
            writes.insert((which, key.clone()), put(keyspace, key, value));
        }
    }
    writes.into_values().collect()
}

/// Few bytes and few values of them, so that keys repeat and are prefixes of each other.
fn random_key(random: &SeededRandomness) -> Bytes {
    let size = 1 + below(random, 4);
    (0..size)
        .map(|_| [0, 1, 127, 255][below(random, 4) as usize])
        .collect()
}

fn compare(
    random: &SeededRandomness,
    snapshot: &dyn Snapshot,
    keyspace: KeyspaceHandle,
    model: &Model,
) {
    let entries: Vec<Entry> = model.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    assert_eq!(all(snapshot, keyspace), entries);
    for _ in 0..20 {
        let key = random_key(random);
        assert_eq!(
            snapshot.get(keyspace, &key).unwrap(),
            model.get(&key).cloned()
        );
        let bound = |key: Bytes| match below(random, 3) {
            0 => Bound::Included(key),
            1 => Bound::Excluded(key),
            _ => Bound::Unbounded,
        };
        let bounds = (bound(random_key(random)), bound(random_key(random)));
        compare_range(snapshot, keyspace, model, &bounds);
    }
}

fn compare_range(
    snapshot: &dyn Snapshot,
    keyspace: KeyspaceHandle,
    model: &Model,
    bounds: &KeyBounds,
) {
    let mut expected: Vec<Entry> = Vec::new();
    if !is_empty_range(bounds) {
        let range = model.range(bounds.clone());
        expected.extend(range.map(|(key, value)| (key.clone(), value.clone())));
    }
    for direction in [Direction::Forward, Direction::Backward] {
        let range = snapshot.range(keyspace, bounds.clone(), direction).unwrap();
        let found: Vec<Entry> = range.map(Result::unwrap).collect();
        assert_eq!(found, expected, "{bounds:?} {direction:?}");
        expected.reverse();
    }
}

/// Every kind of bound, on, between and beyond the keys, inverted ones too.
pub fn bounds_of_every_kind(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "records");
    let model: Model = ["b", "d", "dd", "f"]
        .map(|key| (bytes(key), bytes("v")))
        .into();
    commit(
        &*engine,
        model
            .iter()
            .map(|(key, value)| put(handle, key, value))
            .collect(),
    )
    .unwrap();
    let snapshot = engine.snapshot().unwrap();
    let keys = ["a", "b", "c", "d", "dd", "ddd", "e", "f", "g"];
    let bounds: Vec<Bound<Bytes>> = keys
        .iter()
        .flat_map(|key| [Bound::Included(bytes(key)), Bound::Excluded(bytes(key))])
        .chain([Bound::Unbounded])
        .collect();
    for low in &bounds {
        for high in &bounds {
            compare_range(&*snapshot, handle, &model, &(low.clone(), high.clone()));
        }
    }
    close(engine);
}

/// A snapshot, and an iterator begun on it, go on telling what they told first.
pub fn snapshots_do_not_change(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "records");
    let empty = engine.snapshot().unwrap();
    assert_eq!(empty.timestamp().unwrap(), CommitTimestamp::ZERO);
    let mut taken = vec![(empty, CommitTimestamp::ZERO, Model::new())];
    let mut model = Model::new();
    for round in 0..50_u8 {
        let (key, value) = (bytes([round % 7 + 1]), bytes([round]));
        model.insert(key.clone(), value.clone());
        let timestamp = commit(&*engine, vec![put(handle, key, value)]).unwrap();
        taken.push((engine.snapshot().unwrap(), timestamp, model.clone()));
    }
    let (snapshot, _, model) = &taken[20];
    let range = (Bound::Unbounded, Bound::Unbounded);
    let begun = snapshot.range(handle, range, Direction::Backward).unwrap();
    let (begun_model, later) = (model.clone(), Engine::snapshot(&*engine).unwrap());
    for (snapshot, timestamp, model) in taken {
        let entries: Vec<Entry> = model.into_iter().collect();
        assert_eq!(snapshot.timestamp().unwrap(), timestamp);
        assert_eq!(all(&*snapshot, handle), entries);
    }
    let found: Vec<Entry> = begun.map(Result::unwrap).collect();
    assert_eq!(found, begun_model.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(all(&*later, handle).len(), 7);
    drop(later);
    close(engine);
}
