//! Definitions of tables and indexes, from their wire shapes to the table layer's.
//!
//! The generic constraints have been checked, so that what is missing or unknown here was let
//! through by the model; it becomes the nearest absent value and the table layer's own rules
//! speak of it.

use anywhen_model::{IndexName, ScalarType, TableName};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{
    AttributeDefinition, BillingMode, IndexDefinition, KeyElement, KeyRole, OnDemandLimits,
    ProjectionType, TableClass, TableError, Throughput, WarmRequest, check_tags,
};

/// A table's name that cannot be an ARN.
pub(crate) fn new_table_name(text: Option<&String>) -> Result<TableName, Fault> {
    let text = text.ok_or_else(|| {
        Fault::validation(
            "The parameter 'TableName' is required but was not present in the request",
        )
    })?;
    TableName::parse(text).map_err(|_| {
        Fault::validation(format!(
            "1 validation error detected: Value '{text}' at 'tableName' failed to satisfy \
             constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
        ))
    })
}

pub(crate) fn billing_mode(text: Option<&String>) -> Option<BillingMode> {
    text.map(|text| match text.as_str() {
        "PAY_PER_REQUEST" => BillingMode::PayPerRequest,
        _ => BillingMode::Provisioned,
    })
}

pub(crate) fn throughput(shape: Option<&shapes::ProvisionedThroughput>) -> Option<Throughput> {
    shape.map(|shape| Throughput {
        read_units: shape.read_capacity_units.unwrap_or_default(),
        write_units: shape.write_capacity_units.unwrap_or_default(),
    })
}

pub(crate) fn on_demand(shape: Option<&shapes::OnDemandThroughput>) -> Option<OnDemandLimits> {
    shape.map(|shape| OnDemandLimits {
        read_units_max: shape.max_read_request_units,
        write_units_max: shape.max_write_request_units,
    })
}

pub(crate) fn warm(shape: Option<&shapes::WarmThroughput>) -> Option<WarmRequest> {
    shape.map(|shape| WarmRequest {
        read_units: shape.read_units_per_second,
        write_units: shape.write_units_per_second,
    })
}

/// A table class, which has a text of its own instead of the model's constraint.
pub(crate) fn table_class(text: Option<&String>) -> Result<Option<TableClass>, Fault> {
    match text.map(String::as_str) {
        None => Ok(None),
        Some("STANDARD") => Ok(Some(TableClass::Standard)),
        Some("STANDARD_INFREQUENT_ACCESS") => Ok(Some(TableClass::StandardInfrequentAccess)),
        Some(_) => Err(Fault::validation(
            "Invalid table-class parameter provided. Please try again with a valid table-class \
             value: [STANDARD, STANDARD_INFREQUENT_ACCESS].",
        )),
    }
}

pub(crate) fn attribute_definitions(
    shapes: &[shapes::AttributeDefinition],
) -> Vec<AttributeDefinition> {
    shapes
        .iter()
        .map(|shape| AttributeDefinition {
            name: shape.attribute_name.clone().unwrap_or_default(),
            scalar_type: shape
                .attribute_type
                .as_deref()
                .and_then(ScalarType::parse)
                .unwrap_or(ScalarType::S),
        })
        .collect()
}

pub(crate) fn key_schema(shapes: &[shapes::KeySchemaElement]) -> Vec<KeyElement> {
    shapes
        .iter()
        .map(|shape| KeyElement {
            name: shape.attribute_name.clone().unwrap_or_default(),
            role: match shape.key_type.as_deref() {
                Some("RANGE") => KeyRole::Sort,
                _ => KeyRole::Partition,
            },
        })
        .collect()
}

/// The name of an index.
pub(crate) fn index_name(text: Option<&String>) -> Result<IndexName, Fault> {
    IndexName::parse(text.map_or("", String::as_str))
        .map_err(|error| Fault::validation(error.to_string()))
}

/// A global index that is added to a table.
pub(crate) fn online_index(
    shape: &shapes::CreateGlobalSecondaryIndexAction,
) -> Result<IndexDefinition, Fault> {
    let keys_and_projection = index(
        shape.index_name.as_ref(),
        shape.key_schema.as_ref(),
        shape.projection.as_ref(),
    )?;
    Ok(IndexDefinition {
        throughput: throughput(shape.provisioned_throughput.as_ref()),
        on_demand: on_demand(shape.on_demand_throughput.as_ref()),
        warm: warm(shape.warm_throughput.as_ref()).unwrap_or_default(),
        ..keys_and_projection
    })
}

