//! DescribeEndpoints: where to send requests. That is where this one came: a client that
//! discovers endpoints must not end up at AWS.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::{Context, Done};

/// How long a client may rely on the answer.
const CACHE_PERIOD_MINUTES: i64 = 1440;

pub(super) fn run(
    context: &Context<'_>,
    _input: &shapes::DescribeEndpointsRequest,
) -> Result<Done, Fault> {
    let address = match context.host {
        Some(host) => host.to_owned(),
        None => format!("dynamodb.{}.amazonaws.com", context.realm.region),
    };
    reply(&shapes::DescribeEndpointsResponse {
        endpoints: Some(vec![shapes::Endpoint {
            address: Some(address),
            cache_period_in_minutes: Some(CACHE_PERIOD_MINUTES),
        }]),
    })
}
