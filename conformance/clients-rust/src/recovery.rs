//! Backups and restores.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::DateTime;
use aws_sdk_dynamodb::types::{
    BackupStatus, IndexStatus, PointInTimeRecoverySpecification, PointInTimeRecoveryStatus,
    TableStatus,
};

use crate::table::{reading, s};
use crate::{Failure, until};

/// Makes a backup and waits for it; its ARN.
pub(crate) async fn back_up(client: &Client, table: &str) -> Result<String, Failure> {
    let made = client
        .create_backup()
        .table_name(table)
        .backup_name("rust")
        .send()
        .await?;
    let arn = made
        .backup_details
        .ok_or("CreateBackup describes nothing")?
        .backup_arn;
    until("the backup AVAILABLE", || async {
        let described = client.describe_backup().backup_arn(&arn).send().await?;
        let details = described
            .backup_description
            .and_then(|backup| backup.backup_details);
        Ok(details.is_some_and(|details| details.backup_status == BackupStatus::Available))
    })
    .await?;
    Ok(arn)
}

/// Switches point-in-time recovery on, puts reading 62, and changes it after the returned instant,
/// which is a whole number of milliseconds.
pub(crate) async fn change_from_here_on(
    client: &Client,
    table: &str,
) -> Result<SystemTime, Failure> {
    let on = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(true)
        .build()?;
    client
        .update_continuous_backups()
        .table_name(table)
        .point_in_time_recovery_specification(on)
        .send()
        .await?;
    until("the window open", || async {
        let described = client
            .describe_continuous_backups()
            .table_name(table)
            .send()
            .await?;
        let recovery = described
            .continuous_backups_description
            .and_then(|backups| backups.point_in_time_recovery_description)
            .ok_or("no description of point-in-time recovery")?;
        let enabled = Some(PointInTimeRecoveryStatus::Enabled);
        assert_eq!(recovery.point_in_time_recovery_status, enabled);
        let earliest = recovery
            .earliest_restorable_date_time
            .map(SystemTime::try_from);
        Ok(matches!(earliest, Some(Ok(earliest)) if SystemTime::now() > earliest))
    })
    .await?;
    let mut item = reading(62);
    client
        .put_item()
        .table_name(table)
        .set_item(Some(item.clone()))
        .send()
        .await?;
    let millis = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    // Not a whole second, so that the fraction counts.
    let millis = u64::try_from(millis)? + if millis % 1000 == 999 { 2 } else { 1 };
    let instant = UNIX_EPOCH + Duration::from_millis(millis);
    until("the instant gone by", || async {
        Ok(SystemTime::now() > instant + Duration::from_millis(1))
    })
    .await?;
    item.insert("state".into(), s("too late"));
    client
        .put_item()
        .table_name(table)
        .set_item(Some(item))
        .send()
        .await?;
    Ok(instant)
}

pub(crate) async fn restore_backup(
    client: &Client,
    backup: &str,
    target: &str,
) -> Result<(), Failure> {
    let restore = client
        .restore_table_from_backup()
        .backup_arn(backup)
        .target_table_name(target);
    restore.send().await?;
    active(client, target).await
}

pub(crate) async fn restore_instant(
    client: &Client,
    table: &str,
    instant: SystemTime,
    target: &str,
) -> Result<(), Failure> {
    let when = DateTime::from(instant);
    let restored = client
        .restore_table_to_point_in_time()
        .source_table_name(table)
        .target_table_name(target)
        .restore_date_time(when)
        .send()
        .await?;
    let summary = restored
        .table_description
        .and_then(|table| table.restore_summary);
    let shown = summary
        .ok_or("no summary of the restore")?
        .restore_date_time
        .as_secs_f64();
    // The SDK sends every digit of a time, and reads it as a double.
    let millis = instant.duration_since(UNIX_EPOCH)?.as_millis();
    assert_eq!((shown * 1000.0).round(), millis as f64);
    active(client, target).await
}

async fn active(client: &Client, table: &str) -> Result<(), Failure> {
    until("the restored table ACTIVE", || async {
        let described = client.describe_table().table_name(table).send().await?;
        let description = described.table.ok_or("DescribeTable describes nothing")?;
        if description.table_status != Some(TableStatus::Active) {
            return Ok(false);
        }
        for index in description.global_secondary_indexes() {
            assert_eq!(index.index_status, Some(IndexStatus::Active));
        }
        Ok(true)
    })
    .await
}
