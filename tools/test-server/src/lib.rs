//! A whole server in this process and in memory, for tests of requests and their replies.
//!
//! What a request meets is what it meets in the real server, from the operation's name to the
//! engine's commit; there is no connection, no signature and no file. Time stands still until a test
//! moves the clock, and whatever is drawn by chance is drawn from one seed: the same requests get
//! the same replies.
//!
//! It panics where it cannot start: a test can do nothing about that.

use std::sync::Arc;

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

/// When a server's time begins: 2026-11-21, in microseconds.
const START_MICROS: u64 = 1_795_222_800_000_000;

/// Operations of the streams' own interface.
const STREAM_OPERATIONS: [&str; 4] = [
    "DescribeStream",
    "GetRecords",
    "GetShardIterator",
    "ListStreams",
];

/// A running server without tables.
pub struct TestServer {
    service: Arc<Service>,
    recovery: Arc<Recovery>,
    clock: Arc<ManualClock>,
}

impl TestServer {
    /// A new server.
    pub async fn start() -> Self {
        let manual = Arc::new(ManualClock::at(START_MICROS));
        let clock: Arc<dyn Clock> = Arc::clone(&manual) as _;
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
                .join(format!("anywhen-test-server-{}", std::process::id())),
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
        Self {
            service,
            recovery,
            clock: manual,
        }
    }

    /// The answer to a request: an operation, also one that does not exist, and its body, also one
    /// that is no JSON.
    pub async fn call(&self, operation: &str, body: Bytes) -> Answer {
        let interface = if STREAM_OPERATIONS.contains(&operation) {
            "DynamoDBStreams_20120810"
        } else {
            "DynamoDB_20120810"
        };
        let target = format!("{interface}.{operation}");
        let answer = self.service.call(Call {
            target: Some(&target),
            content_type: Some("application/x-amz-json-1.0"),
            authorization: None,
            host: None,
            body,
        });
        answer.await
    }

    /// The server's clock.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Ends what runs in the background.
    pub async fn stop(self) {
        self.recovery.close().await;
    }
}
