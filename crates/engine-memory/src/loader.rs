//! Bulk loading: records wait in the loader until it is finished.

use anywhen_engine::{BulkLoader, EngineError, KeyspaceHandle, check_key};
use bytes::Bytes;

use crate::store::MemoryStore;

pub(crate) struct MemoryLoader {
    store: MemoryStore,
    generation: u64,
    keyspace: KeyspaceHandle,
    loaded: Vec<(Bytes, Bytes)>,
}

impl MemoryLoader {
    pub(crate) fn new(store: MemoryStore, generation: u64, keyspace: KeyspaceHandle) -> Self {
        Self {
            store,
            generation,
            keyspace,
            loaded: Vec::new(),
        }
    }
}

impl BulkLoader for MemoryLoader {
    fn write(&mut self, key: &[u8], value: &[u8]) -> Result<(), EngineError> {
        check_key(key)?;
        if self
            .loaded
            .last()
            .is_some_and(|(last, _)| last.as_ref() >= key)
        {
            return Err(EngineError::OutOfOrder);
        }
        self.loaded
            .push((Bytes::copy_from_slice(key), Bytes::copy_from_slice(value)));
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), EngineError> {
        let mut stored = self.store.lock();
        if stored.generation != self.generation {
            return Err(EngineError::Closed);
        }
        stored.load(self.keyspace, self.loaded)
    }
}
