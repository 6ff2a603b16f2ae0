//! Query: items of one partition key, page by page.

use std::sync::Arc;

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{Query, ReadOptions, Select};

use crate::consumed::{Asked, Report, Transaction};
use crate::items::{self, Given};
use crate::pages::{self, Selection};
use crate::service::{Context, Done};
use crate::{fault, legacy};

pub(super) async fn run(context: &Context<'_>, input: shapes::QueryInput) -> Result<Done, Fault> {
    let reference = input.table_name.as_deref();
    let table = items::table_name(context, reference)?;
    // Key conditions may be either, whatever the rest is.
    let has_two_key_conditions =
        input.key_conditions.is_some() && input.key_condition_expression.is_some();
    legacy::check_not_mixed(
        &[
            ("AttributesToGet", input.attributes_to_get.is_some()),
            ("QueryFilter", input.query_filter.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
            ("KeyConditions", has_two_key_conditions),
        ],
        &[
            (
                "ProjectionExpression",
                input.projection_expression.is_some(),
            ),
            ("FilterExpression", input.filter_expression.is_some()),
            (
                "KeyConditionExpression",
                input.key_condition_expression.is_some(),
            ),
        ],
    )?;
    let given = Given {
        names: input.expression_attribute_names.as_ref(),
        values: input.expression_attribute_values.as_ref(),
        projection: input.projection_expression.as_deref(),
        with_values: &[
            ("FilterExpression", input.filter_expression.as_deref()),
            (
                "KeyConditionExpression",
                input.key_condition_expression.as_deref(),
            ),
        ],
        prefixed: false,
    };
    given.check_needed()?;
    let exclusive_start_key = pages::start_key(input.exclusive_start_key.as_ref())?;
    let query_filter = legacy::tests(input.query_filter)?;
    let key_conditions = legacy::tests(input.key_conditions)?;
    let query_filter = legacy::filter(query_filter, input.conditional_operator.as_ref())?;
    let key_conditions = legacy::key_condition(key_conditions)?;
    let attributes = legacy::projection(input.attributes_to_get.as_ref(), "attributesToGet")?;
    let selection = Selection {
        select: input.select.as_deref(),
        has_index: input.index_name.is_some(),
        projected_by: pages::projected_by(
            input.projection_expression.is_some(),
            input.attributes_to_get.is_some(),
        ),
        prefixed: true,
    };
    selection.check()?;
    let mut expressions = given.read(context)?;
    let key_condition = expressions.key_condition(input.key_condition_expression.as_deref())?;
    let filter = expressions.filter(input.filter_expression.as_deref())?;
    let projection = expressions.projection(input.projection_expression.as_deref())?;
    expressions.finish()?;
    let key_condition = key_condition.or(key_conditions).ok_or_else(|| {
        Fault::validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in \
             the request.",
        )
    })?;
    key_condition
        .check_shape()
        .map_err(|error| fault::of_expression(&error, false))?;
    let select = selection.resolve(projection.or(attributes));
    let counts_only = matches!(select, Select::Count);
    let query = Query {
        key_condition,
        forward: input.scan_index_forward.unwrap_or(true),
        options: ReadOptions {
            index: pages::index(input.index_name.as_ref())?,
            consistent_read: input.consistent_read.unwrap_or(false),
            filter: filter.or(query_filter),
            select,
            limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
            exclusive_start_key,
        },
    };
    let table = context
        .tables()
        .await?
        .open_table(&table)
        .map_err(fault::of_table)?;
    let reading = Arc::clone(&table);
    let page = items::blocking(move || reading.query(&query)).await?;
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
    let mut report = Report::new(asked, Transaction::No);
    report.add(reference.unwrap_or_default(), &table, &page.consumed);
    pages::reply(&page, counts_only, &report)
}
