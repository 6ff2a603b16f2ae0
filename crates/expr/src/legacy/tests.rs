//! The older parameters against the expressions that say the same, and the words of refusals.

use std::collections::BTreeMap;

use anywhen_model::{AttributeValue, Item, KeyAttribute, KeySchema, KeyValue, ScalarType};
use proptest::prelude::*;

use super::ComparisonOperator as Op;
use super::*;
use crate::testing::{b, bs, item, l, m, n, ns, s, ss};
use crate::{
    Condition, ConditionKind, KeyCondition, Placeholders, Projection, SortCondition, Update,
    UpdateError,
};

const OPV: &str = "One or more parameter values were invalid: ";

fn test(operator: Op, values: &[AttributeValue]) -> AttributeTest {
    AttributeTest {
        operator,
        values: values.to_vec(),
    }
}

fn filter(name: &str, test: AttributeTest) -> Result<Option<Condition>, ExpressionError> {
    let filter = BTreeMap::from([(name.to_owned(), test)]);
    Condition::from_filter(filter, ConditionalOperator::And)
}

/// Values of few types with few contents, so that they often meet.
fn any_value() -> impl Strategy<Value = AttributeValue> {
    prop_oneof![
        "[ab]{0,2}".prop_map(AttributeValue::S),
        (0..4_u8).prop_map(|number| n(&number.to_string())),
        prop::collection::vec(0..2_u8, 0..3).prop_map(AttributeValue::B),
        any::<bool>().prop_map(AttributeValue::Bool),
        Just(AttributeValue::Null),
        Just(ss(["a", "b"])),
        Just(ns(["1", "2"])),
        Just(bs([b"\x01", b"\x00"])),
        Just(l([s("a"), n("1"), AttributeValue::Null])),
        Just(m([("a", s("a"))])),
    ]
}

/// An expression that means the same, with `#a` and `:v0`, `:v1` and so on.
fn expression(operator: Op, count: usize) -> String {
    let all: Vec<String> = (0..count).map(|number| format!(":v{number}")).collect();
    match operator {
        Op::Equal => "#a = :v0".to_owned(),
        Op::NotEqual => "#a <> :v0".to_owned(),
        Op::Less => "#a < :v0".to_owned(),
        Op::LessOrEqual => "#a <= :v0".to_owned(),
        Op::Greater => "#a > :v0".to_owned(),
        Op::GreaterOrEqual => "#a >= :v0".to_owned(),
        Op::In => format!("#a IN ({})", all.join(", ")),
        Op::Between => "#a BETWEEN :v0 AND :v1".to_owned(),
        Op::Null => "attribute_not_exists(#a)".to_owned(),
        Op::NotNull => "attribute_exists(#a)".to_owned(),
        Op::Contains => "contains(#a, :v0)".to_owned(),
        Op::NotContains => "NOT contains(#a, :v0)".to_owned(),
        Op::BeginsWith => "begins_with(#a, :v0)".to_owned(),
    }
}

fn parsed(text: &str, values: &[AttributeValue]) -> Result<Condition, ExpressionError> {
    let names = BTreeMap::from([("#a".to_owned(), "a".to_owned())]);
    let values: BTreeMap<_, _> = (0..)
        .zip(values)
        .map(|(number, value): (usize, _)| (format!(":v{number}"), value.clone()))
        .collect();
    let mut placeholders =
        Placeholders::new(Some(names), (!values.is_empty()).then_some(values)).unwrap();
    Condition::parse(ConditionKind::Filter, text, &mut placeholders)
}

proptest! {
    #[test]
    fn a_condition_means_what_its_expression_means(
        operator in prop::sample::select(OPERATORS.map(|(operator, ..)| operator).to_vec()),
        values in prop::collection::vec(any_value(), 0..4),
        found in prop::collection::vec(prop::option::of(any_value()), 4),
    ) {
        let Ok(Some(condition)) = filter("a", test(operator, &values)) else {
            return Ok(());
        };
        let same = parsed(&expression(operator, values.len()), &values).unwrap();
        for found in found.into_iter().chain(values.into_iter().map(Some)) {
            let found: Item = found.map(|value| ("a".to_owned(), value)).into_iter().collect();
            prop_assert_eq!(
                condition.evaluate(Some(&found)), same.evaluate(Some(&found)), "{:?}", found
            );
            prop_assert_eq!(condition.evaluate(None), same.evaluate(None));
        }
    }
}

