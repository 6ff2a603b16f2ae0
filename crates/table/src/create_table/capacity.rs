//! Capacity as asked for, against the billing mode and the bounds.

use anywhen_model::limits;

use super::{OnDemandLimits, Throughput};
use crate::error::TableError;
use crate::record::{BillingMode, OnDemandThroughput, ProvisionedThroughput};

impl Throughput {
    /// The capacity, if both figures are within bounds.
    pub(crate) fn checked(self) -> Result<ProvisionedThroughput, TableError> {
        for (units, name) in [
            (self.read_units, "ReadCapacityUnits"),
            (self.write_units, "WriteCapacityUnits"),
        ] {
            if !(1..=limits::THROUGHPUT_UNITS_MAX as i64).contains(&units) {
                return Err(TableError::validation(format!(
                    "Given value {units} for {name} is out of bounds"
                )));
            }
        }
        Ok(ProvisionedThroughput::new(
            self.read_units as u64,
            self.write_units as u64,
        ))
    }
}

/// The table's reserved capacity; zero when billed by request.
pub(super) fn table_throughput(
    billing_mode: BillingMode,
    throughput: Option<Throughput>,
) -> Result<ProvisionedThroughput, TableError> {
    match (billing_mode, throughput) {
        (BillingMode::PayPerRequest, None) => Ok(ProvisionedThroughput::default()),
        (BillingMode::PayPerRequest, Some(_)) => Err(TableError::invalid_parameter(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode \
             is PAY_PER_REQUEST",
        )),
        (BillingMode::Provisioned, Some(throughput)) => throughput.checked(),
        (BillingMode::Provisioned, None) => Err(TableError::invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is \
             PROVISIONED",
        )),
    }
}

/// The bounds asked for `what` ("table" or "index <name>").
pub(crate) fn on_demand(
    billing_mode: BillingMode,
    limits: Option<OnDemandLimits>,
    what: &str,
) -> Result<Option<OnDemandThroughput>, TableError> {
    let Some(limits) = limits else {
        return Ok(None);
    };
    let bound = |units: Option<i64>, name: &str| -> Result<Option<u64>, TableError> {
        match units {
            Some(_) if billing_mode == BillingMode::Provisioned => {
                let index = what.strip_prefix("index ");
                let of_index = index.map(|index| format!(" for index : {index}"));
                Err(TableError::invalid_parameter(format!(
                    "{name} for OnDemandThroughput{} cannot be specified when the table \
                     BillingMode is PROVISIONED",
                    of_index.unwrap_or_default()
                )))
            }
            Some(-1) | None => Ok(None),
            Some(units) if units < 1 => Err(TableError::invalid_parameter(format!(
                "Requested {name} for OnDemandThroughput for {what} is outside of valid range"
            ))),
            Some(units) => Ok(Some(units as u64)),
        }
    };
    let read_units_max = bound(limits.read_units_max, "MaxReadRequestUnits")?;
    let write_units_max = bound(limits.write_units_max, "MaxWriteRequestUnits")?;
    let bounded = read_units_max.is_some() || write_units_max.is_some();
    Ok(bounded.then_some(OnDemandThroughput {
        read_units_max,
        write_units_max,
    }))
}
