//! ListBackups.

use anywhen_model::CommitTimestamp;
use anywhen_protocol::{Fault, Timestamp, shapes};
use anywhen_recovery::{BackupFilter, ListBackups};

use super::reply;
use crate::service::{Context, Done};
use crate::{backups, fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ListBackupsInput,
) -> Result<Done, Fault> {
    let instant = |at: Timestamp| {
        CommitTimestamp::from_micros(u64::try_from(at.as_micros()).unwrap_or_default())
    };
    let table = input.table_name.as_deref();
    let request = ListBackups {
        table: table
            .map(|table| items::table_name(context, Some(table)))
            .transpose()?,
        limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
        created_from: input.time_range_lower_bound.map(instant),
        created_before: input.time_range_upper_bound.map(instant),
        start_after_arn: input.exclusive_start_backup_arn,
        kind: match input.backup_type.as_deref() {
            Some("SYSTEM") => BackupFilter::System,
            Some("AWS_BACKUP") => BackupFilter::AwsBackup,
            Some("ALL") => BackupFilter::All,
            _ => BackupFilter::User,
        },
    };
    let page = context
        .recovery()
        .list_backups(&context.realm, &request)
        .await
        .map_err(fault::of_recovery)?;
    let summaries = page
        .backups
        .iter()
        .map(|backup| backups::summary(&context.realm, backup));
    reply(&shapes::ListBackupsOutput {
        backup_summaries: Some(summaries.collect()),
        last_evaluated_backup_arn: page.last_evaluated_arn,
    })
}
