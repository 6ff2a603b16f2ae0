//! `/admin/v1/regions/{region}/tables/{name}/history`: the timeline of a table as a picture has it,
//! writes in buckets of time, backups, and the instants that can be restored.

use anywhen_model::{CommitTimestamp, TableArn};
use anywhen_recovery::{
    BackupFilter, BackupKind, BackupRecord, BackupStatus, ListBackups, PitrWindow, RecoveryError,
    Written,
};
use anywhen_table::Table;
use serde::Serialize;

use crate::Place;
use crate::query::{Query, in_order, seconds};
use crate::reply::Refusal;

pub(crate) const PARAMETERS: &[&str] = &["from", "to", "buckets"];

const BUCKETS_DEFAULT: u64 = 120;
const BUCKETS_MAX: u64 = 1000;
/// Backups that one answer tells of, the newest.
const BACKUPS_MAX: usize = 1000;
const SECOND_MICROS: u64 = 1_000_000;

#[derive(Serialize)]
pub(crate) struct History {
    table_arn: String,
    earliest_seconds: Option<f64>,
    latest_seconds: Option<f64>,
    archived_through_seconds: Option<f64>,
    from_seconds: f64,
    to_seconds: f64,
    buckets: Vec<Bucket>,
    backups: Vec<Backup>,
    backups_total: usize,
}

#[derive(Serialize)]
struct Bucket {
    from_seconds: f64,
    to_seconds: f64,
    writes: u64,
    bytes: u64,
}

#[derive(Serialize)]
struct Backup {
    arn: String,
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    status: &'static str,
    at_seconds: f64,
}

/// A stretch of time that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretch {
    from: CommitTimestamp,
    to: CommitTimestamp,
}

pub(crate) async fn of(
    place: &Place,
    table: &Table,
    query: &Query<'_>,
) -> Result<History, Refusal> {
    let asked = (query.instant("from")?, query.instant("to")?);
    let buckets = query
        .number("buckets", 1, BUCKETS_MAX)?
        .unwrap_or(BUCKETS_DEFAULT);
    let parts = place.service.parts();
    let window = window(place, table).await?;
    let now = CommitTimestamp::from_micros(parts.clock.now_micros());
    let stretch = Stretch::choose(asked, window, now)?;
    let written = parts.recovery.written(&place.realm, table.id()).await;
    let written = written.map_err(|error| away(&error))?;
    let mut backups = backups(place, table, stretch).await?;
    let backups_total = backups.len();
    backups.drain(..backups_total.saturating_sub(BACKUPS_MAX));
    let arn = TableArn {
        realm: place.realm.clone(),
        table: table.record().name.clone(),
    };
    Ok(History {
        table_arn: arn.to_string(),
        earliest_seconds: window.map(|window| seconds(window.earliest)),
        latest_seconds: window.map(|window| seconds(window.latest)),
        archived_through_seconds: parts.recovery.archived_through(&place.realm).map(seconds),
        from_seconds: seconds(stretch.from),
        to_seconds: seconds(stretch.to),
        buckets: stretch.count(buckets, &written),
        backups,
        backups_total,
    })
}

/// What can be restored of the table; a table that is being made or is going has nothing to choose.
async fn window(place: &Place, table: &Table) -> Result<Option<PitrWindow>, Refusal> {
    let recovery = &place.service.parts().recovery;
    let name = &table.record().name;
    match recovery
        .describe_continuous_backups(&place.realm, name)
        .await
    {
        Ok(described) => Ok(described.pitr.and_then(|pitr| pitr.window)),
        Err(RecoveryError::TableNotFound(_)) => Ok(None),
        Err(error) => Err(away(&error)),
    }
}

/// The table's backups with an instant within the stretch, oldest first. A backup's instant is at
/// or after its creation, so what is created later is no concern of the stretch.
async fn backups(place: &Place, table: &Table, stretch: Stretch) -> Result<Vec<Backup>, Refusal> {
    let recovery = &place.service.parts().recovery;
    let mut request = ListBackups {
        table: Some(table.record().name.clone()),
        created_before: Some(stretch.to.next()),
        kind: BackupFilter::All,
        ..ListBackups::default()
    };
    let mut found = Vec::new();
    loop {
        let page = recovery.list_backups(&place.realm, &request).await;
        let page = page.map_err(|error| away(&error))?;
        let own = page
            .backups
            .iter()
            .filter(|backup| stretch.holds(backup.at));
        found.extend(own.map(|backup| Backup::of(place, backup)));
        request.start_after_arn = page.last_evaluated_arn;
        if request.start_after_arn.is_none() {
            return Ok(found);
        }
    }
}

fn away(error: &RecoveryError) -> Refusal {
    Refusal::away(format!("the archive cannot be looked at now: {error}"))
}

impl Backup {
    fn of(place: &Place, backup: &BackupRecord) -> Self {
        Self {
            arn: backup.arn(&place.realm).to_string(),
            name: backup.name.clone(),
            kind: match backup.kind {
                BackupKind::User => "USER",
                BackupKind::System => "SYSTEM",
            },
            status: match backup.status {
                BackupStatus::Creating => "CREATING",
                BackupStatus::Available => "AVAILABLE",
                BackupStatus::Deleted => "DELETED",
            },
            at_seconds: seconds(backup.at),
        }
    }
}

