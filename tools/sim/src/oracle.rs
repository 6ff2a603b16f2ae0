//! What must be true: every version of every item, with the commit timestamps it may have.
//!
//! A write that was acknowledged has one timestamp. One that is under way, or whose answer a
//! crash swallowed, may have happened or not, at any instant from its call to the crash; as soon
//! as it has been seen or missed, that is settled, and every later look must agree.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use anywhen_model::{AttributeValue, CommitTimestamp, Item, TableId};

/// What the archive has beside an item's names and values: its stored key, types, lengths.
const STORED_ITEM_BYTES: u64 = 64;

/// A primary key: `artist` and `song`.
pub(crate) type ItemKey = (String, i64);

/// One commit, certain or not; an index into [`Oracle::commits`].
pub(crate) type CommitNumber = usize;

/// What is known of a commit.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// Not before this.
    from: CommitTimestamp,
    /// Not after this.
    until: CommitTimestamp,
    /// Whether it happened at all.
    happened: Option<bool>,
}

#[derive(Debug, Clone)]
struct Version {
    commit: CommitNumber,
    item: Option<Item>,
}

/// What is under a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Current {
    /// No item, for certain.
    Absent,
    /// This item, for certain.
    Item(Item),
    /// Others may write it, or no look has settled yet what a crash left open.
    Uncertain,
}

impl Current {
    fn of(item: Option<Item>) -> Self {
        item.map_or(Self::Absent, Self::Item)
    }

    /// The item, if one is there for certain.
    pub(crate) fn item(&self) -> Option<&Item> {
        match self {
            Self::Item(item) => Some(item),
            Self::Absent | Self::Uncertain => None,
        }
    }
}

/// All versions of a table's items.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableHistory {
    keys: BTreeMap<ItemKey, Vec<Version>>,
}

/// Every write of a run.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    commits: Vec<Known>,
    tables: BTreeMap<TableId, TableHistory>,
    under_way: BTreeMap<CommitNumber, Vec<TableId>>,
    /// The latest commit that a client has been told of.
    pub(crate) told: CommitTimestamp,
}

impl Oracle {
    /// A table that is empty, or holds what it was restored to.
    pub(crate) fn add_table(&mut self, table: TableId, items: Vec<Item>) -> anyhow::Result<()> {
        let commit = self.commits.len();
        self.commits.push(Known {
            from: CommitTimestamp::ZERO,
            until: CommitTimestamp::ZERO,
            happened: Some(true),
        });
        let mut history = TableHistory::default();
        for item in items {
            let key = key_of(&item).context("an item without its key")?;
            let item = Some(item);
            history.keys.insert(key, vec![Version { commit, item }]);
        }
        self.tables.insert(table, history);
        Ok(())
    }

    /// A write begins. It is in none, or in all, of its places.
    pub(crate) fn begin(&mut self, writes: Vec<(TableId, ItemKey, Option<Item>)>) -> CommitNumber {
        let commit = self.commits.len();
        self.commits.push(Known {
            from: self.told.next(),
            until: CommitTimestamp::MAX,
            happened: None,
        });
        let tables = writes.iter().map(|(table, ..)| *table).collect();
        self.under_way.insert(commit, tables);
        for (table, key, item) in writes {
            let history = self.tables.entry(table).or_default();
            let versions = history.keys.entry(key).or_default();
            versions.push(Version { commit, item });
        }
        commit
    }

    /// The write was acknowledged.
    pub(crate) fn acknowledged(
        &mut self,
        commit: CommitNumber,
        at: CommitTimestamp,
    ) -> anyhow::Result<()> {
        let known = self.commits.get_mut(commit).context("an unknown commit")?;
        if at < known.from {
            bail!(
                "a write was committed at {at}, before one that had been acknowledged when it \
                 began ({})",
                known.from.previous()
            );
        }
        *known = Known {
            from: at,
            until: at,
            happened: Some(true),
        };
        self.under_way.remove(&commit);
        self.told = self.told.max(at);
        Ok(())
    }

    /// The write was refused, or changed nothing.
    pub(crate) fn refused(&mut self, commit: CommitNumber) {
        if let Some(known) = self.commits.get_mut(commit) {
            known.happened = Some(false);
        }
        self.under_way.remove(&commit);
    }

