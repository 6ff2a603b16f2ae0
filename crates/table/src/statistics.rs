//! Live counts of items and bytes.
//!
//! Counted once from a snapshot when a table is opened, before its first write of this life,
//! and kept by every commit afterwards. Additions commute, so the count may still be running
//! while commits already add to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anywhen_engine::CommitReceipt;
use anywhen_model::CommitTimestamp;

/// Number and size of the items of a table, or of the entries of an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Items or index entries.
    pub items: u64,
    /// Their size by DynamoDB's rule, in bytes.
    pub size_bytes: u64,
}

impl Statistics {
    /// Adds one item of this size.
    pub fn add(&mut self, size_bytes: usize) {
        self.items += 1;
        self.size_bytes += size_bytes as u64;
    }
}

/// Counters shared by all versions of a table's catalog entry.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    items: AtomicI64,
    size_bytes: AtomicI64,
}

impl Counters {
    pub(crate) fn set(&self, statistics: Statistics) {
        self.items.store(statistics.items as i64, Ordering::Relaxed);
        self.size_bytes
            .store(statistics.size_bytes as i64, Ordering::Relaxed);
    }

    pub(crate) fn add(&self, statistics: Statistics) {
        self.items
            .fetch_add(statistics.items as i64, Ordering::Relaxed);
        self.size_bytes
            .fetch_add(statistics.size_bytes as i64, Ordering::Relaxed);
    }

    /// Never below zero: while the first count runs, deletions may be ahead of it.
    pub(crate) fn read(&self) -> Statistics {
        let read = |counter: &AtomicI64| counter.load(Ordering::Relaxed).max(0) as u64;
        Statistics {
            items: read(&self.items),
            size_bytes: read(&self.size_bytes),
        }
    }
}

/// What one commit changes in one counter.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) counters: Arc<Counters>,
    /// Size before, if there was a record.
    pub(crate) old_bytes: Option<usize>,
    /// Size after, if there is one.
    pub(crate) new_bytes: Option<usize>,
}

impl Difference {
    fn apply(&self) {
        let items = i64::from(self.new_bytes.is_some()) - i64::from(self.old_bytes.is_some());
        let bytes = self.new_bytes.unwrap_or(0) as i64 - self.old_bytes.unwrap_or(0) as i64;
        self.counters.items.fetch_add(items, Ordering::Relaxed);
        self.counters.size_bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A commit under way whose differences are counted when it has become visible, also if the
/// client that waits for it goes away.
pub(crate) struct Counted {
    pending: Option<(CommitReceipt, Vec<Difference>)>,
}

impl Counted {
    pub(crate) fn new(receipt: CommitReceipt, differences: Vec<Difference>) -> Self {
        Self {
            pending: Some((receipt, differences)),
        }
    }

    /// Waits for the commit.
    pub(crate) async fn wait(mut self) -> Result<CommitTimestamp, anywhen_engine::CommitError> {
        let answer = match &mut self.pending {
            Some((receipt, _)) => receipt.await,
            None => return Err(anywhen_engine::EngineError::Closed.into()),
        };
        let differences = self.pending.take().map(|(_, differences)| differences);
        if answer.is_ok() {
            differences.iter().flatten().for_each(Difference::apply);
        }
        answer
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let Some((receipt, differences)) = self.pending.take() else {
            return;
        };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if receipt.await.is_ok() {
                    differences.iter().for_each(Difference::apply);
                }
            });
        }
    }
}
