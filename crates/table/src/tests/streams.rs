//! Streams: what they tell, where reading begins and ends, what a day does to them.

mod model;

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Item};

use super::fixture::{Fixture, item, name, s, simple, text};
use crate::streams::is_log_of_stream;
use crate::{
    CreateTable, ItemChange, IteratorStart, LoadedStatistics, SequenceNumber, Stream, StreamEvent,
    StreamPosition, StreamSpecification, StreamViewType, StreamedRecord, TableError, Throughput,
    UpdateTable,
};

const HOUR_MICROS: u64 = 60 * 60 * 1_000_000;

pub(super) fn specification(view: StreamViewType) -> StreamSpecification {
    StreamSpecification {
        enabled: true,
        view_type: Some(view),
    }
}

const DISABLED: StreamSpecification = StreamSpecification {
    enabled: false,
    view_type: None,
};

fn id(text: &str) -> Item {
    item(&[("id", s(text))])
}

/// A simple table `Plays` with a stream.
async fn streaming(view: StreamViewType) -> Fixture {
    let fixture = Fixture::new().await;
    let request = CreateTable {
        stream: Some(specification(view)),
        ..simple("Plays")
    };
    fixture.realm.create_table(request).await.unwrap();
    fixture
}

async fn switch(fixture: &Fixture, stream: StreamSpecification) -> Result<(), TableError> {
    let update = UpdateTable {
        stream: Some(stream),
        ..UpdateTable::default()
    };
    fixture.realm.update_table(&name("Plays"), update).await?;
    Ok(())
}

/// The newest stream of a table.
pub(super) fn newest(fixture: &Fixture, table: &str) -> Arc<Stream> {
    let mut streams = fixture.realm.streams();
    streams.retain(|stream| stream.record().table_name == name(table));
    Arc::clone(&streams[0])
}

async fn page(
    fixture: &Fixture,
    stream: &Arc<Stream>,
    from: StreamPosition,
    limit: usize,
) -> Result<(Vec<StreamedRecord>, Option<StreamPosition>), TableError> {
    let record = stream.record();
    let sealed = fixture.realm.seal_iterator(stream, from);
    let token = fixture
        .realm
        .open_iterator(&record.table_name, record.created_at, &sealed)
        .unwrap();
    let page = fixture.realm.read_stream(stream, token, limit).await?;
    Ok((page.records, page.next))
}

/// Everything from a position on, and where to go on.
async fn tail(
    fixture: &Fixture,
    stream: &Arc<Stream>,
    from: StreamPosition,
    limit: usize,
) -> (Vec<StreamedRecord>, Option<StreamPosition>) {
    let (mut all, mut from) = (Vec::new(), from);
    loop {
        let (records, next) = page(fixture, stream, from, limit).await.unwrap();
        let done = records.is_empty();
        all.extend(records);
        match next {
            Some(next) if !done => from = next,
            next => return (all, next),
        }
    }
}

pub(super) async fn all(fixture: &Fixture, stream: &Arc<Stream>) -> Vec<StreamedRecord> {
    tail(fixture, stream, StreamPosition::HORIZON, 1000).await.0
}

/// The `id`s of records, in order.
fn ids(records: &[StreamedRecord]) -> Vec<String> {
    let text = |record: &StreamedRecord| match record.change.key.get("id") {
        Some(anywhen_model::AttributeValue::S(text)) => text.clone(),
        other => panic!("{other:?}"),
    };
    records.iter().map(text).collect()
}

