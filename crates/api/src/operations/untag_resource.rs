//! UntagResource: remove tags from a table or a stream.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::check_tag_keys;

use super::empty_reply;
use crate::service::{Context, Done};
use crate::{fault, resource};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::UntagResourceInput,
) -> Result<Done, Fault> {
    let arn = input.resource_arn.unwrap_or_default();
    let owner = resource::tagged(context, &arn)?;
    let keys = input.tag_keys.unwrap_or_default();
    if keys.is_empty() {
        return Err(Fault::validation(
            "Atleast one Tag Key needs to be provided as Input.",
        ));
    }
    check_tag_keys(&keys).map_err(fault::of_table)?;
    let tables = context.tables().await?;
    let untagged = tables.untag(&owner, keys).await;
    untagged.map_err(|error| resource::tags_fault(&arn, error))?;
    Ok(empty_reply())
}
