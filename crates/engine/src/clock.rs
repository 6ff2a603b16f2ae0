//! Commit timestamps: a hybrid logical clock that never repeats and never goes back.

use std::sync::Arc;

use anywhen_model::{Clock, CommitTimestamp};

/// Draws commit timestamps: the wall clock's microseconds, or one more than the last drawn if
/// the wall clock has not moved past it. Owned by the one committer of an engine.
pub struct CommitClock {
    clock: Arc<dyn Clock>,
    last: CommitTimestamp,
}

impl CommitClock {
    /// A clock whose first timestamp is above `floor`.
    pub fn new(clock: Arc<dyn Clock>, floor: CommitTimestamp) -> Self {
        Self { clock, last: floor }
    }

    /// The next timestamp.
    pub fn draw(&mut self) -> CommitTimestamp {
        let now = CommitTimestamp::from_micros(self.clock.now_micros());
        self.last = now.max(self.last.next());
        self.last
    }

    /// The last timestamp drawn.
    pub fn last(&self) -> CommitTimestamp {
        self.last
    }
}

impl std::fmt::Debug for CommitClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommitClock")
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}
