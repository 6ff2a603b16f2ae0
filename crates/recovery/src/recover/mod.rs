//! Recover: a lost server from its archive and the master key.
//!
//! Rule: recovering claims a new epoch, so the server before can write no more, and ends by naming
//! all before as replaced, so they do not open the realm when they are started again; every commit of
//! the new server comes after the archive's sealed instant; and it ends by saying what that
//! instant was and what could not come back.
//!
//! A realm's catalog is read at T from the system's timeline ([`catalog`]). Each table whose
//! history reaches T is made under its own id and key, loaded as a restore is, and gets back its
//! status and its history ([`tables`]). Nothing is logged meanwhile and no archiver runs: the
//! archive stays what it was until all is loaded, so an attempt that fails, or is begun again in
//! another directory, costs nothing. Then histories are made to go on ([`spans`]), and one commit
//! logs what differs from the catalog in the archive and says that the realm is done.
//!
//! Histories are never taken back. At the sealed instant they simply go on, for the tables are
//! what the archive says; at an earlier T the way back is appended to each, as one commit. So
//! after a recovery every instant before the loss can still be restored, and recovered, too.
//!
//! A table that is damaged in the archive does not come back and is named; its history stays
//! where it is. A run that was cut off is taken up by the records of [`state`]; until it has
//! ended, no server opens the directory, and if another server uses the archive meanwhile it is
//! not taken up any more. Start reading at [`recover`].

mod catalog;
mod report;
mod spans;
mod state;
mod tables;

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Realm, TableId};
use anywhen_table::RealmTables;

use crate::error::RecoveryError;
use crate::options::RecoveryOptions;
use crate::realm::RealmRecovery;
use crate::recovery::Recovery;
use crate::remembered::{Remembered, has_used_archive, put_catalog_span, put_head};
use crate::shared::Shared;
use catalog::{Catalog, NoCatalog};
pub use report::{KeptState, LostTable, RecoveredRealm, RecoveredTable};
use state::State;
pub(crate) use state::refuse_unfinished;
use tables::Outcome;

/// Why a server was not recovered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// It cannot be, as asked.
    #[error("{0}")]
    Refused(String),
    /// It was cut off; the same call goes on where it ended.
    #[error(transparent)]
    CutOff(#[from] RecoveryError),
}

/// Recovers every realm of the archive into an engine that is empty, or that an earlier call
/// with the same `at` was cut off in. Without `at`, or where it is later than what the archive
/// holds, a realm is recovered as of its sealed instant. Answers when everything is loaded and
/// all histories go on; nothing is open then. On an engine where it is done it answers again.
pub async fn recover(
    options: RecoveryOptions,
    at: Option<CommitTimestamp>,
) -> Result<Vec<RecoveredRealm>, RecoverError> {
    let shared = Arc::new(Shared::new(options));
    let recovered = recover_realms(&shared, at).await;
    let recovered = match recovered {
        Ok(recovered) => recovered,
        Err(error) => {
            shared.stop().await;
            return Err(error);
        }
    };
    // Opened once: histories that begin anew begin, and what differs is archived.
    let recovery = Recovery::open_over(shared).await?;
    let mut settled = Ok(());
    for realm in &recovered {
        settled = recovery.settle(&realm.realm).await;
        if settled.is_err() {
            break;
        }
    }
    recovery.close().await;
    settled?;
    Ok(recovered)
}

async fn recover_realms(
    shared: &Arc<Shared>,
    asked: Option<CommitTimestamp>,
) -> Result<Vec<RecoveredRealm>, RecoverError> {
    let realms = shared.options.archive.realms().await;
    let realms = realms.map_err(RecoveryError::from)?;
    if realms.is_empty() {
        let text = "the archive holds no account and Region: there is nothing to recover";
        return Err(RecoverError::Refused(text.to_owned()));
    }
    // All realms are judged before any is loaded.
    let mut begun = Vec::new();
    for realm in &realms {
        begun.push(Begun::realm(shared, realm, asked).await?);
    }
    let refusals: Vec<&str> = begun.iter().filter_map(Begun::no_catalog).collect();
    if refusals.len() == begun.len() {
        return Err(RecoverError::Refused(refusals.join("\n")));
    }
    let mut recovered = Vec::new();
    for realm in begun {
        recovered.push(match realm {
            Begun::Done(report) => *report,
            Begun::Under(recovering) => recovering.run().await?,
        });
    }
    Ok(recovered)
}

/// A realm before its tables are loaded.
enum Begun {
    /// An earlier run has finished it.
    Done(Box<RecoveredRealm>),
    Under(Box<Recovering>),
}

/// A realm that is being recovered.
struct Recovering {
    realm: Arc<RealmRecovery>,
    state: State,
}

impl Begun {
    /// Claims the realm and fixes the instant, or takes up what was fixed before.
    async fn realm(
        shared: &Arc<Shared>,
        realm: &Realm,
        asked: Option<CommitTimestamp>,
    ) -> Result<Self, RecoverError> {
        let archive = &shared.options.archive;
        let tables = shared.options.tables.realm(realm).await;
        let tables = tables.map_err(RecoveryError::from)?;
        let state = State::load(&tables)?;
        match &state {
            Some(state) => state.check_same(archive.id(), asked)?,
            None => refuse_used(&tables)?,
        }
        if let Some(report) = state.as_ref().and_then(|state| state.report.clone()) {
            return Ok(Self::Done(Box::new(report)));
        }
        tables.log_system(false);
        let remembered = Remembered::load(shared, &tables).await?;
        if state.is_some() {
            let found = archive.head(realm).await.map_err(RecoveryError::from)?;
            if found.is_none_or(|found| found.writer != remembered.writer) {
                return Err(superseded(realm));
            }
        }
        let claimed = archive.open_realm_as(realm.clone(), &remembered.writer);
        let claimed = claimed.await.map_err(RecoveryError::from)?;
        shared.opened.lock().insert(realm.clone());
        let realm = RealmRecovery::over(shared, tables, claimed);
        // Whatever is committed from now on comes after everything in the archive.
        realm.pass(realm.newest_instant().await?).await?;
        let state = match state {
            Some(state) => state,
            None => realm.first_state(asked).await?,
        };
        Ok(Self::Under(Box::new(Recovering { realm, state })))
    }

