//! A server that is rebuilt from its archive: what comes back, what does not and is said, what
//! goes on, and that an attempt may end anywhere.

mod attempts;
mod refusals;
mod returns;

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, Item};
use anywhen_table::TableRecord;

use super::world::{Ground, SECOND, World, key, music, name, provisioned, song};
use crate::{BackupFilter, ListBackups, RecoverError, RecoveredRealm};

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

impl Ground {
    /// Recovers another archive over a disk that is in use.
    async fn recover_used(self) -> Result<Vec<RecoveredRealm>, RecoverError> {
        let used = self.without_disk();
        let world = used.start().await;
        world.create(music("Mine")).await;
        world.crash().await.recover(None, Arc::default()).await
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
