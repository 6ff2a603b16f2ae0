//! What a client does to one item: as the server is told, and as it should turn out.
//!
//! What should turn out is computed here by hand and shares nothing with the server's expressions.

use std::collections::BTreeMap;

use anywhen_expr::{Condition, ConditionKind, Placeholders, Update};
use anywhen_model::{AttributeValue, Item, TableId};
use anywhen_table::{ItemChange, WriteAction};

use crate::oracle::ItemKey;
use crate::schema;
use crate::serial::{self, ConditionFalse};

/// An item's place, for good: tables of one name that follow each other have different ids.
pub(crate) type Place = (TableId, ItemKey);

/// All that the clients of a run have seen of its items.
pub(crate) type History = serial::History<Place, Change>;

#[derive(Debug, Clone)]
pub(crate) struct Change {
    /// An item that is the key and no more.
    key: Item,
    what: What,
    expected: Option<Expected>,
}

#[derive(Debug, Clone)]
enum What {
    Put(Item),
    Delete,
    /// Sets two attributes and removes one that an index may be keyed by.
    Update {
        write: AttributeValue,
        note: AttributeValue,
        removed: &'static str,
    },
    /// Only the condition counts.
    Check,
}

/// What a condition says of an item.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    There,
    Absent,
    /// It is there, and this is its attribute `write`.
    Write(AttributeValue),
}

impl Change {
    pub(crate) fn put(key: &ItemKey, item: Item) -> anyhow::Result<Self> {
        Self::of(key, What::Put(item))
    }

    pub(crate) fn delete(key: &ItemKey) -> anyhow::Result<Self> {
        Self::of(key, What::Delete)
    }

    pub(crate) fn check(key: &ItemKey) -> anyhow::Result<Self> {
        Self::of(key, What::Check)
    }

    pub(crate) fn update(
        key: &ItemKey,
        write: AttributeValue,
        note: AttributeValue,
        removed: &'static str,
    ) -> anyhow::Result<Self> {
        let what = What::Update {
            write,
            note,
            removed,
        };
        Self::of(key, what)
    }

    fn of(key: &ItemKey, what: What) -> anyhow::Result<Self> {
        Ok(Self {
            key: schema::key(key)?,
            what,
            expected: None,
        })
    }

    /// Makes the change depend on a condition.
    pub(crate) fn expect(&mut self, expected: Expected) {
        self.expected = Some(expected);
    }

    /// Whether it does more than to look.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self.what, What::Check)
    }

    /// Whether a batch can hold it.
    pub(crate) fn fits_batch(&self) -> bool {
        matches!(self.what, What::Put(_) | What::Delete) && self.expected.is_none()
    }

    /// The item afterwards, if the condition is true.
    pub(crate) fn unconditional(&self, before: Option<&Item>) -> Option<Item> {
        match &self.what {
            What::Put(item) => Some(item.clone()),
            What::Delete => None,
            What::Check => before.cloned(),
            What::Update {
                write,
                note,
                removed,
            } => {
                let mut after = before.unwrap_or(&self.key).clone();
                let mut set = |name: &str, value: &AttributeValue| {
                    after.attributes.insert(name.to_owned(), value.clone())
                };
                set("write", write);
                set("note", note);
                after.attributes.remove(*removed);
                Some(after)
            }
        }
    }

    /// What the server is told.
    pub(crate) fn action(&self) -> anyhow::Result<WriteAction> {
        let key = self.key.clone();
        let change = match &self.what {
            What::Put(item) => ItemChange::Put(item.clone()),
            What::Delete => ItemChange::Delete { key },
            What::Check => ItemChange::Check { key },
            What::Update {
                write,
                note,
                removed,
            } => {
                let names = [("#write", "write"), ("#note", "note")];
                let values = [(":write", write), (":note", note)];
                let text = format!("SET #write = :write, #note = :note REMOVE {removed}");
                let update = Update::parse(&text, &mut placeholders(&names, &values)?)?;
                let update = Some(update);
                ItemChange::Update { key, update }
            }
        };
        let condition = self.expected.as_ref().map(Expected::condition);
        Ok(WriteAction {
            change,
            condition: condition.transpose()?,
        })
    }
}

impl serial::Change for Change {
    type Item = Item;

    fn apply(&self, before: Option<&Item>) -> Result<Option<Item>, ConditionFalse> {
        let expected = self.expected.as_ref();
        if expected.is_some_and(|expected| !expected.is_true_of(before)) {
            return Err(ConditionFalse);
        }
        Ok(self.unconditional(before))
    }
}

impl Expected {
    fn is_true_of(&self, item: Option<&Item>) -> bool {
        match self {
            Self::There => item.is_some(),
            Self::Absent => item.is_none(),
            Self::Write(write) => {
                item.is_some_and(|item| item.attributes.get("write") == Some(write))
            }
        }
    }

    fn condition(&self) -> anyhow::Result<Condition> {
        let (text, mut placeholders) = match self {
            Self::There => ("attribute_exists(artist)", placeholders(&[], &[])?),
            Self::Absent => ("attribute_not_exists(artist)", placeholders(&[], &[])?),
            Self::Write(write) => {
                let placeholders = placeholders(&[("#write", "write")], &[(":write", write)])?;
                ("#write = :write", placeholders)
            }
        };
        let kind = ConditionKind::Condition;
        Ok(Condition::parse(kind, text, &mut placeholders)?)
    }
}

fn placeholders(
    names: &[(&str, &str)],
    values: &[(&str, &AttributeValue)],
) -> anyhow::Result<Placeholders> {
    // Given, but empty, would be refused.
    let names = (!names.is_empty()).then(|| owned(names, |name| (*name).to_owned()));
    let values = (!values.is_empty()).then(|| owned(values, |value| (*value).clone()));
    Ok(Placeholders::new(names, values)?)
}

fn owned<T, O>(placeholders: &[(&str, T)], own: impl Fn(&T) -> O) -> BTreeMap<String, O> {
    placeholders
        .iter()
        .map(|(placeholder, meaning)| ((*placeholder).to_owned(), own(meaning)))
        .collect()
}
