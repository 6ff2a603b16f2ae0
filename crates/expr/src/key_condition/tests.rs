//! Wire texts and ranges, for tables and for indexes with several key attributes.

use anywhen_model::{KeyAttribute, Number, ScalarType};
use proptest::prelude::*;

use super::*;
use crate::testing::placeholders;

const NAMES: [(&str, &str); 3] = [("#pk", "pk"), ("#sk", "sk"), ("#dotted", "pk.x")];

fn attributes(names: &[(&str, ScalarType)]) -> Vec<KeyAttribute> {
    let attribute = |(name, scalar_type): &(&str, ScalarType)| KeyAttribute {
        name: (*name).to_owned(),
        scalar_type: *scalar_type,
    };
    names.iter().map(attribute).collect()
}

fn simple() -> KeySchema {
    let partition = attributes(&[("pk", ScalarType::S)]);
    KeySchema {
        partition,
        sort: Vec::new(),
    }
}

fn composite() -> KeySchema {
    KeySchema {
        sort: attributes(&[("sk", ScalarType::N)]),
        ..simple()
    }
}

fn multiple() -> KeySchema {
    KeySchema {
        partition: attributes(&[("p1", ScalarType::S), ("p2", ScalarType::N)]),
        sort: attributes(&[
            ("s1", ScalarType::S),
            ("s2", ScalarType::N),
            ("s3", ScalarType::B),
        ]),
    }
}

fn parse(text: &str) -> Result<KeyCondition, ExpressionError> {
    KeyCondition::parse(text, &mut placeholders(&NAMES))
}

fn resolve(text: &str, schema: &KeySchema) -> Result<KeyRange, ExpressionError> {
    parse(text)?.resolve(schema)
}

fn ks(text: &str) -> KeyValue {
    KeyValue::S(text.to_owned())
}

fn kn(value: i64) -> KeyValue {
    KeyValue::N(Number::from(value))
}

#[test]
fn grammar_and_operands_are_those_of_conditions() {
    for (text, expected) in [
        ("", "The expression can not be empty;"),
        ("pk", "Syntax error; token: \"<EOF>\", near: \"pk\""),
        (
            "abort = :s",
            "Attribute name is a reserved keyword; reserved keyword: abort",
        ),
        (
            "begins_with(sk, :n)",
            "Incorrect operand type for operator or function; \
             operator or function: begins_with, operand type: N",
        ),
        (
            "pk = :x",
            "An expression attribute value used in expression is not defined; attribute value: :x",
        ),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Invalid KeyConditionExpression: {expected}")
        );
    }
}

#[test]
fn shapes_are_checked_before_the_schema() {
    let operator = "Invalid operator used in KeyConditionExpression: ";
    let condition = "Invalid condition in KeyConditionExpression: ";
    for (text, expected) in [
        ("pk = :s OR sk = :n", format!("{operator}OR")),
        ("NOT pk = :s", format!("{operator}NOT")),
        ("pk = :s AND sk IN (:n)", format!("{operator}IN")),
        ("pk <> :s", format!("{operator}<>")),
        (
            "attribute_exists(pk)",
            format!("{operator}attribute_exists"),
        ),
        (
            "attribute_not_exists(pk)",
            format!("{operator}attribute_not_exists"),
        ),
        ("contains(pk, :s)", format!("{operator}contains")),
        (
            "size(pk) = :n",
            "KeyConditionExpressions cannot contain nested operations".into(),
        ),
        (
            ":n BETWEEN sk AND :n2",
            format!("{condition}BETWEEN operator must have the key attribute as its first operand"),
        ),
        (
            "begins_with(:s, sk)",
            format!(
                "{condition}begins_with operator must have the key attribute as its first operand"
            ),
        ),
        (
            "b > a.b",
            format!("{condition}Multiple attribute names used in one condition"),
        ),
        (
            "begins_with(a, b)",
            format!("{condition}Multiple attribute names used in one condition"),
        ),
        (
            "pk.x = :s",
            "KeyConditionExpressions cannot have conditions on nested attributes".into(),
        ),
        (
            "#pk[0] = :s",
            "KeyConditionExpressions cannot have conditions on nested attributes".into(),
        ),
        (":s < :s2", format!("{condition}No key attribute specified")),
        (
            "pk = :s AND #pk = :s",
            "KeyConditionExpressions must only contain one condition per key".into(),
        ),
    ] {
        let condition = parse(text).unwrap();
        let error = condition.check_shape().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("Invalid KeyConditionExpression: {expected}")
        );
        assert_eq!(error.kind(), ExpressionErrorKind::KeyConditionShape);
        assert_eq!(condition.resolve(&composite()), Err(error));
    }
    assert!(parse("#dotted = :s").unwrap().check_shape().is_ok());
}

