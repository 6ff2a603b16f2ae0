//! Restores: what is checked and in which order, what a target is, how it fails.

use anywhen_model::CommitTimestamp;
use anywhen_table::{
    BillingMode, Encryption, IndexDefinition, KeyElement, OnDemandLimits, ProjectionType,
    ProvisionedThroughput, TableStatus, Throughput, WarmRequest,
};

use super::world::{
    DAY, Ground, SECOND, START_MICROS, World, from_backup, hash, music, name, provisioned, song,
    to_point,
};
use crate::{
    EncryptionOverride, RecoveryError, RecoveryLimits, RestoreFromBackup, RestoreOverrides,
    RestoreToPointInTime, SseType,
};

const NOT_ARN: &str =
    "One or more parameter values were invalid: sourceTableArn is not a valid ARN";
const CROSS: &str =
    "Invalid Request: sseSpecificationOverride must be provided for cross-region restores";
const NO_CROSS: &str =
    "Invalid Request: restores into another Region are not available on this server yet";

/// Repairs what a request was refused for.
type RepairInstant = fn(&mut RestoreToPointInTime);
type RepairBackup = Box<dyn Fn(&mut RestoreFromBackup)>;

fn bad_form() -> EncryptionOverride {
    let sse_type = Some(SseType::Aes256);
    EncryptionOverride {
        enabled: Some(true),
        sse_type,
        key_id: None,
    }
}

fn customer_key() -> EncryptionOverride {
    let key_id = Some("abcd1234-abcd-1234-a123-ab1234a1b234".to_owned());
    EncryptionOverride {
        enabled: Some(true),
        sse_type: Some(SseType::Kms),
        key_id,
    }
}

fn managed() -> EncryptionOverride {
    EncryptionOverride {
        enabled: Some(true),
        sse_type: Some(SseType::Kms),
        key_id: None,
    }
}

fn table_arn(table: &str) -> String {
    format!("arn:aws:dynamodb:us-east-1:123456789012:table/{table}")
}

/// Tables `Plain` without and `Music` with history, `Taken`, and `Busy`, which is being restored
/// from a backup that is returned.
async fn crowded(seed: u64) -> (World, String) {
    let limits = RecoveryLimits {
        restores_max: 2,
        ..RecoveryLimits::default()
    };
    let world = Ground {
        limits,
        ..Ground::new(seed)
    }
    .start()
    .await;
    for table in ["Plain", "Music", "Taken"] {
        world.create(music(table)).await;
    }
    world.pitr("Music", true).await;
    world.span_settled("Music").await;
    world.advance(10 * SECOND);
    let backup = world.backup("Plain", "Busy").await;
    world.fail("restore::before_load", "pause");
    let arn = world.arn(&backup);
    world
        .recovery
        .restore_from_backup(&world.realm, from_backup(&arn, "Busy"))
        .await
        .unwrap();
    (world, arn)
}

