//! How histories go on after a recovery: each is continued, led back, or ended with a backup.

use anywhen_archive::PinKind;

use super::Recovering;
use super::catalog::Catalog;
use super::report::KeptState;
use super::tables::Outcome;
use crate::backup::{BackupKind, BackupRecord};
use crate::error::RecoveryError;

impl Recovering {
    /// Makes every open span tell of the table that is there now. Repeating it does no harm.
    pub(super) async fn continue_spans(
        &mut self,
        now: &Catalog,
        outcome: &Outcome,
    ) -> Result<(), RecoveryError> {
        if self.state.at < self.state.sealed {
            self.lead_back(outcome).await?;
        }
        for record in now.tables()? {
            let stays = outcome.continued.contains(&record.id)
                || outcome.damaged.contains(&record.id)
                || record.history.is_none();
            if !stays {
                let sealed = self.state.sealed;
                self.realm.end_span_keeping(&record, sealed).await?;
            }
        }
        Ok(())
    }

    /// Appends to each history that goes on the way back to T, as one commit for all tables.
    async fn lead_back(&mut self, outcome: &Outcome) -> Result<(), RecoveryError> {
        let realm = &self.realm;
        let at = if let Some(at) = self.state.rewound_at {
            at
        } else {
            let at = realm.pass(realm.newest_instant().await?).await?;
            self.state.rewound_at = Some(at);
            realm.tables.system_commit(vec![self.state.put()?]).await?;
            at
        };
        let archive = &realm.archive;
        let pass = || archive.pass_idle(at);
        realm.shared.patiently("raising the archive", pass).await?;
        for table in &outcome.continued {
            let rewind = || archive.rewind(*table, self.state.at, at);
            realm
                .shared
                .patiently("leading back a history", rewind)
                .await?;
            realm.shared.failpoint("recover::rewound").await?;
        }
        Ok(())
    }

    /// The backups of tables whose spans have ended here.
    pub(super) fn kept_states(&self, now: &Catalog) -> Result<Vec<KeptState>, RecoveryError> {
        let realm = &self.realm;
        let mut kept = Vec::new();
        for record in now.tables()? {
            let pins = realm.archive.pins(record.id).into_iter();
            let pins = pins.filter(|pin| pin.kind == PinKind::Backup);
            let backups = pins.filter_map(|pin| BackupRecord::decode(&pin.record).ok());
            let mine = backups.filter(|backup| {
                backup.kind == BackupKind::System && backup.at >= self.state.sealed
            });
            kept.extend(mine.map(|backup| KeptState::of(&backup.arn(&realm.realm), backup.at)));
        }
        Ok(kept)
    }

    /// How many backups the archive holds.
    pub(super) async fn backups_held(&self) -> Result<usize, RecoveryError> {
        let timelines = self.realm.archive.timelines().await?;
        let pins = timelines.iter().flat_map(|timeline| &timeline.pins);
        let backups = pins
            .filter(|pin| pin.kind == PinKind::Backup && BackupRecord::decode(&pin.record).is_ok());
        Ok(backups.count())
    }
}
