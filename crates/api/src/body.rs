//! Bodies of replies that are written member by member, items going straight to bytes.

use anywhen_model::{Item, write_item};
use anywhen_protocol::{Fault, write_output};
use serde::Serialize;

/// A JSON object in the making.
pub(crate) struct Body {
    json: Vec<u8>,
}

impl Body {
    /// An object without members.
    pub(crate) fn new() -> Self {
        Self {
            json: b"{".to_vec(),
        }
    }

    /// As [`Body::new`], with memory for about as many bytes.
    pub(crate) fn with_room_for(bytes: usize) -> Self {
        let mut json = Vec::with_capacity(bytes);
        json.push(b'{');
        Self { json }
    }

    /// Begins a member; the caller appends its value. Names hold nothing that JSON would escape.
    pub(crate) fn member(&mut self, name: &str) -> &mut Vec<u8> {
        if self.json.len() > 1 {
            self.json.push(b',');
        }
        self.json.push(b'"');
        self.json.extend_from_slice(name.as_bytes());
        self.json.extend_from_slice(b"\":");
        &mut self.json
    }

    /// Adds a member that is an item, or the part of one.
    pub(crate) fn item(&mut self, name: &str, item: &Item) {
        write_item(item, self.member(name));
    }

    /// Adds a member that is a generated shape, or a list or map of them; nothing if it is
    /// absent.
    pub(crate) fn shape<T: Serialize>(
        &mut self,
        name: &str,
        shape: Option<&T>,
    ) -> Result<(), Fault> {
        if let Some(shape) = shape {
            let json = write_output(shape)?;
            self.member(name).extend_from_slice(&json);
        }
        Ok(())
    }

    /// The whole object.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.json.push(b'}');
        self.json
    }
}

/// Appends a JSON list, each element written by `write`.
pub(crate) fn write_list<T>(
    elements: impl IntoIterator<Item = T>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(T, &mut Vec<u8>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    out.push(b'[');
    for (position, element) in elements.into_iter().enumerate() {
        if position > 0 {
            out.push(b',');
        }
        write(element, out)?;
    }
    out.push(b']');
    Ok(())
}
