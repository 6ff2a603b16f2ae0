//! Reading data files in key order, a slice ahead of whoever reads.
//!
//! While the rows of one slice are taken, the next one is fetched, opened, decrypted and
//! decompressed on another thread, also across the border of two files. So a reader holds two
//! slices, and waits only where the store is slower than it. What goes wrong on that thread is
//! the answer of the next call; a panic goes on there.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use anywhen_kms::MasterKey;
use bytes::Bytes;
use futures::future::try_join_all;
use parking_lot::Mutex;
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::makers::SliceMakers;
use super::slice::{Slice, SliceRows};
use crate::ArchiveError;
use crate::change::Change;
use crate::plan::KeyRange;
use crate::sealed::{Kind, SealedObject};
use crate::store::Store;

/// Bytes before compression of a slice unless somebody says otherwise.
pub(crate) const SLICE_BYTES: u64 = 8 * 1024 * 1024;

/// Bytes at a file's end that are read first: almost always the whole footer with its page
/// indexes. If not, its size is known then.
const TAIL_BYTES: u64 = 128 * 1024;

/// Files whose header and footer are kept for the next range of keys.
const FILES_KEPT_MAX: usize = 128;

/// One file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    pub(crate) kind: Kind,
    pub(crate) path: String,
    pub(crate) length: u64,
}

/// How files are read.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) store: Arc<Store>,
    pub(crate) handle: Handle,
    pub(crate) master: Arc<MasterKey>,
    makers: Arc<SliceMakers>,
}

impl Reading {
    /// Reads from a store, on the blocking threads of this runtime.
    pub(crate) fn new(store: Arc<Store>, handle: Handle, master: Arc<MasterKey>) -> Self {
        Self {
            store,
            makers: SliceMakers::new(handle.clone()),
            handle,
            master,
        }
    }

    /// The same for files in another store.
    pub(crate) fn elsewhere(&self, store: Arc<Store>) -> Self {
        Self {
            store,
            ..self.clone()
        }
    }
}

/// A data file with its header and footer read.
pub(crate) struct OpenFile {
    object: SealedObject,
    metadata: ParquetMetaData,
}

impl OpenFile {
    pub(crate) async fn open(reading: &Reading, file: &SourceFile) -> Result<Self, ArchiveError> {
        let store = Arc::clone(&reading.store);
        let (path, length) = (file.path.as_str(), file.length);
        let object = SealedObject::open(store, file.kind, path, length, &reading.master).await?;
        let metadata = read_metadata(&object).await?;
        Ok(Self { object, metadata })
    }

    fn slices(&self, range: &KeyRange, slice_bytes: u64) -> Result<Vec<Slice>, ArchiveError> {
        understood(|| Ok(Slice::of(&self.metadata, range, slice_bytes)))
            .map_err(|error| ArchiveError::damaged(self.object.path(), error))
    }

    async fn read(&self, slice: &Slice) -> Result<SliceRows, ArchiveError> {
        let damaged = |error| ArchiveError::damaged(self.object.path(), error);
        let stretches = understood(|| Ok(slice.stretches(&self.metadata))).map_err(damaged)?;
        let fetched = stretches.into_iter().map(async |stretch| {
            let start = stretch.start;
            Ok::<_, ArchiveError>((start, self.object.read(stretch).await?))
        });
        let fetched: Vec<(u64, Bytes)> = try_join_all(fetched).await?;
        understood(|| slice.decode(&self.metadata, fetched)).map_err(damaged)
    }
}

/// What the parquet crate makes of a file. It panics on some that no writer makes: offsets that
/// lead before their column, lengths below zero. Such a file is damaged like any other.
fn understood<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    let contradictory = |_| ParquetError::General("its footer contradicts itself".to_owned());
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| Err(contradictory(panic)))
}

async fn read_metadata(object: &SealedObject) -> Result<ParquetMetaData, ArchiveError> {
    let damaged = |error| ArchiveError::damaged(object.path(), error);
    let mut tail_bytes = object.len().min(TAIL_BYTES);
    loop {
        let start = object.len() - tail_bytes;
        let bytes = object.read(start..object.len()).await?;
        let mut reader =
            ParquetMetaDataReader::new().with_page_index_policy(PageIndexPolicy::Optional);
        match understood(|| reader.try_parse_sized(&bytes, object.len())) {
            Ok(()) => return reader.finish().map_err(damaged),
            Err(ParquetError::NeedMoreData(needed)) if needed as u64 > tail_bytes => {
                tail_bytes = needed as u64;
                if tail_bytes > object.len() {
                    let reason = "its footer is too long";
                    return Err(ArchiveError::damaged(object.path(), reason));
                }
            }
            Err(error) => return Err(damaged(error)),
        }
    }
}

/// Files that were opened, for the ranges that read them after the first.
#[derive(Default)]
pub(crate) struct OpenFiles(Mutex<Known>);

#[derive(Default)]
struct Known {
    files: HashMap<String, Arc<OpenFile>>,
    /// Oldest first.
    order: VecDeque<String>,
}

