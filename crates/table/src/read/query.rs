//! Queries: the items of one partition key, in the order of the sort key.

use std::ops::Bound;

use anywhen_engine::Direction;
use anywhen_expr::ExpressionError;

use super::Query;
use super::key_range::StoredRange;
use super::page::{Page, Source};
use super::start_key::{self, Operation};
use crate::error::TableError;
use crate::keys::names;
use crate::table::Table;

impl Table {
    /// One page of a query. Blocks on the disk.
    pub fn query(&self, query: &Query) -> Result<Page, TableError> {
        let options = &query.options;
        let source = Source::find(self, options.index.as_ref())?;
        source.check_consistent(options.consistent_read)?;
        let start = options.exclusive_start_key.as_ref();
        let start = start
            .map(|key| start_key::locate(&source, Operation::Query, key))
            .transpose()?;
        let range = query
            .key_condition
            .resolve(source.key_schema())
            .map_err(refused)?;
        let range = StoredRange::of(&range, self.hash_secret());
        if let Some(start) = &start {
            range.check_start(start)?;
        }
        self.check_read_paths(None, options.projection())?;
        if let Some(filter) = &options.filter {
            filter
                .check_no_key_attributes(&names(source.key_schema()))
                .map_err(refused)?;
        }
        source.check_select(&options.select)?;
        self.check_read_paths(options.filter.as_ref(), None)?;
        let (mut lower, mut upper) = range.bounds;
        let direction = if query.forward {
            Direction::Forward
        } else {
            Direction::Backward
        };
        if let Some(start) = start {
            match direction {
                Direction::Forward => lower = Bound::Excluded(start),
                Direction::Backward => upper = Bound::Excluded(start),
            }
        }
        source.read((lower, upper), direction, options)
    }
}

fn refused(error: ExpressionError) -> TableError {
    TableError::Validation(error.to_string())
}