#[test]
fn attribute_type_is_no_key_operator() {
    let values = [(":t".to_owned(), AttributeValue::S("S".into()))];
    let mut placeholders = Placeholders::new(None, Some(values.into())).unwrap();
    let condition = KeyCondition::parse("attribute_type(pk, :t)", &mut placeholders).unwrap();
    assert_eq!(
        condition.check_shape().unwrap_err().to_string(),
        "Invalid KeyConditionExpression: \
         Invalid operator used in KeyConditionExpression: attribute_type"
    );
}

#[test]
fn conditions_must_fit_the_schema() {
    let missed = |name: &str| format!("Query condition missed key schema element: {name}");
    let not_supported = "Query key condition not supported".to_owned();
    let wrong_type = "One or more parameter values were invalid: \
                      Condition parameter type does not match schema type"
        .to_owned();
    let empty = "One or more parameter values are not valid. The AttributeValue for a key \
                 attribute cannot contain an empty string value. Key: pk"
        .to_owned();
    for (text, schema, expected) in [
        (
            "pk = :s AND sk = :n AND x = :n",
            composite(),
            "Conditions can be of length 1 or 2 only".to_owned(),
        ),
        ("sk = :n", composite(), missed("pk")),
        ("x = :n AND sk = :n", composite(), missed("pk")),
        ("pk = :s AND x = :n", composite(), missed("sk")),
        ("pk = :s AND x = :n", simple(), not_supported.clone()),
        ("pk > :s", composite(), not_supported.clone()),
        (
            "begins_with(pk, :s) AND sk = :n",
            composite(),
            not_supported,
        ),
        ("pk = :n", composite(), wrong_type.clone()),
        ("pk > :n", composite(), wrong_type.clone()),
        ("pk = :s AND sk < :s", composite(), wrong_type.clone()),
        (
            "pk = :s AND begins_with(sk, :s)",
            composite(),
            wrong_type.clone(),
        ),
        ("pk = :s AND sk = :bool", composite(), wrong_type),
        ("pk = :empty", composite(), empty),
    ] {
        let error = resolve(text, &schema).unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
        assert_eq!(error.kind(), ExpressionErrorKind::KeyConditionSchema);
    }
}

#[test]
fn ranges_of_a_sort_key() {
    for (text, sort) in [
        ("pk = :s", SortCondition::None),
        ("(#pk = :s) AND (#sk = :n)", SortCondition::Eq(kn(1))),
        (":n < sk AND :s = pk", SortCondition::Gt(kn(1))),
        ("sk < :n AND pk = :s", SortCondition::Lt(kn(1))),
        ("(pk = :s AND sk <= :n)", SortCondition::Le(kn(1))),
        ("pk = :s AND :n <= sk", SortCondition::Ge(kn(1))),
        ("pk = :s AND sk >= :n", SortCondition::Ge(kn(1))),
        ("pk = :s AND :n > sk", SortCondition::Lt(kn(1))),
        ("pk = :s AND :n >= sk", SortCondition::Le(kn(1))),
        (
            "pk = :s AND sk BETWEEN :n AND :n2",
            SortCondition::Between(kn(1), kn(2)),
        ),
    ] {
        let expected = KeyRange {
            partition: vec![ks("a")],
            sort_prefix: Vec::new(),
            sort,
        };
        assert_eq!(resolve(text, &composite()), Ok(expected), "{text}");
    }
    let schema = KeySchema {
        sort: attributes(&[("sk", ScalarType::S)]),
        ..simple()
    };
    let range = resolve("pk = :s AND begins_with(sk, :s2)", &schema).unwrap();
    assert_eq!(range.sort, SortCondition::BeginsWith(ks("b")));
}