impl OpenFiles {
    async fn get(
        &self,
        reading: &Reading,
        file: &SourceFile,
    ) -> Result<Arc<OpenFile>, ArchiveError> {
        if let Some(open) = self.0.lock().files.get(&file.path) {
            return Ok(Arc::clone(open));
        }
        let open = Arc::new(OpenFile::open(reading, file).await?);
        let mut known = self.0.lock();
        if known
            .files
            .insert(file.path.clone(), Arc::clone(&open))
            .is_none()
        {
            known.order.push_back(file.path.clone());
        }
        if known.order.len() > FILES_KEPT_MAX
            && let Some(oldest) = known.order.pop_front()
        {
            known.files.remove(&oldest);
        }
        Ok(open)
    }
}

/// Reads the changes of files that follow each other by key, as far as they are in a range.
pub(crate) struct FilesCursor {
    handle: Handle,
    range: KeyRange,
    rows: Option<(String, SliceRows)>,
    /// The next slice in the making; `None` before the first and after the last.
    ahead: Option<oneshot::Receiver<thread::Result<Ahead>>>,
    feeder: Option<Feeder>,
}

type Ahead = (Feeder, Result<Option<(String, SliceRows)>, ArchiveError>);

/// Goes through the slices of the files.
struct Feeder {
    reading: Reading,
    known: Arc<OpenFiles>,
    range: KeyRange,
    slice_bytes: u64,
    files: VecDeque<SourceFile>,
    open: Option<Arc<OpenFile>>,
    slices: VecDeque<Slice>,
}

impl FilesCursor {
    pub(crate) fn new(
        reading: Reading,
        known: Arc<OpenFiles>,
        range: KeyRange,
        files: VecDeque<SourceFile>,
        slice_bytes: u64,
    ) -> Self {
        Self {
            handle: reading.handle.clone(),
            range: range.clone(),
            rows: None,
            ahead: None,
            feeder: Some(Feeder {
                reading,
                known,
                range,
                slice_bytes,
                files,
                open: None,
                slices: VecDeque::new(),
            }),
        }
    }

    /// All rows of one file.
    pub(crate) fn whole(reading: Reading, file: SourceFile) -> Self {
        let (unknown, files) = (Arc::default(), VecDeque::from([file]));
        Self::new(reading, unknown, KeyRange::all(), files, SLICE_BYTES)
    }

    /// Begins to fetch the first slice, so that many sources are begun at once.
    pub(crate) fn begin(&mut self) {
        if let Some(feeder) = self.feeder.take() {
            self.ahead = Some(feeder.start());
        }
    }

    /// The next change, or `None` at the end of the range. Call it on a blocking thread.
    pub(crate) fn next(&mut self) -> Result<Option<Change>, ArchiveError> {
        loop {
            if let Some((path, rows)) = &mut self.rows {
                match rows.next() {
                    Ok(Some(change)) if self.range.ends_before(&change.key) => {
                        // What was fetched ahead is not needed: nothing more is in the range.
                        (self.rows, self.ahead) = (None, None);
                        return Ok(None);
                    }
                    Ok(Some(change)) if self.range.start <= change.key => return Ok(Some(change)),
                    Ok(Some(_)) => continue,
                    Ok(None) => self.rows = None,
                    Err(error) => return Err(ArchiveError::damaged(path, error)),
                }
            }
            if !self.advance()? {
                return Ok(None);
            }
        }
    }

    /// Takes the slice that was made ahead and begins the one after it; false at the end.
    fn advance(&mut self) -> Result<bool, ArchiveError> {
        self.begin();
        let Some(ahead) = self.ahead.take() else {
            return Ok(false);
        };
        let (feeder, made) = match self.handle.block_on(ahead) {
            Ok(Ok(ended)) => ended,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => {
                return Err(ArchiveError::Away(
                    "the runtime is shutting down".to_owned(),
                ));
            }
        };
        self.rows = made?;
        if self.rows.is_some() {
            self.ahead = Some(feeder.start());
        }
        Ok(self.rows.is_some())
    }
}

impl Feeder {
    fn start(mut self) -> oneshot::Receiver<thread::Result<Ahead>> {
        let handle = self.reading.handle.clone();
        let makers = Arc::clone(&self.reading.makers);
        makers.make(move || {
            let made = handle.block_on(self.next());
            (self, made)
        })
    }

    async fn next(&mut self) -> Result<Option<(String, SliceRows)>, ArchiveError> {
        loop {
            if let (Some(open), Some(slice)) = (&self.open, self.slices.pop_front()) {
                let rows = open.read(&slice).await?;
                return Ok(Some((open.object.path().to_owned(), rows)));
            }
            let Some(file) = self.files.pop_front() else {
                return Ok(None);
            };
            let open = self.known.get(&self.reading, &file).await?;
            self.slices = open.slices(&self.range, self.slice_bytes)?.into();
            self.open = Some(open);
        }
    }
}
