//! The catalog's own history: the span of the system's timeline, opened, kept and moved on.
//!
//! Always true: from the moment a realm is open, every change of its catalog, backups, managed
//! keys and window floors is in the span of [`TableId::SYSTEM`] that the data directory
//! remembers as its own, as the changes of any table are. A span that it does not remember tells
//! about another server: it ends, what it held at its end stays pinned for a while, and a new
//! one begins, so nobody's catalog is mixed with another's.

use std::sync::Arc;

use anywhen_archive::{ArchiveError, Pin, PinKind, TableKeys as _};
use anywhen_model::limits::{RECOVERY_PERIOD_DAYS_MAX, SYSTEM_BACKUP_DAYS};
use anywhen_model::{BackupId, CommitTimestamp, TableId};
use anywhen_table::{Statistics, TableRecord};

use crate::backup::{BackupKey, BackupKind, BackupRecord, BackupStatus};
use crate::error::RecoveryError;
use crate::realm::{CatalogKeys, RealmRecovery};
use crate::remembered::{Continuity, Remembered, put_catalog_span};

const DAY_MICROS: u64 = 86_400_000_000;

/// The window of the catalog: as long as that of any table can be.
const WINDOW_MICROS: u64 = RECOVERY_PERIOD_DAYS_MAX as u64 * DAY_MICROS;

impl RealmRecovery {
    /// Goes on with the span that tells about this server's catalog, or begins it.
    pub(crate) async fn keep_catalog(
        self: &Arc<Self>,
        remembered: &Remembered,
        continuity: &Continuity,
    ) -> Result<(), RecoveryError> {
        if let Some(span) = self.archive.span(TableId::SYSTEM) {
            let mine = remembered.catalog_span == Some(span.opened_at);
            if mine && *continuity == Continuity::Continues {
                return Ok(());
            }
            self.end_catalog(span.opened_at).await?;
        }
        let gone = || RecoveryError::Internal("the system has no key".to_owned());
        let key = CatalogKeys::of(self)
            .keys(TableId::SYSTEM)
            .ok_or_else(gone)?;
        // Announced before the snapshot: whatever is logged later is shipped.
        let announced = self.archive.announce_span(TableId::SYSTEM, key.clone());
        let snapshot = self.shared.options.engine.snapshot()?;
        let at = snapshot.timestamp()?;
        let items = self.tables.system_items(&*snapshot)?.into_iter().map(Ok);
        let opened = self
            .archive
            .open_span(TableId::SYSTEM, at, key, Box::new(items));
        match opened.await {
            // Its answer was lost, and it was there after all.
            Err(ArchiveError::Span { .. }) if self.is_open_at(TableId::SYSTEM, at) => {}
            other => other?,
        }
        drop(announced);
        self.tables
            .system_commit(vec![put_catalog_span(at)])
            .await?;
        Ok(())
    }

    /// Ends a span of the catalog, keeping its last state for a while.
    pub(crate) async fn end_catalog(&self, opened_at: CommitTimestamp) -> Result<(), ArchiveError> {
        // A span that was opened and then nothing archived has its first keyframe alone.
        let at = self.archive.head().archived_through.max(opened_at);
        let pin = Pin {
            id: format!("catalog-{at}"),
            at,
            kind: PinKind::Backup,
            record: Vec::new(),
            expires_at: Some(
                self.shared
                    .now()
                    .plus_micros(SYSTEM_BACKUP_DAYS * DAY_MICROS),
            ),
        };
        tracing::warn!(
            realm = %self.realm, %at,
            "the archive holds the catalog of another server or of before; it is kept as of this \
             instant, for `anywhen recover --at`, and this server's own begins now"
        );
        self.archive.pin(TableId::SYSTEM, pin).await?;
        self.archive.close_span(TableId::SYSTEM).await
    }

    /// Moves the catalog's window on, once a day at most: an idle server writes nothing.
    pub(crate) async fn move_catalog_window(&self) -> Result<(), RecoveryError> {
        let Some(span) = self.archive.span(TableId::SYSTEM) else {
            return Ok(());
        };
        let earliest = self.shared.now().minus_micros(WINDOW_MICROS);
        if earliest >= span.earliest.plus_micros(DAY_MICROS) {
            self.archive.set_window(TableId::SYSTEM, earliest).await?;
        }
        Ok(())
    }

    /// Ends the span of a table that cannot go on. What it held at `at` stays as a SYSTEM backup.
    pub(crate) async fn end_span_keeping(
        &self,
        table: &TableRecord,
        at: CommitTimestamp,
    ) -> Result<(), RecoveryError> {
        let Some(span) = self.archive.span(table.id) else {
            return Ok(());
        };
        match self.keep_state(table, at.max(span.opened_at)).await {
            Ok(backup) => tracing::warn!(
                table = %table.name, backup = %backup.arn(&self.realm),
                "what the archive held of this table at the end stays as a backup"
            ),
            Err(ArchiveError::Away(text)) => return Err(ArchiveError::Away(text).into()),
            Err(error) => tracing::error!(
                table = %table.name, %error,
                "what the archive held of this table cannot be kept"
            ),
        }
        Ok(self.close_span(table.id).await?)
    }

    /// Pins an instant of an open span as a SYSTEM backup. Does nothing new if there is one.
    pub(crate) async fn keep_state(
        &self,
        table: &TableRecord,
        at: CommitTimestamp,
    ) -> Result<BackupRecord, ArchiveError> {
        let kept = self.archive.pins(table.id).into_iter();
        let kept = kept.filter(|pin| pin.at == at && pin.kind == PinKind::Backup);
        let mut kept = kept.filter_map(|pin| BackupRecord::decode(&pin.record).ok());
        if let Some(kept) = kept.find(|backup| backup.kind == BackupKind::System) {
            return Ok(kept);
        }
        let plan = self.archive.plan(table.id, at).await?;
        let bound = Statistics {
            items: plan.estimated_rows,
            size_bytes: plan.estimated_bytes,
        };
        let name = format!("{}$LastStateBackup", table.name);
        let id = self.free_kept_id(table);
        let kind = BackupKind::System;
        let backup = BackupRecord::creating(id, name, kind, at, table.clone(), bound);
        let expires_at = backup
            .created_at()
            .plus_micros(SYSTEM_BACKUP_DAYS * DAY_MICROS);
        let backup = BackupRecord {
            status: BackupStatus::Available,
            expires_at: Some(expires_at),
            ..backup
        };
        let record = backup
            .encode()
            .map_err(|error| ArchiveError::Items(error.to_string()))?;
        let pin = Pin {
            id: backup.key().pin(),
            at,
            kind: PinKind::Backup,
            record,
            expires_at: None,
        };
        self.archive.pin(table.id, pin).await?;
        Ok(backup)
    }

    /// An id with the suffix of the system's backups that neither book nor archive has.
    fn free_kept_id(&self, table: &TableRecord) -> BackupId {
        let pins = self.archive.pins(table.id);
        let mut created_ms = self.shared.now().as_micros() / 1000;
        loop {
            let id = BackupId {
                created_ms,
                suffix: 0,
            };
            let key = BackupKey {
                table: table.name.clone(),
                id,
            };
            let known = self.book.read(|entries| entries.backups.contains_key(&key));
            if !known && !pins.iter().any(|pin| pin.id == key.pin()) {
                return id;
            }
            created_ms += 1;
        }
    }
}
