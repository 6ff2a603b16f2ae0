//! The grammar of DynamoDB JSON, and the service's words for what does not follow it.
//!
//! Each kind of place in the text is a [`Place`] that says what may stand there. A value of the
//! wrong kind ends the read at once. A broken rule is only noted ([`Reading::note`]) and the read
//! goes on with whatever it has, because a value of the wrong kind further on outranks it; what
//! was read is thrown away in the end.

mod faults;
mod place;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use serde::de::{DeserializeSeed as _, Error, IgnoredAny, MapAccess};

use super::EntryError;
use crate::{AttributeValue, Number, limits};
use faults::Reading;
use place::{Boolean, List, NOT_BASE64, Nullable, Place, Required, Text, Token};

pub(super) const EMPTY: &str =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
const SEVERAL: &str = "Supplied AttributeValue has more than one datatypes set, must contain \
                       exactly one of the supported datatypes";
const TOO_DEEP: &str = "Nesting Levels have exceeded supported limits: Attributes in the item \
                        have nested levels beyond supported limit";
const NAME_TOO_LONG: &str = "Attribute name is too large, must be less than 65536 bytes";

/// Reads a map of attribute values.
pub(super) fn map(json: &str) -> Result<BTreeMap<String, AttributeValue>, EntryError> {
    let reading = Reading::default();
    let place = Map {
        reading: &reading,
        depth: 0,
    };
    let read = read_all(json, place);
    reading.outcome(read.map(Some))
}

/// Reads one attribute value.
pub(super) fn value(json: &str) -> Result<AttributeValue, EntryError> {
    let reading = Reading::default();
    let place = Value {
        reading: &reading,
        depth: 0,
    };
    let read = read_all(json, place);
    reading.outcome(read)
}

fn read_all<'de, P: Place<'de>>(json: &'de str, place: P) -> serde_json::Result<P::Value> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let read = Required(place).deserialize(&mut deserializer)?;
    deserializer.end().map(|()| read)
}

/// A map of attribute values.
#[derive(Clone, Copy)]
struct Map<'r> {
    reading: &'r Reading,
    /// Levels down to this one; the outermost map is not counted.
    depth: usize,
}

impl<'de> Place<'de> for Map<'_> {
    type Value = BTreeMap<String, AttributeValue>;

    fn reading(&self) -> &Reading {
        self.reading
    }

    fn type_name(&self) -> &'static str {
        "java.util.Map<java.lang.String, com.amazonaws.dynamodb.v20120810.AttributeValue>"
    }

    fn scalar(self, _: Token<'de>) -> Result<Self::Value, String> {
        Err("Unexpected field type".to_owned())
    }

    fn object<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(name) = entries.next_key_seed(Required(Text::string(self.reading)))? {
            self.check_name(&name);
            let value = entries.next_value_seed(Nullable(Value {
                reading: self.reading,
                depth: self.depth,
            }));
            if self.depth == 0 {
                self.reading.locate(&name);
            }
            match value?.flatten() {
                Some(value) => map.insert(name.into_owned(), value),
                None => map.remove(&*name),
            };
        }
        Ok(map)
    }
}

impl Map<'_> {
    fn check_name(self, name: &str) {
        if name.is_empty() {
            self.reading.note_invalid("Empty attribute name");
        }
        if name.len() > limits::ATTRIBUTE_NAME_BYTES_MAX {
            self.reading.note(NAME_TOO_LONG);
        }
    }
}

/// One attribute value: an object with exactly one type as its member. Reads as `None` if it
/// breaks a rule.
#[derive(Clone, Copy)]
struct Value<'r> {
    reading: &'r Reading,
    /// Maps and lists around this value.
    depth: usize,
}

impl<'de> Place<'de> for Value<'_> {
    type Value = Option<AttributeValue>;

    fn reading(&self) -> &Reading {
        self.reading
    }

    fn type_name(&self) -> &'static str {
        "class com.amazonaws.dynamodb.v20120810.AttributeValue"
    }

    fn scalar(self, token: Token<'de>) -> Result<Self::Value, String> {
        if let Token::Null = token {
            self.reading.note(EMPTY);
            return Ok(None);
        }
        Err("Unexpected value type in payload".to_owned())
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = Found::default();
        while let Some(name) = members.next_key_seed(Required(Text::string(self.reading)))? {
            if let Some(kind) = Type::parse(&name) {
                found.set(kind, self.member(kind, &mut members)?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        if found.first.is_none() {
            self.reading.note(EMPTY);
        }
        if !found.others.is_empty() {
            self.reading.note(SEVERAL);
        }
        Ok(found.first)
    }
}

/// The members of one attribute value that are there.
#[derive(Default)]
struct Found {
    first: Option<AttributeValue>,
    /// Further types: none, in a valid value.
    others: Vec<AttributeValue>,
}

impl Found {
    /// Sets a member, over an earlier one of its name.
    fn set(&mut self, kind: Type, value: Option<AttributeValue>) {
        let differs = |other: &AttributeValue| Type::parse(other.type_name()) != Some(kind);
        self.others.retain(differs);
        self.first = self.first.take().filter(differs);
        if self.first.is_some() {
            self.others.extend(value);
        } else {
            self.first = value.or_else(|| self.others.pop());
        }
    }
}

/// The type of an attribute value, by the name of its member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    S,
    N,
    B,
    Bool,
    Null,
    M,
    L,
    Ss,
    Ns,
    Bs,
}

impl Type {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "S" => Self::S,
            "N" => Self::N,
            "B" => Self::B,
            "BOOL" => Self::Bool,
            "NULL" => Self::Null,
            "M" => Self::M,
            "L" => Self::L,
            "SS" => Self::Ss,
            "NS" => Self::Ns,
            "BS" => Self::Bs,
            _ => return None,
        })
    }
}

