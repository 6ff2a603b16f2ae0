//! What a run knows to be so, across crashes: tables, backups, restores, and the oracle of items.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId, TableName};
use anywhen_recovery::BackupRecord;
use parking_lot::{Mutex, MutexGuard};
use tokio::sync::Notify;

use crate::change::History;
use crate::oracle::Oracle;
use crate::server::{Ground, Server, checked_items, has_spare_index, is_settled};

/// One run: what outlives its servers, and what it knows.
pub(crate) struct Run {
    pub(crate) ground: Ground,
    facts: Mutex<Facts>,
    wrong: Mutex<Option<anyhow::Error>>,
    noticed: Notify,
}

/// See the module head.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) oracle: Oracle,
    /// What clients saw, of which there must be a serial order.
    pub(crate) serial: History,
    pub(crate) tables: BTreeMap<TableName, TableFacts>,
    pub(crate) restores: Vec<Restoring>,
    pub(crate) backups: Vec<BackupFacts>,
    /// What was asked for and has not been answered.
    pub(crate) attempt: Option<Attempt>,
    pub(crate) names: u64,
    pub(crate) writes: u64,
    pub(crate) done: Counts,
}

/// What a run has done; a run that does little proves little.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Writes that were acknowledged.
    pub acknowledged: u64,
    /// Reads, and writes that were refused or changed nothing, with a place in the serial order.
    pub reads: u64,
    /// Writes nobody was told of.
    pub unanswered: u64,
    /// Those of them that had to have happened.
    pub unanswered_happened: u64,
    /// Lives of the server.
    pub lives: u64,
    /// Restores to an instant whose result was compared.
    pub restores: u64,
    /// Restores of backups whose result was compared.
    pub backups: u64,
    /// Lives that a crash ended.
    pub crashes: u64,
    /// Times the wall clock was set.
    pub clock_steps: u64,
    /// Outages of the store that were to last for hours.
    pub outages: u64,
    /// Times a window was seen to have moved up.
    pub windows_moved: u64,
    /// Times an index was added or dropped.
    pub index_changes: u64,
    /// Times the live tables were compared after a start.
    pub reopened: u64,
    /// Objects in the archive at the end.
    pub objects: u64,
    /// Their bytes.
    pub archive_bytes: u64,
    /// Timelines that something of is kept: the system's, and those with history or backups.
    pub timelines: u64,
    /// Backups that are there at the end.
    pub kept_backups: u64,
    /// Bytes of all changes that were ever logged for them.
    pub kept_bytes: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.reads += other.reads;
        self.unanswered += other.unanswered;
        self.unanswered_happened += other.unanswered_happened;
        self.lives += other.lives;
        self.restores += other.restores;
        self.backups += other.backups;
        self.crashes += other.crashes;
        self.clock_steps += other.clock_steps;
        self.outages += other.outages;
        self.windows_moved += other.windows_moved;
        self.index_changes += other.index_changes;
        self.reopened += other.reopened;
        self.objects += other.objects;
        self.archive_bytes += other.archive_bytes;
        self.timelines += other.timelines;
        self.kept_backups += other.kept_backups;
        self.kept_bytes += other.kept_bytes;
    }
}

/// A table that clients use.
#[derive(Debug, Clone)]
pub(crate) struct TableFacts {
    pub(crate) id: TableId,
    pub(crate) history: Option<WindowFacts>,
    /// Its deletion has been asked for; by a request that was answered, if `Some(true)`.
    pub(crate) deleting: Option<bool>,
    /// It has the index that comes and goes, or will have it once that is filled.
    pub(crate) spare_index: bool,
}

/// What has been said of a window.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WindowFacts {
    /// It has been there.
    pub(crate) shown: bool,
    pub(crate) earliest: CommitTimestamp,
    /// The last "latest" while the store was well.
    pub(crate) latest: CommitTimestamp,
}

/// A restore that was accepted.
#[derive(Debug, Clone)]
pub(crate) struct Restoring {
    pub(crate) target: TableName,
    pub(crate) source: TableId,
    pub(crate) at: CommitTimestamp,
    pub(crate) from_backup: bool,
    /// Whether it has to have the index that comes and goes, if that is known.
    pub(crate) spare_index: Option<bool>,
}

#[derive(Debug, Clone)]
pub(crate) struct BackupFacts {
    pub(crate) record: BackupRecord,
    /// The table's history was kept when it was made.
    pub(crate) history: bool,
    pub(crate) available: bool,
    /// May be missing: a crash came before it was available, or its deletion was asked for.
    pub(crate) may_be_gone: bool,
    /// Whether the table had the index that comes and goes, if that is known.
    pub(crate) spare_index: Option<bool>,
}

/// A request to the control plane.
#[derive(Debug, Clone)]
pub(crate) enum Attempt {
    Create(TableName),
    Delete,
    Switch(TableName),
    Restore(Restoring),
    Backup(TableName, String),
    Index(TableName),
}

impl Run {
    pub(crate) fn new(ground: Ground) -> Arc<Self> {
        Arc::new(Self {
            ground,
            facts: Mutex::default(),
            wrong: Mutex::default(),
            noticed: Notify::new(),
        })
    }

    /// Never held across an await.
    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock()
    }

    /// An invariant does not hold. The first one counts.
    pub(crate) fn wrong(&self, error: anyhow::Error) {
        self.wrong.lock().get_or_insert(error);
        self.noticed.notify_one();
    }

    pub(crate) fn take_wrong(&self) -> Option<anyhow::Error> {
        self.wrong.lock().take()
    }

    /// Waits until an invariant does not hold.
    pub(crate) async fn noticed(&self) {
        self.noticed.notified().await;
    }

    /// Runs an actor beside the others; what it finds wrong ends the run.
    pub(crate) fn spawn(
        self: &Arc<Self>,
        actor: impl Future<Output = anyhow::Result<()>> + Send + 'static,
    ) {
        let run = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = actor.await {
                run.wrong(error);
            }
        });
    }

    /// Whether an index of a table that is to stay is being filled or dropped.
    pub(crate) fn has_index_on_its_way(&self, server: &Server) -> bool {
        let facts = self.facts();
        let mut live = facts
            .tables
            .values()
            .filter(|table| table.deleting.is_none());
        live.any(|table| {
            let served = server.tables.table_by_id(table.id);
            served.is_some_and(|served| !is_settled(&served))
        })
    }

    /// Compares every live table with the oracle.
    pub(crate) fn compare_live(&self, server: &Server) -> anyhow::Result<()> {
        let (tables, attempt) = {
            let facts = self.facts();
            (facts.tables.clone(), facts.attempt.clone())
        };
        let live = tables.iter().filter(|(_, facts)| facts.deleting.is_none());
        for (name, facts) in live {
            let id = facts.id;
            let table = server
                .tables
                .table_by_id(id)
                .ok_or_else(|| anyhow::anyhow!("table {id} is gone"))?;
            let unsure = matches!(&attempt, Some(Attempt::Index(changed)) if changed == name);
            anyhow::ensure!(
                unsure || has_spare_index(&table) == facts.spare_index,
                "indexes of {name}: {:?}",
                table.record().indexes
            );
            let (at, items) = checked_items(&table)?;
            self.facts().oracle.check(id, at, &items)?;
        }
        Ok(())
    }
}
