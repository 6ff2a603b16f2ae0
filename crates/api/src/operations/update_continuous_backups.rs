//! UpdateContinuousBackups: turn point-in-time recovery on or off, or change its period.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{backups, fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::UpdateContinuousBackupsInput,
) -> Result<Done, Fault> {
    let table = items::table_name(context, input.table_name.as_deref())?;
    let specification = input
        .point_in_time_recovery_specification
        .unwrap_or_default();
    let enabled = specification
        .point_in_time_recovery_enabled
        .unwrap_or(false);
    let period_days = specification
        .recovery_period_in_days
        .and_then(|days| u32::try_from(days).ok());
    let state = context
        .recovery()
        .update_continuous_backups(&context.realm, &table, enabled, period_days)
        .await
        .map_err(fault::of_recovery)?;
    reply(&shapes::UpdateContinuousBackupsOutput {
        continuous_backups_description: Some(backups::continuous(&state)),
    })
}
