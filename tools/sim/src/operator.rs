//! The client of the control plane: one request after another, at random, each judged.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use anywhen_model::{BackupName, CommitTimestamp, TableName};
use anywhen_recovery::{
    BackupFilter, BackupKind, BackupRecord, BackupStatus, ListBackups, PitrWindow,
    PointInTimeRecovery, RecoveryError, RestoreFromBackup, RestoreOverrides, RestoreToPointInTime,
};
use anywhen_table::TableStatus;

use crate::dice::Dice;
use crate::facts::{Attempt, BackupFacts, Facts, Restoring, Run, TableFacts, WindowFacts};
use crate::schema;
use crate::server::{Server, checked_items};
use crate::trace::note;

/// Names that are used again and again.
const NAMES: [&str; 4] = ["Albums", "Books", "Charts", "Discs"];
const SECOND: u64 = 1_000_000;
const HOUR: u64 = 3_600 * SECOND;
/// More restored tables than these are not kept.
const TABLES_MAX: usize = 7;

pub(crate) struct Operator {
    pub(crate) run: Arc<Run>,
    pub(crate) server: Arc<Server>,
    pub(crate) dice: Dice,
    pub(crate) stop: Arc<AtomicBool>,
}

impl Operator {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        while !self.stop.load(Ordering::Relaxed) {
            let quiet = self.run.ground.store.is_quiet();
            let pause = if quiet { 1_200_000 } else { 3_000 };
            tokio::time::sleep(self.dice.millis(pause)).await;
            match self.dice.roll(24) {
                0..=2 => self.create_table().await?,
                3..=7 => self.switch_history(true).await?,
                8 => self.switch_history(false).await?,
                9..=10 => self.delete_table().await?,
                11..=13 => self.create_backup().await?,
                14 => self.restore_backup().await?,
                15..=19 => self.restore_instant().await?,
                20 => self.restore_outside().await?,
                21 => self.look_at_windows().await?,
                22 => self.delete_backup().await?,
                _ => {}
            }
            self.look_after_jobs()?;
        }
        Ok(())
    }

    fn note(&self, what: std::fmt::Arguments<'_>) {
        note!(self.run.ground.trace, "operator {what}");
    }

    /// Whether failures have an excuse.
    fn ill(&self) -> bool {
        self.run.ground.is_ill()
    }

    fn pick_table(&self, history: Option<bool>) -> Option<(TableName, TableFacts)> {
        let facts = self.run.facts();
        let tables: Vec<_> = facts
            .tables
            .iter()
            .filter(|(_, table)| table.deleting.is_none())
            .filter(|(_, table)| history.is_none_or(|kept| table.history.is_some() == kept))
            .collect();
        self.dice
            .pick(&tables)
            .map(|(name, table)| ((*name).clone(), (*table).clone()))
    }

    fn new_name(&self) -> anyhow::Result<TableName> {
        let mut facts = self.run.facts();
        facts.names += 1;
        Ok(TableName::parse(&format!("Restored{}", facts.names))?)
    }

    fn attempt(&self, attempt: Attempt) {
        self.run.facts().attempt = Some(attempt);
    }

    fn answered(&self) {
        self.run.facts().attempt = None;
    }

    async fn create_table(&self) -> anyhow::Result<()> {
        let name = TableName::parse(self.dice.pick(&NAMES).context("no names")?)?;
        if self.run.facts().tables.contains_key(&name) {
            return Ok(());
        }
        let request = schema::create(name.clone(), !self.dice.one_in(3))?;
        self.attempt(Attempt::Create(name.clone()));
        let table = self.server.tables.create_table(request).await?;
        self.answered();
        self.note(format_args!("created {name} {}", table.id()));
        self.run.adopt_table(&self.server, &name)
    }

    async fn switch_history(&self, on: bool) -> anyhow::Result<()> {
        let Some((name, table)) = self.pick_table(on.then_some(false).or(Some(true))) else {
            return Ok(());
        };
        let longest = if self.dice.one_in(2) { 2 } else { 35 };
        let days = on.then(|| 1 + self.dice.roll(longest) as u32);
        self.attempt(Attempt::Switch(name.clone()));
        let realm = &self.server.realm;
        let recovery = &self.server.recovery;
        let switched = recovery
            .update_continuous_backups(realm, &name, on, days)
            .await;
        self.note(format_args!("history of {name} {on}: {switched:?}"));
        if switched.is_err() && self.ill() {
            return self.learn_history(&name, &table).await;
        }
        self.answered();
        match switched {
            Ok(described) => {
                ensure!(described.pitr.is_some() == on, "{name}: {described:?}");
                self.run
                    .note_window(&name, &table, described.pitr, !self.ill());
                Ok(())
            }
            Err(RecoveryError::ContinuousBackupsUnavailable(_)) => Ok(()),
            Err(error) => bail!("history of {name} {on}: {error}"),
        }
    }

    /// What became of a request that was answered with an error in bad weather.
    async fn learn_history(&self, name: &TableName, table: &TableFacts) -> anyhow::Result<()> {
        loop {
            match self.server.window(name).await {
                Ok(described) => {
                    self.run.note_window(name, table, described.pitr, false);
                    self.answered();
                    return Ok(());
                }
                Err(_) if self.ill() => tokio::time::sleep(Duration::from_secs(1)).await,
                Err(error) => return Err(error),
            }
        }
    }

    async fn delete_table(&self) -> anyhow::Result<()> {
        let Some((name, _)) = self.pick_table(None) else {
            return Ok(());
        };
        if self.run.facts().tables.len() < 3 {
            return Ok(());
        }
        self.attempt(Attempt::Delete);
        if let Some(table) = self.run.facts().tables.get_mut(&name) {
            table.deleting = Some(false);
        }
        let deleted = self
            .server
            .recovery
            .delete_table(&self.server.realm, &name)
            .await;
        self.answered();
        self.note(format_args!("delete {name}: {}", outcome(&deleted)));
        let mut facts = self.run.facts();
        if let Some(table) = facts.tables.get_mut(&name) {
            table.deleting = match deleted {
                Ok(_) => Some(true),
                // Decided or not: no more is asked of it than that it may be gone.
                Err(_) if self.ill() => Some(false),
                Err(error) => bail!("deleting {name}: {error}"),
            };
        }
        Ok(())
    }

    async fn create_backup(&self) -> anyhow::Result<()> {
        let Some((name, table)) = self.pick_table(None) else {
            return Ok(());
        };
        let backup = format!("backup{}", self.run.facts().writes);
        self.attempt(Attempt::Backup(name.clone(), backup.clone()));
        let created = self
            .server
            .recovery
            .create_backup(&self.server.realm, &name, &BackupName::parse(&backup)?)
            .await;
        self.answered();
        self.note(format_args!("backup of {name}: {}", outcome(&created)));
        match created {
            Ok(record) => {
                self.run.facts().backups.push(BackupFacts {
                    record,
                    history: table.history.is_some_and(|history| history.shown),
                    available: false,
                    may_be_gone: false,
                });
                Ok(())
            }
            Err(_) if self.ill() => Ok(()),
            Err(error) => bail!("backup of {name}: {error}"),
        }
    }

    async fn delete_backup(&self) -> anyhow::Result<()> {
        let backup = {
            let mut facts = self.run.facts();
            if facts.backups.len() < 6 {
                return Ok(());
            }
            // SYSTEM backups go by themselves, and only so.
            let users = facts.backups.iter_mut();
            let users = users.filter(|backup| backup.record.kind == BackupKind::User);
            let mut users: Vec<_> = users.collect();
            let chosen = self.dice.roll(users.len() as u64) as usize;
            users.get_mut(chosen).map(|backup| {
                backup.may_be_gone = true;
                backup.record.clone()
            })
        };
        let Some(backup) = backup else {
            return Ok(());
        };
        let realm = &self.server.realm;
        let arn = backup.arn(realm).to_string();
        let deleted = self.server.recovery.delete_backup(realm, &arn).await;
        self.note(format_args!(
            "delete backup {}: {}",
            backup.name,
            outcome(&deleted)
        ));
        match deleted {
            Ok(_) | Err(RecoveryError::BackupNotFound(_)) => {
                let known = &mut self.run.facts().backups;
                known.retain(|other| other.record.id != backup.id);
            }
            Err(RecoveryError::BackupInUse(_)) => {}
            Err(_) if self.ill() => {}
            Err(error) => bail!("deleting backup {}: {error}", backup.name),
        }
        Ok(())
    }

    async fn restore_backup(&self) -> anyhow::Result<()> {
        let backups: Vec<BackupFacts> = self
            .run
            .facts()
            .backups
            .iter()
            .filter(|backup| !backup.may_be_gone)
            .cloned()
            .collect();
        let Some(backup) = self.dice.pick(&backups) else {
            return Ok(());
        };
        self.begin_restore_of(&backup.record).await?;
        Ok(())
    }

    /// Whether a restore of the backup was accepted.
    pub(crate) async fn begin_restore_of(&self, backup: &BackupRecord) -> anyhow::Result<bool> {
        let restoring = Restoring {
            target: self.new_name()?,
            source: backup.table.id,
            at: backup.at,
            from_backup: true,
        };
        let request = RestoreFromBackup {
            target: restoring.target.clone(),
            backup_arn: backup.arn(&self.server.realm).to_string(),
            overrides: RestoreOverrides::default(),
        };
        self.attempt(Attempt::Restore(restoring.clone()));
        let accepted = self
            .server
            .recovery
            .restore_from_backup(&self.server.realm, request)
            .await;
        self.answered();
        self.note(format_args!(
            "restore of {}: {}",
            backup.name,
            outcome(&accepted)
        ));
        match accepted {
            Ok(_) => {
                self.run.facts().restores.push(restoring);
                Ok(true)
            }
            Err(RecoveryError::BackupInUse(_) | RecoveryError::LimitExceeded(_)) => Ok(false),
            Err(_) if self.ill() => Ok(false),
            Err(error) => bail!("restoring {}: {error}", backup.name),
        }
    }

    /// A restore at a commit, just before one, or anywhere in the window.
    async fn restore_instant(&self) -> anyhow::Result<()> {
        let Some((name, table)) = self.pick_table(Some(true)) else {
            return Ok(());
        };
        let Some(window) = self.look_at(&name, &table).await? else {
            return Ok(());
        };
        let inside: Vec<_> = self
            .run
            .facts()
            .oracle
            .instants(table.id)
            .into_iter()
            .filter(|at| (window.earliest..=window.latest).contains(at))
            .collect();
        let length = window.latest.as_micros() - window.earliest.as_micros();
        let at = match (self.dice.roll(6), self.dice.pick(&inside)) {
            (0, _) => window.earliest,
            (1, _) => window.latest,
            (2..=3, Some(at)) => *at,
            (4, Some(at)) => at.previous().max(window.earliest),
            _ => window.earliest.plus_micros(self.dice.roll(length + 1)),
        };
        self.begin_restore(&name, &table, at, window).await?;
        Ok(())
    }

    /// Whether a restore at an instant of the window was accepted.
    pub(crate) async fn begin_restore(
        &self,
        name: &TableName,
        table: &TableFacts,
        at: CommitTimestamp,
        window: PitrWindow,
    ) -> anyhow::Result<bool> {
        let restoring = Restoring {
            target: self.new_name()?,
            source: table.id,
            at,
            from_backup: false,
        };
        self.attempt(Attempt::Restore(restoring.clone()));
        let request = to_point(name, &restoring.target, at);
        let accepted = self
            .server
            .recovery
            .restore_to_point_in_time(&self.server.realm, request)
            .await;
        self.answered();
        self.note(format_args!(
            "restore of {name} at {at}: {}",
            outcome(&accepted)
        ));
        match accepted {
            Ok(_) => {
                self.run.facts().restores.push(restoring);
                Ok(true)
            }
            Err(RecoveryError::LimitExceeded(_)) => Ok(false),
            Err(RecoveryError::InvalidRestoreTime(text)) => {
                let archived = self.server.archived_through().await?;
                let now = self.server.window(name).await?.pitr;
                let now = now.and_then(|pitr| pitr.window);
                let passed = now.is_some_and(|now| at < now.earliest);
                // An archive that does not answer any more takes the newest part of the window.
                let excused = passed || (self.ill() && at > archived);
                ensure!(
                    excused,
                    "an instant of the window was refused: {text}; it was {window:?}"
                );
                Ok(false)
            }
            Err(_) if self.ill() => Ok(false),
            Err(error) => bail!("restoring {name} at {at}: {error}"),
        }
    }

    async fn restore_outside(&self) -> anyhow::Result<()> {
        let Some((name, table)) = self.pick_table(Some(true)) else {
            return Ok(());
        };
        let Some(window) = self.look_at(&name, &table).await? else {
            return Ok(());
        };
        let instants = [
            window.earliest.previous(),
            window
                .earliest
                .minus_micros(self.dice.roll(HOUR))
                .previous(),
            window.latest.plus_micros(HOUR),
        ];
        for at in instants {
            let request = to_point(&name, &self.new_name()?, at);
            let refused = self
                .server
                .recovery
                .restore_to_point_in_time(&self.server.realm, request)
                .await;
            ensure!(
                matches!(refused, Err(RecoveryError::InvalidRestoreTime(_)))
                    || (refused.is_err() && self.ill()),
                "a restore of {name} at {at}, outside {window:?}, was not refused: {refused:?}"
            );
        }
        Ok(())
    }

    async fn look_at_windows(&self) -> anyhow::Result<()> {
        let tables: Vec<_> = {
            let facts = self.run.facts();
            let live = facts.tables.iter();
            live.filter(|(_, table)| table.deleting.is_none())
                .map(|(name, table)| (name.clone(), table.clone()))
                .collect()
        };
        for (name, table) in tables {
            self.look_at(&name, &table).await?;
        }
        Ok(())
    }

    /// The window of a table, after a look whether it tells the truth.
    pub(crate) async fn look_at(
        &self,
        name: &TableName,
        table: &TableFacts,
    ) -> anyhow::Result<Option<PitrWindow>> {
        let told = self.run.facts().oracle.told;
        let pitr = match self.server.window(name).await {
            Ok(described) => described.pitr,
            Err(_) if self.ill() => return Ok(None),
            Err(error) => return Err(error),
        };
        ensure!(
            pitr.is_some() == table.history.is_some(),
            "the history of {name} should be kept: {}; {pitr:?}",
            table.history.is_some()
        );
        let (Some(pitr), Some(before)) = (pitr, table.history) else {
            return Ok(None);
        };
        let Some(window) = pitr.window else {
            ensure!(!before.shown, "the window of {name} is not shown any more");
            return Ok(None);
        };
        ensure!(
            window.earliest >= before.earliest,
            "the window of {name} begins at {}, once it began at {}",
            window.earliest,
            before.earliest
        );
        let well = !self.ill();
        if well {
            ensure!(
                window.latest >= before.latest.min(told.floor_second()).max(window.earliest),
                "the window of {name} ends at {}, once it ended at {}",
                window.latest,
                before.latest
            );
            // A fresh seal is above everything that was acknowledged before the question.
            ensure!(
                window.latest >= told.floor_second(),
                "the window of {name} ends at {}, before {told}, which had been acknowledged",
                window.latest
            );
        }
        self.run.note_window(name, table, Some(pitr), well);
        Ok(Some(window))
    }

    /// Looks how far restores, backups and deletions are; compares what has come to its end.
    pub(crate) fn look_after_jobs(&self) -> anyhow::Result<()> {
        self.look_after_deletions();
        let restores = self.run.facts().restores.clone();
        for restoring in restores {
            let target = self.server.tables.table(&restoring.target);
            let Ok(target) = target else {
                bail!("{restoring:?} failed: its target is gone, and nobody deleted it");
            };
            if target.record().status != TableStatus::Active {
                continue;
            }
            self.compare(&restoring)?;
        }
        Ok(())
    }

    /// Compares a finished restore with the oracle, and goes on with its target as a table.
    fn compare(&self, restoring: &Restoring) -> anyhow::Result<()> {
        let Restoring {
            target, source, at, ..
        } = restoring;
        let table = self.server.tables.table(target)?;
        let (_, items) = checked_items(&table)?;
        self.note(format_args!(
            "compares {target} at {at}: {} items",
            items.len()
        ));
        let mut facts = self.run.facts();
        facts
            .oracle
            .check(*source, *at, &items)
            .with_context(|| format!("restored {restoring:?}"))?;
        facts.oracle.add_table(table.id(), items)?;
        facts.restores.retain(|other| &other.target != target);
        if restoring.from_backup {
            facts.done.backups += 1;
        } else {
            facts.done.restores += 1;
        }
        let crowded = facts.tables.len() >= TABLES_MAX;
        facts.tables.insert(
            target.clone(),
            TableFacts {
                id: table.id(),
                history: None,
                deleting: None,
            },
        );
        drop(facts);
        if crowded || !self.dice.one_in(4) {
            self.drop_target(target.clone());
        }
        Ok(())
    }

    /// Deletes a table that has served its purpose.
    fn drop_target(&self, target: TableName) {
        let (run, server) = (Arc::clone(&self.run), Arc::clone(&self.server));
        if let Some(table) = run.facts().tables.get_mut(&target) {
            table.deleting = Some(false);
        }
        tokio::spawn(async move {
            let deleted = server.recovery.delete_table(&server.realm, &target).await;
            let mut facts = run.facts();
            if let Some(table) = facts.tables.get_mut(&target) {
                table.deleting = Some(deleted.is_ok());
            }
        });
    }

    /// Forgets tables that are gone; takes in the backups that their end has left.
    fn look_after_deletions(&self) {
        let mut facts = self.run.facts();
        let gone: Vec<_> = facts
            .tables
            .iter()
            .filter(|(name, table)| {
                table.deleting.is_some()
                    && self.server.tables.table(name).map(|table| table.id()) != Ok(table.id)
                    && !facts.oracle.is_written(table.id)
            })
            .map(|(name, _)| name.clone())
            .collect();
        for name in gone {
            facts.tables.remove(&name);
            note!(self.run.ground.trace, "operator: {name} is gone");
        }
    }

    /// Looks at every backup; one that is missing must have an excuse.
    pub(crate) async fn look_at_backups(&self) -> anyhow::Result<bool> {
        let realm = &self.server.realm;
        let mut ready = true;
        let known = self.run.facts().backups.clone();
        for backup in known {
            let arn = backup.record.arn(realm).to_string();
            let described = self.server.recovery.describe_backup(realm, &arn).await;
            let id = backup.record.id;
            match described {
                Ok(record) => {
                    ensure!(record.at == backup.record.at, "{arn} has moved: {record:?}");
                    let available = record.status == BackupStatus::Available;
                    ready &= available;
                    let mut facts = self.run.facts();
                    let found = facts.backups.iter_mut().find(|other| other.record.id == id);
                    if let Some(found) = found {
                        found.available |= available;
                    }
                }
                Err(RecoveryError::BackupNotFound(_)) if backup.may_be_gone => {
                    self.run
                        .facts()
                        .backups
                        .retain(|other| other.record.id != id);
                }
                Err(error) => bail!("{backup:?}: {error}"),
            }
        }
        Ok(ready)
    }

    /// Takes in the SYSTEM backups that deletions have made.
    pub(crate) async fn take_in_system_backups(&self) -> anyhow::Result<()> {
        let request = ListBackups {
            kind: BackupFilter::System,
            ..ListBackups::default()
        };
        let page = self
            .server
            .recovery
            .list_backups(&self.server.realm, &request)
            .await?;
        let mut facts = self.run.facts();
        for record in page.backups {
            if facts
                .backups
                .iter()
                .all(|known| known.record.id != record.id)
            {
                facts.backups.push(BackupFacts {
                    record,
                    history: true,
                    available: false,
                    // It expires by itself.
                    may_be_gone: true,
                });
            }
        }
        Ok(())
    }
}

