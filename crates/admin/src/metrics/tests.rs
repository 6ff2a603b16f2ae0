//! Histories over a day of made-up time.

#![expect(clippy::float_cmp, reason = "the numbers are small and whole")]

use std::time::Duration;

use super::tables::TABLES_MAX;
use super::*;

const START: u64 = 1_795_262_400;

fn at(seconds: u64) -> CommitTimestamp {
    CommitTimestamp::from_seconds(seconds)
}

struct World {
    recorder: Recorder,
    requests: Requests,
    now: u64,
}

impl World {
    fn new() -> Self {
        Self {
            recorder: Recorder::new(at(START)),
            requests: Requests::default(),
            now: START,
        }
    }

    /// Lets time pass, second by second, and looks at each.
    fn pass(&mut self, seconds: u64, tables: &[TableCounts]) {
        for _ in 0..seconds {
            self.now += 1;
            let storage = Storage {
                data_bytes: Some(self.now - START),
                archive_bytes: (self.now >= START + 15).then_some(self.now),
            };
            let gauges = Gauges {
                storage,
                ..Gauges::default()
            };
            let tables = || Some(tables.to_vec());
            self.recorder
                .record(at(self.now), &self.requests, &gauges, tables);
        }
    }

    fn ask(&self, query: &str) -> Answered {
        let query = Query::read(Some(query), PARAMETERS).unwrap();
        self.recorder.server(&query, at(self.now)).unwrap()
    }

    fn ask_table(&self, table: u128, query: &str) -> Answered {
        let query = Query::read(Some(query), PARAMETERS).unwrap();
        let table = TableId::from_u128(table);
        self.recorder.table(table, &query, at(self.now)).unwrap()
    }
}

fn count(requests: &Requests, operation: &'static str, result: &'static str, times: u64) {
    for _ in 0..times {
        let status = match result {
            "Success" => 200,
            "InternalServerError" => 500,
            _ => 400,
        };
        requests.count(operation, result, status, Duration::from_millis(1));
    }
}

fn counts(table: u128, reads: u64) -> TableCounts {
    TableCounts {
        table: TableId::from_u128(table),
        counts: [reads, 0, reads, 0, 0],
    }
}

#[test]
fn each_step_has_what_happened_in_it() {
    let mut world = World::new();
    count(&world.requests, "GetItem", "Success", 20);
    world.pass(10, &[]);
    world.pass(10, &[]);
    count(&world.requests, "PutItem", "ValidationException", 5);
    world.pass(10, &[]);
    let answer = world.ask("");
    assert_eq!(
        (answer.start_seconds, answer.step_seconds),
        (START as f64, 10)
    );
    let series = |name: &str| answer.series[name].clone();
    assert_eq!(
        series("requests_per_second"),
        [Some(2.0), Some(0.0), Some(0.5)]
    );
    assert_eq!(
        series("requests_per_second.GetItem"),
        [Some(2.0), Some(0.0), Some(0.0)]
    );
    // It came later, and was zero before.
    assert_eq!(
        series("requests_per_second.PutItem"),
        [Some(0.0), Some(0.0), Some(0.5)]
    );
    let errors = series("errors_per_second.ValidationException");
    assert_eq!(errors, [Some(0.0), Some(0.0), Some(0.5)]);
    let median = series("latency_p50_seconds");
    assert!((median[0].unwrap() - 0.001).abs() < 0.0001, "{median:?}");
    assert_eq!(median[1], None, "nobody waited");
    assert_eq!(series("data_bytes"), [Some(10.0), Some(20.0), Some(30.0)]);
    // Not zero before it was measured.
    let archive = series("archive_bytes");
    assert_eq!(archive[0], None);
    assert!(archive[1].is_some());
    assert!(!answer.series.contains_key("archive_lag_seconds"));
}

