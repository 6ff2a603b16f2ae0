//! An index is added to tables that are written to, and dropped again, across crashes.

use anyhow::{Context as _, ensure};

use super::Operator;
use crate::facts::Attempt;
use crate::schema;
use crate::server::{has_spare_index, is_settled};

impl Operator {
    /// Adds the spare index or drops it, unless it is still on its way.
    pub(super) async fn change_index(&self) -> anyhow::Result<()> {
        let Some((name, facts)) = self.pick_table(None) else {
            return Ok(());
        };
        let table = self.server.tables.table(&name)?;
        ensure!(table.id() == facts.id, "{name} is another table");
        if !is_settled(&table) {
            return Ok(());
        }
        let adds = !has_spare_index(&table);
        self.attempt(Attempt::Index(name.clone()));
        let request = schema::change_spare_index(adds)?;
        let updated = self.server.tables.update_table(&name, request).await;
        updated.with_context(|| format!("adding an index to {name}: {adds}"))?;
        self.answered();
        self.note(format_args!("index of {name} added: {adds}"));
        let mut facts = self.run.facts();
        if let Some(table) = facts.tables.get_mut(&name) {
            table.spare_index = adds;
        }
        facts.done.index_changes += 1;
        Ok(())
    }
}
