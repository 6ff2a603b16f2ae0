//! UpdateTable: which changes come alone, table class, warm throughput and encryption.

use anywhen_kms::WrappedKey;
use anywhen_model::CommitTimestamp;

use super::definitions::{OMP, by_g, units, with_global};
use super::fixture::{Fixture, item, name, s, simple, text};
use crate::{
    BillingMode, CreateTable, Encryption, IndexChange, IndexDefinition, IndexUpdate,
    OnDemandLimits, StreamSpecification, TableClass, TableClassSetting, TableRecord, UpdateTable,
    WarmRequest, WarmThroughput,
};

fn warm(read_units: Option<i64>, write_units: Option<i64>) -> WarmRequest {
    WarmRequest {
        read_units,
        write_units,
    }
}

fn warmth(read_units: u64, write_units: u64) -> WarmThroughput {
    WarmThroughput {
        read_units,
        write_units,
    }
}

fn index_warm(request: WarmRequest) -> IndexChange {
    IndexChange {
        update: Some(IndexUpdate {
            name: "by-g".try_into().unwrap(),
            throughput: None,
            on_demand: None,
            warm: Some(request),
        }),
        ..IndexChange::default()
    }
}

fn nothing() -> UpdateTable {
    UpdateTable::default()
}

/// Every change of a table, each by itself, in the order in which texts name them.
fn changes() -> Vec<UpdateTable> {
    vec![
        UpdateTable {
            managed_encryption: Some(true),
            ..nothing()
        },
        UpdateTable {
            table_class: Some(TableClass::StandardInfrequentAccess),
            ..nothing()
        },
        UpdateTable {
            deletion_protection: Some(true),
            ..nothing()
        },
        UpdateTable {
            on_demand: Some(OnDemandLimits {
                read_units_max: Some(9),
                write_units_max: None,
            }),
            ..nothing()
        },
        UpdateTable {
            warm: Some(warm(Some(50_000), None)),
            ..nothing()
        },
        UpdateTable {
            stream: Some(StreamSpecification {
                enabled: true,
                view_type: None,
            }),
            ..nothing()
        },
        UpdateTable {
            throughput: Some(units(3, 3)),
            ..nothing()
        },
    ]
}

fn both(a: UpdateTable, b: UpdateTable) -> UpdateTable {
    UpdateTable {
        managed_encryption: a.managed_encryption.or(b.managed_encryption),
        table_class: a.table_class.or(b.table_class),
        deletion_protection: a.deletion_protection.or(b.deletion_protection),
        on_demand: a.on_demand.or(b.on_demand),
        warm: a.warm.or(b.warm),
        stream: a.stream.or(b.stream),
        throughput: a.throughput.or(b.throughput),
        ..nothing()
    }
}

#[test]
fn of_two_changes_the_first_that_must_come_alone_is_named() {
    let alone = [
        "Server-Side Encryption modification must be the only operation in the request",
        "TableClass modification must be the only operation in the request",
        "DeletionProtection modification must be the only operation in the request",
        "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
        "WarmThroughput must be the only operation in the request",
        "You cannot modify stream status while updating table IOPS",
    ];
    for (first, (a, expected)) in changes().into_iter().zip(alone).enumerate() {
        a.check().unwrap();
        for b in changes().into_iter().skip(first + 1) {
            let refused = text(both(a.clone(), b.clone()).check());
            assert_eq!(refused, format!("{OMP}{expected}"), "{a:?} {b:?}");
        }
    }
}

#[test]
fn billing_comes_with_what_it_may_come_with() {
    let by_request = |change: UpdateTable| UpdateTable {
        billing_mode: Some(BillingMode::PayPerRequest),
        ..change
    };
    let refused: Vec<bool> = changes()
        .into_iter()
        .map(|change| by_request(change).check().is_err())
        .collect();
    assert_eq!(refused, [true, true, true, false, true, false, true]);
    let reserved = UpdateTable {
        billing_mode: Some(BillingMode::Provisioned),
        stream: changes().remove(5).stream,
        ..nothing()
    };
    assert_eq!(
        text(reserved.check()),
        format!("{OMP}You cannot modify stream status while updating table IOPS")
    );
}

