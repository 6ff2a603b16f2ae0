//! The change log tells every change once, in commit order.

use std::collections::BTreeSet;

use anywhen_model::{CommitTimestamp, SeededRandomness, TableId};

use super::{Store, below, bytes, close, open, wait};
use crate::{Commit, Engine, LogEntry, LogHandle, LogRecord};

pub(super) fn entry(
    log: LogHandle,
    table: u128,
    key: impl AsRef<[u8]>,
    value: Option<&str>,
) -> LogEntry {
    let table = TableId::from_u128(table);
    LogEntry {
        log,
        table,
        key: bytes(key),
        value: value.map(bytes),
        old_value: None,
    }
}

pub(super) fn timestamps(
    engine: &dyn Engine,
    log: LogHandle,
    after: CommitTimestamp,
    through: CommitTimestamp,
) -> BTreeSet<CommitTimestamp> {
    records(engine, log, after, through)
        .into_iter()
        .map(|record| record.timestamp)
        .collect()
}

fn records(
    engine: &dyn Engine,
    log: LogHandle,
    after: CommitTimestamp,
    through: CommitTimestamp,
) -> Vec<LogRecord> {
    engine
        .changes(log, after, through)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// Commits some random entries to one of the logs and notes them. Some are large: whatever an
/// engine cuts a log into, a commit is there that is larger.
fn append(
    engine: &dyn Engine,
    random: &SeededRandomness,
    log: LogHandle,
    model: &mut Vec<LogRecord>,
) {
    let log: Vec<LogEntry> = (0..=below(random, 3))
        .map(|_| LogEntry {
            log,
            table: TableId::from_u128(below(random, 3).into()),
            key: bytes(below(random, 100).to_be_bytes()),
            value: (below(random, 3) > 0).then(|| {
                let size_max = if below(random, 6) == 0 { 20_000 } else { 2_000 };
                bytes(vec![1; below(random, size_max) as usize])
            }),
            old_value: (below(random, 3) > 0).then(|| bytes(below(random, 9).to_be_bytes())),
        })
        .collect();
    let entries = log.clone();
    let timestamp = wait(engine.commit(Commit {
        log,
        ..Commit::default()
    }))
    .unwrap();
    model.extend(entries.into_iter().map(|entry| LogRecord {
        timestamp,
        table: entry.table,
        key: entry.key,
        value: entry.value,
        old_value: entry.old_value,
    }));
}

fn expected(
    model: &[LogRecord],
    after: CommitTimestamp,
    through: CommitTimestamp,
) -> Vec<LogRecord> {
    let within = |record: &&LogRecord| after < record.timestamp && record.timestamp <= through;
    model.iter().filter(within).cloned().collect()
}

/// Two logs, commits of several entries, any range: exactly the changes within, in order.
pub fn come_in_order_by_range(store: &dyn Store) {
    let random = SeededRandomness::new(2);
    let mut models = [Vec::new(), Vec::new()];
    for _life in 0..2 {
        let engine = open(store);
        let logs = ["realm/one", "realm/two"].map(|name| engine.log(name).unwrap());
        assert_eq!(engine.log("realm/one").unwrap(), logs[0]);
        for _ in 0..80 {
            let which = below(&random, 2) as usize;
            append(&*engine, &random, logs[which], &mut models[which]);
        }
        let sealed = wait(engine.seal()).unwrap();
        for (log, model) in logs.into_iter().zip(&models) {
            let all = records(&*engine, log, CommitTimestamp::ZERO, sealed);
            assert_eq!(&all, model);
            for _ in 0..40 {
                let edge = || match below(&random, 10) {
                    0 => CommitTimestamp::ZERO,
                    1 => sealed,
                    _ => model[below(&random, model.len() as u64) as usize].timestamp,
                };
                let (after, through) = (edge(), edge());
                let found = records(&*engine, log, after, through);
                assert_eq!(found, expected(model, after, through));
            }
        }
        close(engine);
    }
}

/// Trimming may keep more than it must, but what it keeps is a tail, and nothing above goes.
pub fn survive_trimming_above_it(store: &dyn Store) {
    let random = SeededRandomness::new(3);
    let mut model = Vec::new();
    let mut trimmed = CommitTimestamp::ZERO;
    for _life in 0..3 {
        let engine = open(store);
        let log = engine.log("log").unwrap();
        for _ in 0..12 {
            for _ in 0..10 {
                append(&*engine, &random, log, &mut model);
            }
            let sealed = wait(engine.seal()).unwrap();
            let through = model[below(&random, model.len() as u64) as usize].timestamp;
            let running = engine.changes(log, trimmed, sealed).unwrap();
            let must_run = expected(&model, trimmed, sealed);
            engine.trim(log, through).unwrap();
            trimmed = trimmed.max(through);
            let found = records(&*engine, log, CommitTimestamp::ZERO, sealed);
            assert!(model.ends_with(&found));
            assert!(found.ends_with(&expected(&model, trimmed, sealed)));
            let ran: Vec<_> = running.map(Result::unwrap).collect();
            assert_eq!(ran, must_run, "an iterator that was begun goes on");
        }
        assert!(engine.log_backlog_bytes(log) > 0);
        close(engine);
    }
    let engine = open(store);
    let log = engine.log("log").unwrap();
    let sealed = wait(engine.seal()).unwrap();
    engine.trim(log, sealed).unwrap();
    append(&*engine, &random, log, &mut model);
    let newest = wait(engine.seal()).unwrap();
    let found = records(&*engine, log, sealed, newest);
    assert_eq!(found, expected(&model, sealed, newest));
    assert!(!found.is_empty());
    close(engine);
}

/// What a reader finds up to the timestamp of a snapshot is all there will ever be, while others
/// go on committing; and an acknowledged change is in it.
pub fn are_final_up_to_a_snapshot(store: &dyn Store) {
    const WRITERS: u64 = 4;
    const COMMITS: u64 = 100;
    let engine = open(store);
    let log = engine.log("stream").unwrap();
    let mut tail = Vec::new();
    let mut through = CommitTimestamp::ZERO;
    let read_on = |through: &mut CommitTimestamp, tail: &mut Vec<LogRecord>| {
        let now = engine.snapshot().unwrap().timestamp().unwrap();
        tail.extend(records(&*engine, log, *through, now));
        *through = now;
    };
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let engine = &engine;
                scope.spawn(move || {
                    for number in 0..COMMITS {
                        let log = vec![entry(log, writer.into(), number.to_be_bytes(), None)];
                        let timestamp = wait(engine.commit(Commit {
                            log,
                            ..Commit::default()
                        }))
                        .unwrap();
                        let seen = engine.snapshot().unwrap().timestamp().unwrap();
                        assert!(seen >= timestamp, "an acknowledged change is in the view");
                    }
                })
            })
            .collect();
        while writers.iter().any(|writer| !writer.is_finished()) {
            read_on(&mut through, &mut tail);
        }
    });
    read_on(&mut through, &mut tail);
    let sealed = wait(engine.seal()).unwrap();
    assert_eq!(tail.len() as u64, WRITERS * COMMITS);
    assert_eq!(tail, records(&*engine, log, CommitTimestamp::ZERO, sealed));
    close(engine);
}

