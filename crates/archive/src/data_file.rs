//! Keyframe and delta files: Parquet inside a sealed object, sorted by key and time.
//!
//! Columns: `key` BYTE_ARRAY, `commit_ts` INT64 (microseconds), `deleted` BOOLEAN, `item`
//! optional BYTE_ARRAY (the stored form; null where deleted). Keyframes are zstd-1 with row
//! groups of about 16 MiB, deltas LZ4_RAW with about 4 MiB: a restore reads one keyframe and
//! many deltas at once, and holds one row group of each. No dictionary, statistics on `key`
//! alone, untruncated, so that a range of keys skips row groups.
//!
//! Both ends work on a blocking thread. What is read has been authenticated chunk by chunk
//! before the Parquet library sees it; what it still refuses is damage by whoever held the key.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anywhen_kms::MasterKey;
use anywhen_model::{CommitTimestamp, Randomness};
use bytes::{Buf as _, Bytes};
use parquet::basic::{Compression, Encoding, Repetition, Type as Physical, ZstdLevel};
use parquet::column::reader::{ColumnReaderImpl, get_column_reader, get_typed_column_reader};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData,
};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type, TypePtr};
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::change::Change;
use crate::manifest::DataFile;
use crate::plan::KeyRange;
use crate::sealed::{Kind, SealedObject, SealingKey};
use crate::store::Store;
use crate::upload::{Failure, SealedUpload};

const PAGE_BYTES: usize = 64 * 1024;
const KEYFRAME_ROW_GROUP_BYTES: usize = 16 * 1024 * 1024;
const DELTA_ROW_GROUP_BYTES: usize = 4 * 1024 * 1024;
/// Rows are decoded in batches of about this size.
const READ_BATCH_BYTES: u64 = 128 * 1024;
const COLUMNS: usize = 4;

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
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled(ColumnPath::from("key"), EnabledStatistics::Page)
        .set_statistics_truncate_length(None)
        .set_column_index_truncate_length(None)
        .set_column_encoding(ColumnPath::from("commit_ts"), Encoding::DELTA_BINARY_PACKED)
        .build();
    Ok(Arc::new(properties))
}

/// Reads the changes of a file whose keys are in a range, in order, one row group at a time.
pub(crate) struct DataFileCursor {
    object: SealedObject,
    handle: Handle,
    metadata: Arc<ParquetMetaData>,
    range: KeyRange,
    next_group: usize,
    group: Option<GroupCursor>,
    batch: VecDeque<Change>,
}

impl DataFileCursor {
    pub(crate) fn open(
        store: Arc<Store>,
        handle: Handle,
        kind: Kind,
        path: &str,
        length: u64,
        range: KeyRange,
        master: &MasterKey,
    ) -> Result<Self, ArchiveError> {
        let object = handle.block_on(SealedObject::open(store, kind, path, length, master))?;
        let metadata = read_metadata(&object, &handle)?;
        Ok(Self {
            object,
            handle,
            metadata: Arc::new(metadata),
            range,
            next_group: 0,
            group: None,
            batch: VecDeque::new(),
        })
    }

