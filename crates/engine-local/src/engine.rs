//! The engine itself: the trait's calls, handed to those who do the work.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use anywhen_engine::{
    BulkLoader, Commit, CommitReceipt, Engine, EngineError, Fence, Health, KeyspaceHandle,
    KeyspaceName, LogHandle, LogIterator, SealReceipt, Snapshot, check_key,
};
use anywhen_model::CommitTimestamp;
use arc_swap::ArcSwapOption;
use fjall::{Database, Keyspace};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::change_log::ChangeLogs;
use crate::failure::{Condition, engine_error, io_error};
use crate::housekeeper::StopSignal;
use crate::layout;
use crate::loader::LocalLoader;
use crate::options::{LocalEngineOptions, QUEUE_BYTES_MAX};
use crate::queue::{Job, QueueGauge, QueuedCommit};
use crate::space::{self, FreeSpace};
use crate::view::{Views, unknown_keyspace};

/// An engine on a local disk.
pub struct LocalEngine {
    /// Empty once closed.
    core: ArcSwapOption<Core>,
    recovered_floor: CommitTimestamp,
}

/// Everything an open engine has. Dropped by whoever uses it last.
pub(crate) struct Core {
    /// The open keyspaces' names; held while keyspaces are made or dropped.
    pub(crate) names: Mutex<BTreeMap<KeyspaceName, KeyspaceHandle>>,
    pub(crate) views: Arc<Views>,
    pub(crate) logs: Arc<ChangeLogs>,
    pub(crate) condition: Arc<Condition>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) queue: mpsc::Sender<Job>,
    pub(crate) gauge: Arc<QueueGauge>,
    pub(crate) stop: Arc<StopSignal>,
    /// Committer and housekeeper.
    pub(crate) threads: Mutex<Option<(JoinHandle<()>, JoinHandle<()>)>>,
    pub(crate) database: Database,
    /// Let go of last, when the database is closed.
    pub(crate) _lock: File,
}

impl LocalEngine {
    /// Opens the data directory, replaying what the journal holds.
    ///
    /// Fails with [`EngineError::LostTail`] if acknowledged commits are missing, with
    /// [`EngineError::Corrupt`] if what is there cannot be read, and with
    /// [`EngineError::Storage`] if another engine has the directory open or the disk fails.
    pub fn open(options: LocalEngineOptions) -> Result<Self, EngineError> {
        let (core, recovered_floor) = crate::open::open(options)?;
        Ok(Self {
            core: ArcSwapOption::from_pointee(core),
            recovered_floor,
        })
    }

    /// Whether the data directory takes writes: writes a little, syncs it and removes it. Says
    /// before an engine that was poisoned is closed whether opening it again can be of use.
    pub fn probe(data_dir: &Path) -> Result<(), EngineError> {
        space::probe(data_dir).map_err(|error| io_error(&error))
    }

    /// Timestamp of the last commit; zero before the first. Compare it with what the archive
    /// has sealed: an engine that is behind its archive has lost commits.
    pub fn last_commit_timestamp(&self) -> Result<CommitTimestamp, EngineError> {
        Ok(self.core()?.views.current().timestamp)
    }

    /// Looks at the free space now, instead of within a second.
    pub fn check_free_space(&self) {
        if let Ok(core) = self.core() {
            core.free_space.check();
        }
    }

    pub(crate) fn core(&self) -> Result<Arc<Core>, EngineError> {
        self.core.load_full().ok_or(EngineError::Closed)
    }
}

impl Core {
    fn make_keyspace(&self, name: &KeyspaceName) -> Result<KeyspaceHandle, EngineError> {
        let mut names = self.names.lock();
        if let Some(&handle) = names.get(name) {
            return Ok(handle);
        }
        let stored_name = layout::records_name(name)?;
        let keyspace =
            layout::make_keyspace(&self.database, &stored_name, layout::records_options)?;
        let mut handle = KeyspaceHandle(0);
        self.views.gate().publish_keyspaces(|keyspaces| {
            handle = KeyspaceHandle(keyspaces.len() as u32);
            keyspaces.push(Some(keyspace));
        });
        names.insert(name.clone(), handle);
        Ok(handle)
    }

    fn drop_keyspace(&self, name: &KeyspaceName) -> Result<(), EngineError> {
        let mut names = self.names.lock();
        let Some(handle) = names.remove(name) else {
            return Ok(());
        };
        let mut dropped = None;
        self.views.gate().publish_keyspaces(|keyspaces| {
            dropped = keyspaces.get_mut(handle.0 as usize).and_then(Option::take);
        });
        if let Some(keyspace) = dropped {
            self.database
                .delete_keyspace(keyspace)
                .map_err(engine_error)?;
        }
        Ok(())
    }

    /// Drops slices that have been taken from their log, once it is durable that they are no
    /// longer part of it. After a failure they are found again at the next opening.
    pub(crate) fn drop_slices(&self, slices: Vec<Keyspace>) -> Result<(), EngineError> {
        if slices.is_empty() {
            return Ok(());
        }
        let names = slices.iter().map(|slice| slice.name().to_string());
        let (answer, forgotten) = mpsc::channel();
        // Where nobody takes the job, its other end is gone.
        let _ = self.queue.send(Job::Forget(names.collect(), answer));
        forgotten
            .recv()
            .unwrap_or_else(|_| Err(self.why_stopped()))?;
        for slice in slices {
            self.database.delete_keyspace(slice).map_err(engine_error)?;
        }
        Ok(())
    }

