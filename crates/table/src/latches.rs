//! Latches: while one write of an item is on its way, the next one waits.
//!
//! A latch is taken before the item is read and travels inside the commit, so it is let go
//! only when the commit is visible or refused, whatever becomes of the client. Latches are
//! striped: two items may share one, which costs a wait and never correctness. They are always
//! taken in ascending order, so no two writers can wait for each other.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use anywhen_model::TableId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Enough stripes that two of some thousand writes in flight seldom meet by chance.
const STRIPES: u64 = 16_384;

/// The latches of one realm.
pub(crate) struct Latches {
    stripes: Box<[Arc<Mutex<()>>]>,
}

/// Latches held; dropping them lets the next writers in.
#[derive(Default)]
pub(crate) struct Held {
    _guards: Vec<OwnedMutexGuard<()>>,
}

impl Latches {
    pub(crate) fn new() -> Self {
        Self {
            stripes: (0..STRIPES).map(|_| Arc::new(Mutex::new(()))).collect(),
        }
    }

    /// Waits for the latches of all these items.
    pub(crate) async fn hold(&self, items: impl Iterator<Item = (TableId, &[u8])>) -> Held {
        let mut stripes: Vec<u64> = items.map(|(table, key)| stripe(table, key)).collect();
        stripes.sort_unstable();
        stripes.dedup();
        let mut guards = Vec::with_capacity(stripes.len());
        for stripe in stripes {
            if let Some(latch) = self.stripes.get(stripe as usize) {
                guards.push(Arc::clone(latch).lock_owned().await);
            }
        }
        Held { _guards: guards }
    }
}

fn stripe(table: TableId, key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    table.as_u128().hash(&mut hasher);
    key.hash(&mut hasher);
    hasher.finish() % STRIPES
}
