//! Streams on the wire: what they, their shards and their settings are called.
//!
//! A stream is named by its table and its label, which is its creation time. It has one shard
//! from its beginning to its end; shards never roll over.

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Realm, TableName};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{
    RealmTables, Stream, StreamRecord, StreamSetting, StreamSpecification, StreamViewType,
};

use crate::describe::table_arn;
use crate::service::Context;

/// Between the ARN of a table and the label of its stream.
pub(crate) const STREAM: &str = "/stream/";

/// A stream's name: its table's, and when it was created.
pub(crate) type StreamName = (TableName, CommitTimestamp);

/// A stream's label: `2026-11-21T15:00:00.000`.
pub(crate) fn label(created_at: CommitTimestamp) -> String {
    let micros = i64::try_from(created_at.as_micros()).unwrap_or(i64::MAX);
    let at = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX);
    at.strftime("%Y-%m-%dT%H:%M:%S.%3f").to_string()
}

fn parse_label(text: &str) -> Option<CommitTimestamp> {
    let at: jiff::civil::DateTime = text.parse().ok()?;
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    let created_at = CommitTimestamp::from_micros(u64::try_from(at.as_microsecond()).ok()?);
    // Other ways to write the same time name no stream.
    (label(created_at) == text).then_some(created_at)
}

/// The ARN of a stream.
pub(crate) fn arn(realm: &Realm, table: &TableName, created_at: CommitTimestamp) -> String {
    format!(
        "{}{STREAM}{}",
        table_arn(realm, table.as_str()),
        label(created_at)
    )
}

/// What a stream's ARN names; `None` if it cannot be one of this realm.
pub(crate) fn parse_arn(realm: &Realm, text: &str) -> Option<StreamName> {
    let rest = text.strip_prefix(&table_arn(realm, ""))?;
    let (table, label) = rest.split_once(STREAM)?;
    Some((TableName::parse(table).ok()?, parse_label(label)?))
}

/// The stream of an ARN.
pub(crate) async fn find(
    context: &Context<'_>,
    arn: &str,
) -> Result<(Arc<RealmTables>, Arc<Stream>), Fault> {
    let tables = context.tables().await?;
    let found = parse_arn(&context.realm, arn)
        .and_then(|(table, created_at)| tables.stream(&table, created_at));
    match found {
        Some(stream) => Ok((tables, stream)),
        None => Err(not_found(arn)),
    }
}

/// There is no such stream, or no more.
pub(crate) fn not_found(arn: &str) -> Fault {
    Fault::resource_not_found(format!(
        "Requested resource not found: Stream: {arn} not found"
    ))
}

/// The stream's one shard.
pub(crate) fn shard_id(stream: &StreamRecord) -> String {
    let millis = stream.created_at.as_micros() / 1000;
    let table = (stream.table_id.as_u128() >> 96) as u32;
    format!("shardId-{millis:020}-{table:08x}")
}

/// The wire name of a view type.
pub(crate) fn view_type(view: StreamViewType) -> &'static str {
    match view {
        StreamViewType::KeysOnly => "KEYS_ONLY",
        StreamViewType::NewImage => "NEW_IMAGE",
        StreamViewType::OldImage => "OLD_IMAGE",
        StreamViewType::NewAndOldImages => "NEW_AND_OLD_IMAGES",
    }
}

/// A `StreamSpecification`, whose members have passed the model's constraints.
pub(crate) fn specification(
    asked: Option<&shapes::StreamSpecification>,
) -> Option<StreamSpecification> {
    let asked = asked?;
    let view_type = asked.stream_view_type.as_deref().map(|name| match name {
        "NEW_IMAGE" => StreamViewType::NewImage,
        "OLD_IMAGE" => StreamViewType::OldImage,
        "NEW_AND_OLD_IMAGES" => StreamViewType::NewAndOldImages,
        _ => StreamViewType::KeysOnly,
    });
    Some(StreamSpecification {
        enabled: asked.stream_enabled.unwrap_or(false),
        view_type,
    })
}

/// The `StreamSpecification` that a table shows: none unless its stream is enabled.
pub(crate) fn shown(setting: &StreamSetting) -> Option<shapes::StreamSpecification> {
    setting.enabled.then(|| shapes::StreamSpecification {
        stream_enabled: Some(true),
        stream_view_type: Some(view_type(setting.view_type).to_owned()),
    })
}

/// A `Limit` within what the operation allows; the most if there is none.
pub(crate) fn limit(given: Option<i32>, most: usize) -> Result<usize, Fault> {
    let Some(given) = given else {
        return Ok(most);
    };
    match usize::try_from(given) {
        Ok(limit) if limit <= most => Ok(limit),
        _ => Err(Fault::validation(format!(
            "1 validation error detected: Value '{given}' at 'limit' failed to satisfy \
             constraint: Member must have value less than or equal to {most}"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_streams_come_back() {
        let realm = Realm {
            account: "123456789012".try_into().unwrap(),
            region: "us-east-1".try_into().unwrap(),
        };
        let table: TableName = "Music".try_into().unwrap();
        let created_at = CommitTimestamp::from_micros(1_795_222_800_007_000);
        let text = arn(&realm, &table, created_at);
        assert_eq!(
            text,
            "arn:aws:dynamodb:us-east-1:123456789012:table/Music/stream/2026-11-21T01:00:00.007"
        );
        assert_eq!(parse_arn(&realm, &text), Some((table, created_at)));
        for other in [
            "arn:aws:dynamodb:us-east-1:123456789012:table/Music",
            "arn:aws:dynamodb:us-east-1:123456789012:table/Music/stream/2026-11-21T01:00:00",
            "arn:aws:dynamodb:us-east-1:123456789012:table/Music/stream/2026-11-21T01:00:00.0070",
            "arn:aws:dynamodb:us-east-1:123456789012:table/Music/stream/2026-11-21T01:00:00.007Z",
            "arn:aws:dynamodb:us-east-2:123456789012:table/Music/stream/2026-11-21T01:00:00.007",
            "arn:aws:dynamodb:us-east-1:123456789012:table/M/stream/2026-11-21T01:00:00.007",
        ] {
            assert_eq!(parse_arn(&realm, other), None, "{other}");
        }
    }
}
