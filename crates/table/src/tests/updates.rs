//! UpdateTable: what may be combined, what changes, and what is counted.

use anywhen_model::CommitTimestamp;

use super::definitions::{OMP, by_g, units, with_global};
use super::fixture::{Fixture, name, text};
use crate::{
    BillingMode, CreateTable, IndexChange, IndexDefinition, IndexUpdate, OnDemandLimits,
    Throughput, UpdateTable,
};

/// A provisioned table with one global index.
async fn provisioned() -> Fixture {
    let fixture = Fixture::new().await;
    let index = IndexDefinition {
        throughput: Some(units(5, 5)),
        ..by_g()
    };
    let request = CreateTable {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(units(10, 10)),
        ..with_global(vec![index], &["g"])
    };
    fixture.realm.create_table(request).await.unwrap();
    fixture
}

fn index_update(read_units: i64, write_units: i64) -> Vec<IndexChange> {
    vec![capacity_of("by-g", units(read_units, write_units))]
}

fn capacity_of(index: &str, throughput: Throughput) -> IndexChange {
    IndexChange {
        update: Some(IndexUpdate {
            name: index.try_into().unwrap(),
            throughput: Some(throughput),
            on_demand: None,
            warm: None,
        }),
        ..IndexChange::default()
    }
}

#[tokio::test]
async fn updates_are_checked() {
    let fixture = provisioned().await;
    let none = UpdateTable::default;
    let twice = [index_update(1, 1), index_update(2, 2)].concat();
    let cases = [
        (
            none(),
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
             GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, \
             MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, \
             DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is \
             required"
                .to_owned(),
        ),
        (
            UpdateTable {
                throughput: Some(units(1, 1)),
                indexes: Some(vec![]),
                ..none()
            },
            format!("{OMP}List of GlobalSecondaryIndexUpdates is empty"),
        ),
        (
            UpdateTable {
                throughput: Some(units(1, 1)),
                deletion_protection: Some(true),
                ..none()
            },
            format!(
                "{OMP}DeletionProtection modification must be the only operation in the request"
            ),
        ),
        (
            UpdateTable {
                indexes: Some(twice),
                ..none()
            },
            format!(
                "{OMP}Only one global secondary index update per index is allowed simultaneously. \
                 Index: by-g"
            ),
        ),
        (
            UpdateTable {
                throughput: Some(units(10, 10)),
                ..none()
            },
            "The provisioned throughput for the table will not change. The requested value equals \
             the current value. Current ReadCapacityUnits provisioned for the table: 10. Requested \
             ReadCapacityUnits: 10. Current WriteCapacityUnits provisioned for the table: 10. \
             Requested WriteCapacityUnits: 10. Refer to the Amazon DynamoDB Developer Guide for \
             current limits and how to request higher limits."
                .to_owned(),
        ),
        (
            UpdateTable {
                indexes: Some(vec![capacity_of("other", units(1, 1))]),
                ..none()
            },
            "Requested resource not found: Index other for table Table".to_owned(),
        ),
    ];
    for (request, expected) in cases {
        let answer = fixture.realm.update_table(&name("Table"), request).await;
        assert_eq!(text(answer), expected);
    }
    let answer = fixture.realm.update_table(&name("Other"), none()).await;
    assert_eq!(
        text(answer),
        "Requested resource not found: Table: Other not found"
    );
}

#[tokio::test]
async fn capacity_changes_are_counted_by_the_day() {
    let fixture = provisioned().await;
    let set = async |read, write| {
        let request = UpdateTable {
            throughput: Some(units(read, write)),
            ..UpdateTable::default()
        };
        fixture
            .realm
            .update_table(&name("Table"), request)
            .await
            .unwrap()
            .1
    };
    let now = || fixture.realm.now();
    set(20, 5).await;
    let table = set(5, 20).await;
    let throughput = table.record().throughput;
    assert_eq!((throughput.read_units, throughput.write_units), (5, 20));
    assert_eq!(throughput.last_increase_at, Some(now()));
    assert_eq!(
        (throughput.decreases_on(now()), throughput.last_decrease_at),
        (2, Some(now()))
    );
    fixture.clock.advance(86_400_000_000);
    assert_eq!(throughput.decreases_on(now()), 0);
    assert_eq!(set(4, 20).await.record().throughput.decreases_on(now()), 1);
    assert!(table.record().created_at > CommitTimestamp::ZERO);
}

#[tokio::test]
async fn billing_switches_take_capacity_along() {
    let fixture = provisioned().await;
    let send = async |request| fixture.realm.update_table(&name("Table"), request).await;
    let to_requests = UpdateTable {
        billing_mode: Some(BillingMode::PayPerRequest),
        ..UpdateTable::default()
    };
    let (before, after) = send(to_requests.clone()).await.unwrap();
    assert_eq!(before.record().throughput.read_units, 10);
    let record = after.record();
    assert_eq!(record.pay_per_request_since, Some(fixture.realm.now()));
    assert_eq!(
        (
            record.throughput.read_units,
            record.indexes[0].throughput.read_units
        ),
        (0, 0)
    );
    send(to_requests).await.unwrap();

    assert_eq!(
        text(
            send(UpdateTable {
                indexes: Some(index_update(1, 1)),
                ..UpdateTable::default()
            })
            .await
        ),
        format!(
            "{OMP}The only Updates for index: by-g when TableThroughputMode is PAY_PER_REQUEST \
             can be to OnDemandThroughput, WarmThroughput"
        )
    );
    let limits = OnDemandLimits {
        read_units_max: Some(100),
        write_units_max: None,
    };
    let bounded = UpdateTable {
        on_demand: Some(limits),
        ..UpdateTable::default()
    };
    let (_, after) = send(bounded).await.unwrap();
    assert_eq!(after.record().on_demand.unwrap().read_units_max, Some(100));

    let back = || UpdateTable {
        billing_mode: Some(BillingMode::Provisioned),
        ..UpdateTable::default()
    };
    assert_eq!(
        text(send(back()).await),
        format!("{OMP}ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    );
    assert_eq!(
        text(
            send(UpdateTable {
                throughput: Some(units(3, 3)),
                ..back()
            })
            .await
        ),
        format!("{OMP}ProvisionedThroughput must be specified for index: by-g")
    );
    let whole = UpdateTable {
        throughput: Some(units(3, 3)),
        indexes: Some(index_update(2, 2)),
        ..back()
    };
    let (_, after) = send(whole).await.unwrap();
    let record = after.record();
    assert_eq!(
        (
            record.throughput.read_units,
            record.indexes[0].throughput.read_units
        ),
        (3, 2)
    );
    assert_eq!(
        record.on_demand, None,
        "bounds go with the mode they belong to"
    );
}