    /// For sabotage: forgets the newest acknowledged write.
    pub(crate) fn forget_one(&mut self) -> bool {
        let live = self.tables.values().flat_map(|table| table.keys.values());
        let newest = live
            .flatten()
            .map(|version| version.commit)
            .filter(|commit| {
                self.commits
                    .get(*commit)
                    .is_some_and(|known| known.happened == Some(true) && known.from.as_micros() > 0)
            })
            .max();
        if let Some(known) = newest.and_then(|commit| self.commits.get_mut(commit)) {
            known.happened = Some(false);
        }
        newest.is_some()
    }

    /// Whether a write to the table is under way.
    pub(crate) fn is_written(&self, table: TableId) -> bool {
        self.under_way
            .values()
            .any(|tables| tables.contains(&table))
    }

    /// The process has died: whatever was under way happened by `floor` or not at all.
    pub(crate) fn crashed(&mut self, floor: CommitTimestamp) {
        for commit in std::mem::take(&mut self.under_way).into_keys() {
            self.left_open(commit, floor);
        }
        self.told = self.told.max(floor);
    }

    /// Nobody will ever be told whether the write happened; if so, by `until`.
    pub(crate) fn left_open(&mut self, commit: CommitNumber, until: CommitTimestamp) {
        if let Some(known) = self.commits.get_mut(commit) {
            known.until = until;
        }
        self.under_way.remove(&commit);
    }

    /// What is under a key that only one client writes.
    pub(crate) fn current(&self, table: TableId, key: &ItemKey) -> Current {
        let candidates = self.candidates(table, key, CommitTimestamp::MAX);
        match candidates.as_slice() {
            [] => Current::Absent,
            [one] if self.known(one.commit).happened == Some(true) => Current::of(one.item.clone()),
            _ => Current::Uncertain,
        }
    }

    /// Instants of the table at which something may be wrong: those of its commits.
    pub(crate) fn instants(&self, table: TableId) -> Vec<CommitTimestamp> {
        let versions = self.tables.get(&table).into_iter();
        let versions = versions.flat_map(|table| table.keys.values().flatten());
        let instants: BTreeSet<_> = versions
            .map(|version| self.known(version.commit))
            .filter(|known| known.happened == Some(true) && known.from == known.until)
            .map(|known| known.from)
            .filter(|at| at.as_micros() > 0)
            .collect();
        instants.into_iter().collect()
    }

    /// Bytes of a table if each of its items were there at its largest; about as the archive
    /// has them.
    pub(crate) fn whole_bytes(&self, table: TableId) -> u64 {
        let items = self.tables.get(&table).into_iter();
        items
            .flat_map(|table| table.keys.values())
            .filter_map(|versions| {
                let sizes = versions.iter().filter_map(|version| version.item.as_ref());
                sizes.map(Item::size_bytes).max()
            })
            .map(|size| STORED_ITEM_BYTES + size as u64)
            .sum()
    }

    /// Compares the table as of `at` with what was found, and settles what that tells.
    pub(crate) fn check(
        &mut self,
        table: TableId,
        at: CommitTimestamp,
        found: &[Item],
    ) -> anyhow::Result<()> {
        let mut by_key: BTreeMap<ItemKey, &Item> = BTreeMap::new();
        for item in found {
            let key = key_of(item).context("an item without its key")?;
            if by_key.insert(key.clone(), item).is_some() {
                bail!("{key:?} is there twice");
            }
        }
        let keys: BTreeSet<ItemKey> = self
            .tables
            .get(&table)
            .map(|table| table.keys.keys().cloned().collect())
            .unwrap_or_default();
        if let Some(stranger) = by_key.keys().find(|key| !keys.contains(*key)) {
            bail!("{stranger:?} was never written to table {table}");
        }
        for key in keys {
            self.check_key(table, at, &key, by_key.get(&key).copied())?;
        }
        Ok(())
    }

    fn check_key(
        &mut self,
        table: TableId,
        at: CommitTimestamp,
        key: &ItemKey,
        found: Option<&Item>,
    ) -> anyhow::Result<()> {
        let candidates = self.candidates(table, key, at);
        let absent = candidates.iter().all(|version| {
            self.known(version.commit).happened.is_none() || self.known(version.commit).until > at
        });
        let matches = candidates
            .iter()
            .any(|version| version.item.as_ref() == found)
            || (found.is_none() && absent);
        if !matches {
            bail!(
                "table {table} as of {at}: {key:?} is {found:?}, but should be {}",
                self.explain(table, key, at, &candidates)
            );
        }
        self.settle(at, found, &candidates);
        Ok(())
    }

