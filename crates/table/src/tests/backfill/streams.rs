//! Streams of a table whose indexes come and go: writes are told, what jobs do is not.

use anywhen_model::Item;

use super::super::streams::{all, newest, specification};
use super::*;
use crate::{StreamEvent, StreamSpecification, StreamViewType, UpdateTable};

const DISABLED: StreamSpecification = StreamSpecification {
    enabled: false,
    view_type: None,
};

async fn switch(fixture: &Fixture, stream: StreamSpecification) {
    let request = UpdateTable {
        stream: Some(stream),
        ..UpdateTable::default()
    };
    update_table(fixture, request).await.unwrap();
}

async fn told(fixture: &Fixture) -> Vec<(StreamEvent, Option<Item>)> {
    let records = all(fixture, &newest(fixture, "Music")).await;
    let changes = records.into_iter().map(|record| record.change);
    changes
        .map(|change| (change.event, change.new_image))
        .collect()
}

/// Puts another song and returns what a stream has to tell of it.
async fn song(fixture: &Fixture, number: i64) -> (StreamEvent, Option<Item>) {
    let mut song = key("abba", number);
    song.attributes.insert("mood".to_owned(), s("low"));
    fixture.put("Music", song.clone()).await;
    (StreamEvent::Insert, Some(song))
}

#[tokio::test]
async fn filling_and_dropping_an_index_tells_a_stream_nothing() {
    let fixture = Fixture::with_chunks_of(3).await;
    songs(&fixture, 10).await;
    let view = specification(StreamViewType::NewImage);
    switch(&fixture, view).await;
    let stream = newest(&fixture, "Music").record().created_at;
    let mut written = vec![song(&fixture, 100).await];

    fixture.at("backfill::before_begin", "pause");
    fixture.at("backfill::before_chunk", "1*off->pause");
    update_table(&fixture, adding(by_mood())).await.unwrap();
    written.push(song(&fixture, 101).await);
    fixture.at("backfill::before_begin", "off");
    until(&fixture, "a chunk", |table| {
        let entries = table.index_statistics("by-mood").unwrap().items;
        status(table, "by-mood") == Some(IndexStatus::Backfilling) && entries > 1
    })
    .await;
    written.push(song(&fixture, 102).await);
    assert_eq!(told(&fixture).await, written);

    let fixture = fixture.reopen().await;
    written.push(song(&fixture, 103).await);
    fixture.at("backfill::before_chunk", "off");
    until(&fixture, "filled", |table| {
        status(table, "by-mood") == Some(IndexStatus::Active)
    })
    .await;
    written.push(song(&fixture, 104).await);

    fixture.at("drop_index::before_forget", "pause");
    update_table(&fixture, dropping("by-mood")).await.unwrap();
    written.push(song(&fixture, 105).await);
    fixture.at("drop_index::before_forget", "off");
    until(&fixture, "gone", |table| status(table, "by-mood").is_none()).await;
    written.push(song(&fixture, 106).await);

    assert_eq!(newest(&fixture, "Music").record().created_at, stream);
    assert_eq!(told(&fixture).await, written);
}

#[tokio::test]
async fn a_stream_is_switched_while_an_index_is_filled() {
    let fixture = Fixture::with_chunks_of(3).await;
    songs(&fixture, 10).await;
    let view = specification(StreamViewType::NewImage);
    switch(&fixture, view).await;
    fixture.at("backfill::before_chunk", "1*off->pause");
    update_table(&fixture, adding(by_mood())).await.unwrap();
    until(&fixture, "a chunk", |table| {
        table.index_statistics("by-mood").unwrap().items > 0
    })
    .await;
    switch(&fixture, DISABLED).await;
    song(&fixture, 100).await;
    assert_eq!(told(&fixture).await, vec![]);
    switch(&fixture, view).await;
    let written = vec![song(&fixture, 101).await];
    fixture.at("backfill::before_chunk", "off");
    let table = until(&fixture, "filled", |table| {
        status(table, "by-mood") == Some(IndexStatus::Active)
    })
    .await;
    assert_eq!(told(&fixture).await, written);
    assert_eq!(table.check_indexes().unwrap(), vec![]);
    assert_eq!(table.index_statistics("by-mood").unwrap().items, 12);
}
