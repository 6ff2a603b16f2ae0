//! CreateTable: every rule, its text, and which of two comes first.

use anywhen_model::ScalarType;

use super::fixture::{definition, hash, index, music, range, simple, text};
use crate::{CreateTable, IndexDefinition, OnDemandLimits, ProjectionType, Throughput};

pub(super) const OMP: &str = "One or more parameter values were invalid: ";

fn refused(request: &CreateTable) -> String {
    text(request.define())
}

pub(super) fn units(read_units: i64, write_units: i64) -> Throughput {
    Throughput {
        read_units,
        write_units,
    }
}

#[test]
fn capacity_follows_the_billing_mode() {
    let provisioned = || CreateTable {
        billing_mode: None,
        ..simple("Table")
    };
    let with = |throughput| CreateTable {
        throughput,
        ..provisioned()
    };
    assert_eq!(
        refused(&CreateTable {
            throughput: Some(units(1, 1)),
            ..simple("Table")
        }),
        format!(
            "{OMP}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when \
             BillingMode is PAY_PER_REQUEST"
        )
    );
    assert_eq!(
        refused(&provisioned()),
        format!(
            "{OMP}ReadCapacityUnits and WriteCapacityUnits must both be specified when \
             BillingMode is PROVISIONED"
        )
    );
    assert_eq!(
        refused(&with(Some(units(1_000_000_000_001, 1_000_000_000_001)))),
        "Given value 1000000000001 for ReadCapacityUnits is out of bounds"
    );
    let defined = with(Some(units(7, 9))).define().unwrap();
    assert_eq!(
        (
            defined.throughput.read_units,
            defined.throughput.write_units
        ),
        (7, 9)
    );
    let limits = |read_units_max| {
        Some(OnDemandLimits {
            read_units_max,
            write_units_max: None,
        })
    };
    assert_eq!(
        refused(&CreateTable {
            on_demand: limits(Some(1)),
            ..with(Some(units(1, 1)))
        }),
        format!(
            "{OMP}MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table \
             BillingMode is PROVISIONED"
        )
    );
    assert_eq!(
        refused(&CreateTable {
            on_demand: limits(Some(0)),
            ..simple("Table")
        }),
        format!(
            "{OMP}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of \
             valid range"
        )
    );
    let unbounded = CreateTable {
        on_demand: limits(Some(-1)),
        ..simple("Table")
    };
    assert_eq!(unbounded.define().unwrap().on_demand, None);
}

