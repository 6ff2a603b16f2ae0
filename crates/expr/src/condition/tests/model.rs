//! A second, naive evaluator over small conditions and items, built from the same random plan.
//!
//! The plan is rendered to text for the real parser and evaluated here by recursion over itself,
//! so that precedence, parentheses, flattening and every comparison are checked against it.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{Item, holds};
use crate::testing::{l, n, s, ss};
use anywhen_model::AttributeValue;

/// A random condition.
#[derive(Debug, Clone)]
enum Plan {
    And(Box<Plan>, Box<Plan>),
    Or(Box<Plan>, Box<Plan>),
    Not(Box<Plan>),
    Compare(&'static str, Term, Term),
    Between(Term, Term, Term),
    In(Term, Vec<Term>),
    Exists(&'static str),
    BeginsWith(Term, Term),
    Contains(Term, Term),
}

/// An attribute, or a value that every run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    Attribute(&'static str),
    Value(&'static str),
}

impl Term {
    fn text(self) -> &'static str {
        match self {
            Self::Attribute(name) | Self::Value(name) => name,
        }
    }

    fn value(self, item: &Item) -> Option<AttributeValue> {
        match self {
            Self::Attribute(name) => item.get(name).cloned(),
            Self::Value(":s") => Some(s("a")),
            Self::Value(":s2") => Some(s("b")),
            Self::Value(":n") => Some(n("1")),
            Self::Value(_) => Some(n("2")),
        }
    }
}

impl Plan {
    /// The plan as text, with parentheses around every operand that is an AND or OR.
    fn text(&self) -> String {
        let enclosed = |plan: &Self| match plan {
            Self::And(..) | Self::Or(..) | Self::Not(_) => format!("({})", plan.text()),
            _ => plan.text(),
        };
        match self {
            Self::And(left, right) => format!("{} AND {}", enclosed(left), enclosed(right)),
            // AND binds tighter, so OR needs none.
            Self::Or(left, right) => format!("{} OR {}", left.text(), right.text()),
            Self::Not(plan) => format!("NOT {}", enclosed(plan)),
            Self::Compare(operator, left, right) => {
                format!("{} {operator} {}", left.text(), right.text())
            }
            Self::Between(term, lower, upper) => {
                format!(
                    "{} BETWEEN {} AND {}",
                    term.text(),
                    lower.text(),
                    upper.text()
                )
            }
            Self::In(term, candidates) => {
                let candidates: Vec<_> = candidates.iter().map(|term| term.text()).collect();
                format!("{} IN ({})", term.text(), candidates.join(", "))
            }
            Self::Exists(name) => format!("attribute_exists({name})"),
            Self::BeginsWith(left, right) => {
                format!("begins_with({}, {})", left.text(), right.text())
            }
            Self::Contains(left, right) => format!("contains({}, {})", left.text(), right.text()),
        }
    }

