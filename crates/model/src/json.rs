//! DynamoDB JSON (`{"name":{"S":"text"}}`): the door items come in by, and the way out.
//!
//! Reading checks every rule of attribute values on the way, in one pass without an
//! intermediate tree, so that whoever holds an [`Item`] from here holds a valid one: types,
//! numbers, sets, nesting, names. As in the service, the last of several members of one name
//! wins, a member that is `null` is absent, and members of unknown names are skipped.
//!
//! Two kinds of fault are told apart: a JSON value of the wrong kind
//! ([`ItemJsonError::Serialization`]), and a value that breaks a rule
//! ([`ItemJsonError::Validation`]). The first kind wins wherever it stands, because the service
//! converts all types before it checks any rule. Depth is bounded before the stack is: a map or
//! list that would be the 33rd level is passed over without recursion.
//!
//! Start reading at [`parse_item`]; [`read`] has the grammar, [`mod@write`] the way out.

mod read;
mod write;

use crate::{AttributeValue, Item};

pub(crate) use write::{write_base64, write_number, write_string};
pub use write::{write_item, write_value};

/// Why a text is not an item. The text is DynamoDB's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemJsonError {
    /// A JSON value of another kind than its place wants, or no JSON at all.
    #[error("{0}")]
    Serialization(String),
    /// A value that breaks a rule of attribute values.
    #[error("{0}")]
    Validation(String),
}

/// A fault in a map of values, with the entry it is in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct EntryError {
    /// Key of the entry; `None` if the map itself is not one.
    pub key: Option<String>,
    /// What is wrong with it.
    pub error: ItemJsonError,
}

/// Reads an item (or a key, which has the same form).
pub fn parse_item(json: &str) -> Result<Item, ItemJsonError> {
    parse_value_map(json).map_err(|fault| fault.error)
}

/// Reads a map of values whose faults are told with the key they are at, such as
/// `ExpressionAttributeValues`.
pub fn parse_value_map(json: &str) -> Result<Item, EntryError> {
    read::map(json).map(|attributes| Item { attributes })
}

/// Reads one attribute value.
pub fn parse_value(json: &str) -> Result<AttributeValue, ItemJsonError> {
    read::value(json).map_err(|fault| fault.error)
}

#[cfg(test)]
mod tests;
