//! CreateBackup, and the job behind it.

use std::sync::Arc;

use anywhen_archive::{Pin, PinKind};
use anywhen_engine::Snapshot;
use anywhen_model::{BackupId, BackupName, CommitTimestamp, TableId, TableName};
use anywhen_table::{Table, TableStatus};

use super::{BackupKey, BackupKind, BackupRecord, BackupStatus, put, remove};
use crate::book::{Hold, Needs};
use crate::error::RecoveryError;
use crate::metrics::BACKUPS_CREATING;
use crate::realm::{RealmRecovery, key_of};

/// Where a backup's items come from.
pub(crate) enum Source {
    /// The table's history, which is kept: a pin is enough.
    History,
    /// An engine snapshot, taken at the backup's instant.
    Snapshot(Arc<dyn Snapshot>, Arc<Table>),
}

/// A backup whose record is durable and whose job has not begun.
pub(crate) struct Begun {
    pub(crate) record: BackupRecord,
    pub(crate) source: Source,
    pub(crate) hold: Hold,
}

impl RealmRecovery {
    pub(crate) async fn create_backup(
        self: &Arc<Self>,
        table: &TableName,
        name: &BackupName,
    ) -> Result<BackupRecord, RecoveryError> {
        let not_found = || RecoveryError::table_not_found(table);
        let table = self.tables.table(table).map_err(|_| not_found())?;
        if table.record().status == TableStatus::Creating {
            return Err(not_found());
        }
        let begun = self.begin_backup(&table, name.as_str().to_owned()).await?;
        let record = begun.record.clone();
        let realm = Arc::clone(self);
        self.shared
            .spawn(async move { realm.make_backup(begun).await });
        Ok(record)
    }

    /// Fixes the instant of a USER backup and stores its CREATING record.
    async fn begin_backup(
        self: &Arc<Self>,
        table: &Arc<Table>,
        name: String,
    ) -> Result<Begun, RecoveryError> {
        let gone = || RecoveryError::table_not_found(&table.record().name);
        let hold = self.book.hold(table.id(), Needs::Table).ok_or_else(gone)?;
        let created_ms = self.shared.now().as_micros() / 1000;
        let in_history = self.instant_in_history(table.id()).await?;
        let (at, source, hold) = if let Some((at, span)) = in_history {
            (at, Source::History, span)
        } else {
            let snapshot = self.shared.options.engine.snapshot()?;
            let at = snapshot.timestamp()?;
            (at, Source::Snapshot(snapshot, Arc::clone(table)), hold)
        };
        // The description as of the instant, not of before the seal.
        let table = self.tables.table_by_id(table.id()).ok_or_else(gone)?;
        let id = self.free_id(&table.record().name, created_ms);
        let (description, statistics) = (table.record().clone(), table.statistics());
        let kind = BackupKind::User;
        let record = BackupRecord::creating(id, name, kind, at, description, statistics);
        self.enter_backup(&record).await?;
        Ok(Begun {
            record,
            source,
            hold,
        })
    }

    /// A fresh instant of the table's history, if that is kept, with a hold on its span: one that
    /// is switched off later stays in the archive until the hold ends.
    async fn instant_in_history(
        &self,
        table: TableId,
    ) -> Result<Option<(CommitTimestamp, Hold)>, RecoveryError> {
        let Some(hold) = self.book.hold(table, Needs::Span) else {
            return Ok(None);
        };
        let begun = || Some(self.history_of(table)?.enabled_at);
        let Some(before) = begun() else {
            return Ok(None);
        };
        let at = self.seal().await?;
        // Switched off before the seal, writes up to it may be in no log.
        Ok((begun() == Some(before)).then_some((at, hold)))
    }

    /// Stores a CREATING backup's record and enters it into the book.
    pub(crate) async fn enter_backup(&self, record: &BackupRecord) -> Result<(), RecoveryError> {
        self.tables.system_commit(vec![put(record)?]).await?;
        self.book
            .change(|entries| entries.backups.insert(record.key(), record.clone()));
        Ok(())
    }

