//! The search for a serial order; its rules are in the module above.
//!
//! A [`State`] is the model after some requests. From it, every read that may come next and sees
//! it is placed at once: that changes nothing, and lets more requests come next. Then the next
//! acknowledged write is made. What cannot be placed, and should be by now, needs an unanswered
//! write to have happened: each that may is tried, and the search goes back to try the next one
//! if that does not lead to the end.
//!
//! So an unanswered write is made as late as something is seen of it. That may be too late, if
//! a condition of it is no longer true then, or its process has ended. If no order is found so,
//! those that have to do with what was stuck become suspects, in the end all of them: a suspect
//! is also tried, or not, before each acknowledged write after which it, or what is seen of it, may no
//! longer be possible.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Write as _};

use anywhen_model::CommitTimestamp;

use super::{Change, Checked, End, History, Moment, Read, Rule, Sight, Told, Violation, Write};

/// States the search goes on from, with the same suspects, before it is given up.
const TRIED_MAX: u64 = 20_000;
/// Writes before it that an explanation shows of an item.
const SHOWN: usize = 4;

pub(super) fn check<K: Ord + Clone + Debug, C: Change>(
    history: &History<K, C>,
) -> Result<Checked, Violation> {
    let mut search = Search::new(history);
    search.check_commits()?;
    let begin = State {
        items: clone_items(&history.initial),
        committed: 0,
        called: 0,
        waiting: Vec::new(),
        happened: vec![false; search.open.len()],
    };
    loop {
        search.tried = 0;
        if let Some(end) = search.explore(begin.clone()) {
            return Ok(Checked {
                writes: search.commits.len() as u64,
                reads: search.reads.len() as u64,
                happened: end.happened.iter().filter(|it| **it).count() as u64,
            });
        }
        if !search.suspect_more() {
            return Err(search.violation());
        }
    }
}

/// An acknowledged write.
struct Commit<'h, K, C: Change> {
    called: Moment,
    answered: Moment,
    at: CommitTimestamp,
    changes: &'h [(K, C)],
    told: &'h [Told<C::Item>],
}

/// A write that nobody was told of.
struct Open<'h, K, C> {
    called: Moment,
    until: CommitTimestamp,
    changes: &'h [(K, C)],
}

struct Search<'h, K, C: Change> {
    /// By timestamp.
    commits: Vec<Commit<'h, K, C>>,
    /// Of each commit and all later ones, when the first was answered.
    commits_answered: Vec<Moment>,
    /// By call.
    reads: Vec<&'h Read<K, C>>,
    /// Of each read and all that were called later, when the first was answered.
    reads_answered: Vec<Moment>,
    open: Vec<Open<'h, K, C>>,
    /// Of those, which may have happened before anything is seen of them.
    suspects: BTreeSet<usize>,
    tried: u64,
    /// Of all that had no place, what stood farthest along.
    farthest: Option<Farthest<'h, K>>,
}

/// The model after some requests.
struct State<'h, K, I> {
    items: BTreeMap<&'h K, I>,
    /// Commits that are in it.
    committed: usize,
    /// Reads that may have come, or may come next.
    called: usize,
    /// Those of them that have no place yet.
    waiting: Vec<usize>,
    /// The unanswered writes that are in it.
    happened: Vec<bool>,
}

impl<K, I: Clone> Clone for State<'_, K, I> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            committed: self.committed,
            called: self.called,
            waiting: self.waiting.clone(),
            happened: self.happened.clone(),
        }
    }
}

/// What has no place in a state, and should have one before anything else comes.
struct Stuck<'h, K> {
    rule: Rule,
    what: String,
    /// The items that are not as they should be.
    keys: Vec<&'h K>,
}

struct Farthest<'h, K> {
    /// Requests that have a place.
    place: usize,
    keys: Vec<&'h K>,
    violation: Violation,
}

