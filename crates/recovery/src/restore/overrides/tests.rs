use anywhen_kms::MasterKey;
use anywhen_model::{
    CommitTimestamp, KeyAttribute, ScalarType, SeededRandomness, TableId, TableName,
};
use anywhen_table::{
    Encryption, IndexStatus, TableSettings, TableStatus, WarmRequest, WarmThroughput,
};

use super::*;

fn schema(partition: &str, sort: Option<&str>) -> KeySchema {
    let attribute = |name: &str| KeyAttribute {
        name: name.to_owned(),
        scalar_type: ScalarType::S,
    };
    KeySchema {
        partition: vec![attribute(partition)],
        sort: sort.map(attribute).into_iter().collect(),
    }
}

fn recorded(
    number: u32,
    name: &str,
    kind: IndexKind,
    keys: KeySchema,
    projection: IndexProjection,
) -> IndexRecord {
    IndexRecord {
        number,
        name: name.try_into().unwrap(),
        kind,
        key_schema: keys,
        projection,
        status: IndexStatus::Active,
        throughput: ProvisionedThroughput::default(),
        on_demand: None,
        warm: None,
    }
}

/// Local index `by-label` with two attributes; global indexes `singers` (keys only) and
/// `genres` (everything).
fn source(billing_mode: BillingMode) -> TableRecord {
    let randomness = SeededRandomness::new(1);
    let (_, wrapped_key) = MasterKey::generate(&randomness).generate_data_key(&randomness);
    let include = IndexProjection::Include(["b".to_owned(), "a".to_owned()].into());
    let mut indexes = vec![
        recorded(
            3,
            "by-label",
            IndexKind::Local,
            schema("Artist", Some("Label")),
            include,
        ),
        recorded(
            5,
            "singers",
            IndexKind::Global,
            schema("SingerName", None),
            IndexProjection::KeysOnly,
        ),
        recorded(
            9,
            "genres",
            IndexKind::Global,
            schema("Genre", Some("Year")),
            IndexProjection::All,
        ),
    ];
    let mut throughput = ProvisionedThroughput::default();
    let mut on_demand = None;
    if billing_mode == BillingMode::Provisioned {
        throughput = ProvisionedThroughput {
            decreases: 2,
            ..ProvisionedThroughput::new(10, 20)
        };
        for index in indexes
            .iter_mut()
            .filter(|index| index.kind == IndexKind::Global)
        {
            index.throughput = ProvisionedThroughput::new(3, 4);
        }
    } else {
        on_demand = Some(OnDemandThroughput {
            read_units_max: Some(50),
            write_units_max: None,
        });
    }
    TableRecord {
        id: TableId::from_u128(1),
        name: TableName::parse("Music").unwrap(),
        version: 4,
        status: TableStatus::Active,
        created_at: CommitTimestamp::ZERO,
        key_schema: schema("Artist", Some("SongTitle")),
        billing_mode,
        pay_per_request_since: None,
        throughput,
        on_demand,
        indexes,
        index_numbers_used: 0,
        encryption: Encryption::AwsOwned,
        wrapped_key,
        sealed_hash_secret: Vec::new(),
        deletion_protection: true,
        history: None,
        restore: None,
        settings: TableSettings::default(),
    }
}

fn asked(name: &str, keys: &[&str], projection: ProjectionType) -> IndexDefinition {
    let roles = [KeyRole::Partition, KeyRole::Sort];
    IndexDefinition {
        name: name.try_into().unwrap(),
        key_schema: keys
            .iter()
            .zip(roles)
            .map(|(name, role)| KeyElement {
                name: (*name).to_owned(),
                role,
            })
            .collect(),
        projection_type: Some(projection),
        non_key_attributes: None,
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
    }
}

fn singers() -> IndexDefinition {
    asked("singers", &["SingerName"], ProjectionType::KeysOnly)
}

fn genres() -> IndexDefinition {
    asked("genres", &["Genre", "Year"], ProjectionType::All)
}

fn by_label() -> IndexDefinition {
    IndexDefinition {
        non_key_attributes: Some(vec!["a".to_owned(), "b".to_owned()]),
        ..asked("by-label", &["Artist", "Label"], ProjectionType::Include)
    }
}

const fn capacity(read_units: i64, write_units: i64) -> Throughput {
    Throughput {
        read_units,
        write_units,
    }
}

