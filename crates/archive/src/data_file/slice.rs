//! Slices: stretches of rows of a data file that are fetched and decoded in one go.
//!
//! A row group whose rows are all wanted and that is small enough is one slice. Otherwise it
//! is cut along the pages of `item`: to what a range of keys needs, by the statistics of the
//! pages of `key`, and into pieces of a bounded size. A slice of a group reads only the pages
//! it touches, so a range costs its own bytes and little more, however large row groups are.
//!
//! Rows are views into decoded pages: nothing is copied. Always true: every row of the group
//! in the range of keys is in exactly one slice, in order; rows outside the range may be in
//! one, too. A file without page indexes is read a row group at a time.

use std::ops::Range;
use std::sync::Arc;

use anywhen_model::CommitTimestamp;
use bytes::{Buf as _, Bytes};
use parquet::basic::{Encoding, Type as Physical};
use parquet::column::page::{Page, PageReader as _};
use parquet::column::reader::{ColumnReaderImpl, get_column_reader, get_typed_column_reader};
use parquet::data_type::{BoolType, DataType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::page_index::offset_index::PageLocation;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

use crate::change::Change;
use crate::plan::KeyRange;

const KEY: usize = 0;
const ITEM: usize = 3;
const COLUMNS: usize = 4;
/// Stretches of a file that are no further apart are fetched in one request.
const GAP_BYTES_MAX: u64 = 256 * 1024;

/// Some rows of one row group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slice {
    group: usize,
    rows: Range<usize>,
}

impl Slice {
    /// The slices of a file that hold every row in a range of keys, each of about `bytes_max`
    /// bytes before compression, or of one page.
    pub(crate) fn of(metadata: &ParquetMetaData, range: &KeyRange, bytes_max: u64) -> Vec<Self> {
        let mut slices = Vec::new();
        for (group, found) in metadata.row_groups().iter().enumerate() {
            if may_hold(found, range) {
                cut_group(metadata, group, range, bytes_max, &mut slices);
            }
        }
        slices
    }

    /// The stretches of the file's plaintext that hold the slice, ascending.
    pub(crate) fn stretches(&self, metadata: &ParquetMetaData) -> Vec<Range<u64>> {
        let Some(group) = metadata.row_groups().get(self.group) else {
            return Vec::new();
        };
        let mut stretches: Vec<Range<u64>> = Vec::new();
        let columns = group.columns().iter().enumerate();
        for stretch in columns.map(|(column, chunk)| self.stretch(metadata, column, chunk)) {
            match stretches.last_mut() {
                Some(last)
                    if last.start <= stretch.start
                        && stretch.start <= last.end.saturating_add(GAP_BYTES_MAX) =>
                {
                    last.end = last.end.max(stretch.end);
                }
                _ => stretches.push(stretch),
            }
        }
        stretches
    }

    fn stretch(
        &self,
        metadata: &ParquetMetaData,
        column: usize,
        chunk: &ColumnChunkMetaData,
    ) -> Range<u64> {
        let (start, length) = chunk.byte_range();
        let whole = start..start.saturating_add(length);
        let Some(pages) = locations(metadata, self.group, column) else {
            return whole;
        };
        let first = pages
            .iter()
            .rposition(|page| first_row(page) <= self.rows.start);
        let last = pages
            .iter()
            .rposition(|page| first_row(page) < self.rows.end);
        let bounds = first.zip(last).and_then(|(first, last)| {
            let (first, last) = (pages.get(first)?, pages.get(last)?);
            let end = last.offset.checked_add(last.compressed_page_size.into())?;
            Some(u64::try_from(first.offset).ok()?..u64::try_from(end).ok()?)
        });
        bounds
            .filter(|found| whole.start <= found.start && found.start <= found.end)
            .filter(|found| found.end <= whole.end)
            .unwrap_or(whole)
    }

