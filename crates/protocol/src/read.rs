//! Reading requests: JSON to shapes, with the service's own texts for values of the wrong type.
//!
//! What must hold: members the model does not know are skipped, a member that is `null` is absent,
//! and the recursion of the parser is bounded: shapes nest no deeper than the model, skipped values
//! are passed over iteratively, and JSON that is kept as text nests at most [`DEPTH_MAX`] deep.
//!
//! How it fails: text that is not JSON is a `SerializationException` without a message, as on the
//! service; a value of the wrong type is one whose message names the two types.

mod opaque;
mod scalars;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::fault::Fault;
pub(crate) use opaque::{AttributeMap, AttributeValue};

/// How deep the arrays and objects of an attribute value or item may nest: an item of 32 levels
/// takes two of JSON for each, and what exceeds that within this bound gets the item's own error.
pub const DEPTH_MAX: usize = 128;

/// Reads the body of a request. The input's bounds are not checked: see [`crate::validate`].
///
/// # Errors
/// A `SerializationException`.
pub fn parse_input<T: Structure>(body: &[u8]) -> Result<T, Fault> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    T::read(&mut deserializer)
        .and_then(|input| deserializer.end().map(|()| input))
        .map_err(|error| fault(&error))
}

fn fault(error: &serde_json::Error) -> Fault {
    if error.is_data() {
        Fault::serialization(message(error))
    } else {
        Fault::not_json()
    }
}

/// The error's text without the position that serde_json adds.
fn message(error: &serde_json::Error) -> String {
    let position = format!(" at line {} column {}", error.line(), error.column());
    let text = error.to_string();
    text.strip_suffix(&position)
        .map_or_else(|| text.clone(), str::to_owned)
}

/// A structure of a request. Implemented by the generated shapes.
pub trait Structure: Default {
    /// The shape's name in the model.
    const NAME: &'static str;

    /// Reads the value of the member `name` from `members`, or skips it if there is none such.
    fn read_member<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        members: &mut M,
    ) -> Result<(), M::Error>;
}

/// A shape that can be read, and what it calls itself in the texts of type errors.
pub(crate) trait Read {
    type Value;

    /// The type's name as the service prints it.
    fn type_name() -> Cow<'static, str>;

    /// The value, if it can be a scalar.
    fn scalar(token: Token<'_>) -> Result<Self::Value, String>;

    fn array<'de, A: SeqAccess<'de>>(_array: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom(unrecognized_collection::<Self>()))
    }

    fn object<'de, A: MapAccess<'de>>(_object: A) -> Result<Self::Value, A::Error> {
        Err(A::Error::custom(
            "Start of structure or map found where not expected",
        ))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(ReadVisitor::<Self>(PhantomData))
    }
}

fn unrecognized_collection<R: Read + ?Sized>() -> String {
    format!("Unrecognized collection type {}", R::type_name())
}

/// A JSON value that is neither array nor object.
pub(crate) enum Token<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    /// A number with a fraction, an exponent, or too large for an `i64`.
    Decimal(f64),
    Text(&'a str),
}

impl Token<'_> {
    fn not_convertible_to(&self, target: &str) -> String {
        let source = match self {
            Self::Null => "NULL_VALUE",
            Self::Bool(true) => "TRUE_VALUE",
            Self::Bool(false) => "FALSE_VALUE",
            Self::Decimal(number) if number.fract() != 0.0 => "DECIMAL_VALUE",
            Self::Integer(_) | Self::Decimal(_) => "NUMBER_VALUE",
            Self::Text(_) => "STRING_VALUE",
        };
        format!("{source} cannot be converted to {target}")
    }
}

struct ReadVisitor<R: ?Sized>(PhantomData<R>);

