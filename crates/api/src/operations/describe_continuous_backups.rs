//! DescribeContinuousBackups.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{backups, fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DescribeContinuousBackupsInput,
) -> Result<Done, Fault> {
    let table = items::table_name(context, input.table_name.as_deref())?;
    let state = context
        .recovery()
        .describe_continuous_backups(&context.realm, &table)
        .await
        .map_err(fault::of_recovery)?;
    reply(&shapes::DescribeContinuousBackupsOutput {
        continuous_backups_description: Some(backups::continuous(&state)),
    })
}