#[test]
fn warm_throughput_of_indexes_comes_alone_and_empty_members_are_absent() {
    let with = |changes: Vec<IndexChange>| UpdateTable {
        indexes: Some(changes),
        ..nothing()
    };
    let asked = || index_warm(warm(None, Some(9_000)));
    let create = IndexChange {
        create: Some(IndexDefinition {
            name: "other".try_into().unwrap(),
            ..by_g()
        }),
        ..IndexChange::default()
    };
    let delete = IndexChange {
        delete: Some("gone".try_into().unwrap()),
        ..IndexChange::default()
    };
    let both = UpdateTable {
        warm: Some(warm(Some(50_000), None)),
        ..with(vec![asked()])
    };
    both.check().unwrap();
    let alone = format!("{OMP}WarmThroughput must be the only operation in the request");
    assert_eq!(text(with(vec![asked(), delete]).check()), alone);
    assert_eq!(
        text(with(vec![asked(), create]).check()),
        format!(
            "{OMP}Create global secondary index cannot be specified when updating WarmThroughput"
        )
    );
    assert_eq!(
        text(with(vec![index_warm(warm(None, None))]).check_before_table()),
        format!(
            "{OMP}WarmThroughput must have at least one of ReadUnitsPerSecond or \
             WriteUnitsPerSecond specified for index: by-g"
        )
    );
    // Of the table it is as good as absent.
    let empty = UpdateTable {
        warm: Some(warm(None, None)),
        ..nothing()
    };
    assert!(text(empty.check()).starts_with("At least one of "));
    let beside = UpdateTable {
        deletion_protection: Some(true),
        on_demand: Some(OnDemandLimits::default()),
        ..empty
    };
    beside.check().unwrap();
    let empty = UpdateTable {
        on_demand: Some(OnDemandLimits::default()),
        ..nothing()
    };
    assert!(text(empty.check()).starts_with("At least one of "));
}

async fn update(fixture: &Fixture, request: UpdateTable) -> TableRecord {
    let updated = fixture.realm.update_table(&name("Table"), request).await;
    updated.unwrap().1.record().clone()
}

fn provisioned(read_units: i64, write_units: i64) -> CreateTable {
    let index = IndexDefinition {
        throughput: Some(units(5, 5)),
        ..by_g()
    };
    CreateTable {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(units(read_units, write_units)),
        ..with_global(vec![index], &["g"])
    }
}

#[tokio::test]
async fn warm_throughput_follows_the_capacity_up_and_never_down() {
    let fixture = Fixture::new().await;
    let table = fixture
        .realm
        .create_table(provisioned(10, 4))
        .await
        .unwrap();
    assert_eq!(table.record().warm_throughput(), warmth(10, 4));
    let capacity = |read, write| UpdateTable {
        throughput: Some(units(read, write)),
        ..nothing()
    };
    for (read, write, expected) in [
        (20, 3, warmth(20, 4)),
        (5, 9, warmth(20, 9)),
        (1, 1, warmth(20, 9)),
    ] {
        let record = update(&fixture, capacity(read, write)).await;
        assert_eq!(record.warm_throughput(), expected);
    }
    let index = |record: &TableRecord| record.index_warm_throughput(&record.indexes[0]);
    let by_request = UpdateTable {
        billing_mode: Some(BillingMode::PayPerRequest),
        ..nothing()
    };
    let record = update(&fixture, by_request).await;
    assert_eq!(record.warm_throughput(), warmth(12_000, 4_000));
    assert_eq!(index(&record), warmth(12_000, 4_000));
    let fixture = fixture.reopen().await;
    let reserved = UpdateTable {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(units(1, 1)),
        indexes: Some(vec![IndexChange {
            update: Some(IndexUpdate {
                name: "by-g".try_into().unwrap(),
                throughput: Some(units(2, 2)),
                on_demand: None,
                warm: None,
            }),
            ..IndexChange::default()
        }]),
        ..nothing()
    };
    let record = update(&fixture, reserved).await;
    assert_eq!(record.warm_throughput(), warmth(12_000, 4_000));
    assert_eq!(index(&record), warmth(12_000, 4_000));
    let fixture = fixture.reopen().await;
    assert_eq!(*fixture.table("Table").record(), record);
}

