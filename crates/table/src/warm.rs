//! Warm throughput: the capacity that a table or global index says it can serve at once.
//!
//! It is what the table is made for now (its reserved capacity, or what every table billed by
//! request begins with), what it was made for before, or what was asked for, whichever is most:
//! it never goes down. Only what cannot be computed from the rest of a record is kept in it.
//! Nothing is throttled by it.

use anywhen_model::limits;
use serde::{Deserialize, Serialize};

use crate::error::TableError;
use crate::record::{BillingMode, IndexRecord, ProvisionedThroughput, TableRecord};

/// Capacity that can be served at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarmThroughput {
    /// Read units per second.
    pub read_units: u64,
    /// Write units per second.
    pub write_units: u64,
}

/// `WarmThroughput` as asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WarmRequest {
    /// `ReadUnitsPerSecond`.
    pub read_units: Option<i64>,
    /// `WriteUnitsPerSecond`.
    pub write_units: Option<i64>,
}

impl WarmThroughput {
    /// What a table or index of this capacity begins with.
    fn initial(billing_mode: BillingMode, throughput: &ProvisionedThroughput) -> Self {
        match billing_mode {
            BillingMode::PayPerRequest => Self {
                read_units: limits::ON_DEMAND_INITIAL_READ_UNITS,
                write_units: limits::ON_DEMAND_INITIAL_WRITE_UNITS,
            },
            BillingMode::Provisioned => Self {
                read_units: throughput.read_units,
                write_units: throughput.write_units,
            },
        }
    }

    /// The larger of each member.
    fn or_more(self, other: Self) -> Self {
        Self {
            read_units: self.read_units.max(other.read_units),
            write_units: self.write_units.max(other.write_units),
        }
    }
}

impl WarmRequest {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What is to be remembered of a new table or index with this request. `what` is "table" or
    /// "index <name>".
    pub fn on_creation(
        self,
        billing_mode: BillingMode,
        throughput: &ProvisionedThroughput,
        what: &str,
    ) -> Result<Option<WarmThroughput>, TableError> {
        let initial = WarmThroughput::initial(billing_mode, throughput);
        let asked = self.not_below(initial, what, |capacity_member| match billing_mode {
            BillingMode::PayPerRequest => "is lower than initial throughput for OnDemand. See: \
                https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/\
                on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
                .to_owned(),
            BillingMode::Provisioned => {
                format!("is lower than {capacity_member} of ProvisionedThroughput")
            }
        })?;
        Ok((asked != initial).then_some(asked))
    }

    /// What the table or index has after the request.
    pub(crate) fn on_update(
        self,
        current: WarmThroughput,
        what: &str,
    ) -> Result<WarmThroughput, TableError> {
        self.not_below(current, what, |_| {
            "is lower than current WarmThroughput, decreasing WarmThroughput is not supported"
                .to_owned()
        })
    }

    fn not_below(
        self,
        least: WarmThroughput,
        what: &str,
        why: impl Fn(&str) -> String,
    ) -> Result<WarmThroughput, TableError> {
        let member =
            |asked: Option<i64>, least: u64, member: &str, capacity_member: &str| match asked
                .map(u64::try_from)
            {
                None => Ok(least),
                Some(Ok(units)) if units >= least => Ok(units),
                Some(_) => Err(TableError::invalid_parameter(format!(
                    "Requested {member} for WarmThroughput for {what} {}",
                    why(capacity_member)
                ))),
            };
        let (read, write) = (self.read_units, self.write_units);
        let read_member = ("ReadUnitsPerSecond", "ReadCapacityUnits");
        let write_member = ("WriteUnitsPerSecond", "WriteCapacityUnits");
        Ok(WarmThroughput {
            read_units: member(read, least.read_units, read_member.0, read_member.1)?,
            write_units: member(write, least.write_units, write_member.0, write_member.1)?,
        })
    }
}

impl TableRecord {
    /// The table's warm throughput.
    pub fn warm_throughput(&self) -> WarmThroughput {
        let initial = WarmThroughput::initial(self.billing_mode, &self.throughput);
        let kept = self.settings.warm;
        kept.map_or(initial, |kept| kept.or_more(initial))
    }

    /// The warm throughput of one of the table's global indexes.
    pub fn index_warm_throughput(&self, index: &IndexRecord) -> WarmThroughput {
        let initial = WarmThroughput::initial(self.billing_mode, &index.throughput);
        index.warm.map_or(initial, |kept| kept.or_more(initial))
    }

    /// Remembers what the table and its indexes could serve before a change of their capacity.
    pub(crate) fn stay_as_warm_as(&mut self, before: &Self) {
        self.warm_to(before.warm_throughput());
        for index in &before.indexes {
            self.warm_index_to(index.number, before.index_warm_throughput(index));
        }
    }

    pub(crate) fn warm_to(&mut self, least: WarmThroughput) {
        let warm = self.warm_throughput().or_more(least);
        let initial = WarmThroughput::initial(self.billing_mode, &self.throughput);
        self.settings.warm = (warm != initial).then_some(warm);
    }

    pub(crate) fn warm_index_to(&mut self, number: u32, least: WarmThroughput) {
        let billing_mode = self.billing_mode;
        let Some(index) = self.indexes.iter_mut().find(|i| i.number == number) else {
            return;
        };
        let initial = WarmThroughput::initial(billing_mode, &index.throughput);
        let warm = index.warm.map_or(initial, |kept| kept.or_more(initial));
        let warm = warm.or_more(least);
        index.warm = (warm != initial).then_some(warm);
    }
}
