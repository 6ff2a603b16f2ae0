//! What a restart keeps: the records, the change logs, the clock floor.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use anywhen_engine::{
    EngineError, KeyspaceHandle, KeyspaceName, LogEntry, LogHandle, LogRecord, Write,
};
use anywhen_model::CommitTimestamp;
use bytes::Bytes;
use imbl::OrdMap;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

/// The "disk" under [`crate::MemoryEngine`]s, one open engine at a time.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Stored>>);

impl MemoryStore {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Stored> {
        self.0.lock()
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

/// The records of one keyspace; cloning shares structure, so a view costs nothing.
pub(crate) type Records = OrdMap<Bytes, Bytes>;

#[derive(Default)]
pub(crate) struct Stored {
    /// Counts the engines opened on this store; only the last one may use it.
    pub(crate) generation: u64,
    /// No later commit may have a timestamp at or below this one.
    pub(crate) floor: CommitTimestamp,
    /// Timestamp of the last commit.
    last: CommitTimestamp,
    names: BTreeMap<KeyspaceName, KeyspaceHandle>,
    keyspaces: OrdMap<KeyspaceHandle, Records>,
    /// Handles are never given twice, so one of a dropped keyspace stays unknown for good.
    next_handle: u32,
    /// By handle; `None` where one was dropped. Handles are never given twice.
    logs: Vec<Option<Log>>,
}

/// An unchanging view of every keyspace.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) timestamp: CommitTimestamp,
    keyspaces: OrdMap<KeyspaceHandle, Records>,
    next_handle: u32,
}

impl View {
    /// The keyspace's records; `None` when it was made after this view, which saw it empty.
    pub(crate) fn records(&self, handle: KeyspaceHandle) -> Result<Option<&Records>, EngineError> {
        match self.keyspaces.get(&handle) {
            None if handle.0 < self.next_handle => Err(unknown_keyspace(handle)),
            records => Ok(records),
        }
    }
}

fn unknown_keyspace(handle: KeyspaceHandle) -> EngineError {
    EngineError::UnknownKeyspace(format!("keyspace #{}", handle.0))
}

impl Stored {
    pub(crate) fn open_keyspace(&mut self, name: &KeyspaceName) -> KeyspaceHandle {
        if let Some(&handle) = self.names.get(name) {
            return handle;
        }
        let handle = KeyspaceHandle(self.next_handle);
        self.next_handle += 1;
        self.names.insert(name.clone(), handle);
        self.keyspaces.insert(handle, Records::new());
        handle
    }

    pub(crate) fn keyspace_names(&self) -> Vec<KeyspaceName> {
        self.names.keys().cloned().collect()
    }

    pub(crate) fn drop_keyspace(&mut self, name: &KeyspaceName) {
        if let Some(handle) = self.names.remove(name) {
            self.keyspaces.remove(&handle);
        }
    }

    pub(crate) fn check_keyspace(&self, handle: KeyspaceHandle) -> Result<(), EngineError> {
        if self.keyspaces.contains_key(&handle) {
            Ok(())
        } else {
            Err(unknown_keyspace(handle))
        }
    }

    pub(crate) fn view(&self) -> View {
        View {
            timestamp: self.last,
            keyspaces: self.keyspaces.clone(),
            next_handle: self.next_handle,
        }
    }

    /// Applies a commit whose keyspaces and logs have been checked.
    pub(crate) fn apply(
        &mut self,
        timestamp: CommitTimestamp,
        writes: Vec<Write>,
        log: &[LogEntry],
    ) {
        for write in writes {
            if let Some(records) = self.keyspaces.get_mut(&write.keyspace) {
                match write.value {
                    Some(value) => records.insert(write.key, value),
                    None => records.remove(&write.key),
                };
            }
        }
        for entry in log {
            if let Some(Some(log)) = self.logs.get_mut(entry.log.0 as usize) {
                log.append(timestamp, entry);
            }
        }
        self.last = timestamp;
        self.floor = timestamp;
        for log in self.logs.iter().flatten() {
            log.announce();
        }
    }