#[tokio::test]
async fn warm_throughput_is_asked_for_upwards() {
    let fixture = Fixture::new().await;
    let request = with_global(vec![by_g()], &["g"]);
    let initial = |read, write| CreateTable {
        warm: warm(read, write),
        ..request.clone()
    };
    let url = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/\
               on-demand-capacity-mode.html#on-demand-capacity-mode-initial";
    assert_eq!(
        text(initial(Some(1), None).define()),
        format!(
            "{OMP}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than \
             initial throughput for OnDemand. See: {url}"
        )
    );
    let mut reserved = provisioned(10, 10);
    reserved.warm = warm(Some(10), Some(9));
    assert_eq!(
        text(reserved.define()),
        format!(
            "{OMP}Requested WriteUnitsPerSecond for WarmThroughput for table is lower than \
             WriteCapacityUnits of ProvisionedThroughput"
        )
    );
    let mut with_index = request.clone();
    with_index.global_indexes = Some(vec![IndexDefinition {
        warm: warm(None, Some(3_999)),
        ..by_g()
    }]);
    assert!(text(with_index.define()).contains("for index by-g is lower than initial"));

    let created = initial(Some(12_001), None);
    let created = fixture.realm.create_table(created).await.unwrap();
    assert_eq!(created.record().warm_throughput(), warmth(12_001, 4_000));
    let ask = |request| UpdateTable {
        warm: Some(request),
        ..nothing()
    };
    let lower = ask(warm(Some(12_000), None));
    assert_eq!(
        text(lower.apply(created.record(), CommitTimestamp::ZERO)),
        format!(
            "{OMP}Requested ReadUnitsPerSecond for WarmThroughput for table is lower than \
             current WarmThroughput, decreasing WarmThroughput is not supported"
        )
    );
    let record = update(&fixture, ask(warm(Some(12_001), Some(5_000)))).await;
    assert_eq!(record.warm_throughput(), warmth(12_001, 5_000));
    let of_index = UpdateTable {
        indexes: Some(vec![index_warm(warm(Some(20_000), None))]),
        ..nothing()
    };
    let record = update(&fixture, of_index).await;
    assert_eq!(
        record.index_warm_throughput(&record.indexes[0]),
        warmth(20_000, 4_000)
    );
    let lower = UpdateTable {
        indexes: Some(vec![index_warm(warm(Some(19_999), None))]),
        ..nothing()
    };
    assert_eq!(
        text(lower.apply(&record, CommitTimestamp::ZERO)),
        format!(
            "{OMP}Requested ReadUnitsPerSecond for WarmThroughput for index by-g is lower than \
             current WarmThroughput, decreasing WarmThroughput is not supported"
        )
    );
}

#[tokio::test]
async fn a_table_class_is_remembered_from_its_first_change_on() {
    let fixture = Fixture::new().await;
    let created = fixture.realm.create_table(simple("Table")).await.unwrap();
    assert_eq!(created.record().settings.table_class, None);
    let class = |class| UpdateTable {
        table_class: Some(class),
        ..nothing()
    };
    let same = update(&fixture, class(TableClass::Standard)).await;
    assert_eq!(same.settings.table_class, None);
    let changed = update(&fixture, class(TableClass::StandardInfrequentAccess)).await;
    let expected = TableClassSetting {
        class: TableClass::StandardInfrequentAccess,
        updated_at: Some(fixture.realm.now()),
    };
    assert_eq!(changed.settings.table_class, Some(expected));
    fixture.clock.advance(1_000_000);
    let again = update(&fixture, class(TableClass::StandardInfrequentAccess)).await;
    assert_eq!(again.settings.table_class, Some(expected));
    let back = update(&fixture, class(TableClass::Standard)).await;
    let expected = TableClassSetting {
        class: TableClass::Standard,
        updated_at: Some(fixture.realm.now()),
    };
    assert_eq!(back.settings.table_class, Some(expected));
}

/// The data key stays the same, so items of before are read and written on.
#[tokio::test]
async fn encryption_changes_wrap_the_same_key_anew() {
    let fixture = Fixture::new().await;
    let created = fixture.realm.create_table(simple("Table")).await.unwrap();
    let song = item(&[("id", s("a")), ("note", s("from before"))]);
    fixture.put("Table", song.clone()).await;
    let encrypt = |managed| UpdateTable {
        managed_encryption: Some(managed),
        ..nothing()
    };
    assert_eq!(
        text(encrypt(false).apply(created.record(), CommitTimestamp::ZERO)),
        format!("{OMP}Table is already encrypted by default")
    );
    let links = |wrapped: &WrappedKey| wrapped.encode().len();
    let managed = update(&fixture, encrypt(true)).await;
    let key_arn = fixture.realm.managed_key().await.unwrap().arn;
    assert_eq!(managed.encryption, Encryption::AwsManaged { key_arn });
    assert!(links(&managed.wrapped_key) > links(&created.record().wrapped_key));
    let again = update(&fixture, encrypt(true)).await;
    assert_eq!(again.encryption, managed.encryption);

    let fixture = fixture.reopen().await;
    assert_eq!(*fixture.table("Table").record(), again);
    let key = || item(&[("id", s("a"))]);
    assert_eq!(fixture.get("Table", key()), Some(song));
    let song = item(&[("id", s("a")), ("note", s("from after"))]);
    fixture.put("Table", song.clone()).await;
    let owned = update(&fixture, encrypt(false)).await;
    assert_eq!(owned.encryption, Encryption::AwsOwned);
    let table = fixture.table("Table");
    assert_eq!(table.keys().wrapped, owned.wrapped_key);
    let fixture = fixture.reopen().await;
    assert_eq!(fixture.get("Table", key()), Some(song));
}
