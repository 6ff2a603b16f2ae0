//! ExecuteTransaction: up to 100 PartiQL statements that all read as of one instant, or all
//! happen together or not at all.

use anywhen_expr::partiql::{BoundStatement, ItemRead};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{
    Charge, ClientRequestToken, GetItem, REQUEST_HASH_BYTES, RealmTables, TableError,
    TransactAction, TransactGet,
};

use super::transact_write_items::hide_items;
use crate::body::{Body, write_list};
use crate::consumed::{Asked, Report, Transaction};
use crate::service::{Context, Done};
use crate::statements::{self, Named, Request};
use crate::{fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::ExecuteTransactionInput,
) -> Result<Done, Fault> {
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
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
        return read(context, requests, asked).await;
    }
    let shows_item: Vec<bool> = inputs
        .iter()
        .map(|input| input.return_values_on_condition_check_failure.as_deref() == Some("ALL_OLD"))
        .collect();
    let token = input.client_request_token.map(|token| ClientRequestToken {
        token,
        request_hash: hash(&requests, &shows_item),
    });
    write(context, requests, &shows_item, token, asked).await
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

async fn read(context: &Context<'_>, requests: Vec<Request>, asked: Asked) -> Result<Done, Fault> {
    let tables = context.tables().await?;
    let references = references(&requests);
    let reads = requests
        .into_iter()
        .map(|request| planned_read(&tables, request))
        .collect::<Result<Vec<_>, _>>()?;
    let (rows, charges) = items::blocking(move || {
        let (gets, reads): (Vec<TransactGet>, Vec<ItemRead>) = reads.into_iter().unzip();
        let found = tables.transact_get(&gets)?;
        let rows = found.items.into_iter().zip(reads).map(|(item, read)| {
            let item = item.map(|item| item.to_item()).transpose()?;
            Ok::<_, TableError>(item.and_then(|item| read.row(item)))
        });
        Ok((rows.collect::<Result<Vec<_>, _>>()?, found.charges))
    })
    .await?;
    let mut body = Body::new();
    write_list(&rows, body.member("Responses"), |row, out| {
        let mut response = Body::new();
        if let Some(row) = row {
            response.item("Item", row);
        }
        out.extend(response.finish());
        Ok(())
    })?;
    let mut report = Report::new(asked, Transaction::Reads);
    for charge in &charges {
        report.add_charge(reference(&references, charge), charge);
    }
    report.write_list(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp: None,
    })
}

/// What the statements call their tables.
fn references(requests: &[Request]) -> Vec<Named> {
    requests
        .iter()
        .map(|request| request.named.clone())
        .collect()
}

fn reference<'a>(references: &'a [Named], charge: &Charge) -> &'a str {
    let name = &charge.table.record().name;
    let found = references.iter().find(|named| named.table == *name);
    found.map_or("", |named| &named.reference)
}

fn planned_read(tables: &RealmTables, request: Request) -> Result<(TransactGet, ItemRead), Fault> {
    let BoundStatement::Select(select) = request.statement else {
        return Err(fault::internal("a write among the reads of a transaction"));
    };
    let read = tables
        .open_table(&request.named.table)
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
        consistent_read: true,
    };
    let table = request.named.table;
    Ok((TransactGet { table, get }, read))
}

async fn write(
    context: &Context<'_>,
    requests: Vec<Request>,
    shows_item: &[bool],
    token: Option<ClientRequestToken>,
    asked: Asked,
) -> Result<Done, Fault> {
    let tables = context.tables().await?;
    let references = references(&requests);
    let actions = requests
        .into_iter()
        .map(|request| planned_write(&tables, request))
        .collect::<Result<Vec<_>, _>>()?;
    let outcome = tables.transact_write(&actions, token.as_ref()).await;
    let outcome = outcome.map_err(|error| fault::of_table(hide_items(error, shows_item)))?;
    let mut body = statements::no_responses();
    let charges = outcome.outcomes.iter().map(|outcome| &outcome.charge);
    // A repetition wrote nothing: what it consumed was read, action by action.
    let (transaction, charges): (_, Vec<_>) = if outcome.repeated.is_empty() {
        (Transaction::Writes, charges.collect())
    } else {
        (Transaction::Reads, outcome.repeated.iter().collect())
    };
    let mut report = Report::new(asked, transaction);
    for charge in charges {
        report.add_charge(reference(&references, charge), charge);
    }
    report.write_list(&mut body)?;
    Ok(Done {
        body: body.finish(),
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
        .open_table(&request.named.table)
        .and_then(|table| table.plan_statement(write))
        .map_err(fault::of_table)?;
    Ok(TransactAction {
        table: request.named.table,
        action: write.action,
    })
}
