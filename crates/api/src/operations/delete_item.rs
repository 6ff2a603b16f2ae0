//! DeleteItem: remove one item by its key.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{ItemChange, WriteAction};

use super::write_reply::SingleWrite;
use crate::items::{self, Given};
use crate::legacy;
use crate::service::{Context, Done};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DeleteItemInput,
) -> Result<Done, Fault> {
    let table = items::table_name(context, input.table_name.as_deref())?;
    legacy::check_not_mixed(
        &[
            ("Expected", input.expected.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
        &[("ConditionExpression", input.condition_expression.is_some())],
    )?;
    let given = Given {
        names: input.expression_attribute_names.as_ref(),
        values: input.expression_attribute_values.as_ref(),
        projection: None,
        with_values: &[("ConditionExpression", input.condition_expression.as_deref())],
        prefixed: true,
    };
    given.check_needed()?;
    let key = items::item(input.key.as_ref(), true)?;
    let expected = legacy::expected(input.expected)?;
    let returns_old = match input.return_values.as_deref() {
        None | Some("NONE") => false,
        Some("ALL_OLD") => true,
        Some(_) => {
            return Err(Fault::validation(
                "ReturnValues can only be ALL_OLD or NONE",
            ));
        }
    };
    let expected = legacy::expectation(expected, input.conditional_operator.as_ref())?;
    let mut expressions = given.read(context)?;
    let condition = expressions.condition(input.condition_expression.as_deref())?;
    expressions.finish()?;
    let write = SingleWrite {
        reference: input.table_name.as_ref(),
        table,
        on_failure: input.return_values_on_condition_check_failure.as_ref(),
        capacity: input.return_consumed_capacity.as_ref(),
        collections: input.return_item_collection_metrics.as_ref(),
    };
    let action = WriteAction {
        change: ItemChange::Delete { key },
        condition: condition.or(expected),
    };
    let outcome = write.run(context, &action).await?;
    let returned = outcome.old.as_ref().filter(|_| returns_old);
    write.reply(&outcome, action.change.key(), returned).await
}
