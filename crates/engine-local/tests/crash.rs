//! What survives the end of a process that had no time to say goodbye.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anywhen_engine::{Commit, Engine, KeyspaceName, LogEntry, Write};
use anywhen_engine_local::{Durability, LocalEngine, LocalEngineOptions};
use anywhen_model::{CommitTimestamp, SystemClock, TableId};
use bytes::Bytes;

const CHILD_DIRECTORY: &str = "ANYWHEN_TEST_CRASH_CHILD";
const WRITERS: usize = 8;
const LIVES: u64 = 3;
const ACKNOWLEDGED_PER_LIFE: usize = 400;

fn open(directory: &Path, durability: Durability) -> LocalEngine {
    let mut options = LocalEngineOptions::new(directory, Arc::new(SystemClock));
    options.durability = durability;
    options.free_space_watermark_bytes = 0;
    options.log_slice_bytes = 64 << 10;
    options.memtables_bytes = 256 << 10;
    LocalEngine::open(options).unwrap()
}

/// The child of the test below: commits until it is killed, and says what was acknowledged.
#[tokio::test]
async fn child_that_writes_until_killed() {
    let Ok(directory) = std::env::var(CHILD_DIRECTORY) else {
        return;
    };
    let [directory, life, durability] = directory.split('#').collect::<Vec<_>>()[..] else {
        panic!("not what the parent gives: {directory}");
    };
    let durability = match durability {
        "fsync" => Durability::Fsync,
        _ => Durability::Process,
    };
    let engine = Arc::new(open(Path::new(directory), durability));
    let keyspace = engine.keyspace(&KeyspaceName::server("records")).unwrap();
    let log = engine.log("log").unwrap();
    let writers = (0..WRITERS).map(|writer| {
        let (engine, life) = (Arc::clone(&engine), life.to_owned());
        tokio::spawn(async move {
            for n in 0_u64.. {
                let key = Bytes::from(format!("{life}/{writer}/{n}"));
                let value = Some(Bytes::from(vec![n as u8; 1_500]));
                let table = TableId::from_u128(1);
                let (key_, value_) = (key.clone(), value.clone());
                let entry = LogEntry {
                    log,
                    table,
                    key: key_,
                    value: value_,
                    old_value: None,
                };
                let writes = vec![Write {
                    keyspace,
                    key: key.clone(),
                    value,
                }];
                let commit = Commit {
                    writes,
                    log: vec![entry],
                    ..Commit::default()
                };
                let timestamp = engine.commit(commit).await.unwrap();
                let mut out = std::io::stdout().lock();
                let key = String::from_utf8(key.to_vec()).unwrap();
                writeln!(out, "acknowledged {key} {}", timestamp.as_micros()).unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
}

/// Runs a child until it has acknowledged enough, kills it, and gives what it acknowledged.
fn run_and_kill(
    directory: &Path,
    life: u64,
    durability: Durability,
) -> Vec<(Bytes, CommitTimestamp)> {
    let durability = if durability == Durability::Fsync {
        "fsync"
    } else {
        "process"
    };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_writes_until_killed", "--nocapture"])
        .env(
            CHILD_DIRECTORY,
            format!("{}#{life}#{durability}", directory.display()),
        )
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut acknowledged = Vec::new();
    let mut killed = false;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let mut words = line
            .split(' ')
            .skip_while(|word| !word.ends_with("acknowledged"))
            .skip(1);
        if let (Some(key), Some(Ok(micros))) = (words.next(), words.next().map(str::parse)) {
            let key = Bytes::from(key.to_owned());
            acknowledged.push((key, CommitTimestamp::from_micros(micros)));
        }
        if !killed && acknowledged.len() >= ACKNOWLEDGED_PER_LIFE {
            child.kill().unwrap();
            killed = true;
        }
    }
    child.wait().unwrap();
    assert!(killed, "the child ended by itself");
    acknowledged
}

/// Killed at an arbitrary moment, over and over in one directory: every acknowledged commit is
/// there, with its log record and at its timestamp; timestamps go on growing.
fn kill_loses_nothing(durability: Durability) {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged: BTreeMap<CommitTimestamp, Bytes> = BTreeMap::new();
    for life in 0..LIVES {
        let newest = acknowledged.keys().next_back().copied().unwrap_or_default();
        for (key, timestamp) in run_and_kill(directory.path(), life, durability) {
            assert!(timestamp > newest);
            acknowledged.insert(timestamp, key);
        }
        let engine = open(directory.path(), durability);
        let keyspace = engine.keyspace(&KeyspaceName::server("records")).unwrap();
        let snapshot = engine.snapshot().unwrap();
        for key in acknowledged.values() {
            assert!(
                snapshot.get(keyspace, key).unwrap().is_some(),
                "{key:?} is lost"
            );
        }
        let last = engine.last_commit_timestamp().unwrap();
        assert!(last >= *acknowledged.keys().next_back().unwrap());
        let log = engine.log("log").unwrap();
        let records = engine.changes(log, CommitTimestamp::ZERO, last).unwrap();
        let logged: BTreeMap<_, _> = records
            .map(Result::unwrap)
            .map(|record| (record.timestamp, record.key))
            .collect();
        for (timestamp, key) in &acknowledged {
            assert_eq!(logged.get(timestamp), Some(key));
        }
        for key in logged.values() {
            assert!(
                snapshot.get(keyspace, key).unwrap().is_some(),
                "{key:?} is only in the log"
            );
        }
    }
}

#[test]
fn kill_loses_nothing_that_was_synced() {
    kill_loses_nothing(Durability::Fsync);
}

/// What was handed to the operating system survives the process without a sync.
#[test]
fn kill_loses_nothing_that_was_handed_over() {
    kill_loses_nothing(Durability::Process);
}
