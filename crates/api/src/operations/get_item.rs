//! GetItem: read one item by its key.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::GetItem;

use crate::items::{self, Given, asks};
use crate::service::{Context, Done};
use crate::{fault, unbuilt};

pub(super) async fn run(context: &Context<'_>, input: shapes::GetItemInput) -> Result<Done, Fault> {
    unbuilt::refuse(&[
        ("AttributesToGet", input.attributes_to_get.is_some()),
        (
            "ReturnConsumedCapacity",
            asks(input.return_consumed_capacity.as_ref()),
        ),
    ])?;
    let table = items::table_name(context, input.table_name.as_deref())?;
    let given = Given {
        names: input.expression_attribute_names.as_ref(),
        values: None,
        projection: input.projection_expression.as_deref(),
        with_values: &[],
        prefixed: false,
    };
    given.check_needed()?;
    let key = items::item(input.key.as_ref(), false)?;
    let mut expressions = given.read()?;
    let projection = expressions.projection(input.projection_expression.as_deref())?;
    expressions.finish()?;
    // Every read is consistent, so ConsistentRead changes nothing.
    let table = context
        .tables()
        .await?
        .open_table(&table)
        .map_err(fault::of_table)?;
    let found = table
        .get_item(&GetItem { key, projection })
        .map_err(fault::of_table)?;
    let body = match found {
        None => b"{}".to_vec(),
        Some(item) => {
            let mut body = b"{\"Item\":".to_vec();
            item.write_json(&mut body).map_err(fault::of_table)?;
            body.push(b'}');
            body
        }
    };
    Ok(Done {
        body,
        commit_timestamp: None,
    })
}
