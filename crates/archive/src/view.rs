//! Looking at an archive: nothing is made, claimed or changed, so the server that writes to it
//! is not disturbed, let alone fenced.
//!
//! What must hold: what is read together is one state that the archive was in. The realm's
//! manifest is read first and the timelines' afterwards, so what the one no longer lists, the
//! others have already. While a server writes, anything may be superseded and deleted between
//! two requests: an object that is missing means that both are read again, a bounded number of
//! times. What is still missing then is missing.
//!
//! Without the master key everything can be seen that manifests say in the clear: objects,
//! instants, sizes; not what is in them, nor what pins are for.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_kms::{MasterKey, WrappedKey};
use anywhen_model::{CommitTimestamp, Realm, TableId};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::ObjectStore;
use object_store::path::Path;
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::archive::{check_same_archive, find_realms, read_identity};
use crate::layout;
use crate::manifest::{self, Manifest, RealmManifest, Span, TimelineManifest};
use crate::merge::{LiveChanges, Merge, MergedItems, Reading};
use crate::plan::{KeyRange, RestorePlan};
use crate::planning::Planning;
use crate::reading::plan_sources;
use crate::segment;
use crate::store::Store;

/// How often both manifests are read again when something has gone meanwhile.
const ATTEMPTS: usize = 5;
/// Timelines read at once.
const TIMELINES_AT_ONCE: usize = 8;

/// An archive that is only looked at.
pub struct ArchiveView {
    pub(crate) store: Arc<Store>,
    pub(crate) master: Option<Arc<MasterKey>>,
    id: String,
}

impl ArchiveView {
    /// Opens the archive at `prefix`, which must be there: [`ArchiveError::Missing`] if not.
    pub async fn open(
        store: Arc<dyn ObjectStore>,
        prefix: Path,
        master: Option<Arc<MasterKey>>,
    ) -> Result<Arc<Self>, ArchiveError> {
        let store = Arc::new(Store::new(store, prefix));
        let id = read_identity(&store).await?;
        Ok(Arc::new(Self { store, master, id }))
    }

    /// The archive's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The realms that have anything in the archive, in order.
    pub async fn realms(&self) -> Result<Vec<Realm>, ArchiveError> {
        find_realms(&self.store).await
    }

    /// A realm as it is now; `None` if nothing was ever archived in it.
    pub async fn realm(self: &Arc<Self>, realm: &Realm) -> Result<Option<RealmView>, ArchiveError> {
        let Some(state) = RealmState::load(&self.store, self.master.as_deref(), realm).await?
        else {
            return Ok(None);
        };
        check_same_archive(&self.id, &layout::realm_manifests(realm), &state.manifest)?;
        Ok(Some(RealmView {
            archive: Arc::clone(self),
            realm: realm.clone(),
            state,
        }))
    }
}

impl std::fmt::Debug for ArchiveView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArchiveView")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The manifests of a realm and its timelines, read together.
pub(crate) struct RealmState {
    pub(crate) manifest: RealmManifest,
    pub(crate) timelines: BTreeMap<TableId, TimelineState>,
}

/// A timeline's newest manifest and the key it is sealed under.
pub(crate) struct TimelineState {
    pub(crate) manifest: TimelineManifest,
    pub(crate) wrapped: WrappedKey,
}

impl RealmState {
    /// The state of a realm now; `None` if it has no manifest.
    pub(crate) async fn load(
        store: &Store,
        master: Option<&MasterKey>,
        realm: &Realm,
    ) -> Result<Option<Self>, ArchiveError> {
        // The realm's first, see the module's head.
        let folder = layout::realm_manifests(realm);
        let Some((manifest, _)) = newest::<RealmManifest>(store, &folder, master).await? else {
            return Ok(None);
        };
        let folders = store.folders(&layout::timelines(realm)).await?;
        let timelines = futures::stream::iter(folders)
            .filter_map(|name| std::future::ready(TableId::try_from(name.as_str()).ok()))
            .map(|table| async move {
                let folder = layout::timeline_manifests(realm, table);
                let found = newest::<TimelineManifest>(store, &folder, master).await?;
                let state = |(manifest, wrapped)| TimelineState { manifest, wrapped };
                Ok::<_, ArchiveError>(found.map(|found| (table, state(found))))
            })
            .buffer_unordered(TIMELINES_AT_ONCE)
            .try_filter_map(|found| std::future::ready(Ok(found)))
            .try_collect()
            .await?;
        Ok(Some(Self {
            manifest,
            timelines,
        }))
    }
}

