//! The stored form of items: compact, canonical, readable without building the item.
//!
//! ```text
//! item   := version (1) count { name value }        names ascending
//! name   := length bytes
//! value  := tag payload
//! ```
//! Lengths and counts are LEB128. Tags and payloads are in [`tag`]; numbers are sign,
//! zigzag exponent and coefficient. Equal items have equal bytes. What is read may be damaged:
//! every read is checked, nothing panics, and nesting is bounded.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::{write_base64, write_string};
use crate::{AttributeValue, Item, Number, limits};

const VERSION: u8 = 1;
/// One level above what may be stored, so that a limit moved by one never makes items unreadable.
const DEPTH_MAX: usize = limits::NESTING_LEVELS_MAX + 8;

/// The byte before each value.
mod tag {
    pub(super) const S: u8 = 1;
    pub(super) const N: u8 = 2;
    pub(super) const B: u8 = 3;
    pub(super) const FALSE: u8 = 4;
    pub(super) const TRUE: u8 = 5;
    pub(super) const NULL: u8 = 6;
    pub(super) const M: u8 = 7;
    pub(super) const L: u8 = 8;
    pub(super) const SS: u8 = 9;
    pub(super) const NS: u8 = 10;
    pub(super) const BS: u8 = 11;
}

/// The bytes are not a stored item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored item is damaged")]
pub struct CorruptItem;

/// Appends the stored form of an item.
pub fn encode_item(item: &Item, out: &mut Vec<u8>) {
    out.push(VERSION);
    encode_map(&item.attributes, out);
}

/// Reads a stored item.
pub fn decode_item(stored: &[u8]) -> Result<Item, CorruptItem> {
    let mut reader = Reader::of_item(stored)?;
    let attributes = reader.map(0)?;
    reader.end()?;
    Ok(Item { attributes })
}

/// One attribute of a stored item; the others are skipped, not decoded.
pub fn stored_attribute(stored: &[u8], name: &str) -> Result<Option<AttributeValue>, CorruptItem> {
    let mut reader = Reader::of_item(stored)?;
    for _ in 0..reader.count()? {
        let found = reader.text()?;
        match found.cmp(name) {
            std::cmp::Ordering::Less => reader.skip_value(0)?,
            std::cmp::Ordering::Equal => return reader.value(0).map(Some),
            std::cmp::Ordering::Greater => return Ok(None),
        }
    }
    Ok(None)
}

/// Appends a stored item as DynamoDB JSON, in one pass.
pub fn stored_to_json(stored: &[u8], out: &mut Vec<u8>) -> Result<(), CorruptItem> {
    let mut reader = Reader::of_item(stored)?;
    reader.map_to_json(out, 0)?;
    reader.end()
}

fn encode_map(map: &BTreeMap<String, AttributeValue>, out: &mut Vec<u8>) {
    encode_length(map.len() as u128, out);
    for (name, value) in map {
        encode_bytes(name.as_bytes(), out);
        encode_value(value, out);
    }
}

fn encode_value(value: &AttributeValue, out: &mut Vec<u8>) {
    match value {
        AttributeValue::S(text) => {
            out.push(tag::S);
            encode_bytes(text.as_bytes(), out);
        }
        AttributeValue::N(number) => {
            out.push(tag::N);
            encode_number(number, out);
        }
        AttributeValue::B(bytes) => {
            out.push(tag::B);
            encode_bytes(bytes, out);
        }
        AttributeValue::Bool(value) => out.push(if *value { tag::TRUE } else { tag::FALSE }),
        AttributeValue::Null => out.push(tag::NULL),
        AttributeValue::M(map) => {
            out.push(tag::M);
            encode_map(map, out);
        }
        AttributeValue::L(list) => {
            out.push(tag::L);
            encode_length(list.len() as u128, out);
            for value in list {
                encode_value(value, out);
            }
        }
        AttributeValue::Ss(set) => {
            out.push(tag::SS);
            encode_length(set.len() as u128, out);
            for text in set {
                encode_bytes(text.as_bytes(), out);
            }
        }
        AttributeValue::Ns(set) => {
            out.push(tag::NS);
            encode_length(set.len() as u128, out);
            for number in set {
                encode_number(number, out);
            }
        }
        AttributeValue::Bs(set) => {
            out.push(tag::BS);
            encode_length(set.len() as u128, out);
            for bytes in set {
                encode_bytes(bytes, out);
            }
        }
    }
}