    /// Decodes the slice out of its stretches.
    pub(crate) fn decode(
        &self,
        metadata: &ParquetMetaData,
        stretches: Vec<(u64, Bytes)>,
    ) -> Result<SliceRows, ParquetError> {
        let no_group = || general("it does not have the row group");
        let group = metadata.row_groups().get(self.group).ok_or_else(no_group)?;
        check_columns(group)?;
        let chunks = Chunks {
            window: Arc::new(Window { stretches }),
            metadata,
            group,
            slice: self,
        };
        Ok(SliceRows {
            keys: PlainPages::read(&chunks, KEY)?,
            timestamps: chunks.values::<Int64Type>(1)?.into_iter(),
            deleted: chunks.values::<BoolType>(2)?.into_iter(),
            items: PlainPages::read(&chunks, ITEM)?,
        })
    }
}

/// The rows of a decoded slice.
pub(crate) struct SliceRows {
    keys: PlainPages,
    timestamps: std::vec::IntoIter<i64>,
    deleted: std::vec::IntoIter<bool>,
    items: PlainPages,
}

impl SliceRows {
    pub(crate) fn next(&mut self) -> Result<Option<Change>, ParquetError> {
        let (Some(at), Some(deleted)) = (self.timestamps.next(), self.deleted.next()) else {
            self.keys.check_ended()?;
            self.items.check_ended()?;
            return Ok(None);
        };
        let no_key = || general("a row has no key");
        Ok(Some(Change {
            key: self.keys.next(true)?.ok_or_else(no_key)?,
            timestamp: CommitTimestamp::from_micros(at.cast_unsigned()),
            item: self.items.next(!deleted)?,
        }))
    }
}

/// Adds a row group's slices.
fn cut_group(
    metadata: &ParquetMetaData,
    group: usize,
    range: &KeyRange,
    bytes_max: u64,
    slices: &mut Vec<Slice>,
) {
    let rows = metadata.row_groups().get(group).map_or(0, row_count);
    let pages = locations(metadata, group, ITEM).filter(|pages| {
        pages.first().is_some_and(|page| first_row(page) == 0) && pages.is_sorted_by_key(first_row)
    });
    let Some(pages) = pages else {
        slices.push(Slice {
            group,
            rows: 0..rows,
        });
        return;
    };
    let wanted = wanted_rows(metadata, group, range, rows);
    let sizes = plain_sizes(metadata, group);
    let mut open: Option<(usize, u64)> = None;
    for (number, page) in pages.iter().enumerate() {
        let start = first_row(page);
        let end = pages.get(number + 1).map_or(rows, first_row);
        if end <= wanted.start || wanted.end <= start {
            continue;
        }
        let fallback = u64::try_from(page.compressed_page_size).unwrap_or(0);
        let size = sizes
            .and_then(|sizes| u64::try_from(*sizes.get(number)?).ok())
            .unwrap_or(fallback);
        let (slice_start, bytes) = open.get_or_insert((start, 0));
        *bytes += size;
        if *bytes >= bytes_max || wanted.end <= end {
            let rows = *slice_start..end;
            slices.push(Slice { group, rows });
            open = None;
        }
    }
}

/// The rows that can hold a key of the range, by the pages of `key`.
fn wanted_rows(
    metadata: &ParquetMetaData,
    group: usize,
    range: &KeyRange,
    rows: usize,
) -> Range<usize> {
    let index = metadata
        .page_index()
        .and_then(|index| index.column_index(group, KEY));
    let (Some(ColumnIndexMetaData::BYTE_ARRAY(index)), Some(pages)) =
        (index, locations(metadata, group, KEY))
    else {
        return 0..rows;
    };
    let touches = |bounds: (Option<&[u8]>, Option<&[u8]>)| {
        let bounds = bounds.0.zip(bounds.1);
        bounds.is_none_or(|(first, last)| range.touches(first, last))
    };
    let touched: Vec<bool> = index
        .min_values_iter()
        .zip(index.max_values_iter())
        .map(touches)
        .collect();
    if touched.len() != pages.len() {
        return 0..rows;
    }
    let first = touched.iter().position(|touched| *touched);
    let last = touched.iter().rposition(|touched| *touched);
    let (Some(first), Some(last)) = (first, last) else {
        return 0..0;
    };
    let start = pages.get(first).map_or(0, first_row);
    start..pages.get(last + 1).map_or(rows, first_row)
}

