//! Kinds of place in the text: strings, booleans, lists, and how any place is read.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::Reading;

pub(super) const NOT_BASE64: &str = "only base-64-encoded strings are convertible to bytes";

/// A JSON value that is neither array nor object.
pub(super) enum Token<'de> {
    Null,
    Bool(bool),
    Integer,
    /// A number with a fraction.
    Decimal,
    Text(Cow<'de, str>),
}

impl Token<'_> {
    fn not_convertible_to(&self, target: &str) -> String {
        let kind = match self {
            Self::Null => return "Unexpected field type".to_owned(),
            Self::Bool(true) => "TRUE_VALUE",
            Self::Bool(false) => "FALSE_VALUE",
            Self::Integer => "NUMBER_VALUE",
            Self::Decimal => "DECIMAL_VALUE",
            Self::Text(_) => "STRING_VALUE",
        };
        format!("{kind} cannot be converted to {target}")
    }
}

/// A kind of place in the text, and what may stand there.
pub(super) trait Place<'de>: Copy {
    type Value;

    fn reading(&self) -> &Reading;

    /// What the service calls the type that belongs here.
    fn type_name(&self) -> &'static str;

    /// The value, or the text that refuses it.
    fn scalar(self, token: Token<'de>) -> Result<Self::Value, String>;

    fn array<A: SeqAccess<'de>>(self, _array: A) -> Result<Self::Value, A::Error> {
        let text = format!("Unrecognized collection type {}", self.type_name());
        Err(self.reading().refuse(text))
    }

    fn object<A: MapAccess<'de>>(self, _object: A) -> Result<Self::Value, A::Error> {
        let text = "Start of structure or map found where not expected";
        Err(self.reading().refuse(text))
    }
}

/// Reads a place; `null` is for the place to judge.
pub(super) struct Required<P>(pub(super) P);

impl<'de, P: Place<'de>> DeserializeSeed<'de> for Required<P> {
    type Value = P::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<P::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, P: Place<'de>> Required<P> {
    fn scalar<E: Error>(self, token: Token<'de>) -> Result<P::Value, E> {
        let place = self.0;
        place
            .scalar(token)
            .map_err(|text| place.reading().refuse(text))
    }
}

impl<'de, P: Place<'de>> Visitor<'de> for Required<P> {
    type Value = P::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.type_name())
    }

    fn visit_unit<E: Error>(self) -> Result<P::Value, E> {
        self.scalar(Token::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<P::Value, E> {
        self.scalar(Token::Bool(value))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<P::Value, E> {
        self.scalar(Token::Integer)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<P::Value, E> {
        self.scalar(Token::Integer)
    }

    /// Also integers that are too large for 64 bits.
    fn visit_f64<E: Error>(self, value: f64) -> Result<P::Value, E> {
        self.scalar(if value.fract() == 0.0 {
            Token::Integer
        } else {
            Token::Decimal
        })
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<P::Value, E> {
        self.scalar(Token::Text(Cow::Borrowed(text)))
    }

    /// Text with escapes, which cannot be borrowed.
    fn visit_str<E: Error>(self, text: &str) -> Result<P::Value, E> {
        self.scalar(Token::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<P::Value, A::Error> {
        self.0.array(array)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<P::Value, A::Error> {
        self.0.object(object)
    }
}

/// Reads a place that may also hold `null`, which is as good as no member.
pub(super) struct Nullable<P>(pub(super) P);

impl<'de, P: Place<'de>> DeserializeSeed<'de> for Nullable<P> {
    type Value = Option<P::Value>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, P: Place<'de>> Visitor<'de> for Nullable<P> {
    type Value = Option<P::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.type_name())
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Required(self.0).deserialize(deserializer).map(Some)
    }
}

/// A JSON string.
#[derive(Clone, Copy)]
pub(super) struct Text<'r> {
    reading: &'r Reading,
    /// Whether it is to hold base64.
    base64: bool,
}

impl<'r> Text<'r> {
    pub(super) fn string(reading: &'r Reading) -> Self {
        Self {
            reading,
            base64: false,
        }
    }

    pub(super) fn base64(reading: &'r Reading) -> Self {
        Self {
            reading,
            base64: true,
        }
    }
}

impl<'de> Place<'de> for Text<'_> {
    type Value = Cow<'de, str>;

    fn reading(&self) -> &Reading {
        self.reading
    }

    fn type_name(&self) -> &'static str {
        if self.base64 {
            "class java.nio.ByteBuffer"
        } else {
            "class java.lang.String"
        }
    }

    fn scalar(self, token: Token<'de>) -> Result<Self::Value, String> {
        match token {
            Token::Text(text) => Ok(text),
            Token::Bool(_) | Token::Integer | Token::Decimal if self.base64 => {
                Err(NOT_BASE64.to_owned())
            }
            other => Err(other.not_convertible_to("String")),
        }
    }
}

/// A boolean, or one of the words the service takes for one.
#[derive(Clone, Copy)]
pub(super) struct Boolean<'r> {
    pub(super) reading: &'r Reading,
}

impl<'de> Place<'de> for Boolean<'_> {
    type Value = bool;

    fn reading(&self) -> &Reading {
        self.reading
    }

    fn type_name(&self) -> &'static str {
        "class java.lang.Boolean"
    }

    fn scalar(self, token: Token<'de>) -> Result<bool, String> {
        let word = match token {
            Token::Bool(value) => return Ok(value),
            Token::Text(word) => word,
            other => return Err(other.not_convertible_to("Boolean")),
        };
        let is_any = |words: [&str; 3]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
        if is_any(["true", "yes", "1"]) {
            Ok(true)
        } else if is_any(["false", "no", "0"]) {
            Ok(false)
        } else {
            Err("Unexpected token received from parser".to_owned())
        }
    }
}

/// A JSON array of one kind of place.
#[derive(Clone, Copy)]
pub(super) struct List<'r, P> {
    pub(super) reading: &'r Reading,
    pub(super) element: P,
}

impl<'de, P: Place<'de>> Place<'de> for List<'_, P> {
    type Value = Vec<P::Value>;

    fn reading(&self) -> &Reading {
        self.reading
    }

    fn type_name(&self) -> &'static str {
        "java.util.List"
    }

    fn scalar(self, _: Token<'de>) -> Result<Self::Value, String> {
        Err("Unexpected field type".to_owned())
    }

    fn array<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = array.next_element_seed(Required(self.element))? {
            elements.push(element);
        }
        Ok(elements)
    }
}
