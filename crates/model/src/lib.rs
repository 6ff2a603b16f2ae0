//! The item model: values, numbers, items, keys, names and limits. Pure: no I/O, no clock of
//! its own, no state.
//!
//! What must always hold:
//!
//! * Who holds a value of one of these types holds a valid one. Checks happen where text or
//!   bytes come in ([`parse_item`], `parse` of names and numbers, [`decode_item`]) and nowhere
//!   else.
//! * Equal values have equal stored bytes, and the order of stored keys is DynamoDB's order.
//! * Whatever comes in, reading it ends in bounded time and stack, with a value or an error.
//!
//! Errors that clients see carry DynamoDB's own texts. Start reading at [`AttributeValue`], then
//! [`Key`] for how items are found.

mod arn;
mod capacity;
#[cfg(test)]
mod generate;
mod json;
mod key;
pub mod limits;
mod names;
mod number;
mod steady_clock;
mod stored;
mod time;
mod value;

pub use arn::{ArnError, BackupArn, IndexArn, TableArn, TableReference};
pub use capacity::{CapacityUnits, ReadConsistency, whole_read_blocks_bytes};
pub use json::{
    EntryError, ItemJsonError, parse_item, parse_value, parse_value_map, write_item, write_value,
};
pub use key::{
    HashSecret, Key, KeyAttribute, KeyError, KeySchema, KeyValue, ScalarType, StoredKey,
    encode_ordered_prefix, encode_ordered_value, partition_hash,
};
pub use names::{
    AccountId, BackupId, BackupName, IndexName, InvalidName, Realm, Region, TableId, TableName,
};
pub use number::{Number, NumberError};
pub use steady_clock::{MonotonicClock, SteadyClock, StepObserver, WallStep};
pub use stored::{
    CorruptItem, decode_item, encode_item, stored_attribute, stored_part, stored_size_bytes,
    stored_to_json,
};
pub use time::{Clock, CommitTimestamp, ManualClock, Randomness, SeededRandomness, SystemClock};
pub use value::{AttributeValue, Item};
