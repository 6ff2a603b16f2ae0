//! Index entries in memory, compact, and sorted in place.
//!
//! Keys and sealed entries lie one after the other in blocks of a mebibyte; what is sorted are
//! sixteen bytes each: the head of the key and where the entry lies. So an entry costs little
//! more than its bytes, collecting many costs no allocation each, and most comparisons of keys
//! do not leave the list. Bytes are counted as they are held, not as they are filled.
//!
//! Blocks that are no longer needed are filled again ([`Blocks`]): memory that is given back to
//! the system costs a page fault every 4 KiB when it is next wanted.

use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

/// Key and sealed entry.
pub(crate) type Entry = (Bytes, Bytes);

/// Blocks are this large; an entry that is larger gets one of its own.
const BLOCK_BYTES: usize = 1 << 20;

/// Where an entry lies. The order of the fields is the order of sorting up to equal heads.
#[derive(Debug, Clone, Copy)]
struct Place {
    /// The first eight bytes of the key, zeros after its end.
    head: u64,
    block: u32,
    offset: u32,
}

/// Blocks to fill, those that were used before first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blocks(Arc<Mutex<Spare>>);

#[derive(Debug, Default)]
struct Spare {
    blocks: Vec<Vec<u8>>,
    closed: bool,
}

impl Blocks {
    fn take(&self, bytes: usize) -> Vec<u8> {
        if bytes > BLOCK_BYTES {
            return Vec::with_capacity(bytes);
        }
        let spare = self.0.lock().blocks.pop();
        spare.unwrap_or_else(|| Vec::with_capacity(BLOCK_BYTES))
    }

    fn give_back(&self, mut block: Vec<u8>) {
        let mut spare = self.0.lock();
        if block.capacity() == BLOCK_BYTES && !spare.closed {
            block.clear();
            spare.blocks.push(block);
        }
    }

    /// Frees what is spare, and what comes back from now on.
    pub(crate) fn close(&self) {
        let mut spare = self.0.lock();
        spare.closed = true;
        spare.blocks = Vec::new();
    }
}

/// A block that goes back when nothing refers to it any more.
struct Block {
    bytes: Vec<u8>,
    home: Blocks,
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        self.home.give_back(std::mem::take(&mut self.bytes));
    }
}

/// Entries of one index in the order they come.
#[derive(Debug)]
pub(crate) struct Collected {
    home: Blocks,
    blocks: Vec<Vec<u8>>,
    places: Vec<Place>,
}

/// Entries of one index by key.
#[derive(Debug)]
pub(crate) struct Sorted {
    blocks: Vec<Bytes>,
    places: std::vec::IntoIter<Place>,
}

impl Collected {
    pub(crate) fn new(home: Blocks) -> Self {
        Self {
            home,
            blocks: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Adds an entry and answers by how many bytes more memory is held.
    pub(crate) fn add(&mut self, key: &[u8], sealed: &[u8]) -> u64 {
        let length = 2 * size_of::<u32>() + key.len() + sealed.len();
        let mut more = size_of::<Place>();
        let has_room = |block: &Vec<u8>| block.capacity() - block.len() >= length;
        if !self.blocks.last().is_some_and(has_room) {
            let block = self.home.take(length);
            more += block.capacity();
            self.blocks.push(block);
        }
        let number = self.blocks.len() as u32 - 1;
        if let Some(block) = self.blocks.last_mut() {
            self.places.push(Place {
                head: head_of(key),
                block: number,
                offset: block.len() as u32,
            });
            for part in [key, sealed] {
                block.extend_from_slice(&(part.len() as u32).to_be_bytes());
            }
            block.extend_from_slice(key);
            block.extend_from_slice(sealed);
        }
        more as u64
    }

    pub(crate) fn sorted(mut self) -> Sorted {
        let blocks = &self.blocks;
        let key = |place: &Place| parts(blocks, *place).0;
        self.places
            .sort_unstable_by(|a, b| a.head.cmp(&b.head).then_with(|| key(a).cmp(key(b))));
        let home = self.home;
        let owned = self.blocks.into_iter().map(|bytes| Block {
            bytes,
            home: home.clone(),
        });
        Sorted {
            blocks: owned.map(Bytes::from_owner).collect(),
            places: self.places.into_iter(),
        }
    }
}

impl Iterator for Sorted {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let place = self.places.next()?;
        let block = self.blocks.get(place.block as usize)?;
        let (key, sealed) = parts(std::slice::from_ref(block), Place { block: 0, ..place });
        Some((block.slice_ref(key), block.slice_ref(sealed)))
    }
}

/// The first eight bytes of a key, zeros after its end: orders keys that differ in them.
pub(super) fn head_of(key: &[u8]) -> u64 {
    let mut head = [0; 8];
    head.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    u64::from_be_bytes(head)
}

/// Key and sealed entry at a place, which [`Collected::add`] has made.
fn parts<B: AsRef<[u8]>>(blocks: &[B], place: Place) -> (&[u8], &[u8]) {
    let block = blocks.get(place.block as usize).map(B::as_ref);
    let entry = block.and_then(|block| block.get(place.offset as usize..));
    let split = || {
        let (key_length, rest) = entry?.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (key, rest) = rest.split_at_checked(u32::from_be_bytes(*key_length) as usize)?;
        Some((key, rest.get(..u32::from_be_bytes(*length) as usize)?))
    };
    split().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_collected_comes_out_sorted(
            entries in proptest::collection::btree_map(
                proptest::collection::vec(prop_oneof![Just(0_u8), any::<u8>()], 0..12),
                proptest::collection::vec(any::<u8>(), 0..60),
                0..80,
            ),
            large in proptest::option::of(0_usize..3_000_000),
        ) {
            let mut expected: Vec<Entry> = entries
                .into_iter()
                .map(|(key, sealed)| (key.into(), sealed.into()))
                .collect();
            if let Some(large) = large {
                // Longer than any key above, so it is none of them.
                expected.push((Bytes::from(vec![0xFF; 20]), vec![7; large].into()));
            }
            let blocks = Blocks::default();
            let mut collected = Collected::new(blocks.clone());
            let held: u64 = expected
                .iter()
                .rev()
                .map(|(key, sealed)| collected.add(key, sealed))
                .sum();
            let bytes: usize = expected.iter().map(|(key, sealed)| key.len() + sealed.len()).sum();
            prop_assert!(held >= bytes as u64);
            prop_assert_eq!(collected.sorted().collect::<Vec<_>>(), expected.clone());
            let fits = |(key, sealed): &Entry| 8 + key.len() + sealed.len() <= BLOCK_BYTES;
            let spare = !blocks.0.lock().blocks.is_empty();
            prop_assert_eq!(spare, expected.iter().any(fits));
            // Again, in blocks that have been used.
            let mut collected = Collected::new(blocks.clone());
            for (key, sealed) in &expected {
                collected.add(key, sealed);
            }
            prop_assert_eq!(collected.sorted().collect::<Vec<_>>(), expected);
            blocks.close();
            prop_assert!(blocks.0.lock().blocks.is_empty());
        }
    }
}
