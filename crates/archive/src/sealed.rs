//! Sealed objects: the one form in which anything is stored in an archive.
//!
//! ```text
//! header   "AWSO" | version u8 | kind u8 | log2(chunk size) u8 | 0
//!          name length u16 | name | wrapped key length u16 | wrapped key
//!          clear length u32 | clear section | salt (32)
//! chunks   ciphertext of a full chunk of plaintext | tag (16), the last one shorter or equal
//! trailer  SHA-256 of everything before it (32)
//! ```
//!
//! Integers are big-endian. The cipher is AES-256-GCM under a key derived from the data key
//! and the salt; the nonce is the chunk's number; the associated data is the SHA-256 of the
//! header followed by one byte, 1 for the last chunk and 0 for the others.
//!
//! The clear section is what can be read without the key: manifests say there which objects
//! they make visible. It is part of the header, so with the key it is authenticated, too.
//!
//! What follows, and what the tests show for every byte: a header that was changed opens no
//! chunk; a chunk that was changed, moved or taken from another object does not open; an
//! object that was cut or lengthened does not open, because its last chunk is marked; an
//! object that was put under another name is refused, because the header names it. Every such
//! failure is [`ArchiveError::Damaged`] (or `Key`, `Format`) and names the object. The trailer
//! lets the same be noticed without any key, as long as nobody meant to deceive.
//!
//! An object can be read whole ([`open_whole`]), by ranges ([`SealedObject`]), which fetch and
//! open only the chunks they touch and leave the trailer alone, or as a stream that is only
//! checked ([`Inspector`]).

mod inspect;
mod object;

use std::ops::Range;

use anywhen_kms::{DataKey, KmsError, MasterKey, ObjectCipher, WrappedKey};
use anywhen_model::Randomness;
use aws_lc_rs::digest;
use bytes::{Buf, BufMut, Bytes};

use crate::ArchiveError;
use crate::stored::hex;

pub(crate) use inspect::Inspector;
pub(crate) use object::SealedObject;

const MAGIC: &[u8; 4] = b"AWSO";
const VERSION: u8 = 2;
const SALT_BYTES: usize = 32;
/// Fixed part of the header, before the name.
const HEADER_START_BYTES: usize = 10;
const TAG_BYTES: u64 = ObjectCipher::CHUNK_OVERHEAD_BYTES as u64;
const TRAILER_BYTES: usize = 32;

/// What a sealed object is; part of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    RealmManifest,
    TimelineManifest,
    SegmentBlock,
    SegmentDirectory,
    Keyframe,
    Delta,
}

impl Kind {
    fn code(self) -> u8 {
        match self {
            Self::RealmManifest => 1,
            Self::TimelineManifest => 2,
            Self::SegmentBlock => 3,
            Self::SegmentDirectory => 4,
            Self::Keyframe => 5,
            Self::Delta => 6,
        }
    }

    /// Large files have larger chunks: fewer tags, still cheap ranged reads.
    fn chunk_log2(self) -> u8 {
        match self {
            Self::Keyframe | Self::Delta => 18,
            _ => 16,
        }
    }

    /// The word metrics and logs use.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::RealmManifest | Self::TimelineManifest => "manifest",
            Self::SegmentBlock | Self::SegmentDirectory => "segment",
            Self::Keyframe => "keyframe",
            Self::Delta => "delta",
        }
    }
}

/// A data key and the wrapped form that object headers carry.
#[derive(Debug, Clone)]
pub(crate) struct SealingKey {
    pub(crate) key: DataKey,
    pub(crate) wrapped: WrappedKey,
}

/// Seals one object piece by piece.
pub(crate) struct Sealer {
    cipher: ObjectCipher,
    place: [u8; 33],
    chunk_bytes: usize,
    number: u64,
    chunk: Vec<u8>,
    /// Of everything that has gone out.
    hash: digest::Context,
}

