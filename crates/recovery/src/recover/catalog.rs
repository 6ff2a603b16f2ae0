//! The catalog of a lost server, read at an instant from the system's timeline.

use std::collections::BTreeMap;

use anywhen_archive::{ArchiveError, KeyRange, PinKind};
use anywhen_model::{CommitTimestamp, TableId};
use anywhen_table::{SystemChange, TableRecord};
use bytes::Bytes;

use crate::error::RecoveryError;
use crate::realm::RealmRecovery;
use crate::wire_time;

/// The system records of a realm at an instant, by their keys in the system's timeline.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalog(pub(super) BTreeMap<Bytes, Bytes>);

/// Why there is no catalog at an instant.
pub(super) enum NoCatalog {
    /// The archive does not keep it; the text says what it keeps.
    NotKept(String),
    /// The realm began later, or no catalog of it was ever archived; the text says which.
    Never(String),
    /// It cannot be read.
    Failed(RecoveryError),
}

impl From<ArchiveError> for NoCatalog {
    fn from(error: ArchiveError) -> Self {
        Self::Failed(error.into())
    }
}

impl Catalog {
    pub(super) fn changes(&self) -> Result<Vec<SystemChange>, RecoveryError> {
        let records = self.0.iter();
        let changes =
            records.map(|(key, item)| Ok(SystemChange::from_history(key, item.to_vec())?));
        changes.collect()
    }

    /// The tables in it.
    pub(super) fn tables(&self) -> Result<Vec<TableRecord>, RecoveryError> {
        let mut tables = Vec::new();
        for change in self.changes()? {
            tables.extend(TableRecord::of_system(&change)?);
        }
        Ok(tables)
    }

    /// What turns `self` into `other`.
    pub(super) fn changes_to(&self, other: &Self) -> Result<Vec<SystemChange>, RecoveryError> {
        let mut changes = Vec::new();
        for (key, item) in &other.0 {
            if self.0.get(key) != Some(item) {
                changes.push(SystemChange::from_history(key, item.to_vec())?);
            }
        }
        for key in self.0.keys().filter(|key| !other.0.contains_key(*key)) {
            changes.push(SystemChange {
                value: None,
                ..SystemChange::from_history(key, Vec::new())?
            });
        }
        Ok(changes)
    }
}

impl RealmRecovery {
    /// Up to where the archive tells everything: a span of the catalog that was opened and then
    /// nothing archived tells of its first instant.
    pub(super) fn sealed_instant(&self) -> CommitTimestamp {
        let archived = self.archive.head().archived_through;
        let opened = self
            .archive
            .span(TableId::SYSTEM)
            .map(|span| span.opened_at);
        archived.max(opened.unwrap_or_default())
    }

    /// Instants at which catalogs that ended are kept, in order.
    pub(super) fn ended_catalogs(&self) -> Vec<CommitTimestamp> {
        let pins = self.archive.pins(TableId::SYSTEM).into_iter();
        let kept = pins.filter(|pin| pin.kind == PinKind::Backup);
        let mut instants: Vec<_> = kept.map(|pin| pin.at).collect();
        instants.sort_unstable();
        instants
    }

    /// The catalog at an instant.
    pub(super) async fn catalog_at(&self, at: CommitTimestamp) -> Result<Catalog, NoCatalog> {
        let attempt = || self.archive.plan(TableId::SYSTEM, at);
        let planned = self
            .shared
            .patiently("planning to read the catalog", attempt);
        let plan = match planned.await {
            Err(
                ArchiveError::UnknownTable(_)
                | ArchiveError::NotKept { .. }
                | ArchiveError::NotArchived { .. },
            ) => return Err(self.no_catalog(at)),
            planned => planned?,
        };
        let attempt = || async {
            let (archive, plan) = (self.archive.clone(), plan.clone());
            let read = self.shared.blocking(move |_| {
                archive
                    .read(&plan, KeyRange::all())?
                    .collect::<Result<BTreeMap<_, _>, _>>()
            });
            read.await
                .map_err(|error| ArchiveError::Items(error.to_string()))?
        };
        let read = self.shared.patiently("reading the catalog", attempt);
        Ok(Catalog(read.await?))
    }

    /// What the archive keeps of catalogs, instead of `at`.
    fn no_catalog(&self, at: CommitTimestamp) -> NoCatalog {
        let (realm, exact) = (&self.realm, wire_time::exact(at));
        let (span, ended) = (self.archive.span(TableId::SYSTEM), self.ended_catalogs());
        let began = span.map(|span| span.opened_at);
        match began {
            None if ended.is_empty() => {
                return NoCatalog::Never(format!(
                    "the archive of {realm} keeps no catalog: its tables cannot be recovered, \
                     only restored from backups by a new server"
                ));
            }
            Some(began) if began > at && ended.iter().all(|instant| *instant > at) => {
                let began = wire_time::exact(began);
                return NoCatalog::Never(format!(
                    "the archive of {realm} knows of no table at {exact}: its catalog begins at \
                     {began}"
                ));
            }
            _ => {}
        }
        let mut kept: Vec<String> = span
            .map(|span| {
                let (from, to) = (span.earliest, self.sealed_instant());
                format!(
                    "from {} to {}",
                    wire_time::exact(from),
                    wire_time::exact(to)
                )
            })
            .into_iter()
            .collect();
        kept.extend(
            ended
                .into_iter()
                .map(|at| format!("at {}", wire_time::exact(at))),
        );
        NoCatalog::NotKept(format!(
            "the archive of {realm} keeps no catalog at {exact}; it keeps one {}",
            kept.join(", and ")
        ))
    }
}
