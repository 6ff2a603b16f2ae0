//! The archive's object store, with weather: requests fail, wait, overtake each other, are carried
//! out without an answer, or land long after the error was given; or nothing answers for hours.
//!
//! A crash may be set to happen at the n-th request from now: before it, or after it was carried
//! out. From then on nothing answers this life any more. What has been put stays for the next
//! one, and a put that lands late may land there, too.

use std::sync::Arc;
use std::thread::ThreadId;
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::{BoxStream, StreamExt as _, TryStreamExt as _, once};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt as _, PutMode, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result,
};
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::dice::Dice;
use crate::time::SimTime;
use crate::trace::{Trace, note};

/// How the store behaves. Numbers are of a thousand requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Weather {
    /// Fail before anything is done.
    pub(crate) failing: u64,
    /// Are carried out, and answer with an error.
    pub(crate) unanswered: u64,
    /// Puts that answer with an error and are carried out later.
    pub(crate) late: u64,
    /// Take up to seconds, while others overtake them.
    pub(crate) slow: u64,
    /// Nothing works at all.
    pub(crate) away: bool,
    /// Clients do little, because this lasts for hours.
    pub(crate) quiet: bool,
}

impl Weather {
    pub(crate) fn is_well(self) -> bool {
        self.failing + self.unanswered + self.late == 0 && !self.away
    }
}

/// A fault that the rules of history do not allow for: the invariants must notice it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Sabotage {
    /// The store acknowledges segments and forgets them.
    LoseSegments,
    /// The store acknowledges deltas and forgets them.
    LoseDeltas,
    /// The oracle is told that an acknowledged write never happened.
    ForgetWrite,
    /// The serial history is told that an acknowledged write never happened.
    ForgetAnswer,
}

/// The store; clones share it.
#[derive(Debug, Clone)]
pub(crate) struct SimStore(Arc<Core>);

#[derive(Debug)]
struct Core {
    inner: Arc<InMemory>,
    /// Where requests may wait. On other threads the runtime stands still for them.
    runtime: ThreadId,
    dice: Dice,
    time: Arc<SimTime>,
    trace: Arc<Trace>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    weather: Weather,
    well_since_micros: u64,
    sabotage: Option<Sabotage>,
    requests_to_crash: Option<u64>,
    dead: bool,
    died: Arc<Notify>,
    late: Vec<Late>,
    requests: u64,
}

/// A put that has been answered with an error and will be carried out.
#[derive(Debug)]
struct Late {
    due_micros: u64,
    path: Path,
    body: PutPayload,
    how: PutOptions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Answered,
    Unanswered,
    Late,
    /// The process dies once the request has been carried out.
    Last,
}

impl SimStore {
    pub(crate) fn new(dice: Dice, time: Arc<SimTime>, trace: Arc<Trace>) -> Self {
        let state = State {
            weather: Weather::default(),
            well_since_micros: 0,
            sabotage: None,
            requests_to_crash: None,
            dead: false,
            died: Arc::default(),
            late: Vec::new(),
            requests: 0,
        };
        Self(Arc::new(Core {
            inner: Arc::default(),
            runtime: std::thread::current().id(),
            dice,
            time,
            trace,
            state: Mutex::new(state),
        }))
    }

    pub(crate) fn set_weather(&self, weather: Weather) {
        let now = self.0.time.elapsed();
        let mut state = self.0.state.lock();
        if !state.weather.is_well() && weather.is_well() {
            state.well_since_micros = now;
        }
        state.weather = weather;
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.0.state.lock().weather.quiet
    }

    /// How long every request has been answered; `None` while some are not.
    pub(crate) fn well_for(&self) -> Option<Duration> {
        let now = self.0.time.elapsed();
        let state = self.0.state.lock();
        let since = now.saturating_sub(state.well_since_micros);
        (state.weather.is_well() && !state.dead).then(|| Duration::from_micros(since))
    }

    pub(crate) fn sabotage(&self, sabotage: Option<Sabotage>) {
        self.0.state.lock().sabotage = sabotage;
    }

    /// A new process uses the store. It may die at the n-th request from now.
    pub(crate) fn revive(&self, requests_to_crash: Option<u64>) {
        let mut state = self.0.state.lock();
        state.dead = false;
        state.died = Arc::default();
        state.requests_to_crash = requests_to_crash;
    }

    /// Waits until a request has killed the process.
    pub(crate) async fn died(&self) {
        let died = Arc::clone(&self.0.state.lock().died);
        died.notified().await;
    }

    /// Nothing that this process still does reaches the store.
    pub(crate) fn kill(&self) {
        self.0.state.lock().dead = true;
    }

    pub(crate) fn requests(&self) -> u64 {
        self.0.state.lock().requests
    }

    /// What is in it, without weather.
    pub(crate) fn calm(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.0.inner) as _
    }
}

impl Core {
    /// Decides what becomes of a request, after it has waited.
    async fn request(&self, what: &str, path: &Path) -> Result<Fate> {
        self.land().await;
        self.wait().await;
        let decided = self.decide();
        note!(self.trace, "store {what} {path}: {decided:?}");
        match decided {
            Decided::Fate(fate) => Ok(fate),
            Decided::Fails => Err(failed()),
            Decided::Dead => Err(self.stop().await),
        }
    }