const fn bounds(read: Option<i64>, write: Option<i64>) -> OnDemandLimits {
    OnDemandLimits {
        read_units_max: read,
        write_units_max: write,
    }
}

fn define(
    billing_mode: BillingMode,
    overrides: &RestoreOverrides,
) -> Result<Definition, RecoveryError> {
    target_definition(&source(billing_mode), overrides)
}

#[test]
fn without_overrides_everything_is_as_recorded() {
    for billing_mode in [BillingMode::Provisioned, BillingMode::PayPerRequest] {
        let source = source(billing_mode);
        let target = define(billing_mode, &RestoreOverrides::default()).unwrap();
        assert_eq!(target.key_schema, source.key_schema);
        assert_eq!(target.billing_mode, billing_mode);
        assert_eq!(target.on_demand, source.on_demand);
        let units =
            |throughput: ProvisionedThroughput| (throughput.read_units, throughput.write_units);
        assert_eq!(units(target.throughput), units(source.throughput));
        assert_eq!(
            target.throughput.decreases, 0,
            "the target has never been changed"
        );
        for ((restored, recorded), number) in target.indexes.iter().zip(&source.indexes).zip(1..) {
            assert_eq!(
                *restored,
                IndexRecord {
                    number,
                    ..recorded.clone()
                }
            );
        }
        assert_eq!(target.indexes.len(), 3);
    }
}

#[test]
fn warm_throughput_is_not_restored_but_can_be_asked_for() {
    let warm = WarmThroughput {
        read_units: 50_000,
        write_units: 50_000,
    };
    let mut source = source(BillingMode::PayPerRequest);
    source.settings.warm = Some(warm);
    for index in &mut source.indexes {
        index.warm = Some(warm);
    }
    let as_recorded = target_definition(&source, &RestoreOverrides::default()).unwrap();
    assert_eq!(as_recorded.warm, None);
    let of_index = |target: &Definition, name: &str| {
        let mut indexes = target.indexes.iter();
        indexes.find(|i| i.name.as_str() == name).unwrap().warm
    };
    assert_eq!(of_index(&as_recorded, "singers"), None);
    let warmer = |read_units| RestoreOverrides {
        global_indexes: Some(vec![IndexDefinition {
            warm: WarmRequest {
                read_units: Some(read_units),
                write_units: None,
            },
            ..singers()
        }]),
        ..RestoreOverrides::default()
    };
    let asked = target_definition(&source, &warmer(20_000)).unwrap();
    let expected = WarmThroughput {
        read_units: 20_000,
        write_units: 4_000,
    };
    assert_eq!(of_index(&asked, "singers"), Some(expected));
    let refused = target_definition(&source, &warmer(1)).unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("for index singers is lower than initial throughput"),
        "{refused}"
    );
}

