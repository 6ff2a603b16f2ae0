//! The stream: everything it tells, applied to nothing, is the table.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodbstreams as streams;
use streams::config::{BehaviorVersion, Region};
use streams::types::{AttributeValue, OperationType, ShardIteratorType};

use crate::Failure;

type Image = HashMap<String, AttributeValue>;

pub(crate) async fn rebuild_the_table(
    client: &Client,
    endpoint: &str,
    table: &str,
) -> Result<(), Failure> {
    let described = client.describe_table().table_name(table).send().await?;
    let arn = described
        .table
        .and_then(|table| table.latest_stream_arn)
        .ok_or("no stream")?;
    let reader = streams::Client::from_conf(
        streams::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(crate::credentials())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build(),
    );
    let images = read(&reader, &arn).await?;
    let items = client
        .scan()
        .table_name(table)
        .into_paginator()
        .items()
        .send();
    let items: Vec<crate::table::Item> = items.try_collect().await?;
    assert_eq!(images.len(), items.len());
    for item in items {
        // The two clients have types of their own for the same values.
        let key = (
            format!("{:?}", item["sensor"]),
            format!("{:?}", item["number"]),
        );
        let image = images
            .get(&key)
            .ok_or("the stream does not tell of an item")?;
        assert_eq!(sorted(image), sorted(&item));
    }
    Ok(())
}

async fn read(
    reader: &streams::Client,
    arn: &str,
) -> Result<HashMap<(String, String), Image>, Failure> {
    let described = reader.describe_stream().stream_arn(arn).send().await?;
    let shards = described
        .stream_description
        .and_then(|stream| stream.shards);
    let shard = shards
        .and_then(|mut shards| shards.pop())
        .and_then(|shard| shard.shard_id);
    let mut iterator = reader
        .get_shard_iterator()
        .stream_arn(arn)
        .set_shard_id(shard)
        .shard_iterator_type(ShardIteratorType::TrimHorizon)
        .send()
        .await?
        .shard_iterator;
    let mut images: HashMap<(String, String), Image> = HashMap::new();
    loop {
        let page = reader
            .get_records()
            .set_shard_iterator(iterator)
            .limit(20)
            .send()
            .await?;
        let records = page.records.unwrap_or_default();
        if records.is_empty() {
            return Ok(images);
        }
        for record in records {
            let told = record.dynamodb.ok_or("a record tells nothing")?;
            assert!(told.approximate_creation_date_time.is_some());
            let keys = told.keys.unwrap_or_default();
            let key = (
                format!("{:?}", keys["sensor"]),
                format!("{:?}", keys["number"]),
            );
            assert_eq!(told.old_image.as_ref(), images.get(&key));
            match (record.event_name, told.new_image) {
                (Some(OperationType::Remove), None) => drop(images.remove(&key)),
                (_, Some(image)) => drop(images.insert(key, image)),
                other => return Err(format!("a record without an image: {other:?}").into()),
            }
        }
        iterator = page.next_shard_iterator;
    }
}

fn sorted<V: std::fmt::Debug>(image: &HashMap<String, V>) -> Vec<(&String, String)> {
    let mut members: Vec<_> = image
        .iter()
        .map(|(name, value)| (name, format!("{value:?}")))
        .collect();
    members.sort();
    members
}
