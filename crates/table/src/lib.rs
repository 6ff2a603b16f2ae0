//! Tables: the catalog, items, secondary indexes and transactions, over any engine.
//!
//! No HTTP, no wire JSON and no archive here: requests come as plain structs, and history
//! leaves through the engine's change log. Always true:
//!
//! * A write is one commit: the item, all its index entries, and its change-log record if the
//!   table's history is kept. A transaction is one commit too.
//! * Of two writes of one item the second is planned only when the first is visible or refused:
//!   latches are taken before the item is read and travel inside the commit.
//! * A commit carries the version of the catalog record it was planned with. When that has
//!   changed it is planned again, so no acknowledged write lands in a dropped table or misses
//!   the change log of a table whose history was just switched on.
//! * An index holds exactly the entries [`Table::index_entries`] gives for the items;
//!   [`Table::check_indexes`] proves it.
//! * What the catalog in memory shows is committed.
//!
//! Failures are [`TableError`]s; those that are DynamoDB faults carry its texts. After a failed
//! operation nothing has changed, except that a write whose caller went away may still commit.
//!
//! Start reading at [`Tables`], then [`RealmTables`]: its control operations are in `control`
//! and `restore`, its writes in `write`; reads are methods of [`Table`] in `read`. What tells
//! clients of changes is in `streams`, what deletes expired items in `expiry`.

mod backfill;
mod capacity;
mod collection;
mod control;
mod create_table;
mod error;
mod expiry;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod indexes;
mod keys;
mod latches;
mod read;
mod realm;
mod record;
mod restore;
mod settings;
mod statistics;
mod streams;
mod system;
mod table;
mod tables;
#[cfg(test)]
mod tests;
mod throttle;
mod tokens;
mod update_table;
mod warm;
mod write;

pub use capacity::{Charge, Consumed, Consumption, Traffic};
pub use collection::ItemCollection;
pub use control::ManagedKey;
pub use create_table::{
    AttributeDefinition, CreateTable, Definition, IndexDefinition, KeyElement, KeyRole,
    OnDemandLimits, ProjectionType, Throughput,
};
pub use error::{CancellationReason, TableError};
pub use expiry::TimeToLiveStatus;
pub use indexes::{IndexEntry, IndexFault};
pub use read::{
    BatchGet, BatchGetOutcome, GetItem, GetOutcome, ItemSource, Page, Query, ReadItem, ReadOptions,
    Scan, Segment, Select, SelectOptions, Selected, TransactGet, TransactGetOutcome,
};
pub use realm::{HistoryGate, RealmTables};
pub use record::{
    BillingMode, Encryption, IndexKind, IndexProjection, IndexRecord, IndexStatus,
    OnDemandThroughput, PitrRecord, ProvisionedThroughput, ResourcePolicy, RestoreRecord,
    TableClass, TableClassSetting, TableRecord, TableSettings, TableStatus, TimeToLive,
};
pub use restore::{LoadedStatistics, RestoreTarget};
pub use settings::{ExpectedPolicy, SettingsOwner, check_tag_keys, check_tags};
pub use statistics::Statistics;
pub use streams::{
    IteratorStart, IteratorToken, SequenceNumber, Stream, StreamChange, StreamEvent,
    StreamIdentity, StreamPage, StreamPosition, StreamRecord, StreamSetting, StreamSpecification,
    StreamViewType, StreamedRecord,
};
pub use system::{StoredRecord, SystemChange, SystemStore};
pub use table::{ITEMS_PART, Table, TableKeys};
pub use tables::{Tables, TablesOptions};
pub use throttle::{Access, ThrottledResource, ThroughputExceeded, ThroughputLimit};
pub use tokens::{ClientRequestToken, REQUEST_HASH_BYTES};
pub use update_table::{IndexChange, IndexUpdate, UpdateTable};
pub use warm::{WarmRequest, WarmThroughput};
pub use write::{
    IndexEffect, ItemChange, StatementWrite, TransactAction, TransactOutcome, WriteAction,
    WriteOutcome,
};
