//! Random requests of each kind.

use super::{Generator, NAMES};
use crate::expression::{Action, Path, Term};
use crate::request::{Change, Get, Read, Write};
use crate::schema::SCHEMAS;
use crate::statement::{Kind, Statement};
use crate::value::{Item, Value};

/// Values of `Select`.
const SELECTS: [&str; 4] = [
    "COUNT",
    "ALL_ATTRIBUTES",
    "ALL_PROJECTED_ATTRIBUTES",
    "SPECIFIC_ATTRIBUTES",
];

impl Generator {
    pub(super) fn item(&self, table: &str) -> Item {
        let mut item = self.key(table);
        for name in NAMES {
            if self.chance(50) {
                item.insert((*name).to_owned(), self.value_of(name));
            }
        }
        item
    }

    pub(super) fn single_write(&self) -> Write {
        let table = self.table();
        let change = match self.below(10) {
            0..3 => Change::Put(self.item(table)),
            3..9 if self.chance(97) => Change::Update(self.key(table), self.actions()),
            3..9 => Change::Update(self.key(table), Vec::new()),
            _ => Change::Delete(self.key(table)),
        };
        let all = ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"];
        let returns = if matches!(change, Change::Update(..)) || self.chance(5) {
            self.maybe(80, || self.one_of(&all))
        } else {
            self.maybe(60, || self.one_of(&all[..2]))
        };
        let write = Write {
            returns,
            ..self.write(table, change)
        };
        if self.chance(25) {
            self.in_legacy_terms(write)
        } else {
            write
        }
    }

    pub(super) fn write(&self, table: &'static str, change: Change) -> Write {
        Write {
            table,
            change,
            condition: self.maybe(35, || self.condition(2)),
            returns: None,
            shows_item: self.chance(50),
            is_legacy: false,
            expected: None,
            style: self.word(),
        }
    }

    pub(super) fn get(&self) -> Get {
        let table = self.table();
        Get {
            table,
            key: self.key(table),
            projection: self.maybe(50, || self.paths()).unwrap_or_default(),
            by_names: false,
            is_consistent: false,
            style: self.word(),
        }
    }

    /// One that may be consistent and name attributes by `AttributesToGet`, as no part of a
    /// transaction can.
    pub(super) fn single_get(&self) -> Get {
        let get = Get {
            is_consistent: self.chance(30),
            ..self.get()
        };
        if self.chance(75) {
            return get;
        }
        Get {
            projection: self.whole_names(),
            by_names: true,
            ..get
        }
    }

    pub(super) fn statement(&self) -> Statement {
        let table = self.one_of(&["Plain", "Sorted", "Wide"]);
        let key = loop {
            let key = self.key(table);
            let mut values = key.values();
            let length = if table == "Plain" { 1 } else { 2 };
            if key.len() == length && key["pk"].type_name() == "S" && !values.any(Value::is_empty) {
                break key;
            }
        };
        let kind = match self.below(5) {
            0 => Kind::Select,
            1..3 => Kind::Insert,
            3 => Kind::Update(self.whole_attributes()),
            _ => Kind::Delete,
        };
        let returning = match kind {
            Kind::Select | Kind::Insert => None,
            Kind::Delete => self.maybe(50, || "ALL OLD"),
            Kind::Update(_) => self.maybe(70, || {
                self.one_of(&["ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW"])
            }),
        };
        let is_insert = matches!(kind, Kind::Insert);
        Statement {
            table,
            key: if is_insert { self.item(table) } else { key },
            kind,
            predicate: self
                .maybe(30, || ("a", self.value(1)))
                .filter(|_| !is_insert),
            returning,
            shows_item: self.chance(50),
        }
    }

    /// Statements that, mostly, all read or all write.
    pub(super) fn statements(&self) -> Vec<Statement> {
        let is_read = |one: &Statement| matches!(one.kind, Kind::Select);
        let mut statements = vec![self.statement()];
        for _ in 0..self.below(4) {
            let next = self.statement();
            if is_read(&next) == is_read(&statements[0]) || self.chance(2) {
                statements.push(next);
            }
        }
        statements
    }

    /// Statements that, mostly, are about different items and may stand in a transaction.
    pub(super) fn transact_statements(&self) -> Vec<Statement> {
        let mut kept: Vec<Statement> = Vec::new();
        for mut next in self.statements() {
            next.returning = None;
            let key = |one: &Statement| {
                (
                    one.table,
                    one.key.get("pk").cloned(),
                    one.key.get("sk").cloned(),
                )
            };
            if self.chance(5) || kept.iter().all(|other| key(other) != key(&next)) {
                kept.push(next);
            }
        }
        kept
    }

    /// Settings and removals of different attributes.
    pub(super) fn whole_attributes(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        while actions.is_empty() {
            for name in NAMES {
                match self.below(5) {
                    0 => {
                        let value = Term::Literal(self.value_of(name));
                        actions.push(Action::Set(Path::of(name), value));
                    }
                    1 => actions.push(Action::Remove(Path::of(name))),
                    _ => {}
                }
            }
        }
        actions
    }

