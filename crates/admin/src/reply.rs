//! Answers and refusals as HTTP.

use bytes::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

/// What a request gets.
pub(crate) type Answer = Result<Response<Bytes>, Refusal>;

/// Why a request gets nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    /// The request is wrong by itself.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// What it names is not there.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(crate) fn no_such_path() -> Self {
        Self::not_found("the admin API has no such path")
    }

    /// The server's data, or its archive, cannot be looked at now.
    pub(crate) fn away(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, message)
    }

    fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// As the client sees it.
    pub(crate) fn response(&self) -> Response<Bytes> {
        #[derive(Serialize)]
        struct Body<'a> {
            code: &'a str,
            message: &'a str,
        }
        let body = Body {
            code: match self.status {
                StatusCode::BAD_REQUEST => "BadRequest",
                StatusCode::NOT_FOUND => "NotFound",
                StatusCode::SERVICE_UNAVAILABLE => "ServiceUnavailable",
                _ => "InternalError",
            },
            message: &self.message,
        };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        with_headers(self.status, body)
    }
}

/// A shape as JSON.
pub(crate) fn json(shape: &impl Serialize) -> Answer {
    match serde_json::to_vec(shape) {
        Ok(body) => Ok(with_headers(StatusCode::OK, body)),
        Err(error) => {
            tracing::error!(%error, "an answer of the admin API cannot be written");
            Err(Refusal::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the answer cannot be written; the server's log says why",
            ))
        }
    }
}

fn with_headers(status: StatusCode, body: Vec<u8>) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = status;
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
