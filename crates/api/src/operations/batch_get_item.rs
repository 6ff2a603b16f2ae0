//! BatchGetItem: items by key, from several tables.

use std::collections::BTreeMap;

use anywhen_model::{Item, TableName, limits, write_item};
use anywhen_protocol::{Fault, RawJson, shapes};
use anywhen_table::{BatchGet, BatchGetOutcome};

use crate::items::{self, Given, asks};
use crate::service::{Context, Done};
use crate::{fault, unbuilt};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::BatchGetItemInput,
) -> Result<Done, Fault> {
    unbuilt::refuse(&[(
        "ReturnConsumedCapacity",
        asks(input.return_consumed_capacity.as_ref()),
    )])?;
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
    // Names as the client wrote them, in the order the table layer answers.
    let mut asked = Vec::with_capacity(requests.len());
    let mut gets = Vec::with_capacity(requests.len());
    for (reference, request) in requests {
        gets.push(read_request(
            items::table_name(context, Some(&reference))?,
            &request,
        )?);
        asked.push((reference, request));
    }
    let tables = context.tables().await?;
    let outcome = items::blocking(move || tables.batch_get(&gets)).await?;
    reply(&asked, &outcome)
}

fn read_request(table: TableName, request: &shapes::KeysAndAttributes) -> Result<BatchGet, Fault> {
    unbuilt::refuse(&[("AttributesToGet", request.attributes_to_get.is_some())])?;
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
    let mut expressions = given.read()?;
    let projection = expressions.projection(request.projection_expression.as_deref())?;
    expressions.finish()?;
    Ok(BatchGet {
        table,
        keys,
        projection,
    })
}

fn reply(
    asked: &[(String, shapes::KeysAndAttributes)],
    outcome: &BatchGetOutcome,
) -> Result<Done, Fault> {
    let mut responses = BTreeMap::new();
    for ((reference, _), (_, found)) in asked.iter().zip(&outcome.found) {
        let mut list = b"[".to_vec();
        for (position, item) in found.iter().enumerate() {
            if position > 0 {
                list.push(b',');
            }
            item.write_json(&mut list).map_err(fault::of_table)?;
        }
        list.push(b']');
        responses.insert(reference.clone(), list);
    }
    let mut body = b"{\"Responses\":{".to_vec();
    for (position, (reference, list)) in responses.iter().enumerate() {
        if position > 0 {
            body.push(b',');
        }
        // A table's name or ARN holds nothing that JSON would escape.
        body.extend_from_slice(format!("\"{reference}\":").as_bytes());
        body.extend_from_slice(list);
    }
    body.extend_from_slice(b"},\"UnprocessedKeys\":");
    body.extend_from_slice(&super::reply(&unprocessed(asked, outcome))?.body);
    body.push(b'}');
    Ok(Done {
        body,
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
        let keys = keys.iter().map(key_json).collect();
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

fn key_json(key: &Item) -> RawJson {
    let mut json = Vec::new();
    write_item(key, &mut json);
    RawJson::from_text(String::from_utf8_lossy(&json))
}
