//! Writing sorted changes as files: keyframes from items, keyframes and deltas from merges.
//!
//! A keyframe or delta larger than `file_bytes_max` becomes several files, split between keys.
//! A keyframe of an empty table is one file without rows: that it is there says that the table
//! was empty.

use std::sync::atomic::Ordering;

use anywhen_model::CommitTimestamp;
use bytes::Bytes;

use crate::ArchiveError;
use crate::change::Change;
use crate::data_file::{DataFileWriter, FileSink};
use crate::manifest::DataFile;
use crate::sealed::Kind;

/// The items of a table at one instant: stored key and stored item in the clear, by ascending
/// key. Read on a blocking thread.
pub type ItemSource = Box<
    dyn Iterator<Item = Result<(Bytes, Bytes), Box<dyn std::error::Error + Send + Sync>>> + Send,
>;

/// Writes sorted changes as files of a bounded size. `new_path` names each file; it must
/// remember the names, so that files of an attempt that fails are cleared away.
pub(crate) fn write_files(
    kind: Kind,
    sink: &FileSink,
    file_bytes_max: u64,
    new_path: &dyn Fn() -> String,
    changes: &mut dyn Iterator<Item = Result<Change, ArchiveError>>,
) -> Result<Vec<DataFile>, ArchiveError> {
    let mut files = Vec::new();
    let mut writer: Option<DataFileWriter> = None;
    let mut last_key: Option<Bytes> = None;
    for change in changes {
        let change = change?;
        if sink.stopping.load(Ordering::Acquire) {
            return Err(ArchiveError::NotRunning);
        }
        let same_key = last_key.as_ref() == Some(&change.key);
        if let Some(full) = writer.take_if(|file| file.bytes() >= file_bytes_max && !same_key) {
            files.push(full.finish()?);
        }
        let file = match &mut writer {
            Some(file) => file,
            empty => empty.insert(DataFileWriter::begin(kind, new_path(), sink)?),
        };
        file.add(&change)?;
        last_key = Some(change.key);
    }
    match writer {
        Some(file) => files.push(file.finish()?),
        None if kind == Kind::Keyframe => {
            files.push(DataFileWriter::begin(kind, new_path(), sink)?.finish()?);
        }
        None => {}
    }
    Ok(files)
}

/// A source's items as the changes of a keyframe at `at`. Refuses keys out of order.
pub(crate) fn changes_of(
    items: ItemSource,
    at: CommitTimestamp,
) -> impl Iterator<Item = Result<Change, ArchiveError>> {
    let mut last: Option<Bytes> = None;
    items.map(move |item| {
        let (key, item) = item.map_err(|error| ArchiveError::Items(error.to_string()))?;
        if last.as_ref().is_some_and(|last| *last >= key) {
            return Err(ArchiveError::Items(
                "keys are not in ascending order".to_owned(),
            ));
        }
        last = Some(key.clone());
        Ok(Change {
            key,
            timestamp: at,
            item: Some(item),
        })
    })
}
