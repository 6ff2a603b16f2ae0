//! What a recorded write does to one item, and a model of it: few kinds of changes, of attributes
//! as they are on the wire.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::serial::{self, ConditionFalse};

/// An item without its key: names, and values as on the wire. Numbers are integers, spelled in the
/// one way that servers spell them.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Item(BTreeMap<String, Value>);

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    #[serde(rename = "do")]
    what: What,
    #[serde(rename = "if")]
    condition: Option<Condition>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    Put(Item),
    Update(Update),
    Delete,
    /// Only the condition counts.
    Check,
}

/// Of an item that is not there, it makes one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    #[serde(default)]
    set: Item,
    /// Adds to numbers; what is not there is 0.
    #[serde(default)]
    add: BTreeMap<String, i64>,
    /// Appends an element to lists; what is not there is empty.
    #[serde(default)]
    append: Item,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Condition {
    There,
    Absent,
    /// It is there, and these attributes are so.
    Is(Item),
}

impl serial::Change for Change {
    type Item = Item;

    fn apply(&self, before: Option<&Item>) -> Result<Option<Item>, ConditionFalse> {
        let condition = self.condition.as_ref();
        if condition.is_some_and(|condition| !condition.is_true_of(before)) {
            return Err(ConditionFalse);
        }
        match &self.what {
            What::Put(item) => Ok(Some(item.clone())),
            What::Delete => Ok(None),
            What::Check => Ok(before.cloned()),
            // A server refuses what an attribute's type does not allow, as it does for conditions.
            What::Update(update) => update.apply(before).map(Some).ok_or(ConditionFalse),
        }
    }
}

impl Update {
    /// The item afterwards, if the types of its attributes allow that.
    fn apply(&self, before: Option<&Item>) -> Option<Item> {
        let Item(before) = before.cloned().unwrap_or_default();
        let mut after = before.clone();
        after.extend(self.set.0.clone());
        for (name, more) in &self.add {
            let number = match before.get(name) {
                Some(value) => value.get("N")?.as_str()?.parse().ok()?,
                None => 0_i64,
            };
            let sum = number.checked_add(*more)?.to_string();
            after.insert(name.clone(), json!({ "N": sum }));
        }
        for (name, element) in &self.append.0 {
            let mut list = match before.get(name) {
                Some(value) => value.get("L")?.as_array()?.clone(),
                None => Vec::new(),
            };
            list.push(element.clone());
            after.insert(name.clone(), json!({ "L": list }));
        }
        Some(Item(after))
    }
}

impl Condition {
    fn is_true_of(&self, item: Option<&Item>) -> bool {
        match self {
            Self::There => item.is_some(),
            Self::Absent => item.is_none(),
            Self::Is(attributes) => item.is_some_and(|item| {
                let mut attributes = attributes.0.iter();
                attributes.all(|(name, value)| item.0.get(name) == Some(value))
            }),
        }
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}
