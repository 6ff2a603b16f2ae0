//! Opening a realm: what earlier lives left is taken up, and what the archive knows is learnt.
//!
//! The order matters. Holds of restores and backups that have not pinned their instant yet come
//! first, so that nothing that is started next deletes what they need. Then the backups are
//! brought into line with the archive: a pin this server has no record of is a backup it does not
//! know, from another server's life or its own lost one, and becomes its own. Then spans,
//! deletions, restores.
//!
//! Always true: a realm serves under an epoch of its own, and its commits come after everything
//! that the archive holds ([`RealmRecovery::pass_archived`]).

use std::sync::Arc;

use anywhen_archive::{PinKind, TableKeys};
use anywhen_model::{CommitTimestamp, Realm, TableId};
use anywhen_table::{RealmTables, SystemStore, Table, TableError, TableStatus};

use crate::backup::{BackupKind, BackupRecord, BackupStatus, Begun, Source};
use crate::book::{Entries, Hold, Needs};
use crate::continuous::read_floor;
use crate::error::RecoveryError;
use crate::realm::{CatalogKeys, FUTURE_POLL, RealmRecovery, key_of};
use crate::recover::refuse_unfinished;
use crate::remembered::{Continuity, Remembered};
use crate::restore::{RestoreJob, RestoreSlot, RunningRestore, load_jobs};
use crate::shared::Shared;

/// How far this server's clock may be behind what is in the archive.
const CLOCK_LAG_MICROS_MAX: u64 = 10_000_000;

impl RealmRecovery {
    pub(crate) async fn open(
        shared: &Arc<Shared>,
        realm: &Realm,
    ) -> Result<Arc<Self>, RecoveryError> {
        let options = &shared.options;
        let tables = options.tables.realm(realm).await?;
        refuse_unfinished(&tables)?;
        let remembered = Remembered::load(shared, &tables).await?;
        // Before the realm is claimed: a server that must not go on fences nobody.
        let continuity = remembered.look(shared, realm).await?;
        let archive = &options.archive;
        let archive = archive
            .open_realm_as(realm.clone(), &remembered.writer)
            .await?;
        shared.opened.lock().insert(realm.clone());
        let jobs = load_jobs(&tables)?;
        let opened = Self::over(shared, tables, archive);
        opened
            .book
            .change(|entries| load_book(&opened.tables, entries))?;
        opened.pass(opened.archive.head().archived_through).await?;
        opened.end_broken_spans(&continuity).await?;
        opened.keep_catalog(&remembered, &continuity).await?;
        match opened.remember_head().await {
            // A full disk is no reason to serve nothing; upkeep remembers it later.
            Err(RecoveryError::Table(TableError::ReadOnly(reason))) => {
                tracing::warn!(reason, "cannot remember how far the archive has come");
            }
            remembered => remembered?,
        }
        let restores = opened.enter_restores(jobs);
        // Another server's restores may still read by theirs, which expire.
        let stale = if remembered.is_alone(&continuity) {
            opened.stale_pins().await?
        } else {
            Vec::new()
        };
        opened.look_for_successor().await;
        // Spans that begin anew are announced before the archiver passes their first changes.
        let announced = opened.announce_spans();
        opened.start_archiver();
        let held = opened.hold_spans_of_backups();
        opened.take_up_spans(announced).await?;
        opened.shared.failpoint("resume::before_backups").await?;
        opened.take_up_backups(&continuity).await?;
        drop(held);
        opened.take_up_deletions();
        opened.take_up_restores(restores).await;
        opened.release_pins(stale);
        opened.watch_fence();
        Ok(opened)
    }

    /// Waits until this server's commits come after everything in the archive: what came before
    /// would never be archived. Only a clock that lags behind the other server's makes it wait.
    pub(crate) async fn pass(
        &self,
        archived: CommitTimestamp,
    ) -> Result<CommitTimestamp, RecoveryError> {
        loop {
            let sealed = self.seal().await?;
            if sealed > archived {
                return Ok(sealed);
            }
            if archived.as_micros() - sealed.as_micros() > CLOCK_LAG_MICROS_MAX {
                return Err(RecoveryError::Internal(format!(
                    "the archive of {} reaches {archived}, but this server's clock shows {sealed}; \
                     set the clock",
                    self.realm
                )));
            }
            tokio::time::sleep(FUTURE_POLL).await;
        }
    }

    /// The claim may be long ago by now. If the store does not answer, writes to tables with history
    /// wait until the archiver has looked.
    async fn look_for_successor(&self) {
        if let Err(error) = self.archive.look().await {
            let realm = &self.realm;
            tracing::warn!(%realm, %error, "cannot make sure that the archive is still this server's");
        }
    }

