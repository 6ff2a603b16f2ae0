//! Throttling: who is refused when, what that is told, and that it changes nothing.

use anywhen_model::CapacityUnits;

use super::definitions::{by_g, units, with_global};
use super::fixture::{Fixture, condition, index, item, name, query, s, simple};
use crate::{
    Access, BatchGet, BillingMode, CancellationReason, CreateTable, GetItem, IndexDefinition,
    ItemChange, OnDemandLimits, ProjectionType, ReadOptions, Scan, Select, TableError,
    ThroughputExceeded, ThroughputLimit, TransactAction, TransactGet, UpdateTable, WriteAction,
};

const SECOND: u64 = 1_000_000;
const TABLE_ARN: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/Table";
const INDEX_ARN: &str = "arn:aws:dynamodb:us-east-1:123456789012:table/Table/index/by-g";

/// A table on `id` with a global index on `g`, and these units for each.
async fn provisioned(table: (i64, i64), index: (i64, i64)) -> Fixture {
    let fixture = Fixture::with_throttling().await;
    let index = IndexDefinition {
        throughput: Some(units(index.0, index.1)),
        ..by_g()
    };
    let request = CreateTable {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(units(table.0, table.1)),
        ..with_global(vec![index], &["g"])
    };
    fixture.realm.create_table(request).await.unwrap();
    fixture
}

fn exceeded<T: std::fmt::Debug>(result: Result<T, TableError>) -> ThroughputExceeded {
    match result {
        Err(TableError::ThroughputExceeded(exceeded)) => exceeded,
        other => panic!("{other:?}"),
    }
}

/// The reasons with their resources.
fn reasons(exceeded: &ThroughputExceeded) -> Vec<(String, &str)> {
    let resources = exceeded.exceeded.iter();
    resources
        .map(|resource| (exceeded.reason(resource), resource.arn.as_str()))
        .collect()
}

fn small(id: &str) -> ItemChange {
    ItemChange::Put(item(&[("id", s(id))]))
}

/// An item whose write costs so many units.
fn large(id: &str, units: usize) -> ItemChange {
    let text = "x".repeat(units * 1024 - 20);
    ItemChange::Put(item(&[("id", s(id)), ("t", s(&text))]))
}

impl Fixture {
    async fn put_change(&self, change: ItemChange) -> Result<(), TableError> {
        self.write("Table", change, None).await.map(drop)
    }

    fn read(&self, id: &str, consistent_read: bool) -> Result<(), TableError> {
        let get = GetItem {
            key: item(&[("id", s(id))]),
            projection: None,
            consistent_read,
        };
        self.table("Table").get_item(&get).map(drop)
    }

    /// How many small writes are admitted until one is refused.
    async fn writes_admitted(&self) -> usize {
        let mut admitted = 0;
        while self.put_change(small("z")).await.is_ok() {
            admitted += 1;
        }
        admitted
    }
}

#[tokio::test]
async fn nothing_is_refused_where_throttling_is_off() {
    let fixture = Fixture::new().await;
    let request = CreateTable {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(units(1, 1)),
        ..simple("Table")
    };
    fixture.realm.create_table(request).await.unwrap();
    for _ in 0..10 {
        fixture.put_change(large("a", 50)).await.unwrap();
        fixture.read("a", true).unwrap();
    }
    let written = fixture.table("Table").consumption().written;
    assert_eq!(written, CapacityUnits::from_halves(1000));
}

