use anywhen_kms::MasterKey;
use anywhen_model::{CommitTimestamp, SeededRandomness};
use object_store::memory::InMemory;
use object_store::path::Path;
use proptest::prelude::*;

use super::*;
use crate::keyframe::write_files;
use crate::merge::{Merge, Reading, Source, SourceFile};
use crate::plan::KeyRange;

struct Fixture {
    runtime: tokio::runtime::Runtime,
    reading: Reading,
    sink: FileSink,
}

fn fixture() -> Fixture {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let randomness = Arc::new(SeededRandomness::new(44));
    let master = Arc::new(MasterKey::generate(&*randomness));
    let (key, wrapped) = master.generate_data_key(&*randomness);
    let store = Arc::new(Store::new(Arc::new(InMemory::new()), Path::default()));
    let handle = runtime.handle().clone();
    Fixture {
        reading: Reading::new(Arc::clone(&store), handle.clone(), master),
        sink: FileSink {
            store,
            handle,
            key: SealingKey { key, wrapped },
            randomness,
            stopping: Arc::default(),
        },
        runtime,
    }
}

impl Fixture {
    fn write(&self, kind: Kind, changes: &[Change], file_bytes_max: u64) -> Vec<DataFile> {
        let path = || crate::layout::random_name(&*self.sink.randomness);
        let mut source = changes.iter().cloned().map(Ok);
        write_files(kind, &self.sink, file_bytes_max, &path, &mut source).unwrap()
    }

    fn read(&self, kind: Kind, files: &[DataFile], range: KeyRange) -> Vec<Change> {
        self.read_in_slices(kind, files, range, cursor::SLICE_BYTES)
    }

    fn read_in_slices(
        &self,
        kind: Kind,
        files: &[DataFile],
        range: KeyRange,
        slice_bytes: u64,
    ) -> Vec<Change> {
        let files = files.iter().map(|file| SourceFile {
            kind,
            path: file.path.clone(),
            length: file.length,
        });
        let (reading, known) = (self.reading.clone(), Arc::default());
        let source = Source::known_files(reading, known, range, files.collect(), slice_bytes);
        Merge::new(vec![source]).map(Result::unwrap).collect()
    }
}

/// Keys of 20 bytes spread evenly, several versions each, items of `item_bytes`.
fn many_changes(keys: u64, versions: u64, item_bytes: usize) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in 0..keys {
        let place = (u128::MAX / u128::from(keys) * u128::from(key)).to_be_bytes();
        for version in 1..=versions {
            let item = vec![(key * 7 + version) as u8; item_bytes];
            changes.push(Change {
                key: Bytes::from([&place[..], b"sort"].concat()),
                timestamp: CommitTimestamp::from_micros(version),
                item: (key % 5 != version).then(|| Bytes::from(item)),
            });
        }
    }
    changes
}

#[test]
fn large_files_of_many_row_groups_read_back_whole_and_by_range() {
    let fixture = fixture();
    for kind in [Kind::Keyframe, Kind::Delta] {
        // 40 MB: several row groups, and an upload in several parts.
        let changes = many_changes(5_000, 2, 4_000);
        let files = fixture.write(kind, &changes, u64::MAX);
        let [file] = files.as_slice() else {
            panic!("one file")
        };
        assert_eq!(file.rows, changes.len() as u64);
        assert_eq!(file.bytes, changes.iter().map(Change::bytes).sum::<u64>());
        assert!(fixture.read(kind, &files, KeyRange::all()) == changes);
        for (start, end) in [(0, 1), (17, 300), (4_998, 5_000), (2_500, 2_500)] {
            let border = |index: usize| changes[(index * 2).min(changes.len() - 1)].key.clone();
            let range = KeyRange {
                start: border(start),
                end: Some(border(end)),
            };
            let expected: Vec<_> = changes
                .iter()
                .filter(|change| range.contains(&change.key))
                .cloned()
                .collect();
            assert!(
                fixture.read(kind, &files, range) == expected,
                "{start}..{end}"
            );
        }
    }
}

#[test]
fn split_files_are_disjoint_and_together_everything() {
    let fixture = fixture();
    let changes = many_changes(200, 4, 50);
    let files = fixture.write(Kind::Delta, &changes, 2_000);
    assert!(files.len() > 10);
    for pair in files.windows(2) {
        assert!(
            pair[0].key_max < pair[1].key_min,
            "versions of one key stay together"
        );
    }
    assert!(fixture.read(Kind::Delta, &files, KeyRange::all()) == changes);
}

