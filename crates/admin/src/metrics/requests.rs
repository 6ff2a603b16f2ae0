//! What requests are counted by: operation, error, time taken; and the connections they come by.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anywhen_protocol::Operation;
use parking_lot::Mutex;

use super::latency::LatencyCounts;
use super::{Latencies, Values};

/// What a request is called that names no operation.
const UNKNOWN: &str = "Unknown";
/// The result of a request that succeeded.
const SUCCESS: &str = "Success";
/// What is refused because capacity is used up, or too much is asked at once.
const THROTTLED: [&str; 3] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
];

/// Whose fault an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Client,
    Server,
    Throttled,
}

impl Kind {
    const ALL: [(Self, &str); 3] = [
        (Self::Client, "client_errors_per_second"),
        (Self::Server, "server_errors_per_second"),
        (Self::Throttled, "throttled_requests_per_second"),
    ];

    fn of(code: &str, status: u16) -> Self {
        match status {
            500.. => Self::Server,
            _ if THROTTLED.contains(&code) => Self::Throttled,
            _ => Self::Client,
        }
    }
}

/// Counts of the process; cheap to add to from any thread.
pub struct Requests {
    /// By operation, in the order of their names.
    operations: Vec<(&'static str, AtomicU64)>,
    errors: Mutex<BTreeMap<&'static str, Errors>>,
    latencies: Latencies,
    connections: AtomicU64,
}

/// Errors of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Errors {
    kind: Kind,
    count: u64,
}

/// A client's connection, counted until it is dropped.
pub struct Connection<'r>(&'r Requests);

/// All counts at an instant, or between two.
#[derive(Debug, Clone, Default)]
pub(super) struct Counted {
    totals: Totals,
    latencies: LatencyCounts,
}

/// Counts by operation and by error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Totals {
    operations: BTreeMap<&'static str, u64>,
    errors: BTreeMap<&'static str, Errors>,
}

impl Default for Requests {
    fn default() -> Self {
        let names = Operation::ALL.iter().map(|operation| operation.name());
        let mut names: Vec<&str> = names.chain([UNKNOWN]).collect();
        names.sort_unstable();
        let operations = names.into_iter().map(|name| (name, AtomicU64::new(0)));
        Self {
            operations: operations.collect(),
            errors: Mutex::default(),
            latencies: Latencies::default(),
            connections: AtomicU64::new(0),
        }
    }
}

impl Requests {
    /// Counts a request that was answered: its operation, `Success` or the error's code, the HTTP
    /// status, and the time it took.
    pub fn count(
        &self,
        operation: &'static str,
        result: &'static str,
        status: u16,
        took: Duration,
    ) {
        let names = &self.operations;
        if let Ok(place) = names.binary_search_by_key(&operation, |(name, _)| *name)
            && let Some((_, count)) = names.get(place)
        {
            count.fetch_add(1, Ordering::Relaxed);
        }
        if result != SUCCESS {
            let mut errors = self.errors.lock();
            let errors = errors.entry(result).or_insert_with(|| Errors {
                kind: Kind::of(result, status),
                count: 0,
            });
            errors.count += 1;
        }
        self.latencies.count(took.as_micros() as u64);
    }

    /// Counts a connection for as long as it is open.
    pub fn connect(&self) -> Connection<'_> {
        self.connections.fetch_add(1, Ordering::Relaxed);
        Connection(self)
    }

    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(super) fn counted(&self) -> Counted {
        let counts = self.operations.iter();
        let counts = counts.map(|(name, count)| (*name, count.load(Ordering::Relaxed)));
        Counted {
            totals: Totals {
                operations: counts.filter(|(_, count)| *count > 0).collect(),
                errors: self.errors.lock().clone(),
            },
            latencies: self.latencies.counts(),
        }
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        self.0.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Counted {
    pub(super) fn since(&self, before: &Self) -> Self {
        let operations = self.totals.operations.iter().map(|(name, count)| {
            let before = before.totals.operations.get(name).copied();
            (*name, count - before.unwrap_or_default())
        });
        let errors = self.totals.errors.iter().map(|(code, errors)| {
            let before = before.totals.errors.get(code).map(|errors| errors.count);
            let count = errors.count - before.unwrap_or_default();
            (*code, Errors { count, ..*errors })
        });
        Self {
            totals: Totals {
                operations: operations.collect(),
                errors: errors.collect(),
            },
            latencies: self.latencies.since(&before.latencies),
        }
    }

    /// As series of rates, if it took so many seconds.
    pub(super) fn per_second(&self, took_seconds: f64) -> Values {
        let rate = |count: u64| (count as f64 / took_seconds.max(f64::EPSILON)) as f32;
        let Totals { operations, errors } = &self.totals;
        let all = operations.values().sum();
        let mut values: Values = vec![("requests_per_second".into(), rate(all))];
        let by_operation = operations.iter();
        values.extend(
            by_operation
                .map(|(name, count)| (format!("requests_per_second.{name}").into(), rate(*count))),
        );
        values.extend(Kind::ALL.map(|(kind, name)| {
            let errors = errors.values().filter(|errors| errors.kind == kind);
            (name.into(), rate(errors.map(|errors| errors.count).sum()))
        }));
        values.extend(errors.iter().map(|(code, errors)| {
            (
                format!("errors_per_second.{code}").into(),
                rate(errors.count),
            )
        }));
        for (name, percent) in [
            ("latency_p50_seconds", 50),
            ("latency_p90_seconds", 90),
            ("latency_p99_seconds", 99),
        ] {
            // Without requests there is no latency, which is not a latency of zero.
            let latency = self.latencies.percentile_seconds(percent);
            values.push((
                name.into(),
                latency.map_or(f32::NAN, |seconds| seconds as f32),
            ));
        }
        values
    }
}