#[tokio::test]
async fn what_may_be_asked_of_a_stream() {
    let fixture = Fixture::new().await;
    let wrong = |enabled, view_type| CreateTable {
        stream: Some(StreamSpecification { enabled, view_type }),
        ..simple("Plays")
    };
    let prefix = "One or more parameter values were invalid: ";
    assert_eq!(
        text(fixture.realm.create_table(wrong(true, None)).await),
        format!("{prefix}Table is being created with a stream enabled, UpdateViewType is required")
    );
    let view = Some(StreamViewType::KeysOnly);
    assert_eq!(
        text(fixture.realm.create_table(wrong(false, view)).await),
        format!(
            "{prefix}Table is being created with a stream disabled, UpdateViewType should not be \
             specified"
        )
    );
    let none = wrong(false, None);
    let table = fixture.realm.create_table(none).await.unwrap();
    assert_eq!(table.record().settings.stream, None);

    let asked = |enabled, view_type| StreamSpecification { enabled, view_type };
    assert_eq!(
        text(switch(&fixture, asked(true, None)).await),
        format!("{prefix}If stream is being enabled then UpdateViewType is required")
    );
    assert_eq!(
        text(switch(&fixture, asked(false, view)).await),
        format!("{prefix}If stream is being disabled, then UpdateViewType must not be specified")
    );
    assert_eq!(
        text(switch(&fixture, DISABLED).await),
        "Table has no stream to disable: TableName: Plays"
    );
    switch(&fixture, asked(true, view)).await.unwrap();
    for again in [StreamViewType::KeysOnly, StreamViewType::NewImage] {
        assert_eq!(
            text(switch(&fixture, specification(again)).await),
            "Table already has an enabled stream: TableName: Plays"
        );
    }
    let with_capacity = UpdateTable {
        stream: Some(DISABLED),
        throughput: Some(Throughput {
            read_units: 1,
            write_units: 1,
        }),
        ..UpdateTable::default()
    };
    assert_eq!(
        text(
            fixture
                .realm
                .update_table(&name("Plays"), with_capacity)
                .await
        ),
        format!("{prefix}You cannot modify stream status while updating table IOPS")
    );
    switch(&fixture, DISABLED).await.unwrap();
    assert_eq!(
        text(switch(&fixture, DISABLED).await),
        "Table has no stream to disable: TableName: Plays"
    );
}

#[tokio::test]
async fn reading_begins_where_it_is_told_to() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    let stream = newest(&fixture, "Plays");
    for number in 0..5 {
        fixture.clock.advance(1_000_000);
        fixture.put("Plays", id(&format!("{number}"))).await;
    }
    let records = all(&fixture, &stream).await;
    assert_eq!(ids(&records), ["0", "1", "2", "3", "4"]);
    let from = |start| {
        let position = fixture.realm.stream_position(&stream, start);
        let (fixture, stream) = (&fixture, &stream);
        async move { Ok::<_, TableError>(ids(&tail(fixture, stream, position?, 2).await.0)) }
    };
    let everything = ids(&records);
    assert_eq!(from(IteratorStart::Horizon).await.unwrap(), everything);
    assert!(from(IteratorStart::Latest).await.unwrap().is_empty());
    for (index, record) in records.iter().enumerate() {
        let number = record.sequence_number;
        let at = from(IteratorStart::At(number)).await.unwrap();
        assert_eq!(at, everything[index..]);
        let after = from(IteratorStart::After(number)).await.unwrap();
        assert_eq!(after, everything[index + 1..]);
        let time = record.committed_at;
        let at = from(IteratorStart::AtTime(time)).await.unwrap();
        assert_eq!(at, everything[index..]);
        let later = from(IteratorStart::AtTime(time.next())).await;
        if index < 4 {
            assert_eq!(later.unwrap(), everything[index + 1..]);
        }
    }
    let (first, last) = fixture.realm.shard_range(&stream).unwrap();
    assert_eq!(last, None);
    assert_eq!(from(IteratorStart::At(first)).await.unwrap(), everything);
    assert_eq!(from(IteratorStart::After(first)).await.unwrap(), everything);

    let invalid = "Invalid SequenceNumber";
    let beyond = SequenceNumber::parse(&format!("10{}000000", "9".repeat(19))).unwrap();
    let before = SequenceNumber::parse(&format!("1{}", "0".repeat(26))).unwrap();
    for number in [beyond, before] {
        assert_eq!(text(from(IteratorStart::At(number)).await), invalid);
        assert_eq!(text(from(IteratorStart::After(number)).await), invalid);
    }
    let future = CommitTimestamp::from_micros(u64::MAX / 2);
    assert!(matches!(
        from(IteratorStart::AtTime(future)).await,
        Err(TableError::Validation(_))
    ));

    // LATEST is a place of its own: what comes later is read from there.
    let latest = fixture
        .realm
        .stream_position(&stream, IteratorStart::Latest)
        .unwrap();
    fixture.put("Plays", id("later")).await;
    assert_eq!(ids(&tail(&fixture, &stream, latest, 10).await.0), ["later"]);
}

