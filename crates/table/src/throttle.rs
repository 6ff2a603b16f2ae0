//! Throttling: requests refused because the capacity they would consume is used up.
//!
//! Off unless [`crate::TablesOptions::throttling`] says otherwise; then a table has no
//! [`Throttle`] and each question here is one comparison. When on:
//!
//! * A table and each of its global indexes have a bucket for reads and one for writes. Reserved
//!   capacity fills it, up to what comes in within 300 seconds; a bound of capacity billed by
//!   request fills it up to one second's worth. Without a bound there is no bucket.
//! * A new bucket, also after a restart, holds one second's worth.
//! * A request is admitted while every bucket it takes from is above empty, takes what it consumes
//!   from all of them at once or from none, and may leave debts. What local indexes consume is the
//!   table's. A write takes from the indexes whose entries it changes, so an index that is short of
//!   capacity holds back writes of its table.
//! * Who is refused has changed nothing and consumed nothing. A condition that was false has
//!   consumed what it looked at.
//!
//! Ceilings of single partitions, the gradual growth of capacity billed by request, and the quotas
//! of an account are not modelled: there are no partitions here.
//!
//! Start at [`Table::take`]; [`ThroughputExceeded`] is what a client is told.

mod bucket;

use std::collections::HashMap;
use std::sync::Arc;

use anywhen_model::{CapacityUnits, Clock};
use parking_lot::Mutex;

use self::bucket::{Bucket, Rate};
use crate::capacity::Consumed;
use crate::error::TableError;
use crate::record::{BillingMode, IndexKind, OnDemandThroughput, ProvisionedThroughput};
use crate::table::{ITEMS_PART, Table};

/// How much unused reserved capacity is kept (developer guide, "Burst capacity").
const PROVISIONED_BURST_SECONDS: u32 = 300;
/// A bound of capacity billed by request holds for each second.
const ON_DEMAND_BURST_SECONDS: u32 = 1;

/// What a request wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Read items.
    Read,
    /// Write items.
    Write,
}

/// What kind of limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThroughputLimit {
    /// Reserved capacity.
    Provisioned,
    /// The bound of capacity billed by request.
    OnDemandMaximum,
}

/// A request was refused because capacity is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThroughputExceeded {
    /// What it wanted to do.
    pub access: Access,
    /// What kind of limit it met; one table has one kind.
    pub limit: ThroughputLimit,
    /// Whose capacity is used up: the table first, then global indexes in the order of their
    /// definition. Never empty.
    pub exceeded: Vec<ThrottledResource>,
}

/// A table or index whose capacity is used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThrottledResource {
    /// Whether it is an index.
    pub is_index: bool,
    /// Its ARN.
    pub arn: String,
}

impl ThroughputExceeded {
    /// The `reason` of a resource in `ThrottlingReasons`.
    pub fn reason(&self, resource: &ThrottledResource) -> String {
        let kind = if resource.is_index { "Index" } else { "Table" };
        let access = match self.access {
            Access::Read => "Read",
            Access::Write => "Write",
        };
        let limit = match self.limit {
            ThroughputLimit::Provisioned => "ProvisionedThroughputExceeded",
            ThroughputLimit::OnDemandMaximum => "MaxOnDemandThroughputExceeded",
        };
        format!("{kind}{access}{limit}")
    }

    /// DynamoDB's text.
    pub fn text(&self) -> &'static str {
        let only_indexes = self.exceeded.iter().all(|resource| resource.is_index);
        match self.limit {
            ThroughputLimit::Provisioned if only_indexes => {
                "The level of configured provisioned throughput for one or more global secondary \
                 indexes of the table was exceeded. Consider increasing your provisioning level \
                 for the under-provisioned global secondary indexes with the UpdateTable API"
            }
            ThroughputLimit::Provisioned => {
                "The level of configured provisioned throughput for the table was exceeded. \
                 Consider increasing your provisioning level with the UpdateTable API."
            }
            ThroughputLimit::OnDemandMaximum => {
                "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
            }
        }
    }

    /// The `Code` of a cancelled transaction's reason.
    pub fn cancellation_code(&self) -> &'static str {
        match self.limit {
            ThroughputLimit::Provisioned => "ProvisionedThroughputExceeded",
            ThroughputLimit::OnDemandMaximum => "ThrottlingError",
        }
    }
}

impl std::fmt::Display for ThroughputExceeded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.text())
    }
}

/// The buckets of one table, shared by all versions of its catalog entry.
pub(crate) struct Throttle {
    clock: Arc<dyn Clock>,
    buckets: Mutex<Buckets>,
}

/// By part, the items' standing for the table, and what it is asked for.
type Buckets = HashMap<(u32, Access), Bucket>;

/// What was taken from a table's buckets.
#[derive(Debug, Default)]
#[must_use = "what a request that fails has taken must be given back"]
pub(crate) struct Taken {
    halves: Vec<((u32, Access), u64)>,
}

impl Throttle {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            buckets: Mutex::default(),
        }
    }
}

impl Table {
    /// Refuses a request that is about to look at the items, or at an index's entries, if there is
    /// no capacity for it: it would be refused when it is done.
    pub(crate) fn check_capacity(&self, access: Access, part: u32) -> Result<(), TableError> {
        if self.throttle().is_some() {
            self.give_back(self.take_from(access, &[(self.bucket_part(part), 0)])?);
        }
        Ok(())
    }

