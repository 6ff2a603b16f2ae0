//! What both restores have in common on the wire: the overrides, and the target's description.

use anywhen_model::TableName;
use anywhen_protocol::{Fault, shapes};
use anywhen_recovery::{EncryptionOverride, RestoreOverrides, SseType};
use anywhen_table::TableRecord;

use crate::define;
use crate::describe::Described;
use crate::service::Context;

/// The `...Override` members of either request.
pub(super) struct Overrides<'a> {
    pub(super) billing_mode: Option<&'a String>,
    pub(super) throughput: Option<&'a shapes::ProvisionedThroughput>,
    pub(super) on_demand: Option<&'a shapes::OnDemandThroughput>,
    pub(super) global_indexes: Option<&'a Vec<shapes::GlobalSecondaryIndex>>,
    pub(super) local_indexes: Option<&'a Vec<shapes::LocalSecondaryIndex>>,
    pub(super) encryption: Option<&'a shapes::SSESpecification>,
}

impl Overrides<'_> {
    /// The overrides, with absent and empty kept apart.
    pub(super) fn read(&self) -> Result<RestoreOverrides, Fault> {
        Ok(RestoreOverrides {
            billing_mode: define::billing_mode(self.billing_mode),
            throughput: define::throughput(self.throughput),
            on_demand: define::on_demand(self.on_demand),
            global_indexes: define::global_indexes(self.global_indexes)?,
            local_indexes: define::local_indexes(self.local_indexes)?,
            encryption: self.encryption.map(|encryption| EncryptionOverride {
                enabled: encryption.enabled,
                sse_type: encryption.sse_type.as_deref().map(|kind| match kind {
                    "AES256" => SseType::Aes256,
                    _ => SseType::Kms,
                }),
                key_id: encryption.kms_master_key_id.clone(),
            }),
        })
    }
}

/// A name of a table whose form the model's constraints have checked.
pub(super) fn table_name(text: &str) -> Result<TableName, Fault> {
    TableName::parse(text).map_err(|error| Fault::validation(error.to_string()))
}

/// The description of a restore's target.
pub(super) fn description(context: &Context<'_>, record: &TableRecord) -> shapes::TableDescription {
    Described {
        realm: &context.realm,
        record,
        table: None,
        now: context.now(),
    }
    .description()
}