impl<'h, K: Ord + Clone + Debug, C: Change> Search<'h, K, C> {
    fn new(history: &'h History<K, C>) -> Self {
        let (mut commits, mut open) = (Vec::new(), Vec::new());
        for Write {
            called,
            changes,
            end,
        } in &history.writes
        {
            let called = *called;
            match end {
                End::Open { until } => open.push(Open {
                    called,
                    until: *until,
                    changes,
                }),
                End::Committed { answered, at, told } => commits.push(Commit {
                    called,
                    answered: *answered,
                    at: *at,
                    changes,
                    told,
                }),
                End::Nothing => {}
            }
        }
        commits.sort_by_key(|commit| commit.at);
        let mut reads: Vec<_> = history.reads.iter().collect();
        reads.sort_by_key(|read| read.called);
        Self {
            commits_answered: first_of_rest(commits.iter().map(|commit| commit.answered)),
            reads_answered: first_of_rest(reads.iter().map(|read| read.answered)),
            commits,
            reads,
            open,
            suspects: BTreeSet::new(),
            tried: 0,
            farthest: None,
        }
    }

    /// What each acknowledged write tells by itself, and of its place among the others.
    fn check_commits(&self) -> Result<(), Violation> {
        for pair in self.commits.windows(2) {
            if let [one, other] = pair
                && one.at == other.at
            {
                let text = format!(
                    "{:?} and {:?} are two writes at {}",
                    one.changes, other.changes, one.at
                );
                return Err(violation(Rule::RealTime, text));
            }
        }
        for (number, commit) in self.commits.iter().enumerate() {
            let answered = self.commits_answered.get(number);
            if answered.is_some_and(|answered| *answered < commit.called) {
                let text = format!(
                    "{:?} was committed at {}, before a write that had been answered when it was \
                     called",
                    commit.changes, commit.at
                );
                return Err(violation(Rule::RealTime, text));
            }
            commit.check_outcome()?;
        }
        Ok(())
    }

    /// Suspects those that have to do with what was stuck, or all; false if all are suspected.
    fn suspect_more(&mut self) -> bool {
        let before = self.suspects.len();
        let stuck = self.farthest.iter().flat_map(|farthest| &farthest.keys);
        let mut keys: BTreeSet<&K> = stuck.copied().collect();
        loop {
            let known = keys.len();
            for (number, open) in self.open.iter().enumerate() {
                if open.changes.iter().any(|(key, _)| keys.contains(key)) {
                    self.suspects.insert(number);
                    keys.extend(open.changes.iter().map(|(key, _)| key));
                }
            }
            if keys.len() == known {
                break;
            }
        }
        if self.suspects.len() == before {
            self.suspects.extend(0..self.open.len());
        }
        self.suspects.len() > before
    }

    /// Goes on from a state to the end of the history; `None` if there is no way.
    fn explore(&mut self, mut state: State<'h, K, C::Item>) -> Option<State<'h, K, C::Item>> {
        if self.tried == TRIED_MAX {
            return None;
        }
        self.tried += 1;
        loop {
            self.place_reads(&mut state);
            let stuck = match (self.overdue(&state), self.commits.get(state.committed)) {
                (Some(read), _) => explain_read(&state, read),
                (None, None) => return Some(state),
                (None, Some(commit)) => {
                    let last_chance = self.last_chance(&state, commit);
                    let before = (!last_chance.is_empty()).then(|| state.clone());
                    let made = commit.make(&mut state.items);
                    if made.is_ok() {
                        state.committed += 1;
                    }
                    match (made, before) {
                        (Err(stuck), _) => stuck,
                        (Ok(()), None) => continue,
                        (Ok(()), Some(before)) => {
                            let end = self.explore(state);
                            return end.or_else(|| self.try_open_writes(&before, &last_chance));
                        }
                    }
                }
            };
            let helpful = self.possible(&state, |number, open| {
                self.suspects.contains(&number) || open.touches(&stuck.keys)
            });
            self.note(&state, stuck);
            return self.try_open_writes(&state, &helpful);
        }
    }

    /// Has one of these unanswered writes happen now.
    fn try_open_writes(
        &mut self,
        state: &State<'h, K, C::Item>,
        numbers: &[usize],
    ) -> Option<State<'h, K, C::Item>> {
        numbers.iter().find_map(|number| {
            let mut next = state.clone();
            make(self.open.get(*number)?.changes, &mut next.items).ok()?;
            if next.items == state.items {
                return None;
            }
            *next.happened.get_mut(*number)? = true;
            self.explore(next)
        })
    }

