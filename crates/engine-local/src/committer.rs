//! The committer: one thread through which every write goes.
//!
//! It drains the queue into a group, draws a timestamp for each commit, checks its fences,
//! writes the whole group as one fjall batch that is synced before it is applied, publishes the
//! view, lets go of the latches and wakes everyone. Waiting for the disk is what fills the next
//! group, so throughput grows with the number of writers and a lone writer waits for nobody.
//!
//! What must hold:
//! * The last commit timestamp, the clock floor and how far the slices of the change logs go are
//!   part of the batch they belong to.
//! * A group never writes a key twice: within one batch fjall would keep either value.
//! * A commit is refused as a whole, before anything of it is written.
//! * After a failed batch nothing is written any more: whether that batch is on disk will only
//!   be known when the engine is opened again.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use anywhen_engine::{
    Commit, CommitClock, CommitError, EngineError, Fence, KeyspaceHandle, LogHandle,
};
use anywhen_model::{CommitTimestamp, TableId};
use bytes::Bytes;
use fjall::{Database, Keyspace, OwnedWriteBatch, PersistMode};

use crate::change_log::{ChangeLog, ChangeLogs};
use crate::failure::{Condition, engine_error};
use crate::journal::Link;
use crate::layout::{META_FLOOR, META_LAST_COMMIT, record_key};
use crate::options::FREE_SPACE_CHECK_BYTES;
use crate::overwrites::Overwrites;
use crate::queue::{CommitAnswer, ForgetAnswer, Group, Job, QueueGauge, QueuedCommit, SealAnswer};
use crate::space::FreeSpace;
use crate::stalls;
use crate::view::{Keyspaces, Views, unknown_keyspace};

pub(crate) struct Committer {
    pub(crate) queue: mpsc::Receiver<Job>,
    pub(crate) gauge: Arc<QueueGauge>,
    pub(crate) database: Database,
    pub(crate) meta: Keyspace,
    pub(crate) views: Arc<Views>,
    pub(crate) logs: Arc<ChangeLogs>,
    pub(crate) condition: Arc<Condition>,
    pub(crate) free_space: Arc<FreeSpace>,
    pub(crate) clock: CommitClock,
    /// The floor in the last batch; the next one links to it.
    pub(crate) last_floor: CommitTimestamp,
    /// The same for others to see: everything up to this instant is in the journal (and synced,
    /// if commits are).
    pub(crate) written_through: Arc<AtomicU64>,
    pub(crate) persist: PersistMode,
    pub(crate) fences: HashMap<TableId, u64>,
    /// A job taken from the queue that had to wait for the next group.
    pub(crate) carried: Option<Job>,
    pub(crate) bytes_since_space_check: u64,
    pub(crate) overwrites: Arc<Overwrites>,
}

/// What a group became: the batch, and who waits for it.
struct Plan {
    batch: OwnedWriteBatch,
    waiting: Waiting,
    /// The logs that got records, with the timestamp of the last one.
    touched_logs: HashMap<LogHandle, (Arc<ChangeLog>, CommitTimestamp)>,
    /// The same of the slices, by fjall's number.
    touched_slices: HashMap<u64, (Keyspace, CommitTimestamp)>,
    last_commit: Option<CommitTimestamp>,
    size_bytes: usize,
}

/// Who is to hear how the batch ended.
#[derive(Default)]
struct Waiting {
    commits: Vec<Accepted>,
    seals: Vec<(CommitTimestamp, SealAnswer)>,
    forgets: Vec<ForgetAnswer>,
}

struct Accepted {
    timestamp: CommitTimestamp,
    hold: Option<Box<dyn Any + Send>>,
    answer: CommitAnswer,
}

impl Committer {
    /// Works until told to stop or until nobody can send any more.
    pub(crate) fn run(mut self) {
        let _poison_on_panic = PoisonOnPanic(Arc::clone(&self.condition));
        while let Some(group) = self.gather() {
            let stop = group.stop;
            self.settle(group.jobs);
            if stop {
                break;
            }
        }
        self.refuse_the_rest();
    }

    /// Waits for a job and takes what else is there.
    fn gather(&mut self) -> Option<Group> {
        let mut group = Group::default();
        let first = self.carried.take().or_else(|| self.queue.recv().ok())?;
        self.carried = group.add(first);
        while self.carried.is_none() && !group.is_full() {
            let Ok(job) = self.queue.try_recv() else {
                break;
            };
            self.carried = group.add(job);
        }
        for job in &group.jobs {
            if let Job::Commit(queued) = job {
                self.gauge.remove(queued);
            }
        }
        metrics::gauge!("anywhen_commit_queue_depth").set(self.gauge.commits() as f64);
        Some(group)
    }

