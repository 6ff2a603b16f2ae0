//! Random expressions: paths, conditions, updates and the conditions of a Query's key.

use super::{Generator, MEMBERS, NAMES, ORDERINGS};
use crate::expression::{Action, Condition, Operand, Path, Step, Term};
use crate::schema::Index;
use crate::value::Value;

impl Generator {
    pub(super) fn path(&self) -> Path {
        let mut path = Path::of(self.one_of(&NAMES[..5]));
        if self.chance(15) {
            return Path::of(self.one_of(&["g", "h", "i", "j", "pk"]));
        }
        while self.chance(35) && path.0.len() < 4 {
            let is_name = match path.top() {
                "b" if !path.is_nested() => self.chance(90),
                "c" if !path.is_nested() => self.chance(10),
                _ => self.chance(50),
            };
            path.0.push(if is_name {
                Step::Name(self.one_of(MEMBERS).to_owned())
            } else {
                Step::Index(self.below(4))
            });
        }
        if self.chance(1) {
            path = Path(vec![Step::Name("g".to_owned()), Step::Index(0)]);
        }
        path
    }

    pub(super) fn paths(&self) -> Vec<Path> {
        (0..=self.below(3)).map(|_| self.path()).collect()
    }

    pub(super) fn operand(&self, literal: impl Fn() -> Value) -> Operand {
        match self.below(10) {
            0..5 => Operand::Path(self.path()),
            5..9 => Operand::Literal(literal()),
            _ if self.chance(90) => Operand::Size(Box::new(Operand::Path(self.path()))),
            _ => Operand::Size(Box::new(Operand::Literal(self.value(1)))),
        }
    }

    /// A literal that mostly has an order.
    pub(super) fn comparable(&self) -> Value {
        if self.chance(95) {
            self.ordered()
        } else {
            self.value(1)
        }
    }