/// The newest manifest of a chain; `None` if there is none.
async fn newest<M: Manifest>(
    store: &Store,
    folder: &str,
    master: Option<&MasterKey>,
) -> Result<Option<(M, WrappedKey)>, ArchiveError> {
    for _ in 0..ATTEMPTS {
        let names = store.list(folder).await?;
        let numbers = names
            .iter()
            .filter_map(|name| layout::manifest_number(name));
        let Some(number) = numbers.max() else {
            return Ok(None);
        };
        let path = layout::manifest(folder, number);
        match store.get(&path).await {
            Ok(stored) => return manifest::open_manifest(&path, number, &stored, master).map(Some),
            // Superseded and deleted between list and get.
            Err(ArchiveError::Missing { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ArchiveError::Away(format!(
        "{folder}: its newest manifest keeps vanishing"
    )))
}

/// A realm as it was at one moment, and on request as it is now.
pub struct RealmView {
    archive: Arc<ArchiveView>,
    realm: Realm,
    pub(crate) state: RealmState,
}

impl RealmView {
    /// The realm.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// Everything committed at or before this, of tables with history, is in the archive.
    pub fn archived_through(&self) -> CommitTimestamp {
        self.state.manifest.archived_through
    }

    /// The tables that have a timeline, in order.
    pub fn tables(&self) -> impl Iterator<Item = TableId> {
        self.state.timelines.keys().copied()
    }

    /// The files that together are the table at `at`. If one of them has gone meanwhile, the
    /// realm is read again first. Nothing holds the files: a reader whose object goes missing
    /// plans again.
    pub async fn plan(
        &mut self,
        table: TableId,
        at: CommitTimestamp,
    ) -> Result<RestorePlan, ArchiveError> {
        for _ in 1..ATTEMPTS {
            match self.plan_once(table, at).await {
                Err(ArchiveError::Missing { .. }) => self.refresh().await?,
                planned => return planned,
            }
        }
        self.plan_once(table, at).await
    }

    /// Reads the realm again.
    pub async fn refresh(&mut self) -> Result<(), ArchiveError> {
        let (store, master) = (&self.archive.store, self.archive.master.as_deref());
        let state = RealmState::load(store, master, &self.realm).await?;
        self.state = state.ok_or_else(|| ArchiveError::Missing {
            path: layout::realm_manifests(&self.realm),
        })?;
        Ok(())
    }

    async fn plan_once(
        &self,
        table: TableId,
        at: CommitTimestamp,
    ) -> Result<RestorePlan, ArchiveError> {
        let timeline = self
            .state
            .timelines
            .get(&table)
            .ok_or(ArchiveError::UnknownTable(table))?;
        let planning = Planning {
            archive_id: &self.archive.id,
            realm: &self.realm,
            realm_manifest: &self.state.manifest,
            timeline: &timeline.manifest,
            wrapped: &timeline.wrapped,
        };
        check_archived(&self.state.manifest, &timeline.manifest, at)?;
        let (store, master) = (&self.archive.store, self.archive.master.as_deref());
        let files = planning.files_at(at, &[])?;
        let mut directories = Vec::with_capacity(files.segments.len());
        for entry in &files.segments {
            let read = segment::read_directory(store, entry, master).await?;
            directories.push(Arc::new(read));
        }
        Ok(planning.plan(at, &[], &files, &directories))
    }

    /// The items of a plan whose keys are in the range; needs the master key. As
    /// [`crate::RealmArchive::read`], call it and read it on a blocking thread of a runtime.
    pub fn read(&self, plan: &RestorePlan, range: KeyRange) -> Result<MergedItems, ArchiveError> {
        let Some(master) = &self.archive.master else {
            return Err(ArchiveError::NoKey);
        };
        let reading = Reading::new(
            Arc::clone(&self.archive.store),
            Handle::current(),
            Arc::clone(master),
        );
        let sources = plan_sources(&reading, plan, &range)?;
        Ok(MergedItems::new(LiveChanges::new(
            Merge::new(sources),
            plan.at,
        )))
    }
}

/// Refuses an instant that the realm manifest does not cover yet, unless a keyframe is exactly
/// there.
fn check_archived(
    realm: &RealmManifest,
    timeline: &TimelineManifest,
    at: CommitTimestamp,
) -> Result<(), ArchiveError> {
    let archived_through = realm.archived_through;
    let exact = |span: &Span| span.keyframes.iter().any(|keyframe| keyframe.at == at);
    if at <= archived_through || timeline.span_of(at).is_some_and(exact) {
        return Ok(());
    }
    Err(ArchiveError::NotArchived {
        at,
        archived_through,
    })
}

impl std::fmt::Debug for RealmView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RealmView")
            .field("realm", &self.realm)
            .finish_non_exhaustive()
    }
}
