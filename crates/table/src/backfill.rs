//! Indexes that are added to and dropped from tables in use: the jobs. The order in which items
//! expire ([`crate::expiry`]) is filled and dropped as an index is.
//!
//! The commit that adds an index makes it known: whatever is planned after it keeps the index, and
//! whatever was planned before is fenced and planned again. From a later commit on, this job goes
//! through the items in key order, a small chunk at a time, and writes what is missing. Always
//! true:
//!
//! * An entry is written under its item's latch, and only if the item is still what it was in the
//!   snapshot the entry was computed from. Had it changed, the write that changed it has written
//!   the entry: a write takes no entry for granted that is not there ([`crate::indexes`]). So at
//!   every commit the index holds right entries only, and after the last chunk all of them.
//! * How far the job has come is recorded in the commit of each chunk. A server that dies goes on
//!   there; nobody reads the index before the commit that makes it ACTIVE.
//! * A chunk is fenced by the catalog version: the commit that drops the index or the table ends
//!   the job.
//! * An index that is dropped is left alone by every write planned after the commit that says so.
//!   Its keyspace goes when no version of the table that names it is left, so nobody reads it then.
//!
//! Items whose key does not fit the index stay out of it, silently. A failure (a full disk, say)
//! pauses a job, which tries again until the server stops. Start reading at
//! [`RealmTables::start_index_job`].

use std::future::Future;
use std::ops::Bound;
use std::sync::{Arc, Weak};
use std::time::Duration;

use anywhen_engine::{Commit, CommitError, Direction, Engine, KeyspaceName, Write};
use anywhen_model::TableId;
use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::control::{advance, off_runtime};
use crate::error::TableError;
use crate::expiry::{ENTRY, Expiry};
use crate::indexes::IndexEntry;
use crate::realm::RealmTables;
use crate::record::{IndexStatus, TableRecord, TableStatus};
use crate::statistics::{Counted, Difference};
use crate::system::{self, SystemChange, SystemStore};
use crate::table::{ITEMS_PART, Index, Part, Table};

/// Before a job that failed tries again for the first time; twice as long each time after.
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_LAST: Duration = Duration::from_mins(1);

/// Most items, written or not, that a chunk looks at for each entry it may write.
const LOOKED_AT_PER_ENTRY: usize = 16;

/// Most bytes of sealed items that a chunk looks at.
const CHUNK_BYTES: usize = 1 << 20;

/// Written before the key in a record of progress.
const PROGRESS_VERSION: u8 = 1;

/// The jobs of a realm, ended when this is dropped.
pub(crate) struct Jobs(Mutex<Option<JoinSet<()>>>);

impl Jobs {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Some(JoinSet::new())))
    }

    /// Starts a job; nothing happens once the server stops.
    fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        if let Some(jobs) = self.0.lock().as_mut() {
            while jobs.try_join_next().is_some() {}
            jobs.spawn(job);
        }
    }

    /// Ends all jobs where they stand; the next life takes them up.
    pub(crate) async fn stop(&self) {
        let jobs = self.0.lock().take();
        if let Some(mut jobs) = jobs {
            jobs.shutdown().await;
        }
    }
}

/// An index, or the order of expiry, of a table in use.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PartPlace {
    pub(crate) table: TableId,
    pub(crate) number: u32,
}

impl PartPlace {
    /// Forgets how far its filling has come.
    pub(crate) fn no_progress(self) -> SystemChange {
        progress_change(self, None)
    }
}

/// What a filling writes to.
enum Filled<'t> {
    Index(&'t Index),
    Expiry(&'t Expiry),
}

impl Filled<'_> {
    fn part(&self) -> &Part {
        match self {
            Self::Index(index) => &index.part,
            Self::Expiry(expiry) => expiry.part(),
        }
    }
}

/// What a step of a filling leaves to be done.
enum Step {
    More,
    Done,
}

/// An entry that is to be written if its item is still the same.
struct Missing {
    item_key: Bytes,
    /// The item as it is stored, sealed: two writes never give the same bytes.
    item_sealed: Bytes,
    entry: IndexEntry,
}

