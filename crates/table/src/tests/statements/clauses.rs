//! Rows against a naive model: whatever the clause, they are the items that it is true of, as an
//! expression of the same meaning says.

use anywhen_expr::{Condition, ConditionKind, Placeholders};
use anywhen_model::{AttributeValue, Item};
use proptest::prelude::*;

use super::super::fixture::{n, s};
use super::{pages, rows, songs};

/// A test of a clause, in PartiQL and as an expression with its values.
#[derive(Debug, Clone)]
struct Clause {
    statement: String,
    expression: String,
    values: Vec<AttributeValue>,
}

impl Clause {
    fn test(attribute: &str, operator: &str, values: Vec<AttributeValue>) -> Self {
        let texts: Vec<_> = values.iter().map(literal).collect();
        let marks = vec!["?".to_owned(); values.len()];
        let write = |values: &[String]| match (operator, values) {
            ("IN", values) => format!("{attribute} IN ({})", values.join(", ")),
            ("BETWEEN", [low, high]) => format!("{attribute} BETWEEN {low} AND {high}"),
            ("begins_with", [value]) => format!("begins_with({attribute}, {value})"),
            (_, values) => format!("{attribute} {operator} {}", values.join("")),
        };
        Self {
            statement: write(&texts),
            expression: write(&marks),
            values,
        }
    }

    fn joined(parts: Vec<Self>, operator: &str) -> Self {
        let join = |texts: Vec<String>| format!("({})", texts.join(&format!(" {operator} ")));
        Self {
            statement: join(parts.iter().map(|part| part.statement.clone()).collect()),
            expression: join(parts.iter().map(|part| part.expression.clone()).collect()),
            values: parts.into_iter().flat_map(|part| part.values).collect(),
        }
    }

    fn negated(self) -> Self {
        Self {
            statement: format!("(NOT {})", self.statement),
            expression: format!("(NOT {})", self.expression),
            ..self
        }
    }

    /// The clause as the other language has it, which knows nothing of this one.
    fn condition(&self) -> Condition {
        let parts = self.expression.split('?').enumerate();
        let text: String = parts
            .map(|(position, part)| match position {
                0 => part.to_owned(),
                _ => format!(":v{}{part}", position - 1),
            })
            .collect();
        // "year" is a reserved word of expressions.
        let text = text.replace("year", "#year");
        let names = text.contains("#year");
        let names = names.then(|| [("#year".to_owned(), "year".to_owned())].into());
        let values = self.values.iter().enumerate();
        let values = values.map(|(number, value)| (format!(":v{number}"), value.clone()));
        let mut placeholders = Placeholders::new(names, Some(values.collect())).unwrap();
        Condition::parse(ConditionKind::Filter, &text, &mut placeholders).unwrap()
    }
}

pub(super) fn literal(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("'{text}'"),
        AttributeValue::N(number) => number.to_string(),
        other => panic!("no literal for {other:?}"),
    }
}

fn any_test() -> impl Strategy<Value = Clause> {
    let text = |letter: &'static str| {
        (0..4i64)
            .prop_map(move |n| s(&format!("{letter}{n}")))
            .boxed()
    };
    let attribute = prop_oneof![
        4 => Just(("artist", text("a"))),
        3 => Just(("song", (0..6i64).prop_map(n).boxed())),
        2 => Just(("genre", text("g"))),
        1 => Just(("year", (0..6i64).prop_map(n).boxed())),
        1 => Just(("tag", text("t"))),
        2 => Just(("label", text("l"))),
        1 => Just(("x", (0..8i64).prop_map(n).boxed())),
    ];
    attribute.prop_flat_map(|(name, value)| {
        let one = value.clone().prop_map(|value| vec![value]);
        let comparator = prop::sample::select(vec!["=", "=", "=", "<>", "<", "<=", ">", ">="]);
        prop_oneof![
            4 => (comparator, one).prop_map(move |(operator, values)| {
                Clause::test(name, operator, values)
            }),
            2 => prop::collection::vec(value.clone(), 1..4)
                .prop_map(move |values| Clause::test(name, "IN", values)),
            1 => (value.clone(), value).prop_map(move |(one, other)| {
                let is_ordered = literal(&one) <= literal(&other);
                let values = if is_ordered { vec![one, other] } else { vec![other, one] };
                Clause::test(name, "BETWEEN", values)
            }),
        ]
    })
}

/// What a branch of an OR looks like that pins its partition.
fn any_branch() -> impl Strategy<Value = Clause> {
    let artist = (0..3i64).prop_map(|n| Clause::test("artist", "=", vec![s(&format!("a{n}"))]));
    let operator = prop::sample::select(vec!["=", "<", ">="]);
    let song = (operator, 0..5i64)
        .prop_map(|(operator, song)| Clause::test("song", operator, vec![n(song)]));
    (artist, song).prop_map(|(artist, song)| Clause::joined(vec![artist, song], "AND"))
}

fn any_clause() -> impl Strategy<Value = Clause> {
    let branches = prop::collection::vec(any_branch(), 2..5);
    prop_oneof![
        4 => any_nested(),
        1 => branches.prop_map(|branches| Clause::joined(branches, "OR")),
    ]
}

fn any_nested() -> impl Strategy<Value = Clause> {
    any_test().prop_recursive(4, 12, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            3 => parts.clone().prop_map(|parts| Clause::joined(parts, "AND")),
            2 => parts.prop_map(|parts| Clause::joined(parts, "OR")),
            1 => inner.prop_map(Clause::negated),
        ]
    })
}

fn sorted(items: impl IntoIterator<Item = Item>) -> Vec<String> {
    let mut texts: Vec<_> = items.into_iter().map(|item| format!("{item:?}")).collect();
    texts.sort_unstable();
    texts
}

#[test]
fn rows_are_the_items_that_the_clause_is_true_of() {
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let (_fixture, table, items) = runtime.block_on(songs());
    let sources: [(&str, &[&str]); 5] = [
        ("Music", &["artist"]),
        ("Music.genre", &["genre", "year"]),
        ("Music.tag", &["tag"]),
        ("Music.label", &["label"]),
        ("Music.\"all\"", &["label"]),
    ];
    let source = prop::sample::select(sources.to_vec());
    let limit = prop::option::of(1..6usize);
    let cases = (any_clause(), source, limit);
    let config = ProptestConfig::with_cases(1024);
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let outcome = runner.run(&cases, |(clause, (source, needed), limit)| {
        let text = format!("SELECT * FROM {source} WHERE {}", clause.statement);
        let condition = clause.condition();
        // A global index knows only what it holds: ask nothing else of it.
        let is_partial = source == "Music.tag";
        let hidden = ["genre", "year", "label", "x"];
        prop_assume!(!is_partial || !hidden.iter().any(|name| text.contains(&format!("{name} "))));
        let expected: Vec<Item> = items
            .iter()
            .filter(|item| needed.iter().all(|name| item.get(name).is_some()))
            .filter(|item| condition.evaluate(Some(item)))
            .cloned()
            .collect();
        let found = rows(pages(&table, &text, limit));
        // Indexes hold parts of items; compare what all hold.
        let key_of = |item: &Item| {
            let names = ["artist", "song"];
            names
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), item.get(name)?.clone())))
                .collect::<Item>()
        };
        prop_assert_eq!(
            sorted(found.iter().map(key_of)),
            sorted(expected.iter().map(key_of)),
            "{}",
            text
        );
        if ["Music", "Music.genre", "Music.\"all\""].contains(&source) {
            prop_assert_eq!(sorted(found), sorted(expected), "{}", text);
        }
        Ok(())
    });
    outcome.unwrap();
}