    fn enqueue(&self, queued: QueuedCommit) {
        let waiting = self.gauge.size_bytes();
        if waiting > QUEUE_BYTES_MAX {
            let reason = format!("{waiting} bytes of commits are waiting for the disk already");
            return queued.refuse(EngineError::ReadOnly(reason).into());
        }
        self.gauge.add(&queued);
        if let Err(mpsc::SendError(Job::Commit(queued))) = self.queue.send(Job::Commit(queued)) {
            self.gauge.remove(&queued);
            queued.refuse(self.why_stopped().into());
        }
    }

    /// The committer ends when the engine is closed, or by a panic that health tells of.
    fn why_stopped(&self) -> EngineError {
        self.condition
            .poisoned()
            .map_or(EngineError::Closed, EngineError::ReadOnly)
    }

    fn stop(&self) {
        // Whether it is still there to hear it or not: afterwards it has ended.
        let _ = self.queue.send(Job::Stop);
        if let Some((committer, housekeeper)) = self.threads.lock().take() {
            let committed = committer.join();
            self.stop.stop();
            if committed.is_err() | housekeeper.join().is_err() {
                tracing::error!("a thread of the engine panicked");
            }
        }
    }
}

impl Engine for LocalEngine {
    fn keyspace(&self, name: &KeyspaceName) -> Result<KeyspaceHandle, EngineError> {
        self.core()?.make_keyspace(name)
    }

    fn keyspace_names(&self) -> Result<Vec<KeyspaceName>, EngineError> {
        Ok(self.core()?.names.lock().keys().cloned().collect())
    }

    fn drop_keyspace(&self, name: &KeyspaceName) -> Result<(), EngineError> {
        self.core()?.drop_keyspace(name)
    }

    fn snapshot(&self) -> Result<Arc<dyn Snapshot>, EngineError> {
        Ok(self.core()?.views.current())
    }

    fn commit(&self, commit: Commit) -> CommitReceipt {
        let (answer, receipt) = CommitReceipt::channel();
        let queued = QueuedCommit::new(commit, answer);
        let checked = queued
            .commit
            .writes
            .iter()
            .try_for_each(|write| check_key(&write.key));
        match checked.and_then(|()| self.core()) {
            Ok(core) => core.enqueue(queued),
            Err(error) => queued.refuse(error.into()),
        }
        receipt
    }

    fn seal(&self) -> SealReceipt {
        let (answer, receipt) = SealReceipt::channel();
        // Where nobody takes the job, the receipt finds its other end gone: closed.
        if let Ok(core) = self.core() {
            let _ = core.queue.send(Job::Seal(answer));
        }
        receipt
    }

    fn set_fence(&self, fence: Fence) {
        if let Ok(core) = self.core() {
            // A committer that has ended checks no more fences.
            let _ = core.queue.send(Job::Fence(fence));
        }
    }

    fn log(&self, name: &str) -> Result<LogHandle, EngineError> {
        self.core()?.logs.open(name)
    }

    fn log_names(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.core()?.logs.names())
    }

    fn drop_log(&self, name: &str) -> Result<(), EngineError> {
        let core = self.core()?;
        core.drop_slices(core.logs.take_log(name))
    }

    fn changes(
        &self,
        log: LogHandle,
        after: CommitTimestamp,
        through: CommitTimestamp,
    ) -> Result<LogIterator, EngineError> {
        let core = self.core()?;
        Ok(core.logs.get(log)?.changes(&core.views, after, through))
    }

    fn watch_log(&self, log: LogHandle) -> Result<watch::Receiver<CommitTimestamp>, EngineError> {
        Ok(self.core()?.logs.get(log)?.watch())
    }

    fn trim(&self, log: LogHandle, through: CommitTimestamp) -> Result<(), EngineError> {
        let core = self.core()?;
        core.drop_slices(core.logs.get(log)?.take_trimmed(through))
    }

    fn log_backlog_bytes(&self, log: LogHandle) -> u64 {
        let log = self.core().and_then(|core| core.logs.get(log));
        log.map_or(0, |log| log.size_bytes())
    }

    fn bulk_load(&self, keyspace: KeyspaceHandle) -> Result<Box<dyn BulkLoader>, EngineError> {
        let core = self.core()?;
        let keyspaces = &core.views.current().keyspaces;
        let target = keyspaces.get(keyspace.0 as usize).and_then(Option::as_ref);
        let target = target.ok_or_else(|| unknown_keyspace(keyspace))?.clone();
        if let Some(reason) = core.condition.refusal() {
            return Err(EngineError::ReadOnly(reason));
        }
        let (views, condition) = (Arc::clone(&core.views), Arc::clone(&core.condition));
        let free_space = Arc::clone(&core.free_space);
        Ok(Box::new(LocalLoader::start(
            target, views, condition, free_space,
        )?))
    }

    fn recovered_floor(&self) -> CommitTimestamp {
        self.recovered_floor
    }

    fn health(&self) -> Health {
        match self.core() {
            Ok(core) => core.condition.health(),
            Err(closed) => Health::ReadOnly(closed.to_string()),
        }
    }

    fn close(&self) {
        if let Some(core) = self.core.swap(None) {
            core.stop();
        }
    }
}

impl Drop for LocalEngine {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::fmt::Debug for LocalEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalEngine")
            .field("health", &self.health())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
