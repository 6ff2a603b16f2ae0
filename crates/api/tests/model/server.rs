//! A whole server in this process, with the tables of the model.

use std::sync::Arc;

use anywhen_api::{Call, Service, ServiceOptions};
use anywhen_archive::{Archive, ArchiverConfig};
use anywhen_engine_memory::MemoryEngine;
use anywhen_kms::MasterKey;
use anywhen_model::{Clock, ManualClock, Randomness, SeededRandomness};
use anywhen_recovery::{Consent, NoProgress, Recovery, RecoveryLimits, RecoveryOptions};
use anywhen_table::{Tables, TablesOptions};
use object_store::memory::InMemory;
use object_store::path::Path;
use serde_json::{Value as Json, json};

use crate::schema::SCHEMAS;

/// 2026-11-21, in microseconds.
const START_MICROS: u64 = 1_795_222_800_000_000;

pub(crate) struct Server {
    service: Arc<Service>,
    recovery: Arc<Recovery>,
}

/// What the server said.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Json,
}

impl Server {
    pub(crate) async fn start() -> Self {
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
        let tables = tables.await.unwrap();
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
            archive: archive.await.unwrap(),
            clock: Arc::clone(&clock),
            randomness: Arc::clone(&randomness),
            failpoints: Arc::default(),
            progress: Arc::new(NoProgress),
            spill_directory: std::env::temp_dir()
                .join(format!("anywhen-model-{}", std::process::id())),
            limits: RecoveryLimits::default(),
            consent: Consent::default(),
            archiver: ArchiverConfig::default(),
        });
        let recovery = recovery.await.unwrap();
        let service = Service::new(ServiceOptions {
            engine,
            tables,
            recovery: Arc::clone(&recovery),
            clock,
            randomness,
            account: "123456789012".try_into().unwrap(),
            default_region: "us-east-1".try_into().unwrap(),
        });
        let server = Self { service, recovery };
        for schema in SCHEMAS {
            let reply = server.call("CreateTable", &schema.definition()).await;
            assert_eq!(reply.status, 200, "{}", reply.body);
            let named = json!({"TableName": schema.name});
            let reply = server.call("DescribeTable", &named).await;
            assert_eq!(reply.body["Table"]["TableStatus"], "ACTIVE");
        }
        server
    }

    pub(crate) async fn call(&self, operation: &str, body: &Json) -> Reply {
        let target = format!("DynamoDB_20120810.{operation}");
        let answer = self.service.call(Call {
            target: Some(&target),
            content_type: Some("application/x-amz-json-1.0"),
            authorization: None,
            host: None,
            body: body.to_string().into(),
        });
        let answer = answer.await;
        Reply {
            status: answer.status,
            body: serde_json::from_slice(&answer.body).unwrap(),
        }
    }

    pub(crate) async fn stop(self) {
        self.recovery.close().await;
    }
}
