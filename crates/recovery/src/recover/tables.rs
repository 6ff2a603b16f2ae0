//! The tables of a lost realm: judged, made under their own ids, loaded, given back their status.
//!
//! A table comes back if its history was being kept at T and the archive can read it at T.
//! Anything else is lost and named, with its newest backup. Where its history is there but
//! damaged, the other tables come back all the same.

use std::collections::BTreeSet;

use anywhen_archive::{ArchiveError, KeyRange, PinKind};
use anywhen_model::{TableId, decode_item};
use anywhen_table::{
    LoadedStatistics, PitrRecord, SystemChange, SystemStore, TableRecord, TableStatus,
};

use super::Recovering;
use super::catalog::Catalog;
use super::report::{KeptState, LostTable, RecoveredTable, definition};
use super::state::{loaded_table, put_table};
use crate::backup::{BackupRecord, BackupStatus};
use crate::error::RecoveryError;
use crate::progress::RestoreStage;
use crate::restore::{JobRecords, RestoreJob, remove_spilled};

/// What came of a realm's tables.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) tables: Vec<RecoveredTable>,
    pub(super) lost: Vec<LostTable>,
    /// Tables whose history must stay as it is.
    pub(super) damaged: BTreeSet<TableId>,
    /// Tables that came back and whose open span reaches back to T.
    pub(super) continued: BTreeSet<TableId>,
}

/// What can be done about a table.
enum Judgement {
    Load,
    /// Its deletion had come so far that nothing of it is left.
    Gone,
    Lost(String),
    Damaged(String),
}

impl Recovering {
    /// Puts the records that are not tables: backups that the archive holds or that are still in
    /// the making, managed keys, window floors. Answers the backups that are not there any more.
    pub(super) async fn put_records(&self, now: &Catalog) -> Result<Vec<String>, RecoveryError> {
        let realm = &self.realm;
        let mut records: Vec<SystemChange> = Vec::new();
        let mut lost = Vec::new();
        for change in now.changes()? {
            if change.store == SystemStore::CATALOG {
                continue;
            }
            if change.store == SystemStore::BACKUPS {
                let backup = BackupRecord::decode(change.value.as_deref().unwrap_or_default())?;
                let pinned = realm.has_backup_pin(backup.table.id, &backup.key().pin());
                if backup.status == BackupStatus::Available && !pinned {
                    lost.push(backup.arn(&realm.realm).to_string());
                    continue;
                }
            }
            records.push(change);
        }
        if !records.is_empty() {
            realm.tables.system_commit(records).await?;
        }
        Ok(lost)
    }

    /// Loads every table that can come back and is not loaded yet.
    pub(super) async fn load_tables(
        &self,
        then: &Catalog,
        now: &Catalog,
    ) -> Result<Outcome, RecoveryError> {
        let mut outcome = Outcome::default();
        let known = now.tables()?;
        for record in then.tables()? {
            let judgement = match loaded_table(&self.realm.tables, record.id)? {
                Some(_) => Judgement::Load,
                None => self.judge(&record).await?,
            };
            let judgement = match judgement {
                Judgement::Load => match self.load_table(&record, &mut outcome).await? {
                    None => continue,
                    Some(damage) => Judgement::Damaged(damage),
                },
                other => other,
            };
            let (reason, damaged) = match judgement {
                Judgement::Load | Judgement::Gone => continue,
                Judgement::Lost(reason) => (reason, false),
                Judgement::Damaged(reason) => (reason, true),
            };
            if damaged {
                outcome.damaged.insert(record.id);
            }
            tracing::warn!(table = %record.name, reason, "this table does not come back");
            // As it was last known, if it was there until the end.
            let last = known.iter().find(|known| known.id == record.id);
            outcome.lost.push(LostTable {
                name: record.name.clone(),
                reason,
                damaged,
                definition: definition(last.unwrap_or(&record)),
                backup: self.newest_backup(record.id),
            });
        }
        Ok(outcome)
    }

    async fn judge(&self, record: &TableRecord) -> Result<Judgement, RecoveryError> {
        if record.status == TableStatus::Creating {
            return Ok(Judgement::Lost("it was being restored".to_owned()));
        }
        let deleting = record.status == TableStatus::Deleting;
        let lost = |reason: &str| {
            if deleting {
                Judgement::Gone
            } else {
                Judgement::Lost(reason.to_owned())
            }
        };
        // An open span may outlive the end of history a little, without what is written since.
        if record.history.is_none() {
            return Ok(lost("its history was not kept (no point-in-time recovery)"));
        }
        let attempt = || self.realm.archive.plan(record.id, self.state.at);
        let planned = self
            .realm
            .shared
            .patiently("planning to load a table", attempt);
        match planned.await {
            Ok(_) => Ok(Judgement::Load),
            Err(ArchiveError::UnknownTable(_) | ArchiveError::NotArchived { .. }) => Ok(lost(
                "its history had just begun and was not in the archive yet",
            )),
            Err(ArchiveError::NotKept { .. }) => Ok(lost(
                "the archive does not keep its history at this instant",
            )),
            Err(error) if is_damage(&error) => Ok(Judgement::Damaged(error.to_string())),
            Err(error) => Err(error.into()),
        }
    }