    fn start_archiver(&self) {
        let options = &self.shared.options;
        let keys: Arc<dyn TableKeys> = Arc::new(CatalogKeys::of(self));
        let engine = Arc::clone(&options.engine);
        let handle =
            self.archive
                .spawn_archiver(engine, self.tables.log(), keys, options.archiver.clone());
        *self.archiver.lock() = Some(handle);
    }

    /// Once another server has taken over the archive, or may have, writes whose history nobody
    /// would keep are refused.
    fn watch_fence(&self) {
        let archive = Arc::clone(&self.archive);
        self.tables
            .set_history_gate(Box::new(move || archive.history_refusal()));
        let mut status = self.archive.status();
        let tables = Arc::clone(&self.tables);
        self.shared.spawn(async move {
            let fenced = status.wait_for(|status| status.fenced.is_some()).await;
            let Ok(reason) = fenced.map(|status| status.fenced.clone()) else {
                return;
            };
            tables.refuse_history_writes(reason);
        });
    }

    /// Enters stored restores whose targets are still there, holding what they need.
    fn enter_restores(self: &Arc<Self>, jobs: Vec<RestoreJob>) -> Vec<(RestoreJob, Option<Hold>)> {
        let mut entered = Vec::new();
        for job in jobs {
            let hold = match job.backup {
                None => self.book.hold(job.source.id, Needs::Span),
                Some(_) => None,
            };
            let slot = RestoreSlot::take(&self.shared, &self.realm.account);
            let running = RunningRestore {
                job: job.clone(),
                pinned_at: None,
                _slot: slot,
            };
            self.book
                .change(|entries| entries.restores.insert(job.target.clone(), running));
            entered.push((job, hold));
        }
        entered
    }

    async fn take_up_restores(self: &Arc<Self>, restores: Vec<(RestoreJob, Option<Hold>)>) {
        for (job, hold) in restores {
            tracing::info!(table = %job.target, "taking up a restore");
            self.start_restore(job, hold);
        }
        self.remove_orphans().await;
    }

    /// Lets go of pins of restores that are gone; what stays expires.
    fn release_pins(self: &Arc<Self>, pins: Vec<(TableId, String)>) {
        if pins.is_empty() {
            return;
        }
        let realm = Arc::clone(self);
        self.shared.spawn(async move {
            for (table, pin) in pins {
                tracing::info!(%table, pin, "the restore that held this pin is gone");
                if let Err(error) = realm.unpin(table, &pin).await {
                    tracing::warn!(%error, "the pin of a restore stays until it expires");
                }
            }
        });
    }

    /// Removes targets that no stored job fills.
    async fn remove_orphans(&self) {
        for table in self.tables.tables() {
            let record = table.record();
            let known = self
                .book
                .read(|entries| entries.restores.contains_key(&record.name));
            if record.status == TableStatus::Creating && !known {
                tracing::error!(table = %record.name, "removing a restore target without a job");
                if let Err(error) = self.tables.drop_restore_target(record.id, Vec::new()).await {
                    tracing::error!(%error, "the target stays for now");
                }
            }
        }
    }

    /// Whether a restore fills this table.
    pub(crate) fn is_restoring(&self, target: TableId) -> bool {
        self.tables.table_by_id(target).is_some_and(|table| {
            self.book
                .read(|entries| entries.restores.contains_key(&table.record().name))
        })
    }

    /// Tables whose history is to be kept but whose span was never opened, announced.
    fn announce_spans(&self) -> Vec<(Arc<Table>, anywhen_archive::PendingSpan)> {
        let tables = self.tables.tables().into_iter();
        let unopened = tables.filter(|table| {
            table.record().history.is_some() && self.archive.span(table.id()).is_none()
        });
        unopened
            .map(|table| {
                let announced = self.archive.announce_span(table.id(), key_of(&table));
                (table, announced)
            })
            .collect()
    }

    /// Brings the archive's spans into line with the catalog.
    async fn take_up_spans(
        self: &Arc<Self>,
        announced: Vec<(Arc<Table>, anywhen_archive::PendingSpan)>,
    ) -> Result<(), RecoveryError> {
        for (table, announced) in announced {
            tracing::warn!(
                table = %table.record().name,
                "the history of this table was not begun before the server ended; it begins now"
            );
            let history = table.record().history.as_ref();
            if history.is_some_and(|history| history.span_at.is_some()) {
                // Of the span that was broken off.
                self.set_span(table.id(), None).await?;
            }
            self.start_span(announced, &table)?;
        }
        for table in self.tables.tables() {
            let (id, span) = (table.id(), self.archive.span(table.id()));
            match (&table.record().history, span) {
                (Some(history), Some(span)) if history.span_at != Some(span.opened_at) => {
                    self.set_span(id, Some(span.opened_at)).await?;
                }
                (None, Some(_)) => self.start_closing(id),
                _ => {}
            }
        }
        Ok(())
    }

    fn take_up_deletions(self: &Arc<Self>) {
        for table in self.tables.tables() {
            if table.record().status == TableStatus::Deleting {
                self.start_deletion(table.id(), None);
            }
        }
    }

