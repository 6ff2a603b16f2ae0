//! Attribute values as the model has them, and their form on the wire.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bigdecimal::BigDecimal;
use serde_json::{Value as Json, json};

/// Attributes by name; also the content of a map.
pub(crate) type Item = BTreeMap<String, Value>;

/// An attribute value. The derived order sorts values of one type as DynamoDB does: strings and
/// binaries by bytes, numbers by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    S(String),
    N(BigDecimal),
    B(Vec<u8>),
    Bool(bool),
    Null,
    Ss(BTreeSet<String>),
    Ns(BTreeSet<BigDecimal>),
    Bs(BTreeSet<Vec<u8>>),
    L(Vec<Value>),
    M(Item),
}

impl Value {
    pub(crate) fn s(text: &str) -> Self {
        Self::S(text.to_owned())
    }

    pub(crate) fn n(text: &str) -> Self {
        Self::N(text.parse().unwrap())
    }

    /// The short name of its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::S(_) => "S",
            Self::N(_) => "N",
            Self::B(_) => "B",
            Self::Bool(_) => "BOOL",
            Self::Null => "NULL",
            Self::Ss(_) => "SS",
            Self::Ns(_) => "NS",
            Self::Bs(_) => "BS",
            Self::L(_) => "L",
            Self::M(_) => "M",
        }
    }

    /// Whether values of its type have an order.
    pub(crate) fn is_ordered(&self) -> bool {
        matches!(self, Self::S(_) | Self::N(_) | Self::B(_))
    }

    /// The order of two values, if they are of the same ordered type.
    pub(crate) fn compare(&self, other: &Self) -> Option<Ordering> {
        let comparable = self.is_ordered() && self.type_name() == other.type_name();
        comparable.then(|| self.cmp(other))
    }

    /// Whether it is a string or binary without content.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::S(text) => text.is_empty(),
            Self::B(bytes) => bytes.is_empty(),
            _ => false,
        }
    }

    /// Levels of maps and lists.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::L(elements) => 1 + elements.iter().map(Self::depth).max().unwrap_or(0),
            Self::M(members) => 1 + members.values().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// What it adds to the size of its item.
    pub(crate) fn size_bytes(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::B(bytes) => bytes.len(),
            Self::N(number) => number_bytes(number),
            Self::Bool(_) | Self::Null => 1,
            Self::Ss(members) => members.iter().map(String::len).sum(),
            Self::Ns(members) => members.iter().map(number_bytes).sum(),
            Self::Bs(members) => members.iter().map(Vec::len).sum(),
            Self::L(elements) => {
                let sizes = elements.iter().map(|element| 1 + element.size_bytes());
                3 + sizes.sum::<usize>()
            }
            Self::M(members) => {
                let sizes = members.iter();
                let sizes = sizes.map(|(name, member)| 1 + name.len() + member.size_bytes());
                3 + sizes.sum::<usize>()
            }
        }
    }

    pub(crate) fn to_json(&self) -> Json {
        match self {
            Self::S(text) => json!({"S": text}),
            Self::N(number) => json!({"N": plain(number)}),
            Self::B(bytes) => json!({"B": BASE64.encode(bytes)}),
            Self::Bool(truth) => json!({"BOOL": truth}),
            Self::Null => json!({"NULL": true}),
            Self::Ss(members) => json!({"SS": members}),
            Self::Ns(members) => json!({"NS": members.iter().map(plain).collect::<Vec<_>>()}),
            Self::Bs(members) => {
                json!({"BS": members.iter().map(|bytes| BASE64.encode(bytes)).collect::<Vec<_>>()})
            }
            Self::L(elements) => {
                json!({"L": elements.iter().map(Self::to_json).collect::<Vec<_>>()})
            }
            Self::M(members) => json!({"M": item_to_json(members)}),
        }
    }
}

/// A number as replies show it: without an exponent or needless zeros.
fn plain(number: &BigDecimal) -> String {
    number.normalized().to_plain_string()
}

/// A number's size: one byte, one for the sign below zero, and one for each pair of digits between
/// its first and its last that are not zero. Pairs are counted from the decimal point.
fn number_bytes(number: &BigDecimal) -> usize {
    let text = plain(number);
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut digits = format!("{whole}{fraction}");
    if whole.len() % 2 == 1 {
        digits.insert(0, '0');
    }
    if fraction.len() % 2 == 1 {
        digits.push('0');
    }
    let pairs: Vec<&str> = (0..digits.len())
        .step_by(2)
        .map(|at| &digits[at..at + 2])
        .collect();
    let is_some = |pair: &&str| *pair != "00";
    let first = pairs.iter().position(is_some);
    let last = pairs.iter().rposition(is_some);
    let spanned = first.zip(last).map_or(0, |(first, last)| last - first + 1);
    1 + spanned + usize::from(text.starts_with('-'))
}

/// How many significant digits a number has, and the exponent of the first of them.
pub(crate) fn digits_and_magnitude(number: &BigDecimal) -> (u64, i64) {
    let number = number.normalized();
    let digits = number.digits();
    let (_, scale) = number.as_bigint_and_exponent();
    (digits, digits as i64 - 1 - scale)
}

pub(crate) fn item_to_json(item: &Item) -> Json {
    let members = item.iter();
    members
        .map(|(name, value)| (name.clone(), value.to_json()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// A value that only stands where keys do: a string, number or binary.
fn key_value_from_json(json: &Json) -> Option<Value> {
    let (kind, content) = json.as_object()?.iter().next()?;
    let content = content.as_str()?;
    match kind.as_str() {
        "S" => Some(Value::S(content.to_owned())),
        "N" => content.parse().ok().map(Value::N),
        "B" => BASE64.decode(content).ok().map(Value::B),
        _ => None,
    }
}

/// A key as a reply shows it; `None` if it is none.
pub(crate) fn key_from_json(json: &Json) -> Option<Item> {
    let members = json.as_object()?.iter();
    members
        .map(|(name, value)| Some((name.clone(), key_value_from_json(value)?)))
        .collect()
}

/// The same JSON with everything in one order: members of objects by name, those of sets by text.
pub(crate) fn in_one_order(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|one, other| one.0.cmp(other.0));
            let is_value = sorted.len() == 1;
            let members = sorted.into_iter().map(|(name, member)| {
                let mut member = in_one_order(member);
                if let (true, "SS" | "NS" | "BS", Json::Array(set)) =
                    (is_value, name.as_str(), &mut member)
                {
                    set.sort_by_key(ToString::to_string);
                }
                (name.clone(), member)
            });
            members.collect::<serde_json::Map<_, _>>().into()
        }
        Json::Array(elements) => elements.iter().map(in_one_order).collect(),
        other => other.clone(),
    }
}