    fn holds(&self, item: &Item) -> bool {
        match self {
            Self::And(left, right) => left.holds(item) & right.holds(item),
            Self::Or(left, right) => left.holds(item) | right.holds(item),
            Self::Not(plan) => !plan.holds(item),
            Self::Compare(operator, left, right) => {
                compare(operator, left.value(item), right.value(item))
            }
            Self::Between(term, lower, upper) => {
                compare(">=", term.value(item), lower.value(item))
                    && compare("<=", term.value(item), upper.value(item))
            }
            Self::In(term, candidates) => candidates
                .iter()
                .any(|candidate| compare("=", term.value(item), candidate.value(item))),
            Self::Exists(name) => item.get(name).is_some(),
            Self::BeginsWith(left, right) => match (left.value(item), right.value(item)) {
                (Some(AttributeValue::S(text)), Some(AttributeValue::S(prefix))) => {
                    text.get(..prefix.len()) == Some(&prefix)
                }
                _ => false,
            },
            Self::Contains(left, right) => match (left.value(item), right.value(item)) {
                (Some(AttributeValue::S(text)), Some(AttributeValue::S(part))) => {
                    (0..=text.len()).any(|at| text[at..].starts_with(&part))
                }
                (Some(AttributeValue::Ss(members)), Some(AttributeValue::S(wanted))) => {
                    members.iter().any(|member| *member == wanted)
                }
                (Some(AttributeValue::L(elements)), Some(wanted)) => elements.contains(&wanted),
                _ => false,
            },
        }
    }
}

fn compare(operator: &str, left: Option<AttributeValue>, right: Option<AttributeValue>) -> bool {
    if operator == "<>" {
        return left.is_none() || right.is_none() || left != right;
    }
    if operator == "=" {
        return left.is_some() && left == right;
    }
    let order = match (left, right) {
        (Some(AttributeValue::S(left)), Some(AttributeValue::S(right))) => {
            left.as_bytes().cmp(right.as_bytes())
        }
        (Some(AttributeValue::N(left)), Some(AttributeValue::N(right))) => left.cmp(&right),
        _ => return false,
    };
    match operator {
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        _ => order != Ordering::Less,
    }
}

const ATTRIBUTES: [&str; 4] = ["p", "q", "r", "t"];

fn any_term() -> impl Strategy<Value = Term> {
    prop_oneof![
        proptest::sample::select(&ATTRIBUTES[..]).prop_map(Term::Attribute),
        proptest::sample::select(&[":s", ":s2", ":n", ":n2"][..]).prop_map(Term::Value),
    ]
}

/// Two terms that are not one attribute twice.
fn any_pair() -> impl Strategy<Value = (Term, Term)> {
    (any_term(), any_term()).prop_filter("distinct paths", |(left, right)| {
        left != right || matches!(left, Term::Value(_))
    })
}

fn any_test() -> impl Strategy<Value = Plan> {
    let operators = &["=", "<>", "<", "<=", ">", ">="][..];
    let text_pair = any_pair().prop_filter("numbers are refused", |(left, right)| {
        [left, right]
            .iter()
            .all(|term| !term.text().starts_with(":n"))
    });
    prop_oneof![
        4 => (proptest::sample::select(operators), any_pair())
            .prop_map(|(operator, (left, right))| Plan::Compare(operator, left, right)),
        1 => (any_term(), any_pair())
            .prop_filter("bounds that are refused", |(_, (lower, upper))| {
                let is_value = |term: &Term| matches!(term, Term::Value(_));
                !(is_value(lower) && is_value(upper))
            })
            .prop_map(|(term, (lower, upper))| Plan::Between(term, lower, upper)),
        1 => (any_term(), proptest::collection::vec(any_term(), 1..4))
            .prop_map(|(term, candidates)| Plan::In(term, candidates)),
        1 => proptest::sample::select(&ATTRIBUTES[..]).prop_map(Plan::Exists),
        1 => text_pair.prop_map(|(left, right)| Plan::BeginsWith(left, right)),
        1 => any_pair().prop_map(|(left, right)| Plan::Contains(left, right)),
    ]
}

fn any_plan() -> impl Strategy<Value = Plan> {
    any_test().prop_recursive(4, 16, 2, |plan| {
        prop_oneof![
            (plan.clone(), plan.clone())
                .prop_map(|(left, right)| Plan::And(Box::new(left), Box::new(right))),
            (plan.clone(), plan.clone())
                .prop_map(|(left, right)| Plan::Or(Box::new(left), Box::new(right))),
            plan.prop_map(|plan| Plan::Not(Box::new(plan))),
        ]
    })
}

fn any_item() -> impl Strategy<Value = Item> {
    let values = [
        None,
        Some(s("a")),
        Some(s("ba")),
        Some(n("1")),
        Some(n("10")),
        Some(AttributeValue::Null),
        Some(ss(["a", "c"])),
        Some(l([s("b"), n("2.0")])),
    ];
    proptest::array::uniform4(proptest::sample::select(values.to_vec())).prop_map(|values| {
        let present = ATTRIBUTES.into_iter().zip(values);
        let attributes = present.filter_map(|(name, value)| Some((name.to_owned(), value?)));
        Item {
            attributes: attributes.collect(),
        }
    })
}

proptest! {
    #[test]
    fn evaluation_agrees_with_the_model(plan in any_plan(), item in any_item()) {
        prop_assert_eq!(holds(&plan.text(), &item), plan.holds(&item), "{}", plan.text());
    }
}
