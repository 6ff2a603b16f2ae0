//! UpdateItem: change some attributes of one item, creating it if it is not there.

use std::borrow::Cow;

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{ItemChange, WriteAction};

use super::write_reply::SingleWrite;
use crate::items::{self, Given};
use crate::legacy;
use crate::service::{Context, Done};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::UpdateItemInput,
) -> Result<Done, Fault> {
    let table = items::table_name(context, input.table_name.as_deref())?;
    legacy::check_not_mixed(
        &[
            ("AttributeUpdates", input.attribute_updates.is_some()),
            ("Expected", input.expected.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
        &[
            ("UpdateExpression", input.update_expression.is_some()),
            ("ConditionExpression", input.condition_expression.is_some()),
        ],
    )?;
    let given = Given {
        names: input.expression_attribute_names.as_ref(),
        values: input.expression_attribute_values.as_ref(),
        projection: None,
        with_values: &[
            ("UpdateExpression", input.update_expression.as_deref()),
            ("ConditionExpression", input.condition_expression.as_deref()),
        ],
        prefixed: true,
    };
    given.check_needed()?;
    let key = items::item(input.key.as_ref(), true)?;
    let updates = legacy::updates(input.attribute_updates)?;
    let expected = legacy::expected(input.expected)?;
    let updates = legacy::update(updates)?;
    let expected = legacy::expectation(expected, input.conditional_operator.as_ref())?;
    let mut expressions = given.read(context)?;
    let update = expressions
        .update(input.update_expression.as_deref())?
        .or(updates);
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
        change: ItemChange::Update {
            key,
            update: update.clone(),
        },
        condition: condition.or(expected),
    };
    let outcome = write.run(context, &action).await?;
    let touched = |item| {
        update
            .as_ref()
            .and_then(|update| update.updated_attributes(item))
    };
    let returned = match input.return_values.as_deref() {
        Some("ALL_OLD") => outcome.old.as_ref().map(Cow::Borrowed),
        Some("ALL_NEW") => outcome.new.as_ref().map(Cow::Borrowed),
        Some("UPDATED_OLD") => outcome.old.as_ref().and_then(touched).map(Cow::Owned),
        Some("UPDATED_NEW") => outcome.new.as_ref().and_then(touched).map(Cow::Owned),
        _ => None,
    };
    write
        .reply(&outcome, action.change.key(), returned.as_deref())
        .await
}
