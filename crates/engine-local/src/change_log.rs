//! Change logs as a row of slices.
//!
//! A slice is a fjall keyspace of its own, so that forgetting archived records is dropping a
//! keyspace, not deleting record by record. Only the last slice is written to. What must hold:
//!
//! * Slices do not overlap and are in order. A commit lies in one slice, however large it is: a
//!   slice is named after the first commit in it, so a second one for the same commit would be
//!   the same keyspace, and would go when the first one is dropped.
//! * A slice's `last` is raised before the records go to the journal, so that
//!   [`ChangeLog::trim`] never takes a slice that a batch is on its way to.

use std::collections::VecDeque;
use std::sync::Arc;

use anywhen_engine::{EngineError, LogHandle, LogIterator, LogRecord};
use anywhen_model::CommitTimestamp;
use fjall::{AbstractTree, Database, Keyspace, Readable};
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;

use crate::failure::engine_error;
use crate::layout::{make_keyspace, read_instant, record_key, slice_name, slice_options};
use crate::view::Views;

/// A slice below this share of its full size is kept although all of it was trimmed: making a
/// new one costs more than the little it holds.
const SMALL_SLICE_SHARE: u64 = 16;

/// All change logs.
pub(crate) struct ChangeLogs {
    database: Database,
    slice_bytes: u64,
    /// By handle; `None` where one was dropped. Handles are never given twice.
    logs: RwLock<Vec<Option<Arc<ChangeLog>>>>,
}

impl ChangeLogs {
    pub(crate) fn new(database: Database, slice_bytes: u64) -> Self {
        Self {
            database,
            slice_bytes,
            logs: RwLock::default(),
        }
    }

    /// The log's handle; it is made if there is none of this name.
    pub(crate) fn open(&self, name: &str) -> Result<LogHandle, EngineError> {
        slice_name(name, CommitTimestamp::MAX)?;
        let mut logs = self.logs.write();
        let position = position(&logs, name).unwrap_or_else(|| {
            let log = ChangeLog::new(name, self.database.clone(), self.slice_bytes);
            logs.push(Some(Arc::new(log)));
            logs.len() - 1
        });
        Ok(LogHandle(position as u32))
    }

    /// Names of all logs.
    pub(crate) fn names(&self) -> Vec<String> {
        let logs = self.logs.read();
        logs.iter().flatten().map(|log| log.name.clone()).collect()
    }

    /// Drops a log with all its slices. After a crash in between, the slices that are left are
    /// a log again, of the same name.
    pub(crate) fn drop_log(&self, name: &str) -> Result<(), EngineError> {
        let dropped = {
            let mut logs = self.logs.write();
            position(&logs, name).and_then(|position| logs.get_mut(position)?.take())
        };
        dropped.map_or(Ok(()), |log| log.drop_slices())
    }

    pub(crate) fn get(&self, handle: LogHandle) -> Result<Arc<ChangeLog>, EngineError> {
        let logs = self.logs.read();
        logs.get(handle.0 as usize)
            .cloned()
            .flatten()
            .ok_or_else(|| EngineError::UnknownKeyspace(format!("log #{}", handle.0)))
    }

    /// Takes over a slice found on disk. Slices of a log must come in order.
    pub(crate) fn recover(
        &self,
        log: &str,
        first: CommitTimestamp,
        keyspace: Keyspace,
    ) -> Result<(), EngineError> {
        let handle = self.open(log)?;
        self.get(handle)?.recover(first, keyspace)
    }

    /// Every slice, for the housekeeper.
    pub(crate) fn keyspaces(&self) -> Vec<Keyspace> {
        let logs = self.logs.read();
        logs.iter()
            .flatten()
            .flat_map(|log| {
                let slices = log.slices.lock();
                slices
                    .iter()
                    .map(|slice| slice.keyspace.clone())
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}

fn position(logs: &[Option<Arc<ChangeLog>>], name: &str) -> Option<usize> {
    let is_it = |log: &Option<Arc<ChangeLog>>| log.as_ref().is_some_and(|log| log.name == name);
    logs.iter().position(is_it)
}

/// One change log.
pub(crate) struct ChangeLog {
    name: String,
    database: Database,
    slice_bytes: u64,
    slices: Mutex<VecDeque<Slice>>,
    last: watch::Sender<CommitTimestamp>,
}

struct Slice {
    keyspace: Keyspace,
    first: CommitTimestamp,
    last: CommitTimestamp,
    size_bytes: u64,
}

impl ChangeLog {
    fn new(name: &str, database: Database, slice_bytes: u64) -> Self {
        Self {
            name: name.to_owned(),
            database,
            slice_bytes,
            slices: Mutex::default(),
            last: watch::Sender::new(CommitTimestamp::ZERO),
        }
    }

    fn recover(&self, first: CommitTimestamp, keyspace: Keyspace) -> Result<(), EngineError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "nothing writes while a log is recovered"
        )]
        let snapshot = self.database.snapshot();
        let Some(newest) = snapshot.last_key_value(&keyspace) else {
            // Made for a commit that never became durable.
            return self
                .database
                .delete_keyspace(keyspace)
                .map_err(engine_error);
        };
        let last = read_instant(&newest.key().map_err(engine_error)?)?;
        let size_bytes = keyspace.disk_space() + keyspace.tree.active_memtable().size();
        self.slices.lock().push_back(Slice {
            keyspace,
            first,
            last,
            size_bytes,
        });
        self.last.send_replace(last);
        Ok(())
    }

