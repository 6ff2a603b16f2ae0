//! PutResourcePolicy: keep a policy with a table or a stream. It is not enforced yet.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::ExpectedPolicy;

use super::reply;
use crate::service::{Context, Done};
use crate::{fault, policy, resource};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::PutResourcePolicyInput,
) -> Result<Done, Fault> {
    let arn = input.resource_arn.unwrap_or_default();
    let tables = context.tables().await?;
    let owner = resource::with_policy(context, &tables, &arn)?;
    let document = policy::document(&input.policy.unwrap_or_default())?;
    let expected = ExpectedPolicy::parse(input.expected_revision_id);
    let revision_id = tables
        .put_policy(&owner, document, expected)
        .await
        .map_err(fault::of_table)?;
    reply(&shapes::PutResourcePolicyOutput {
        revision_id: Some(revision_id),
    })
}
