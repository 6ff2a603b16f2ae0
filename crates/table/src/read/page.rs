//! One page of a Query or Scan: records of a key range, read until a limit ends it.

use anywhen_engine::{Direction, EntryIterator, KeyBounds, Snapshot};
use anywhen_expr::Condition;
use anywhen_model::{
    CapacityUnits, IndexName, Item, KeySchema, ReadConsistency, limits, stored_size_bytes,
    whole_read_blocks_bytes,
};

use super::get::{ReadItem, damaged};
use super::{ReadOptions, Select};
use crate::capacity::Consumed;
use crate::error::TableError;
use crate::record::{IndexKind, IndexProjection};
use crate::table::{Index, Part, Table};
use crate::throttle::Access;

/// What a Query or Scan read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What was selected of the items that passed the filter; empty if only a count was.
    pub items: Vec<ReadItem>,
    /// How many items passed the filter.
    pub count: usize,
    /// How many items were read.
    pub scanned_count: usize,
    /// Where the page ended; `None` at the end of the range. Keys of the table and the index.
    pub last_evaluated_key: Option<Item>,
    /// Size of the items or index entries read, in bytes.
    pub scanned_bytes: usize,
    /// Sizes of whole items fetched for the entries of a local index, in bytes.
    pub fetched_bytes: Vec<usize>,
    /// What reading it consumed.
    pub consumed: Consumed,
}

impl Page {
    /// What was selected, for those who go on with items.
    pub fn to_items(&self) -> Result<Vec<Item>, TableError> {
        self.items.iter().map(ReadItem::to_item).collect()
    }
}

/// What a Query or Scan reads: a table or one of its indexes.
pub(super) struct Source<'t> {
    pub(super) table: &'t Table,
    pub(super) index: Option<&'t Index>,
}

impl<'t> Source<'t> {
    pub(super) fn find(table: &'t Table, name: Option<&IndexName>) -> Result<Self, TableError> {
        let find = |name: &IndexName| match table.index(name.as_str()) {
            Some(index) if index.record.status.is_filling() => Err(TableError::validation(
                format!("Cannot read from backfilling global secondary index: {name}"),
            )),
            Some(index) => Ok(index),
            None => Err(TableError::validation(format!(
                "The table does not have the specified index: {name}"
            ))),
        };
        Ok(Self {
            table,
            index: name.map(find).transpose()?,
        })
    }

