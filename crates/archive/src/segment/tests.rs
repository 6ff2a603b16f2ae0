use anywhen_model::{CommitTimestamp, SeededRandomness, TableId};
use object_store::memory::InMemory;
use object_store::path::Path;
use proptest::prelude::*;

use super::*;

const GOLDEN: &[u8] = include_bytes!("../../tests/golden/segment-2.bin");

struct Fixture {
    master: MasterKey,
    realm_key: SealingKey,
    table_keys: Vec<SealingKey>,
    randomness: SeededRandomness,
}

fn fixture() -> Fixture {
    let randomness = SeededRandomness::new(43);
    let master = MasterKey::generate(&randomness);
    let key = || {
        let (key, wrapped) = master.generate_data_key(&randomness);
        SealingKey { key, wrapped }
    };
    let (realm_key, table_keys) = (key(), vec![key(), key(), key()]);
    Fixture {
        master,
        realm_key,
        table_keys,
        randomness,
    }
}

fn table(number: usize) -> TableId {
    TableId::from_u128(number as u128 + 1)
}

fn change(at: u64, key: &[u8], item: Option<&[u8]>) -> Change {
    Change {
        key: Bytes::copy_from_slice(key),
        timestamp: CommitTimestamp::from_micros(at),
        item: item.map(Bytes::copy_from_slice),
    }
}

impl Fixture {
    fn seal(&self, changes: &[(usize, Change)]) -> (Bytes, SegmentEntry) {
        let mut builder = SegmentBuilder::default();
        for (number, change) in changes {
            builder.add(table(*number), &self.table_keys[*number], change);
        }
        let (bytes, _) = builder.seal("the/segment", &self.realm_key, &self.randomness);
        let entry = SegmentEntry {
            path: "the/segment".to_owned(),
            from: CommitTimestamp::ZERO,
            to: CommitTimestamp::MAX,
            length: bytes.len() as u64,
            hash: sealed::hash(&bytes),
        };
        (bytes, entry)
    }

    /// Reads a stored segment both ways and answers the changes of every table.
    async fn read(
        &self,
        bytes: Bytes,
        entry: &SegmentEntry,
    ) -> Result<Vec<(usize, Change)>, ArchiveError> {
        let store = Arc::new(Store::new(Arc::new(InMemory::new()), Path::default()));
        store.put_new(&entry.path, bytes).await?;
        let directory = read_directory(&store, entry, Some(&self.master)).await?;
        let mut found = Vec::new();
        for (number, block) in
            (0..3).filter_map(|number| Some((number, directory.block(table(number))?)))
        {
            let (path, id) = (&entry.path, table(number));
            let changes =
                read_block(&store, path, id, block.offset, block.length, &self.master).await?;
            assert_eq!(block.rows as usize, changes.len());
            assert!(changes.iter().all(|change| {
                (&block.key_min..=&block.key_max).contains(&&change.key)
                    && (block.first..=block.last).contains(&change.timestamp)
            }));
            found.extend(changes.into_iter().map(|change| (number, change)));
        }
        Ok(found)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn each_table_finds_its_changes_in_commit_order(
        parts in proptest::collection::vec(
            (0_usize..3, proptest::collection::vec(any::<u8>(), 1..40),
             proptest::option::of(proptest::collection::vec(any::<u8>(), 0..200))),
            0..40,
        ),
    ) {
        let fixture = fixture();
        let changes: Vec<_> = parts
            .iter()
            .enumerate()
            .map(|(at, (number, key, item))| (*number, change(at as u64, key, item.as_deref())))
            .collect();
        let (bytes, entry) = fixture.seal(&changes);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let found = runtime.block_on(fixture.read(bytes, &entry)).unwrap();
        let mut expected = changes;
        expected.sort_by_key(|(number, change)| (*number, change.timestamp));
        prop_assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn every_flipped_byte_is_damage_that_names_the_segment() {
    let fixture = fixture();
    let changes = [
        (0, change(5, b"key", Some(b"item"))),
        (2, change(6, b"other", None)),
    ];
    let (bytes, entry) = fixture.seal(&changes);
    for position in 0..bytes.len() {
        let mut bent = bytes.to_vec();
        bent[position] ^= 0x10;
        let error = fixture.read(bent.into(), &entry).await.unwrap_err();
        assert!(
            error.to_string().contains("the/segment"),
            "byte {position}: {error}"
        );
        assert!(!error.is_transient(), "byte {position}: {error}");
    }
    let cut = bytes.slice(..bytes.len() - 1);
    assert!(matches!(
        fixture.read(cut, &entry).await,
        Err(ArchiveError::Damaged { .. })
    ));
}

#[tokio::test]
async fn the_golden_segment_is_as_it_was() {
    let fixture = fixture();
    let changes = [
        (0, change(5, b"key", Some(b"item"))),
        (1, change(6, b"other", None)),
    ];
    let (bytes, entry) = fixture.seal(&changes);
    assert_eq!(
        bytes, GOLDEN,
        "the format has changed: that needs a new version number"
    );
    assert_eq!(
        fixture
            .read(Bytes::from_static(GOLDEN), &entry)
            .await
            .unwrap(),
        changes
    );
}

#[test]
fn a_block_that_says_what_no_block_says_is_refused() {
    let mut block = vec![BLOCK_VERSION];
    encode_change(&change(7, b"key", Some(b"item")), &mut block);
    let flags = 9;
    assert_eq!(block[flags], HAS_ITEM);
    let read = |block: &[u8]| decode_changes(Bytes::copy_from_slice(block));
    assert_eq!(read(&block).unwrap(), [change(7, b"key", Some(b"item"))]);
    block[flags] |= 2;
    assert_eq!(read(&block), None);
    for length in 1..block.len() - 1 {
        let cut = read(&block[..length]);
        assert!(cut.is_none_or(|changes| changes.is_empty()), "{length}");
    }
}