    /// Adds bulk-loaded records.
    pub(crate) fn load(
        &mut self,
        handle: KeyspaceHandle,
        loaded: Vec<(Bytes, Bytes)>,
    ) -> Result<(), EngineError> {
        let records = self
            .keyspaces
            .get_mut(&handle)
            .ok_or_else(|| unknown_keyspace(handle))?;
        for (key, value) in loaded {
            records.insert(key, value);
        }
        Ok(())
    }

    pub(crate) fn open_log(&mut self, name: &str) -> LogHandle {
        let position = self.log_position(name).unwrap_or_else(|| {
            self.logs.push(Some(Log::new(name)));
            self.logs.len() - 1
        });
        LogHandle(position as u32)
    }

    pub(crate) fn log_names(&self) -> Vec<String> {
        let logs = self.logs.iter().flatten();
        logs.map(|log| log.name.clone()).collect()
    }

    pub(crate) fn drop_log(&mut self, name: &str) {
        if let Some(position) = self.log_position(name)
            && let Some(log) = self.logs.get_mut(position)
        {
            *log = None;
        }
    }

    fn log_position(&self, name: &str) -> Option<usize> {
        let is_it = |log: &Option<Log>| log.as_ref().is_some_and(|log| log.name == name);
        self.logs.iter().position(is_it)
    }

    pub(crate) fn log(&self, handle: LogHandle) -> Result<&Log, EngineError> {
        self.logs
            .get(handle.0 as usize)
            .and_then(Option::as_ref)
            .ok_or_else(|| unknown_log(handle))
    }

    pub(crate) fn log_mut(&mut self, handle: LogHandle) -> Result<&mut Log, EngineError> {
        self.logs
            .get_mut(handle.0 as usize)
            .and_then(Option::as_mut)
            .ok_or_else(|| unknown_log(handle))
    }
}

fn unknown_log(handle: LogHandle) -> EngineError {
    EngineError::UnknownKeyspace(format!("log #{}", handle.0))
}

/// One change log.
pub(crate) struct Log {
    name: String,
    records: BTreeMap<CommitTimestamp, Vec<LogRecord>>,
    last: watch::Sender<CommitTimestamp>,
    announced: CommitTimestamp,
}

impl Log {
    fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            records: BTreeMap::new(),
            last: watch::Sender::new(CommitTimestamp::default()),
            announced: CommitTimestamp::default(),
        }
    }

    fn append(&mut self, timestamp: CommitTimestamp, entry: &LogEntry) {
        self.records.entry(timestamp).or_default().push(LogRecord {
            timestamp,
            table: entry.table,
            key: entry.key.clone(),
            value: entry.value.clone(),
            old_value: entry.old_value.clone(),
        });
        self.announced = timestamp;
    }

    fn announce(&self) {
        self.last
            .send_if_modified(|last| std::mem::replace(last, self.announced) != self.announced);
    }

    pub(crate) fn watch(&self) -> watch::Receiver<CommitTimestamp> {
        self.last.subscribe()
    }

    pub(crate) fn records(
        &self,
        after: CommitTimestamp,
        through: CommitTimestamp,
    ) -> Vec<LogRecord> {
        if after >= through {
            return Vec::new();
        }
        let range = (Bound::Excluded(after), Bound::Included(through));
        self.records
            .range(range)
            .flat_map(|(_, records)| records.iter().cloned())
            .collect()
    }

    pub(crate) fn trim(&mut self, through: CommitTimestamp) {
        self.records = self.records.split_off(&through.next());
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        let part = |part: &Option<Bytes>| part.as_ref().map_or(0, Bytes::len);
        let records = self.records.values().flatten();
        records
            .map(|r| (r.key.len() + part(&r.value) + part(&r.old_value)) as u64)
            .sum()
    }
}
