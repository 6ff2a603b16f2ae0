//! The hot paths of a request that need no table, each so many times: `hot_paths PATH TIMES`.
//!
//! `python -m conformance.bench instructions` counts the processor's instructions of each by running
//! it under valgrind for two numbers of times; the difference is free of what starting costs.

#![expect(clippy::unwrap_used, reason = "a measurement ends at what cannot be")]

use std::collections::BTreeMap;
use std::hint::black_box;

use anywhen_expr::partiql::{BoundStatement, Statement};
use anywhen_expr::{Condition, ConditionKind, ExpressionCache, Placeholders, Update};
use anywhen_model::{
    AttributeValue, HashSecret, Item, KeyAttribute, KeySchema, Number, ScalarType, encode_item,
    parse_item, stored_to_json,
};

/// About a kilobyte, of every kind that requests have much of.
const ITEM: &str = r#"{"pk":{"S":"customer#0000004711"},"sk":{"N":"20261121.5"},"name":{"S":"Ada Lovelace"},
    "amount":{"N":"129.95"},"paid":{"BOOL":true},"note":{"NULL":true},"tags":{"SS":["new","post","vip"]},
    "address":{"M":{"street":{"S":"12 St James's Square"},"city":{"S":"London"},"zip":{"S":"SW1Y 4JH"}}},
    "lines":{"L":[{"M":{"article":{"S":"engine"},"price":{"N":"99.95"},"count":{"N":"1"}}},
    {"M":{"article":{"S":"punched card"},"price":{"N":"0.30"},"count":{"N":"100"}}}]},
    "data":{"B":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="}}"#;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_default();
    let times: u32 = arguments
        .next()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1);
    let item = parse_item(ITEM).unwrap();
    let cache = ExpressionCache::default();
    for _ in 0..times {
        match path.as_str() {
            "json-to-item" => drop(black_box(parse_item(black_box(ITEM)).unwrap())),
            "item-to-stored" => drop(black_box(stored(black_box(&item)))),
            "stored-to-json" => drop(black_box(json(black_box(&item)))),
            "stored-key" => drop(black_box(stored_key(black_box(&item)))),
            "condition" => assert!(condition(black_box(&item))),
            "condition-cached" => assert!(cached_condition(&cache, black_box(&item))),
            "update" => drop(black_box(update(black_box(&item)))),
            "update-cached" => drop(black_box(cached_update(&cache, black_box(&item)))),
            "statement" => drop(black_box(statement())),
            "statement-cached" => drop(black_box(cached_statement(&cache))),
            _ => panic!(
                "json-to-item, item-to-stored, stored-to-json, stored-key, condition, update or \
                 statement; the last three also with -cached behind"
            ),
        }
    }
}

fn stored(item: &Item) -> Vec<u8> {
    let mut stored = Vec::new();
    encode_item(item, &mut stored);
    stored
}

/// Encoding is part of it, so that the paths can be subtracted from one another.
fn json(item: &Item) -> Vec<u8> {
    let mut json = Vec::new();
    stored_to_json(&stored(item), &mut json).unwrap();
    json
}

fn stored_key(item: &Item) -> Vec<u8> {
    let attribute = |name: &str, kind| KeyAttribute {
        name: name.to_owned(),
        scalar_type: kind,
    };
    let schema = KeySchema {
        partition: vec![attribute("pk", ScalarType::S)],
        sort: vec![attribute("sk", ScalarType::N)],
    };
    let key = schema.key_of_item(item).unwrap();
    key.stored(&HashSecret::from_bytes([7; 16]))
        .as_bytes()
        .to_vec()
}

fn placeholders() -> Placeholders {
    let names = BTreeMap::from([("#n".to_owned(), "name".to_owned())]);
    let number = |text| AttributeValue::N(Number::parse(text).unwrap());
    let values = BTreeMap::from([
        (":least".to_owned(), number("100")),
        (":one".to_owned(), number("1")),
        (":tag".to_owned(), AttributeValue::S("vip".to_owned())),
    ]);
    Placeholders::new(Some(names), Some(values)).unwrap()
}

const CONDITION: &str =
    "attribute_exists(pk) AND (amount >= :least OR #n = :one) AND contains(tags, :tag)";
const UPDATE: &str = "SET amount = amount + :one, #n = :tag REMOVE note";
const STATEMENT: &str =
    "UPDATE \"orders\" SET amount = amount + ? REMOVE note WHERE pk = ? AND sk = ? AND paid = true";

/// Makes the placeholders too, as each request has to.
fn condition(item: &Item) -> bool {
    let kind = ConditionKind::Condition;
    let condition = Condition::parse(kind, CONDITION, &mut placeholders()).unwrap();
    condition.evaluate(Some(item))
}

fn cached_condition(cache: &ExpressionCache, item: &Item) -> bool {
    let kind = ConditionKind::Condition;
    let condition = cache
        .condition(kind, CONDITION, &mut placeholders())
        .unwrap();
    condition.evaluate(Some(item))
}

fn update(item: &Item) -> Item {
    let update = Update::parse(UPDATE, &mut placeholders()).unwrap();
    update.apply(item).unwrap()
}

fn cached_update(cache: &ExpressionCache, item: &Item) -> Item {
    let update = cache.update(UPDATE, &mut placeholders()).unwrap();
    update.apply(item).unwrap()
}

fn statement() -> BoundStatement {
    let statement = Statement::parse(STATEMENT).unwrap();
    statement.bind(parameters()).unwrap()
}

fn cached_statement(cache: &ExpressionCache) -> BoundStatement {
    let statement = cache.statement(STATEMENT).unwrap();
    statement.bind(parameters()).unwrap()
}

fn parameters() -> Vec<AttributeValue> {
    ["1", "2", "3"]
        .map(|text| AttributeValue::N(Number::parse(text).unwrap()))
        .to_vec()
}