impl Sealer {
    /// Begins an object and writes its header to `out`. `clear` is read without the key.
    pub(crate) fn begin(
        kind: Kind,
        name: &str,
        clear: &[u8],
        key: &SealingKey,
        randomness: &dyn Randomness,
        out: &mut Vec<u8>,
    ) -> Self {
        let mut salt = [0; SALT_BYTES];
        randomness.fill(&mut salt);
        let header = encode_header(kind, name, &key.wrapped, clear, &salt);
        let chunk_bytes = 1_usize << kind.chunk_log2();
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(&header);
        out.extend_from_slice(&header);
        Self {
            cipher: ObjectCipher::new(&key.key, &salt),
            place: place_of(&header),
            chunk_bytes,
            number: 0,
            chunk: Vec::new(),
            hash,
        }
    }

    /// Adds plaintext; chunks that are full go to `out`.
    pub(crate) fn push(&mut self, mut plaintext: &[u8], out: &mut Vec<u8>) {
        while !plaintext.is_empty() {
            // A full chunk is sealed only once more follows: only then is it not the last.
            if self.chunk.len() == self.chunk_bytes {
                self.seal_chunk(false, out);
            }
            let room = self.chunk_bytes - self.chunk.len();
            let (now, later) = plaintext.split_at(room.min(plaintext.len()));
            self.chunk.extend_from_slice(now);
            plaintext = later;
        }
    }

    /// Ends the object; its last chunk and its trailer go to `out`. Answers the SHA-256 of the
    /// whole object, in hex: the form in which manifests name it.
    pub(crate) fn finish(mut self, out: &mut Vec<u8>) -> String {
        self.seal_chunk(true, out);
        let trailer = self.hash.clone().finish();
        out.extend_from_slice(trailer.as_ref());
        self.hash.update(trailer.as_ref());
        hex(self.hash.finish().as_ref())
    }

    fn seal_chunk(&mut self, last: bool, out: &mut Vec<u8>) {
        self.place[32] = u8::from(last);
        self.cipher.seal(self.number, &self.place, &mut self.chunk);
        self.hash.update(&self.chunk);
        out.append(&mut self.chunk);
        self.number += 1;
    }
}

/// Seals a whole object in memory.
pub(crate) fn seal_whole(
    kind: Kind,
    name: &str,
    clear: &[u8],
    key: &SealingKey,
    plaintext: &[u8],
    randomness: &dyn Randomness,
) -> Vec<u8> {
    let bytes = clear.len() + plaintext.len() + plaintext.len() / 1024 + 512;
    let mut out = Vec::with_capacity(bytes);
    let mut sealer = Sealer::begin(kind, name, clear, key, randomness, &mut out);
    sealer.push(plaintext, &mut out);
    sealer.finish(&mut out);
    out
}

/// A whole object, opened.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) clear: Bytes,
    pub(crate) plaintext: Bytes,
    /// The key it was sealed under.
    pub(crate) key: SealingKey,
}

/// Opens a whole object in memory. `path` is what errors name: the object, or the segment that
/// the object is a part of.
pub(crate) fn open_whole(
    kind: Kind,
    path: &str,
    name: &str,
    stored: &Bytes,
    master: &MasterKey,
) -> Result<Opened, ArchiveError> {
    let (raw, shape) = check_whole(kind, path, name, stored)?;
    let header = raw.open(path, stored, master)?;
    let body = stored.slice(raw.bytes..stored.len() - TRAILER_BYTES);
    let plaintext = open_chunks(&header, &shape, path, 0, &body)?;
    Ok(Opened {
        clear: raw.clear,
        plaintext,
        key: header.key,
    })
}

/// What can be read of a whole object without the master key: its clear section and the
/// wrapped form of its key. Everything that can be checked without the key has been.
pub(crate) fn read_clear(
    kind: Kind,
    path: &str,
    name: &str,
    stored: &Bytes,
) -> Result<(Bytes, WrappedKey), ArchiveError> {
    let (raw, _) = check_whole(kind, path, name, stored)?;
    let wrapped = decode_wrapped(path, &raw.wrapped)?;
    Ok((raw.clear, wrapped))
}

