//! What a realm's recovery knows in memory: backups, running restores, spans, holds.
//!
//! The book follows the system records: a change is committed first, then entered here. It is
//! only ever locked for a moment; whoever waits for a state waits on its watch.
//!
//! A [`Hold`] is how a job says that it still needs something of a table that a deletion or the
//! end of point-in-time recovery would take away. Taking a hold and refusing new ones
//! ([`Entries::closing`]) happen under the same lock, so no job slips in behind a deletion that
//! has stopped waiting.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId, TableName};
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::backup::{BackupKey, BackupRecord};
use crate::restore::RunningRestore;

/// The book of one realm.
pub(crate) struct Book {
    entries: Mutex<Entries>,
    changed: watch::Sender<()>,
}

/// What is in the book.
#[derive(Default)]
pub(crate) struct Entries {
    /// All backups that DescribeBackup finds.
    pub(crate) backups: BTreeMap<BackupKey, BackupRecord>,
    /// Restores under way, by target.
    pub(crate) restores: BTreeMap<TableName, RunningRestore>,
    /// Spans that are being opened or closed; any other span is what the catalog says.
    pub(crate) spans: HashMap<TableId, SpanChange>,
    /// Windows never reach back before these, whatever the recovery period says.
    pub(crate) floors: HashMap<TableId, CommitTimestamp>,
    /// Tables whose deletion waits for nobody any more.
    pub(crate) closing: HashSet<TableId>,
    holds: HashMap<(TableId, Needs), usize>,
}

/// A span between two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanChange {
    /// Its first keyframe is on its way into the archive.
    Opening,
    /// As [`Self::Opening`], but history has been switched off: it is closed when it is open.
    OpeningToClose,
    /// It ends as soon as no job needs it.
    Closing,
}

/// What a job needs of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Needs {
    /// Its history, until the job's pin is in the archive.
    Span,
    /// That it is not dropped.
    Table,
}

/// A job's need; ends when dropped.
pub(crate) struct Hold {
    book: Arc<Book>,
    what: (TableId, Needs),
}

impl Book {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            entries: Mutex::default(),
            changed: watch::Sender::new(()),
        })
    }

    /// Looks something up.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Entries) -> T) -> T {
        look(&self.entries.lock())
    }

    /// Changes entries and wakes everybody who waits.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Entries) -> T) -> T {
        let result = change(&mut self.entries.lock());
        self.changed.send_replace(());
        result
    }

    /// Waits until `look` finds what it wants.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut(&Entries) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            if let Some(found) = self.read(&mut look) {
                return found;
            }
            // The sender lives as long as the book.
            let _ = changes.changed().await;
        }
    }

    /// Holds something of a table; `None` once the table's deletion waits for nobody any more.
    pub(crate) fn hold(self: &Arc<Self>, table: TableId, needs: Needs) -> Option<Hold> {
        let what = (table, needs);
        let mut entries = self.entries.lock();
        if entries.closing.contains(&table) {
            return None;
        }
        *entries.holds.entry(what).or_default() += 1;
        Some(Hold {
            book: Arc::clone(self),
            what,
        })
    }
}

impl Entries {
    /// Whether any job holds this.
    pub(crate) fn is_held(&self, table: TableId, needs: Needs) -> bool {
        self.holds.contains_key(&(table, needs))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.book.change(|entries| {
            if let Some(count) = entries.holds.get_mut(&self.what) {
                *count -= 1;
                if *count == 0 {
                    entries.holds.remove(&self.what);
                }
            }
        });
    }
}