#[test]
fn keys_and_definitions_must_match() {
    let keyed = |key_schema, names: &[&str]| CreateTable {
        key_schema,
        attribute_definitions: names
            .iter()
            .map(|name| definition(name, ScalarType::S))
            .collect(),
        ..simple("Table")
    };
    let cases = [
        (
            keyed(vec![hash("a"), range("b")], &["a"]),
            "Invalid KeySchema: Some index key attribute have no definition".to_owned(),
        ),
        (
            keyed(vec![hash("a")], &["b"]),
            format!(
                "{OMP}Some index key attributes are not defined in AttributeDefinitions. Keys: \
                 [a], AttributeDefinitions: [b]"
            ),
        ),
        (
            keyed(vec![hash("a")], &["a", "a"]),
            "Attribute Name is duplicated: a".to_owned(),
        ),
        (
            keyed(vec![hash("a"), range("a")], &["a", "b"]),
            "Both the Hash Key and the Range Key element in the KeySchema have the same name"
                .to_owned(),
        ),
        (
            keyed(vec![range("a")], &["a"]),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned(),
        ),
        (
            keyed(vec![hash("a"), hash("b")], &["a", "b"]),
            "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type".to_owned(),
        ),
        (
            keyed(vec![hash("a")], &["a", "b"]),
            format!(
                "{OMP}Number of attributes in KeySchema does not exactly match number of \
                 attributes defined in AttributeDefinitions"
            ),
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(refused(&request), expected);
    }
}

pub(super) fn with_global(indexes: Vec<IndexDefinition>, names: &[&str]) -> CreateTable {
    let names = ["id"].iter().chain(names);
    CreateTable {
        attribute_definitions: names.map(|name| definition(name, ScalarType::S)).collect(),
        global_indexes: Some(indexes),
        ..simple("Table")
    }
}

pub(super) fn by_g() -> IndexDefinition {
    index("by-g", vec![hash("g")], ProjectionType::All)
}

#[test]
fn global_indexes_are_checked() {
    let one = |definition: IndexDefinition| with_global(vec![definition], &["g"]);
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    let many = |count: usize| {
        (0..count)
            .map(|number| IndexDefinition {
                name: format!("index-{number}").as_str().try_into().unwrap(),
                ..by_g()
            })
            .collect()
    };
    let cases = [
        (
            with_global(vec![], &[]),
            format!("{OMP}List of GlobalSecondaryIndexes is empty"),
        ),
        (
            with_global(vec![by_g()], &["g", "unused"]),
            format!(
                "{OMP}Some AttributeDefinitions are not used. AttributeDefinitions: [g, id, \
                 unused], keys used: [g, id]"
            ),
        ),
        (
            with_global(vec![by_g()], &[]),
            format!(
                "{OMP}Some index key attributes are not defined in AttributeDefinitions. Keys: \
                 [g], AttributeDefinitions: [id]"
            ),
        ),
        (
            one(IndexDefinition {
                key_schema: vec![range("g")],
                ..by_g()
            }),
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned(),
        ),
        (
            one(IndexDefinition {
                projection_type: None,
                ..by_g()
            }),
            format!("{OMP}Unknown ProjectionType: null"),
        ),
        (
            one(IndexDefinition {
                non_key_attributes: names(&["x"]),
                ..by_g()
            }),
            format!("{OMP}ProjectionType is ALL, but NonKeyAttributes is specified"),
        ),
        (
            one(IndexDefinition {
                projection_type: Some(ProjectionType::Include),
                ..by_g()
            }),
            format!("{OMP}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
        ),
        (
            one(IndexDefinition {
                projection_type: Some(ProjectionType::Include),
                non_key_attributes: names(&["x", "y", "x"]),
                ..by_g()
            }),
            format!("{OMP}Duplicate element in NonKeyAttributes: x"),
        ),
        (
            with_global(vec![by_g(), by_g()], &["g"]),
            format!("{OMP}Duplicate index name: by-g"),
        ),
        (
            one(IndexDefinition {
                throughput: Some(units(1, 1)),
                ..by_g()
            }),
            format!(
                "{OMP}ProvisionedThroughput should not be specified for index: by-g when \
                 BillingMode is PAY_PER_REQUEST"
            ),
        ),
        (
            CreateTable {
                billing_mode: None,
                throughput: Some(units(1, 1)),
                ..one(by_g())
            },
            format!("{OMP}ProvisionedThroughput is not specified for index: by-g"),
        ),
        (
            with_global(many(21), &["g"]),
            format!("{OMP}GlobalSecondaryIndex count exceeds the per-table limit of 20"),
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(refused(&request), expected);
    }
    let defined = with_global(many(20), &["g"]).define().unwrap();
    let numbers: Vec<u32> = defined.indexes.iter().map(|index| index.number).collect();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
}

#[test]
fn keys_of_several_attributes_belong_to_global_indexes() {
    let keyed = |key_schema| {
        with_global(
            vec![IndexDefinition {
                key_schema,
                ..by_g()
            }],
            &["a", "b", "c", "d", "e"],
        )
    };
    let all = ["a", "b", "c", "d", "e"];
    assert!(
        keyed(vec![
            hash("a"),
            hash("b"),
            range("c"),
            range("d"),
            range("e")
        ])
        .define()
        .is_ok()
    );
    let cases = [
        (
            vec![hash("a"), range("b"), hash("c"), range("d"), range("e")],
            format!(
                "{OMP}All HASH key attributes must precede RANGE key attributes in the KeySchema"
            ),
        ),
        (
            all.map(hash).to_vec(),
            format!("{OMP}The KeySchema exceeds the maximum allowed number of HASH key attributes"),
        ),
        (
            vec![
                hash("a"),
                hash("b"),
                range("c"),
                range("d"),
                range("e"),
                range("e"),
            ],
            "The KeySchema contains multiple key attributes with the same name".to_owned(),
        ),
    ];
    for (key_schema, expected) in cases {
        assert_eq!(refused(&keyed(key_schema)), expected);
    }
}

#[test]
fn local_indexes_share_the_partition_key() {
    let local = |key_schema, count| CreateTable {
        attribute_definitions: ["artist", "song", "x"]
            .iter()
            .map(|name| definition(name, ScalarType::S))
            .collect(),
        global_indexes: None,
        local_indexes: Some(
            (0..count)
                .map(|number| {
                    let name = format!("local-{number}");
                    index(&name, Vec::clone(&key_schema), ProjectionType::KeysOnly)
                })
                .collect(),
        ),
        ..music("Table")
    };
    let good = vec![hash("artist"), range("x")];
    assert!(local(good.clone(), 5).define().is_ok());
    assert_eq!(
        refused(&local(good, 6)),
        format!("{OMP}Number of LocalSecondaryIndexes exceeds per-table limit of 5")
    );
    assert_eq!(
        refused(&local(vec![hash("x")], 1)),
        format!("{OMP}Index KeySchema does not have a range key for index: local-0")
    );
    assert_eq!(
        refused(&local(vec![hash("x"), range("artist")], 1)),
        format!(
            "{OMP}Index KeySchema does not have the same leading hash key as table KeySchema for \
             index: local-0. index hash key: x, table hash key: artist"
        )
    );
    let hash_only = CreateTable {
        local_indexes: Some(vec![index("local", vec![hash("id")], ProjectionType::All)]),
        ..simple("Table")
    };
    assert_eq!(
        refused(&hash_only),
        format!(
            "{OMP}Table KeySchema does not have a range key, which is required when specifying a \
             LocalSecondaryIndex"
        )
    );
}
