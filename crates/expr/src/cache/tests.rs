//! That a cache changes nothing but time, and stays within its bound.

use std::fmt::Debug;

use anywhen_model::Item;
use proptest::prelude::*;

use super::*;
use crate::condition::any_expression;
use crate::partiql::BoundStatement;
use crate::testing::{item, n, placeholders, s};

const NAMES: [(&str, &str); 2] = [("#a", "a"), ("#b", "b")];

/// What a request gets: of what it asked for, how that reads; and which placeholders are left.
fn outcome<T: Debug>(
    parse: impl FnOnce(&mut Placeholders) -> Result<T, ExpressionError>,
) -> (Result<String, ExpressionError>, String) {
    let mut placeholders = placeholders(&NAMES);
    let parsed = parse(&mut placeholders).map(|parsed| format!("{parsed:?}"));
    (parsed, format!("{:?}", placeholders.unused()))
}

/// Holds what comes from `cache` to what comes without, for every kind of expression.
fn check_same(cache: &ExpressionCache, text: &str) {
    for kind in [ConditionKind::Condition, ConditionKind::Filter] {
        let cached = outcome(|placeholders| cache.condition(kind, text, placeholders));
        let parsed = outcome(|placeholders| Condition::parse(kind, text, placeholders));
        assert_eq!(cached, parsed, "{kind:?}: {text}");
    }
    let cached = outcome(|placeholders| cache.key_condition(text, placeholders));
    let parsed = outcome(|placeholders| KeyCondition::parse(text, placeholders));
    assert_eq!(cached, parsed, "key condition: {text}");
    let cached = outcome(|placeholders| cache.update(text, placeholders));
    let parsed = outcome(|placeholders| Update::parse(text, placeholders));
    assert_eq!(cached, parsed, "update: {text}");
    let cached = outcome(|placeholders| cache.projection(text, placeholders));
    let parsed = outcome(|placeholders| Projection::parse(text, placeholders));
    assert_eq!(cached, parsed, "projection: {text}");
    let cached = cache.statement(text).map(|statement| (*statement).clone());
    assert_eq!(cached, Statement::parse(text), "statement: {text}");
}

proptest! {
    #[test]
    fn a_cache_changes_no_result(texts in proptest::collection::vec(any_expression(), 1..8)) {
        let cache = ExpressionCache::default();
        for text in texts.iter().chain(&texts) {
            check_same(&cache, text);
        }
    }
}

#[test]
fn a_text_that_several_grammars_have_is_read_by_each() {
    let cache = ExpressionCache::default();
    for text in [
        "a",
        "a = :s",
        "begins_with(a, :s)",
        "SET a = :s",
        "a, a",
        "if_not_exists(a, :s)",
    ] {
        check_same(&cache, text);
        check_same(&cache, text);
    }
}

#[test]
fn names_and_values_are_those_of_the_request() {
    let cache = ExpressionCache::default();
    let holds = |name: &str, value: &str, attribute: &str| {
        let names = [("#x".to_owned(), name.to_owned())].into();
        let values = [(":x".to_owned(), s(value))].into();
        let mut placeholders = Placeholders::new(Some(names), Some(values)).unwrap();
        let condition = cache
            .condition(ConditionKind::Filter, "#x = :x", &mut placeholders)
            .unwrap();
        assert_eq!(placeholders.unused(), Ok(()));
        condition.evaluate(Some(&item([(attribute, s("v"))])))
    };
    assert!(holds("a", "v", "a"));
    assert!(!holds("a", "w", "a"));
    assert!(!holds("b", "v", "a"));
    assert!(holds("b", "v", "b"));

    let mut none = Placeholders::default();
    let undefined = cache.condition(ConditionKind::Condition, "#x = :x", &mut none);
    assert_eq!(
        undefined.unwrap_err().to_string(),
        "Invalid ConditionExpression: An expression attribute name used in the document path is \
         not defined; attribute name: #x"
    );
}