#[tokio::test]
async fn writes_wait_for_the_units_of_the_table() {
    let fixture = provisioned((1, 3), (1, 1)).await;
    assert_eq!(fixture.writes_admitted().await, 3);
    let refused = exceeded(fixture.put_change(small("b")).await);
    assert_eq!(
        (refused.access, refused.limit),
        (Access::Write, ThroughputLimit::Provisioned)
    );
    let expected = (
        "TableWriteProvisionedThroughputExceeded".to_owned(),
        TABLE_ARN,
    );
    assert_eq!(reasons(&refused), [expected]);
    assert_eq!(
        refused.to_string(),
        "The level of configured provisioned throughput for the table was exceeded. Consider \
         increasing your provisioning level with the UpdateTable API."
    );
    assert_eq!(fixture.get("Table", item(&[("id", s("b"))])), None);
    fixture.clock.advance(SECOND);
    assert_eq!(fixture.writes_admitted().await, 3);
    // What is not used is kept for 300 seconds, and no longer.
    fixture.clock.advance(1_000 * SECOND);
    for _ in 0..9 {
        fixture.put_change(large("c", 100)).await.unwrap();
    }
    exceeded(fixture.put_change(small("c")).await);
    // A request larger than what is there is admitted, and those after it wait for the rest.
    fixture.clock.advance(SECOND);
    fixture.put_change(large("c", 100)).await.unwrap();
    fixture.clock.advance(32 * SECOND);
    exceeded(fixture.put_change(small("d")).await);
    fixture.clock.advance(SECOND);
    fixture.put_change(small("d")).await.unwrap();
}

#[tokio::test]
async fn reads_wait_for_the_units_of_what_they_read() {
    let fixture = provisioned((2, 5), (1, 5)).await;
    let song = item(&[("id", s("a")), ("g", s("x"))]);
    fixture.put_change(ItemChange::Put(song)).await.unwrap();
    // Half a unit each.
    for _ in 0..4 {
        fixture.read("a", false).unwrap();
    }
    let refused = exceeded(fixture.read("a", false));
    let expected = (
        "TableReadProvisionedThroughputExceeded".to_owned(),
        TABLE_ARN,
    );
    assert_eq!(reasons(&refused), [expected]);
    let table = fixture.table("Table");
    let scan = Scan {
        segment: None,
        options: ReadOptions::all(),
    };
    exceeded(table.scan(scan.clone()).await);
    // The index has capacity of its own.
    let mut of_index = query("g = :g", &[(":g", s("x"))]);
    of_index.options.index = Some("by-g".try_into().unwrap());
    for _ in 0..2 {
        assert_eq!(table.query(&of_index).unwrap().count, 1);
    }
    let refused = exceeded(table.query(&of_index));
    let expected = (
        "IndexReadProvisionedThroughputExceeded".to_owned(),
        INDEX_ARN,
    );
    assert_eq!(reasons(&refused), [expected]);
    fixture.clock.advance(SECOND);
    assert_eq!(table.scan(scan.clone()).await.unwrap().count, 1);
    table.query(&of_index).unwrap();
}

#[tokio::test]
async fn an_index_short_of_capacity_holds_back_writes_of_its_table() {
    let fixture = provisioned((100, 100), (100, 1)).await;
    let indexed = |id: &str| ItemChange::Put(item(&[("id", s(id)), ("g", s("x"))]));
    fixture.put_change(indexed("a")).await.unwrap();
    let written = fixture.table("Table").consumption().written;
    let refused = exceeded(fixture.put_change(indexed("b")).await);
    let expected = (
        "IndexWriteProvisionedThroughputExceeded".to_owned(),
        INDEX_ARN,
    );
    assert_eq!(reasons(&refused), [expected]);
    assert_eq!(
        refused.to_string(),
        "The level of configured provisioned throughput for one or more global secondary indexes \
         of the table was exceeded. Consider increasing your provisioning level for the \
         under-provisioned global secondary indexes with the UpdateTable API"
    );
    assert_eq!(fixture.get("Table", item(&[("id", s("b"))])), None);
    assert_eq!(fixture.table("Table").consumption().written, written);
    // What does not touch the index is not held back, and the table has all its units but one.
    assert_eq!(fixture.writes_admitted().await, 99);
}

