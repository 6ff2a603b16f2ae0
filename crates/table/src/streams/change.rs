//! One change in a stream: its stored form, and how it is sealed.
//!
//! ```text
//! version 1 | event: 0 insert, 1 modify, 2 remove | who: 0 a client, 1 expiry
//! flags: 1 new image, 2 old image | primary key | new image | old image
//! ```
//!
//! Key and images are items in their stored form, each behind its length (u32, big-endian). Which
//! images there are follows from the stream's view type and the event; the size that clients see
//! is that of what is there. The whole is sealed under the table's data key, bound to the
//! stream and to the stored key of the item.

use anywhen_kms::{RecordCipher, place};
use anywhen_model::{CommitTimestamp, Item, KeySchema, TableId, decode_item};
use bytes::{Buf, BufMut};

use super::record::StreamViewType;
use crate::error::TableError;
use crate::indexes::stored_form;
use crate::table::STREAM_PART;

const VERSION: u8 = 1;
const HAS_NEW: u8 = 1;
const HAS_OLD: u8 = 2;

/// What happened to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamEvent {
    /// There was none before.
    Insert,
    /// It became another one.
    Modify,
    /// There is none any more.
    Remove,
}

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamIdentity {
    /// A client.
    Client,
    /// The service, because the item had expired.
    Expiry,
}

/// A change as a stream tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamChange {
    /// What happened.
    pub event: StreamEvent,
    /// Who did it.
    pub identity: StreamIdentity,
    /// The item's primary key.
    pub key: Item,
    /// The item after, if the view type shows it and there is one.
    pub new_image: Option<Item>,
    /// The item before, if the view type shows it and there was one.
    pub old_image: Option<Item>,
}

impl StreamChange {
    /// `SizeBytes`: what is there, by the rules for sizes of items.
    pub fn size_bytes(&self) -> usize {
        let images = [&self.new_image, &self.old_image].into_iter().flatten();
        self.key.size_bytes() + images.map(Item::size_bytes).sum::<usize>()
    }

    /// `None` for a form that is unknown or damaged.
    pub(crate) fn decode(stored: &[u8]) -> Option<Self> {
        let (&[version, event, identity, flags], mut rest) = stored.split_first_chunk()?;
        let event = match event {
            0 => StreamEvent::Insert,
            1 => StreamEvent::Modify,
            2 => StreamEvent::Remove,
            _ => return None,
        };
        let identity = match identity {
            0 => StreamIdentity::Client,
            1 => StreamIdentity::Expiry,
            _ => return None,
        };
        let mut item = || {
            let length = rest.try_get_u32().ok()? as usize;
            let (item, behind) = rest.split_at_checked(length)?;
            rest = behind;
            decode_item(item).ok()
        };
        let key = item()?;
        let new_image = (flags & HAS_NEW != 0).then(&mut item);
        let old_image = (flags & HAS_OLD != 0).then(&mut item);
        let change = Self {
            event,
            identity,
            key,
            new_image: unless_damaged(new_image)?,
            old_image: unless_damaged(old_image)?,
        };
        let known = flags & !(HAS_NEW | HAS_OLD) == 0;
        (version == VERSION && known && rest.is_empty()).then_some(change)
    }
}

/// Nothing where nothing belongs; `None` where something belongs that cannot be read.
#[expect(clippy::option_option, reason = "the outer one says damaged")]
fn unless_damaged(image: Option<Option<Item>>) -> Option<Option<Item>> {
    match image {
        None => Some(None),
        Some(image) => image.map(Some),
    }
}

