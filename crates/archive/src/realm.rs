//! One realm of the archive: its claim, its manifests in memory, and what others ask of it.
//!
//! Always true:
//!
//! * The manifests in memory are the newest in the store, or a put is in doubt and is settled
//!   before the next one ([`crate::ledger`]).
//! * Every change of the timelines is answered only after a look at the realm's chain has
//!   shown that no other server has claimed it since ([`RealmArchive::change_timeline`]). From
//!   then on this server puts no manifest any more, neither there nor anywhere else.
//! * [`RealmStatus::archived_through`] never goes back, and every change of an open span up to
//!   it is in the archive. It may be ahead of the realm manifest by a stretch in which nothing
//!   was committed; whoever needs such an instant to survive this process (a pin) raises the
//!   manifest first.
//! * A table's changes are shipped from the moment its span is announced
//!   ([`RealmArchive::announce_span`]), which comes before the commit that makes it write log
//!   records. So the archiver cannot pass over a change between that commit and the span's
//!   first keyframe ([`crate::announce`]). A span whose keyframe never became durable leaves
//!   nothing but changes that no timeline claims; the next start begins a new span.
//!
//! The parts: [`crate::archiver`] ships the log, [`crate::compact`] sorts and merges,
//! [`crate::retain`] lets go of what is no longer needed.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anywhen_kms::{DataKey, RecordCipher, WrappedKey};
use anywhen_model::{CommitTimestamp, Realm, TableId};
use futures::{StreamExt as _, TryStreamExt as _};
use parking_lot::{Mutex, RwLock};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::ArchiveError;
use crate::announce::Announced;
use crate::archive::Archive;
use crate::archiver::{ArchiverConfig, Wake};
use crate::data_file::FileSink;
use crate::layout;
use crate::lease::Lease;
use crate::ledger::{self, Chain, Ledger, Stale, first_number};
use crate::manifest::{RealmManifest, TimelineManifest};
use crate::pins::PinQueue;
use crate::retain::Garbage;
use crate::rollback;
use crate::sealed::SealingKey;
use crate::segment::{self, Directory};
use crate::span::TimelineSummary;
use crate::timeline;

/// Realm manifests that stay beside the newest, for readers that are a little behind.
pub(crate) const REALM_MANIFESTS_KEPT: u64 = 64;
/// Timeline manifests that stay beside the newest.
pub(crate) const TIMELINE_MANIFESTS_KEPT: u64 = 4;
/// How often a claim that another starter was faster with is made again.
const CLAIM_ATTEMPTS: usize = 5;
/// Directories of segments that are kept before those of dropped segments are let go.
const DIRECTORIES_KEPT_MIN: usize = 64;
/// Timelines read at once when a realm is opened.
const TIMELINES_OPENED_AT_ONCE: usize = 16;

/// How far the archive has come, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RealmStatus {
    /// Everything committed at or before this, of tables with history, is in the archive.
    pub archived_through: CommitTimestamp,
    /// Why this server may write to the archive no more. Never goes away.
    pub fenced: Option<String>,
    /// Why the last attempt to archive failed, until one succeeds.
    pub last_error: Option<String>,
}

/// What a server remembers of the archive outside it, to notice an archive that was exchanged
/// or set back ([`RealmArchive::head`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveHead {
    /// The archive's id.
    pub archive_id: String,
    /// Epoch of the newest realm manifest.
    pub epoch: u64,
    /// Its number.
    pub manifest_number: u64,
    /// Its random id.
    pub manifest_id: String,
    /// What it covers.
    pub archived_through: CommitTimestamp,
    /// Who wrote it, by the name given to [`Archive::open_realm_as`]; empty if unnamed.
    #[serde(default)]
    pub writer: String,
    /// Writers that have been replaced for good, see [`RealmArchive::replace_earlier`].
    #[serde(default)]
    pub replaced: Vec<String>,
}

impl ArchiveHead {
    pub(crate) fn of(archive: &Archive, manifest: &RealmManifest) -> Self {
        Self {
            archive_id: archive.id().to_owned(),
            epoch: manifest.head.epoch,
            manifest_number: manifest.head.number,
            manifest_id: manifest.head.id.clone(),
            archived_through: manifest.archived_through,
            writer: manifest.writer.clone(),
            replaced: manifest.replaced.clone(),
        }
    }
}

/// A table's key in its forms: what opens its records, and what its archive objects are
/// sealed under and carry.
#[derive(Debug, Clone)]
pub struct TableKey {
    /// Opens the records of its items and of its log.
    pub cipher: Arc<RecordCipher>,
    /// The key itself.
    pub data_key: DataKey,
    /// Its wrapped form, for the headers of objects.
    pub wrapped: WrappedKey,
}

