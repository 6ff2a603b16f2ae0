//! Keyframe and delta files: Parquet inside a sealed object, sorted by key and time.
//!
//! Columns: `key` BYTE_ARRAY, `commit_ts` INT64 (microseconds), `deleted` BOOLEAN, `item`
//! optional BYTE_ARRAY (the stored form; null where deleted). Keyframes are zstd-1 with row
//! groups of about 16 MiB, deltas LZ4_RAW with about 4 MiB. Byte strings are PLAIN without
//! dictionary, so that a reader need not copy them ([`slice`]); statistics on `key` alone,
//! untruncated, so that a range of keys skips row groups and pages.
//!
//! Both ends work on a blocking thread. What is read has been authenticated chunk by chunk
//! before the Parquet library sees it; what it still refuses is damage by whoever held the key.

pub(crate) mod cursor;
mod makers;
mod slice;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anywhen_model::Randomness;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::change::Change;
use crate::manifest::DataFile;
use crate::sealed::{Kind, SealingKey};
use crate::store::Store;
use crate::upload::{Failure, SealedUpload};

const PAGE_BYTES: usize = 64 * 1024;
/// Pages of `key` tell which items a range of keys needs. A page of keys as large as one of items
/// would speak of many of those, and a range would read all of them.
const KEY_PAGE_BYTES: usize = 4 * 1024;
const KEYFRAME_ROW_GROUP_BYTES: usize = 16 * 1024 * 1024;
const DELTA_ROW_GROUP_BYTES: usize = 4 * 1024 * 1024;

/// Where new files go, and how they are sealed.
#[derive(Clone)]
pub(crate) struct FileSink {
    pub(crate) store: Arc<Store>,
    pub(crate) handle: Handle,
    pub(crate) key: SealingKey,
    pub(crate) randomness: Arc<dyn Randomness>,
    /// Whether to give up: the server stops.
    pub(crate) stopping: Arc<AtomicBool>,
}

/// Writes one file.
pub(crate) struct DataFileWriter {
    writer: SerializedFileWriter<SealedUpload>,
    failure: Failure,
    path: String,
    rows: RowBuffer,
    row_group_bytes: usize,
    row_count: u64,
    bytes: u64,
    key_min: Option<Bytes>,
    key_max: Bytes,
}

#[derive(Default)]
struct RowBuffer {
    keys: Vec<ByteArray>,
    timestamps: Vec<i64>,
    deleted: Vec<bool>,
    items: Vec<ByteArray>,
    item_levels: Vec<i16>,
    bytes: usize,
}

impl DataFileWriter {
    /// Begins a file; nothing is visible before [`Self::finish`].
    pub(crate) fn begin(kind: Kind, path: String, sink: &FileSink) -> Result<Self, ArchiveError> {
        let upload = SealedUpload::begin(
            Arc::clone(&sink.store),
            sink.handle.clone(),
            kind,
            path,
            &sink.key,
            &*sink.randomness,
        );
        let (path, failure) = (upload.path().to_owned(), upload.failure());
        let writer = SerializedFileWriter::new(upload, schema()?, properties(kind)?)
            .map_err(|error| failure.or(&path, error))?;
        Ok(Self {
            writer,
            failure,
            path,
            rows: RowBuffer::default(),
            row_group_bytes: match kind {
                Kind::Keyframe => KEYFRAME_ROW_GROUP_BYTES,
                _ => DELTA_ROW_GROUP_BYTES,
            },
            row_count: 0,
            bytes: 0,
            key_min: None,
            key_max: Bytes::new(),
        })
    }

    /// Adds a change; keys ascend, and timestamps within a key.
    pub(crate) fn add(&mut self, change: &Change) -> Result<(), ArchiveError> {
        self.key_min.get_or_insert_with(|| change.key.clone());
        self.key_max = change.key.clone();
        self.row_count += 1;
        self.bytes += change.bytes();
        self.rows.add(change);
        if self.rows.bytes >= self.row_group_bytes {
            self.write_row_group()
        } else {
            Ok(())
        }
    }

