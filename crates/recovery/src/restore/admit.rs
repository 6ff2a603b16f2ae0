//! Admission: every check of a restore request in its order, then the target.
//!
//! The order for a point in time is DynamoDB's as far as it is known (the rest is noted in
//! docs/differences.md): form of the encryption override, time members, source members, form
//! and account of a source ARN, other Regions, source, point-in-time recovery, window,
//! overrides, key, target's name, limit. For a backup: form of the encryption override, form
//! and account of the ARN, other Regions, backup, overrides, key, target's name, backup in use,
//! limit. After any failure there is no target.

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Realm, Region, TableArn, TableName};
use anywhen_table::{
    Encryption, RestoreRecord, RestoreTarget, SystemChange, TableError, TableRecord, TableStatus,
};

use super::overrides::target_definition;
use super::progress::JobRecords;
use super::run::RestoreSlot;
use super::{
    RestoreFromBackup, RestoreJob, RestoreOverrides, RestoreToPointInTime, RunningRestore,
};
use crate::arn;
use crate::backup::{BackupRecord, BackupStatus, find, user_of};
use crate::book::{Hold, Needs};
use crate::error::RecoveryError;
use crate::realm::RealmRecovery;

impl RealmRecovery {
    pub(crate) async fn restore_from_backup(
        self: &Arc<Self>,
        request: RestoreFromBackup,
    ) -> Result<TableRecord, RecoveryError> {
        check_encryption_form(&request.overrides)?;
        let arn = arn::backup(&self.realm, &request.backup_arn)?;
        check_region(&self.realm, &arn.realm.region, &request.overrides)?;
        let _turn = self.shared.admission.lock().await;
        let backup = self.book.read(|entries| {
            let backup = find(entries, &arn, &request.backup_arn)?;
            if backup.status == BackupStatus::Creating {
                return Err(RecoveryError::BackupInUse(
                    "Backup is being created".to_owned(),
                ));
            }
            Ok(backup.clone())
        })?;
        let shown = RestoreRecord {
            source_backup_arn: Some(request.backup_arn.clone()),
            source_table_arn: Some(self.table_arn(&backup.table.name)),
            at: backup.created_at(),
        };
        let target = target_of(&backup.table, &request.target, &request.overrides, shown)?;
        self.check_name(&request.target)?;
        self.check_backup_idle(&backup, &request.backup_arn)?;
        let job = RestoreJob {
            target: request.target,
            at: backup.at,
            backup: Some(backup.key()),
            source: backup.table,
            source_arn: request.backup_arn,
            pin: self.new_pin(),
        };
        // The backup's own pin keeps the instant.
        self.create_target(target, job, None).await
    }

    pub(crate) async fn restore_to_point_in_time(
        self: &Arc<Self>,
        request: RestoreToPointInTime,
    ) -> Result<TableRecord, RecoveryError> {
        check_encryption_form(&request.overrides)?;
        let wanted = Instant::of(&request)?;
        let source = self.source_of(&request)?;
        let _turn = self.shared.admission.lock().await;
        let (record, hold) = self.hold_source(&source)?;
        let at = self.instant(&record, wanted).await?;
        let source_arn = self.table_arn(&record.name);
        let shown = RestoreRecord {
            source_backup_arn: None,
            source_table_arn: Some(source_arn.clone()),
            at,
        };
        let target = target_of(&record, &request.target, &request.overrides, shown)?;
        self.check_name(&request.target)?;
        let job = RestoreJob {
            target: request.target,
            source: record,
            at,
            backup: None,
            source_arn,
            pin: self.new_pin(),
        };
        self.create_target(target, job, Some(hold)).await
    }

    /// The source's description, and a hold on its history.
    fn hold_source(&self, source: &Source) -> Result<(TableRecord, Hold), RecoveryError> {
        let table = self
            .tables
            .table(&source.name)
            .map_err(|_| source.not_found())?;
        if table.record().status == TableStatus::Creating {
            return Err(source.not_found());
        }
        let hold = self
            .book
            .hold(table.id(), Needs::Span)
            .ok_or_else(|| source.not_found())?;
        // Read again now that its history cannot go away.
        let table = self
            .tables
            .table_by_id(table.id())
            .ok_or_else(|| source.not_found())?;
        Ok((table.record().clone(), hold))
    }

    /// The instant to restore, which is in the source's window.
    async fn instant(
        &self,
        source: &TableRecord,
        wanted: Instant,
    ) -> Result<CommitTimestamp, RecoveryError> {
        let history = source
            .history
            .as_ref()
            .ok_or_else(|| RecoveryError::PointInTimeRecoveryUnavailable(source.name.clone()))?;
        let reach = self.reach(source.id, history).await?;
        let reach =
            reach.ok_or_else(|| RecoveryError::PointInTimeRecoveryPending(source.name.clone()))?;
        match wanted {
            Instant::Latest => Ok(reach.through.max(reach.opened)),
            Instant::At(at) if reach.contains(at) => Ok(at),
            Instant::At(at) => Err(RecoveryError::outside_window(
                at,
                reach.earliest,
                reach.latest(),
            )),
        }
    }

    /// The source as the request names it.
    fn source_of(&self, request: &RestoreToPointInTime) -> Result<Source, RecoveryError> {
        match (&request.source_name, &request.source_arn) {
            (Some(_), Some(_)) => Err(RecoveryError::invalid_request(
                "Must provide exactly one of: sourceTableArn, sourceTableName",
            )),
            (None, None) => Err(RecoveryError::Validation(
                "The parameter 'TableName' is required but was not present in the request"
                    .to_owned(),
            )),
            (Some(name), None) => Ok(Source {
                name: name.clone(),
                by_arn: false,
            }),
            (None, Some(text)) => {
                let arn = arn::source_table(&self.realm, text)?;
                check_region(&self.realm, &arn.realm.region, &request.overrides)?;
                Ok(Source {
                    name: arn.table,
                    by_arn: true,
                })
            }
        }
    }

