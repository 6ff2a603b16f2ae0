//! CreateBackup.

use anywhen_model::BackupName;
use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{backups, fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::CreateBackupInput,
) -> Result<Done, Fault> {
    let table = items::table_name(context, input.table_name.as_deref())?;
    let name = BackupName::parse(input.backup_name.as_deref().unwrap_or_default())
        .map_err(|error| Fault::validation(error.to_string()))?;
    let backup = context
        .recovery()
        .create_backup(&context.realm, &table, &name)
        .await
        .map_err(fault::of_recovery)?;
    let arn = backup.arn(&context.realm).to_string();
    reply(&shapes::CreateBackupOutput {
        backup_details: Some(backups::details(&backup, arn)),
    })
}
