//! What is wrong with a text that is being read.

use std::cell::RefCell;
use std::fmt;

use serde::de::Error;

use crate::{EntryError, ItemJsonError};

/// The faults met so far. Serde could carry only one text, and only by ending the read.
#[derive(Default)]
pub(super) struct Reading {
    /// The value of the wrong kind that ended the read.
    wrong_kind: RefCell<Option<Fault>>,
    /// The first broken rule.
    broken_rule: RefCell<Option<Fault>>,
}

struct Fault {
    text: String,
    /// The outermost entry it is in.
    entry: Option<String>,
}

impl Fault {
    fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            entry: None,
        }
    }
}

impl Reading {
    /// Refuses a value of the wrong kind.
    pub(super) fn refuse<E: Error>(&self, text: impl Into<String>) -> E {
        *self.wrong_kind.borrow_mut() = Some(Fault::new(text));
        E::custom("a value of the wrong kind")
    }

    /// Notes a broken rule.
    pub(super) fn note(&self, text: impl Into<String>) {
        self.broken_rule
            .borrow_mut()
            .get_or_insert_with(|| Fault::new(text));
    }

    /// Notes a broken rule whose text has the service's usual beginning.
    pub(super) fn note_invalid(&self, text: impl fmt::Display) {
        self.note(format!("One or more parameter values were invalid: {text}"));
    }

    /// Says which entry the faults are in that were met since the entry before it.
    pub(super) fn locate(&self, entry: &str) {
        for fault in [&self.wrong_kind, &self.broken_rule] {
            if let Some(fault) = fault.borrow_mut().as_mut() {
                fault.entry.get_or_insert_with(|| entry.to_owned());
            }
        }
    }

    /// What came of the read; a valid text always has a value.
    pub(super) fn outcome<T>(&self, read: serde_json::Result<Option<T>>) -> Result<T, EntryError> {
        let (fault, error): (_, fn(String) -> ItemJsonError) = match read {
            Err(error) => {
                let malformed = || Fault::new(format!("malformed JSON: {error}"));
                let fault = self.wrong_kind.take().unwrap_or_else(malformed);
                (fault, ItemJsonError::Serialization)
            }
            Ok(read) => match (self.broken_rule.take(), read) {
                (None, Some(value)) => return Ok(value),
                (fault, _) => (
                    fault.unwrap_or_else(|| Fault::new(super::EMPTY)),
                    ItemJsonError::Validation,
                ),
            },
        };
        Err(EntryError {
            key: fault.entry,
            error: error(fault.text),
        })
    }
}
