//! The bucket beside a model that fills drop by drop, and the bound that the burst sets.

use proptest::prelude::*;

use super::*;

/// Microseconds of one step of the model.
const STEP_MICROS: u64 = 10_000;

/// What happens to a bucket.
#[derive(Debug, Clone)]
enum Event {
    /// So many steps pass.
    Wait(u64),
    /// A request of so many half units.
    Ask(u64),
    /// A request that is undone at once.
    Undo(u64),
    /// The capacity becomes so many units per second.
    Resize(u64),
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0_u64..400).prop_map(Event::Wait),
        1 => (0_u64..40_000).prop_map(Event::Wait),
        8 => (1_u64..40).prop_map(Event::Ask),
        1 => (1_u64..2_000).prop_map(Event::Ask),
        1 => (1_u64..40).prop_map(Event::Undo),
        1 => (1_u64..20).prop_map(Event::Resize),
    ]
}

/// Level in hundredths of half units, filled step by step.
struct Model {
    units_per_second: i64,
    level: i64,
}

impl Model {
    const BURST_SECONDS: i64 = 300;

    fn full(&self) -> i64 {
        self.units_per_second * 2 * Self::BURST_SECONDS * 100
    }

    fn step(&mut self) {
        self.level = (self.level + 2 * self.units_per_second).min(self.full());
    }
}

fn rate(units_per_second: u64) -> Rate {
    Rate {
        units_per_second,
        burst_seconds: 300,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_bucket_admits_what_the_model_admits(
        first in 1_u64..20,
        events in prop::collection::vec(event(), 1..120),
    ) {
        let mut now = 17;
        let mut bucket = Bucket::new(rate(first), now);
        let mut model = Model {
            units_per_second: first as i64,
            level: first as i64 * 2 * 100,
        };
        for event in events {
            let current = model.units_per_second as u64;
            match event {
                Event::Wait(steps) => {
                    now += steps * STEP_MICROS;
                    (0..steps).for_each(|_| model.step());
                    bucket.fill(rate(current), now);
                }
                Event::Ask(halves) => {
                    bucket.fill(rate(current), now);
                    prop_assert_eq!(bucket.is_open(), model.level > 0);
                    if bucket.is_open() {
                        bucket.take(halves);
                        model.level -= halves as i64 * 100;
                    }
                }
                Event::Undo(halves) => {
                    let before = bucket.level;
                    bucket.take(halves);
                    bucket.give_back(halves);
                    prop_assert_eq!(bucket.level, before);
                }
                Event::Resize(units_per_second) => {
                    bucket.fill(rate(units_per_second), now);
                    model.units_per_second = units_per_second as i64;
                    model.level = model.level.min(model.full());
                }
            }
            prop_assert_eq!(bucket.level, i128::from(model.level) * 10_000);
        }
    }

    /// Over any time, no more than the rate, the burst and one request too large is admitted.
    #[test]
    fn no_stretch_of_time_admits_more_than_rate_and_burst(
        units_per_second in 1_u64..50,
        requests in prop::collection::vec((0_u64..3_000_000, 1_u64..500), 1..200),
    ) {
        let mut now = 0;
        let mut bucket = Bucket::new(rate(units_per_second), now);
        let mut admitted = Vec::new();
        for (wait_micros, halves) in requests {
            now += wait_micros;
            bucket.fill(rate(units_per_second), now);
            if bucket.is_open() {
                bucket.take(halves);
                admitted.push((now, halves));
            }
        }
        for (first, (from, _)) in admitted.iter().enumerate() {
            let mut halves = 0;
            let mut largest = 0;
            for (at, asked) in admitted.iter().skip(first) {
                halves += asked;
                largest = largest.max(*asked);
                let rated = u128::from(at - from) * 2 * u128::from(units_per_second);
                let burst = 600 * u128::from(units_per_second) * 1_000_000;
                let most = rated + burst + u128::from(largest) * 1_000_000;
                prop_assert!(u128::from(halves) * 1_000_000 <= most);
            }
        }
    }
}

#[test]
fn a_request_larger_than_the_bucket_is_admitted_and_waited_for() {
    let one = Rate {
        units_per_second: 1,
        burst_seconds: 1,
    };
    let mut bucket = Bucket::new(one, 0);
    assert!(bucket.is_open());
    bucket.take(20);
    for (now_micros, open) in [(0, false), (9_000_000, false), (9_000_001, true)] {
        bucket.fill(one, now_micros);
        assert_eq!(bucket.is_open(), open, "{now_micros}");
    }
    bucket.fill(one, 1);
    assert!(
        bucket.is_open(),
        "a clock that goes back takes nothing away"
    );
}

#[test]
fn the_largest_rate_overflows_nothing() {
    let largest = rate(anywhen_model::limits::THROUGHPUT_UNITS_MAX);
    let mut bucket = Bucket::new(largest, 0);
    bucket.fill(largest, u64::MAX);
    assert_eq!(bucket.level, largest.full_level());
    bucket.take(u64::MAX);
    assert!(!bucket.is_open());
}
