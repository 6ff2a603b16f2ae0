//! A server that is rebuilt from its archive: what comes back, what does not and is said, what
//! goes on, and that an attempt may end anywhere.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_kms::MasterKey;
use anywhen_model::{CommitTimestamp, Item, Realm, SeededRandomness, TableId};
use anywhen_table::{TableRecord, TableStatus};
use fail_parallel::FailPointRegistry;
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _};

use super::away::{Objects, Trip};
use super::world::{Disk, Ground, SECOND, World, key, music, name, provisioned, song};
use crate::{
    BackupFilter, ListBackups, RecoverError, RecoveredRealm, RecoveryError, RecoveryLimits,
};

type Items = BTreeMap<Vec<u8>, Item>;

/// Tables whose history is kept, and what they held at every instant looked at.
struct Lived {
    world: World,
    moments: Vec<Moment>,
}

#[derive(Clone)]
struct Moment {
    at: CommitTimestamp,
    tables: BTreeMap<&'static str, Items>,
}

const KEPT: [&str; 2] = ["Songs", "Other"];

impl Lived {
    /// Two tables with history and indexes, one of them with every setting there is; two
    /// without, one of them with a backup; and one that was deleted.
    async fn new(ground: Ground) -> Self {
        let world = ground.start().await;
        world.create(music("Songs")).await;
        let mut every_setting = provisioned("Other");
        every_setting.managed_encryption = true;
        every_setting.deletion_protection = true;
        world.create(every_setting).await;
        for table in ["Plain", "Bare", "Dropped"] {
            world.create(music(table)).await;
            world.put(table, song(table, 1, "a")).await;
        }
        let mut lived = Self {
            world,
            moments: Vec::new(),
        };
        for number in 0..12 {
            lived.put("Songs", number, "first").await;
        }
        for table in ["Songs", "Other", "Dropped"] {
            lived.world.pitr(table, true).await;
            lived.world.span_settled(table).await;
        }
        let (realm, other) = (&lived.world.realm, name("Other"));
        let recovery = &lived.world.recovery;
        let shorter = recovery.update_continuous_backups(realm, &other, true, Some(7));
        shorter.await.unwrap();
        lived.world.advance(2 * SECOND);
        lived.look().await;
        lived.world.backup("Plain", "OfPlain").await;
        for number in 0..6 {
            lived.put("Other", number, "other").await;
        }
        lived.put("Songs", 3, "changed").await;
        lived.look().await;
        lived.world.backup("Songs", "OfSongs").await;
        let gone = name("Dropped");
        let realm = &lived.world.realm;
        lived
            .world
            .recovery
            .delete_table(realm, &gone)
            .await
            .unwrap();
        lived.world.gone("Dropped").await;
        lived.world.inner().archive.tidy_now().await.unwrap();
        for number in 8..20 {
            lived.put("Songs", number, "second").await;
        }
        lived.world.delete("Songs", key("artist 1", 1)).await;
        lived.look().await;
        lived
    }

    async fn put(&self, table: &str, number: i64, note: &str) {
        let artist = format!("artist {number}");
        self.world.put(table, song(&artist, number, note)).await;
    }

    /// Notes what the tables hold, and makes it part of the archive.
    async fn look(&mut self) {
        let at = self.world.inner().archive.seal_and_flush().await.unwrap();
        let tables = KEPT.map(|table| (table, self.world.items(table)));
        let tables = tables.into_iter().collect();
        self.moments.push(Moment { at, tables });
        self.world.advance(3 * SECOND);
    }

    /// The disk is lost, and with it what was written since the last look.
    async fn lose(self) -> (Ground, Vec<Moment>) {
        self.world.ground.objects.set_away(true);
        self.put("Songs", 100, "never archived").await;
        self.put("Songs", 3, "never archived").await;
        let ground = self.world.crash().await;
        ground.objects.set_away(false);
        (ground.without_disk(), self.moments)
    }
}

fn check_items(world: &World, moment: &Moment, what: &str) {
    for (table, items) in &moment.tables {
        assert_eq!(world.items(table), *items, "{what}: {table}");
    }
}

/// Every moment can still be restored.
async fn check_moments(world: &World, moments: &[Moment], what: &str) {
    for (number, moment) in moments.iter().enumerate() {
        for (table, items) in &moment.tables {
            let target = format!("{what}-{table}-{number}");
            world.restore_at(table, &target, moment.at).await.unwrap();
            assert_eq!(world.items(&target), *items, "{target}");
        }
    }
}

