//! The texts of what UpdateTable refuses about indexes, and what comes before what.

use super::super::definitions::{OMP, units};
use super::super::fixture::range;
use super::super::streams::specification;
use super::*;
use crate::{BillingMode, CreateTable, IndexUpdate, OnDemandLimits, StreamViewType, TableRecord};

const IN_USE: &str = "Attempt to change a resource which is still in use: ";
const LIMIT: &str = "Subscriber limit exceeded: ";

fn changing(changes: Vec<IndexChange>) -> UpdateTable {
    UpdateTable {
        attribute_definitions: definitions(),
        indexes: Some(changes),
        ..UpdateTable::default()
    }
}

fn create(index: IndexDefinition) -> IndexChange {
    IndexChange {
        create: Some(index),
        ..IndexChange::default()
    }
}

fn delete(index: &str) -> IndexChange {
    IndexChange {
        delete: Some(index.try_into().unwrap()),
        ..IndexChange::default()
    }
}

fn capacity_of(index: &str) -> IndexChange {
    IndexChange {
        update: Some(IndexUpdate {
            name: index.try_into().unwrap(),
            throughput: Some(units(3, 3)),
            on_demand: None,
            warm: None,
        }),
        ..IndexChange::default()
    }
}

fn refused(record: &TableRecord, request: &UpdateTable) -> String {
    text(request.apply(record, record.created_at))
}

fn with_stream(request: UpdateTable) -> UpdateTable {
    UpdateTable {
        stream: Some(specification(StreamViewType::KeysOnly)),
        ..request
    }
}

/// `Music`, billed as asked, with an index on `mood` in a state.
async fn record(mode: BillingMode, status: Option<IndexStatus>) -> TableRecord {
    let fixture = Fixture::new().await;
    let throughput = (mode == BillingMode::Provisioned).then(|| units(5, 5));
    let music = super::super::fixture::music("Music");
    let global = music.global_indexes.clone().unwrap().into_iter();
    let global = global.map(|index| IndexDefinition {
        throughput,
        ..index
    });
    let request = CreateTable {
        billing_mode: Some(mode),
        throughput,
        global_indexes: Some(global.collect()),
        ..music
    };
    fixture.realm.create_table(request).await.unwrap();
    let record = fixture.table("Music").record().clone();
    let Some(status) = status else { return record };
    let with_capacity = IndexDefinition {
        throughput,
        ..by_mood()
    };
    let mut record = adding(with_capacity)
        .apply(&record, record.created_at)
        .unwrap();
    record.indexes.last_mut().unwrap().status = status;
    record
}

