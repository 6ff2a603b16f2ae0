//! Batches that are too large for one reply.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::capacity::{of_read, size_bytes};
use crate::server::Server;
use crate::value::{Item, Value, item_to_json};

/// What the items of a BatchGetItem's reply may come to.
const REPLY_BYTES_MAX: usize = 16 << 20;
/// Of an item's text: below the limit of an item, so that many go into a reply.
const TEXT_BYTES: usize = 399_990;
/// More than one reply takes, and fewer than two take.
const ITEMS: usize = 50;

fn item(number: usize) -> Item {
    let text = "x".repeat(TEXT_BYTES);
    let attributes = [("pk", format!("{number:03}")), ("a", text)];
    let attributes = attributes.map(|(name, text)| (name.to_owned(), Value::S(text)));
    attributes.into_iter().collect()
}

/// Asks for what is left over until nothing is: each item comes once, each reply is as full as it
/// can be and costs what it holds, and what was asked besides the keys is kept.
#[test]
fn what_does_not_fit_into_a_batch_is_left_over() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(async {
        let server = Server::start().await;
        for number in 0..ITEMS {
            let body = json!({"TableName": "Plain", "Item": item_to_json(&item(number))});
            assert_eq!(server.call("PutItem", &body).await.status, 200);
        }
        let keys: Vec<Json> = (0..ITEMS)
            .map(|number| json!({"pk": {"S": format!("{number:03}")}}))
            .collect();
        let options = json!({
            "ConsistentRead": true,
            "ProjectionExpression": "#key, a",
            "ExpressionAttributeNames": {"#key": "pk"},
        });
        let mut request = options.clone();
        request["Keys"] = json!(keys);
        let size_bytes = size_bytes(&item(0));
        let per_reply = REPLY_BYTES_MAX / size_bytes;
        let mut found = BTreeSet::new();
        for asked in [ITEMS, ITEMS - per_reply] {
            let body = json!({
                "RequestItems": {"Plain": request},
                "ReturnConsumedCapacity": "TOTAL",
            });
            let reply = server.call("BatchGetItem", &body).await;
            assert_eq!(reply.status, 200);
            let items = reply.body["Responses"]["Plain"].as_array().unwrap();
            assert_eq!(items.len(), asked.min(per_reply));
            for item in items {
                assert_eq!(item["a"]["S"].as_str().map(str::len), Some(TEXT_BYTES));
                assert!(found.insert(item["pk"].to_string()), "an item came twice");
            }
            let units = of_read(size_bytes, true) * items.len() as f64;
            let consumed = &reply.body["ConsumedCapacity"];
            assert_eq!(
                *consumed,
                json!([{"TableName": "Plain", "CapacityUnits": units}])
            );
            let left = &reply.body["UnprocessedKeys"];
            if asked <= per_reply {
                assert_eq!(*left, json!({}));
                break;
            }
            request = left["Plain"].clone();
            let keys = request["Keys"].as_array().unwrap();
            assert_eq!(keys.len(), asked - per_reply);
            assert!(
                keys.iter()
                    .all(|key| !found.contains(&key["pk"].to_string()))
            );
            for (member, value) in options.as_object().unwrap() {
                assert_eq!(request[member], *value, "{member}");
            }
        }
        assert_eq!(found.len(), ITEMS);
        server.stop().await;
    });
}