    /// Loads a table and gives it back its status. Answers what is damaged in the archive, if
    /// that is why it cannot be loaded.
    async fn load_table(
        &self,
        record: &TableRecord,
        outcome: &mut Outcome,
    ) -> Result<Option<String>, RecoveryError> {
        let tables = &self.realm.tables;
        let continues = self.continues(record);
        if let Some(done) = loaded_table(tables, record.id)? {
            outcome.tables.push(done);
            outcome.continued.extend(continues.then_some(record.id));
            return Ok(None);
        }
        if tables.table_by_id(record.id).is_none() {
            tables.create_recovered(record.clone(), Vec::new()).await?;
        }
        let job = self.job(record);
        self.realm.show_stage(&job, RestoreStage::Waiting);
        let loaded = match self.realm.load(&job, true).await {
            Ok(loaded) => loaded,
            Err(error) if self.realm.shared.is_stopping() => return Err(error),
            Err(error) => {
                let Some(damage) = self.damage_of(record.id).await? else {
                    return Err(error);
                };
                self.remove(&job, record.id).await?;
                self.realm.show_stage(&job, RestoreStage::Failed);
                return Ok(Some(damage));
            }
        };
        self.realm
            .shared
            .failpoint("recover::before_publish")
            .await?;
        let done = self.publish(record, loaded, continues).await?;
        self.realm.show_stage(&job, RestoreStage::Finished);
        let (items, bytes) = (done.items, done.size_bytes);
        tracing::info!(table = %done.name, items, bytes, "table recovered");
        outcome.tables.push(done);
        outcome.continued.extend(continues.then_some(record.id));
        Ok(None)
    }

    /// The restore whose steps load the table.
    fn job(&self, record: &TableRecord) -> RestoreJob {
        RestoreJob {
            target: record.name.clone(),
            source: record.clone(),
            at: self.state.at,
            backup: None,
            source_arn: format!("the history of table {}", record.id),
            // Nobody else uses the archive, and nothing is let go of.
            pin: String::new(),
        }
    }

    async fn publish(
        &self,
        record: &TableRecord,
        loaded: LoadedStatistics,
        continues: bool,
    ) -> Result<RecoveredTable, RecoveryError> {
        let tables = &self.realm.tables;
        let done = RecoveredTable {
            name: record.name.clone(),
            id: record.id,
            items: loaded.items.items,
            size_bytes: loaded.items.size_bytes,
        };
        let mut record = record.clone();
        if let Some(history) = record.history.as_mut().filter(|_| !continues) {
            *history = PitrRecord {
                enabled_at: self.realm.seal().await?,
                span_at: None,
                ..history.clone()
            };
        }
        let mut also = JobRecords::of(&record.name).remove_all(tables)?;
        also.push(put_table(&done)?);
        tables.publish_recovered(&record, loaded, also).await?;
        Ok(done)
    }

    /// Takes a table that cannot be loaded out of the catalog again.
    async fn remove(&self, job: &RestoreJob, table: TableId) -> Result<(), RecoveryError> {
        let tables = &self.realm.tables;
        let forget = JobRecords::of(&job.target).remove_all(tables)?;
        remove_spilled(&self.realm.shared.options.spill_directory, table);
        tables.drop_restore_target(table, forget).await?;
        Ok(())
    }

    /// Whether the table's open span reaches back to T, so that it can go on.
    pub(super) fn continues(&self, record: &TableRecord) -> bool {
        let span = self.realm.archive.span(record.id);
        record.history.is_some() && span.is_some_and(|span| span.opened_at <= self.state.at)
    }

    /// Reads a table's history at T, to tell damage in the archive from what is wrong here.
    async fn damage_of(&self, table: TableId) -> Result<Option<String>, RecoveryError> {
        let (archive, at) = (self.realm.archive.clone(), self.state.at);
        let plan = match archive.plan(table, at).await {
            Ok(plan) => plan,
            Err(error) if is_damage(&error) => return Ok(Some(error.to_string())),
            Err(error) => return Err(error.into()),
        };
        let read = self.realm.shared.blocking(move |stop| {
            let items = match archive.read(&plan, KeyRange::all()) {
                Ok(items) => items,
                Err(error) => return judge_read(error),
            };
            for item in items {
                stop.check()?;
                match item {
                    Ok((_, stored)) => {
                        if let Err(error) = decode_item(&stored) {
                            return Ok(Some(format!("an item of it: {error}")));
                        }
                    }
                    Err(error) => return judge_read(error),
                }
            }
            Ok(None)
        });
        read.await?
    }

    fn newest_backup(&self, table: TableId) -> Option<KeptState> {
        let pins = self.realm.archive.pins(table).into_iter();
        let pins = pins.filter(|pin| pin.kind == PinKind::Backup);
        let backups = pins.filter_map(|pin| BackupRecord::decode(&pin.record).ok());
        let newest = backups.max_by_key(|backup| backup.at)?;
        Some(KeptState::of(&newest.arn(&self.realm.realm), newest.at))
    }
}

fn judge_read(error: ArchiveError) -> Result<Option<String>, RecoveryError> {
    if is_damage(&error) {
        Ok(Some(error.to_string()))
    } else {
        Err(error.into())
    }
}

/// Whether what is in the archive is not what was written there.
fn is_damage(error: &ArchiveError) -> bool {
    matches!(
        error,
        ArchiveError::Missing { .. }
            | ArchiveError::Damaged { .. }
            | ArchiveError::Key { .. }
            | ArchiveError::Gap { .. }
    )
}
