//! Key schemas as asked for, checked and typed.

use std::collections::BTreeSet;

use anywhen_model::{KeyAttribute, KeySchema, limits};

use super::{KeyElement, KeyRole, Types, join};
use crate::error::TableError;

/// The key of a table or local index: one partition attribute, at most one sort attribute.
pub(super) fn simple_key_schema(
    elements: &[KeyElement],
    types: &Types<'_>,
) -> Result<KeySchema, TableError> {
    match elements {
        [one, other, ..] if one.name == other.name => Err(TableError::validation(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name",
        )),
        []
        | [
            KeyElement {
                role: KeyRole::Sort,
                ..
            },
            ..,
        ] => Err(TableError::validation(
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        )),
        [
            _,
            KeyElement {
                role: KeyRole::Partition,
                ..
            },
            ..,
        ] => Err(TableError::validation(
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        )),
        [_, _, _, ..] => Err(TableError::validation(
            "1 validation error detected: Value at 'keySchema' failed to satisfy constraint: \
             Member must have length less than or equal to 2",
        )),
        [_] | [_, _] => Ok(typed_key_schema(elements, types)),
    }
}

/// The key of a global index: up to four partition attributes, then up to four sort attributes.
pub(super) fn index_key_schema(
    elements: &[KeyElement],
    types: &Types<'_>,
) -> Result<KeySchema, TableError> {
    let side = |role| {
        elements
            .iter()
            .filter(move |element| element.role == role)
            .count()
    };
    let (partition, sort) = (side(KeyRole::Partition), side(KeyRole::Sort));
    if partition == 0 || (partition == 1 && sort <= 1) {
        return simple_key_schema(elements, types);
    }
    let leading = elements.iter().take(partition);
    if leading
        .into_iter()
        .any(|element| element.role == KeyRole::Sort)
    {
        return Err(TableError::invalid_parameter(
            "All HASH key attributes must precede RANGE key attributes in the KeySchema",
        ));
    }
    for (count, name) in [(partition, "HASH"), (sort, "RANGE")] {
        if count > limits::INDEX_KEY_ATTRIBUTES_MAX {
            return Err(TableError::invalid_parameter(format!(
                "The KeySchema exceeds the maximum allowed number of {name} key attributes"
            )));
        }
    }
    let names: BTreeSet<&str> = elements
        .iter()
        .map(|element| element.name.as_str())
        .collect();
    if names.len() < elements.len() {
        return Err(TableError::validation(
            "The KeySchema contains multiple key attributes with the same name",
        ));
    }
    Ok(typed_key_schema(elements, types))
}

/// The elements by side, with the types of their definitions.
fn typed_key_schema(elements: &[KeyElement], types: &Types<'_>) -> KeySchema {
    let side = |role| {
        elements
            .iter()
            .filter(|element| element.role == role)
            .filter_map(|element| {
                let scalar_type = *types.get(element.name.as_str())?;
                Some(KeyAttribute {
                    name: element.name.clone(),
                    scalar_type,
                })
            })
            .collect()
    };
    KeySchema {
        partition: side(KeyRole::Partition),
        sort: side(KeyRole::Sort),
    }
}

/// Every attribute of a key must be defined.
pub(super) fn check_defined(elements: &[KeyElement], types: &Types<'_>) -> Result<(), TableError> {
    if elements
        .iter()
        .all(|element| types.contains_key(element.name.as_str()))
    {
        return Ok(());
    }
    Err(TableError::invalid_parameter(format!(
        "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], \
         AttributeDefinitions: [{}]",
        join(elements.iter().map(|element| element.name.as_str())),
        join(types.keys().copied()),
    )))
}
