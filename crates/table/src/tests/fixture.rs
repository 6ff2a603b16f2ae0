//! A server's table layer over memory, and short ways to say what a test means.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anywhen_engine::Engine;
use anywhen_engine_memory::{MemoryEngine, MemoryStore};
use anywhen_expr::{Condition, ConditionKind, KeyCondition, Placeholders, Projection, Update};
use anywhen_kms::MasterKey;
use anywhen_model::{
    AttributeValue, Clock, Item, ManualClock, Number, Randomness, Realm, ScalarType,
    SeededRandomness, TableName,
};

use crate::{
    AttributeDefinition, BillingMode, CreateTable, GetItem, IndexDefinition, ItemChange,
    KeyElement, KeyRole, ProjectionType, Query, ReadOptions, RealmTables, Table, TableError,
    TableSettings, Tables, TablesOptions, WarmRequest, WriteAction, WriteOutcome,
};

/// 2026-11-21, in microseconds.
pub(super) const START_MICROS: u64 = 1_795_222_800_000_000;

pub(super) struct Fixture {
    pub(super) clock: Arc<ManualClock>,
    pub(super) store: MemoryStore,
    pub(super) master: Arc<MasterKey>,
    pub(super) tables: Arc<Tables>,
    pub(super) realm: Arc<RealmTables>,
    options: TablesOptions,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        Self::with_engine(|engine| engine).await
    }

    /// With another engine around the one in memory.
    pub(super) async fn with_engine(wrap: impl FnOnce(Arc<dyn Engine>) -> Arc<dyn Engine>) -> Self {
        let clock = Arc::new(ManualClock::at(START_MICROS));
        let master = Arc::new(MasterKey::generate(&SeededRandomness::new(7)));
        let options = TablesOptions::default();
        Self::open(clock, MemoryStore::default(), master, options, wrap).await
    }

    /// With chunks of so many entries when an index is filled.
    pub(super) async fn with_chunks_of(backfill_chunk_entries: usize) -> Self {
        let mut fixture = Self::new().await;
        fixture.options.backfill_chunk_entries = backfill_chunk_entries;
        fixture.reopen().await
    }

    /// With tables that throttle.
    pub(super) async fn with_throttling() -> Self {
        let mut fixture = Self::new().await;
        fixture.options.throttling = true;
        fixture.reopen().await
    }

    /// With time to live that stays as it is for so many seconds after each change.
    pub(super) async fn with_time_to_live_cooldown_of(seconds: u64) -> Self {
        let mut fixture = Self::new().await;
        fixture.options.time_to_live_cooldown = Duration::from_secs(seconds);
        fixture.reopen().await
    }

    /// The same data after a restart; jobs end where they stand.
    pub(super) async fn reopen(self) -> Self {
        self.tables.stop_jobs().await;
        Self::open(self.clock, self.store, self.master, self.options, |e| e).await
    }

    /// Sets what jobs of indexes do at a point.
    pub(super) fn at(&self, point: &str, action: &str) {
        fail_parallel::cfg(Arc::clone(&self.options.failpoints), point, action).unwrap();
    }

    async fn open(
        clock: Arc<ManualClock>,
        store: MemoryStore,
        master: Arc<MasterKey>,
        options: TablesOptions,
        wrap: impl FnOnce(Arc<dyn Engine>) -> Arc<dyn Engine>,
    ) -> Self {
        let time: Arc<dyn Clock> = Arc::clone(&clock) as _;
        let engine = wrap(Arc::new(MemoryEngine::open(
            store.clone(),
            Arc::clone(&time),
        )));
        let randomness: Arc<dyn Randomness> = Arc::new(SeededRandomness::new(11));
        let opened = options.clone();
        let tables = Tables::open(engine, Arc::clone(&master), time, randomness, opened)
            .await
            .unwrap();
        let realm = Realm {
            account: "123456789012".try_into().unwrap(),
            region: "us-east-1".try_into().unwrap(),
        };
        let realm = tables.realm(&realm).await.unwrap();
        Self {
            clock,
            store,
            master,
            tables,
            realm,
            options,
        }
    }

    /// Creates the table most tests use; see [`music`].
    pub(super) async fn music(&self) -> Arc<Table> {
        self.realm.create_table(music("Music")).await.unwrap()
    }

    pub(super) fn table(&self, table: &str) -> Arc<Table> {
        self.realm.table(&name(table)).unwrap()
    }

    pub(super) async fn put(&self, table: &str, item: Item) -> WriteOutcome {
        self.write(table, ItemChange::Put(item), None)
            .await
            .unwrap()
    }

    pub(super) async fn write(
        &self,
        table: &str,
        change: ItemChange,
        condition: Option<Condition>,
    ) -> Result<WriteOutcome, TableError> {
        self.realm
            .write(&name(table), &WriteAction { change, condition })
            .await
    }

    pub(super) fn get(&self, table: &str, key: Item) -> Option<Item> {
        let found = self
            .table(table)
            .get_item(&GetItem {
                key,
                projection: None,
                consistent_read: true,
            })
            .unwrap();
        found.item.map(|item| item.to_item().unwrap())
    }
}

