//! What programs do to a table.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters as _;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, Delete, GlobalSecondaryIndex,
    KeySchemaElement, KeyType, KeysAndAttributes, Projection, ProjectionType, Put, PutRequest,
    ReturnValue, ReturnValuesOnConditionCheckFailure, ScalarAttributeType, StreamSpecification,
    StreamViewType, TransactWriteItem, Update, WriteRequest,
};

use crate::Failure;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Reading `number`: of one of three sensors, and hot or cold.
pub(crate) fn reading(number: usize) -> Item {
    let state = if number % 2 == 0 { "cold" } else { "hot" };
    Item::from([
        ("sensor".into(), s(&format!("s{}", number % 3))),
        ("number".into(), n(number)),
        ("state".into(), s(state)),
        ("degrees".into(), n(number * 2)),
    ])
}

fn key(number: usize) -> Item {
    let mut key = reading(number);
    key.retain(|name, _| name == "sensor" || name == "number");
    key
}

fn every_type() -> Item {
    Item::from([
        ("sensor".into(), s("every type")),
        ("number".into(), n(0)),
        ("text".into(), s("žluťoučký kůň ☃ 🎵 \0")),
        ("empty".into(), s("")),
        ("exact".into(), n("12345678901234567890123456789012345.678")),
        ("small".into(), n("-0.00000000015")),
        (
            "bytes".into(),
            AttributeValue::B(Blob::new([0, 1, 127, 128, 255])),
        ),
        ("yes".into(), AttributeValue::Bool(true)),
        ("nothing".into(), AttributeValue::Null(true)),
        (
            "list".into(),
            AttributeValue::L(vec![n(1), s("two"), AttributeValue::L(vec![])]),
        ),
        (
            "map".into(),
            AttributeValue::M(Item::from([(
                "deep".into(),
                AttributeValue::M(Item::new()),
            )])),
        ),
        (
            "texts".into(),
            AttributeValue::Ss(vec!["a".into(), "b".into()]),
        ),
        (
            "numbers".into(),
            AttributeValue::Ns(vec!["1".into(), "2.5".into()]),
        ),
        (
            "binaries".into(),
            AttributeValue::Bs(vec![Blob::new([1]), Blob::new([2, 3])]),
        ),
    ])
}

pub(crate) async fn create(client: &Client, table: &str) -> Result<(), Failure> {
    let attribute = |name: &str, kind: ScalarAttributeType| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(kind)
            .build()
    };
    let element = |name: &str, kind: KeyType| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
    };
    let index = GlobalSecondaryIndex::builder()
        .index_name("by-state")
        .key_schema(element("state", KeyType::Hash)?)
        .key_schema(element("number", KeyType::Range)?)
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::All)
                .build(),
        )
        .build()?;
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()?;
    let created = client
        .create_table()
        .table_name(table)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("sensor", ScalarAttributeType::S)?)
        .attribute_definitions(attribute("number", ScalarAttributeType::N)?)
        .attribute_definitions(attribute("state", ScalarAttributeType::S)?)
        .key_schema(element("sensor", KeyType::Hash)?)
        .key_schema(element("number", KeyType::Range)?)
        .global_secondary_indexes(index)
        .stream_specification(stream)
        .send()
        .await?;
    let description = created
        .table_description
        .ok_or("CreateTable describes nothing")?;
    assert!(description.creation_date_time.is_some());
    client
        .wait_until_table_exists()
        .table_name(table)
        .wait(Duration::from_secs(60))
        .await?;
    let mut names = client
        .list_tables()
        .into_paginator()
        .page_size(1)
        .items()
        .send();
    while let Some(name) = names.next().await {
        if name? == table {
            return Ok(());
        }
    }
    Err(format!("ListTables does not tell of {table}").into())
}

pub(crate) async fn every_type_comes_back(client: &Client, table: &str) -> Result<(), Failure> {
    let item = every_type();
    client
        .put_item()
        .table_name(table)
        .set_item(Some(item.clone()))
        .send()
        .await?;
    let read = client
        .get_item()
        .table_name(table)
        .key("sensor", s("every type"))
        .key("number", n(0))
        .consistent_read(true)
        .send()
        .await?;
    assert_eq!(read.item, Some(item));
    Ok(())
}

