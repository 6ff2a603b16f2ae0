//! DescribeTable.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::describe::Described;
use crate::service::{Context, Done};
use crate::{fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DescribeTableInput,
) -> Result<Done, Fault> {
    let name = items::table_name(context, input.table_name.as_deref())?;
    let table = context
        .tables()
        .await?
        .table(&name)
        .map_err(fault::of_table)?;
    let described = Described {
        realm: &context.realm,
        record: table.record(),
        table: Some(&table),
        now: context.now(),
    };
    reply(&shapes::DescribeTableOutput {
        table: Some(described.description()),
    })
}
