//! Closing finishes what was queued and refuses what comes later.

use super::{Store, all, bytes, close, keyspace, open, put, wait};
use crate::{Commit, CommitError, EngineError, Health, KeyspaceName};

/// Every call after the end answers that the engine is closed; closing twice is fine.
pub fn refuses_what_comes_later(store: &dyn Store) {
    let engine = open(store);
    let handle = keyspace(&*engine, "records");
    assert_eq!(engine.health(), Health::Ready);
    let log = engine.log("log").unwrap();
    engine.close();
    engine.close();
    let writes = vec![put(handle, "k", "v")];
    let (sender, dropped) = std::sync::mpsc::channel::<()>();
    let hold: Option<Box<dyn std::any::Any + Send>> = Some(Box::new(sender));
    let receipt = engine.commit(Commit {
        writes,
        hold,
        ..Commit::default()
    });
    assert_eq!(wait(receipt), Err(CommitError::Engine(EngineError::Closed)));
    assert!(dropped.recv().is_err(), "the latches are let go");
    assert_eq!(wait(engine.seal()), Err(EngineError::Closed));
    assert_eq!(
        engine.keyspace(&KeyspaceName::server("x")),
        Err(EngineError::Closed)
    );
    assert_eq!(engine.keyspace_names(), Err(EngineError::Closed));
    assert_eq!(
        engine.trim(log, anywhen_model::CommitTimestamp::MAX),
        Err(EngineError::Closed)
    );
    assert_eq!(engine.snapshot().err(), Some(EngineError::Closed));
    assert_eq!(engine.bulk_load(handle).err(), Some(EngineError::Closed));
    assert!(matches!(engine.health(), Health::ReadOnly(_)));
}

/// What was queued when closing began is there afterwards; so is it after a mere drop.
pub fn keeps_everything_for_reopening(store: &dyn Store) {
    for life in 0..4_u8 {
        let engine = open(store);
        let handle = keyspace(&*engine, "records");
        let found = all(&*engine.snapshot().unwrap(), handle);
        let expected: Vec<_> = (0..life)
            .flat_map(|life| (0..100_u8).map(move |key| (bytes([life, key]), bytes("v"))))
            .collect();
        assert_eq!(found, expected);
        let receipts: Vec<_> = (0..100_u8)
            .map(|key| {
                let writes = vec![put(handle, [life, key], "v")];
                engine.commit(Commit {
                    writes,
                    ..Commit::default()
                })
            })
            .collect();
        if life % 2 == 0 {
            close(engine);
        } else {
            drop(engine);
        }
        for receipt in receipts {
            wait(receipt).unwrap();
        }
    }
}
