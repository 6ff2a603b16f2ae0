//! `/admin/v1/metrics`: what the server and its tables did in the last 24 hours.
//!
//! Requests are counted as they are answered ([`Requests`]); tables count their own. Once a step the
//! counts are compared with those of the step before, and what came of it goes into rings of a fixed
//! number of steps ([`ring`]): fine ones that reach back an hour, coarse ones that reach back a day.
//! All of it is gone with the process.
//!
//! What must hold:
//!
//! * Memory is bounded: the server's own series by the number of operations and error codes, which
//!   is fixed, tables by [`tables::TABLES_MAX`], of which those used last are kept. A table that is not
//!   used costs nothing.
//! * A step in which nothing was counted because the server did not run, or stood still, is
//!   unknown (`null`), not zero.
//! * Counters that begin anew, as those of tables do when the layers are opened again, count from
//!   zero and never give a negative rate.

mod latency;
mod requests;
mod ring;
mod tables;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use anywhen_model::{CommitTimestamp, TableId};
use parking_lot::Mutex;
use serde::Serialize;

use self::latency::Latencies;
use self::requests::Counted;
pub use self::requests::{Connection, Requests};
use self::ring::{Resolution, Ring};
pub(crate) use self::tables::tables_of;
use self::tables::{TableCounts, TableHistories};
use crate::query::{Query, in_order, seconds};
use crate::reply::Refusal;

pub(crate) const PARAMETERS: &[&str] = &["from", "to", "step_seconds"];

const MICROS: u64 = 1_000_000;
const HOUR_SECONDS: u64 = 3600;
const DAY_SECONDS: u64 = 24 * HOUR_SECONDS;

/// The histories of the server itself.
const SERVER: [Resolution; 2] = [
    Resolution::new(10, HOUR_SECONDS),
    Resolution::new(60, DAY_SECONDS),
];
/// The histories of tables.
const TABLE: [Resolution; 2] = [
    Resolution::new(60, HOUR_SECONDS),
    Resolution::new(300, DAY_SECONDS),
];

/// What is measured at the end of a step.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Gauges {
    /// `None` while nobody can say.
    pub(crate) archive_lag_seconds: Option<f64>,
    pub(crate) restores_running: usize,
    pub(crate) storage: Storage,
}

/// What was measured last of the storage; `None` while nothing was.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Storage {
    pub(crate) data_bytes: Option<u64>,
    pub(crate) archive_bytes: Option<u64>,
}

