//! Calls of the API over one connection: signed, tried again where that helps, and accounted for.
//!
//! What is tried again: throttling, conflicts between transactions, errors of the server (5xx), and
//! connections that break. Every request this program sends may be applied twice without harm.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::Timestamp;
use memchr::memmem;
use rand::Rng as _;
use serde::Deserialize;

use crate::connection::Connection;
use crate::signature::Signer;

/// The longest wait before another attempt.
const MAX_BACKOFF: Duration = Duration::from_secs(1);

/// A connection that is opened when it is needed, and again when it has broken.
pub(crate) struct Caller {
    address: SocketAddr,
    signer: Signer,
    attempts: u32,
    connection: Option<Connection>,
    request: String,
    pub(crate) connections_opened: u64,
}

/// How a call ended, and the errors of the attempts before.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) outcome: Result<Found, ApiError>,
    pub(crate) tried_again: Vec<String>,
}

/// What the reply of a read has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// A GetItem's item, or a Query's.
    pub(crate) items: u64,
}

/// An error reply, or a connection that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// The exception's name, `HTTP 503` where the reply has none, or what failed.
    pub(crate) name: String,
    pub(crate) message: String,
    retryable: bool,
}

impl Caller {
    /// At most so many attempts a call, at least one.
    pub(crate) fn new(address: SocketAddr, signer: Signer, attempts: u32) -> Self {
        Self {
            address,
            signer,
            attempts,
            connection: None,
            request: String::new(),
            connections_opened: 0,
        }
    }

    /// Calls until it succeeds or there is no hope.
    pub(crate) async fn call(&mut self, operation: &str, body: &str) -> Ended {
        let mut tried_again = Vec::new();
        loop {
            let outcome = self.attempt(operation, body).await;
            match outcome {
                Err(error) if error.retryable && (tried_again.len() as u32) + 1 < self.attempts => {
                    tokio::time::sleep(backoff(tried_again.len() as u32)).await;
                    tried_again.push(error.name);
                }
                outcome => {
                    return Ended {
                        outcome,
                        tried_again,
                    };
                }
            }
        }
    }

    async fn attempt(&mut self, operation: &str, body: &str) -> Result<Found, ApiError> {
        self.signer
            .compose(operation, body, Timestamp::now(), &mut self.request);
        let mut connection = if let Some(connection) = self.connection.take() {
            connection
        } else {
            let connection = Connection::open(self.address)
                .await
                .map_err(|error| ApiError::connection("connect", &error))?;
            self.connections_opened += 1;
            connection
        };
        let reply = connection
            .exchange(self.request.as_bytes())
            .await
            .map_err(|error| ApiError::connection("connection", &error))?;
        let (closes, outcome) = (
            reply.closes,
            read_reply(operation, reply.status, reply.body),
        );
        if !closes {
            self.connection = Some(connection);
        }
        outcome
    }
}

/// Half of five milliseconds doubled by each attempt, and up to as much again by chance.
fn backoff(attempt: u32) -> Duration {
    let most = Duration::from_millis(5)
        .saturating_mul(1 << attempt.min(10))
        .min(MAX_BACKOFF);
    most.mul_f64(rand::rng().random_range(0.5..=1.0))
}

fn read_reply(operation: &str, status: u16, body: &[u8]) -> Result<Found, ApiError> {
    if status != 200 {
        return Err(ApiError::reply(status, body));
    }
    let items = match operation {
        "GetItem" => u64::from(memmem::find(body, br#""Item""#).is_some()),
        "Query" => count(body),
        _ => 0,
    };
    Ok(Found { items })
}

/// The Count of a Query's reply. Its values have no quotes, so it occurs once.
fn count(body: &[u8]) -> u64 {
    let name = br#""Count":"#;
    let Some(start) = memmem::find(body, name) else {
        return 0;
    };
    let digits = body.get(start + name.len()..).unwrap_or_default();
    digits
        .trim_ascii_start()
        .iter()
        .map_while(|byte| char::from(*byte).to_digit(10))
        .fold(0, |count, digit| count * 10 + u64::from(digit))
}

#[derive(Deserialize, Default)]
struct ErrorBody {
    #[serde(rename = "__type", default)]
    kind: String,
    #[serde(alias = "Message", default)]
    message: String,
}

impl ApiError {
    fn connection(what: &str, error: &std::io::Error) -> Self {
        Self {
            name: what.to_owned(),
            message: error.to_string(),
            retryable: true,
        }
    }

    fn reply(status: u16, body: &[u8]) -> Self {
        let ErrorBody { kind, message } = serde_json::from_slice(body).unwrap_or_default();
        let name = kind.rsplit('#').next().unwrap_or_default().to_owned();
        let retryable = match name.as_str() {
            "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "LimitExceededException"
            | "TransactionConflictException"
            | "TransactionInProgressException" => true,
            "TransactionCanceledException" => {
                ["TransactionConflict", "Throttl", "ProvisionedThroughput"]
                    .iter()
                    .any(|reason| message.contains(reason))
            }
            _ => status >= 500,
        };
        Self {
            name: if name.is_empty() {
                format!("HTTP {status}")
            } else {
                name
            },
            message: if message.is_empty() {
                String::from_utf8_lossy(body.get(..200).unwrap_or(body)).into_owned()
            } else {
                message
            },
            retryable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str) -> (String, bool) {
        let error = read_reply("GetItem", status, body.as_bytes()).unwrap_err();
        (error.name, error.retryable)
    }

    #[test]
    fn errors_are_named_and_only_passing_ones_tried_again() {
        let prefix = "com.amazonaws.dynamodb.v20120810#";
        let reply = |name: &str, message: &str| {
            format!(r#"{{"__type":"{prefix}{name}","message":"{message}"}}"#)
        };
        for (status, name, message, retryable) in [
            (400, "ProvisionedThroughputExceededException", "", true),
            (400, "ThrottlingException", "", true),
            (400, "TransactionConflictException", "", true),
            (
                400,
                "TransactionCanceledException",
                "[None, TransactionConflict]",
                true,
            ),
            (
                400,
                "TransactionCanceledException",
                "[ConditionalCheckFailed]",
                false,
            ),
            (400, "ValidationException", "", false),
            (400, "ResourceNotFoundException", "", false),
            (500, "InternalServerError", "", true),
        ] {
            let got = error(status, &reply(name, message));
            assert_eq!(got, (name.to_owned(), retryable));
        }
        assert_eq!(error(503, "<html>"), ("HTTP 503".to_owned(), true));
        assert_eq!(error(404, ""), ("HTTP 404".to_owned(), false));
    }

    #[test]
    fn replies_tell_what_was_found() {
        let found = |operation, body: &str| read_reply(operation, 200, body.as_bytes()).unwrap();
        assert_eq!(found("GetItem", r#"{"Item":{"pk":{"S":"x"}}}"#).items, 1);
        assert_eq!(found("GetItem", "{}").items, 0);
        assert_eq!(
            found("Query", r#"{"Items":[],"Count":17,"ScannedCount":20}"#).items,
            17
        );
        assert_eq!(
            found("Query", r#"{"ScannedCount": 20, "Count": 3}"#).items,
            3
        );
        assert_eq!(found("PutItem", "{}").items, 0);
    }

    #[test]
    fn backoff_grows_and_is_bounded() {
        for attempt in 0..40 {
            let most = (0.005 * 2_f64.powi(attempt.min(10))).min(1.0);
            let got = backoff(attempt as u32).as_secs_f64();
            assert!(
                (most / 2.0 - 1e-6..=most + 1e-6).contains(&got),
                "{attempt}: {got}"
            );
        }
    }
}
