//! The search for a serial order; its rules are in the module above.
//!
//! A [`State`] is the model after some requests. From it, every read that may come next and sees
//! it is placed at once: that changes nothing, and lets more requests come next. Then the next
//! acknowledged write is made. What cannot be placed, and should be by now, needs an unanswered
//! write to have happened: each that may is tried, and the search goes back to try the next one
//! if that does not lead to the end. A write that is known to have happened, but not when, is such
//! a write, too, and has itself to be placed by its answer. Where two ways meet, only the first one
//! goes on.
//!
//! So such a write is made as late as something is seen of it. That may be too late, if
//! a condition of it is no longer true then, or its process has ended. If no order is found so,
//! those that have to do with what was stuck become suspects, in the end all of them: a suspect
//! is also tried, or not, before each acknowledged write after which it, or what is seen of it, may no
//! longer be possible.

mod explain;
mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use anywhen_model::CommitTimestamp;

use super::{Change, Checked, End, History, Moment, Read, Rule, Sight, Violation, Write};
use explain::{Farthest, Stuck, explain_read};
use requests::{Commit, Open, make};

/// States the search goes on from, with the same suspects, before it is given up.
const TRIED_MAX: u64 = 20_000;

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
        search.passed.clear();
        if let Some(end) = search.explore(begin.clone()) {
            return Ok(search.checked(&end));
        }
        if !search.suspect_more() {
            return Err(search.violation());
        }
    }
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
    /// Of those, which are known to have happened.
    owed: Vec<usize>,
    /// Of those, which may have happened before anything is seen of them.
    suspects: BTreeSet<usize>,
    /// Numbers of commits after which one of those can no longer happen.
    ends: BTreeSet<usize>,
    tried: u64,
    /// States from which there is no way to the end, by the commits that are in them.
    passed: BTreeMap<usize, Vec<Passed<'h, K, C::Item>>>,
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
    /// Which of the open writes are in it.
    happened: Vec<bool>,
}

/// What of a state decides about everything after it.
#[derive(PartialEq)]
struct Passed<'h, K, I> {
    called: usize,
    waiting: Vec<usize>,
    may_happen: Vec<bool>,
    items: BTreeMap<&'h K, I>,
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
            let left_open = |answered, until| Open {
                called,
                answered,
                until,
                changes,
            };
            match end {
                End::Open { until } => open.push(left_open(None, *until)),
                End::Done { answered, by } => open.push(left_open(Some(*answered), *by)),
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
        let owed = (0..).zip(&open);
        let owed = owed.filter_map(|(number, open)| open.answered.map(|_| number));
        let ends = open.iter().map(|open| {
            let before = commits.partition_point(|commit| commit.at < open.until);
            before + 1
        });
        Self {
            owed: owed.collect(),
            ends: ends.collect(),
            commits_answered: first_of_rest(commits.iter().map(|commit| commit.answered)),
            reads_answered: first_of_rest(reads.iter().map(|read| read.answered)),
            commits,
            reads,
            open,
            suspects: BTreeSet::new(),
            tried: 0,
            passed: BTreeMap::new(),
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
        let mut entered = true;
        loop {
            self.place_reads(&mut state);
            // Ways meet where they were parted, and where what parted them is over.
            let meeting = std::mem::take(&mut entered) || self.ends.contains(&state.committed);
            if meeting && self.has_passed(&state) {
                return None;
            }
            let stuck = match (self.overdue(&state), self.commits.get(state.committed)) {
                (Some(stuck), _) => stuck,
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

    /// Whether the search has been here before, and has found no way; if not, it has now.
    fn has_passed(&mut self, state: &State<'h, K, C::Item>) -> bool {
        let last = self.last_commit(state);
        let open = self.open.iter().zip(&state.happened);
        let may_happen = |(open, happened): (&Open<'h, K, C>, &bool)| {
            !happened && (open.until > last || open.answered.is_some())
        };
        let here = Passed {
            called: state.called,
            waiting: state.waiting.clone(),
            may_happen: open.map(may_happen).collect(),
            items: state.items.clone(),
        };
        let passed = self.passed.entry(state.committed).or_default();
        let again = passed.contains(&here);
        if !again {
            passed.push(here);
        }
        again
    }

    /// Has one of these unanswered writes happen now.
    fn try_open_writes(
        &mut self,
        state: &State<'h, K, C::Item>,
        numbers: &[usize],
    ) -> Option<State<'h, K, C::Item>> {
        numbers.iter().find_map(|number| {
            let mut next = state.clone();
            let open = self.open.get(*number)?;
            make(open.changes, &mut next.items).ok()?;
            if open.answered.is_none() && next.items == state.items {
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

    /// A read, or a write that is known to have happened, that has to come before the next commit.
    fn overdue(&self, state: &State<'h, K, C::Item>) -> Option<Stuck<'h, K>> {
        let next = self.commits.get(state.committed);
        let waiting = state.waiting.iter();
        let mut waiting = waiting.filter_map(|read| self.reads.get(*read).copied());
        let read = waiting.find(|read| {
            next.is_none_or(|next| {
                read.answered < next.called || read.at.is_some_and(|at| at < next.at)
            })
        });
        let owed = self.owed(state).find(|(answered, open)| {
            next.is_none_or(|next| *answered < next.called || open.until <= next.at)
        });
        let read = read.map(|read| explain_read(state, read));
        read.or_else(|| owed.map(|(_, open)| open.explain()))
    }

    /// The writes that are known to have happened and are not in this state, with their answers.
    fn owed(
        &self,
        state: &State<'h, K, C::Item>,
    ) -> impl Iterator<Item = (Moment, &Open<'h, K, C>)> {
        let numbers = self.owed.iter();
        let left = numbers.filter(|number| state.happened.get(**number) == Some(&false));
        left.filter_map(|number| {
            let open = self.open.get(*number)?;
            Some((open.answered?, open))
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
        let owed = self.owed(state).map(|(answered, _)| answered);
        let all = waiting.chain(commits).chain(reads).chain(owed);
        all.min().unwrap_or(Moment(u64::MAX))
    }

    fn last_commit(&self, state: &State<'h, K, C::Item>) -> CommitTimestamp {
        let last = state.committed.checked_sub(1);
        let last = last.and_then(|last| self.commits.get(last));
        last.map_or(CommitTimestamp::ZERO, |commit| commit.at)
    }

    fn checked(&self, end: &State<'h, K, C::Item>) -> Checked {
        let owed = self.owed.len() as u64;
        let happened = end.happened.iter().filter(|happened| **happened).count() as u64;
        Checked {
            writes: self.commits.len() as u64 + owed,
            reads: self.reads.len() as u64,
            unanswered: self.open.len() as u64 - owed,
            happened: happened - owed,
        }
    }
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
