//! The shared suite on the local engine, with slices small enough that logs have many.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use anywhen_engine::suite::Store;
use anywhen_engine::{Engine, engine_suite};
use anywhen_engine_local::{LocalEngine, LocalEngineOptions};
use anywhen_model::Clock;
use tempfile::TempDir;

struct Directory(TempDir);

impl Directory {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }
}

impl Store for Directory {
    fn open(&self, clock: Arc<dyn Clock>) -> Arc<dyn Engine> {
        let mut options = LocalEngineOptions::new(self.0.path(), clock);
        options.log_slice_bytes = 16 << 10;
        options.free_space_watermark_bytes = 0;
        Arc::new(LocalEngine::open(options).unwrap())
    }
}

engine_suite!(Directory::new());
