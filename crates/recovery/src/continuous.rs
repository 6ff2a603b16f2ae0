//! Point-in-time recovery: switched on and off, its window, and the spans behind it.
//!
//! Switching on announces the span to the archive, commits that the table writes its changes
//! to the log, and takes a snapshot at T0, which becomes the span's first keyframe. If the server
//! dies before that is durable, the next life takes a new snapshot; if the keyframe cannot be
//! written, so does this one, again and again: the window then begins at a later T0, never with a
//! hole. So there is no window, and restores are refused, until the keyframe is durable and the
//! table's record says so: what a window once told is never taken back by a crash. The request
//! that switches on waits for it a little, which a small table never exhausts.
//!
//! Switching off is one commit; the span is closed, and what no pin needs discarded, as soon as
//! no job is between choosing an instant of it and pinning that instant.
//!
//! The window begins at T0 rounded up to the second, later at now minus the recovery
//! period, and never moves back, also when the period is made longer. It ends at a fresh seal,
//! or, while the archive does not answer, at what the archive holds.

use std::sync::Arc;
use std::time::Duration;

use anywhen_archive::{ArchiveError, PendingSpan};
use anywhen_engine::Snapshot;
use anywhen_model::limits::RECOVERY_PERIOD_DAYS_MAX;
use anywhen_model::{CommitTimestamp, TableId, TableName};
use anywhen_table::{PitrRecord, SystemChange, SystemStore, Table, TableStatus};

use crate::book::{Entries, Needs, SpanChange};
use crate::error::RecoveryError;
use crate::realm::{RealmRecovery, key_of};

const DAY_MICROS: u64 = 86_400_000_000;

/// Before a first keyframe that could not be written is begun anew.
const BEGIN_ANEW: Duration = Duration::from_secs(10);

/// How long a request that switches history on waits for the span before to end.
const CLOSING_PATIENCE: Duration = Duration::from_secs(5);

/// How long a request that switches history on waits for the window to be there.
const OPENING_PATIENCE: Duration = Duration::from_secs(2);

/// `ContinuousBackupsDescription`. Continuous backups themselves are always ENABLED.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContinuousBackups {
    /// Point-in-time recovery, if it is ENABLED.
    pub pitr: Option<PointInTimeRecovery>,
}

/// Point-in-time recovery that is ENABLED.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointInTimeRecovery {
    /// `RecoveryPeriodInDays`.
    pub recovery_period_days: u32,
    /// What can be restored; `None` until the beginning of the history is durable.
    pub window: Option<PitrWindow>,
}

/// The instants that can be restored of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PitrWindow {
    /// `EarliestRestorableDateTime`, a whole second.
    pub earliest: CommitTimestamp,
    /// `LatestRestorableDateTime`, a whole second, not before `earliest`.
    pub latest: CommitTimestamp,
}

/// The instants a restore may name, to the microsecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Start of the span: what "latest" cannot be before.
    pub(crate) opened: CommitTimestamp,
    /// Start of the window.
    pub(crate) earliest: CommitTimestamp,
    /// Everything up to here is, or will be, in the archive.
    pub(crate) through: CommitTimestamp,
}

/// What a span's first keyframe is written from.
struct FirstSnapshot {
    at: CommitTimestamp,
    snapshot: Arc<dyn Snapshot>,
}

impl Reach {
    pub(crate) fn latest(self) -> CommitTimestamp {
        self.through.floor_second().max(self.earliest)
    }

    /// Whether an instant can be restored. One between the last whole second and the seal, and
    /// one just after switching on that the clock has yet to reach, can.
    pub(crate) fn contains(self, at: CommitTimestamp) -> bool {
        self.earliest <= at && at <= self.through.max(self.earliest)
    }
}

impl RealmRecovery {
    pub(crate) async fn update_continuous_backups(
        self: &Arc<Self>,
        name: &TableName,
        enabled: bool,
        period_days: Option<u32>,
    ) -> Result<ContinuousBackups, RecoveryError> {
        if !enabled && period_days.is_some() {
            return Err(RecoveryError::invalid_request(
                "Cannot specify RecoveryPeriodInDays when disabling point-in-time recovery.",
            ));
        }
        let turn = self.history_turn.lock().await;
        let table = self.table_with_backups(name)?;
        match (&table.record().history, enabled) {
            (None, true) => {
                let days = period_days.unwrap_or(RECOVERY_PERIOD_DAYS_MAX);
                self.switch_on(&table, days).await?;
            }
            (Some(history), true) => {
                let days = period_days.unwrap_or(history.recovery_period_days);
                self.change_period(&table, history, days).await?;
            }
            (Some(_), false) => self.switch_off(&table).await?,
            (None, false) => {}
        }
        drop(turn);
        if enabled {
            let opened = self.span_opened(table.id());
            // An archive that does not answer, or a large table: the window is shown later.
            let _ = tokio::time::timeout(OPENING_PATIENCE, opened).await;
        }
        self.describe_continuous_backups(name).await
    }

