//! DynamoDB JSON (`{"name":{"S":"text"}}`): the door items come in by, and the way out.
//!
//! Reading checks every rule of attribute values on the way, in one pass without an
//! intermediate tree, so that whoever holds an [`Item`] from here holds a valid one: types,
//! numbers, sets, nesting, names. Two kinds of fault are told apart: a JSON value of the wrong
//! kind ([`ItemJsonError::Serialization`]), and a value that breaks a rule
//! ([`ItemJsonError::Validation`]). Depth is bounded before the stack is: the 33rd level of a
//! value is refused where it begins.
//!
//! Writing is by hand, because replies are mostly items.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::{AttributeValue, Item, Number, limits};

/// Why a text is not an item. The text is DynamoDB's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemJsonError {
    /// A JSON value of another kind than its place wants.
    #[error("{0}")]
    Serialization(String),
    /// A value that breaks a rule of attribute values.
    #[error("{0}")]
    Validation(String),
}

/// A fault in a map of values, with the entry it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Reads a map of values whose keys are not attribute names, such as
/// `ExpressionAttributeValues`.
pub fn parse_value_map(json: &str) -> Result<Item, EntryError> {
    let reading = Reading::default();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    match (MapSeed {
        reading: &reading,
        depth: 0,
    })
    .deserialize(&mut deserializer)
    {
        Ok(attributes) => Ok(Item { attributes }),
        Err(error) => Err(EntryError {
            key: reading.entry.take(),
            error: reading.fault(&error),
        }),
    }
}

/// Reads one attribute value.
pub fn parse_value(json: &str) -> Result<AttributeValue, ItemJsonError> {
    let reading = Reading::default();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    ValueSeed {
        reading: &reading,
        depth: 0,
    }
    .deserialize(&mut deserializer)
    .map_err(|error| reading.fault(&error))
}

/// What is known of a read under way, for when it fails.
#[derive(Default)]
struct Reading {
    /// The first fault; serde only carries texts.
    fault: RefCell<Option<ItemJsonError>>,
    /// The outermost entry being read.
    entry: RefCell<Option<String>>,
}

impl Reading {
    fn refuse<E: serde::de::Error>(&self, fault: ItemJsonError) -> E {
        self.fault.borrow_mut().get_or_insert(fault);
        E::custom("refused")
    }

    fn serialization<E: serde::de::Error>(&self, text: impl Into<String>) -> E {
        self.refuse(ItemJsonError::Serialization(text.into()))
    }

    fn validation<E: serde::de::Error>(&self, text: impl Into<String>) -> E {
        self.refuse(ItemJsonError::Validation(text.into()))
    }

    fn invalid<E: serde::de::Error>(&self, text: impl fmt::Display) -> E {
        self.validation(format!("One or more parameter values were invalid: {text}"))
    }

    fn fault(&self, error: &serde_json::Error) -> ItemJsonError {
        self.fault
            .take()
            .unwrap_or_else(|| ItemJsonError::Serialization(format!("malformed JSON: {error}")))
    }
}

/// The kinds of JSON value, refused with AWS's words for them unless a visitor wants them.
macro_rules! refuse_kinds {
    (scalars: |$reading:ident, $kind:ident| $text:expr) => {
        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
            let ($reading, $kind) = (
                self.reading(),
                if value { "TRUE_VALUE" } else { "FALSE_VALUE" },
            );
            Err($reading.serialization($text))
        }

        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            let ($reading, $kind) = (self.reading(), "NUMBER_VALUE");
            Err($reading.serialization($text))
        }

        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            let ($reading, $kind) = (self.reading(), "NUMBER_VALUE");
            Err($reading.serialization($text))
        }

        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            let ($reading, $kind) = (self.reading(), "DECIMAL_VALUE");
            Err($reading.serialization($text))
        }
    };
}

/// A map of attribute values.
#[derive(Clone, Copy)]
struct MapSeed<'r> {
    reading: &'r Reading,
    /// Maps and lists around this one.
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for MapSeed<'_> {
    type Value = BTreeMap<String, AttributeValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl MapSeed<'_> {
    fn reading(&self) -> &Reading {
        self.reading
    }
}

