//! ExecuteStatement: one PartiQL statement, rows page by page.

use std::sync::Arc;

use anywhen_expr::partiql::{BoundStatement, Select, Write};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::SelectOptions;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::write_reply;
use crate::consumed::{Asked, Report, Transaction};
use crate::service::{Context, Done};
use crate::statements::{self, EXISTS_OUTSIDE_TRANSACTION, Named, Request};
use crate::{fault, items, pages};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ExecuteStatementInput,
) -> Result<Done, Fault> {
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
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
            read(context, &request.named, select, options, asked).await
        }
        BoundStatement::Write(_) if input.next_token.is_some() => Err(mismatch()),
        BoundStatement::Write(statement) => {
            let on_failure = input.return_values_on_condition_check_failure.as_ref();
            write(context, &request.named, statement, on_failure, asked).await
        }
    }
}

async fn read(
    context: &Context<'_>,
    named: &Named,
    select: Select,
    options: SelectOptions,
    asked: Asked,
) -> Result<Done, Fault> {
    let table = context
        .tables()
        .await?
        .open_table(&named.table)
        .map_err(fault::of_table)?;
    let read = Arc::clone(&table);
    let selected = items::blocking(move || read.select(select, &options)).await?;
    let mut report = Report::new(asked, Transaction::No);
    report.add(&named.reference, &table, &selected.page.consumed);
    let mut body = pages::items(&selected.page)?;
    let next = selected.next.map(|next| STANDARD.encode(next));
    body.shape("NextToken", next.as_ref())?;
    if let Some(key) = &selected.page.last_evaluated_key {
        body.item("LastEvaluatedKey", key);
    }
    report.write_one(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp: None,
    })
}

async fn write(
    context: &Context<'_>,
    named: &Named,
    statement: Write,
    on_failure: Option<&String>,
    asked: Asked,
) -> Result<Done, Fault> {
    if statement.is_check() {
        return Err(Fault::validation(EXISTS_OUTSIDE_TRANSACTION));
    }
    let tables = context.tables().await?;
    let write = tables
        .open_table(&named.table)
        .and_then(|table| table.plan_statement(statement))
        .map_err(fault::of_table)?;
    let outcome = write_reply::write(context, &named.table, &write.action, on_failure).await?;
    let timestamp = outcome.timestamp;
    let mut report = Report::new(asked, Transaction::No);
    report.add_charge(&named.reference, &outcome.charge);
    let mut body = statements::returned(write.returned(outcome).as_ref())?;
    report.write_one(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp: Some(timestamp),
    })
}

/// The position in a token.
fn position(token: &str) -> Result<Vec<u8>, Fault> {
    STANDARD.decode(token).map_err(|_| mismatch())
}

fn mismatch() -> Fault {
    Fault::validation("NextToken does not match request")
}
