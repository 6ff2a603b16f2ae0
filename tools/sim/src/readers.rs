//! Clients that only read: what they see belongs to one instant while they were waiting for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{bail, ensure};
use anywhen_expr::{KeyCondition, Placeholders};
use anywhen_model::{CommitTimestamp, Item, TableId, TableName, decode_item};
use anywhen_table::{GetItem, Query, ReadItem, ReadOptions, TableError, TransactGet};

use crate::change::{Change, Place};
use crate::clients::{OWN_KEYS, partitions};
use crate::dice::Dice;
use crate::facts::Run;
use crate::oracle::{ItemKey, key_of};
use crate::schema;
use crate::serial::Sight;
use crate::server::Server;

pub(crate) struct Reader {
    pub(crate) run: Arc<Run>,
    pub(crate) server: Arc<Server>,
    pub(crate) dice: Dice,
    /// Told to rest.
    pub(crate) stop: Arc<AtomicBool>,
}

/// What a read has found, and the instant if it told that.
struct Seen {
    at: Option<CommitTimestamp>,
    found: Vec<(Place, Option<Item>)>,
}

impl Reader {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        while !self.stop.load(Ordering::Relaxed) {
            let quiet = self.run.ground.store.is_quiet();
            let pause = if quiet { 1_200_000 } else { 1_500 };
            tokio::time::sleep(self.dice.millis(pause)).await;
            let Some((name, table)) = self.table() else {
                continue;
            };
            match self.dice.roll(8) {
                0..=2 => self.get(&name, table).await?,
                3..=5 => self.query(&name, table).await?,
                6 => self.get_together().await?,
                _ => self.snapshot(&name, table).await?,
            }
        }
        Ok(())
    }

    /// One item.
    async fn get(&self, name: &TableName, table: TableId) -> anyhow::Result<()> {
        let key = self.key();
        let get = get_item(&key)?;
        let read = || {
            let opened = self.server.tables.open_table(name)?;
            if opened.id() != table {
                return Err(TableError::ResourceNotFound);
            }
            let found = item_of(opened.get_item(&get)?.item.as_ref())?;
            let found = vec![((table, key.clone()), found)];
            Ok(Seen { at: None, found })
        };
        self.observe(read).await
    }

    /// All items of one partition, in order.
    async fn query(&self, name: &TableName, table: TableId) -> anyhow::Result<()> {
        let (artist, _) = self.key();
        let values = [(":artist".to_owned(), schema::text(artist.clone()))];
        let mut placeholders = Placeholders::new(None, Some(values.into()))?;
        let query = Query {
            key_condition: KeyCondition::parse("artist = :artist", &mut placeholders)?,
            forward: self.dice.one_in(2),
            options: ReadOptions {
                consistent_read: true,
                ..ReadOptions::all()
            },
        };
        let read = || {
            let opened = self.server.tables.open_table(name)?;
            if opened.id() != table {
                return Err(TableError::ResourceNotFound);
            }
            let items = opened.query(&query)?.to_items()?;
            let found = all_of(table, std::slice::from_ref(&artist), items);
            Ok(Seen { at: None, found })
        };
        self.observe(read).await
    }

    /// A transaction over items of several tables.
    async fn get_together(&self) -> anyhow::Result<()> {
        let mut keys = BTreeMap::new();
        for _ in 0..2 + self.dice.roll(3) {
            if let Some((name, table)) = self.table() {
                keys.insert((table, self.key()), name);
            }
        }
        if keys.is_empty() {
            return Ok(());
        }
        let requests = keys.iter().map(|((_, key), name)| {
            Ok(TransactGet {
                table: name.clone(),
                get: get_item(key)?,
            })
        });
        let requests: Vec<_> = requests.collect::<anyhow::Result<_>>()?;
        let tables = &self.server.tables;
        let read = || {
            for ((table, _), name) in &keys {
                if tables.open_table(name)?.id() != *table {
                    return Err(TableError::ResourceNotFound);
                }
            }
            let together = tables.transact_get(&requests)?;
            let items = together.items.iter();
            let found = keys
                .keys()
                .zip(items)
                .map(|(place, item)| Ok((place.clone(), item_of(item.as_ref())?)));
            Ok(Seen {
                at: Some(together.timestamp),
                found: found.collect::<Result<_, TableError>>()?,
            })
        };
        self.observe(read).await
    }

    /// All items of a table, as backups see them.
    async fn snapshot(&self, name: &TableName, table: TableId) -> anyhow::Result<()> {
        let read = || {
            let opened = self.server.tables.open_table(name)?;
            if opened.id() != table {
                return Err(TableError::ResourceNotFound);
            }
            let (at, stored) = opened.snapshot_items()?;
            let items = stored.map(|stored| {
                decode_item(&stored?.1).map_err(|error| TableError::Internal(error.to_string()))
            });
            let items = items.collect::<Result<_, _>>()?;
            Ok(Seen {
                at: Some(at),
                found: all_of(table, &partitions(), items),
            })
        };
        self.observe(read).await
    }

    /// Sends a read, which takes a while on its way at times, as does its answer.
    async fn observe(&self, read: impl FnOnce() -> Result<Seen, TableError>) -> anyhow::Result<()> {
        let called = self.run.facts().serial.call();
        self.way().await;
        let seen = read();
        self.way().await;
        match seen {
            Ok(Seen { at, found }) => {
                ensure!(!found.is_empty(), "a read of nothing");
                let sights = found
                    .into_iter()
                    .map(|(place, item)| (place, Sight::<Change>::Found(item)));
                let sights = sights.collect();
                self.run.facts().serial.answered(called, at, sights);
                Ok(())
            }
            Err(TableError::ResourceNotFound | TableError::TableNotFound(_)) => Ok(()),
            Err(TableError::Internal(text)) if text.contains("clos") => Ok(()),
            Err(error) => bail!("a read: {error}"),
        }
    }

    async fn way(&self) {
        if self.dice.one_in(3) {
            tokio::time::sleep(self.dice.millis(20)).await;
        }
    }

    fn table(&self) -> Option<(TableName, TableId)> {
        let facts = self.run.facts();
        let tables: Vec<_> = facts.tables.iter().collect();
        let (name, table) = self.dice.pick(&tables)?;
        Some(((*name).clone(), table.id))
    }

    fn key(&self) -> ItemKey {
        let partitions = partitions();
        let artist = self.dice.pick(&partitions).cloned().unwrap_or_default();
        (artist, self.dice.roll(OWN_KEYS) as i64)
    }
}

fn get_item(key: &ItemKey) -> anyhow::Result<GetItem> {
    Ok(GetItem {
        key: schema::key(key)?,
        projection: None,
        consistent_read: true,
    })
}

fn item_of(item: Option<&ReadItem>) -> Result<Option<Item>, TableError> {
    item.map(ReadItem::to_item).transpose()
}

/// What was found of each key of these partitions, and under no key that they do not have.
fn all_of(table: TableId, partitions: &[String], items: Vec<Item>) -> Vec<(Place, Option<Item>)> {
    let mut all: BTreeMap<Place, Option<Item>> = BTreeMap::new();
    for artist in partitions {
        for song in 0..OWN_KEYS {
            all.insert((table, (artist.clone(), song as i64)), None);
        }
    }
    for item in items {
        let key = key_of(&item).unwrap_or_default();
        all.insert((table, key), Some(item));
    }
    all.into_iter().collect()
}
