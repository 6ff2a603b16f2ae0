//! What was measured: latencies by operation, and everything that did not go as it should.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::workload::Operation;

/// Latencies above are counted as this.
const MAX_MICROSECONDS: u64 = 3_600_000_000;

/// The figures of one connection, or of all together.
#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) operations: BTreeMap<Operation, OperationFigures>,
    pub(crate) connections_opened: u64,
}

/// The figures of one operation.
pub(crate) struct OperationFigures {
    /// Microseconds of the requests that succeeded, their retries included, to three digits.
    pub(crate) latencies: Histogram<u64>,
    /// Requests given up, by the error's name, each with its first message.
    pub(crate) failed: BTreeMap<String, (u64, String)>,
    /// Attempts that were followed by another, by the error's name.
    pub(crate) retries: BTreeMap<String, u64>,
    /// Items that reads and queries returned.
    pub(crate) items: u64,
    /// Reads of one record that found none.
    pub(crate) missing: u64,
}

impl Figures {
    pub(crate) fn of(&mut self, operation: Operation) -> &mut OperationFigures {
        self.operations
            .entry(operation)
            .or_insert_with(OperationFigures::new)
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.connections_opened += other.connections_opened;
        for (operation, figures) in other.operations {
            self.of(operation).add(figures);
        }
    }

    pub(crate) fn completed(&self) -> u64 {
        self.sum(|figures| figures.latencies.len())
    }

    pub(crate) fn failed(&self) -> u64 {
        self.sum(OperationFigures::failures)
    }

    pub(crate) fn retries(&self) -> u64 {
        self.sum(OperationFigures::retried)
    }

    fn sum(&self, figure: impl Fn(&OperationFigures) -> u64) -> u64 {
        self.operations.values().map(figure).sum()
    }
}

impl OperationFigures {
    #[expect(clippy::expect_used, reason = "the bounds are constants")]
    fn new() -> Self {
        Self {
            latencies: Histogram::new_with_bounds(1, MAX_MICROSECONDS, 3)
                .expect("valid bounds and digits"),
            failed: BTreeMap::new(),
            retries: BTreeMap::new(),
            items: 0,
            missing: 0,
        }
    }

    pub(crate) fn succeeded(&mut self, latency: Duration) {
        self.latencies
            .saturating_record((latency.as_micros() as u64).max(1));
    }

    pub(crate) fn gave_up(&mut self, error: String, message: String) {
        self.failed.entry(error).or_insert((0, message)).0 += 1;
    }

    pub(crate) fn tried_again(&mut self, error: String) {
        *self.retries.entry(error).or_default() += 1;
    }

    pub(crate) fn failures(&self) -> u64 {
        self.failed.values().map(|(count, _)| count).sum()
    }

    pub(crate) fn retried(&self) -> u64 {
        self.retries.values().sum()
    }

    fn add(&mut self, other: Self) {
        // Both have the same bounds, so this cannot fail.
        let _ = self.latencies.add(other.latencies);
        for (error, (count, message)) in other.failed {
            self.failed.entry(error).or_insert((0, message)).0 += count;
        }
        for (error, count) in other.retries {
            *self.retries.entry(error).or_default() += count;
        }
        self.items += other.items;
        self.missing += other.missing;
    }
}