/// A stretch of the items in key order.
struct Chunk {
    missing: Vec<Missing>,
    /// The last key of the stretch; `None` if there are no items any more.
    through: Option<Bytes>,
}

impl RealmTables {
    /// Starts what has to be done about each index that is not ACTIVE, as its record says.
    pub(crate) fn resume_index_jobs(self: &Arc<Self>) {
        for table in self.tables() {
            for index in &table.record().indexes {
                self.start_index_job(&table, index.number, None);
            }
            if let Some(expiry) = table.expiry().filter(|expiry| !expiry.is_filled()) {
                drop(self.start_filling(PartPlace {
                    table: table.id(),
                    number: expiry.part().number,
                }));
            }
        }
    }

    /// Starts the job that fills an index or the order of expiry. What is returned ends with it;
    /// nobody needs to wait for it.
    pub(crate) fn start_filling(
        self: &Arc<Self>,
        place: PartPlace,
    ) -> impl Future<Output = ()> + Send + use<> {
        let (running, mut ended) = watch::channel(());
        let job = fill(Arc::downgrade(self), place);
        self.index_jobs.spawn(async move {
            job.await;
            drop(running);
        });
        async move { while ended.changed().await.is_ok() {} }
    }

    /// Starts the job that drops the keyspace of a part, which no table names any more, once
    /// nobody reads it.
    pub(crate) fn start_dropping(self: &Arc<Self>, place: PartPlace, part: Option<&Part>) {
        let name = KeyspaceName::index(self.realm(), place.table, place.number);
        let engine = Arc::clone(&self.shared.engine);
        let unused = part.map(Part::unused);
        self.index_jobs
            .spawn(drop_keyspace(engine, place, name, unused));
    }

    /// Starts what has to be done about an index, if its status asks for anything. `before` is
    /// the table as it was while its index was in use, if that was in this life of the server.
    pub(crate) fn start_index_job(
        self: &Arc<Self>,
        table: &Table,
        number: u32,
        before: Option<&Table>,
    ) {
        let place = PartPlace {
            table: table.id(),
            number,
        };
        let status = table.record().index_by_number(number).map(|i| i.status);
        match status {
            Some(IndexStatus::Creating | IndexStatus::Backfilling) => {
                drop(self.start_filling(place));
            }
            Some(IndexStatus::Deleting) => {
                let unused = before
                    .and_then(|before| before.part(number))
                    .map(Part::unused);
                let realm = Arc::downgrade(self);
                self.index_jobs.spawn(drop_index(realm, place, unused));
            }
            Some(IndexStatus::Active) | None => {}
        }
    }

    /// One step on the way to an ACTIVE index.
    async fn fill_step(self: &Arc<Self>, place: PartPlace) -> Result<Step, TableError> {
        let Some(table) = self.table_by_id(place.table) else {
            return Ok(Step::Done);
        };
        match table.filling_status(place.number) {
            Some(IndexStatus::Creating) => {
                self.failpoint("backfill::before_begin").await?;
                let from = IndexStatus::Creating;
                self.set_index_status(place, from, IndexStatus::Backfilling)
                    .await?;
                Ok(Step::More)
            }
            Some(IndexStatus::Backfilling) => {
                let turn = self.shared.backfills.acquire().await;
                let _turn = turn.map_err(|error| TableError::Internal(error.to_string()))?;
                self.failpoint("backfill::before_chunk").await?;
                let chunk = self.read_chunk(&table, place.number).await?;
                if let Some(through) = chunk.through {
                    self.failpoint("backfill::before_write").await?;
                    self.write_chunk(&table, place, chunk.missing, through)
                        .await?;
                    return Ok(Step::More);
                }
                self.failpoint("backfill::before_active").await?;
                self.set_filled(&table, place).await?;
                tracing::info!(table = %table.record().name, number = place.number, "index filled");
                Ok(Step::Done)
            }
            Some(IndexStatus::Active | IndexStatus::Deleting) | None => Ok(Step::Done),
        }
    }

    /// The next items that are not gone through yet.
    async fn read_chunk(&self, table: &Arc<Table>, number: u32) -> Result<Chunk, TableError> {
        let place = PartPlace {
            table: table.id(),
            number,
        };
        let after = self.progress(place)?;
        let (table, entries_max) = (Arc::clone(table), self.shared.backfill_chunk_entries.max(1));
        off_runtime(move || table.missing_entries(number, after, entries_max)).await
    }

