//! Histories of a real server, which its clients recorded in a file.
//!
//! A file has one JSON object a line, in any order: what a client has seen of a request, once it
//! will not see more of it, and how far a process had come when it died.
//!
//! ```json
//! {"write": {"called_ns": 10, "changes": [["a", {"do": {"put": {"n": {"N": "1"}}}, "if": "absent"}]],
//!            "outcome": {"committed": {"answered_ns": 20, "at": 1700, "told": [{"before": null}]}}}}
//! {"write": {"called_ns": 30, "changes": [["a", {"do": {"update": {"add": {"n": 2}}}}]],
//!            "outcome": {"unanswered": {"process": 0}}}}
//! {"died": {"process": 0, "by": 1800}}
//! {"read": {"called_ns": 40, "answered_ns": 50, "found": {"a": {"n": {"N": "3"}}, "b": null}}}
//! ```
//!
//! * `called_ns` and `answered_ns` are nanoseconds of one clock that all clients share; a request
//!   that was sent again has been called when it was first sent. Other instants are commit
//!   timestamps, in microseconds.
//! * A change is of an item, which is named in any way, and may have a condition; see `change`.
//! * Items are as on the wire, without their key attributes; `null` is no item. What was not told
//!   is left out.
//! * An unanswered write names the last process that it was sent to.
//!
//! Fails with the number of the line that cannot be read, or with the rule that does not hold.
//! Start reading at [`check_history`], then [`Line`], then `change`.

mod change;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context as _, ensure};
use anywhen_model::CommitTimestamp;
use serde::Deserialize;

use crate::recorded::change::{Change, Item};
use crate::serial::{self, Checked, Sight, Told, WriteNumber};

type History = serial::History<String, Change>;

/// Judges a file.
pub fn check_history(file: &Path) -> anyhow::Result<Checked> {
    let reader = BufReader::new(File::open(file)?);
    Ok(read(reader)?.check()?)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Write(Write),
    Read(Read),
    Died(Died),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Write {
    called_ns: u64,
    changes: Vec<(String, Change)>,
    outcome: Outcome,
}

/// What became of a write. `told` is in the order of its changes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Outcome {
    Committed {
        answered_ns: u64,
        at: CommitTimestamp,
        told: Vec<Told<Item>>,
    },
    /// A repetition was answered: it had been done by then.
    Repeated {
        answered_ns: u64,
        by: CommitTimestamp,
    },
    /// It found everything to be as it wants it at this instant.
    Unchanged {
        answered_ns: u64,
        at: CommitTimestamp,
        told: Vec<Told<Item>>,
    },
    /// Of each change, the item that its condition was false of; null if it was true.
    Refused {
        answered_ns: u64,
        told: Vec<Option<Refusal>>,
    },
    Unanswered {
        process: u64,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    found: Option<Item>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    called_ns: u64,
    answered_ns: u64,
    found: BTreeMap<String, Option<Item>>,
}

/// Every commit of the process has a timestamp up to this.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Died {
    process: u64,
    by: CommitTimestamp,
}

/// A request is called, or answered.
enum Event {
    CallWrite(Vec<(String, Change)>, CommitTimestamp),
    CallRead,
    Told(Outcome),
    Found(BTreeMap<String, Option<Item>>),
}

fn read(file: impl BufRead) -> anyhow::Result<History> {
    let (mut requests, mut ends) = (Vec::new(), BTreeMap::new());
    for (number, line) in (1..).zip(file.lines()) {
        let line = serde_json::from_str(&line?).with_context(|| format!("line {number}"))?;
        match line {
            Line::Died(Died { process, by }) => _ = ends.insert(process, by),
            request => requests.push((number, request)),
        }
    }
    let mut events = Vec::new();
    for (number, request) in requests {
        let sides = request.events(&ends);
        let sides = sides.with_context(|| format!("line {number}"))?;
        events.extend(
            sides
                .into_iter()
                .map(|(at_ns, event)| (at_ns, number, event)),
        );
    }
    // What the clock cannot tell apart is taken to have been at once.
    events.sort_by_key(|(at_ns, number, event)| (*at_ns, event.is_answer(), *number));
    Ok(replay(events))
}

