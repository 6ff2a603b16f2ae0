//! TransactGetItems: several items as of one instant.

use anywhen_protocol::{Fault, shapes};
use anywhen_table::{GetItem, TransactGet};

use crate::body::{Body, write_list};
use crate::consumed::{Asked, Report, Transaction};
use crate::fault;
use crate::items::{self, Given};
use crate::service::{Context, Done};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::TransactGetItemsInput,
) -> Result<Done, Fault> {
    let items = input.transact_items.unwrap_or_default();
    let gets = items
        .iter()
        .map(|item| get(context, item))
        .collect::<Result<Vec<_>, _>>()?;
    let tables = context.tables().await?;
    let outcome = items::blocking(move || tables.transact_get(&gets)).await?;
    let mut body = Body::new();
    write_list(&outcome.items, body.member("Responses"), |found, out| {
        let mut response = Body::new();
        if let Some(item) = found {
            item.write_json(response.member("Item"))
                .map_err(fault::of_table)?;
        }
        out.extend(response.finish());
        Ok(())
    })?;
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
    let mut report = Report::new(asked, Transaction::Reads);
    for (item, charge) in items.iter().zip(&outcome.charges) {
        let reference = item.get.as_ref().and_then(|get| get.table_name.as_deref());
        report.add_charge(reference.unwrap_or_default(), charge);
    }
    report.write_list(&mut body)?;
    Ok(Done {
        body: body.finish(),
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
    let mut expressions = given.read(context)?;
    let projection = expressions.projection(get.projection_expression.as_deref())?;
    if projection.is_some() {
        expressions.finish()?;
    }
    let table = items::table_name(context, get.table_name.as_deref())?;
    Ok(TransactGet {
        table,
        get: GetItem {
            key,
            projection,
            consistent_read: true,
        },
    })
}
