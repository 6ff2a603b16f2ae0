//! Random histories: clients of a store that does one request after another, whose requests and
//! answers take their time, and are lost. Some that lost an answer send their write again, which
//! the store then does not do twice; some answers do not tell all.

use std::collections::{BTreeMap, BTreeSet};

use anywhen_model::CommitTimestamp;

use super::super::{Change as _, End, Image, Moment, Sight, Told, WriteNumber};
use super::{Add, Delete, Edit, Look, Numbers, Put, always, if_is, micros};
use crate::dice::Dice;

/// A request on its way to the store, or back.
#[derive(Clone)]
enum Request {
    Write(WriteNumber, Vec<(char, Edit)>),
    Read(Moment, Vec<char>),
    Answer(WriteNumber, Answer),
    Seen(Moment, Option<u64>, Vec<(char, Sight<Edit>)>),
}

#[derive(Clone)]
enum Answer {
    Committed(u64, Vec<Told<u32>>),
    /// It had been done.
    Done(u64),
    Nothing(u64, Vec<Told<u32>>),
    Refused(Vec<Result<(), Option<u32>>>),
}

struct Store {
    dice: Dice,
    history: Numbers,
    items: BTreeMap<char, u32>,
    now: u64,
    done: BTreeSet<WriteNumber>,
    /// The clients' requests; a client has one at a time.
    requests: Vec<Option<Request>>,
    /// Requests whose clients have gone away.
    orphans: Vec<Request>,
    /// Values are below.
    values: u32,
    /// One in so many requests is lost, and as many answers.
    losses: u64,
    puts: u32,
}

/// Few requests of few values, of which many are lost, so that much is ambiguous.
pub(super) fn short_history(seed: u64) -> Numbers {
    history(seed, 3, 16, 3, 12)
}

/// Many requests, each of another value.
pub(super) fn long_history(seed: u64) -> Numbers {
    history(seed, 5, 400, u32::MAX, 60)
}

fn history(seed: u64, clients: usize, steps: u64, values: u32, losses: u64) -> Numbers {
    let mut store = Store {
        dice: Dice::new(seed, 30),
        history: Numbers::default(),
        items: BTreeMap::new(),
        now: 1,
        done: BTreeSet::new(),
        requests: vec![None; clients],
        orphans: Vec::new(),
        values,
        losses,
        puts: 0,
    };
    if store.dice.one_in(2) {
        store.history.begin_with('a', 1);
        store.items.insert('a', 1);
    }
    for _ in 0..steps {
        store.step();
    }
    store.history
}

impl Store {
    fn step(&mut self) {
        if self.dice.one_in(3 * self.losses) {
            self.crash();
        }
        if self.dice.one_in(6)
            && let Some(orphan) = self.orphans.pop()
        {
            self.serve(orphan);
        }
        let client = self.dice.roll(self.requests.len() as u64) as usize;
        let next = match self.requests[client].take() {
            None => Some(self.request()),
            Some(on_its_way @ (Request::Write(..) | Request::Read(..))) => {
                if self.dice.one_in(self.losses) {
                    self.orphans.push(on_its_way);
                    None
                } else {
                    Some(self.serve(on_its_way))
                }
            }
            Some(lost) if self.dice.one_in(self.losses) => self.again(lost),
            Some(answer) => {
                self.answer(answer);
                None
            }
        };
        self.requests[client] = next;
    }

    /// Whatever is under way never gets anywhere.
    fn crash(&mut self) {
        self.orphans.clear();
        self.now += 1;
        self.history.crashed(micros(self.now));
        for client in 0..self.requests.len() {
            let lost = self.requests[client].take();
            self.requests[client] = lost.and_then(|lost| self.again(lost));
        }
    }

    /// What a client sends that gets no answer to this.
    fn again(&mut self, lost: Request) -> Option<Request> {
        let (Request::Write(number, _) | Request::Answer(number, _)) = lost else {
            return None;
        };
        if self.dice.one_in(2) {
            return None;
        }
        self.history.left_open(number, CommitTimestamp::MAX);
        let changes = self.history.writes[number.0].changes.clone();
        Some(Request::Write(number, changes))
    }

    fn request(&mut self) -> Request {
        let mut keys = vec!['a', 'b', 'c'];
        keys.rotate_left(self.dice.roll(3) as usize);
        keys.truncate(1 + self.dice.roll(3) as usize);
        if self.dice.one_in(2) {
            return Request::Read(self.history.call(), keys);
        }
        let changes: Vec<_> = keys.into_iter().map(|key| (key, self.edit(key))).collect();
        Request::Write(self.history.call_write(changes.clone()), changes)
    }

    fn edit(&mut self, key: char) -> Edit {
        self.puts += 1;
        let what = match self.dice.roll(6) {
            0 => Delete,
            1 => Add(1),
            2 => Look,
            _ => Put(1_000 * self.puts % self.values),
        };
        match self.dice.roll(8) {
            0 => if_is(None, what),
            1 => if_is(self.items.get(&key).copied(), what),
            _ => always(what),
        }
    }