fn check_whole(
    kind: Kind,
    path: &str,
    name: &str,
    stored: &Bytes,
) -> Result<(RawHeader, Shape), ArchiveError> {
    let raw = RawHeader::decode(kind, path, name, stored)?;
    let shape = raw.shape(path, stored.len() as u64)?;
    let (content, trailer) = stored.split_at(stored.len() - TRAILER_BYTES);
    if digest::digest(&digest::SHA256, content).as_ref() != trailer {
        return Err(wrong_trailer(path));
    }
    Ok((raw, shape))
}

fn wrong_trailer(path: &str) -> ArchiveError {
    ArchiveError::damaged(path, "its bytes do not have the hash at its end")
}

/// SHA-256 of a stored object, in hex: the form in which manifests name it.
pub(crate) fn hash(stored: &[u8]) -> String {
    hex(digest::digest(&digest::SHA256, stored).as_ref())
}

/// How a plaintext of some length lies in chunks.
struct Shape {
    chunk_bytes: u64,
    chunks: u64,
    plaintext_bytes: u64,
}

impl Shape {
    /// The shape of a body of this length, or `None` if no object has such a body.
    fn of(chunk_log2: u8, body_bytes: u64) -> Option<Self> {
        let chunk_bytes = 1_u64 << chunk_log2;
        let chunks = body_bytes.div_ceil(chunk_bytes + TAG_BYTES).max(1);
        let plaintext_bytes = body_bytes.checked_sub(chunks * TAG_BYTES)?;
        // Only an empty object may end with an empty chunk.
        let fits = chunks == 1 || plaintext_bytes > (chunks - 1) * chunk_bytes;
        fits.then_some(Self {
            chunk_bytes,
            chunks,
            plaintext_bytes,
        })
    }

    /// Where chunks `first..end` lie in the stored body.
    fn stored_range(&self, first: u64, end: u64) -> Range<u64> {
        let stored_chunk = self.chunk_bytes + TAG_BYTES;
        let whole = self.plaintext_bytes + self.chunks * TAG_BYTES;
        first * stored_chunk..(end * stored_chunk).min(whole)
    }
}

/// Opens the chunks in `sealed`, of which the first is chunk `first` of the object.
fn open_chunks(
    header: &Header,
    shape: &Shape,
    path: &str,
    first: u64,
    sealed: &[u8],
) -> Result<Bytes, ArchiveError> {
    let mut place = header.place;
    let mut plaintext = Vec::with_capacity(sealed.len());
    let stored_chunk = (shape.chunk_bytes + TAG_BYTES) as usize;
    for (number, stored) in (first..).zip(sealed.chunks(stored_chunk)) {
        place[32] = u8::from(number + 1 == shape.chunks);
        header
            .cipher
            .open(number, &place, stored, &mut plaintext)
            .map_err(|error| ArchiveError::damaged(path, format!("chunk {number}: {error}")))?;
    }
    Ok(plaintext.into())
}

/// A header as it is stored.
struct RawHeader {
    chunk_log2: u8,
    wrapped: Bytes,
    clear: Bytes,
    salt: [u8; SALT_BYTES],
    /// Its length.
    bytes: usize,
}

/// A header whose key is at hand.
struct Header {
    cipher: ObjectCipher,
    key: SealingKey,
    /// Hash of the header and the flag of the last chunk.
    place: [u8; 33],
}