impl TableKey {
    pub(crate) fn sealing(&self) -> SealingKey {
        SealingKey {
            key: self.data_key.clone(),
            wrapped: self.wrapped.clone(),
        }
    }
}

/// Keys of the tables that the server knows; implemented by the table layer.
pub trait TableKeys: Send + Sync {
    /// The table's key. For a table that answers `None` the archiver uses the key that its
    /// timeline was opened with, so no answer loses nothing.
    fn keys(&self, table: TableId) -> Option<TableKey>;
}

/// One realm of an archive, open for writing.
pub struct RealmArchive {
    pub(crate) archive: Arc<Archive>,
    pub(crate) realm: Realm,
    pub(crate) ledger: Ledger<RealmManifest>,
    timelines: RwLock<BTreeMap<TableId, Arc<TableTimeline>>>,
    pub(crate) pending: Mutex<HashMap<TableId, Announced>>,
    /// Held while a span is made visible, or a delta of one in the making is carried.
    pub(crate) opening: tokio::sync::Mutex<()>,
    pub(crate) status: watch::Sender<RealmStatus>,
    directories: Mutex<HashMap<String, Arc<Directory>>>,
    /// Names of files that are being written and that no manifest names yet.
    pub(crate) in_flight: Mutex<HashSet<String>>,
    pub(crate) garbage: Mutex<Vec<Garbage>>,
    pub(crate) config: RwLock<ArchiverConfig>,
    pub(crate) lease: Lease,
    pub(crate) wake: Mutex<Option<Wake>>,
    /// Set while the server stops: files in the making are given up.
    pub(crate) stopping: Arc<AtomicBool>,
    epoch: u64,
}

/// A table's timeline: its manifests and its key.
pub(crate) struct TableTimeline {
    pub(crate) table: TableId,
    pub(crate) ledger: Ledger<TimelineManifest>,
    /// What is to be pinned.
    pub(crate) pins: PinQueue,
    /// Opens log records if the table layer does not know the table.
    pub(crate) cipher: Arc<RecordCipher>,
}

impl RealmArchive {
    pub(crate) async fn open(
        archive: Arc<Archive>,
        realm: Realm,
        writer: &str,
    ) -> Result<Arc<Self>, ArchiveError> {
        let lease = Lease::new();
        let (ledger, epoch) = claim(&archive, &realm, writer).await?;
        let archived_through = ledger.current().archived_through;
        let timelines = load_timelines(&archive, &realm, epoch).await?;
        refuse_rolled_back(
            &archive,
            &realm,
            ledger.current().dropped_through,
            &timelines,
        )
        .await?;
        let status = RealmStatus {
            archived_through,
            fenced: None,
            last_error: None,
        };
        Ok(Arc::new(Self {
            archive,
            realm,
            ledger,
            timelines: RwLock::new(timelines),
            pending: Mutex::default(),
            opening: tokio::sync::Mutex::default(),
            status: watch::Sender::new(status),
            directories: Mutex::default(),
            in_flight: Mutex::default(),
            garbage: Mutex::default(),
            config: RwLock::default(),
            lease,
            wake: Mutex::default(),
            stopping: Arc::default(),
            epoch,
        }))
    }

    /// The realm.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// How far the archive has come; changes whenever it does.
    pub fn status(&self) -> watch::Receiver<RealmStatus> {
        self.status.subscribe()
    }

    /// Why writes to tables with history may not be acknowledged now, if so: another server has
    /// taken over, or may have while this one did not run. Cheap; asked at every such write.
    pub fn history_refusal(&self) -> Option<String> {
        self.lease.refusal()
    }

    /// Looks whether another server has taken over, which it then knows for good. If none has, this
    /// server may acknowledge writes to tables with history, however long ago it claimed the realm:
    /// a start calls it last, before [`Self::spawn_archiver`]. The archiver looks by itself.
    pub async fn look(&self) -> Result<(), ArchiveError> {
        // Counts from before: this server may be stopped between the answer and the next line.
        let begun = self.lease.now();
        self.note_fence(self.ledger.check_mine().await)?;
        self.lease.renew(begun);
        Ok(())
    }

    /// What to remember outside the archive.
    pub fn head(&self) -> ArchiveHead {
        ArchiveHead::of(&self.archive, &self.ledger.current())
    }

