//! Seeds of the simulation, and proofs that it is replayable and that it notices.
//!
//! `ANYWHEN_SEED` runs one seed, `ANYWHEN_SEEDS` so many; thousands belong to `sim --seeds`.

use anywhen_sim::{Plan, Sabotage, simulate};

/// Runs by default; a few seconds.
const SEEDS: u64 = 40;

fn seeds() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok()?.parse::<u64>().ok();
    match number("ANYWHEN_SEED") {
        Some(seed) => seed..seed + 1,
        None => 1..1 + number("ANYWHEN_SEEDS").unwrap_or(SEEDS),
    }
}

#[test]
fn every_seed_keeps_history() {
    for seed in seeds() {
        if let Err(failure) = simulate(Plan::of(seed)) {
            panic!("{failure}");
        }
    }
}

#[test]
fn a_seed_is_a_run() {
    for seed in [3, 4] {
        let first = simulate(Plan::of(seed)).unwrap();
        let second = simulate(Plan::of(seed)).unwrap();
        assert_eq!(first, second, "seed {seed}");
        assert!(first.counts.restores > 0 && first.counts.backups > 0);
    }
    let [one, other] = [3, 4].map(|seed| simulate(Plan::of(seed)).unwrap().hash);
    assert_ne!(one, other);
}

/// Each fault is one that nothing may hide: a simulation that does not end with an error has not
/// looked.
#[test]
fn what_is_wrong_is_noticed() {
    for sabotage in [
        Sabotage::LoseSegments,
        Sabotage::LoseDeltas,
        Sabotage::ForgetWrite,
    ] {
        let plan = |seed| Plan {
            sabotage: Some(sabotage),
            ..Plan::of(seed)
        };
        for seed in 1..=2 {
            let failure = simulate(plan(seed)).expect_err(&format!("{sabotage:?}, seed {seed}"));
            assert!(failure.to_string().contains("--seed"), "{failure}");
        }
    }
}
