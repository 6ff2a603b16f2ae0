//! ExecuteStatement: one PartiQL statement, rows page by page.

use anywhen_expr::partiql::{BoundStatement, Select, Write};
use anywhen_model::TableName;
use anywhen_protocol::{Fault, shapes};
use anywhen_table::SelectOptions;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::write_reply;
use crate::items::{self, asks};
use crate::service::{Context, Done};
use crate::statements::{self, EXISTS_OUTSIDE_TRANSACTION, Request};
use crate::{fault, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ExecuteStatementInput,
) -> Result<Done, Fault> {
    unbuilt::refuse(&[(
        "ReturnConsumedCapacity",
        asks(input.return_consumed_capacity.as_ref()),
    )])?;
    let request = Request::read(
        context,
        input.statement.as_deref(),
        input.parameters.as_deref(),
    )?;
    match request.statement {
        BoundStatement::Select(select) => {
            let options = SelectOptions {
                consistent_read: input.consistent_read.unwrap_or(false),
                limit: input.limit.and_then(|limit| usize::try_from(limit).ok()),
                request: request.hash,
                position: input.next_token.as_deref().map(position).transpose()?,
            };
            read(context, &request.table, select, options).await
        }
        BoundStatement::Write(_) if input.next_token.is_some() => Err(mismatch()),
        BoundStatement::Write(statement) => {
            let on_failure = input.return_values_on_condition_check_failure.as_ref();
            write(context, &request.table, statement, on_failure).await
        }
    }
}

async fn read(
    context: &Context<'_>,
    table: &TableName,
    select: Select,
    options: SelectOptions,
) -> Result<Done, Fault> {
    let table = context
        .tables()
        .await?
        .open_table(table)
        .map_err(fault::of_table)?;
    let selected = items::blocking(move || table.select(select, &options)).await?;
    Ok(statements::reply(
        &selected.page.items,
        selected.next.map(|next| STANDARD.encode(next)).as_deref(),
        selected.page.last_evaluated_key.as_ref(),
        None,
    ))
}

async fn write(
    context: &Context<'_>,
    table: &TableName,
    statement: Write,
    on_failure: Option<&String>,
) -> Result<Done, Fault> {
    if statement.is_check() {
        return Err(Fault::validation(EXISTS_OUTSIDE_TRANSACTION));
    }
    let tables = context.tables().await?;
    let write = tables
        .open_table(table)
        .and_then(|table| table.plan_statement(statement))
        .map_err(fault::of_table)?;
    let outcome = write_reply::write(&tables, table, write.action.clone(), on_failure).await?;
    let timestamp = outcome.timestamp;
    let returned = write.returned(outcome);
    Ok(statements::reply(
        returned.as_slice(),
        None,
        None,
        Some(timestamp),
    ))
}

/// The position in a token.
fn position(token: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(token).map_err(|_| mismatch())
}

fn mismatch() -> Fault {
    Fault::validation("NextToken does not match request")
}
