//! What is known of a stream: its setting at the table, its own record, and the streams of a
//! realm in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_engine::{Engine, LogEntry, LogHandle};
use anywhen_kms::{MasterKey, RecordCipher, WrappedKey};
use anywhen_model::{CommitTimestamp, Item, KeySchema, Randomness, Realm, TableId, TableName};
use arc_swap::ArcSwap;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{RETENTION_MICROS, StreamIdentity, change};
use crate::error::TableError;
use crate::record::{ResourcePolicy, TableRecord};
use crate::system::{StoredRecord, SystemChange, SystemStore};

/// Written before each stream record's JSON.
const VERSION: u8 = 1;

/// Which images a stream's records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StreamViewType {
    /// None.
    KeysOnly,
    /// The item after.
    NewImage,
    /// The item before.
    OldImage,
    /// Both.
    NewAndOldImages,
}

impl StreamViewType {
    pub(crate) fn shows_new(self) -> bool {
        matches!(self, Self::NewImage | Self::NewAndOldImages)
    }

    pub(crate) fn shows_old(self) -> bool {
        matches!(self, Self::OldImage | Self::NewAndOldImages)
    }
}

/// `StreamSpecification` as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamSpecification {
    /// `StreamEnabled`.
    pub enabled: bool,
    /// `StreamViewType`.
    pub view_type: Option<StreamViewType>,
}

impl StreamSpecification {
    /// The view type of a new table's stream; `None` if it shall have none.
    pub fn on_creation(self) -> Result<Option<StreamViewType>, TableError> {
        match (self.enabled, self.view_type) {
            (true, None) => Err(TableError::invalid_parameter(
                "Table is being created with a stream enabled, UpdateViewType is required",
            )),
            (false, Some(_)) => Err(TableError::invalid_parameter(
                "Table is being created with a stream disabled, UpdateViewType should not be \
                 specified",
            )),
            (_, view) => Ok(view),
        }
    }

    /// The view type of the stream that a table gets; `None` if its stream shall end.
    pub(crate) fn on_update(self) -> Result<Option<StreamViewType>, TableError> {
        match (self.enabled, self.view_type) {
            (true, None) => Err(TableError::invalid_parameter(
                "If stream is being enabled then UpdateViewType is required",
            )),
            (false, Some(_)) => Err(TableError::invalid_parameter(
                "If stream is being disabled, then UpdateViewType must not be specified",
            )),
            (_, view) => Ok(view),
        }
    }
}

/// The latest stream of a table, in the table's record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSetting {
    /// Its view type.
    pub view_type: StreamViewType,
    /// When it was created, in whole milliseconds; its label.
    pub created_at: CommitTimestamp,
    /// Whether it takes records; it stays named when it no longer does.
    pub enabled: bool,
}

/// Everything known of one stream; outlives its table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamRecord {
    /// Whose stream it is.
    pub table_id: TableId,
    /// The table's name.
    pub table_name: TableName,
    /// The table's primary key.
    pub key_schema: KeySchema,
    /// Its view type.
    pub view_type: StreamViewType,
    /// When it was created, in whole milliseconds; unique among the streams of tables of this
    /// name.
    pub created_at: CommitTimestamp,
    /// A commit before all its records.
    pub starts_after: CommitTimestamp,
    /// When it was disabled, if it was.
    pub disabled_at: Option<CommitTimestamp>,
    /// The table's data key, which seals the records.
    pub wrapped_key: WrappedKey,
    /// Tags by key.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The policy that says who may read the stream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_policy: Option<ResourcePolicy>,
}

impl StreamRecord {
    fn stored_key(&self) -> Vec<u8> {
        let micros = self.created_at.as_micros().to_be_bytes();
        [self.table_name.as_str().as_bytes(), b"\0", &micros].concat()
    }

    /// The change that stores the record.
    pub(crate) fn stored(&self) -> Result<SystemChange, TableError> {
        let mut value = vec![VERSION];
        serde_json::to_writer(&mut value, self)
            .map_err(|error| TableError::Internal(format!("stream record: {error}")))?;
        Ok(SystemChange {
            value: Some(value),
            ..self.removed()
        })
    }

    /// The change that removes the record.
    pub(crate) fn removed(&self) -> SystemChange {
        SystemChange {
            store: SystemStore::STREAMS,
            key: self.stored_key(),
            value: None,
        }
    }

    fn decode((key, value): &StoredRecord) -> Result<Self, TableError> {
        let record = value
            .strip_prefix(&[VERSION])
            .and_then(|json| serde_json::from_slice::<Self>(json).ok())
            .filter(|record| record.stored_key() == *key);
        record.ok_or_else(|| {
            TableError::Internal("a stream record is of an unknown version or damaged".to_owned())
        })
    }

    /// The name of the stream's change log.
    pub(crate) fn log_name(&self, realm: &Realm) -> String {
        let (id, micros) = (self.table_id, self.created_at.as_micros());
        format!("{}/{}{LOG_KIND}{id}/{micros}", realm.account, realm.region)
    }
}

const LOG_KIND: &str = "/stream/";

/// Whether a change log of this name belongs to a stream.
pub(crate) fn is_log_of_stream(name: &str) -> bool {
    name.contains(LOG_KIND)
}