#[test]
fn operators_have_names() {
    for (operator, name, ..) in OPERATORS {
        assert_eq!(Op::parse(name), Some(operator));
        assert_eq!(operator.name(), name);
    }
    assert_eq!(Op::parse("eq"), None);
}

#[test]
fn what_an_operator_does_not_take_is_refused() {
    let count = |name: &str| {
        format!("{OPV}Invalid number of argument(s) for the {name} ComparisonOperator")
    };
    let kind = |name: &str, found: &str| {
        format!("{OPV}ComparisonOperator {name} is not valid for {found} AttributeValue type")
    };
    let mixed = format!("{OPV}AttributeValues inside AttributeValueList must be of same type");
    for (operator, values, text) in [
        (Op::Equal, vec![], count("EQ")),
        (Op::NotEqual, vec![s("a"), s("b")], count("NE")),
        (Op::Null, vec![s("a")], count("NULL")),
        (Op::NotNull, vec![s("a")], count("NOT_NULL")),
        (Op::In, vec![], count("IN")),
        (Op::Between, vec![s("a")], count("BETWEEN")),
        (Op::Between, vec![s("a"), n("1")], mixed.clone()),
        (Op::In, vec![s("a"), s("b"), b(b"c")], mixed),
        (
            Op::Less,
            vec![AttributeValue::Bool(true)],
            kind("LT", "BOOL"),
        ),
        (Op::LessOrEqual, vec![ss(["a", "b"])], kind("LE", "SS")),
        (Op::Greater, vec![l([n("1")])], kind("GT", "L")),
        (
            Op::GreaterOrEqual,
            vec![AttributeValue::Null],
            kind("GE", "NULL"),
        ),
        (Op::Contains, vec![ns(["1", "2"])], kind("CONTAINS", "NS")),
        (Op::NotContains, vec![m([])], kind("NOT_CONTAINS", "M")),
        (Op::BeginsWith, vec![n("1")], kind("BEGINS_WITH", "N")),
        (
            Op::Between,
            vec![n("2"), n("1")],
            "The BETWEEN condition was provided a range where the lower bound is greater than the \
             upper bound"
                .to_owned(),
        ),
    ] {
        let refused = filter("a", test(operator, &values)).unwrap_err();
        assert_eq!(refused.to_string(), text, "{operator:?} {values:?}");
        assert_eq!(refused.kind(), ExpressionErrorKind::LegacyParameter);
        let key = BTreeMap::from([("a".to_owned(), test(operator, &values))]);
        assert_eq!(KeyCondition::from_key_conditions(key).unwrap_err(), refused);
    }
}

#[test]
fn conditions_are_joined_by_and_or_or() {
    let is = |value: &str| test(Op::Equal, &[s(value)]);
    let both = || BTreeMap::from([("a".to_owned(), is("x")), ("b".to_owned(), is("y"))]);
    let (half, whole) = (item([("a", s("x"))]), item([("a", s("x")), ("b", s("y"))]));
    let and = Condition::from_filter(both(), ConditionalOperator::And)
        .unwrap()
        .unwrap();
    assert!(!and.evaluate(Some(&half)) && and.evaluate(Some(&whole)));
    let or = Condition::from_filter(both(), ConditionalOperator::Or)
        .unwrap()
        .unwrap();
    assert!(or.evaluate(Some(&half)) && !or.evaluate(None));
    let none = Condition::from_filter(BTreeMap::new(), ConditionalOperator::Or).unwrap();
    assert!(none.is_none());
    assert_eq!(
        and.check_no_key_attributes(&["b"]).unwrap_err().to_string(),
        "QueryFilter can only contain non-primary key attributes: Primary key attribute: b"
    );
    // An attribute whose name looks like a path is one all the same.
    let dotted = filter("a.b", is("x")).unwrap().unwrap();
    assert!(dotted.evaluate(Some(&item([("a.b", s("x"))]))));
}

