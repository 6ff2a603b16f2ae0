//! Signature Version 4 for `POST /`: the one kind of request that DynamoDB's data calls are.
//!
//! The signing key is derived once a day and kept; what is left per request is one hash of the
//! body, one of the canonical request, and one HMAC.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use jiff::Timestamp;

const CONTENT_TYPE: &str = "application/x-amz-json-1.0";
const TARGET_PREFIX: &str = "DynamoDB_20120810.";

/// Who signs, and for which Region.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Credentials {
    /// Access key that requests are signed with.
    #[arg(long, env = "AWS_ACCESS_KEY_ID", default_value = "loadgen")]
    access_key_id: String,
    /// Its secret.
    #[arg(
        long,
        env = "AWS_SECRET_ACCESS_KEY",
        default_value = "loadgen",
        hide_env_values = true
    )]
    secret_access_key: String,
    /// Token of temporary credentials.
    #[arg(long, env = "AWS_SESSION_TOKEN", hide_env_values = true)]
    session_token: Option<String>,
    /// Region in the signature's scope.
    #[arg(long, env = "AWS_REGION", default_value = "us-east-1")]
    region: String,
}

/// Writes signed requests for one host.
pub(crate) struct Signer {
    credentials: Credentials,
    host: String,
    scope: Scope,
}

/// A second's time stamp and the day's signing key.
struct Scope {
    second: i64,
    time: String,
    /// `20260102/us-east-1/dynamodb/aws4_request`
    text: String,
    key: Key,
}

impl Scope {
    fn new(credentials: &Credentials, now: Timestamp) -> Self {
        let (day, region) = (now.strftime("%Y%m%d").to_string(), &credentials.region);
        let secret = format!("AWS4{}", credentials.secret_access_key);
        let key = [&day, region, "dynamodb", "aws4_request"]
            .iter()
            .fold(Key::new(HMAC_SHA256, secret.as_bytes()), |key, part| {
                Key::new(HMAC_SHA256, sign(&key, part.as_bytes()).as_ref())
            });
        Self {
            second: now.as_second(),
            time: now.strftime("%Y%m%dT%H%M%SZ").to_string(),
            text: format!("{day}/{region}/dynamodb/aws4_request"),
            key,
        }
    }
}

impl Signer {
    /// `host` is what the Host header says: the name, and the port unless it is the scheme's own.
    pub(crate) fn new(credentials: Credentials, host: String, now: Timestamp) -> Self {
        let scope = Scope::new(&credentials, now);
        Self {
            credentials,
            host,
            scope,
        }
    }

    /// Replaces `request` by the whole request, head and body, as it goes over the wire.
    pub(crate) fn compose(
        &mut self,
        operation: &str,
        body: &str,
        now: Timestamp,
        request: &mut String,
    ) {
        if now.as_second() != self.scope.second {
            self.scope = Scope::new(&self.credentials, now);
        }
        let (host, time, scope) = (&self.host, &self.scope.time, &self.scope.text);
        let token = self.credentials.session_token.as_deref();
        let (token_header, token_name) = match token {
            Some(token) => (
                format!("x-amz-security-token:{token}\n"),
                "x-amz-security-token;",
            ),
            None => (String::new(), ""),
        };
        let signed_headers = format!("content-type;host;x-amz-date;{token_name}x-amz-target");
        let canonical = format!(
            "POST\n/\n\ncontent-type:{CONTENT_TYPE}\nhost:{host}\nx-amz-date:{time}\n{token_header}\
             x-amz-target:{TARGET_PREFIX}{operation}\n\n{signed_headers}\n{}",
            hex(digest(&SHA256, body.as_bytes()).as_ref()),
        );
        let canonical = hex(digest(&SHA256, canonical.as_bytes()).as_ref());
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{canonical}");
        let signature = hex(sign(&self.scope.key, to_sign.as_bytes()).as_ref());

        request.clear();
        // Writing to a string cannot fail.
        let _ = write!(
            request,
            "POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: {CONTENT_TYPE}\r\n\
             X-Amz-Target: {TARGET_PREFIX}{operation}\r\nX-Amz-Date: {time}\r\n"
        );
        if let Some(token) = token {
            let _ = write!(request, "X-Amz-Security-Token: {token}\r\n");
        }
        let _ = write!(
            request,
            "Authorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed_headers}, \
             Signature={signature}\r\nContent-Length: {}\r\n\r\n{body}",
            self.credentials.access_key_id,
            body.len(),
        );
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS.get(usize::from(value)).copied().unwrap_or(b'?'));
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compose(token: Option<&str>) -> String {
        let credentials = Credentials {
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
            session_token: token.map(str::to_owned),
            region: "us-east-1".to_owned(),
        };
        // Made for another day and second than the request: the scope has to follow.
        let made = "2025-12-31T23:59:59Z".parse().unwrap();
        let mut signer = Signer::new(credentials, "127.0.0.1:8000".to_owned(), made);
        let mut request = "what was before".to_owned();
        let now = "2026-01-02T03:04:05Z".parse().unwrap();
        signer.compose("GetItem", r#"{"TableName":"T"}"#, now, &mut request);
        request
    }

    /// The signatures are those that botocore 1.x's `SigV4Auth` makes of the same requests.
    #[test]
    fn signatures_are_botocores() {
        assert_eq!(
            compose(None),
            "POST / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nContent-Type: application/x-amz-json-1.0\r\n\
             X-Amz-Target: DynamoDB_20120810.GetItem\r\nX-Amz-Date: 20260102T030405Z\r\n\
             Authorization: AWS4-HMAC-SHA256 \
             Credential=AKIDEXAMPLE/20260102/us-east-1/dynamodb/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
             Signature=a1c5d6066fcd00d04e1feca82ce3d4301cd5c9e0781fb7c9e200506c53a8f2cc\r\n\
             Content-Length: 17\r\n\r\n{\"TableName\":\"T\"}"
        );
        let with_token = compose(Some("token/with+signs=="));
        assert!(with_token.contains("X-Amz-Security-Token: token/with+signs==\r\n"));
        assert!(with_token.contains(
            "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, \
             Signature=a369f9dfaff0decce201410da2f41f163309eb35900288a407510bedc15fbdc5\r\n"
        ));
    }
}
