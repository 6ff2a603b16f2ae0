//! An object store that can go away and come back, is slow, fails, dies or panics when told to, and
//! counts what is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{BoxStream, StreamExt as _, once};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use tokio::sync::Notify;

#[derive(Debug)]
pub(super) struct Objects {
    inner: InMemory,
    away: AtomicBool,
    panics: AtomicBool,
    bytes_read: AtomicU64,
    /// How long each request takes.
    delay: parking_lot::Mutex<Duration>,
    /// Requests until one fails, see [`Trip`].
    left: AtomicU64,
    trip: parking_lot::Mutex<Option<Trip>>,
    died: Notify,
}

/// What happens at a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trip {
    /// It alone fails.
    Fails,
    /// It is not carried out, and nothing answers any more.
    Dies,
    /// It is carried out, but nothing answers any more.
    DiesAfter,
}

impl Objects {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self::over(InMemory::new()))
    }

    fn over(inner: InMemory) -> Self {
        Self {
            inner,
            away: AtomicBool::new(false),
            panics: AtomicBool::new(false),
            bytes_read: AtomicU64::new(0),
            delay: parking_lot::Mutex::default(),
            left: AtomicU64::new(0),
            trip: parking_lot::Mutex::default(),
            died: Notify::new(),
        }
    }

    /// A copy as of now.
    pub(super) fn fork(&self) -> Arc<Self> {
        Arc::new(Self::over(self.inner.fork()))
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

    /// Every request takes this long from now on.
    pub(super) fn set_delay(&self, delay: Duration) {
        *self.delay.lock() = delay;
    }

    async fn take_time(&self) {
        let delay = *self.delay.lock();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// The request of this number from now on, beginning at 0, trips.
    pub(super) fn trip_at(&self, request: u64, trip: Trip) {
        self.left.store(request, Ordering::SeqCst);
        *self.trip.lock() = Some(trip);
    }

    /// Whether a request has tripped since [`Self::trip_at`]; nothing trips any more, and
    /// everything answers again.
    pub(super) fn has_tripped(&self) -> bool {
        self.set_away(false);
        self.trip.lock().take().is_none()
    }

    /// Waits until a request dies.
    pub(super) async fn died(&self) {
        self.died.notified().await;
    }

    /// Number and bytes of the objects whose names contain `part`.
    pub(super) async fn weigh(&self, part: &str) -> (usize, u64) {
        let listed = self.inner.list(None);
        let weigh = |(count, bytes), object: Result<ObjectMeta>| {
            let object = object.unwrap();
            let counts = object.location.as_ref().contains(part);
            let weighed = if counts {
                (count + 1, bytes + object.size)
            } else {
                (count, bytes)
            };
            std::future::ready(weighed)
        };
        listed.fold((0, 0), weigh).await
    }

    fn check(&self) -> Result<()> {
        if self.away.load(Ordering::SeqCst) {
            return Err(away());
        }
        let mut trip = self.trip.lock();
        if trip.is_none() || self.left.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Ok(());
        }
        match trip.take() {
            Some(Trip::DiesAfter) => {
                self.set_away(true);
                self.died.notify_one();
                Ok(())
            }
            Some(Trip::Dies) => {
                self.set_away(true);
                self.died.notify_one();
                Err(away())
            }
            _ => Err(away()),
        }
    }

    /// An answer, if anything answers any more.
    fn answer<T>(&self, answer: Result<T>) -> Result<T> {
        if self.away.load(Ordering::SeqCst) {
            return Err(away());
        }
        answer
    }
}

fn away() -> Error {
    Error::Generic {
        store: "test",
        source: "away".into(),
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
        self.take_time().await;
        self.check()?;
        self.answer(self.inner.put_opts(path, body, how).await)
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.take_time().await;
        self.check()?;
        self.inner.put_multipart_opts(path, how).await
    }

    async fn get_opts(&self, path: &Path, how: GetOptions) -> Result<GetResult> {
        self.take_time().await;
        self.check()?;
        let is_keyframe = path.as_ref().contains("/keyframes/");
        assert!(
            !(is_keyframe && self.panics.load(Ordering::SeqCst)),
            "the store panics"
        );
        let head = how.head;
        let result = self.answer(self.inner.get_opts(path, how).await)?;
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
            Ok(()) => {
                let delay = tokio::time::sleep(*self.delay.lock());
                let slow = once(delay).filter_map(|()| std::future::ready(None));
                slow.chain(self.inner.list(prefix)).boxed()
            }
            Err(error) => once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.take_time().await;
        self.check()?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.take_time().await;
        self.check()?;
        self.inner.copy_opts(from, to, how).await
    }
}