#[tokio::test]
async fn local_indexes_take_from_their_table() {
    let fixture = Fixture::with_throttling().await;
    let request = CreateTable {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(units(10, 4)),
        global_indexes: None,
        attribute_definitions: super::fixture::music("Table")
            .attribute_definitions
            .into_iter()
            .filter(|d| ["artist", "song", "label"].contains(&d.name.as_str()))
            .collect(),
        ..super::fixture::music("Table")
    };
    fixture.realm.create_table(request).await.unwrap();
    let mut song = super::fixture::key("a", 1);
    song.attributes.insert("label".to_owned(), s("l"));
    // Two units, of the item and of the entry; then three, because the entry moves.
    for label in ["l", "m"] {
        song.attributes.insert("label".to_owned(), s(label));
        let admitted = fixture.put_change(ItemChange::Put(song.clone())).await;
        admitted.unwrap();
    }
    let refused = exceeded(fixture.put_change(ItemChange::Put(song)).await);
    assert!(!refused.exceeded[0].is_index);
}

#[tokio::test]
async fn on_demand_maxima_hold_for_each_second() {
    let fixture = Fixture::with_throttling().await;
    let bounded = |read_units_max, write_units_max| {
        Some(OnDemandLimits {
            read_units_max,
            write_units_max,
        })
    };
    let index = IndexDefinition {
        on_demand: bounded(Some(1), None),
        ..index("by-g", vec![super::fixture::hash("g")], ProjectionType::All)
    };
    let request = CreateTable {
        on_demand: bounded(None, Some(2)),
        ..with_global(vec![index], &["g"])
    };
    fixture.realm.create_table(request).await.unwrap();
    assert_eq!(fixture.writes_admitted().await, 2);
    let refused = exceeded(fixture.put_change(small("a")).await);
    assert_eq!(refused.limit, ThroughputLimit::OnDemandMaximum);
    let expected = (
        "TableWriteMaxOnDemandThroughputExceeded".to_owned(),
        TABLE_ARN,
    );
    assert_eq!(reasons(&refused), [expected]);
    assert_eq!(
        refused.to_string(),
        "Throughput exceeds the maximum OnDemandThroughput configured on table or index"
    );
    // Nothing is saved up.
    fixture.clock.advance(100 * SECOND);
    assert_eq!(fixture.writes_admitted().await, 2);
    for _ in 0..100 {
        fixture.read("a", true).unwrap();
    }
    let of_index = || {
        let mut asked = query("g = :g", &[(":g", s("x"))]);
        asked.options.index = Some("by-g".try_into().unwrap());
        asked.options.select = Select::Count;
        fixture.table("Table").query(&asked)
    };
    of_index().unwrap();
    of_index().unwrap();
    let refused = exceeded(of_index());
    let expected = (
        "IndexReadMaxOnDemandThroughputExceeded".to_owned(),
        INDEX_ARN,
    );
    assert_eq!(reasons(&refused), [expected]);

    let unbounded = UpdateTable {
        on_demand: bounded(None, Some(-1)),
        ..UpdateTable::default()
    };
    let updated = fixture.realm.update_table(&name("Table"), unbounded).await;
    updated.unwrap();
    for _ in 0..100 {
        fixture.put_change(small("a")).await.unwrap();
    }
}

#[tokio::test]
async fn more_capacity_counts_from_the_update_on() {
    let fixture = provisioned((1, 1), (1, 1)).await;
    assert_eq!(fixture.writes_admitted().await, 1);
    let more = UpdateTable {
        throughput: Some(units(1, 10)),
        ..UpdateTable::default()
    };
    let updated = fixture.realm.update_table(&name("Table"), more).await;
    updated.unwrap();
    exceeded(fixture.put_change(small("a")).await);
    fixture.clock.advance(SECOND);
    assert_eq!(fixture.writes_admitted().await, 10);
}

