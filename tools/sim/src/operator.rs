//! The client of the control plane: one request after another, at random, each judged.

mod backups;
mod indexes;
mod reconcile;
mod restores;
mod tables;
mod windows;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;
use anywhen_model::TableName;
use anywhen_recovery::RecoveryError;
use anywhen_table::TableStatus;

use crate::dice::Dice;
use crate::facts::{Attempt, Run, TableFacts};
use crate::server::Server;
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
            match self.dice.roll(27) {
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
                24..=26 => self.change_index().await?,
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
}

/// How a request ended, short enough for a trace.
fn outcome<T>(result: &Result<T, RecoveryError>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}
