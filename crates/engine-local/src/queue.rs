//! The committer's queue: what can be in it, and what shares a batch.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use anywhen_engine::{Commit, CommitError, EngineError, Fence, KeyspaceHandle, Write};
use anywhen_model::CommitTimestamp;
use bytes::Bytes;
use tokio::sync::oneshot;

use crate::options::{GROUP_BYTES_MAX, GROUP_JOBS_MAX};

pub(crate) type CommitAnswer = oneshot::Sender<Result<CommitTimestamp, CommitError>>;
pub(crate) type SealAnswer = oneshot::Sender<Result<CommitTimestamp, EngineError>>;
/// Whoever trims a log waits on a thread of its own.
pub(crate) type ForgetAnswer = mpsc::Sender<Result<(), EngineError>>;

/// What the queue holds.
pub(crate) enum Job {
    Commit(QueuedCommit),
    Seal(SealAnswer),
    Fence(Fence),
    /// To write down that slices of these names are no longer part of their logs.
    Forget(Vec<String>, ForgetAnswer),
    Stop,
}

impl Job {
    /// Answers a job that will not be done.
    pub(crate) fn refuse(self, error: EngineError) {
        // Whoever no longer waits needs no answer.
        match self {
            Self::Commit(queued) => queued.refuse(error.into()),
            Self::Seal(answer) => drop(answer.send(Err(error))),
            Self::Forget(_, answer) => drop(answer.send(Err(error))),
            Self::Fence(_) | Self::Stop => {}
        }
    }
}

pub(crate) struct QueuedCommit {
    pub(crate) commit: Commit,
    pub(crate) answer: CommitAnswer,
    /// Bytes of keys and values, in the keyspaces and in the log.
    pub(crate) size_bytes: usize,
}

impl QueuedCommit {
    pub(crate) fn new(commit: Commit, answer: CommitAnswer) -> Self {
        let part = |part: &Option<Bytes>| part.as_ref().map_or(0, Bytes::len);
        let writes = commit
            .writes
            .iter()
            .map(|write| write.key.len() + part(&write.value));
        let log = commit
            .log
            .iter()
            .map(|entry| entry.key.len() + part(&entry.value) + part(&entry.old_value));
        let size_bytes = writes.sum::<usize>() + log.sum::<usize>();
        Self {
            commit,
            answer,
            size_bytes,
        }
    }

    /// Answers without having changed anything; the latches go first.
    pub(crate) fn refuse(self, error: CommitError) {
        drop(self.commit.hold);
        // A caller that no longer waits needs no answer.
        let _ = self.answer.send(Err(error));
    }
}

/// How much waits in the queue, shared by those who fill it and the committer.
#[derive(Default)]
pub(crate) struct QueueGauge {
    size_bytes: AtomicUsize,
    commits: AtomicUsize,
}

impl QueueGauge {
    pub(crate) fn size_bytes(&self) -> usize {
        self.size_bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn commits(&self) -> usize {
        self.commits.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, queued: &QueuedCommit) {
        self.size_bytes
            .fetch_add(queued.size_bytes, Ordering::Relaxed);
        self.commits.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn remove(&self, queued: &QueuedCommit) {
        self.size_bytes
            .fetch_sub(queued.size_bytes, Ordering::Relaxed);
        self.commits.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Jobs that share one batch, in queue order.
#[derive(Default)]
pub(crate) struct Group {
    pub(crate) jobs: Vec<Job>,
    /// The committer is to end with this group.
    pub(crate) stop: bool,
    keys: HashSet<(KeyspaceHandle, Bytes)>,
    size_bytes: usize,
}

impl Group {
    pub(crate) fn is_full(&self) -> bool {
        self.stop || self.jobs.len() >= GROUP_JOBS_MAX || self.size_bytes >= GROUP_BYTES_MAX
    }

    /// Takes the job, or gives it back if it writes a key that the group writes already.
    pub(crate) fn add(&mut self, mut job: Job) -> Option<Job> {
        if let Job::Commit(queued) = &mut job {
            let writes = &mut queued.commit.writes;
            let key = |write: &Write| (write.keyspace, write.key.clone());
            if writes.iter().any(|write| self.keys.contains(&key(write))) {
                return Some(job);
            }
            let before = self.keys.len();
            self.keys.extend(writes.iter().map(key));
            if self.keys.len() - before < writes.len() {
                keep_last_of_each_key(writes);
            }
            self.size_bytes += queued.size_bytes;
        }
        self.stop = matches!(job, Job::Stop);
        self.jobs.push(job);
        None
    }
}

fn keep_last_of_each_key(writes: &mut Vec<Write>) {
    let mut seen = HashSet::new();
    writes.reverse();
    writes.retain(|write| seen.insert((write.keyspace, write.key.clone())));
    writes.reverse();
}
