//! Random requests of each kind.

use super::{Generator, NAMES};
use crate::expression::{Action, Path, Term};
use crate::request::{Change, Get, Read, Write};
use crate::schema::SCHEMAS;
use crate::statement::{Kind, Statement};
use crate::value::{Item, Value};

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
        Write {
            returns,
            ..self.write(table, change)
        }
    }

    pub(super) fn write(&self, table: &'static str, change: Change) -> Write {
        Write {
            table,
            change,
            condition: self.maybe(35, || self.condition(2)),
            returns: None,
            shows_item: self.chance(50),
            style: self.word(),
        }
    }

    pub(super) fn get(&self) -> Get {
        let table = self.table();
        Get {
            table,
            key: self.key(table),
            projection: self.maybe(50, || self.paths()).unwrap_or_default(),
            style: self.word(),
        }
    }

    pub(super) fn statement(&self) -> Statement {
        let table = self.one_of(&["Plain", "Sorted"]);
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
        }
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
            let mut get = self.get();
            // The keys of one table share its options.
            if let Some(other) = gets.iter().find(|other| other.table == get.table) {
                get.projection.clone_from(&other.projection);
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
        let counts_only = self.chance(15);
        let projection = self.maybe(30, || self.paths()).unwrap_or_default();
        Read {
            table,
            index,
            key_conditions: if is_query {
                self.key_conditions(key)
            } else {
                Vec::new()
            },
            forward: !is_query || self.chance(60),
            filter,
            projection: if counts_only { Vec::new() } else { projection },
            counts_only,
            limit: self.maybe(50, || 1 + self.below(4)),
            segments: if is_query {
                None
            } else {
                self.maybe(30, || 1 + self.below(3))
            },
            style: self.word(),
        }
    }
}
