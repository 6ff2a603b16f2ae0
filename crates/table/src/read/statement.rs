//! SELECT: reads of rows, page by page, by whichever access path the statement allows.

use std::ops::Bound;

use anywhen_engine::{Direction, KeyBounds};
use anywhen_expr::partiql::{self, Access, Columns, ItemRead};
use anywhen_expr::{Condition, ExpressionError, KeyRange};
use anywhen_model::{Item, limits};
use bytes::Bytes;

use super::key_range::StoredRange;
use super::page::{Page, Source};
use super::position;
use super::start_key::{self, Operation};
use super::{GetItem, ReadOptions, Select};
use crate::error::TableError;
use crate::record::IndexKind;
use crate::table::Table;
use crate::tokens::REQUEST_HASH_BYTES;

/// What a SELECT is asked for beside its text.
#[derive(Debug, Clone)]
pub struct SelectOptions {
    /// Whether ConsistentRead was asked for, which a global index refuses.
    pub consistent_read: bool,
    /// Most items to read, before the filter; 1 or more.
    pub limit: Option<usize>,
    /// A hash of the statement and its parameters: what positions are good for.
    pub request: [u8; REQUEST_HASH_BYTES],
    /// Where an earlier page ended, as [`Selected::next`] said.
    pub position: Option<Vec<u8>>,
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The rows, and what was read for them.
    pub page: Page,
    /// Where the next page begins, if this is not the last. Not to be read by anyone else.
    pub next: Option<Vec<u8>>,
}

impl Table {
    /// One page of a SELECT. Blocks on the disk.
    pub fn select(
        &self,
        statement: partiql::Select,
        options: &SelectOptions,
    ) -> Result<Selected, TableError> {
        let source = self.source_of(&statement)?;
        source.check_consistent(options.consistent_read)?;
        let plan = statement.plan(source.key_schema()).map_err(refused)?;
        self.check_statement_paths(plan.filter.as_ref(), &plan.columns)?;
        let start = options.position.as_ref();
        let start = start
            .map(|sealed| source.open_position(&options.request, sealed))
            .transpose()?;
        let mut page = match plan.access {
            Access::Item(_) if start.is_some() => return Err(position::mismatch()),
            Access::Item(key) => {
                let read = ItemRead {
                    key,
                    filter: plan.filter,
                    columns: plan.columns,
                };
                let page = self.item_page(&read, options.consistent_read)?;
                return Ok(Selected { page, next: None });
            }
            Access::Partitions {
                ranges,
                forward,
                is_listed,
            } => {
                let most = is_listed.then_some(limits::IN_PAGE_ITEMS_MAX);
                let limit = options.limit.into_iter().chain(most).min();
                let direction = if forward {
                    Direction::Forward
                } else {
                    Direction::Backward
                };
                let ranges = source.bounds_from(&ranges, direction, start.as_ref())?;
                let options = ReadOptions {
                    consistent_read: options.consistent_read,
                    ..source.read_options(plan.filter, &plan.columns, limit)
                };
                source.read_ranges(ranges, direction, &options)?
            }
            Access::Scan => {
                let start = start.map(|start| start_key::locate(&source, Operation::Scan, &start));
                let lower = start.transpose()?.map_or(Bound::Unbounded, Bound::Excluded);
                let options = ReadOptions {
                    consistent_read: options.consistent_read,
                    ..source.read_options(plan.filter, &plan.columns, options.limit)
                };
                source.read((lower, Bound::Unbounded), Direction::Forward, &options)?
            }
        };
        if !plan.columns.are_all() {
            let rows = page.items.into_iter();
            let rows = rows.map(|row| row.narrowed(|item| plan.columns.of_item(item)));
            page.items = rows.collect::<Result<_, _>>()?;
        }
        let next = page.last_evaluated_key.as_ref();
        let next = next.map(|key| source.seal_position(&options.request, key));
        Ok(Selected { page, next })
    }

