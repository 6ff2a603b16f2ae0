//! The table layer's hot requests over the engine in memory, each so many times:
//! `hot_requests REQUEST TIMES`.
//!
//! `python -m conformance.bench instructions` counts the processor's instructions of each by running
//! it under valgrind for two numbers of times; the difference is free of what starting costs.

#![expect(clippy::unwrap_used, reason = "a measurement ends at what cannot be")]

use std::hint::black_box;
use std::sync::Arc;

use anywhen_engine_memory::{MemoryEngine, MemoryStore};
use anywhen_kms::MasterKey;
use anywhen_model::{
    Clock, Item, ManualClock, Realm, ScalarType, SeededRandomness, TableName, parse_item,
};
use anywhen_table::{
    AttributeDefinition, BillingMode, CreateTable, GetItem, ItemChange, KeyElement, KeyRole,
    RealmTables, TableSettings, Tables, TablesOptions, WarmRequest, WriteAction,
};

/// 2026-11-21, in microseconds.
const START_MICROS: u64 = 1_795_222_800_000_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let request = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse().ok());
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(run(&request, times.unwrap_or(1)));
}

/// Both run over the same hundred items, which are there before.
async fn run(request: &str, times: u32) {
    let realm = realm_with_table().await;
    for number in 0..100 {
        put(&realm, number, 0).await;
    }
    for time in 1..=times {
        match request {
            "put-item" => put(&realm, time % 100, time).await,
            "get-item" => get(&realm, time % 100),
            _ => panic!("put-item or get-item"),
        }
    }
}

async fn realm_with_table() -> Arc<RealmTables> {
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(START_MICROS));
    let engine = MemoryEngine::open(MemoryStore::default(), Arc::clone(&clock));
    let master = Arc::new(MasterKey::generate(&SeededRandomness::new(7)));
    let randomness = Arc::new(SeededRandomness::new(11));
    let options = TablesOptions::default();
    let tables = Tables::open(Arc::new(engine), master, clock, randomness, options)
        .await
        .unwrap();
    let realm = Realm {
        account: "123456789012".try_into().unwrap(),
        region: "us-east-1".try_into().unwrap(),
    };
    let realm = tables.realm(&realm).await.unwrap();
    realm.create_table(definition()).await.unwrap();
    realm
}

fn definition() -> CreateTable {
    CreateTable {
        name: table_name(),
        attribute_definitions: vec![AttributeDefinition {
            name: "pk".to_owned(),
            scalar_type: ScalarType::S,
        }],
        key_schema: vec![KeyElement {
            name: "pk".to_owned(),
            role: KeyRole::Partition,
        }],
        billing_mode: Some(BillingMode::PayPerRequest),
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
        global_indexes: None,
        local_indexes: None,
        managed_encryption: false,
        deletion_protection: false,
        table_class: None,
        stream: None,
        settings: TableSettings::default(),
    }
}

fn table_name() -> TableName {
    "Hot".try_into().unwrap()
}

fn key(number: u32) -> String {
    format!(r#""pk":{{"S":"item-{number:05}"}}"#)
}

fn item(number: u32, version: u32) -> Item {
    let payload = "x".repeat(1000);
    let json = format!(
        r#"{{{},"n":{{"N":"{version}"}},"payload":{{"S":"{payload}"}}}}"#,
        key(number)
    );
    parse_item(&json).unwrap()
}

async fn put(realm: &RealmTables, number: u32, version: u32) {
    let action = WriteAction {
        change: ItemChange::Put(item(number, version)),
        condition: None,
    };
    black_box(realm.write(&table_name(), &action).await.unwrap());
}

fn get(realm: &RealmTables, number: u32) {
    let request = GetItem {
        key: parse_item(&format!("{{{}}}", key(number))).unwrap(),
        projection: None,
        consistent_read: true,
    };
    let table = realm.table(&table_name()).unwrap();
    let found = table.get_item(&request).unwrap();
    assert!(black_box(found).item.is_some());
}
