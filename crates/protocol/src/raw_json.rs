//! JSON text that is passed on without being interpreted.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

/// One JSON value as text: an attribute value, or a map of them such as an item or a key.
///
/// Read from a request it is exactly what the client sent, is well-formed JSON, is an object, and
/// nests at most [`DEPTH_MAX`](crate::read::DEPTH_MAX) deep. Made by [`RawJson::from_text`] it is
/// whatever the caller wrote; writing a reply fails if that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Takes JSON text over as it is; the caller vouches for it.
    pub fn from_text(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The JSON text as UTF-8.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Serialize for RawJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text: &RawValue = serde_json::from_str(&self.0).map_err(S::Error::custom)?;
        text.serialize(serializer)
    }
}
