//! DeleteTable. A table whose history is kept leaves a SYSTEM backup behind.

use anywhen_protocol::{Fault, shapes};

use super::reply;
use crate::describe::Described;
use crate::service::{Context, Done};
use crate::{fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::DeleteTableInput,
) -> Result<Done, Fault> {
    let name = items::table_name(context, input.table_name.as_deref())?;
    let table = context.tables().await?.table(&name).ok();
    let record = context
        .recovery()
        .delete_table(&context.realm, &name)
        .await
        .map_err(fault::of_recovery)?;
    let described = Described {
        realm: &context.realm,
        record: &record,
        table: table.as_deref(),
        now: context.now(),
    };
    reply(&shapes::DeleteTableOutput {
        table_description: Some(described.deleted_table()),
    })
}