#[tokio::test]
async fn the_form_of_a_change_comes_first() {
    let record = record(BillingMode::PayPerRequest, None).await;
    let both = IndexChange {
        delete: Some("genre".try_into().unwrap()),
        ..create(by_mood())
    };
    let cases = [
        (
            changing(vec![IndexChange::default()]),
            format!(
                "{OMP}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                 GlobalSecondaryIndexUpdate.Delete must not be null"
            ),
        ),
        (
            changing(vec![both]),
            format!(
                "{OMP}Only one global secondary index action is allowed per \
                 GlobalSecondaryIndexUpdate object"
            ),
        ),
        (
            changing(vec![create(by_mood()), delete("by-mood")]),
            format!(
                "{OMP}Only one global secondary index update per index is allowed simultaneously. \
                 Index: by-mood"
            ),
        ),
        (
            changing(vec![create(by_mood()), delete("genre")]),
            format!(
                "{LIMIT}Only 1 online index can be created or deleted simultaneously per table"
            ),
        ),
        (
            UpdateTable {
                throughput: Some(units(1, 1)),
                ..adding(by_mood())
            },
            format!("{OMP}You cannot create or delete index while updating table IOPS"),
        ),
        (
            with_stream(adding(by_mood())),
            format!("{OMP}You cannot create or delete index while changing stream status"),
        ),
        (
            with_stream(dropping("genre")),
            format!("{OMP}You cannot create or delete index while changing stream status"),
        ),
        (
            with_stream(changing(vec![capacity_of("genre")])),
            format!("{OMP}You cannot modify stream status while updating table IOPS"),
        ),
        (
            UpdateTable {
                deletion_protection: Some(true),
                ..adding(by_mood())
            },
            format!(
                "{OMP}DeletionProtection modification must be the only operation in the request"
            ),
        ),
        (
            UpdateTable {
                on_demand: Some(OnDemandLimits {
                    read_units_max: Some(1),
                    write_units_max: None,
                }),
                ..dropping("genre")
            },
            format!(
                "{OMP}OnDemandThroughput can only be combined with BillingMode in an UpdateTable \
                 request"
            ),
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(refused(&record, &request), expected, "{request:?}");
    }
}

#[tokio::test]
async fn an_index_that_cannot_be_is_refused() {
    use BillingMode::{PayPerRequest, Provisioned};
    let with = |change: fn(&mut IndexDefinition)| {
        let mut index = by_mood();
        change(&mut index);
        adding(index)
    };
    let cases = [
        (
            PayPerRequest,
            // Judged before its keys.
            with(|index| {
                index.name = "label".try_into().unwrap();
                index.key_schema.clear();
            }),
            "Attempting to create an index which already exists".to_owned(),
        ),
        (
            PayPerRequest,
            UpdateTable {
                attribute_definitions: vec![definition("note", ScalarType::S)],
                ..adding(by_mood())
            },
            format!("{OMP}AttributeDefinitions is not specified for index: by-mood"),
        ),
        (
            PayPerRequest,
            with(|index| index.throughput = Some(units(1, 1))),
            format!(
                "{OMP}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for \
                 index: by-mood when BillingMode is PAY_PER_REQUEST"
            ),
        ),
        (
            Provisioned,
            adding(by_mood()),
            format!(
                "{OMP}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: \
                 by-mood"
            ),
        ),
        (
            PayPerRequest,
            with(|index| index.key_schema = vec![range("mood")]),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned(),
        ),
        (
            PayPerRequest,
            with(|index| index.key_schema = vec![hash("mood"), range("note"), hash("year")]),
            format!(
                "{OMP}All HASH key attributes must precede RANGE key attributes in the KeySchema"
            ),
        ),
        (
            PayPerRequest,
            with(|index| index.projection_type = None),
            format!("{OMP}Unknown ProjectionType: null"),
        ),
        (
            PayPerRequest,
            with(|index| {
                index.on_demand = Some(OnDemandLimits {
                    read_units_max: Some(0),
                    write_units_max: None,
                });
            }),
            format!(
                "{OMP}Requested MaxReadRequestUnits for OnDemandThroughput for index by-mood is \
                 outside of valid range"
            ),
        ),
        (
            PayPerRequest,
            dropping("none"),
            "Requested resource not found: Index none for table Music".to_owned(),
        ),
        (
            PayPerRequest,
            dropping("label"),
            "Cannot delete an index that is not a GlobalSecondaryIndex: label".to_owned(),
        ),
    ];
    for (mode, request, expected) in cases {
        assert_eq!(
            refused(&record(mode, None).await, &request),
            expected,
            "{request:?}"
        );
    }
}

#[tokio::test]
async fn a_table_has_twenty_global_indexes_at_most() {
    let mut record = record(BillingMode::PayPerRequest, None).await;
    for number in 3..=20 {
        let index = IndexDefinition {
            name: format!("more-{number}").as_str().try_into().unwrap(),
            ..by_mood()
        };
        record = adding(index).apply(&record, record.created_at).unwrap();
        record.indexes.last_mut().unwrap().status = IndexStatus::Active;
    }
    assert_eq!(
        refused(&record, &adding(by_mood())),
        format!("{LIMIT}Number of global secondary indexes exceeds per-table limit of 20")
    );
}

/// What the keys of the table have defined already need not be defined again, and is not defined
/// otherwise.
#[tokio::test]
async fn definitions_of_what_is_defined_do_not_matter() {
    let record = record(BillingMode::PayPerRequest, None).await;
    let request = UpdateTable {
        attribute_definitions: vec![
            definition("year", ScalarType::S),
            definition("unused", ScalarType::B),
        ],
        ..adding(index(
            "again",
            vec![hash("tag"), range("year")],
            ProjectionType::All,
        ))
    };
    let record = request.apply(&record, record.created_at).unwrap();
    let schema = &record.index("again").unwrap().key_schema;
    let types: Vec<_> = schema.attributes().map(|key| key.scalar_type).collect();
    assert_eq!(types, [ScalarType::S, ScalarType::N]);
}

#[tokio::test]
async fn what_is_refused_while_an_index_changes() {
    use IndexStatus::{Backfilling, Creating, Deleting};
    let place = "Table: Music Index: by-mood";
    let iops = |what: &str| {
        format!(
            "{IN_USE}Can't change table IOPS when an index is being {what}. Table: Music Indexes: [by-mood]"
        )
    };
    let another =
        || format!("{LIMIT}Only 1 online index can be created or deleted simultaneously per table");
    let other = || {
        adding(IndexDefinition {
            name: "other".try_into().unwrap(),
            throughput: Some(units(1, 1)),
            ..by_mood()
        })
    };
    let more = || UpdateTable {
        throughput: Some(units(9, 9)),
        ..UpdateTable::default()
    };
    let protect = || UpdateTable {
        deletion_protection: Some(true),
        ..UpdateTable::default()
    };
    let streamed = || with_stream(UpdateTable::default());
    let cases = [
        (
            Creating,
            streamed(),
            Some(format!(
                "{IN_USE}Can't change stream status when an index is being created"
            )),
        ),
        (Backfilling, streamed(), None),
        (Deleting, streamed(), None),
        (Creating, other(), Some(another())),
        (Creating, dropping("genre"), Some(another())),
        (
            Creating,
            dropping("by-mood"),
            Some(format!(
                "{IN_USE}Index creation is in resource allocation phase. Retry deletion during \
                 backfilling phase or when the index is active. {place}"
            )),
        ),
        (
            Creating,
            changing(vec![capacity_of("by-mood")]),
            Some(format!(
                "{IN_USE}Index is being created but is not backfilling yet.  {place}"
            )),
        ),
        (Creating, more(), Some(iops("created"))),
        (Creating, protect(), None),
        (Backfilling, other(), Some(another())),
        (Backfilling, dropping("genre"), Some(another())),
        (Backfilling, dropping("by-mood"), None),
        (Backfilling, changing(vec![capacity_of("by-mood")]), None),
        (Backfilling, more(), None),
        (Backfilling, protect(), None),
        (Deleting, other(), Some(another())),
        (
            Deleting,
            dropping("by-mood"),
            Some(format!("{IN_USE}Index is being deleted. {place}")),
        ),
        (
            Deleting,
            changing(vec![capacity_of("by-mood")]),
            Some(format!("{IN_USE}Index is being deleted. {place}")),
        ),
        (Deleting, more(), Some(iops("deleted"))),
        (Deleting, protect(), None),
    ];
    for (status, request, expected) in cases {
        let record = record(BillingMode::Provisioned, Some(status)).await;
        let answer = request.apply(&record, record.created_at);
        let refused = answer.err().map(|error| error.to_string());
        assert_eq!(refused, expected, "{status:?}: {request:?}");
    }
}

#[tokio::test]
async fn a_table_is_not_deleted_while_an_index_changes() {
    let fixture = Fixture::new().await;
    songs(&fixture, 1).await;
    for point in [
        "backfill::before_begin",
        "backfill::before_chunk",
        "drop_index::before_forget",
    ] {
        fixture.at(point, "pause");
    }
    let refused = || async {
        let deleted = fixture.realm.begin_delete(&name("Music"), Vec::new()).await;
        let expected = "Cannot delete table while indexes are being created, updated, or deleted.";
        assert_eq!(text(deleted), format!("{IN_USE}{expected}"));
    };
    update_table(&fixture, adding(by_mood())).await.unwrap();
    refused().await;
    fixture.at("backfill::before_begin", "off");
    until(&fixture, "filling", |table| {
        status(table, "by-mood") == Some(IndexStatus::Backfilling)
    })
    .await;
    refused().await;
    update_table(&fixture, dropping("by-mood")).await.unwrap();
    refused().await;
    fixture.at("drop_index::before_forget", "off");
    until(&fixture, "gone", |table| status(table, "by-mood").is_none()).await;
    let deleted = fixture.realm.begin_delete(&name("Music"), Vec::new()).await;
    assert_eq!(deleted.unwrap().0.record().status, TableStatus::Deleting);
}