/// Partition key `artist` (S), sort key `song` (N); global index `genre` on `genre` (S) and
/// `year` (N) with everything, global index `tag` on `tag` (S) with keys only, local index
/// `label` on `label` (S) with `note`.
pub(super) fn music(table: &str) -> CreateTable {
    CreateTable {
        name: name(table),
        attribute_definitions: vec![
            definition("artist", ScalarType::S),
            definition("song", ScalarType::N),
            definition("genre", ScalarType::S),
            definition("year", ScalarType::N),
            definition("tag", ScalarType::S),
            definition("label", ScalarType::S),
        ],
        key_schema: vec![hash("artist"), range("song")],
        billing_mode: Some(BillingMode::PayPerRequest),
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
        global_indexes: Some(vec![
            index(
                "genre",
                vec![hash("genre"), range("year")],
                ProjectionType::All,
            ),
            index("tag", vec![hash("tag")], ProjectionType::KeysOnly),
        ]),
        local_indexes: Some(vec![IndexDefinition {
            non_key_attributes: Some(vec!["note".to_owned()]),
            ..index(
                "label",
                vec![hash("artist"), range("label")],
                ProjectionType::Include,
            )
        }]),
        managed_encryption: false,
        deletion_protection: false,
        stream: None,
        table_class: None,
        settings: TableSettings::default(),
    }
}

/// A table with one partition key `id` (S) and nothing else.
pub(super) fn simple(table: &str) -> CreateTable {
    CreateTable {
        attribute_definitions: vec![definition("id", ScalarType::S)],
        key_schema: vec![hash("id")],
        global_indexes: None,
        local_indexes: None,
        ..music(table)
    }
}

pub(super) fn index(
    name: &str,
    key_schema: Vec<KeyElement>,
    projection_type: ProjectionType,
) -> IndexDefinition {
    IndexDefinition {
        name: name.try_into().unwrap(),
        key_schema,
        projection_type: Some(projection_type),
        non_key_attributes: None,
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
    }
}

pub(super) fn definition(name: &str, scalar_type: ScalarType) -> AttributeDefinition {
    AttributeDefinition {
        name: name.to_owned(),
        scalar_type,
    }
}

pub(super) fn hash(name: &str) -> KeyElement {
    KeyElement {
        name: name.to_owned(),
        role: KeyRole::Partition,
    }
}

pub(super) fn range(name: &str) -> KeyElement {
    KeyElement {
        name: name.to_owned(),
        role: KeyRole::Sort,
    }
}

pub(super) fn name(table: &str) -> TableName {
    table.try_into().unwrap()
}

pub(super) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(super) fn n(number: i64) -> AttributeValue {
    AttributeValue::N(Number::from(number))
}

pub(super) fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

pub(super) fn key(artist: &str, song: i64) -> Item {
    item(&[("artist", s(artist)), ("song", n(song))])
}

fn placeholders(values: &[(&str, AttributeValue)]) -> Placeholders {
    let values: BTreeMap<String, AttributeValue> = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    let values = (!values.is_empty()).then_some(values);
    Placeholders::new(None, values).unwrap()
}

pub(super) fn condition(text: &str, values: &[(&str, AttributeValue)]) -> Condition {
    Condition::parse(ConditionKind::Condition, text, &mut placeholders(values)).unwrap()
}

pub(super) fn update(text: &str, values: &[(&str, AttributeValue)]) -> Update {
    Update::parse(text, &mut placeholders(values)).unwrap()
}

pub(super) fn projection(text: &str) -> Projection {
    Projection::parse(text, &mut placeholders(&[])).unwrap()
}

pub(super) fn query(text: &str, values: &[(&str, AttributeValue)]) -> Query {
    let key_condition = KeyCondition::parse(text, &mut placeholders(values)).unwrap();
    Query {
        key_condition,
        forward: true,
        options: ReadOptions::all(),
    }
}

pub(super) fn text<T: std::fmt::Debug>(result: Result<T, TableError>) -> String {
    result.unwrap_err().to_string()
}
