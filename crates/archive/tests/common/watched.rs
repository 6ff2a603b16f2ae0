//! An object store that counts and remembers what it is asked for, whose network can be cut, and
//! whose puts can land late or lose their answer: the one who asked hears of a failure.

#![allow(dead_code, reason = "each test binary uses a part")]

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use parking_lot::Mutex;

/// Requests and written bytes, by what they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// By verb and kind of object, such as `put segment`.
    pub(crate) requests: BTreeMap<String, u64>,
    pub(crate) bytes_written: BTreeMap<&'static str, u64>,
}

impl Counts {
    pub(crate) fn total(&self) -> u64 {
        self.requests.values().sum()
    }

    pub(crate) fn written(&self) -> u64 {
        self.bytes_written.values().sum()
    }

    pub(crate) fn of(&self, request: &str) -> u64 {
        self.requests.get(request).copied().unwrap_or(0)
    }
}

/// Puts on their way, shared by all servers of a test.
#[derive(Debug, Default)]
pub(crate) struct Wire(Mutex<Vec<(Path, PutPayload, PutOptions)>>);

impl Wire {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// Everything on its way arrives.
    pub(crate) async fn land(&self, store: &Arc<dyn ObjectStore>) {
        let held = std::mem::take(&mut *self.0.lock());
        for (path, body, how) in held {
            // Nobody hears of it.
            drop(store.put_opts(&path, body, how).await);
        }
    }
}

/// What a put makes happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trap {
    /// This put is held back, and fails for the one who asked.
    Hold,
    /// Puts that are held back land just before it.
    LandBefore,
    /// They land just after it.
    LandAfter,
    /// This put is carried out, and fails for the one who asked.
    LoseAnswer,
}

/// When a server behind a [`Watched`] loses its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    Never,
    /// After so many further puts and deletions.
    After(u64),
    Now,
}

#[derive(Debug)]
pub(crate) struct Watched {
    inner: Arc<dyn ObjectStore>,
    wire: Arc<Wire>,
    traps: Mutex<Vec<(&'static str, Trap)>>,
    counts: Arc<Mutex<Counts>>,
    network: Arc<Network>,
}

/// What has gone over a server's network, and whether it still has one.
#[derive(Debug)]
struct Network {
    changes: Mutex<Vec<(&'static str, String)>>,
    cut: Mutex<Cut>,
}

impl Network {
    fn change(&self, verb: &'static str, path: &Path) -> Result<()> {
        let mut cut = self.cut.lock();
        match *cut {
            Cut::Never => {}
            Cut::After(0) | Cut::Now => {
                *cut = Cut::Now;
                return Err(away());
            }
            Cut::After(left) => *cut = Cut::After(left - 1),
        }
        self.changes.lock().push((verb, path.to_string()));
        Ok(())
    }
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, wire: Arc<Wire>) -> Arc<Self> {
        Arc::new(Self {
            inner,
            wire,
            traps: Mutex::default(),
            counts: Arc::default(),
            network: Arc::new(Network {
                changes: Mutex::default(),
                cut: Mutex::new(Cut::Never),
            }),
        })
    }

    pub(crate) fn counting(inner: Arc<dyn ObjectStore>) -> Arc<Self> {
        Self::new(inner, Arc::default())
    }

    /// Springs at the next put of an object of this [`kind`].
    pub(crate) fn set(&self, kind: &'static str, trap: Trap) {
        self.traps.lock().push((kind, trap));
    }

    /// Whether all traps have sprung.
    pub(crate) fn all_sprung(&self) -> bool {
        self.traps.lock().is_empty()
    }

    /// The server behind this loses its network for good.
    pub(crate) fn cut_off(&self) {
        *self.network.cut.lock() = Cut::Now;
    }

    /// It loses it after so many further puts and deletions.
    pub(crate) fn cut_off_after(&self, changes: u64) {
        *self.network.cut.lock() = Cut::After(changes);
    }

    pub(crate) fn is_cut_off(&self) -> bool {
        *self.network.cut.lock() == Cut::Now
    }

    /// What has been put and deleted since the last time, in order: verb and path.
    pub(crate) fn take_changes(&self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut *self.network.changes.lock())
    }

    /// What has been asked since the last time.
    pub(crate) fn take_counts(&self) -> Counts {
        std::mem::take(&mut *self.counts.lock())
    }