impl Stretch {
    /// What was asked for; by default the whole window, or the last day of a table without one.
    fn choose(
        (from, to): (Option<CommitTimestamp>, Option<CommitTimestamp>),
        window: Option<PitrWindow>,
        now: CommitTimestamp,
    ) -> Result<Self, Refusal> {
        let day_ago = |at: CommitTimestamp| at.minus_micros(24 * 60 * 60 * SECOND_MICROS);
        let (earliest, latest) = match window {
            Some(window) => (window.earliest, window.latest),
            None => (day_ago(now), now),
        };
        let chosen = Self {
            from: from.unwrap_or_else(|| match to {
                Some(to) if to <= earliest => day_ago(to),
                _ => earliest,
            }),
            // A window that has just opened has no length yet.
            to: to.unwrap_or_else(|| latest.max(earliest.plus_micros(SECOND_MICROS))),
        };
        in_order(chosen.from, chosen.to)?;
        Ok(chosen)
    }

    fn holds(self, at: CommitTimestamp) -> bool {
        self.from <= at && at <= self.to
    }

    /// The stretch in so many parts of one length, with what was written in each. Changes of an
    /// interval are taken to be spread evenly over it; none is lost or counted twice.
    fn count(self, buckets: u64, written: &[Written]) -> Vec<Bucket> {
        let length = self.to.as_micros() - self.from.as_micros();
        let edge = |number: u64| {
            let part = u128::from(length) * u128::from(number) / u128::from(buckets.max(1));
            self.from.plus_micros(part as u64)
        };
        let mut counted: Vec<Bucket> = (0..buckets)
            .map(|number| Bucket {
                from_seconds: seconds(edge(number)),
                to_seconds: seconds(edge(number + 1)),
                writes: 0,
                bytes: 0,
            })
            .collect();
        for interval in written.iter().filter(|interval| interval.to > self.from) {
            for (bucket, number) in counted.iter_mut().zip(0..) {
                let (begin, end) = (edge(number), edge(number + 1));
                if end <= interval.from {
                    continue;
                }
                if begin >= interval.to {
                    break;
                }
                bucket.writes += share(interval, interval.changes, begin, end);
                bucket.bytes += share(interval, interval.bytes, begin, end);
            }
        }
        counted
    }
}

/// How much of a count of the interval falls in `(begin, end]`.
fn share(interval: &Written, count: u64, begin: CommitTimestamp, end: CommitTimestamp) -> u64 {
    let until = |at: CommitTimestamp| {
        let length = interval
            .to
            .as_micros()
            .saturating_sub(interval.from.as_micros());
        let passed = at.clamp(interval.from, interval.to).as_micros() - interval.from.as_micros();
        (u128::from(count) * u128::from(passed) / u128::from(length.max(1))) as u64
    };
    until(end) - until(begin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> CommitTimestamp {
        CommitTimestamp::from_micros(micros)
    }

    fn written(from: u64, to: u64, changes: u64) -> Written {
        Written {
            from: at(from),
            to: at(to),
            changes,
            bytes: 10 * changes,
        }
    }

    #[test]
    fn changes_are_spread_over_their_interval_and_none_is_lost() {
        let stretch = Stretch {
            from: at(100),
            to: at(200),
        };
        let counts = |buckets, intervals: &[Written]| -> Vec<u64> {
            let counted = stretch.count(buckets, intervals);
            assert_eq!(
                counted.iter().map(|bucket| bucket.bytes).sum::<u64>() / 10,
                counted.iter().map(|bucket| bucket.writes).sum::<u64>()
            );
            counted.iter().map(|bucket| bucket.writes).collect()
        };
        assert_eq!(counts(4, &[]), [0, 0, 0, 0]);
        assert_eq!(counts(4, &[written(100, 200, 8)]), [2, 2, 2, 2]);
        assert_eq!(
            counts(4, &[written(124, 125, 3)]),
            [3, 0, 0, 0],
            "(from, to]"
        );
        assert_eq!(counts(4, &[written(125, 126, 3)]), [0, 3, 0, 0]);
        assert_eq!(counts(4, &[written(199, 200, 1)]), [0, 0, 0, 1]);
        assert_eq!(
            counts(2, &[written(0, 100, 5), written(200, 300, 5)]),
            [0, 0]
        );
        assert_eq!(
            counts(2, &[written(50, 150, 10)]),
            [5, 0],
            "half of it was before"
        );
        // An odd number over buckets that do not divide it.
        for buckets in 1..=100 {
            let sum: u64 = counts(buckets, &[written(103, 197, 31), written(110, 111, 2)])
                .iter()
                .sum();
            assert_eq!(sum, 33, "{buckets}");
        }
    }

    #[test]
    fn what_is_not_asked_for_is_the_window() {
        let window = Some(PitrWindow {
            earliest: at(5_000_000),
            latest: at(9_000_000),
        });
        let choose = |from: Option<u64>, to: Option<u64>, window| {
            let asked = (from.map(at), to.map(at));
            let now = at(100_000_000_000);
            Stretch::choose(asked, window, now).map(|s| (s.from.as_micros(), s.to.as_micros()))
        };
        assert_eq!(choose(None, None, window), Ok((5_000_000, 9_000_000)));
        assert_eq!(choose(Some(6), None, window), Ok((6, 9_000_000)));
        assert_eq!(
            choose(None, Some(6_000_000), window),
            Ok((5_000_000, 6_000_000))
        );
        assert_eq!(choose(None, Some(6), window), Ok((0, 6)));
        assert_eq!(
            choose(None, None, None),
            Ok((13_600_000_000, 100_000_000_000))
        );
        let opened = Some(PitrWindow {
            earliest: at(5_000_000),
            latest: at(5_000_000),
        });
        assert_eq!(choose(None, None, opened), Ok((5_000_000, 6_000_000)));
        for (from, to) in [(7, 7), (8, 7)] {
            let refusal = choose(Some(from), Some(to), window).unwrap_err();
            assert!(refusal.message().contains("from must be before to"));
        }
        assert!(choose(Some(10_000_000), None, window).is_err());
    }
}