    /// Bytes of keys and items so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ends the file and makes it appear in the store.
    pub(crate) fn finish(mut self) -> Result<DataFile, ArchiveError> {
        self.write_row_group()?;
        let upload = self
            .writer
            .into_inner()
            .map_err(|error| self.failure.or(&self.path, error))?;
        let uploaded = upload.finish()?;
        Ok(DataFile {
            path: uploaded.path,
            length: uploaded.length,
            hash: uploaded.hash,
            rows: self.row_count,
            bytes: self.bytes,
            key_min: self.key_min.unwrap_or_default(),
            key_max: self.key_max,
        })
    }

    fn write_row_group(&mut self) -> Result<(), ArchiveError> {
        if self.rows.keys.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        rows.write(&mut self.writer)
            .map_err(|error| self.failure.or(&self.path, error))
    }
}

impl RowBuffer {
    fn add(&mut self, change: &Change) {
        self.bytes += change.bytes() as usize + 16;
        self.keys.push(change.key.clone().into());
        self.timestamps
            .push(change.timestamp.as_micros().cast_signed());
        self.deleted.push(change.item.is_none());
        self.item_levels.push(i16::from(change.item.is_some()));
        self.items.extend(change.item.clone().map(ByteArray::from));
    }

    fn write(&self, to: &mut SerializedFileWriter<SealedUpload>) -> Result<(), ParquetError> {
        let mut group = to.next_row_group()?;
        // The default batch overshoots pages: it is counted in rows, whatever their size.
        let step = (PAGE_BYTES * self.keys.len() / self.bytes.max(1)).max(1);
        while let Some(mut column) = group.next_column()? {
            match column.untyped() {
                parquet::column::writer::ColumnWriter::Int64ColumnWriter(timestamps) => {
                    timestamps.write_batch(&self.timestamps, None, None)?;
                }
                parquet::column::writer::ColumnWriter::BoolColumnWriter(deleted) => {
                    deleted.write_batch(&self.deleted, None, None)?;
                }
                parquet::column::writer::ColumnWriter::ByteArrayColumnWriter(bytes) => {
                    if bytes.get_descriptor().max_def_level() == 0 {
                        for keys in self.keys.chunks(step) {
                            bytes.write_batch(keys, None, None)?;
                        }
                    } else {
                        let mut items = self.items.as_slice();
                        for levels in self.item_levels.chunks(step) {
                            let present = levels.iter().filter(|level| **level == 1).count();
                            let (now, later) = items.split_at(present);
                            bytes.write_batch(now, Some(levels), None)?;
                            items = later;
                        }
                    }
                }
                _ => return Err(ParquetError::General("a column of another type".to_owned())),
            }
            column.close()?;
        }
        group.close()?;
        Ok(())
    }
}

fn schema() -> Result<TypePtr, ArchiveError> {
    let column = |name, physical, repetition| {
        Type::primitive_type_builder(name, physical)
            .with_repetition(repetition)
            .build()
            .map(Arc::new)
    };
    let build = || -> Result<TypePtr, ParquetError> {
        let fields = vec![
            column("key", Physical::BYTE_ARRAY, Repetition::REQUIRED)?,
            column("commit_ts", Physical::INT64, Repetition::REQUIRED)?,
            column("deleted", Physical::BOOLEAN, Repetition::REQUIRED)?,
            column("item", Physical::BYTE_ARRAY, Repetition::OPTIONAL)?,
        ];
        Type::group_type_builder("change")
            .with_fields(fields)
            .build()
            .map(Arc::new)
    };
    build().map_err(|error| ArchiveError::damaged("Parquet schema", error))
}

fn properties(kind: Kind) -> Result<WriterPropertiesPtr, ArchiveError> {
    let compression = match kind {
        Kind::Keyframe => Compression::ZSTD(
            ZstdLevel::try_new(1).map_err(|error| ArchiveError::damaged("zstd level", error))?,
        ),
        _ => Compression::LZ4_RAW,
    };
    let properties = WriterProperties::builder()
        .set_created_by("anywhen".to_owned())
        .set_dictionary_enabled(false)
        .set_compression(compression)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_column_data_page_size_limit(ColumnPath::from("key"), KEY_PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::from("key"), EnabledStatistics::Page)
        .set_statistics_truncate_length(None)
        .set_column_index_truncate_length(None)
        .set_column_encoding(ColumnPath::from("commit_ts"), Encoding::DELTA_BINARY_PACKED)
        .build();
    Ok(Arc::new(properties))
}

#[cfg(test)]
mod tests;