/// Each row repairs what the row before was refused for, and leaves everything later wrong.
#[tokio::test(start_paused = true)]
async fn a_restore_to_a_point_in_time_is_checked_in_order() {
    let (world, busy) = crowded(1).await;
    let early = CommitTimestamp::from_micros(START_MICROS - DAY);
    let bad_overrides = RestoreOverrides {
        throughput: Some(Throughput {
            read_units: 1,
            write_units: 1,
        }),
        encryption: Some(bad_form()),
        ..RestoreOverrides::default()
    };
    let all_wrong = RestoreToPointInTime {
        source_arn: Some("Music".to_owned()),
        source_name: Some(name("Absent")),
        restore_at: Some(early),
        use_latest: Some(true),
        overrides: bad_overrides,
        ..to_point("Absent", "Taken", None)
    };
    let rows: Vec<(RepairInstant, String)> =
        vec![
        (
            |_| (),
            "One or more parameter values were invalid: SSEType AES256 is not supported".to_owned(),
        ),
        (
            |request| request.overrides.encryption = None,
            "Invalid Request: Both RestoreDateTime and UseLatestRestorableTime cannot be set for \
             point-in-time restore request. Please specify either RestoreDateTime time or \
             UseLatestRestorableTime"
                .to_owned(),
        ),
        (
            |request| (request.restore_at, request.use_latest) = (None, Some(false)),
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be \
             specified, but not both"
                .to_owned(),
        ),
        (
            |request| {
                request.restore_at = Some(CommitTimestamp::from_micros(START_MICROS - DAY));
            },
            "Invalid Request: Must provide exactly one of: sourceTableArn, sourceTableName"
                .to_owned(),
        ),
        (
            |request| (request.source_name, request.source_arn) = (None, None),
            "The parameter 'TableName' is required but was not present in the request".to_owned(),
        ),
        (
            |request| request.source_arn = Some("Music".to_owned()),
            "One or more parameter values were invalid: ARNs must start with 'arn:': Music"
                .to_owned(),
        ),
        (
            |request| request.source_arn = Some("arn:aws:s3:us-east-1:1:Music".to_owned()),
            NOT_ARN.to_owned(),
        ),
        (
            |request| request.source_arn = Some(format!("{}/index/x", table_arn("Absent"))),
            NOT_ARN.to_owned(),
        ),
        (
            |request| {
                let other = table_arn("Absent").replace("123456789012", "999999999999");
                request.source_arn = Some(other.replace("us-east-1", "eu-west-1"));
            },
            "This action is only supported by accounts that match the resource owner\u{2019}s \
             account."
                .to_owned(),
        ),
        (
            |request| {
                request.source_arn = Some(table_arn("Absent").replace("us-east-1", "eu-west-1"));
            },
            CROSS.to_owned(),
        ),
        (|request| request.overrides.encryption = Some(customer_key()), NO_CROSS.to_owned()),
        (
            |request| request.source_arn = Some(table_arn("Absent")),
            "Table not found".to_owned(),
        ),
        (
            |request| {
                (request.source_arn, request.source_name) = (None, Some(name("Absent")));
            },
            "Table not found: Absent".to_owned(),
        ),
        // A target that is being restored is no source either.
        (|request| request.source_name = Some(name("Busy")), "Table not found: Busy".to_owned()),
        (
            |request| request.source_name = Some(name("Plain")),
            "Point in time recovery is not enabled for table 'Plain'".to_owned(),
        ),
        (
            |request| request.source_name = Some(name("Music")),
            "RestoreDateTime '2026-11-20T12:00:00Z' must be within EarliestRestorableDateTime \
             '2026-11-21T12:00:01Z' and LatestRestorableDateTime '2026-11-21T12:00:10Z'"
                .to_owned(),
        ),
        (
            |request| {
                request.restore_at = Some(CommitTimestamp::from_micros(START_MICROS + DAY));
            },
            "RestoreDateTime '2026-11-22T12:00:00Z' must be within EarliestRestorableDateTime \
             '2026-11-21T12:00:01Z' and LatestRestorableDateTime '2026-11-21T12:00:10Z'"
                .to_owned(),
        ),
        (
            |request| {
                request.restore_at = Some(CommitTimestamp::from_micros(START_MICROS + 5 * SECOND));
            },
            "Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is \
             PROVISIONED"
                .to_owned(),
        ),
        (
            |request| request.overrides.throughput = None,
            "One or more parameter values were invalid: KMSMasterKeyId: customer managed keys are \
             not available on this server yet"
                .to_owned(),
        ),
        (
            |request| request.overrides.encryption = None,
            "Table already exists: Taken".to_owned(),
        ),
        (|request| request.target = name("Music"), "Table already exists: Music".to_owned()),
        (
            |request| request.target = name("Busy"),
            format!("Table: Busy is already being restored from backup: {busy}"),
        ),
    ];
    let mut request = all_wrong;
    for (repair, text) in rows {
        repair(&mut request);
        let refused = world
            .recovery
            .restore_to_point_in_time(&world.realm, request.clone())
            .await
            .unwrap_err();
        assert_eq!(refused.to_string(), text, "{request:?}");
    }
    request.target = name("Second");
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request.clone())
        .await
        .unwrap();
    let again = world
        .recovery
        .restore_to_point_in_time(&world.realm, request.clone())
        .await;
    let text = format!(
        "Table: Second is already being restored from table: {}",
        table_arn("Music")
    );
    assert_eq!(again, Err(RecoveryError::TableInUse(text)));
    request.target = name("Third");
    let refused = world
        .recovery
        .restore_to_point_in_time(&world.realm, request.clone())
        .await;
    assert_eq!(
        refused,
        Err(RecoveryError::LimitExceeded(
            "Subscriber limit exceeded: Only 2 restore operations can be done simultaneously"
                .to_owned()
        ))
    );
    world.let_go("restore::before_load");
    world.restored("Busy").await;
    world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await
        .unwrap();
    world.restored("Third").await;
}