    pub(super) fn part(&self) -> &'t Part {
        self.index.map_or(self.table.items(), |index| &index.part)
    }

    /// The key schema that orders the source.
    pub(super) fn key_schema(&self) -> &'t KeySchema {
        self.index.map_or(&self.table.record().key_schema, |index| {
            &index.record.key_schema
        })
    }

    pub(super) fn check_consistent(&self, consistent_read: bool) -> Result<(), TableError> {
        match self.global_index() {
            Some(_) if consistent_read => Err(TableError::validation(
                "Consistent reads are not supported on global secondary indexes",
            )),
            _ => Ok(()),
        }
    }

    /// What of the items is wanted must be in a global index, which fetches nothing.
    pub(super) fn check_select(&self, select: &Select) -> Result<(), TableError> {
        let Some(index) = self.global_index() else {
            return Ok(());
        };
        let name = &index.record.name;
        match select {
            Select::AllAttributes if index.record.projection != IndexProjection::All => {
                Err(TableError::invalid_parameter(format!(
                    "Select type ALL_ATTRIBUTES is not supported for global secondary index \
                     {name} because its projection type is not ALL"
                )))
            }
            Select::Specific(projection) => {
                match projection.top_level_names().find(|name| !self.holds(name)) {
                    Some(missing) => Err(TableError::invalid_parameter(format!(
                        "Global secondary index {name} does not project [{missing}]"
                    ))),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn global_index(&self) -> Option<&'t Index> {
        self.index
            .filter(|index| index.record.kind == IndexKind::Global)
    }

    /// Whether the records of the source hold this attribute if the item has it.
    fn holds(&self, attribute: &str) -> bool {
        let Some(index) = self.index else { return true };
        let included = match &index.record.projection {
            IndexProjection::All => true,
            IndexProjection::KeysOnly => false,
            IndexProjection::Include(names) => names.contains(attribute),
        };
        included
            || index.record.key_schema.contains(attribute)
            || self.table.record().key_schema.contains(attribute)
    }

    /// Whether whole items have to be fetched. Only local indexes get so far with attributes
    /// they do not hold.
    fn needs_fetch(&self, select: &Select, filter: Option<&Condition>) -> bool {
        let Some(index) = self.index else {
            return false;
        };
        if index.record.kind == IndexKind::Global || index.record.projection == IndexProjection::All
        {
            return false;
        }
        let filtered = || {
            let paths = filter.map(Condition::paths).unwrap_or_default();
            paths.iter().any(|path| !self.holds(path.top_level()))
        };
        match select {
            Select::AllAttributes => true,
            Select::Specific(projection) => {
                projection.top_level_names().any(|name| !self.holds(name)) || filtered()
            }
            Select::AllProjectedAttributes | Select::Count => filtered(),
        }
    }

    /// The keys of table and index in a record.
    fn last_evaluated_key(&self, item: &Item) -> Item {
        let mut key = self.table.record().key_schema.attributes_of_item(item);
        if let Some(index) = self.index {
            key.attributes
                .extend(index.record.key_schema.attributes_of_item(item).attributes);
        }
        key
    }

    /// Reads a page of the records between the bounds.
    pub(super) fn read(
        &self,
        bounds: KeyBounds,
        direction: Direction,
        options: &ReadOptions,
    ) -> Result<Page, TableError> {
        self.read_ranges([bounds], direction, options)
    }

    /// Reads a page of the records of several ranges, one after the other.
    pub(super) fn read_ranges(
        &self,
        ranges: impl IntoIterator<Item = KeyBounds>,
        direction: Direction,
        options: &ReadOptions,
    ) -> Result<Page, TableError> {
        let part = self.part().number;
        self.table.check_capacity(Access::Read, part)?;
        let snapshot = self.table.engine.snapshot()?;
        let mut reader = PageReader {
            source: self,
            snapshot: &*snapshot,
            options,
            fetch: self.needs_fetch(&options.select, options.filter.as_ref()),
            fetched_block_bytes: 0,
            page: Page::default(),
        };
        for bounds in ranges {
            reader.read(snapshot.range(self.part().keyspace, bounds, direction)?)?;
            if reader.page.last_evaluated_key.is_some() {
                break;
            }
        }
        let mut page = reader.page;
        let consistency = ReadConsistency::of(options.consistent_read);
        page.consumed = self.consumed(&page, consistency);
        self.table.charge_read(&page.consumed)?;
        Ok(page)
    }

    /// What reading a page costs: what was read of the source, rounded up once, and each item
    /// fetched from the table, rounded up by itself.
    fn consumed(&self, page: &Page, consistency: ReadConsistency) -> Consumed {
        let read = CapacityUnits::of_read(page.scanned_bytes, consistency);
        let fetched = page.fetched_bytes.iter();
        let fetched = fetched.map(|bytes| CapacityUnits::of_read(*bytes, consistency));
        match self.index {
            None => Consumed::of_table(read),
            Some(index) => Consumed {
                table: fetched.sum(),
                indexes: vec![(index.part.number, read)],
            },
        }
    }
}

struct PageReader<'r, 't> {
    source: &'r Source<'t>,
    snapshot: &'r dyn Snapshot,
    options: &'r ReadOptions,
    fetch: bool,
    /// Sizes of the fetched items, each rounded up to whole blocks of a read, in bytes.
    fetched_block_bytes: usize,
    page: Page,
}

impl PageReader<'_, '_> {
    /// Reads on until the page is full or the records end.
    fn read(&mut self, records: EntryIterator) -> Result<(), TableError> {
        let (table, part) = (self.source.table, self.source.part());
        for record in records {
            let (key, sealed) = record?;
            let record = table.unseal(part.number, &key, &sealed)?;
            self.page.scanned_count += 1;
            self.page.scanned_bytes += stored_size_bytes(&record).map_err(damaged)?;
            let whole = if self.fetch {
                Some(self.fetch(&table.decode(&record)?)?)
            } else {
                None
            };
            let full = self.is_full();
            if full {
                let last = table.decode(&record)?;
                self.page.last_evaluated_key = Some(self.source.last_evaluated_key(&last));
            }
            self.take(record, whole)?;
            if full {
                break;
            }
        }
        Ok(())
    }

    /// A page ends with the item that reaches a limit, whether another would follow or not.
    fn is_full(&self) -> bool {
        self.options
            .limit
            .is_some_and(|limit| self.page.scanned_count >= limit)
            || self.page_bytes() >= limits::PAGE_BYTES
    }

    /// What counts against the size of a page, in bytes. Where items are fetched, the entries
    /// and each of the items count in whole blocks, as they are charged.
    fn page_bytes(&self) -> usize {
        if self.fetch {
            whole_read_blocks_bytes(self.page.scanned_bytes) + self.fetched_block_bytes
        } else {
            self.page.scanned_bytes
        }
    }

    /// The whole item of an index entry, in the same snapshot, in its stored form.
    fn fetch(&mut self, entry: &Item) -> Result<Vec<u8>, TableError> {
        let table = self.source.table;
        let key = table.record().key_schema.attributes_of_item(entry);
        let key = table.stored_key(&key).map_err(|error| {
            TableError::Internal(format!("index entry of table {}: {error}", table.id()))
        })?;
        let item = table.read_stored(self.snapshot, &key)?.ok_or_else(|| {
            TableError::Internal(format!("index entry of table {} without item", table.id()))
        })?;
        let size_bytes = stored_size_bytes(&item).map_err(damaged)?;
        self.fetched_block_bytes += whole_read_blocks_bytes(size_bytes);
        self.page.fetched_bytes.push(size_bytes);
        Ok(item)
    }

    /// Adds what is selected of a record that passes the filter. The filter sees the whole item
    /// where one was fetched; what the index holds is shown all the same if that was asked for.
    /// Only a filter and a projection need more than the stored form.
    fn take(&mut self, record: Vec<u8>, whole: Option<Vec<u8>>) -> Result<(), TableError> {
        let table = self.source.table;
        let seen = || table.decode(whole.as_ref().unwrap_or(&record));
        if let Some(filter) = &self.options.filter
            && !filter.evaluate(Some(&seen()?))
        {
            return Ok(());
        }
        self.page.count += 1;
        let selected = match &self.options.select {
            Select::Count => return Ok(()),
            Select::Specific(projection) => {
                let projected = projection.project(&seen()?);
                ReadItem::part(whole.unwrap_or(record), projected)
            }
            Select::AllAttributes => ReadItem::whole(whole.unwrap_or(record)),
            Select::AllProjectedAttributes => ReadItem::whole(record),
        };
        self.page.items.push(selected);
        Ok(())
    }
}
