//! A whole server in memory, for requests that may hold anything.

use std::time::Duration;

use anywhen_test_server::TestServer;
use bytes::Bytes;

/// Virtual time: nothing that a request waits for takes this long.
const ANSWER_TIMEOUT: Duration = Duration::from_hours(1);

/// What the table `Music` of every server is.
const MUSIC: &str = r#"{"TableName":"Music","BillingMode":"PAY_PER_REQUEST",
"AttributeDefinitions":[{"AttributeName":"artist","AttributeType":"S"},
{"AttributeName":"number","AttributeType":"N"},{"AttributeName":"genre","AttributeType":"S"}],
"KeySchema":[{"AttributeName":"artist","KeyType":"HASH"},{"AttributeName":"number","KeyType":"RANGE"}],
"GlobalSecondaryIndexes":[{"IndexName":"by-genre","Projection":{"ProjectionType":"ALL"},
"KeySchema":[{"AttributeName":"genre","KeyType":"HASH"}]}],
"StreamSpecification":{"StreamEnabled":true,"StreamViewType":"NEW_AND_OLD_IMAGES"}}"#;

const SONG: &str = r#"{"TableName":"Music","Item":{"artist":{"S":"Nina"},"number":{"N":"1"},
"genre":{"S":"jazz"},"tags":{"SS":["a","b"]},"list":{"L":[{"N":"1"},{"M":{"deep":{"BOOL":true}}}]}}}"#;

/// Runs a request (its operation's name, a line feed, its body) on a new server with one table and
/// one item. It must be answered, by anything but an internal error.
pub(crate) fn answer(input: &[u8]) {
    let Some(middle) = input.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (operation, body) = input.split_at(middle);
    let Ok(operation) = std::str::from_utf8(operation) else {
        return;
    };
    let body = Bytes::copy_from_slice(body.get(1..).unwrap_or_default());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread can be made");
    runtime.block_on(async {
        let server = TestServer::start().await;
        for (operation, body) in [("CreateTable", MUSIC), ("PutItem", SONG)] {
            let body = Bytes::from_static(body.as_bytes());
            let answer = server.call(operation, body).await;
            assert_eq!(answer.status, 200, "{operation}: {:?}", answer.body);
        }
        let answer = tokio::time::timeout(ANSWER_TIMEOUT, server.call(operation, body));
        let answer = answer.await.expect("every request is answered");
        assert!(answer.status < 500, "{} {:?}", answer.status, answer.body);
        let described = serde_json::from_slice::<serde_json::Value>(&answer.body);
        assert!(described.is_ok(), "{operation}: {:?}", answer.body);
        let again = server.call("ListTables", Bytes::from_static(b"{}")).await;
        assert_eq!(again.status, 200, "the server lives");
        server.stop().await;
    });
}
