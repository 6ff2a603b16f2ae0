//! The object store as the archive uses it: names relative to the archive's root, objects
//! that are written once, and errors in our own terms.
//!
//! No object is ever overwritten. A name is either drawn at random ([`crate::layout`]) or put
//! on condition that it does not exist ([`Store::put_new`]); what a failed put has done stays
//! open until the object has been read back, which is the business of [`crate::ledger`].
//!
//! Stores repeat a request whose answer was lost, so a put may find its own object:
//! [`Put::Exists`] says that an object of this name is there, never whose it is. For a name
//! drawn at random it is ours. The end of an upload in parts is settled here, by looking
//! whether the object is there in full ([`Parts::complete`]).
//!
//! Every request is counted and timed under its operation; [`crate::bucket`] counts what of it
//! went over the network.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions,
    PutPayload,
};
use tokio::time::Instant;

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
        let bytes = observed("get", fetch).await;
        let bytes = bytes.map_err(|error| translate(name, error))?;
        count_bytes("get", bytes.len());
        Ok(bytes)
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
        match observed("get_range", fetch).await {
            Ok(bytes) if bytes.len() as u64 == wanted => {
                count_bytes("get_range", bytes.len());
                Ok(bytes)
            }
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
        match observed("head", self.inner.head(&self.path(name))).await {
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
        let (path, size_bytes) = (self.path(name), bytes.len());
        let put = self
            .inner
            .put_opts(&path, PutPayload::from_bytes(bytes), options);
        match observed("put", put).await {
            Ok(_) => {
                count_bytes("put", size_bytes);
                Ok(Put::Done)
            }
            // Another put of this name is under way, and nobody has won yet.
            Err(error) if is_undecided(&error) => Err(away(name, &error)),
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => Ok(Put::Exists),
            Err(error) => Err(translate(name, error)),
        }
    }

    /// Begins an object that is put in parts and appears whole or not at all.
    pub(crate) async fn put_parts(self: &Arc<Self>, name: &str) -> Result<Parts, ArchiveError> {
        let upload = observed("put_part", self.inner.put_multipart(&self.path(name))).await;
        Ok(Parts {
            store: Arc::clone(self),
            name: name.to_owned(),
            upload: upload.map_err(|error| translate(name, error))?,
            size_bytes: 0,
        })
    }

    /// Names of all objects below a folder.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<String>, ArchiveError> {
        let listing = self.inner.list(Some(&self.path(folder)));
        self.names(folder, listing).await
    }

    /// Names of the objects below a folder that `wanted` picks: however many there are, only
    /// those are held in memory.
    pub(crate) async fn list_where(
        &self,
        folder: &str,
        wanted: impl Fn(&str) -> bool + Send,
    ) -> Result<Vec<String>, ArchiveError> {
        let mut listing = self.inner.list(Some(&self.path(folder)));
        let mut names = Vec::new();
        while let Some(meta) = listing.next().await {
            let meta = meta.map_err(|error| translate(folder, error))?;
            names.extend(self.relative(&meta.location).filter(|name| wanted(name)));
        }
        Ok(names)
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

    /// Names and sizes of all objects below a folder (`""` is the root), by name.
    pub(crate) async fn list_sized(
        &self,
        folder: &str,
    ) -> Result<Vec<(String, u64)>, ArchiveError> {
        let below = match folder {
            "" => self.root.clone(),
            folder => self.path(folder),
        };
        let mut objects: Vec<(String, u64)> = self
            .inner
            .list(Some(&below))
            .try_filter_map(|meta| {
                let name = self.relative(&meta.location);
                std::future::ready(Ok(name.map(|name| (name, meta.size))))
            })
            .try_collect()
            .await
            .map_err(|error| translate(folder, error))?;
        objects.sort_unstable();
        Ok(objects)
    }

    /// The size of an object, and its bytes as they come.
    pub(crate) async fn stream(
        &self,
        name: &str,
    ) -> Result<(u64, BoxStream<'static, Result<Bytes, ArchiveError>>), ArchiveError> {
        let found = self.inner.get(&self.path(name)).await;
        let found = found.map_err(|error| translate(name, error))?;
        let size = found.meta.size;
        let name = name.to_owned();
        let bytes = found
            .into_stream()
            .map_err(move |error| translate(&name, error));
        Ok((size, bytes.boxed()))
    }

    /// Names of the folders directly in a folder.
    pub(crate) async fn folders(&self, folder: &str) -> Result<Vec<String>, ArchiveError> {
        let path = self.path(folder);
        let listing = observed("list", self.inner.list_with_delimiter(Some(&path)))
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
        match observed("delete", self.inner.delete(&self.path(name))).await {
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
        let names = listing
            .map(|meta| Ok::<_, object_store::Error>(self.relative(&meta?.location)))
            .try_filter_map(|name| std::future::ready(Ok(name)))
            .try_collect();
        let names = observed("list", names).await;
        let mut names: Vec<String> = names.map_err(|error| translate(folder, error))?;
        // Buckets list in order; directories and memory do not promise it.
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

/// An object on its way into the store in parts. It appears whole when it is completed, or not
/// at all; parts that are neither completed nor aborted stay in the store, unseen.
pub(crate) struct Parts {
    store: Arc<Store>,
    name: String,
    upload: Box<dyn MultipartUpload>,
    size_bytes: u64,
}

impl Parts {
    /// Puts the next part; all but the last must be of one size, 5 MiB at least.
    pub(crate) async fn put(&mut self, part: Bytes) -> Result<(), ArchiveError> {
        let size_bytes = part.len();
        let put = self.upload.put_part(PutPayload::from_bytes(part));
        observed("put_part", put)
            .await
            .map_err(|error| translate(&self.name, error))?;
        count_bytes("put_part", size_bytes);
        self.size_bytes += size_bytes as u64;
        Ok(())
    }

    /// Makes the object appear. A store that has done so and whose answer was lost knows the
    /// upload no more when it is asked again; then the object itself tells.
    pub(crate) async fn complete(&mut self) -> Result<(), ArchiveError> {
        let Err(error) = observed("put_part", self.upload.complete()).await else {
            return Ok(());
        };
        let path = self.store.path(&self.name);
        match observed("head", self.store.inner.head(&path)).await {
            Ok(meta) if meta.size == self.size_bytes => Ok(()),
            _ => Err(away(&self.name, &error)),
        }
    }

    /// Gives the parts up. Failing leaves them in the store; a life-cycle rule of the bucket
    /// removes them.
    pub(crate) async fn abort(&mut self) {
        if let Err(error) = observed("delete", self.upload.abort()).await {
            tracing::debug!(%error, path = self.name, "parts of an abandoned upload stay in the store");
        }
    }
}

/// Counts and times one request. One that its caller gives up is not counted.
async fn observed<T>(
    operation: &'static str,
    request: impl Future<Output = object_store::Result<T>>,
) -> object_store::Result<T> {
    let started = Instant::now();
    let result = request.await;
    metrics::histogram!("anywhen_archive_request_duration_seconds", "operation" => operation)
        .record(started.elapsed());
    let word = match &result {
        Ok(_) => "ok",
        Err(object_store::Error::NotFound { .. }) => "not_found",
        Err(
            object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. },
        ) => "exists",
        Err(
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. },
        ) => "denied",
        Err(_) => "error",
    };
    metrics::counter!("anywhen_archive_requests_total", "operation" => operation, "result" => word)
        .increment(1);
    result
}

/// Counts bytes that a request has brought or taken.
fn count_bytes(operation: &'static str, bytes: usize) {
    metrics::counter!("anywhen_archive_request_bytes_total", "operation" => operation)
        .increment(bytes as u64);
}

/// An error of the store in our terms. `name` is relative to the archive's root.
pub(crate) fn translate(name: &str, error: object_store::Error) -> ArchiveError {
    match error {
        // A bucket that is gone says nothing about the object.
        object_store::Error::NotFound { .. } if !causes(&error).contains("NoSuchBucket") => {
            ArchiveError::Missing {
                path: name.to_owned(),
            }
        }
        error => away(name, &error),
    }
}

fn away(name: &str, error: &object_store::Error) -> ArchiveError {
    ArchiveError::Away(format!("{name}: {}", causes(error)))
}

/// S3 answers 409 with this code while a conflicting request runs, and has put nothing. It
/// reaches us as an object that exists, which there need not be.
fn is_undecided(error: &object_store::Error) -> bool {
    matches!(error, object_store::Error::AlreadyExists { .. })
        && causes(error).contains("ConditionalRequestConflict")
}

/// An error with its causes, each said once.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