    /// Holds what backups that are not made yet may need. It ends when each of them has a hold of
    /// its own, or is given up.
    fn hold_spans_of_backups(&self) -> Vec<Hold> {
        let creating: Vec<TableId> = self.book.read(|entries| {
            let backups = entries.backups.values();
            backups
                .filter(|backup| backup.status == BackupStatus::Creating)
                .map(|backup| backup.table.id)
                .collect()
        });
        let holds = creating.into_iter();
        holds
            .filter_map(|table| self.book.hold(table, Needs::Span))
            .collect()
    }

    /// Brings the backups into line with the archive's pins.
    async fn take_up_backups(
        self: &Arc<Self>,
        continuity: &Continuity,
    ) -> Result<(), RecoveryError> {
        self.adopt_backups().await?;
        let backups: Vec<BackupRecord> = self
            .book
            .read(|entries| entries.backups.values().cloned().collect());
        for backup in backups {
            let pinned = self.has_backup_pin(backup.table.id, &backup.key().pin());
            match backup.status {
                BackupStatus::Available if !pinned && *continuity == Continuity::Adopted => {
                    tracing::error!(
                        backup = %backup.arn(&self.realm),
                        "this backup is in the archive before, and is removed"
                    );
                    self.abandon_backup(&backup).await;
                }
                BackupStatus::Available if !pinned => tracing::error!(
                    backup = %backup.arn(&self.realm),
                    "the archive does not hold this backup any more"
                ),
                BackupStatus::Available => {}
                BackupStatus::Creating => self.take_up_backup(backup, pinned).await?,
                BackupStatus::Deleted => {
                    self.book
                        .change(|entries| entries.backups.remove(&backup.key()));
                    let realm = Arc::clone(self);
                    self.shared
                        .spawn(async move { realm.finish_discard(backup).await });
                }
            }
        }
        Ok(())
    }

    /// Enters the backups that the archive holds and this server does not know.
    async fn adopt_backups(&self) -> Result<(), RecoveryError> {
        let timelines = self.archive.timelines().await?;
        let tables = timelines
            .iter()
            .filter(|timeline| timeline.table != TableId::SYSTEM);
        let pins = tables.flat_map(|timeline| &timeline.pins);
        for pin in pins.filter(|pin| pin.kind == PinKind::Backup) {
            let backup = match BackupRecord::decode(&pin.record) {
                Ok(backup) => backup,
                Err(error) => {
                    tracing::error!(pin = %pin.id, %error, "a backup in the archive is unreadable");
                    continue;
                }
            };
            if self
                .book
                .read(|entries| !entries.backups.contains_key(&backup.key()))
            {
                tracing::info!(backup = %backup.arn(&self.realm), "found in the archive");
                self.enter_backup(&backup).await?;
            }
        }
        Ok(())
    }

    async fn take_up_backup(
        self: &Arc<Self>,
        backup: BackupRecord,
        pinned: bool,
    ) -> Result<(), RecoveryError> {
        if pinned {
            let available = BackupRecord {
                status: BackupStatus::Available,
                ..backup
            };
            return self.enter_backup(&available).await;
        }
        // The deletion that it belongs to takes it up.
        if backup.kind == BackupKind::System {
            return Ok(());
        }
        let id = backup.table.id;
        // A span that is there may have ended before the backup, and only wait to be closed.
        let kept = backup.table.history.is_some()
            && self
                .archive
                .span(id)
                .is_some_and(|span| span.earliest <= backup.at);
        if let Some(hold) = self.book.hold(id, Needs::Span).filter(|_| kept) {
            let realm = Arc::clone(self);
            let begun = Begun {
                record: backup,
                source: Source::History,
                hold,
            };
            self.shared
                .spawn(async move { realm.make_backup(begun).await });
        } else {
            tracing::error!(
                backup = %backup.arn(&self.realm),
                "the server ended before this backup was made, and what it was to hold is gone; \
                 it is removed"
            );
            self.abandon_backup(&backup).await;
        }
        Ok(())
    }

    pub(crate) async fn upkeep(self: &Arc<Self>) -> Result<(), RecoveryError> {
        self.check_archive().await?;
        self.remember_head().await?;
        self.renew_pins().await?;
        self.expire_backups().await?;
        self.move_windows().await?;
        self.move_catalog_window().await
    }
}

fn load_book(tables: &RealmTables, entries: &mut Entries) -> Result<(), RecoveryError> {
    for (_, value) in tables.system_list(SystemStore::BACKUPS, b"")? {
        let record = BackupRecord::decode(&value)?;
        entries.backups.insert(record.key(), record);
    }
    for (key, value) in tables.system_list(SystemStore::WINDOW_FLOORS, b"")? {
        entries.floors.extend(read_floor(&key, &value));
    }
    Ok(())
}