    /// Takes what a request consumes, all of it or nothing.
    pub(crate) fn take(&self, access: Access, consumed: &Consumed) -> Result<Taken, TableError> {
        if self.throttle().is_none() {
            return Ok(Taken::default());
        }
        self.take_from(access, &self.shares(consumed))
    }

    /// Takes what was consumed by a request that was not going to be refused.
    pub(crate) fn take_anyway(&self, access: Access, consumed: &Consumed) {
        let Some(throttle) = self.throttle() else {
            return;
        };
        let mut buckets = throttle.buckets.lock();
        for (part, halves) in self.shares(consumed) {
            if let Some(bucket) = self.bucket_now(throttle, &mut buckets, (part, access)) {
                bucket.take(halves);
            }
        }
    }

    /// Puts back what a request has taken that did nothing after all.
    pub(crate) fn give_back(&self, taken: Taken) {
        let Some(throttle) = self.throttle() else {
            return;
        };
        let mut buckets = throttle.buckets.lock();
        for (key, halves) in taken.halves {
            if let Some(bucket) = buckets.get_mut(&key) {
                bucket.give_back(halves);
            }
        }
    }

    fn take_from(&self, access: Access, shares: &[(u32, u64)]) -> Result<Taken, TableError> {
        let Some(throttle) = self.throttle() else {
            return Ok(Taken::default());
        };
        let mut buckets = throttle.buckets.lock();
        let mut exceeded = Vec::new();
        for (part, _) in shares {
            let bucket = self.bucket_now(throttle, &mut buckets, (*part, access));
            if bucket.is_some_and(|bucket| !bucket.is_open()) {
                exceeded.push(self.throttled(*part));
            }
        }
        if !exceeded.is_empty() {
            self.count_throttled();
            return Err(TableError::ThroughputExceeded(ThroughputExceeded {
                access,
                limit: match self.record().billing_mode {
                    BillingMode::Provisioned => ThroughputLimit::Provisioned,
                    BillingMode::PayPerRequest => ThroughputLimit::OnDemandMaximum,
                },
                exceeded,
            }));
        }
        let mut taken = Taken::default();
        for (part, halves) in shares {
            let key = (*part, access);
            if let Some(bucket) = buckets.get_mut(&key) {
                bucket.take(*halves);
                taken.halves.push((key, *halves));
            }
        }
        Ok(taken)
    }

    /// Half units by the part whose bucket gives them, in the order in which resources are named.
    fn shares(&self, consumed: &Consumed) -> Vec<(u32, u64)> {
        let mut shares = vec![(ITEMS_PART, consumed.table.halves())];
        for index in self.indexes() {
            let number = index.part.number;
            let mut parts = consumed.indexes.iter();
            let Some((_, units)) = parts.find(|(part, _)| *part == number) else {
                continue;
            };
            let halves = CapacityUnits::halves(*units);
            match (index.record.kind, shares.first_mut()) {
                (IndexKind::Local, Some((_, of_table))) => *of_table += halves,
                _ => shares.push((number, halves)),
            }
        }
        shares.retain(|(_, halves)| *halves > 0);
        shares
    }

    /// The part whose bucket serves a part.
    fn bucket_part(&self, part: u32) -> u32 {
        let mut indexes = self.indexes().iter();
        let index = indexes.find(|index| index.part.number == part);
        match index.map(|index| index.record.kind) {
            Some(IndexKind::Global) => part,
            Some(IndexKind::Local) | None => ITEMS_PART,
        }
    }

    /// The bucket as it stands now; `None` without a limit.
    fn bucket_now<'b>(
        &self,
        throttle: &Throttle,
        buckets: &'b mut Buckets,
        key: (u32, Access),
    ) -> Option<&'b mut Bucket> {
        let Some(rate) = self.rate(key) else {
            // When a limit comes back, it begins anew.
            buckets.remove(&key);
            return None;
        };
        let now = throttle.clock.now_micros();
        let bucket = buckets.entry(key).or_insert_with(|| Bucket::new(rate, now));
        bucket.fill(rate, now);
        Some(bucket)
    }

    fn rate(&self, (part, access): (u32, Access)) -> Option<Rate> {
        let record = self.record();
        let (throughput, on_demand) = match part {
            ITEMS_PART => (&record.throughput, record.on_demand),
            number => {
                let index = record.index_by_number(number)?;
                (&index.throughput, index.on_demand)
            }
        };
        match record.billing_mode {
            BillingMode::Provisioned => Some(Rate {
                units_per_second: reserved(throughput, access),
                burst_seconds: PROVISIONED_BURST_SECONDS,
            }),
            BillingMode::PayPerRequest => Some(Rate {
                units_per_second: bound(on_demand?, access)?,
                burst_seconds: ON_DEMAND_BURST_SECONDS,
            }),
        }
    }

    fn throttled(&self, part: u32) -> ThrottledResource {
        let (realm, record) = (self.realm(), self.record());
        let table = anywhen_model::TableArn {
            realm: realm.clone(),
            table: record.name.clone(),
        };
        match record.index_by_number(part) {
            None => ThrottledResource {
                is_index: false,
                arn: table.to_string(),
            },
            Some(index) => ThrottledResource {
                is_index: true,
                arn: format!("{table}/index/{}", index.name),
            },
        }
    }
}

fn reserved(throughput: &ProvisionedThroughput, access: Access) -> u64 {
    match access {
        Access::Read => throughput.read_units,
        Access::Write => throughput.write_units,
    }
}

fn bound(bounds: OnDemandThroughput, access: Access) -> Option<u64> {
    match access {
        Access::Read => bounds.read_units_max,
        Access::Write => bounds.write_units_max,
    }
}
