//! Index entries in memory, compact, and sorted in place.
//!
//! Keys and sealed entries lie one after the other in blocks of a mebibyte; what is sorted are
//! sixteen bytes each: the head of the key and where the entry lies. So an entry costs little
//! more than its bytes, collecting many costs no allocation each, and most comparisons of keys
//! do not leave the list. Bytes are counted as they are held, not as they are filled.

use bytes::Bytes;

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

/// Entries of one index in the order they come.
#[derive(Debug, Default)]
pub(crate) struct Collected {
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
    /// Adds an entry and answers by how many bytes more memory is held.
    pub(crate) fn add(&mut self, key: &[u8], sealed: &[u8]) -> u64 {
        let length = 2 * size_of::<u32>() + key.len() + sealed.len();
        let mut more = size_of::<Place>();
        let has_room = |block: &Vec<u8>| block.capacity() - block.len() >= length;
        if !self.blocks.last().is_some_and(has_room) {
            let capacity = length.max(BLOCK_BYTES);
            self.blocks.push(Vec::with_capacity(capacity));
            more += capacity;
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
        Sorted {
            blocks: self.blocks.into_iter().map(Bytes::from).collect(),
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

fn head_of(key: &[u8]) -> u64 {
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
            let mut collected = Collected::default();
            let held: u64 = expected
                .iter()
                .rev()
                .map(|(key, sealed)| collected.add(key, sealed))
                .sum();
            let bytes: usize = expected.iter().map(|(key, sealed)| key.len() + sealed.len()).sum();
            prop_assert!(held >= bytes as u64);
            prop_assert_eq!(collected.sorted().collect::<Vec<_>>(), expected);
        }
    }
}
