//! Change logs as a row of slices.
//!
//! A slice is a fjall keyspace of its own, so that forgetting archived records is dropping a
//! keyspace, not deleting record by record. Only the last slice is written to. What must hold:
//!
//! * Slices do not overlap and are in order. A commit lies in one slice, however large it is: a
//!   slice is named after the first commit in it, so a second one for the same commit would be
//!   the same keyspace, and would go when the first one is dropped.
//! * A slice's `last` is raised before the records go to the journal, so that
//!   [`ChangeLog::take_trimmed`] never takes a slice that a batch is on its way to.
//! * Each batch says in `meta` how far the slices go that it adds to, and that is taken back
//!   before a slice is dropped. So an opening that finds less has lost records, and does not go
//!   on as if there had been none ([`verify_slices`]).

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use anywhen_engine::{EngineError, LogHandle, LogIterator, LogRecord};
use anywhen_model::CommitTimestamp;
use fjall::{AbstractTree, Database, Keyspace, KeyspaceCreateOptions, Readable};
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

    /// Takes a log away, with all its slices, which the caller drops. Of those that it does not
    /// come to, an opening makes a log again, of the same name.
    pub(crate) fn take_log(&self, name: &str) -> Vec<Keyspace> {
        let mut logs = self.logs.write();
        let log = position(&logs, name).and_then(|position| logs.get_mut(position)?.take());
        log.map_or_else(Vec::new, |log| log.take_all())
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

    /// Takes all slices away.
    fn take_all(&self) -> Vec<Keyspace> {
        let slices = std::mem::take(&mut *self.slices.lock());
        slices.into_iter().map(|slice| slice.keyspace).collect()
    }

    /// Takes away the slices that end at or before a sealed instant. The caller drops them.
    pub(crate) fn take_trimmed(&self, through: CommitTimestamp) -> Vec<Keyspace> {
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

/// Fails if a slice is missing or ends before the last commit that was written to it, by what
/// `meta` says: the names of slices and that commit's timestamp. Changes nothing.
pub(crate) fn verify_slices(
    database: &Database,
    slices: &BTreeMap<String, CommitTimestamp>,
) -> Result<(), EngineError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing writes while a database is opened"
    )]
    let snapshot = database.snapshot();
    for (name, last) in slices {
        let lost = |found: &str| {
            EngineError::Corrupt(format!(
                "the change log has lost records: {name} {found}, but commits up to {last} were \
                 written to it; put the data directory back from a copy, or rebuild it from the \
                 archive with `anywhen recover`"
            ))
        };
        if !database.keyspace_exists(name) {
            return Err(lost("is not there"));
        }
        let keyspace = database.keyspace(name, KeyspaceCreateOptions::default);
        let keyspace = keyspace.map_err(engine_error)?;
        let Some(newest) = snapshot.last_key_value(&keyspace) else {
            return Err(lost("is empty"));
        };
        let found = read_instant(&newest.key().map_err(engine_error)?)?;
        if found != *last {
            return Err(lost(&format!("ends at {found}")));
        }
    }
    Ok(())
}

fn record(guard: fjall::Guard) -> Result<LogRecord, EngineError> {
    let (key, value) = guard.into_inner().map_err(engine_error)?;
    LogRecord::decode(read_instant(&key)?, value.into())
}

#[cfg(test)]
mod tests;
