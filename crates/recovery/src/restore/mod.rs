//! Restores: a table as of an instant becomes a new table.
//!
//! A request is judged in DynamoDB's order ([`admit`]); admitting it creates the target in the
//! catalog, CREATING, in one commit with the job's record. The job ([`run`]) pins the instant,
//! plans, loads items range by range ([`load`]), sorts and loads indexes ([`runs`]), and
//! publishes the target ACTIVE in one commit that also forgets the job. What is read comes from
//! the archive alone.
//!
//! Always true: nobody reads a target before it is ACTIVE; an existing table is never touched;
//! a job that cannot succeed, also one that panics, removes its target and says why; a server
//! that dies takes the job up again where its last recorded range ended.
//!
//! A job's pin is in the archive before its first read, is renewed while it runs, and goes with
//! it. A pin whose job is gone is let go when its server next opens the realm, and expires by
//! itself after [`PIN_LIFE_MICROS`] otherwise. A job that finds its pin expired plans anew: the
//! files of its plan may have gone.

mod admit;
mod entries;
mod fill;
mod load;
mod overrides;
mod progress;
mod request;
mod run;
mod run_file;
mod runs;
mod sorting;
mod spill;

use anywhen_archive::{Pin, PinKind};
use anywhen_model::{CommitTimestamp, TableName};
use anywhen_table::TableRecord;
use serde::{Deserialize, Serialize};

use crate::backup::BackupKey;
pub use admit::NO_OTHER_REGION;
pub use overrides::{EncryptionOverride, NO_CUSTOMER_KEYS, RestoreOverrides, SseType};
pub(crate) use progress::{JobRecords, load_jobs};
pub use request::{RestoreFromBackup, RestoreToPointInTime};
pub(crate) use run::RestoreSlot;
pub(crate) use spill::{remove_spilled, sweep_spilled};

/// How long a restore's pin holds without being renewed: what a server that never comes back
/// costs the archive.
pub(crate) const PIN_LIFE_MICROS: u64 = 24 * 60 * 60 * 1_000_000;

/// What a restore has to do; stored with its target until the target is ACTIVE or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RestoreJob {
    /// The target's name; taken until the job ends, so it names the job.
    pub(crate) target: TableName,
    /// The source's description: its timeline, key and hash secret.
    pub(crate) source: TableRecord,
    /// Everything committed at or before this is restored.
    pub(crate) at: CommitTimestamp,
    /// The backup it restores from, if it is one.
    pub(crate) backup: Option<BackupKey>,
    /// The source for texts: the backup's ARN as sent, or the table's.
    pub(crate) source_arn: String,
    /// Id of the pin that keeps the instant and the plan's files.
    pub(crate) pin: String,
}

impl RestoreJob {
    /// The job's pin, for a while from `now`.
    pub(crate) fn pin(&self, now: CommitTimestamp) -> Pin {
        Pin {
            id: self.pin.clone(),
            at: self.at,
            kind: PinKind::Restore,
            record: Vec::new(),
            expires_at: Some(now.plus_micros(PIN_LIFE_MICROS)),
        }
    }
}

/// A restore under way, as the book knows it.
pub(crate) struct RunningRestore {
    pub(crate) job: RestoreJob,
    /// When its pin was last written; `None` before the first time.
    pub(crate) pinned_at: Option<CommitTimestamp>,
    /// Counts towards the account's limit.
    pub(crate) _slot: RestoreSlot,
}