/// The stored form of what a stream tells of a change; `None` if there was nothing before and
/// after.
pub(crate) fn encode(
    view: StreamViewType,
    schema: &KeySchema,
    identity: StreamIdentity,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Option<Vec<u8>> {
    let event = match (old, new) {
        (None, Some(_)) => StreamEvent::Insert,
        (Some(_), Some(_)) => StreamEvent::Modify,
        (Some(_), None) => StreamEvent::Remove,
        (None, None) => return None,
    };
    let key = schema.attributes_of_item(new.or(old)?);
    let (new, old) = (
        new.filter(|_| view.shows_new()),
        old.filter(|_| view.shows_old()),
    );
    Some(encode_parts(event, identity, &key, new, old))
}

fn encode_parts(
    event: StreamEvent,
    identity: StreamIdentity,
    key: &Item,
    new: Option<&Item>,
    old: Option<&Item>,
) -> Vec<u8> {
    let event = match event {
        StreamEvent::Insert => 0,
        StreamEvent::Modify => 1,
        StreamEvent::Remove => 2,
    };
    let identity = match identity {
        StreamIdentity::Client => 0,
        StreamIdentity::Expiry => 1,
    };
    let flag = |image: Option<&Item>, flag| image.map_or(0, |_| flag);
    let flags = flag(new, HAS_NEW) | flag(old, HAS_OLD);
    let mut stored = vec![VERSION, event, identity, flags];
    for item in std::iter::once(key).chain(new).chain(old) {
        let item = stored_form(item);
        stored.put_u32(item.len() as u32);
        stored.put_slice(&item);
    }
    stored
}

/// Seals a stored change.
pub(crate) fn seal(
    cipher: &RecordCipher,
    table: TableId,
    created_at: CommitTimestamp,
    key: &[u8],
    change: &[u8],
) -> Vec<u8> {
    cipher.seal(&place_of(table, created_at, key), change)
}

/// Opens and reads what [`seal`] made.
pub(crate) fn open(
    cipher: &RecordCipher,
    table: TableId,
    created_at: CommitTimestamp,
    key: &[u8],
    sealed: &[u8],
) -> Result<StreamChange, TableError> {
    let damaged = |why: String| TableError::Internal(format!("stream of table {table}: {why}"));
    let stored = cipher
        .open(&place_of(table, created_at, key), sealed)
        .map_err(|error| damaged(error.to_string()))?;
    StreamChange::decode(&stored).ok_or_else(|| damaged("a record cannot be read".to_owned()))
}

fn place_of(table: TableId, created_at: CommitTimestamp, key: &[u8]) -> Vec<u8> {
    let bound = [&created_at.as_micros().to_be_bytes(), key].concat();
    place(table, STREAM_PART, &bound)
}

#[cfg(test)]
mod tests {
    use anywhen_model::AttributeValue;
    use proptest::prelude::*;

    use super::*;

    fn item(name: &str, value: &str) -> Item {
        let value = AttributeValue::S(value.to_owned());
        std::iter::once((name.to_owned(), value)).collect()
    }

    fn any_item() -> impl Strategy<Value = Item> {
        let value = prop_oneof![
            ".{0,9}".prop_map(AttributeValue::S),
            any::<bool>().prop_map(AttributeValue::Bool),
            prop::collection::vec(any::<u8>(), 0..9).prop_map(AttributeValue::B),
        ];
        prop::collection::btree_map("[a-d]{1,3}", value, 0..5)
            .prop_map(|attributes| Item { attributes })
    }

    proptest! {
        #[test]
        fn any_change_comes_back(
            event in prop::sample::select(
                vec![StreamEvent::Insert, StreamEvent::Modify, StreamEvent::Remove]
            ),
            expired in any::<bool>(),
            key in any_item(),
            new_image in prop::option::of(any_item()),
            old_image in prop::option::of(any_item()),
        ) {
            let identity = if expired { StreamIdentity::Expiry } else { StreamIdentity::Client };
            let change = StreamChange { event, identity, key, new_image, old_image };
            let (new, old) = (change.new_image.as_ref(), change.old_image.as_ref());
            let stored = encode_parts(event, identity, &change.key, new, old);
            prop_assert_eq!(StreamChange::decode(&stored), Some(change));
        }
    }

    #[test]
    fn stored_forms_come_back_and_damage_is_noticed() {
        for images in 0..4 {
            let change = StreamChange {
                event: StreamEvent::Modify,
                identity: StreamIdentity::Expiry,
                key: item("id", "k"),
                new_image: (images & 1 != 0).then(|| item("id", "new")),
                old_image: (images & 2 != 0).then(|| item("id", "old")),
            };
            let (new, old) = (change.new_image.as_ref(), change.old_image.as_ref());
            let stored = encode_parts(change.event, change.identity, &change.key, new, old);
            assert_eq!(StreamChange::decode(&stored), Some(change));
            for cut in 0..stored.len() {
                assert_eq!(StreamChange::decode(&stored[..cut]), None);
            }
            let longer = [stored.as_slice(), b"x"].concat();
            assert_eq!(StreamChange::decode(&longer), None);
        }
    }

    /// Pins the form: streams of an earlier version must stay readable.
    #[test]
    fn the_form_is_what_it_was() {
        let (event, identity) = (StreamEvent::Remove, StreamIdentity::Client);
        let stored = encode_parts(event, identity, &item("id", "k"), None, None);
        let key = stored_form(&item("id", "k"));
        let expected = [&[1, 2, 0, 0, 0, 0, 0, key.len() as u8], key.as_slice()].concat();
        assert_eq!(stored, expected);
    }
}
