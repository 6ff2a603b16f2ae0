//! What all realms share, and how jobs run: in the background, to their end or to the server's.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anywhen_archive::ArchiveError;
use anywhen_model::{AccountId, CommitTimestamp, Realm};
use parking_lot::Mutex;
use tokio::sync::{RwLock, Semaphore, oneshot};
use tokio::task::JoinSet;

use crate::RecoveryOptions;
use crate::error::RecoveryError;
use crate::progress::RestoreProgress;

const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LAST: Duration = Duration::from_secs(10);

/// What all realms of a server share.
pub(crate) struct Shared {
    pub(crate) options: RecoveryOptions,
    /// Held while a restore is admitted: the checks of two requests never overlap, and the
    /// account's limit counts across Regions.
    pub(crate) admission: tokio::sync::Mutex<()>,
    /// Turns to load a restore.
    pub(crate) loading: Semaphore,
    /// Turns to write a keyframe from an engine snapshot.
    pub(crate) keyframes: Semaphore,
    /// Restores under way, by account.
    pub(crate) restores: Mutex<HashMap<AccountId, usize>>,
    /// Realms of the archive that this process has claimed.
    pub(crate) opened: Mutex<BTreeSet<Realm>>,
    /// `None` once the server stops.
    tasks: Mutex<Option<JoinSet<()>>>,
    stopping: Arc<AtomicBool>,
    /// Held for reading by every blocking part of a job.
    blocking: Arc<RwLock<()>>,
}

impl Shared {
    pub(crate) fn new(options: RecoveryOptions) -> Self {
        let limits = options.limits;
        Self {
            options,
            admission: tokio::sync::Mutex::default(),
            loading: Semaphore::new(limits.restores_loading_max),
            keyframes: Semaphore::new(limits.keyframes_parallel),
            restores: Mutex::default(),
            opened: Mutex::default(),
            tasks: Mutex::new(Some(JoinSet::new())),
            stopping: Arc::default(),
            blocking: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.options.clock.now_micros())
    }

    /// Random bytes for an id.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.options.randomness.fill(&mut bytes);
        bytes
    }

    /// Starts a job. Nothing happens once the server stops: what the job was to do is in the
    /// system records, and the next life takes it up.
    pub(crate) fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        if let Some(tasks) = self.tasks.lock().as_mut() {
            while tasks.try_join_next().is_some() {}
            tasks.spawn(job);
        }
    }

    /// Runs a request's changes to their end, even if the client that asked goes away.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, RecoveryError>> + Send + 'static,
    ) -> Result<T, RecoveryError> {
        let (answer, answered) = oneshot::channel();
        self.spawn(async move {
            // Nobody may be listening any more.
            let _ = answer.send(work.await);
        });
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Runs what blocks on disk or archive on a thread that may block. `work` is given a
    /// [`Stop`] to look at while it goes through many records.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Stop) -> T + Send + 'static,
    ) -> Result<T, RecoveryError> {
        let running = Arc::clone(&self.blocking).read_owned().await;
        let stop = Stop(vec![Arc::clone(&self.stopping)]);
        let task = anywhen_engine::blocking::spawn(move || {
            let _running = running;
            work(&stop)
        });
        let ended = task.await;
        ended.map_err(|failure| RecoveryError::Internal(failure.to_string()))
    }

    /// Tries until it works or fails for good: an archive that does not answer comes back.
    pub(crate) async fn patiently<T, E, F>(
        &self,
        what: &str,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, E>
    where
        E: MayPass,
        F: Future<Output = Result<T, E>>,
    {
        let mut pause = RETRY_FIRST;
        loop {
            match attempt().await {
                Err(error) if error.may_pass() => {
                    tracing::warn!(%error, what, "will try again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(RETRY_LAST);
                }
                other => return other,
            }
        }
    }

    /// A point where a test may hold the job, or break it with the error `return(text)`.
    pub(crate) async fn failpoint(&self, name: &'static str) -> Result<(), RecoveryError> {
        fail_parallel::fail_point_async!(
            Arc::clone(&self.options.failpoints),
            name,
            |text: Option<String>| Err(RecoveryError::Internal(
                text.unwrap_or_else(|| format!("failpoint {name}"))
            ))
        );
        Ok(())
    }

    /// Tells everybody who listens how far a restore is.
    pub(crate) fn show(&self, progress: &RestoreProgress) {
        crate::metrics::restore_progress(&progress.realm, &progress.target, progress.ratio());
        self.options.progress.restore(progress);
    }

    /// Whether the server stops: a job that fails now is not to be given up.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Ends all jobs where they stand and waits until none touches engine or archive any more.
    pub(crate) async fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        let tasks = self.tasks.lock().take();
        if let Some(mut tasks) = tasks {
            tasks.shutdown().await;
        }
        drop(self.blocking.write().await);
    }
}

/// A failure that can be told to pass by itself, or not.
pub(crate) trait MayPass: std::fmt::Display {
    /// Whether trying again later can help without anyone doing anything.
    fn may_pass(&self) -> bool;
}

impl MayPass for ArchiveError {
    fn may_pass(&self) -> bool {
        self.is_transient()
    }
}

/// Tells a blocking part of a job when the server stops, or the job has failed elsewhere.
#[derive(Clone)]
pub(crate) struct Stop(Vec<Arc<AtomicBool>>);

impl Stop {
    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self(Vec::new())
    }

    /// Also stops when the flag is set.
    pub(crate) fn or(&self, flag: &Arc<AtomicBool>) -> Self {
        let mut flags = self.0.clone();
        flags.push(Arc::clone(flag));
        Self(flags)
    }

    /// An error once it is to stop.
    pub(crate) fn check(&self) -> Result<(), RecoveryError> {
        if self.0.iter().any(|flag| flag.load(Ordering::Relaxed)) {
            Err(stopped())
        } else {
            Ok(())
        }
    }
}

fn stopped() -> RecoveryError {
    RecoveryError::Internal("the server is stopping".to_owned())
}