    /// The next change, or `None` at the end of the range.
    pub(crate) fn next(&mut self) -> Result<Option<Change>, ArchiveError> {
        loop {
            if let Some(change) = self.batch.pop_front() {
                if self.range.ends_before(&change.key) {
                    return Ok(None);
                }
                if self.range.start <= change.key {
                    return Ok(Some(change));
                }
                continue;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// Decodes the next batch; false at the end of the file.
    fn fill(&mut self) -> Result<bool, ArchiveError> {
        if let Some(group) = &mut self.group {
            let damaged = |error| ArchiveError::damaged(self.object.path(), error);
            if group.read(&mut self.batch).map_err(damaged)? {
                return Ok(true);
            }
            self.group = None;
        }
        while let Some(group) = self.metadata.row_groups().get(self.next_group) {
            self.next_group += 1;
            if may_hold(group, &self.range) {
                self.group = Some(self.open_group(group)?);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fetches a row group whole, in one request.
    fn open_group(&self, group: &RowGroupMetaData) -> Result<GroupCursor, ArchiveError> {
        let path = self.object.path();
        let ranges = || group.columns().iter().map(ColumnChunkMetaData::byte_range);
        let start = ranges().map(|(start, _)| start).min().unwrap_or(0);
        let end = ranges()
            .map(|(start, length)| start.saturating_add(length))
            .max()
            .unwrap_or(0);
        let bytes = self.handle.block_on(self.object.read(start..end))?;
        GroupCursor::open(Window { start, bytes }, group)
            .map_err(|error| ArchiveError::damaged(path, error))
    }
}

struct GroupCursor {
    keys: ColumnReaderImpl<ByteArrayType>,
    timestamps: ColumnReaderImpl<Int64Type>,
    deleted: ColumnReaderImpl<BoolType>,
    items: ColumnReaderImpl<ByteArrayType>,
    batch_rows: usize,
}

impl GroupCursor {
    fn open(window: Window, group: &RowGroupMetaData) -> Result<Self, ParquetError> {
        let window = Arc::new(window);
        let [keys, timestamps, deleted, items] = group.columns() else {
            return Err(ParquetError::General(format!(
                "it does not have {COLUMNS} columns"
            )));
        };
        let types = [
            Physical::BYTE_ARRAY,
            Physical::INT64,
            Physical::BOOLEAN,
            Physical::BYTE_ARRAY,
        ];
        if group
            .columns()
            .iter()
            .zip(types)
            .any(|(column, wanted)| column.column_type() != wanted)
        {
            return Err(ParquetError::General(
                "its columns have other types".to_owned(),
            ));
        }
        let rows = group.num_rows().max(0).cast_unsigned();
        let reader = |column: &ColumnChunkMetaData| {
            let pages =
                SerializedPageReader::new(Arc::clone(&window), column, rows as usize, None)?;
            Ok::<_, ParquetError>(get_column_reader(
                column.column_descr_ptr(),
                Box::new(pages),
            ))
        };
        let row_bytes = (group.total_byte_size().max(1).cast_unsigned() / rows.max(1)).max(1);
        Ok(Self {
            keys: get_typed_column_reader(reader(keys)?),
            timestamps: get_typed_column_reader(reader(timestamps)?),
            deleted: get_typed_column_reader(reader(deleted)?),
            items: get_typed_column_reader(reader(items)?),
            batch_rows: (READ_BATCH_BYTES / row_bytes).clamp(1, 8192) as usize,
        })
    }

    /// Decodes some rows; false when there are none left.
    fn read(&mut self, into: &mut VecDeque<Change>) -> Result<bool, ParquetError> {
        let (mut keys, mut timestamps, mut deleted, mut items, mut levels) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (rows, _, _) = self
            .keys
            .read_records(self.batch_rows, None, None, &mut keys)?;
        self.timestamps
            .read_records(rows, None, None, &mut timestamps)?;
        self.deleted.read_records(rows, None, None, &mut deleted)?;
        self.items
            .read_records(rows, Some(&mut levels), None, &mut items)?;
        if [timestamps.len(), deleted.len(), levels.len()] != [rows; 3] {
            return Err(ParquetError::General(
                "its columns differ in length".to_owned(),
            ));
        }
        let mut items = items.into_iter();
        for (((key, at), deleted), level) in keys.iter().zip(timestamps).zip(deleted).zip(levels) {
            let item = if level == 1 { items.next() } else { None };
            if item.is_none() != deleted {
                return Err(ParquetError::General(
                    "an item is both there and deleted".to_owned(),
                ));
            }
            into.push_back(Change {
                key: Bytes::copy_from_slice(key.data()),
                timestamp: CommitTimestamp::from_micros(at.cast_unsigned()),
                item: item.map(|item| Bytes::copy_from_slice(item.data())),
            });
        }
        Ok(rows > 0)
    }
}

fn may_hold(group: &RowGroupMetaData, range: &KeyRange) -> bool {
    let statistics = group
        .columns()
        .first()
        .and_then(|column| column.statistics());
    let bounds = statistics.and_then(|keys| keys.min_bytes_opt().zip(keys.max_bytes_opt()));
    bounds.is_none_or(|(first, last)| range.touches(first, last))
}

fn read_metadata(object: &SealedObject, handle: &Handle) -> Result<ParquetMetaData, ArchiveError> {
    let damaged = |error| ArchiveError::damaged(object.path(), error);
    // The end of the file almost always holds the whole footer; if not, its size is known now.
    let mut tail_bytes = object.len().min(PAGE_BYTES as u64);
    loop {
        let start = object.len() - tail_bytes;
        let bytes = handle.block_on(object.read(start..object.len()))?;
        let mut reader = ParquetMetaDataReader::new();
        match reader.try_parse_sized(&bytes, object.len()) {
            Ok(()) => return reader.finish().map_err(damaged),
            Err(ParquetError::NeedMoreData(needed)) if needed as u64 > tail_bytes => {
                tail_bytes = needed as u64;
                if tail_bytes > object.len() {
                    return Err(ArchiveError::damaged(
                        object.path(),
                        "its footer is too long",
                    ));
                }
            }
            Err(error) => return Err(damaged(error)),
        }
    }
}

/// A stretch of a file in memory, addressed by the file's offsets.
struct Window {
    start: u64,
    bytes: Bytes,
}

impl Window {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let skip = start
            .checked_sub(self.start)
            .filter(|skip| *skip <= self.bytes.len() as u64);
        skip.map(|skip| self.bytes.slice(skip as usize..))
            .ok_or_else(|| ParquetError::EOF("a page lies outside its row group".to_owned()))
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Window {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF(
                "a page lies outside its row group".to_owned(),
            ));
        }
        Ok(bytes.slice(..length))
    }
}

#[cfg(test)]
mod tests;