    /// Does a request at this instant.
    fn serve(&mut self, request: Request) -> Request {
        match request {
            Request::Write(number, _) if self.done.contains(&number) => {
                Request::Answer(number, Answer::Done(self.now))
            }
            Request::Write(number, changes) => {
                let answer = self.write(&changes);
                if let Answer::Committed(..) = answer {
                    self.done.insert(number);
                }
                Request::Answer(number, answer)
            }
            Request::Read(called, keys) => {
                let sights = keys
                    .into_iter()
                    .map(|key| (key, Sight::Found(self.items.get(&key).copied())));
                let at = self.dice.one_in(3).then_some(self.now);
                Request::Seen(called, at, sights.collect())
            }
            answer => answer,
        }
    }

    fn write(&mut self, changes: &[(char, Edit)]) -> Answer {
        let outcomes: Vec<_> = changes
            .iter()
            .map(|(key, edit)| {
                let before = self.items.get(key).copied();
                let after = edit.apply(before.as_ref());
                after.map_or(Err(before), |after| Ok((before, after)))
            })
            .collect();
        let images: Result<Vec<_>, _> = outcomes.iter().copied().collect();
        let Ok(images) = images else {
            let refused = outcomes.into_iter().map(|outcome| outcome.map(|_| ()));
            return Answer::Refused(refused.collect());
        };
        let told = images.iter().map(|images| self.tell(*images)).collect();
        if images.iter().all(|(before, after)| before == after) {
            return Answer::Nothing(self.now, told);
        }
        self.now += 1 + self.dice.roll(2);
        for ((key, _), (_, after)) in changes.iter().zip(images) {
            match after {
                Some(item) => self.items.insert(*key, item),
                None => self.items.remove(key),
            };
        }
        Answer::Committed(self.now, told)
    }

    fn tell(&self, (before, after): (Option<u32>, Option<u32>)) -> Told<u32> {
        let mut told = Told::both(before, after);
        for image in [&mut told.before, &mut told.after] {
            if self.dice.one_in(3) {
                *image = Image::Untold;
            }
        }
        told
    }

    fn answer(&mut self, answer: Request) {
        let history = &mut self.history;
        match answer {
            Request::Answer(write, Answer::Committed(at, told)) => {
                history.committed(write, micros(at), told);
            }
            Request::Answer(write, Answer::Done(by)) => history.done(write, micros(by)),
            Request::Answer(write, Answer::Nothing(at, told)) => {
                history.changed_nothing(write, micros(at), told);
            }
            Request::Answer(write, Answer::Refused(told)) => history.refused(write, told),
            Request::Seen(called, at, sights) => history.answered(called, at.map(micros), sights),
            Request::Write(..) | Request::Read(..) => {}
        }
    }
}

/// Changes something that was told, mostly so that it cannot have been.
pub(super) fn spoil(history: &mut Numbers, seed: u64) {
    let dice = Dice::new(seed, 31);
    let number = Some(dice.roll(3) as u32);
    match dice.roll(6) {
        0 => {
            let reads = &mut history.reads;
            let read = dice.roll(reads.len() as u64) as usize;
            let sights = reads.get_mut(read).map(|read| &mut read.sights);
            if let Some((_, Sight::Found(item))) = sights.and_then(|sights| sights.first_mut()) {
                *item = number;
            }
        }
        1 => swap_answers(history, &dice),
        2 => {
            let mut committed =
                history
                    .writes
                    .iter_mut()
                    .filter_map(|write| match &mut write.end {
                        End::Committed { at, .. } => Some(at),
                        End::Open { .. } | End::Done { .. } | End::Nothing => None,
                    });
            if let (Some(one), Some(other)) = (committed.next(), committed.next()) {
                std::mem::swap(one, other);
            }
        }
        3 => {
            let write = dice.roll(history.writes.len() as u64) as usize;
            if let Some(write) = history.writes.get_mut(write)
                && let End::Committed { told, .. } = &mut write.end
                && let Some(told) = told.first_mut()
                && let Some((_, edit)) = write.changes.first()
                && let Ok(after) = edit.apply(number.as_ref())
            {
                *told = Told::both(number, after);
            }
        }
        4 => {
            let mut done = history
                .writes
                .iter_mut()
                .filter_map(|write| match &mut write.end {
                    End::Done { by, .. } => Some(by),
                    End::Open { .. } | End::Committed { .. } | End::Nothing => None,
                });
            if let Some(by) = done.next() {
                *by = micros(dice.roll(by.as_micros()));
            }
        }
        _ => {}
    }
}

/// Has two reads be answered each when the other one was, if both were called by then.
fn swap_answers(history: &mut Numbers, dice: &Dice) {
    let count = history.reads.len() as u64;
    let (one, other) = (dice.roll(count) as usize, dice.roll(count) as usize);
    let (Some(first), Some(second)) = (history.reads.get(one), history.reads.get(other)) else {
        return;
    };
    let answered = (first.answered, second.answered);
    if first.called < answered.1 && second.called < answered.0 {
        history.reads[one].answered = answered.1;
        history.reads[other].answered = answered.0;
    }
}