    /// The slice that takes the records of a commit that is about to be written.
    pub(crate) fn slice_for(
        &self,
        timestamp: CommitTimestamp,
        size_bytes: u64,
    ) -> Result<Keyspace, EngineError> {
        let mut slices = self.slices.lock();
        if let Some(slice) = slices.back_mut()
            && (slice.size_bytes < self.slice_bytes || slice.last == timestamp)
        {
            slice.last = timestamp;
            slice.size_bytes += size_bytes;
            return Ok(slice.keyspace.clone());
        }
        let name = slice_name(&self.name, timestamp)?;
        let options = || slice_options(self.slice_bytes);
        let keyspace = make_keyspace(&self.database, &name, options)?;
        let (first, last) = (timestamp, timestamp);
        slices.push_back(Slice {
            keyspace: keyspace.clone(),
            first,
            last,
            size_bytes,
        });
        Ok(keyspace)
    }

    /// Tells watchers of records that have become visible.
    pub(crate) fn announce(&self, last: CommitTimestamp) {
        self.last.send_replace(last);
    }

    pub(crate) fn watch(&self) -> watch::Receiver<CommitTimestamp> {
        self.last.subscribe()
    }

    /// Records after one instant through another, which must be sealed.
    pub(crate) fn changes(
        &self,
        views: &Views,
        after: CommitTimestamp,
        through: CommitTimestamp,
    ) -> LogIterator {
        if after >= through {
            return Box::new(std::iter::empty());
        }
        let keyspaces: Vec<Keyspace> = {
            let slices = self.slices.lock();
            let overlapping = slices
                .iter()
                .filter(|s| s.last > after && s.first <= through);
            overlapping.map(|slice| slice.keyspace.clone()).collect()
        };
        // Taken after the slices were listed: it knows everything that lies in them.
        let view = views.current();
        let range = record_key(after.next(), 0)..=record_key(through, u32::MAX);
        let records = keyspaces
            .into_iter()
            .flat_map(move |keyspace| view.snapshot.range(&keyspace, range.clone()).map(record));
        Box::new(records)
    }

    /// Drops the slices that end at or before the instant.
    pub(crate) fn trim(&self, through: CommitTimestamp) -> Result<(), EngineError> {
        for slice in self.take_trimmed(through) {
            self.database.delete_keyspace(slice).map_err(engine_error)?;
        }
        Ok(())
    }

    fn drop_slices(&self) -> Result<(), EngineError> {
        let slices = std::mem::take(&mut *self.slices.lock());
        for slice in slices {
            self.database
                .delete_keyspace(slice.keyspace)
                .map_err(engine_error)?;
        }
        Ok(())
    }

    fn take_trimmed(&self, through: CommitTimestamp) -> Vec<Keyspace> {
        let mut slices = self.slices.lock();
        let mut trimmed = Vec::new();
        while let Some(oldest) = slices.front() {
            let is_small = oldest.size_bytes < self.slice_bytes / SMALL_SLICE_SHARE;
            if oldest.last > through || (slices.len() == 1 && is_small) {
                break;
            }
            trimmed.extend(slices.pop_front().map(|slice| slice.keyspace));
        }
        trimmed
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.slices
            .lock()
            .iter()
            .map(|slice| slice.size_bytes)
            .sum()
    }
}

fn record(guard: fjall::Guard) -> Result<LogRecord, EngineError> {
    let (key, value) = guard.into_inner().map_err(engine_error)?;
    LogRecord::decode(read_instant(&key)?, value.into())
}
