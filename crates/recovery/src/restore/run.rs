//! The restore job, from its pin to its target's end: ACTIVE or gone.

use std::any::Any;
use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use anywhen_archive::{Pin, PinKind};
use anywhen_model::{AccountId, TableId};
use anywhen_table::{LoadedStatistics, SystemChange, Table};
use futures::FutureExt as _;

use super::load::Loading;
use super::progress::{JobRecords, RangeDone, StoredPlan};
use super::spill::remove_spilled;
use super::{PIN_LIFE_MICROS, RestoreJob};
use crate::book::Hold;
use crate::error::RecoveryError;
use crate::metrics::{self, RESTORES_RUNNING};
use crate::progress::{RestoreBegun, RestoreStage};
use crate::realm::RealmRecovery;
use crate::shared::Shared;

/// One of the restores an account may have under way; free again when dropped.
pub(crate) struct RestoreSlot {
    shared: Arc<Shared>,
    account: AccountId,
}

impl RestoreSlot {
    /// Takes a slot, if the account has one left.
    pub(crate) fn within_limit(
        shared: &Arc<Shared>,
        account: &AccountId,
    ) -> Result<Self, RecoveryError> {
        let most = shared.options.limits.restores_max;
        if shared
            .restores
            .lock()
            .get(account)
            .is_some_and(|running| *running >= most)
        {
            return Err(RecoveryError::LimitExceeded(format!(
                "Subscriber limit exceeded: Only {most} restore operations can be done \
                 simultaneously"
            )));
        }
        Ok(Self::take(shared, account))
    }

    /// Takes a slot for a restore that was admitted in an earlier life.
    pub(crate) fn take(shared: &Arc<Shared>, account: &AccountId) -> Self {
        *shared.restores.lock().entry(account.clone()).or_default() += 1;
        Self {
            shared: Arc::clone(shared),
            account: account.clone(),
        }
    }
}

impl Drop for RestoreSlot {
    fn drop(&mut self) {
        let mut restores = self.shared.restores.lock();
        if let Some(running) = restores.get_mut(&self.account) {
            *running -= 1;
        }
    }
}

impl RealmRecovery {
    /// Starts a job, new or taken up again. `hold` keeps its instant until it is pinned.
    pub(crate) fn start_restore(self: &Arc<Self>, job: RestoreJob, hold: Option<Hold>) {
        let realm = Arc::clone(self);
        self.shared
            .spawn(async move { realm.run_restore(job, hold).await });
    }

    async fn run_restore(self: Arc<Self>, job: RestoreJob, hold: Option<Hold>) {
        let _running = RESTORES_RUNNING.enter();
        let started = self.shared.now();
        let (target, from) = (&job.target, &job.source_arn);
        tracing::info!(table = %target, from, at = %job.at, "restore begins");
        self.show_beginning(&job);
        self.show_stage(&job, RestoreStage::Waiting);
        // A panic is a failure like any other: the target goes, and nobody waits for ever.
        let result = AssertUnwindSafe(self.restore(&job, hold))
            .catch_unwind()
            .await;
        let result = result.unwrap_or_else(|panic| Err(panicked(&*panic)));
        let micros = self
            .shared
            .now()
            .as_micros()
            .saturating_sub(started.as_micros());
        let millis = micros / 1000;
        match result {
            Ok(loaded) => {
                let (items, bytes) = (loaded.items.items, loaded.items.size_bytes);
                tracing::info!(table = %target, items, bytes, millis, "restore finished");
                self.show_stage(&job, RestoreStage::Finished);
                metrics::restore_ended("finished");
            }
            // Cut off, not failed: the next life goes on.
            Err(_) if self.shared.is_stopping() => return,
            Err(error) => {
                tracing::error!(table = %target, from, %error, millis, "restore failed, its target is removed");
                // First: whoever sees that the target is gone asks why.
                let sink = &self.shared.options.progress;
                sink.fails(&self.realm, target, &error.to_string());
                self.remove_target(&job).await;
                self.show_stage(&job, RestoreStage::Failed);
                metrics::restore_ended("failed");
            }
        }
        self.book
            .change(|entries| entries.restores.remove(&job.target));
        if let Err(error) = self.unpin(job.source.id, &job.pin).await {
            tracing::warn!(%error, "the pin of a restore stays until it expires");
        }
    }

