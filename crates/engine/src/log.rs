//! The change log: what a commit tells about items whose history is kept.
//!
//! A record holds the sealed bytes that were written to the item's keyspace, so that a change
//! is encrypted once. The engine does not look into them. [`LogRecord::encode`] is the form on
//! disk: version byte, flags, table id, then length-prefixed key, value and old value.

use anywhen_model::{CommitTimestamp, TableId};
use bytes::{Buf, BufMut, Bytes};

use crate::EngineError;

const VERSION: u8 = 1;
const HAS_VALUE: u8 = 1;
const HAS_OLD_VALUE: u8 = 2;

/// An open change log of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogHandle(pub u32);

/// One change of one item, as given to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// The log of the table's realm.
    pub log: LogHandle,
    /// Whose change it is.
    pub table: TableId,
    /// The item's stored key.
    pub key: Bytes,
    /// The sealed new image; `None` is a deletion.
    pub value: Option<Bytes>,
    /// The sealed old image, where a stream wants it.
    pub old_value: Option<Bytes>,
}

/// One change with the commit it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// When it was committed; shared by all changes of one commit.
    pub timestamp: CommitTimestamp,
    /// Whose change it is.
    pub table: TableId,
    /// The item's stored key.
    pub key: Bytes,
    /// The sealed new image; `None` is a deletion.
    pub value: Option<Bytes>,
    /// The sealed old image, where a stream wants it.
    pub old_value: Option<Bytes>,
}

impl LogEntry {
    /// The stored form of the entry, without its timestamp (that is in the record's key).
    pub fn encode(&self) -> Vec<u8> {
        let flags = if self.value.is_some() { HAS_VALUE } else { 0 }
            | if self.old_value.is_some() {
                HAS_OLD_VALUE
            } else {
                0
            };
        let parts = [
            Some(&self.key),
            self.value.as_ref(),
            self.old_value.as_ref(),
        ];
        let size: usize = parts.iter().flatten().map(|part| part.len() + 4).sum();
        let mut out = Vec::with_capacity(18 + size);
        out.put_u8(VERSION);
        out.put_u8(flags);
        out.put_u128(self.table.as_u128());
        for part in parts.into_iter().flatten() {
            out.put_u32(part.len() as u32);
            out.put_slice(part);
        }
        out
    }
}

impl LogRecord {
    /// Reads a stored entry back, with the timestamp from its key.
    pub fn decode(timestamp: CommitTimestamp, mut stored: Bytes) -> Result<Self, EngineError> {
        let damaged = || EngineError::Corrupt(format!("change-log record at {timestamp}"));
        if stored.len() < 18 || stored.get_u8() != VERSION {
            return Err(damaged());
        }
        let flags = stored.get_u8();
        if flags & !(HAS_VALUE | HAS_OLD_VALUE) != 0 {
            return Err(damaged());
        }
        let table = TableId::from_u128(stored.get_u128());
        let mut part = || -> Result<Bytes, EngineError> {
            if stored.len() < 4 {
                return Err(damaged());
            }
            let length = stored.get_u32() as usize;
            (stored.len() >= length)
                .then(|| stored.split_to(length))
                .ok_or_else(damaged)
        };
        let key = part()?;
        let value = if flags & HAS_VALUE == 0 {
            None
        } else {
            Some(part()?)
        };
        let old_value = if flags & HAS_OLD_VALUE == 0 {
            None
        } else {
            Some(part()?)
        };
        if !stored.is_empty() {
            return Err(damaged());
        }
        Ok(Self {
            timestamp,
            table,
            key,
            value,
            old_value,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_bytes() -> impl Strategy<Value = Bytes> {
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Bytes::from)
    }

    proptest! {
        #[test]
        fn any_record_is_read_back(
            table in any::<u128>(),
            micros in any::<u64>(),
            key in any_bytes(),
            value in prop::option::of(any_bytes()),
            old_value in prop::option::of(any_bytes()),
        ) {
            let (timestamp, table) = (CommitTimestamp::from_micros(micros), TableId::from_u128(table));
            let record = LogRecord { timestamp, table, key, value, old_value };
            let entry = entry_of(record.clone());
            prop_assert_eq!(LogRecord::decode(timestamp, entry.encode().into()), Ok(record));
        }

        /// There is one form of each record: whatever is accepted is encoded as it was.
        #[test]
        fn any_bytes_are_one_record_or_none(
            flags in 0..5_u8,
            lengths in prop::collection::vec(0..4_u32, 0..4),
            filler in any::<u8>(),
        ) {
            let mut stored = vec![VERSION, flags];
            stored.extend([filler; 16]);
            for length in lengths {
                stored.extend(length.to_be_bytes());
                stored.extend(vec![filler; length as usize]);
            }
            let at = CommitTimestamp::from_micros(7);
            if let Ok(record) = LogRecord::decode(at, stored.clone().into()) {
                prop_assert_eq!(entry_of(record).encode(), stored);
            }
        }
    }

    fn entry_of(record: LogRecord) -> LogEntry {
        LogEntry {
            log: LogHandle(0),
            table: record.table,
            key: record.key,
            value: record.value,
            old_value: record.old_value,
        }
    }

    #[test]
    fn a_record_is_read_back_and_nothing_more_or_less() {
        let text = |text: &'static str| Bytes::from_static(text.as_bytes());
        let at = CommitTimestamp::from_micros(7);
        let decode = |stored: &[u8]| LogRecord::decode(at, Bytes::copy_from_slice(stored));
        for value in [None, Some(text("new"))] {
            for old_value in [None, Some(text("old"))] {
                let entry = LogEntry {
                    log: LogHandle(0),
                    table: TableId::from_u128(9),
                    key: text("key"),
                    value: value.clone(),
                    old_value: old_value.clone(),
                };
                let mut stored = entry.encode();
                let record = decode(&stored).unwrap();
                assert_eq!((record.table, record.key), (entry.table, entry.key));
                assert_eq!((record.value, record.old_value), (value.clone(), old_value));
                for length in 0..stored.len() {
                    assert!(decode(&stored[..length]).is_err(), "cut at {length}");
                }
                stored.push(0);
                assert!(decode(&stored).is_err(), "a byte behind it");
                stored.pop();
                stored[1] |= 4;
                assert!(decode(&stored).is_err(), "an unknown flag");
            }
        }
    }
}
