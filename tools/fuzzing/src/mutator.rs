//! Makes inputs out of others: by a seed, so that what has failed can be made again.

use anywhen_model::SeededRandomness;

/// Inputs grow no larger than this.
const INPUT_BYTES_MAX: usize = 64 * 1024;
/// Bytes and numbers at which decoders tend to take another way.
const BORDERS: [u64; 9] = [
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0xFFFF,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    u64::MAX,
];

/// Changes inputs at random.
#[derive(Debug)]
pub struct Mutator {
    randomness: SeededRandomness,
}

impl Mutator {
    /// The changes of this seed.
    pub fn new(seed: u64) -> Self {
        Self {
            randomness: SeededRandomness::new(seed),
        }
    }

    fn below(&self, bound: usize) -> usize {
        (self.randomness.next_u64() % bound.max(1) as u64) as usize
    }

    fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// A start and an end within `length`, at most `longest` apart.
    fn range(&self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(longest + 1)).min(length)
    }

    /// One to four changes of one of the inputs. `words` are what texts of this kind are made of.
    pub fn mutate(&self, inputs: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
        let mut input = self.pick(inputs).cloned().unwrap_or_default();
        for _ in 0..=self.below(4) {
            self.change(&mut input, inputs, words);
        }
        input.truncate(INPUT_BYTES_MAX);
        input
    }

    fn change(&self, input: &mut Vec<u8>, inputs: &[Vec<u8>], words: &[&str]) {
        match self.below(if words.is_empty() { 8 } else { 10 }) {
            0 => {
                let (at, bit) = (self.below(input.len()), 1 << self.below(8));
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= bit;
                }
            }
            1 => {
                let at = self.below(input.len());
                let border = self.pick(&BORDERS).copied().unwrap_or_default() as u8;
                if let Some(byte) = input.get_mut(at) {
                    *byte = border;
                }
            }
            2 => self.write_number(input),
            3 => drop(input.drain(self.range(input.len(), 16))),
            4 => input.truncate(self.below(input.len() + 1)),
            5 => self.repeat(input),
            6 => {
                let other = self.pick(inputs).map_or(&[][..], Vec::as_slice);
                let part = other.get(self.range(other.len(), 64));
                self.insert(input, part.unwrap_or_default());
            }
            7 => self.insert(input, &[self.below(256) as u8]),
            8 => self.insert(input, self.word(words)),
            _ => {
                let replaced = self.range(input.len(), 8);
                drop(input.splice(replaced, self.word(words).iter().copied()));
            }
        }
    }

    fn word<'a>(&self, words: &[&'a str]) -> &'a [u8] {
        self.pick(words).copied().unwrap_or_default().as_bytes()
    }

    fn insert(&self, input: &mut Vec<u8>, part: &[u8]) {
        let at = self.below(input.len() + 1);
        drop(input.splice(at..at, part.iter().copied()));
    }

    /// A number that decoders may take for a length or a count.
    fn write_number(&self, input: &mut [u8]) {
        let number = self.pick(&BORDERS).copied().unwrap_or_default();
        let width = 1 << self.below(4);
        let at = self.below(input.len());
        let bytes = number.to_be_bytes();
        for (to, from) in input.iter_mut().skip(at).zip(bytes.iter().skip(8 - width)) {
            *to = *from;
        }
    }

    /// A part of the input again and again: what nests becomes deep, what is long longer.
    fn repeat(&self, input: &mut Vec<u8>) {
        let part = input.get(self.range(input.len(), 32)).unwrap_or_default();
        let repeated = part.repeat(1 << self.below(10));
        self.insert(input, &repeated);
    }
}
