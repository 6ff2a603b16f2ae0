//! What can be restored, as it is told.

use anyhow::ensure;
use anywhen_model::TableName;
use anywhen_recovery::PitrWindow;

use super::Operator;
use crate::facts::TableFacts;

impl Operator {
    pub(super) async fn look_at_windows(&self) -> anyhow::Result<()> {
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
}
