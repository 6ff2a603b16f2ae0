//! Attribute values and maps of them, which are kept as text.
//!
//! What must hold: the text is an object and its nesting is bounded, so that whoever interprets it may
//! recurse.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

use super::{DEPTH_MAX, Map, Read, Token, unrecognized_collection};
use crate::raw_json::RawJson;

/// An attribute value, kept as text.
pub(crate) struct AttributeValue;

impl Read for AttributeValue {
    type Value = RawJson;

    fn type_name() -> Cow<'static, str> {
        "class com.amazonaws.dynamodb.v20120810.AttributeValue".into()
    }

    fn scalar(_token: Token<'_>) -> Result<RawJson, String> {
        Err("Unexpected value type in payload".to_owned())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RawJson, D::Error> {
        read_object_text::<Self, D>(deserializer)
    }
}

/// A map of attribute values, kept as text.
pub(crate) struct AttributeMap;

impl Read for AttributeMap {
    type Value = RawJson;

    fn type_name() -> Cow<'static, str> {
        Map::<AttributeValue>::type_name()
    }

    fn scalar(_token: Token<'_>) -> Result<RawJson, String> {
        Err("Unexpected field type".to_owned())
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RawJson, D::Error> {
        read_object_text::<Self, D>(deserializer)
    }
}

fn read_object_text<'de, R, D>(deserializer: D) -> Result<RawJson, D::Error>
where
    R: Read<Value = RawJson>,
    D: Deserializer<'de>,
{
    let text = <&RawValue>::deserialize(deserializer)?.get();
    match text.as_bytes().first() {
        Some(b'{') if nests_too_deep(text) => Err(D::Error::custom(format!(
            "Nesting exceeds {DEPTH_MAX} levels"
        ))),
        Some(b'{') => Ok(RawJson::from_text(text)),
        Some(b'[') => Err(D::Error::custom(unrecognized_collection::<R>())),
        _ => R::scalar(Token::Null).map_err(D::Error::custom),
    }
}

/// Whether well-formed JSON nests deeper than [`DEPTH_MAX`].
fn nests_too_deep(json: &str) -> bool {
    // Each level takes two brackets, so short text needs no look at all.
    json.len() > 2 * DEPTH_MAX && depth(json.as_bytes()) > DEPTH_MAX
}

fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Passes the rest of a string, up to and including its closing quote.
fn skip_string<'a>(bytes: &mut impl Iterator<Item = &'a u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
}
