//! DescribeBackup.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{backups, fault};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DescribeBackupInput,
) -> Result<Done, Fault> {
    let arn = input.backup_arn.unwrap_or_default();
    let backup = context
        .recovery()
        .describe_backup(&context.realm, &arn)
        .await
        .map_err(fault::of_recovery)?;
    let description = backups::description(&context.realm, &backup, arn);
    reply(&shapes::DescribeBackupOutput {
        backup_description: Some(description),
    })
}
