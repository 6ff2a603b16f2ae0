//! Ciphers made of data keys: one for records in the engine, one for archive objects.
//!
//! A sealed record is `version (1) | nonce (12) | ciphertext | tag (16)`. A sealed object's
//! chunks carry neither nonce nor version: the object's header names its salt, and a chunk's
//! number is its nonce under the object's own key.

use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_model::Randomness;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};

use crate::{DataKey, KmsError};

const RECORD_VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Bytes a sealed record is longer than its plaintext.
pub const RECORD_OVERHEAD_BYTES: usize = 1 + NONCE_BYTES + TAG_BYTES;

/// Seals and opens the records of one table (or of the system's own keyspaces).
pub struct RecordCipher {
    key: LessSafeKey,
    /// Random per cipher, so two lives of a server never share nonces.
    prefix: u64,
    counter: AtomicU64,
}

impl RecordCipher {
    /// A cipher over the key with a fresh nonce prefix.
    pub fn new(key: &DataKey, randomness: &dyn Randomness) -> Self {
        let mut prefix = [0; 8];
        randomness.fill(&mut prefix);
        Self {
            key: key.aead(),
            prefix: u64::from_le_bytes(prefix),
            counter: AtomicU64::new(0),
        }
    }

    /// Seals a record. `place` is what the record is bound to: the same bytes must be given to
    /// open it.
    pub fn seal(&self, place: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let nonce = self.next_nonce();
        let mut sealed = Vec::with_capacity(plaintext.len() + RECORD_OVERHEAD_BYTES);
        sealed.push(RECORD_VERSION);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plaintext);
        let (_, body) = sealed.split_at_mut(1 + NONCE_BYTES);
        let tag = self
            .key
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), body)
            .expect("a record is far below the limit of AES-GCM");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens a sealed record.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, KmsError> {
        let (&[version], rest) = sealed.split_first_chunk().ok_or(KmsError::Damaged)?;
        let (nonce, body) = rest.split_first_chunk().ok_or(KmsError::Damaged)?;
        if version != RECORD_VERSION {
            return Err(KmsError::Damaged);
        }
        let mut opened = body.to_vec();
        let length = self
            .key
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(place),
                &mut opened,
            )
            .map_err(|_| KmsError::Damaged)?
            .len();
        opened.truncate(length);
        Ok(opened)
    }

    /// Prefix and counter side by side: 64 random bits, then 32 counted ones. When the count
    /// runs over, its upper half moves the prefix on, so no nonce comes twice.
    fn next_nonce(&self) -> [u8; NONCE_BYTES] {
        let count = self.counter.fetch_add(1, Ordering::Relaxed);
        let prefix = self.prefix.wrapping_add(count >> 32).to_be_bytes();
        let low = (count as u32).to_be_bytes();
        let mut nonce = [0; NONCE_BYTES];
        nonce
            .iter_mut()
            .zip(prefix.iter().chain(&low))
            .for_each(|(to, from)| *to = *from);
        nonce
    }
}

impl std::fmt::Debug for RecordCipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecordCipher(..)")
    }
}

/// Seals and opens the chunks of one archive object.
pub struct ObjectCipher {
    key: LessSafeKey,
}

impl ObjectCipher {
    /// Bytes a sealed chunk is longer than its plaintext.
    pub const CHUNK_OVERHEAD_BYTES: usize = TAG_BYTES;

    /// The cipher of the object that carries this salt. A salt must be random and belong to
    /// one object only.
    pub fn new(key: &DataKey, salt: &[u8; 32]) -> Self {
        let derived = Salt::new(HKDF_SHA256, salt).extract(key.bytes());
        let object_key = derived
            .expand(&[b"anywhen archive object"], &AES_256_GCM)
            .map(UnboundKey::from)
            .expect("the key length is AES-256's");
        Self {
            key: LessSafeKey::new(object_key),
        }
    }

    /// Seals chunk `number` in place and appends its tag. `place` binds the chunk to the
    /// object's header and to being the last one or not.
    pub fn seal(&self, number: u64, place: &[u8], chunk: &mut Vec<u8>) {
        self.key
            .seal_in_place_append_tag(chunk_nonce(number), Aad::from(place), chunk)
            .expect("a chunk is far below the limit of AES-GCM");
    }

