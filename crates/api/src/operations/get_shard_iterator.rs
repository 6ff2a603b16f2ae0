//! GetShardIterator. An iterator is `<stream ARN>|1|<opaque>`; what is opaque is sealed, so a
//! client can use it and cannot make one.

use anywhen_model::CommitTimestamp;
use anywhen_protocol::{Fault, Timestamp, shapes};
use anywhen_table::{IteratorStart, RealmTables, SequenceNumber, Stream, StreamPosition};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::reply;
use crate::service::{Context, Done};
use crate::{fault, streams};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::GetShardIteratorInput,
) -> Result<Done, Fault> {
    let start = start(&input)?;
    let arn = input.stream_arn.unwrap_or_default();
    let (tables, stream) = streams::find(context, &arn).await?;
    if input.shard_id != Some(streams::shard_id(stream.record())) {
        return Err(Fault::resource_not_found(
            "Requested resource not found: Shard does not exist",
        ));
    }
    let position = tables
        .stream_position(&stream, start)
        .map_err(fault::of_table)?;
    reply(&shapes::GetShardIteratorOutput {
        shard_iterator: Some(iterator(&arn, &tables, &stream, position)),
    })
}

/// An iterator as clients hold it.
pub(super) fn iterator(
    arn: &str,
    tables: &RealmTables,
    stream: &Stream,
    position: StreamPosition,
) -> String {
    let sealed = tables.seal_iterator(stream, position);
    format!("{arn}|1|{}", BASE64_STANDARD.encode(sealed))
}

fn start(input: &shapes::GetShardIteratorInput) -> Result<IteratorStart, Fault> {
    let kind = input.shard_iterator_type.as_deref().unwrap_or_default();
    let missing = |member: &str| {
        Fault::validation(format!(
            "{member} must be specified when ShardIteratorType is {kind}"
        ))
    };
    let number = || {
        let text = input.sequence_number.as_deref();
        let text = text.ok_or_else(|| missing("SequenceNumber"))?;
        SequenceNumber::parse(text).ok_or_else(|| Fault::validation("Invalid SequenceNumber"))
    };
    match kind {
        "TRIM_HORIZON" => Ok(IteratorStart::Horizon),
        "LATEST" => Ok(IteratorStart::Latest),
        "AT_SEQUENCE_NUMBER" => Ok(IteratorStart::At(number()?)),
        "AFTER_SEQUENCE_NUMBER" => Ok(IteratorStart::After(number()?)),
        _ => {
            let at = input.timestamp.ok_or_else(|| missing("Timestamp"))?;
            Ok(IteratorStart::AtTime(milliseconds(at)))
        }
    }
}

/// Clients name times to the millisecond; what is finer is cut off.
fn milliseconds(at: Timestamp) -> CommitTimestamp {
    let micros = u64::try_from(at.as_micros()).unwrap_or(0);
    CommitTimestamp::from_micros(micros - micros % 1000)
}
