//! The shared suite on the engine in memory.

use std::sync::Arc;

use anywhen_engine::suite::Store;
use anywhen_engine::{Engine, engine_suite};
use anywhen_engine_memory::{MemoryEngine, MemoryStore};
use anywhen_model::Clock;

struct Memory(MemoryStore);

impl Store for Memory {
    fn open(&self, clock: Arc<dyn Clock>) -> Arc<dyn Engine> {
        Arc::new(MemoryEngine::open(self.0.clone(), clock))
    }
}

engine_suite!(Memory(MemoryStore::default()));
