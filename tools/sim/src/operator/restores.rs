//! Restores are begun, within what can be restored and outside, and what comes of them is compared
//! with what the tables held.

use std::sync::Arc;

use anyhow::{Context as _, bail, ensure};
use anywhen_model::{CommitTimestamp, TableName};
use anywhen_recovery::{
    PitrWindow, RecoveryError, RestoreFromBackup, RestoreOverrides, RestoreToPointInTime,
};

use super::{HOUR, Operator, TABLES_MAX, outcome};
use crate::facts::{Attempt, BackupFacts, Restoring, TableFacts};
use crate::oracle::key_of;
use crate::server::{checked_items, has_spare_index, is_settled};

impl Operator {
    pub(super) async fn restore_backup(&self) -> anyhow::Result<()> {
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
        self.begin_restore_of(backup).await?;
        Ok(())
    }

    /// Whether a restore of the backup was accepted.
    pub(crate) async fn begin_restore_of(&self, backup: &BackupFacts) -> anyhow::Result<bool> {
        let spare_index = backup.spare_index;
        let backup = &backup.record;
        let restoring = Restoring {
            target: self.new_name()?,
            source: backup.table.id,
            at: backup.at,
            from_backup: true,
            spare_index,
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
    pub(super) async fn restore_instant(&self) -> anyhow::Result<()> {
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
            spare_index: Some(table.spare_index),
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

    pub(super) async fn restore_outside(&self) -> anyhow::Result<()> {
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

    /// Compares a finished restore with the oracle, and goes on with its target as a table.
    pub(super) fn compare(&self, restoring: &Restoring) -> anyhow::Result<()> {
        let Restoring {
            target, source, at, ..
        } = restoring;
        let table = self.server.tables.table(target)?;
        let (_, items) = checked_items(&table)?;
        let spare_index = has_spare_index(&table);
        ensure!(
            is_settled(&table)
                && restoring
                    .spare_index
                    .is_none_or(|there| there == spare_index),
            "indexes of restored {restoring:?}: {:?}",
            table.record().indexes
        );
        self.note(format_args!(
            "compares {target} at {at}: {} items",
            items.len()
        ));
        let mut facts = self.run.facts();
        facts
            .oracle
            .check(*source, *at, &items)
            .with_context(|| format!("restored {restoring:?}"))?;
        for item in &items {
            let key = key_of(item).context("an item without its key")?;
            facts.serial.begin_with((table.id(), key), item.clone());
        }
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
                spare_index,
            },
        );
        drop(facts);
        if crowded || !self.dice.one_in(4) {
            self.drop_target(target.clone());
        }
        Ok(())
    }

    /// Deletes a table that has served its purpose.
    pub(super) fn drop_target(&self, target: TableName) {
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