    /// The suspects that may happen now, if the next commit may make one of them impossible (it
    /// may need others before it), or a read that waits.
    fn last_chance(&self, state: &State<'h, K, C::Item>, next: &Commit<'h, K, C>) -> Vec<usize> {
        if self.suspects.is_empty() {
            return Vec::new();
        }
        let keys: Vec<_> = next.changes.iter().map(|(key, _)| key).collect();
        let suspects = self.possible(state, |number, _| self.suspects.contains(&number));
        let open = |number: &usize| self.open.get(*number);
        let ends = |open: &Open<'h, K, C>| open.until <= next.at || open.touches(&keys);
        if !state.waiting.is_empty() || suspects.iter().filter_map(open).any(ends) {
            suspects
        } else {
            Vec::new()
        }
    }

    /// The unanswered writes that may happen now, of those that are wanted.
    fn possible(
        &self,
        state: &State<'h, K, C::Item>,
        wanted: impl Fn(usize, &Open<'h, K, C>) -> bool,
    ) -> Vec<usize> {
        let frontier = self.frontier(state);
        let last = self.last_commit(state);
        let open = self.open.iter().zip(&state.happened).enumerate();
        open.filter(|(number, (open, happened))| {
            !**happened && open.called < frontier && open.until > last && wanted(*number, open)
        })
        .map(|(number, _)| number)
        .collect()
    }

    /// Places every read that may come next and sees this state.
    fn place_reads(&self, state: &mut State<'h, K, C::Item>) {
        loop {
            let frontier = self.frontier(state);
            while let Some(read) = self.reads.get(state.called)
                && read.called < frontier
            {
                state.waiting.push(state.called);
                state.called += 1;
            }
            let waiting = std::mem::take(&mut state.waiting);
            let before = waiting.len();
            state.waiting = waiting
                .into_iter()
                .filter(|read| !self.fits(state, *read))
                .collect();
            if state.waiting.len() == before {
                return;
            }
        }
    }

    /// Whether a read sees this state, at an instant between the last commit and the next one.
    fn fits(&self, state: &State<'h, K, C::Item>, read: usize) -> bool {
        let Some(read) = self.reads.get(read) else {
            return false;
        };
        let instant = read.at.is_none_or(|at| {
            let next = self.commits.get(state.committed);
            self.last_commit(state) <= at && next.is_none_or(|next| at < next.at)
        });
        let sees = |(key, sight): &(K, Sight<C>)| sight.is_true_of(state.items.get(key));
        instant && read.sights.iter().all(sees)
    }

    /// A read that has to come before the next commit.
    fn overdue(&self, state: &State<'h, K, C::Item>) -> Option<&'h Read<K, C>> {
        let next = self.commits.get(state.committed);
        let waiting = state.waiting.iter();
        let mut waiting = waiting.filter_map(|read| self.reads.get(*read).copied());
        waiting.find(|read| {
            next.is_none_or(|next| {
                read.answered < next.called || read.at.is_some_and(|at| at < next.at)
            })
        })
    }

    /// When the first request that has no place yet was answered: what was called later has to
    /// wait for it.
    fn frontier(&self, state: &State<'h, K, C::Item>) -> Moment {
        let waiting = state.waiting.iter();
        let waiting = waiting.filter_map(|read| self.reads.get(*read));
        let waiting = waiting.map(|read| read.answered);
        let commits = self.commits_answered.get(state.committed).copied();
        let reads = self.reads_answered.get(state.called).copied();
        let all = waiting.chain(commits).chain(reads);
        all.min().unwrap_or(Moment(u64::MAX))
    }

    fn last_commit(&self, state: &State<'h, K, C::Item>) -> CommitTimestamp {
        let last = state.committed.checked_sub(1);
        let last = last.and_then(|last| self.commits.get(last));
        last.map_or(CommitTimestamp::ZERO, |commit| commit.at)
    }

    /// Remembers what had no place, if nothing that came later had none.
    fn note(&mut self, state: &State<'h, K, C::Item>, stuck: Stuck<'h, K>) {
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
                let _ = write!(
                    text,
                    "\n    unanswered, called {:?}, by {} (in it: {happened}): {:?}",
                    open.called, open.until, open.changes
                );
            }
        }
    }

