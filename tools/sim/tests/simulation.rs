//! Seeds of the simulation, and proofs that it is replayable and that it notices.
//!
//! `ANYWHEN_SEED` runs one seed, `ANYWHEN_SEEDS` so many; thousands belong to `sim --seeds`.

use std::process::Command;

use anywhen_sim::{Counts, Failure, Plan, Sabotage, simulate};

/// Runs by default; less than a minute of one core.
const SEEDS: u64 = 30;

fn seeds() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    match number("ANYWHEN_SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("ANYWHEN_SEEDS").unwrap_or(SEEDS),
    }
}

#[test]
fn every_seed_keeps_history() {
    let mut done = Counts::default();
    for seed in seeds() {
        match simulate(Plan::of(seed)) {
            Ok(report) => done += report.counts,
            Err(failure) => panic!("{failure}"),
        }
    }
    if seeds().count() < SEEDS as usize {
        return;
    }
    // What is promised of the runs has happened in them, many times.
    let Counts {
        acknowledged,
        reads,
        unanswered,
        unanswered_happened,
        restores,
        backups,
        crashes,
        clock_steps,
        outages,
        windows_moved,
        index_changes,
        ..
    } = done;
    let enough = acknowledged > 10_000
        && reads > 10_000
        && [restores, backups, crashes, index_changes]
            .iter()
            .all(|count| *count > 100)
        && [clock_steps, outages, windows_moved]
            .iter()
            .all(|count| *count > 10)
        // Crashes come while writes are under way, and after they have happened.
        && unanswered > 0
        && unanswered_happened > 0;
    assert!(enough, "{done:?}");
}

#[test]
fn a_seed_is_a_run() {
    let runs = [3, 5].map(|seed| {
        let first = simulate(Plan::of(seed)).unwrap_or_else(|failure| panic!("{failure}"));
        let second = simulate(Plan::of(seed)).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(first, second, "seed {seed}");
        assert!(first.counts.restores > 0 && first.counts.backups > 0);
        first.hash
    });
    assert_ne!(runs[0], runs[1]);
}

/// Each fault is one that nothing may hide: a simulation that does not end with an error has not
/// looked. The command that the failure prints ends with the same error.
#[test]
fn what_is_wrong_is_noticed_and_replayed() {
    for sabotage in [
        Sabotage::LoseSegments,
        Sabotage::LoseDeltas,
        Sabotage::ForgetWrite,
        Sabotage::ForgetAnswer,
    ] {
        let plan = Plan {
            sabotage: Some(sabotage),
            ..Plan::of(2)
        };
        let Err(failure) = simulate(plan) else {
            panic!("{sabotage:?} was not noticed");
        };
        replay(&failure);
    }
}

fn replay(failure: &Failure) {
    let told = failure.to_string();
    let (_, arguments) = told.split_once("anywhen-sim -- ").expect("a command");
    let replayed = Command::new(env!("CARGO_BIN_EXE_sim"))
        .args(arguments.split_whitespace())
        .output()
        .expect("the command runs");
    assert!(!replayed.status.success());
    let replayed = String::from_utf8_lossy(&replayed.stdout);
    assert!(replayed.trim_end().ends_with(&told), "{replayed}\n{told}");
}