    /// Opens chunk `number`; its plaintext is added to `plaintext`.
    pub fn open(
        &self,
        number: u64,
        place: &[u8],
        chunk: &[u8],
        plaintext: &mut Vec<u8>,
    ) -> Result<(), KmsError> {
        let body_length = chunk.len().checked_sub(TAG_BYTES);
        let split = body_length.and_then(|length| chunk.split_at_checked(length));
        let (body, tag) = split.ok_or(KmsError::Damaged)?;
        let start = plaintext.len();
        plaintext.resize(start + body.len(), 0);
        let (_, opened) = plaintext.split_at_mut(start);
        let (nonce, place) = (chunk_nonce(number), Aad::from(place));
        let result = self
            .key
            .open_separate_gather(nonce, place, body, tag, opened);
        result.map_err(|_| {
            plaintext.truncate(start);
            KmsError::Damaged
        })
    }
}

impl std::fmt::Debug for ObjectCipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ObjectCipher(..)")
    }
}

fn chunk_nonce(number: u64) -> Nonce {
    let mut nonce = [0; NONCE_BYTES];
    nonce
        .iter_mut()
        .skip(4)
        .zip(number.to_be_bytes())
        .for_each(|(to, from)| *to = from);
    Nonce::assume_unique_for_key(nonce)
}

#[cfg(test)]
mod tests {
    use anywhen_model::SeededRandomness;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A bit that was changed anywhere, another place, another cipher: each is noticed.
        #[test]
        fn any_record_opens_and_only_as_it_was_sealed(
            seed in any::<u64>(),
            place in prop::collection::vec(any::<u8>(), 0..60),
            plaintext in prop::collection::vec(any::<u8>(), 0..600),
            at in any::<prop::sample::Index>(),
            bit in 0..8_u32,
        ) {
            let randomness = SeededRandomness::new(seed);
            let cipher = RecordCipher::new(&DataKey::generate(&randomness), &randomness);
            let sealed = cipher.seal(&place, &plaintext);
            prop_assert_eq!(sealed.len(), plaintext.len() + RECORD_OVERHEAD_BYTES);
            prop_assert_eq!(cipher.open(&place, &sealed), Ok(plaintext));
            let other = RecordCipher::new(&DataKey::generate(&randomness), &randomness);
            prop_assert_eq!(other.open(&place, &sealed), Err(KmsError::Damaged));
            let elsewhere = [place.as_slice(), b"x"].concat();
            prop_assert_eq!(cipher.open(&elsewhere, &sealed), Err(KmsError::Damaged));
            let mut bent = sealed.clone();
            bent[at.index(sealed.len())] ^= 1 << bit;
            prop_assert_eq!(cipher.open(&place, &bent), Err(KmsError::Damaged));
        }
    }

    #[test]
    fn records_open_only_where_they_were_sealed() {
        let randomness = SeededRandomness::new(1);
        let key = DataKey::generate(&randomness);
        let cipher = RecordCipher::new(&key, &randomness);
        let sealed = cipher.seal(b"table/key", b"plaintext");
        assert_eq!(sealed.len(), 9 + RECORD_OVERHEAD_BYTES);
        assert_ne!(
            sealed,
            cipher.seal(b"table/key", b"plaintext"),
            "nonces differ"
        );
        assert_eq!(cipher.open(b"table/key", &sealed).unwrap(), b"plaintext");
        assert_eq!(cipher.open(b"table/other", &sealed), Err(KmsError::Damaged));
        for position in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[position] ^= 0x80;
            assert_eq!(cipher.open(b"table/key", &bent), Err(KmsError::Damaged));
            assert_eq!(
                cipher.open(b"table/key", &sealed[..position]),
                Err(KmsError::Damaged)
            );
        }
    }

    #[test]
    fn object_chunks_cannot_be_reordered() {
        let key = DataKey::generate(&SeededRandomness::new(2));
        let cipher = ObjectCipher::new(&key, &[7; 32]);
        let mut chunk = b"chunk".to_vec();
        cipher.seal(4, b"header", &mut chunk);
        let mut opened = b"before ".to_vec();
        assert!(cipher.open(5, b"header", &chunk, &mut opened).is_err());
        let stranger = ObjectCipher::new(&key, &[8; 32]);
        assert!(stranger.open(4, b"header", &chunk, &mut opened).is_err());
        for length in 0..chunk.len() {
            let cut = chunk.get(..length).unwrap();
            assert!(cipher.open(4, b"header", cut, &mut opened).is_err());
        }
        assert_eq!(opened, b"before ", "nothing of what is refused");
        cipher.open(4, b"header", &chunk, &mut opened).unwrap();
        assert_eq!(opened, b"before chunk");
    }
}