    async fn restore(
        self: &Arc<Self>,
        job: &RestoreJob,
        hold: Option<Hold>,
    ) -> Result<LoadedStatistics, RecoveryError> {
        if job.backup.is_none() {
            self.archived_through(job.at).await?;
        }
        let held = self.holds_pin(job);
        self.pin_restore(job).await?;
        drop(hold);
        self.shared.failpoint("restore::before_load").await?;
        let loaded = {
            let _turn = self.shared.loading.acquire().await;
            self.load(job, held).await?
        };
        self.shared.failpoint("restore::before_publish").await?;
        self.publish(job, loaded).await
    }

    /// Whether the archive has held the job's pin until now.
    fn holds_pin(&self, job: &RestoreJob) -> bool {
        let now = self.shared.now();
        let pins = self.archive.pins(job.source.id);
        let live = |pin: &Pin| pin.expires_at.is_some_and(|expires| expires > now);
        pins.iter().any(|pin| pin.id == job.pin && live(pin))
    }

    /// Writes the job's pin, or writes it again so that it does not expire.
    async fn pin_restore(&self, job: &RestoreJob) -> Result<(), RecoveryError> {
        let now = self.shared.now();
        self.pin(job.source.id, job.pin(now)).await?;
        self.book.change(|entries| {
            if let Some(running) = entries.restores.get_mut(&job.target) {
                running.pinned_at = Some(now);
            }
        });
        Ok(())
    }

    /// Pins in the archive of restores that nobody carries on: their server died between the
    /// end of the job and that of its pin, or for good.
    pub(crate) async fn stale_pins(&self) -> Result<Vec<(TableId, String)>, RecoveryError> {
        let running: HashSet<String> = self.book.read(|entries| {
            let running = entries.restores.values();
            running.map(|running| running.job.pin.clone()).collect()
        });
        let mut stale = Vec::new();
        for timeline in self.archive.timelines().await? {
            let pins = self.archive.pins(timeline.table).into_iter();
            let of_restores = pins.filter(|pin| pin.kind == PinKind::Restore);
            let left = of_restores.filter(|pin| !running.contains(&pin.id));
            stale.extend(left.map(|pin| (timeline.table, pin.id)));
        }
        Ok(stale)
    }

    /// Renews pins of which a quarter of their life is over.
    pub(crate) async fn renew_pins(&self) -> Result<(), RecoveryError> {
        let now = self.shared.now();
        let due: Vec<RestoreJob> = self.book.read(|entries| {
            let running = entries.restores.values();
            let aged = running.filter(|running| {
                running
                    .pinned_at
                    .is_some_and(|at| at.plus_micros(PIN_LIFE_MICROS / 4) <= now)
            });
            aged.map(|running| running.job.clone()).collect()
        });
        for job in due {
            self.pin_restore(&job).await?;
        }
        Ok(())
    }

    /// Loads what is not loaded yet. An earlier plan is kept if the pin was held ever since:
    /// its files may have gone otherwise. The ranges stay what they were; each holds the same
    /// items by any plan.
    pub(crate) async fn load(
        self: &Arc<Self>,
        job: &RestoreJob,
        held: bool,
    ) -> Result<LoadedStatistics, RecoveryError> {
        let records = JobRecords::of(&job.target);
        let mut done = records.done(&self.tables)?;
        let plan = match done.plan.take() {
            Some(plan) if held => plan,
            before => {
                let ranges = before.map(|plan| plan.ranges);
                self.make_plan(job, &records, ranges).await?
            }
        };
        let target = self.tables.table(&job.target)?;
        let loading = Loading::prepare(self, target, plan, &done).await?;
        let ranges = Arc::new(loading).load(done).await?;
        Ok(statistics(&ranges))
    }

