//! Key conditions as ranges of stored keys.
//!
//! The ordered form of a key value is never the beginning of another's. So all keys whose sort
//! value is `v` are those that begin with the form of `v`, and keys with greater values are
//! greater than all of them.

use std::ops::{Bound, RangeBounds};

use anywhen_engine::KeyBounds;
use anywhen_expr::{KeyRange, SortCondition};
use anywhen_model::{
    HashSecret, KeyValue, StoredKey, encode_ordered_prefix, encode_ordered_value, partition_hash,
};
use bytes::Bytes;

use crate::error::TableError;

/// The stored keys a Query reads.
pub(crate) struct StoredRange {
    hash: [u8; StoredKey::HASH_BYTES],
    /// Whether the range is less than the whole partition.
    narrowed: bool,
    pub(crate) bounds: KeyBounds,
}

impl StoredRange {
    pub(crate) fn of(range: &KeyRange, secret: &HashSecret) -> Self {
        let hash = partition_hash(secret, &range.partition);
        let mut prefix = hash.to_vec();
        range
            .sort_prefix
            .iter()
            .for_each(|value| encode_ordered_value(value, &mut prefix));
        let narrowed = prefix.len() > hash.len() || range.sort != SortCondition::None;
        Self {
            hash,
            narrowed,
            bounds: bounds(&prefix, &range.sort),
        }
    }

    /// Refuses a start key that no page of this Query can have ended with.
    pub(super) fn check_start(&self, start: &Bytes) -> Result<(), TableError> {
        let (hash, rest) = start
            .split_at_checked(self.hash.len())
            .unwrap_or((start, &[]));
        let same_partition = hash == self.hash;
        let same_place = [&self.hash, rest].concat();
        let sort_fits = contains(&self.bounds, &same_place.into());
        match (same_partition, sort_fits) {
            (true, true) => Ok(()),
            (false, _) if !self.narrowed => Err(TableError::validation(
                "The provided starting key is outside query boundaries based on provided \
                 conditions",
            )),
            (false, true) => Err(TableError::validation(
                "The query can return at most one row and cannot be restarted",
            )),
            (_, false) => Err(TableError::validation(
                "The provided starting key does not match the range key predicate",
            )),
        }
    }
}

/// Whether a key is within bounds.
pub(super) fn contains(bounds: &KeyBounds, key: &Bytes) -> bool {
    RangeBounds::<Bytes>::contains(&(bounds.0.as_ref(), bounds.1.as_ref()), key)
}

/// The keys that begin with `prefix` and go on with a value that fulfils the condition.
fn bounds(prefix: &[u8], sort: &SortCondition) -> KeyBounds {
    let at = |value: &KeyValue| {
        let mut key = prefix.to_vec();
        encode_ordered_value(value, &mut key);
        key
    };
    match sort {
        SortCondition::None => (from(prefix), through(prefix)),
        SortCondition::Eq(value) => (from(&at(value)), through(&at(value))),
        SortCondition::Lt(value) => (from(prefix), Bound::Excluded(at(value).into())),
        SortCondition::Le(value) => (from(prefix), through(&at(value))),
        SortCondition::Gt(value) => (after(&at(value)), through(prefix)),
        SortCondition::Ge(value) => (from(&at(value)), through(prefix)),
        SortCondition::Between(lower, upper) => (from(&at(lower)), through(&at(upper))),
        SortCondition::BeginsWith(value) => {
            let mut beginning = prefix.to_vec();
            encode_ordered_prefix(value, &mut beginning);
            (from(&beginning), through(&beginning))
        }
    }
}

/// At or above every key with this prefix.
fn from(prefix: &[u8]) -> Bound<Bytes> {
    Bound::Included(Bytes::copy_from_slice(prefix))
}

/// Not above every key with this prefix.
fn through(prefix: &[u8]) -> Bound<Bytes> {
    successor(prefix).map_or(Bound::Unbounded, Bound::Excluded)
}

/// Above every key with this prefix.
fn after(prefix: &[u8]) -> Bound<Bytes> {
    // Without a successor nothing is above the keys with this prefix; no key is as long as this.
    let nothing = || Bound::Included(Bytes::from(vec![0xFF; u16::MAX.into()]));
    successor(prefix).map_or_else(nothing, Bound::Included)
}

/// The first key above all keys with this prefix; `None` if the prefix is all ones.
fn successor(prefix: &[u8]) -> Option<Bytes> {
    let last = prefix.iter().rposition(|byte| *byte != 0xFF)?;
    let mut next = prefix.get(..=last)?.to_vec();
    if let Some(byte) = next.last_mut() {
        *byte += 1;
    }
    Some(next.into())
}

#[cfg(test)]
mod tests {
    use anywhen_model::{Key, Number};
    use proptest::prelude::*;

    use super::*;

    fn any_value(kind: u8) -> BoxedStrategy<KeyValue> {
        match kind {
            0 => "[a\u{0}\u{1}ä]{1,3}".prop_map(KeyValue::S).boxed(),
            1 => (-20..20i64)
                .prop_map(|n| KeyValue::N(Number::from(n * n * n)))
                .boxed(),
            _ => {
                let byte = prop_oneof![Just(0u8), Just(1), Just(0xFE), Just(0xFF)];
                prop::collection::vec(byte, 1..4)
                    .prop_map(KeyValue::B)
                    .boxed()
            }
        }
    }

    /// Values of one type, and a condition on them.
    fn any_case() -> impl Strategy<Value = (KeyValue, SortCondition)> {
        let condition = |kind| {
            let value = move || any_value(kind);
            // Numbers have no prefixes: such a condition is refused before there is a range.
            let prefix = if kind == 1 {
                Just(SortCondition::None).boxed()
            } else {
                value().prop_map(SortCondition::BeginsWith).boxed()
            };
            prop_oneof![
                Just(SortCondition::None),
                value().prop_map(SortCondition::Eq),
                value().prop_map(SortCondition::Lt),
                value().prop_map(SortCondition::Le),
                value().prop_map(SortCondition::Gt),
                value().prop_map(SortCondition::Ge),
                (value(), value()).prop_map(|(one, other)| {
                    SortCondition::Between(one.clone().min(other.clone()), one.max(other))
                }),
                prefix,
            ]
        };
        (0..3u8).prop_flat_map(move |kind| (any_value(kind), condition(kind)))
    }

    proptest! {
        #[test]
        fn bounds_hold_exactly_the_keys_that_fulfil_the_condition(
            (value, sort) in any_case(),
            in_prefix in any::<bool>(),
            tail in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let secret = HashSecret::from_bytes([3; 16]);
            let partition = vec![KeyValue::S("p".to_owned())];
            let sort_prefix = if in_prefix { vec![KeyValue::B(vec![0xFF])] } else { Vec::new() };
            let mut key = Key { partition: partition.clone(), sort: sort_prefix.clone() };
            key.sort.push(value.clone());
            let base = StoredKey::from_bytes(tail.into());
            let stored = key.stored_index(&secret, &base).into_bytes();
            let range = KeyRange { partition, sort_prefix, sort };
            let stored_range = StoredRange::of(&range, &secret);
            prop_assert_eq!(contains(&stored_range.bounds, &stored), range.sort.holds_for(&value));
            prop_assert_eq!(stored_range.check_start(&stored).is_ok(), range.sort.holds_for(&value));
        }
    }
}
