//! What one write asks for, told three ways: as a request, as a PartiQL statement, and as the plain
//! rule of what becomes of the item. The rule is the oracle's own.

use std::collections::BTreeMap;

use anywhen_expr::partiql::{BoundStatement, Statement};
use anywhen_expr::{Condition, ConditionKind, Placeholders, Update};
use anywhen_model::{AttributeValue, Item};
use anywhen_table::{ItemChange, TableError, WriteAction};

use super::super::world::{World, key, n, s};
use super::history::Place;

/// What to do with an item.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Put(Item),
    /// Only a statement asks for this: the item must not be there.
    Insert(Item),
    Edit(Edit),
    Delete,
    /// Only within a transaction: nothing but the guard counts.
    Check,
}

/// Changes of some attributes.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) note: String,
    /// Another attribute that is set, or removed.
    pub(super) moved: Option<(&'static str, Option<AttributeValue>)>,
}

/// A condition.
#[derive(Debug, Clone)]
pub(super) enum Guard {
    Exists,
    Absent,
    NoteIs(String),
}

/// One write of one item.
#[derive(Debug, Clone)]
pub(super) struct Intent {
    pub(super) table: &'static str,
    pub(super) place: Place,
    pub(super) change: Change,
    pub(super) guard: Option<Guard>,
    /// Whether it is said in PartiQL.
    pub(super) in_words: bool,
}

/// Why a write does nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Condition,
    Duplicate,
}

impl Refusal {
    /// What kind of refusal an error is; any other is not expected here.
    pub(super) fn of(error: &TableError) -> Self {
        match error {
            TableError::ConditionalCheckFailed { .. } => Self::Condition,
            TableError::DuplicateItem => Self::Duplicate,
            other => panic!("{other:?}"),
        }
    }
}

impl Guard {
    fn holds(&self, item: Option<&Item>) -> bool {
        match self {
            Self::Exists => item.is_some(),
            Self::Absent => item.is_none(),
            Self::NoteIs(note) => item.and_then(|item| item.get("note")) == Some(&s(note)),
        }
    }

    fn condition(&self) -> Condition {
        let (text, values) = match self {
            Self::Exists => ("attribute_exists(artist)", None),
            Self::Absent => ("attribute_not_exists(artist)", None),
            Self::NoteIs(note) => ("note = :n", Some([(":n".to_owned(), s(note))].into())),
        };
        let mut placeholders = Placeholders::new(None, values).unwrap();
        Condition::parse(ConditionKind::Condition, text, &mut placeholders).unwrap()
    }
}

impl Edit {
    fn of(&self, item: Option<Item>, place: &Place) -> Item {
        let mut item = item.unwrap_or_else(|| key(&place.0, place.1));
        item.attributes.insert("note".to_owned(), s(&self.note));
        match &self.moved {
            Some((name, Some(value))) => {
                item.attributes.insert((*name).to_owned(), value.clone());
            }
            Some((name, None)) => {
                item.attributes.remove(*name);
            }
            None => {}
        }
        item
    }

    fn update(&self) -> Update {
        let mut text = "SET note = :n".to_owned();
        let mut names = BTreeMap::new();
        let mut values = BTreeMap::from([(":n".to_owned(), s(&self.note))]);
        if let Some((name, value)) = &self.moved {
            names.insert("#m".to_owned(), (*name).to_owned());
            match value {
                Some(value) => {
                    text += ", #m = :m";
                    values.insert(":m".to_owned(), value.clone());
                }
                None => text += " REMOVE #m",
            }
        }
        let names = (!names.is_empty()).then_some(names);
        let mut placeholders = Placeholders::new(names, Some(values)).unwrap();
        Update::parse(&text, &mut placeholders).unwrap()
    }
}

impl Intent {
    /// What becomes of the item if it was so before; or why it stays as it was.
    pub(super) fn result(&self, old: Option<&Item>) -> Result<Option<Item>, Refusal> {
        let guarded = self.guard.as_ref().is_none_or(|guard| guard.holds(old));
        match &self.change {
            Change::Insert(_) if old.is_some() => Err(Refusal::Duplicate),
            // A statement deletes what is not there whatever else it demands of it.
            Change::Delete if self.in_words && old.is_none() => Ok(None),
            Change::Edit(_) if self.in_words && old.is_none() => Err(Refusal::Condition),
            _ if !guarded => Err(Refusal::Condition),
            Change::Put(item) | Change::Insert(item) => Ok(Some(item.clone())),
            Change::Edit(edit) => Ok(Some(edit.of(old.cloned(), &self.place))),
            Change::Delete => Ok(None),
            Change::Check => Ok(old.cloned()),
        }
    }

    /// The request to the table layer.
    pub(super) fn action(&self, world: &World) -> WriteAction {
        if self.in_words {
            return self.statement(world);
        }
        let key = key(&self.place.0, self.place.1);
        let change = match &self.change {
            Change::Put(item) => ItemChange::Put(item.clone()),
            Change::Edit(edit) => ItemChange::Update {
                key,
                update: Some(edit.update()),
            },
            Change::Delete => ItemChange::Delete { key },
            Change::Check => ItemChange::Check { key },
            Change::Insert(_) => panic!("only a statement inserts"),
        };
        WriteAction {
            change,
            condition: self.guard.as_ref().map(Guard::condition),
        }
    }

    /// The same as a client says it in PartiQL, parsed and planned.
    fn statement(&self, world: &World) -> WriteAction {
        let table = self.table;
        let (mut text, mut parameters) = match &self.change {
            Change::Insert(item) => {
                let value = AttributeValue::M(item.attributes.clone());
                (format!("INSERT INTO \"{table}\" VALUE ?"), vec![value])
            }
            Change::Edit(edit) => {
                let mut text = format!("UPDATE \"{table}\" SET note = ?");
                let mut parameters = vec![s(&edit.note)];
                match &edit.moved {
                    Some((name, Some(value))) => {
                        text = format!("{text} SET \"{name}\" = ?");
                        parameters.push(value.clone());
                    }
                    Some((name, None)) => text = format!("{text} REMOVE \"{name}\""),
                    None => {}
                }
                (text, parameters)
            }
            Change::Delete => (format!("DELETE FROM \"{table}\""), vec![]),
            Change::Check => (format!("EXISTS(SELECT * FROM \"{table}\""), vec![]),
            Change::Put(_) => panic!("no statement replaces an item"),
        };
        if !matches!(self.change, Change::Insert(_)) {
            text += " WHERE artist = ? AND song = ?";
            parameters.extend([s(&self.place.0), n(self.place.1)]);
            match &self.guard {
                Some(Guard::NoteIs(note)) => {
                    text += " AND note = ?";
                    parameters.push(s(note));
                }
                None => {}
                Some(other) => panic!("a statement does not say {other:?}"),
            }
        }
        if matches!(self.change, Change::Check) {
            text += ")";
        }
        let bound = Statement::parse(&text).unwrap().bind(parameters).unwrap();
        let BoundStatement::Write(write) = bound else {
            panic!("{text} is a read");
        };
        world.table(table).plan_statement(write).unwrap().action
    }
}