impl Value<'_> {
    /// Reads what stands at a type's name; `None` for `null` and for what breaks a rule.
    fn member<'de, A: MapAccess<'de>>(
        self,
        kind: Type,
        members: &mut A,
    ) -> Result<Option<AttributeValue>, A::Error> {
        let reading = self.reading;
        let (string, base64) = (Text::string(reading), Text::base64(reading));
        let boolean = Boolean { reading };
        let strings = List {
            reading,
            element: string,
        };
        Ok(match kind {
            Type::S => members
                .next_value_seed(Nullable(string))?
                .map(|text| AttributeValue::S(text.into_owned())),
            Type::N => members
                .next_value_seed(Nullable(string))?
                .and_then(|text| self.number(&text))
                .map(AttributeValue::N),
            Type::B => members
                .next_value_seed(Nullable(base64))?
                .map(|text| self.binary(&text))
                .transpose()?
                .map(AttributeValue::B),
            Type::Bool => members
                .next_value_seed(Nullable(boolean))?
                .map(AttributeValue::Bool),
            Type::Null => members
                .next_value_seed(Nullable(boolean))?
                .and_then(|value| self.null(value)),
            Type::M | Type::L => self.container(kind, members)?,
            Type::Ss => members
                .next_value_seed(Nullable(strings))?
                .map(|elements| self.string_set(&elements)),
            Type::Ns => members
                .next_value_seed(Nullable(strings))?
                .and_then(|elements| self.number_set(&elements)),
            Type::Bs => members
                .next_value_seed(Nullable(List {
                    reading,
                    element: base64,
                }))?
                .map(|elements| self.binary_set(&elements))
                .transpose()?,
        })
    }

    fn container<'de, A: MapAccess<'de>>(
        self,
        kind: Type,
        members: &mut A,
    ) -> Result<Option<AttributeValue>, A::Error> {
        let reading = self.reading;
        let depth = self.depth + 1;
        if depth > limits::NESTING_LEVELS_MAX {
            if members.next_value::<Option<IgnoredAny>>()?.is_some() {
                reading.note(TOO_DEEP);
            }
            return Ok(None);
        }
        if kind == Type::M {
            let map = members.next_value_seed(Nullable(Map { reading, depth }))?;
            return Ok(map.map(AttributeValue::M));
        }
        let element = Value { reading, depth };
        let list = members.next_value_seed(Nullable(List { reading, element }))?;
        Ok(list.map(|elements| AttributeValue::L(elements.into_iter().flatten().collect())))
    }

    fn null(self, value: bool) -> Option<AttributeValue> {
        if !value {
            self.reading
                .note_invalid("Null attribute value types must have the value of true");
        }
        value.then_some(AttributeValue::Null)
    }

    fn number(self, text: &str) -> Option<Number> {
        Number::parse(text)
            .map_err(|error| self.reading.note(error.to_string()))
            .ok()
    }

    fn binary<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
        if !text.len().is_multiple_of(4) {
            return Err(self.reading.refuse(format!(
                "Base64 encoded length is expected a multiple of 4 bytes but found: {}",
                text.len()
            )));
        }
        STANDARD.decode(text).map_err(|error| {
            self.reading.refuse(match error {
                DecodeError::InvalidByte(_, byte) if byte != b'=' => NOT_BASE64,
                // The spelling is the service's.
                _ => "Invalid last non-pad Base64 character dectected",
            })
        })
    }

    fn string_set(self, elements: &[Cow<'_, str>]) -> AttributeValue {
        if elements.is_empty() {
            // The two blanks are the service's, here and for numbers.
            self.reading.note_invalid("An string set  may not be empty");
        }
        let set: BTreeSet<String> = elements.iter().map(ToString::to_string).collect();
        if set.len() < elements.len() {
            self.reading.note_invalid(format_args!(
                "Input collection [{}] contains duplicates.",
                elements.join(", ")
            ));
        }
        AttributeValue::Ss(set)
    }

    fn number_set(self, elements: &[Cow<'_, str>]) -> Option<AttributeValue> {
        if elements.is_empty() {
            self.reading.note_invalid("An number set  may not be empty");
        }
        let set = elements
            .iter()
            .map(|text| self.number(text))
            .collect::<Option<BTreeSet<_>>>()?;
        if set.len() < elements.len() {
            self.reading.note("Input collection contains duplicates");
        }
        Some(AttributeValue::Ns(set))
    }

    fn binary_set<E: Error>(self, elements: &[Cow<'_, str>]) -> Result<AttributeValue, E> {
        if elements.is_empty() {
            self.reading.note_invalid("Binary sets should not be empty");
        }
        let set = elements
            .iter()
            .map(|text| self.binary(text))
            .collect::<Result<BTreeSet<_>, E>>()?;
        if set.len() < elements.len() {
            self.reading.note_invalid(format_args!(
                "Input collection [{}]of type BS contains duplicates.",
                elements.join(", ")
            ));
        }
        Ok(AttributeValue::Bs(set))
    }
}
