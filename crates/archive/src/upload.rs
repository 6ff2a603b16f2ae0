//! Streams a sealed object into the store from a blocking thread, with one part in memory.

use std::io;
use std::sync::Arc;

use anywhen_model::Randomness;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::sealed::{Kind, Sealer, SealingKey};
use crate::store::{Parts, Put, Store};

/// Stores want parts of equal size, of 5 MiB at least.
const PART_BYTES: usize = 8 * 1024 * 1024;

/// A sealed object on its way into the store; appears when it is finished. Must be used on a
/// blocking thread.
pub(crate) struct SealedUpload {
    store: Arc<Store>,
    handle: Handle,
    kind: Kind,
    path: String,
    sealer: Option<Sealer>,
    buffer: Vec<u8>,
    parts: Option<Parts>,
    length: u64,
    failure: Failure,
}

/// Where an upload leaves its error while a writer of another library owns it, which would
/// hand on only the text.
#[derive(Clone, Default)]
pub(crate) struct Failure(Arc<Mutex<Option<ArchiveError>>>);

impl Failure {
    /// The upload's own error, or else what the writer around it says.
    pub(crate) fn or(&self, path: &str, other: impl std::fmt::Display) -> ArchiveError {
        self.0
            .lock()
            .take()
            .unwrap_or_else(|| ArchiveError::damaged(path, other))
    }
}

/// What a finished upload has stored.
pub(crate) struct Uploaded {
    pub(crate) path: String,
    pub(crate) length: u64,
    pub(crate) hash: String,
}

impl SealedUpload {
    pub(crate) fn begin(
        store: Arc<Store>,
        handle: Handle,
        kind: Kind,
        path: String,
        key: &SealingKey,
        randomness: &dyn Randomness,
    ) -> Self {
        let mut buffer = Vec::new();
        let sealer = Sealer::begin(kind, &path, &[], key, randomness, &mut buffer);
        Self {
            store,
            handle,
            kind,
            path,
            sealer: Some(sealer),
            buffer,
            parts: None,
            length: 0,
            failure: Failure::default(),
        }
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    pub(crate) fn failure(&self) -> Failure {
        self.failure.clone()
    }

    /// Ends the object and makes it appear.
    pub(crate) fn finish(mut self) -> Result<Uploaded, ArchiveError> {
        let sealer = self.sealer.take();
        let hash = sealer.map_or_else(String::new, |sealer| sealer.finish(&mut self.buffer));
        self.count(self.buffer.len());
        let rest = Bytes::from(std::mem::take(&mut self.buffer));
        match &mut self.parts {
            None => match self.handle.block_on(self.store.put_new(&self.path, rest))? {
                Put::Done => {}
                // The name is random: only a retry inside the store can have put it before.
                Put::Exists => tracing::debug!(path = self.path, "the store had it already"),
            },
            // If this fails, dropping the upload gives the parts up.
            Some(parts) => self.handle.block_on(async {
                parts.put(rest).await?;
                parts.complete().await
            })?,
        }
        self.parts = None;
        metrics::counter!("anywhen_archive_bytes_written_total", "kind" => self.kind.label())
            .increment(self.length);
        Ok(Uploaded {
            path: std::mem::take(&mut self.path),
            length: self.length,
            hash,
        })
    }

    fn count(&mut self, bytes: usize) {
        self.length += bytes as u64;
    }

    fn send_full_parts(&mut self) -> Result<(), ArchiveError> {
        while self.buffer.len() >= PART_BYTES {
            let rest = self.buffer.split_off(PART_BYTES);
            let part = Bytes::from(std::mem::replace(&mut self.buffer, rest));
            self.count(part.len());
            let parts = match &mut self.parts {
                Some(parts) => parts,
                none => none.insert(self.handle.block_on(self.store.put_parts(&self.path))?),
            };
            self.handle.block_on(parts.put(part))?;
        }
        Ok(())
    }
}

impl io::Write for SealedUpload {
    fn write(&mut self, plaintext: &[u8]) -> io::Result<usize> {
        if let Some(sealer) = &mut self.sealer {
            sealer.push(plaintext, &mut self.buffer);
        }
        self.send_full_parts().map_err(|error| {
            let text = error.to_string();
            *self.failure.0.lock() = Some(error);
            io::Error::other(text)
        })?;
        Ok(plaintext.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for SealedUpload {
    /// An upload that is not finished leaves nothing, where the store can be told so.
    fn drop(&mut self) {
        if let Some(mut parts) = self.parts.take() {
            self.handle.spawn(async move { parts.abort().await });
        }
    }
}