#[test]
fn errors_are_told_apart_by_whose_fault_they_are() {
    let mut world = World::new();
    count(&world.requests, "PutItem", "ValidationException", 10);
    count(&world.requests, "GetItem", "ResourceNotFoundException", 10);
    count(&world.requests, "PutItem", "ThrottlingException", 30);
    count(&world.requests, "PutItem", "InternalServerError", 40);
    world.pass(10, &[]);
    let series = world.ask("").series;
    for (name, rate) in [
        ("client_errors_per_second", 2.0),
        ("throttled_requests_per_second", 3.0),
        ("server_errors_per_second", 4.0),
        ("errors_per_second.ValidationException", 1.0),
        ("requests_per_second", 9.0),
    ] {
        assert_eq!(series[name], [Some(rate)], "{name}");
    }
}

#[test]
fn connections_are_those_that_are_open() {
    let mut world = World::new();
    let requests = Requests::default();
    let two = (requests.connect(), requests.connect());
    drop(two.0);
    assert_eq!(requests.connections(), 1);
    drop(two.1);
    world.pass(10, &[]);
    assert_eq!(world.ask("").series["connections"], [Some(0.0)]);
}

#[test]
fn a_day_is_kept_and_no_more() {
    let mut world = World::new();
    for _ in 0..25 {
        count(&world.requests, "GetItem", "Success", 3600);
        world.pass(HOUR_SECONDS, &[]);
    }
    let fine = world.ask("");
    assert_eq!(
        (fine.step_seconds, fine.series["connections"].len()),
        (10, 360)
    );
    assert_eq!(fine.start_seconds, (world.now - HOUR_SECONDS) as f64);
    let day = world.ask(&format!("from={START}"));
    assert_eq!(
        (day.step_seconds, day.series["connections"].len()),
        (60, 1440)
    );
    assert_eq!(day.start_seconds, (world.now - DAY_SECONDS) as f64);
    // Each hour's requests came at its beginning.
    let rates: Vec<f32> = day.series["requests_per_second"]
        .iter()
        .flatten()
        .copied()
        .collect();
    assert_eq!(rates.len(), 1440);
    assert_eq!(rates.iter().filter(|rate| **rate == 60.0).count(), 24);
    let hours = world.ask(&format!("from={START}&step_seconds=3600"));
    assert_eq!(hours.step_seconds, 3600);
    assert_eq!(hours.series["requests_per_second"], [Some(1.0); 24]);
    let largest: Vec<f32> = hours.series["data_bytes"]
        .iter()
        .flatten()
        .copied()
        .collect();
    assert_eq!(largest.last(), Some(&(25.0 * 3600.0)));
}

#[test]
fn the_step_is_at_least_what_was_asked_for() {
    let mut world = World::new();
    world.pass(600, &[]);
    for (asked, given) in [(1, 10), (10, 10), (11, 20), (59, 60), (60, 60), (61, 120)] {
        let answer = world.ask(&format!("step_seconds={asked}"));
        assert_eq!(answer.step_seconds, given, "{asked}");
        assert_eq!(answer.start_seconds % given as f64, 0.0);
        let steps = answer.series["connections"].len() as u64;
        assert_eq!(steps, 600_u64.div_ceil(given), "{asked}");
    }
    let (from, to) = (START + 100, START + 130);
    let some = world.ask(&format!("from={from}&to={to}"));
    let bytes = [Some(110.0), Some(120.0), Some(130.0)];
    assert_eq!(
        (some.start_seconds, &some.series["data_bytes"][..]),
        (from as f64, &bytes[..])
    );
    let later = world.ask(&format!("from={}&to={}", world.now + 10, world.now + 20));
    assert!(later.series["connections"].is_empty());
}