    pub(super) fn batch_get(&self) -> Vec<Get> {
        let mut gets: Vec<Get> = Vec::new();
        for _ in 0..=self.below(4) {
            let mut get = self.single_get();
            // Tables of one request speak one language, mostly.
            while self.chance(95) && gets.iter().any(|other| other.by_names != get.by_names) {
                get = self.single_get();
            }
            // The keys of one table share its options.
            if let Some(other) = gets.iter().find(|other| other.table == get.table) {
                get = Get {
                    key: get.key,
                    ..other.clone()
                };
            }
            let is_new = gets
                .iter()
                .all(|other| (other.table, &other.key) != (get.table, &get.key));
            if is_new || self.chance(5) {
                gets.push(get);
            }
        }
        gets
    }

    pub(super) fn batch_write(&self) -> Vec<Write> {
        let writes = (0..=self.below(5)).map(|_| {
            let table = self.table();
            let change = if self.chance(70) {
                Change::Put(self.item(table))
            } else {
                Change::Delete(self.key(table))
            };
            Write {
                condition: None,
                shows_item: false,
                ..self.write(table, change)
            }
        });
        self.mostly_of_different_items(writes.collect())
    }

    pub(super) fn transact_write(&self) -> Vec<Write> {
        let writes = (0..=self.below(4)).map(|_| {
            let table = self.table();
            let key = self.key(table);
            let change = match self.below(8) {
                0..2 => Change::Put(self.item(table)),
                2..5 => Change::Update(key, vec![self.action()]),
                5 => Change::Delete(key),
                _ => Change::Check(key),
            };
            let mut write = self.write(table, change);
            if matches!(write.change, Change::Check(_)) && write.condition.is_none() {
                write.condition = Some(self.condition(1));
            }
            write
        });
        self.mostly_of_different_items(writes.collect())
    }

    pub(super) fn mostly_of_different_items(&self, writes: Vec<Write>) -> Vec<Write> {
        let key = |write: &Write| {
            let key = write.change.key();
            (write.table, key.get("pk").cloned(), key.get("sk").cloned())
        };
        let mut kept: Vec<Write> = Vec::new();
        for write in writes {
            if self.chance(5) || kept.iter().all(|other| key(other) != key(&write)) {
                kept.push(write);
            }
        }
        kept
    }

    pub(super) fn read(&self) -> Read {
        let table = self.table();
        let schema = SCHEMAS.iter().find(|schema| schema.name == table);
        let indexes = schema.map_or(&[][..], |schema| schema.indexes);
        let index = if indexes.is_empty() || self.chance(40) {
            self.maybe(1, || "no-such-index")
        } else {
            Some(indexes[self.below(indexes.len())].name)
        };
        let known = indexes.iter().find(|known| Some(known.name) == index);
        let key = known.map_or(
            schema.map_or(&[("pk", "S")][..], |schema| schema.key),
            |known| known.key,
        );
        let is_query = self.chance(65);
        // What a local index does not hold is not filtered by.
        let holds = |path: &Path| match (known, schema) {
            (Some(index), Some(schema)) => index.is_global || index.holds(schema, path.top()),
            _ => true,
        };
        let filter = self.maybe(30, || self.condition(1));
        let filter = filter.filter(|filter| filter.paths().into_iter().all(holds));
        let projection = self.maybe(30, || self.paths()).unwrap_or_default();
        let is_partial = known.is_some_and(|index| index.is_global && index.included.is_some());
        let select = match (self.below(100), projection.is_empty()) {
            (0..2, _) => Some(self.one_of(&SELECTS)),
            (2..25, true) => Some("COUNT"),
            (25..45, true) if !is_partial => Some("ALL_ATTRIBUTES"),
            (45..60, true) if known.is_some() => Some("ALL_PROJECTED_ATTRIBUTES"),
            (2..40, false) => Some("SPECIFIC_ATTRIBUTES"),
            _ => None,
        };
        let is_of_global = known.is_some_and(|index| index.is_global);
        let read = Read {
            table,
            index,
            key_conditions: if is_query {
                match known.filter(|index| index.hashed > 1) {
                    Some(index) => self.tuple_conditions(index),
                    None => self.key_conditions(key),
                }
            } else {
                Vec::new()
            },
            forward: !is_query || self.chance(60),
            filter,
            projection,
            by_names: false,
            key_tests: None,
            filter_tests: None,
            select,
            is_consistent: self.chance(if is_of_global { 2 } else { 30 }),
            limit: self.maybe(50, || 1 + self.below(4)),
            segments: if is_query {
                None
            } else {
                self.maybe(30, || 1 + self.below(3))
            },
            style: self.word(),
        };
        if self.chance(25) {
            self.read_in_legacy_terms(read, schema, known)
        } else {
            read
        }
    }
}
