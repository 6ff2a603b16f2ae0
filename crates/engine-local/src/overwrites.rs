//! Notices memtables that hold many versions of few keys.
//!
//! A memtable keeps every version of a key until it is flushed, and a flush leaves the newest that
//! anyone can still see. Reads of one key go straight to its newest version, but reads of a range
//! step over all of them: an item that was updated a hundred thousand times would make every query
//! that meets it take a hundred thousand steps. So such memtables are flushed before they are full.
//!
//! Two things tell: more entries than there can be keys, going by what has been flushed so far
//! (few keys, all of them often); and one slot of a small table of counts by hash of the key that
//! stands out (many keys, one of them often). Both may be wrong, and then cost a flush.

use std::collections::HashMap;

use anywhen_engine::KeyspaceHandle;
use parking_lot::Mutex;
use xxhash_rust::xxh3::xxh3_64;

/// A memtable with fewer entries is left alone.
const ENTRIES_MIN: u64 = 4_096;
/// Versions of each key, on average, that are worth a flush.
const AVERAGE_VERSIONS: u64 = 8;
/// Versions of one key that are worth a flush.
const HOT_VERSIONS: u64 = 4_096;
/// Slots that keys share by their hashes, for each keyspace.
const SLOTS: usize = 256;
/// How far above the average slot one has to be to say that one key fills it.
const STANDS_OUT: u64 = 8;

#[derive(Default)]
pub(crate) struct Overwrites(Mutex<HashMap<u32, Counts>>);

/// Writes to a memtable, by hash of the key. Those between the beginning of a memtable and the
/// first look at it are counted for the one before, or not at all.
struct Counts {
    slots: [u32; SLOTS],
    total: u64,
    /// Which memtable was there at the last look.
    memtable: Option<u64>,
}

impl Overwrites {
    /// Counts the write of a key.
    pub(crate) fn count(&self, keyspace: KeyspaceHandle, key: &[u8]) {
        let mut keyspaces = self.0.lock();
        let counts = keyspaces.entry(keyspace.0).or_insert_with(Counts::none);
        counts.total += 1;
        if let Some(slot) = counts.slots.get_mut(xxh3_64(key) as usize % SLOTS) {
            *slot = slot.saturating_add(1);
        }
    }

    /// Whether the memtable should be flushed, given how many entries it has and how many have
    /// been flushed before; its counts then begin again.
    pub(crate) fn crowd(
        &self,
        keyspace: KeyspaceHandle,
        memtable: u64,
        entries: u64,
        flushed: u64,
    ) -> bool {
        let mut keyspaces = self.0.lock();
        let Some(counts) = keyspaces.get_mut(&keyspace.0) else {
            return false;
        };
        if counts.memtable.is_some_and(|last| last != memtable) {
            *counts = Counts::none();
        }
        counts.memtable = Some(memtable);
        let is_crowded = entries >= ENTRIES_MIN
            && (entries > AVERAGE_VERSIONS * flushed || counts.has_hot_key());
        if is_crowded {
            keyspaces.remove(&keyspace.0);
        }
        is_crowded
    }
}

impl Counts {
    fn none() -> Self {
        Self {
            slots: [0; SLOTS],
            total: 0,
            memtable: None,
        }
    }

    fn has_hot_key(&self) -> bool {
        let hottest = u64::from(self.slots.iter().copied().max().unwrap_or(0));
        hottest >= HOT_VERSIONS && hottest > STANDS_OUT * self.total / SLOTS as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDS: KeyspaceHandle = KeyspaceHandle(7);

    fn after(keys: impl Iterator<Item = u64>) -> (Overwrites, u64) {
        let (overwrites, mut entries) = (Overwrites::default(), 0);
        for key in keys {
            overwrites.count(RECORDS, &key.to_be_bytes());
            entries += 1;
        }
        (overwrites, entries)
    }

    #[test]
    fn keys_that_are_written_once_are_no_crowd() {
        let (overwrites, entries) = after(0..500_000);
        assert!(!overwrites.crowd(RECORDS, 1, entries, 500_000));
    }

    #[test]
    fn few_keys_that_are_written_often_are_a_crowd() {
        let (overwrites, entries) = after((0..20_000).map(|write| write % 1_000));
        assert!(overwrites.crowd(RECORDS, 1, entries, 1_000));
        assert!(!overwrites.crowd(RECORDS, 2, 0, 1_000), "it was flushed");
    }

    #[test]
    fn one_key_that_is_written_often_is_a_crowd() {
        let every_tenth = |write| if write % 10 == 0 { 0 } else { write };
        let (overwrites, entries) = after((0..50_000).map(every_tenth));
        assert!(overwrites.crowd(RECORDS, 1, entries, 1_000_000));
    }

    /// Writes are counted a moment before they are in the memtable.
    #[test]
    fn writes_on_their_way_are_no_other_memtable() {
        let (overwrites, entries) = after((0..4_500).map(|_| 0));
        assert!(!overwrites.crowd(RECORDS, 1, 4_000, 1_000_000));
        assert!(overwrites.crowd(RECORDS, 1, entries, 1_000_000));
    }

    #[test]
    fn a_memtable_that_was_flushed_meanwhile_is_counted_anew() {
        let (overwrites, _) = after((0..3_000).map(|_| 0));
        assert!(!overwrites.crowd(RECORDS, 1, 3_000, 1_000_000));
        for _ in 0..3_000 {
            overwrites.count(RECORDS, &0_u64.to_be_bytes());
        }
        assert!(!overwrites.crowd(RECORDS, 2, 5_000, 1_000_000));
    }
}
