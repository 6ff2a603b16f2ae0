//! Writes of items: the one mechanism behind put, update, delete, batches and transactions.
//!
//! Every write goes the same way: stored keys, latches, snapshot, old items, conditions, new
//! items, index entries, one commit. What is in the module `plan` looks at one item and touches
//! nothing; `effects` turns its outcome into a commit; `single` and `transact` drive them, and `expire` for
//! what has expired.
//!
//! A write that changes nothing commits nothing. It is acknowledged with the timestamp of the
//! snapshot it was planned on, which holds the very state the client asked for.

mod effects;
mod expire;
mod plan;
mod single;
mod statement;
mod transact;

pub use statement::StatementWrite;
pub(crate) use transact::all_or_none;

use anywhen_expr::{Condition, Update};
use anywhen_model::{CommitTimestamp, Item, TableName};

use crate::capacity::Charge;

/// What to do with one item.
#[derive(Debug, Clone)]
pub enum ItemChange {
    /// Replace the item, or create it.
    Put(Item),
    /// Create the item, which must not be there.
    Insert(Item),
    /// Change some attributes, creating the item if it is not there.
    Update {
        /// The primary key.
        key: Item,
        /// The changes; without any, the item is only made to exist.
        update: Option<Update>,
    },
    /// Remove the item if it is there.
    Delete {
        /// The primary key.
        key: Item,
    },
    /// Change nothing: only the condition counts.
    Check {
        /// The primary key.
        key: Item,
    },
}

/// One write: a change and the condition it depends on.
#[derive(Debug, Clone)]
pub struct WriteAction {
    /// The change.
    pub change: ItemChange,
    /// Must hold for the item before the change; an item that is not there has no attributes.
    pub condition: Option<Condition>,
}

/// How a write ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOutcome {
    /// The item before.
    pub old: Option<Item>,
    /// The item after.
    pub new: Option<Item>,
    /// The commit; or, if nothing changed, a commit whose state already held the item so.
    pub timestamp: CommitTimestamp,
    /// The index entries that were written or removed.
    pub indexes: Vec<IndexEffect>,
    /// What the write consumed, and of which table.
    pub charge: Charge,
}

/// What a write did to one index; sizes are of the projected items, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexEffect {
    /// The index's number.
    pub number: u32,
    /// The entry that was there before, if there was one.
    pub old_bytes: Option<usize>,
    /// The entry that is there now, if there is one.
    pub new_bytes: Option<usize>,
    /// Whether the entry moved to another index key: one removed, one written.
    pub moved: bool,
}

/// One action of a transaction.
#[derive(Debug, Clone)]
pub struct TransactAction {
    /// The table it is about.
    pub table: TableName,
    /// What to do.
    pub action: WriteAction,
}

impl TransactAction {
    /// Whether it may change its table: a check does not.
    fn writes(&self) -> bool {
        !matches!(self.action.change, ItemChange::Check { .. })
    }
}

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactOutcome {
    /// The commit, or a commit whose state contains the transaction.
    pub timestamp: CommitTimestamp,
    /// What each action did, in request order; empty if the transaction was a repetition of
    /// one that was done before, recognised by its token.
    pub outcomes: Vec<WriteOutcome>,
    /// What a repetition consumed by reads, action by action in request order; empty unless the
    /// transaction was one.
    pub repeated: Vec<Charge>,
}

impl ItemChange {
    /// The item that names the key: the key itself, or the item to put.
    pub fn key(&self) -> &Item {
        match self {
            Self::Put(item) | Self::Insert(item) => item,
            Self::Update { key, .. } | Self::Delete { key } | Self::Check { key } => key,
        }
    }
}
