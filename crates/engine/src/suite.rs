//! The suite every engine must pass: the rules of the trait as executable statements.
//!
//! An engine's crate says how to open an engine over a store (see [`Store`]) and calls
//! [`crate::engine_suite`], which makes one test of every rule. Rules are proven against models
//! (ordered maps, lists of what was acknowledged) with seeded random operations, and with
//! concurrent writers and readers where the rule is about them; nothing here sleeps. A broken
//! rule panics, as tests do. Start reading at the list in [`crate::engine_suite`].

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a suite fails by panicking"
)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use anywhen_model::{Clock, CommitTimestamp, ManualClock, SeededRandomness, SystemClock};
use bytes::Bytes;

use crate::{
    Commit, CommitError, Direction, Engine, Entry, KeyspaceHandle, KeyspaceName, Snapshot, Write,
};

pub mod changes;
pub mod closing;
pub mod commits;
pub mod fences;
pub mod keyspaces;
pub mod loads;
pub mod reads;
pub mod seals;

/// Something engines can be opened over, one after the other.
pub trait Store: Send + Sync {
    /// An engine over what the store holds, empty at first. The engine opened before has been
    /// closed or dropped.
    fn open(&self, clock: Arc<dyn Clock>) -> Arc<dyn Engine>;
}

/// Makes a `#[test]` of every rule. The argument makes an empty [`Store`].
#[macro_export]
macro_rules! engine_suite {
    ($new_store:expr) => {
        $crate::engine_suite! { @rules $new_store,
            reads {
                match_a_model,
                bounds_of_every_kind,
                snapshots_do_not_change,
            }
            keyspaces {
                are_made_once_and_listed,
                once_dropped_are_unknown_and_come_back_empty,
                keep_to_the_last_word_across_lives,
            }
            commits {
                are_seen_whole,
                timestamps_only_grow,
                refused_ones_change_nothing,
                latches_are_held_until_visible,
                stand_without_their_receipt,
                the_last_write_of_a_key_wins,
            }
            fences {
                refuse_what_was_planned_too_early,
                order_concurrent_commits,
            }
            seals {
                divide_concurrent_commits,
                hold_after_reopening,
            }
            changes {
                come_in_order_by_range,
                survive_trimming_above_it,
                are_final_up_to_a_snapshot,
                go_with_their_log,
                are_announced,
            }
            loads {
                become_visible_at_once,
                refuse_disorder,
                run_side_by_side,
            }
            closing {
                refuses_what_comes_later,
                keeps_everything_for_reopening,
            }
        }
    };
    (@rules $new_store:expr, $($group:ident { $($rule:ident,)* })*) => {
        $(
            mod $group {
                use super::*;
                $crate::engine_suite! { @tests $new_store, $group, $($rule,)* }
            }
        )*
    };
    (@tests $new_store:expr, $group:ident, $($rule:ident,)*) => {
        $(
            #[test]
            fn $rule() {
                $crate::suite::$group::$rule(&$new_store);
            }
        )*
    };
}

/// An open engine on a clock of the real world.
fn open(store: &dyn Store) -> Arc<dyn Engine> {
    store.open(Arc::new(SystemClock))
}

/// An open engine on a clock that stands still unless told.
fn open_at(store: &dyn Store, micros: u64) -> (Arc<dyn Engine>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(micros));
    (store.open(Arc::clone(&clock) as Arc<dyn Clock>), clock)
}

fn close(engine: Arc<dyn Engine>) {
    engine.close();
    drop(engine);
}

fn keyspace(engine: &dyn Engine, what: &str) -> KeyspaceHandle {
    engine.keyspace(&KeyspaceName::server(what)).unwrap()
}

fn put(keyspace: KeyspaceHandle, key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Write {
    Write {
        keyspace,
        key: bytes(key),
        value: Some(bytes(value)),
    }
}

fn remove(keyspace: KeyspaceHandle, key: impl AsRef<[u8]>) -> Write {
    Write {
        keyspace,
        key: bytes(key),
        value: None,
    }
}

fn bytes(from: impl AsRef<[u8]>) -> Bytes {
    Bytes::copy_from_slice(from.as_ref())
}

/// Commits writes and waits for the answer.
fn commit(engine: &dyn Engine, writes: Vec<Write>) -> Result<CommitTimestamp, CommitError> {
    wait(engine.commit(Commit {
        writes,
        ..Commit::default()
    }))
}

fn get(engine: &dyn Engine, keyspace: KeyspaceHandle, key: impl AsRef<[u8]>) -> Option<Bytes> {
    engine
        .snapshot()
        .unwrap()
        .get(keyspace, key.as_ref())
        .unwrap()
}

/// Every record of a keyspace, ascending.
fn all(snapshot: &dyn Snapshot, keyspace: KeyspaceHandle) -> Vec<Entry> {
    use std::ops::Bound::Unbounded;
    let range = snapshot
        .range(keyspace, (Unbounded, Unbounded), Direction::Forward)
        .unwrap();
    range.map(Result::unwrap).collect()
}

fn below(random: &SeededRandomness, bound: u64) -> u64 {
    random.next_u64() % bound
}

/// Blocks this thread until the future resolves; receipts need no runtime.
fn wait<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
