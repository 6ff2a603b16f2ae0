//! Scans: whole tables and indexes, or one segment of them, in stored order.

use std::ops::Bound;
use std::sync::Arc;

use anywhen_engine::{Direction, KeyBounds};
use bytes::Bytes;

use super::key_range::contains;
use super::page::{Page, Source};
use super::start_key::{self, Operation};
use super::{Scan, Segment};
use crate::control::off_runtime;
use crate::error::TableError;
use crate::table::Table;

impl Table {
    /// One page of a scan, read on a thread that may block.
    pub async fn scan(self: &Arc<Self>, scan: Scan) -> Result<Page, TableError> {
        let table = Arc::clone(self);
        off_runtime(move || table.scan_page(&scan)).await
    }

    fn scan_page(&self, scan: &Scan) -> Result<Page, TableError> {
        let options = &scan.options;
        let source = Source::find(self, options.index.as_ref())?;
        source.check_consistent(options.consistent_read)?;
        let segment = scan.segment.unwrap_or(Segment {
            number: 0,
            total: 1,
        });
        let mut bounds = segment.bounds();
        let start = options.exclusive_start_key.as_ref();
        let start = start
            .map(|key| start_key::locate(&source, Operation::Scan, key))
            .transpose()?;
        source.check_select(&options.select)?;
        if let Some(start) = start {
            if !contains(&bounds, &start) {
                return Err(segment.wrong_segment());
            }
            bounds.0 = Bound::Excluded(start);
        }
        self.check_read_paths(options.filter.as_ref(), options.projection())?;
        source.read(bounds, Direction::Forward, options)
    }
}

impl Segment {
    /// The keys whose partition hash falls into this segment.
    fn bounds(self) -> KeyBounds {
        let width = u128::MAX / u128::from(self.total.max(1));
        let edge = |number: u32| {
            let hash = width.saturating_mul(u128::from(number));
            Bytes::copy_from_slice(&hash.to_be_bytes())
        };
        let lower = if self.number == 0 {
            Bound::Unbounded
        } else {
            Bound::Included(edge(self.number))
        };
        let upper = if self.number.saturating_add(1) >= self.total {
            Bound::Unbounded
        } else {
            Bound::Excluded(edge(self.number + 1))
        };
        (lower, upper)
    }

    fn wrong_segment(self) -> TableError {
        TableError::validation(format!(
            "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use \
             ExclusiveStartKey with correct Segment. TotalSegments: {} Segment: {}",
            self.total, self.number
        ))
    }
}