    /// Learns from a look at one key.
    fn settle(&mut self, at: CommitTimestamp, found: Option<&Item>, candidates: &[Version]) {
        let open: Vec<_> = candidates
            .iter()
            .filter(|version| {
                let known = self.known(version.commit);
                known.until != CommitTimestamp::MAX
                    && (known.happened.is_none() || known.until > at)
            })
            .collect();
        // Of several that are open, one may hide another; and two deletions look alike.
        let [open] = open.as_slice() else {
            return;
        };
        let others_alike = candidates
            .iter()
            .any(|other| other.commit != open.commit && other.item == open.item);
        let hides_nothing = open.item.is_none() && candidates.len() == 1;
        // Under a key of many writers another one may have come after it and hidden it.
        let began = self.known(open.commit).from;
        let overtaken = candidates
            .iter()
            .any(|other| other.commit != open.commit && self.known(other.commit).until >= began);
        if others_alike || hides_nothing || overtaken {
            return;
        }
        let seen = open.item.as_ref() == found;
        let Some(known) = self.commits.get_mut(open.commit) else {
            return;
        };
        if seen {
            known.happened = Some(true);
            known.until = known.until.min(at);
        } else if at >= known.until {
            known.happened = Some(false);
        } else {
            // Either it came later or never.
            known.from = known.from.max(at.next());
        }
    }

    /// The versions that may be the last one at an instant.
    fn candidates(&self, table: TableId, key: &ItemKey, at: CommitTimestamp) -> Vec<Version> {
        let versions = self
            .tables
            .get(&table)
            .and_then(|table| table.keys.get(key));
        let possible: Vec<(Known, &Version)> = versions
            .into_iter()
            .flatten()
            .map(|version| (self.known(version.commit), version))
            .filter(|(known, _)| known.happened != Some(false) && known.from <= at)
            .collect();
        let sure = |known: &Known| known.happened == Some(true) && known.until <= at;
        let hidden_before = possible
            .iter()
            .filter(|(known, _)| sure(known))
            .map(|(known, _)| known.from)
            .max();
        possible
            .iter()
            .filter(|(known, _)| hidden_before.is_none_or(|before| known.until >= before))
            .map(|(_, version)| (*version).clone())
            .collect()
    }

    fn known(&self, commit: CommitNumber) -> Known {
        self.commits.get(commit).copied().unwrap_or(Known {
            from: CommitTimestamp::ZERO,
            until: CommitTimestamp::ZERO,
            happened: Some(false),
        })
    }

    fn explain(
        &self,
        table: TableId,
        key: &ItemKey,
        at: CommitTimestamp,
        candidates: &[Version],
    ) -> String {
        use std::fmt::Write as _;
        let mut text = String::new();
        for version in candidates {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\n  {:?} ({:?})",
                version.item,
                self.known(version.commit)
            );
        }
        if candidates.is_empty() {
            text.push_str("absent");
        }
        text.push_str("\n  the versions around it:");
        let versions = self
            .tables
            .get(&table)
            .and_then(|table| table.keys.get(key));
        for version in versions.into_iter().flatten().rev().take(6) {
            let known = self.known(version.commit);
            let side = if known.from <= at { "<=" } else { ">" };
            let what = version.item.as_ref().map(write_id);
            let _ = write!(text, "\n  {side} {at}: write {what:?} {known:?}");
        }
        text
    }
}

/// The key of an item.
pub(crate) fn key_of(item: &Item) -> Option<ItemKey> {
    let artist = match item.attributes.get("artist")? {
        AttributeValue::S(artist) => artist.clone(),
        _ => return None,
    };
    let song = match item.attributes.get("song")? {
        AttributeValue::N(song) => song.to_string().parse().ok()?,
        _ => return None,
    };
    Some((artist, song))
}

/// The number of the write that made an item.
fn write_id(item: &Item) -> String {
    match item.attributes.get("write") {
        Some(AttributeValue::N(number)) => number.to_string(),
        _ => "?".to_owned(),
    }
}
