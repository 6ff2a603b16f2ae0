//! Slices that vanish behind the engine's back are missed when it is opened; those that were
//! dropped in order are not.

use std::path::Path;
use std::sync::{Arc, mpsc};

use anywhen_engine::{Commit, Engine, EngineError, LogEntry, LogHandle};
use anywhen_model::{CommitTimestamp, ManualClock, TableId};
use bytes::Bytes;
use fjall::{Keyspace, PersistMode};

use crate::engine::Core;
use crate::queue::Job;
use crate::{LocalEngine, LocalEngineOptions};

const COMMITS: u64 = 30;
/// With the slices' size, about three to a slice.
const VALUE_BYTES: usize = 1_000;

fn open(directory: &Path) -> Result<LocalEngine, EngineError> {
    let mut options = LocalEngineOptions::new(directory, Arc::new(ManualClock::at(1_000)));
    options.free_space_watermark_bytes = 0;
    options.log_slice_bytes = 3 * VALUE_BYTES as u64;
    LocalEngine::open(options)
}

fn write(engine: &LocalEngine, log: LogHandle) -> CommitTimestamp {
    let entry = LogEntry {
        log,
        table: TableId::from_u128(1),
        key: Bytes::from_static(b"k"),
        value: Some(Bytes::from(vec![1; VALUE_BYTES])),
        old_value: None,
    };
    let log = vec![entry];
    wait(engine.commit(Commit {
        log,
        ..Commit::default()
    }))
    .unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

/// Lets `harm` loose on an engine with a log of many slices, and opens the directory again.
fn opened_after(
    harm: impl FnOnce(&Core, &[Keyspace]),
) -> Result<Vec<CommitTimestamp>, EngineError> {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path()).unwrap();
    let log = engine.log("log").unwrap();
    for _ in 0..COMMITS {
        write(&engine, log);
    }
    let core = engine.core().unwrap();
    let slices = core.logs.keyspaces();
    assert!(slices.len() > 5);
    harm(&core, &slices);
    drop((slices, core, engine));
    let engine = open(directory.path())?;
    let log = engine.log("log").unwrap();
    let sealed = wait(engine.seal()).unwrap();
    let found = engine.changes(log, CommitTimestamp::ZERO, sealed).unwrap();
    Ok(found.map(|record| record.unwrap().timestamp).collect())
}

#[test]
fn any_slice_that_is_gone_is_missed() {
    for which in 0..5 {
        let harmed = opened_after(|core, slices| {
            let lost = slices.iter().nth_back(which).unwrap().clone();
            core.database.delete_keyspace(lost).unwrap();
        });
        let Err(EngineError::Corrupt(message)) = harmed else {
            panic!("slice {which} from the end was not missed");
        };
        assert!(
            message.contains("the change log has lost records"),
            "{message}"
        );
        assert!(message.contains("is not there"), "{message}");
    }
}

#[test]
fn a_slice_that_lost_its_end_is_missed() {
    let harmed = opened_after(|core, slices| {
        let (last, _) = slices.split_last().unwrap();
        let meta = core.database.keyspace("meta", Default::default).unwrap();
        let mut batch = core
            .database
            .batch()
            .durability(Some(PersistMode::SyncData));
        let name: &str = last.name();
        batch.insert(&meta, name, CommitTimestamp::MAX.as_micros().to_be_bytes());
        batch.commit().unwrap();
    });
    let Err(EngineError::Corrupt(message)) = harmed else {
        panic!("it was not missed");
    };
    assert!(message.contains("ends at"), "{message}");
}

#[test]
fn slices_dropped_in_order_are_not_missed() {
    let left = opened_after(|core, slices| {
        let log = core.logs.open("log").unwrap();
        let trimmed = core.logs.get(log).unwrap();
        let through = *trimmed.watch().borrow();
        core.drop_slices(trimmed.take_trimmed(through)).unwrap();
        assert!(core.logs.keyspaces().len() < slices.len());
    });
    assert_eq!(left.unwrap(), []);
    let left = opened_after(|core, _| core.drop_slices(core.logs.take_log("log")).unwrap());
    assert_eq!(left.unwrap(), []);
}

/// The process ends between the two steps of dropping: the records are there again.
#[test]
fn slices_that_were_only_forgotten_are_found_again() {
    let left = opened_after(|core, slices| {
        let names = slices.iter().map(|slice| slice.name().to_string());
        let (answer, forgotten) = mpsc::channel();
        core.queue
            .send(Job::Forget(names.collect(), answer))
            .unwrap();
        forgotten.recv().unwrap().unwrap();
    });
    assert_eq!(left.unwrap().len() as u64, COMMITS);
}
