//! Backups are made, deleted and looked for.

use anyhow::{bail, ensure};
use anywhen_model::BackupName;
use anywhen_recovery::{BackupFilter, BackupKind, BackupStatus, ListBackups, RecoveryError};

use super::{Operator, outcome};
use crate::facts::{Attempt, BackupFacts};

impl Operator {
    pub(super) async fn create_backup(&self) -> anyhow::Result<()> {
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
                    spare_index: Some(table.spare_index),
                });
                Ok(())
            }
            Err(_) if self.ill() => Ok(()),
            Err(error) => bail!("backup of {name}: {error}"),
        }
    }

    pub(super) async fn delete_backup(&self) -> anyhow::Result<()> {
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
                    spare_index: None,
                });
            }
        }
        Ok(())
    }
}
