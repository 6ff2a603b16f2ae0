//! Time to live: items that say when they expire, and their deletion.
//!
//! A table with time to live has a hidden index, the *order of expiry*: an entry for each item
//! whose attribute says when it expires, under that second and the item's stored key. So what has
//! expired is found without looking at anything else. Always true:
//!
//! * Entries change in the commit of their item, like those of indexes. The order of a table that
//!   was in use is filled by the same mechanism ([`crate::backfill`]); until then it may lack
//!   entries, and never has one that is wrong.
//! * An item is deleted only if it has expired by what it says itself, read under its latch. The
//!   order only says where to look: whoever changes the item first has rescued it.
//! * A deletion is a write like a client's: one commit with all index entries, the record of the
//!   change log and that of the stream, which names the service. Only capacity is not charged.
//! * Enabling and disabling advance the table's fence: no write planned before leaves the order
//!   wrong, no item is deleted by a setting that is no more.
//!
//! Which values count: the attribute is at the top level and of type N; its whole part is the
//! second, from the epoch on. An item has expired when that second is before the present one, by
//! at most [`limits::TIME_TO_LIVE_PAST_SECONDS_MAX`]: what is older is left alone (developer
//! guide, "Using time to live").
//!
//! A deletion that fails (a full disk, say) is tried again by the next pass. Start reading at
//! [`Expiry`], then `control` (the setting) and `delete` (the passes).

mod control;
mod delete;

use std::ops::Bound;

use anywhen_engine::KeyBounds;
use anywhen_model::{AttributeValue, CommitTimestamp, Item, limits};
use bytes::Bytes;

pub use control::TimeToLiveStatus;

use crate::record::TimeToLive;
use crate::table::Part;

/// What an entry holds: all that is to be known is in its key.
pub(crate) const ENTRY: &[u8] = &[];

const MICROS_PER_SECOND: u64 = 1_000_000;

/// Bytes of the second at the front of an entry's key.
const SECOND_BYTES: usize = size_of::<u64>();

/// The order in which a table's items expire.
#[derive(Debug, Clone)]
pub(crate) struct Expiry {
    attribute: String,
    filled: bool,
    part: Part,
}

impl Expiry {
    pub(crate) fn new(setting: &TimeToLive, part: Part) -> Self {
        Self {
            attribute: setting.attribute.clone(),
            filled: setting.filled,
            part,
        }
    }

    /// The attribute that says when an item expires.
    pub(crate) fn attribute(&self) -> &str {
        &self.attribute
    }

    /// Where the entries are.
    pub(crate) fn part(&self) -> &Part {
        &self.part
    }

    /// Whether no entry is missing.
    pub(crate) fn is_filled(&self) -> bool {
        self.filled
    }

    /// The entry of an item, which is stored under `key`; `None` if it never expires.
    pub(crate) fn entry_key(&self, key: &[u8], item: &Item) -> Option<Bytes> {
        let second = self.second(item)?;
        Some([second.to_be_bytes().as_slice(), key].concat().into())
    }

    /// Whether an item has expired.
    pub(crate) fn has_expired(&self, item: &Item, now: CommitTimestamp) -> bool {
        let (first, end) = expired_seconds(now);
        self.second(item)
            .is_some_and(|second| (first..end).contains(&second))
    }

    fn second(&self, item: &Item) -> Option<u64> {
        match item.get(&self.attribute)? {
            AttributeValue::N(number) => number.floor_u64(),
            _ => None,
        }
    }
}

/// The seconds in which what has expired by now did so: from the first to before the second.
fn expired_seconds(now: CommitTimestamp) -> (u64, u64) {
    let now = now.as_micros() / MICROS_PER_SECOND;
    let first = (now + 1).saturating_sub(limits::TIME_TO_LIVE_PAST_SECONDS_MAX);
    (first, now)
}

/// The entries of all that has expired by now, behind `after` if that is given.
fn expired_entries(after: Option<Bytes>, now: CommitTimestamp) -> KeyBounds {
    let (first, end) = expired_seconds(now);
    let bound = |second: u64| Bytes::copy_from_slice(&second.to_be_bytes());
    let lower = after.map_or(Bound::Included(bound(first)), Bound::Excluded);
    (lower, Bound::Excluded(bound(end)))
}

/// The stored key of the item that an entry belongs to; `None` for what is no entry.
fn item_key(entry: &Bytes) -> Option<Bytes> {
    (entry.len() > SECOND_BYTES).then(|| entry.slice(SECOND_BYTES..))
}
