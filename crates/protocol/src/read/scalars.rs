//! Texts, booleans, numbers and instants.

use std::borrow::Cow;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::value::RawValue;

use super::{Read, ReadVisitor, Token, message};
use crate::timestamp::Timestamp;

impl Read for String {
    type Value = String;

    fn type_name() -> Cow<'static, str> {
        "class java.lang.String".into()
    }

    fn scalar(token: Token<'_>) -> Result<String, String> {
        match token {
            Token::Text(text) => Ok(text.to_owned()),
            other => Err(other.not_convertible_to("String")),
        }
    }
}

impl Read for bool {
    type Value = bool;

    fn type_name() -> Cow<'static, str> {
        "class java.lang.Boolean".into()
    }

    fn scalar(token: Token<'_>) -> Result<bool, String> {
        match token {
            Token::Bool(value) => Ok(value),
            Token::Text(_) => Err("Unexpected token received from parser".to_owned()),
            other => Err(other.not_convertible_to("Boolean")),
        }
    }
}

/// Numbers of the wrong size are brought into range, fractions cut off; the bounds of the model
/// then refuse what matters.
impl Read for i32 {
    type Value = i32;

    fn type_name() -> Cow<'static, str> {
        "class java.lang.Integer".into()
    }

    fn scalar(token: Token<'_>) -> Result<i32, String> {
        match token {
            Token::Integer(value) => {
                Ok(value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32)
            }
            Token::Decimal(value) => Ok(value as i32),
            other => Err(other.not_convertible_to("Integer")),
        }
    }
}

impl Read for i64 {
    type Value = i64;

    fn type_name() -> Cow<'static, str> {
        "class java.lang.Long".into()
    }

    fn scalar(token: Token<'_>) -> Result<i64, String> {
        match token {
            Token::Integer(value) => Ok(value),
            Token::Decimal(value) => Ok(value as i64),
            other => Err(other.not_convertible_to("Long")),
        }
    }
}

impl Read for f64 {
    type Value = f64;

    fn type_name() -> Cow<'static, str> {
        "class java.lang.Double".into()
    }

    fn scalar(token: Token<'_>) -> Result<f64, String> {
        match token {
            Token::Integer(value) => Ok(value as f64),
            Token::Decimal(value) => Ok(value),
            other => Err(other.not_convertible_to("Double")),
        }
    }
}

/// Reads the number's own digits, never a binary fraction.
impl Read for Timestamp {
    type Value = Timestamp;

    fn type_name() -> Cow<'static, str> {
        "class java.util.Date".into()
    }

    fn scalar(token: Token<'_>) -> Result<Timestamp, String> {
        Err(token.not_convertible_to("Date"))
    }

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        if let Some(timestamp) = Timestamp::from_seconds(text) {
            return Ok(timestamp);
        }
        // Not a number: read again for the text that says what it is instead.
        serde_json::Deserializer::from_str(text)
            .deserialize_any(ReadVisitor::<Self>(PhantomData))
            .map_err(|error| D::Error::custom(message(&error)))
    }
}
