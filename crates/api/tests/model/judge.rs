//! Whether a reply is what the model says.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::database::{Answer, Member, Pages, Reason};
use crate::fault::Fault;
use crate::generate::Call;
use crate::request::{Read, Request};
use crate::server::{Reply, Server};
use crate::value::{Item, in_one_order, key_from_json};

/// Sends a request, and says what of the reply is not as the model has it.
pub(crate) async fn judge(server: &Server, call: &Call, answer: &Answer) -> Result<(), String> {
    if call.options.after_pause {
        server.pause();
    }
    if let (Request::Read(read), Answer::Pages(pages)) = (&call.request, answer) {
        return judge_pages(server, call, read, pages).await;
    }
    let reply = server.call(call.request.operation(), &call.body).await;
    let told = judge_reply(answer, &reply);
    told.map_err(|wrong| format!("{wrong}\nthe reply: {} {}", reply.status, reply.body))
}

fn judge_reply(answer: &Answer, reply: &Reply) -> Result<(), String> {
    match answer {
        Answer::Is(body) => {
            succeeded(reply)?;
            equal("the body", body, &reply.body)
        }
        Answer::Found(expected) => {
            succeeded(reply)?;
            let (mut expected, mut found) = (expected.clone(), reply.body.clone());
            for body in [&mut expected, &mut found] {
                let tables = body["Responses"].as_object_mut().ok_or("no Responses")?;
                for items in tables.values_mut() {
                    *items = without_order(items.as_array().ok_or("no list of items")?);
                }
            }
            equal("the body", &expected, &found)
        }
        Answer::Fails(faults) => failed(faults, reply),
        Answer::Members(members, rest) => {
            succeeded(reply)?;
            let responses = reply.body["Responses"].as_array().ok_or("no Responses")?;
            if responses.len() != members.len() {
                return Err(format!("there were to be {} responses", members.len()));
            }
            for (member, response) in members.iter().zip(responses) {
                judge_member(member, response)?;
            }
            let mut found = json!({});
            if let Some(consumed) = reply.body.get("ConsumedCapacity") {
                found["ConsumedCapacity"] = consumed.clone();
            }
            equal("what is said beside the responses", rest, &found)
        }
        Answer::ConditionFails(item) => {
            let code = "ConditionalCheckFailedException";
            failed(
                &[Fault {
                    code,
                    text: "The conditional request failed".to_owned(),
                }],
                reply,
            )?;
            equal("the item", &json!(item), &reply.body["Item"])
        }
        Answer::Cancelled(expected) => cancelled(expected, reply),
        Answer::Pages(_) => Err("only a Query or Scan has pages".to_owned()),
    }
}

fn judge_member(member: &Member, response: &Json) -> Result<(), String> {
    match member {
        Member::Is(expected) => equal("the response", expected, response),
        Member::Fails {
            table,
            faults,
            item,
        } => {
            let error = &response["Error"];
            equal("the item", &json!(item), &error["Item"])?;
            let text = error["Message"].as_str().unwrap_or_default();
            let fits = |fault: &Fault| error["Code"] == fault.code && text.contains(&fault.text);
            if response["TableName"] == *table && faults.iter().any(fits) {
                Ok(())
            } else {
                Err(format!("{response} was to be an error, one of {faults:?}"))
            }
        }
    }
}

fn succeeded(reply: &Reply) -> Result<(), String> {
    if reply.status == 200 {
        Ok(())
    } else {
        Err("it was to succeed".to_owned())
    }
}

fn equal(what: &str, expected: &Json, found: &Json) -> Result<(), String> {
    let one_order = |json: &Json| {
        let mut json = in_one_order(json);
        order_figures(&mut json);
        json
    };
    let (expected, found) = (one_order(expected), one_order(found));
    if expected == found {
        Ok(())
    } else {
        Err(format!("{what} was to be {expected}"))
    }
}

/// Brings what a reply says of several tables and item collections into one order.
fn order_figures(body: &mut Json) {
    let sort = |list: &mut Json| {
        if let Some(list) = list.as_array_mut() {
            list.sort_by_key(ToString::to_string);
        }
    };
    if let Some(consumed) = body.get_mut("ConsumedCapacity") {
        sort(consumed);
    }
    let collections = body.get_mut("ItemCollectionMetrics");
    if let Some(tables) = collections.and_then(Json::as_object_mut) {
        tables.values_mut().for_each(sort);
    }
}

fn failed(faults: &[Fault], reply: &Reply) -> Result<(), String> {
    let code = reply.body["__type"].as_str().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let text = ["message", "Message"]
        .into_iter()
        .find_map(|key| reply.body[key].as_str());
    let text = text.unwrap_or_default();
    let fits = |fault: &Fault| fault.code == code && text.contains(&fault.text);
    if reply.status == 400 && faults.iter().any(fits) {
        Ok(())
    } else {
        Err(format!("it was to fail with one of {faults:#?}"))
    }
}

fn cancelled(expected: &[Vec<Reason>], reply: &Reply) -> Result<(), String> {
    failed(&[Fault::coded("TransactionCanceledException")], reply)?;
    let reasons = reply.body["CancellationReasons"]
        .as_array()
        .ok_or("there are no reasons")?;
    let mut codes = Vec::new();
    for (expected, reason) in expected.iter().zip(reasons) {
        let right = expected.iter().any(|one| {
            reason["Code"] == one.code
                && reason["Message"]
                    .as_str()
                    .is_some_and(|text| text.contains(one.text))
                && in_one_order(&reason["Item"]) == in_one_order(&json!(one.item))
        });
        let is_none = expected.is_empty() && *reason == json!({"Code": "None"});
        if !right && !is_none {
            return Err(format!("the reason {reason} was to be one of {expected:?}"));
        }
        codes.push(reason["Code"].as_str().unwrap_or_default());
    }
    if expected.len() != reasons.len() {
        return Err(format!("there were to be {} reasons", expected.len()));
    }
    let text = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    equal("the message", &json!(text), &reply.body["Message"])
}

