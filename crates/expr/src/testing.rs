//! Short ways to write values, items and placeholders in tests.

use std::collections::BTreeMap;

use anywhen_model::{AttributeValue, Item, Number};

use crate::Placeholders;

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

pub(crate) fn n(text: &str) -> AttributeValue {
    AttributeValue::N(number(text))
}

pub(crate) fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(bytes.to_vec())
}

pub(crate) fn l<const N: usize>(elements: [AttributeValue; N]) -> AttributeValue {
    AttributeValue::L(elements.to_vec())
}

pub(crate) fn m<const N: usize>(members: [(&str, AttributeValue); N]) -> AttributeValue {
    AttributeValue::M(item(members).attributes)
}

pub(crate) fn ss<const N: usize>(members: [&str; N]) -> AttributeValue {
    AttributeValue::Ss(members.map(str::to_owned).into())
}

pub(crate) fn ns<const N: usize>(members: [&str; N]) -> AttributeValue {
    AttributeValue::Ns(members.map(number).into())
}

pub(crate) fn bs<const N: usize>(members: [&[u8]; N]) -> AttributeValue {
    AttributeValue::Bs(members.map(<[u8]>::to_vec).into())
}

pub(crate) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value));
    Item {
        attributes: BTreeMap::from(attributes),
    }
}

/// Placeholders for `names`, and for a value of every type, called after the type; `:n2` is larger
/// than `:n`, `:empty_list` and `:dollar` are what they say.
pub(crate) fn placeholders(names: &[(&str, &str)]) -> Placeholders {
    let names: BTreeMap<_, _> = names
        .iter()
        .map(|(name, attribute)| ((*name).to_owned(), (*attribute).to_owned()))
        .collect();
    let values = item([
        (":s", s("a")),
        (":s2", s("b")),
        (":empty", s("")),
        (":n", n("1")),
        (":n2", n("2")),
        (":b", b(b"\x01")),
        (":b2", b(b"\x02")),
        (":bool", AttributeValue::Bool(true)),
        (":null", AttributeValue::Null),
        (":l", l([s("x")])),
        (":m", m([("x", n("1"))])),
        (":ss", ss(["a", "b"])),
        (":ns", ns(["1", "2"])),
        (":bs", bs([b"\x01"])),
    ]);
    Placeholders::new(
        (!names.is_empty()).then_some(names),
        Some(values.attributes),
    )
    .unwrap()
}