fn may_hold(group: &RowGroupMetaData, range: &KeyRange) -> bool {
    let statistics = group
        .columns()
        .first()
        .and_then(|column| column.statistics());
    let bounds = statistics.and_then(|keys| keys.min_bytes_opt().zip(keys.max_bytes_opt()));
    bounds.is_none_or(|(first, last)| range.touches(first, last))
}

fn locations(
    metadata: &ParquetMetaData,
    group: usize,
    column: usize,
) -> Option<&Vec<PageLocation>> {
    let index = metadata.page_index()?.offset_index(group, column)?;
    Some(index.page_locations()).filter(|pages| !pages.is_empty())
}

fn plain_sizes(metadata: &ParquetMetaData, group: usize) -> Option<&Vec<i64>> {
    let index = metadata.page_index()?.offset_index(group, ITEM)?;
    index.unencoded_byte_array_data_bytes()
}

fn first_row(page: &PageLocation) -> usize {
    usize::try_from(page.first_row_index).unwrap_or(0)
}

fn row_count(group: &RowGroupMetaData) -> usize {
    usize::try_from(group.num_rows()).unwrap_or(0)
}

fn check_columns(group: &RowGroupMetaData) -> Result<(), ParquetError> {
    let types = [
        Physical::BYTE_ARRAY,
        Physical::INT64,
        Physical::BOOLEAN,
        Physical::BYTE_ARRAY,
    ];
    let found = group.columns().iter().map(ColumnChunkMetaData::column_type);
    if found.eq(types) {
        Ok(())
    } else {
        Err(general("it does not have the columns of changes"))
    }
}

/// The columns of a slice, where they lie in the file and in memory.
struct Chunks<'a> {
    window: Arc<Window>,
    metadata: &'a ParquetMetaData,
    group: &'a RowGroupMetaData,
    slice: &'a Slice,
}

impl Chunks<'_> {
    fn chunk(&self, column: usize) -> Result<&ColumnChunkMetaData, ParquetError> {
        let chunk = self.group.columns().get(column);
        chunk.ok_or_else(|| general(format!("it does not have {COLUMNS} columns")))
    }

    fn pages(&self, column: usize) -> Result<SerializedPageReader<Window>, ParquetError> {
        let (chunk, window) = (self.chunk(column)?, Arc::clone(&self.window));
        let pages = locations(self.metadata, self.slice.group, column).cloned();
        SerializedPageReader::new(window, chunk, row_count(self.group), pages)
    }

    /// The slice's values of a required column.
    fn values<T: DataType>(&self, column: usize) -> Result<Vec<T::T>, ParquetError> {
        let (pages, descriptor) = (self.pages(column)?, self.chunk(column)?.column_descr_ptr());
        let reader = get_column_reader(descriptor, Box::new(pages));
        let mut reader: ColumnReaderImpl<T> = get_typed_column_reader(reader);
        let (start, wanted) = (self.slice.rows.start, self.slice.rows.len());
        let mut values = Vec::with_capacity(wanted);
        let skipped = reader.skip_records(start)?;
        let (rows, _, _) = reader.read_records(wanted, None, None, &mut values)?;
        if (skipped, rows, values.len()) == (start, wanted, wanted) {
            Ok(values)
        } else {
            Err(general("its columns differ in length"))
        }
    }
}

/// Byte strings of a column, page by page, as views into the pages.
struct PlainPages {
    pages: std::vec::IntoIter<PlainPage>,
    page: PlainPage,
}

#[derive(Default)]
struct PlainPage {
    /// Rows left, those without a value too.
    rows: usize,
    /// `length u32 little-endian | bytes`, of each value that is left.
    values: Bytes,
}

impl PlainPages {
    /// Decompresses the pages of a column that the slice touches.
    fn read(chunks: &Chunks<'_>, column: usize) -> Result<Self, ParquetError> {
        let optional = chunks.chunk(column)?.column_descr().max_def_level() > 0;
        let mut reader = chunks.pages(column)?;
        let Range { start, end } = chunks.slice.rows;
        let (mut row, mut pages) = (0, Vec::new());
        while row < end {
            let known = reader.peek_next_page()?.and_then(|page| page.num_rows);
            if let Some(rows) = known.filter(|rows| row + rows <= start) {
                reader.skip_next_page()?;
                row += rows;
                continue;
            }
            let page = reader.get_next_page()?.ok_or_else(too_short)?;
            let mut page = PlainPage::of(page, optional)?;
            let after = row + page.rows;
            if after <= start {
                row = after;
                continue;
            }
            for _ in row..start {
                if optional {
                    return Err(general("a slice does not begin with a page"));
                }
                page.next(true)?;
            }
            // A key page may go on beyond the slice.
            page.cut(after.saturating_sub(end), optional)?;
            row = after;
            pages.push(page);
        }
        Ok(Self {
            pages: pages.into_iter(),
            page: PlainPage::default(),
        })
    }