    /// Brings a group to its end: durable, visible and answered, or refused.
    fn settle(&mut self, jobs: Vec<Job>) {
        let started = Instant::now();
        let plan = self.plan(jobs);
        if plan.waiting.is_empty() {
            return;
        }
        let commits = plan.waiting.commits.len();
        self.bytes_since_space_check += plan.size_bytes as u64;
        self.write(plan);
        if commits > 0 {
            metrics::histogram!("anywhen_commit_group_size").record(commits as f64);
            let took = started.elapsed();
            metrics::histogram!("anywhen_commit_duration_seconds").record(took);
            stalls::note(
                &self.database,
                &self.views.current().keyspaces,
                took,
                commits,
            );
        }
        if self.bytes_since_space_check >= FREE_SPACE_CHECK_BYTES {
            self.bytes_since_space_check = 0;
            self.free_space.check();
        }
    }

    fn plan(&mut self, jobs: Vec<Job>) -> Plan {
        let keyspaces = Arc::clone(&self.views.current().keyspaces);
        let mut plan = Plan {
            batch: self.database.batch().durability(Some(self.persist)),
            waiting: Waiting::default(),
            touched_logs: HashMap::new(),
            touched_slices: HashMap::new(),
            last_commit: None,
            size_bytes: 0,
        };
        for job in jobs {
            match job {
                Job::Commit(queued) => self.plan_commit(&mut plan, &keyspaces, queued),
                Job::Seal(answer) => match self.condition.poisoned() {
                    None => plan.waiting.seals.push((self.clock.draw(), answer)),
                    Some(reason) => Job::Seal(answer).refuse(EngineError::ReadOnly(reason)),
                },
                Job::Fence(fence) => self.set_fence(fence),
                Job::Forget(slices, answer) => self.plan_forget(&mut plan, slices, answer),
                Job::Stop => {}
            }
        }
        plan
    }

    fn plan_commit(&mut self, plan: &mut Plan, keyspaces: &Keyspaces, mut queued: QueuedCommit) {
        match self.admit(plan, keyspaces, &mut queued.commit) {
            Ok(timestamp) => {
                plan.size_bytes += queued.size_bytes;
                plan.last_commit = Some(timestamp);
                let QueuedCommit {
                    commit: Commit { hold, .. },
                    answer,
                    ..
                } = queued;
                plan.waiting.commits.push(Accepted {
                    timestamp,
                    hold,
                    answer,
                });
            }
            Err(error) => queued.refuse(error),
        }
    }

    /// Checks a commit and adds it to the batch, or refuses it having changed nothing.
    fn admit(
        &mut self,
        plan: &mut Plan,
        keyspaces: &Keyspaces,
        commit: &mut Commit,
    ) -> Result<CommitTimestamp, CommitError> {
        if let Some(reason) = self.condition.refusal() {
            return Err(EngineError::ReadOnly(reason).into());
        }
        let holds = |fence: &&Fence| self.fences.get(&fence.table) == Some(&fence.version);
        if let Some(broken) = commit.expect.iter().find(|fence| !holds(fence)) {
            return Err(CommitError::Fenced(broken.table));
        }
        let find = |handle: KeyspaceHandle| {
            let keyspace = keyspaces.get(handle.0 as usize).and_then(Option::as_ref);
            keyspace.ok_or_else(|| unknown_keyspace(handle))
        };
        for write in &commit.writes {
            find(write.keyspace)?;
        }
        let timestamp = self.clock.draw();
        self.plan_log(plan, commit, timestamp)?;
        for write in std::mem::take(&mut commit.writes) {
            let keyspace = find(write.keyspace)?;
            self.overwrites.count(write.keyspace, &write.key);
            match write.value {
                Some(value) => plan.batch.insert(keyspace, write.key, value),
                None => plan.batch.remove(keyspace, write.key),
            }
        }
        for &fence in &commit.advance {
            self.set_fence(fence);
        }
        Ok(timestamp)
    }

