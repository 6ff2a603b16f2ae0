//! The rules for the two maps, and the record of what was used.

use super::*;
use crate::testing::{item, n};
use crate::{Condition, ConditionKind, Projection, Update};

fn names(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
    entries
        .iter()
        .map(|(key, name)| ((*key).to_owned(), (*name).to_owned()))
        .collect()
}

fn values(keys: &[&str]) -> BTreeMap<String, AttributeValue> {
    keys.iter().map(|key| ((*key).to_owned(), n("1"))).collect()
}

#[test]
fn maps_are_checked_names_first() {
    let long = format!("#{}", "x".repeat(255));
    for (names, values, expected) in [
        (
            Some(names(&[])),
            Some(values(&[])),
            "ExpressionAttributeNames must not be empty".to_owned(),
        ),
        (
            Some(names(&[("a", "b")])),
            Some(values(&[])),
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"a\"".into(),
        ),
        (
            Some(names(&[("#", "b")])),
            None,
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#\"".into(),
        ),
        (
            Some(names(&[("#a-b", "b")])),
            None,
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#a-b\"".into(),
        ),
        (
            Some(names(&[("#é", "b")])),
            None,
            "ExpressionAttributeNames contains invalid key: Syntax error; key: \"#é\"".into(),
        ),
        (
            Some(names(&[(&long, "b")])),
            None,
            "ExpressionAttributeNames contains invalid key: \
             The expression attribute map contains a key that is too long; size of key: 256"
                .into(),
        ),
        (
            Some(names(&[("#DE", "")])),
            None,
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key #DE"
                .into(),
        ),
        (
            Some(names(&[("#a", "b")])),
            Some(values(&[])),
            "ExpressionAttributeValues must not be empty".into(),
        ),
        (
            None,
            Some(values(&[":a", "b"])),
            "ExpressionAttributeValues contains invalid key: Syntax error; key: \"b\"".into(),
        ),
        (
            None,
            Some(values(&["#b"])),
            "ExpressionAttributeValues contains invalid key: Syntax error; key: \"#b\"".into(),
        ),
    ] {
        let error = Placeholders::new(names, values).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.kind(), ExpressionErrorKind::PlaceholderMap);
    }
    let longest = long.get(..255).unwrap();
    let names = names(&[(longest, "b"), ("#4g", "[3]")]);
    assert!(Placeholders::new(Some(names), Some(values(&[":_1"]))).is_ok());
    assert!(Placeholders::new(None, None).is_ok());
}

#[test]
fn use_is_counted_over_all_expressions_of_a_request() {
    let names = Some(names(&[("#a", "a"), ("#b", "b"), ("#c", "c"), ("#d", "d")]));
    let mut placeholders = Placeholders::new(names, Some(values(&[":v", ":w", ":x"]))).unwrap();
    let unused = |placeholders: &Placeholders| placeholders.unused().map_err(|e| e.to_string());

    Update::parse("SET #a = :v", &mut placeholders).unwrap();
    let prefix = "Value provided in ExpressionAttribute";
    assert_eq!(
        unused(&placeholders),
        Err(format!(
            "{prefix}Names unused in expressions: keys: {{#b, #c, #d}}"
        ))
    );
    Projection::parse("x.#b", &mut placeholders).unwrap();
    let text = "#c IN (:v, :w) OR size(#d) > a";
    Condition::parse(ConditionKind::Filter, text, &mut placeholders).unwrap();
    assert_eq!(
        unused(&placeholders),
        Err(format!(
            "{prefix}Values unused in expressions: keys: {{:x}}"
        ))
    );
    Update::parse("ADD a :x", &mut placeholders).unwrap();
    assert_eq!(unused(&placeholders), Ok(()));
}

#[test]
fn values_are_shared_not_copied() {
    let values = item([(":v", n("1"))]).attributes;
    let mut placeholders = Placeholders::new(None, Some(values)).unwrap();
    let one = placeholders
        .value(ExpressionParameter::Update, ":v")
        .unwrap();
    let two = placeholders
        .value(ExpressionParameter::Update, ":v")
        .unwrap();
    assert!(Arc::ptr_eq(&one, &two));
}

#[test]
fn placeholders_have_a_size_all_together() {
    let sized = |bytes: usize| {
        let names = BTreeMap::from([("#a".to_owned(), "abc".to_owned())]);
        let text = AttributeValue::S("x".repeat(bytes - "#aabc:v".len()));
        let values = BTreeMap::from([(":v".to_owned(), text)]);
        Placeholders::new(Some(names), Some(values)).map(drop)
    };
    assert_eq!(sized(2_097_152), Ok(()));
    let refused = sized(2_097_153).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ExpressionAttributeNames and ExpressionAttributeValues have exceeded the maximum \
         allowed size of 2097152 bytes; size: 2097153"
    );
}