    fn violation(self) -> Violation {
        let nothing = || violation(Rule::Undecided, "nothing was tried".to_owned());
        let farthest = self.farthest.map(|farthest| farthest.violation);
        let mut farthest = farthest.unwrap_or_else(nothing);
        if self.tried == TRIED_MAX {
            farthest.rule = Rule::Undecided;
        }
        farthest
    }
}

impl<K: Ord, C> Open<'_, K, C> {
    fn touches(&self, keys: &[&K]) -> bool {
        self.changes.iter().any(|(key, _)| keys.contains(&key))
    }
}

fn explain_read<'h, K: Ord + Debug, C: Change>(
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

impl<'h, K: Ord + Debug, C: Change> Commit<'h, K, C> {
    /// What was told of the items before and after is what the model says.
    fn check_outcome(&self) -> Result<(), Violation> {
        let told = self.changes.len() == self.told.len();
        let wrong = self
            .changes
            .iter()
            .zip(self.told)
            .find(|((_, change), told)| {
                change.apply(told.before.as_ref()).as_ref() != Ok(&told.after)
            });
        if told && wrong.is_none() {
            return Ok(());
        }
        let text = format!("{:?} at {} told {:?}", self.changes, self.at, self.told);
        Err(violation(Rule::Outcome, text))
    }

    /// Makes the write if it finds what it told.
    fn make(&self, items: &mut BTreeMap<&'h K, C::Item>) -> Result<(), Stuck<'h, K>> {
        let all = self.changes.iter().zip(self.told);
        let wrong = all.filter(|((key, _), told)| items.get(key) != told.before.as_ref());
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

impl<C: Change> Sight<C> {
    pub(super) fn is_true_of(&self, item: Option<&C::Item>) -> bool {
        match self {
            Self::Found(found) => found.as_ref() == item,
            Self::Accepts(change) => change.apply(item).is_ok(),
            Self::Refuses(change) => change.apply(item).is_err(),
        }
    }
}

/// Makes all changes. If it fails, some are made.
fn make<'h, K: Ord, C: Change>(
    changes: &'h [(K, C)],
    items: &mut BTreeMap<&'h K, C::Item>,
) -> Result<(), super::ConditionFalse> {
    for (key, change) in changes {
        match change.apply(items.get(key))? {
            Some(item) => items.insert(key, item),
            None => items.remove(key),
        };
    }
    Ok(())
}

fn clone_items<K: Ord, I: Clone>(items: &BTreeMap<K, I>) -> BTreeMap<&K, I> {
    items
        .iter()
        .map(|(key, item)| (key, item.clone()))
        .collect()
}

fn violation(rule: Rule, text: String) -> Violation {
    Violation { rule, text }
}

/// For each place the least of what comes from there on.
fn first_of_rest(moments: impl DoubleEndedIterator<Item = Moment>) -> Vec<Moment> {
    let mut first = Moment(u64::MAX);
    let mut firsts: Vec<_> = moments
        .rev()
        .map(|moment| {
            first = first.min(moment);
            first
        })
        .collect();
    firsts.reverse();
    firsts
}
