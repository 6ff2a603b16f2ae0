//! What is counted of every request: how many by operation and result, and how long they took.
//!
//! The recorder finds a metric by name and labels, which costs more than counting; so what it
//! answered is kept. Operations and results are names from the program, so there are few.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use metrics::{Counter, Histogram};
use parking_lot::RwLock;

/// The metrics of one operation with one result.
struct Handles {
    requests: Counter,
    seconds: Histogram,
}

#[derive(Default)]
pub(crate) struct RequestMetrics {
    known: RwLock<HashMap<(&'static str, &'static str), Arc<Handles>>>,
}

impl RequestMetrics {
    /// Counts a request that was answered.
    pub(crate) fn record(&self, operation: &'static str, result: &'static str, took: Duration) {
        let known = self.known.read().get(&(operation, result)).cloned();
        let handles = known.unwrap_or_else(|| self.register(operation, result));
        handles.requests.increment(1);
        handles.seconds.record(took.as_secs_f64());
    }

    fn register(&self, operation: &'static str, result: &'static str) -> Arc<Handles> {
        let handles = Arc::new(Handles {
            requests: metrics::counter!(
                "anywhen_requests_total", "operation" => operation, "result" => result
            ),
            seconds: metrics::histogram!(
                "anywhen_request_duration_seconds", "operation" => operation
            ),
        });
        let mut known = self.known.write();
        known.insert((operation, result), Arc::clone(&handles));
        handles
    }
}
