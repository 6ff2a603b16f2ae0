//! Arbitrary numbers, values and items for property tests of this crate.

use proptest::prelude::*;

use crate::{AttributeValue, Item, Number};

/// Numbers of the whole range, with many near the decimal point and near each other.
pub(crate) fn any_number() -> impl Strategy<Value = Number> {
    let digits = prop_oneof!["[0-9]{1,3}", "[0-9]{1,38}", "(0|9){30,38}"];
    let exponent = prop_oneof![-3..=3i32, -170..=125i32];
    let parts = (any::<bool>(), digits, exponent);
    parts.prop_filter_map("out of range", |(negative, digits, exponent)| {
        let sign = if negative { "-" } else { "" };
        Number::parse(&format!("{sign}{digits}e{exponent}")).ok()
    })
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{1,2}", ".{1,6}"]
}

/// Values of every type, nested a few levels.
pub(crate) fn any_value() -> impl Strategy<Value = AttributeValue> {
    let bytes = prop::collection::vec(any::<u8>(), 0..9);
    let leaf = prop_oneof![
        ".{0,9}".prop_map(AttributeValue::S),
        any_number().prop_map(AttributeValue::N),
        bytes.clone().prop_map(AttributeValue::B),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null),
        prop::collection::btree_set(".{0,4}", 1..4).prop_map(AttributeValue::Ss),
        prop::collection::btree_set(any_number(), 1..4).prop_map(AttributeValue::Ns),
        prop::collection::btree_set(bytes, 1..4).prop_map(AttributeValue::Bs),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
            prop::collection::btree_map(any_name(), inner, 0..4).prop_map(AttributeValue::M),
        ]
    })
}

/// Items of such values.
pub(crate) fn any_item() -> impl Strategy<Value = Item> {
    prop::collection::btree_map(any_name(), any_value(), 0..6)
        .prop_map(|attributes| Item { attributes })
}