    async fn make_plan(
        &self,
        job: &RestoreJob,
        records: &JobRecords,
        ranges: Option<u32>,
    ) -> Result<StoredPlan, RecoveryError> {
        let attempt = || self.archive.plan(job.source.id, job.at);
        let plan = self.shared.patiently("planning a restore", attempt).await?;
        let limits = self.shared.options.limits;
        let ranges = ranges.unwrap_or_else(|| limits.ranges_of(plan.estimated_bytes));
        let stored = StoredPlan { plan, ranges };
        self.tables
            .system_commit(vec![records.put_plan(&stored)?])
            .await?;
        Ok(stored)
    }

    async fn publish(
        &self,
        job: &RestoreJob,
        loaded: LoadedStatistics,
    ) -> Result<LoadedStatistics, RecoveryError> {
        let target = self.tables.table(&job.target)?;
        let forget = JobRecords::of(&job.target).remove_all(&self.tables)?;
        self.tables
            .publish_restored(target.id(), loaded.clone(), forget)
            .await?;
        Ok(loaded)
    }

    /// Removes the target of a restore that failed, with everything stored about the job.
    pub(crate) async fn remove_target(&self, job: &RestoreJob) {
        let removed = async {
            let forget = JobRecords::of(&job.target).remove_all(&self.tables)?;
            let target: Result<Arc<Table>, _> = self.tables.table(&job.target);
            match target {
                Ok(target) => {
                    remove_spilled(&self.shared.options.spill_directory, target.id());
                    self.tables.drop_restore_target(target.id(), forget).await?;
                }
                Err(_) => self.forget(forget).await?,
            }
            Ok::<_, RecoveryError>(())
        };
        if let Err(error) = removed.await {
            tracing::error!(table = %job.target, %error, "the target of a failed restore stays for now");
        }
    }

    async fn forget(&self, records: Vec<SystemChange>) -> Result<(), RecoveryError> {
        if !records.is_empty() {
            self.tables.system_commit(records).await?;
        }
        Ok(())
    }

    fn show_beginning(&self, job: &RestoreJob) {
        let target = self.tables.table(&job.target);
        let created = target.map(|target| target.record().created_at);
        self.shared.options.progress.begins(&RestoreBegun {
            realm: self.realm.clone(),
            target: job.target.clone(),
            source_arn: job.source_arn.clone(),
            at: job.at,
            requested_at: created.unwrap_or_else(|_| self.shared.now()),
        });
    }

    pub(crate) fn show_stage(&self, job: &RestoreJob, stage: RestoreStage) {
        self.shared.show(&crate::RestoreProgress {
            realm: self.realm.clone(),
            target: job.target.clone(),
            stage,
            bytes_done: 0,
            bytes_total: 0,
            items_done: 0,
        });
    }
}

fn panicked(panic: &(dyn Any + Send)) -> RecoveryError {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    RecoveryError::Internal(format!("a panic: {}", text.unwrap_or("of no text")))
}

/// What all ranges together hold.
fn statistics(ranges: &[RangeDone]) -> LoadedStatistics {
    let mut items = super::progress::Count::default();
    let mut indexes: BTreeMap<u32, super::progress::Count> = BTreeMap::new();
    for range in ranges {
        items.add_all(range.items);
        for (number, count) in &range.indexes {
            indexes.entry(*number).or_default().add_all(*count);
        }
    }
    let indexes = indexes
        .into_iter()
        .map(|(number, count)| (number, count.into()))
        .collect();
    LoadedStatistics {
        items: items.into(),
        indexes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_a_panic_is_named() {
        let rows: [(Box<dyn Any + Send>, &str); 3] = [
            (Box::new("a text"), "a panic: a text"),
            (
                Box::new("a longer text".to_owned()),
                "a panic: a longer text",
            ),
            (Box::new(7), "a panic: of no text"),
        ];
        for (panic, told) in rows {
            assert!(panicked(&*panic).to_string().ends_with(told), "{told}");
        }
    }
}
