//! The archive: the history of every table in an object store, and the table as of any instant.
//!
//! What is in it, top down: an [`Archive`] holds realms; a [`RealmArchive`] holds one realm's
//! segments (the newest changes of all its tables) and one timeline per table. A timeline is
//! a list of spans, each of keyframes (the whole table at an instant) and deltas (all changes
//! in an interval). The table at T is the newest keyframe at or before T, with the deltas and
//! segments up to T merged over it: [`RealmArchive::plan`], then [`RealmArchive::read`].
//!
//! What must always hold:
//!
//! * Objects are immutable and authenticated (`sealed`); they become visible only through
//!   a manifest put last, on condition (`manifest`, `ledger`). A crash at any byte leaves
//!   files that nothing names.
//! * The change log is trimmed only up to what a manifest in the store covers, after a check
//!   that no other server has taken over (`shipper`).
//! * A change of a table with an open span is never dropped before it is in a segment, and a
//!   segment never before its changes are in deltas (`compact`). A hole in a span is an
//!   error, never a wrong answer (`timeline`).
//! * What a pin or the window needs is kept (`retain`); what a plan under a restore pin
//!   names is kept byte for byte.
//! * One server writes. Opening a realm claims it; the server before finds out at its next
//!   write and never writes again ([`ArchiveError::Fenced`]).
//!
//! How it fails: while the store is away, writes of the server go on and the change log grows;
//! [`RealmStatus`] says since when. Damage is an error that names the object. Start reading at
//! [`RealmArchive`]; the formats on disk are in `docs/formats.md`.

mod announce;
mod archive;
mod archiver;
mod background;
mod bucket;
mod change;
mod compact;
mod data_file;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod keyframe;
mod layout;
mod lease;
mod ledger;
mod location;
mod manifest;
mod merge;
mod new_files;
mod pins;
mod plan;
mod planning;
mod preflight;
mod reading;
mod realm;
mod retain;
mod rewind;
mod rollback;
mod sealed;
mod segment;
mod shipper;
mod span;
mod stats;
mod store;
mod stored;
mod tail;
mod timeline;
mod upload;
mod verify;
mod view;
mod written;

pub use announce::PendingSpan;
pub use archive::Archive;
pub use archiver::{ArchiverConfig, ArchiverHandle};
pub use error::ArchiveError;
pub use keyframe::ItemSource;
pub use layout::ARCHIVE as IDENTITY_PATH;
pub use location::{StoreKind, find_store, open_store, store_kind};
pub use manifest::{Pin, PinKind};
pub use merge::MergedItems;
pub use plan::{FileKind, KeyRange, PlannedFile, RestorePlan};
pub use reading::{PlanReader, ReadLimits};
pub use realm::{ArchiveHead, RealmArchive, RealmStatus, TableKey, TableKeys};
pub use span::{SpanInfo, TimelineSummary};
pub use stats::{RealmStats, SpanStats, TimelineStats};
pub use tail::TailRuns;
pub use verify::{
    Note, ObjectKind, Problem, Tally, Verification, VerifyOptions, VerifyProgress, VerifySummary,
    verify,
};
pub use view::{ArchiveView, RealmView};
pub use written::Written;
