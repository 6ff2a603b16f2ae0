//! DeleteResourcePolicy. Without a revision that is expected, a policy that is not there is no
//! fault.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::ExpectedPolicy;

use super::reply;
use crate::service::{Context, Done};
use crate::{fault, resource};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DeleteResourcePolicyInput,
) -> Result<Done, Fault> {
    let arn = input.resource_arn.unwrap_or_default();
    let tables = context.tables().await?;
    let owner = resource::with_policy(context, &tables, &arn)?;
    let expected = ExpectedPolicy::parse(input.expected_revision_id);
    let revision_id = tables
        .delete_policy(&owner, expected)
        .await
        .map_err(fault::of_table)?;
    reply(&shapes::DeleteResourcePolicyOutput { revision_id })
}
