//! Random requests in the words from before expressions.

use super::{Generator, NAMES};
use crate::expression::{Action, Condition, Operand, Path, Term};
use crate::legacy::{Test, Tests};
use crate::request::{Change, Read, Write};
use crate::schema::{Index, Schema};
use crate::value::Value;

/// All `ComparisonOperator`s.
const OPERATORS: [&str; 13] = [
    "EQ",
    "NE",
    "LT",
    "LE",
    "GT",
    "GE",
    "IN",
    "BETWEEN",
    "NULL",
    "NOT_NULL",
    "CONTAINS",
    "NOT_CONTAINS",
    "BEGINS_WITH",
];

impl Generator {
    /// Attributes named as they are, mostly each once.
    pub(super) fn whole_names(&self) -> Vec<Path> {
        let mut names: Vec<&str> = NAMES.iter().copied().filter(|_| self.chance(30)).collect();
        names.push(self.one_of(&["pk", "b.a", "sk"]));
        if self.chance(3) {
            names.push(names[0]);
        }
        names.into_iter().map(Path::of).collect()
    }

    /// The same write, but for what it asks and changes.
    pub(super) fn in_legacy_terms(&self, write: Write) -> Write {
        let expected = self.maybe(60, || self.tests(&[NAMES, &["b.a", "pk"]].concat()));
        let change = match write.change {
            Change::Update(key, actions) if !actions.is_empty() => {
                Change::Update(key, self.attribute_updates())
            }
            change => change,
        };
        Write {
            change,
            condition: expected.as_ref().and_then(Tests::condition),
            expected,
            is_legacy: true,
            ..write
        }
    }

    fn attribute_updates(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        while actions.is_empty() {
            for name in NAMES {
                let target = Path::of(name);
                let is_index_key = NAMES[5..].contains(name);
                match self.below(12) {
                    0..2 => {
                        let value = self.value_of(name);
                        actions.push(Action::Set(target, Term::Literal(value)));
                    }
                    2 => actions.push(Action::Remove(target)),
                    3 if is_index_key => actions.push(Action::Add(target, self.value_of(name))),
                    3 => actions.push(Action::Add(target, self.addend())),
                    4 if !is_index_key => {
                        let value = if self.chance(96) {
                            self.set()
                        } else {
                            self.value(1)
                        };
                        actions.push(Action::Delete(target, value));
                    }
                    _ => {}
                }
            }
        }
        if self.chance(1) {
            actions.push(Action::Remove(Path::of("pk")));
        }
        actions
    }

    fn addend(&self) -> Value {
        match self.below(20) {
            0..8 => self.number(),
            8..14 => self.set(),
            14..19 => Value::L(vec![self.value(1)]),
            _ => self.value(1),
        }
    }

    /// Tests of one to three of these attributes.
    fn tests(&self, names: &[&str]) -> Tests {
        let mut tests: Vec<Test> = Vec::new();
        for _ in 0..=self.below(3) {
            let name = self.one_of(names);
            if tests.iter().all(|test| test.name != name) {
                tests.push(self.test(name));
            }
        }
        let joins = if tests.len() > 1 { 50 } else { 2 };
        Tests {
            each: tests,
            joined_by: self.maybe(joins, || self.one_of(&["AND", "OR"])),
            style: self.word(),
        }
    }

    fn test(&self, name: &str) -> Test {
        let operator = self.one_of(&OPERATORS);
        let mut values = match operator {
            "EQ" | "NE" => vec![if self.chance(60) {
                self.value_of(name)
            } else {
                self.value(1)
            }],
            "NULL" | "NOT_NULL" => Vec::new(),
            "CONTAINS" | "NOT_CONTAINS" | "LT" | "LE" | "GT" | "GE" => vec![self.comparable()],
            "BEGINS_WITH" if self.chance(95) => vec![self.string()],
            "BEGINS_WITH" => vec![self.ordered()],
            "BETWEEN" if self.chance(90) => vec![Value::n("-1"), self.one_number_above()],
            "BETWEEN" => vec![self.ordered(), self.ordered()],
            _ if self.chance(50) => (0..=self.below(3)).map(|_| self.string()).collect(),
            _ => (0..=self.below(3)).map(|_| self.number()).collect(),
        };
        // Whether lists may be searched for these is not known.
        for value in &mut values {
            if matches!(value, Value::Bool(_) | Value::Null) {
                *value = Value::s("a");
            }
        }
        match self.below(4) {
            0 | 1 => values.push(Value::s("a")),
            2 => drop(values.pop()),
            _ => {}
        }
        Test {
            name: name.to_owned(),
            operator,
            values,
        }
    }

    /// The same read, but for its filter and, now and then, how its key and its projection are
    /// spelled.
    pub(super) fn read_in_legacy_terms(
        &self,
        read: Read,
        schema: Option<&Schema>,
        index: Option<&Index>,
    ) -> Read {
        // What a local index does not hold is not filtered by.
        let holds = |name: &&str| match (index, schema) {
            (Some(index), Some(schema)) => index.is_global || index.holds(schema, name),
            _ => true,
        };
        let names: Vec<&str> = NAMES.iter().copied().filter(holds).collect();
        let is_tuple = index.is_some_and(|index| index.hashed > 1);
        let key_tests = (read.is_query() && !is_tuple).then(|| self.key_tests(&read));
        if read.is_query() && key_tests.is_none() {
            return read;
        }
        let filter_tests = self.maybe(40, || self.tests(&names));
        let by_names = !read.projection.is_empty();
        let key_conditions = key_tests.iter().flat_map(|tests| &tests.each);
        let key_conditions = key_conditions
            .filter(|test| test.is_of_key())
            .filter_map(Test::condition);
        Read {
            key_conditions: key_conditions.collect(),
            filter: filter_tests.as_ref().and_then(Tests::condition),
            projection: if by_names {
                self.whole_names()
            } else {
                Vec::new()
            },
            by_names,
            key_tests,
            filter_tests,
            ..read
        }
    }

    /// The key conditions of a query as `KeyConditions` has them, each attribute once.
    fn key_tests(&self, read: &Read) -> Tests {
        let mut tests: Vec<Test> = Vec::new();
        for condition in &read.key_conditions {
            let mut test = key_test(condition);
            if self.chance(2) {
                test = self.test(&test.name);
            }
            if tests.iter().all(|other| other.name != test.name) {
                tests.push(test);
            }
        }
        Tests {
            each: tests,
            joined_by: None,
            style: 0,
        }
    }
}

fn key_test(condition: &Condition) -> Test {
    use Operand::{Literal, Path};
    let compared = |operator: &str, is_flipped: bool| match (operator, is_flipped) {
        ("=", _) => "EQ",
        ("<>", _) => "NE",
        ("<", false) | (">", true) => "LT",
        ("<=", false) | (">=", true) => "LE",
        (">", false) | ("<", true) => "GT",
        _ => "GE",
    };
    let (path, operator, values) = match condition {
        Condition::Compare(operator, Path(path), Literal(value)) => {
            (path, compared(operator, false), vec![value])
        }
        Condition::Compare(operator, Literal(value), Path(path)) => {
            (path, compared(operator, true), vec![value])
        }
        Condition::Between(Path(path), Literal(lower), Literal(upper)) => {
            (path, "BETWEEN", vec![lower, upper])
        }
        Condition::BeginsWith(Path(path), Literal(prefix)) => (path, "BEGINS_WITH", vec![prefix]),
        other => unreachable!("not made as a key condition: {other:?}"),
    };
    Test {
        name: path.top().to_owned(),
        operator,
        values: values.into_iter().cloned().collect(),
    }
}