#[test]
fn an_empty_keyframe_is_a_file_and_an_empty_delta_is_none() {
    let fixture = fixture();
    let files = fixture.write(Kind::Keyframe, &[], 1_000);
    assert_eq!((files.len(), files[0].rows), (1, 0));
    assert_eq!(fixture.read(Kind::Keyframe, &files, KeyRange::all()), []);
    assert_eq!(fixture.write(Kind::Delta, &[], 1_000), []);
}

#[test]
fn a_damaged_file_is_an_error_that_names_it() {
    let fixture = fixture();
    let files = fixture.write(Kind::Delta, &many_changes(3, 1, 10), 1_000_000);
    let (path, length) = (&files[0].path, files[0].length);
    let stored = fixture
        .runtime
        .block_on(fixture.reading.store.get(path))
        .unwrap();
    // The hash at the end is not needed to read, and is not looked at.
    for position in 0..stored.len() - 32 {
        let mut bent = stored.to_vec();
        bent[position] ^= 4;
        let store = Arc::new(Store::new(Arc::new(InMemory::new()), Path::default()));
        fixture
            .runtime
            .block_on(store.put_new(path, bent.into()))
            .unwrap();
        let reading = fixture.reading.elsewhere(store);
        let file = SourceFile {
            kind: Kind::Delta,
            path: path.clone(),
            length,
        };
        let source = Source::files(reading, KeyRange::all(), [file].into());
        let read: Result<Vec<Change>, ArchiveError> = Merge::new(vec![source]).collect();
        let error = read.unwrap_err();
        assert!(
            matches!(&error, ArchiveError::Damaged { path: named, .. } if named == path)
                || matches!(
                    &error,
                    ArchiveError::Key { .. } | ArchiveError::Format { .. }
                ),
            "{error}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// A megabyte and a half in a few row groups' worth of pages, deletions among the items,
    /// which leave pages of keys and pages of items out of step.
    #[test]
    fn a_range_reads_the_same_in_slices_of_any_size(
        item_bytes in 300_usize..3_000,
        borders in proptest::collection::vec(any::<u64>(), 4),
        slice_bytes in prop_oneof![Just(1_u64), 1_000_u64..200_000, Just(8 << 20)],
        keyframe in any::<bool>(),
    ) {
        let fixture = fixture();
        let kind = if keyframe { Kind::Keyframe } else { Kind::Delta };
        let keys = 700_000 / item_bytes as u64;
        let changes = many_changes(keys, 2, item_bytes);
        let files = fixture.write(kind, &changes, u64::MAX);
        for border in borders.windows(2) {
            let place = |border: u64| Bytes::copy_from_slice(&border.to_be_bytes());
            let range = KeyRange {
                start: place(border[0].min(border[1])),
                end: Some(place(border[0].max(border[1]))),
            };
            let told = changes.iter().filter(|change| range.contains(&change.key));
            let expected: Vec<Change> = told.cloned().collect();
            let read = fixture.read_in_slices(kind, &files, range, slice_bytes);
            prop_assert!(read == expected, "{border:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn what_is_written_is_read(
        rows in proptest::collection::btree_map(
            (proptest::collection::vec(any::<u8>(), 1..30), 0_u64..50),
            proptest::option::of(proptest::collection::vec(any::<u8>(), 0..300)),
            0..60,
        ),
        zstd in any::<bool>(),
        file_bytes_max in 50_u64..5_000,
    ) {
        let fixture = fixture();
        let kind = if zstd { Kind::Keyframe } else { Kind::Delta };
        let changes: Vec<_> = rows
            .into_iter()
            .map(|((key, at), item)| Change {
                key: key.into(),
                timestamp: CommitTimestamp::from_micros(at),
                item: item.map(Bytes::from),
            })
            .collect();
        let files = fixture.write(kind, &changes, file_bytes_max);
        prop_assert_eq!(fixture.read(kind, &files, KeyRange::all()), changes);
    }
}

const GOLDEN: &[u8] = include_bytes!("../../tests/golden/delta-2.bin");

/// What was written once must read for ever, whatever the Parquet library writes today.
#[test]
fn the_golden_delta_reads_as_it_did() {
    let fixture = fixture();
    let store = &fixture.reading.store;
    fixture
        .runtime
        .block_on(store.put_new("golden/delta", Bytes::from_static(GOLDEN)))
        .unwrap();
    let file = SourceFile {
        kind: Kind::Delta,
        path: "golden/delta".to_owned(),
        length: GOLDEN.len() as u64,
    };
    let source = Source::files(fixture.reading.clone(), KeyRange::all(), [file].into());
    let found: Vec<_> = Merge::new(vec![source]).map(Result::unwrap).collect();
    assert!(found == many_changes(4, 3, 9));
}
