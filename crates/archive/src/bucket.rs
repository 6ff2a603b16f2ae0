//! S3 buckets: how requests are sent, bounded, repeated and counted.
//!
//! Credentials, Region and endpoint come from the `AWS_*` environment. Every request has a time
//! limit; what fails on the way or with a 5xx, 429 or 408 is tried again with growing pauses, a
//! few times and not for long: whoever waits for hours (the archiver) does so itself, and says
//! so. A conditional put that is repeated may find what its first attempt has put, which is why
//! [`crate::store::Put::Exists`] never says whose object it is.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey, S3ConditionalPut};
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpRequest, HttpResponse, HttpService, ReqwestConnector,
};
use object_store::{BackoffConfig, ClientConfigKey, ClientOptions, RetryConfig};

/// From the first byte sent to the last byte received: a part of 8 MiB at 300 KB/s.
const REQUEST_TIMEOUT: &str = "30 seconds";
const CONNECT_TIMEOUT: &str = "5 seconds";

const RETRY: RetryConfig = RetryConfig {
    backoff: BackoffConfig {
        init_backoff: Duration::from_millis(100),
        max_backoff: Duration::from_secs(2),
        base: 2.0,
    },
    max_retries: 5,
    retry_timeout: Duration::from_secs(10),
};

/// A client of a bucket, configured by the environment. Sends nothing yet.
pub(crate) fn open(bucket: &str) -> object_store::Result<Arc<AmazonS3>> {
    let builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_conditional_put(S3ConditionalPut::ETagMatch)
        // Objects go one at a time, and not every store knows the request for many.
        .with_disable_bulk_delete(true)
        .with_retry(RETRY)
        .with_http_connector(Counting);
    let store = with_bounds(with_plain_http(builder)).build()?;
    Ok(Arc::new(store))
}

/// An endpoint that is written with http:// is meant so.
fn with_plain_http(builder: AmazonS3Builder) -> AmazonS3Builder {
    let plain = [AmazonS3ConfigKey::S3Endpoint, AmazonS3ConfigKey::Endpoint]
        .iter()
        .find_map(|key| builder.get_config_value(key))
        .is_some_and(|endpoint| endpoint.starts_with("http://"));
    if plain {
        builder.with_allow_http(true)
    } else {
        builder
    }
}

/// Time limits, where the environment (`AWS_TIMEOUT`, `AWS_CONNECT_TIMEOUT`) sets none.
fn with_bounds(builder: AmazonS3Builder) -> AmazonS3Builder {
    [
        (ClientConfigKey::Timeout, REQUEST_TIMEOUT),
        (ClientConfigKey::ConnectTimeout, CONNECT_TIMEOUT),
    ]
    .into_iter()
    .fold(builder, |builder, (key, limit)| {
        let variable = format!("AWS_{}", key.as_ref().to_uppercase());
        if std::env::var_os(variable).is_some() {
            builder
        } else {
            builder.with_config(AmazonS3ConfigKey::Client(key), limit)
        }
    })
}

/// Makes HTTP clients that count what they send, repeated requests and pages of lists included.
#[derive(Debug)]
struct Counting;

#[derive(Debug)]
struct CountingClient(HttpClient);

impl HttpConnector for Counting {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(CountingClient(client)))
    }
}

#[async_trait]
impl HttpService for CountingClient {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let result = self.0.execute(request).await;
        let word = match &result {
            Ok(response) => word(response.status().as_u16()),
            Err(_) => "failed",
        };
        metrics::counter!("anywhen_archive_http_requests_total", "result" => word).increment(1);
        result
    }
}

/// What an answer means for whoever counts: those that failed are tried again.
fn word(status: u16) -> &'static str {
    match status {
        200..=399 => "ok",
        408 | 429 | 500.. => "failed",
        _ => "refused",
    }
}
