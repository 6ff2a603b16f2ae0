//! Streams: every change of a table's items, in order, for a day.
//!
//! A stream has a change log of its own, beside the realm's log that the archive ships: what it
//! holds of a change differs with its view type, and it lives for a day where the archive's part
//! lives until it is shipped. Always true:
//!
//! * A write of a table with a stream adds a record for each item it changes to the stream's log,
//!   in the commit of the write. So the stream holds exactly the commits, each once, in their
//!   order, whenever the server dies; a write that changes nothing adds nothing.
//! * Enabling and disabling are commits that advance the table's fence: no write planned before
//!   adds a record after the end, none planned after is missed. The commit that disables a stream
//!   writes its end, a record without a value, behind all others.
//! * A reader goes up to the timestamp of a snapshot. No commit can follow at or below it, so
//!   nothing is ever skipped; and an acknowledged write is in the next snapshot, so a reader sees
//!   it at once. Readers wait for nobody, and nobody waits for them.
//! * A stream outlives its table: what is needed to describe and to open it is a record of its
//!   own ([`SystemStore::STREAMS`]). It is gone a day after its end.
//! * Records older than a day are not answered, whether they are trimmed already or not.
//!
//! Streams are neither archived nor restored. A damaged record is an internal error; a reader
//! that fell behind is told so ([`TableError::Trimmed`]). Start at [`Stream`], then `read`.
//!
//! [`SystemStore::STREAMS`]: crate::SystemStore::STREAMS
//! [`TableError::Trimmed`]: crate::TableError::Trimmed

mod change;
mod control;
mod position;
mod read;
mod record;

pub use change::{StreamChange, StreamEvent, StreamIdentity};
pub(crate) use control::StreamSwitch;
#[cfg(feature = "fuzzing")]
pub(crate) use position::Token;
pub use position::{SequenceNumber, StreamPosition};
pub use read::{IteratorStart, IteratorToken, StreamPage, StreamedRecord};
pub use record::{Stream, StreamRecord, StreamSetting, StreamSpecification, StreamViewType};
pub(crate) use record::{Streams, is_log_of_stream};

/// How long a record can be read, and a stream after its end (developer guide, "DynamoDB
/// Streams": 24 hours).
const RETENTION_MICROS: u64 = 24 * 60 * 60 * 1_000_000;

/// How long an iterator can be used (`GetShardIterator`: 15 minutes).
const ITERATOR_LIFE_MICROS: u64 = 15 * 60 * 1_000_000;

/// Most bytes of records that one page holds (`GetRecords`: 1 MB).
const PAGE_BYTES_MAX: usize = 1 << 20;
