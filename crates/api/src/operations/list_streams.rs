//! ListStreams: by table name, the newest stream of a table first, page by page. Streams that
//! were disabled, and those of deleted tables, are listed for a day.

use std::cmp::Reverse;

use anywhen_protocol::{Fault, shapes};
use anywhen_table::Stream;

use super::reply;
use crate::service::{Context, Done};
use crate::streams;

/// Source: ListStreams, `Limit`.
const PAGE_MAX: usize = 100;

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ListStreamsInput,
) -> Result<Done, Fault> {
    let limit = streams::limit(input.limit, PAGE_MAX)?;
    let start = input.exclusive_start_stream_arn.as_deref().map(|arn| {
        let (table, created_at) = streams::parse_arn(&context.realm, arn)
            .ok_or_else(|| Fault::validation("Invalid ExclusiveStartStreamArn"))?;
        Ok((table, Reverse(created_at)))
    });
    let start = start.transpose()?;
    let is_listed = |stream: &Stream| {
        let record = stream.record();
        let of_table = input.table_name.as_deref();
        of_table.is_none_or(|name| name == record.table_name.as_str())
            && start.as_ref().is_none_or(|start| {
                (&record.table_name, Reverse(record.created_at)) > (&start.0, start.1)
            })
    };
    let mut found = context.tables().await?.streams();
    found.retain(|stream| is_listed(stream));
    let more = found.len() > limit;
    found.truncate(limit);
    let listed: Vec<_> = found
        .iter()
        .map(|stream| {
            let record = stream.record();
            let (table, created_at) = (&record.table_name, record.created_at);
            shapes::Stream {
                stream_arn: Some(streams::arn(&context.realm, table, created_at)),
                table_name: Some(table.to_string()),
                stream_label: Some(streams::label(created_at)),
            }
        })
        .collect();
    let last = listed.last().filter(|_| more);
    reply(&shapes::ListStreamsOutput {
        last_evaluated_stream_arn: last.and_then(|last| last.stream_arn.clone()),
        streams: Some(listed),
    })
}