fn encode_number(number: &Number, out: &mut Vec<u8>) {
    let (negative, coefficient, exponent) = number.parts();
    out.push(u8::from(negative));
    encode_length(u128::from(((exponent << 1) ^ (exponent >> 15)) as u16), out);
    encode_length(coefficient, out);
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    encode_length(bytes.len() as u128, out);
    out.extend_from_slice(bytes);
}

fn encode_length(mut length: u128, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

/// Reads stored bytes from front to back.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn of_item(stored: &'a [u8]) -> Result<Self, CorruptItem> {
        match stored.split_first() {
            Some((&VERSION, rest)) => Ok(Self(rest)),
            _ => Err(CorruptItem),
        }
    }

    fn end(&self) -> Result<(), CorruptItem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(CorruptItem)
        }
    }

    fn byte(&mut self) -> Result<u8, CorruptItem> {
        let (&byte, rest) = self.0.split_first().ok_or(CorruptItem)?;
        self.0 = rest;
        Ok(byte)
    }

    fn leb128(&mut self) -> Result<u128, CorruptItem> {
        let mut value = 0u128;
        for shift in (0..128).step_by(7) {
            let byte = self.byte()?;
            value |= u128::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(CorruptItem)
    }

    /// A count of things that each take at least a byte, so it never exceeds what is left.
    fn count(&mut self) -> Result<usize, CorruptItem> {
        let count = usize::try_from(self.leb128()?).map_err(|_| CorruptItem)?;
        if count > self.0.len() {
            Err(CorruptItem)
        } else {
            Ok(count)
        }
    }

    fn bytes(&mut self) -> Result<&'a [u8], CorruptItem> {
        let length = self.count()?;
        let (bytes, rest) = self.0.split_at_checked(length).ok_or(CorruptItem)?;
        self.0 = rest;
        Ok(bytes)
    }

    fn text(&mut self) -> Result<&'a str, CorruptItem> {
        std::str::from_utf8(self.bytes()?).map_err(|_| CorruptItem)
    }

    fn number(&mut self) -> Result<Number, CorruptItem> {
        let negative = match self.byte()? {
            0 => false,
            1 => true,
            _ => return Err(CorruptItem),
        };
        let zigzag = u16::try_from(self.leb128()?).map_err(|_| CorruptItem)?;
        let exponent = ((zigzag >> 1) as i16) ^ -((zigzag & 1) as i16);
        Number::from_parts(negative, self.leb128()?, exponent).ok_or(CorruptItem)
    }

    fn map(&mut self, depth: usize) -> Result<BTreeMap<String, AttributeValue>, CorruptItem> {
        (0..self.count()?)
            .map(|_| Ok((self.text()?.to_owned(), self.value(depth)?)))
            .collect()
    }

    fn value(&mut self, depth: usize) -> Result<AttributeValue, CorruptItem> {
        if depth > DEPTH_MAX {
            return Err(CorruptItem);
        }
        Ok(match self.byte()? {
            tag::S => AttributeValue::S(self.text()?.to_owned()),
            tag::N => AttributeValue::N(self.number()?),
            tag::B => AttributeValue::B(self.bytes()?.to_owned()),
            tag::FALSE => AttributeValue::Bool(false),
            tag::TRUE => AttributeValue::Bool(true),
            tag::NULL => AttributeValue::Null,
            tag::M => AttributeValue::M(self.map(depth + 1)?),
            tag::L => AttributeValue::L(
                (0..self.count()?)
                    .map(|_| self.value(depth + 1))
                    .collect::<Result<_, _>>()?,
            ),
            tag::SS => AttributeValue::Ss(self.set(|reader| reader.text().map(str::to_owned))?),
            tag::NS => AttributeValue::Ns(self.set(Self::number)?),
            tag::BS => AttributeValue::Bs(self.set(|reader| reader.bytes().map(<[u8]>::to_vec))?),
            _ => return Err(CorruptItem),
        })
    }

    fn set<T: Ord>(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<T, CorruptItem>,
    ) -> Result<BTreeSet<T>, CorruptItem> {
        (0..self.count()?).map(|_| element(self)).collect()
    }

    fn skip_value(&mut self, depth: usize) -> Result<(), CorruptItem> {
        if depth > DEPTH_MAX {
            return Err(CorruptItem);
        }
        match self.byte()? {
            tag::S | tag::B => self.bytes().map(drop),
            tag::N => self.number().map(drop),
            tag::FALSE | tag::TRUE | tag::NULL => Ok(()),
            tag::M => (0..self.count()?)
                .try_for_each(|_| self.bytes().and_then(|_| self.skip_value(depth + 1))),
            tag::L => (0..self.count()?).try_for_each(|_| self.skip_value(depth + 1)),
            tag::SS | tag::BS => (0..self.count()?).try_for_each(|_| self.bytes().map(drop)),
            tag::NS => (0..self.count()?).try_for_each(|_| self.number().map(drop)),
            _ => Err(CorruptItem),
        }
    }

    fn map_to_json(&mut self, out: &mut Vec<u8>, depth: usize) -> Result<(), CorruptItem> {
        self.elements(out, b'{', b'}', |reader, out| {
            write_string(reader.text()?, out);
            out.push(b':');
            reader.value_to_json(out, depth)
        })
    }

    fn value_to_json(&mut self, out: &mut Vec<u8>, depth: usize) -> Result<(), CorruptItem> {
        if depth > DEPTH_MAX {
            return Err(CorruptItem);
        }
        let tag = self.byte()?;
        let head: &[u8] = match tag {
            tag::S => b"{\"S\":",
            tag::N => b"{\"N\":",
            tag::B => b"{\"B\":",
            tag::FALSE => b"{\"BOOL\":false",
            tag::TRUE => b"{\"BOOL\":true",
            tag::NULL => b"{\"NULL\":true",
            tag::M => b"{\"M\":",
            tag::L => b"{\"L\":",
            tag::SS => b"{\"SS\":",
            tag::NS => b"{\"NS\":",
            tag::BS => b"{\"BS\":",
            _ => return Err(CorruptItem),
        };
        out.extend_from_slice(head);
        match tag {
            tag::S => self.string_to_json(out)?,
            tag::N => self.number_to_json(out)?,
            tag::B => self.binary_to_json(out)?,
            tag::M => self.map_to_json(out, depth + 1)?,
            tag::L => self.elements(out, b'[', b']', |reader, out| {
                reader.value_to_json(out, depth + 1)
            })?,
            tag::SS => self.elements(out, b'[', b']', Self::string_to_json)?,
            tag::NS => self.elements(out, b'[', b']', Self::number_to_json)?,
            tag::BS => self.elements(out, b'[', b']', Self::binary_to_json)?,
            _ => (),
        }
        out.push(b'}');
        Ok(())
    }

    fn string_to_json(&mut self, out: &mut Vec<u8>) -> Result<(), CorruptItem> {
        write_string(self.text()?, out);
        Ok(())
    }

    fn number_to_json(&mut self, out: &mut Vec<u8>) -> Result<(), CorruptItem> {
        crate::json::write_number(&self.number()?, out);
        Ok(())
    }

    fn binary_to_json(&mut self, out: &mut Vec<u8>) -> Result<(), CorruptItem> {
        write_base64(self.bytes()?, out);
        Ok(())
    }

    fn elements(
        &mut self,
        out: &mut Vec<u8>,
        open: u8,
        close: u8,
        mut element: impl FnMut(&mut Self, &mut Vec<u8>) -> Result<(), CorruptItem>,
    ) -> Result<(), CorruptItem> {
        out.push(open);
        for position in 0..self.count()? {
            if position > 0 {
                out.push(b',');
            }
            element(self, out)?;
        }
        out.push(close);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::generate::any_item;

    fn encode(item: &Item) -> Vec<u8> {
        let mut out = Vec::new();
        encode_item(item, &mut out);
        out
    }

    proptest! {
        #[test]
        fn items_round_trip_and_read_lazily(item in any_item()) {
            let stored = encode(&item);
            prop_assert_eq!(&decode_item(&stored).unwrap(), &item);
            for (name, value) in &item.attributes {
                let read = stored_attribute(&stored, name).unwrap();
                prop_assert_eq!(read.as_ref(), Some(value));
            }
            prop_assert_eq!(stored_attribute(&stored, "no such attribute").unwrap(), None);
        }

        #[test]
        fn json_of_the_stored_form_is_the_items(item in any_item()) {
            let (mut direct, mut through_item) = (Vec::new(), Vec::new());
            stored_to_json(&encode(&item), &mut direct).unwrap();
            crate::write_item(&item, &mut through_item);
            prop_assert_eq!(direct, through_item);
        }

        #[test]
        fn damaged_bytes_are_answered(item in any_item(), at in any::<prop::sample::Index>(), bit in 0..8u32) {
            let mut stored = encode(&item);
            let at = at.index(stored.len());
            stored[at] ^= 1 << bit;
            for bytes in [&stored[..], &stored[..at]] {
                let _ = decode_item(bytes);
                let _ = stored_to_json(bytes, &mut Vec::new());
                let _ = stored_attribute(bytes, "zz");
            }
        }
    }
}
