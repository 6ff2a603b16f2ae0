//! Features that this server does not have: what is asked about them is answered truthfully with
//! none, what would change them is refused.

use anywhen_model::TableName;
use anywhen_protocol::{Fault, ModelledError, Operation, shapes, valid_input};
use anywhen_table::TableStatus;

use super::reply;
use crate::service::{Context, Done};
use crate::{describe, fault, items};

const DISABLED: &str = "DISABLED";

/// Runs an operation of a feature that is absent; any other is unknown.
pub(super) async fn run(
    context: &Context<'_>,
    operation: Operation,
    body: &[u8],
) -> Result<Done, Fault> {
    macro_rules! refused {
        ($input:ident, $feature:literal) => {
            refuse::<shapes::$input>(operation, &valid_input(body)?, $feature)
        };
    }
    use Operation as O;
    match operation {
        O::DescribeContributorInsights => {
            describe_contributor_insights(context, valid_input(body)?).await
        }
        O::ListContributorInsights => list_contributor_insights(context, valid_input(body)?).await,
        O::UpdateContributorInsights => {
            update_contributor_insights(context, valid_input(body)?).await
        }
        O::DescribeKinesisStreamingDestination => {
            describe_kinesis(context, valid_input(body)?).await
        }
        O::EnableKinesisStreamingDestination | O::DisableKinesisStreamingDestination => {
            refused!(KinesisStreamingDestinationInput, "Kinesis destinations")
        }
        O::UpdateKinesisStreamingDestination => {
            refused!(
                UpdateKinesisStreamingDestinationInput,
                "Kinesis destinations"
            )
        }
        O::DescribeTableReplicaAutoScaling => {
            describe_auto_scaling(context, valid_input(body)?).await
        }
        O::UpdateTableReplicaAutoScaling => {
            refused!(UpdateTableReplicaAutoScalingInput, "replicas")
        }
        O::CreateGlobalTable => refused!(CreateGlobalTableInput, "global tables"),
        O::ListGlobalTables => list_global_tables(&valid_input(body)?),
        O::DescribeGlobalTable => describe_global_table(valid_input(body)?),
        O::DescribeGlobalTableSettings => describe_global_table_settings(valid_input(body)?),
        O::UpdateGlobalTable => update_global_table(valid_input(body)?),
        O::UpdateGlobalTableSettings => update_global_table_settings(valid_input(body)?),
        O::SearchVectors => refused!(SearchVectorsInput, "vector indexes"),
        O::StartBulkPutItems => refused!(StartBulkPutItemsInput, "bulk operations"),
        O::ListBulkOperations => list_bulk_operations(&valid_input(body)?),
        O::DescribeBulkOperation => describe_bulk_operation(valid_input(body)?),
        O::CancelBulkOperation => cancel_bulk_operation(valid_input(body)?),
        _ => Err(Fault::unknown_operation()),
    }
}

/// Refuses an operation that would use or change a feature this server does not have.
fn refuse<T>(operation: Operation, _input: &T, feature: &str) -> Result<Done, Fault> {
    Err(Fault::validation(format!(
        "{} is not supported: {}",
        operation.name(),
        has_no(feature)
    )))
}

/// Why what needs the feature is refused.
pub(crate) fn has_no(feature: &str) -> String {
    format!("this server has no {feature}")
}

async fn describe_contributor_insights(
    context: &Context<'_>,
    input: shapes::DescribeContributorInsightsInput,
) -> Result<Done, Fault> {
    let name = existing(context, input.table_name.as_deref()).await?;
    check_index(context, &name, input.index_name.as_deref()).await?;
    reply(&shapes::DescribeContributorInsightsOutput {
        table_name: Some(name.to_string()),
        index_name: input.index_name,
        contributor_insights_status: Some(DISABLED.to_owned()),
        ..Default::default()
    })
}

/// Turning off what is off is no change.
async fn update_contributor_insights(
    context: &Context<'_>,
    input: shapes::UpdateContributorInsightsInput,
) -> Result<Done, Fault> {
    let name = existing(context, input.table_name.as_deref()).await?;
    check_index(context, &name, input.index_name.as_deref()).await?;
    if input.contributor_insights_action.as_deref() != Some("DISABLE") {
        let operation = Operation::UpdateContributorInsights;
        return refuse(operation, &input, "Contributor Insights");
    }
    reply(&shapes::UpdateContributorInsightsOutput {
        table_name: Some(name.to_string()),
        index_name: input.index_name,
        contributor_insights_status: Some(DISABLED.to_owned()),
        ..Default::default()
    })
}

