//! DeleteTable: a table turns DELETING at once and goes when nothing needs it any more.
//!
//! From the commit that marks the table DELETING on, none of its items changes. The job then
//! waits for the jobs that still need the table, decides whether history is kept (until then it
//! can be switched on or off), and, if so, makes the SYSTEM backup of the table's last state:
//! a table with history never goes before that backup is AVAILABLE. Then its span is closed and
//! it leaves the catalog. Each step can be repeated, so a start simply does it all again.

use std::sync::Arc;
use std::time::Duration;

use anywhen_model::limits::SYSTEM_BACKUP_DAYS;
use anywhen_model::{BackupId, CommitTimestamp, TableId, TableName};
use anywhen_table::{Table, TableRecord};

use crate::backup::{BackupKey, BackupKind, BackupRecord, BackupStatus, Source};
use crate::book::{Entries, Needs};
use crate::continuous::put_floor;
use crate::error::RecoveryError;
use crate::realm::RealmRecovery;

const DAY_MICROS: u64 = 86_400_000_000;
const RETRY: Duration = Duration::from_secs(5);

impl RealmRecovery {
    pub(crate) async fn delete_table(
        self: &Arc<Self>,
        name: &TableName,
    ) -> Result<TableRecord, RecoveryError> {
        let (table, deleted_at) = self.tables.begin_delete(name, Vec::new()).await?;
        self.start_deletion(table.id(), Some(deleted_at));
        Ok(table.record().clone())
    }

    /// Starts the job that finishes a deletion. `deleted_at` is not known after a restart.
    pub(crate) fn start_deletion(
        self: &Arc<Self>,
        table: TableId,
        deleted_at: Option<CommitTimestamp>,
    ) {
        let realm = Arc::clone(self);
        self.shared.spawn(async move {
            // Nothing is lost by trying again: until the end the table is DELETING.
            while let Err(error) = realm.finish_deletion(table, deleted_at).await {
                tracing::error!(%table, %error, "deleting a table failed, will try again");
                tokio::time::sleep(RETRY).await;
            }
        });
    }

    async fn finish_deletion(
        self: &Arc<Self>,
        id: TableId,
        deleted_at: Option<CommitTimestamp>,
    ) -> Result<(), RecoveryError> {
        self.refuse_new_jobs(id).await;
        let Some(table) = self.tables.table_by_id(id) else {
            return Ok(());
        };
        if table.record().history.is_some() {
            self.make_system_backup(&table, deleted_at).await?;
        }
        self.span_opened(id).await;
        self.close_span(id).await?;
        self.shared.failpoint("delete::before_finish").await?;
        self.tables
            .finish_delete(id, vec![put_floor(id, None)])
            .await?;
        self.book.change(|entries| {
            entries.closing.remove(&id);
            entries.floors.remove(&id);
        });
        tracing::info!(table = %table.record().name, %id, "table deleted");
        Ok(())
    }

    /// Waits until no job needs the table; from then on none can, and its history cannot be
    /// switched any more.
    async fn refuse_new_jobs(&self, id: TableId) {
        let held = |entries: &Entries| {
            entries.is_held(id, Needs::Span) || entries.is_held(id, Needs::Table)
        };
        loop {
            self.book
                .until(|entries| (!held(entries)).then_some(()))
                .await;
            // Not held while waiting: other tables' histories may be switched meanwhile.
            let _turn = self.history_turn.lock().await;
            let refused = self.book.change(|entries| {
                let free = !held(entries);
                if free {
                    entries.closing.insert(id);
                }
                free
            });
            if refused {
                return;
            }
        }
    }

    async fn make_system_backup(
        self: &Arc<Self>,
        table: &Arc<Table>,
        deleted_at: Option<CommitTimestamp>,
    ) -> Result<(), RecoveryError> {
        let record = match self.system_backup_of(table.id()) {
            Some(made) if made.status == BackupStatus::Available => return Ok(()),
            Some(begun) => begun,
            None => self.begin_system_backup(table, deleted_at).await?,
        };
        self.try_backup(&record, Source::History).await?;
        tracing::info!(backup = %record.arn(&self.realm), at = %record.at, "backup of a deleted table");
        Ok(())
    }

    fn system_backup_of(&self, table: TableId) -> Option<BackupRecord> {
        self.book.read(|entries| {
            let mut backups = entries.backups.values();
            let mine = |backup: &&BackupRecord| {
                backup.kind == BackupKind::System && backup.table.id == table
            };
            backups.find(mine).cloned()
        })
    }

    async fn begin_system_backup(
        self: &Arc<Self>,
        table: &Arc<Table>,
        deleted_at: Option<CommitTimestamp>,
    ) -> Result<BackupRecord, RecoveryError> {
        let id = table.id();
        self.span_opened(id).await;
        // Switched on after the deletion began: the span does not reach back to that commit.
        // Any later instant is as good, nothing changes any more.
        let opened = self.archive.span(id).map(|span| span.opened_at);
        let at = match deleted_at.filter(|at| opened.is_some_and(|opened| opened <= *at)) {
            Some(deleted_at) => deleted_at,
            None => self.seal().await?,
        };
        let description = table.record().clone();
        let backup = self.free_system_id(&description.name);
        let name = format!("{}$DeletedTableBackup", description.name);
        let kind = BackupKind::System;
        let statistics = table.statistics();
        let creating = BackupRecord::creating(backup, name, kind, at, description, statistics);
        let expires_at = creating
            .created_at()
            .plus_micros(SYSTEM_BACKUP_DAYS * DAY_MICROS);
        let creating = BackupRecord {
            expires_at: Some(expires_at),
            ..creating
        };
        self.enter_backup(&creating).await?;
        Ok(creating)
    }

    /// An id whose suffix says that the backup is the system's.
    fn free_system_id(&self, table: &TableName) -> BackupId {
        let now_ms = self.shared.now().as_micros() / 1000;
        self.book.read(|entries| {
            let ids = (now_ms..).map(|created_ms| BackupId {
                created_ms,
                suffix: 0,
            });
            let free = |id: &BackupId| {
                !entries.backups.contains_key(&BackupKey {
                    table: table.clone(),
                    id: *id,
                })
            };
            ids.into_iter().find(free).unwrap_or(BackupId {
                created_ms: now_ms,
                suffix: 0,
            })
        })
    }
}