fn only(mut recovered: Vec<RecoveredRealm>) -> RecoveredRealm {
    assert_eq!(recovered.len(), 1);
    recovered.pop().unwrap()
}

fn refusal(refused: Result<Vec<RecoveredRealm>, RecoverError>) -> String {
    match refused.unwrap_err() {
        RecoverError::Refused(text) => text,
        RecoverError::CutOff(error) => panic!("cut off: {error}"),
    }
}

fn names(report: &RecoveredRealm) -> (Vec<String>, Vec<String>) {
    let tables = report.tables.iter().map(|table| table.name.to_string());
    let lost = report.lost.iter().map(|table| table.name.to_string());
    (tables.collect(), lost.collect())
}

/// What a record says apart from its version.
fn described(record: &TableRecord) -> TableRecord {
    TableRecord {
        version: 0,
        ..record.clone()
    }
}

fn listed(world: &World) -> impl Future<Output = Vec<String>> {
    let request = ListBackups {
        table: None,
        kind: BackupFilter::All,
        created_from: None,
        created_before: None,
        limit: None,
        start_after_arn: None,
    };
    let (recovery, realm) = (Arc::clone(&world.recovery), world.realm.clone());
    async move {
        let page = recovery.list_backups(&realm, &request).await.unwrap();
        let arns = page
            .backups
            .iter()
            .map(|backup| backup.arn(&realm).to_string());
        arns.collect()
    }
}

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
        let request = super::world::from_backup(arn, &format!("Backup{number}"));
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
            let request = super::world::from_backup(kept, "LateAgain");
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

/// Recovers again and again until it is done; asserts that nothing but a cut is ever answered.
async fn persist(ground: &Ground, at: Option<CommitTimestamp>) -> RecoveredRealm {
    let mut last = None;
    for _ in 0..3 {
        match ground.recover(at, Arc::default()).await {
            Ok(recovered) => return only(recovered),
            Err(RecoverError::CutOff(error)) => last = Some(error),
            Err(RecoverError::Refused(text)) => panic!("{text}"),
        }
    }
    panic!("it does not end: {last:?}");
}

fn small_ranges() -> RecoveryLimits {
    RecoveryLimits {
        range_bytes: 400,
        ranges_parallel: 2,
        index_memory_bytes: 400,
        ..RecoveryLimits::default()
    }
}

