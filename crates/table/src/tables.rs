//! The tables of the whole server, by realm.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use anywhen_engine::{Engine, KeyspaceName};
use anywhen_kms::MasterKey;
use anywhen_model::{Clock, Randomness, Realm, TableId};
use fail_parallel::FailPointRegistry;
use parking_lot::RwLock;
use tokio::sync::Semaphore;

use crate::error::TableError;
use crate::realm::{RealmTables, Shared};
use crate::record::TableStatus;
use crate::streams::is_log_of_stream;
use crate::table::TableKeys;

/// Settings of the table layer.
#[derive(Clone)]
#[non_exhaustive]
pub struct TablesOptions {
    /// Points where tests hold or break the jobs of indexes and of expiry.
    pub failpoints: Arc<FailPointRegistry>,
    /// Most entries that the filling of an index writes in one commit. For as long as that takes,
    /// writes of these items wait.
    pub backfill_chunk_entries: usize,
    /// Chunks of all indexes that are being filled that are under way at the same time: clients
    /// come first.
    pub backfills_parallel: usize,
    /// Whether requests are refused when the capacity of their table or index is used up.
    pub throttling: bool,
    /// How long a table's time to live stays as it is after each change; AWS has about half an
    /// hour, and an emulator is used in shorter steps.
    pub time_to_live_cooldown: Duration,
}

impl Default for TablesOptions {
    fn default() -> Self {
        Self {
            failpoints: Arc::new(FailPointRegistry::new()),
            backfill_chunk_entries: 128,
            backfills_parallel: 2,
            throttling: false,
            time_to_live_cooldown: Duration::ZERO,
        }
    }
}

/// All realms of a server.
pub struct Tables {
    shared: Shared,
    realms: RwLock<BTreeMap<Realm, Arc<RealmTables>>>,
    opening: tokio::sync::Mutex<()>,
}

impl Tables {
    /// Loads the catalog of every realm the engine knows, sets the fences of all tables, drops
    /// keyspaces that belong to no catalogued table and logs of no known stream (remains of what
    /// was cut off: a creation, a restore, a deletion), starts counting items in the background,
    /// and goes on with indexes that are being filled or dropped.
    pub async fn open(
        engine: Arc<dyn Engine>,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
        options: TablesOptions,
    ) -> Result<Arc<Self>, TableError> {
        let shared = Shared {
            engine,
            master,
            clock,
            randomness,
            failpoints: options.failpoints,
            backfills: Arc::new(Semaphore::new(options.backfills_parallel.max(1))),
            backfill_chunk_entries: options.backfill_chunk_entries,
            throttling: options.throttling,
            time_to_live_cooldown: options.time_to_live_cooldown,
        };
        let names = shared.engine.keyspace_names()?;
        let realms: BTreeSet<Realm> = names.iter().filter_map(realm_of).collect();
        let tables = Self {
            shared,
            realms: RwLock::default(),
            opening: tokio::sync::Mutex::default(),
        };
        for realm in realms {
            tables.realm(&realm).await?;
        }
        tables.sweep(names)?;
        tables.sweep_logs()?;
        tables.count_items()?;
        for realm in tables.realms() {
            realm.resume_index_jobs();
        }
        Ok(Arc::new(tables))
    }

    /// Ends the jobs where they stand, to be taken up by the next life. Reads and writes go on.
    pub async fn stop_jobs(&self) {
        for realm in self.realms() {
            realm.index_jobs.stop().await;
        }
    }

    /// The realm's tables; opened, and on first use created, if need be.
    pub async fn realm(&self, realm: &Realm) -> Result<Arc<RealmTables>, TableError> {
        if let Some(known) = self.known_realm(realm) {
            return Ok(known);
        }
        let _turn = self.opening.lock().await;
        if let Some(known) = self.known_realm(realm) {
            return Ok(known);
        }
        let opened = RealmTables::open(self.shared.clone(), realm.clone()).await?;
        self.realms
            .write()
            .insert(realm.clone(), Arc::clone(&opened));
        Ok(opened)
    }

    /// All realms that are open, in order.
    pub fn realms(&self) -> Vec<Arc<RealmTables>> {
        self.realms.read().values().cloned().collect()
    }

    /// The keys of a table, whatever its status; what the archive asks for.
    pub fn table_keys(&self, realm: &Realm, table: TableId) -> Option<TableKeys> {
        self.known_realm(realm)?.table_keys(table)
    }

    /// [`RealmTables::trim_streams`] in all realms.
    pub async fn trim_streams(&self) -> Result<(), TableError> {
        for realm in self.realms() {
            realm.trim_streams().await?;
        }
        Ok(())
    }

    fn known_realm(&self, realm: &Realm) -> Option<Arc<RealmTables>> {
        self.realms.read().get(realm).cloned()
    }

    fn sweep(&self, names: Vec<KeyspaceName>) -> Result<(), TableError> {
        let tables = self.realms().into_iter().flat_map(|realm| realm.tables());
        let known: BTreeSet<KeyspaceName> =
            tables.flat_map(|table| table.keyspace_names()).collect();
        for name in names
            .iter()
            .filter(|name| name.table().is_some() && !known.contains(name))
        {
            tracing::info!(keyspace = %name, "dropping a keyspace that belongs to no table");
            self.shared.engine.drop_keyspace(name)?;
        }
        Ok(())
    }

    /// Drops logs of streams that are no more.
    fn sweep_logs(&self) -> Result<(), TableError> {
        let known: BTreeSet<String> = self
            .realms()
            .iter()
            .flat_map(|realm| realm.stream_logs())
            .collect();
        for name in self.shared.engine.log_names()? {
            if is_log_of_stream(&name) && !known.contains(&name) {
                tracing::info!(log = %name, "dropping a change log that belongs to no stream");
                self.shared.engine.drop_log(&name)?;
            }
        }
        Ok(())
    }

    /// Counts what the tables hold in a snapshot taken before their first write of this life.
    fn count_items(&self) -> Result<(), TableError> {
        let snapshot = self.shared.engine.snapshot()?;
        // What a restore target holds is set when it is published.
        let tables: Vec<_> = self
            .realms()
            .into_iter()
            .flat_map(|realm| realm.tables())
            .filter(|table| table.record().status != TableStatus::Creating)
            .collect();
        if !tables.is_empty() {
            anywhen_engine::blocking::spawn(move || {
                for table in tables {
                    if let Err(error) = table.count(&*snapshot) {
                        tracing::error!(table = %table.id(), %error, "counting items failed");
                    }
                }
            });
        }
        Ok(())
    }
}

impl std::fmt::Debug for Tables {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tables")
            .field("realms", &self.realms.read().len())
            .finish_non_exhaustive()
    }
}

/// The realm a keyspace belongs to; `None` for those of the whole server.
fn realm_of(name: &KeyspaceName) -> Option<Realm> {
    let mut parts = name.as_str().split('/');
    let (account, region, kind) = (parts.next()?, parts.next()?, parts.next()?);
    if !matches!(kind, "table" | "system") {
        return None;
    }
    Some(Realm {
        account: account.try_into().ok()?,
        region: region.try_into().ok()?,
    })
}