async fn list_contributor_insights(
    context: &Context<'_>,
    input: shapes::ListContributorInsightsInput,
) -> Result<Done, Fault> {
    if input.table_name.is_some() {
        existing(context, input.table_name.as_deref()).await?;
    }
    reply(&shapes::ListContributorInsightsOutput {
        contributor_insights_summaries: Some(Vec::new()),
        next_token: None,
    })
}

async fn describe_kinesis(
    context: &Context<'_>,
    input: shapes::DescribeKinesisStreamingDestinationInput,
) -> Result<Done, Fault> {
    let name = existing(context, input.table_name.as_deref()).await?;
    reply(&shapes::DescribeKinesisStreamingDestinationOutput {
        table_name: Some(name.to_string()),
        kinesis_data_stream_destinations: Some(Vec::new()),
    })
}

async fn describe_auto_scaling(
    context: &Context<'_>,
    input: shapes::DescribeTableReplicaAutoScalingInput,
) -> Result<Done, Fault> {
    let name = existing(context, input.table_name.as_deref()).await?;
    let tables = context.tables().await?;
    let table = tables.table(&name).map_err(fault::of_table)?;
    reply(&shapes::DescribeTableReplicaAutoScalingOutput {
        table_auto_scaling_description: Some(shapes::TableAutoScalingDescription {
            table_name: Some(name.to_string()),
            table_status: Some(describe::status(table.record().status).to_owned()),
            replicas: Some(Vec::new()),
        }),
    })
}

fn list_global_tables(_input: &shapes::ListGlobalTablesInput) -> Result<Done, Fault> {
    reply(&shapes::ListGlobalTablesOutput {
        global_tables: Some(Vec::new()),
        last_evaluated_global_table_name: None,
    })
}

fn describe_global_table(input: shapes::DescribeGlobalTableInput) -> Result<Done, Fault> {
    Err(no_global_table(input.global_table_name))
}

fn describe_global_table_settings(
    input: shapes::DescribeGlobalTableSettingsInput,
) -> Result<Done, Fault> {
    Err(no_global_table(input.global_table_name))
}

fn update_global_table(input: shapes::UpdateGlobalTableInput) -> Result<Done, Fault> {
    Err(no_global_table(input.global_table_name))
}

fn update_global_table_settings(
    input: shapes::UpdateGlobalTableSettingsInput,
) -> Result<Done, Fault> {
    Err(no_global_table(input.global_table_name))
}

fn no_global_table(name: Option<String>) -> Fault {
    Fault::modelled(
        ModelledError::GlobalTableNotFoundException,
        format!(
            "Global table not found: Global table with name: '{}' does not exist",
            name.unwrap_or_default()
        ),
    )
}

fn list_bulk_operations(_input: &shapes::ListBulkOperationsInput) -> Result<Done, Fault> {
    reply(&shapes::ListBulkOperationsOutput {
        bulk_operations_summary_list: Some(Vec::new()),
        next_token: None,
    })
}

fn describe_bulk_operation(input: shapes::DescribeBulkOperationInput) -> Result<Done, Fault> {
    Err(no_bulk_operation(input.bulk_operation_arn))
}

fn cancel_bulk_operation(input: shapes::CancelBulkOperationInput) -> Result<Done, Fault> {
    Err(no_bulk_operation(input.bulk_operation_arn))
}

fn no_bulk_operation(arn: Option<String>) -> Fault {
    Fault::resource_not_found(format!(
        "Requested resource not found: bulk operation {} not found",
        arn.unwrap_or_default()
    ))
}

/// The table that a request names, if it is there and not about to go.
async fn existing(context: &Context<'_>, name: Option<&str>) -> Result<TableName, Fault> {
    let name = items::table_name(context, name)?;
    let tables = context.tables().await?;
    let table = tables.table(&name).map_err(fault::of_table)?;
    if table.record().status == TableStatus::Deleting {
        return Err(Fault::resource_not_found(format!(
            "Requested resource not found: Table: {name} not found"
        )));
    }
    Ok(name)
}

async fn check_index(
    context: &Context<'_>,
    table: &TableName,
    index: Option<&str>,
) -> Result<(), Fault> {
    let Some(index) = index else { return Ok(()) };
    let tables = context.tables().await?;
    let found = tables.table(table).map_err(fault::of_table)?;
    if found.record().index(index).is_some() {
        return Ok(());
    }
    Err(Fault::resource_not_found(format!(
        "Requested resource not found: Index {index} for table {table}"
    )))
}