/// Tells a history what happened, in this order. Numbers say what belongs together.
fn replay(events: Vec<(u64, u64, Event)>) -> History {
    let mut history = History::default();
    let (mut writes, mut reads) = (BTreeMap::new(), BTreeMap::new());
    for (_, number, event) in events {
        match event {
            Event::CallWrite(changes, until) => {
                let write = history.call_write(changes);
                history.left_open(write, until);
                writes.insert(number, write);
            }
            Event::CallRead => _ = reads.insert(number, history.call()),
            Event::Told(outcome) => {
                if let Some(write) = writes.remove(&number) {
                    outcome.tell(&mut history, write);
                }
            }
            Event::Found(found) => {
                if let Some(called) = reads.remove(&number) {
                    let found = found.into_iter();
                    let sights = found.map(|(key, item)| (key, Sight::Found(item)));
                    history.answered(called, None, sights.collect());
                }
            }
        }
    }
    history
}

impl Line {
    /// Its call and its answer, with their times. `ends` says by when processes had died.
    fn events(self, ends: &BTreeMap<u64, CommitTimestamp>) -> anyhow::Result<Vec<(u64, Event)>> {
        let mut events = Vec::new();
        match self {
            Self::Write(write) => {
                let (changes, told) = (write.changes.len(), write.outcome.told());
                ensure!(
                    told.is_none_or(|told| told == changes),
                    "{changes} changes, but what was told is of {told:?}"
                );
                let until = match &write.outcome {
                    Outcome::Unanswered { process } => ends.get(process).copied(),
                    _ => None,
                };
                let until = until.unwrap_or(CommitTimestamp::MAX);
                events.push((write.called_ns, Event::CallWrite(write.changes, until)));
                if let Some(answered_ns) = write.outcome.answered_ns() {
                    events.push((answered_ns, Event::Told(write.outcome)));
                }
            }
            Self::Read(read) => {
                events.push((read.called_ns, Event::CallRead));
                events.push((read.answered_ns, Event::Found(read.found)));
            }
            Self::Died(_) => {}
        }
        ensure!(
            events.is_sorted_by_key(|(at_ns, _)| *at_ns),
            "answered before it was called"
        );
        Ok(events)
    }
}

impl Event {
    fn is_answer(&self) -> bool {
        matches!(self, Self::Told(_) | Self::Found(_))
    }
}

impl Outcome {
    fn answered_ns(&self) -> Option<u64> {
        match self {
            Self::Committed { answered_ns, .. }
            | Self::Repeated { answered_ns, .. }
            | Self::Unchanged { answered_ns, .. }
            | Self::Refused { answered_ns, .. } => Some(*answered_ns),
            Self::Unanswered { .. } => None,
        }
    }

    /// Of how many changes it tells something.
    fn told(&self) -> Option<usize> {
        match self {
            Self::Committed { told, .. } | Self::Unchanged { told, .. } => Some(told.len()),
            Self::Refused { told, .. } => Some(told.len()),
            Self::Repeated { .. } | Self::Unanswered { .. } => None,
        }
    }

    fn tell(self, history: &mut History, write: WriteNumber) {
        match self {
            Self::Committed { at, told, .. } => history.committed(write, at, told),
            Self::Repeated { by, .. } => history.done(write, by),
            Self::Unchanged { at, told, .. } => history.changed_nothing(write, at, told),
            Self::Refused { told, .. } => {
                let told = told.into_iter();
                let told = told.map(|refusal| refusal.map_or(Ok(()), |told| Err(told.found)));
                history.refused(write, told.collect());
            }
            Self::Unanswered { .. } => {}
        }
    }
}
