//! Names what held up a group of commits.
//!
//! All writes go through one thread, so a group that takes long keeps everyone waiting. What can do
//! that is the disk: the journal's sync waits in line behind whatever else is written. Who else was
//! writing is known only at that time, so it is noted then.

use std::time::Duration;

use fjall::{AbstractTree, Database};

use crate::view::Keyspaces;

/// A group that took longer was held up. Syncs of an idle disk take a tenth of it or less.
const STALL: Duration = Duration::from_millis(20);

/// Notes a stall by what went on beside it, if it was one.
pub(crate) fn note(database: &Database, keyspaces: &Keyspaces, took: Duration, commits: usize) {
    if took < STALL {
        return;
    }
    // A memtable is sealed until its flush is over.
    let mut open = keyspaces.iter().flatten();
    let is_flushing = open.any(|keyspace| keyspace.tree.sealed_memtable_count() > 0);
    let during = match (is_flushing, database.active_compactions() > 0) {
        (true, true) => "flush and compaction",
        (true, false) => "flush",
        (false, true) => "compaction",
        (false, false) => "neither",
    };
    metrics::histogram!("anywhen_commit_stall_seconds", "during" => during).record(took);
    tracing::debug!("{commits} commits took {took:?}, during {during}");
}
