//! Backups as clients see them.
//!
//! Members that do not apply are absent. A SYSTEM backup shows no features of its table,
//! whatever it had; they are kept all the same and come back with a restore.

use anywhen_model::Realm;
use anywhen_protocol::shapes;
use anywhen_recovery::{BackupKind, BackupRecord, BackupStatus, ContinuousBackups};
use anywhen_table::{IndexKind, TimeToLiveStatus};

use crate::{describe, streams};

fn status(status: BackupStatus) -> String {
    match status {
        BackupStatus::Creating => "CREATING",
        BackupStatus::Available => "AVAILABLE",
        BackupStatus::Deleted => "DELETED",
    }
    .to_owned()
}

fn kind(kind: BackupKind) -> String {
    match kind {
        BackupKind::User => "USER",
        BackupKind::System => "SYSTEM",
    }
    .to_owned()
}

/// `BackupDetails`, under the ARN the caller used.
pub(crate) fn details(backup: &BackupRecord, arn: String) -> shapes::BackupDetails {
    shapes::BackupDetails {
        backup_arn: Some(arn),
        backup_name: Some(backup.name.clone()),
        backup_size_bytes: Some(backup.size_bytes as i64),
        backup_status: Some(status(backup.status)),
        backup_type: Some(kind(backup.kind)),
        backup_creation_date_time: Some(describe::timestamp(backup.created_at())),
        backup_expiry_date_time: backup.expires_at.map(describe::timestamp),
    }
}

/// `BackupDescription`, under the ARN the caller used.
pub(crate) fn description(
    realm: &Realm,
    backup: &BackupRecord,
    arn: String,
) -> shapes::BackupDescription {
    let table = &backup.table;
    shapes::BackupDescription {
        backup_details: Some(details(backup, arn)),
        source_table_details: Some(shapes::SourceTableDetails {
            table_name: Some(table.name.to_string()),
            table_id: Some(table.id.to_string()),
            table_arn: Some(describe::table_arn(realm, table.name.as_str())),
            table_size_bytes: Some(backup.size_bytes as i64),
            key_schema: Some(describe::key_schema(&table.key_schema)),
            table_creation_date_time: Some(describe::timestamp(table.created_at)),
            provisioned_throughput: Some(describe::throughput(&table.throughput)),
            on_demand_throughput: table.on_demand.as_ref().map(describe::on_demand_throughput),
            item_count: Some(backup.item_count as i64),
            billing_mode: Some(describe::billing_mode(table.billing_mode).to_owned()),
        }),
        source_table_feature_details: Some(features(backup)),
    }
}

fn features(backup: &BackupRecord) -> shapes::SourceTableFeatureDetails {
    if backup.kind == BackupKind::System {
        return shapes::SourceTableFeatureDetails::default();
    }
    let indexes = |kind| {
        backup
            .table
            .indexes
            .iter()
            .filter(move |index| index.kind == kind)
    };
    let local = indexes(IndexKind::Local).map(|index| shapes::LocalSecondaryIndexInfo {
        index_name: Some(index.name.to_string()),
        key_schema: Some(describe::key_schema(&index.key_schema)),
        projection: Some(describe::projection(&index.projection)),
    });
    let global = indexes(IndexKind::Global).map(|index| shapes::GlobalSecondaryIndexInfo {
        index_name: Some(index.name.to_string()),
        key_schema: Some(describe::key_schema(&index.key_schema)),
        projection: Some(describe::projection(&index.projection)),
        provisioned_throughput: Some(describe::throughput(&index.throughput)),
        on_demand_throughput: index.on_demand.as_ref().map(describe::on_demand_throughput),
    });
    shapes::SourceTableFeatureDetails {
        local_secondary_indexes: describe::non_empty(local.collect()),
        global_secondary_indexes: describe::non_empty(global.collect()),
        sse_description: describe::sse_description(&backup.table.encryption),
        stream_description: backup
            .table
            .settings
            .stream
            .as_ref()
            .and_then(streams::shown),
        time_to_live_description: backup
            .table
            .settings
            .time_to_live
            .as_ref()
            .map(|setting| describe::time_to_live(&TimeToLiveStatus::of(Some(setting)))),
        ..Default::default()
    }
}

/// One entry of ListBackups.
pub(crate) fn summary(realm: &Realm, backup: &BackupRecord) -> shapes::BackupSummary {
    shapes::BackupSummary {
        table_name: Some(backup.table.name.to_string()),
        table_id: Some(backup.table.id.to_string()),
        table_arn: Some(describe::table_arn(realm, backup.table.name.as_str())),
        backup_arn: Some(backup.arn(realm).to_string()),
        backup_name: Some(backup.name.clone()),
        backup_creation_date_time: Some(describe::timestamp(backup.created_at())),
        backup_expiry_date_time: backup.expires_at.map(describe::timestamp),
        backup_status: Some(status(backup.status)),
        backup_type: Some(kind(backup.kind)),
        backup_size_bytes: Some(backup.size_bytes as i64),
    }
}

/// `ContinuousBackupsDescription`. Continuous backups themselves are always enabled.
pub(crate) fn continuous(backups: &ContinuousBackups) -> shapes::ContinuousBackupsDescription {
    let point_in_time = match &backups.pitr {
        None => shapes::PointInTimeRecoveryDescription {
            point_in_time_recovery_status: Some("DISABLED".to_owned()),
            ..Default::default()
        },
        Some(enabled) => shapes::PointInTimeRecoveryDescription {
            point_in_time_recovery_status: Some("ENABLED".to_owned()),
            recovery_period_in_days: i32::try_from(enabled.recovery_period_days).ok(),
            earliest_restorable_date_time: enabled
                .window
                .map(|window| describe::timestamp(window.earliest)),
            latest_restorable_date_time: enabled
                .window
                .map(|window| describe::timestamp(window.latest)),
        },
    };
    shapes::ContinuousBackupsDescription {
        continuous_backups_status: Some("ENABLED".to_owned()),
        point_in_time_recovery_description: Some(point_in_time),
    }
}
