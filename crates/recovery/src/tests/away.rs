//! An object store that can go away and come back, panics when told to, and counts what is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_trait::async_trait;
use futures::stream::{BoxStream, StreamExt as _, once};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

#[derive(Debug)]
pub(super) struct Objects {
    inner: InMemory,
    away: AtomicBool,
    panics: AtomicBool,
    bytes_read: AtomicU64,
}

impl Objects {
    pub(super) fn new() -> Arc<Self> {
        Self::of(InMemory::new())
    }

    /// A copy as of now.
    pub(super) fn fork(&self) -> Arc<Self> {
        Self::of(self.inner.fork())
    }

    fn of(inner: InMemory) -> Arc<Self> {
        Arc::new(Self {
            inner,
            away: AtomicBool::new(false),
            panics: AtomicBool::new(false),
            bytes_read: AtomicU64::new(0),
        })
    }

    /// Whether reading a keyframe panics.
    pub(super) fn set_panics(&self, panics: bool) {
        self.panics.store(panics, Ordering::SeqCst);
    }

    /// Bytes of files of items and changes that were read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::SeqCst)
    }

    pub(super) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }

    fn check(&self) -> Result<()> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Error::Generic {
                store: "test",
                source: "away".into(),
            });
        }
        Ok(())
    }
}

impl std::fmt::Display for Objects {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("objects in memory")
    }
}

#[async_trait]
impl ObjectStore for Objects {
    async fn put_opts(&self, path: &Path, body: PutPayload, how: PutOptions) -> Result<PutResult> {
        self.check()?;
        self.inner.put_opts(path, body, how).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.check()?;
        self.inner.put_multipart_opts(path, how).await
    }

    async fn get_opts(&self, path: &Path, how: GetOptions) -> Result<GetResult> {
        self.check()?;
        let is_keyframe = path.as_ref().contains("/keyframes/");
        assert!(
            !(is_keyframe && self.panics.load(Ordering::SeqCst)),
            "the store panics"
        );
        let head = how.head;
        let result = self.inner.get_opts(path, how).await?;
        if !head && !path.as_ref().contains("/manifest/") {
            let bytes = result.range.end - result.range.start;
            self.bytes_read.fetch_add(bytes, Ordering::SeqCst);
        }
        Ok(result)
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        match self.check() {
            Ok(()) => self.inner.delete_stream(paths),
            Err(error) => once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.check() {
            Ok(()) => self.inner.list(prefix),
            Err(error) => once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.check()?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.check()?;
        self.inner.copy_opts(from, to, how).await
    }
}
