//! Query: items of one partition key, page by page.

use std::sync::Arc;

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{Query, ReadOptions, Select};

use crate::consumed::{Asked, Report, Transaction};
use crate::items::{self, Given};
use crate::pages::{self, Selection};
use crate::service::{Context, Done};
use crate::{fault, unbuilt};

pub(super) async fn run(context: &Context<'_>, input: shapes::QueryInput) -> Result<Done, Fault> {
    unbuilt::refuse(&[
        ("AttributesToGet", input.attributes_to_get.is_some()),
        ("KeyConditions", input.key_conditions.is_some()),
        ("QueryFilter", input.query_filter.is_some()),
        ("ConditionalOperator", input.conditional_operator.is_some()),
    ])?;
    let reference = input.table_name.as_deref();
    let table = items::table_name(context, reference)?;
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
    let selection = Selection {
        select: input.select.as_deref(),
        has_index: input.index_name.is_some(),
        has_projection: input.projection_expression.is_some(),
        prefixed: true,
    };
    selection.check()?;
    let mut expressions = given.read()?;
    let key_condition = expressions.key_condition(input.key_condition_expression.as_deref())?;
    let filter = expressions.filter(input.filter_expression.as_deref())?;
    let projection = expressions.projection(input.projection_expression.as_deref())?;
    expressions.finish()?;
    let key_condition = key_condition.ok_or_else(|| {
        Fault::validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in \
             the request.",
        )
    })?;
    let select = selection.resolve(projection);
    let counts_only = matches!(select, Select::Count);
    let query = Query {
        key_condition,
        forward: input.scan_index_forward.unwrap_or(true),
        options: ReadOptions {
            index: pages::index(input.index_name.as_ref())?,
            consistent_read: input.consistent_read.unwrap_or(false),
            filter,
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