impl RawHeader {
    /// Reads the header at the start of an object that must be of this kind and name.
    fn decode(kind: Kind, path: &str, name: &str, stored: &Bytes) -> Result<Self, ArchiveError> {
        let damaged = |reason: &str| ArchiveError::damaged(path, reason);
        let cut = || damaged("its header is cut");
        let mut rest = stored.clone();
        if rest.len() < HEADER_START_BYTES || rest.split_to(4) != MAGIC[..] {
            return Err(damaged("it is not a sealed object"));
        }
        let (version, found_kind) = (rest.get_u8(), rest.get_u8());
        if version != VERSION {
            let (found, known) = (u64::from(version), u64::from(VERSION));
            return Err(ArchiveError::Format {
                path: path.to_owned(),
                found,
                known,
            });
        }
        let (chunk_log2, zero) = (rest.get_u8(), rest.get_u8());
        if found_kind != kind.code() || zero != 0 || !(12..=24).contains(&chunk_log2) {
            return Err(damaged("its header does not fit"));
        }
        let found_name = take_prefixed(&mut rest).ok_or_else(cut)?;
        if found_name != name.as_bytes() {
            return Err(damaged("it was written under another name"));
        }
        let wrapped = take_prefixed(&mut rest).ok_or_else(cut)?;
        let clear_bytes = rest.try_get_u32().map_err(|_| cut())? as usize;
        if rest.len() < clear_bytes {
            return Err(cut());
        }
        let clear = rest.split_to(clear_bytes);
        let salt = rest.first_chunk::<SALT_BYTES>().copied().ok_or_else(cut)?;
        Ok(Self {
            chunk_log2,
            wrapped,
            clear,
            salt,
            bytes: stored.len() - rest.len() + SALT_BYTES,
        })
    }

    /// The shape of the whole object's body.
    fn shape(&self, path: &str, object_bytes: u64) -> Result<Shape, ArchiveError> {
        object_bytes
            .checked_sub((self.bytes + TRAILER_BYTES) as u64)
            .and_then(|body_bytes| Shape::of(self.chunk_log2, body_bytes))
            .ok_or_else(|| ArchiveError::damaged(path, "its length fits no sealed object"))
    }

    /// Opens the key; `stored` is what the header was read from.
    fn open(&self, path: &str, stored: &Bytes, master: &MasterKey) -> Result<Header, ArchiveError> {
        let key = unwrap_key(path, &self.wrapped, master)?;
        Ok(Header {
            cipher: ObjectCipher::new(&key.key, &self.salt),
            key,
            place: place_of(stored.get(..self.bytes).unwrap_or_default()),
        })
    }
}

fn unwrap_key(path: &str, wrapped: &[u8], master: &MasterKey) -> Result<SealingKey, ArchiveError> {
    let wrapped = decode_wrapped(path, wrapped)?;
    let key = master.unwrap_key(&wrapped).map_err(|source| match source {
        KmsError::Damaged => ArchiveError::damaged(path, "its key does not open"),
        source => ArchiveError::Key {
            path: path.to_owned(),
            source,
        },
    })?;
    Ok(SealingKey { key, wrapped })
}

fn decode_wrapped(path: &str, wrapped: &[u8]) -> Result<WrappedKey, ArchiveError> {
    WrappedKey::decode(wrapped).map_err(|_| ArchiveError::damaged(path, "its header holds no key"))
}

fn encode_header(
    kind: Kind,
    name: &str,
    wrapped: &WrappedKey,
    clear: &[u8],
    salt: &[u8],
) -> Vec<u8> {
    let wrapped = wrapped.encode();
    let parts_bytes = name.len() + wrapped.len() + clear.len();
    let mut out = Vec::with_capacity(HEADER_START_BYTES + parts_bytes + 48);
    out.put_slice(MAGIC);
    out.put_slice(&[VERSION, kind.code(), kind.chunk_log2(), 0]);
    for part in [name.as_bytes(), wrapped.as_slice()] {
        out.put_u16(part.len() as u16);
        out.put_slice(part);
    }
    out.put_u32(clear.len() as u32);
    out.put_slice(clear);
    out.put_slice(salt);
    out
}

fn place_of(header: &[u8]) -> [u8; 33] {
    let hash = digest::digest(&digest::SHA256, header);
    let mut place = [0; 33];
    place
        .iter_mut()
        .zip(hash.as_ref())
        .for_each(|(to, from)| *to = *from);
    place
}

fn take_prefixed(rest: &mut Bytes) -> Option<Bytes> {
    let length = usize::from(rest.try_get_u16().ok()?);
    (rest.len() >= length).then(|| rest.split_to(length))
}

#[cfg(test)]
mod tests;
