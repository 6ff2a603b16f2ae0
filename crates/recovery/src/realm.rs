//! One realm: its catalog, its archive, its book, and the small steps its jobs are made of.

use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{
    ArchiveError, ArchiverHandle, ItemSource, Pin, PinKind, RealmArchive, TableKey, TableKeys,
};
use anywhen_engine::{Direction, Snapshot};
use anywhen_model::{CommitTimestamp, Realm, TableId};
use anywhen_table::{ITEMS_PART, RealmTables, Table, Tables};

use crate::book::{Book, SpanChange};
use crate::error::RecoveryError;
use crate::shared::Shared;

/// Between two looks at whether an instant of the near future has been reached.
pub(crate) const FUTURE_POLL: Duration = Duration::from_millis(20);

/// One account in one Region.
pub(crate) struct RealmRecovery {
    pub(crate) shared: Arc<Shared>,
    pub(crate) realm: Realm,
    pub(crate) tables: Arc<RealmTables>,
    pub(crate) archive: Arc<RealmArchive>,
    /// `None` before it is started and once the server stops.
    pub(crate) archiver: parking_lot::Mutex<Option<ArchiverHandle>>,
    pub(crate) book: Arc<Book>,
    /// Held while a table's history is switched on or off, or its deletion is decided.
    pub(crate) history_turn: tokio::sync::Mutex<()>,
}

/// Hands the archive the keys of tables.
pub(crate) struct CatalogKeys {
    pub(crate) tables: Arc<Tables>,
    pub(crate) realm: Realm,
}

impl CatalogKeys {
    pub(crate) fn of(realm: &RealmRecovery) -> Self {
        Self {
            tables: Arc::clone(&realm.shared.options.tables),
            realm: realm.realm.clone(),
        }
    }
}

impl TableKeys for CatalogKeys {
    fn keys(&self, table: TableId) -> Option<TableKey> {
        self.tables.table_keys(&self.realm, table).map(archive_key)
    }
}

fn archive_key(keys: anywhen_table::TableKeys) -> TableKey {
    TableKey {
        cipher: keys.cipher,
        data_key: keys.key,
        wrapped: keys.wrapped,
    }
}

/// A table's key in the archive's form.
pub(crate) fn key_of(table: &Table) -> TableKey {
    archive_key(table.keys().clone())
}

impl RealmRecovery {
    /// A realm whose archive has been claimed; nothing runs yet and its book is empty.
    pub(crate) fn over(
        shared: &Arc<Shared>,
        tables: Arc<RealmTables>,
        archive: Arc<RealmArchive>,
    ) -> Arc<Self> {
        Arc::new(Self {
            shared: Arc::clone(shared),
            realm: tables.realm().clone(),
            tables,
            archive,
            archiver: parking_lot::Mutex::default(),
            book: Book::new(),
            history_turn: tokio::sync::Mutex::default(),
        })
    }

    /// An instant above every commit acknowledged so far; see the engine.
    pub(crate) async fn seal(&self) -> Result<CommitTimestamp, RecoveryError> {
        Ok(self.shared.options.engine.seal().await?)
    }

    /// Waits until everything committed at or before `at` is in the archive. An instant that
    /// has not been reached yet is waited for.
    pub(crate) async fn archived_through(&self, at: CommitTimestamp) -> Result<(), ArchiveError> {
        loop {
            if self.archive.status().borrow().archived_through >= at {
                return Ok(());
            }
            let flush = || self.archive.seal_and_flush();
            let reached = self
                .shared
                .patiently("waiting for the archive", flush)
                .await?;
            if reached < at {
                tokio::time::sleep(FUTURE_POLL).await;
            }
        }
    }

    /// Waits until the table's span, if it is being opened, is open.
    pub(crate) async fn span_opened(&self, table: TableId) {
        self.book
            .until(|entries| match entries.spans.get(&table) {
                Some(SpanChange::Opening | SpanChange::OpeningToClose) => None,
                Some(SpanChange::Closing) | None => Some(()),
            })
            .await;
    }

    /// How long the oldest change of the log that is not archived has waited, in microseconds;
    /// 0 while none waits, and while the log cannot be read. Blocks on the disk.
    pub(crate) fn lag_micros(&self) -> u64 {
        let engine = &self.shared.options.engine;
        let archived = self.archive.status().borrow().archived_through;
        match engine.first_change(self.tables.log(), archived) {
            Ok(Some(first)) => {
                let now = self.shared.now().as_micros();
                now.saturating_sub(first.as_micros())
            }
            Ok(None) | Err(_) => 0,
        }
    }

    pub(crate) async fn pin(&self, table: TableId, pin: Pin) -> Result<(), ArchiveError> {
        let attempt = || self.archive.pin(table, pin.clone());
        self.shared.patiently("pinning an instant", attempt).await
    }

    pub(crate) async fn unpin(&self, table: TableId, pin: &str) -> Result<(), ArchiveError> {
        self.shared
            .patiently("letting go of a pin", || self.archive.unpin(table, pin))
            .await
    }

    /// Whether the archive holds this pin of the kind backups have.
    pub(crate) fn has_backup_pin(&self, table: TableId, id: &str) -> bool {
        let pins = self.archive.pins(table);
        pins.iter()
            .any(|pin| pin.kind == PinKind::Backup && pin.id == id)
    }

    /// The table's items in a snapshot, opened, for a keyframe.
    pub(crate) fn snapshot_items(
        snapshot: &dyn Snapshot,
        table: &Arc<Table>,
    ) -> Result<ItemSource, RecoveryError> {
        let gone = || RecoveryError::Internal(format!("table {} has no items", table.id()));
        let keyspace = table.keyspace(ITEMS_PART).ok_or_else(gone)?;
        let all = (Bound::Unbounded, Bound::Unbounded);
        let records = snapshot.range(keyspace, all, Direction::Forward)?;
        let table = Arc::clone(table);
        Ok(Box::new(records.map(move |record| {
            let (key, sealed) = record?;
            let stored = table.unseal(ITEMS_PART, &key, &sealed)?;
            Ok((key, stored.into()))
        })))
    }
}

impl std::fmt::Debug for RealmRecovery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RealmRecovery")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}