    pub(crate) async fn describe_continuous_backups(
        &self,
        name: &TableName,
    ) -> Result<ContinuousBackups, RecoveryError> {
        let table = self.table_with_backups(name)?;
        let Some(history) = &table.record().history else {
            return Ok(ContinuousBackups { pitr: None });
        };
        let reach = self.reach(table.id(), history).await?;
        let pitr = Some(PointInTimeRecovery {
            recovery_period_days: history.recovery_period_days,
            window: reach.map(|reach| PitrWindow {
                earliest: reach.earliest,
                latest: reach.latest(),
            }),
        });
        Ok(ContinuousBackups { pitr })
    }

    /// The table, if the backup operations know it: a restore target does not exist for them,
    /// nor does a table whose deletion has been decided.
    fn table_with_backups(&self, name: &TableName) -> Result<Arc<Table>, RecoveryError> {
        let not_found = || RecoveryError::table_not_found(name);
        let table = self.tables.table(name).map_err(|_| not_found())?;
        let closing = self
            .book
            .read(|entries| entries.closing.contains(&table.id()));
        let known = table.record().status != TableStatus::Creating && !closing;
        known.then_some(table).ok_or_else(not_found)
    }

    /// What can be restored of a table now; `None` until the beginning of its history is durable.
    pub(crate) async fn reach(
        &self,
        table: TableId,
        history: &PitrRecord,
    ) -> Result<Option<Reach>, RecoveryError> {
        let sealed = self.seal().await?;
        self.archive.look_for_fence();
        let status = self.archive.status().borrow().clone();
        let stuck = status.fenced.is_some() || status.last_error.is_some();
        let through = if stuck {
            sealed.min(status.archived_through)
        } else {
            sealed
        };
        Ok(self.opened(table, history).map(|opened| Reach {
            opened,
            earliest: self.earliest(table, history, sealed),
            through,
        }))
    }

    /// T0: the instant of the span's first keyframe, once that is durable. While a span is on its
    /// way, the record may still tell of the one before.
    fn opened(&self, table: TableId, history: &PitrRecord) -> Option<CommitTimestamp> {
        let changing = self.book.read(|entries| entries.spans.contains_key(&table));
        history.span_at.filter(|_| !changing)
    }

    /// The start of the window at `now`.
    pub(crate) fn earliest(
        &self,
        table: TableId,
        history: &PitrRecord,
        now: CommitTimestamp,
    ) -> CommitTimestamp {
        let opened = history.span_at.unwrap_or(history.enabled_at);
        let floor = self
            .book
            .read(|entries| entries.floors.get(&table).copied());
        let period = u64::from(history.recovery_period_days) * DAY_MICROS;
        let rolling = now.minus_micros(period);
        opened
            .max(rolling)
            .max(floor.unwrap_or_default())
            .ceil_second()
    }

    async fn switch_on(
        self: &Arc<Self>,
        table: &Arc<Table>,
        days: u32,
    ) -> Result<(), RecoveryError> {
        let id = table.id();
        let settled = self
            .book
            .until(|entries| (!entries.spans.contains_key(&id)).then_some(()));
        if tokio::time::timeout(CLOSING_PATIENCE, settled)
            .await
            .is_err()
        {
            let name = table.record().name.clone();
            return Err(RecoveryError::ContinuousBackupsUnavailable(name));
        }
        let announced = self.archive.announce_span(id, key_of(table));
        let (table, enabled_at) = self.tables.set_history(id, Some(days)).await?;
        self.start_span(announced, &table)?;
        let name = &table.record().name;
        tracing::info!(table = %name, at = %enabled_at, days, "point-in-time recovery on");
        Ok(())
    }

