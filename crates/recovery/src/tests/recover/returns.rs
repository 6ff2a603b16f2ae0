//! What comes back, and as of which instant.

use std::sync::Arc;

use anywhen_model::{Item, Realm};
use anywhen_table::TableStatus;

use super::super::world::{Ground, SECOND, music, name};
use super::{
    KEPT, Lived, Moment, check_items, check_moments, described, listed, names, only, refusal,
};

#[tokio::test(start_paused = true)]
async fn a_lost_server_comes_back_with_its_tables_settings_backups_and_history() {
    let lived = Lived::new(Ground::new(41)).await;
    let backups = listed(&lived.world).await;
    let records = KEPT.map(|table| described(lived.world.table(table).record()));
    let windows = [
        lived.world.window("Songs").await,
        lived.world.window("Other").await,
    ];
    let managed = lived.world.tables.managed_key().await.unwrap().arn;
    let (ground, mut moments) = lived.lose().await;
    let last = moments.last().unwrap().clone();

    let report = only(ground.recover(None, Arc::default()).await.unwrap());
    assert_eq!((report.sealed, report.at), (last.at, last.at));
    assert_eq!(
        names(&report),
        (
            vec!["Other".to_owned(), "Songs".to_owned()],
            vec!["Bare".to_owned(), "Plain".to_owned()]
        )
    );
    for table in &report.tables {
        let items = &last.tables[table.name.as_str()];
        let bytes: usize = items.values().map(Item::size_bytes).sum();
        assert_eq!(
            (table.items, table.size_bytes),
            (items.len() as u64, bytes as u64)
        );
    }
    let [bare, plain] = &report.lost[..] else {
        panic!("{:?}", report.lost)
    };
    assert!(
        bare.reason.contains("not kept") && bare.backup.is_none(),
        "{bare:?}"
    );
    let backup_of_plain = &plain.backup.as_ref().unwrap().backup_arn;
    assert!(backups.contains(backup_of_plain));
    assert!(
        plain.definition.contains("key artist (S), song (N)"),
        "{}",
        plain.definition
    );
    assert!(
        plain.definition.contains("index genre"),
        "{}",
        plain.definition
    );
    assert!(!report.is_damaged() && report.backups == backups.len() && report.kept.is_empty());
    assert_eq!(
        only(ground.recover(None, Arc::default()).await.unwrap()),
        report,
        "it says so again"
    );

    let mut world = ground.start().await;
    for life in ["first", "second"] {
        check_items(&world, &last, life);
        for ((table, record), window) in KEPT.iter().zip(&records).zip(&windows) {
            assert_eq!(described(world.table(table).record()), *record);
            let earliest = world.window(table).await.earliest;
            assert_eq!(earliest, window.earliest, "{table}");
        }
        assert_eq!(listed(&world).await, backups);
        assert_eq!(world.tables.managed_key().await.unwrap().arn, managed);
        check_moments(&world, &moments, life).await;
        world = world.restart().await;
    }
    for (number, arn) in backups.iter().enumerate() {
        let request = super::super::world::from_backup(arn, &format!("Backup{number}"));
        world
            .recovery
            .restore_from_backup(&world.realm, request)
            .await
            .unwrap();
        world.restored(&format!("Backup{number}")).await;
    }

    // Its history goes on, and it can be lost again.
    let mut lived = Lived {
        world,
        moments: Vec::new(),
    };
    lived.put("Songs", 3, "after").await;
    lived.put("Other", 30, "after").await;
    lived.look().await;
    moments.append(&mut lived.moments);
    check_moments(&lived.world, &moments, "on").await;
    let (ground, _) = lived.lose().await;
    ground.recover(None, Arc::default()).await.unwrap();
    let world = ground.start().await;
    check_items(&world, moments.last().unwrap(), "lost again");
    check_moments(&world, &moments, "again").await;
}