pub(crate) async fn batches_and_pages(client: &Client, table: &str) -> Result<(), Failure> {
    let all: Vec<Item> = (1..=60).map(reading).collect();
    for some in all.chunks(25) {
        let requests = some.iter().map(|item| {
            let put = PutRequest::builder().set_item(Some(item.clone())).build();
            Ok(WriteRequest::builder().put_request(put?).build())
        });
        let requests = requests.collect::<Result<Vec<_>, Failure>>()?;
        let answer = client
            .batch_write_item()
            .request_items(table, requests)
            .send()
            .await?;
        assert_eq!(answer.unprocessed_items, Some(HashMap::new()));
    }
    let keys = (1..=60).map(key).collect();
    let keys = KeysAndAttributes::builder()
        .set_keys(Some(keys))
        .consistent_read(true)
        .build()?;
    let answer = client
        .batch_get_item()
        .request_items(table, keys)
        .send()
        .await?;
    let found = answer.responses.and_then(|mut tables| tables.remove(table));
    assert_eq!(by_number(found.unwrap_or_default()), all);

    let pages = client
        .query()
        .table_name(table)
        .index_name("by-state")
        .key_condition_expression("#s = :s AND #n BETWEEN :low AND :high")
        .filter_expression("degrees <> :not")
        .expression_attribute_names("#s", "state")
        .expression_attribute_names("#n", "number")
        .expression_attribute_values(":s", s("hot"))
        .expression_attribute_values(":low", n(10))
        .expression_attribute_values(":high", n(50))
        .expression_attribute_values(":not", n(42))
        .scan_index_forward(false)
        .limit(7)
        .into_paginator()
        .items()
        .send();
    let hot: Vec<Item> = pages.try_collect().await?;
    let expected = (10..=50)
        .rev()
        .filter(|number| number % 2 == 1 && *number != 21);
    assert_eq!(hot, expected.map(reading).collect::<Vec<_>>());

    let mut scanned = Vec::new();
    for segment in 0..3 {
        let scan = client
            .scan()
            .table_name(table)
            .segment(segment)
            .total_segments(3)
            .limit(11);
        let items: Vec<Item> = scan.into_paginator().items().send().try_collect().await?;
        scanned.extend(items.into_iter().filter(|item| item["number"] != n(0)));
    }
    assert_eq!(by_number(scanned), all);
    Ok(())
}

fn by_number(mut items: Vec<Item>) -> Vec<Item> {
    items.sort_by_key(|item| {
        item["number"]
            .as_n()
            .ok()
            .and_then(|text| text.parse::<i64>().ok())
    });
    items
}

pub(crate) async fn conditions(client: &Client, table: &str) -> Result<(), Failure> {
    let warm = || {
        client
            .update_item()
            .table_name(table)
            .set_key(Some(key(1)))
            .update_expression("SET #s = :new ADD degrees :more")
            .condition_expression("#s = :old")
            .expression_attribute_names("#s", "state")
            .expression_attribute_values(":new", s("warm"))
            .expression_attribute_values(":old", s("hot"))
            .expression_attribute_values(":more", n("0.5"))
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    let mut expected = reading(1);
    expected.insert("state".into(), s("warm"));
    expected.insert("degrees".into(), n("2.5"));
    assert_eq!(warm().await?.attributes, Some(expected.clone()));
    let refused = warm()
        .await
        .err()
        .ok_or("the condition was met twice")?
        .into_service_error();
    assert!(
        refused.is_conditional_check_failed_exception(),
        "{refused:?}"
    );
    assert_eq!(
        refused.meta().message(),
        Some("The conditional request failed")
    );
    let shown = match refused {
        UpdateItemError::ConditionalCheckFailedException(failed) => failed.item,
        other => return Err(other.into()),
    };
    assert_eq!(shown, Some(expected));
    let absent = client
        .get_item()
        .table_name(format!("{table}-absent"))
        .set_key(Some(key(1)));
    let refused = absent
        .send()
        .await
        .err()
        .ok_or("a table that is not there was read")?;
    assert!(
        refused
            .into_service_error()
            .is_resource_not_found_exception()
    );
    Ok(())
}

pub(crate) async fn transactions(client: &Client, table: &str) -> Result<(), Failure> {
    let put = |number| {
        Put::builder()
            .table_name(table)
            .set_item(Some(reading(number)))
            .build()
    };
    let less = Update::builder()
        .table_name(table)
        .set_key(Some(key(2)))
        .update_expression("SET degrees = degrees - :n")
        .expression_attribute_values(":n", n(1));
    let gone = Delete::builder()
        .table_name(table)
        .set_key(Some(key(3)))
        .build()?;
    // Twice under one token: done once. The SDK makes a token of its own if it is given none.
    let writes = client
        .transact_write_items()
        .client_request_token(table.chars().rev().take(36).collect::<String>())
        .transact_items(TransactWriteItem::builder().put(put(61)?).build())
        .transact_items(TransactWriteItem::builder().update(less.build()?).build())
        .transact_items(TransactWriteItem::builder().delete(gone).build());
    writes.clone().send().await?;
    writes.send().await?;
    let changed = client
        .get_item()
        .table_name(table)
        .set_key(Some(key(2)))
        .send()
        .await?;
    assert_eq!(
        changed.item.and_then(|mut item| item.remove("degrees")),
        Some(n(3))
    );

    let check = ConditionCheck::builder()
        .table_name(table)
        .set_key(Some(key(4)))
        .condition_expression("attribute_not_exists(sensor)")
        .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
        .build()?;
    let refused = client
        .transact_write_items()
        .transact_items(TransactWriteItem::builder().put(put(62)?).build())
        .transact_items(TransactWriteItem::builder().condition_check(check).build())
        .send()
        .await
        .err()
        .ok_or("a transaction went against its condition")?
        .into_service_error();
    let cancelled = match refused {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => cancelled,
        other => return Err(other.into()),
    };
    let reasons = cancelled.cancellation_reasons();
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes, [Some("None"), Some("ConditionalCheckFailed")]);
    assert_eq!(reasons[1].item(), Some(&reading(4)));
    Ok(())
}
