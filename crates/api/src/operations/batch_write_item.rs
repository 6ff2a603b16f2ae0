//! BatchWriteItem: up to 25 puts and deletes, each a write of its own. Those that there is no
//! capacity for are left over; if that is all of them, the request is refused.

use std::collections::BTreeMap;

use anywhen_model::{Item, limits};
use anywhen_protocol::{Fault, shapes};
use anywhen_table::{ItemChange, TableError};

use crate::body::Body;
use crate::consumed::{Asked, Collections, Report, Transaction};
use crate::fault;
use crate::items;
use crate::service::{Context, Done};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::BatchWriteItemInput,
) -> Result<Done, Fault> {
    let requests = input.request_items.unwrap_or_default();
    if requests.values().map(Vec::len).sum::<usize>() > limits::BATCH_WRITE_REQUESTS_MAX {
        return Err(Fault::validation(
            "Too many items requested for the BatchWriteItem call",
        ));
    }
    let mut changes = Vec::new();
    let mut asked_writes = Vec::new();
    for (reference, requests) in &requests {
        let table = items::table_name(context, Some(reference))?;
        for request in requests {
            changes.push((table.clone(), change(request)?));
            asked_writes.push((reference, request));
        }
    }
    let mut collections = Collections::new(input.return_item_collection_metrics.as_ref());
    // The changes are used up by the writes.
    let keys: Vec<Item> = if collections.are_asked() {
        let keys = changes.iter().map(|(_, change)| change.key().clone());
        keys.collect()
    } else {
        Vec::new()
    };
    let outcomes = context
        .tables()
        .await?
        .batch_write(changes)
        .await
        .map_err(fault::of_table)?;
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
    let mut report = Report::new(asked, Transaction::No);
    let (mut last, mut throttled) = (None, None);
    let mut unprocessed: BTreeMap<&String, Vec<&shapes::WriteRequest>> = BTreeMap::new();
    let results = asked_writes.into_iter().zip(outcomes).enumerate();
    for (position, ((reference, request), outcome)) in results {
        let outcome = match outcome {
            Err(error @ TableError::ThroughputExceeded(_)) => {
                throttled.get_or_insert(error);
                unprocessed.entry(reference).or_default().push(request);
                continue;
            }
            outcome => outcome.map_err(fault::of_table)?,
        };
        last = last.max(Some(outcome.timestamp));
        report.add_charge(reference, &outcome.charge);
        if let Some(key) = keys.get(position) {
            let table = &outcome.charge.table;
            collections.add(reference, table, key).await;
        }
    }
    if let (Some(error), None) = (throttled, last) {
        return Err(fault::of_table(error));
    }
    let mut body = Body::new();
    body.shape("UnprocessedItems", Some(&unprocessed))?;
    collections.write_map(&mut body)?;
    report.write_list(&mut body)?;
    Ok(Done {
        body: body.finish(),
        commit_timestamp: last,
    })
}

fn change(request: &shapes::WriteRequest) -> Result<ItemChange, Fault> {
    match (&request.put_request, &request.delete_request) {
        (Some(put), None) => {
            let item = items::item(put.item.as_ref(), false)?;
            if item.size_bytes() > limits::ITEM_BYTES_MAX {
                let text = "Item size has exceeded the maximum allowed size";
                return Err(Fault::validation(text));
            }
            Ok(ItemChange::Put(item))
        }
        (None, Some(delete)) => Ok(ItemChange::Delete {
            key: items::item(delete.key.as_ref(), false)?,
        }),
        // AWS's words for a request that is neither or both.
        _ => Err(Fault::validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one \
             of the supported datatypes",
        )),
    }
}
