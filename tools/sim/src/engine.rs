//! The memory engine behind a queue, as the committer of a real engine stands behind one.
//!
//! A commit waits before it is applied and again before it is answered; a crash in the first wait
//! loses it, a crash in the second leaves a durable commit that nobody has heard of. The second
//! is long at times, as on a disk that syncs slowly, so that many crashes come while it lasts.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_engine::{
    Commit, CommitError, CommitReceipt, Engine, EngineError, Front, LogEntry, SealReceipt,
};
use anywhen_engine_memory::MemoryEngine;
use anywhen_model::{CommitTimestamp, TableId};
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::dice::Dice;

/// How often something waits, and for how long at most.
#[derive(Clone, Copy)]
struct Waits {
    /// One in so many is long.
    one_in: u64,
    longest_millis: u64,
}

const BEFORE_COMMIT: Waits = Waits {
    one_in: 10,
    longest_millis: 20,
};
const BEFORE_ANSWER: Waits = Waits {
    one_in: 4,
    longest_millis: 1_000,
};

pub(crate) struct QueuedEngine {
    inner: Arc<MemoryEngine>,
    queue: mpsc::UnboundedSender<Queued>,
}

enum Queued {
    Commit(
        Commit,
        oneshot::Sender<Result<CommitTimestamp, CommitError>>,
    ),
    Seal(oneshot::Sender<Result<CommitTimestamp, EngineError>>),
}

/// Bytes of changes that the change log was given, by table: keys, and items as they are stored.
#[derive(Debug, Default)]
pub(crate) struct Logged(Mutex<BTreeMap<TableId, u64>>);

impl Logged {
    fn add(&self, changes: Vec<(TableId, u64)>) {
        let mut by_table = self.0.lock();
        for (table, bytes) in changes {
            *by_table.entry(table).or_default() += bytes;
        }
    }

    /// Of one table, ever.
    pub(crate) fn bytes(&self, table: TableId) -> u64 {
        self.0.lock().get(&table).copied().unwrap_or_default()
    }
}

fn changed_bytes(commit: &Commit) -> Vec<(TableId, u64)> {
    let bytes = |entry: &LogEntry| entry.key.len() + entry.value.as_ref().map_or(0, Bytes::len);
    let changes = commit.log.iter();
    changes
        .map(|entry| (entry.table, bytes(entry) as u64))
        .collect()
}

impl QueuedEngine {
    /// Starts the committer as a task of this runtime.
    pub(crate) fn start(inner: MemoryEngine, dice: Dice, logged: Arc<Logged>) -> Arc<Self> {
        let inner = Arc::new(inner);
        let (queue, queued) = mpsc::unbounded_channel();
        tokio::spawn(commit_all(Arc::clone(&inner), queued, dice, logged));
        Arc::new(Self { inner, queue })
    }
}

async fn commit_all(
    inner: Arc<MemoryEngine>,
    mut queued: mpsc::UnboundedReceiver<Queued>,
    dice: Dice,
    logged: Arc<Logged>,
) {
    while let Some(next) = queued.recv().await {
        pause(&dice, BEFORE_COMMIT).await;
        match next {
            Queued::Commit(commit, answer) => {
                let changes = changed_bytes(&commit);
                let committed = inner.commit(commit).await;
                if committed.is_ok() {
                    logged.add(changes);
                }
                pause(&dice, BEFORE_ANSWER).await;
                // The caller may have gone away.
                let _ = answer.send(committed);
            }
            Queued::Seal(answer) => {
                let sealed = inner.seal().await;
                pause(&dice, BEFORE_COMMIT).await;
                let _ = answer.send(sealed);
            }
        }
    }
}

async fn pause(dice: &Dice, waits: Waits) {
    if dice.one_in(waits.one_in) {
        tokio::time::sleep(dice.millis(waits.longest_millis)).await;
    } else if dice.one_in(2) {
        tokio::task::yield_now().await;
    }
}

impl Front for QueuedEngine {
    fn behind(&self) -> &dyn Engine {
        &*self.inner
    }

    fn take_commit(&self, commit: Commit) -> CommitReceipt {
        let (answer, receipt) = CommitReceipt::channel();
        // A committer that is gone answers by dropping the sender: closed.
        let _ = self.queue.send(Queued::Commit(commit, answer));
        receipt
    }

    fn take_seal(&self) -> SealReceipt {
        let (answer, receipt) = SealReceipt::channel();
        let _ = self.queue.send(Queued::Seal(answer));
        receipt
    }
}
