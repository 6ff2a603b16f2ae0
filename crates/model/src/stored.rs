//! The stored form of items: compact, canonical, readable without building the item.
//!
//! ```text
//! item   := version (1) count { name value }        names ascending
//! name   := length bytes
//! value  := tag payload
//! ```
//! Lengths and counts are LEB128. Tags and payloads are in [`tag`]; numbers are sign,
//! zigzag exponent and coefficient. Names and the elements of sets ascend and lengths take as few
//! bytes as they can, so that equal items have equal bytes, and bytes that differ from an item's
//! one form are refused. What is read may be damaged: every read is checked, nothing panics,
//! nesting is bounded, and what a read allocates is bounded by the bytes it was given.
//!
//! Start reading at [`encode_item`]; [`Reader`] is the way back.

mod parts;

use std::collections::{BTreeMap, BTreeSet};

pub use parts::{stored_part, stored_size_bytes};

use crate::json::{write_base64, write_number, write_string};
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

/// One attribute of a stored item. Those before it are skipped, not decoded; those after it are
/// not looked at.
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

/// Appends a stored item as DynamoDB JSON, in one pass. If the item is damaged, `out` is as it
/// was.
pub fn stored_to_json(stored: &[u8], out: &mut Vec<u8>) -> Result<(), CorruptItem> {
    let start = out.len();
    let mut reader = Reader::of_item(stored)?;
    let written = reader.map_to_json(out, 0).and_then(|()| reader.end());
    written.inspect_err(|_| out.truncate(start))
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
        for shift in (0..u128::BITS).step_by(7) {
            let byte = self.byte()?;
            let bits = u128::from(byte & 0x7F);
            if bits << shift >> shift != bits {
                return Err(CorruptItem);
            }
            value |= bits << shift;
            if byte < 0x80 {
                // A last byte of zero says nothing, so the shortest form has none.
                let shortest = byte != 0 || shift == 0;
                return if shortest {
                    Ok(value)
                } else {
                    Err(CorruptItem)
                };
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
        let mut names = Ascending::default();
        (0..self.count()?)
            .map(|_| {
                let name = names.next(self.text()?)?;
                Ok((name.to_owned(), self.value(depth)?))
            })
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
            tag::SS => AttributeValue::Ss(self.set(Self::text, str::to_owned)?),
            tag::NS => AttributeValue::Ns(self.set(Self::number, |number| number)?),
            tag::BS => AttributeValue::Bs(self.set(Self::bytes, <[u8]>::to_vec)?),
            _ => return Err(CorruptItem),
        })
    }

    fn set<E: Ord + Copy, T: Ord>(
        &mut self,
        element: impl Fn(&mut Self) -> Result<E, CorruptItem>,
        owned: impl Fn(E) -> T,
    ) -> Result<BTreeSet<T>, CorruptItem> {
        let mut elements = Ascending::default();
        (0..self.count()?)
            .map(|_| elements.next(element(self)?).map(&owned))
            .collect()
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
        let mut names = Ascending::default();
        self.elements(out, b'{', b'}', |reader, out| {
            write_string(names.next(reader.text()?)?, out);
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
            tag::S => write_string(self.text()?, out),
            tag::N => write_number(&self.number()?, out),
            tag::B => write_base64(self.bytes()?, out),
            tag::M => self.map_to_json(out, depth + 1)?,
            tag::L => self.elements(out, b'[', b']', |reader, out| {
                reader.value_to_json(out, depth + 1)
            })?,
            tag::SS => self.set_to_json(out, Self::text, write_string)?,
            tag::NS => self.set_to_json(out, Self::number, |n, out| write_number(&n, out))?,
            tag::BS => self.set_to_json(out, Self::bytes, write_base64)?,
            _ => (),
        }
        out.push(b'}');
        Ok(())
    }

    fn set_to_json<E: Ord + Copy>(
        &mut self,
        out: &mut Vec<u8>,
        element: impl Fn(&mut Self) -> Result<E, CorruptItem>,
        write: impl Fn(E, &mut Vec<u8>),
    ) -> Result<(), CorruptItem> {
        let mut elements = Ascending::default();
        self.elements(out, b'[', b']', |reader, out| {
            write(elements.next(element(reader)?)?, out);
            Ok(())
        })
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

/// Checks that names or elements ascend, as they do in the one form of an item.
struct Ascending<T>(Option<T>);

impl<T> Default for Ascending<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Ord + Copy> Ascending<T> {
    fn next(&mut self, element: T) -> Result<T, CorruptItem> {
        if self.0.is_some_and(|last| last >= element) {
            return Err(CorruptItem);
        }
        self.0 = Some(element);
        Ok(element)
    }
}

#[cfg(test)]
mod tests;
