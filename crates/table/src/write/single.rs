//! Writes of one item, alone or many at once.

use std::collections::HashSet;
use std::sync::Arc;

use anywhen_engine::{CommitError, Snapshot};
use anywhen_model::{Item, KeyError, TableName};
use bytes::Bytes;
use tokio::task::JoinSet;

use super::effects::Effects;
use super::{ItemChange, WriteAction, WriteOutcome};
use crate::capacity::{Charge, Consumed};
use crate::error::TableError;
use crate::latches::Held;
use crate::realm::RealmTables;
use crate::table::{ITEMS_PART, Table};
use crate::throttle::Access;

/// How often a write is planned anew because its table changed. Each time takes a control
/// operation to finish in between, so this is far beyond what can happen by chance.
pub(super) const ATTEMPTS_MAX: usize = 100;

impl RealmTables {
    /// Puts, updates or deletes one item.
    pub async fn write(
        &self,
        table: &TableName,
        action: &WriteAction,
    ) -> Result<WriteOutcome, TableError> {
        let mut fenced = None;
        for _ in 0..ATTEMPTS_MAX {
            let table = self.open_table(table)?;
            self.check_history_writable(&table)?;
            let key = action.stored_key(&table)?;
            table.check_capacity(Access::Write, ITEMS_PART)?;
            let held = self
                .latches
                .hold(std::iter::once((table.id(), &*key)))
                .await;
            let outcome = self.attempt(&table, action, &key, held).await;
            match outcome.inspect_err(|error| table.charge_refused(error))? {
                Ok(outcome) => return Ok(outcome),
                Err(table) => fenced = Some(table),
            }
            self.catalog_settled().await;
        }
        Err(fenced.map_or(TableError::ResourceNotFound, |table| {
            CommitError::Fenced(table).into()
        }))
    }

    /// One attempt; the inner error is the table whose version had changed.
    async fn attempt(
        &self,
        table: &Arc<Table>,
        action: &WriteAction,
        key: &Bytes,
        held: Held,
    ) -> Result<Result<WriteOutcome, anywhen_model::TableId>, TableError> {
        let snapshot = self.snapshot()?;
        let old = table.read(&*snapshot, key)?;
        let planned = action.plan(table, old)?;
        let mut effects = Effects::default();
        effects.expect(table);
        let indexes = if planned.changes() {
            effects.change(table, &*snapshot, self.log(), key, &planned)?
        } else {
            Vec::new()
        };
        let consumed = Consumed::of_write(planned.old_bytes, planned.new_bytes, &indexes);
        let taken = table.take(Access::Write, &consumed)?;
        let timestamp = if effects.is_empty() {
            snapshot.timestamp()?
        } else {
            match effects.commit(self, held).wait().await {
                Ok(timestamp) => {
                    self.check_history_kept(table)?;
                    timestamp
                }
                Err(error) => {
                    table.give_back(taken);
                    return match error {
                        CommitError::Fenced(table) => Ok(Err(table)),
                        error @ CommitError::Engine(_) => Err(error.into()),
                    };
                }
            }
        };
        table.charge_write(&consumed);
        let charge = Charge {
            table: Arc::clone(table),
            consumed,
        };
        Ok(Ok(WriteOutcome {
            old: planned.old,
            new: planned.new,
            timestamp,
            indexes,
            charge,
        }))
    }

    /// Puts and deletes many items, each on its own: some may be written although others fail.
    /// What can be refused beforehand is refused before anything is written. Outcomes are in
    /// the order of the requests.
    pub async fn batch_write(
        self: &Arc<Self>,
        requests: Vec<(TableName, ItemChange)>,
    ) -> Result<Vec<Result<WriteOutcome, TableError>>, TableError> {
        let requests: Vec<_> = requests
            .into_iter()
            .map(|(table, change)| {
                (
                    table,
                    WriteAction {
                        change,
                        condition: None,
                    },
                )
            })
            .collect();
        self.check_batch(&requests)?;
        let not_written = |_| Err(TableError::Internal("not written".to_owned()));
        let mut outcomes: Vec<_> = requests.iter().map(not_written).collect();
        let mut tasks = JoinSet::new();
        for (position, (table, action)) in requests.into_iter().enumerate() {
            let realm = Arc::clone(self);
            tasks.spawn(async move { (position, realm.write(&table, &action).await) });
        }
        while let Some(finished) = tasks.join_next().await {
            let (position, outcome) =
                finished.map_err(|failure| TableError::Internal(failure.to_string()))?;
            if let Some(place) = outcomes.get_mut(position) {
                *place = outcome;
            }
        }
        Ok(outcomes)
    }

    fn check_batch(&self, requests: &[(TableName, WriteAction)]) -> Result<(), TableError> {
        let mut seen = HashSet::new();
        for (name, action) in requests {
            let table = self.open_table(name)?;
            let key = batch_key(&table, action)?;
            if !seen.insert((table.id(), key)) {
                return Err(TableError::validation(
                    "Provided list of item keys contains duplicates",
                ));
            }
        }
        Ok(())
    }
}

/// In a batch a put without a proper key gets the text of a bad key map.
fn batch_key(table: &Table, action: &WriteAction) -> Result<Bytes, TableError> {
    if let ItemChange::Put(item) = &action.change
        && let Err(KeyError::Missing { .. } | KeyError::TypeMismatch { .. }) =
            table.record().key_schema.key_of_item(item)
    {
        return Err(TableError::Validation(KeyError::SchemaMismatch.to_string()));
    }
    Ok(action.stored_key(table)?)
}

impl Table {
    /// The item stored under a key.
    pub(crate) fn read(
        &self,
        snapshot: &dyn Snapshot,
        key: &[u8],
    ) -> Result<Option<Item>, TableError> {
        self.read_stored(snapshot, key)?
            .map(|stored| self.decode(&stored))
            .transpose()
    }

    /// The item stored under a key, in its stored form.
    pub(crate) fn read_stored(
        &self,
        snapshot: &dyn Snapshot,
        key: &[u8],
    ) -> Result<Option<Vec<u8>>, TableError> {
        let sealed = snapshot.get(self.items().keyspace, key)?;
        sealed
            .map(|sealed| self.unseal(ITEMS_PART, key, &sealed))
            .transpose()
    }
}