    /// Names all writers before this one as replaced for good, in this manifest and all after it:
    /// their servers must not open the realm any more ([`ArchiveHead::replaced`]).
    pub async fn replace_earlier(&self) -> Result<(), ArchiveError> {
        let replaced = self.ledger.update(|manifest| {
            let named = manifest.earlier.is_empty();
            Ok((!named).then(|| manifest.replacing_earlier()))
        });
        self.note_fence(replaced.await)?;
        self.note_fence(self.ledger.check_mine().await)
    }

    /// Every timeline that holds anything: what a server learns that has only the archive.
    #[expect(
        clippy::unused_async,
        reason = "reading them lazily must not change the callers"
    )]
    pub async fn timelines(&self) -> Result<Vec<TimelineSummary>, ArchiveError> {
        let timelines = self.all_timelines();
        let summaries = timelines.iter().filter_map(|timeline| {
            let manifest = timeline.ledger.current();
            let wrapped = &timeline.ledger.key().wrapped;
            (!manifest.holds_nothing()).then(|| TimelineSummary::of(&manifest, wrapped))
        });
        Ok(summaries.collect())
    }

    /// Raises the realm manifest to an instant that has been archived, if it is behind.
    pub(crate) async fn raise_archived(&self, at: CommitTimestamp) -> Result<(), ArchiveError> {
        self.refuse_fenced()?;
        let archived_through = self.status.borrow().archived_through;
        let raise = at.min(archived_through);
        let raised = self
            .ledger
            .update(|manifest| {
                let next = RealmManifest {
                    archived_through: raise,
                    ..manifest.clone()
                };
                Ok((manifest.archived_through < raise).then_some(next))
            })
            .await;
        self.note_fence(raised)?;
        Ok(())
    }

    /// Changes a timeline, checks that the realm is still ours, and queues the files that the
    /// change let go for deletion.
    pub(crate) async fn change_timeline<F>(
        &self,
        timeline: &TableTimeline,
        mut change: F,
    ) -> Result<Arc<TimelineManifest>, ArchiveError>
    where
        F: FnMut(&TimelineManifest) -> Result<Option<TimelineManifest>, ArchiveError>,
    {
        self.refuse_fenced()?;
        let mut dropped = Vec::new();
        let changed = timeline
            .ledger
            .update(|manifest| {
                let next = change(manifest)?;
                dropped = next
                    .as_ref()
                    .map_or_else(Vec::new, |next| timeline::dropped_files(manifest, next));
                Ok(next)
            })
            .await;
        let manifest = self.note_fence(changed)?;
        self.note_fence(self.ledger.check_mine().await)?;
        self.discard(timeline.table, dropped, manifest.holds_nothing());
        Ok(manifest)
    }

    /// A server that knows that it has been fenced puts no manifest any more, under no number.
    pub(crate) fn refuse_fenced(&self) -> Result<(), ArchiveError> {
        match &self.status.borrow().fenced {
            Some(reason) => Err(ArchiveError::Fenced(reason.clone())),
            None => Ok(()),
        }
    }

    /// Remembers for good that this server has been fenced, and says from which instant on what
    /// it has committed may be in no archive.
    pub(crate) fn note_fence<T>(&self, result: Result<T, ArchiveError>) -> Result<T, ArchiveError> {
        if let Err(ArchiveError::Fenced(reason)) = &result {
            self.lease.revoke();
            self.status.send_if_modified(|status| {
                let first = status.fenced.is_none();
                if first {
                    let reason = format!(
                        "another server has taken over this archive ({reason}); what this server \
                         has committed after {} may be in its own tables only",
                        status.archived_through
                    );
                    tracing::error!(realm = %self.realm, "{reason}");
                    export_fenced(&self.realm, true);
                    status.fenced = Some(reason);
                }
                first
            });
        }
        result
    }

    pub(crate) fn timeline(&self, table: TableId) -> Result<Arc<TableTimeline>, ArchiveError> {
        self.timelines
            .read()
            .get(&table)
            .cloned()
            .ok_or(ArchiveError::UnknownTable(table))
    }

    pub(crate) fn all_timelines(&self) -> Vec<Arc<TableTimeline>> {
        self.timelines.read().values().cloned().collect()
    }

    /// The key to seal a table's changes under and the cipher that opens its records, if the
    /// table's changes are shipped at all.
    pub(crate) fn shipping_key(
        &self,
        table: TableId,
        keys: &dyn TableKeys,
    ) -> Option<(SealingKey, Arc<RecordCipher>)> {
        let announced = self
            .pending
            .lock()
            .get(&table)
            .map(|announced| announced.key.clone());
        let timeline = self.timeline(table).ok();
        let open = timeline.filter(|timeline| timeline.ledger.current().open_span().is_some());
        if announced.is_none() && open.is_none() {
            return None;
        }
        match keys.keys(table).or(announced) {
            Some(key) => Some((key.sealing(), key.cipher)),
            None => {
                open.map(|timeline| (timeline.ledger.key().clone(), Arc::clone(&timeline.cipher)))
            }
        }
    }

    /// The directory of a segment.
    pub(crate) async fn directory(
        &self,
        entry: &crate::manifest::SegmentEntry,
    ) -> Result<Arc<Directory>, ArchiveError> {
        if let Some(known) = self.directories.lock().get(&entry.path) {
            return Ok(Arc::clone(known));
        }
        let (store, master) = (&self.archive.store, &self.archive.master);
        let read = segment::read_directory(store, entry, Some(master)).await?;
        let directory = Arc::new(read);
        self.remember_directory(&entry.path, &directory);
        Ok(directory)
    }

    pub(crate) fn remember_directory(&self, path: &str, directory: &Arc<Directory>) {
        let listed = self.ledger.current();
        let mut known = self.directories.lock();
        // Not at every call: a long tail of segments is looked at one by one.
        if known.len() > 2 * listed.segments.len() + DIRECTORIES_KEPT_MIN {
            let listed: HashSet<&str> = listed.segments.iter().map(|s| s.path.as_str()).collect();
            known.retain(|path, _| listed.contains(path.as_str()));
        }
        known.insert(path.to_owned(), Arc::clone(directory));
    }

    pub(crate) fn sink(&self, key: SealingKey) -> FileSink {
        FileSink {
            store: Arc::clone(&self.archive.store),
            handle: Handle::current(),
            key,
            randomness: Arc::clone(&self.archive.randomness),
            stopping: Arc::clone(&self.stopping),
        }
    }

    pub(crate) fn now(&self) -> CommitTimestamp {
        CommitTimestamp::from_micros(self.archive.clock.now_micros())
    }

    pub(crate) fn without_unneeded(&self, manifest: &TimelineManifest) -> TimelineManifest {
        timeline::keep_needed(manifest, self.now())
    }

    pub(crate) fn timeline_or_new(&self, table: TableId, key: &TableKey) -> Arc<TableTimeline> {
        if let Ok(known) = self.timeline(table) {
            return known;
        }
        let folder = layout::timeline_manifests(&self.realm, table);
        let chain = chain(
            &self.archive,
            folder,
            key.sealing(),
            TIMELINE_MANIFESTS_KEPT,
        );
        let mut empty = TimelineManifest::empty(table);
        empty.head.number = first_number(self.epoch);
        let first = empty.head.number + 1;
        let ledger = Ledger::new(chain, empty, self.epoch, first);
        let fresh = Arc::new(TableTimeline {
            table,
            ledger,
            pins: PinQueue::default(),
            cipher: Arc::clone(&key.cipher),
        });
        Arc::clone(self.timelines.write().entry(table).or_insert(fresh))
    }
}

