use std::sync::Arc;

use anywhen_model::SeededRandomness;
use object_store::memory::InMemory;
use object_store::path::Path;
use proptest::prelude::*;

use super::inspect::Inspected;
use super::*;
use crate::store::Store;

const CHUNK: usize = 1 << 16;
const GOLDEN: &[u8] = include_bytes!("../../tests/golden/sealed-object-2.bin");

struct Fixture {
    master: MasterKey,
    key: SealingKey,
    randomness: SeededRandomness,
}

fn fixture() -> Fixture {
    let randomness = SeededRandomness::new(42);
    let master = MasterKey::generate(&randomness);
    let (key, wrapped) = master.generate_data_key(&randomness);
    Fixture {
        master,
        key: SealingKey { key, wrapped },
        randomness,
    }
}

impl Fixture {
    fn seal(&self, plaintext: &[u8]) -> Bytes {
        seal_whole(
            Kind::SegmentBlock,
            "some/name",
            b"",
            &self.key,
            plaintext,
            &self.randomness,
        )
        .into()
    }

    /// A whole object's inspection, of pieces of some length.
    fn inspect(&self, stored: &[u8], piece: usize, with_key: bool) -> Inspected {
        let master = with_key.then_some(&self.master);
        let length = stored.len() as u64;
        let mut inspector = Inspector::new(Kind::SegmentBlock, "some/name", length, master);
        stored.chunks(piece).for_each(|piece| inspector.push(piece));
        inspector.finish()
    }

    fn open(&self, stored: &Bytes) -> Result<Bytes, ArchiveError> {
        open_whole(
            Kind::SegmentBlock,
            "the/path",
            "some/name",
            stored,
            &self.master,
        )
        .map(|opened| opened.plaintext)
    }
}

fn plaintext(length: usize) -> Vec<u8> {
    (0..length).map(|index| (index * 31 % 251) as u8).collect()
}

/// Lengths around the borders of chunks, where off-by-one errors live.
fn lengths() -> Vec<usize> {
    let borders = [0, CHUNK, 2 * CHUNK, 3 * CHUNK];
    borders
        .iter()
        .flat_map(|border| [border.saturating_sub(1), *border, border + 1])
        .collect()
}

#[test]
fn objects_of_every_length_come_back() {
    let fixture = fixture();
    for length in lengths() {
        let stored = fixture.seal(&plaintext(length));
        assert_eq!(
            fixture.open(&stored).unwrap(),
            plaintext(length),
            "{length} bytes"
        );
    }
}

