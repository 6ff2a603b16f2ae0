//! The tail of a plan: changes that are still in segments, sorted for whoever reads by key.
//!
//! Blocks of segments are in commit order, so a range of keys needs all of them. A restore
//! therefore goes through the tail once: blocks are read some at a time, of each key the last
//! change at or before the plan's instant is kept, and what is sorted stays in memory up to a
//! bound. Beyond it, it goes as sorted runs into files on this server's disk. They are deltas
//! in all but name, sealed under the table's key: nothing readable lies about, a range reads
//! its own bytes, and a file that was cut or changed does not open.
//!
//! Always true: the runs together hold, of every key with a change in the tail, its last one at
//! or before the instant. Memory: twice the bound, and the blocks that are read at once.

use std::path::Path as DiskPath;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::ArchiveError;
use crate::change::Change;
use crate::data_file::cursor::{OpenFiles, SLICE_BYTES};
use crate::data_file::{DataFileWriter, FileSink};
use crate::layout;
use crate::merge::{Reading, Source, SourceFile};
use crate::plan::{FileKind, KeyRange, PlannedFile, RestorePlan};
use crate::sealed::Kind;
use crate::segment;
use crate::store::Store;

/// Blocks that are read at once, if together they are no larger than [`BLOCKS_BYTES_MAX`].
const BLOCKS_AT_ONCE: usize = 16;
const BLOCKS_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Sorted runs of a tail on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TailRuns {
    /// Name in the restore's directory, and length.
    files: Vec<(String, u64)>,
}

/// A tail that is sorted.
pub(crate) enum Tail {
    Memory(Arc<Vec<Change>>),
    Files {
        reading: Reading,
        known: Arc<OpenFiles>,
        files: Vec<SourceFile>,
    },
}

impl Tail {
    /// Reads and sorts a plan's tail.
    pub(crate) fn sort(
        reading: &Reading,
        plan: &RestorePlan,
        sink: FileSink,
        directory: &DiskPath,
        bytes_max: u64,
        keep: bool,
    ) -> Result<(Self, Option<TailRuns>), ArchiveError> {
        let mut sorter = Sorter {
            sink,
            directory,
            bytes_max,
            bytes: 0,
            changes: Vec::new(),
            files: Vec::new(),
        };
        for_each_block(reading, plan, |changes| {
            for change in changes {
                sorter.add(change)?;
            }
            Ok(())
        })?;
        if !keep && sorter.files.is_empty() {
            let changes = last_of_each_key(sorter.changes);
            return Ok((Self::Memory(Arc::new(changes)), None));
        }
        sorter.write_run()?;
        let files = sorter.files;
        let runs = TailRuns {
            files: files
                .iter()
                .map(|file| (file.path.clone(), file.length))
                .collect(),
        };
        let reading = on_disk(reading, directory)?;
        Ok((Self::of_files(reading, files), Some(runs)))
    }

    /// The tail as an earlier life has left it; `None` if a file is not there in its length.
    pub(crate) fn found(reading: &Reading, runs: &TailRuns, directory: &DiskPath) -> Option<Self> {
        let reading = on_disk(reading, directory).ok()?;
        let files = runs.files.iter().map(|(path, length)| {
            let there = std::fs::metadata(directory.join(path)).ok()?.len();
            (there == *length).then(|| SourceFile {
                kind: Kind::Delta,
                path: path.clone(),
                length: *length,
            })
        });
        let files = files.collect::<Option<Vec<_>>>()?;
        Some(Self::of_files(reading, files))
    }

    fn of_files(reading: Reading, files: Vec<SourceFile>) -> Self {
        Self::Files {
            reading,
            known: Arc::default(),
            files,
        }
    }

    /// What it tells of a range.
    pub(crate) fn sources(&self, range: &KeyRange) -> Vec<Source> {
        match self {
            Self::Memory(changes) => {
                let source = Source::shared(changes, range);
                let told = matches!(&source, Source::Shared(_, left) if !left.is_empty());
                told.then_some(source).into_iter().collect()
            }
            Self::Files {
                reading,
                known,
                files,
            } => {
                let slice_bytes = (SLICE_BYTES / files.len().max(1) as u64).max(SLICE_BYTES / 32);
                let source = |file: &SourceFile| {
                    let (reading, known) = (reading.clone(), Arc::clone(known));
                    let files = [file.clone()].into();
                    Source::known_files(reading, known, range.clone(), files, slice_bytes)
                };
                files.iter().map(source).collect()
            }
        }
    }
}

