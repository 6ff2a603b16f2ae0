//! What to say of a history that does not hold.

use std::fmt::{Debug, Write as _};

use super::requests::Commit;
use super::{Search, State, TRIED_MAX, violation};
use crate::serial::{Change, Read, Rule, Violation};

/// Writes before it that an explanation shows of an item.
const SHOWN: usize = 4;

/// What has no place in a state, and should have one before anything else comes.
pub(super) struct Stuck<'h, K> {
    pub(super) rule: Rule,
    pub(super) what: String,
    /// The items that are not as they should be.
    pub(super) keys: Vec<&'h K>,
}

/// What stood farthest along of all that had no place.
pub(super) struct Farthest<'h, K> {
    /// Requests that have a place.
    place: usize,
    pub(super) keys: Vec<&'h K>,
    violation: Violation,
}

impl<'h, K: Ord + Clone + Debug, C: Change> Search<'h, K, C> {
    /// Remembers what had no place, if nothing that came later had none.
    pub(super) fn note(&mut self, state: &State<'h, K, C::Item>, stuck: Stuck<'h, K>) {
        let place = state.committed + state.called - state.waiting.len();
        let farthest = self.farthest.as_ref();
        if farthest.is_some_and(|farthest| place < farthest.place) {
            return;
        }
        let mut text = stuck.what;
        let last = self.last_commit(state);
        for key in &stuck.keys {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\n  but at the last instant it could be, after {last}, {key:?} is {:?}",
                state.items.get(key)
            );
            self.tell_writes(state, key, &mut text);
        }
        self.farthest = Some(Farthest {
            place,
            keys: stuck.keys,
            violation: violation(stuck.rule, text),
        });
    }

    fn tell_writes(&self, state: &State<'h, K, C::Item>, key: &K, text: &mut String) {
        let made = self.commits.iter().take(state.committed).rev();
        let to_key = made.filter(|commit| commit.changes.iter().any(|(other, _)| other == key));
        for Commit {
            called,
            answered,
            at,
            changes,
            ..
        } in to_key.take(SHOWN)
        {
            let _ = write!(
                text,
                "\n    {at}, called {called:?}, answered {answered:?}: {changes:?}"
            );
        }
        for (open, happened) in self.open.iter().zip(&state.happened) {
            if open.changes.iter().any(|(other, _)| other == key) {
                let _ = write!(text, "\n    {open} (in it: {happened})");
            }
        }
    }

    pub(super) fn violation(self) -> Violation {
        let nothing = || violation(Rule::Undecided, "nothing was tried".to_owned());
        let farthest = self.farthest.map(|farthest| farthest.violation);
        let mut farthest = farthest.unwrap_or_else(nothing);
        if self.tried == TRIED_MAX {
            farthest.rule = Rule::Undecided;
        }
        farthest
    }
}

/// Why a read cannot see this state.
pub(super) fn explain_read<'h, K: Ord + Debug, C: Change>(
    state: &State<'h, K, C::Item>,
    read: &'h Read<K, C>,
) -> Stuck<'h, K> {
    let untrue = read
        .sights
        .iter()
        .filter(|(key, sight)| !sight.is_true_of(state.items.get(key)));
    let mut keys: Vec<_> = untrue.map(|(key, _)| key).collect();
    if keys.is_empty() {
        // It is true of this state, but told an instant that has gone by.
        keys = read.sights.iter().map(|(key, _)| key).collect();
    }
    keys.dedup();
    Stuck {
        rule: Rule::Read,
        what: format!(
            "a read called at {:?} and answered at {:?} (its instant: {:?}) saw {:?}",
            read.called, read.answered, read.at, read.sights
        ),
        keys,
    }
}