    fn table_arn(&self, table: &TableName) -> String {
        TableArn {
            realm: self.realm.clone(),
            table: table.clone(),
        }
        .to_string()
    }

    fn new_pin(&self) -> String {
        format!("restore-{:032x}", u128::from_be_bytes(self.shared.random()))
    }

    fn check_name(&self, target: &TableName) -> Result<(), RecoveryError> {
        if self.tables.table(target).is_err() {
            return Ok(());
        }
        self.book
            .read(|entries| match entries.restores.get(target) {
                Some(running) => Err(RecoveryError::TableInUse(format!(
                    "Table: {target} is already being restored from {}: {}",
                    if running.job.backup.is_some() {
                        "backup"
                    } else {
                        "table"
                    },
                    running.job.source_arn
                ))),
                None => Err(RecoveryError::TableAlreadyExists(target.clone())),
            })
    }

    fn check_backup_idle(&self, backup: &BackupRecord, text: &str) -> Result<(), RecoveryError> {
        self.book
            .read(|entries| match user_of(entries, &backup.key()) {
                None => Ok(()),
                Some(_) => Err(RecoveryError::BackupInUse(format!(
                    "Backup is being used to restore another table: {text}"
                ))),
            })
    }

    /// Creates the target and starts the job, within the account's limit.
    async fn create_target(
        self: &Arc<Self>,
        target: RestoreTarget,
        job: RestoreJob,
        hold: Option<Hold>,
    ) -> Result<TableRecord, RecoveryError> {
        let slot = RestoreSlot::within_limit(&self.shared, &self.realm.account)?;
        let record = JobRecords::of(&job.target).put_job(&job)?;
        let table = self.create_in_catalog(target, record).await?;
        let running = RunningRestore {
            job: job.clone(),
            pinned_at: None,
            _slot: slot,
        };
        self.book
            .change(|entries| entries.restores.insert(job.target.clone(), running));
        self.start_restore(job, hold);
        Ok(table)
    }

    async fn create_in_catalog(
        &self,
        target: RestoreTarget,
        job: SystemChange,
    ) -> Result<TableRecord, RecoveryError> {
        let name = target.name.clone();
        match self.tables.create_restore_target(target, vec![job]).await {
            Ok((table, _)) => Ok(table.record().clone()),
            // Somebody created a table of this name since the check.
            Err(TableError::ResourceInUse(_)) => Err(RecoveryError::TableAlreadyExists(name)),
            Err(error) => Err(error.into()),
        }
    }
}

/// The target's definition, with the overrides and the key judged.
fn target_of(
    source: &TableRecord,
    name: &TableName,
    overrides: &RestoreOverrides,
    shown: RestoreRecord,
) -> Result<RestoreTarget, RecoveryError> {
    // An index that was being added is restored whole, one that was being dropped is not.
    let source = &source.clone().settled();
    let definition = target_definition(source, overrides)?;
    let managed_encryption = match &overrides.encryption {
        Some(encryption) => encryption.managed()?,
        None => matches!(source.encryption, Encryption::AwsManaged { .. }),
    };
    Ok(RestoreTarget {
        name: name.clone(),
        source: source.clone(),
        billing_mode: definition.billing_mode,
        throughput: definition.throughput,
        on_demand: definition.on_demand,
        indexes: definition.indexes,
        managed_encryption,
        restore: shown,
    })
}

/// A source table as a request names it.
struct Source {
    name: TableName,
    by_arn: bool,
}

impl Source {
    fn not_found(&self) -> RecoveryError {
        if self.by_arn {
            return RecoveryError::TableNotFound("Table not found".to_owned());
        }
        RecoveryError::table_not_found(&self.name)
    }
}

/// The instant that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Instant {
    Latest,
    At(CommitTimestamp),
}

impl Instant {
    fn of(request: &RestoreToPointInTime) -> Result<Self, RecoveryError> {
        match (request.restore_at, request.use_latest) {
            (Some(_), Some(true)) => Err(RecoveryError::invalid_request(
                "Both RestoreDateTime and UseLatestRestorableTime cannot be set for point-in-time \
                 restore request. Please specify either RestoreDateTime time or \
                 UseLatestRestorableTime",
            )),
            (None, None | Some(false)) => Err(RecoveryError::invalid_request(
                "Either one of RestoreDateTime or UseLatestRestorableTime must be specified, but \
                 not both",
            )),
            (Some(at), None | Some(false)) => Ok(Self::At(at)),
            (None, Some(true)) => Ok(Self::Latest),
        }
    }
}

fn check_encryption_form(overrides: &RestoreOverrides) -> Result<(), RecoveryError> {
    overrides
        .encryption
        .as_ref()
        .map_or(Ok(()), super::EncryptionOverride::check_form)
}

/// Why a restore into another Region is refused.
pub const NO_OTHER_REGION: &str =
    "restores into another Region are not available on this server yet";

/// A source in another Region is refused by name; what AWS would complain about comes first.
fn check_region(
    realm: &Realm,
    source: &Region,
    overrides: &RestoreOverrides,
) -> Result<(), RecoveryError> {
    if *source == realm.region {
        return Ok(());
    }
    Err(RecoveryError::invalid_request(match overrides.encryption {
        None => "sseSpecificationOverride must be provided for cross-region restores",
        Some(_) => NO_OTHER_REGION,
    }))
}
