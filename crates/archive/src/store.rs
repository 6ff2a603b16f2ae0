//! The object store as the archive uses it: names relative to the archive's root, objects
//! that are written once, and errors in our own terms.
//!
//! No object is ever overwritten. A name is either drawn at random ([`crate::layout`]) or put
//! on condition that it does not exist ([`Store::put_new`]); what a failed put has done stays
//! open until the object has been read back, which is the business of [`crate::ledger`].

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, PutPayload,
};

use crate::ArchiveError;

/// How a conditional put ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Put {
    /// The object is there now and holds these bytes.
    Done,
    /// An object of that name was there already: ours from an attempt that seemed to fail, or
    /// another writer's.
    Exists,
}

/// An object store and the archive's root in it.
#[derive(Debug)]
pub(crate) struct Store {
    inner: Arc<dyn ObjectStore>,
    root: Path,
}

impl Store {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, root: Path) -> Self {
        Self { inner, root }
    }

    /// Reads a whole object.
    pub(crate) async fn get(&self, name: &str) -> Result<Bytes, ArchiveError> {
        let fetch = async { self.inner.get(&self.path(name)).await?.bytes().await };
        fetch.await.map_err(|error| translate(name, error))
    }

    /// Reads a range of an object's bytes. A range beyond the end is damage: whoever asks
    /// knows the length from a manifest.
    pub(crate) async fn get_range(
        &self,
        name: &str,
        range: Range<u64>,
    ) -> Result<Bytes, ArchiveError> {
        let (wanted, range_end) = (range.end.saturating_sub(range.start), range.end);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let path = self.path(name);
        let fetch = async { self.inner.get_opts(&path, options).await?.bytes().await };
        match fetch.await {
            Ok(bytes) if bytes.len() as u64 == wanted => Ok(bytes),
            Ok(_) => Err(ArchiveError::damaged(
                name,
                "it is shorter than its manifest says",
            )),
            Err(error) => Err(self.explain_range(name, range_end, error).await),
        }
    }

    /// Stores say in many ways that a range lies beyond an object's end; its size tells.
    async fn explain_range(
        &self,
        name: &str,
        end: u64,
        error: object_store::Error,
    ) -> ArchiveError {
        match self.inner.head(&self.path(name)).await {
            Ok(meta) if meta.size < end => {
                ArchiveError::damaged(name, "it is shorter than its manifest says")
            }
            _ => translate(name, error),
        }
    }

    /// Puts an object that must not exist yet, in one request.
    pub(crate) async fn put_new(&self, name: &str, bytes: Bytes) -> Result<Put, ArchiveError> {
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        let payload = PutPayload::from_bytes(bytes);
        match self
            .inner
            .put_opts(&self.path(name), payload, options)
            .await
        {
            Ok(_) => Ok(Put::Done),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => Ok(Put::Exists),
            Err(error) => Err(translate(name, error)),
        }
    }

    /// Begins an object that is put in parts and appears whole or not at all.
    pub(crate) async fn put_parts(
        &self,
        name: &str,
    ) -> Result<Box<dyn object_store::MultipartUpload>, ArchiveError> {
        self.inner
            .put_multipart(&self.path(name))
            .await
            .map_err(|error| translate(name, error))
    }

    /// Names of all objects below a folder.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<String>, ArchiveError> {
        let listing = self.inner.list(Some(&self.path(folder)));
        self.names(folder, listing).await
    }

    /// Names of the objects below a folder that sort after `name`.
    pub(crate) async fn list_after(
        &self,
        folder: &str,
        name: &str,
    ) -> Result<Vec<String>, ArchiveError> {
        let listing = self
            .inner
            .list_with_offset(Some(&self.path(folder)), &self.path(name));
        self.names(folder, listing).await
    }

    /// Names of the folders directly in a folder.
    pub(crate) async fn folders(&self, folder: &str) -> Result<Vec<String>, ArchiveError> {
        let listing = self
            .inner
            .list_with_delimiter(Some(&self.path(folder)))
            .await
            .map_err(|error| translate(folder, error))?;
        let last = |path: &Path| {
            path.parts()
                .next_back()
                .map(|part| part.as_ref().to_owned())
        };
        Ok(listing.common_prefixes.iter().filter_map(last).collect())
    }

    /// Deletes an object; one that is gone already is fine.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), ArchiveError> {
        match self.inner.delete(&self.path(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(translate(name, error)),
        }
    }

    async fn names(
        &self,
        folder: &str,
        listing: futures::stream::BoxStream<
            'static,
            object_store::Result<object_store::ObjectMeta>,
        >,
    ) -> Result<Vec<String>, ArchiveError> {
        let mut names: Vec<String> = listing
            .map(|meta| Ok::<_, object_store::Error>(self.relative(&meta?.location)))
            .try_filter_map(|name| std::future::ready(Ok(name)))
            .try_collect()
            .await
            .map_err(|error| translate(folder, error))?;
        names.sort_unstable();
        Ok(names)
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').fold(self.root.clone(), Path::join)
    }

    fn relative(&self, location: &Path) -> Option<String> {
        let parts: Vec<_> = location
            .prefix_match(&self.root)?
            .map(|part| part.as_ref().to_owned())
            .collect();
        Some(parts.join("/"))
    }
}

/// An error of the store in our terms. `name` is relative to the archive's root.
pub(crate) fn translate(name: &str, error: object_store::Error) -> ArchiveError {
    match error {
        object_store::Error::NotFound { .. } => ArchiveError::Missing {
            path: name.to_owned(),
        },
        error => ArchiveError::Away(format!("{name}: {error}")),
    }
}