    /// Takes the snapshot of a span's first keyframe and starts the job that stores it.
    pub(crate) fn start_span(
        self: &Arc<Self>,
        announced: PendingSpan,
        table: &Arc<Table>,
    ) -> Result<(), RecoveryError> {
        let first = self.take_first_snapshot(&announced, table.id())?;
        self.book
            .change(|entries| entries.spans.insert(table.id(), SpanChange::Opening));
        let (realm, table) = (Arc::clone(self), Arc::clone(table));
        self.shared.spawn(async move {
            realm.open_span(&table, &announced, first).await;
            drop(announced);
        });
        Ok(())
    }

    fn take_first_snapshot(
        &self,
        announced: &PendingSpan,
        table: TableId,
    ) -> Result<FirstSnapshot, RecoveryError> {
        let snapshot = self.shared.options.engine.snapshot()?;
        let at = snapshot.timestamp()?;
        announced.begins_at(at);
        tracing::debug!(%table, %at, "snapshot of a first keyframe");
        Ok(FirstSnapshot { at, snapshot })
    }

    /// Opens a span; however often its first keyframe fails, as long as history is to be kept.
    async fn open_span(
        self: Arc<Self>,
        table: &Arc<Table>,
        announced: &PendingSpan,
        mut first: FirstSnapshot,
    ) {
        let (id, name) = (table.id(), &table.record().name);
        let earliest = first.at;
        loop {
            match self.try_open_span(table, &first, earliest).await {
                Ok(at) => {
                    tracing::info!(table = %name, %at, "history begins");
                    break;
                }
                Err(error) => {
                    crate::metrics::first_keyframe_failed(&self.realm);
                    tracing::error!(
                        table = %name,
                        %error,
                        "the first keyframe could not be stored; it is begun anew, nothing \
                         before that can be restored of this table"
                    );
                }
            }
            if self.archive.status().borrow().fenced.is_some() {
                break;
            }
            tokio::time::sleep(BEGIN_ANEW).await;
            match self.take_first_snapshot(announced, id) {
                Ok(again) => first = again,
                Err(error) => tracing::error!(table = %name, %error, "no snapshot for a keyframe"),
            }
            let wanted = |entries: &Entries| entries.spans.get(&id) == Some(&SpanChange::Opening);
            if !self.book.read(wanted) {
                break;
            }
        }
        self.book
            .change(|entries| match entries.spans.get_mut(&id) {
                Some(to_close @ SpanChange::OpeningToClose) => *to_close = SpanChange::Closing,
                _ => {
                    entries.spans.remove(&id);
                }
            });
    }

    pub(crate) fn is_open_at(&self, table: TableId, at: CommitTimestamp) -> bool {
        self.archive
            .span(table)
            .is_some_and(|span| span.opened_at == at)
    }

    /// Stores a first keyframe and answers the instant that the span opens at. An attempt whose
    /// answer was lost may have succeeded: then it is the one since `earliest`.
    async fn try_open_span(
        &self,
        table: &Arc<Table>,
        first: &FirstSnapshot,
        earliest: CommitTimestamp,
    ) -> Result<CommitTimestamp, RecoveryError> {
        let (id, at) = (table.id(), first.at);
        let opened = {
            let _turn = self.shared.keyframes.acquire().await;
            self.shared.failpoint("span::before_keyframe").await?;
            let attempt = || async {
                let items = Self::snapshot_items(&*first.snapshot, table)
                    .map_err(|error| ArchiveError::Items(error.to_string()))?;
                match self.archive.open_span(id, at, key_of(table), items).await {
                    Ok(()) => Ok(at),
                    Err(error @ ArchiveError::Span { .. }) => {
                        let open = self.archive.span(id).map(|span| span.opened_at);
                        open.filter(|open| *open >= earliest).ok_or(error)
                    }
                    Err(error) => Err(error),
                }
            };
            self.shared.patiently("opening a span", attempt).await?
        };
        self.set_span(id, Some(opened)).await?;
        Ok(opened)
    }

