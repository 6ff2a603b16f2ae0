//! Whether what clients were told has one serial order that real time allows.
//!
//! A [`History`] records requests as clients saw them: when each was called, when it was answered,
//! and what the answer told. [`History::check`] looks for instants, one for each request between
//! its call and its answer, at which the answers are what a model says that runs the requests one
//! after another. If there are none, single items are not linearizable, or transactions not
//! strictly serializable.
//!
//! The search for such an order is exponential where nothing is known of it. Here an acknowledged
//! write tells its commit timestamp, so the order of writes is given and only has to hold:
//!
//! * A write that was answered before another one was called has the lower timestamp.
//! * Each write finds what the ones before it left, by the items before and after that it told.
//! * A read of any number of items, also by a condition that was false, is true of the items at
//!   one instant between its call and its answer; and at the instant that it told, if it did.
//!   What was answered before it was called is in what it saw; what was called later is not.
//! * A write that nobody was told of took effect once or never: after its call, before the end of
//!   its process. One whose client was told only that it is done, as by an answer to its
//!   repetition, took effect once, between its first call and that answer.
//!
//! So reads have a place between two writes, the earliest that fits being as good as any. Only the
//! writes that did not tell their timestamp are searched for, and only where something cannot be
//! explained without one. The tests compare the outcome with that of trying all orders.
//!
//! Not checked: whether a request is answered at all. Fails with a [`Violation`], which says what
//! cannot be explained. Start reading at [`History`], then `check`.

mod check;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Debug;

use anywhen_model::CommitTimestamp;
use serde::Deserialize;

/// What a write does to one item, as a model has it.
pub(crate) trait Change: Debug {
    /// An item.
    type Item: Clone + PartialEq + Debug;

    /// The item afterwards.
    fn apply(&self, before: Option<&Self::Item>) -> Result<Option<Self::Item>, ConditionFalse>;
}

/// A change whose condition is false is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConditionFalse;

/// When something happened at a client: its place among all calls and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment(u64);

/// A write of the history; an index into its writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WriteNumber(usize);

/// All requests, as their clients saw them. `K` names an item.
#[derive(Debug, Clone)]
pub(crate) struct History<K, C: Change> {
    moments: u64,
    initial: BTreeMap<K, C::Item>,
    writes: Vec<Write<K, C>>,
    reads: Vec<Read<K, C>>,
}

/// Changes that are made together or not at all.
#[derive(Debug, Clone)]
struct Write<K, C: Change> {
    called: Moment,
    changes: Vec<(K, C)>,
    end: End<C::Item>,
}

/// What became of a write.
#[derive(Debug, Clone)]
enum End<I> {
    /// Nobody was told; it may have happened, not after this.
    Open { until: CommitTimestamp },
    Committed {
        answered: Moment,
        at: CommitTimestamp,
        told: Vec<Told<I>>,
    },
    /// It happened, not after this.
    Done {
        answered: Moment,
        by: CommitTimestamp,
    },
    /// It did not happen.
    Nothing,
}

/// What the answer to a write told of one item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told<I> {
    #[serde(default)]
    pub(crate) before: Image<I>,
    #[serde(default)]
    pub(crate) after: Image<I>,
}

/// An item before or after a write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "Option<I>")]
pub(crate) enum Image<I> {
    /// The answer did not tell.
    #[default]
    Untold,
    /// The item, or that there was none.
    Is(Option<I>),
}

/// What was seen at one instant.
#[derive(Debug, Clone)]
struct Read<K, C: Change> {
    called: Moment,
    answered: Moment,
    /// The instant, if the answer told it: of the last commit that was seen.
    at: Option<CommitTimestamp>,
    sights: Vec<(K, Sight<C>)>,
}

/// What was seen of one item.
#[derive(Debug, Clone)]
pub(crate) enum Sight<C: Change> {
    /// The item, or that there was none.
    Found(Option<C::Item>),
    /// The condition of this change is true of it.
    Accepts(C),
    /// The condition of this change is false of it.
    Refuses(C),
}

/// What a history that holds consists of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checked {
    /// Writes that were acknowledged.
    pub writes: u64,
    /// Reads, and writes that changed nothing.
    pub reads: u64,
    /// Writes that nobody was told of.
    pub unanswered: u64,
    /// Those of them that something cannot be explained without.
    pub happened: u64,
}

/// The rule that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A write has the timestamp of its place in real time, and no other write has it.
    RealTime,
    /// A write makes of the item before what the model makes of it.
    Outcome,
    /// A write finds what the ones before it left.
    Write,
    /// A read sees one instant of its time.
    Read,
    /// Nothing is known to be wrong: the search was given up.
    Undecided,
}

/// Why a history has no serial order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) rule: Rule,
    pub(crate) text: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "not serializable ({:?}): {}", self.rule, self.text)
    }
}

impl std::error::Error for Violation {}

impl<I> Told<I> {
    /// All there is to tell.
    pub(crate) fn both(before: Option<I>, after: Option<I>) -> Self {
        Self {
            before: Image::Is(before),
            after: Image::Is(after),
        }
    }
}

impl<I: PartialEq> Image<I> {
    /// Whether it may have been this.
    pub(crate) fn allows(&self, item: Option<&I>) -> bool {
        match self {
            Self::Untold => true,
            Self::Is(told) => told.as_ref() == item,
        }
    }

