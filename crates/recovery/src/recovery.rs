//! The face of the crate: every operation by realm, opening, upkeep and closing.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_archive::{RealmStatus, Written};
use anywhen_model::{BackupName, CommitTimestamp, Realm, TableId, TableName};
use anywhen_table::{TableError, TableRecord};
use parking_lot::RwLock;
use tokio::sync::watch;

use crate::backup::{BackupPage, BackupRecord, ListBackups, describe};
use crate::book::Entries;
use crate::continuous::ContinuousBackups;
use crate::error::RecoveryError;
use crate::options::RecoveryOptions;
use crate::realm::RealmRecovery;
use crate::restore::{RestoreFromBackup, RestoreToPointInTime, sweep_spilled};
use crate::shared::Shared;

/// Backups, point-in-time recovery and restores of all realms of a server.
///
/// Dropping it stops nothing; [`Self::close`] does, and comes before the engine is closed.
pub struct Recovery {
    shared: Arc<Shared>,
    realms: RwLock<BTreeMap<Realm, Arc<RealmRecovery>>>,
    opening: tokio::sync::Mutex<()>,
}

impl Recovery {
    /// Claims the realms of the catalog and of the archive, starts their archivers, and takes
    /// up what earlier lives left: restores, deletions, spans, backups, and backups in the
    /// archive that this server does not know yet. Fails if the archive is not the one this
    /// server has used before, or cannot be read.
    pub async fn open(options: RecoveryOptions) -> Result<Arc<Self>, RecoveryError> {
        Self::open_over(Arc::new(Shared::new(options))).await
    }

    /// As [`Self::open`], after this process has used realms of the archive already.
    pub(crate) async fn open_over(shared: Arc<Shared>) -> Result<Arc<Self>, RecoveryError> {
        let recovery = Arc::new(Self {
            shared,
            realms: RwLock::default(),
            opening: tokio::sync::Mutex::default(),
        });
        match recovery.take_up().await {
            Ok(()) => Ok(recovery),
            Err(error) => {
                recovery.close().await;
                Err(error)
            }
        }
    }

    async fn take_up(self: &Arc<Self>) -> Result<(), RecoveryError> {
        let options = &self.shared.options;
        let in_archive = options.archive.realms().await?;
        for realm in &in_archive {
            self.realm(realm).await?;
        }
        for tables in options.tables.realms() {
            match self.realm(tables.realm()).await {
                // It has neither backups nor history: a full disk is no reason not to serve its
                // tables. Upkeep begins its part of the archive as soon as there is room.
                Err(RecoveryError::Table(TableError::ReadOnly(reason)))
                    if !in_archive.contains(tables.realm()) =>
                {
                    tracing::warn!(realm = %tables.realm(), reason, "cannot begin its history yet");
                }
                opened => drop(opened?),
            }
        }
        self.sweep_spilled()?;
        self.start_upkeep();
        Ok(())
    }

    /// CreateBackup. The answer is CREATING; the backup holds every write acknowledged before
    /// the call.
    pub async fn create_backup(
        &self,
        realm: &Realm,
        table: &TableName,
        name: &BackupName,
    ) -> Result<BackupRecord, RecoveryError> {
        let (realm, table, name) = (self.realm(realm).await?, table.clone(), name.clone());
        self.shared
            .run(async move { realm.create_backup(&table, &name).await })
            .await
    }