impl std::fmt::Debug for RealmArchive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RealmArchive")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}

/// Whether another server has taken over the realm.
pub(crate) fn export_fenced(realm: &Realm, fenced: bool) {
    metrics::gauge!("anywhen_archive_fenced", "realm" => realm.to_string())
        .set(f64::from(u8::from(fenced)));
}

/// Runs blocking work; a panic in it goes on here.
pub(crate) async fn blocking<T, F>(work: F) -> Result<T, ArchiveError>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, ArchiveError> + Send + 'static,
{
    match anywhen_engine::blocking::spawn(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(ArchiveError::Away(
            "the runtime is shutting down".to_owned(),
        )),
    }
}

/// Claims a realm: puts a manifest with an epoch above the newest. Of several servers that start
/// at once each claims until it has succeeded, and the last one to succeed has the realm. So has
/// a server whose own claim of an earlier attempt lands late.
async fn claim(
    archive: &Archive,
    realm: &Realm,
    writer: &str,
) -> Result<(Ledger<RealmManifest>, u64), ArchiveError> {
    for _ in 1..CLAIM_ATTEMPTS {
        match claim_once(archive, realm, writer).await {
            Err(ArchiveError::Fenced(reason)) => {
                tracing::info!(%realm, reason, "another server claimed at the same time");
            }
            claimed => return claimed,
        }
    }
    claim_once(archive, realm, writer).await
}