#[tokio::test]
async fn a_disabled_stream_ends_and_another_begins() {
    let mut fixture = streaming(StreamViewType::NewImage).await;
    fixture.put("Plays", id("first")).await;
    let first = newest(&fixture, "Plays");
    switch(&fixture, DISABLED).await.unwrap();
    let setting = fixture.table("Plays").record().settings.stream.unwrap();
    assert!(!setting.enabled, "still named, but no longer enabled");
    fixture.put("Plays", id("between")).await;
    switch(&fixture, specification(StreamViewType::OldImage))
        .await
        .unwrap();
    let second = newest(&fixture, "Plays");
    assert!(
        first.record().created_at < second.record().created_at,
        "labels differ although the clock stands still"
    );
    fixture.put("Plays", id("second")).await;

    for life in 0..2 {
        let created_at = first.record().created_at;
        let first = fixture.realm.stream(&name("Plays"), created_at).unwrap();
        let second = newest(&fixture, "Plays");
        assert_eq!(fixture.realm.streams().len(), 2);
        let (records, next) = tail(&fixture, &first, StreamPosition::HORIZON, 10).await;
        assert_eq!((ids(&records), next), (vec!["first".to_owned()], None));
        let (from, to) = fixture.realm.shard_range(&first).unwrap();
        let number = records[0].sequence_number;
        assert!(from < number && number < to.unwrap(), "life {life}");
        for start in [
            IteratorStart::Latest,
            IteratorStart::At(to.unwrap()),
            IteratorStart::After(to.unwrap()),
        ] {
            let end = fixture.realm.stream_position(&first, start).unwrap();
            assert_eq!(
                page(&fixture, &first, end, 10).await.unwrap(),
                (vec![], None)
            );
        }
        let (records, next) = tail(&fixture, &second, StreamPosition::HORIZON, 10).await;
        assert_eq!(ids(&records), ["second"]);
        assert!(next.is_some());
        assert_eq!(fixture.realm.shard_range(&second).unwrap().1, None);
        fixture = fixture.reopen().await;
    }
}

#[tokio::test]
async fn a_stream_outlives_its_table() {
    let mut fixture = streaming(StreamViewType::NewAndOldImages).await;
    fixture.put("Plays", id("old")).await;
    let table = fixture.table("Plays");
    let created_at = newest(&fixture, "Plays").record().created_at;
    let gone = fixture.realm.begin_delete(&name("Plays"), vec![]).await;
    gone.unwrap();
    fixture
        .realm
        .finish_delete(table.id(), vec![])
        .await
        .unwrap();
    let request = CreateTable {
        stream: Some(specification(StreamViewType::KeysOnly)),
        ..simple("Plays")
    };
    fixture.realm.create_table(request).await.unwrap();
    fixture.put("Plays", id("new")).await;
    for _life in 0..2 {
        let old = fixture.realm.stream(&name("Plays"), created_at).unwrap();
        let (records, next) = tail(&fixture, &old, StreamPosition::HORIZON, 10).await;
        assert_eq!((ids(&records), next), (vec!["old".to_owned()], None));
        assert_eq!(records[0].change.new_image, Some(id("old")));
        assert_eq!(
            ids(&all(&fixture, &newest(&fixture, "Plays")).await),
            ["new"]
        );
        fixture = fixture.reopen().await;
    }
}

#[tokio::test]
async fn what_is_a_day_old_is_trimmed() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    let stream = newest(&fixture, "Plays");
    fixture.put("Plays", id("a")).await;
    fixture.clock.advance(HOUR_MICROS);
    fixture.put("Plays", id("b")).await;
    let records = all(&fixture, &stream).await;
    let (a, b) = (records[0].sequence_number, records[1].sequence_number);
    let (_, behind_a) = page(&fixture, &stream, StreamPosition::HORIZON, 1)
        .await
        .unwrap();
    fixture.clock.advance(23 * HOUR_MICROS + 1_000_000);
    for trimmed in [false, true] {
        if trimmed {
            fixture.tables.trim_streams().await.unwrap();
        }
        assert_eq!(ids(&all(&fixture, &stream).await), ["b"]);
        let (records, _) = page(&fixture, &stream, behind_a.unwrap(), 10)
            .await
            .unwrap();
        assert_eq!(ids(&records), ["b"], "nothing is lost to this reader");
        for start in [IteratorStart::At(a), IteratorStart::After(a)] {
            let refused = fixture.realm.stream_position(&stream, start);
            assert_eq!(refused, Err(TableError::Trimmed));
        }
        let long_ago = IteratorStart::AtTime(records[0].committed_at.minus_micros(HOUR_MICROS));
        let position = fixture.realm.stream_position(&stream, long_ago).unwrap();
        assert_eq!(position, StreamPosition::HORIZON);
        let position = fixture.realm.stream_position(&stream, IteratorStart::At(b));
        let (records, _) = tail(&fixture, &stream, position.unwrap(), 10).await;
        assert_eq!(ids(&records), ["b"]);
    }
    // A reader that is still behind `a` when `b` is a day old has lost it.
    fixture.clock.advance(HOUR_MICROS);
    let lost = page(&fixture, &stream, behind_a.unwrap(), 10).await;
    assert_eq!(
        text(lost),
        "The data you are trying to access has been trimmed"
    );
    assert_eq!(ids(&all(&fixture, &stream).await), Vec::<String>::new());
}

