//! Sealed objects in the store, read by ranges of their plaintext.

use std::ops::Range;
use std::sync::Arc;

use anywhen_kms::MasterKey;
use bytes::{Buf as _, Bytes};

use super::{Header, Kind, RawHeader, SALT_BYTES, Shape, open_chunks, take_prefixed};
use crate::ArchiveError;
use crate::store::Store;

/// Bytes fetched to learn a header; every header of a file we write is far shorter.
const HEADER_FETCH_BYTES: u64 = 1024;
/// No header of a file is longer: files have nothing in the clear.
const HEADER_BYTES_MAX: u64 = 8 + 2 * (2 + u16::MAX as u64) + 4 + SALT_BYTES as u64;

/// A sealed object in the store, read by ranges of plaintext.
pub(crate) struct SealedObject {
    store: Arc<Store>,
    path: String,
    /// Where the first chunk starts in the stored object.
    body_start: u64,
    header: Header,
    shape: Shape,
}

impl SealedObject {
    /// Opens the object of a known length by reading its header.
    pub(crate) async fn open(
        store: Arc<Store>,
        kind: Kind,
        path: &str,
        length: u64,
        master: &MasterKey,
    ) -> Result<Self, ArchiveError> {
        let mut start = store
            .get_range(path, 0..length.min(HEADER_FETCH_BYTES))
            .await?;
        if header_is_longer(&start) {
            start = store
                .get_range(path, 0..length.min(HEADER_BYTES_MAX))
                .await?;
        }
        let raw = RawHeader::decode(kind, path, path, &start)?;
        Ok(Self {
            store,
            path: path.to_owned(),
            body_start: raw.bytes as u64,
            header: raw.open(path, &start, master)?,
            shape: raw.shape(path, length)?,
        })
    }

    /// Length of the plaintext.
    pub(crate) fn len(&self) -> u64 {
        self.shape.plaintext_bytes
    }

    /// What errors call this object.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Fetches and opens a range of the plaintext, in one request.
    pub(crate) async fn read(&self, range: Range<u64>) -> Result<Bytes, ArchiveError> {
        if range.start > range.end || range.end > self.len() {
            return Err(ArchiveError::damaged(
                &self.path,
                "it is shorter than what it points to",
            ));
        }
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        let first = range.start / self.shape.chunk_bytes;
        let end = range.end.div_ceil(self.shape.chunk_bytes);
        let stored = self.shape.stored_range(first, end);
        let stored = self.body_start + stored.start..self.body_start + stored.end;
        let sealed = self.store.get_range(&self.path, stored).await?;
        let opened = open_chunks(&self.header, &self.shape, &self.path, first, &sealed)?;
        let skip = (range.start - first * self.shape.chunk_bytes) as usize;
        let wanted = (range.end - range.start) as usize;
        (opened.len() >= skip + wanted)
            .then(|| opened.slice(skip..skip + wanted))
            .ok_or_else(|| ArchiveError::damaged(&self.path, "it is shorter than it says"))
    }
}

/// Whether the header goes on beyond the bytes that were fetched.
fn header_is_longer(start: &Bytes) -> bool {
    let mut rest = start.clone();
    if (start.len() as u64) < HEADER_FETCH_BYTES {
        return false;
    }
    rest.advance(8);
    let parts = (take_prefixed(&mut rest), take_prefixed(&mut rest));
    !matches!(parts, (Some(_), Some(_)) if rest.len() >= 4 + SALT_BYTES)
}
