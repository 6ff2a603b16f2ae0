//! DeleteTable and the backup it leaves.

use anywhen_table::TableStatus;

use super::world::{World, key, music, name, song, to_point};
use crate::{BackupFilter, BackupRecord, ListBackups, RecoveryError};

async fn with_history(seed: u64) -> World {
    let world = World::new(seed).await;
    world.create(music("Music")).await;
    world.put("Music", song("Nina", 1, "a")).await;
    world.pitr("Music", true).await;
    world.put("Music", song("Nina", 2, "b")).await;
    world.delete("Music", key("Nina", 1)).await;
    world
}

async fn delete(world: &World, table: &str) {
    let record = world
        .recovery
        .delete_table(&world.realm, &name(table))
        .await
        .unwrap();
    assert_eq!(record.status, TableStatus::Deleting);
}

async fn system_backups(world: &World) -> Vec<BackupRecord> {
    let request = ListBackups {
        kind: BackupFilter::System,
        ..ListBackups::default()
    };
    world
        .recovery
        .list_backups(&world.realm, &request)
        .await
        .unwrap()
        .backups
}

#[tokio::test(start_paused = true)]
async fn the_last_state_of_a_table_with_history_can_be_restored() {
    let world = with_history(1).await;
    let source = world.table("Music").record().clone();
    delete(&world, "Music").await;
    world.gone("Music").await;
    let backups = system_backups(&world).await;
    assert_eq!(backups.len(), 1);
    let request = to_point("Music", "Copy", None);
    let refused = world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await;
    let text = "Table not found: Music".to_owned();
    assert_eq!(
        refused,
        Err(RecoveryError::TableNotFound(text)),
        "only that one instant is left"
    );
    world.restore_backup(&backups[0], "Music").await.unwrap();
    assert_eq!(world.contents("Music"), vec![song("Nina", 2, "b")]);
    let restored = world.table("Music").record().clone();
    assert_eq!(restored.indexes, source.indexes, "its indexes come back");
    assert_ne!(restored.id, source.id);
}

#[tokio::test(start_paused = true)]
async fn a_table_without_history_leaves_nothing() {
    let world = World::new(2).await;
    world.create(music("Music")).await;
    delete(&world, "Music").await;
    world.gone("Music").await;
    assert_eq!(system_backups(&world).await, vec![]);
}

#[tokio::test(start_paused = true)]
async fn one_name_may_leave_several_last_states() {
    let world = with_history(3).await;
    delete(&world, "Music").await;
    world.gone("Music").await;
    world.create(music("Music")).await;
    world.pitr("Music", true).await;
    world.put("Music", song("Ella", 5, "x")).await;
    delete(&world, "Music").await;
    world.gone("Music").await;
    let backups = system_backups(&world).await;
    assert_eq!(backups.len(), 2);
    for (backup, expected) in backups
        .iter()
        .zip([song("Nina", 2, "b"), song("Ella", 5, "x")])
    {
        let target = format!("Copy{}", backup.id.created_ms);
        world.restore_backup(backup, &target).await.unwrap();
        assert_eq!(world.contents(&target), vec![expected]);
    }
}

#[tokio::test(start_paused = true)]
async fn deletion_waits_for_backups_in_the_making() {
    for history in [false, true] {
        let world = World::new(4).await;
        world.create(music("Music")).await;
        world.put("Music", song("Nina", 1, "a")).await;
        if history {
            world.pitr("Music", true).await;
        }
        world.fail("backup::before_keyframe", "pause");
        let begun = world.begin_backup("Music", "First").await;
        delete(&world, "Music").await;
        let status = world.table("Music").record().status;
        assert_eq!(status, TableStatus::Deleting, "history: {history}");
        world.let_go("backup::before_keyframe");
        let backup = world.available(&begun).await;
        world.gone("Music").await;
        world.restore_backup(&backup, "Copy").await.unwrap();
        assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
    }
}

#[tokio::test(start_paused = true)]
async fn history_may_still_be_switched_while_a_deletion_waits() {
    // Off while DELETING: no backup. On while DELETING: one.
    for on in [false, true] {
        let world = World::new(5).await;
        world.create(music("Music")).await;
        world.put("Music", song("Nina", 1, "a")).await;
        world.pitr("Music", !on).await;
        world.span_settled("Music").await;
        world.fail("backup::before_keyframe", "pause");
        world.begin_backup("Music", "Held").await;
        delete(&world, "Music").await;
        world.pitr("Music", on).await;
        world.let_go("backup::before_keyframe");
        world.gone("Music").await;
        let backups = system_backups(&world).await;
        assert_eq!(backups.len(), usize::from(on));
        for backup in backups {
            world.restore_backup(&backup, "Copy").await.unwrap();
            assert_eq!(world.contents("Copy"), vec![song("Nina", 1, "a")]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_was_decided_refuses_new_jobs() {
    let world = with_history(6).await;
    world.fail("delete::before_finish", "pause");
    delete(&world, "Music").await;
    let inner = world.inner();
    inner
        .book
        .until(|entries| (!entries.closing.is_empty()).then_some(()))
        .await;
    let not_found = RecoveryError::TableNotFound("Table not found: Music".to_owned());
    let backup = world
        .recovery
        .create_backup(&world.realm, &name("Music"), &"Late".try_into().unwrap())
        .await;
    assert_eq!(backup, Err(not_found.clone()));
    let request = to_point("Music", "Copy", None);
    let restore = world
        .recovery
        .restore_to_point_in_time(&world.realm, request)
        .await;
    assert_eq!(restore, Err(not_found.clone()));
    let update = world
        .recovery
        .update_continuous_backups(&world.realm, &name("Music"), false, None)
        .await;
    assert_eq!(update, Err(not_found));
    // The name is taken until the end.
    assert!(world.tables.create_table(music("Music")).await.is_err());
    world.let_go("delete::before_finish");
    world.gone("Music").await;
    world.create(music("Music")).await;
}

#[tokio::test(start_paused = true)]
async fn deletion_protection_and_state_are_the_tables_own_faults() {
    let world = World::new(7).await;
    let mut request = music("Music");
    request.deletion_protection = true;
    world.create(request).await;
    let refused = world
        .recovery
        .delete_table(&world.realm, &name("Music"))
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Resource cannot be deleted as it is currently protected against deletion. Disable \
         deletion protection first."
    );
    let refused = world
        .recovery
        .delete_table(&world.realm, &name("Absent"))
        .await
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "Requested resource not found: Table: Absent not found"
    );
}