#[tokio::test(start_paused = true)]
async fn a_restore_from_a_backup_is_checked_in_order() {
    let (world, busy) = crowded(2).await;
    let absent = busy.replace("table/Plain", "table/Absent");
    let mut request = RestoreFromBackup {
        overrides: RestoreOverrides {
            throughput: Some(Throughput {
                read_units: 1,
                write_units: 1,
            }),
            encryption: Some(bad_form()),
            ..RestoreOverrides::default()
        },
        ..from_backup("x", "Taken")
    };
    let arn = |arn: String| -> RepairBackup {
        Box::new(move |request| request.backup_arn.clone_from(&arn))
    };
    let encryption = |encryption: Option<EncryptionOverride>| -> RepairBackup {
        Box::new(move |request| request.overrides.encryption.clone_from(&encryption))
    };
    let target = |target: &'static str| -> RepairBackup {
        Box::new(move |request| request.target = name(target))
    };
    let making = {
        world.fail("backup::before_keyframe", "pause");
        let begun = world.begin_backup("Plain", "Making").await;
        world.arn(&begun)
    };
    let rows: Vec<(RepairBackup, String)> =
        vec![
        (
            Box::new(|_| ()),
            "One or more parameter values were invalid: SSEType AES256 is not supported".to_owned(),
        ),
        (encryption(None), "Invalid Backup ARN".to_owned()),
        (
            arn(absent.replace("us-east-1", "us-nowhere-1")),
            "Invalid Request: BackupArn is not valid".to_owned(),
        ),
        (
            arn(absent.replace("123456789012", "999999999999").replace("us-east-1", "eu-west-1")),
            "Access is denied".to_owned(),
        ),
        (arn(absent.replace("us-east-1", "eu-west-1")), CROSS.to_owned()),
        // The same check for a backup that is here.
        (arn(busy.replace("us-east-1", "eu-west-1")), CROSS.to_owned()),
        (encryption(Some(customer_key())), NO_CROSS.to_owned()),
        (arn(absent.clone()), format!("Backup not found: {absent}")),
        (arn(making), "Backup is being created".to_owned()),
        (
            arn(busy.clone()),
            "Invalid Request: Cannot override ProvisionedThroughput unless BillingMode is \
             PROVISIONED"
                .to_owned(),
        ),
        (
            Box::new(|request| request.overrides.throughput = None),
            "One or more parameter values were invalid: KMSMasterKeyId: customer managed keys are \
             not available on this server yet"
                .to_owned(),
        ),
        (encryption(None), "Table already exists: Taken".to_owned()),
        (
            target("Busy"),
            format!("Table: Busy is already being restored from backup: {busy}"),
        ),
        (
            target("Other"),
            format!("Backup is being used to restore another table: {busy}"),
        ),
    ];
    for (repair, text) in rows {
        repair(&mut request);
        let refused = world
            .recovery
            .restore_from_backup(&world.realm, request.clone())
            .await
            .unwrap_err();
        assert_eq!(refused.to_string(), text, "{request:?}");
    }
    assert!(
        world.tables.table(&name("Other")).is_err(),
        "no target after a refusal"
    );
}

#[tokio::test(start_paused = true)]
async fn a_target_is_nobodys_before_it_is_active() {
    let world = World::new(3).await;
    world.create(provisioned("Music")).await;
    world.put("Music", song("Nina", 1, "a")).await;
    let backup = world.backup("Music", "First").await;
    let arn = world.arn(&backup);
    world.advance(3 * SECOND);
    world.fail("restore::before_publish", "pause");
    let request = from_backup(&arn, "Copy");
    let target = world
        .recovery
        .restore_from_backup(&world.realm, request)
        .await
        .unwrap();
    assert_eq!(target.status, TableStatus::Creating);
    assert_eq!(
        target.created_at,
        CommitTimestamp::from_micros(START_MICROS + 3 * SECOND)
    );
    let summary = target.restore.clone().unwrap();
    assert_eq!(summary.source_backup_arn.as_deref(), Some(arn.as_str()));
    assert_eq!(summary.source_table_arn, Some(table_arn("Music")));
    assert_eq!(summary.at, backup.created_at());
    assert_eq!(target.throughput, ProvisionedThroughput::new(10, 20));
    assert_eq!(
        target.indexes[1].throughput,
        ProvisionedThroughput::new(5, 6)
    );
    assert!(
        world.tables.open_table(&name("Copy")).is_err(),
        "neither read nor written"
    );
    assert_eq!(world.table("Copy").statistics().items, 0);
    let refused = world.tables.create_table(music("Copy")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Attempt to change a resource which is still in use: Table is being used: Copy"
    );
    let refused = world
        .recovery
        .delete_table(&world.realm, &name("Copy"))
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Attempt to change a resource which is still in use: Table is being created: Copy"
    );
    world.let_go("restore::before_publish");
    world.restored("Copy").await;
    assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
    assert_eq!(
        world
            .table("Copy")
            .index_statistics("singers")
            .unwrap()
            .items,
        1
    );
}

