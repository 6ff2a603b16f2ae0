//! INSERT, UPDATE, DELETE and EXISTS as the writes that all others are.

use anywhen_expr::partiql::{self, PlannedChange, Returning};
use anywhen_model::Item;

use super::{ItemChange, WriteAction, WriteOutcome};
use crate::error::TableError;
use crate::table::Table;

/// A statement as a write of one item, and what it returns of it.
#[derive(Debug, Clone)]
pub struct StatementWrite {
    /// The write.
    pub action: WriteAction,
    returning: Option<Returning>,
}

impl StatementWrite {
    /// What the statement returns of an item it has written; `None` also if the item has nothing
    /// of what was asked for.
    pub fn returned(&self, outcome: WriteOutcome) -> Option<Item> {
        let touched = |item: Item| match &self.action.change {
            ItemChange::Update {
                update: Some(update),
                ..
            } => update.updated_attributes(&item),
            _ => None,
        };
        match self.returning? {
            Returning::AllOld => outcome.old,
            Returning::AllNew => outcome.new,
            Returning::ModifiedOld => outcome.old.and_then(touched),
            Returning::ModifiedNew => outcome.new.and_then(touched),
        }
    }
}

impl Table {
    /// The write that a statement is on this table.
    pub fn plan_statement(&self, statement: partiql::Write) -> Result<StatementWrite, TableError> {
        let plan = statement.plan(&self.record().key_schema);
        let plan = plan.map_err(|error| TableError::Validation(error.to_string()))?;
        let change = match plan.change {
            PlannedChange::Insert(item) => ItemChange::Insert(item),
            PlannedChange::Update { key, update } => ItemChange::Update {
                key,
                update: Some(update),
            },
            PlannedChange::Delete { key } => ItemChange::Delete { key },
            PlannedChange::Check { key } => ItemChange::Check { key },
        };
        Ok(StatementWrite {
            action: WriteAction {
                change,
                condition: plan.condition,
            },
            returning: plan.returning,
        })
    }
}
