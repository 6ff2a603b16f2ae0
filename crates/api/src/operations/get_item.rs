//! GetItem: read one item by its key.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::GetItem;

use crate::body::Body;
use crate::consumed::{Asked, Report, Transaction};
use crate::items::{self, Given};
use crate::service::{Context, Done};
use crate::{fault, legacy};

pub(super) async fn run(context: &Context<'_>, input: shapes::GetItemInput) -> Result<Done, Fault> {
    let reference = input.table_name.as_deref();
    let table = items::table_name(context, reference)?;
    legacy::check_not_mixed(
        &[("AttributesToGet", input.attributes_to_get.is_some())],
        &[(
            "ProjectionExpression",
            input.projection_expression.is_some(),
        )],
    )?;
    let given = Given {
        names: input.expression_attribute_names.as_ref(),
        values: None,
        projection: input.projection_expression.as_deref(),
        with_values: &[],
        prefixed: false,
    };
    given.check_needed()?;
    let key = items::item(input.key.as_ref(), false)?;
    let attributes = legacy::projection(input.attributes_to_get.as_ref(), "attributesToGet")?;
    let mut expressions = given.read(context)?;
    let projection = expressions.projection(input.projection_expression.as_deref())?;
    expressions.finish()?;
    // Every read is consistent, so ConsistentRead changes nothing but what it costs.
    let table = context
        .tables()
        .await?
        .open_table(&table)
        .map_err(fault::of_table)?;
    let get = GetItem {
        key,
        projection: projection.or(attributes),
        consistent_read: input.consistent_read.unwrap_or(false),
    };
    let found = table.get_item(&get).map_err(fault::of_table)?;
    let mut body = Body::new();
    if let Some(item) = &found.item {
        item.write_json(body.member("Item"))
            .map_err(fault::of_table)?;
    }
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
    let mut report = Report::new(asked, Transaction::No);
    report.add(reference.unwrap_or_default(), &table, &found.consumed);
    report.write_one(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp: None,
    })
}