/// A dropped log is gone with its records, also after a restart; one of the same name is new,
/// and other logs keep theirs.
pub fn go_with_their_log(store: &dyn Store) {
    let random = SeededRandomness::new(4);
    let mut models = [Vec::new(), Vec::new()];
    let engine = open(store);
    engine.drop_log("never/there").unwrap();
    let logs = ["kept", "dropped/1"].map(|name| engine.log(name).unwrap());
    for _ in 0..60 {
        for (log, model) in logs.into_iter().zip(&mut models) {
            append(&*engine, &random, log, model);
        }
    }
    let sealed = wait(engine.seal()).unwrap();
    let running = engine
        .changes(logs[1], CommitTimestamp::ZERO, sealed)
        .unwrap();
    engine.drop_log("dropped/1").unwrap();
    let ran: Vec<_> = running.map(Result::unwrap).collect();
    assert_eq!(ran, models[1], "an iterator that was begun goes on");
    assert!(
        !engine
            .log_names()
            .unwrap()
            .contains(&"dropped/1".to_owned())
    );
    assert!(
        engine
            .changes(logs[1], CommitTimestamp::ZERO, sealed)
            .is_err()
    );
    let refused = wait(engine.commit(Commit {
        log: vec![entry(logs[1], 1, "k", None)],
        ..Commit::default()
    }));
    assert!(refused.is_err(), "{refused:?}");
    close(engine);

    let engine = open(store);
    assert_eq!(engine.log_names().unwrap(), ["kept"]);
    let sealed = wait(engine.seal()).unwrap();
    let kept = engine.log("kept").unwrap();
    assert_eq!(
        records(&*engine, kept, CommitTimestamp::ZERO, sealed),
        models[0]
    );
    let again = engine.log("dropped/1").unwrap();
    assert_eq!(
        *engine.watch_log(again).unwrap().borrow(),
        CommitTimestamp::ZERO
    );
    assert_eq!(
        records(&*engine, again, CommitTimestamp::ZERO, sealed),
        Vec::new()
    );
    let mut model = Vec::new();
    append(&*engine, &random, again, &mut model);
    let sealed = wait(engine.seal()).unwrap();
    assert_eq!(
        records(&*engine, again, CommitTimestamp::ZERO, sealed),
        model
    );
    close(engine);
}

/// A watch tells the timestamp of the log's last record, and only of its own log's.
pub fn are_announced(store: &dyn Store) {
    let engine = open(store);
    let logs = ["one", "two"].map(|name| engine.log(name).unwrap());
    let mut watches = logs.map(|log| engine.watch_log(log).unwrap());
    assert!(
        watches
            .iter()
            .all(|watch| *watch.borrow() == CommitTimestamp::ZERO)
    );
    let log = vec![entry(logs[0], 1, "k", None)];
    let timestamp = wait(engine.commit(Commit {
        log,
        ..Commit::default()
    }))
    .unwrap();
    wait(engine.commit(Commit::default())).unwrap();
    wait(watches[0].wait_for(|last| *last == timestamp)).unwrap();
    assert!(!watches[1].has_changed().unwrap());
    assert_eq!(*engine.watch_log(logs[0]).unwrap().borrow(), timestamp);
    drop(watches);
    close(engine);
    let engine = open(store);
    let log = engine.log("one").unwrap();
    assert_eq!(*engine.watch_log(log).unwrap().borrow(), timestamp);
    close(engine);
}