    /// Records where a table's span begins; `None` while that is to come.
    pub(crate) async fn set_span(
        &self,
        table: TableId,
        at: Option<CommitTimestamp>,
    ) -> Result<(), RecoveryError> {
        let recorded = self.tables.update_history(table, move |history| {
            history.span_at = at;
        });
        match recorded.await {
            Ok(_) => Ok(()),
            // Switched off, or deleted, in the meantime: the span is about to be closed.
            Err(_) if self.history_of(table).is_none() => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    pub(crate) fn history_of(&self, table: TableId) -> Option<PitrRecord> {
        self.tables.table_by_id(table)?.record().history.clone()
    }

    /// Another recovery period. The window keeps the start it has, or moves up to the new one.
    async fn change_period(
        &self,
        table: &Arc<Table>,
        history: &PitrRecord,
        days: u32,
    ) -> Result<(), RecoveryError> {
        if days == history.recovery_period_days {
            return Ok(());
        }
        let id = table.id();
        let now = self.seal().await?;
        let changed = PitrRecord {
            recovery_period_days: days,
            ..history.clone()
        };
        let floor = self
            .earliest(id, history, now)
            .max(self.earliest(id, &changed, now));
        self.tables
            .system_commit(vec![put_floor(id, Some(floor))])
            .await?;
        self.book.change(|entries| entries.floors.insert(id, floor));
        self.tables
            .update_history(id, move |history| history.recovery_period_days = days)
            .await?;
        Ok(())
    }

    async fn switch_off(self: &Arc<Self>, table: &Arc<Table>) -> Result<(), RecoveryError> {
        let id = table.id();
        self.tables.set_history(id, None).await?;
        self.tables.system_commit(vec![put_floor(id, None)]).await?;
        self.book.change(|entries| entries.floors.remove(&id));
        self.start_closing(id);
        tracing::info!(table = %table.record().name, "point-in-time recovery off");
        Ok(())
    }

    /// Starts the job that closes the span of a table whose history is no longer kept. A span
    /// on its way is let arrive first.
    pub(crate) fn start_closing(self: &Arc<Self>, table: TableId) {
        self.book.change(|entries| {
            let change = entries.spans.entry(table).or_insert(SpanChange::Closing);
            if *change == SpanChange::Opening {
                *change = SpanChange::OpeningToClose;
            }
        });
        let realm = Arc::clone(self);
        self.shared.spawn(async move {
            realm.span_opened(table).await;
            let free = |entries: &Entries| (!entries.is_held(table, Needs::Span)).then_some(());
            realm.book.until(free).await;
            if let Err(error) = realm.close_span(table).await {
                tracing::error!(%table, %error, "the span of a table stays open for now");
            }
            realm.book.change(|entries| entries.spans.remove(&table));
        });
    }

    pub(crate) async fn close_span(&self, table: TableId) -> Result<(), ArchiveError> {
        self.shared
            .patiently("closing a span", || self.archive.close_span(table))
            .await
    }

    /// Moves the windows of all tables up to where they begin by now.
    pub(crate) async fn move_windows(&self) -> Result<(), RecoveryError> {
        let now = self.seal().await?;
        for table in self.tables.tables() {
            let Some(history) = &table.record().history else {
                continue;
            };
            if let Some(earliest) = self.moved_window(table.id(), history, now) {
                // A window cannot begin beyond what the archive holds.
                if self.archive.status().borrow().archived_through < earliest {
                    self.archive.seal_and_flush().await?;
                }
                self.archive.set_window(table.id(), earliest).await?;
            }
        }
        Ok(())
    }

    /// Where an open span's window begins at `now`, if it has moved and may be moved.
    fn moved_window(
        &self,
        table: TableId,
        history: &PitrRecord,
        now: CommitTimestamp,
    ) -> Option<CommitTimestamp> {
        let opened = history.span_at?;
        let earliest = self.earliest(table, history, now);
        // A restore that was just admitted may have chosen an instant near the start; and while a
        // span is on its way, the record still tells of the one before.
        let held = self.book.read(|entries| {
            entries.is_held(table, Needs::Span) || entries.spans.contains_key(&table)
        });
        // The part of a second before the first whole one stays with its span.
        (!held && earliest > opened.ceil_second()).then_some(earliest)
    }
}

/// The change that stores or forgets a window's floor.
pub(crate) fn put_floor(table: TableId, floor: Option<CommitTimestamp>) -> SystemChange {
    let key = table.as_u128().to_be_bytes().to_vec();
    let value = floor.map(|floor| floor.as_micros().to_be_bytes().to_vec());
    SystemChange {
        store: SystemStore::WINDOW_FLOORS,
        key,
        value,
    }
}

/// A stored floor.
pub(crate) fn read_floor(key: &[u8], value: &[u8]) -> Option<(TableId, CommitTimestamp)> {
    let table = TableId::from_u128(u128::from_be_bytes(key.try_into().ok()?));
    let floor = CommitTimestamp::from_micros(u64::from_be_bytes(value.try_into().ok()?));
    Some((table, floor))
}