impl<'de> Visitor<'de> for MapSeed<'_> {
    type Value = BTreeMap<String, AttributeValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of attribute values")
    }

    refuse_kinds!(scalars: |_reading, _kind| "Unexpected field type");

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Err(self.reading.serialization("Unexpected field type"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.reading.serialization(
            "Unrecognized collection type java.util.Map<java.lang.String, \
             com.amazonaws.dynamodb.v20120810.AttributeValue>",
        ))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(name) = access.next_key::<Cow<'de, str>>()? {
            if self.depth == 0 {
                *self.reading.entry.borrow_mut() = Some(name.to_string());
            }
            if name.len() > limits::ATTRIBUTE_NAME_BYTES_MAX {
                return Err(self
                    .reading
                    .validation("Attribute name is too large, must be less than 65536 bytes"));
            }
            if name.is_empty() {
                return Err(self.reading.invalid("Empty attribute name"));
            }
            let seed = OptionalSeed(ValueSeed {
                reading: self.reading,
                depth: self.depth,
            });
            if let Some(value) = access.next_value_seed(seed)? {
                map.insert(name.into_owned(), value);
            }
        }
        Ok(map)
    }
}

/// Null, which counts as absent, or what the inner seed reads.
struct OptionalSeed<S>(S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for OptionalSeed<S> {
    type Value = Option<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for OptionalSeed<S> {
    type Value = Option<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null or a value")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}

/// One attribute value: an object with exactly one of the type names as its key.
#[derive(Clone, Copy)]
struct ValueSeed<'r> {
    reading: &'r Reading,
    /// Maps and lists around this value.
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = AttributeValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'r> ValueSeed<'r> {
    fn reading(&self) -> &'r Reading {
        self.reading
    }

    fn text(self) -> TextSeed<'r> {
        TextSeed {
            reading: self.reading,
        }
    }

    /// Maps and lists one level further in, if there may be one.
    fn deeper<E: serde::de::Error>(self) -> Result<usize, E> {
        if self.depth >= limits::NESTING_LEVELS_MAX {
            return Err(self.reading.validation(
                "Nesting Levels have exceeded supported limits: Attributes in the item have \
                 nested levels beyond supported limit",
            ));
        }
        Ok(self.depth + 1)
    }

    /// Reads the payload of one type; `None` for JSON null and for unknown types.
    fn typed<'de, A: MapAccess<'de>>(
        self,
        kind: &str,
        access: &mut A,
    ) -> Result<Option<AttributeValue>, A::Error> {
        let reading = self.reading;
        Ok(match kind {
            "S" => access
                .next_value_seed(OptionalSeed(self.text()))?
                .map(|text| AttributeValue::S(text.into_owned())),
            "N" => match access.next_value_seed(OptionalSeed(self.text()))? {
                Some(text) => Some(AttributeValue::N(self.number(&text)?)),
                None => None,
            },
            "B" => match access.next_value_seed(OptionalSeed(self.text()))? {
                Some(text) => Some(AttributeValue::B(self.binary(&text)?)),
                None => None,
            },
            "BOOL" => access
                .next_value_seed(OptionalSeed(BooleanSeed {
                    reading,
                    from_text: false,
                }))?
                .map(AttributeValue::Bool),
            "NULL" => match access.next_value_seed(OptionalSeed(BooleanSeed {
                reading,
                from_text: true,
            }))? {
                Some(true) => Some(AttributeValue::Null),
                Some(false) => {
                    return Err(
                        reading.invalid("Null attribute value types must have the value of true")
                    );
                }
                None => None,
            },
            "M" => access
                .next_value_seed(OptionalSeed(MapSeed {
                    reading,
                    depth: self.deeper()?,
                }))?
                .map(AttributeValue::M),
            "L" => {
                let element = ValueSeed {
                    reading,
                    depth: self.deeper()?,
                };
                access
                    .next_value_seed(OptionalSeed(ListSeed { reading, element }))?
                    .map(AttributeValue::L)
            }
            "SS" | "NS" | "BS" => {
                let list = ListSeed {
                    reading,
                    element: self.text(),
                };
                match access.next_value_seed(OptionalSeed(list))? {
                    Some(elements) => Some(self.set(kind, elements)?),
                    None => None,
                }
            }
            _ => {
                access.next_value::<IgnoredAny>()?;
                None
            }
        })
    }

    fn number<E: serde::de::Error>(self, text: &str) -> Result<Number, E> {
        Number::parse(text).map_err(|error| self.reading.validation(error.to_string()))
    }

    fn binary<E: serde::de::Error>(self, text: &str) -> Result<Vec<u8>, E> {
        if !text.len().is_multiple_of(4) {
            return Err(self.reading.serialization(format!(
                "Base64 encoded length is expected a multiple of 4 bytes but found: {}",
                text.len()
            )));
        }
        STANDARD.decode(text).map_err(|_| {
            self.reading
                .serialization("only base-64-encoded strings are convertible to bytes")
        })
    }

    fn set<E: serde::de::Error>(
        self,
        kind: &str,
        elements: Vec<Cow<'_, str>>,
    ) -> Result<AttributeValue, E> {
        if elements.is_empty() {
            // The two blanks are AWS's.
            return Err(self.reading.invalid(match kind {
                "SS" => "An string set  may not be empty",
                "NS" => "An number set  may not be empty",
                _ => "Binary sets should not be empty",
            }));
        }
        let count = elements.len();
        let listed = |elements: &[Cow<'_, str>]| format!("[{}]", elements.join(", "));
        let (set, size, duplicates) = match kind {
            "SS" => {
                let set: BTreeSet<String> = elements.iter().map(ToString::to_string).collect();
                let text = format!(
                    "Input collection {} contains duplicates.",
                    listed(&elements)
                );
                (AttributeValue::Ss(set.clone()), set.len(), text)
            }
            "NS" => {
                let set = elements
                    .iter()
                    .map(|text| self.number(text))
                    .collect::<Result<BTreeSet<_>, E>>()?;
                let text = "Input collection contains duplicates".to_owned();
                (AttributeValue::Ns(set.clone()), set.len(), text)
            }
            _ => {
                let set = elements
                    .iter()
                    .map(|text| self.binary(text))
                    .collect::<Result<BTreeSet<_>, E>>()?;
                let text = format!(
                    "Input collection {}of type BS contains duplicates.",
                    listed(&elements)
                );
                (AttributeValue::Bs(set.clone()), set.len(), text)
            }
        };
        if size < count {
            Err(self.reading.invalid(duplicates))
        } else {
            Ok(set)
        }
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = AttributeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute value")
    }

    refuse_kinds!(scalars: |_reading, _kind| "Unexpected value type in payload");

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Err(self
            .reading
            .serialization("Unexpected value type in payload"))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Err(self.reading.validation(EMPTY_VALUE))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.reading.serialization(
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut value = None;
        let mut several = false;
        while let Some(kind) = access.next_key::<Cow<'de, str>>()? {
            if let Some(read) = self.typed(&kind, &mut access)? {
                several |= value.is_some();
                value = Some(read);
            }
        }
        if several {
            return Err(self.reading.validation(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly \
                 one of the supported datatypes",
            ));
        }
        value.ok_or_else(|| self.reading.validation(EMPTY_VALUE))
    }
}

const EMPTY_VALUE: &str =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";

/// A JSON string.
#[derive(Clone, Copy)]
struct TextSeed<'r> {
    reading: &'r Reading,
}

