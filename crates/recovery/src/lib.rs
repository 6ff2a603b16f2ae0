//! Recovery: backups, point-in-time recovery, restores and the end of tables, as jobs.
//!
//! Requests are plain structs; JSON and HTTP are the API layer's. What must always hold:
//!
//! * A restore reads the archive alone, never an engine: a server that has only the archive and
//!   the master key restores as well as the one that wrote them.
//! * The result of a restore at T is exactly the last changes committed at or before T, in the
//!   items and in every index. The instant of a backup is drawn from the committer, not taken
//!   from the clock.
//! * A backup is AVAILABLE only when its history, its record and its pin are in the archive.
//! * Whatever a job needs of a table's history is held until it is pinned in the archive; what
//!   deletes history waits for holds, in memory and again after a restart.
//! * A restore target is invisible until one commit makes it ACTIVE; a job that cannot succeed
//!   removes its target. A server that dies takes up its restores, deletions, spans and backups
//!   where their records say.
//! * The records that say so are system records of the catalog, written before anything is
//!   shown. Of backups the archive has a copy with each pin, and a server takes in whatever
//!   backup it finds there and does not know.
//!
//! Failures: requests fail with [`RecoveryError`], one variant per fault of DynamoDB, with its
//! texts. Jobs wait for an archive that does not answer, and end in the log when they cannot
//! succeed. Start reading at [`Recovery`]; then `backup`, `continuous`, `restore`, `deletion`;
//! `resume` is what a start does, `recover` what rebuilds a lost server.

mod arn;
mod backup;
mod book;
mod catalog;
mod continuous;
mod deletion;
mod error;
mod metrics;
mod options;
mod progress;
mod realm;
mod recover;
mod recovery;
mod remembered;
mod restore;
mod resume;
mod shared;
#[cfg(test)]
mod tests;
mod wire_time;

pub use anywhen_archive::Written;
pub use backup::{BackupFilter, BackupKind, BackupPage, BackupRecord, BackupStatus, ListBackups};
pub use continuous::{ContinuousBackups, PitrWindow, PointInTimeRecovery};
pub use error::RecoveryError;
pub use options::{RecoveryLimits, RecoveryOptions};
pub use progress::{NoProgress, ProgressSink, RestoreBegun, RestoreProgress, RestoreStage};
pub use recover::{KeptState, LostTable, RecoverError, RecoveredRealm, RecoveredTable, recover};
pub use recovery::Recovery;
pub use remembered::{Consent, lost_archive, remembered_archive};
pub use restore::{
    EncryptionOverride, NO_CUSTOMER_KEYS, NO_OTHER_REGION, RestoreFromBackup, RestoreOverrides,
    RestoreToPointInTime, SseType,
};
pub use wire_time::{exact, parse_instant};
