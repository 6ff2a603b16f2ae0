//! Scan: all items of a table or index, page by page, whole or one segment.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{ReadOptions, Scan, Segment, Select};

use crate::consumed::{Asked, Report, Transaction};
use crate::items::{self, Given};
use crate::pages::{self, Selection};
use crate::service::{Context, Done};
use crate::{fault, legacy};

pub(super) async fn run(context: &Context<'_>, input: shapes::ScanInput) -> Result<Done, Fault> {
    let reference = input.table_name.as_deref();
    let table = items::table_name(context, reference)?;
    legacy::check_not_mixed(
        &[
            ("AttributesToGet", input.attributes_to_get.is_some()),
            ("ScanFilter", input.scan_filter.is_some()),
            ("ConditionalOperator", input.conditional_operator.is_some()),
        ],
        &[
            (
                "ProjectionExpression",
                input.projection_expression.is_some(),
            ),
            ("FilterExpression", input.filter_expression.is_some()),
        ],
    )?;
    let given = Given {
        names: input.expression_attribute_names.as_ref(),
        values: input.expression_attribute_values.as_ref(),
        projection: input.projection_expression.as_deref(),
        with_values: &[("FilterExpression", input.filter_expression.as_deref())],
        prefixed: false,
    };
    given.check_needed()?;
    let exclusive_start_key = pages::start_key(input.exclusive_start_key.as_ref())?;
    let segment = segment(&input)?;
    let scan_filter = legacy::tests(input.scan_filter)?;
    let scan_filter = legacy::filter(scan_filter, input.conditional_operator.as_ref())?;
    let attributes = legacy::projection(input.attributes_to_get.as_ref(), "attributesToGet")?;
    let selection = Selection {
        select: input.select.as_deref(),
        has_index: input.index_name.is_some(),
        projected_by: pages::projected_by(
            input.projection_expression.is_some(),
            input.attributes_to_get.is_some(),
        ),
        prefixed: false,
    };
    selection.check()?;
    let mut expressions = given.read(context)?;
    let filter = expressions.filter(input.filter_expression.as_deref())?;
    let projection = expressions.projection(input.projection_expression.as_deref())?;
    expressions.finish()?;
    let select = selection.resolve(projection.or(attributes));
    let counts_only = matches!(select, Select::Count);
    let scan = Scan {
        segment,
        options: ReadOptions {
            index: pages::index(input.index_name.as_ref())?,
            consistent_read: input.consistent_read.unwrap_or(false),
            filter: filter.or(scan_filter),
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
    let page = table.scan(scan).await.map_err(fault::of_table)?;
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
    let mut report = Report::new(asked, Transaction::No);
    report.add(reference.unwrap_or_default(), &table, &page.consumed);
    pages::reply(&page, counts_only, &report)
}

fn segment(input: &shapes::ScanInput) -> Result<Option<Segment>, Fault> {
    let text = match (input.segment, input.total_segments) {
        (None, None) => return Ok(None),
        (Some(_), None) => "The TotalSegments parameter is required but was not present in the \
                            request when Segment parameter is present"
            .to_owned(),
        (None, Some(_)) => "The Segment parameter is required but was not present in the request \
                            when parameter TotalSegments is present"
            .to_owned(),
        (Some(number), Some(total)) if number >= total => format!(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: \
             Segment: {number} is not less than TotalSegments: {total}"
        ),
        (Some(number), Some(total)) => {
            let number = u32::try_from(number).unwrap_or_default();
            let total = u32::try_from(total).unwrap_or(1);
            return Ok(Some(Segment { number, total }));
        }
    };
    Err(Fault::validation(text))
}
