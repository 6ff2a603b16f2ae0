//! PartiQL statements about one item: what they say, and what they mean.
//!
//! Only a few shapes: each has an operation of its own that the model knows already.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::expression::{Action, Path, Term};
use crate::semantics::projected;
use crate::value::{Item, Value, item_to_json};

#[derive(Debug, Clone)]
pub(crate) struct Statement {
    pub(crate) table: &'static str,
    /// The key, or the item to insert.
    pub(crate) key: Item,
    pub(crate) kind: Kind,
    /// What an attribute must be besides; not of INSERT.
    pub(crate) predicate: Option<(&'static str, Value)>,
    /// As in `RETURNING ALL OLD *`; of UPDATE and DELETE.
    pub(crate) returning: Option<&'static str>,
    /// Whether a failed condition is to show the item.
    pub(crate) shows_item: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Select,
    Insert,
    /// By settings and removals of whole attributes.
    Update(Vec<Action>),
    Delete,
}

impl Statement {
    pub(crate) fn body(&self) -> Json {
        let table = self.table;
        let mut parameters = Vec::new();
        let mut text = match &self.kind {
            Kind::Select => format!("SELECT * FROM \"{table}\""),
            Kind::Delete => format!("DELETE FROM \"{table}\""),
            Kind::Update(actions) => {
                let clauses = actions.iter().map(|action| match action {
                    Action::Set(path, Term::Literal(value)) => {
                        parameters.push(value.to_json());
                        format!(" SET \"{}\" = ?", path.top())
                    }
                    action => format!(" REMOVE \"{}\"", action.target().top()),
                });
                let clauses: String = clauses.collect();
                format!("UPDATE \"{table}\"{clauses}")
            }
            Kind::Insert => {
                let members = self.key.iter().map(|(name, value)| {
                    parameters.push(value.to_json());
                    format!("'{name}': ?")
                });
                let members: Vec<String> = members.collect();
                format!("INSERT INTO \"{table}\" VALUE {{{}}}", members.join(", "))
            }
        };
        if !matches!(self.kind, Kind::Insert) {
            let key = self.key.iter().map(|(name, value)| (name.as_str(), value));
            let predicate = self.predicate.iter().map(|(name, value)| (*name, value));
            let mut word = "WHERE";
            for (name, value) in key.chain(predicate) {
                parameters.push(value.to_json());
                let _ = write!(text, " {word} \"{name}\" = ?");
                word = "AND";
            }
        }
        if let Some(returning) = self.returning {
            let _ = write!(text, " RETURNING {returning} *");
        }
        let mut body = json!({"Statement": text, "Parameters": parameters});
        if self.shows_item {
            body["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
        }
        body
    }

    /// Whether an item is as the statement wants it.
    pub(crate) fn selects(&self, item: &Item) -> bool {
        let mut predicate = self.predicate.iter();
        predicate.all(|(name, value)| item.get(*name) == Some(value))
    }

    /// What a statement that has changed an item answers.
    pub(crate) fn rows(&self, old: Option<&Item>, new: Option<&Item>) -> Vec<Json> {
        let targets: Vec<Path> = match &self.kind {
            Kind::Update(actions) => actions.iter().map(|one| one.target().clone()).collect(),
            _ => Vec::new(),
        };
        let part = |item: Option<&Item>| {
            let part = item.map(|item| projected(item, &targets));
            part.filter(|part| !part.is_empty())
        };
        let row = match self.returning {
            None => None,
            Some("ALL OLD") => old.cloned(),
            Some("ALL NEW") => new.cloned(),
            Some("MODIFIED OLD") => part(old),
            Some(_) => part(new),
        };
        row.iter().map(item_to_json).collect()
    }
}
