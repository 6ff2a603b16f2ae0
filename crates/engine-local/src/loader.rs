//! Bulk loading: sorted records go straight into tables, past journal and memtable.
//!
//! fjall's ingestion borrows its keyspace and panics on keys out of order. So each loader runs
//! one in a thread of its own, fed in chunks through a short channel, and checks the order
//! first; the caller prepares the next records while the thread writes. Like a commit, a chunk
//! is refused while the engine is read-only.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use anywhen_engine::{BulkLoader, EngineError, check_key};
use bytes::Bytes;
use fjall::Keyspace;

use crate::failure::{Condition, engine_error, io_error};
use crate::space::FreeSpace;
use crate::view::Views;

const CHUNK_BYTES: usize = 1 << 20;
const CHUNKS_WAITING_MAX: usize = 2;
/// Chunks after which free space is looked at without waiting for the housekeeper.
const CHUNKS_PER_SPACE_CHECK: usize = 64;

enum Step {
    Records(Vec<(Bytes, Bytes)>),
    Finish,
}

pub(crate) struct LocalLoader {
    /// The last key that was handed to the thread.
    last_key: Option<Bytes>,
    chunk: Vec<(Bytes, Bytes)>,
    chunk_bytes: usize,
    chunks_sent: usize,
    condition: Arc<Condition>,
    free_space: Arc<FreeSpace>,
    steps: SyncSender<Step>,
    thread: JoinHandle<Result<(), EngineError>>,
}

impl LocalLoader {
    pub(crate) fn start(
        keyspace: Keyspace,
        views: Arc<Views>,
        condition: Arc<Condition>,
        free_space: Arc<FreeSpace>,
    ) -> Result<Self, EngineError> {
        let (steps, receiver) = sync_channel(CHUNKS_WAITING_MAX);
        let thread = std::thread::Builder::new()
            .name("anywhen-bulk-load".to_owned())
            .spawn(move || load(&keyspace, &views, &receiver))
            .map_err(|error| io_error(&error))?;
        Ok(Self {
            last_key: None,
            chunk: Vec::new(),
            chunk_bytes: 0,
            chunks_sent: 0,
            condition,
            free_space,
            steps,
            thread,
        })
    }

    /// Hands the chunk to the thread.
    fn send_chunk(&mut self) -> Result<(), EngineError> {
        self.chunks_sent += 1;
        if self.chunks_sent.is_multiple_of(CHUNKS_PER_SPACE_CHECK) {
            self.free_space.check();
        }
        if let Some(reason) = self.condition.refusal() {
            return Err(EngineError::ReadOnly(reason));
        }
        self.chunk_bytes = 0;
        let room = self.chunk.len();
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(room));
        self.last_key = chunk.last().map(|(last, _)| last.clone());
        let sent = self.steps.send(Step::Records(chunk));
        // The thread ends early only on an error.
        sent.map_err(|_| EngineError::Storage("the bulk load failed".to_owned()))
    }
}

impl BulkLoader for LocalLoader {
    fn write(&mut self, key: &[u8], value: &[u8]) -> Result<(), EngineError> {
        self.write_owned(Bytes::copy_from_slice(key), Bytes::copy_from_slice(value))
    }

    fn write_owned(&mut self, key: Bytes, value: Bytes) -> Result<(), EngineError> {
        check_key(&key)?;
        let last = self.chunk.last().map(|(last, _)| last);
        if last
            .or(self.last_key.as_ref())
            .is_some_and(|last| *last >= key)
        {
            return Err(EngineError::OutOfOrder);
        }
        self.chunk_bytes += key.len() + value.len();
        self.chunk.push((key, value));
        if self.chunk_bytes >= CHUNK_BYTES {
            self.send_chunk()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<(), EngineError> {
        let sent = self.send_chunk();
        if sent.is_ok() {
            // If the thread has ended, its answer below says why.
            let _ = self.steps.send(Step::Finish);
        }
        let Self { steps, thread, .. } = *self;
        drop(steps);
        let ended = thread.join();
        let ended = ended.map_err(|_| EngineError::Storage("the bulk load panicked".to_owned()));
        ended?.and(sent)
    }
}

/// Runs one ingestion. If the loader is dropped, nothing becomes visible; the files written so
/// far go with the keyspace, or when the engine is next opened.
fn load(keyspace: &Keyspace, views: &Views, steps: &Receiver<Step>) -> Result<(), EngineError> {
    let mut ingestion = keyspace.start_ingestion().map_err(engine_error)?;
    while let Ok(step) = steps.recv() {
        match step {
            Step::Records(records) => {
                for (key, value) in records {
                    ingestion.write(key, value).map_err(engine_error)?;
                }
            }
            Step::Finish => {
                ingestion.finish().map_err(engine_error)?;
                views.gate().publish_keyspaces(|_| ());
                return Ok(());
            }
        }
    }
    Ok(())
}