    /// Writes the entries of the items that have not changed, and how far the filling has come.
    /// Nothing is written if the table's record has changed meanwhile.
    async fn write_chunk(
        &self,
        table: &Arc<Table>,
        place: PartPlace,
        missing: Vec<Missing>,
        through: Bytes,
    ) -> Result<(), TableError> {
        let progress = progress_change(place, Some(&through));
        let progress_place = system::place(progress.store, &progress.key);
        let items = missing
            .iter()
            .map(|missing| (place.table, &*missing.item_key));
        let held = self
            .latches
            .hold(items.chain([(TableId::SYSTEM, progress_place.as_slice())]))
            .await;
        let (reading, snapshot) = (Arc::clone(table), self.snapshot()?);
        let entries = off_runtime(move || {
            let items = reading.items().keyspace;
            let mut entries = Vec::with_capacity(missing.len());
            for Missing {
                item_key,
                item_sealed,
                entry,
            } in missing
            {
                if snapshot.get(items, &item_key)?.as_ref() == Some(&item_sealed) {
                    entries.push(entry);
                }
            }
            Ok(entries)
        })
        .await?;
        let Some(part) = table.part(place.number) else {
            return Ok(());
        };
        let write = |entry: &IndexEntry| Write {
            keyspace: part.keyspace,
            key: entry.key.clone(),
            value: Some(table.seal(place.number, &entry.key, &entry.stored).into()),
        };
        let count = |entry: &IndexEntry| Difference {
            counters: Arc::clone(&part.counters),
            old_bytes: None,
            new_bytes: Some(entry.size_bytes),
        };
        // Nobody asks how many items will expire.
        let is_index = table.record().index_by_number(place.number).is_some();
        let counted = entries.iter().filter(|_| is_index);
        let mut writes: Vec<Write> = entries.iter().map(write).collect();
        writes.push(self.system.write(&progress)?);
        let commit = Commit {
            expect: vec![table.fence()],
            writes,
            hold: Some(Box::new(held)),
            ..Commit::default()
        };
        let receipt = self.shared.engine.commit(commit);
        let counted = Counted::new(receipt, counted.map(count).collect());
        match counted.wait().await {
            Ok(_) => Ok(()),
            Err(CommitError::Fenced(_)) => {
                self.catalog_settled().await;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Records that nothing is missing any more.
    async fn set_filled(
        self: &Arc<Self>,
        table: &Table,
        place: PartPlace,
    ) -> Result<(), TableError> {
        if table.record().index_by_number(place.number).is_some() {
            let from = IndexStatus::Backfilling;
            return self
                .set_index_status(place, from, IndexStatus::Active)
                .await;
        }
        self.in_turn(move |realm| async move {
            let Some(table) = realm.table_by_id(place.table) else {
                return Ok(());
            };
            let mut record = table.record().clone();
            let setting = record.settings.time_to_live.as_mut();
            let setting = setting.filter(|setting| setting.number == place.number);
            let Some(setting) = setting else {
                return Ok(());
            };
            setting.filled = true;
            realm
                .commit_table(table.with_record(advance(record)), &[place.no_progress()])
                .await?;
            Ok(())
        })
        .await
    }

    /// Moves an index on, unless something else has happened to it. With the index that is filled
    /// its record of progress goes.
    async fn set_index_status(
        self: &Arc<Self>,
        place: PartPlace,
        from: IndexStatus,
        to: IndexStatus,
    ) -> Result<(), TableError> {
        self.in_turn(move |realm| async move {
            let Some(table) = realm.table_by_id(place.table) else {
                return Ok(());
            };
            let mut record = settled_status(table.record().clone());
            let index = record
                .indexes
                .iter_mut()
                .find(|index| index.number == place.number && index.status == from);
            let Some(index) = index else {
                return Ok(());
            };
            index.status = to;
            let progress = progress_change(place, None);
            let also = if to == IndexStatus::Active {
                std::slice::from_ref(&progress)
            } else {
                &[]
            };
            realm
                .commit_table(table.with_record(advance(record)), also)
                .await?;
            Ok(())
        })
        .await
    }

    /// Takes a DELETING index out of its table's record.
    async fn forget_index(self: &Arc<Self>, place: PartPlace) -> Result<(), TableError> {
        self.in_turn(move |realm| async move {
            let Some(table) = realm.table_by_id(place.table) else {
                return Ok(());
            };
            let mut record = settled_status(table.record().clone());
            record.drop_indexes(|index| {
                index.number != place.number || index.status != IndexStatus::Deleting
            });
            if record.indexes.len() < table.record().indexes.len() {
                let progress = progress_change(place, None);
                realm
                    .commit_table(table.with_record(advance(record)), &[progress])
                    .await?;
            }
            Ok(())
        })
        .await
    }

    fn progress(&self, place: PartPlace) -> Result<Option<Bytes>, TableError> {
        let key = progress_change(place, None).key;
        let Some(stored) = self.system_get(SystemStore::BACKFILLS, &key)? else {
            return Ok(None);
        };
        let through = stored.strip_prefix(&[PROGRESS_VERSION]);
        let through = through.ok_or_else(|| {
            TableError::Internal(format!(
                "the progress of index {} of table {} is damaged",
                place.number, place.table
            ))
        })?;
        Ok(Some(Bytes::copy_from_slice(through)))
    }

    /// A point where a test may hold a job, or break it with the error `return(text)`.
    pub(crate) async fn failpoint(&self, name: &'static str) -> Result<(), TableError> {
        fail_parallel::fail_point_async!(
            Arc::clone(&self.shared.failpoints),
            name,
            |text: Option<String>| Err(TableError::Internal(
                text.unwrap_or_else(|| format!("failpoint {name}"))
            ))
        );
        Ok(())
    }
}

impl Table {
    /// What a filling writes to; `None` if it is no more.
    fn filled(&self, number: u32) -> Option<Filled<'_>> {
        let mut indexes = self.indexes().iter();
        let index = indexes.find(|index| index.part.number == number);
        let expiry = self.expiry();
        let expiry = expiry.filter(|expiry| expiry.part().number == number);
        index.map(Filled::Index).or(expiry.map(Filled::Expiry))
    }

    /// Where a filling stands. That of the order of expiry has no states that are seen, and ends
    /// with its table.
    fn filling_status(&self, number: u32) -> Option<IndexStatus> {
        if let Some(index) = self.record().index_by_number(number) {
            return Some(index.status);
        }
        match self.filled(number)? {
            Filled::Expiry(expiry) if expiry.is_filled() => Some(IndexStatus::Active),
            Filled::Expiry(_) if self.is_open() => Some(IndexStatus::Backfilling),
            Filled::Expiry(_) | Filled::Index(_) => None,
        }
    }

    /// The entries that an index lacks of the next items after a key.
    fn missing_entries(
        &self,
        number: u32,
        after: Option<Bytes>,
        entries_max: usize,
    ) -> Result<Chunk, TableError> {
        let mut chunk = Chunk {
            missing: Vec::new(),
            through: None,
        };
        let Some(filled) = self.filled(number) else {
            return Ok(chunk);
        };
        let lower = after.map_or(Bound::Unbounded, Bound::Excluded);
        let snapshot = self.engine.snapshot()?;
        let bounds = (lower, Bound::Unbounded);
        let (mut looked_at, mut bytes) = (0, 0);
        for record in snapshot.range(self.items().keyspace, bounds, Direction::Forward)? {
            let (key, sealed) = record?;
            looked_at += 1;
            bytes += key.len() + sealed.len();
            if let Some(entry) = self.sealed_entry(&filled, &key, &sealed)?
                && snapshot.get(filled.part().keyspace, &entry.key)?.is_none()
            {
                chunk.missing.push(Missing {
                    item_key: key.clone(),
                    item_sealed: sealed,
                    entry,
                });
            }
            chunk.through = Some(key);
            if chunk.missing.len() >= entries_max
                || looked_at >= entries_max.saturating_mul(LOOKED_AT_PER_ENTRY)
                || bytes >= CHUNK_BYTES
            {
                break;
            }
        }
        Ok(chunk)
    }

    fn sealed_entry(
        &self,
        filled: &Filled<'_>,
        key: &Bytes,
        sealed: &[u8],
    ) -> Result<Option<IndexEntry>, TableError> {
        let stored = self.unseal(ITEMS_PART, key, sealed)?.into();
        match filled {
            Filled::Index(index) => self.stored_entry(index, key, &stored, &mut None),
            Filled::Expiry(expiry) => self.expiry_entry(expiry, key, &stored),
        }
    }

    /// The entry in the order of expiry of an item in its stored form.
    fn expiry_entry(
        &self,
        expiry: &Expiry,
        key: &Bytes,
        stored: &Bytes,
    ) -> Result<Option<IndexEntry>, TableError> {
        let item = self.decode_part(stored, |name| name == expiry.attribute())?;
        Ok(expiry.entry_key(key, &item).map(|entry| IndexEntry {
            number: expiry.part().number,
            key: entry,
            stored: Bytes::from_static(ENTRY),
            size_bytes: 0,
        }))
    }
}

/// The job that fills an index.
async fn fill(realm: Weak<RealmTables>, place: PartPlace) {
    let mut pause = RETRY_FIRST;
    loop {
        let Some(realm) = realm.upgrade() else { return };
        match realm.fill_step(place).await {
            Ok(Step::Done) => return,
            Ok(Step::More) => {
                pause = RETRY_FIRST;
                tokio::task::yield_now().await;
            }
            Err(error) => {
                drop(realm);
                failed(place, &error, "filling", &mut pause).await;
            }
        }
    }
}

/// The job that drops an index, and its keyspace once `unused` has ended.
async fn drop_index(
    realm: Weak<RealmTables>,
    place: PartPlace,
    unused: Option<impl Future<Output = ()>>,
) {
    let forgotten = async |realm: &Arc<RealmTables>| -> Result<(), TableError> {
        realm.failpoint("drop_index::before_forget").await?;
        realm.forget_index(place).await
    };
    let mut pause = RETRY_FIRST;
    let (engine, name) = loop {
        let Some(realm) = realm.upgrade() else { return };
        match forgotten(&realm).await {
            Ok(()) => {
                let (table, number) = (place.table, place.number);
                let name = KeyspaceName::index(realm.realm(), table, number);
                break (Arc::clone(&realm.shared.engine), name);
            }
            Err(error) => {
                drop(realm);
                failed(place, &error, "dropping", &mut pause).await;
            }
        }
    };
    drop_keyspace(engine, place, name, unused).await;
}

/// Drops the keyspace of a part that has left its table's record, once `unused` has ended.
async fn drop_keyspace(
    engine: Arc<dyn Engine>,
    place: PartPlace,
    name: KeyspaceName,
    unused: Option<impl Future<Output = ()>>,
) {
    if let Some(unused) = unused {
        unused.await;
    }
    let dropped = off_runtime(move || Ok(engine.drop_keyspace(&name)?)).await;
    if let Err(error) = dropped {
        let (table, number) = (place.table, place.number);
        tracing::warn!(%table, number, %error, "the next start drops what this index has left");
    }
}

/// Says what has failed, and waits before it is tried again.
async fn failed(place: PartPlace, error: &TableError, what: &str, pause: &mut Duration) {
    let (table, number) = (place.table, place.number);
    tracing::error!(%table, number, %error, "{what} an index failed, will try again");
    tokio::time::sleep(*pause).await;
    *pause = (*pause * 2).min(RETRY_LAST);
}

/// The record of a table whose index is no longer being allocated or dropped.
fn settled_status(record: TableRecord) -> TableRecord {
    TableRecord {
        status: match record.status {
            TableStatus::Updating => TableStatus::Active,
            other => other,
        },
        ..record
    }
}

/// The record of progress: everything up to this key has been gone through.
fn progress_change(index: PartPlace, through: Option<&Bytes>) -> SystemChange {
    let table = index.table.as_u128().to_be_bytes();
    SystemChange {
        store: SystemStore::BACKFILLS,
        key: [table.as_slice(), &index.number.to_be_bytes()].concat(),
        value: through.map(|key| [&[PROGRESS_VERSION], &**key].concat()),
    }
}
