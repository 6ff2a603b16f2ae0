//! Every target over its corpus and over inputs made of it by a seed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use anywhen_fuzzing::{Mutator, TARGETS, Target};

/// Inputs that a cheap target gets.
const INPUTS: usize = 20_000;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What is committed for a target, in the order of the files' names.
fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target.name);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| std::fs::read(file).unwrap())
        .collect()
}

fn check(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let mut inputs = corpus(target);
    inputs.extend((target.examples)());
    assert!(!inputs.is_empty(), "nothing to begin with");
    for input in &inputs {
        try_on(target, input, "of the corpus");
    }
    let seed = setting("ANYWHEN_SEED").unwrap_or(20_261_121);
    let count = setting("ANYWHEN_FUZZ_INPUTS").map_or(INPUTS, |count| count as usize);
    let mutator = Mutator::new(seed);
    let replay = format!(
        "ANYWHEN_SEED={seed} ANYWHEN_FUZZ_INPUTS={count} cargo test -p anywhen-fuzzing {name}"
    );
    for _ in 0..count / target.cost {
        try_on(target, &mutator.mutate(&inputs, target.words), &replay);
    }
}

/// Runs the target, and keeps an input that it fails on.
fn try_on(target: &Target, input: &[u8], from: &str) {
    let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    if outcome.is_err() {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}", target.name));
        std::fs::write(&kept, input).unwrap();
        let begin = String::from_utf8_lossy(&input[..input.len().min(200)]).into_owned();
        panic!(
            "{} fails on an input ({from}), kept in {}; it begins with {begin:?}",
            target.name,
            kept.display()
        );
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(stringify!($name));
        })*

        #[test]
        fn every_target_has_its_test() {
            let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
            assert_eq!(names, [$(stringify!($name)),*]);
        }
    };
}

targets! {
    condition key_condition update projection partiql item_json number arn timestamp sequence_number
    stored_item ordered_number ordered_key log_record stream_change shard_iterator wrapped_key journal
    realm_manifest timeline_manifest segment_block segment_directory segment sealed_object data_file
    request
}

/// What `make test` runs is what cargo-fuzz runs: the workspace of its own has a program for each.
#[test]
fn every_target_has_its_program_for_cargo_fuzz() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let programs = std::fs::read_dir(fuzz.join("fuzz_targets")).unwrap();
    assert_eq!(programs.count(), TARGETS.len());
    for target in TARGETS {
        let path = format!("fuzz_targets/{}.rs", target.name);
        let program = std::fs::read_to_string(fuzz.join(&path)).unwrap();
        assert!(program.contains(&format!("run(\"{}\", input)", target.name)));
        assert!(manifest.contains(&format!("name = \"{}\"\npath = \"{path}\"", target.name)));
    }
}
