//! ExecuteTransaction: up to 100 PartiQL statements that all read as of one instant, or all
//! happen together or not at all.

use anywhen_expr::partiql::{BoundStatement, ItemRead};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{
    ClientRequestToken, GetItem, REQUEST_HASH_BYTES, RealmTables, TransactAction, TransactGet,
};

use super::transact_write_items::hide_items;
use crate::items::{self, asks};
use crate::service::{Context, Done};
use crate::statements::Request;
use crate::{fault, operations, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ExecuteTransactionInput,
) -> Result<Done, Fault> {
    unbuilt::refuse(&[(
        "ReturnConsumedCapacity",
        asks(input.return_consumed_capacity.as_ref()),
    )])?;
    let inputs = input.transact_statements.unwrap_or_default();
    let requests = inputs
        .iter()
        .map(|input| {
            Request::read(
                context,
                input.statement.as_deref(),
                input.parameters.as_deref(),
            )
        })
        .collect::<Result<Vec<_>, _>>()?;
    let writes = requests.iter().filter(|request| request.is_write()).count();
    if writes != 0 && writes != requests.len() {
        return Err(Fault::validation(
            "Statements of one ExecuteTransaction must all read or all write; EXISTS stands with \
             those that write",
        ));
    }
    if writes == 0 {
        return read(context, requests).await;
    }
    let shows_item: Vec<bool> = inputs
        .iter()
        .map(|input| input.return_values_on_condition_check_failure.as_deref() == Some("ALL_OLD"))
        .collect();
    let token = input.client_request_token.map(|token| ClientRequestToken {
        token,
        request_hash: hash(&requests, &shows_item),
    });
    write(context, requests, &shows_item, token).await
}

/// A hash over all statements and what they ask for.
fn hash(requests: &[Request], shows_item: &[bool]) -> [u8; REQUEST_HASH_BYTES] {
    let mut meaning = b"ExecuteTransaction".to_vec();
    for (request, shows_item) in requests.iter().zip(shows_item) {
        meaning.extend_from_slice(&request.hash);
        meaning.push(u8::from(*shows_item));
    }
    anywhen_kms::fingerprint(&meaning)
}

async fn read(context: &Context<'_>, requests: Vec<Request>) -> Result<Done, Fault> {
    let tables = context.tables().await?;
    let reads = requests
        .into_iter()
        .map(|request| planned_read(&tables, request))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = items::blocking(move || {
        let (gets, reads): (Vec<TransactGet>, Vec<ItemRead>) = reads.into_iter().unzip();
        let found = tables.transact_get(&gets)?.items;
        let rows = found.into_iter().zip(reads).map(|(item, read)| {
            let item = item.map(|item| item.to_item()).transpose()?;
            Ok(item.and_then(|item| read.row(item)))
        });
        rows.collect::<Result<Vec<_>, _>>()
    })
    .await?;
    let responses = rows.iter().map(|row| shapes::ItemResponse {
        item: row.as_ref().map(fault::item_json),
    });
    operations::reply(&shapes::ExecuteTransactionOutput {
        responses: Some(responses.collect()),
        consumed_capacity: None,
    })
}

fn planned_read(tables: &RealmTables, request: Request) -> Result<(TransactGet, ItemRead), Fault> {
    let BoundStatement::Select(select) = request.statement else {
        return Err(fault::internal("a write among the reads of a transaction"));
    };
    let read = tables
        .open_table(&request.table)
        .and_then(|table| table.plan_item_read(select))
        .map_err(fault::of_table)?;
    let read = read.ok_or_else(|| {
        Fault::validation(
            "Select statements within ExecuteTransaction must specify the primary key in the where \
             clause.",
        )
    })?;
    let get = GetItem {
        key: read.key.clone(),
        projection: None,
    };
    let table = request.table;
    Ok((TransactGet { table, get }, read))
}

async fn write(
    context: &Context<'_>,
    requests: Vec<Request>,
    shows_item: &[bool],
    token: Option<ClientRequestToken>,
) -> Result<Done, Fault> {
    let tables = context.tables().await?;
    let actions = requests
        .into_iter()
        .map(|request| planned_write(&tables, request))
        .collect::<Result<Vec<_>, _>>()?;
    let outcome = tables.transact_write(&actions, token.as_ref()).await;
    let outcome = outcome.map_err(|error| fault::of_table(hide_items(error, shows_item)))?;
    Ok(Done {
        body: b"{\"Responses\":[]}".to_vec(),
        commit_timestamp: Some(outcome.timestamp),
    })
}

fn planned_write(tables: &RealmTables, request: Request) -> Result<TransactAction, Fault> {
    let BoundStatement::Write(write) = request.statement else {
        return Err(fault::internal("a read among the writes of a transaction"));
    };
    if write.returning().is_some() {
        return Err(Fault::validation(
            "RETURNING is not possible in ExecuteTransaction",
        ));
    }
    let write = tables
        .open_table(&request.table)
        .and_then(|table| table.plan_statement(write))
        .map_err(fault::of_table)?;
    Ok(TransactAction {
        table: request.table,
        action: write.action,
    })
}
