//! Order and uniqueness of stored keys, and the rules of key attributes.

use proptest::prelude::*;

use super::*;
use crate::generate::{any_item, any_number};

const SECRET: HashSecret = HashSecret::from_bytes([9; 16]);

fn attribute(name: &str, scalar_type: ScalarType) -> KeyAttribute {
    KeyAttribute {
        name: name.to_owned(),
        scalar_type,
    }
}

fn schema() -> KeySchema {
    KeySchema {
        partition: vec![attribute("pk", ScalarType::S)],
        sort: vec![attribute("sk", ScalarType::B)],
    }
}

fn item(pk: AttributeValue, sk: AttributeValue) -> Item {
    [
        ("pk".to_owned(), pk),
        ("sk".to_owned(), sk),
        ("x".to_owned(), AttributeValue::Null),
    ]
    .into_iter()
    .collect()
}

fn ordered(value: &KeyValue) -> Vec<u8> {
    let mut out = Vec::new();
    encode_ordered_value(value, &mut out);
    out
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(
        prop_oneof![Just(0u8), Just(1), Just(0xFF), any::<u8>()],
        0..12,
    )
}

#[test]
fn keys_of_items_follow_the_rules() {
    let good = item(AttributeValue::S("a".into()), AttributeValue::B(vec![1]));
    let key = schema().key_of_item(&good).unwrap();
    assert_eq!(
        schema().attributes_of_key(&key),
        schema().attributes_of_item(&good)
    );
    assert_eq!(
        schema().key_of_key_map(&good),
        Err(KeyError::SchemaMismatch)
    );
    assert_eq!(
        schema().key_of_key_map(&schema().attributes_of_key(&key)),
        Ok(key)
    );

    let text = |pk, sk| schema().key_of_item(&item(pk, sk)).unwrap_err().to_string();
    assert_eq!(
        text(AttributeValue::N(1.into()), AttributeValue::B(vec![1])),
        "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"
    );
    assert_eq!(
        text(AttributeValue::S("a".into()), AttributeValue::B(vec![])),
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot \
         contain an empty binary value. Key: sk"
    );
    assert_eq!(
        text(
            AttributeValue::S("a".repeat(2049)),
            AttributeValue::B(vec![1])
        ),
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size \
         limit of2048 bytes"
    );
    assert!(
        schema()
            .key_of_item(&item(
                AttributeValue::S("a".repeat(2048)),
                AttributeValue::B(vec![0; 1024])
            ))
            .is_ok()
    );
    assert_eq!(
        schema()
            .key_of_item(&Item::default())
            .unwrap_err()
            .to_string(),
        "One or more parameter values were invalid: Missing the key pk in the item"
    );
}

#[test]
fn index_keys_are_sparse_or_named() {
    let fits = item(AttributeValue::S("a".into()), AttributeValue::B(vec![1]));
    assert!(schema().index_key_of_item(&fits).is_some());
    assert!(schema().index_key_of_item(&Item::default()).is_none());
    assert_eq!(schema().check_index_key(&Item::default(), "by-x"), Ok(()));
    let wrong = item(AttributeValue::Null, AttributeValue::B(vec![1]));
    assert_eq!(
        schema().check_index_key(&wrong, "by-x").unwrap_err(),
        "One or more parameter values were invalid: Type mismatch for Index Key pk Expected: S \
         Actual: NULL IndexName: by-x"
    );
    let empty = item(AttributeValue::S(String::new()), AttributeValue::B(vec![1]));
    assert!(
        schema()
            .check_index_key(&empty, "by-x")
            .unwrap_err()
            .ends_with("IndexKey: pk")
    );
}

#[test]
fn entries_of_equal_index_keys_stand_side_by_side() {
    let key = Key {
        partition: vec![KeyValue::S("p".into())],
        sort: vec![KeyValue::N(7.into())],
    };
    let base = |text: &str| {
        Key {
            partition: vec![KeyValue::S(text.into())],
            sort: vec![],
        }
        .stored(&SECRET)
    };
    let (a, b) = (
        key.stored_index(&SECRET, &base("a")),
        key.stored_index(&SECRET, &base("b")),
    );
    let shared = key.stored(&SECRET);
    assert!(a != b && a.as_ref().starts_with(shared.as_ref()));
    assert!(a.as_ref().ends_with(base("a").as_ref()) && b.as_ref().starts_with(shared.as_ref()));
    let other = HashSecret::from_bytes([8; 16]);
    assert_ne!(key.stored(&SECRET), key.stored(&other));
}