    fn no_catalog(&self) -> Option<&str> {
        match self {
            Self::Done(report) => report.no_catalog.as_deref(),
            Self::Under(recovering) => recovering.state.no_catalog.as_deref(),
        }
    }
}

/// Only an engine that has never been used can become another server.
fn refuse_used(tables: &RealmTables) -> Result<(), RecoverError> {
    if tables.tables().is_empty() && !has_used_archive(tables)? {
        return Ok(());
    }
    Err(RecoverError::Refused(format!(
        "the data directory holds data of {} already; recover into an empty one",
        tables.realm()
    )))
}

/// What another server has made of the archive since must not be mixed with what was loaded.
fn superseded(realm: &Realm) -> RecoverError {
    RecoverError::Refused(format!(
        "another server has used the archive of {realm} since this recovery was cut off, so it \
         cannot go on; recover into an empty directory, or go on with that server"
    ))
}

impl RealmRecovery {
    /// The newest instant that anything in the archive tells of.
    async fn newest_instant(&self) -> Result<CommitTimestamp, RecoveryError> {
        let timelines = self.archive.timelines().await?;
        let spans = timelines.iter().filter_map(|timeline| timeline.span);
        let opened = spans.map(|span| span.opened_at).max();
        Ok(self.sealed_instant().max(opened.unwrap_or_default()))
    }

    /// Fixes what is recovered, and stores it before anything is loaded.
    async fn first_state(&self, asked: Option<CommitTimestamp>) -> Result<State, RecoverError> {
        let sealed = self.sealed_instant();
        let at = asked.unwrap_or(sealed).min(sealed);
        let no_catalog = match self.catalog_at(at).await {
            Ok(_) => None,
            Err(NoCatalog::Never(text)) => Some(text),
            Err(NoCatalog::NotKept(text)) => return Err(RecoverError::Refused(text)),
            Err(NoCatalog::Failed(error)) => return Err(error.into()),
        };
        let state = State {
            head: self.archive.head(),
            asked,
            sealed,
            at,
            no_catalog,
            rewound_at: None,
            report: None,
        };
        let stored = self.tables.system_commit(vec![state.put()?]).await;
        stored.map_err(RecoveryError::from)?;
        Ok(state)
    }
}

impl Recovering {
    async fn run(mut self) -> Result<RecoveredRealm, RecoveryError> {
        let (sealed, at) = (self.state.sealed, self.state.at);
        let now = self.catalog(sealed).await?;
        let then = if at == sealed {
            now.clone()
        } else {
            self.catalog(at).await?
        };
        let lost_backups = self.put_records(&now).await?;
        let outcome = self.load_tables(&then, &now).await?;
        self.continue_spans(&now, &outcome).await?;
        let report = self.report(&now, outcome, lost_backups).await?;
        self.finish(&now, report).await
    }

    /// The catalog at an instant; empty if there was none.
    async fn catalog(&self, at: CommitTimestamp) -> Result<Catalog, RecoveryError> {
        match self.realm.catalog_at(at).await {
            Ok(catalog) => Ok(catalog),
            Err(NoCatalog::Never(_)) => Ok(Catalog::default()),
            Err(NoCatalog::NotKept(text)) => Err(RecoveryError::Internal(text)),
            Err(NoCatalog::Failed(error)) => Err(error),
        }
    }

    async fn report(
        &self,
        now: &Catalog,
        outcome: Outcome,
        lost_backups: Vec<String>,
    ) -> Result<RecoveredRealm, RecoveryError> {
        let kept = self.kept_states(now)?;
        let Outcome {
            mut tables,
            mut lost,
            ..
        } = outcome;
        tables.sort_by(|one, other| one.name.cmp(&other.name));
        lost.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(RecoveredRealm {
            realm: self.realm.realm.clone(),
            sealed: self.state.sealed,
            at: self.state.at,
            rewound_at: self.state.rewound_at,
            no_catalog: self.state.no_catalog.clone(),
            tables,
            lost,
            kept,
            backups: self.backups_held().await?,
            lost_backups,
            ended_catalogs: self.realm.ended_catalogs(),
        })
    }

    /// Logs what differs from the catalog in the archive, and is done, in one commit.
    async fn finish(
        mut self,
        now: &Catalog,
        report: RecoveredRealm,
    ) -> Result<RecoveredRealm, RecoveryError> {
        let (tables, archive) = (&self.realm.tables, &self.realm.archive);
        let replace = || archive.replace_earlier();
        let shared = &self.realm.shared;
        shared
            .patiently("replacing the servers before", replace)
            .await?;
        self.state.report = Some(report.clone());
        let snapshot = self.realm.shared.options.engine.snapshot()?;
        let here = Catalog(tables.system_items(&*snapshot)?.into_iter().collect());
        let mut changes = now.changes_to(&here)?;
        changes.push(put_head(&archive.head())?);
        let span = archive.span(TableId::SYSTEM);
        changes.extend(span.map(|span| put_catalog_span(span.opened_at)));
        changes.push(self.state.put()?);
        self.realm
            .shared
            .failpoint("recover::before_finish")
            .await?;
        tables.log_system(true);
        tables.system_commit(changes).await?;
        Ok(report)
    }
}
