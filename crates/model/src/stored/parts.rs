//! Parts of stored items without building the item: its size, some of its attributes.
//!
//! What is copied is copied byte for byte, so a part has the one form of an item that holds
//! just those attributes. Every value is walked, so damage that the walk meets is an error;
//! texts and the order within values are not looked at, which [`super::decode_item`] does.

use super::{Ascending, CorruptItem, DEPTH_MAX, Reader, VERSION, encode_length, tag};
use crate::value::CONTAINER_BYTES;

/// Size of a stored item as [`crate::Item::size_bytes`] counts it: never more than twice the
/// length of its stored form.
pub fn stored_size_bytes(stored: &[u8]) -> Result<usize, CorruptItem> {
    let mut reader = Reader::of_item(stored)?;
    let mut size_bytes = 0;
    reader.attributes(|_, attribute| size_bytes += attribute.size_bytes)?;
    Ok(size_bytes)
}

/// The stored form of the item's attributes whose names are `kept`, and its size as
/// [`crate::Item::size_bytes`] counts it.
pub fn stored_part(
    stored: &[u8],
    kept: impl Fn(&str) -> bool,
) -> Result<(Vec<u8>, usize), CorruptItem> {
    let mut reader = Reader::of_item(stored)?;
    let (mut count, mut size_bytes, mut entries) = (0_u128, 0, Vec::new());
    reader.attributes(|name, attribute| {
        if kept(name) {
            count += 1;
            size_bytes += attribute.size_bytes;
            entries.extend_from_slice(attribute.entry);
        }
    })?;
    let mut part = Vec::with_capacity(2 + entries.len());
    part.push(VERSION);
    encode_length(count, &mut part);
    part.extend_from_slice(&entries);
    Ok((part, size_bytes))
}

/// One attribute of a stored item.
struct StoredAttribute<'a> {
    /// Name and value as they are stored.
    entry: &'a [u8],
    /// What name and value count for.
    size_bytes: usize,
}

impl<'a> Reader<'a> {
    fn attributes(
        &mut self,
        mut each: impl FnMut(&'a str, StoredAttribute<'a>),
    ) -> Result<(), CorruptItem> {
        let mut names = Ascending::default();
        for _ in 0..self.count()? {
            let before = self.0;
            let name = names.next(self.text()?)?;
            let size_bytes = name.len() + self.value_size_bytes(0)?;
            let (entry, _) = before.split_at(before.len() - self.0.len());
            each(name, StoredAttribute { entry, size_bytes });
        }
        self.end()
    }

    /// Walks over a value and answers what it counts for in an item's size.
    fn value_size_bytes(&mut self, depth: usize) -> Result<usize, CorruptItem> {
        if depth > DEPTH_MAX {
            return Err(CorruptItem);
        }
        match self.byte()? {
            tag::S | tag::B => Ok(self.bytes()?.len()),
            tag::N => Ok(self.number()?.size_bytes()),
            tag::FALSE | tag::TRUE | tag::NULL => Ok(1),
            tag::M => self.elements_size_bytes(CONTAINER_BYTES, |reader| {
                Ok(1 + reader.bytes()?.len() + reader.value_size_bytes(depth + 1)?)
            }),
            tag::L => self.elements_size_bytes(CONTAINER_BYTES, |reader| {
                Ok(1 + reader.value_size_bytes(depth + 1)?)
            }),
            tag::SS | tag::BS => self.elements_size_bytes(0, |reader| Ok(reader.bytes()?.len())),
            tag::NS => self.elements_size_bytes(0, |reader| Ok(reader.number()?.size_bytes())),
            _ => Err(CorruptItem),
        }
    }

    fn elements_size_bytes(
        &mut self,
        container: usize,
        element: impl Fn(&mut Self) -> Result<usize, CorruptItem>,
    ) -> Result<usize, CorruptItem> {
        let mut size_bytes = container;
        for _ in 0..self.count()? {
            size_bytes += element(self)?;
        }
        Ok(size_bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::generate::any_item;
    use crate::{Item, decode_item, encode_item};

    fn encode(item: &Item) -> Vec<u8> {
        let mut out = Vec::new();
        encode_item(item, &mut out);
        out
    }

    proptest! {
        #[test]
        fn parts_are_those_of_the_item(item in any_item(), pick in any::<u64>()) {
            let stored = encode(&item);
            prop_assert_eq!(stored_size_bytes(&stored), Ok(item.size_bytes()));
            prop_assert!(item.size_bytes() <= 2 * stored.len());
            let kept = |name: &str| {
                let sum: u64 = name.bytes().map(u64::from).sum();
                pick >> (sum % 64) & 1 == 1
            };
            let attributes = item.attributes.iter().filter(|(name, _)| kept(name));
            let part = Item {
                attributes: attributes.map(|(name, value)| (name.clone(), value.clone())).collect(),
            };
            prop_assert_eq!(stored_part(&stored, kept), Ok((encode(&part), part.size_bytes())));
        }

        #[test]
        fn what_is_no_item_has_no_parts_or_those_of_what_it_decodes_to(
            item in any_item(),
            place in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let mut stored = encode(&item);
            let place = place.index(stored.len());
            stored[place] ^= 1 << bit;
            if let Ok(item) = decode_item(&stored) {
                prop_assert_eq!(stored_size_bytes(&stored), Ok(item.size_bytes()));
            }
            prop_assert!(stored_size_bytes(&stored[..place]).is_err());
        }
    }
}