impl Run {
    /// Takes in a table that was just created.
    pub(crate) fn adopt_table(&self, server: &Server, name: &TableName) -> anyhow::Result<()> {
        let id = server.tables.table(name)?.id();
        let mut facts = self.facts();
        facts.oracle.add_table(id, Vec::new())?;
        facts.tables.insert(
            name.clone(),
            TableFacts {
                id,
                history: None,
                deleting: None,
            },
        );
        Ok(())
    }

    /// Remembers what was said of a window.
    pub(crate) fn note_window(
        &self,
        name: &TableName,
        table: &TableFacts,
        pitr: Option<PointInTimeRecovery>,
        well: bool,
    ) {
        let mut facts = self.facts();
        let Facts { tables, done, .. } = &mut *facts;
        let known = tables.get_mut(name);
        let Some(known) = known.filter(|known| known.id == table.id) else {
            return;
        };
        known.history = pitr.map(|pitr| {
            let before = known.history.unwrap_or_default();
            match pitr.window {
                Some(window) => {
                    let moved = before.shown && window.earliest > before.earliest;
                    done.windows_moved += u64::from(moved);
                    WindowFacts {
                        shown: true,
                        earliest: window.earliest,
                        latest: if well { window.latest } else { before.latest },
                    }
                }
                None => before,
            }
        });
    }

