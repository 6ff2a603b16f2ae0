//! TransactGetItems: several items as of one instant.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{GetItem, TransactGet};

use crate::items::{self, Given, asks};
use crate::service::{Context, Done};
use crate::{fault, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::TransactGetItemsInput,
) -> Result<Done, Fault> {
    unbuilt::refuse(&[(
        "ReturnConsumedCapacity",
        asks(input.return_consumed_capacity.as_ref()),
    )])?;
    let items = input.transact_items.unwrap_or_default();
    let gets = items
        .iter()
        .map(|item| get(context, item))
        .collect::<Result<Vec<_>, _>>()?;
    let tables = context.tables().await?;
    let outcome = items::blocking(move || tables.transact_get(&gets)).await?;
    let mut body = b"{\"Responses\":[".to_vec();
    for (position, found) in outcome.items.iter().enumerate() {
        if position > 0 {
            body.push(b',');
        }
        body.push(b'{');
        if let Some(item) = found {
            body.extend_from_slice(b"\"Item\":");
            item.write_json(&mut body).map_err(fault::of_table)?;
        }
        body.push(b'}');
    }
    body.extend_from_slice(b"]}");
    Ok(Done {
        body,
        commit_timestamp: None,
    })
}

fn get(context: &Context<'_>, item: &shapes::TransactGetItem) -> Result<TransactGet, Fault> {
    let get = item.get.clone().unwrap_or_default();
    let given = Given {
        names: get.expression_attribute_names.as_ref(),
        values: None,
        projection: get.projection_expression.as_deref(),
        with_values: &[],
        prefixed: false,
    };
    // Names without an expression are accepted inside transactions, as AWS does.
    let key = items::item(get.key.as_ref(), false)?;
    let mut expressions = given.read()?;
    let projection = expressions.projection(get.projection_expression.as_deref())?;
    if projection.is_some() {
        expressions.finish()?;
    }
    let table = items::table_name(context, get.table_name.as_deref())?;
    Ok(TransactGet {
        table,
        get: GetItem { key, projection },
    })
}
