//! The languages of requests. What parses is also used, on an item with values of every type.

use std::collections::BTreeMap;

use anywhen_expr::partiql::{BoundStatement, Statement};
use anywhen_expr::{Condition, ConditionKind, KeyCondition, Placeholders, Projection, Update};
use anywhen_model::{
    AttributeValue, Item, KeyAttribute, KeySchema, ScalarType, parse_item, write_item,
};

/// An item in which paths such as `a.b[0]` lead somewhere.
const ITEM: &str = r#"{"a":{"M":{"b":{"L":[{"N":"1"},{"S":"x"},{"M":{"a":{"NULL":true}}}]}}},
"b":{"L":[{"N":"-1E-130"},{"NS":["1","2"]}]},"n":{"N":"3"},"s":{"S":"text"},"ns":{"NS":["1","2"]},
"ss":{"SS":["a","b"]},"bin":{"B":"AAH/"},"bs":{"BS":["AA==","AQ=="]},"t":{"BOOL":true},"z":{"NULL":true}}"#;

const VALUES: &str = r#"{":s":{"S":"x"},":n":{"N":"99999999999999999999999999999999999999"},
":l":{"L":[{"N":"1"}]},":ns":{"NS":["1","7"]},":m":{"M":{"b":{"L":[]}}}}"#;

fn item() -> Item {
    parse_item(ITEM).expect("an item")
}

fn values() -> BTreeMap<String, AttributeValue> {
    parse_item(VALUES).expect("values").attributes
}

fn placeholders() -> Placeholders {
    let names = [("#n", "a"), ("#m", "with.dot"), ("#k", "artist")];
    let names = names.map(|(key, name)| (key.to_owned(), name.to_owned()));
    Placeholders::new(Some(names.into()), Some(values())).expect("placeholders")
}

fn text(input: &[u8]) -> Option<&str> {
    std::str::from_utf8(input).ok()
}

/// It is a condition and a filter, or neither; both answer the same.
pub(crate) fn condition(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let parse = |kind| Condition::parse(kind, text, &mut placeholders());
    let kinds = [ConditionKind::Condition, ConditionKind::Filter];
    let [Ok(condition), Ok(filter)] = kinds.map(parse) else {
        let errors = kinds.map(|kind| parse(kind).err());
        assert!(errors.iter().all(Option::is_some), "{text}: {errors:?}");
        return;
    };
    let item = item();
    assert_eq!(
        condition.evaluate(Some(&item)),
        filter.evaluate(Some(&item))
    );
    condition.evaluate(None);
    condition.paths();
}

pub(crate) fn key_condition(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let attribute = |name: &str, scalar_type| KeyAttribute {
        name: name.to_owned(),
        scalar_type,
    };
    let schema = KeySchema {
        partition: vec![attribute("artist", ScalarType::S)],
        sort: vec![attribute("n", ScalarType::N)],
    };
    if let Ok(condition) = KeyCondition::parse(text, &mut placeholders()) {
        let shape = condition.check_shape();
        let range = condition.resolve(&schema);
        assert!(shape.is_ok() || range.is_err(), "{text}");
    }
}

/// What an update leaves can be written as JSON and read again, if it is not too large or deep.
pub(crate) fn update(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let Ok(update) = Update::parse(text, &mut placeholders()) else {
        return;
    };
    update.paths();
    if let Ok(updated) = update.apply(&item()) {
        update.updated_attributes(&updated);
        let mut json = Vec::new();
        write_item(&updated, &mut json);
        let json = String::from_utf8(json).expect("JSON is text");
        if let Ok(read) = parse_item(&json) {
            assert_eq!(read, updated, "{text}");
        }
    }
}

/// A projection gives a part, of which it gives the same part again.
pub(crate) fn projection(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if let Ok(projection) = Projection::parse(text, &mut placeholders()) {
        let part = projection.project(&item());
        let names = part.attributes.keys();
        assert!(names.clone().count() <= projection.top_level_names().count());
    }
}

pub(crate) fn partiql(input: &[u8]) {
    let Some(text) = text(input) else { return };
    let Ok(statement) = Statement::parse(text) else {
        return;
    };
    for parameters in 0..3 {
        let parameters = values().into_values().take(parameters).collect();
        match statement.bind(parameters) {
            Ok(BoundStatement::Write(write)) => drop(write.returning()),
            Ok(bound) => drop(bound.table().len()),
            Err(_) => {}
        }
    }
}