    fn decide(&self) -> Decided {
        let mut state = self.state.lock();
        state.requests += 1;
        if state.dead {
            return Decided::Dead;
        }
        if let Some(left) = &mut state.requests_to_crash {
            if *left == 0 {
                state.dead = true;
                state.died.notify_one();
                return if self.dice.one_in(2) {
                    Decided::Dead
                } else {
                    Decided::Fate(Fate::Last)
                };
            }
            *left -= 1;
        }
        let weather = state.weather;
        if weather.away || self.dice.permille(weather.failing) {
            Decided::Fails
        } else if self.dice.permille(weather.unanswered) {
            Decided::Fate(Fate::Unanswered)
        } else if self.dice.permille(weather.late) {
            Decided::Fate(Fate::Late)
        } else {
            Decided::Fate(Fate::Answered)
        }
    }

    /// The answer of a request that has been carried out.
    async fn answer<T>(&self, fate: Fate, done: Result<T>) -> Result<T> {
        if self.may_wait() {
            tokio::task::yield_now().await;
        }
        match fate {
            Fate::Answered => done,
            Fate::Unanswered | Fate::Late => Err(failed()),
            Fate::Last => Err(self.stop().await),
        }
    }

    /// Requests take a while, and others overtake them.
    async fn wait(&self) {
        if !self.may_wait() {
            return;
        }
        let slow = self.state.lock().weather.slow;
        if self.dice.permille(slow) {
            tokio::time::sleep(self.dice.millis(4_000)).await;
        } else if self.dice.one_in(3) {
            tokio::time::sleep(self.dice.millis(30)).await;
        } else {
            tokio::task::yield_now().await;
        }
    }

    fn may_wait(&self) -> bool {
        std::thread::current().id() == self.runtime
    }

    /// The process is dead: its tasks stand still until the runtime is dropped.
    async fn stop(&self) -> Error {
        if self.may_wait() {
            std::future::pending::<()>().await;
        }
        failed()
    }

    /// Carries out late puts that are due.
    async fn land(&self) {
        let now = self.time.elapsed();
        let due: Vec<Late> = {
            let mut state = self.state.lock();
            let (due, later) = std::mem::take(&mut state.late)
                .into_iter()
                .partition(|late| late.due_micros <= now);
            state.late = later;
            due
        };
        for late in due {
            let Late {
                path, body, how, ..
            } = late;
            let landed = self.inner.put_opts(&path, body, how).await.is_ok();
            note!(self.trace, "store late put {path} landed: {landed}");
        }
    }

    fn loses(&self, path: &Path) -> bool {
        let path = path.as_ref();
        match self.state.lock().sabotage {
            Some(Sabotage::LoseSegments) => path.contains("/segments/"),
            Some(Sabotage::LoseDeltas) => path.contains("/deltas/"),
            _ => false,
        }
    }

    async fn put(&self, path: &Path, body: PutPayload, how: PutOptions) -> Result<PutResult> {
        if self.loses(path) {
            let (body, how) = (PutPayload::new(), PutOptions::from(PutMode::Overwrite));
            let forgotten = self.inner.put_opts(path, body, how).await;
            self.inner.delete(path).await?;
            return forgotten;
        }
        self.inner.put_opts(path, body, how).await
    }
}

#[derive(Debug, Clone, Copy)]
enum Decided {
    Fate(Fate),
    Fails,
    Dead,
}

fn failed() -> Error {
    Error::Generic {
        store: "simulated",
        source: "no answer".into(),
    }
}

impl std::fmt::Display for SimStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("simulated store")
    }
}

#[async_trait]
impl ObjectStore for SimStore {
    async fn put_opts(&self, path: &Path, body: PutPayload, how: PutOptions) -> Result<PutResult> {
        let core = &self.0;
        let fate = core.request("put", path).await?;
        if fate == Fate::Late {
            let due_micros = core.time.elapsed() + core.dice.roll(60_000_000);
            let path = path.clone();
            core.state.lock().late.push(Late {
                due_micros,
                path,
                body,
                how,
            });
            return Err(failed());
        }
        let done = core.put(path, body, how).await;
        core.answer(fate, done).await
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        how: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let fate = self.0.request("put parts", path).await?;
        let done = self.0.inner.put_multipart_opts(path, how).await;
        self.0.answer(fate, done).await
    }

    async fn get_opts(&self, path: &Path, how: GetOptions) -> Result<GetResult> {
        let fate = self.0.request("get", path).await?;
        let done = self.0.inner.get_opts(path, how).await;
        self.0.answer(fate, done).await
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let core = Arc::clone(&self.0);
        let delete = move |path: Result<Path>| {
            let core = Arc::clone(&core);
            async move {
                let path = path?;
                let fate = core.request("delete", &path).await?;
                let done = core.inner.delete(&path).await;
                core.answer(fate, done.map(|()| path)).await
            }
        };
        paths.then(delete).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (core, prefix) = (Arc::clone(&self.0), prefix.cloned());
        let listing = async move {
            let path = prefix.clone().unwrap_or_default();
            let fate = core.request("list", &path).await?;
            core.answer(fate, Ok(core.inner.list(prefix.as_ref())))
                .await
        };
        once(listing).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let path = prefix.cloned().unwrap_or_default();
        let fate = self.0.request("list folders", &path).await?;
        let done = self.0.inner.list_with_delimiter(prefix).await;
        self.0.answer(fate, done).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, how: CopyOptions) -> Result<()> {
        let fate = self.0.request("copy", from).await?;
        let done = self.0.inner.copy_opts(from, to, how).await;
        self.0.answer(fate, done).await
    }
}
