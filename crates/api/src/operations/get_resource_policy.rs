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
    let table = resource::table_with_policy(context, &arn)?;
    let policy = context
        .tables()
        .await?
        .policy(&table)
        .map_err(fault::of_table)?;
    reply(&shapes::GetResourcePolicyOutput {
        policy: Some(policy.document),
        revision_id: Some(policy.revision_id),
    })
}
