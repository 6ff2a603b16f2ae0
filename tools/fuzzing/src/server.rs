//! A whole server in memory, for requests that may hold anything.

use std::sync::Arc;
use std::time::Duration;

use anywhen_api::{Answer, Call, Service, ServiceOptions};
use anywhen_archive::{Archive, ArchiverConfig};
use anywhen_engine_memory::MemoryEngine;
use anywhen_kms::MasterKey;
use anywhen_model::{Clock, ManualClock, Randomness, SeededRandomness};
use anywhen_recovery::{Consent, NoProgress, Recovery, RecoveryLimits, RecoveryOptions};
use anywhen_table::{Tables, TablesOptions};
use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::path::Path;

/// 2026-11-21, in microseconds.
const START_MICROS: u64 = 1_795_222_800_000_000;
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
        let (service, recovery) = start().await;
        for (operation, body) in [("CreateTable", MUSIC), ("PutItem", SONG)] {
            let answer = call(&service, operation, Bytes::from_static(body.as_bytes())).await;
            assert_eq!(answer.status, 200, "{operation}: {:?}", answer.body);
        }
        let answer = call(&service, operation, body).await;
        assert!(answer.status < 500, "{} {:?}", answer.status, answer.body);
        let described = serde_json::from_slice::<serde_json::Value>(&answer.body);
        assert!(described.is_ok(), "{operation}: {:?}", answer.body);
        let again = call(&service, "ListTables", Bytes::from_static(b"{}")).await;
        assert_eq!(again.status, 200, "the server lives");
        recovery.close().await;
    });
}

async fn call(service: &Service, operation: &str, body: Bytes) -> Answer {
    let target = format!("DynamoDB_20120810.{operation}");
    let streams = format!("DynamoDBStreams_20120810.{operation}");
    let of_streams = [
        "DescribeStream",
        "GetRecords",
        "GetShardIterator",
        "ListStreams",
    ];
    let target = if of_streams.contains(&operation) {
        streams
    } else {
        target
    };
    let call = service.call(Call {
        target: Some(&target),
        content_type: Some("application/x-amz-json-1.0"),
        authorization: None,
        host: None,
        body,
    });
    tokio::time::timeout(ANSWER_TIMEOUT, call)
        .await
        .expect("every request is answered")
}

async fn start() -> (Arc<Service>, Arc<Recovery>) {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START_MICROS));
    let randomness: Arc<dyn Randomness> = Arc::new(SeededRandomness::new(1));
    let master = Arc::new(MasterKey::generate(&*randomness));
    let engine = Arc::new(MemoryEngine::new(Arc::clone(&clock)));
    let tables = Tables::open(
        Arc::clone(&engine) as _,
        Arc::clone(&master),
        Arc::clone(&clock),
        Arc::clone(&randomness),
        TablesOptions::default(),
    );
    let tables = tables.await.expect("an empty engine opens");
    let archive = Archive::open(
        Arc::new(InMemory::new()),
        Path::default(),
        master,
        Arc::clone(&clock),
        Arc::clone(&randomness),
    );
    let recovery = Recovery::open(RecoveryOptions {
        engine: Arc::clone(&engine) as _,
        tables: Arc::clone(&tables),
        archive: archive.await.expect("an empty archive opens"),
        clock: Arc::clone(&clock),
        randomness: Arc::clone(&randomness),
        failpoints: Arc::default(),
        progress: Arc::new(NoProgress),
        spill_directory: std::env::temp_dir()
            .join(format!("anywhen-fuzzing-{}", std::process::id())),
        limits: RecoveryLimits::default(),
        consent: Consent::default(),
        archiver: ArchiverConfig::default(),
    });
    let recovery = recovery.await.expect("an empty server opens");
    let service = Service::new(ServiceOptions {
        engine,
        tables,
        recovery: Arc::clone(&recovery),
        clock,
        randomness,
        account: "123456789012".try_into().expect("an account id"),
        default_region: "us-east-1".try_into().expect("a Region"),
    });
    (service, recovery)
}
