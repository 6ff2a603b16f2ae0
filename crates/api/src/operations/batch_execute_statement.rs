//! BatchExecuteStatement: up to 25 PartiQL statements, each by itself: what is wrong with one is
//! said in its place and stops no other.

use std::sync::Arc;

use anywhen_expr::partiql::{BoundStatement, ItemRead};
use anywhen_model::{CommitTimestamp, Item, TableName};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{Charge, GetItem, RealmTables, StatementWrite, Table, TableError};

use crate::body::Body;
use crate::consumed::{Asked, Report, Transaction};
use crate::service::{Context, Done};
use crate::statements::{EXISTS_OUTSIDE_TRANSACTION, Request};
use crate::{fault, items};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::BatchExecuteStatementInput,
) -> Result<Done, Fault> {
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
    let inputs = input.statements.unwrap_or_default();
    let requests = read_requests(context, &inputs)?;
    let tables = context.tables().await?;
    let members = requests
        .into_iter()
        .zip(&inputs)
        .map(|(request, input)| Member::plan(&tables, request, input));
    let members: Vec<Member> = members.collect();
    let outcomes = run_members(&tables, members).await?;
    let commit_timestamp = outcomes
        .iter()
        .filter_map(|outcome| outcome.timestamp)
        .max();
    let mut report = Report::new(asked, Transaction::No);
    for (reference, charge) in outcomes
        .iter()
        .filter_map(|outcome| outcome.charge.as_ref())
    {
        report.add_charge(reference, charge);
    }
    let responses: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| outcome.response)
        .collect();
    let mut body = Body::new();
    body.shape("Responses", Some(&responses))?;
    report.write_list(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp,
    })
}

/// Reads all statements. Values of wrong JSON types, and reads beside writes, refuse the call.
fn read_requests(
    context: &Context<'_>,
    inputs: &[shapes::BatchStatementRequest],
) -> Result<Vec<Result<Request, Fault>>, Fault> {
    let mut requests = Vec::with_capacity(inputs.len());
    for input in inputs {
        let request = Request::read(
            context,
            input.statement.as_deref(),
            input.parameters.as_deref(),
        );
        match request {
            Err(fault) if fault.code() == "SerializationException" => return Err(fault),
            request => requests.push(request),
        }
    }
    let mut reads_or_writes = requests.iter().flatten().map(Request::is_write);
    let first = reads_or_writes.next();
    if reads_or_writes.any(|is_write| Some(is_write) != first) {
        return Err(Fault::validation(
            "Statements of one BatchExecuteStatement must all read or all write",
        ));
    }
    Ok(requests)
}

/// One statement, ready to be run.
struct Member {
    /// The table, once it is known to exist.
    table: Option<Arc<Table>>,
    /// How the statement calls it.
    reference: String,
    work: Result<Work, shapes::BatchStatementError>,
    shows_item: bool,
}

enum Work {
    Read { get: GetItem, read: ItemRead },
    Write(StatementWrite),
}

impl Member {
    fn plan(
        tables: &RealmTables,
        request: Result<Request, Fault>,
        input: &shapes::BatchStatementRequest,
    ) -> Self {
        let shows_item =
            input.return_values_on_condition_check_failure.as_deref() == Some("ALL_OLD");
        let reference = request
            .as_ref()
            .map(|request| request.named.reference.clone());
        let mut member = Self {
            table: None,
            reference: reference.unwrap_or_default(),
            work: Err(shapes::BatchStatementError::default()),
            shows_item,
        };
        member.work = member
            .planned(tables, request, input.consistent_read.unwrap_or(false))
            .map_err(|fault| error_of(&fault));
        member
    }

    fn planned(
        &mut self,
        tables: &RealmTables,
        request: Result<Request, Fault>,
        consistent_read: bool,
    ) -> Result<Work, Fault> {
        let Request {
            statement, named, ..
        } = request?;
        let table = tables.open_table(&named.table).map_err(fault::of_table)?;
        self.table = Some(Arc::clone(&table));
        match statement {
            BoundStatement::Select(select) => {
                let read = table.plan_item_read(select).map_err(fault::of_table)?;
                let get = |read: ItemRead| Work::Read {
                    get: GetItem {
                        key: read.key.clone(),
                        projection: None,
                        consistent_read,
                    },
                    read,
                };
                read.map(get).ok_or_else(|| {
                    Fault::validation(
                        "Select statements within BatchExecuteStatement must specify the primary \
                         key in the where clause.",
                    )
                })
            }
            BoundStatement::Write(write) if write.is_check() => {
                Err(Fault::validation(EXISTS_OUTSIDE_TRANSACTION))
            }
            BoundStatement::Write(write) => {
                let write = table.plan_statement(write).map_err(fault::of_table)?;
                Ok(Work::Write(write))
            }
        }
    }
}