#[test]
fn keys_of_several_attributes() {
    let partition = vec![ks("a"), kn(1)];
    for (sorts, sort_prefix, sort) in [
        ("", vec![], SortCondition::None),
        (" AND s1 = :s", vec![], SortCondition::Eq(ks("a"))),
        (
            " AND begins_with(s1, :s)",
            vec![],
            SortCondition::BeginsWith(ks("a")),
        ),
        (
            " AND s2 > :n AND s1 = :s",
            vec![ks("a")],
            SortCondition::Gt(kn(1)),
        ),
        (
            " AND s1 = :s AND s2 = :n AND s3 < :b2",
            vec![ks("a"), kn(1)],
            SortCondition::Lt(KeyValue::B(vec![2])),
        ),
    ] {
        let text = format!("p2 = :n AND p1 = :s{sorts}");
        let expected = KeyRange {
            partition: partition.clone(),
            sort_prefix,
            sort,
        };
        assert_eq!(resolve(&text, &multiple()), Ok(expected), "{text}");
    }
    for (text, expected) in [
        ("p1 = :s", "Query condition missed key schema element: p2"),
        ("p1 = :s AND p2 > :n", "Query key condition not supported"),
        (
            "p1 = :s AND p2 = :n AND s1 > :s AND s2 = :n",
            "Query key condition not supported",
        ),
        (
            "p1 = :s AND p2 = :n AND s2 = :n",
            "RANGE key attributes s1 must have equality conditions specified in the query \
             because a condition is present on key attribute s2",
        ),
        (
            "p1 = :s AND p2 = :n AND s3 = :b",
            "RANGE key attributes s1, s2 must have equality conditions specified in the query \
             because a condition is present on key attribute s3",
        ),
        (
            "p1 = :s AND p2 = :n AND x = :b",
            "Query condition missed key schema element: s1",
        ),
    ] {
        assert_eq!(
            resolve(text, &multiple()).unwrap_err().to_string(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn sort_conditions_hold_for_the_values_in_their_range() {
    let check = |condition: SortCondition, expected: [bool; 4]| {
        let values = [kn(1), kn(2), kn(3), kn(10)];
        assert_eq!(
            values.map(|value| condition.holds_for(&value)),
            expected,
            "{condition:?}"
        );
    };
    check(SortCondition::None, [true; 4]);
    check(SortCondition::Eq(kn(2)), [false, true, false, false]);
    check(SortCondition::Lt(kn(2)), [true, false, false, false]);
    check(SortCondition::Le(kn(2)), [true, true, false, false]);
    check(SortCondition::Gt(kn(2)), [false, false, true, true]);
    check(SortCondition::Ge(kn(2)), [false, true, true, true]);
    check(
        SortCondition::Between(kn(2), kn(3)),
        [false, true, true, false],
    );
    let prefix = SortCondition::BeginsWith(ks("ab"));
    assert!(prefix.holds_for(&ks("abc")) && !prefix.holds_for(&ks("a")));
}

proptest! {
    #[test]
    fn parsing_and_resolving_never_panic(text in crate::condition::any_expression()) {
        if let Ok(condition) = parse(&text) {
            drop(condition.resolve(&composite()));
        }
    }
}