#[tokio::test]
async fn a_false_condition_consumes_and_then_waits() {
    let fixture = provisioned((1, 2), (1, 1)).await;
    let write = async || {
        let never = Some(condition("attribute_exists(id)", &[]));
        fixture.write("Table", small("a"), never).await
    };
    for _ in 0..2 {
        let refused = write().await.unwrap_err();
        assert!(
            matches!(refused, TableError::ConditionalCheckFailed { .. }),
            "{refused:?}"
        );
    }
    exceeded(write().await);
}

#[tokio::test]
async fn batches_leave_over_what_there_is_no_capacity_for() {
    let fixture = provisioned((1, 2), (1, 1)).await;
    let puts = |from: usize| {
        (from..from + 5)
            .map(|number| (name("Table"), small(&format!("{number}"))))
            .collect::<Vec<_>>()
    };
    let outcomes = fixture.realm.batch_write(puts(0)).await.unwrap();
    let written = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(written, 2);
    for (number, outcome) in outcomes.into_iter().enumerate() {
        fixture.clock.advance(SECOND);
        let found = fixture.get("Table", item(&[("id", s(&format!("{number}")))]));
        assert_eq!(found.is_some(), outcome.is_ok(), "{number}");
        if outcome.is_err() {
            exceeded(outcome);
        }
    }
    fixture.clock.advance(SECOND);
    let gets = || {
        [BatchGet {
            table: name("Table"),
            keys: (0..5)
                .map(|id| item(&[("id", s(&format!("{id}")))]))
                .collect(),
            projection: None,
            consistent_read: false,
        }]
    };
    let read = fixture.realm.batch_get(&gets()).unwrap();
    assert_eq!(read.unprocessed[0].1.len(), 3);
    let consumed = read.charges[0].consumed.total();
    assert_eq!(consumed, CapacityUnits::from_halves(2));
    exceeded(fixture.realm.batch_get(&gets()));
}

#[tokio::test]
async fn transactions_are_cancelled_whole_and_give_back_what_they_took() {
    let fixture = provisioned((4, 6), (10, 1)).await;
    let put = |id: &str, indexed: bool| {
        let mut song = item(&[("id", s(id))]);
        if indexed {
            song.attributes.insert("g".to_owned(), s("x"));
        }
        TransactAction {
            table: name("Table"),
            action: WriteAction {
                change: ItemChange::Put(song),
                condition: None,
            },
        }
    };
    // The index's unit goes to the first; its debt holds back the third.
    let actions = [put("a", true), put("b", false), put("c", true)];
    let cancelled = fixture.realm.transact_write(&actions, None).await;
    let Err(TableError::TransactionCanceled { reasons }) = &cancelled else {
        panic!("{cancelled:?}");
    };
    let codes: Vec<_> = reasons.iter().map(CancellationReason::code).collect();
    assert_eq!(codes, ["None", "None", "ProvisionedThroughputExceeded"]);
    assert!(
        reasons[2]
            .message()
            .unwrap()
            .contains("global secondary indexes")
    );
    assert_eq!(fixture.table("Table").statistics().items, 0);
    let actions = [put("a", true), put("b", false)];
    fixture.realm.transact_write(&actions, None).await.unwrap();
    // Of six units four are gone.
    assert_eq!(fixture.writes_admitted().await, 2);

    let gets: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .map(|id| TransactGet {
            table: name("Table"),
            get: GetItem {
                key: item(&[("id", s(id))]),
                projection: None,
                consistent_read: true,
            },
        })
        .collect();
    let cancelled = fixture.realm.transact_get(&gets);
    let Err(TableError::TransactionCanceled { reasons }) = &cancelled else {
        panic!("{cancelled:?}");
    };
    let codes: Vec<_> = reasons.iter().map(CancellationReason::code).collect();
    assert_eq!(codes, ["None", "None", "ProvisionedThroughputExceeded"]);
    assert_eq!(
        fixture.realm.transact_get(&gets[..2]).unwrap().items.len(),
        2
    );
}