fn index(
    name: Option<&String>,
    keys: Option<&Vec<shapes::KeySchemaElement>>,
    projection: Option<&shapes::Projection>,
) -> Result<IndexDefinition, Fault> {
    let projection_type = projection.and_then(|projection| projection.projection_type.as_deref());
    Ok(IndexDefinition {
        name: index_name(name)?,
        key_schema: key_schema(keys.map_or(&[], Vec::as_slice)),
        projection_type: projection_type.map(|kind| match kind {
            "ALL" => ProjectionType::All,
            "INCLUDE" => ProjectionType::Include,
            _ => ProjectionType::KeysOnly,
        }),
        non_key_attributes: projection.and_then(|projection| projection.non_key_attributes.clone()),
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
    })
}

/// Global indexes; absent and empty stay different.
pub(crate) fn global_indexes(
    shapes: Option<&Vec<shapes::GlobalSecondaryIndex>>,
) -> Result<Option<Vec<IndexDefinition>>, Fault> {
    let define = |shape: &shapes::GlobalSecondaryIndex| {
        let keys_and_projection = index(
            shape.index_name.as_ref(),
            shape.key_schema.as_ref(),
            shape.projection.as_ref(),
        )?;
        Ok(IndexDefinition {
            throughput: throughput(shape.provisioned_throughput.as_ref()),
            on_demand: on_demand(shape.on_demand_throughput.as_ref()),
            warm: warm(shape.warm_throughput.as_ref()).unwrap_or_default(),
            ..keys_and_projection
        })
    };
    shapes
        .map(|shapes| shapes.iter().map(define).collect())
        .transpose()
}

/// Local indexes; absent and empty stay different.
pub(crate) fn local_indexes(
    shapes: Option<&Vec<shapes::LocalSecondaryIndex>>,
) -> Result<Option<Vec<IndexDefinition>>, Fault> {
    let define = |shape: &shapes::LocalSecondaryIndex| {
        index(
            shape.index_name.as_ref(),
            shape.key_schema.as_ref(),
            shape.projection.as_ref(),
        )
    };
    shapes
        .map(|shapes| shapes.iter().map(define).collect())
        .transpose()
}

/// Tags that a table may have.
pub(crate) fn tags(shapes: &[shapes::Tag]) -> Result<Vec<(String, String)>, TableError> {
    let tags: Vec<_> = shapes
        .iter()
        .map(|tag| (tag.key.clone().unwrap_or_default(), tag.value.clone()))
        .collect();
    check_tags(&tags)?;
    let tags = tags.into_iter();
    Ok(tags
        .map(|(key, value)| (key, value.unwrap_or_default()))
        .collect())
}

/// Whether the realm's managed key is asked for. A key of the customer's own is refused by name.
pub(crate) fn managed_encryption(
    specification: Option<&shapes::SSESpecification>,
) -> Result<bool, Fault> {
    let Some(specification) = specification else {
        return Ok(false);
    };
    let invalid = |text: &str| {
        Fault::validation(format!("One or more parameter values were invalid: {text}"))
    };
    let key_id = specification.kms_master_key_id.as_deref();
    match (
        specification.enabled,
        specification.sse_type.as_deref(),
        key_id,
    ) {
        (Some(false), Some(_), _) => {
            Err(invalid("SSEType can not be specified if Enabled is false"))
        }
        (Some(false), None, Some(_)) => Err(invalid(
            "KMSMasterKeyId can not be specified if Enabled is false",
        )),
        (_, None, Some(_)) => Err(invalid(
            "SSEType KMS is required if KMSMasterKeyId is specified",
        )),
        (_, Some("AES256"), _) => Err(invalid("SSEType AES256 is not supported")),
        (_, _, Some(key)) if key != "alias/aws/dynamodb" => Err(invalid(&format!(
            "KMSMasterKeyId '{key}' names a customer managed key, and this server has none yet; \
             leave KMSMasterKeyId out to use its AWS managed key"
        ))),
        (enabled, kind, _) => Ok(enabled == Some(true) || kind == Some("KMS")),
    }
}
