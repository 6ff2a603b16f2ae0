//! DeleteItem: remove one item by its key.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{ItemChange, WriteAction};

use super::write_reply;
use crate::items::{self, Given, asks};
use crate::service::{Context, Done};
use crate::unbuilt;

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DeleteItemInput,
) -> Result<Done, Fault> {
    unbuilt::refuse(&[
        ("Expected", input.expected.is_some()),
        ("ConditionalOperator", input.conditional_operator.is_some()),
        (
            "ReturnConsumedCapacity",
            asks(input.return_consumed_capacity.as_ref()),
        ),
        (
            "ReturnItemCollectionMetrics",
            asks(input.return_item_collection_metrics.as_ref()),
        ),
    ])?;
    let table = items::table_name(context, input.table_name.as_deref())?;
    let given = Given {
        names: input.expression_attribute_names.as_ref(),
        values: input.expression_attribute_values.as_ref(),
        projection: None,
        with_values: &[("ConditionExpression", input.condition_expression.as_deref())],
        prefixed: true,
    };
    given.check_needed()?;
    let key = items::item(input.key.as_ref(), true)?;
    let returns_old = match input.return_values.as_deref() {
        None | Some("NONE") => false,
        Some("ALL_OLD") => true,
        Some(_) => {
            return Err(Fault::validation(
                "ReturnValues can only be ALL_OLD or NONE",
            ));
        }
    };
    let mut expressions = given.read()?;
    let condition = expressions.condition(input.condition_expression.as_deref())?;
    expressions.finish()?;
    let outcome = write_reply::write(
        &*context.tables().await?,
        &table,
        WriteAction {
            change: ItemChange::Delete { key },
            condition,
        },
        input.return_values_on_condition_check_failure.as_ref(),
    )
    .await?;
    let returned = outcome.old.as_ref().filter(|_| returns_old);
    Ok(write_reply::attributes(outcome.timestamp, returned))
}
