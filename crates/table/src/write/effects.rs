//! From changed items to a commit: records, index entries, change-log records, counters.

use anywhen_engine::{Commit, LogEntry, LogHandle, Snapshot, Write};
use anywhen_model::Item;
use bytes::Bytes;

use super::IndexEffect;
use super::plan::Planned;
use crate::error::TableError;
use crate::expiry::ENTRY;
use crate::indexes::{Entry, stored_form};
use crate::realm::RealmTables;
use crate::statistics::{Counted, Difference};
use crate::table::{ITEMS_PART, Part, Table};

/// A commit being put together.
#[derive(Default)]
pub(super) struct Effects {
    commit: Commit,
    differences: Vec<Difference>,
}

impl Effects {
    /// The commit must find this version of the table.
    pub(super) fn expect(&mut self, table: &Table) {
        let fence = table.fence();
        if !self.commit.expect.contains(&fence) {
            self.commit.expect.push(fence);
        }
    }

    /// Adds writes of the system's own records.
    pub(super) fn write_system(&mut self, writes: impl IntoIterator<Item = Write>) {
        self.commit.writes.extend(writes);
    }

    /// Adds the change of one item with everything that follows from it. The snapshot is the one
    /// `old` was read from.
    pub(super) fn change(
        &mut self,
        table: &Table,
        snapshot: &dyn Snapshot,
        log: LogHandle,
        key: &Bytes,
        plan: &Planned,
    ) -> Result<Vec<IndexEffect>, TableError> {
        let (old, new) = (plan.old.as_ref(), plan.new.as_ref());
        let sealed = new.map(|new| Bytes::from(table.seal(ITEMS_PART, key, &stored_form(new))));
        if table.record().history.is_some() {
            self.commit.log.push(LogEntry {
                log,
                table: table.id(),
                key: key.clone(),
                value: sealed.clone(),
                old_value: None,
            });
        }
        let streamed = table.stream();
        let streamed = streamed.and_then(|stream| stream.entry(key, plan.identity, old, new));
        self.commit.log.extend(streamed);
        let part = table.items();
        self.set(part, key.clone(), sealed);
        self.count(part, plan.old_bytes, plan.new_bytes);
        self.change_expiry(table, key, old, new);
        let mut old = table.entries_of(key, old);
        table.forget_missing(snapshot, &mut old)?;
        let new = table.entries_of(key, new);
        let entries = table.indexes().iter().zip(old.into_iter().zip(new));
        Ok(entries
            .filter_map(|(index, (old, new))| self.change_entry(table, &index.part, old, new))
            .collect())
    }

    /// Moves an index from one entry to the other; nothing happens if they are the same.
    fn change_entry(
        &mut self,
        table: &Table,
        part: &Part,
        old: Option<Entry>,
        new: Option<Entry>,
    ) -> Option<IndexEffect> {
        if old == new {
            return None;
        }
        let size = |entry: &Option<Entry>| entry.as_ref().map(|entry| entry.item.size_bytes());
        let (old_bytes, new_bytes) = (size(&old), size(&new));
        let moved = matches!((&old, &new), (Some(old), Some(new)) if old.key != new.key);
        if let Some(old) = old
            && new.as_ref().is_none_or(|new| new.key != old.key)
        {
            self.set(part, old.key, None);
        }
        if let Some(new) = new {
            let sealed = table.seal(part.number, &new.key, &stored_form(&new.item));
            self.set(part, new.key, Some(sealed.into()));
        }
        self.count(part, old_bytes, new_bytes);
        Some(IndexEffect {
            number: part.number,
            old_bytes,
            new_bytes,
            moved,
        })
    }

    /// Moves an item in the order of expiry. While that is being filled it may lack the entry of
    /// the item before; so the entry after is written also if it is the same.
    fn change_expiry(
        &mut self,
        table: &Table,
        key: &Bytes,
        old: Option<&Item>,
        new: Option<&Item>,
    ) {
        let Some(expiry) = table.expiry() else {
            return;
        };
        let entry = |item: Option<&Item>| item.and_then(|item| expiry.entry_key(key, item));
        let (old, new) = (entry(old), entry(new));
        if old == new && expiry.is_filled() {
            return;
        }
        let part = expiry.part();
        if let Some(old) = old.filter(|old| new.as_ref() != Some(old)) {
            self.set(part, old, None);
        }
        if let Some(new) = new {
            let sealed = table.seal(part.number, &new, ENTRY);
            self.set(part, new, Some(sealed.into()));
        }
    }

    fn set(&mut self, part: &Part, key: Bytes, value: Option<Bytes>) {
        self.commit.writes.push(Write {
            keyspace: part.keyspace,
            key,
            value,
        });
    }

    fn count(&mut self, part: &Part, old_bytes: Option<usize>, new_bytes: Option<usize>) {
        let counters = std::sync::Arc::clone(&part.counters);
        self.differences.push(Difference {
            counters,
            old_bytes,
            new_bytes,
        });
    }

    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.commit.writes.is_empty()
    }

    /// Queues the commit; `hold` is let go when it is visible or refused.
    pub(super) fn commit(
        mut self,
        realm: &RealmTables,
        hold: impl std::any::Any + Send,
    ) -> Counted {
        self.commit.hold = Some(Box::new(hold));
        Counted::new(realm.shared.engine.commit(self.commit), self.differences)
    }
}
