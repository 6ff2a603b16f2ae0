//! Keys: their schema, their values, and the bytes the engine orders them by.
//!
//! A stored key is the 128-bit keyed hash of the partition key's values, then the sort key's
//! values in a form whose byte order is DynamoDB's order. The hash spreads load evenly, makes
//! the segments of a parallel scan and the ranges of an archive equal in size, and leaves no
//! partition key readable on disk. An index entry's key ends with the stored key of its item,
//! so that items which share an index key stand side by side.
//!
//! Always true: the ordered form of a value is never a prefix of another's, so forms can follow
//! each other; equal keys have equal bytes (numbers are in normal form). The secret of the hash
//! belongs to the timeline: a restored table keeps its source's, so the archive's order is its
//! order.

use std::hash::Hasher as _;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use crate::{AttributeValue, Item, Number, limits};

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

/// The secret a timeline's partition keys are hashed with. Never printed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct HashSecret([u8; 16]);

impl HashSecret {
    /// From 16 random bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes, to be sealed and stored.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl TryFrom<&[u8]> for HashSecret {
    type Error = std::array::TryFromSliceError;

    fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
        bytes.try_into().map(Self)
    }
}

impl std::fmt::Debug for HashSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashSecret(..)")
    }
}

/// The bytes a record stands under in the engine and in the archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StoredKey(Bytes);

impl StoredKey {
    /// Bytes of the partition hash every stored key begins with.
    pub const HASH_BYTES: usize = 16;

    /// From bytes that came out of the engine or the archive.
    pub fn from_bytes(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &Bytes {
        &self.0
    }

    /// The bytes, owned.
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl AsRef<[u8]> for StoredKey {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
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

    /// Bytes that count against the limits of keys. Numbers always fit.
    fn limited_bytes(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(_) => 0,
            Self::B(bytes) => bytes.len(),
        }
    }

    /// `string` or `binary` if the value is empty.
    fn empty_kind(&self) -> Option<&'static str> {
        match self {
            Self::S(text) if text.is_empty() => Some("string"),
            Self::B(bytes) if bytes.is_empty() => Some("binary"),
            _ => None,
        }
    }
}

/// Appends the ordered form of a value: numbers in their own, strings and binaries with every
/// zero byte escaped as `00 FF` and `00 00` at the end.
pub fn encode_ordered_value(value: &KeyValue, out: &mut Vec<u8>) {
    match value {
        KeyValue::N(number) => number.encode_ordered(out),
        KeyValue::S(text) => encode_ordered_bytes(text.as_bytes(), out),
        KeyValue::B(bytes) => encode_ordered_bytes(bytes, out),
    }
}

/// Appends what the ordered forms of all strings (or binaries) with this prefix begin with.
/// A number has no prefixes; its whole form is appended.
pub fn encode_ordered_prefix(prefix: &KeyValue, out: &mut Vec<u8>) {
    match prefix {
        KeyValue::N(number) => number.encode_ordered(out),
        KeyValue::S(text) => escape(text.as_bytes(), out),
        KeyValue::B(bytes) => escape(bytes, out),
    }
}

fn encode_ordered_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    escape(bytes, out);
    out.extend([0, 0]);
}

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + 2);
    for &byte in bytes {
        out.push(byte);
        if byte == 0 {
            out.push(0xFF);
        }
    }
}

/// The keyed hash (SipHash-2-4, 128 bits) of the values of a partition key.
pub fn partition_hash(secret: &HashSecret, values: &[KeyValue]) -> [u8; StoredKey::HASH_BYTES] {
    let mut encoded = Vec::with_capacity(64);
    for value in values {
        // The type is hashed too: 1 and "1" are different keys wherever types may differ.
        encoded.push(value.scalar_type() as u8);
        encode_ordered_value(value, &mut encoded);
    }
    let mut hasher = SipHasher24::new_with_key(&secret.0);
    hasher.write(&encoded);
    hasher.finish128().as_bytes()
}

