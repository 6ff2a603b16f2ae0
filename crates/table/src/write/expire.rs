//! The service's own deletions, of items that have expired.

use anywhen_engine::CommitError;
use anywhen_model::TableId;

use super::effects::Effects;
use super::plan::Planned;
use crate::error::TableError;
use crate::realm::RealmTables;

impl RealmTables {
    /// Deletes the item stored under a key if it has expired, and answers whether it was. One that
    /// cannot be deleted because its table has just changed is left to the next pass. Nothing is
    /// charged.
    pub(crate) async fn delete_expired(
        &self,
        table: TableId,
        key: &bytes::Bytes,
    ) -> Result<bool, TableError> {
        let table = self.table_by_id(table).filter(|table| table.is_open());
        let Some(table) = table else {
            return Ok(false);
        };
        self.check_history_writable(&table)?;
        let held = self.latches.hold(std::iter::once((table.id(), &**key)));
        let held = held.await;
        let snapshot = self.snapshot()?;
        let item = table.read(&*snapshot, key)?;
        let now = self.now();
        let expired = |item: &_| table.expiry().is_some_and(|e| e.has_expired(item, now));
        let Some(item) = item.filter(expired) else {
            return Ok(false);
        };
        let mut effects = Effects::default();
        effects.expect(&table);
        effects.change(&table, &*snapshot, self.log(), key, &Planned::expiry(item))?;
        match effects.commit(self, held).wait().await {
            Ok(_) => Ok(true),
            Err(CommitError::Fenced(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}
