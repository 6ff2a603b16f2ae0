//! A journal written by fjall itself is cut, torn and flipped in every place, and what the
//! verification says is held against what was acknowledged.

use std::path::Path;
use std::sync::Arc;

use anywhen_engine::{Commit, Engine, KeyspaceName};
use anywhen_model::{Clock, ManualClock};
use bytes::Bytes;

use super::*;
use crate::{LocalEngine, LocalEngineOptions};

const COMMITS: u64 = 12;

fn open(directory: &Path) -> Result<LocalEngine, EngineError> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(1_000));
    let mut options = LocalEngineOptions::new(directory, clock);
    options.free_space_watermark_bytes = 0;
    LocalEngine::open(options)
}

/// An engine's directory after some commits, one batch each, and the journal's used bytes.
fn written(directory: &Path) -> Vec<u8> {
    let engine = open(directory).unwrap();
    let keyspace = engine.keyspace(&KeyspaceName::server("records")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    for n in 0..COMMITS {
        let key = Bytes::copy_from_slice(&n.to_be_bytes());
        let value = Some(Bytes::from(vec![7; 40]));
        let writes = vec![anywhen_engine::Write {
            keyspace,
            key,
            value,
        }];
        runtime
            .block_on(engine.commit(Commit {
                writes,
                ..Commit::default()
            }))
            .unwrap();
    }
    drop(engine);
    // What was never verified for its end is to be judged by the journal alone.
    std::fs::write(directory.join("horizon"), "anywhen-horizon-1 0\n").unwrap();
    let mut content = std::fs::read(directory.join("store/0.jnl")).unwrap();
    let used = content.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    content.truncate(used);
    content
}

/// Where the batches of a journal begin, and where the last one ends.
fn borders(content: &[u8]) -> Vec<usize> {
    let mut borders = vec![0];
    while let Some(batch) = content.get(*borders.last().unwrap()..).and_then(read_batch) {
        borders.push(borders.last().unwrap() + batch.size);
    }
    assert_eq!(*borders.last().unwrap(), content.len());
    borders
}

fn verify_content(directory: &Path, content: &[u8]) -> Result<Verified, EngineError> {
    std::fs::write(directory.join("store/0.jnl"), content).unwrap();
    verify(&directory.join("store"), Durability::Fsync)
}

#[test]
fn a_journal_that_ends_anywhere_is_torn_at_its_last_batch() {
    let directory = tempfile::tempdir().unwrap();
    let content = written(directory.path());
    let borders = borders(&content);
    // Every place in the last three batches, and the place before, on and after every border.
    let late = borders[borders.len() - 4];
    let near = |end: usize| borders.iter().any(|border| border.abs_diff(end) <= 1);
    for end in (0..content.len()).filter(|end| *end > late || near(*end)) {
        let mut cut = content[..end].to_vec();
        cut.extend(vec![0; end % 3 * 50]);
        let verified = verify_content(directory.path(), &cut).unwrap();
        let readable = *borders.iter().rfind(|border| **border <= end).unwrap();
        let left_over = content[readable..end].iter().any(|byte| *byte != 0);
        assert_eq!(
            verified.torn.map(|torn| torn.at_byte),
            left_over.then_some(readable)
        );
    }
}

#[test]
fn a_flipped_byte_is_damage_unless_it_is_in_the_last_batch() {
    let directory = tempfile::tempdir().unwrap();
    let content = written(directory.path());
    let borders = borders(&content);
    let last = borders[borders.len() - 2];
    let late = borders[borders.len() - 4];
    let sequence_number = |content: &[u8], at: usize| {
        content
            .get(at..)
            .and_then(read_batch)
            .map(|batch| batch.sequence_number)
    };
    for at in late..content.len() {
        let batch = borders.iter().rposition(|border| *border <= at).unwrap();
        let mut flipped = content.clone();
        flipped[at] ^= 0x55;
        let verified = verify_content(directory.path(), &flipped);
        if (borders[batch] + 5..borders[batch] + 13).contains(&at) {
            // fjall's checksum does not cover the sequence number. A number that still is in
            // order does no harm.
            let before = sequence_number(&content, borders[batch - 1]);
            let after = sequence_number(&content, borders[batch + 1]).or(Some(u64::MAX));
            let now = sequence_number(&flipped, borders[batch]);
            let in_order = before < now && now < after;
            assert_eq!(
                verified.is_ok_and(|verified| verified.torn.is_none()),
                in_order
            );
        } else if at < last {
            assert!(
                matches!(verified, Err(EngineError::Corrupt(_))),
                "byte {at}"
            );
            // Without syncs, what follows a torn batch was not promised either.
            let store = directory.path().join("store");
            let torn = verify(&store, Durability::Process).unwrap().torn.unwrap();
            assert_eq!(torn.at_byte, borders[batch]);
        } else {
            assert_eq!(verified.unwrap().torn.map(|torn| torn.at_byte), Some(last));
        }
    }
}

#[test]
fn a_batch_taken_out_of_the_middle_is_missed() {
    let directory = tempfile::tempdir().unwrap();
    let content = written(directory.path());
    let borders = borders(&content);
    let batches = borders.len() - 1;
    for removed in 1..batches - 1 {
        let mut without = content.clone();
        without.drain(borders[removed]..borders[removed + 1]);
        let Err(EngineError::Corrupt(message)) = verify_content(directory.path(), &without) else {
            panic!("batch {removed} of {batches} was not missed");
        };
        assert!(message.contains("commits are missing"), "{message}");
    }
}

/// A power cut leaves a batch of which some pages were written and others not: the engine opens
/// without it, keeps what it cut off, and goes on.
#[test]
fn an_engine_opens_after_its_last_batch_was_torn() {
    let directory = tempfile::tempdir().unwrap();
    let content = written(directory.path());
    let borders = borders(&content);
    let last = borders[borders.len() - 2];
    let mut torn = content.clone();
    torn[last + 60..last + 80].fill(0);
    torn.extend(vec![0; 10_000]);
    std::fs::write(directory.path().join("store/0.jnl"), &torn).unwrap();
    for expected in [COMMITS - 1, COMMITS] {
        let engine = open(directory.path()).unwrap();
        let keyspace = engine.keyspace(&KeyspaceName::server("records")).unwrap();
        let snapshot = engine.snapshot().unwrap();
        let all = (std::ops::Bound::Unbounded, std::ops::Bound::Unbounded);
        let found = snapshot
            .range(keyspace, all, anywhen_engine::Direction::Forward)
            .unwrap();
        assert_eq!(found.map(Result::unwrap).count() as u64, expected);
        let key = Bytes::copy_from_slice(&COMMITS.to_be_bytes());
        let writes = vec![anywhen_engine::Write {
            keyspace,
            key,
            value: Some(Bytes::new()),
        }];
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime
            .block_on(engine.commit(Commit {
                writes,
                ..Commit::default()
            }))
            .unwrap();
    }
    let kept = std::fs::read(directory.path().join("torn-tail")).unwrap();
    assert_eq!(kept, torn[last..content.len()]);
}

/// A batch that failed half-way may lie in a journal that was closed behind it.
#[test]
fn a_torn_end_may_be_followed_by_empty_journals_only() {
    let directory = tempfile::tempdir().unwrap();
    let content = written(directory.path());
    let next = directory.path().join("store/1.jnl");
    std::fs::write(&next, vec![0; 1_000]).unwrap();
    let torn = &content[..content.len() - 3];
    assert!(
        verify_content(directory.path(), torn)
            .unwrap()
            .torn
            .is_some()
    );
    std::fs::write(&next, "something").unwrap();
    assert!(matches!(
        verify_content(directory.path(), torn),
        Err(EngineError::Corrupt(_))
    ));
    assert!(
        verify_content(directory.path(), &content)
            .unwrap()
            .torn
            .is_some()
    );
}
