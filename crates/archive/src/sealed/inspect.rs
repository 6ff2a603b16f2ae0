//! Checking a stored object byte by byte as it streams by, with little of it in memory.

use anywhen_kms::MasterKey;
use aws_lc_rs::digest;
use bytes::{Bytes, BytesMut};

use super::{Header, Kind, RawHeader, Shape, TAG_BYTES, TRAILER_BYTES, open_chunks, wrong_trailer};
use crate::ArchiveError;
use crate::stored::hex;

/// Longest header that is waited for.
const HEADER_BYTES_MAX: usize = 256 * 1024;

/// Checks one object of a known length: its header and the hash at its end; with the master
/// key also that every chunk opens. What it finds first wrong ends the check of the content,
/// but the hash of the whole is always told.
pub(crate) struct Inspector<'a> {
    kind: Kind,
    path: &'a str,
    master: Option<&'a MasterKey>,
    length: u64,
    seen: u64,
    content_hash: digest::Context,
    trailer: Vec<u8>,
    /// Content that has not been looked at yet: the header, or a part of a chunk.
    pending: BytesMut,
    body: Option<Body>,
    wrong: Option<ArchiveError>,
}

/// Where the chunks are being read.
struct Body {
    /// `None` without the master key: chunks are only counted.
    header: Option<Header>,
    shape: Shape,
    next_chunk: u64,
}

/// What an inspection has found.
pub(crate) struct Inspected {
    /// SHA-256 of the whole object, in hex.
    pub(crate) hash: String,
    /// What is wrong with the object in itself.
    pub(crate) wrong: Option<ArchiveError>,
}

impl<'a> Inspector<'a> {
    /// For the object of this kind, path and length; without the master key its chunks stay shut.
    pub(crate) fn new(
        kind: Kind,
        path: &'a str,
        length: u64,
        master: Option<&'a MasterKey>,
    ) -> Self {
        Self {
            kind,
            path,
            master,
            length,
            seen: 0,
            content_hash: digest::Context::new(&digest::SHA256),
            trailer: Vec::new(),
            pending: BytesMut::new(),
            body: None,
            wrong: None,
        }
    }

    /// Takes the next bytes of the object.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let content_end = self.length.saturating_sub(TRAILER_BYTES as u64);
        let content_left = content_end.saturating_sub(self.seen) as usize;
        let (content, trailer) = bytes.split_at(content_left.min(bytes.len()));
        self.seen += bytes.len() as u64;
        self.content_hash.update(content);
        self.trailer.extend_from_slice(trailer);
        if self.wrong.is_none() {
            self.pending.extend_from_slice(content);
            let ended = self.seen >= content_end;
            self.wrong = self.look_at_pending(ended).err();
        }
        if self.wrong.is_some() {
            self.pending.clear();
        }
    }

    /// What was found; the bytes must have been the whole object.
    pub(crate) fn finish(mut self) -> Inspected {
        let found = self.content_hash.clone().finish();
        if self.wrong.is_none() && self.body.is_none() {
            self.wrong = Some(ArchiveError::damaged(self.path, "its header is cut"));
        }
        if self.wrong.is_none() && (self.seen != self.length || found.as_ref() != self.trailer) {
            self.wrong = Some(wrong_trailer(self.path));
        }
        self.content_hash.update(&self.trailer);
        Inspected {
            hash: hex(self.content_hash.finish().as_ref()),
            wrong: self.wrong,
        }
    }

    fn look_at_pending(&mut self, ended: bool) -> Result<(), ArchiveError> {
        if self.body.is_none() {
            let start = Bytes::copy_from_slice(&self.pending);
            match RawHeader::decode(self.kind, self.path, self.path, &start) {
                Ok(raw) => {
                    let header = self
                        .master
                        .map(|master| raw.open(self.path, &start, master))
                        .transpose()?;
                    drop(self.pending.split_to(raw.bytes));
                    self.body = Some(Body {
                        header,
                        shape: raw.shape(self.path, self.length)?,
                        next_chunk: 0,
                    });
                }
                // The rest of the header may be on its way.
                Err(_) if !ended && start.len() < HEADER_BYTES_MAX => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.open_pending_chunks(ended)
    }

    fn open_pending_chunks(&mut self, ended: bool) -> Result<(), ArchiveError> {
        let Some(body) = &mut self.body else {
            return Ok(());
        };
        let stored_chunk = (body.shape.chunk_bytes + TAG_BYTES) as usize;
        while self.pending.len() >= stored_chunk || (ended && !self.pending.is_empty()) {
            let sealed = self.pending.split_to(stored_chunk.min(self.pending.len()));
            if let Some(header) = &body.header {
                open_chunks(header, &body.shape, self.path, body.next_chunk, &sealed)?;
            }
            body.next_chunk += 1;
        }
        Ok(())
    }
}