impl Key {
    fn encode(&self, secret: &HashSecret, tail: &[u8]) -> StoredKey {
        let mut bytes = Vec::with_capacity(StoredKey::HASH_BYTES + 32 + tail.len());
        bytes.extend_from_slice(&partition_hash(secret, &self.partition));
        self.sort
            .iter()
            .for_each(|value| encode_ordered_value(value, &mut bytes));
        bytes.extend_from_slice(tail);
        StoredKey(bytes.into())
    }

    /// The stored key of the item with this primary key.
    pub fn stored(&self, secret: &HashSecret) -> StoredKey {
        self.encode(secret, &[])
    }

    /// The stored key of an index entry with this index key, of the item stored at `base`.
    pub fn stored_index(&self, secret: &HashSecret, base: &StoredKey) -> StoredKey {
        self.encode(secret, &base.0)
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
        let missing = |name: &str| KeyError::Missing {
            name: name.to_owned(),
        };
        self.key(|attribute| {
            let value = item
                .get(&attribute.name)
                .ok_or_else(|| missing(&attribute.name))?;
            typed(attribute, value).ok_or_else(|| KeyError::TypeMismatch {
                name: attribute.name.clone(),
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
        self.key(|attribute| {
            map.get(&attribute.name)
                .and_then(|value| typed(attribute, value))
                .ok_or(KeyError::SchemaMismatch)
        })
    }

    /// The index key of a stored item; `None` if the item is not in the index: an attribute is
    /// missing, has another type, or does not fit a key.
    pub fn index_key_of_item(&self, item: &Item) -> Option<Key> {
        self.key(|attribute| {
            item.get(&attribute.name)
                .and_then(|value| typed(attribute, value))
                .ok_or(KeyError::SchemaMismatch)
        })
        .ok()
    }

    /// Checks the item's values of this index's key attributes. Missing ones are fine: the item
    /// is then not in the index. `index` is named in the texts.
    pub fn check_index_key(&self, item: &Item, index: &str) -> Result<(), String> {
        let present = |attribute: &KeyAttribute| {
            item.get(&attribute.name)
                .map(|value| (attribute.clone(), value.clone()))
        };
        let mut sizes = [0, 0];
        let sides = [&self.partition, &self.sort];
        for (side, size) in sides.into_iter().zip(&mut sizes) {
            for (attribute, value) in side.iter().filter_map(present) {
                let name = &attribute.name;
                let Some(key_value) = typed(&attribute, &value) else {
                    let (expected, actual) = (attribute.scalar_type, value.type_name());
                    return Err(format!(
                        "One or more parameter values were invalid: Type mismatch for Index Key \
                         {name} Expected: {expected} Actual: {actual} IndexName: {index}"
                    ));
                };
                if let Some(kind) = key_value.empty_kind() {
                    return Err(format!(
                        "One or more parameter values are not valid. A value specified for a \
                         secondary index key is not supported. The AttributeValue for a key \
                         attribute cannot contain an empty {kind} value. IndexName: {index}, \
                         IndexKey: {name}"
                    ));
                }
                *size += key_value.limited_bytes();
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

    fn key(
        &self,
        value_of: impl Fn(&KeyAttribute) -> Result<KeyValue, KeyError>,
    ) -> Result<Key, KeyError> {
        let side = |attributes: &[KeyAttribute], bytes_max: usize, too_long: KeyError| {
            let mut bytes = 0;
            let mut values = Vec::with_capacity(attributes.len());
            for attribute in attributes {
                let value = value_of(attribute)?;
                if let Some(kind) = value.empty_kind() {
                    return Err(KeyError::EmptyValue {
                        name: attribute.name.clone(),
                        kind,
                    });
                }
                bytes += value.limited_bytes();
                values.push(value);
            }
            if bytes > bytes_max {
                Err(too_long)
            } else {
                Ok(values)
            }
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

fn typed(attribute: &KeyAttribute, value: &AttributeValue) -> Option<KeyValue> {
    KeyValue::from_attribute(value).filter(|value| value.scalar_type() == attribute.scalar_type)
}

#[cfg(test)]
mod tests;