    /// A server has started: what the one before it left open is looked up.
    pub(crate) async fn reconcile(&self, server: &Server) -> anyhow::Result<()> {
        let attempt = self.facts().attempt.take();
        note!(self.ground.trace, "reconciles {attempt:?}");
        match attempt {
            Some(Attempt::Create(name)) => {
                if server.tables.table(&name).is_ok() {
                    self.adopt_table(server, &name)?;
                }
            }
            Some(Attempt::Restore(restoring)) => {
                if server.tables.table(&restoring.target).is_ok() {
                    self.facts().restores.push(restoring);
                }
            }
            Some(Attempt::Backup(table, backup)) => {
                self.look_for_backup(server, &table, &backup).await?;
            }
            Some(Attempt::Switch(name)) => {
                let table = self.facts().tables.get(&name).cloned();
                if let Some(table) = table {
                    let pitr = server.window(&name).await?.pitr;
                    self.note_window(&name, &table, pitr, false);
                }
            }
            Some(Attempt::Delete) | None => {}
        }
        for backup in &mut self.facts().backups {
            backup.may_be_gone |= !backup.available && !backup.history;
        }
        Ok(())
    }

    async fn look_for_backup(
        &self,
        server: &Server,
        table: &TableName,
        backup: &str,
    ) -> anyhow::Result<()> {
        let request = ListBackups {
            table: Some(table.clone()),
            ..ListBackups::default()
        };
        let page = server
            .recovery
            .list_backups(&server.realm, &request)
            .await?;
        let found = page
            .backups
            .into_iter()
            .find(|record| record.name == backup);
        self.facts().backups.extend(found.map(|record| BackupFacts {
            record,
            history: false,
            available: false,
            may_be_gone: true,
        }));
        Ok(())
    }
}

fn to_point(source: &TableName, target: &TableName, at: CommitTimestamp) -> RestoreToPointInTime {
    RestoreToPointInTime {
        target: target.clone(),
        source_name: Some(source.clone()),
        source_arn: None,
        restore_at: Some(at),
        use_latest: None,
        overrides: RestoreOverrides::default(),
    }
}

/// How a request ended, short enough for a trace.
fn outcome<T>(result: &Result<T, RecoveryError>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}