    pub(super) fn condition(&self, depth: usize) -> Condition {
        if depth > 0 && self.chance(45) {
            let inner = || Box::new(self.condition(depth - 1));
            return match self.below(3) {
                0 => Condition::Not(inner()),
                1 => Condition::And(inner(), inner()),
                _ => Condition::Or(inner(), inner()),
            };
        }
        let path = Operand::Path(self.path());
        match self.below(14) {
            0..3 => Condition::Compare(
                self.one_of(&["=", "<>"]),
                path,
                self.operand(|| self.value(1)),
            ),
            3..6 => {
                let (one, other) = (path, self.operand(|| self.comparable()));
                let (one, other) = if self.chance(80) {
                    (one, other)
                } else {
                    (other, one)
                };
                Condition::Compare(self.one_of(ORDERINGS), one, other)
            }
            6 => {
                let (mut lower, mut upper) = (self.comparable(), self.comparable());
                if self.chance(90) {
                    (lower, upper) = (Value::n("-1"), self.one_number_above());
                }
                Condition::Between(path, Operand::Literal(lower), Operand::Literal(upper))
            }
            7 => {
                let candidates = (0..=self.below(3)).map(|_| self.operand(|| self.value(1)));
                Condition::In(path, candidates.collect())
            }
            8 => Condition::Exists(self.path()),
            9 => Condition::NotExists(self.path()),
            10 => {
                let kinds = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];
                let kind = if self.chance(97) {
                    self.one_of(&kinds)
                } else {
                    "STRING"
                };
                Condition::HasType(self.path(), Value::s(kind))
            }
            11 => {
                let literal = || {
                    if self.chance(95) {
                        self.string()
                    } else {
                        self.value(1)
                    }
                };
                Condition::BeginsWith(path, self.operand_without_size(literal))
            }
            _ => Condition::Contains(path, self.operand(|| self.value(1))),
        }
    }

    pub(super) fn one_number_above(&self) -> Value {
        Value::n(self.one_of(&["-1", "0", "1.5", "10"]))
    }

    pub(super) fn operand_without_size(&self, literal: impl Fn() -> Value) -> Operand {
        if self.chance(20) {
            Operand::Path(self.path())
        } else {
            Operand::Literal(literal())
        }
    }

    pub(super) fn term(&self, depth: usize) -> Term {
        match self.below(10) {
            0..3 => Term::Path(self.path()),
            3..6 if depth > 0 => Term::IfNotExists(self.path(), Box::new(self.term(depth - 1))),
            6..8 if depth > 0 => {
                let list = || match self.below(10) {
                    0..4 => Term::Path(self.path()),
                    4..9 => Term::Literal(Value::L(vec![self.value(1)])),
                    _ => self.term(depth - 1),
                };
                Term::ListAppend(Box::new(list()), Box::new(list()))
            }
            _ => Term::Literal(self.value(2)),
        }
    }

    pub(super) fn number_term(&self) -> Term {
        match self.below(20) {
            0..3 => Term::Path(self.path()),
            3..8 => Term::Path(Path::of("h")),
            8..12 => Term::IfNotExists(self.path(), Box::new(Term::Literal(self.number()))),
            12 => Term::Literal(self.value(1)),
            _ => Term::Literal(self.number()),
        }
    }

    pub(super) fn action(&self) -> Action {
        let target = if self.chance(1) {
            Path::of("pk")
        } else {
            self.target()
        };
        match self.below(20) {
            0..8 => {
                let term = if target.is_nested() || self.chance(40) {
                    self.term(2)
                } else {
                    Term::Literal(self.value_of(target.top()))
                };
                Action::Set(target, term)
            }
            8..11 => {
                let sign = self.one_of(&['+', '-']);
                Action::SetSum(target, self.number_term(), sign, self.number_term())
            }
            11..14 => Action::Remove(target),
            14..17 => {
                let value = if self.chance(50) {
                    self.number()
                } else {
                    self.set()
                };
                Action::Add(
                    target,
                    if self.chance(96) {
                        value
                    } else {
                        self.value(1)
                    },
                )
            }
            _ if NAMES[5..].contains(&target.top()) => Action::Remove(target),
            _ => Action::Delete(
                target,
                if self.chance(96) {
                    self.set()
                } else {
                    self.value(1)
                },
            ),
        }
    }

    /// A path that is no key of a table, but may be one of an index.
    pub(super) fn target(&self) -> Path {
        // Most paths lead nowhere, and most updates are to succeed.
        if self.chance(60) {
            return Path::of(self.one_of(NAMES));
        }
        loop {
            let path = self.path();
            if path.top() != "pk" {
                return path;
            }
        }
    }

    pub(super) fn actions(&self) -> Vec<Action> {
        if self.chance(12) {
            return self.actions_on_one_list();
        }
        let mut actions: Vec<Action> = Vec::new();
        let allow_overlap = self.chance(5);
        for _ in 0..=self.below(3) {
            let action = self.action();
            let mut faults = Vec::new();
            let mut targets: Vec<&Path> = actions.iter().map(Action::target).collect();
            targets.push(action.target());
            crate::fault::of_paths(&targets, &mut faults);
            if faults.is_empty() || allow_overlap {
                actions.push(action);
            }
        }
        actions
    }

    /// Several elements of one list, also past its end, in any order.
    pub(super) fn actions_on_one_list(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        let first = self.below(6);
        for offset in (0..6).filter(|_| self.chance(60)) {
            let index = Step::Index((first + offset) % 6);
            let target = Path(vec![Step::Name("c".to_owned()), index]);
            actions.push(match self.below(5) {
                0 => Action::Remove(target),
                1 => Action::Add(target, Value::n("1")),
                2 => Action::Set(target, Term::Path(Path::of("a"))),
                _ => Action::Set(target, Term::Literal(self.value(1))),
            });
        }
        actions
    }

    pub(super) fn key_conditions(&self, key: &[(&'static str, &'static str)]) -> Vec<Condition> {
        let value = |kind: &str, name: &str| match (kind, name) {
            _ if self.chance(2) => self.ordered(),
            ("S", "pk") => Value::s(self.one_of(&["p", "q"])),
            ("S", _) => Value::s(self.one_of(&["x", "y"])),
            _ => Value::n(self.one_of(&["1", "2", "-1", "1.5", "0", "3"])),
        };
        let compare = |operator: &'static str, name: &str, value: Value| {
            let (one, other) = (Operand::Path(Path::of(name)), Operand::Literal(value));
            if self.chance(90) {
                return Condition::Compare(operator, one, other);
            }
            let flipped = match operator {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                other => other,
            };
            Condition::Compare(flipped, other, one)
        };
        let (name, kind) = key[0];
        let operator = if self.chance(98) {
            "="
        } else {
            self.one_of(ORDERINGS)
        };
        let mut conditions = vec![compare(operator, name, value(kind, name))];
        if self.chance(55) {
            let (name, kind) = match key.get(1) {
                Some(sort) if self.chance(97) => *sort,
                _ if self.chance(10) => ("b", "S"),
                _ => return conditions,
            };
            let operator = if self.chance(98) {
                self.one_of(&["=", "<", "<=", ">", ">=", "BETWEEN"])
            } else {
                self.one_of(&["<>", "begins_with"])
            };
            let path = Operand::Path(Path::of(name));
            conditions.push(match operator {
                "BETWEEN" => {
                    let (lower, upper) = (value(kind, name), value(kind, name));
                    let (lower, upper) = if lower <= upper {
                        (lower, upper)
                    } else {
                        (upper, lower)
                    };
                    Condition::Between(path, Operand::Literal(lower), Operand::Literal(upper))
                }
                "begins_with" => Condition::BeginsWith(path, Operand::Literal(value(kind, name))),
                operator => compare(operator, name, value(kind, name)),
            });
        }
        if self.chance(50) {
            conditions.reverse();
        }
        if self.chance(1) {
            conditions.remove(0);
        }
        if conditions.is_empty() {
            conditions.push(compare("=", "b", Value::s("x")));
        }
        conditions
    }

    /// Conditions of a key of several attributes: all that are hashed, and the first ones of those
    /// that are sorted by.
    pub(super) fn tuple_conditions(&self, index: &Index) -> Vec<Condition> {
        let value = |kind: &str| match kind {
            "S" => Value::s(self.one_of(&["x", "y"])),
            _ => Value::n(self.one_of(&["0", "1", "2", "3"])),
        };
        let given = index.hashed + self.below(index.key.len() - index.hashed + 1);
        let mut conditions = Vec::new();
        for (at, (name, kind)) in index.key[..given].iter().enumerate() {
            let operator = if at < index.hashed || at + 1 < given {
                if self.chance(97) { "=" } else { "<" }
            } else {
                self.one_of(&["=", "<", "<=", ">", ">=", "BETWEEN"])
            };
            let path = Operand::Path(Path::of(name));
            let (one, other) = (value(kind), value(kind));
            conditions.push(if operator == "BETWEEN" {
                let (lower, upper) = (one.clone().min(other.clone()), one.max(other));
                Condition::Between(path, Operand::Literal(lower), Operand::Literal(upper))
            } else {
                Condition::Compare(operator, path, Operand::Literal(one))
            });
        }
        if self.chance(4) {
            conditions.remove(self.below(conditions.len()));
        }
        if self.chance(50) {
            conditions.reverse();
        }
        conditions
    }
}