#[test]
fn a_filter_has_a_bounded_number_of_operands() {
    let values: Vec<AttributeValue> = (0..999).map(|number| n(&number.to_string())).collect();
    assert!(filter("a", test(Op::In, &values)).is_ok());
    let values = [values, vec![n("1000")]].concat();
    let refused = filter("a", test(Op::In, &values)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "{OPV}The filter has too many conditions and values: 1001, at most 1000 are supported"
        )
    );
}

/// What is looked for can be as large as a request, and is looked for in every item of a page:
/// without a look at the lengths first this takes minutes.
#[test]
fn what_is_larger_than_an_item_is_not_searched_for() {
    let large = [AttributeValue::B(vec![1; 16 << 20])];
    let condition = filter("a", test(Op::Contains, &large)).unwrap().unwrap();
    let small = item([("a", b(&[1; 10]))]);
    for _ in 0..100_000 {
        assert!(!condition.evaluate(Some(&small)));
    }
}

#[test]
fn a_conditional_operator_needs_conditions() {
    let check = |conditions| {
        let refused = check_conditional_operator(Some(ConditionalOperator::And), conditions);
        refused.map_err(|error| error.to_string())
    };
    let alone = "ConditionalOperator cannot be used without Filter or Expected";
    assert_eq!(check(None), Err(alone.to_owned()));
    let few =
        "ConditionalOperator can only be used when Filter or Expected has two or more elements";
    assert_eq!(check(Some(0)), Err(few.to_owned()));
    assert_eq!(check(Some(1)), Err(few.to_owned()));
    assert_eq!(check(Some(2)), Ok(()));
    assert_eq!(check_conditional_operator(None, None), Ok(()));
}

fn expected(expectation: Expectation) -> Result<Option<Condition>, ExpressionError> {
    let expected = BTreeMap::from([("a".to_owned(), expectation)]);
    Condition::from_expected(expected, ConditionalOperator::And)
}

#[test]
fn expectations_are_conditions() {
    let nothing = Expectation::default();
    let value = || Some(s("x"));
    let has = item([("a", s("x"))]);
    let other = item([("a", s("y"))]);
    for (expectation, when_has, when_other, when_missing) in [
        (
            Expectation {
                value: value(),
                ..nothing.clone()
            },
            true,
            false,
            false,
        ),
        (
            Expectation {
                value: value(),
                exists: Some(true),
                ..nothing.clone()
            },
            true,
            false,
            false,
        ),
        (
            Expectation {
                exists: Some(false),
                ..nothing.clone()
            },
            false,
            false,
            true,
        ),
        (
            Expectation {
                value: value(),
                operator: Some(Op::NotEqual),
                ..nothing.clone()
            },
            false,
            true,
            true,
        ),
        (
            Expectation {
                values: Some(vec![s("w"), s("x")]),
                operator: Some(Op::In),
                ..nothing.clone()
            },
            true,
            false,
            false,
        ),
        (
            Expectation {
                operator: Some(Op::NotNull),
                ..nothing.clone()
            },
            true,
            true,
            false,
        ),
        (
            Expectation {
                operator: Some(Op::Null),
                values: Some(vec![]),
                ..nothing
            },
            false,
            false,
            true,
        ),
    ] {
        let condition = expected(expectation.clone()).unwrap().unwrap();
        let holds = [Some(&has), Some(&other), None].map(|item| condition.evaluate(item));
        assert_eq!(
            holds,
            [when_has, when_other, when_missing],
            "{expectation:?}"
        );
    }
}

