//! Faults that users of the embedded engine have reported, tried on this engine's workload: what
//! `docs/embedded-engine.md` says of them is what passes here.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::sync::Arc;

use anywhen_engine::{Commit, Engine, KeyspaceHandle, KeyspaceName, Write};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_model::SystemClock;
use bytes::Bytes;

const KEYSPACES: u64 = 4;
const WRITERS: u64 = 16;
const COMMITS_PER_WRITER: u64 = 400;
const MIB: u64 = 1 << 20;

fn open(directory: &Path, memtables_bytes: u64) -> Arc<LocalEngine> {
    let mut options = LocalEngineOptions::new(directory, Arc::new(SystemClock));
    options.free_space_watermark_bytes = 0;
    options.memtables_bytes = memtables_bytes;
    Arc::new(LocalEngine::open(options).unwrap())
}

fn keyspaces(engine: &LocalEngine) -> Vec<KeyspaceHandle> {
    (0..KEYSPACES)
        .map(|number| {
            let name = KeyspaceName::server(&format!("records-{number}"));
            engine.keyspace(&name).unwrap()
        })
        .collect()
}

fn put(keyspace: KeyspaceHandle, key: &str, value: Vec<u8>) -> Commit {
    let write = Write {
        keyspace,
        key: Bytes::from(key.to_owned()),
        value: Some(value.into()),
    };
    Commit {
        writes: vec![write],
        ..Commit::default()
    }
}

fn value(writer: u64, number: u64) -> Vec<u8> {
    format!("{writer}-{number};").into_bytes().repeat(80)
}

fn assert_all_there(engine: &LocalEngine, when: &str) {
    let (keyspaces, snapshot) = (keyspaces(engine), engine.snapshot().unwrap());
    for writer in 0..WRITERS {
        for number in 0..COMMITS_PER_WRITER {
            let keyspace = keyspaces[((writer + number) % KEYSPACES) as usize];
            let key = format!("{writer}/{number}");
            let found = snapshot.get(keyspace, key.as_bytes()).unwrap();
            assert_eq!(
                found.as_deref(),
                Some(&value(writer, number)[..]),
                "{key} {when}"
            );
        }
    }
}

/// Inserts lost by several workers that flush and compact at once, or at a reopening with
/// several keyspaces (fjall issues 230 and 112): memtables so small that both go on all the time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_insert_is_lost_while_workers_flush_and_compact() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path(), 128 << 10);
    let handles = keyspaces(&engine);
    let writers = (0..WRITERS).map(|writer| {
        let (engine, handles) = (Arc::clone(&engine), handles.clone());
        tokio::spawn(async move {
            for number in 0..COMMITS_PER_WRITER {
                let keyspace = handles[((writer + number) % KEYSPACES) as usize];
                let commit = put(
                    keyspace,
                    &format!("{writer}/{number}"),
                    value(writer, number),
                );
                engine.commit(commit).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_all_there(&engine, "while open");
    engine.close();
    drop(engine);
    for reopening in 1..=2 {
        let engine = open(directory.path(), 128 << 10);
        assert_all_there(&engine, &format!("after reopening {reopening}"));
        engine.close();
    }
}

fn journals_bytes(directory: &Path) -> u64 {
    let files = std::fs::read_dir(directory.join("store")).unwrap();
    let journals = files.map(Result::unwrap).filter(|file| {
        let path = file.path();
        path.extension().is_some_and(|extension| extension == "jnl")
    });
    journals.map(|file| file.metadata().unwrap().len()).sum()
}

/// Journals that are never let go of because of a keyspace that has a little unflushed and is
/// not written to any more (fjall issue 288), also one whose table is dropped; and writes that
/// stand still after a restart with sealed memtables (issue 257).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_keyspaces_keep_no_journals_and_nothing_stands_still() {
    const ROUND_MIB: u64 = 160;
    let directory = tempfile::tempdir().unwrap();
    for life in 0..3_u64 {
        let engine = open(directory.path(), 16 * MIB);
        let handles = keyspaces(&engine);
        let dropped = KeyspaceName::server(&format!("dropped-{life}"));
        let idle = [handles[1], engine.keyspace(&dropped).unwrap()];
        for keyspace in idle {
            let commit = put(keyspace, &format!("idle/{life}"), vec![1; 100]);
            engine.commit(commit).await.unwrap();
        }
        engine.drop_keyspace(&dropped).unwrap();
        for number in 0..ROUND_MIB * 4 {
            let commit = put(
                handles[0],
                &format!("{life}/{number}"),
                vec![life as u8; 256 << 10],
            );
            engine.commit(commit).await.unwrap();
        }
        // The bound is 64 MiB; the newest journal is set aside whole, and one may be in the making.
        let journals = journals_bytes(directory.path());
        assert!(
            journals <= 192 * MIB,
            "{} MiB in life {life}",
            journals / MIB
        );
        let snapshot = engine.snapshot().unwrap();
        for earlier in 0..=life {
            let key = format!("idle/{earlier}");
            assert!(snapshot.get(handles[1], key.as_bytes()).unwrap().is_some());
        }
        // Not closed in order: what is in memory has to come back from the journals.
        drop(engine);
    }
}
