//! Tables come and go, and so does the keeping of their history.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use anywhen_model::TableName;
use anywhen_recovery::RecoveryError;

use super::{NAMES, Operator, outcome};
use crate::facts::{Attempt, TableFacts};
use crate::schema;
use crate::trace::note;

impl Operator {
    pub(super) async fn create_table(&self) -> anyhow::Result<()> {
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

    pub(super) async fn switch_history(&self, on: bool) -> anyhow::Result<()> {
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
    pub(super) async fn learn_history(
        &self,
        name: &TableName,
        table: &TableFacts,
    ) -> anyhow::Result<()> {
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

    pub(super) async fn delete_table(&self) -> anyhow::Result<()> {
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

    /// Forgets tables that are gone; takes in the backups that their end has left.
    pub(super) fn look_after_deletions(&self) {
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
}