/// A reader that polls an idle stream never falls behind, nor one that begins at its end, even if
/// nothing is committed for days.
#[tokio::test]
async fn polling_moves_on_without_records() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    let stream = newest(&fixture, "Plays");
    fixture.put("Plays", id("a")).await;
    let mut from = StreamPosition::HORIZON;
    for hour in 0..72 {
        let (records, next) = page(&fixture, &stream, from, 10).await.unwrap();
        assert_eq!(records.len(), usize::from(hour == 0));
        from = next.unwrap();
        fixture.clock.advance(HOUR_MICROS);
    }
    let latest = fixture
        .realm
        .stream_position(&stream, IteratorStart::Latest)
        .unwrap();
    fixture.put("Plays", id("b")).await;
    for from in [from, latest] {
        let (records, _) = page(&fixture, &stream, from, 10).await.unwrap();
        assert_eq!(ids(&records), ["b"]);
    }
}

#[tokio::test]
async fn a_stream_is_gone_a_day_after_its_end() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    fixture.put("Plays", id("a")).await;
    let stream = newest(&fixture, "Plays");
    let created_at = stream.record().created_at;
    fixture.clock.advance(30 * HOUR_MICROS);
    fixture.put("Plays", id("b")).await;
    switch(&fixture, DISABLED).await.unwrap();
    fixture.clock.advance(23 * HOUR_MICROS);
    fixture.tables.trim_streams().await.unwrap();
    let ended = newest(&fixture, "Plays");
    assert_eq!(ids(&all(&fixture, &ended).await), ["b"]);
    let (first, last) = fixture.realm.shard_range(&ended).unwrap();
    assert!(first < last.unwrap());

    fixture.clock.advance(2 * HOUR_MICROS);
    assert!(fixture.realm.streams().is_empty(), "before it is removed");
    assert!(fixture.realm.stream(&name("Plays"), created_at).is_none());
    fixture.tables.trim_streams().await.unwrap();
    assert!(stream_logs(&fixture).is_empty());
    let setting = fixture.table("Plays").record().settings.stream;
    assert_eq!(setting.unwrap().created_at, created_at, "still the latest");
    let fixture = fixture.reopen().await;
    assert!(fixture.realm.streams().is_empty());
    switch(&fixture, specification(StreamViewType::KeysOnly))
        .await
        .unwrap();
    fixture.put("Plays", id("c")).await;
    assert_eq!(ids(&all(&fixture, &newest(&fixture, "Plays")).await), ["c"]);
}

fn stream_logs(fixture: &Fixture) -> Vec<String> {
    let mut names = fixture.realm.shared.engine.log_names().unwrap();
    names.retain(|name| is_log_of_stream(name));
    names
}

/// Streams are not archived, so the table of a lost server comes back without.
#[tokio::test]
async fn a_recovered_table_has_no_stream() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    let record = fixture.table("Plays").record().clone();
    assert!(record.settings.stream.is_some());
    // Another store under the same master key.
    let empty = Fixture::new().await;
    let made = empty.realm.create_recovered(record.clone(), vec![]).await;
    assert_eq!(made.unwrap().record().settings.stream, None);
    let loaded = LoadedStatistics::default();
    let published = empty.realm.publish_recovered(&record, loaded, vec![]).await;
    published.unwrap();
    let fixture = empty.reopen().await;
    assert_eq!(fixture.table("Plays").record().settings.stream, None);
    switch(&fixture, specification(StreamViewType::KeysOnly))
        .await
        .unwrap();
    fixture.put("Plays", id("a")).await;
    assert_eq!(ids(&all(&fixture, &newest(&fixture, "Plays")).await), ["a"]);
}

/// A crash between the removal of a stream and that of its log leaves the log over.
#[tokio::test]
async fn logs_of_no_stream_are_swept() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    fixture.put("Plays", id("a")).await;
    let engine = &fixture.realm.shared.engine;
    engine
        .log("123456789012/us-east-1/stream/00000000-0000-4000-8000-000000000001/7")
        .unwrap();
    assert_eq!(stream_logs(&fixture).len(), 2);
    let fixture = fixture.reopen().await;
    let stream = newest(&fixture, "Plays");
    let own = stream.record().log_name(fixture.realm.realm());
    assert_eq!(stream_logs(&fixture), [own]);
    assert_eq!(ids(&all(&fixture, &stream).await), ["a"]);
}

