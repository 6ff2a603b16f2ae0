//! What tables did: reads and writes, the capacity they took, and what was refused.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use anywhen_api::Service;
use anywhen_model::{CommitTimestamp, TableId};

use super::ring::Ring;
use super::{MICROS, TABLE, Values};

/// Tables with a history; as many as one Region may hold. Beyond, those go whose last use is
/// longest ago.
pub(super) const TABLES_MAX: usize = anywhen_model::limits::TABLES_MAX;

/// The series of a table, and what a count is worth in each: capacity is counted in half units.
const SERIES: [(&str, f64); 5] = [
    ("read_requests_per_second", 1.0),
    ("write_requests_per_second", 1.0),
    ("read_capacity_units_per_second", 0.5),
    ("write_capacity_units_per_second", 0.5),
    ("throttled_requests_per_second", 1.0),
];

/// In the order of [`SERIES`].
type Counts = [u64; SERIES.len()];

/// What a table has counted since its layers were opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TableCounts {
    pub(crate) table: TableId,
    pub(crate) counts: Counts,
}

/// The counts of all tables that are open.
pub(crate) fn tables_of(service: &Service) -> Vec<TableCounts> {
    let realms = service.parts().tables.realms().into_iter();
    let tables = realms.flat_map(|realm| realm.tables());
    let counts = tables.map(|table| {
        let (traffic, consumed) = (table.traffic(), table.consumption());
        TableCounts {
            table: table.id(),
            counts: [
                traffic.reads,
                traffic.writes,
                consumed.read.halves(),
                consumed.written.halves(),
                traffic.throttled,
            ],
        }
    });
    counts.collect()
}

/// The histories of the tables that were used.
pub(crate) struct TableHistories {
    /// Steps of a table that was never used: what it did is zero wherever anything is known.
    idle: [Ring; 2],
    /// At the last step of each resolution.
    before: [(CommitTimestamp, HashMap<TableId, Counts>); 2],
    used: HashMap<TableId, History>,
}

struct History {
    rings: [Ring; 2],
    used_at: CommitTimestamp,
}

impl TableHistories {
    pub(crate) fn new(now: CommitTimestamp) -> Self {
        Self {
            idle: TABLE.map(|resolution| Ring::new(resolution, now)),
            before: [(now, HashMap::new()), (now, HashMap::new())],
            used: HashMap::new(),
        }
    }

    pub(crate) fn is_due(&self, now: CommitTimestamp) -> bool {
        self.idle.iter().any(|ring| ring.is_due(now))
    }

    /// Records the steps that have ended. Tables that are not among the counts are gone.
    pub(crate) fn record(&mut self, now: CommitTimestamp, tables: &[TableCounts]) {
        let there: HashSet<TableId> = tables.iter().map(|counts| counts.table).collect();
        self.used.retain(|table, _| there.contains(table));
        for place in 0..TABLE.len() {
            self.record_one(place, now, tables);
        }
        self.forget_the_least_used();
    }

    fn record_one(&mut self, place: usize, now: CommitTimestamp, tables: &[TableCounts]) {
        let (Some(idle), Some((before_at, before))) =
            (self.idle.get_mut(place), self.before.get_mut(place))
        else {
            return;
        };
        if !idle.is_due(now) {
            return;
        }
        let took = now.as_micros().saturating_sub(before_at.as_micros()) as f64 / MICROS as f64;
        for TableCounts { table, counts } in tables {
            let before = before.get(table).copied().unwrap_or_default();
            let used = *counts != before;
            if used && !self.used.contains_key(table) {
                let rings = self.idle.each_ref().map(Ring::empty_like);
                let history = History {
                    rings,
                    used_at: now,
                };
                self.used.insert(*table, history);
            }
            let Some(history) = self.used.get_mut(table) else {
                continue;
            };
            if used {
                history.used_at = now;
            }
            if let Some(ring) = history.rings.get_mut(place) {
                ring.record(now, rates(*counts, before, took));
            }
        }
        *before_at = now;
        *before = tables
            .iter()
            .map(|counts| (counts.table, counts.counts))
            .collect();
        if let Some(idle) = self.idle.get_mut(place) {
            idle.record(now, rates(Counts::default(), Counts::default(), took));
        }
    }

    fn forget_the_least_used(&mut self) {
        let too_many = self.used.len().saturating_sub(TABLES_MAX);
        if too_many == 0 {
            return;
        }
        let mut by_use: Vec<(CommitTimestamp, TableId)> = self
            .used
            .iter()
            .map(|(table, history)| (history.used_at, *table))
            .collect();
        by_use.sort_unstable();
        for (_, table) in by_use.into_iter().take(too_many) {
            self.used.remove(&table);
        }
    }

    /// Looks at the rings of a table.
    pub(crate) fn with<T>(&self, table: TableId, look: impl FnOnce(&[Ring; 2]) -> T) -> T {
        look(
            self.used
                .get(&table)
                .map_or(&self.idle, |history| &history.rings),
        )
    }

    #[cfg(test)]
    pub(crate) fn used(&self) -> usize {
        self.used.len()
    }
}

/// Counters that are behind have begun anew.
fn rates(now: Counts, before: Counts, took_seconds: f64) -> Values {
    let counts = now.into_iter().zip(before);
    let less = counts.map(|(now, before)| if now < before { now } else { now - before });
    let rate = |(count, (name, worth)): (u64, (&'static str, f64))| {
        let rate = count as f64 * worth / took_seconds.max(f64::EPSILON);
        (Cow::Borrowed(name), rate as f32)
    };
    less.zip(SERIES).map(rate).collect()
}