    /// The next row's value, if it has one.
    fn next(&mut self, present: bool) -> Result<Option<Bytes>, ParquetError> {
        while self.page.rows == 0 {
            self.page.check_ended()?;
            self.page = self.pages.next().ok_or_else(too_short)?;
        }
        self.page.next(present)
    }

    fn check_ended(&self) -> Result<(), ParquetError> {
        self.page.check_ended()?;
        let left = self.page.rows
            + self
                .pages
                .as_slice()
                .iter()
                .map(|page| page.rows)
                .sum::<usize>();
        if left == 0 { Ok(()) } else { Err(too_short()) }
    }
}

impl PlainPage {
    fn of(page: Page, optional: bool) -> Result<Self, ParquetError> {
        let Page::DataPage {
            buf: mut values,
            num_values,
            encoding: Encoding::PLAIN,
            def_level_encoding,
            ..
        } = page
        else {
            return Err(general("a page is not plain"));
        };
        if optional {
            if def_level_encoding != Encoding::RLE {
                return Err(general("a page's levels are not run lengths"));
            }
            // Which rows have a value, `deleted` says as well; its column is what is gone by.
            let levels = values.try_get_u32_le().map_err(|_| too_short())? as usize;
            if values.len() < levels {
                return Err(too_short());
            }
            values.advance(levels);
        }
        Ok(Self {
            rows: num_values as usize,
            values,
        })
    }

    fn next(&mut self, present: bool) -> Result<Option<Bytes>, ParquetError> {
        self.rows = self.rows.checked_sub(1).ok_or_else(too_short)?;
        if !present {
            return Ok(None);
        }
        let length = self.values.try_get_u32_le().map_err(|_| too_short())? as usize;
        if self.values.len() < length {
            return Err(too_short());
        }
        Ok(Some(self.values.split_to(length)))
    }

    /// Leaves out the last rows.
    fn cut(&mut self, rows: usize, optional: bool) -> Result<(), ParquetError> {
        if rows == 0 {
            return Ok(());
        }
        if optional {
            return Err(general("a slice does not end with a page"));
        }
        let mut rest = Self {
            rows: self.rows,
            values: self.values.clone(),
        };
        for _ in 0..self.rows.saturating_sub(rows) {
            rest.next(true)?;
        }
        let kept = self.values.len() - rest.values.len();
        self.values.truncate(kept);
        self.rows -= rows;
        Ok(())
    }

    /// Fails if there are values that no row has taken: an item that is both there and deleted.
    fn check_ended(&self) -> Result<(), ParquetError> {
        if self.rows > 0 || self.values.is_empty() {
            Ok(())
        } else {
            Err(general("an item is both there and deleted"))
        }
    }
}

fn general(text: impl Into<String>) -> ParquetError {
    ParquetError::General(text.into())
}

fn too_short() -> ParquetError {
    general("its columns differ in length")
}

/// Stretches of a file in memory, addressed by the file's offsets.
struct Window {
    /// Ascending, disjoint.
    stretches: Vec<(u64, Bytes)>,
}

impl Window {
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let found = self.stretches.iter().rev().find(|(at, _)| *at <= start);
        let skip = found.and_then(|(at, bytes)| {
            let skip = usize::try_from(start - at).ok()?;
            (skip <= bytes.len()).then(|| bytes.slice(skip..))
        });
        skip.ok_or_else(|| ParquetError::EOF("a page lies outside its row group".to_owned()))
    }
}

impl Length for Window {
    fn len(&self) -> u64 {
        let last = self.stretches.last();
        last.map_or(0, |(start, bytes)| start + bytes.len() as u64)
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