/// How one statement ended.
struct Outcome {
    response: shapes::BatchStatementResponse,
    timestamp: Option<CommitTimestamp>,
    /// What it consumed, and of which table by the name that the statement gave.
    charge: Option<(String, Charge)>,
}

/// Runs the statements: reads one after the other, writes side by side. Writes of one item queue
/// in the order of their statements.
async fn run_members(
    tables: &Arc<RealmTables>,
    members: Vec<Member>,
) -> Result<Vec<Outcome>, Fault> {
    let reads = members
        .iter()
        .any(|member| matches!(member.work, Ok(Work::Read { .. })));
    if reads {
        return items::blocking(move || Ok(members.into_iter().map(read).collect())).await;
    }
    let writes = members.into_iter().map(|member| write(tables, member));
    Ok(futures::future::join_all(writes).await)
}

fn read(member: Member) -> Outcome {
    let name = name_of(&member);
    let (Some(table), Ok(Work::Read { get, read })) = (&member.table, &member.work) else {
        return failed(member);
    };
    let row = table.get_item(get).and_then(|found| {
        let item = found.item.map(|item| item.to_item()).transpose()?;
        Ok((item.and_then(|item| read.row(item)), found.consumed))
    });
    match row {
        Ok((row, consumed)) => {
            let table = Arc::clone(table);
            let charge = Charge { table, consumed };
            succeeded(name, row.as_ref(), None, (member.reference, charge))
        }
        Err(error) => refused(name, error, member.shows_item),
    }
}

async fn write(tables: &RealmTables, member: Member) -> Outcome {
    let name = name_of(&member);
    let (Some(table), Ok(Work::Write(write))) = (&name, &member.work) else {
        return failed(member);
    };
    match tables.write(table, &write.action).await {
        Ok(outcome) => {
            let timestamp = Some(outcome.timestamp);
            let charge = (member.reference.clone(), outcome.charge.clone());
            succeeded(name, write.returned(outcome).as_ref(), timestamp, charge)
        }
        Err(error) => refused(name, error, member.shows_item),
    }
}

fn name_of(member: &Member) -> Option<TableName> {
    member
        .table
        .as_ref()
        .map(|table| table.record().name.clone())
}

fn succeeded(
    name: Option<TableName>,
    item: Option<&Item>,
    timestamp: Option<CommitTimestamp>,
    charge: (String, Charge),
) -> Outcome {
    let response = shapes::BatchStatementResponse {
        table_name: name.map(|name| name.to_string()),
        item: item.map(fault::item_json),
        error: None,
    };
    Outcome {
        response,
        timestamp,
        charge: Some(charge),
    }
}

fn failed(member: Member) -> Outcome {
    let name = name_of(&member);
    let error = member.work.err().unwrap_or_default();
    with_error(name, error)
}

fn refused(name: Option<TableName>, error: TableError, shows_item: bool) -> Outcome {
    let item = match &error {
        TableError::ConditionalCheckFailed { item: Some(item) } if shows_item => {
            Some(fault::item_json(item))
        }
        _ => None,
    };
    let error = error_of(&fault::of_table(error));
    with_error(name, shapes::BatchStatementError { item, ..error })
}

fn with_error(name: Option<TableName>, error: shapes::BatchStatementError) -> Outcome {
    let response = shapes::BatchStatementResponse {
        table_name: name.map(|name| name.to_string()),
        item: None,
        error: Some(error),
    };
    Outcome {
        response,
        timestamp: None,
        charge: None,
    }
}

/// A fault as it stands in the place of its statement.
fn error_of(fault: &Fault) -> shapes::BatchStatementError {
    shapes::BatchStatementError {
        code: Some(code_of(fault.code()).to_owned()),
        message: fault.message().map(str::to_owned),
        item: None,
    }
}

/// What batches call an exception.
fn code_of(exception: &str) -> &'static str {
    match exception {
        "ConditionalCheckFailedException" => "ConditionalCheckFailed",
        "ItemCollectionSizeLimitExceededException" => "ItemCollectionSizeLimitExceeded",
        "RequestLimitExceeded" => "RequestLimitExceeded",
        "ValidationException" => "ValidationError",
        "ProvisionedThroughputExceededException" => "ProvisionedThroughputExceeded",
        "TransactionConflictException" => "TransactionConflict",
        "ThrottlingException" => "ThrottlingError",
        "ResourceNotFoundException" => "ResourceNotFound",
        "AccessDeniedException" => "AccessDenied",
        "DuplicateItemException" => "DuplicateItem",
        _ => "InternalServerError",
    }
}
