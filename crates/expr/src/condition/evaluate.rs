//! Whether an item fulfils a condition.
//!
//! Evaluation cannot fail, and it recurses only as deep as the text had parentheses. Every test is
//! linear in the size of the values it looks at.

use std::borrow::Cow;
use std::cmp::Ordering;

use anywhen_model::{AttributeValue, Item, Number};

use super::{Comparator, Node, Operand, Test};

impl Node {
    /// Whether the condition is true of `item`.
    pub(super) fn holds_for(&self, item: &Item) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.holds_for(item)),
            Self::Or(nodes) => nodes.iter().any(|node| node.holds_for(item)),
            Self::Not(node) => !node.holds_for(item),
            Self::Test(test) => test.holds_for(item),
        }
    }
}

impl Test {
    fn holds_for(&self, item: &Item) -> bool {
        match self {
            Self::Compare {
                comparator,
                left,
                right,
            } => comparator.holds_for(left.value(item).as_deref(), right.value(item).as_deref()),
            Self::Between {
                operand,
                lower,
                upper,
            } => {
                let value = operand.value(item);
                let is_ordered = |left: Option<&AttributeValue>, right: Option<&AttributeValue>| {
                    Comparator::LessOrEqual.holds_for(left, right)
                };
                is_ordered(lower.value(item).as_deref(), value.as_deref())
                    && is_ordered(value.as_deref(), upper.value(item).as_deref())
            }
            Self::In {
                operand,
                candidates,
            } => operand.value(item).is_some_and(|value| {
                candidates
                    .iter()
                    .any(|candidate| candidate.value(item).as_ref() == Some(&value))
            }),
            Self::Exists(path) => path.resolve(item).is_some(),
            Self::NotExists(path) => path.resolve(item).is_none(),
            Self::HasType { operand, type_name } => operand
                .value(item)
                .is_some_and(|value| value.type_name() == *type_name),
            Self::BeginsWith { operand, prefix } => operand
                .value(item)
                .zip(prefix.value(item))
                .is_some_and(|(value, prefix)| begins_with(&value, &prefix)),
            Self::Contains { container, member } => container
                .value(item)
                .zip(member.value(item))
                .is_some_and(|(container, member)| contains(&container, &member)),
        }
    }
}

impl Operand {
    /// The operand's value, if it has one.
    fn value<'v>(&'v self, item: &'v Item) -> Option<Cow<'v, AttributeValue>> {
        match self {
            Self::Path(path) => path.resolve(item).map(Cow::Borrowed),
            Self::Value(value) => Some(Cow::Borrowed(value.as_ref())),
            Self::Size(operand) => {
                let size = size(operand.value(item)?.as_ref())?;
                Some(Cow::Owned(AttributeValue::N(Number::from(size as i64))))
            }
        }
    }
}

impl Comparator {
    /// Whether the comparison is true. A value that is missing is unequal to any other.
    fn holds_for(self, left: Option<&AttributeValue>, right: Option<&AttributeValue>) -> bool {
        let (Some(left), Some(right)) = (left, right) else {
            return self == Self::NotEqual;
        };
        match self {
            Self::Equal => left == right,
            Self::NotEqual => left != right,
            Self::Less => compare(left, right).is_some_and(Ordering::is_lt),
            Self::LessOrEqual => compare(left, right).is_some_and(Ordering::is_le),
            Self::Greater => compare(left, right).is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => compare(left, right).is_some_and(Ordering::is_ge),
        }
    }
}

/// The order of two values, if they are of the same ordered type.
///
/// Strings are ordered by the bytes of their UTF-8, numbers by value, binaries by unsigned bytes.
pub(crate) fn compare(left: &AttributeValue, right: &AttributeValue) -> Option<Ordering> {
    match (left, right) {
        (AttributeValue::S(left), AttributeValue::S(right)) => Some(left.cmp(right)),
        (AttributeValue::N(left), AttributeValue::N(right)) => Some(left.cmp(right)),
        (AttributeValue::B(left), AttributeValue::B(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Bytes of a string or binary, members of a set, list or map; the other types have no size.
fn size(value: &AttributeValue) -> Option<usize> {
    match value {
        AttributeValue::S(text) => Some(text.len()),
        AttributeValue::B(bytes) => Some(bytes.len()),
        AttributeValue::M(members) => Some(members.len()),
        AttributeValue::L(elements) => Some(elements.len()),
        AttributeValue::Ss(members) => Some(members.len()),
        AttributeValue::Ns(members) => Some(members.len()),
        AttributeValue::Bs(members) => Some(members.len()),
        AttributeValue::N(_) | AttributeValue::Bool(_) | AttributeValue::Null => None,
    }
}

fn begins_with(value: &AttributeValue, prefix: &AttributeValue) -> bool {
    match (value, prefix) {
        (AttributeValue::S(text), AttributeValue::S(prefix)) => text.starts_with(prefix),
        (AttributeValue::B(bytes), AttributeValue::B(prefix)) => bytes.starts_with(prefix),
        _ => false,
    }
}

/// A part of a string or binary, a member of a set, or an element of a list.
fn contains(container: &AttributeValue, member: &AttributeValue) -> bool {
    match (container, member) {
        (AttributeValue::S(text), AttributeValue::S(part)) => text.contains(part),
        (AttributeValue::B(bytes), AttributeValue::B(part)) => {
            // The search looks at all of `part` first, which may be far larger than any item, and
            // is looked for in every item of a page.
            part.len() <= bytes.len() && memchr::memmem::find(bytes, part).is_some()
        }
        (AttributeValue::Ss(members), AttributeValue::S(member)) => members.contains(member),
        (AttributeValue::Ns(members), AttributeValue::N(member)) => members.contains(member),
        (AttributeValue::Bs(members), AttributeValue::B(member)) => members.contains(member),
        (AttributeValue::L(elements), member) => elements.contains(member),
        _ => false,
    }
}
