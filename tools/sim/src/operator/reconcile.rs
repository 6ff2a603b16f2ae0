//! After a start: what came of what was under way.

use anywhen_model::TableName;
use anywhen_recovery::{ListBackups, PointInTimeRecovery};

use crate::facts::{Attempt, BackupFacts, Facts, Run, TableFacts, WindowFacts};
use crate::server::{Server, has_spare_index};
use crate::trace::note;

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
                spare_index: false,
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
            Some(Attempt::Index(name)) => {
                let found = has_spare_index(&*server.tables.table(&name)?);
                if let Some(table) = self.facts().tables.get_mut(&name) {
                    table.spare_index = found;
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
            spare_index: None,
        }));
        Ok(())
    }
}
