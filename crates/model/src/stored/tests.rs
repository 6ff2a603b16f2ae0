//! The stored form holds any item, has one form for each, and damage to it is noticed or harmless.

use proptest::prelude::*;

use super::*;
use crate::generate::any_item;
use crate::parse_item;

fn encode(item: &Item) -> Vec<u8> {
    let mut out = Vec::new();
    encode_item(item, &mut out);
    out
}

fn json(stored: &[u8]) -> Result<Vec<u8>, CorruptItem> {
    let mut out = b"before".to_vec();
    let written = stored_to_json(stored, &mut out);
    assert!(written.is_ok() || out == b"before");
    written.map(|()| out.split_off(6))
}

/// Reads the bytes in every way. What is read must be an item whose stored form they are.
fn check_any_bytes(bytes: &[u8]) {
    let read = decode_item(bytes);
    assert_eq!(json(bytes).is_ok(), read.is_ok());
    if let Ok(item) = &read {
        assert_eq!(encode(item), bytes);
        let mut expected = Vec::new();
        crate::write_item(item, &mut expected);
        assert_eq!(json(bytes), Ok(expected));
    }
    for name in ["", "a", "b", "zz"] {
        let found = stored_attribute(bytes, name);
        if let Ok(item) = &read {
            assert_eq!(found, Ok(item.get(name).cloned()));
        }
    }
}

#[test]
fn the_form_is_pinned() {
    let item = parse_item(
        r#"{"b":{"N":"-1.5"},"a":{"S":"x"},"c":{"L":[{"NULL":true},{"BOOL":false}]},
            "d":{"M":{"e":{"B":"AP8="}}},"f":{"SS":["q","p"]},"g":{"NS":["100"]},
            "h":{"BS":["AA=="]},"i":{"BOOL":true}}"#,
    )
    .unwrap();
    let stored = [
        &[1, 8][..],
        &[1, b'a', 1, 1, b'x'],
        &[1, b'b', 2, 1, 1, 15],
        &[1, b'c', 8, 2, 6, 4],
        &[1, b'd', 7, 1, 1, b'e', 3, 2, 0x00, 0xFF],
        &[1, b'f', 9, 2, 1, b'p', 1, b'q'],
        &[1, b'g', 10, 1, 0, 4, 1],
        &[1, b'h', 11, 1, 1, 0],
        &[1, b'i', 5],
    ]
    .concat();
    assert_eq!(encode(&item), stored);
    check_any_bytes(&stored);
}

#[test]
fn other_forms_of_an_item_are_refused() {
    for (fault, bytes) in [
        ("nothing", &[][..]),
        ("another version", &[2, 0]),
        ("bytes after the item", &[1, 0, 0]),
        ("names that do not ascend", &[1, 2, 1, b'b', 6, 1, b'a', 6]),
        ("a name twice", &[1, 2, 1, b'a', 6, 1, b'a', 6]),
        (
            "a set that does not ascend",
            &[1, 1, 1, b'a', 9, 2, 1, b'q', 1, b'p'],
        ),
        ("a length in too many bytes", &[1, 0x80, 0]),
        ("a name that is not UTF-8", &[1, 1, 1, 0xFF, 6]),
        ("minus zero", &[1, 1, 1, b'a', 2, 1, 0, 0]),
        ("a number that ends in zero", &[1, 1, 1, b'a', 2, 0, 0, 10]),
        ("a count beyond the end", &[1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
        ("a type of no name", &[1, 1, 1, b'a', 12]),
    ] {
        assert_eq!(decode_item(bytes), Err(CorruptItem), "{fault}");
        check_any_bytes(bytes);
    }
    let too_large = [&[1, 1, 1, b'a', 2, 0, 0][..], &[0xFF; 18], &[0x7F]].concat();
    assert_eq!(decode_item(&too_large), Err(CorruptItem));
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| {
        let mut bytes = vec![1, 2, 1, b'a'];
        bytes.extend([tag::L, 1].repeat(levels));
        bytes.extend([tag::NULL, 1, b'b', tag::NULL]);
        bytes
    };
    let deepest = decode_item(&nested(limits::NESTING_LEVELS_MAX)).unwrap();
    assert_eq!(deepest.depth(), limits::NESTING_LEVELS_MAX);
    check_any_bytes(&nested(limits::NESTING_LEVELS_MAX));
    let too_deep = nested(100_000);
    assert_eq!(decode_item(&too_deep), Err(CorruptItem));
    assert_eq!(json(&too_deep), Err(CorruptItem));
    assert_eq!(stored_attribute(&too_deep, "b"), Err(CorruptItem));
}

proptest! {
    #[test]
    fn items_round_trip_and_read_lazily(item in any_item()) {
        let stored = encode(&item);
        prop_assert_eq!(&decode_item(&stored).unwrap(), &item);
        for (name, value) in &item.attributes {
            let read = stored_attribute(&stored, name).unwrap();
            prop_assert_eq!(read.as_ref(), Some(value));
        }
        prop_assert_eq!(stored_attribute(&stored, "no such attribute").unwrap(), None);
        check_any_bytes(&stored);
    }

    #[test]
    fn damaged_bytes_are_answered(item in any_item(), at in any::<prop::sample::Index>(), bit in 0..8u32) {
        let mut stored = encode(&item);
        let at = at.index(stored.len());
        check_any_bytes(&stored[..at]);
        stored[at] ^= 1 << bit;
        check_any_bytes(&stored);
    }

    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(prop_oneof![0..13u8, Just(b'a'), any::<u8>()], 0..40)) {
        check_any_bytes(&bytes);
        check_any_bytes(&[&[VERSION], &bytes[..]].concat());
    }
}