/// Breaks a recovery at every request to the archive, one after the other.
async fn broken_everywhere(at_first: bool, trip: Trip) {
    let ground = Ground {
        limits: small_ranges(),
        ..Ground::new(43)
    };
    let (lost, moments) = Lived::new(ground).await.lose().await;
    let moment = if at_first {
        &moments[1]
    } else {
        moments.last().unwrap()
    };
    let at = at_first.then_some(moment.at);
    let step = if at_first { 7 } else { 3 };
    for request in (0..).step_by(step) {
        let ground = Ground {
            objects: lost.objects.fork(),
            ..lost.without_disk()
        };
        let objects = Arc::clone(&ground.objects);
        // The next life meets the archive as it is then, whatever its request was.
        objects.trip_at(request, trip);
        let broken = tokio::select! {
            ended = ground.recover(at, Arc::default()) => ended.err(),
            () = objects.died() => None,
        };
        if let Some(RecoverError::Refused(text)) = broken {
            panic!("request {request}: {text}");
        }
        // What the dead one has sorted on disk, as it is now: its threads end in their own time.
        let ground = ground.with_spill_copied();
        let tripped = objects.has_tripped();
        let report = persist(&ground, at).await;
        assert_eq!(report.tables.len(), 2, "request {request}: {report:?}");
        assert!(!report.is_damaged(), "request {request}: {report:?}");
        let world = ground.start().await;
        check_items(&world, moment, &format!("request {request}"));
        if request % 5 == 0 {
            check_moments(&world, &moments, "on").await;
        }
        world.crash().await;
        if !tripped {
            return;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_fails_never_spoils_a_recovery() {
    broken_everywhere(false, Trip::Fails).await;
    broken_everywhere(true, Trip::Fails).await;
}

#[tokio::test(start_paused = true)]
async fn a_recovery_that_dies_at_a_request_goes_on() {
    for trip in [Trip::Dies, Trip::DiesAfter] {
        broken_everywhere(false, trip).await;
        broken_everywhere(true, trip).await;
    }
}

fn failing(point: &str) -> Arc<FailPointRegistry> {
    let failpoints = Arc::new(FailPointRegistry::new());
    fail_parallel::cfg(Arc::clone(&failpoints), point, "1*off->return(cut)").unwrap();
    failpoints
}

#[tokio::test(start_paused = true)]
async fn a_recovery_goes_on_where_it_ended_and_no_server_opens_it_before() {
    let ground = Ground {
        limits: small_ranges(),
        ..Ground::new(44)
    };
    let (lost, moments) = Lived::new(ground).await.lose().await;
    let moment = &moments[1];
    for point in [
        "restore::range_loaded",
        "recover::before_publish",
        "recover::rewound",
    ] {
        let ground = Ground {
            objects: lost.objects.fork(),
            progress: Arc::default(),
            ..lost.without_disk()
        };
        let at = Some(moment.at);
        let cut = ground.recover(at, failing(point)).await.unwrap_err();
        assert!(matches!(cut, RecoverError::CutOff(_)), "{point}: {cut}");
        let refused = ground
            .try_start(Arc::default())
            .await
            .map(|_| ())
            .unwrap_err();
        assert!(
            refused.to_string().contains("anywhen recover"),
            "{point}: {refused}"
        );
        let other = refusal(ground.recover(None, Arc::default()).await);
        assert!(other.contains("begun with `--at"), "{other}");
        ground.progress.lock().clear();
        let report = only(ground.recover(at, Arc::default()).await.unwrap());
        assert_eq!(report.tables.len(), 2);
        if point == "recover::rewound" {
            assert!(ground.progress.lock().is_empty(), "nothing is loaded again");
        }
        let world = ground.start().await;
        check_items(&world, moment, point);
        check_moments(&world, &moments, "on").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_on_disk_comes_back_too() {
    let (lost, moments) = Lived::new(Ground::new(45)).await.lose().await;
    let ground = Ground {
        disk: Disk::Local(Arc::new(tempfile::tempdir().unwrap())),
        ..lost
    };
    let cut = ground
        .recover(None, failing("recover::before_publish"))
        .await;
    assert!(matches!(cut, Err(RecoverError::CutOff(_))));
    ground.recover(None, Arc::default()).await.unwrap();
    let world = ground.start().await;
    check_items(&world, moments.last().unwrap(), "on disk");
    let world = world.restart().await;
    check_items(&world, moments.last().unwrap(), "after a restart");
    check_moments(&world, &moments, "on").await;
    world.crash().await;
}

#[tokio::test(start_paused = true)]
async fn the_server_before_is_fenced_and_a_superseded_attempt_ends() {
    let lived = Lived::new(Ground::new(46)).await;
    let (before, moments) = (lived.world, lived.moments);
    let first = before.ground.without_disk();
    let cut = first
        .recover(None, failing("recover::before_publish"))
        .await;
    assert!(matches!(cut, Err(RecoverError::CutOff(_))));
    let second = before.ground.without_disk();
    second.recover(None, Arc::default()).await.unwrap();
    let superseded = refusal(first.recover(None, Arc::default()).await);
    assert!(
        superseded.contains("another server has used"),
        "{superseded}"
    );

    before
        .put("Songs", song("late", 1, "nobody would keep it"))
        .await;
    let fenced = before.inner().archive.seal_and_flush().await.unwrap_err();
    assert!(fenced.to_string().contains("taken over"), "{fenced}");
    let ground = before.crash().await;
    let replaced = ground.try_start(Arc::default()).await;
    let replaced = replaced.map(|_| ()).unwrap_err().to_string();
    assert!(replaced.contains("was replaced"), "{replaced}");
    let world = second.start().await;
    check_items(&world, moments.last().unwrap(), "second");
    let used = refusal(world.crash().await.recover_used().await);
    assert!(used.contains("the data directory holds data"), "{used}");
}

impl Ground {
    /// Recovers another archive over a disk that is in use.
    async fn recover_used(self) -> Result<Vec<RecoveredRealm>, RecoverError> {
        let used = self.without_disk();
        let world = used.start().await;
        world.create(music("Mine")).await;
        world.crash().await.recover(None, Arc::default()).await
    }
}

async fn paths(objects: &Objects, part: &str) -> Vec<Path> {
    let all: Vec<_> = objects.list(None).try_collect().await.unwrap();
    let paths = all.into_iter().map(|object| object.location);
    paths.filter(|path| path.as_ref().contains(part)).collect()
}

async fn flip(objects: &Objects, path: &Path) {
    let bytes = objects.get(path).await.unwrap().bytes().await.unwrap();
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    objects.put(path, bytes.into()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_damaged_table_is_named_and_the_others_come_back() {
    let lived = Lived::new(Ground::new(47)).await;
    let id = lived.world.table("Songs").id();
    let (lost, moments) = lived.lose().await;
    for (part, flipped) in [
        (format!("timelines/{id}/keyframes"), true),
        (format!("timelines/{id}/keyframes"), false),
        (format!("timelines/{id}/deltas"), true),
        (format!("timelines/{id}/deltas"), false),
    ] {
        let ground = Ground {
            objects: lost.objects.fork(),
            ..lost.without_disk()
        };
        let files = paths(&ground.objects, &part).await;
        for path in &files {
            if flipped {
                flip(&ground.objects, path).await;
            } else {
                ground.objects.delete(path).await.unwrap();
            }
        }
        let report = only(ground.recover(None, Arc::default()).await.unwrap());
        assert!(report.is_damaged());
        assert_eq!(names(&report).0, ["Other"], "{part}");
        let songs = report
            .lost
            .iter()
            .find(|table| table.name == name("Songs"))
            .unwrap();
        let named = files
            .iter()
            .any(|path| songs.reason.contains(path.as_ref()));
        assert!(songs.damaged && named, "{part}: {songs:?}");
        let world = ground.start().await;
        let last = moments.last().unwrap();
        assert_eq!(world.items("Other"), last.tables["Other"]);
        assert!(
            world.tables.table(&name("Songs")).is_err(),
            "nothing pretends"
        );
        // Its history is where it was, for whoever mends the object or needs an earlier instant.
        assert!(world.inner().archive.span(id).is_some());
        world.crash().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_catalog_or_manifest_that_cannot_be_read_is_named_and_nothing_comes_back() {
    let lived = Lived::new(Ground::new(48)).await;
    let songs = lived.world.table("Songs").id();
    let (lost, _) = lived.lose().await;
    let system = TableId::SYSTEM;
    for part in [
        format!("timelines/{system}/deltas"),
        format!("timelines/{system}/manifest"),
        format!("timelines/{songs}/manifest"),
        "us-east-1/manifest".to_owned(),
        "anywhen-archive.json".to_owned(),
    ] {
        let ground = Ground {
            objects: lost.objects.fork(),
            ..lost.without_disk()
        };
        let files = paths(&ground.objects, &part).await;
        assert!(!files.is_empty(), "{part}");
        for path in &files {
            flip(&ground.objects, path).await;
        }
        let error = ground.recover(None, Arc::default()).await.unwrap_err();
        let text = error.to_string();
        let named = files.iter().any(|path| text.contains(path.as_ref()));
        assert!(named, "{part}: {text}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_recovered_says_why() {
    let (lost, _) = Lived::new(Ground::new(49)).await.lose().await;
    let other_key = Ground {
        master: Arc::new(MasterKey::generate(&SeededRandomness::new(1))),
        ..lost.without_disk()
    };
    let error = other_key.recover(None, Arc::default()).await.unwrap_err();
    assert!(error.to_string().contains("key"), "{error}");
    let empty = Ground {
        objects: Objects::new(),
        ..lost.without_disk()
    };
    let text = refusal(empty.recover(None, Arc::default()).await);
    assert!(text.contains("nothing to recover"), "{text}");
    // The attempts have cost nothing.
    lost.recover(None, Arc::default()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_behind_the_archive_waits_or_is_refused() {
    let (ground, moments) = Lived::new(Ground::new(50)).await.lose().await;
    ground.clock.set(moments[0].at.as_micros() - 3600 * SECOND);
    let behind = ground.recover(None, Arc::default()).await.unwrap_err();
    assert!(behind.to_string().contains("set the clock"), "{behind}");
    ground
        .clock
        .set(moments.last().unwrap().at.as_micros() + SECOND);
    ground.recover(None, Arc::default()).await.unwrap();
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

#[test]
fn errors_of_requests_stay_what_they_are() {
    let error = RecoveryError::Internal("x".to_owned());
    assert_eq!(
        RecoverError::from(error.clone()),
        RecoverError::CutOff(error)
    );
}