/// The forms of the first walkthrough, on one backup.
#[tokio::test(start_paused = true)]
async fn overrides_shape_the_target() {
    let world = World::new(4).await;
    world.create(provisioned("Music")).await;
    for number in 0..9 {
        world.put("Music", song("Nina", number, "a")).await;
    }
    let backup = world.backup("Music", "First").await;
    let restore = async |target: &str, overrides: RestoreOverrides| {
        let request = RestoreFromBackup {
            overrides,
            ..from_backup(&world.arn(&backup), target)
        };
        world
            .recovery
            .restore_from_backup(&world.realm, request)
            .await
            .unwrap();
        world.restored(target).await;
        assert_eq!(world.contents(target).len(), 9);
        world.table(target).record().clone()
    };
    let encrypted = RestoreOverrides {
        encryption: Some(managed()),
        ..RestoreOverrides::default()
    };
    let record = restore("Encrypted", encrypted.clone()).await;
    assert!(
        matches!(&record.encryption, Encryption::AwsManaged { key_arn }
        if key_arn.starts_with("arn:aws:kms:us-east-1:123456789012:key/"))
    );
    let by_request = RestoreOverrides {
        billing_mode: Some(BillingMode::PayPerRequest),
        on_demand: Some(OnDemandLimits::default()),
        ..RestoreOverrides::default()
    };
    let record = restore("ByRequest", by_request).await;
    assert_eq!(record.billing_mode, BillingMode::PayPerRequest);
    assert_eq!(record.encryption, Encryption::AwsOwned);
    let without = RestoreOverrides {
        global_indexes: Some(Vec::new()),
        ..encrypted.clone()
    };
    let record = restore("Without", without).await;
    let names: Vec<_> = record
        .indexes
        .iter()
        .map(|index| index.name.to_string())
        .collect();
    assert_eq!(names, ["labels"]);
    let one = IndexDefinition {
        name: "performers".try_into().unwrap(),
        key_schema: vec![KeyElement { ..hash("singer") }],
        projection_type: Some(ProjectionType::KeysOnly),
        non_key_attributes: None,
        throughput: Some(Throughput {
            read_units: 5,
            write_units: 5,
        }),
        on_demand: None,
        warm: WarmRequest::default(),
    };
    let combined = RestoreOverrides {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(Throughput {
            read_units: 100,
            write_units: 100,
        }),
        global_indexes: Some(vec![one]),
        ..encrypted
    };
    let record = restore("Combined", combined).await;
    assert_eq!(record.throughput, ProvisionedThroughput::new(100, 100));
    assert_eq!(
        record.index("performers").unwrap().throughput,
        ProvisionedThroughput::new(5, 5)
    );
    assert_eq!(
        world
            .table("Combined")
            .index_statistics("performers")
            .unwrap()
            .items,
        9
    );
    // What was encrypted stays so when its own backup is restored.
    let backup = world.backup("Encrypted", "Second").await;
    world.restore_backup(&backup, "Inherited").await.unwrap();
    assert!(matches!(
        world.table("Inherited").record().encryption,
        Encryption::AwsManaged { .. }
    ));
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_fails_leaves_no_target_and_lets_go_of_its_backup() {
    let world = World::new(5).await;
    world.create(music("Music")).await;
    world.put("Music", song("Nina", 1, "a")).await;
    world.pitr("Music", true).await;
    let backup = world.backup("Music", "First").await;
    for point in ["restore::before_load", "restore::before_publish"] {
        world.fail(point, "return(broken by a test)");
        let request = from_backup(&world.arn(&backup), "Copy");
        world
            .recovery
            .restore_from_backup(&world.realm, request)
            .await
            .unwrap();
        world.restore_ended("Copy").await;
        assert!(world.tables.table(&name("Copy")).is_err(), "{point}");
        let request = to_point("Music", "Copy", None);
        world
            .recovery
            .restore_to_point_in_time(&world.realm, request)
            .await
            .unwrap();
        world.restore_ended("Copy").await;
        assert!(world.tables.table(&name("Copy")).is_err(), "{point}");
        world.let_go(point);
    }
    world.restore_backup(&backup, "Copy").await.unwrap();
    assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
    // Only the backup's own pin is left.
    world.pins(backup.table.id, 1).await;
    let spilled = std::fs::read_dir(world.ground.spill.path())
        .unwrap()
        .count();
    assert_eq!(spilled, 0);
    let stored = world
        .tables
        .system_list(anywhen_table::SystemStore::RESTORES, b"")
        .unwrap();
    assert_eq!(stored.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn microseconds_tell_two_commits_apart() {
    let world = World::new(6).await;
    world.create(music("Music")).await;
    world.pitr("Music", true).await;
    world.advance(2 * SECOND + 123);
    let mut commits = Vec::new();
    for number in 0..5 {
        commits.push(world.put("Music", song("Nina", number, "a")).await);
    }
    for (count, at) in (1..).zip(commits) {
        let target = format!("At{count}");
        world.restore_at("Music", &target, at).await.unwrap();
        assert_eq!(world.contents(&target).len(), count);
    }
}