    fn check(&self) -> Result<()> {
        if self.is_cut_off() {
            Err(away())
        } else {
            Ok(())
        }
    }

    fn count(&self, verb: &str, path: Option<&Path>, bytes: usize) {
        let kind = path.map_or("-", |path| kind(path.as_ref()));
        let mut counts = self.counts.lock();
        *counts.requests.entry(format!("{verb} {kind}")).or_default() += 1;
        if bytes > 0 {
            *counts.bytes_written.entry(kind).or_default() += bytes as u64;
        }
    }
}

fn away() -> Error {
    Error::Generic {
        store: "watched",
        source: "away".into(),
    }
}

/// What kind of object a name is of.
pub(crate) fn kind(path: &str) -> &'static str {
    let timeline = path.contains("/timelines");
    [
        ("/segments", "segment"),
        ("/keyframes", "keyframe"),
        ("/deltas", "delta"),
    ]
    .into_iter()
    .find_map(|(folder, kind)| path.contains(folder).then_some(kind))
    .unwrap_or(match (path.contains("/manifest"), timeline) {
        (true, true) => "timeline manifest",
        (true, false) => "realm manifest",
        (false, true) => "timelines",
        (false, false) => "archive",
    })
}

impl std::fmt::Display for Watched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("watched")
    }
}

#[async_trait]
impl ObjectStore for Watched {
    /// Like a network, it lets others get on meanwhile.
    async fn put_opts(&self, path: &Path, body: PutPayload, how: PutOptions) -> Result<PutResult> {
        tokio::task::yield_now().await;
        self.network.change("put", path)?;
        self.count("put", Some(path), body.content_length());
        let sprung = {
            let mut traps = self.traps.lock();
            let place = traps.iter().position(|(of, _)| kind(path.as_ref()) == *of);
            place.map(|place| traps.remove(place).1)
        };
        match sprung {
            Some(Trap::Hold) => {
                self.wire.0.lock().push((path.clone(), body, how));
                self.cut_off();
                Err(away())
            }
            Some(Trap::LandBefore) => {
                self.wire.land(&self.inner).await;
                self.inner.put_opts(path, body, how).await
            }
            Some(Trap::LandAfter) => {
                let done = self.inner.put_opts(path, body, how).await;
                self.wire.land(&self.inner).await;
                done
            }
            Some(Trap::LoseAnswer) => {
                drop(self.inner.put_opts(path, body, how).await);
                Err(away())
            }
            None => self.inner.put_opts(path, body, how).await,
        }
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.network.change("put", path)?;
        self.count("begin parts", Some(path), 0);
        let inner = self.inner.put_multipart_opts(path, how).await?;
        Ok(Box::new(CountedParts {
            inner,
            counts: Arc::clone(&self.counts),
            kind: kind(path.as_ref()),
        }))
    }

    async fn get_opts(&self, path: &Path, how: GetOptions) -> Result<GetResult> {
        self.check()?;
        self.count("get", Some(path), 0);
        self.inner.get_opts(path, how).await
    }

    async fn get_ranges(&self, path: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<Bytes>> {
        self.check()?;
        self.count("get", Some(path), 0);
        self.inner.get_ranges(path, ranges).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let (network, counts) = (Arc::clone(&self.network), Arc::clone(&self.counts));
        let allowed = paths.map(move |path| {
            let path = path?;
            network.change("delete", &path)?;
            let request = format!("delete {}", kind(path.as_ref()));
            *counts.lock().requests.entry(request).or_default() += 1;
            Ok(path)
        });
        self.inner.delete_stream(allowed.boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if let Err(error) = self.check() {
            return futures::stream::once(async { Err(error) }).boxed();
        }
        self.count("list", prefix, 0);
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.check()?;
        self.count("list", prefix, 0);
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        self.check()?;
        self.inner.copy_opts(from, to, how).await
    }
}

#[derive(Debug)]
struct CountedParts {
    inner: Box<dyn MultipartUpload>,
    counts: Arc<Mutex<Counts>>,
    kind: &'static str,
}

#[async_trait]
impl MultipartUpload for CountedParts {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let mut counts = self.counts.lock();
        *counts
            .requests
            .entry(format!("put part {}", self.kind))
            .or_default() += 1;
        *counts.bytes_written.entry(self.kind).or_default() += data.content_length() as u64;
        self.inner.put_part(data)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.inner.complete().await
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}
