//! Passes over what has expired.
//!
//! A pass goes through the order of expiry of each table that has one, a bounded batch of each
//! table in turn, so that a table with much to delete keeps no other waiting. The items of a batch
//! are deleted at the same time, each by a commit of its own, which share the engine's work.

use std::collections::VecDeque;
use std::sync::Arc;

use anywhen_engine::Direction;
use anywhen_model::TableId;
use bytes::Bytes;
use tokio::task::JoinSet;

use super::{expired_entries, item_key};
use crate::control::off_runtime;
use crate::error::TableError;
use crate::realm::RealmTables;
use crate::table::Table;
use crate::tables::Tables;

/// Items that are deleted at the same time.
const BATCH: usize = 64;

/// How far a pass has come in one table.
struct Place {
    table: TableId,
    /// The last entry that was looked at.
    after: Option<Bytes>,
}

/// What a batch has come to.
struct Batch {
    deleted: u64,
    /// The last entry of it; `None` if nothing more has expired.
    through: Option<Bytes>,
}

impl Tables {
    /// Deletes everything that has expired and answers how many items that were. What fails is
    /// logged, and left to the next pass.
    pub async fn expire_items(&self) -> u64 {
        let mut deleted = 0;
        for realm in self.realms() {
            deleted += realm.expire_items().await;
        }
        deleted
    }
}

impl RealmTables {
    async fn expire_items(self: &Arc<Self>) -> u64 {
        let expiring = self.tables().into_iter();
        let expiring = expiring.filter(|table| table.expiry().is_some());
        let places = expiring.map(|table| Place {
            table: table.id(),
            after: None,
        });
        let mut queue: VecDeque<Place> = places.collect();
        let mut deleted = 0;
        while let Some(place) = queue.pop_front() {
            let table = place.table;
            match self.expire_batch(place).await {
                Ok(batch) => {
                    deleted += batch.deleted;
                    let after = batch.through;
                    queue.extend(after.is_some().then_some(Place { table, after }));
                }
                Err(error) => tracing::warn!(
                    %table, %error,
                    "deleting expired items failed; the next pass tries again"
                ),
            }
        }
        deleted
    }

    /// Deletes the next items of a table that have expired.
    async fn expire_batch(self: &Arc<Self>, place: Place) -> Result<Batch, TableError> {
        let nothing = Batch {
            deleted: 0,
            through: None,
        };
        let table = self.table_by_id(place.table);
        let Some(table) = table.filter(|table| table.is_open()) else {
            return Ok(nothing);
        };
        let bounds = expired_entries(place.after, self.now());
        let entries = off_runtime(move || table.expiry_entries(bounds, BATCH)).await?;
        let Some(through) = entries.last().cloned() else {
            return Ok(nothing);
        };
        self.failpoint("expiry::before_delete").await?;
        let mut deletions = JoinSet::new();
        for key in entries.iter().filter_map(item_key) {
            let (realm, table) = (Arc::clone(self), place.table);
            deletions.spawn(async move { realm.delete_expired(table, &key).await });
        }
        let mut deleted = 0;
        while let Some(finished) = deletions.join_next().await {
            match finished.map_err(|failure| TableError::Internal(failure.to_string()))? {
                Ok(was_deleted) => deleted += u64::from(was_deleted),
                Err(error @ TableError::ReadOnly(_)) => return Err(error),
                // A damaged item keeps nothing but itself.
                Err(error) => {
                    tracing::warn!(table = %place.table, %error, "an expired item stays");
                }
            }
        }
        Ok(Batch {
            deleted,
            through: Some(through),
        })
    }
}

impl Table {
    /// The first entries of the order of expiry within bounds.
    fn expiry_entries(
        &self,
        bounds: anywhen_engine::KeyBounds,
        entries_max: usize,
    ) -> Result<Vec<Bytes>, TableError> {
        let Some(expiry) = self.expiry() else {
            return Ok(Vec::new());
        };
        let snapshot = self.engine.snapshot()?;
        let range = snapshot.range(expiry.part().keyspace, bounds, Direction::Forward)?;
        let keys = range.take(entries_max).map(|record| Ok(record?.0));
        keys.collect()
    }
}