#[test]
fn expectations_that_contradict_themselves_are_refused() {
    let nothing = Expectation::default();
    let value = || Some(s("x"));
    let values = || Some(vec![s("x")]);
    for (expectation, text) in [
        (
            Expectation {
                value: value(),
                values: values(),
                ..nothing.clone()
            },
            "Value and AttributeValueList cannot be used together for Attribute: a",
        ),
        (
            Expectation {
                value: value(),
                exists: Some(true),
                operator: Some(Op::Equal),
                ..nothing.clone()
            },
            "Exists and ComparisonOperator cannot be used together for Attribute: a",
        ),
        (
            Expectation {
                operator: Some(Op::Less),
                ..nothing.clone()
            },
            "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a",
        ),
        (
            Expectation {
                values: values(),
                ..nothing.clone()
            },
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
        (
            nothing.clone(),
            "Value must be provided when Exists is null for Attribute: a",
        ),
        (
            Expectation {
                exists: Some(true),
                ..nothing.clone()
            },
            "Value must be provided when Exists is true for Attribute: a",
        ),
        (
            Expectation {
                value: value(),
                exists: Some(false),
                ..nothing.clone()
            },
            "Value cannot be used when Exists is false for Attribute: a",
        ),
        (
            Expectation {
                value: value(),
                operator: Some(Op::Null),
                ..nothing
            },
            "Invalid number of argument(s) for the NULL ComparisonOperator",
        ),
    ] {
        let refused = expected(expectation).unwrap_err();
        assert_eq!(refused.to_string(), format!("{OPV}{text}"));
    }
}

fn schema() -> KeySchema {
    let attribute = |name: &str| KeyAttribute {
        name: name.to_owned(),
        scalar_type: ScalarType::S,
    };
    KeySchema {
        partition: vec![attribute("p")],
        sort: vec![attribute("s")],
    }
}

fn resolved(conditions: &[(&str, AttributeTest)]) -> Result<SortCondition, String> {
    let conditions = conditions
        .iter()
        .map(|(name, test)| ((*name).to_owned(), test.clone()));
    KeyCondition::from_key_conditions(conditions.collect())
        .and_then(|condition| condition.resolve(&schema()))
        .map(|range| range.sort)
        .map_err(|error| error.to_string())
}

#[test]
fn key_conditions_are_ranges() {
    let key = |text: &str| KeyValue::S(text.to_owned());
    let partition = ("p", test(Op::Equal, &[s("a")]));
    for (operator, values, sort) in [
        (Op::Equal, vec![s("b")], SortCondition::Eq(key("b"))),
        (Op::Less, vec![s("b")], SortCondition::Lt(key("b"))),
        (Op::LessOrEqual, vec![s("b")], SortCondition::Le(key("b"))),
        (Op::Greater, vec![s("b")], SortCondition::Gt(key("b"))),
        (
            Op::GreaterOrEqual,
            vec![s("b")],
            SortCondition::Ge(key("b")),
        ),
        (
            Op::BeginsWith,
            vec![s("b")],
            SortCondition::BeginsWith(key("b")),
        ),
        (
            Op::Between,
            vec![s("b"), s("c")],
            SortCondition::Between(key("b"), key("c")),
        ),
    ] {
        let conditions = [partition.clone(), ("s", test(operator, &values))];
        assert_eq!(resolved(&conditions), Ok(sort));
    }
    assert_eq!(resolved(&[partition]), Ok(SortCondition::None));
}

#[test]
fn key_conditions_that_fit_no_key_are_refused() {
    let is = |name, value: AttributeValue| (name, test(Op::Equal, &[value]));
    let not_indexable = "Attempted conditional constraint is not an indexable operation";
    for (conditions, text) in [
        (vec![], "Conditions can be of length 1 or 2 only"),
        (
            vec![is("p", s("a")), is("s", s("a")), is("t", s("a"))],
            "Conditions can be of length 1 or 2 only",
        ),
        (
            vec![is("s", s("a"))],
            "Query condition missed key schema element: p",
        ),
        (
            vec![is("p", s("a")), is("t", s("a"))],
            "Query condition missed key schema element: s",
        ),
        (
            vec![("p", test(Op::Less, &[s("a")]))],
            "Query key condition not supported",
        ),
        (
            vec![is("p", n("1"))],
            "One or more parameter values were invalid: Condition parameter type does not match \
             schema type",
        ),
        (
            vec![is("p", s("a")), ("s", test(Op::NotEqual, &[s("a")]))],
            not_indexable,
        ),
        (
            vec![is("p", s("a")), ("s", test(Op::In, &[s("a")]))],
            not_indexable,
        ),
        (vec![("p", test(Op::NotNull, &[]))], not_indexable),
        (
            vec![is("p", s(""))],
            "One or more parameter values are not valid. The AttributeValue for a key attribute \
             cannot contain an empty string value. Key: p",
        ),
    ] {
        assert_eq!(
            resolved(&conditions),
            Err(text.to_owned()),
            "{conditions:?}"
        );
    }
}

fn update(
    action: UpdateAction,
    value: Option<AttributeValue>,
) -> Result<Option<Update>, ExpressionError> {
    let update = AttributeUpdate { action, value };
    Update::from_attribute_updates(BTreeMap::from([("a".to_owned(), update)]))
}

#[test]
fn attribute_updates_are_updates() {
    use UpdateAction::{Add, Delete, Put};
    let empty = || item([]);
    let with = |value: AttributeValue| item([("a", value)]);
    for (action, value, old, new) in [
        (Put, Some(m([])), empty(), with(m([]))),
        (Put, Some(n("1")), with(s("x")), with(n("1"))),
        (Add, Some(n("1")), empty(), with(n("1"))),
        (Add, Some(n("-3")), with(n("1")), with(n("-2"))),
        (
            Add,
            Some(ss(["b", "c"])),
            with(ss(["a", "b"])),
            with(ss(["a", "b", "c"])),
        ),
        (Add, Some(l([s("x")])), empty(), with(l([s("x")]))),
        (
            Add,
            Some(l([s("x")])),
            with(l([n("1"), s("x")])),
            with(l([n("1"), s("x"), s("x")])),
        ),
        (
            Delete,
            Some(ns(["1", "3"])),
            with(ns(["1", "2"])),
            with(ns(["2"])),
        ),
        (Delete, Some(ns(["1", "2"])), with(ns(["1", "2"])), empty()),
        (Delete, Some(ss(["a", "b"])), empty(), empty()),
        (Delete, None, with(s("x")), empty()),
        (Delete, None, empty(), empty()),
    ] {
        let update = update(action, value.clone()).unwrap().unwrap();
        assert_eq!(update.apply(&old), Ok(new), "{action:?} {value:?}");
    }
    for (action, value, old) in [
        (Add, n("1"), s("x")),
        (Add, l([]), ss(["a", "b"])),
        (Add, ns(["1", "2"]), n("1")),
        (Delete, ss(["a", "b"]), ns(["1", "2"])),
        (Delete, ss(["a", "b"]), s("a")),
    ] {
        let refused = update(action, Some(value))
            .unwrap()
            .unwrap()
            .apply(&with(old));
        assert_eq!(refused, Err(UpdateError::TypeMismatch));
    }
    assert!(
        Update::from_attribute_updates(BTreeMap::new())
            .unwrap()
            .is_none()
    );
    let gone = update(Delete, None).unwrap().unwrap();
    assert_eq!(gone.updated_attributes(&empty()), None);
}

#[test]
fn attribute_updates_that_mean_nothing_are_refused() {
    use UpdateAction::{Add, Delete, Put};
    let no_value = "Only DELETE action is allowed when no attribute value is specified";
    for (action, value, text) in [
        (Put, None, no_value),
        (Add, None, no_value),
        (
            Add,
            Some(s("a")),
            "ADD action is not supported for the type S",
        ),
        (
            Add,
            Some(m([])),
            "ADD action is not supported for the type M",
        ),
        (
            Delete,
            Some(n("1")),
            "DELETE action with value is not supported for the type N",
        ),
        (
            Delete,
            Some(l([])),
            "DELETE action with value is not supported for the type L",
        ),
    ] {
        let refused = update(action, value).unwrap_err();
        assert_eq!(refused.to_string(), format!("{OPV}{text}"));
    }
    let refused = Projection::top_level(["a", "b", "a"]).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!("{OPV}Duplicate value in attribute name: a")
    );
}
