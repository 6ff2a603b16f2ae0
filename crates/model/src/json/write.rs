//! Items as DynamoDB JSON, written by hand because replies are mostly items.

use std::collections::BTreeMap;
use std::io::Write as _;

use base64::display::Base64Display;
use base64::engine::general_purpose::STANDARD;

use crate::{AttributeValue, Item, Number};

/// Appends an item as DynamoDB JSON.
pub fn write_item(item: &Item, out: &mut Vec<u8>) {
    write_map(&item.attributes, out);
}

/// Appends one attribute value as DynamoDB JSON.
pub fn write_value(value: &AttributeValue, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"");
    out.extend_from_slice(value.type_name().as_bytes());
    out.extend_from_slice(b"\":");
    match value {
        AttributeValue::S(text) => write_string(text, out),
        AttributeValue::N(number) => write_number(number, out),
        AttributeValue::B(bytes) => write_base64(bytes, out),
        AttributeValue::Bool(false) => out.extend_from_slice(b"false"),
        AttributeValue::Bool(true) | AttributeValue::Null => out.extend_from_slice(b"true"),
        AttributeValue::M(map) => write_map(map, out),
        AttributeValue::L(list) => write_list(list, out, write_value),
        AttributeValue::Ss(set) => write_list(set, out, |text, out| write_string(text, out)),
        AttributeValue::Ns(set) => write_list(set, out, write_number),
        AttributeValue::Bs(set) => write_list(set, out, |bytes, out| write_base64(bytes, out)),
    }
    out.push(b'}');
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
    // Writing into a Vec cannot fail.
    let _ = write!(out, "\"{number}\"");
}

/// Appends bytes as a base64 JSON string.
pub(crate) fn write_base64(bytes: &[u8], out: &mut Vec<u8>) {
    // Writing into a Vec cannot fail.
    let _ = write!(out, "\"{}\"", Base64Display::new(bytes, &STANDARD));
}

/// Appends a JSON string: runs of plain bytes are copied whole, the rest is escaped.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = first_special(rest) {
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
                // Writing into a Vec cannot fail.
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// Where the first byte is that JSON escapes. Looks at whole blocks first, without a branch for
/// each byte, which compilers make into vector instructions.
fn first_special(bytes: &[u8]) -> Option<usize> {
    let special = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let (blocks, _) = bytes.as_chunks::<32>();
    let plain = blocks
        .iter()
        .take_while(|block| !block.iter().fold(false, |any, byte| any | special(byte)))
        .count();
    let start = plain * 32;
    let at = bytes.get(start..)?.iter().position(special)?;
    Some(start + at)
}
