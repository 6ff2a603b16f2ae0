//! Data keys and their wrapped form.
//!
//! A wrapped key is a chain: the first link is sealed under the master key, each further one
//! under the key before it, the last is the data key itself. A table on the server's own
//! encryption has one link; a table on a KMS-style key has two, the first being that key.

use anywhen_model::Randomness;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

use crate::{KmsError, MasterKey, MasterKeyId};

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const KEY_BYTES: usize = 32;
const LINK_BYTES: usize = NONCE_BYTES + KEY_BYTES + 16;

/// A 256-bit key that encrypts data. Wiped from memory when dropped; never printed.
#[derive(Clone)]
pub struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    /// A new random key.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        randomness.fill(bytes.as_mut_slice());
        Self(bytes)
    }

    pub(crate) fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }

    pub(crate) fn aead(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, self.bytes()).expect("the key has 32 bytes");
        LessSafeKey::new(key)
    }

    fn seal_key(&self, inner: &DataKey, randomness: &dyn Randomness) -> [u8; LINK_BYTES] {
        let mut nonce = [0; NONCE_BYTES];
        randomness.fill(&mut nonce);
        let mut sealed = Zeroizing::new(inner.bytes().to_vec());
        let tag = self
            .aead()
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(b"anywhen data key"),
                sealed.as_mut_slice(),
            )
            .expect("32 bytes are within the limits of AES-GCM");
        let mut link = [0; LINK_BYTES];
        for (to, from) in link
            .iter_mut()
            .zip(nonce.iter().chain(&*sealed).chain(tag.as_ref()))
        {
            *to = *from;
        }
        link
    }

    fn open_key(&self, link: &[u8; LINK_BYTES]) -> Result<DataKey, KmsError> {
        let (nonce, sealed) = link.split_at(NONCE_BYTES);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KmsError::Damaged)?;
        let mut sealed = Zeroizing::new(sealed.to_vec());
        let opened = self
            .aead()
            .open_in_place(nonce, Aad::from(b"anywhen data key"), &mut sealed)
            .map_err(|_| KmsError::Damaged)?;
        let bytes = <[u8; KEY_BYTES]>::try_from(&*opened).map_err(|_| KmsError::Damaged)?;
        Ok(DataKey::from_bytes(bytes))
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(..)")
    }
}

/// A data key sealed under the master key, directly or through other keys. Serialises as
/// base64 text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    master: MasterKeyId,
    links: Vec<[u8; LINK_BYTES]>,
}

impl WrappedKey {
    pub(crate) fn directly(master: &MasterKey, key: &DataKey, randomness: &dyn Randomness) -> Self {
        Self {
            master: master.id(),
            links: vec![master.key().seal_key(key, randomness)],
        }
    }

    /// Wraps a key under the key this wrapping opens to, given as `opened`.
    pub fn extend(&self, opened: &DataKey, key: &DataKey, randomness: &dyn Randomness) -> Self {
        let mut links = self.links.clone();
        links.push(opened.seal_key(key, randomness));
        Self {
            master: self.master,
            links,
        }
    }

    pub(crate) fn open(&self, master: &MasterKey) -> Result<DataKey, KmsError> {
        if self.master != master.id() {
            return Err(KmsError::OtherMasterKey {
                needed: self.master,
                held: master.id(),
            });
        }
        self.links
            .iter()
            .try_fold(master.key().clone(), |key, link| key.open_key(link))
    }

    /// The stored form: version, master key id, number of links, links.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        out.extend_from_slice(&self.master.0);
        out.push(self.links.len() as u8);
        for link in &self.links {
            out.extend_from_slice(link);
        }
        out
    }

    /// Reads the stored form; it must end with its last link.
    pub fn decode(stored: &[u8]) -> Result<Self, KmsError> {
        let (&[version], rest) = stored.split_first_chunk().ok_or(KmsError::Damaged)?;
        let (master, rest) = rest.split_first_chunk().ok_or(KmsError::Damaged)?;
        let (&[count], rest) = rest.split_first_chunk().ok_or(KmsError::Damaged)?;
        let (links, tail) = rest.as_chunks::<LINK_BYTES>();
        let whole = version == VERSION && !links.is_empty();
        if !whole || links.len() != usize::from(count) || !tail.is_empty() {
            return Err(KmsError::Damaged);
        }
        Ok(Self {
            master: MasterKeyId(*master),
            links: links.to_vec(),
        })
    }
}

impl Serialize for WrappedKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.encode()))
    }
}

impl<'de> Deserialize<'de> for WrappedKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Self::decode(&bytes).map_err(serde::de::Error::custom)
    }
}
