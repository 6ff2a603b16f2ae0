//! A write planned against an old catalog version is planned again.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anywhen_model::{CommitTimestamp, TableId};

use super::{Store, close, get, keyspace, open, put, wait};
use crate::{Commit, CommitError, Engine, Fence};

const TABLE: TableId = TableId::from_u128(7);

fn fence(version: u64) -> Fence {
    Fence {
        table: TABLE,
        version,
    }
}

fn fenced(
    engine: &dyn Engine,
    expect: Vec<Fence>,
    advance: Vec<Fence>,
) -> Result<CommitTimestamp, CommitError> {
    wait(engine.commit(Commit {
        expect,
        advance,
        ..Commit::default()
    }))
}

/// Every way an expectation can hold or fail.
pub fn refuse_what_was_planned_too_early(store: &dyn Store) {
    let engine = open(store);
    let refused = Err(CommitError::Fenced(TABLE));
    assert_eq!(
        fenced(&*engine, vec![fence(1)], vec![]),
        refused,
        "never set"
    );
    assert_eq!(
        fenced(&*engine, vec![fence(0)], vec![]),
        refused,
        "never set"
    );
    fenced(&*engine, vec![], vec![fence(1)]).unwrap();
    fenced(&*engine, vec![fence(1)], vec![]).unwrap();
    fenced(&*engine, vec![fence(1)], vec![fence(2)]).unwrap();
    assert_eq!(fenced(&*engine, vec![fence(1)], vec![]), refused, "too old");
    assert_eq!(
        fenced(&*engine, vec![fence(3)], vec![]),
        refused,
        "not there yet"
    );
    assert_eq!(fenced(&*engine, vec![fence(1)], vec![fence(9)]), refused);
    fenced(&*engine, vec![fence(2)], vec![]).expect("a refused commit advances nothing");

    let other = Fence {
        table: TableId::from_u128(8),
        version: 1,
    };
    engine.set_fence(other);
    assert_eq!(
        fenced(&*engine, vec![other, fence(1)], vec![]),
        refused,
        "one of two"
    );
    fenced(&*engine, vec![other, fence(2)], vec![]).unwrap();
    let handle = keyspace(&*engine, "records");
    let expect = vec![fence(1)];
    let writes = vec![put(handle, "k", "v")];
    assert!(
        wait(engine.commit(Commit {
            expect,
            writes,
            ..Commit::default()
        }))
        .is_err()
    );
    assert_eq!(get(&*engine, handle, "k"), None);

    fenced(&*engine, vec![fence(2)], vec![fence(0)]).unwrap();
    assert_eq!(
        fenced(&*engine, vec![fence(2)], vec![]),
        refused,
        "the table is gone"
    );
    close(engine);
    let engine = open(store);
    assert_eq!(
        fenced(&*engine, vec![other], vec![]),
        Err(CommitError::Fenced(other.table))
    );
    engine.set_fence(other);
    fenced(&*engine, vec![other], vec![]).unwrap();
    close(engine);
}

/// A commit that expected version v lies, in commit order, after the commit that brought v and
/// before the one that brought v + 1.
pub fn order_concurrent_commits(store: &dyn Store) {
    const VERSIONS: u64 = 40;
    let engine = open(store);
    engine.set_fence(fence(1));
    let version = AtomicU64::new(1);
    let done = AtomicBool::new(false);
    let (mut advanced, accepted) = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    let mut accepted = Vec::new();
                    while !done.load(Ordering::Acquire) {
                        let planned = version.load(Ordering::Acquire);
                        match fenced(&*engine, vec![fence(planned)], vec![]) {
                            Ok(timestamp) => accepted.push((planned, timestamp)),
                            Err(error) => assert_eq!(error, CommitError::Fenced(TABLE)),
                        }
                    }
                    accepted
                })
            })
            .collect();
        let mut advanced = vec![CommitTimestamp::ZERO; 2];
        for next in 2..=VERSIONS {
            advanced.push(fenced(&*engine, vec![fence(next - 1)], vec![fence(next)]).unwrap());
            version.store(next, Ordering::Release);
        }
        done.store(true, Ordering::Release);
        let accepted = writers
            .into_iter()
            .flat_map(|writer| writer.join().unwrap());
        (advanced, accepted.collect::<Vec<_>>())
    });
    advanced.push(CommitTimestamp::MAX);
    for (planned, timestamp) in accepted {
        let planned = planned as usize;
        assert!(advanced[planned] < timestamp && timestamp < advanced[planned + 1]);
    }
    close(engine);
}