/// Values by name, with the name of what is counted and its unit.
type Values = Vec<(Cow<'static, str>, f32)>;

/// Series of numbers as they are answered.
#[derive(Debug, Serialize, PartialEq)]
pub(crate) struct Answered {
    start_seconds: f64,
    step_seconds: u64,
    series: BTreeMap<String, Vec<Option<f32>>>,
}

/// Keeps the histories.
pub(crate) struct Recorder {
    server: Mutex<[Meter; 2]>,
    tables: Mutex<TableHistories>,
}

/// A ring and the counts at its last step.
struct Meter {
    ring: Ring,
    before: Counted,
    before_at: CommitTimestamp,
}

impl Recorder {
    /// Begins to count now.
    pub(crate) fn new(now: CommitTimestamp) -> Self {
        let meter = |resolution| Meter {
            ring: Ring::new(resolution, now),
            before: Counted::default(),
            before_at: now,
        };
        Self {
            server: Mutex::new(SERVER.map(meter)),
            tables: Mutex::new(TableHistories::new(now)),
        }
    }

    /// Whether a step has ended since the last one was recorded.
    pub(crate) fn is_due(&self, now: CommitTimestamp) -> bool {
        self.server
            .lock()
            .iter()
            .any(|meter| meter.ring.is_due(now))
    }

    /// Records the steps that have ended. `tables` is asked only if theirs are among them; without
    /// an answer what they did meanwhile stays unknown.
    pub(crate) fn record(
        &self,
        now: CommitTimestamp,
        requests: &Requests,
        gauges: &Gauges,
        tables: impl FnOnce() -> Option<Vec<TableCounts>>,
    ) {
        let counted = requests.counted();
        for meter in self.server.lock().iter_mut() {
            meter.record(now, &counted, requests.connections(), gauges);
        }
        let mut histories = self.tables.lock();
        if histories.is_due(now)
            && let Some(tables) = tables()
        {
            histories.record(now, &tables);
        }
    }

    /// The server's series.
    pub(crate) fn server(
        &self,
        query: &Query<'_>,
        now: CommitTimestamp,
    ) -> Result<Answered, Refusal> {
        let wanted = Wanted::read(query, now)?;
        let meters = self.server.lock();
        let [fine, coarse] = &*meters;
        let ring = wanted.choose(&fine.ring, &coarse.ring, now);
        Ok(wanted.answer(ring))
    }

    /// A table's series; of one that has not been used they are zero.
    pub(crate) fn table(
        &self,
        table: TableId,
        query: &Query<'_>,
        now: CommitTimestamp,
    ) -> Result<Answered, Refusal> {
        let wanted = Wanted::read(query, now)?;
        let histories = self.tables.lock();
        let answer = histories.with(table, |[fine, coarse]| {
            wanted.answer(wanted.choose(fine, coarse, now))
        });
        Ok(answer)
    }
}

impl Meter {
    fn record(
        &mut self,
        now: CommitTimestamp,
        counted: &Counted,
        connections: u64,
        gauges: &Gauges,
    ) {
        if !self.ring.is_due(now) {
            return;
        }
        let took =
            now.as_micros().saturating_sub(self.before_at.as_micros()) as f64 / MICROS as f64;
        let mut values = counted.since(&self.before).per_second(took);
        values.extend([
            ("connections".into(), connections as f32),
            ("restores_running".into(), gauges.restores_running as f32),
        ]);
        let known = [
            ("archive_lag_seconds", gauges.archive_lag_seconds),
            (
                "data_bytes",
                gauges.storage.data_bytes.map(|bytes| bytes as f64),
            ),
            (
                "archive_bytes",
                gauges.storage.archive_bytes.map(|bytes| bytes as f64),
            ),
        ];
        for (name, value) in known {
            values.extend(value.map(|value| (name.into(), value as f32)));
        }
        self.ring.record(now, values);
        self.before = counted.clone();
        self.before_at = now;
    }
}

/// What a request wants to see.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    from: CommitTimestamp,
    to: CommitTimestamp,
    step_seconds: u64,
}

impl Wanted {
    /// By default the last hour, as fine as it is kept.
    fn read(query: &Query<'_>, now: CommitTimestamp) -> Result<Self, Refusal> {
        let to = query.instant("to")?.unwrap_or(now);
        let from = query.instant("from")?;
        let from = from.unwrap_or_else(|| to.minus_micros(HOUR_SECONDS * MICROS));
        let step_seconds = query.number("step_seconds", 1, DAY_SECONDS)?.unwrap_or(1);
        in_order(from, to)?;
        Ok(Self {
            from,
            to,
            step_seconds,
        })
    }

    /// The finer one if it reaches back far enough and is not finer than wanted.
    fn choose<'r>(&self, fine: &'r Ring, coarse: &'r Ring, now: CommitTimestamp) -> &'r Ring {
        let reach = fine.resolution().reach_seconds() * MICROS;
        // A little more than an hour ago is an hour ago to somebody who asks for the last hour.
        let slack = coarse.resolution().step_seconds * MICROS;
        let far = self.from < now.minus_micros(reach + slack);
        if far || self.step_seconds >= coarse.resolution().step_seconds {
            coarse
        } else {
            fine
        }
    }

    fn answer(&self, ring: &Ring) -> Answered {
        let own = ring.resolution().step_seconds;
        let factor = self.step_seconds.div_ceil(own).max(1);
        let (start, series) = ring.read(self.from, self.to, factor);
        Answered {
            start_seconds: seconds(start),
            step_seconds: own * factor,
            series,
        }
    }
}

/// Bytes of all files below a directory, as far as they can be seen. Files come and go meanwhile.
pub(crate) fn directory_bytes(directory: &Path) -> u64 {
    let Ok(entries) = directory.read_dir() else {
        return 0;
    };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(found) if found.is_dir() => directory_bytes(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(test)]
mod tests;