impl TextSeed<'_> {
    fn reading(&self) -> &Reading {
        self.reading
    }
}

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed<'_> {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    refuse_kinds!(scalars: |_reading, kind| format!("{kind} cannot be converted to String"));

    fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Err(self.reading.serialization("Unexpected field type"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.reading.serialization("Unexpected field type"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self
            .reading
            .serialization("Start of structure or map found where not expected"))
    }
}

/// A boolean; where `from_text`, also a string that says so.
#[derive(Clone, Copy)]
struct BooleanSeed<'r> {
    reading: &'r Reading,
    from_text: bool,
}

impl<'de> DeserializeSeed<'de> for BooleanSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BooleanSeed<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean")
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(value)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        if self.from_text {
            return Ok(["true", "yes", "1"]
                .iter()
                .any(|yes| text.eq_ignore_ascii_case(yes)));
        }
        Err(self
            .reading
            .serialization("STRING_VALUE cannot be converted to Boolean"))
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Err(self
            .reading
            .serialization("NUMBER_VALUE cannot be converted to Boolean"))
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Err(self
            .reading
            .serialization("NUMBER_VALUE cannot be converted to Boolean"))
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Err(self
            .reading
            .serialization("DECIMAL_VALUE cannot be converted to Boolean"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self.reading.serialization("Unexpected field type"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self
            .reading
            .serialization("Start of structure or map found where not expected"))
    }
}

