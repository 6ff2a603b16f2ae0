//! When requests are sent: as soon as a connection is free, or at a rate whatever the server does.
//!
//! In the open loop request n is due at n / rate seconds, and its latency counts from then, also if
//! every connection was waiting for an answer at that time. A server that stands still for a second
//! so shows a second's worth of slow requests, not one per connection ("coordinated omission").

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::sync::Semaphore;

/// How many requests, how fast, over how many connections.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PaceOptions {
    /// Connections, each with one request under way.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,
    /// Requests in all.
    #[arg(long, required_unless_present = "seconds")]
    pub(crate) requests: Option<u64>,
    /// Seconds after which no more requests are sent.
    #[arg(long, value_parser = positive)]
    pub(crate) seconds: Option<f64>,
    /// Open loop: requests per second, each with its time to be sent, from which its latency counts.
    /// Without it the loop is closed: a connection sends its next request when the last is answered.
    #[arg(long, value_parser = positive)]
    pub(crate) rate: Option<f64>,
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if number.is_finite() && (1e-3..=1e9).contains(&number) {
        Ok(number)
    } else {
        Err("not from 0.001 to 1,000,000,000".to_owned())
    }
}

/// Gives out the numbers of requests, each when it is due.
pub(crate) struct Pace {
    started: Instant,
    requests: u64,
    next: AtomicU64,
    kind: Kind,
}

enum Kind {
    Closed {
        until: Option<Instant>,
    },
    /// One permit for each request that has been due so far.
    Open {
        rate: f64,
        due: Semaphore,
    },
}

/// A request to send now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) number: u64,
    /// When its latency begins.
    pub(crate) since: Instant,
}

impl Pace {
    /// Starts the clock. Fails if it has no thread for it.
    pub(crate) fn start(options: &PaceOptions) -> anyhow::Result<Arc<Self>> {
        let started = Instant::now();
        let requests = options.requests.unwrap_or(u64::MAX);
        let seconds = options.seconds.unwrap_or(f64::INFINITY);
        let pace = Arc::new(match options.rate {
            None => Self {
                started,
                requests,
                next: AtomicU64::new(0),
                kind: Kind::Closed {
                    until: Duration::try_from_secs_f64(seconds)
                        .ok()
                        .map(|seconds| started + seconds),
                },
            },
            Some(rate) => Self {
                started,
                requests: requests.min((rate * seconds).ceil() as u64),
                next: AtomicU64::new(0),
                kind: Kind::Open {
                    rate,
                    due: Semaphore::new(0),
                },
            },
        });
        if options.rate.is_some() {
            let (clock, connections) = (Arc::clone(&pace), options.connections as usize);
            std::thread::Builder::new()
                .name("clock".to_owned())
                .spawn(move || clock.tick(connections))
                .context("no thread for the clock")?;
        }
        Ok(pace)
    }

    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// The next request, when it is due and a caller is free to send it; None at the end.
    pub(crate) async fn next(&self) -> Option<Slot> {
        if let Kind::Open { due, .. } = &self.kind {
            due.acquire().await.ok()?.forget();
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        if number >= self.requests {
            return None;
        }
        let since = match &self.kind {
            Kind::Open { rate, .. } => due_at(self.started, *rate, number),
            Kind::Closed { until } => {
                let now = Instant::now();
                if until.is_some_and(|until| now >= until) {
                    return None;
                }
                now
            }
        };
        Some(Slot { number, since })
    }

    /// A thread of its own, because the runtime's timers are as coarse as a millisecond.
    fn tick(&self, connections: usize) {
        let Kind::Open { rate, due } = &self.kind else {
            return;
        };
        for number in 0..self.requests {
            let wait = due_at(self.started, *rate, number).duration_since(Instant::now());
            if !wait.is_zero() {
                std::thread::sleep(wait);
            }
            due.add_permits(1);
        }
        // Each connection once more, to find that there are no more requests.
        due.add_permits(connections);
    }
}

fn due_at(started: Instant, rate: f64, number: u64) -> Instant {
    started + Duration::from_secs_f64(number as f64 / rate)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn options(requests: Option<u64>, seconds: Option<f64>, rate: Option<f64>) -> PaceOptions {
        PaceOptions {
            connections: 3,
            requests,
            seconds,
            rate,
        }
    }

    proptest! {
        /// Times do not depend on one another, so that no error adds up and no answer moves them.
        #[test]
        fn a_request_is_due_at_its_number_by_the_rate(rate in 0.01_f64..1e6, number in 0_u64..10_000_000) {
            let started = Instant::now();
            let due = due_at(started, rate, number).duration_since(started).as_secs_f64();
            prop_assert!((due - number as f64 / rate).abs() < 1e-8 * due.max(1.0));
            prop_assert!(due_at(started, rate, number + 1) >= due_at(started, rate, number));
        }
    }

    async fn take_all(pace: &Pace) -> Vec<Slot> {
        let mut slots = Vec::new();
        while let Some(slot) = pace.next().await {
            slots.push(slot);
        }
        slots
    }

    #[tokio::test]
    async fn each_number_is_given_out_once_and_then_no_more() {
        for rate in [None, Some(100_000.0)] {
            let pace = Pace::start(&options(Some(500), None, rate)).unwrap();
            let takers: Vec<_> = (0..3)
                .map(|_| {
                    let pace = Arc::clone(&pace);
                    tokio::spawn(async move { take_all(&pace).await })
                })
                .collect();
            let mut numbers = Vec::new();
            for taker in takers {
                numbers.extend(taker.await.unwrap().iter().map(|slot| slot.number));
            }
            numbers.sort_unstable();
            assert_eq!(numbers, (0..500).collect::<Vec<_>>());
        }
    }

    #[tokio::test]
    async fn no_request_is_given_out_before_it_is_due() {
        let pace = Pace::start(&options(None, Some(0.02), Some(5000.0))).unwrap();
        let mut count = 0;
        while let Some(slot) = pace.next().await {
            assert!(Instant::now() >= slot.since);
            assert_eq!(slot.since, due_at(pace.started(), 5000.0, slot.number));
            count += 1;
        }
        assert_eq!(count, 100);
    }

    /// Nobody takes a request until all have been due: their times are those of the plan all the
    /// same, so the first has waited for the whole run.
    #[tokio::test]
    async fn requests_that_wait_for_a_connection_keep_their_time() {
        let pace = Pace::start(&options(Some(50), None, Some(5000.0))).unwrap();
        let Kind::Open { due, .. } = &pace.kind else {
            panic!("a rate makes an open loop");
        };
        while due.available_permits() < 50 {
            tokio::task::yield_now().await;
        }
        let taken = Instant::now();
        for (number, slot) in take_all(&pace).await.iter().enumerate() {
            let least = (49 - number) as f64 / 5000.0;
            assert!(taken.duration_since(slot.since).as_secs_f64() >= least - 1e-6);
        }
    }
}