impl<'de, R: Read + ?Sized> Visitor<'de> for ReadVisitor<R> {
    type Value = R::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&R::type_name())
    }

    fn visit_unit<E: Error>(self) -> Result<R::Value, E> {
        R::scalar(Token::Null).map_err(E::custom)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<R::Value, E> {
        R::scalar(Token::Bool(value)).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<R::Value, E> {
        R::scalar(Token::Integer(value)).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<R::Value, E> {
        let token = i64::try_from(value).map_or(Token::Decimal(value as f64), Token::Integer);
        R::scalar(token).map_err(E::custom)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<R::Value, E> {
        R::scalar(Token::Decimal(value)).map_err(E::custom)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<R::Value, E> {
        R::scalar(Token::Text(value)).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<R::Value, A::Error> {
        R::array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<R::Value, A::Error> {
        R::object(object)
    }
}

/// Reads a value that must be there.
struct Required<R>(PhantomData<R>);

impl<'de, R: Read> DeserializeSeed<'de> for Required<R> {
    type Value = R::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<R::Value, D::Error> {
        R::read(deserializer)
    }
}

/// Reads a value or `null`.
struct Nullable<R>(PhantomData<R>);

impl<'de, R: Read> DeserializeSeed<'de> for Nullable<R> {
    type Value = Option<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, R: Read> Visitor<'de> for Nullable<R> {
    type Value = Option<R::Value>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&R::type_name())
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        R::read(deserializer).map(Some)
    }
}

/// Reads the value of one member of a structure into its field.
pub(crate) fn read<'de, R: Read, M: MapAccess<'de>>(
    members: &mut M,
    field: &mut Option<R::Value>,
) -> Result<(), M::Error> {
    *field = members.next_value_seed(Nullable::<R>(PhantomData))?;
    Ok(())
}

/// Skips the value of a member that the model does not know.
pub(crate) fn skip<'de, M: MapAccess<'de>>(members: &mut M) -> Result<(), M::Error> {
    members.next_value::<IgnoredAny>().map(drop)
}

impl<T: Structure> Read for T {
    type Value = T;

    fn type_name() -> Cow<'static, str> {
        format!("class com.amazonaws.dynamodb.v20120810.{}", T::NAME).into()
    }

    fn scalar(_token: Token<'_>) -> Result<T, String> {
        Err("Unexpected value type in payload".to_owned())
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<T, A::Error> {
        let mut structure = T::default();
        while let Some(name) = object.next_key_seed(MemberName)? {
            structure.read_member(&name, &mut object)?;
        }
        Ok(structure)
    }
}

/// Reads a member's name without copying it, unless it is written with escapes.
struct MemberName;

impl<'de> DeserializeSeed<'de> for MemberName {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for MemberName {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// An array of what `R` reads.
pub(crate) struct List<R>(PhantomData<R>);

impl<R: Read> Read for List<R> {
    type Value = Vec<R::Value>;

    fn type_name() -> Cow<'static, str> {
        format!("java.util.List<{}>", type_argument::<R>()).into()
    }

    fn scalar(_token: Token<'_>) -> Result<Self::Value, String> {
        Err("Unexpected field type".to_owned())
    }

    fn array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element_seed(Required::<R>(PhantomData))? {
            elements.push(element);
        }
        Ok(elements)
    }
}

/// An object whose members are all what `R` reads.
pub(crate) struct Map<R>(PhantomData<R>);

impl<R: Read> Read for Map<R> {
    type Value = BTreeMap<String, R::Value>;

    fn type_name() -> Cow<'static, str> {
        format!("java.util.Map<java.lang.String, {}>", type_argument::<R>()).into()
    }

    fn scalar(_token: Token<'_>) -> Result<Self::Value, String> {
        Err("Unexpected field type".to_owned())
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self::Value, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(name) = object.next_key::<String>()? {
            if let Some(value) = object.next_value_seed(Nullable::<R>(PhantomData))? {
                entries.insert(name, value);
            }
        }
        Ok(entries)
    }
}

fn type_argument<R: Read>() -> String {
    let name = R::type_name();
    name.strip_prefix("class ").unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests;
