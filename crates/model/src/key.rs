//! Keys: their schema, their values, and the bytes the engine orders them by.
//!
//! Always true: equal keys have equal bytes (numbers are in normal form), and the bytes of keys
//! with one partition key order as their sort keys do. What a client may not use as a key is
//! refused here with DynamoDB's text, in DynamoDB's order of checks.
//!
//! Start reading at [`KeySchema::key_of_item`], then [`stored`] for the bytes.

mod stored;

use serde::{Deserialize, Serialize};

use crate::{AttributeValue, Item, Number, limits};

pub use stored::{
    HashSecret, StoredKey, encode_ordered_prefix, encode_ordered_value, partition_hash,
};

/// The types a key attribute may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ScalarType {
    /// String.
    S,
    /// Number.
    N,
    /// Binary.
    B,
}

impl ScalarType {
    /// The type's name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }

    /// The type of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::S, Self::N, Self::B]
            .into_iter()
            .find(|scalar| scalar.name() == name)
    }
}

impl std::fmt::Display for ScalarType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One attribute of a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    pub scalar_type: ScalarType,
}

/// The key attributes of a table or an index: one partition attribute and at most one sort
/// attribute for tables and local indexes; global indexes may have up to four of each.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeySchema {
    /// Attributes that are hashed together; never empty.
    pub partition: Vec<KeyAttribute>,
    /// Attributes that order the items of one partition key; may be empty.
    pub sort: Vec<KeyAttribute>,
}

/// The value of one key attribute. Ordered as DynamoDB orders: strings and binaries by unsigned
/// bytes, numbers by value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyValue {
    /// String.
    S(String),
    /// Number.
    N(Number),
    /// Binary.
    B(Vec<u8>),
}

/// The values of a key, in the order of its schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Values of the partition attributes.
    pub partition: Vec<KeyValue>,
    /// Values of the sort attributes.
    pub sort: Vec<KeyValue>,
}

/// Why an item or a key map does not give a key. The text is DynamoDB's for a table's key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The item lacks a key attribute.
    #[error("One or more parameter values were invalid: Missing the key {name} in the item")]
    Missing {
        /// The attribute.
        name: String,
    },
    /// A key attribute has another type than the schema says.
    #[error(
        "One or more parameter values were invalid: Type mismatch for key {name} expected: {expected} actual: {actual}"
    )]
    TypeMismatch {
        /// The attribute.
        name: String,
        /// The schema's type.
        expected: ScalarType,
        /// The value's type.
        actual: &'static str,
    },
    /// A key attribute is an empty string or binary.
    #[error(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {kind} value. Key: {name}"
    )]
    EmptyValue {
        /// The attribute.
        name: String,
        /// `string` or `binary`.
        kind: &'static str,
    },
    /// The partition key is longer than 2048 bytes.
    #[error(
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
    )]
    PartitionTooLong,
    /// The sort key is longer than 1024 bytes.
    #[error(
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit of 1024 bytes"
    )]
    SortTooLong,
    /// A key map that is not exactly the schema's attributes in their types.
    #[error("The provided key element does not match the schema")]
    SchemaMismatch,
}

impl KeyValue {
    /// Its type.
    pub const fn scalar_type(&self) -> ScalarType {
        match self {
            Self::S(_) => ScalarType::S,
            Self::N(_) => ScalarType::N,
            Self::B(_) => ScalarType::B,
        }
    }

    /// The value of this attribute, if its type is one a key may have.
    pub fn from_attribute(value: &AttributeValue) -> Option<Self> {
        match value {
            AttributeValue::S(text) => Some(Self::S(text.clone())),
            AttributeValue::N(number) => Some(Self::N(*number)),
            AttributeValue::B(bytes) => Some(Self::B(bytes.clone())),
            _ => None,
        }
    }

    /// The value as an attribute.
    pub fn to_attribute(&self) -> AttributeValue {
        match self {
            Self::S(text) => AttributeValue::S(text.clone()),
            Self::N(number) => AttributeValue::N(*number),
            Self::B(bytes) => AttributeValue::B(bytes.clone()),
        }
    }
}

