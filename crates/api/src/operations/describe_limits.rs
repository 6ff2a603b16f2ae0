//! DescribeLimits: the quotas of a new account. No account has others here.

use anywhen_model::limits;
use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::service::Done;

pub(super) fn run(_input: &shapes::DescribeLimitsInput) -> Result<Done, Fault> {
    reply(&shapes::DescribeLimitsOutput {
        account_max_read_capacity_units: Some(limits::ACCOUNT_CAPACITY_UNITS_MAX),
        account_max_write_capacity_units: Some(limits::ACCOUNT_CAPACITY_UNITS_MAX),
        table_max_read_capacity_units: Some(limits::TABLE_CAPACITY_UNITS_MAX),
        table_max_write_capacity_units: Some(limits::TABLE_CAPACITY_UNITS_MAX),
    })
}
