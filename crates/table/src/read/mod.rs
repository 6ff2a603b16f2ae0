//! Reads of items: by key, in batches, in transactions, by query, by scan and by statement.
//!
//! Every read sees one snapshot, so a transaction is in what it sees whole or not at all, and
//! every read is consistent whether it asked to be or not. Reads block on the disk, for a page
//! of 1 MB at most.

mod get;
mod key_range;
mod page;
mod position;
mod query;
mod scan;
mod start_key;
mod statement;

use anywhen_expr::{Condition, KeyCondition, Projection};
use anywhen_model::{IndexName, Item, TableName};
use bytes::Bytes;

pub use get::{BatchGetOutcome, GetOutcome, ReadItem, TransactGetOutcome};
pub(crate) use key_range::StoredRange;
pub use page::Page;
pub use statement::{SelectOptions, Selected};

use crate::error::TableError;

/// Items of a snapshot: stored key and plaintext stored item, by ascending stored key.
pub type ItemSource = Box<dyn Iterator<Item = Result<(Bytes, Vec<u8>), TableError>> + Send>;

/// One item to read.
#[derive(Debug, Clone)]
pub struct GetItem {
    /// The primary key.
    pub key: Item,
    /// The part of the item that is wanted; without, all of it.
    pub projection: Option<Projection>,
    /// Whether ConsistentRead was asked for. Every read is consistent; this one is charged so.
    pub consistent_read: bool,
}

/// Items to read from one table.
#[derive(Debug, Clone)]
pub struct BatchGet {
    /// The table.
    pub table: TableName,
    /// Primary keys, each once.
    pub keys: Vec<Item>,
    /// The part of each item that is wanted; without, all of it.
    pub projection: Option<Projection>,
    /// Whether ConsistentRead was asked for.
    pub consistent_read: bool,
}

/// One item to read in a transaction.
#[derive(Debug, Clone)]
pub struct TransactGet {
    /// The table.
    pub table: TableName,
    /// The item.
    pub get: GetItem,
}

/// What of each item a Query or Scan returns.
#[derive(Debug, Clone)]
pub enum Select {
    /// Whole items; from a local index they are fetched where it does not hold them.
    AllAttributes,
    /// What the index holds; the whole item on a table.
    AllProjectedAttributes,
    /// The attributes of a projection.
    Specific(Projection),
    /// Only how many there are.
    Count,
}

/// What Query and Scan have in common.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The index to read; without, the table.
    pub index: Option<IndexName>,
    /// Whether ConsistentRead was asked for, which a global index refuses.
    pub consistent_read: bool,
    /// Which of the items read are returned.
    pub filter: Option<Condition>,
    /// What of each is returned.
    pub select: Select,
    /// Most items to read, before the filter; 1 or more.
    pub limit: Option<usize>,
    /// Where an earlier page ended.
    pub exclusive_start_key: Option<Item>,
}

impl ReadOptions {
    pub(crate) fn projection(&self) -> Option<&Projection> {
        match &self.select {
            Select::Specific(projection) => Some(projection),
            _ => None,
        }
    }

    /// Everything of the table.
    pub fn all() -> Self {
        Self {
            index: None,
            consistent_read: false,
            filter: None,
            select: Select::AllProjectedAttributes,
            limit: None,
            exclusive_start_key: None,
        }
    }
}

/// Items of one partition key, in the order of the sort key.
#[derive(Debug, Clone)]
pub struct Query {
    /// The partition key and what the sort key must be.
    pub key_condition: KeyCondition,
    /// Whether the order is ascending.
    pub forward: bool,
    /// The rest.
    pub options: ReadOptions,
}

/// All items of a table or index, or of one segment.
#[derive(Debug, Clone)]
pub struct Scan {
    /// The segment to read; without, all of it.
    pub segment: Option<Segment>,
    /// The rest.
    pub options: ReadOptions,
}

/// One of so many disjoint parts of a table or index, divided by the hash of the partition key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Which part, from 0.
    pub number: u32,
    /// How many there are, 1 or more.
    pub total: u32,
}
