//! CreateBackup, DescribeBackup, ListBackups, DeleteBackup.

use std::collections::BTreeSet;

use anywhen_model::{CommitTimestamp, limits::LIST_PAGE_MAX};
use anywhen_table::TableStatus;

use super::world::{DAY, START_MICROS, World, from_backup, key, music, name, song};
use crate::{
    BackupFilter, BackupKind, BackupPage, BackupRecord, BackupStatus, ListBackups, RecoveryError,
};

async fn with_music(seed: u64, history: bool) -> World {
    let world = World::new(seed).await;
    world.create(music("Music")).await;
    world.put("Music", song("Nina", 1, "a")).await;
    if history {
        world.pitr("Music", true).await;
    }
    world
}

#[tokio::test(start_paused = true)]
async fn a_backup_holds_what_was_acknowledged_before_it_and_nothing_later() {
    for history in [false, true] {
        let world = with_music(1, history).await;
        world.put("Music", song("Nina", 2, "b")).await;
        world.fail("backup::before_keyframe", "pause");
        let begun = world.begin_backup("Music", "MusicBackup").await;
        assert_eq!(begun.status, BackupStatus::Creating);
        assert_eq!((begun.item_count, begun.expires_at), (2, None));
        assert_eq!(
            begun.created_at(),
            CommitTimestamp::from_micros(START_MICROS)
        );
        // Written while the job is held: after the answer, so not in it.
        world.put("Music", song("Nina", 3, "c")).await;
        world.delete("Music", key("Nina", 1)).await;
        world.let_go("backup::before_keyframe");
        let made = world.available(&begun).await;
        assert_eq!(
            made,
            BackupRecord {
                status: BackupStatus::Available,
                ..begun
            }
        );
        world.restore_backup(&made, "Copy").await.unwrap();
        assert_eq!(world.contents("Copy").len(), 2, "history: {history}");
        let mut expected = vec![song("Nina", 1, "a"), song("Nina", 2, "b")];
        expected.retain(|item| !world.contents("Copy").contains(item));
        assert_eq!(expected, vec![]);
        // The copy is a table like any other.
        world.put("Copy", song("Nina", 9, "z")).await;
        assert_eq!(world.contents("Copy").len(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn backups_of_one_name_and_moment_are_all_kept() {
    let world = with_music(2, true).await;
    let mut ids = BTreeSet::new();
    for _ in 0..24 {
        let backup = world.begin_backup("Music", "Same").await;
        assert_eq!(backup.id.created_ms, START_MICROS / 1000);
        assert_ne!(backup.id.suffix, 0);
        ids.insert(world.arn(&backup));
    }
    assert_eq!(ids.len(), 24);
    let page = list(&world, ListBackups::default()).await;
    let listed: BTreeSet<String> = page
        .backups
        .iter()
        .map(|backup| world.arn(backup))
        .collect();
    assert_eq!(listed, ids);
}

#[tokio::test(start_paused = true)]
async fn a_backup_outlives_its_table_and_its_namesake() {
    let world = with_music(3, false).await;
    let backup = world.backup("Music", "First").await;
    world
        .recovery
        .delete_table(&world.realm, &name("Music"))
        .await
        .unwrap();
    world.gone("Music").await;
    world.create(music("Music")).await;
    world.put("Music", song("Other", 5, "x")).await;
    let second = world.backup("Music", "Second").await;
    assert_ne!(backup.table.id, second.table.id);
    world.restore_backup(&backup, "Copy").await.unwrap();
    assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
    world
        .recovery
        .delete_table(&world.realm, &name("Music"))
        .await
        .unwrap();
    world.gone("Music").await;
    world.restore_backup(&second, "Music").await.unwrap();
    assert_eq!(world.contents("Music"), vec![song("Other", 5, "x")]);
}

#[tokio::test(start_paused = true)]
async fn only_a_table_that_is_there_can_be_backed_up() {
    let world = with_music(4, false).await;
    let backup = world.backup("Music", "First").await;
    world.fail("restore::before_load", "pause");
    let request = from_backup(&world.arn(&backup), "Target");
    let target = world
        .recovery
        .restore_from_backup(&world.realm, request)
        .await
        .unwrap();
    assert_eq!(target.status, TableStatus::Creating);
    for missing in ["Absent", "Target"] {
        let refused = world
            .recovery
            .create_backup(&world.realm, &name(missing), &"Name".try_into().unwrap())
            .await;
        let text = format!("Table not found: {missing}");
        assert_eq!(refused, Err(RecoveryError::TableNotFound(text)));
    }
}

#[tokio::test(start_paused = true)]
async fn descriptions_are_frozen_and_arns_are_judged() {
    let world = with_music(5, true).await;
    let backup = world.backup("Music", "First").await;
    world.put("Music", song("Nina", 7, "later")).await;
    let arn = world.arn(&backup);
    let described = world
        .recovery
        .describe_backup(&world.realm, &arn)
        .await
        .unwrap();
    assert_eq!(described, backup);
    assert_eq!(described.table.indexes.len(), 3);
    assert_eq!(
        (described.item_count, described.kind),
        (1, BackupKind::User)
    );
    let elsewhere = arn.replace("us-east-1", "eu-west-1");
    let described = world
        .recovery
        .describe_backup(&world.realm, &elsewhere)
        .await
        .unwrap();
    assert_eq!(described, backup, "the Region is ignored");
    let absent = arn.replace(&backup.id.to_string(), "01489173575360-b308cd7d");
    let refused = world.recovery.describe_backup(&world.realm, &absent).await;
    assert_eq!(refused, Err(RecoveryError::BackupNotFound(absent.clone())));
    assert_eq!(
        refused.unwrap_err().to_string(),
        format!("Backup not found: {absent}")
    );
    // Asked at the other Region's endpoint, it is not there.
    let other = anywhen_model::Realm {
        region: "eu-west-1".try_into().unwrap(),
        ..world.realm.clone()
    };
    let refused = world.recovery.describe_backup(&other, &arn).await;
    assert_eq!(refused, Err(RecoveryError::BackupNotFound(arn)));
}

#[tokio::test(start_paused = true)]
async fn a_deleted_backup_is_gone_at_once_with_its_history() {
    let world = with_music(6, false).await;
    let backup = world.backup("Music", "First").await;
    let arn = world.arn(&backup).replace("us-east-1", "ap-south-1");
    let deleted = world
        .recovery
        .delete_backup(&world.realm, &arn)
        .await
        .unwrap();
    assert_eq!(
        deleted,
        BackupRecord {
            status: BackupStatus::Deleted,
            ..backup.clone()
        }
    );
    for _ in 0..2 {
        let refused = world.recovery.delete_backup(&world.realm, &arn).await;
        assert_eq!(refused, Err(RecoveryError::BackupNotFound(arn.clone())));
    }
    assert_eq!(
        list(&world, ListBackups::default()).await,
        BackupPage::default()
    );
    let request = from_backup(&arn.replace("ap-south-1", "us-east-1"), "Copy");
    let refused = world
        .recovery
        .restore_from_backup(&world.realm, request)
        .await;
    assert!(matches!(refused, Err(RecoveryError::BackupNotFound(_))));
    let world = world.restart().await;
    world.pins(backup.table.id, 0).await;
    assert_eq!(
        list(&world, ListBackups::default()).await,
        BackupPage::default()
    );
}

#[tokio::test(start_paused = true)]
async fn a_backup_in_use_or_in_the_making_cannot_be_deleted() {
    let world = with_music(7, false).await;
    world.fail("backup::before_available", "pause");
    let begun = world.begin_backup("Music", "First").await;
    let arn = world.arn(&begun);
    let being_made = RecoveryError::BackupInUse("Backup is being created".to_owned());
    let refused = world.recovery.delete_backup(&world.realm, &arn).await;
    assert_eq!(refused, Err(being_made.clone()));
    let refused = world
        .recovery
        .restore_from_backup(&world.realm, from_backup(&arn, "Copy"));
    assert_eq!(refused.await.unwrap_err(), being_made);
    world.let_go("backup::before_available");
    let backup = world.available(&begun).await;

    world.fail("restore::before_load", "pause");
    let restore = |target| {
        world
            .recovery
            .restore_from_backup(&world.realm, from_backup(&arn, target))
    };
    restore("Copy").await.unwrap();
    let refused = world.recovery.delete_backup(&world.realm, &arn).await;
    let text = format!("Backup is being used to restore table: {arn}");
    assert_eq!(refused, Err(RecoveryError::BackupInUse(text)));
    let text = format!("Backup is being used to restore another table: {arn}");
    assert_eq!(
        restore("Copy2").await,
        Err(RecoveryError::BackupInUse(text))
    );
    world.let_go("restore::before_load");
    world.restored("Copy").await;
    world.restore_backup(&backup, "Copy2").await.unwrap();
    world
        .recovery
        .delete_backup(&world.realm, &arn)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_backup_that_fails_is_removed() {
    let world = with_music(8, false).await;
    world.fail("backup::before_keyframe", "return(broken by a test)");
    let begun = world.begin_backup("Music", "First").await;
    let inner = world.inner();
    inner
        .book
        .until(|entries| entries.backups.is_empty().then_some(()))
        .await;
    world.let_go("backup::before_keyframe");
    let arn = world.arn(&begun);
    let gone = world.recovery.describe_backup(&world.realm, &arn).await;
    assert_eq!(gone, Err(RecoveryError::BackupNotFound(arn)));
}

#[tokio::test(start_paused = true)]
async fn lists_filter_and_page() {
    let world = World::new(9).await;
    for table in ["Beta", "Alpha"] {
        world.create(music(table)).await;
    }
    let mut made = Vec::new();
    for number in 0..6 {
        world.advance(1_000);
        let table = if number % 2 == 0 { "Beta" } else { "Alpha" };
        made.push(world.backup(table, &format!("Backup{number}")).await);
    }
    // Table name, then creation time.
    let order = [1, 3, 5, 0, 2, 4]
        .map(|number: usize| made[number].clone())
        .to_vec();
    assert_eq!(list(&world, ListBackups::default()).await.backups, order);
    let of_beta = ListBackups {
        table: Some(name("Beta")),
        ..ListBackups::default()
    };
    assert_eq!(list(&world, of_beta).await.backups, order[3..]);
    let of_nobody = ListBackups {
        table: Some(name("Absent")),
        ..ListBackups::default()
    };
    assert_eq!(list(&world, of_nobody).await, BackupPage::default());

    for size in 1..=7 {
        let (mut found, mut start, mut pages) = (Vec::new(), None, 0);
        loop {
            let request = ListBackups {
                limit: Some(size),
                start_after_arn: start,
                ..ListBackups::default()
            };
            let page = list(&world, request).await;
            assert!(page.backups.len() <= size);
            found.extend(page.backups);
            pages += 1;
            start = page.last_evaluated_arn;
            if start.is_none() {
                break;
            }
        }
        assert_eq!(found, order, "pages of {size}");
        assert_eq!(
            pages,
            6_usize.div_ceil(size),
            "a full last page names no next one"
        );
    }

    // A cursor of another table: all of this one, or none.
    for (cursor, table, expected) in [(1, "Beta", 3), (0, "Alpha", 0), (0, "Beta", 2)] {
        let request = ListBackups {
            table: Some(name(table)),
            start_after_arn: Some(world.arn(&made[cursor])),
            ..ListBackups::default()
        };
        assert_eq!(list(&world, request).await.backups.len(), expected);
    }

    // Lower bound inclusive, upper bound exclusive, to the millisecond.
    let [from, before] = [&made[1], &made[4]].map(BackupRecord::created_at);
    let between = ListBackups {
        created_from: Some(from),
        created_before: Some(before),
        ..ListBackups::default()
    };
    let expected = [1, 3, 2].map(|number: usize| made[number].clone()).to_vec();
    assert_eq!(list(&world, between).await.backups, expected);
    let crossed = ListBackups {
        created_from: Some(before),
        created_before: Some(from),
        ..ListBackups::default()
    };
    let refused = world
        .recovery
        .list_backups(&world.realm, &crossed)
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "One or more parameter values were invalid: Time range lower bound must be less than or \
         equal to upper bound"
    );

    // The cursor is a position: what it names need not exist.
    let arn = world.arn(&made[3]);
    world
        .recovery
        .delete_backup(&world.realm, &arn)
        .await
        .unwrap();
    let after = ListBackups {
        start_after_arn: Some(arn.clone()),
        ..ListBackups::default()
    };
    assert_eq!(list(&world, after).await.backups, order[2..]);
    let elsewhere = arn.replace("us-east-1", "us-west-2");
    let after = ListBackups {
        start_after_arn: Some(elsewhere),
        ..ListBackups::default()
    };
    let refused = world
        .recovery
        .list_backups(&world.realm, &after)
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Invalid Request: The supplied ExclusiveStartBackupArn does not match the region"
    );
}

#[tokio::test(start_paused = true)]
async fn a_page_without_a_limit_has_a_hundred() {
    let world = with_music(10, true).await;
    for _ in 0..=LIST_PAGE_MAX {
        world.begin_backup("Music", "Many").await;
    }
    let page = list(&world, ListBackups::default()).await;
    assert_eq!(
        (page.backups.len(), page.last_evaluated_arn.is_some()),
        (LIST_PAGE_MAX, true)
    );
}

#[tokio::test(start_paused = true)]
async fn system_backups_are_hidden_kept_and_expire() {
    let world = with_music(11, true).await;
    world.span_settled("Music").await;
    let id = world.table("Music").id();
    world
        .recovery
        .delete_table(&world.realm, &name("Music"))
        .await
        .unwrap();
    world.gone("Music").await;
    let kinds = [
        (BackupFilter::User, 0),
        (BackupFilter::System, 1),
        (BackupFilter::All, 1),
        (BackupFilter::AwsBackup, 0),
    ];
    for (kind, count) in kinds {
        let page = list(
            &world,
            ListBackups {
                kind,
                ..ListBackups::default()
            },
        )
        .await;
        assert_eq!(page.backups.len(), count, "{kind:?}");
    }
    let all = ListBackups {
        kind: BackupFilter::All,
        ..ListBackups::default()
    };
    let backup = list(&world, all.clone()).await.backups.remove(0);
    assert_eq!(backup.name, "Music$DeletedTableBackup");
    assert_eq!((backup.kind, backup.id.suffix), (BackupKind::System, 0));
    let created = backup.created_at();
    assert_eq!(backup.expires_at, Some(created.plus_micros(35 * DAY)));
    let refused = world
        .recovery
        .delete_backup(&world.realm, &world.arn(&backup))
        .await;
    assert_eq!(
        refused.unwrap_err().to_string(),
        format!(
            "Invalid Request: User is not allowed to delete the system backup with arn {}. It \
             will automatically expire on 2026-12-26T12:00:00.000Z",
            world.arn(&backup)
        )
    );

    world.advance(35 * DAY - 1_000_000);
    world.recovery.upkeep().await.unwrap();
    world.restore_backup(&backup, "Music").await.unwrap();
    assert_eq!(world.contents("Music"), vec![song("Nina", 1, "a")]);
    // Not while it is in use.
    world.fail("restore::before_load", "pause");
    let request = from_backup(&world.arn(&backup), "Copy");
    world
        .recovery
        .restore_from_backup(&world.realm, request)
        .await
        .unwrap();
    world.advance(2_000_000);
    world.recovery.upkeep().await.unwrap();
    assert_eq!(list(&world, all.clone()).await.backups.len(), 1);
    world.let_go("restore::before_load");
    world.restored("Copy").await;
    world.recovery.upkeep().await.unwrap();
    assert_eq!(list(&world, all).await, BackupPage::default());
    let world = world.restart().await;
    world.pins(id, 0).await;
}

async fn list(world: &World, request: ListBackups) -> BackupPage {
    world
        .recovery
        .list_backups(&world.realm, &request)
        .await
        .unwrap()
}
