//! How long requests take: counts in classes that grow by a sixteenth to an eighth, so that any
//! percentile is known to that.

use std::sync::atomic::{AtomicU64, Ordering};

/// Parts of each doubling.
const PARTS: u64 = 8;
const PART_BITS: u32 = PARTS.trailing_zeros();
/// Up to 2^34 microseconds, which is 4.7 hours; what takes longer counts as that.
const DOUBLINGS: u64 = 34;
const CLASSES: usize = (DOUBLINGS * PARTS) as usize;

/// Counts by class, shared by all who answer requests.
pub(crate) struct Latencies(Box<[AtomicU64]>);

/// Counts by class at an instant, or between two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LatencyCounts(Box<[u64]>);

impl Default for Latencies {
    fn default() -> Self {
        Self((0..CLASSES).map(|_| AtomicU64::new(0)).collect())
    }
}

impl Default for LatencyCounts {
    fn default() -> Self {
        Self(vec![0; CLASSES].into())
    }
}

impl Latencies {
    pub(crate) fn count(&self, micros: u64) {
        if let Some(count) = self.0.get(class(micros)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn counts(&self) -> LatencyCounts {
        LatencyCounts(
            self.0
                .iter()
                .map(|count| count.load(Ordering::Relaxed))
                .collect(),
        )
    }
}

impl LatencyCounts {
    pub(crate) fn since(&self, before: &Self) -> Self {
        let pairs = self.0.iter().zip(&*before.0);
        Self(
            pairs
                .map(|(now, before)| now.saturating_sub(*before))
                .collect(),
        )
    }

    /// The time in seconds that this share of the requests did not take; `None` without requests.
    pub(crate) fn percentile_seconds(&self, percent: u64) -> Option<f64> {
        let all: u64 = self.0.iter().sum();
        let rank = (all * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let class = self.0.iter().position(|count| {
            seen += count;
            seen >= rank
        })?;
        Some(middle_micros(class) / 1_000_000.0)
    }
}

/// Below [`PARTS`] microseconds each has a class of its own.
fn class(micros: u64) -> usize {
    if micros < PARTS {
        return micros as usize;
    }
    let doubling = micros.ilog2();
    let part = (micros >> (doubling - PART_BITS)) & (PARTS - 1);
    let class = u64::from(doubling - PART_BITS + 1) * PARTS + part;
    (class as usize).min(CLASSES - 1)
}

fn middle_micros(class: usize) -> f64 {
    let (doubling, part) = (class as u64 / PARTS, class as u64 % PARTS);
    if doubling == 0 {
        return part as f64;
    }
    let width = (1_u64 << (doubling - 1)) as f64;
    (PARTS + part) as f64 * width + width / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_the_class_around_it() {
        for micros in (0..20_000).chain((1..3_000).map(|n| n * n * 1000)) {
            let class = class(micros);
            let middle = middle_micros(class);
            let error = (middle - micros as f64).abs() / (micros as f64).max(1.0);
            assert!(error <= 1.0 / 8.0, "{micros}: {middle}");
        }
        assert_eq!(class(u64::MAX), CLASSES - 1);
    }

    #[test]
    fn percentiles_are_those_of_the_requests() {
        let latencies = Latencies::default();
        let before = latencies.counts();
        assert_eq!(before.percentile_seconds(50), None);
        for micros in 1..=1000 {
            latencies.count(micros);
        }
        let counts = latencies.counts().since(&before);
        for (percent, exact) in [(50, 0.0005), (90, 0.0009), (99, 0.00099)] {
            let found = counts.percentile_seconds(percent).unwrap();
            assert!((found - exact).abs() / exact < 0.13, "{percent}: {found}");
        }
        assert_eq!(counts.since(&counts).percentile_seconds(99), None);
    }
}