#[test]
fn every_rule_of_capacity_has_its_text() {
    use BillingMode::{PayPerRequest, Provisioned};
    let billed = |billing_mode| RestoreOverrides {
        billing_mode: Some(billing_mode),
        ..RestoreOverrides::default()
    };
    let table = |overrides: RestoreOverrides| RestoreOverrides {
        throughput: Some(capacity(1, 1)),
        ..overrides
    };
    let global = |overrides: RestoreOverrides, index: IndexDefinition| RestoreOverrides {
        global_indexes: Some(vec![index]),
        ..overrides
    };
    let limited = |overrides: RestoreOverrides, limits| RestoreOverrides {
        on_demand: Some(limits),
        ..overrides
    };
    let none = RestoreOverrides::default;
    let with_capacity = || IndexDefinition {
        throughput: Some(capacity(1, 1)),
        ..singers()
    };
    let cases = [
        (
            PayPerRequest,
            table(none()),
            "Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED",
        ),
        (
            Provisioned,
            table(billed(PayPerRequest)),
            "Cannot override ProvisionedThroughput if BillingMode is overridden to \
             PAY_PER_REQUEST",
        ),
        (
            Provisioned,
            global(billed(PayPerRequest), with_capacity()),
            "Cannot override ProvisionedThroughput if BillingMode is overridden to \
             PAY_PER_REQUEST for index singers",
        ),
        (
            PayPerRequest,
            global(none(), with_capacity()),
            "Cannot override ProvisionedThroughput unless BillingMode is PROVISIONED for index \
             singers",
        ),
        (
            PayPerRequest,
            billed(Provisioned),
            "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED",
        ),
        (
            Provisioned,
            billed(Provisioned),
            "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED",
        ),
        (
            PayPerRequest,
            table(billed(Provisioned)),
            "Must override ProvisionedThroughput if BillingMode is overridden to PROVISIONED for \
             index singers",
        ),
        (
            Provisioned,
            global(none(), singers()),
            "Must specify provisioned throughput for index singers",
        ),
        (
            Provisioned,
            limited(none(), bounds(Some(5), None)),
            "Cannot override MaxReadRequestUnits for OnDemandThroughput unless \
             BillingModeOverride is PAY_PER_REQUEST",
        ),
        (
            Provisioned,
            limited(none(), bounds(None, Some(5))),
            "Cannot override MaxWriteRequestUnits for OnDemandThroughput unless \
             BillingModeOverride is PAY_PER_REQUEST",
        ),
        (
            PayPerRequest,
            limited(none(), bounds(Some(0), None)),
            "Requested MaxReadRequestUnits for OnDemandThroughput is outside of valid range",
        ),
        (
            PayPerRequest,
            limited(none(), bounds(Some(1), Some(-2))),
            "Requested MaxWriteRequestUnits for OnDemandThroughput is outside of valid range",
        ),
    ];
    for (billing_mode, overrides, text) in cases {
        let refused = define(billing_mode, &overrides).unwrap_err();
        assert_eq!(
            refused,
            RecoveryError::Validation(format!("Invalid Request: {text}"))
        );
    }
}

#[test]
fn indexes_may_be_left_out_or_renamed_never_invented() {
    let with = |global: Option<Vec<IndexDefinition>>, local: Option<Vec<IndexDefinition>>| {
        let overrides = RestoreOverrides {
            global_indexes: global,
            local_indexes: local,
            ..RestoreOverrides::default()
        };
        define(BillingMode::PayPerRequest, &overrides).map(|target| {
            target
                .indexes
                .iter()
                .map(|index| index.name.to_string())
                .collect()
        })
    };
    let names = |names: &[&str]| -> Result<Vec<String>, RecoveryError> {
        Ok(names.iter().map(|name| (*name).to_owned()).collect())
    };
    let renamed = |index: IndexDefinition, name: &str| IndexDefinition {
        name: name.try_into().unwrap(),
        ..index
    };
    assert_eq!(
        with(Some(vec![]), None),
        names(&["by-label"]),
        "local ones are independent"
    );
    assert_eq!(with(None, Some(vec![])), names(&["singers", "genres"]));
    assert_eq!(with(Some(vec![]), Some(vec![])), names(&[]));
    assert_eq!(
        with(Some(vec![genres()]), Some(vec![by_label()])),
        names(&["by-label", "genres"])
    );
    assert_eq!(
        with(Some(vec![renamed(singers(), "performers")]), Some(vec![])),
        names(&["performers"])
    );
    let foreign = [
        (
            "keys",
            asked("singers", &["Artist"], ProjectionType::KeysOnly),
        ),
        (
            "more keys",
            asked("singers", &["SingerName", "Year"], ProjectionType::KeysOnly),
        ),
        (
            "projection",
            asked("singers", &["SingerName"], ProjectionType::All),
        ),
        (
            "attributes",
            IndexDefinition {
                non_key_attributes: Some(vec!["a".to_owned()]),
                ..asked("singers", &["SingerName"], ProjectionType::Include)
            },
        ),
        ("a local index", by_label()),
    ];
    let no_match = |name: &str| {
        Err(RecoveryError::Validation(format!(
            "Invalid Request: Index {name} does not match a secondary index that existed in the \
             source table and cannot be created during the restore operation"
        )))
    };
    for (what, index) in foreign {
        let name = index.name.to_string();
        assert_eq!(with(Some(vec![index]), None), no_match(&name), "{what}");
    }
    assert_eq!(with(None, Some(vec![singers()])), no_match("singers"));
    assert_eq!(
        with(Some(vec![singers(), renamed(singers(), "twice")]), None),
        no_match("twice"),
        "each index is restored once"
    );
    let clash = with(Some(vec![renamed(singers(), "by-label")]), None);
    assert_eq!(
        clash,
        Err(RecoveryError::Validation(
            "One or more parameter values were invalid: Duplicate index name: by-label".to_owned()
        ))
    );
}