#[test]
fn a_server_that_stood_still_knows_nothing_of_that_time() {
    let mut world = World::new();
    world.pass(10, &[]);
    world.now += 39;
    world.pass(1, &[]);
    let known: Vec<bool> = world.ask("").series["connections"]
        .iter()
        .map(Option::is_some)
        .collect();
    assert_eq!(known, [true, false, false, false, true]);
    // A day and a half later nothing of it is left.
    world.now += 36 * HOUR_SECONDS;
    world.pass(1, &[]);
    for query in ["", "step_seconds=60"] {
        let answer = world.ask(query);
        let known = answer.series["connections"].iter().flatten().count();
        assert_eq!(known, 1, "{query}");
    }
}

#[test]
fn a_clock_that_goes_back_changes_nothing() {
    let mut world = World::new();
    world.pass(20, &[]);
    let before = world.ask("");
    let gauges = Gauges::default();
    world
        .recorder
        .record(at(START + 5), &world.requests, &gauges, || None);
    assert!(!world.recorder.is_due(at(START + 5)));
    assert_eq!(world.ask(""), before);
}

#[test]
fn tables_are_told_apart() {
    let mut world = World::new();
    world.pass(60, &[counts(1, 120), counts(2, 0)]);
    world.pass(60, &[counts(1, 120), counts(2, 60)]);
    let reads = |table| world.ask_table(table, "").series["read_requests_per_second"].clone();
    assert_eq!(reads(1), [Some(2.0), Some(0.0)]);
    assert_eq!(reads(2), [Some(0.0), Some(1.0)]);
    assert_eq!(reads(3), [Some(0.0), Some(0.0)], "never used");
    let units = world.ask_table(1, "").series["read_capacity_units_per_second"].clone();
    assert_eq!(units, [Some(1.0), Some(0.0)]);
    assert_eq!(world.recorder.tables.lock().used(), 2);
    // Its layers were opened again: it counts from zero.
    world.pass(60, &[counts(1, 60)]);
    let reads = |table| world.ask_table(table, "").series["read_requests_per_second"].clone();
    assert_eq!(reads(1), [Some(2.0), Some(0.0), Some(1.0)]);
    assert_eq!(world.recorder.tables.lock().used(), 1, "one is gone");
}

#[test]
fn what_tables_did_while_nobody_served_is_unknown() {
    let mut world = World::new();
    world.pass(60, &[counts(1, 60)]);
    world.now += 120;
    let gauges = Gauges::default();
    world
        .recorder
        .record(at(world.now), &world.requests, &gauges, || None);
    world.pass(60, &[counts(1, 60)]);
    let reads = world.ask_table(1, "").series["read_requests_per_second"].clone();
    assert_eq!(reads, [Some(1.0), None, Some(0.0), Some(0.0)]);
}

#[test]
fn the_tables_that_were_used_last_are_kept() {
    let mut histories = TableHistories::new(at(START));
    let tables: Vec<TableCounts> = (0..TABLES_MAX as u128 + 10)
        .map(|number| counts(number, 1))
        .collect();
    let (first, later) = tables.split_at(10);
    histories.record(at(START + 60), first);
    histories.record(at(START + 120), &[first, later].concat());
    assert_eq!(histories.used(), TABLES_MAX);
    let reads = |table: u128| {
        histories.with(TableId::from_u128(table), |[fine, _]| {
            let (_, series) = fine.read(at(START), at(START + 120), 1);
            series["read_requests_per_second"]
                .iter()
                .flatten()
                .sum::<f32>()
        })
    };
    assert!(reads(9) < f32::EPSILON, "used first, forgotten first");
    assert!(reads(10) > 0.0);
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let world = World::new();
    for (query, part) in [
        ("from=5&to=4", "from must be before to"),
        ("from=5&to=5", "from must be before to"),
        ("step_seconds=0", "from 1 to 86400"),
        ("step_seconds=86401", "from 1 to 86400"),
    ] {
        let query = Query::read(Some(query), PARAMETERS).unwrap();
        let refusal = world.recorder.server(&query, at(START)).unwrap_err();
        assert!(refusal.message().contains(part), "{refusal:?}");
    }
}
