//! Whether a history holds, by trying every order of its requests.

use std::collections::BTreeMap;

use anywhen_model::CommitTimestamp;

use super::super::{Change as _, End, Moment, Read, Told, Write};
use super::{Edit, Numbers};

enum Request<'h> {
    Write(&'h Write<char, Edit>),
    Read(&'h Read<char, Edit>),
}

#[derive(Clone)]
struct Order<'h> {
    left: Vec<&'h Request<'h>>,
    items: BTreeMap<char, u32>,
    last: CommitTimestamp,
}

/// Whether there is an order of the requests that every rule allows.
pub(super) fn exists(history: &Numbers) -> bool {
    let writes = history.writes.iter();
    let writes = writes.filter(|write| !matches!(write.end, End::Nothing));
    let requests: Vec<_> = writes
        .map(Request::Write)
        .chain(history.reads.iter().map(Request::Read))
        .collect();
    Order {
        left: requests.iter().collect(),
        items: history.initial.clone(),
        last: CommitTimestamp::ZERO,
    }
    .can_be_completed()
}

impl Order<'_> {
    fn can_be_completed(&self) -> bool {
        if self.left.iter().all(|request| request.answered().is_none()) {
            return true;
        }
        (0..self.left.len()).any(|next| {
            let mut order = self.clone();
            let request = order.left.remove(next);
            let waits = |other: &&Request<'_>| {
                other
                    .answered()
                    .is_some_and(|answered| answered < request.called())
            };
            !order.left.iter().any(waits) && order.take(request) && order.can_be_completed()
        })
    }

    fn take(&mut self, request: &Request<'_>) -> bool {
        match request {
            Request::Read(read) => {
                let instant = read.at.is_none_or(|at| {
                    let mut later = self.left.iter().filter_map(|other| other.commit());
                    self.last <= at && later.all(|commit| at < commit)
                });
                let items = &self.items;
                instant
                    && read
                        .sights
                        .iter()
                        .all(|(key, sight)| sight.is_true_of(items.get(key)))
            }
            Request::Write(write) => match &write.end {
                End::Nothing => true,
                End::Open { until: by } | End::Done { by, .. } => {
                    self.last < *by && self.make(write, None)
                }
                End::Committed { at, told, .. } => {
                    let mut later = self.left.iter().filter_map(|other| other.commit());
                    if !later.all(|commit| *at < commit) {
                        return false;
                    }
                    self.last = *at;
                    self.make(write, Some(told))
                }
            },
        }
    }

    fn make(&mut self, write: &Write<char, Edit>, told: Option<&[Told<u32>]>) -> bool {
        for (number, (key, change)) in write.changes.iter().enumerate() {
            let before = self.items.get(key).copied();
            let Ok(after) = change.apply(before.as_ref()) else {
                return false;
            };
            let as_told = told.is_none_or(|told| {
                let Told {
                    before: was,
                    after: is,
                } = &told[number];
                was.allows(before.as_ref()) && is.allows(after.as_ref())
            });
            if !as_told {
                return false;
            }
            match after {
                Some(item) => self.items.insert(*key, item),
                None => self.items.remove(key),
            };
        }
        true
    }
}

impl Request<'_> {
    fn called(&self) -> Moment {
        match self {
            Self::Write(write) => write.called,
            Self::Read(read) => read.called,
        }
    }

    fn answered(&self) -> Option<Moment> {
        match self {
            Self::Write(write) => match write.end {
                End::Committed { answered, .. } | End::Done { answered, .. } => Some(answered),
                End::Open { .. } | End::Nothing => None,
            },
            Self::Read(read) => Some(read.answered),
        }
    }

    fn commit(&self) -> Option<CommitTimestamp> {
        match self {
            Self::Write(write) => match write.end {
                End::Committed { at, .. } => Some(at),
                End::Open { .. } | End::Done { .. } | End::Nothing => None,
            },
            Self::Read(_) => None,
        }
    }
}
