//! DescribeStream. There is one shard, so a page that starts behind it is empty, and so is the
//! list of its children.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};
use crate::{describe, fault, streams};

/// Source: DescribeStream, `Limit`.
const PAGE_MAX: usize = 100;

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DescribeStreamInput,
) -> Result<Done, Fault> {
    streams::limit(input.limit, PAGE_MAX)?;
    let arn = input.stream_arn.unwrap_or_default();
    let (tables, stream) = streams::find(context, &arn).await?;
    let record = stream.record();
    let (first, last) = tables.shard_range(&stream).map_err(fault::of_table)?;
    let shard_id = streams::shard_id(record);
    let start = input.exclusive_start_shard_id.as_ref();
    let is_listed = input.shard_filter.is_none() && start.is_none_or(|start| *start < shard_id);
    let shard = is_listed.then(|| shapes::Shard {
        shard_id: Some(shard_id),
        sequence_number_range: Some(shapes::SequenceNumberRange {
            starting_sequence_number: Some(first.to_string()),
            ending_sequence_number: last.map(|last| last.to_string()),
        }),
        parent_shard_id: None,
    });
    let status = if stream.has_ended() {
        "DISABLED"
    } else {
        "ENABLED"
    };
    reply(&shapes::DescribeStreamOutput {
        stream_description: Some(shapes::StreamDescription {
            stream_arn: Some(arn),
            stream_label: Some(streams::label(record.created_at)),
            stream_status: Some(status.to_owned()),
            stream_view_type: Some(streams::view_type(record.view_type).to_owned()),
            creation_request_date_time: Some(describe::timestamp(record.created_at)),
            table_name: Some(record.table_name.to_string()),
            key_schema: Some(describe::key_schema(&record.key_schema)),
            shards: Some(shard.into_iter().collect()),
            last_evaluated_shard_id: None,
        }),
    })
}