    /// An id that no backup of a table of this name has.
    fn free_id(&self, table: &TableName, created_ms: u64) -> BackupId {
        loop {
            let suffix = u32::from_be_bytes(self.shared.random());
            let id = BackupId { created_ms, suffix };
            let key = BackupKey {
                table: table.clone(),
                id,
            };
            let free = self
                .book
                .read(|entries| !entries.backups.contains_key(&key));
            // Zero marks the backup of a deleted table.
            if suffix != 0 && free {
                return id;
            }
        }
    }

    /// The job: makes the backup AVAILABLE, or removes it and says why.
    pub(crate) async fn make_backup(self: Arc<Self>, begun: Begun) {
        let _creating = BACKUPS_CREATING.enter();
        let Begun {
            record,
            source,
            hold,
        } = begun;
        let arn = record.arn(&self.realm);
        let started = self.shared.now();
        match self.try_backup(&record, source).await {
            Ok(()) => {
                let micros = self
                    .shared
                    .now()
                    .as_micros()
                    .saturating_sub(started.as_micros());
                tracing::info!(backup = %arn, at = %record.at, millis = micros / 1000, "backup available");
            }
            // Cut off, not failed: the next life decides.
            Err(_) if self.shared.is_stopping() => {}
            Err(error) => {
                tracing::error!(backup = %arn, %error, "backup failed, it is removed");
                self.abandon_backup(&record).await;
            }
        }
        drop(hold);
    }

    /// Brings history, record and pin into the archive, then makes the backup AVAILABLE.
    pub(crate) async fn try_backup(
        self: &Arc<Self>,
        creating: &BackupRecord,
        source: Source,
    ) -> Result<(), RecoveryError> {
        self.shared.failpoint("backup::before_keyframe").await?;
        let record = BackupRecord {
            status: BackupStatus::Available,
            ..creating.clone()
        };
        let table = record.table.id;
        let pin = pin_of(&record)?;
        match source {
            Source::History => {
                self.span_opened(table).await;
                self.archived_through(record.at).await?;
                self.pin(table, pin).await?;
            }
            Source::Snapshot(snapshot, source) => {
                self.write_backup_keyframe(record.at, &snapshot, &source, pin)
                    .await?;
            }
        }
        self.shared.failpoint("backup::before_available").await?;
        self.tables.system_commit(vec![put(&record)?]).await?;
        self.book
            .change(|entries| entries.backups.insert(record.key(), record));
        Ok(())
    }

    async fn write_backup_keyframe(
        &self,
        at: CommitTimestamp,
        snapshot: &Arc<dyn Snapshot>,
        table: &Arc<Table>,
        pin: Pin,
    ) -> Result<(), RecoveryError> {
        let _turn = self.shared.keyframes.acquire().await;
        let attempt = || async {
            let items = Self::snapshot_items(&**snapshot, table)
                .map_err(|error| anywhen_archive::ArchiveError::Items(error.to_string()))?;
            let (id, key) = (table.id(), key_of(table));
            self.archive
                .write_backup_keyframe(id, at, key, items, pin.clone())
                .await
        };
        Ok(self.shared.patiently("writing a backup", attempt).await?)
    }

    /// Removes a backup that will not become AVAILABLE.
    pub(crate) async fn abandon_backup(&self, record: &BackupRecord) {
        let key = record.key();
        // The pin may be there although putting it seemed to fail.
        let removed = async {
            self.unpin(record.table.id, &key.pin()).await?;
            self.tables.system_commit(vec![remove(&key)]).await?;
            Ok::<_, RecoveryError>(())
        };
        if let Err(error) = removed.await {
            let backup = record.arn(&self.realm);
            tracing::error!(%backup, %error, "the record of a failed backup stays for now");
        }
        self.book.change(|entries| entries.backups.remove(&key));
    }
}

/// What keeps a backup's instant, and tells a server that has only the archive what it is.
fn pin_of(record: &BackupRecord) -> Result<Pin, RecoveryError> {
    Ok(Pin {
        id: record.key().pin(),
        at: record.at,
        kind: PinKind::Backup,
        record: record.encode()?,
        // A SYSTEM backup is expired by its server, which first looks whether it is in use.
        expires_at: None,
    })
}