#[test]
fn pieces_of_any_size_make_the_same_chunks() {
    let fixture = fixture();
    let whole = plaintext(2 * CHUNK + 5);
    for step in [1_000, CHUNK - 1, CHUNK, CHUNK + 1] {
        let mut stored = Vec::new();
        let (key, random) = (&fixture.key, &fixture.randomness);
        let mut sealer = Sealer::begin(
            Kind::SegmentBlock,
            "some/name",
            b"",
            key,
            random,
            &mut stored,
        );
        for piece in whole.chunks(step) {
            sealer.push(piece, &mut stored);
        }
        sealer.finish(&mut stored);
        assert_eq!(fixture.open(&stored.into()).unwrap(), whole);
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_damage_that_names_the_object() {
    let fixture = fixture();
    let stored = fixture.seal(b"a small object");
    let refused = |bent: Vec<u8>, what: &str| {
        let error = fixture.open(&bent.into()).unwrap_err();
        assert!(error.to_string().contains("the/path"), "{what}: {error}");
        assert!(!error.is_transient(), "{what}");
    };
    for position in 0..stored.len() {
        for bit in 0..8 {
            let mut bent = stored.to_vec();
            bent[position] ^= 1 << bit;
            refused(bent, &format!("bit {bit} of byte {position}"));
        }
        refused(stored[..position].to_vec(), &format!("cut at {position}"));
    }
    refused([&stored[..], &[0]].concat(), "lengthened");
}

#[test]
fn chunks_cannot_be_dropped_swapped_or_taken_from_another_object() {
    let fixture = fixture();
    let stored = fixture.seal(&plaintext(3 * CHUNK));
    let header = stored.len() - TRAILER_BYTES - 3 * (CHUNK + 16);
    let chunk = |number: usize| {
        let start = header + number * (CHUNK + 16);
        stored.slice(start..start + CHUNK + 16)
    };
    let head = stored.slice(..header);
    let build = |parts: &[Bytes]| {
        let mut whole = parts.concat();
        let trailer = digest::digest(&digest::SHA256, &whole);
        whole.extend_from_slice(trailer.as_ref());
        Bytes::from(whole)
    };
    assert!(
        fixture
            .open(&build(&[head.clone(), chunk(0), chunk(1), chunk(2)]))
            .is_ok()
    );
    assert!(
        fixture
            .open(&build(&[head.clone(), chunk(0), chunk(1)]))
            .is_err(),
        "cut at a chunk"
    );
    assert!(
        fixture
            .open(&build(&[head.clone(), chunk(1), chunk(0), chunk(2)]))
            .is_err()
    );
    let other = fixture.seal(&plaintext(3 * CHUNK));
    let stranger = other.slice(header..header + CHUNK + 16);
    assert!(
        fixture
            .open(&build(&[head, stranger, chunk(1), chunk(2)]))
            .is_err()
    );
}

#[test]
fn an_object_under_another_name_kind_or_key_is_refused() {
    let fixture = fixture();
    let stored = fixture.seal(b"x");
    let open = |kind, name| open_whole(kind, "p", name, &stored, &fixture.master);
    assert!(matches!(
        open(Kind::SegmentBlock, "other"),
        Err(ArchiveError::Damaged { .. })
    ));
    assert!(matches!(
        open(Kind::Delta, "some/name"),
        Err(ArchiveError::Damaged { .. })
    ));
    let other = MasterKey::generate(&SeededRandomness::new(7));
    let error = open_whole(Kind::SegmentBlock, "p", "some/name", &stored, &other).unwrap_err();
    assert!(matches!(error, ArchiveError::Key { .. }), "{error}");
    let mut newer = stored.to_vec();
    newer[4] = 9;
    assert!(matches!(
        fixture.open(&newer.into()),
        Err(ArchiveError::Format { found: 9, .. })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn ranges_are_the_slices(which in 0_usize..12, from in 0_u64..210_000, length in 0_u64..140_000) {
        let fixture = fixture();
        let plaintext = plaintext(lengths()[which]);
        let stored = seal_whole(
            Kind::SegmentBlock, "name", b"", &fixture.key, &plaintext, &fixture.randomness,
        );
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let total = plaintext.len() as u64;
        let from = from.min(total);
        let to = (from + length).min(total);
        let read = runtime.block_on(async {
            let store = Arc::new(Store::new(Arc::new(InMemory::new()), Path::from("root")));
            store.put_new("name", Bytes::from(stored.clone())).await.unwrap();
            let object = SealedObject::open(
                store, Kind::SegmentBlock, "name", stored.len() as u64, &fixture.master,
            )
            .await
            .unwrap();
            assert_eq!(object.len(), total);
            assert!(object.read(0..total + 1).await.is_err(), "beyond the end");
            object.read(from..to).await.unwrap()
        });
        prop_assert_eq!(&read[..], &plaintext[from as usize..to as usize]);
    }
}

#[test]
fn an_inspection_in_pieces_finds_whole_objects_whole() {
    let fixture = fixture();
    for length in lengths() {
        let stored = fixture.seal(&plaintext(length));
        for piece in [1_000, CHUNK, CHUNK + 17, 1 << 20] {
            for with_key in [false, true] {
                let found = fixture.inspect(&stored, piece, with_key);
                assert!(found.wrong.is_none(), "{:?}", found.wrong);
                assert_eq!(found.hash, hash(&stored));
            }
        }
    }
}

#[test]
fn an_inspection_notices_every_flipped_bit_and_every_cut_without_a_key() {
    let fixture = fixture();
    let stored = fixture.seal(b"a small object");
    for with_key in [false, true] {
        let refused = |bent: &[u8], what: &str| {
            let wrong = fixture.inspect(bent, 7, with_key).wrong;
            let error = wrong.unwrap_or_else(|| panic!("{what}: not noticed"));
            assert!(error.to_string().contains("some/name"), "{what}: {error}");
        };
        for position in 0..stored.len() {
            let mut bent = stored.to_vec();
            bent[position] ^= 1 << (position % 8);
            refused(&bent, &format!("byte {position}"));
            refused(&stored[..position], &format!("cut at {position}"));
        }
        refused(&[&stored[..], &[0]].concat(), "lengthened");
    }
}

/// Who can write to the store can make the hash at the end fit; only the key tells then.
#[test]
fn a_forged_object_with_a_fitting_hash_does_not_open() {
    let fixture = fixture();
    let stored = fixture.seal(b"a small object");
    let content_end = stored.len() - TRAILER_BYTES;
    for position in [9, 14, 40, content_end - 20] {
        let mut forged = stored[..content_end].to_vec();
        forged[position] ^= 1;
        let trailer = digest::digest(&digest::SHA256, &forged);
        forged.extend_from_slice(trailer.as_ref());
        assert!(fixture.inspect(&forged, 100, true).wrong.is_some());
        assert!(fixture.open(&forged.into()).is_err(), "byte {position}");
    }
}

/// The format is pinned: what was written once must open for ever, and sealing with the same
/// keys and salt must give the same bytes.
#[test]
fn the_golden_object_is_as_it_was() {
    let fixture = fixture();
    let clear = b"what everybody may read";
    let plaintext = b"what was sealed once opens for ever";
    let (key, random) = (&fixture.key, &fixture.randomness);
    let sealed = seal_whole(
        Kind::SegmentBlock,
        "some/name",
        clear,
        key,
        plaintext,
        random,
    );
    assert_eq!(
        sealed, GOLDEN,
        "the format has changed: that needs a new version number"
    );
    let golden = Bytes::from_static(GOLDEN);
    assert_eq!(&fixture.open(&golden).unwrap()[..], plaintext);
    let (read, _) = read_clear(Kind::SegmentBlock, "the/path", "some/name", &golden).unwrap();
    assert_eq!(&read[..], clear, "no key is needed for it");
}