impl KeySchema {
    /// All key attributes, partition first.
    pub fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        self.partition.iter().chain(&self.sort)
    }

    /// Whether the attribute is part of the key.
    pub fn contains(&self, name: &str) -> bool {
        self.attributes().any(|attribute| attribute.name == name)
    }

    /// The primary key of an item that is about to be stored, with every rule checked.
    pub fn key_of_item(&self, item: &Item) -> Result<Key, KeyError> {
        self.key(|attribute| {
            let name = &attribute.name;
            let value = item
                .get(name)
                .ok_or_else(|| KeyError::Missing { name: name.clone() })?;
            if has_type(value, attribute.scalar_type) {
                return Ok(value);
            }
            Err(KeyError::TypeMismatch {
                name: name.clone(),
                expected: attribute.scalar_type,
                actual: value.type_name(),
            })
        })
    }

    /// The key given as a map of exactly the key attributes.
    pub fn key_of_key_map(&self, map: &Item) -> Result<Key, KeyError> {
        if map.attributes.len() != self.partition.len() + self.sort.len() {
            return Err(KeyError::SchemaMismatch);
        }
        self.key(|attribute| typed(attribute, map).ok_or(KeyError::SchemaMismatch))
    }

    /// The index key of a stored item; `None` if the item is not in the index: an attribute is
    /// missing, has another type, or does not fit a key.
    pub fn index_key_of_item(&self, item: &Item) -> Option<Key> {
        self.key(|attribute| typed(attribute, item).ok_or(KeyError::SchemaMismatch))
            .ok()
    }

    /// Checks the item's values of this index's key attributes. Missing ones are fine: the item
    /// is then not in the index. `index` is named in the texts.
    pub fn check_index_key(&self, item: &Item, index: &str) -> Result<(), String> {
        let mut sizes = [0, 0];
        for (side, size) in [&self.partition, &self.sort].into_iter().zip(&mut sizes) {
            for attribute in side {
                let Some(value) = item.get(&attribute.name) else {
                    continue;
                };
                let name = &attribute.name;
                if !has_type(value, attribute.scalar_type) {
                    let (expected, actual) = (attribute.scalar_type, value.type_name());
                    return Err(format!(
                        "One or more parameter values were invalid: Type mismatch for Index Key \
                         {name} Expected: {expected} Actual: {actual} IndexName: {index}"
                    ));
                }
                if let Some(kind) = empty_kind(value) {
                    return Err(format!(
                        "One or more parameter values are not valid. A value specified for a \
                         secondary index key is not supported. The AttributeValue for a key \
                         attribute cannot contain an empty {kind} value. IndexName: {index}, \
                         IndexKey: {name}"
                    ));
                }
                *size += limited_bytes(value);
            }
        }
        let [partition, sort] = sizes;
        if partition > limits::PARTITION_KEY_BYTES_MAX {
            return Err(KeyError::PartitionTooLong.to_string());
        }
        if sort > limits::SORT_KEY_BYTES_MAX {
            return Err(KeyError::SortTooLong.to_string());
        }
        Ok(())
    }

    /// The key as attributes by name.
    pub fn attributes_of_key(&self, key: &Key) -> Item {
        let values = key.partition.iter().chain(&key.sort);
        self.attributes()
            .zip(values)
            .map(|(attribute, value)| (attribute.name.clone(), value.to_attribute()))
            .collect()
    }

    /// The part of an item that is this key.
    pub fn attributes_of_item(&self, item: &Item) -> Item {
        self.attributes()
            .filter_map(|attribute| item.attributes.get_key_value(&attribute.name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The key whose values `value_of` finds, in the order of DynamoDB's checks: one attribute
    /// after the other, then the size of each side.
    fn key<'i>(
        &self,
        value_of: impl Fn(&KeyAttribute) -> Result<&'i AttributeValue, KeyError>,
    ) -> Result<Key, KeyError> {
        let side = |attributes: &[KeyAttribute], bytes_max: usize, too_long: KeyError| {
            let mut bytes = 0;
            let mut values = Vec::with_capacity(attributes.len());
            for attribute in attributes {
                let value = value_of(attribute)?;
                if let Some(kind) = empty_kind(value) {
                    return Err(KeyError::EmptyValue {
                        name: attribute.name.clone(),
                        kind,
                    });
                }
                bytes += limited_bytes(value);
                values.push(value);
            }
            if bytes > bytes_max {
                return Err(too_long);
            }
            Ok(values
                .into_iter()
                .filter_map(KeyValue::from_attribute)
                .collect())
        };
        Ok(Key {
            partition: side(
                &self.partition,
                limits::PARTITION_KEY_BYTES_MAX,
                KeyError::PartitionTooLong,
            )?,
            sort: side(
                &self.sort,
                limits::SORT_KEY_BYTES_MAX,
                KeyError::SortTooLong,
            )?,
        })
    }
}

/// The attribute's value in the item, if it has the attribute's type.
fn typed<'i>(attribute: &KeyAttribute, item: &'i Item) -> Option<&'i AttributeValue> {
    item.get(&attribute.name)
        .filter(|value| has_type(value, attribute.scalar_type))
}

fn has_type(value: &AttributeValue, scalar_type: ScalarType) -> bool {
    value.type_name() == scalar_type.name()
}

/// Bytes that count against the limits of keys. Numbers always fit.
fn limited_bytes(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::B(bytes) => bytes.len(),
        _ => 0,
    }
}

/// `string` or `binary` if the value is an empty one.
fn empty_kind(value: &AttributeValue) -> Option<&'static str> {
    match value {
        AttributeValue::S(text) if text.is_empty() => Some("string"),
        AttributeValue::B(bytes) if bytes.is_empty() => Some("binary"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