    /// Adds the commit's change-log records to the batch. All logs are found, and slices made,
    /// before the first record is added.
    fn plan_log(
        &self,
        plan: &mut Plan,
        commit: &Commit,
        timestamp: CommitTimestamp,
    ) -> Result<(), EngineError> {
        let logs: Vec<Arc<ChangeLog>> = commit
            .log
            .iter()
            .map(|entry| self.logs.get(entry.log))
            .collect::<Result<_, _>>()?;
        let mut records = Vec::with_capacity(commit.log.len());
        for (position, (entry, log)) in commit.log.iter().zip(logs).enumerate() {
            let key = Bytes::copy_from_slice(&record_key(timestamp, position as u32));
            let value = entry.encode();
            let slice = log.slice_for(timestamp, (key.len() + value.len()) as u64)?;
            let touched = (slice.clone(), timestamp);
            plan.touched_slices.insert(slice.id(), touched);
            records.push((slice, key, value));
            plan.touched_logs.insert(entry.log, (log, timestamp));
        }
        for (slice, key, value) in records {
            plan.batch.insert(&slice, key, value);
        }
        Ok(())
    }

    /// Unlike a commit it is let in while space is low: it makes some.
    fn plan_forget(&self, plan: &mut Plan, slices: Vec<String>, answer: ForgetAnswer) {
        if let Some(reason) = self.condition.poisoned() {
            return Job::Forget(slices, answer).refuse(EngineError::ReadOnly(reason));
        }
        for name in slices {
            plan.batch.remove(&self.meta, name);
        }
        plan.waiting.forgets.push(answer);
    }

    /// A table that is gone needs no entry: one without a fence refuses every expectation too.
    fn set_fence(&mut self, fence: Fence) {
        match fence.version {
            0 => self.fences.remove(&fence.table),
            version => self.fences.insert(fence.table, version),
        };
    }

    /// Writes the batch, publishes it and tells everyone.
    fn write(&mut self, mut plan: Plan) {
        let floor = self.clock.last();
        if let Some(last) = plan.last_commit {
            plan.batch
                .insert(&self.meta, META_LAST_COMMIT, last.as_micros().to_be_bytes());
        }
        for (slice, last) in plan.touched_slices.values() {
            let name: &str = slice.name();
            plan.batch
                .insert(&self.meta, name, last.as_micros().to_be_bytes());
        }
        let link = Link {
            floor,
            previous: self.last_floor,
        };
        plan.batch.insert(&self.meta, META_FLOOR, link.encode());

        let gate = self.views.gate();
        if let Err(error) = plan.batch.commit() {
            drop(gate);
            let error = engine_error(error);
            self.condition.poison(error.to_string());
            return plan.waiting.fail(&error);
        }
        if let Some(last) = plan.last_commit {
            gate.publish_commits(last);
        }
        drop(gate);

        self.last_floor = floor;
        self.written_through
            .store(floor.as_micros(), Ordering::Release);
        for (log, last) in plan.touched_logs.into_values() {
            log.announce(last);
        }
        plan.waiting.succeed();
    }

    /// Refuses what was queued behind the stop.
    fn refuse_the_rest(&mut self) {
        for job in self.carried.take().into_iter().chain(self.queue.try_iter()) {
            if let Job::Commit(queued) = &job {
                self.gauge.remove(queued);
            }
            job.refuse(EngineError::Closed);
        }
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.commits.is_empty() && self.seals.is_empty() && self.forgets.is_empty()
    }

    /// The batch is durable and visible: latches go, then the answers.
    fn succeed(self) {
        for Accepted {
            timestamp,
            hold,
            answer,
        } in self.commits
        {
            drop(hold);
            let _ = answer.send(Ok(timestamp));
        }
        for (sealed, answer) in self.seals {
            let _ = answer.send(Ok(sealed));
        }
        for answer in self.forgets {
            let _ = answer.send(Ok(()));
        }
    }

    fn fail(self, error: &EngineError) {
        for Accepted { hold, answer, .. } in self.commits {
            drop(hold);
            let _ = answer.send(Err(error.clone().into()));
        }
        for (_, answer) in self.seals {
            let _ = answer.send(Err(error.clone()));
        }
        for answer in self.forgets {
            let _ = answer.send(Err(error.clone()));
        }
    }
}

/// Leaves word if the committer panics: everyone who waits finds the engine closed, and health
/// says why.
struct PoisonOnPanic(Arc<Condition>);

impl Drop for PoisonOnPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.poison("the committer panicked".to_owned());
        }
    }
}
