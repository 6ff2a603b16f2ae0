//! One item's change, planned: what the checks allow and what the item becomes. Pure.

use anywhen_expr::Update;
use anywhen_model::{AttributeValue, Item, limits};
use bytes::Bytes;

use super::{ItemChange, WriteAction};
use crate::keys::{Fault, empty_index_key, names};
use crate::streams::StreamIdentity;
use crate::table::Table;

/// What a change makes of an item.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) old: Option<Item>,
    pub(super) new: Option<Item>,
    /// Size of the item before.
    pub(super) old_bytes: Option<usize>,
    /// Size of the item after.
    pub(super) new_bytes: Option<usize>,
    /// Who changes it.
    pub(super) identity: StreamIdentity,
}

impl Planned {
    /// The deletion of an item that has expired.
    pub(super) fn expiry(old: Item) -> Self {
        Self {
            old_bytes: Some(old.size_bytes()),
            new_bytes: None,
            old: Some(old),
            new: None,
            identity: StreamIdentity::Expiry,
        }
    }

    /// Whether anything has to be written.
    pub(super) fn changes(&self) -> bool {
        self.old != self.new
    }
}

impl WriteAction {
    /// The stored key of the item, after all checks that do not need the item before.
    pub(super) fn stored_key(&self, table: &Table) -> Result<Bytes, Fault> {
        let key = match &self.change {
            ItemChange::Put(item) | ItemChange::Insert(item) => {
                check_size(
                    table,
                    item,
                    "Item size has exceeded the maximum allowed size",
                )?;
                table.stored_key_of_item(item)?
            }
            ItemChange::Update { key, update } => {
                let stored = table.stored_key(key)?;
                if let Some(update) = update {
                    check_targets(table, update)?;
                    table.check_paths(&update.paths())?;
                }
                stored
            }
            ItemChange::Delete { key } | ItemChange::Check { key } => table.stored_key(key)?,
        };
        if let Some(condition) = &self.condition {
            table.check_paths(&condition.paths())?;
        }
        Ok(key)
    }

    /// What becomes of the item.
    pub(super) fn plan(&self, table: &Table, old: Option<Item>) -> Result<Planned, Fault> {
        let condition = self.condition.as_ref();
        if condition.is_some_and(|condition| !condition.evaluate(old.as_ref())) {
            return Err(Fault::ConditionFalse(old.map(Box::new)));
        }
        let new = match &self.change {
            ItemChange::Insert(_) if old.is_some() => return Err(Fault::Duplicate),
            ItemChange::Put(item) | ItemChange::Insert(item) => Some(item.clone()),
            ItemChange::Update { key, update: None } => Some(old.clone().unwrap_or(key.clone())),
            ItemChange::Update {
                key,
                update: Some(update),
            } => {
                let before = old.as_ref().unwrap_or(key);
                let after = update
                    .apply(before)
                    .map_err(|error| Fault::Invalid(error.to_string()))?;
                check_updated(table, before, &after)?;
                Some(after)
            }
            ItemChange::Delete { .. } => None,
            ItemChange::Check { .. } => old.clone(),
        };
        Ok(Planned {
            old_bytes: old.as_ref().map(Item::size_bytes),
            new_bytes: new.as_ref().map(Item::size_bytes),
            old,
            new,
            identity: StreamIdentity::Client,
        })
    }
}

/// An update must leave the primary key alone, and must not set an index key to a value from
/// the request that has the wrong type.
fn check_targets(table: &Table, update: &Update) -> Result<(), Fault> {
    update
        .check_no_key_attributes(&names(&table.record().key_schema))
        .map_err(|error| Fault::Invalid(error.to_string()))?;
    for index in table.indexes_by_name() {
        let name = index.record.name.as_str();
        let schema = &index.record.key_schema;
        let literals = update
            .literal_values()
            .filter(|(path, _)| !path.is_nested() && schema.contains(path.top_level()));
        for (path, value) in literals {
            let attribute = std::iter::once((path.top_level().to_owned(), value.clone())).collect();
            if empty_index_key(schema, &attribute) {
                return Err(empty_updated_index_key());
            }
            schema
                .check_index_key(&attribute, name)
                .map_err(Fault::Invalid)?;
        }
    }
    Ok(())
}

fn empty_updated_index_key() -> Fault {
    Fault::Refused(
        "One or more parameter values are not valid. The update expression attempted to update a \
         secondary index key to a value that is not supported. The AttributeValue for a key \
         attribute cannot contain an empty string value."
            .to_owned(),
    )
}

/// Index keys and size of what an update made. Attributes it left alone are not held against it.
fn check_updated(table: &Table, before: &Item, after: &Item) -> Result<(), Fault> {
    for index in table.indexes_by_name() {
        let schema = &index.record.key_schema;
        let touched = |name: &str| before.get(name) != after.get(name);
        let fits = |item: &Item| schema.check_index_key(item, index.record.name.as_str());
        if !names(schema).into_iter().any(touched) || fits(after).is_ok() {
            continue;
        }
        // What has never fitted, because it is older than the index, stays out of it.
        let judged: Item = schema
            .attributes_of_item(after)
            .attributes
            .into_iter()
            .filter(|(name, value)| {
                let alone = || std::iter::once((name.clone(), value.clone())).collect();
                touched(name) || fits(&alone()).is_ok()
            })
            .collect();
        if fits(&judged).is_ok() {
            continue;
        }
        if empty_index_key(schema, &judged) {
            return Err(empty_updated_index_key());
        }
        let mistyped = schema.attributes().any(|attribute| {
            let value = judged.get(&attribute.name).map(AttributeValue::type_name);
            value.is_some_and(|name| name != attribute.scalar_type.name())
        });
        return Err(Fault::Invalid(
            if mistyped {
                "The update expression attempted to update the secondary index key to \
                 unsupported type"
            } else {
                "The update expression attempted to update the secondary index key beyond \
                 allowed size limits"
            }
            .to_owned(),
        ));
    }
    check_size(
        table,
        after,
        "Item size to update has exceeded the maximum allowed size",
    )
}

/// An item's entries in local indexes count as part of it.
fn check_size(table: &Table, item: &Item, text: &str) -> Result<(), Fault> {
    let size_bytes = item.size_bytes();
    // No entry is larger than its item.
    let entries_bytes = match table.local_index_count() {
        count if size_bytes.saturating_mul(1 + count) <= limits::ITEM_BYTES_MAX => 0,
        _ => table.local_entries_bytes(item),
    };
    if size_bytes + entries_bytes > limits::ITEM_BYTES_MAX {
        return Err(Fault::Invalid(text.to_owned()));
    }
    Ok(())
}
