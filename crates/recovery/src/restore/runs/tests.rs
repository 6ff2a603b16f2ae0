use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::sorting::{IndexSorter, RangeEntries, by_index};
use super::*;

fn not_stopping() -> Stop {
    Stop::never()
}

fn files(directory: &Path) -> RunFiles {
    RunFiles::new(directory.to_owned(), 0, "life".to_owned())
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

fn add_all(to: &mut RangeEntries<'_>, entries: &[(u32, Vec<u8>, Vec<u8>)]) {
    for (index, key, value) in entries {
        to.add(*index, key, value).unwrap();
    }
}

proptest! {
    // Each case writes a dozen files.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn entries_merge_to_the_sorted_whole_wherever_they_are_kept(
        entries in entries(),
        memory_bytes in prop_oneof![Just(0_u64), Just(5 << 20), Just(1 << 30)],
        ranges in 1_usize..8,
        runs_max in 2_usize..4,
        twice in any::<bool>(),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let sorter = IndexSorter::new(files(directory.path()), memory_bytes, 2);
        let (mut on_disk, mut pooled) = (Vec::new(), Vec::new());
        for (number, range) in entries.chunks(entries.len().div_ceil(ranges).max(1)).enumerate() {
            // A restore that goes on computes some entries a second time.
            for _ in 0..=usize::from(twice) {
                let mut collected = sorter.begin_range();
                add_all(&mut collected, range);
                let runs = collected.finish();
                if memory_bytes == 0 {
                    prop_assert!(runs.is_on_disk());
                }
                on_disk.extend(runs.files.iter().cloned());
                pooled.extend(sorter.keep(number as u32, runs, &not_stopping()).unwrap());
            }
        }
        prop_assert!(memory_bytes < 1 << 30 || (on_disk.is_empty() && pooled.is_empty()));
        let mut expected: BTreeMap<u32, BTreeMap<Bytes, Bytes>> = BTreeMap::new();
        for (index, key, value) in &entries {
            let of_index = expected.entry(*index).or_default();
            of_index.insert(key.clone().into(), value.clone().into());
        }
        let runs = sorter.take_pooled().into_iter().chain(on_disk.into_iter().map(Run::File));
        let runs = by_index(runs);
        prop_assert_eq!(runs.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (index, runs) in runs {
            let in_files = runs.iter().filter(|run| matches!(run, Run::File(_))).count();
            let merged = sorter.files().merge(runs, runs_max, &not_stopping()).unwrap();
            let merged: Vec<Entry> = merged.map(Result::unwrap).collect();
            let expected: Vec<Entry> = expected.remove(&index).unwrap().into_iter().collect();
            prop_assert_eq!(merged, expected);
            let left = std::fs::read_dir(directory.path()).unwrap();
            let prefix = format!("index-{index}-");
            let left = left.filter(|file| {
                file.as_ref().unwrap().file_name().to_string_lossy().starts_with(&prefix)
            });
            prop_assert!(left.count() <= in_files.min(runs_max), "merged runs are removed");
        }
    }
}

#[test]
fn a_full_pool_goes_to_disk_as_one_run_per_index() {
    let directory = tempfile::tempdir().unwrap();
    // A range holds two blocks of a mebibyte, one per index; the pool takes eight mebibytes.
    let sorter = IndexSorter::new(files(directory.path()), 32 << 20, 2);
    let mut pooled = Vec::new();
    for range in 0..12_u32 {
        let mut collected = sorter.begin_range();
        for index in [1, 2] {
            collected
                .add(index, &range.to_be_bytes(), b"sealed")
                .unwrap();
        }
        let runs = collected.finish();
        assert!(runs.files.is_empty(), "its share is larger");
        pooled.extend(sorter.keep(range, runs, &not_stopping()).unwrap());
    }
    let told: Vec<_> = pooled
        .iter()
        .map(|pool| (pool.ranges.clone(), pool.files.len()))
        .collect();
    assert_eq!(
        told,
        [
            ((0..4).collect(), 2),
            ((4..8).collect(), 2),
            ((8..12).collect(), 2)
        ]
    );
}

#[test]
fn a_damaged_run_is_an_error_and_never_a_short_index() {
    let home = tempfile::tempdir().unwrap();
    let files = files(home.path());
    let entries = (0..20_u8).map(|number| Ok((vec![number; 5].into(), vec![number; 9].into())));
    let file = files.write(1, 1 << 10, entries).unwrap();
    let path = file.path(home.path());
    let whole = std::fs::read(&path).unwrap();
    assert!(file.is_whole(home.path()));
    let read = || -> Result<Vec<Entry>, RecoveryError> {
        let run = vec![Run::File(file.clone())];
        files.merge(run, 8, &not_stopping())?.collect()
    };
    assert_eq!(read().unwrap().len(), 20);
    for position in 0..whole.len() {
        let mut bent = whole.clone();
        bent[position] ^= 0x10;
        std::fs::write(&path, &bent).unwrap();
        assert!(!file.is_whole(home.path()));
        assert!(read().is_err(), "a bit flipped at {position}");
    }
    std::fs::write(&path, &whole[..whole.len() - 1]).unwrap();
    assert!(!file.is_whole(home.path()));
    assert!(read().is_err(), "cut off");
    std::fs::remove_file(&path).unwrap();
    assert!(!file.is_whole(home.path()));
    assert!(read().is_err(), "gone");
}

#[test]
fn a_disk_without_room_is_named_before_a_run_is_begun() {
    let home = tempfile::tempdir().unwrap();
    let files = RunFiles::new(home.path().to_owned(), u64::MAX / 2, "life".to_owned());
    let error = files
        .write(1, 7, std::iter::empty())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains(&home.path().display().to_string()),
        "{error}"
    );
    assert!(error.contains("bytes free; it needs 7"), "{error}");
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}