fn without_order(items: &[Json]) -> Json {
    let mut items: Vec<Json> = items.iter().map(in_one_order).collect();
    items.sort_by_key(ToString::to_string);
    items.into()
}

/// Reads all pages of all segments, which together must be what the model says.
async fn judge_pages(
    server: &Server,
    call: &Call,
    read: &Read,
    expected: &Pages,
) -> Result<(), String> {
    let mut seen = Seen::default();
    for segment in 0..read.segments.unwrap_or(1) {
        let mut body = call.body.clone();
        if let Some(segments) = read.segments {
            body["TotalSegments"] = json!(segments);
            body["Segment"] = json!(segment);
        }
        loop {
            let reply = server.call(call.request.operation(), &body).await;
            let told = seen.add(&reply, read, expected);
            let next = told.map_err(|wrong| {
                format!(
                    "{wrong}\nthe request: {body}\nthe reply: {} {}",
                    reply.status, reply.body
                )
            })?;
            let Some(next) = next else { break };
            body["ExclusiveStartKey"] = next;
        }
    }
    seen.judge(read, expected)
}

/// Compares what a page says it cost with the price of what it has read, where that is known: if
/// there is one page of all, or if a page shows all that it has read.
fn check_price(items: &[Json], reply: &Reply, read: &Read, expected: &Pages) -> Result<(), String> {
    let price = if read.limit.is_none() && read.segments.is_none() {
        expected.prices.of_page(0..expected.read.len())
    } else if read.filter.is_none() && read.projection.is_empty() && !read.counts_only() {
        // What is shown whole holds the item's key.
        let place = |item: &Json| {
            let is_of = |entry: &Item| {
                let mut key = expected.table_key.iter();
                key.all(|(name, _)| entry[*name].to_json() == item[*name])
            };
            expected.read.iter().position(is_of)
        };
        let places: Option<Vec<usize>> = items.iter().map(place).collect();
        let places = places.ok_or("an item was shown that is not there")?;
        expected.prices.of_page(places)
    } else {
        return Ok(());
    };
    equal(
        "ConsumedCapacity",
        &json!(price),
        &reply.body["ConsumedCapacity"],
    )
}

/// What all pages so far have shown.
#[derive(Debug, Default)]
struct Seen {
    items: Vec<Json>,
    read: usize,
    passed: usize,
    keys: BTreeSet<Item>,
}

impl Seen {
    /// Takes a page in, and gives where the next one begins.
    fn add(
        &mut self,
        reply: &Reply,
        read: &Read,
        expected: &Pages,
    ) -> Result<Option<Json>, String> {
        succeeded(reply)?;
        let count = |name: &str| reply.body[name].as_u64().map(|count| count as usize);
        let passed = count("Count").ok_or("no Count")?;
        let read_here = count("ScannedCount").ok_or("no ScannedCount")?;
        self.passed += passed;
        self.read += read_here;
        if self.read > expected.read.len() {
            return Err(format!(
                "there are only {} entries to read",
                expected.read.len()
            ));
        }
        let items = match reply.body.get("Items").map(Json::as_array) {
            None if read.counts_only() => &[],
            Some(Some(items)) if !read.counts_only() && items.len() == passed => items.as_slice(),
            _ => return Err("Items and Count do not fit".to_owned()),
        };
        self.items.extend(items.iter().cloned());
        check_price(items, reply, read, expected)?;
        let next = reply.body.get("LastEvaluatedKey");
        if next.is_some() != (read.limit == Some(read_here)) {
            return Err("a page goes to its limit or to the end".to_owned());
        }
        let Some(next) = next else { return Ok(None) };
        let key = key_from_json(next).ok_or("LastEvaluatedKey is no key")?;
        let names: BTreeSet<&str> = key.keys().map(String::as_str).collect();
        if names != expected.key_names {
            return Err(format!(
                "LastEvaluatedKey was to have {:?}",
                expected.key_names
            ));
        }
        let is_of = |entry: &Item| {
            key.iter()
                .all(|(name, value)| entry.get(name) == Some(value))
        };
        if !expected.read.iter().any(is_of) {
            return Err("LastEvaluatedKey was to be of an entry".to_owned());
        }
        if !self.keys.insert(key) {
            return Err("a page ended where another had".to_owned());
        }
        Ok(Some(next.clone()))
    }

    /// The pages together.
    fn judge(&self, read: &Read, expected: &Pages) -> Result<(), String> {
        let shown = expected.shown.len();
        if (self.read, self.passed) != (expected.read.len(), shown) {
            return Err(format!(
                "{} entries were read and {} passed, and it was to be {} and {shown}",
                self.read,
                self.passed,
                expected.read.len()
            ));
        }
        if read.counts_only() {
            return Ok(());
        }
        let found = json!(self.items);
        let told = if expected.is_ordered {
            equal("the items", &json!(expected.shown), &found)
        } else {
            equal(
                "the items",
                &without_order(&expected.shown),
                &without_order(&self.items),
            )
        };
        told.map_err(|wrong| format!("{wrong}\nthe items found: {found}"))?;
        // Entries that are equal in it come in any order.
        let sorted = |items: &[Json]| {
            let keys = items.iter().map(|item| {
                let key = expected.sorted_by.iter();
                key.map(|(name, _)| item[*name].clone()).collect::<Json>()
            });
            keys.collect::<Json>()
        };
        equal("the order", &sorted(&expected.shown), &sorted(&self.items))
            .map_err(|wrong| format!("{wrong}\nthe items found: {found}"))
    }
}