    /// The plan of a SELECT where only one item may be read; `None` if it does not pin the
    /// primary key.
    pub fn plan_item_read(
        &self,
        statement: partiql::Select,
    ) -> Result<Option<ItemRead>, TableError> {
        let Some(read) = statement.plan_item(&self.record().key_schema) else {
            return Ok(None);
        };
        self.check_statement_paths(read.filter.as_ref(), &read.columns)?;
        Ok(Some(read))
    }

    /// The one item of a plan as a page.
    fn item_page(&self, read: &ItemRead, consistent_read: bool) -> Result<Page, TableError> {
        let found = self.get_item(&GetItem {
            key: read.key.clone(),
            projection: None,
            consistent_read,
        })?;
        let page = Page {
            consumed: found.consumed,
            ..Page::default()
        };
        let Some(item) = found.item else {
            return Ok(page);
        };
        let scanned_bytes = item.size_bytes()?;
        let row = read.row(item.to_item()?);
        let row = row.map(|row| item.narrowed(|_| row)).transpose()?;
        let items = Vec::from_iter(row);
        Ok(Page {
            count: items.len(),
            items,
            scanned_count: 1,
            scanned_bytes,
            ..page
        })
    }

    fn source_of(&self, statement: &partiql::Select) -> Result<Source<'_>, TableError> {
        let find = |name: &str| {
            self.index(name).ok_or_else(|| {
                TableError::validation("The table does not have the specified index")
            })
        };
        Ok(Source {
            table: self,
            index: statement.index().map(find).transpose()?,
        })
    }

    fn check_statement_paths(
        &self,
        filter: Option<&Condition>,
        columns: &Columns,
    ) -> Result<(), TableError> {
        self.check_paths(&columns.paths().collect::<Vec<_>>())?;
        Ok(self.check_read_paths(filter, None)?)
    }
}

impl Source<'_> {
    /// The bounds of the partitions, from the one where an earlier page ended.
    fn bounds_from(
        &self,
        ranges: &[KeyRange],
        direction: Direction,
        start: Option<&Item>,
    ) -> Result<Vec<KeyBounds>, TableError> {
        let secret = self.table.hash_secret();
        let ranges: Vec<_> = ranges
            .iter()
            .map(|range| StoredRange::of(range, secret))
            .collect();
        let Some(start) = start else {
            return Ok(ranges.into_iter().map(|range| range.bounds).collect());
        };
        let start = start_key::locate(self, Operation::Query, start)?;
        let reached = ranges
            .iter()
            .position(|range| range.check_start(&start).is_ok())
            .ok_or_else(position::mismatch)?;
        let mut bounds: Vec<_> = ranges
            .into_iter()
            .skip(reached)
            .map(|range| range.bounds)
            .collect();
        if let Some(first) = bounds.first_mut() {
            cut(first, direction, start);
        }
        Ok(bounds)
    }

    /// Attributes that a global index does not hold are absent from its rows; for those of a
    /// local index the items are fetched.
    fn read_options(
        &self,
        filter: Option<Condition>,
        columns: &Columns,
        limit: Option<usize>,
    ) -> ReadOptions {
        let is_local = |index: &crate::table::Index| index.record.kind == IndexKind::Local;
        let select = match columns.attributes() {
            Some(attributes) if self.index.is_some_and(is_local) => Select::Specific(attributes),
            _ => Select::AllProjectedAttributes,
        };
        ReadOptions {
            filter,
            select,
            limit,
            ..ReadOptions::all()
        }
    }
}

/// What of a range is left behind the key where an earlier page ended.
fn cut(bounds: &mut KeyBounds, direction: Direction, start: Bytes) {
    match direction {
        Direction::Forward => bounds.0 = Bound::Excluded(start),
        Direction::Backward => bounds.1 = Bound::Excluded(start),
    }
}

fn refused(error: ExpressionError) -> TableError {
    TableError::Validation(error.to_string())
}