    fn sight<C: Change<Item = I>>(self) -> Option<Sight<C>> {
        match self {
            Self::Untold => None,
            Self::Is(told) => Some(Sight::Found(told)),
        }
    }
}

impl<I> From<Option<I>> for Image<I> {
    fn from(item: Option<I>) -> Self {
        Self::Is(item)
    }
}

impl<K, C: Change> Default for History<K, C> {
    fn default() -> Self {
        Self {
            moments: 0,
            initial: BTreeMap::new(),
            writes: Vec::new(),
            reads: Vec::new(),
        }
    }
}

impl<K: Ord + Clone + Debug, C: Change> History<K, C> {
    /// An item is there before anybody could read or write it.
    pub(crate) fn begin_with(&mut self, key: K, item: C::Item) {
        self.initial.insert(key, item);
    }

    /// A request is about to be sent.
    pub(crate) fn call(&mut self) -> Moment {
        self.moments += 1;
        Moment(self.moments)
    }

    /// A write is about to be sent.
    pub(crate) fn call_write(&mut self, changes: Vec<(K, C)>) -> WriteNumber {
        let called = self.call();
        let until = CommitTimestamp::MAX;
        self.writes.push(Write {
            called,
            changes,
            end: End::Open { until },
        });
        WriteNumber(self.writes.len() - 1)
    }

    /// The write was acknowledged. `told` is in the order of its changes.
    pub(crate) fn committed(
        &mut self,
        write: WriteNumber,
        at: CommitTimestamp,
        told: Vec<Told<C::Item>>,
    ) {
        let answered = self.call();
        if let Some(write) = self.writes.get_mut(write.0) {
            write.end = End::Committed { answered, at, told };
        }
    }

    /// The write was acknowledged, but found everything to be as it wants it at this instant.
    pub(crate) fn changed_nothing(
        &mut self,
        write: WriteNumber,
        at: CommitTimestamp,
        told: Vec<Told<C::Item>>,
    ) {
        let Some((called, changes)) = self.take_back(write) else {
            return;
        };
        let mut sights = Vec::new();
        for ((key, change), told) in changes.into_iter().zip(told) {
            let images = [told.before, told.after];
            let found = images.into_iter().filter_map(Image::sight);
            sights.extend(found.map(|sight| (key.clone(), sight)));
            sights.push((key, Sight::Accepts(change)));
        }
        self.answered(called, Some(at), sights);
    }

    /// The write was refused for conditions. `told` says of each of its changes whether its
    /// condition was true, and if not, the item that it was false of.
    pub(crate) fn refused(&mut self, write: WriteNumber, told: Vec<Result<(), Option<C::Item>>>) {
        let Some((called, changes)) = self.take_back(write) else {
            return;
        };
        let mut sights = Vec::new();
        for ((key, change), told) in changes.into_iter().zip(told) {
            match told {
                Ok(()) => sights.push((key, Sight::Accepts(change))),
                Err(item) => {
                    sights.push((key.clone(), Sight::Found(item)));
                    sights.push((key, Sight::Refuses(change)));
                }
            }
        }
        self.answered(called, None, sights);
    }

    /// The write was acknowledged as one that had been done by this instant, it was not told when.
    pub(crate) fn done(&mut self, write: WriteNumber, by: CommitTimestamp) {
        let answered = self.call();
        if let Some(write) = self.writes.get_mut(write.0) {
            write.end = End::Done { answered, by };
        }
    }

    /// The write was refused for something that no item says.
    pub(crate) fn withdrawn(&mut self, write: WriteNumber) {
        self.take_back(write);
    }

    /// Nobody will ever be told whether the write happened; if so, by `until`.
    pub(crate) fn left_open(&mut self, write: WriteNumber, until: CommitTimestamp) {
        if let Some(write) = self.writes.get_mut(write.0) {
            write.end = End::Open { until };
        }
    }

    /// The process has died: whatever was under way happened by `floor` or not at all.
    pub(crate) fn crashed(&mut self, floor: CommitTimestamp) {
        for write in &mut self.writes {
            if let End::Open { until } = &mut write.end {
                *until = floor.min(*until);
            }
        }
    }

    /// A read was answered; with the instant that it saw, if it told that.
    pub(crate) fn answered(
        &mut self,
        called: Moment,
        at: Option<CommitTimestamp>,
        sights: Vec<(K, Sight<C>)>,
    ) {
        let answered = self.call();
        self.reads.push(Read {
            called,
            answered,
            at,
            sights,
        });
    }

    /// For sabotage: forgets the newest acknowledged write.
    pub(crate) fn forget_one(&mut self) -> bool {
        let committed = |write: &&mut Write<K, C>| matches!(write.end, End::Committed { .. });
        let newest = self.writes.iter_mut().rev().find(committed);
        newest.map(|write| write.end = End::Nothing).is_some()
    }

    /// Finds a serial order, or what has no place in any.
    pub(crate) fn check(&self) -> Result<Checked, Violation> {
        check::check(self)
    }

    fn take_back(&mut self, write: WriteNumber) -> Option<(Moment, Vec<(K, C)>)> {
        let write = self.writes.get_mut(write.0)?;
        write.end = End::Nothing;
        Some((write.called, std::mem::take(&mut write.changes)))
    }
}
