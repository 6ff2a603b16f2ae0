//! What is made sure of before a store is used as an archive, and what to tell an operator
//! whose store is not fit.
//!
//! Fencing rests on conditional puts: a store that ignores the condition would let two servers
//! write one history. So an object that is there is put again, on condition that it is not,
//! with the bytes that it has: a store that carries this out is refused and has lost nothing by
//! it. The other rights that a server needs are tried as well, rather than found missing when
//! a first backup has been promised. All this has a time limit: a server that cannot start says
//! so soon.

use std::time::Duration;

use bytes::Bytes;

use crate::ArchiveError;
use crate::layout;
use crate::store::{Put, Store};

/// How long opening an archive may wait for its store.
const PATIENCE: Duration = Duration::from_secs(30);

/// An object that no archive has.
const NOTHING: &str = "anywhen-nothing";

/// Runs the first requests to a store, in bounded time, and explains their failure.
pub(crate) async fn bounded<T>(
    opening: impl Future<Output = Result<T, ArchiveError>>,
) -> Result<T, ArchiveError> {
    match tokio::time::timeout(PATIENCE, opening).await {
        Ok(Err(ArchiveError::Away(reason))) => Err(ArchiveError::Unusable(explain(&reason))),
        Ok(result) => result,
        Err(_) => Err(ArchiveError::Unusable(format!(
            "the store has not answered within {} s; check the endpoint (AWS_ENDPOINT_URL), the \
             network and the credentials",
            PATIENCE.as_secs()
        ))),
    }
}

/// Makes sure that the store honours conditions, and that it may be listed and deleted from.
/// `name` is an object that is there and holds `bytes`.
pub(crate) async fn check(store: &Store, name: &str, bytes: Bytes) -> Result<(), ArchiveError> {
    if store.put_new(name, bytes).await? == Put::Done {
        return Err(ArchiveError::Unusable(
            "the store has overwritten an object that was put on condition that there is none \
             (If-None-Match: *): it does not support conditional puts, so two servers could \
             write one history; use a store that supports them"
                .to_owned(),
        ));
    }
    store.folders(layout::ACCOUNTS).await?;
    store.delete(NOTHING).await
}

/// What each failure means and what to do, by a word of the store's answer. The first that
/// occurs counts.
const EXPLANATIONS: [(&str, &str); 14] = [
    (
        "NoSuchBucket",
        "the bucket does not exist; make it, or correct its name in --archive",
    ),
    (
        "InvalidAccessKeyId",
        "the store does not know the access key; check AWS_ACCESS_KEY_ID",
    ),
    (
        "SignatureDoesNotMatch",
        "the secret key does not belong to the access key; check AWS_SECRET_ACCESS_KEY",
    ),
    (
        "ExpiredToken",
        "the credentials have expired; renew AWS_SESSION_TOKEN and the keys that belong to it",
    ),
    (
        "InvalidToken",
        "the session token is not valid; check AWS_SESSION_TOKEN",
    ),
    (
        "RequestTimeTooSkewed",
        "this machine's clock is too far from the store's; set the clock",
    ),
    (
        "AuthorizationHeaderMalformed",
        "the bucket is in another Region; set AWS_REGION",
    ),
    (
        "PermanentRedirect",
        "the bucket is in another Region; set AWS_REGION",
    ),
    (
        "incorrectly configured region",
        "the bucket is in another Region; set AWS_REGION",
    ),
    (
        "AccessDenied",
        "the credentials are not allowed to use the bucket: they need s3:GetObject, \
         s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload on its objects and s3:ListBucket \
         on the bucket itself",
    ),
    (
        "169.254.169.254",
        "no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; none are in the \
         environment, and this machine has no role that gives any",
    ),
    (
        "error sending request",
        "the endpoint cannot be reached; check AWS_ENDPOINT_URL and AWS_REGION, and that the \
         store is running",
    ),
    (
        "URL scheme is not allowed",
        "the endpoint is plain http; set AWS_ALLOW_HTTP=true if it is meant to be",
    ),
    (
        "Permission denied",
        "the archive's directory may not be written to; give it to the server's user",
    ),
];

fn explain(reason: &str) -> String {
    EXPLANATIONS
        .iter()
        .find(|(word, _)| reason.contains(word))
        .map_or_else(
            || format!("the store does not answer as it should: {reason}"),
            |(_, explanation)| format!("{explanation} (the store says: {reason})"),
        )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;
    use object_store::path::Path;

    use super::*;

    #[tokio::test]
    async fn a_store_with_conditional_puts_passes_and_keeps_its_object() {
        let store = Store::new(Arc::new(InMemory::new()), Path::default());
        store.put_new("it", Bytes::from_static(b"x")).await.unwrap();
        check(&store, "it", Bytes::from_static(b"x")).await.unwrap();
        assert_eq!(store.list("").await.unwrap(), ["it"]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_store_that_never_answers_is_given_up() {
        let silent = std::future::pending::<Result<(), ArchiveError>>();
        let error = bounded(silent).await.unwrap_err().to_string();
        assert!(error.contains("not answered within 30 s"), "{error}");
    }

    #[tokio::test]
    async fn refusals_are_explained() {
        for (answer, advice) in [
            ("404 <Code>NoSuchBucket</Code>", "make it"),
            ("403 <Code>InvalidAccessKeyId</Code>", "AWS_ACCESS_KEY_ID"),
            ("error sending request: refused", "AWS_ENDPOINT_URL"),
            ("something new", "something new"),
        ] {
            let failing = async { Err::<(), _>(ArchiveError::Away(answer.to_owned())) };
            let error = bounded(failing).await.unwrap_err().to_string();
            assert!(error.contains(advice) && error.contains(answer), "{error}");
        }
    }
}
