//! BatchGetItem: items by key, from several tables.

use std::collections::BTreeMap;

use anywhen_model::{Item, TableName, limits};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{BatchGet, BatchGetOutcome};

use crate::body::{Body, write_list};
use crate::consumed::{Asked, Report, Transaction};
use crate::items::{self, Given};
use crate::service::{Context, Done};
use crate::{fault, legacy};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::BatchGetItemInput,
) -> Result<Done, Fault> {
    let requests = input.request_items.unwrap_or_default();
    let keys: usize = requests
        .values()
        .map(|request| request.keys.iter().flatten().count())
        .sum();
    if keys > limits::BATCH_GET_KEYS_MAX {
        return Err(Fault::validation(
            "Too many items requested for the BatchGetItem call",
        ));
    }
    let any = |given: fn(&shapes::KeysAndAttributes) -> bool| requests.values().any(given);
    legacy::check_not_mixed(
        &[(
            "AttributesToGet",
            any(|request| request.attributes_to_get.is_some()),
        )],
        &[(
            "ProjectionExpression",
            any(|request| request.projection_expression.is_some()),
        )],
    )?;
    // Names as the client wrote them, in the order the table layer answers.
    let mut asked = Vec::with_capacity(requests.len());
    let mut gets = Vec::with_capacity(requests.len());
    for (reference, request) in requests {
        let table = items::table_name(context, Some(&reference))?;
        gets.push(read_request(context, table, &reference, &request)?);
        asked.push((reference, request));
    }
    let tables = context.tables().await?;
    let outcome = items::blocking(move || tables.batch_get(&gets)).await?;
    let capacity = Asked::of(input.return_consumed_capacity.as_ref());
    reply(&asked, &outcome, capacity)
}

fn read_request(
    context: &Context<'_>,
    table: TableName,
    reference: &str,
    request: &shapes::KeysAndAttributes,
) -> Result<BatchGet, Fault> {
    let given = Given {
        names: request.expression_attribute_names.as_ref(),
        values: None,
        projection: request.projection_expression.as_deref(),
        with_values: &[],
        prefixed: false,
    };
    given.check_needed()?;
    let keys = request
        .keys
        .iter()
        .flatten()
        .map(|key| items::item(Some(key), false));
    let keys = keys.collect::<Result<Vec<Item>, Fault>>()?;
    let attributes = legacy::projection(
        request.attributes_to_get.as_ref(),
        &format!("requestItems.{reference}.member.attributesToGet"),
    )?;
    let mut expressions = given.read(context)?;
    let projection = expressions.projection(request.projection_expression.as_deref())?;
    expressions.finish()?;
    Ok(BatchGet {
        table,
        keys,
        projection: projection.or(attributes),
        consistent_read: request.consistent_read.unwrap_or(false),
    })
}

fn reply(
    asked: &[(String, shapes::KeysAndAttributes)],
    outcome: &BatchGetOutcome,
    capacity: Asked,
) -> Result<Done, Fault> {
    let mut body = Body::new();
    let mut responses = Body::new();
    for ((reference, _), (_, found)) in asked.iter().zip(&outcome.found) {
        // A table's name or ARN holds nothing that JSON would escape.
        write_list(found, responses.member(reference), |item, out| {
            item.write_json(out).map_err(fault::of_table)
        })?;
    }
    body.member("Responses").extend(responses.finish());
    body.shape("UnprocessedKeys", Some(&unprocessed(asked, outcome)))?;
    let mut report = Report::new(capacity, Transaction::No);
    for ((reference, _), charge) in asked.iter().zip(&outcome.charges) {
        report.add_charge(reference, charge);
    }
    report.write_list(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp: None,
    })
}

/// The keys that were not looked at, each under its table with the options it came with.
fn unprocessed(
    asked: &[(String, shapes::KeysAndAttributes)],
    outcome: &BatchGetOutcome,
) -> BTreeMap<String, shapes::KeysAndAttributes> {
    let left = asked
        .iter()
        .zip(&outcome.unprocessed)
        .filter(|(_, (_, keys))| !keys.is_empty());
    left.map(|((reference, request), (_, keys))| {
        let keys = keys.iter().map(fault::item_json).collect();
        (
            reference.clone(),
            shapes::KeysAndAttributes {
                keys: Some(keys),
                ..request.clone()
            },
        )
    })
    .collect()
}