#[tokio::test]
async fn iterators_expire_and_nobody_else_makes_them() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    fixture.put("Plays", id("a")).await;
    let stream = newest(&fixture, "Plays");
    let (table, created_at) = (name("Plays"), stream.record().created_at);
    let sealed = fixture
        .realm
        .seal_iterator(&stream, StreamPosition::HORIZON);
    let open = |sealed: &[u8]| fixture.realm.open_iterator(&table, created_at, sealed);
    for byte in 0..sealed.len() {
        let mut forged = sealed.clone();
        forged[byte] ^= 1;
        assert!(open(&forged).is_none());
    }
    assert!(open(b"").is_none());
    let other = fixture
        .realm
        .open_iterator(&name("Other"), created_at, &sealed);
    assert!(other.is_none());
    let token = open(&sealed).unwrap();
    fixture.clock.advance(15 * 60 * 1_000_000);
    fixture
        .realm
        .read_stream(&stream, token, 1)
        .await
        .expect("just in time");
    fixture.clock.advance(1);
    let late = fixture.realm.read_stream(&stream, token, 1).await;
    assert_eq!(late, Err(TableError::ExpiredIterator));
}

#[tokio::test]
async fn pages_hold_a_megabyte_and_at_least_one_record() {
    let fixture = streaming(StreamViewType::NewAndOldImages).await;
    let large = |text: &str| item(&[("id", s(text)), ("body", s(&text.repeat(390_000)))]);
    let stream = newest(&fixture, "Plays");
    for text in ["a", "b", "c", "d", "e"] {
        fixture.put("Plays", large(text)).await;
    }
    let replaced = item(&[("id", s("a")), ("body", s(&"z".repeat(390_000)))]);
    fixture.put("Plays", replaced).await;
    let mut pages = Vec::new();
    let mut from = StreamPosition::HORIZON;
    loop {
        let (records, next) = page(&fixture, &stream, from, 1000).await.unwrap();
        if records.is_empty() {
            break;
        }
        pages.push(ids(&records));
        from = next.unwrap();
    }
    assert_eq!(
        pages,
        [vec!["a", "b"], vec!["c", "d"], vec!["e"], vec!["a"]]
    );
}

/// The table's history goes to the realm's log, the stream's records to the stream's.
#[tokio::test]
async fn history_and_stream_are_kept_apart() {
    let fixture = streaming(StreamViewType::KeysOnly).await;
    let table = fixture.table("Plays");
    let history = fixture.realm.set_history(table.id(), Some(7));
    history.await.unwrap();
    let before = fixture.realm.snapshot().unwrap().timestamp().unwrap();
    let put = fixture.put("Plays", id("a")).await;
    fixture.put("Plays", id("a")).await;
    let change = ItemChange::Delete { key: id("absent") };
    fixture.write("Plays", change, None).await.unwrap();
    let engine = &fixture.realm.shared.engine;
    let now = engine.snapshot().unwrap().timestamp().unwrap();
    let logged = engine.changes(fixture.realm.log(), before, now).unwrap();
    let logged: Vec<_> = logged.map(Result::unwrap).collect();
    assert_eq!(logged.len(), 1);
    assert_eq!(logged[0].timestamp, put.timestamp);
    let records = all(&fixture, &newest(&fixture, "Plays")).await;
    assert_eq!(ids(&records), ["a"]);
    assert_eq!(records[0].committed_at, put.timestamp);
    assert_eq!(records[0].change.event, StreamEvent::Insert);
}

/// Sizes as clients see them, on the developer guide's and other clients' examples.
#[tokio::test]
async fn sizes_are_those_of_key_and_images() {
    let fixture = streaming(StreamViewType::NewAndOldImages).await;
    let named = item(&[("id", s("Fred")), ("name", s("Fred"))]);
    for written in [id("Fred"), named] {
        fixture.put("Plays", written).await;
    }
    let change = ItemChange::Delete { key: id("Fred") };
    fixture.write("Plays", change, None).await.unwrap();
    let records = all(&fixture, &newest(&fixture, "Plays")).await;
    let sizes: Vec<_> = records.iter().map(|r| r.change.size_bytes()).collect();
    assert_eq!(sizes, [12, 26, 20]);
    let names: std::collections::BTreeSet<_> = records.iter().map(|r| r.event_id).collect();
    assert_eq!(names.len(), 3);
}