    /// DescribeBackup, by ARN as sent. Its Region may be another one; echo it as it was sent.
    #[expect(
        clippy::unused_async,
        reason = "operations are alike: a later one may have to wait"
    )]
    pub async fn describe_backup(
        &self,
        realm: &Realm,
        backup_arn: &str,
    ) -> Result<BackupRecord, RecoveryError> {
        self.look_up(realm, |entries| describe(realm, entries, backup_arn))
    }

    /// ListBackups.
    #[expect(
        clippy::unused_async,
        reason = "operations are alike: a later one may have to wait"
    )]
    pub async fn list_backups(
        &self,
        realm: &Realm,
        request: &ListBackups,
    ) -> Result<BackupPage, RecoveryError> {
        self.look_up(realm, |entries| request.page(realm, entries))
    }

    /// DeleteBackup, by ARN as sent. The answer is DELETED.
    pub async fn delete_backup(
        &self,
        realm: &Realm,
        backup_arn: &str,
    ) -> Result<BackupRecord, RecoveryError> {
        self.describe_backup(realm, backup_arn).await?;
        let (realm, arn) = (self.realm(realm).await?, backup_arn.to_owned());
        self.shared
            .run(async move { realm.delete_backup(&arn).await })
            .await
    }

    /// UpdateContinuousBackups. `period_days` is 1 to 35; absent is 35, or what it was if
    /// point-in-time recovery was on.
    pub async fn update_continuous_backups(
        &self,
        realm: &Realm,
        table: &TableName,
        enabled: bool,
        period_days: Option<u32>,
    ) -> Result<ContinuousBackups, RecoveryError> {
        let (realm, table) = (self.realm(realm).await?, table.clone());
        let update = async move {
            realm
                .update_continuous_backups(&table, enabled, period_days)
                .await
        };
        self.shared.run(update).await
    }

    /// DescribeContinuousBackups.
    pub async fn describe_continuous_backups(
        &self,
        realm: &Realm,
        table: &TableName,
    ) -> Result<ContinuousBackups, RecoveryError> {
        self.realm(realm)
            .await?
            .describe_continuous_backups(table)
            .await
    }

    /// DeleteTable. The answer is DELETING; a job does the rest.
    pub async fn delete_table(
        &self,
        realm: &Realm,
        table: &TableName,
    ) -> Result<TableRecord, RecoveryError> {
        let (realm, table) = (self.realm(realm).await?, table.clone());
        self.shared
            .run(async move { realm.delete_table(&table).await })
            .await
    }

    /// RestoreTableFromBackup. The answer is the target, CREATING.
    pub async fn restore_from_backup(
        &self,
        realm: &Realm,
        request: RestoreFromBackup,
    ) -> Result<TableRecord, RecoveryError> {
        let realm = self.realm(realm).await?;
        self.shared
            .run(async move { realm.restore_from_backup(request).await })
            .await
    }

    /// RestoreTableToPointInTime. The answer is the target, CREATING.
    pub async fn restore_to_point_in_time(
        &self,
        realm: &Realm,
        request: RestoreToPointInTime,
    ) -> Result<TableRecord, RecoveryError> {
        let realm = self.realm(realm).await?;
        self.shared
            .run(async move { realm.restore_to_point_in_time(request).await })
            .await
    }

    /// How far the archive of a realm has come, and what is wrong with it.
    pub async fn archive_status(
        &self,
        realm: &Realm,
    ) -> Result<watch::Receiver<RealmStatus>, RecoveryError> {
        Ok(self.realm(realm).await?.archive.status())
    }

    /// When a table with history was written, and how much; see [`RealmArchive::written`]. Empty if
    /// the archive has nothing of it. Nothing is opened for it.
    ///
    /// [`RealmArchive::written`]: anywhen_archive::RealmArchive::written
    pub async fn written(
        &self,
        realm: &Realm,
        table: TableId,
    ) -> Result<Vec<Written>, RecoveryError> {
        match self.known_realm(realm) {
            Some(realm) => Ok(realm.archive.written(table).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Everything of a realm that was committed at or before this is in the archive; `None` for a
    /// realm that is not in use.
    pub fn archived_through(&self, realm: &Realm) -> Option<CommitTimestamp> {
        let realm = self.known_realm(realm)?;
        Some(realm.archive.status().borrow().archived_through)
    }

    /// How long the oldest change that is not in the archive has waited, in microseconds, as far as
    /// is known; the longest of all realms. 0 while none waits. Blocks on the disk.
    pub fn archive_lag_micros(&self) -> u64 {
        let lags = self
            .open_realms()
            .into_iter()
            .map(|realm| realm.lag_micros());
        lags.max().unwrap_or_default()
    }

    /// Bytes of the newest manifests of all realms and of all objects that they name.
    pub fn archive_bytes(&self) -> u64 {
        let realms = self.open_realms().into_iter();
        realms.map(|realm| realm.archive.stored_bytes()).sum()
    }

    /// The realms that have tables, backups or history here.
    pub fn realms(&self) -> Vec<Realm> {
        self.realms.read().keys().cloned().collect()
    }

    /// What is done every [`crate::RecoveryLimits::upkeep_interval`]: windows move on, SYSTEM
    /// backups expire, the pins of running restores are renewed.
    pub async fn upkeep(&self) -> Result<(), RecoveryError> {
        // A realm that has tables, but neither backups nor history: its catalog is archived, too.
        for tables in self.shared.options.tables.realms() {
            self.realm(tables.realm()).await?;
        }
        for realm in self.open_realms() {
            realm.upkeep().await?;
        }
        Ok(())
    }

    /// Waits until every span of a realm is what the catalog says and everything committed so
    /// far is in the archive.
    pub(crate) async fn settle(&self, realm: &Realm) -> Result<(), RecoveryError> {
        let realm = self.realm(realm).await?;
        realm
            .book
            .until(|entries| entries.spans.is_empty().then_some(()))
            .await;
        realm.archived_through(realm.seal().await?).await?;
        realm.remember_head().await
    }

    /// Ends all jobs where they stand, to be taken up by the next life, flushes what the
    /// archive still lacks if it answers, and stops the archivers.
    pub async fn close(&self) {
        self.shared.stop().await;
        for realm in self.open_realms() {
            let archiver = realm.archiver.lock().take();
            if let Some(archiver) = archiver {
                archiver.stop().await;
            }
        }
    }

    /// Looks something up. Nothing is opened for it: a realm that is not open has no backups.
    fn look_up<T>(&self, realm: &Realm, look: impl FnOnce(&Entries) -> T) -> T {
        match self.known_realm(realm) {
            Some(realm) => realm.book.read(look),
            None => look(&Entries::default()),
        }
    }

    /// The realm; opened, and on first use made, if need be.
    async fn realm(&self, realm: &Realm) -> Result<Arc<RealmRecovery>, RecoveryError> {
        if let Some(known) = self.known_realm(realm) {
            return Ok(known);
        }
        let _turn = self.opening.lock().await;
        if let Some(known) = self.known_realm(realm) {
            return Ok(known);
        }
        let opened = RealmRecovery::open(&self.shared, realm).await?;
        self.realms
            .write()
            .insert(realm.clone(), Arc::clone(&opened));
        Ok(opened)
    }

    fn known_realm(&self, realm: &Realm) -> Option<Arc<RealmRecovery>> {
        self.realms.read().get(realm).cloned()
    }

    #[cfg(test)]
    pub(crate) fn known_realm_for_tests(&self, realm: &Realm) -> Arc<RealmRecovery> {
        self.known_realm(realm).expect("the realm is open")
    }

    fn open_realms(&self) -> Vec<Arc<RealmRecovery>> {
        self.realms.read().values().cloned().collect()
    }

    /// Tables that are being restored keep what they have sorted on disk.
    fn sweep_spilled(&self) -> Result<(), RecoveryError> {
        let realms = self.open_realms();
        sweep_spilled(&self.shared.options.spill_directory, |target| {
            realms.iter().any(|realm| realm.is_restoring(target))
        })
    }

    fn start_upkeep(self: &Arc<Self>) {
        let recovery = Arc::downgrade(self);
        let mut interval = tokio::time::interval(self.shared.options.limits.upkeep_interval);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.shared.spawn(async move {
            loop {
                interval.tick().await;
                let Some(recovery) = recovery.upgrade() else {
                    return;
                };
                if let Err(error) = recovery.upkeep().await {
                    tracing::warn!(%error, "upkeep failed, will try again");
                }
            }
        });
    }
}

impl std::fmt::Debug for Recovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recovery")
            .field("realms", &self.open_realms())
            .finish_non_exhaustive()
    }
}