async fn claim_once(
    archive: &Archive,
    realm: &Realm,
    writer: &str,
) -> Result<(Ledger<RealmManifest>, u64), ArchiveError> {
    let folder = layout::realm_manifests(realm);
    let found = ledger::load::<RealmManifest>(&archive.store, &folder, &archive.master).await?;
    if found.is_none() {
        refuse_without_manifest(archive, realm, &folder).await?;
    }
    let (manifest, key, oldest) = found.unwrap_or_else(|| {
        let (key, wrapped) = archive.master.generate_data_key(&*archive.randomness);
        let empty = RealmManifest {
            archive: archive.id().to_owned(),
            ..RealmManifest::empty()
        };
        (empty, SealingKey { key, wrapped }, 1)
    });
    archive.check_holds(&folder, &manifest)?;
    let epoch = manifest.head.epoch + 1;
    let mut chain = chain(archive, folder, key, REALM_MANIFESTS_KEPT);
    chain.stale = Stale::Adopt;
    let ledger = Ledger::new(chain, manifest, epoch, oldest);
    ledger
        .update(|manifest| Ok(Some(manifest.claimed_by(writer))))
        .await?;
    ledger.check_mine().await?;
    Ok((ledger, epoch))
}

/// A realm's first object is its manifest: one that has timelines and none has lost it, and with
/// it what it takes to read them.
async fn refuse_without_manifest(
    archive: &Archive,
    realm: &Realm,
    folder: &str,
) -> Result<(), ArchiveError> {
    let timelines = archive.store.folders(&layout::timelines(realm)).await?;
    if timelines.is_empty() {
        return Ok(());
    }
    let reason = "the realm has timelines, but no manifest";
    Err(ArchiveError::damaged(folder, reason))
}

async fn load_timelines(
    archive: &Archive,
    realm: &Realm,
    epoch: u64,
) -> Result<BTreeMap<TableId, Arc<TableTimeline>>, ArchiveError> {
    let tables = archive.store.folders(&layout::timelines(realm)).await?;
    futures::stream::iter(tables)
        .filter_map(|name| std::future::ready(TableId::try_from(name.as_str()).ok()))
        .map(|table| load_timeline(archive, realm, table, epoch))
        .buffer_unordered(TIMELINES_OPENED_AT_ONCE)
        .try_filter_map(|timeline| std::future::ready(Ok(timeline)))
        .map_ok(|timeline| (timeline.table, Arc::new(timeline)))
        .try_collect()
        .await
}

/// A timeline that has lost its newest manifest would read as if some changes had never been.
async fn refuse_rolled_back(
    archive: &Archive,
    realm: &Realm,
    dropped_through: CommitTimestamp,
    timelines: &BTreeMap<TableId, Arc<TableTimeline>>,
) -> Result<(), ArchiveError> {
    let manifests = timelines
        .iter()
        .map(|(table, timeline)| (*table, timeline.ledger.current()))
        .collect();
    let (store, master) = (&archive.store, &archive.master);
    let found = rollback::find(store, master, realm, dropped_through, &manifests).await?;
    found
        .into_iter()
        .next()
        .map_or(Ok(()), |lost| Err(lost.into_error()))
}

/// A timeline, or `None` for a folder that has files but no manifest: a first keyframe that
/// never became visible.
async fn load_timeline(
    archive: &Archive,
    realm: &Realm,
    table: TableId,
    epoch: u64,
) -> Result<Option<TableTimeline>, ArchiveError> {
    let folder = layout::timeline_manifests(realm, table);
    let found = ledger::load::<TimelineManifest>(&archive.store, &folder, &archive.master).await?;
    let Some((manifest, key, oldest)) = found else {
        return Ok(None);
    };
    if manifest.table != table {
        return Err(ArchiveError::damaged(&folder, "it is another table's"));
    }
    let cipher = Arc::new(RecordCipher::new(&key.key, &*archive.randomness));
    let chain = chain(archive, folder, key, TIMELINE_MANIFESTS_KEPT);
    let ledger = Ledger::new(chain, manifest, epoch, oldest);
    Ok(Some(TableTimeline {
        table,
        ledger,
        pins: PinQueue::default(),
        cipher,
    }))
}

fn chain(archive: &Archive, folder: String, key: SealingKey, keep: u64) -> Chain {
    Chain {
        store: Arc::clone(&archive.store),
        master: Arc::clone(&archive.master),
        randomness: Arc::clone(&archive.randomness),
        folder,
        key,
        keep,
        stale: Stale::Supersede,
    }
}
