//! Sealed records of the system itself: catalog, backups, restores, tokens.
//!
//! Each record is bound to its store and key, and every change of several records is one
//! commit. Two changes of one record never overlap: the latches see to it.
//!
//! The stores that a lost server must get back ([`SystemStore::WITH_HISTORY`]) are one table of
//! the archive, [`TableId::SYSTEM`], with a timeline of its own. Each of their changes is a
//! change-log record in the same commit: its stored key is the store's name, a zero byte and the
//! record's key, its item the record. Other stores say what this data directory alone has to
//! know, and are never logged.

use std::collections::HashMap;
use std::ops::Bound;
use std::sync::Arc;

use anywhen_engine::{
    Direction, Engine, KeyspaceHandle, KeyspaceName, LogEntry, LogHandle, Snapshot, Write,
};
use anywhen_model::{Realm, TableId};
use bytes::Bytes;
use parking_lot::Mutex;

use crate::error::TableError;
use crate::table::{ITEMS_PART, TableKeys};

/// Between the name of a store and the key of a record, in a stored key of the system's
/// timeline. No store's name holds it, so keys sort by store first.
const SEPARATOR: u8 = 0;

/// A named set of system records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemStore(&'static str);

impl SystemStore {
    /// Backups and what belongs to them.
    pub const BACKUPS: Self = Self::new("backups");
    /// Running restores.
    pub const RESTORES: Self = Self::new("restores");
    /// Where the windows of tables begin at the earliest.
    pub const WINDOW_FLOORS: Self = Self::new("window-floors");
    /// The tables.
    pub const CATALOG: Self = Self::new("catalog");
    /// How far the filling of indexes has come.
    pub(crate) const BACKFILLS: Self = Self::new("backfills");
    pub(crate) const MANAGED_KEYS: Self = Self::new("managed-keys");
    /// The streams, also those of tables that are gone.
    pub const STREAMS: Self = Self::new("streams");
    pub(crate) const TOKENS: Self = Self::new("tokens");
    pub(crate) const TOKENS_BY_TIME: Self = Self::new("tokens-by-time");

    /// The stores whose history is kept, by name.
    pub const WITH_HISTORY: [Self; 4] = [
        Self::BACKUPS,
        Self::CATALOG,
        Self::MANAGED_KEYS,
        Self::WINDOW_FLOORS,
    ];

    /// A store of this name, `[a-z-]+`; it comes into being with its first record.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The store's name.
    pub fn name(self) -> &'static str {
        self.0
    }

    fn has_history(self) -> bool {
        Self::WITH_HISTORY.contains(&self)
    }
}

/// Key and value of a system record.
pub type StoredRecord = (Vec<u8>, Vec<u8>);

/// One change of one system record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemChange {
    /// Where.
    pub store: SystemStore,
    /// The record's key.
    pub key: Vec<u8>,
    /// Its new value; `None` removes it.
    pub value: Option<Vec<u8>>,
}

impl SystemChange {
    /// The record that stands under a stored key in the system's timeline.
    pub fn from_history(key: &[u8], item: Vec<u8>) -> Result<Self, TableError> {
        let unknown = || {
            let text = String::from_utf8_lossy(key);
            TableError::Internal(format!(
                "the archive has a system record of no kind known here: {text}"
            ))
        };
        let end = key
            .iter()
            .position(|byte| *byte == SEPARATOR)
            .ok_or_else(unknown)?;
        let (name, rest) = key.split_at(end);
        let store = SystemStore::WITH_HISTORY
            .into_iter()
            .find(|store| store.name().as_bytes() == name)
            .ok_or_else(unknown)?;
        Ok(Self {
            store,
            key: rest.get(1..).unwrap_or_default().to_vec(),
            value: Some(item),
        })
    }
}

/// The system records of one realm.
pub(crate) struct SystemRecords {
    engine: Arc<dyn Engine>,
    realm: Realm,
    keys: TableKeys,
    keyspaces: Mutex<HashMap<SystemStore, KeyspaceHandle>>,
}

impl SystemRecords {
    pub(crate) fn new(engine: Arc<dyn Engine>, realm: Realm, keys: TableKeys) -> Self {
        Self {
            engine,
            realm,
            keys,
            keyspaces: Mutex::default(),
        }
    }

    /// The keys of the realm's system records.
    pub(crate) fn keys(&self) -> &TableKeys {
        &self.keys
    }

