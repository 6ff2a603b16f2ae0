//! GetResourcePolicy.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{fault, resource};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::GetResourcePolicyInput,
) -> Result<Done, Fault> {
    let arn = input.resource_arn.unwrap_or_default();
    let tables = context.tables().await?;
    let owner = resource::with_policy(context, &tables, &arn)?;
    let policy = tables.policy(&owner).map_err(fault::of_table)?;
    reply(&shapes::GetResourcePolicyOutput {
        policy: Some(policy.document),
        revision_id: Some(policy.revision_id),
    })
}
