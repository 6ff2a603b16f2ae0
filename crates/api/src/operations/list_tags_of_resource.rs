//! ListTagsOfResource: the tags of a table or a stream by key, page by page.
//!
//! The token is the last key of the page before. One that cannot have been given out is
//! ignored, as AWS does: the first page is answered.

use anywhen_protocol::{Fault, shapes};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;

use super::reply;
use crate::resource;
use crate::service::{Context, Done};

/// Tags of one page.
const PAGE: usize = 10;

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ListTagsOfResourceInput,
) -> Result<Done, Fault> {
    let arn = input.resource_arn.unwrap_or_default();
    let owner = resource::tagged(context, &arn)?;
    let after = input.next_token.as_deref().and_then(key_of);
    let tables = context.tables().await?;
    let settings = tables
        .settings(&owner)
        .map_err(|error| resource::tags_fault(&arn, error))?;
    let rest = settings.tags.iter();
    let mut rest = rest.filter(|(key, _)| after.as_ref().is_none_or(|after| *key > after));
    let tags: Vec<_> = rest.by_ref().take(PAGE).map(tag).collect();
    let last = tags.last().and_then(|tag| tag.key.as_ref());
    let next_token = rest.next().and(last).map(|key| BASE64.encode(key));
    reply(&shapes::ListTagsOfResourceOutput {
        tags: Some(tags),
        next_token,
    })
}

fn key_of(token: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(token).ok()?).ok()
}

fn tag((key, value): (&String, &String)) -> shapes::Tag {
    shapes::Tag {
        key: Some(key.clone()),
        value: Some(value.clone()),
    }
}