    pub(crate) fn get(
        &self,
        snapshot: &dyn Snapshot,
        store: SystemStore,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, TableError> {
        let sealed = snapshot.get(self.keyspace(store)?, key)?;
        sealed
            .map(|sealed| self.open(store, key, &sealed))
            .transpose()
    }

    /// All records whose key starts with `prefix`, by ascending key.
    pub(crate) fn list(
        &self,
        snapshot: &dyn Snapshot,
        store: SystemStore,
        prefix: &[u8],
    ) -> Result<Vec<StoredRecord>, TableError> {
        let bounds = (
            Bound::Included(Bytes::copy_from_slice(prefix)),
            Bound::Unbounded,
        );
        let mut records = Vec::new();
        for entry in snapshot.range(self.keyspace(store)?, bounds, Direction::Forward)? {
            let (key, sealed) = entry?;
            if !key.starts_with(prefix) {
                break;
            }
            let value = self.open(store, &key, &sealed)?;
            records.push((key.to_vec(), value));
        }
        Ok(records)
    }

    /// The first keys at or after `from`, at most `count`.
    pub(crate) fn keys_from(
        &self,
        snapshot: &dyn Snapshot,
        store: SystemStore,
        from: &[u8],
        count: usize,
    ) -> Result<Vec<Vec<u8>>, TableError> {
        let bounds = (
            Bound::Included(Bytes::copy_from_slice(from)),
            Bound::Unbounded,
        );
        let range = snapshot.range(self.keyspace(store)?, bounds, Direction::Forward)?;
        range
            .take(count)
            .map(|entry| Ok(entry?.0.to_vec()))
            .collect()
    }

    /// The engine's form of a change.
    pub(crate) fn write(&self, change: &SystemChange) -> Result<Write, TableError> {
        let place = place(change.store, &change.key);
        let value = change
            .value
            .as_ref()
            .map(|value| self.keys.cipher.seal(&place, value).into());
        let key = Bytes::copy_from_slice(&change.key);
        Ok(Write {
            keyspace: self.keyspace(change.store)?,
            key,
            value,
        })
    }

    /// The change-log record of a change, if its store's history is kept.
    pub(crate) fn log_entry(&self, log: LogHandle, change: &SystemChange) -> Option<LogEntry> {
        let key = change
            .store
            .has_history()
            .then(|| history_key(change.store, &change.key))?;
        let place = anywhen_kms::place(TableId::SYSTEM, ITEMS_PART, &key);
        let seal = |value: &Vec<u8>| Bytes::from(self.keys.cipher.seal(&place, value));
        Some(LogEntry {
            log,
            table: TableId::SYSTEM,
            value: change.value.as_ref().map(seal),
            key,
            old_value: None,
        })
    }

    /// All records whose history is kept, in the clear, by their stored keys in the system's
    /// timeline.
    pub(crate) fn with_history(
        &self,
        snapshot: &dyn Snapshot,
    ) -> Result<Vec<(Bytes, Bytes)>, TableError> {
        let mut records = Vec::new();
        for store in SystemStore::WITH_HISTORY {
            let listed = self.list(snapshot, store, b"")?.into_iter();
            records.extend(listed.map(|(key, value)| (history_key(store, &key), value.into())));
        }
        Ok(records)
    }

    fn open(&self, store: SystemStore, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, TableError> {
        self.keys
            .cipher
            .open(&place(store, key), sealed)
            .map_err(|error| {
                TableError::Internal(format!(
                    "record of {} in {}: {error}",
                    self.realm,
                    store.name()
                ))
            })
    }

    fn keyspace(&self, store: SystemStore) -> Result<KeyspaceHandle, TableError> {
        let mut keyspaces = self.keyspaces.lock();
        if let Some(handle) = keyspaces.get(&store) {
            return Ok(*handle);
        }
        let handle = self
            .engine
            .keyspace(&KeyspaceName::system(&self.realm, store.name()))?;
        keyspaces.insert(store, handle);
        Ok(handle)
    }
}

/// What a record is bound to; also names its latch.
pub(crate) fn place(store: SystemStore, key: &[u8]) -> Vec<u8> {
    [b"system/", store.name().as_bytes(), b"\0", key].concat()
}

/// The stored key of a record in the system's timeline.
fn history_key(store: SystemStore, key: &[u8]) -> Bytes {
    [store.name().as_bytes(), &[SEPARATOR], key].concat().into()
}
