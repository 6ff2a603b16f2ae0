//! What the oracle knows: every version of every item by its commit, and settings between the
//! commits that changed them.

use std::collections::BTreeMap;

use anywhen_model::{AttributeValue, CommitTimestamp, Item};

/// An item's artist and song.
pub(super) type Place = (String, i64);

/// From this commit on the item was so, or was not there.
pub(super) type Version = (CommitTimestamp, Option<Item>);

/// Items that expired longer ago are left alone; in seconds.
pub(super) const FIVE_YEARS: i64 = 1_825 * 86_400;

/// Every version of every item.
#[derive(Default)]
pub(super) struct History {
    tables: BTreeMap<&'static str, BTreeMap<Place, Vec<Version>>>,
}

impl History {
    /// Adds a version, in any order.
    pub(super) fn note(&mut self, table: &'static str, place: Place, version: Version) {
        let versions = self.tables.entry(table).or_default();
        let versions = versions.entry(place).or_default();
        let behind = versions.partition_point(|(at, _)| *at < version.0);
        let next = versions.get(behind);
        assert!(
            next.is_none_or(|(at, _)| *at > version.0),
            "two versions of one item at {}",
            version.0
        );
        versions.insert(behind, version);
    }

    fn versions(&self, table: &str) -> impl Iterator<Item = (&Place, &Vec<Version>)> {
        self.tables.get(table).into_iter().flatten()
    }

    /// The items at an instant.
    pub(super) fn at(&self, table: &str, at: CommitTimestamp) -> Vec<Item> {
        let versions = self.versions(table);
        versions
            .filter_map(|(_, versions)| last(versions, at))
            .collect()
    }

    /// An item at an instant.
    pub(super) fn item_at(&self, table: &str, place: &Place, at: CommitTimestamp) -> Option<Item> {
        last(self.tables.get(table)?.get(place)?, at)
    }

    /// An item as it is now.
    pub(super) fn item(&self, table: &str, place: &Place) -> Option<Item> {
        self.item_at(table, place, CommitTimestamp::MAX)
    }

    /// From `since` on, every table is again what it was at `at`.
    pub(super) fn rewind(&mut self, at: CommitTimestamp, since: CommitTimestamp) {
        for versions in self.tables.values_mut().flat_map(BTreeMap::values_mut) {
            let item = last(versions, at);
            versions.push((since, item));
        }
    }

    /// When something changed, in no order.
    pub(super) fn instants(&self, table: &str) -> Vec<CommitTimestamp> {
        let versions = self.versions(table).flat_map(|(_, versions)| versions);
        versions.map(|(at, _)| *at).collect()
    }
}

fn last(versions: &[Version], at: CommitTimestamp) -> Option<Item> {
    let mut newest_first = versions.iter().rev();
    let found = newest_first.find(|(committed, _)| *committed <= at);
    found?.1.clone()
}

/// Whether an item has expired by this attribute, at this second.
pub(super) fn has_expired(item: &Item, attribute: &str, now: i64) -> bool {
    let Some(AttributeValue::N(second)) = item.get(attribute) else {
        return false;
    };
    let second: i64 = second.to_string().parse().expect("a whole second");
    second < now && second > now - FIVE_YEARS
}

/// Something that changes by commits of which it is known between which others they were.
pub(super) struct Dated<T>(Vec<Change<T>>);

struct Change<T> {
    /// Not yet so at this commit.
    after: CommitTimestamp,
    /// So at this one.
    until: CommitTimestamp,
    value: T,
}

impl<T: PartialEq + Clone> Dated<T> {
    /// So since before there was anything.
    pub(super) fn new(value: T) -> Self {
        let (after, until) = (CommitTimestamp::ZERO, CommitTimestamp::ZERO);
        Self(vec![Change {
            after,
            until,
            value,
        }])
    }

    /// It became so behind `after`, and was at `until`.
    pub(super) fn note(&mut self, after: CommitTimestamp, until: CommitTimestamp, value: T) {
        self.0.push(Change {
            after,
            until,
            value,
        });
    }

    /// As it is now.
    pub(super) fn now(&self) -> &T {
        &self.0.last().expect("it was always so or so").value
    }

    /// What it may have been at an instant: one value, or two around the commit of a change.
    pub(super) fn possible(&self, at: CommitTimestamp) -> Vec<&T> {
        let first = self.0.iter().rposition(|change| change.until <= at);
        let from = self.0.iter().skip(first.unwrap_or(0));
        let possible = from.take_while(|change| change.after < at || change.until <= at);
        possible.map(|change| &change.value).collect()
    }
}
