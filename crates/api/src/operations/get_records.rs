//! GetRecords: the next page of a stream, and the iterator to go on with.

use anywhen_protocol::{Fault, Timestamp, shapes};
use anywhen_table::{Stream, StreamEvent, StreamIdentity, StreamedRecord};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::get_shard_iterator::iterator;
use super::reply;
use crate::service::{Context, Done};
use crate::{fault, streams};

/// Source: GetRecords, `Limit`.
const PAGE_MAX: usize = 1000;

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::GetRecordsInput,
) -> Result<Done, Fault> {
    let limit = streams::limit(input.limit, PAGE_MAX)?;
    let invalid = || Fault::validation("Invalid ShardIterator");
    let given = input.shard_iterator.as_deref().unwrap_or_default();
    let (arn, sealed) = split(given).ok_or_else(invalid)?;
    let (table, created_at) = streams::parse_arn(&context.realm, arn).ok_or_else(invalid)?;
    let tables = context.tables().await?;
    let from = tables
        .open_iterator(&table, created_at, &sealed)
        .ok_or_else(invalid)?;
    let stream = tables
        .stream(&table, created_at)
        .ok_or_else(|| streams::not_found(arn))?;
    let page = tables
        .read_stream(&stream, from, limit)
        .await
        .map_err(fault::of_table)?;
    let next = page
        .next
        .map(|position| iterator(arn, &tables, &stream, position));
    let region = context.realm.region.as_str();
    let records = page.records.into_iter();
    reply(&shapes::GetRecordsOutput {
        records: Some(records.map(|r| record(&stream, region, &r)).collect()),
        next_shard_iterator: next,
    })
}

/// The stream and the opaque part of an iterator.
fn split(iterator: &str) -> Option<(&str, Vec<u8>)> {
    let (rest, opaque) = iterator.rsplit_once('|')?;
    let arn = rest.strip_suffix("|1")?;
    Some((arn, BASE64_STANDARD.decode(opaque).ok()?))
}

fn record(stream: &Stream, region: &str, record: &StreamedRecord) -> shapes::Record {
    let change = &record.change;
    let event = match change.event {
        StreamEvent::Insert => "INSERT",
        StreamEvent::Modify => "MODIFY",
        StreamEvent::Remove => "REMOVE",
    };
    // AWS rounds down to the second.
    let second = record.committed_at.floor_second().as_micros() as i64;
    shapes::Record {
        event_id: Some(format!("{:032x}", record.event_id)),
        event_name: Some(event.to_owned()),
        event_version: Some("1.1".to_owned()),
        event_source: Some("aws:dynamodb".to_owned()),
        aws_region: Some(region.to_owned()),
        dynamodb: Some(shapes::StreamRecord {
            approximate_creation_date_time: Some(Timestamp::from_micros(second)),
            keys: Some(fault::item_json(&change.key)),
            new_image: change.new_image.as_ref().map(fault::item_json),
            old_image: change.old_image.as_ref().map(fault::item_json),
            sequence_number: Some(record.sequence_number.to_string()),
            size_bytes: Some(change.size_bytes() as i64),
            stream_view_type: Some(streams::view_type(stream.record().view_type).to_owned()),
        }),
        user_identity: match change.identity {
            StreamIdentity::Client => None,
            StreamIdentity::Expiry => Some(shapes::Identity {
                principal_id: Some("dynamodb.amazonaws.com".to_owned()),
                r#type: Some("Service".to_owned()),
            }),
        },
    }
}