#[test]
fn a_statement_is_bound_to_the_parameters_of_each_request() {
    let cache = ExpressionCache::default();
    for value in ["1", "2"] {
        let statement = cache.statement("SELECT * FROM t WHERE a = ?").unwrap();
        let bound = statement.bind(vec![n(value)]).unwrap();
        assert!(matches!(bound, BoundStatement::Select(_)));
        let whole = Statement::parse(&format!("SELECT * FROM t WHERE a = {value}")).unwrap();
        let whole = whole.bind(Vec::new()).unwrap();
        assert_eq!(format!("{bound:?}"), format!("{whole:?}"));
    }
    assert_eq!(cache.statements.trees.len(), 1);
}

#[test]
fn a_text_is_parsed_once_for_all_that_conditions_are_used_for() {
    let cache = ExpressionCache::default();
    let written = |parameter| cache.written_condition(parameter, "a = :s").unwrap();
    let first = written(ExpressionParameter::Condition);
    for parameter in [
        ExpressionParameter::Condition,
        ExpressionParameter::Filter,
        ExpressionParameter::KeyCondition,
    ] {
        assert!(Arc::ptr_eq(&first, &written(parameter)), "{parameter}");
    }
}

#[test]
fn faulty_and_long_texts_are_not_kept() {
    let cache = ExpressionCache::default();
    let mut placeholders = placeholders(&NAMES);
    for text in ["", "a,", "size", "a. b c"] {
        cache.projection(text, &mut placeholders).unwrap_err();
    }
    let longest = format!("{:<TEXT_BYTES_MAX$}", "a");
    for text in [format!("{longest} "), format!("{longest}\n,b")] {
        cache.projection(&text, &mut placeholders).unwrap();
    }
    assert_eq!(cache.projections.trees.len(), 0);
    cache.projection(&longest, &mut placeholders).unwrap();
    assert_eq!(cache.projections.trees.len(), 1);
}

/// Of a client that writes its values into its texts, beside one that does not.
#[test]
fn distinct_texts_take_bounded_memory_and_do_not_evict_what_is_in_use() {
    let kept: Kept<u32> = Kept::new();
    let mut parses_of_one_in_use = 0;
    for number in 0..1_000_000 {
        let text = format!("a = {number} {:>1$}", "", (number as usize * 37) % 900);
        assert_eq!(*kept.get_or_parse(&text, |_| Ok(number)).unwrap(), number);
        let in_use = kept.get_or_parse("a = :v", |_| {
            parses_of_one_in_use += 1;
            Ok(u32::MAX)
        });
        assert_eq!(*in_use.unwrap(), u32::MAX);
        if number % 10_000 == 0 {
            assert!(kept.trees.weight() <= GRAMMAR_BYTES_MAX);
        }
    }
    assert!(kept.trees.weight() <= GRAMMAR_BYTES_MAX);
    let weights = kept.trees.iter().map(|(text, _)| weight_bytes(text.len()));
    assert_eq!(weights.sum::<u64>(), kept.trees.weight());
    assert!(parses_of_one_in_use <= 10, "{parses_of_one_in_use}");
}

#[test]
fn threads_with_the_same_texts_get_what_each_asked_for() {
    let cache = ExpressionCache::default();
    std::thread::scope(|scope| {
        for thread in 0..8_u32 {
            let cache = &cache;
            scope.spawn(move || {
                for round in 0..500_u32 {
                    let wanted = format!("{thread}.{round}");
                    let values = [(":v".to_owned(), s(&wanted))].into();
                    let mut placeholders = Placeholders::new(None, Some(values)).unwrap();
                    let text = format!("SET a{} = :v", round % 50);
                    let update = cache.update(&text, &mut placeholders).unwrap();
                    let applied = update.apply(&Item::default()).unwrap();
                    let attribute = format!("a{}", round % 50);
                    assert_eq!(applied, item([(attribute.as_str(), s(&wanted))]));
                }
            });
        }
    });
    assert_eq!(cache.updates.trees.len(), 50);
}