/// A JSON array of what the element seed reads.
struct ListSeed<'r, S> {
    reading: &'r Reading,
    element: S,
}

impl<S> ListSeed<'_, S> {
    fn reading(&self) -> &Reading {
        self.reading
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> DeserializeSeed<'de> for ListSeed<'_, S> {
    type Value = Vec<S::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: DeserializeSeed<'de> + Copy> Visitor<'de> for ListSeed<'_, S> {
    type Value = Vec<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    refuse_kinds!(scalars: |_reading, _kind| "Unexpected field type");

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Err(self.reading.serialization("Unexpected field type"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
        Err(self
            .reading
            .serialization("Start of structure or map found where not expected"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = access.next_element_seed(self.element)? {
            list.push(element);
        }
        Ok(list)
    }
}

/// Appends an item as DynamoDB JSON.
pub fn write_item(item: &Item, out: &mut Vec<u8>) {
    write_map(&item.attributes, out);
}

/// Appends one attribute value as DynamoDB JSON.
pub fn write_value(value: &AttributeValue, out: &mut Vec<u8>) {
    let mut typed = |kind: &str, payload: &mut dyn FnMut(&mut Vec<u8>)| {
        out.extend_from_slice(b"{\"");
        out.extend_from_slice(kind.as_bytes());
        out.extend_from_slice(b"\":");
        payload(out);
        out.push(b'}');
    };
    typed(value.type_name(), &mut |out| match value {
        AttributeValue::S(text) => write_string(text, out),
        AttributeValue::N(number) => write_number(number, out),
        AttributeValue::B(bytes) => write_base64(bytes, out),
        AttributeValue::Bool(value) => {
            out.extend_from_slice(if *value { b"true" } else { b"false" });
        }
        AttributeValue::Null => out.extend_from_slice(b"true"),
        AttributeValue::M(map) => write_map(map, out),
        AttributeValue::L(list) => write_list(list, out, write_value),
        AttributeValue::Ss(set) => write_list(set, out, |text, out| write_string(text, out)),
        AttributeValue::Ns(set) => write_list(set, out, write_number),
        AttributeValue::Bs(set) => write_list(set, out, |bytes, out| write_base64(bytes, out)),
    });
}

fn write_map(map: &BTreeMap<String, AttributeValue>, out: &mut Vec<u8>) {
    out.push(b'{');
    for (position, (name, value)) in map.iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write_string(name, out);
        out.push(b':');
        write_value(value, out);
    }
    out.push(b'}');
}

fn write_list<T>(
    list: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    write: impl Fn(T, &mut Vec<u8>),
) {
    out.push(b'[');
    for (position, element) in list.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(element, out);
    }
    out.push(b']');
}

/// Appends a number as a JSON string.
pub(crate) fn write_number(number: &Number, out: &mut Vec<u8>) {
    use std::io::Write as _;
    // Writing into a Vec cannot fail.
    let _ = write!(out, "\"{number}\"");
}

/// Appends bytes as a base64 JSON string.
pub(crate) fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
    out.push(b'"');
}

/// Appends a JSON string: runs of plain bytes are copied whole, the rest is escaped.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = text.as_bytes();
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    while let Some(at) = rest.iter().position(special) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        let Some((&byte, tail)) = tail.split_first() else {
            break;
        };
        match byte {
            b'"' | b'\\' => out.extend([b'\\', byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            _ => {
                out.extend(b"\\u00");
                out.extend(HEX.get(usize::from(byte >> 4)));
                out.extend(HEX.get(usize::from(byte & 15)));
            }
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

#[cfg(test)]
mod tests;
