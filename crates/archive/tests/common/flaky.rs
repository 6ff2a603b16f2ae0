//! An object store that fails on command: before it does what it was asked, or after.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use anywhen_model::SeededRandomness;
use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt as _};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

#[derive(Debug)]
pub(crate) struct Flaky {
    inner: Arc<dyn ObjectStore>,
    randomness: SeededRandomness,
    /// Of a hundred requests, how many fail.
    failing_percent: AtomicU64,
    /// Nothing works any more: the process that used it has died.
    dead: AtomicBool,
    /// Answers to puts of timeline manifests get lost: they are carried out all the same.
    answers_lost: AtomicBool,
    /// Dies at the put whose number this counts down to.
    puts_left: AtomicU64,
}

impl Flaky {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            inner,
            randomness: SeededRandomness::new(seed),
            failing_percent: AtomicU64::new(0),
            dead: AtomicBool::new(false),
            answers_lost: AtomicBool::new(false),
            puts_left: AtomicU64::new(u64::MAX),
        })
    }

    pub(crate) fn fail(&self, percent: u64) {
        self.failing_percent.store(percent, Ordering::SeqCst);
    }

    pub(crate) fn lose_answers(&self, lost: bool) {
        self.answers_lost.store(lost, Ordering::SeqCst);
    }

    pub(crate) fn die(&self) {
        self.dead.store(true, Ordering::SeqCst);
    }

    pub(crate) fn die_at_put(&self, number: u64) {
        self.puts_left.store(number, Ordering::SeqCst);
    }

    fn away() -> Error {
        Error::Generic {
            store: "flaky",
            source: "away".into(),
        }
    }

    fn fails(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
            || self.randomness.next_u64() % 100 < self.failing_percent.load(Ordering::SeqCst)
    }

    fn check(&self) -> Result<()> {
        if self.fails() {
            Err(Self::away())
        } else {
            Ok(())
        }
    }

    fn count_put(&self) {
        if self.puts_left.fetch_sub(1, Ordering::SeqCst) == 0 {
            self.die();
        }
    }
}

impl std::fmt::Display for Flaky {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("flaky")
    }
}

#[async_trait]
impl ObjectStore for Flaky {
    async fn put_opts(&self, path: &Path, body: PutPayload, how: PutOptions) -> Result<PutResult> {
        self.check()?;
        // Dying at a put: it may or may not have been carried out.
        let before = self.dead.load(Ordering::SeqCst);
        self.count_put();
        if !before
            && self.dead.load(Ordering::SeqCst)
            && self.randomness.next_u64().is_multiple_of(2)
        {
            return Err(Self::away());
        }
        let done = self.inner.put_opts(path, body, how).await;
        let name = path.as_ref();
        let manifest = name.contains("/timelines/") && name.contains("/manifest/");
        if self.fails() || (manifest && self.answers_lost.load(Ordering::SeqCst)) {
            Err(Self::away())
        } else {
            done
        }
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
        self.inner.get_opts(path, how).await
    }

    async fn get_ranges(&self, path: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<Bytes>> {
        self.check()?;
        self.inner.get_ranges(path, ranges).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        match self.check() {
            Ok(()) => self.inner.delete_stream(paths),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.check() {
            Ok(()) => self.inner.list(prefix),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
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