#[test]
fn stored_keys_are_pinned() {
    // The first of SipHash-2-4-128's reference vectors: this key, no bytes.
    let secret = HashSecret::from_bytes(std::array::from_fn(|at| at as u8));
    let reference = 0xa381_7f04_ba25_a8e6_6df6_7214_c755_0293_u128;
    assert_eq!(partition_hash(&secret, &[]), reference.to_be_bytes());

    let mut hasher = siphasher::sip128::SipHasher24::new_with_key(secret.as_bytes());
    std::hash::Hasher::write(&mut hasher, b"\x00ab\x00\xFFc\x00\x00\x01\x03\x82\x14");
    let hash = siphasher::sip128::Hasher128::finish128(&hasher).as_bytes();

    let key = Key {
        partition: vec![KeyValue::S("ab\0c".into()), KeyValue::N(1.into())],
        sort: vec![KeyValue::B(vec![0, 1]), KeyValue::N((-1).into())],
    };
    let sort = b"\x00\xFF\x01\x00\x00\x01\x7D\xEB";
    let stored = key.stored(&secret);
    assert_eq!(stored.as_bytes(), &[&hash[..], sort].concat());
    assert_eq!(partition_hash(&secret, &key.partition), hash);
}

#[test]
fn the_type_of_a_partition_key_is_part_of_its_hash() {
    let hash = |value| partition_hash(&SECRET, &[value]);
    assert_ne!(
        hash(KeyValue::S("a".into())),
        hash(KeyValue::B(b"a".to_vec()))
    );
}

fn any_key_value() -> impl Strategy<Value = KeyValue> {
    prop_oneof![
        any_number().prop_map(KeyValue::N),
        ".{0,6}".prop_map(KeyValue::S),
        any_bytes().prop_map(KeyValue::B),
    ]
}

/// Two keys of one schema with the same partition key, and sort keys that often begin alike.
fn any_sort_keys() -> impl Strategy<Value = [Vec<KeyValue>; 2]> {
    let pairs = |value: BoxedStrategy<KeyValue>| (value.clone(), value);
    let pair = prop_oneof![
        pairs(any_number().prop_map(KeyValue::N).boxed()),
        pairs("[ab\\x00]{0,3}".prop_map(KeyValue::S).boxed()),
        pairs(any_bytes().prop_map(KeyValue::B).boxed()),
        any_key_value().prop_map(|value| (value.clone(), value)),
    ];
    prop::collection::vec(pair, 0..4).prop_map(|pairs| {
        let (left, right) = pairs.into_iter().unzip();
        [left, right]
    })
}

proptest! {
    #[test]
    fn ordered_forms_order_as_values_and_are_prefix_free(a in any_bytes(), b in any_bytes()) {
        let (left, right) = (KeyValue::B(a.clone()), KeyValue::B(b.clone()));
        prop_assert_eq!(ordered(&left).cmp(&ordered(&right)), a.cmp(&b));
        prop_assert!(a == b || !ordered(&right).starts_with(&ordered(&left)));
    }

    #[test]
    fn prefixes_match_exactly_the_values_that_have_them(prefix in any_bytes(), value in any_bytes()) {
        let mut bytes = Vec::new();
        encode_ordered_prefix(&KeyValue::B(prefix.clone()), &mut bytes);
        let found = ordered(&KeyValue::B(value.clone())).starts_with(&bytes);
        // A value that ends where the prefix has a zero byte still differs in the byte after.
        prop_assert_eq!(found, value.starts_with(&prefix));
    }

    #[test]
    fn stored_keys_order_as_sort_keys(sorts in any_sort_keys(), base in any_bytes()) {
        let [left, right] = sorts.map(|sort| Key { partition: vec![KeyValue::N(1.into())], sort });
        let expected = left.sort.cmp(&right.sort);
        prop_assert_eq!(left.stored(&SECRET).cmp(&right.stored(&SECRET)), expected);
        // Index entries too, whatever items they are of, unless their index keys are equal.
        let bases = [base, vec![0xFF]].map(|base| StoredKey::from_bytes(base.into()));
        let [low, high] = bases;
        prop_assert_eq!(
            left.stored_index(&SECRET, &low).cmp(&right.stored_index(&SECRET, &high)),
            expected.then(low.cmp(&high))
        );
    }

    #[test]
    fn keys_are_the_attributes_they_are_made_of(item in any_item(), partition in any_key_value(), sort in any_key_value()) {
        let schema = KeySchema {
            partition: vec![attribute("pk", partition.scalar_type())],
            sort: vec![attribute("sk", sort.scalar_type())],
        };
        let mut item = item;
        item.attributes.insert("pk".to_owned(), partition.to_attribute());
        item.attributes.insert("sk".to_owned(), sort.to_attribute());
        if let Ok(key) = schema.key_of_item(&item) {
            prop_assert_eq!(&key, &Key { partition: vec![partition], sort: vec![sort] });
            let attributes = schema.attributes_of_key(&key);
            prop_assert_eq!(schema.key_of_key_map(&attributes), Ok(key.clone()));
            prop_assert_eq!(schema.index_key_of_item(&item), Some(key));
            prop_assert_eq!(schema.check_index_key(&item, "index"), Ok(()));
            prop_assert_eq!(attributes, schema.attributes_of_item(&item));
        } else {
            prop_assert!(schema.index_key_of_item(&item).is_none());
            prop_assert!(schema.check_index_key(&item, "index").is_err());
        }
    }
}
