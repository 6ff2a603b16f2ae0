//! Sealed records of the system itself: catalog, backups, restores, tokens.
//!
//! Each record is bound to its store and key, and every change of several records is one
//! commit. Two changes of one record never overlap: the latches see to it.

use std::collections::HashMap;
use std::ops::Bound;
use std::sync::Arc;

use anywhen_engine::{Direction, Engine, KeyspaceHandle, KeyspaceName, Snapshot, Write};
use anywhen_kms::RecordCipher;
use anywhen_model::Realm;
use bytes::Bytes;
use parking_lot::Mutex;

use crate::error::TableError;

/// A named set of system records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemStore(&'static str);

impl SystemStore {
    /// Backups and what belongs to them.
    pub const BACKUPS: Self = Self::new("backups");
    /// Running restores.
    pub const RESTORES: Self = Self::new("restores");
    pub(crate) const CATALOG: Self = Self::new("catalog");
    pub(crate) const TOKENS: Self = Self::new("tokens");
    pub(crate) const TOKENS_BY_TIME: Self = Self::new("tokens-by-time");

    /// A store of this name, `[a-z-]+`; it comes into being with its first record.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The store's name.
    pub fn name(self) -> &'static str {
        self.0
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

/// The system records of one realm.
pub(crate) struct SystemRecords {
    engine: Arc<dyn Engine>,
    realm: Realm,
    cipher: RecordCipher,
    keyspaces: Mutex<HashMap<SystemStore, KeyspaceHandle>>,
}

impl SystemRecords {
    pub(crate) fn new(engine: Arc<dyn Engine>, realm: Realm, cipher: RecordCipher) -> Self {
        Self {
            engine,
            realm,
            cipher,
            keyspaces: Mutex::default(),
        }
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
            .map(|value| self.cipher.seal(&place, value).into());
        let key = Bytes::copy_from_slice(&change.key);
        Ok(Write {
            keyspace: self.keyspace(change.store)?,
            key,
            value,
        })
    }

    fn open(&self, store: SystemStore, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, TableError> {
        self.cipher
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
