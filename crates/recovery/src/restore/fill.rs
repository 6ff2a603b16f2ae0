//! Filling one range: items from the archive, sealed, into the engine; index entries aside.

use std::ops::Bound;
use std::sync::atomic::Ordering;

use anywhen_archive::{ArchiveError, KeyRange, MergedItems};
use anywhen_engine::{BulkLoader, EngineError};
use anywhen_model::stored_size_bytes;
use anywhen_table::ITEMS_PART;
use bytes::Bytes;

use super::load::Loading;
use super::progress::RangeDone;
use super::sorting::{RangeEntries, RangeRuns};
use crate::error::RecoveryError;
use crate::metrics;
use crate::progress::RestoreStage;
use crate::shared::{MayPass, Stop};

/// Records between two looks at the clock of the world: progress, and whether to stop.
pub(super) const RECORDS_PER_STEP: u64 = 512;

/// A range whose items are with the loader, not yet durable.
pub(super) struct Filled {
    pub(super) loader: Box<dyn BulkLoader>,
    pub(super) done: RangeDone,
    pub(super) runs: RangeRuns,
}

/// Fills one range.
struct RangeFiller<'l> {
    loading: &'l Loading,
    loader: Box<dyn BulkLoader>,
    entries: RangeEntries<'l>,
    done: RangeDone,
}

/// What the world has been told of a range.
#[derive(Default)]
struct Reported {
    bytes: u64,
    items: u64,
}

/// Reads a range from the archive into a loader.
pub(super) fn fill_range(
    loading: &Loading,
    range: &KeyRange,
    stop: &Stop,
) -> Result<Filled, RangeError> {
    let mut filler = RangeFiller {
        loading,
        loader: loading.loader(ITEMS_PART)?,
        entries: loading.sorter.begin_range(),
        done: RangeDone::default(),
    };
    let mut reported = Reported::default();
    let result = filler.fill(loading.reader.read(range)?, stop, &mut reported);
    if let Err(error) = result {
        // It will be loaded again from its beginning.
        let Reported { bytes, items } = reported;
        loading.bytes_done.fetch_sub(bytes, Ordering::Relaxed);
        loading.items_done.fetch_sub(items, Ordering::Relaxed);
        return Err(error);
    }
    let RangeFiller {
        loader,
        entries,
        done,
        ..
    } = filler;
    Ok(Filled {
        loader,
        done,
        runs: entries.finish(),
    })
}

/// Computes the entries of a range that is loaded from the target's own items, for the indexes
/// that are not done.
pub(super) fn reindex_range(
    loading: &Loading,
    range: &KeyRange,
    stop: &Stop,
) -> Result<RangeRuns, RecoveryError> {
    let end = range.end.clone();
    let bounds = (
        Bound::Included(range.start.clone()),
        end.map_or(Bound::Unbounded, Bound::Excluded),
    );
    let mut entries = loading.sorter.begin_range();
    for (item, count) in loading.target.stored_items(bounds)?.zip(1_u64..) {
        let (key, stored) = item?;
        for entry in loading.target.stored_index_entries(&key, &stored.into())? {
            if loading.is_wanted(entry.number) {
                let sealed = loading.target.seal(entry.number, &entry.key, &entry.stored);
                entries.add(entry.number, &entry.key, &sealed)?;
            }
        }
        if count.is_multiple_of(RECORDS_PER_STEP) {
            stop.check()?;
        }
    }
    Ok(entries.finish())
}

impl RangeFiller<'_> {
    fn fill(
        &mut self,
        items: MergedItems,
        stop: &Stop,
        reported: &mut Reported,
    ) -> Result<(), RangeError> {
        for (item, count) in items.zip(1_u64..) {
            let (key, stored) = item?;
            self.add(key, &stored)?;
            if count.is_multiple_of(RECORDS_PER_STEP) {
                stop.check()?;
                self.report(reported);
            }
        }
        self.report(reported);
        Ok(())
    }

    fn add(&mut self, key: Bytes, stored: &Bytes) -> Result<(), RecoveryError> {
        let target = &self.loading.target;
        let size_bytes = stored_size_bytes(stored).map_err(|error| {
            RecoveryError::Internal(format!("an item of table {}: {error}", target.id()))
        })?;
        self.done.items.add(size_bytes);
        self.done.bytes += (key.len() + stored.len()) as u64;
        for entry in target.stored_index_entries(&key, stored)? {
            let sealed = target.seal(entry.number, &entry.key, &entry.stored);
            let count = self.done.indexes.entry(entry.number).or_default();
            count.add(entry.size_bytes);
            self.entries.add(entry.number, &entry.key, &sealed)?;
        }
        let sealed = target.seal(ITEMS_PART, &key, stored);
        Ok(self.loader.write_owned(key, sealed.into())?)
    }

    fn report(&self, reported: &mut Reported) {
        let bytes = self.done.bytes - reported.bytes;
        let items = self.done.items.items - reported.items;
        *reported = Reported {
            bytes: self.done.bytes,
            items: self.done.items.items,
        };
        self.loading.bytes_done.fetch_add(bytes, Ordering::Relaxed);
        self.loading.items_done.fetch_add(items, Ordering::Relaxed);
        metrics::restored_bytes(bytes);
        self.loading.show(RestoreStage::Loading);
    }
}

/// Why a range could not be loaded.
pub(super) enum RangeError {
    Archive(ArchiveError),
    Other(RecoveryError),
}

impl MayPass for RangeError {
    fn may_pass(&self) -> bool {
        matches!(self, Self::Archive(error) if error.may_pass())
    }
}

impl std::fmt::Display for RangeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Archive(error) => error.fmt(f),
            Self::Other(error) => error.fmt(f),
        }
    }
}

impl From<ArchiveError> for RangeError {
    fn from(error: ArchiveError) -> Self {
        Self::Archive(error)
    }
}

impl From<RecoveryError> for RangeError {
    fn from(error: RecoveryError) -> Self {
        Self::Other(error)
    }
}

impl From<EngineError> for RangeError {
    fn from(error: EngineError) -> Self {
        Self::Other(error.into())
    }
}

impl From<RangeError> for RecoveryError {
    fn from(error: RangeError) -> Self {
        match error {
            RangeError::Archive(error) => error.into(),
            RangeError::Other(error) => error,
        }
    }
}
