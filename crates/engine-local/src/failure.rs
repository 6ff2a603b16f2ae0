//! fjall's errors in the trait's words, and the condition the engine is in.

use std::path::Path;

use anywhen_engine::{EngineError, Health};
use parking_lot::Mutex;

/// Tells damage from failure.
pub(crate) fn engine_error(error: fjall::Error) -> EngineError {
    use fjall::{Error, LsmError};
    match error {
        Error::Poisoned => EngineError::ReadOnly("an earlier write failed".to_owned()),
        Error::Locked => {
            EngineError::Storage("the data directory is in use by another engine".to_owned())
        }
        Error::Io(error) | Error::Storage(LsmError::Io(error)) => io_error(&error),
        Error::JournalRecovery(_)
        | Error::InvalidTrailer
        | Error::InvalidTag(_)
        | Error::Decompress(_)
        | Error::Unrecoverable
        | Error::Storage(_) => EngineError::Corrupt(error.to_string()),
        other => EngineError::Storage(other.to_string()),
    }
}

pub(crate) fn io_error(error: &std::io::Error) -> EngineError {
    EngineError::Storage(error.to_string())
}

/// A file that is not what was written, and the ways out.
pub(crate) fn damaged(path: &Path, what: &str) -> EngineError {
    EngineError::Corrupt(format!(
        "{}: {what}; put the file back from a copy of the data directory, or rebuild the \
         directory from the archive with `anywhen recover`",
        path.display()
    ))
}

/// Why commits are refused, if they are.
#[derive(Default)]
pub(crate) struct Condition {
    /// A write failed: what the disk holds is unknown until the engine is opened again.
    poisoned: Mutex<Option<String>>,
    /// Free space is below the watermark; goes away by itself.
    low_space: Mutex<Option<String>>,
}

impl Condition {
    /// The reason, poison first.
    pub(crate) fn refusal(&self) -> Option<String> {
        self.poisoned().or_else(|| self.low_space.lock().clone())
    }

    /// The reason if it will last until the engine is opened again.
    pub(crate) fn poisoned(&self) -> Option<String> {
        self.poisoned.lock().clone()
    }

    pub(crate) fn poison(&self, reason: String) {
        let mut poisoned = self.poisoned.lock();
        if poisoned.is_none() {
            tracing::error!(
                reason,
                "a write failed; the engine is read-only until reopened"
            );
            metrics::gauge!("anywhen_engine_read_only").set(1.0);
            *poisoned = Some(reason);
        }
    }

    /// Sets or clears the lack of space.
    pub(crate) fn set_low_space(&self, reason: Option<String>) {
        let mut low_space = self.low_space.lock();
        match (&*low_space, &reason) {
            (None, Some(reason)) => tracing::warn!(reason, "commits are refused"),
            (Some(_), None) => tracing::info!("disk space is back; commits are taken again"),
            _ => {}
        }
        *low_space = reason;
        drop(low_space);
        let read_only = if self.refusal().is_some() { 1.0 } else { 0.0 };
        metrics::gauge!("anywhen_engine_read_only").set(read_only);
    }

    pub(crate) fn health(&self) -> Health {
        match (self.poisoned(), self.refusal()) {
            (Some(reason), _) => Health::Poisoned(reason),
            (None, Some(reason)) => Health::ReadOnly(reason),
            (None, None) => Health::Ready,
        }
    }
}
