//! The bytes of keys.
//!
//! ```text
//! item's key    := hash value...                 the partition key's hash, the sort key's values
//! index entry's := hash value... item's-key      of the index key, then of the item's own
//! value         := ordered form of a number | escaped bytes 00 00
//! ```
//! The hash is keyed, 128 bits, over all values of the partition key. It spreads load evenly,
//! makes the segments of a parallel scan and the ranges of an archive equal in size, and leaves
//! no partition key readable on disk. Values of the sort key stand in a form whose byte order is
//! DynamoDB's order and that is never a prefix of another value's, so forms can follow each
//! other. An index entry's key ends with the key of its item, so that items which share an index
//! key stand side by side.
//!
//! The secret of the hash belongs to the timeline: a restored table keeps its source's, so the
//! archive's order is its order.

use std::hash::Hasher as _;

use bytes::Bytes;
use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::{Key, KeyValue};

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
