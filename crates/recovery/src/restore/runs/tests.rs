use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn not_stopping() -> Stop {
    Stop::never()
}

/// Unique keys in an order of their own, with their index.
fn entries() -> impl Strategy<Value = Vec<(u32, Vec<u8>, Vec<u8>)>> {
    let key = proptest::collection::vec(any::<u8>(), 0..12);
    let value = proptest::collection::vec(any::<u8>(), 0..40);
    let entry = ((0_u32..3, key), value);
    proptest::collection::hash_map(
        entry.clone().prop_map(|(key, _)| key),
        entry.prop_map(|(_, value)| value),
        0..60,
    )
    .prop_map(|entries| {
        entries
            .into_iter()
            .map(|((index, key), value)| (index, key, value))
            .collect()
    })
}

proptest! {
    // Each case fsyncs a dozen files.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn runs_merge_to_the_sorted_whole(
        entries in entries(),
        on_disk in any::<bool>(),
        bytes_max in 0_u64..400,
        ranges in 1_usize..5,
        runs_max in 2_usize..4,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let directory = on_disk.then(|| directory.path().to_owned());
        let mut expected: BTreeMap<u32, BTreeMap<Bytes, Bytes>> = BTreeMap::new();
        let mut runs: BTreeMap<u32, Vec<Run>> = BTreeMap::new();
        for (number, range) in entries.chunks(entries.len().div_ceil(ranges).max(1)).enumerate() {
            let mut collected = Runs::new(directory.clone(), format!("range-{number}"), bytes_max);
            for (index, key, value) in range {
                expected.entry(*index).or_default().insert(key.clone().into(), value.clone().into());
                collected.add(*index, key.clone().into(), value.clone()).unwrap();
            }
            for run in collected.finish().unwrap() {
                prop_assert_eq!(run.file().is_some(), on_disk);
                runs.entry(run.index()).or_default().push(run);
            }
        }
        prop_assert_eq!(runs.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (index, runs) in runs {
            let merged = merge(runs, directory.as_deref(), runs_max, &not_stopping()).unwrap();
            let merged: Vec<Entry> = merged.map(Result::unwrap).collect();
            let expected: Vec<Entry> = expected.remove(&index).unwrap().into_iter().collect();
            prop_assert_eq!(merged, expected);
        }
    }
}

#[test]
fn a_damaged_run_is_an_error_and_never_a_short_index() {
    let home = tempfile::tempdir().unwrap();
    let mut runs = Runs::new(Some(home.path().to_owned()), "range-0".to_owned(), 1 << 20);
    for number in 0..20_u8 {
        runs.add(1, vec![number; 5].into(), vec![number; 9])
            .unwrap();
    }
    let [Run::File(file)] = &runs.finish().unwrap()[..] else {
        panic!("one run on disk")
    };
    let path = home.path().join(&file.name);
    let whole = std::fs::read(&path).unwrap();
    assert!(file.is_whole(home.path()));
    let read = || -> Result<Vec<Entry>, RecoveryError> {
        let run = vec![Run::File(file.clone())];
        merge(run, Some(home.path()), 8, &not_stopping())?.collect()
    };
    assert_eq!(read().unwrap().len(), 20);
    for position in 0..whole.len() {
        let mut bent = whole.clone();
        bent[position] ^= 0x10;
        std::fs::write(&path, &bent).unwrap();
        assert!(read().is_err(), "a bit flipped at {position}");
    }
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(!file.is_whole(home.path()));
    assert!(read().is_err(), "cut off");
    std::fs::remove_file(&path).unwrap();
    assert!(!file.is_whole(home.path()));
    assert!(read().is_err(), "gone");
}