/// The changes of a plan's tail in a range, in commit order.
pub(crate) fn read_tail(
    reading: &Reading,
    plan: &RestorePlan,
    range: &KeyRange,
) -> Result<Vec<Change>, ArchiveError> {
    let mut tail = Vec::new();
    for_each_block(reading, plan, |mut changes| {
        changes.retain(|change| range.contains(&change.key));
        tail.extend(changes);
        Ok(())
    })?;
    Ok(tail)
}

/// Goes through the blocks of a plan's tail in order, with the changes the plan wants of each.
fn for_each_block(
    reading: &Reading,
    plan: &RestorePlan,
    mut each: impl FnMut(Vec<Change>) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let segments: Vec<&PlannedFile> = plan
        .files
        .iter()
        .filter(|file| file.kind == FileKind::Segment)
        .collect();
    let largest = segments
        .iter()
        .filter_map(|file| file.block)
        .map(|(_, length)| length);
    let largest = largest.max().unwrap_or(0).max(1);
    let at_once = (BLOCKS_BYTES_MAX / largest).clamp(1, BLOCKS_AT_ONCE as u64) as usize;
    let mut blocks = futures::stream::iter(segments)
        .map(|file| read_block(reading, plan, file))
        .buffered(at_once);
    while let Some(changes) = reading.handle.block_on(blocks.try_next())? {
        each(changes)?;
    }
    Ok(())
}

async fn read_block(
    reading: &Reading,
    plan: &RestorePlan,
    file: &PlannedFile,
) -> Result<Vec<Change>, ArchiveError> {
    let no_block = || ArchiveError::damaged(&file.path, "the plan names no block in it");
    let (offset, length) = file.block.ok_or_else(no_block)?;
    let (store, master) = (&reading.store, &reading.master);
    let mut changes =
        segment::read_block(store, &file.path, plan.table, offset, length, master).await?;
    changes.retain(|change| change.timestamp > file.from && change.timestamp <= plan.at);
    Ok(changes)
}

/// Sorts changes within a bound of memory.
struct Sorter<'d> {
    sink: FileSink,
    directory: &'d DiskPath,
    bytes_max: u64,
    bytes: u64,
    changes: Vec<Change>,
    files: Vec<SourceFile>,
}

impl Sorter<'_> {
    fn add(&mut self, change: Change) -> Result<(), ArchiveError> {
        self.bytes += change.bytes() + size_of::<Change>() as u64;
        self.changes.push(change);
        if self.bytes > self.bytes_max {
            self.write_run()?;
        }
        Ok(())
    }

    fn write_run(&mut self) -> Result<(), ArchiveError> {
        self.bytes = 0;
        let changes = last_of_each_key(std::mem::take(&mut self.changes));
        if changes.is_empty() {
            return Ok(());
        }
        let sink = FileSink {
            store: disk_store(self.directory)?,
            ..self.sink.clone()
        };
        let name = format!("tail-{}", layout::random_name(&*sink.randomness));
        let mut file = DataFileWriter::begin(Kind::Delta, name, &sink)?;
        for change in &changes {
            file.add(change)?;
        }
        let written = file.finish()?;
        self.files.push(SourceFile {
            kind: Kind::Delta,
            path: written.path,
            length: written.length,
        });
        Ok(())
    }
}

/// Sorts changes by key and keeps the last one of each.
fn last_of_each_key(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(Change::order);
    // Of two neighbours with one key, the earlier goes.
    changes.reverse();
    changes.dedup_by(|earlier, later| earlier.key == later.key);
    changes.reverse();
    changes
}

fn on_disk(reading: &Reading, directory: &DiskPath) -> Result<Reading, ArchiveError> {
    Ok(reading.elsewhere(disk_store(directory)?))
}

fn disk_store(directory: &DiskPath) -> Result<Arc<Store>, ArchiveError> {
    let failed = |error: &dyn std::fmt::Display| ArchiveError::Url {
        url: directory.display().to_string(),
        reason: format!("sorting the newest changes there: {error}"),
    };
    std::fs::create_dir_all(directory).map_err(|error| failed(&error))?;
    let store = LocalFileSystem::new_with_prefix(directory).map_err(|error| failed(&error))?;
    Ok(Arc::new(Store::new(
        Arc::new(store.with_fsync(true)),
        Path::default(),
    )))
}