#[tokio::test(start_paused = true)]
async fn a_server_comes_back_as_of_any_earlier_instant_and_loses_no_history() {
    let mut lived = Lived::new(Ground::new(42)).await;
    lived.world.create(music("Late")).await;
    lived.world.pitr("Late", true).await;
    lived.world.span_settled("Late").await;
    lived.put("Late", 1, "late").await;
    lived.look().await;
    let late = lived.world.items("Late");
    let (ground, moments) = lived.lose().await;
    let sealed = moments.last().unwrap().at;

    for (number, moment) in moments.iter().enumerate() {
        // Each from where the one before has left the archive.
        let ground = ground.without_disk();
        let report = only(
            ground
                .recover(Some(moment.at), Arc::default())
                .await
                .unwrap(),
        );
        assert_eq!(report.at, moment.at);
        assert!(report.sealed >= sealed);
        let (tables, lost) = names(&report);
        let mut expected = vec!["Other", "Songs"];
        if moment.at == sealed {
            // Its history has ended with the first of these recoveries, but not this instant.
            assert_eq!(lost, ["Bare", "Plain"]);
            expected.push("Late");
        } else if number == 0 {
            // There was a table then whose history is gone since; its last state is a backup.
            assert_eq!(lost, ["Bare", "Dropped", "Plain"]);
            assert!(report.lost[1].backup.is_some());
            let [kept] = &report.kept[..] else {
                panic!("{:?}", report.kept)
            };
            assert_eq!(kept.name, name("Late"));
        }
        expected.sort_unstable();
        assert_eq!(tables, expected);
        let world = ground.start().await;
        check_items(&world, moment, "as of then");
        check_moments(&world, &moments, &format!("at{number}")).await;
        if let Some(rewound) = report.rewound_at {
            for at in [rewound.previous(), rewound] {
                let expected = if at == rewound {
                    moment
                } else {
                    moments_before(&moments, number)
                };
                for table in KEPT {
                    let target = format!("rewound-{table}-{at}");
                    world.restore_at(table, &target, at).await.unwrap();
                    assert_eq!(world.items(&target), expected.tables[table], "{target}");
                }
            }
        }
        if number == 0 {
            let kept = &report.kept[0].backup_arn;
            let request = super::super::world::from_backup(kept, "LateAgain");
            world
                .recovery
                .restore_from_backup(&world.realm, request)
                .await
                .unwrap();
            world.restored("LateAgain").await;
            assert_eq!(world.items("LateAgain"), late);
        }
        world.crash().await;
    }

    // Before there was anything, there is nothing to recover, and it is said from when on there is.
    let before = moments[0].at.minus_micros(3600 * SECOND);
    let text = refusal(
        ground
            .without_disk()
            .recover(Some(before), Arc::default())
            .await,
    );
    assert!(text.contains("begins at"), "{text}");
}

/// What the tables were just before a recovery, in a row of them, led them back.
fn moments_before(moments: &[Moment], number: usize) -> &Moment {
    match number {
        0 => moments.last().unwrap(),
        _ => &moments[number - 1],
    }
}

#[tokio::test(start_paused = true)]
async fn every_region_comes_back_and_a_new_server_in_between_costs_a_name_only() {
    let lived = Lived::new(Ground::new(51)).await;
    let elsewhere = Realm {
        account: "123456789012".try_into().unwrap(),
        region: "eu-west-1".try_into().unwrap(),
    };
    let options = lived.world.recovery.archive_status(&elsewhere).await;
    options.unwrap();
    let (ground, moments) = lived.lose().await;
    let last = moments.last().unwrap();

    // Somebody has started a server with an empty disk on the archive: the catalog is its own.
    let world = ground.without_disk().start().await;
    world.advance(SECOND);
    world.create(music("New")).await;
    world.crash().await;
    let reports = ground.without_disk().recover(None, Arc::default()).await;
    let reports = reports.unwrap();
    assert_eq!(reports.len(), 2);
    let report = reports.iter().find(|one| one.realm != elsewhere).unwrap();
    assert_eq!(names(report), (vec![], vec!["New".to_owned()]));
    let before = report.ended_catalogs[0];
    assert!(before >= last.at);

    let again = ground.without_disk();
    let reports = again.recover(Some(before), Arc::default()).await.unwrap();
    let report = reports.iter().find(|one| one.realm != elsewhere).unwrap();
    assert_eq!(names(report).0, ["Other", "Songs"]);
    let world = again.start().await;
    check_items(&world, last, "before the other server");
    check_moments(&world, &moments, "on").await;
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_being_deleted_is_deleted_after_all() {
    let lived = Lived::new(Ground::new(52)).await;
    lived.world.fail("delete::before_finish", "pause");
    let (realm, songs) = (&lived.world.realm, name("Songs"));
    lived
        .world
        .recovery
        .delete_table(realm, &songs)
        .await
        .unwrap();
    lived.world.inner().archive.seal_and_flush().await.unwrap();
    assert_eq!(
        lived.world.table("Songs").record().status,
        TableStatus::Deleting
    );
    let ground = lived.world.crash().await.without_disk();
    let report = only(ground.recover(None, Arc::default()).await.unwrap());
    assert!(
        report.lost.iter().all(|table| table.name != songs),
        "{report:?}"
    );
    let world = ground.start().await;
    if world.tables.table(&songs).is_ok() {
        world.gone("Songs").await;
    }
    let backups = listed(&world).await;
    assert!(
        backups.iter().any(|arn| arn.contains("table/Songs/backup")),
        "{backups:?}"
    );
}
