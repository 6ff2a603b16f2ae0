//! DeleteBackup and the expiry of SYSTEM backups.
//!
//! A deletion is two commits: the record turns DELETED, the pin goes, the record goes. So a pin
//! in the archive without a record is never a deletion that was cut off, and can be taken as
//! what it is: a backup this server does not know yet.

use std::sync::Arc;

use anywhen_model::{BackupArn, Realm};

use super::{BackupKey, BackupKind, BackupRecord, BackupStatus, put, remove};
use crate::arn;
use crate::book::Entries;
use crate::error::RecoveryError;
use crate::realm::RealmRecovery;
use crate::wire_time;

/// The backup that an ARN names, as far as it is there.
pub(crate) fn find<'a>(
    entries: &'a Entries,
    arn: &BackupArn,
    text: &str,
) -> Result<&'a BackupRecord, RecoveryError> {
    let key = BackupKey {
        table: arn.table.clone(),
        id: arn.id,
    };
    entries
        .backups
        .get(&key)
        .ok_or_else(|| RecoveryError::BackupNotFound(text.to_owned()))
}

/// DescribeBackup over what a realm has.
pub(crate) fn describe(
    realm: &Realm,
    entries: &Entries,
    text: &str,
) -> Result<BackupRecord, RecoveryError> {
    let arn = arn::backup(realm, text)?;
    find(entries, &arn, text).cloned()
}

impl RealmRecovery {
    pub(crate) async fn delete_backup(
        self: &Arc<Self>,
        text: &str,
    ) -> Result<BackupRecord, RecoveryError> {
        let arn = arn::backup(&self.realm, text)?;
        // Admissions of restores look at the backup under this lock, too.
        let _turn = self.shared.admission.lock().await;
        let backup = self.book.read(|entries| {
            let backup = find(entries, &arn, text)?;
            check_deletable(&self.realm, entries, backup, text)?;
            Ok::<_, RecoveryError>(backup.clone())
        })?;
        self.discard(backup).await
    }

    /// Deletes a backup that may go.
    async fn discard(
        self: &Arc<Self>,
        backup: BackupRecord,
    ) -> Result<BackupRecord, RecoveryError> {
        let deleted = BackupRecord {
            status: BackupStatus::Deleted,
            ..backup
        };
        self.tables.system_commit(vec![put(&deleted)?]).await?;
        self.book
            .change(|entries| entries.backups.remove(&deleted.key()));
        let (realm, gone) = (Arc::clone(self), deleted.clone());
        self.shared
            .spawn(async move { realm.finish_discard(gone).await });
        Ok(deleted)
    }

    /// Lets go of a DELETED backup's history, then forgets its record.
    pub(crate) async fn finish_discard(self: Arc<Self>, backup: BackupRecord) {
        let key = backup.key();
        let finish = async {
            self.unpin(backup.table.id, &key.pin()).await?;
            self.tables.system_commit(vec![remove(&key)]).await?;
            Ok::<_, RecoveryError>(())
        };
        match finish.await {
            Ok(()) => tracing::info!(backup = %backup.arn(&self.realm), "backup deleted"),
            // Its record stays DELETED: the next start tries again.
            Err(error) => tracing::error!(
                backup = %backup.arn(&self.realm),
                %error,
                "the history of a deleted backup stays in the archive for now"
            ),
        }
    }

    /// Removes SYSTEM backups whose time is over and that no restore is using.
    pub(crate) async fn expire_backups(self: &Arc<Self>) -> Result<(), RecoveryError> {
        let _turn = self.shared.admission.lock().await;
        let now = self.shared.now();
        let over = |backup: &&BackupRecord| {
            backup.expires_at.is_some_and(|expires| expires <= now)
                && backup.status == BackupStatus::Available
        };
        let expired: Vec<BackupRecord> = self.book.read(|entries| {
            let idle = |backup: &&BackupRecord| user_of(entries, &backup.key()).is_none();
            entries
                .backups
                .values()
                .filter(over)
                .filter(idle)
                .cloned()
                .collect()
        });
        for backup in expired {
            tracing::info!(backup = %backup.arn(&self.realm), "backup expired");
            self.discard(backup).await?;
        }
        Ok(())
    }
}

/// The restore that is using a backup.
pub(crate) fn user_of<'a>(
    entries: &'a Entries,
    backup: &BackupKey,
) -> Option<&'a crate::restore::RunningRestore> {
    entries
        .restores
        .values()
        .find(|restore| restore.job.backup.as_ref() == Some(backup))
}

fn check_deletable(
    realm: &Realm,
    entries: &Entries,
    backup: &BackupRecord,
    text: &str,
) -> Result<(), RecoveryError> {
    if backup.kind == BackupKind::System {
        let expires = wire_time::milliseconds(backup.expires_at.unwrap_or_default());
        return Err(RecoveryError::invalid_request(format!(
            "User is not allowed to delete the system backup with arn {}. It will automatically \
             expire on {expires}",
            backup.arn(realm)
        )));
    }
    if user_of(entries, &backup.key()).is_some() {
        let text = format!("Backup is being used to restore table: {text}");
        return Err(RecoveryError::BackupInUse(text));
    }
    if backup.status == BackupStatus::Creating {
        return Err(RecoveryError::BackupInUse(
            "Backup is being created".to_owned(),
        ));
    }
    Ok(())
}
