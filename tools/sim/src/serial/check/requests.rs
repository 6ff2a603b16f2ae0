//! The writes of a history as the search for an order goes through them.

use std::collections::BTreeMap;
use std::fmt::Debug;

use anywhen_model::CommitTimestamp;

use super::explain::Stuck;
use super::violation;
use crate::serial::{Change, ConditionFalse, Image, Moment, Rule, Sight, Told, Violation};

/// An acknowledged write.
pub(super) struct Commit<'h, K, C: Change> {
    pub(super) called: Moment,
    pub(super) answered: Moment,
    pub(super) at: CommitTimestamp,
    pub(super) changes: &'h [(K, C)],
    pub(super) told: &'h [Told<C::Item>],
}

/// A write of which nobody was told when it happened.
pub(super) struct Open<'h, K, C> {
    pub(super) called: Moment,
    /// When somebody was told that it has happened; of the others nobody was.
    pub(super) answered: Option<Moment>,
    pub(super) until: CommitTimestamp,
    pub(super) changes: &'h [(K, C)],
}

impl<'h, K: Ord + Debug, C: Debug> Open<'h, K, C> {
    pub(super) fn touches(&self, keys: &[&K]) -> bool {
        self.changes.iter().any(|(key, _)| keys.contains(&key))
    }

    pub(super) fn explain(&self) -> Stuck<'h, K> {
        Stuck {
            rule: Rule::Write,
            what: format!("no place for a write that is known to have happened: {self}"),
            keys: self.changes.iter().map(|(key, _)| key).collect(),
        }
    }
}

impl<K: Debug, C: Debug> std::fmt::Display for Open<'_, K, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.answered {
            Some(answered) => write!(f, "answered {answered:?}")?,
            None => write!(f, "unanswered")?,
        }
        let (called, until) = (self.called, self.until);
        write!(f, ", called {called:?}, by {until}: {:?}", self.changes)
    }
}

impl<'h, K: Ord + Debug, C: Change> Commit<'h, K, C> {
    /// What was told of the items before and after is what the model says.
    pub(super) fn check_outcome(&self) -> Result<(), Violation> {
        let told = self.changes.len() == self.told.len();
        let mut all = self.changes.iter().zip(self.told);
        if told && all.all(|((_, change), told)| told.is_outcome_of(change)) {
            return Ok(());
        }
        let text = format!("{:?} at {} told {:?}", self.changes, self.at, self.told);
        Err(violation(Rule::Outcome, text))
    }

    /// Makes the write if it finds what it told, and leaves that.
    pub(super) fn make(&self, items: &mut BTreeMap<&'h K, C::Item>) -> Result<(), Stuck<'h, K>> {
        let all = self.changes.iter().zip(self.told);
        let wrong = all.filter(|((key, change), told)| {
            let before = items.get(key);
            let after = change.apply(before);
            let left = after.is_ok_and(|after| told.after.allows(after.as_ref()));
            !left || !told.before.allows(before)
        });
        let keys: Vec<_> = wrong.map(|((key, _), _)| key).collect();
        if keys.is_empty() && make(self.changes, items).is_ok() {
            return Ok(());
        }
        Err(Stuck {
            rule: Rule::Write,
            what: format!(
                "the write at {}, called at {:?}, answered at {:?}: {:?} told {:?}",
                self.at, self.called, self.answered, self.changes, self.told
            ),
            keys,
        })
    }
}

impl<I: Clone + PartialEq + Debug> Told<I> {
    /// Whether the change makes of the item before what it told to be after, if it told both.
    fn is_outcome_of(&self, change: &impl Change<Item = I>) -> bool {
        let Image::Is(before) = &self.before else {
            return true;
        };
        let after = change.apply(before.as_ref());
        after.is_ok_and(|after| self.after.allows(after.as_ref()))
    }
}

impl<C: Change> Sight<C> {
    pub(in crate::serial) fn is_true_of(&self, item: Option<&C::Item>) -> bool {
        match self {
            Self::Found(found) => found.as_ref() == item,
            Self::Accepts(change) => change.apply(item).is_ok(),
            Self::Refuses(change) => change.apply(item).is_err(),
        }
    }
}

/// Makes all changes. If it fails, some are made.
pub(super) fn make<'h, K: Ord, C: Change>(
    changes: &'h [(K, C)],
    items: &mut BTreeMap<&'h K, C::Item>,
) -> Result<(), ConditionFalse> {
    for (key, change) in changes {
        match change.apply(items.get(key))? {
            Some(item) => items.insert(key, item),
            None => items.remove(key),
        };
    }
    Ok(())
}
