//! Keyspaces come and go.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{Store, all, bytes, close, commit, get, keyspace, open, put};
use crate::{CommitError, EngineError, KeyspaceName};

/// One name is one keyspace; the list has exactly the names that exist, after reopening too.
pub fn are_made_once_and_listed(store: &dyn Store) {
    let engine = open(store);
    let before = engine.snapshot().unwrap();
    let first = keyspace(&*engine, "first");
    let second = keyspace(&*engine, "second");
    assert_ne!(first, second);
    assert_eq!(keyspace(&*engine, "first"), first);
    engine.log("a-log-is-not-a-keyspace").unwrap();
    let expected = ["first", "second"].map(KeyspaceName::server);
    let names = |engine: &dyn crate::Engine| {
        let mut names = engine.keyspace_names().unwrap();
        names.sort();
        names
    };
    assert_eq!(names(&*engine), expected);
    assert_eq!(
        all(&*before, first),
        [],
        "made after the snapshot, so empty in it"
    );
    drop(before);
    close(engine);

    let engine = open(store);
    assert_eq!(names(&*engine), expected);
    engine
        .drop_keyspace(&KeyspaceName::server("first"))
        .unwrap();
    engine
        .drop_keyspace(&KeyspaceName::server("never made"))
        .unwrap();
    close(engine);
    let engine = open(store);
    assert_eq!(names(&*engine), expected[1..]);
    close(engine);
}

/// A dropped keyspace takes no commits; one made again under its name has none of its records.
pub fn once_dropped_are_unknown_and_come_back_empty(store: &dyn Store) {
    let engine = open(store);
    let name = KeyspaceName::server("dropped");
    let (dropped, kept) = (keyspace(&*engine, "dropped"), keyspace(&*engine, "kept"));
    commit(&*engine, vec![put(dropped, "k", "old")]).unwrap();
    let before = engine.snapshot().unwrap();
    engine.drop_keyspace(&name).unwrap();

    match before.get(dropped, b"k") {
        Ok(value) => assert_eq!(value.as_deref(), Some(&b"old"[..])),
        Err(error) => assert!(matches!(error, EngineError::UnknownKeyspace(_)), "{error}"),
    }
    let after = engine.snapshot().unwrap().get(dropped, b"k");
    assert!(
        matches!(after, Err(EngineError::UnknownKeyspace(_))),
        "{after:?}"
    );
    let refused = commit(&*engine, vec![put(kept, "k", "v"), put(dropped, "k", "v")]);
    let unknown = |error| matches!(error, CommitError::Engine(EngineError::UnknownKeyspace(_)));
    assert!(refused.is_err_and(unknown));
    assert_eq!(get(&*engine, kept, "k"), None);

    let again = keyspace(&*engine, "dropped");
    assert_ne!(
        again, dropped,
        "an old handle must not reach the new keyspace"
    );
    assert_eq!(get(&*engine, again, "k"), None);
    commit(&*engine, vec![put(again, "l", "new")]).unwrap();
    drop(before);
    close(engine);
    let engine = open(store);
    let again = keyspace(&*engine, "dropped");
    let found = all(&*engine.snapshot().unwrap(), again);
    assert_eq!(found, [("l".into(), "new".into())]);
    close(engine);
}

/// Keyspaces made and dropped in turn are, in later lives, what the last call made of them and
/// keep their records; also where a whole life makes no commit.
pub fn keep_to_the_last_word_across_lives(store: &dyn Store) {
    let name = |n: usize| KeyspaceName::server(&format!("k{n}"));
    let mut expected = BTreeMap::<KeyspaceName, Option<Bytes>>::new();
    for life in 0..8 {
        let engine = open(store);
        let mut found = engine.keyspace_names().unwrap();
        found.sort();
        assert!(found.iter().eq(expected.keys()), "life {life}: {found:?}");
        for (name, value) in &expected {
            let handle = engine.keyspace(name).unwrap();
            assert_eq!(
                get(&*engine, handle, "k").as_ref(),
                value.as_ref(),
                "life {life}, {name}"
            );
        }
        let fresh = life * 10;
        let commits = life % 3 != 2;
        for n in fresh..fresh + 3 {
            let handle = engine.keyspace(&name(n)).unwrap();
            assert_eq!(get(&*engine, handle, "k"), None);
            let value = commits.then(|| bytes("v"));
            if let Some(value) = &value {
                commit(&*engine, vec![put(handle, "k", value)]).unwrap();
            }
            expected.insert(name(n), value);
        }
        for n in fresh + 3..fresh + 9 {
            engine.keyspace(&name(n)).unwrap();
        }
        for n in (fresh + 3..fresh + 9).chain([fresh]) {
            engine.drop_keyspace(&name(n)).unwrap();
            expected.remove(&name(n));
        }
        close(engine);
    }
}