#[test]
fn capacity_follows_its_overrides() {
    let combined = RestoreOverrides {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(capacity(100, 100)),
        global_indexes: Some(vec![IndexDefinition {
            throughput: Some(capacity(5, 5)),
            ..singers()
        }]),
        ..RestoreOverrides::default()
    };
    for billing_mode in [BillingMode::Provisioned, BillingMode::PayPerRequest] {
        let target = define(billing_mode, &combined).unwrap();
        assert_eq!(target.billing_mode, BillingMode::Provisioned);
        assert_eq!(target.throughput, ProvisionedThroughput::new(100, 100));
        assert_eq!(target.on_demand, None);
        assert_eq!(
            target.indexes[1].throughput,
            ProvisionedThroughput::new(5, 5)
        );
    }
    // The base table's alone; the indexes keep theirs.
    let table = RestoreOverrides {
        throughput: Some(capacity(7, 8)),
        ..RestoreOverrides::default()
    };
    let target = define(BillingMode::Provisioned, &table).unwrap();
    assert_eq!(target.throughput, ProvisionedThroughput::new(7, 8));
    assert_eq!(
        target.indexes[1].throughput,
        ProvisionedThroughput::new(3, 4)
    );
    // By request: everything goes to zero, and bounds may be set.
    let by_request = RestoreOverrides {
        billing_mode: Some(BillingMode::PayPerRequest),
        on_demand: Some(bounds(Some(9), None)),
        ..RestoreOverrides::default()
    };
    let target = define(BillingMode::Provisioned, &by_request).unwrap();
    assert_eq!(target.throughput, ProvisionedThroughput::default());
    assert_eq!(target.on_demand.unwrap().read_units_max, Some(9));
    assert!(
        target
            .indexes
            .iter()
            .all(|index| index.throughput == ProvisionedThroughput::default())
    );
    // -1 lifts a recorded bound, and no members change nothing.
    for (limits, expected) in [
        (bounds(Some(-1), None), None),
        (bounds(None, None), Some(50)),
    ] {
        let overrides = RestoreOverrides {
            on_demand: Some(limits),
            ..RestoreOverrides::default()
        };
        let target = define(BillingMode::PayPerRequest, &overrides).unwrap();
        let most = target.on_demand.and_then(|bounds| bounds.read_units_max);
        assert_eq!(most, expected);
    }
}

#[test]
fn encryption_is_judged_in_two_steps() {
    let request = |enabled, sse_type, key_id: Option<&str>| EncryptionOverride {
        enabled,
        sse_type,
        key_id: key_id.map(str::to_owned),
    };
    let (kms, aes) = (Some(SseType::Kms), Some(SseType::Aes256));
    let forms = [
        (
            request(Some(false), kms, None),
            "SSEType can not be specified if Enabled is false",
        ),
        (
            request(Some(false), None, Some("k")),
            "KMSMasterKeyId can not be specified if Enabled is false",
        ),
        (
            request(Some(true), None, Some("k")),
            "SSEType KMS is required if KMSMasterKeyId is specified",
        ),
        (
            request(Some(true), aes, None),
            "SSEType AES256 is not supported",
        ),
    ];
    for (encryption, text) in forms {
        let text = format!("One or more parameter values were invalid: {text}");
        assert_eq!(
            encryption.check_form(),
            Err(RecoveryError::Validation(text))
        );
    }
    let modes = [
        (request(None, None, None), false),
        (request(Some(false), None, None), false),
        (request(Some(true), None, None), true),
        (request(None, kms, None), true),
        (request(Some(true), kms, Some("alias/aws/dynamodb")), true),
    ];
    for (encryption, managed) in modes {
        assert_eq!(encryption.check_form(), Ok(()));
        assert_eq!(encryption.managed(), Ok(managed), "{encryption:?}");
    }
    let customer = request(
        Some(true),
        kms,
        Some("abcd1234-abcd-1234-a123-ab1234a1b234"),
    );
    assert_eq!(customer.check_form(), Ok(()));
    assert!(
        customer
            .managed()
            .unwrap_err()
            .to_string()
            .contains("KMSMasterKeyId")
    );
}
