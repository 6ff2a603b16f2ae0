//! TagResource: add tags to a table or a stream, or replace their values.

use anywhen_protocol::{Fault, shapes};

use super::empty_reply;
use crate::service::{Context, Done};
use crate::{define, fault, resource};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::TagResourceInput,
) -> Result<Done, Fault> {
    let arn = input.resource_arn.unwrap_or_default();
    let owner = resource::tagged(context, &arn)?;
    let tags = define::tags(&input.tags.unwrap_or_default()).map_err(fault::of_table)?;
    if tags.is_empty() {
        return Err(Fault::validation(
            "Atleast one Tag needs to be provided as Input.",
        ));
    }
    let tables = context.tables().await?;
    let tagged = tables.tag(&owner, tags).await;
    tagged.map_err(|error| resource::tags_fault(&arn, error))?;
    Ok(empty_reply())
}