/// A stream that is open. It never changes: when it is disabled, another takes its place.
pub struct Stream {
    record: StreamRecord,
    log: LogHandle,
    cipher: Arc<RecordCipher>,
}

impl Stream {
    /// The stream of a record, given the cipher of its table's data key.
    pub(crate) fn new(
        engine: &dyn Engine,
        realm: &Realm,
        record: StreamRecord,
        cipher: Arc<RecordCipher>,
    ) -> Result<Self, TableError> {
        let log = engine.log(&record.log_name(realm))?;
        Ok(Self {
            record,
            log,
            cipher,
        })
    }

    /// What is known of it.
    pub fn record(&self) -> &StreamRecord {
        &self.record
    }

    pub(crate) fn log(&self) -> LogHandle {
        self.log
    }

    pub(crate) fn cipher(&self) -> &RecordCipher {
        &self.cipher
    }

    /// Whether it takes no more records.
    pub fn has_ended(&self) -> bool {
        self.record.disabled_at.is_some()
    }

    /// Whether its end is so long ago that it is to be removed.
    pub(crate) fn is_over(&self, now: CommitTimestamp) -> bool {
        let over = |at: CommitTimestamp| at.plus_micros(RETENTION_MICROS) <= now;
        self.record.disabled_at.is_some_and(over)
    }

    /// What a change of an item adds to the stream's log.
    pub(crate) fn entry(
        &self,
        key: &Bytes,
        identity: StreamIdentity,
        old: Option<&Item>,
        new: Option<&Item>,
    ) -> Option<LogEntry> {
        let record = &self.record;
        let stored = change::encode(record.view_type, &record.key_schema, identity, old, new)?;
        let (table, created_at) = (record.table_id, record.created_at);
        let sealed = change::seal(&self.cipher, table, created_at, key, &stored);
        Some(LogEntry {
            log: self.log,
            table,
            key: key.clone(),
            value: Some(sealed.into()),
            old_value: None,
        })
    }

    /// The same stream with another record.
    pub(crate) fn with_record(&self, record: StreamRecord) -> Self {
        Self {
            record,
            log: self.log,
            cipher: Arc::clone(&self.cipher),
        }
    }

    /// The stream after its end, and what marks the end in its log.
    pub(crate) fn ended(&self, at: CommitTimestamp) -> (Self, LogEntry) {
        let ended = self.with_record(StreamRecord {
            disabled_at: Some(at),
            ..self.record.clone()
        });
        let mark = LogEntry {
            log: self.log,
            table: self.record.table_id,
            key: Bytes::new(),
            value: None,
            old_value: None,
        };
        (ended, mark)
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

type ByName = BTreeMap<(TableName, CommitTimestamp), Arc<Stream>>;

/// The streams of a realm, by table name and creation.
#[derive(Default)]
pub(crate) struct Streams(ArcSwap<ByName>);

impl Streams {
    /// Opens the streams of these records.
    pub(crate) fn open(
        engine: &dyn Engine,
        master: &MasterKey,
        randomness: &dyn Randomness,
        realm: &Realm,
        records: &[StoredRecord],
    ) -> Result<Self, TableError> {
        let streams = Self::default();
        for stored in records {
            let record = StreamRecord::decode(stored)?;
            let key = master.unwrap_key(&record.wrapped_key)?;
            let cipher = Arc::new(RecordCipher::new(&key, randomness));
            streams.put(Arc::new(Stream::new(engine, realm, record, cipher)?));
        }
        Ok(streams)
    }

    pub(crate) fn all(&self) -> Vec<Arc<Stream>> {
        self.0.load().values().cloned().collect()
    }

    pub(crate) fn get(
        &self,
        table: &TableName,
        created_at: CommitTimestamp,
    ) -> Option<Arc<Stream>> {
        self.0.load().get(&(table.clone(), created_at)).cloned()
    }

    /// The stream that takes a table's changes. One that is set but not there is damage.
    pub(crate) fn active(&self, table: &TableRecord) -> Result<Option<Arc<Stream>>, TableError> {
        let Some(setting) = table.settings.stream.filter(|setting| setting.enabled) else {
            return Ok(None);
        };
        let found = self.get(&table.name, setting.created_at);
        let missing = || TableError::Internal(format!("the stream of table {} is gone", table.id));
        found.map(Some).ok_or_else(missing)
    }

    /// The newest stream of a table name.
    pub(crate) fn newest(&self, table: &TableName) -> Option<Arc<Stream>> {
        let of_table =
            (table.clone(), CommitTimestamp::ZERO)..=(table.clone(), CommitTimestamp::MAX);
        let streams = self.0.load();
        streams
            .range(of_table)
            .next_back()
            .map(|(_, s)| Arc::clone(s))
    }

    pub(crate) fn put(&self, stream: Arc<Stream>) {
        self.change(|streams| {
            let record = stream.record();
            let name = (record.table_name.clone(), record.created_at);
            streams.insert(name, stream);
        });
    }

    pub(crate) fn remove(&self, stream: &Stream) {
        let record = stream.record();
        self.change(|streams| {
            streams.remove(&(record.table_name.clone(), record.created_at));
        });
    }

    /// In turn only.
    fn change(&self, change: impl FnOnce(&mut ByName)) {
        let mut streams = ByName::clone(&self.0.load());
        change(&mut streams);
        self.0.store(Arc::new(streams));
    }
}
