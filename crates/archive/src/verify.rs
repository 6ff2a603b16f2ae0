//! Verification: is everything that is in an archive as it was written, and is it all there?
//!
//! Every object is read whole. Without the master key are checked: the hash at each object's
//! end and the one in its manifest, headers (each names its own path), the structure of
//! segments, chains of manifests, intervals without holes, and that every pin can be restored.
//! With the key also that every chunk opens, and that the rows inside are in order, in their
//! interval, and as many as is said.
//!
//! What must hold:
//!
//! * All problems are told, not only the first, each by the path of the object that is wrong and
//!   with what cannot be restored because of it.
//! * Nothing is claimed or changed, and a server may write all the while. What it supersedes
//!   and deletes meanwhile is no problem: whatever seems wrong is looked at again with the
//!   newest manifests ([`crate::view`] says how these are read) before it is told.
//! * Files that nothing names are notes, because a crash leaves such files; but they, too, must
//!   be whole and in their place.
//! * Memory is bounded: a few objects are read at a time, and large ones as streams. What grows
//!   with the archive is the list of a realm's objects.
//!
//! What cannot be noticed from the archive alone: that the newest manifests of a realm were
//! removed, which takes it back to an earlier state (the server that wrote it remembers more), or
//! those of a timeline, if no change was lost with them ([`crate::rollback`]).
//!
//! The parts: [`chain`] reads manifests, [`structure`] checks what they say, [`objects`] reads
//! what they name, [`rows`] what is in that.

mod chain;
mod objects;
mod report;
mod rows;
mod structure;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anywhen_kms::MasterKey;
use anywhen_model::{Realm, TableId};
use futures::StreamExt as _;
use object_store::ObjectStore;
use object_store::path::Path;

use crate::ArchiveError;
use crate::archive::{check_same_archive, find_realms, read_identity};
use crate::layout;
use crate::manifest::{RealmManifest, TimelineManifest};
use crate::realm::{REALM_MANIFESTS_KEPT, TIMELINE_MANIFESTS_KEPT};
use crate::rollback;
use crate::store::Store;
use crate::view::RealmState;

use chain::Chain;
use objects::{Checked, Expected, Reader};
pub use report::{Note, ObjectKind, Problem, Tally, Verification, VerifyProgress, VerifySummary};

/// How often manifests that do not fit each other are read again.
const STATE_ATTEMPTS: usize = 5;
/// Timelines whose manifests are read at once.
const TIMELINES_AT_ONCE: usize = 4;

/// What to verify, and how.
pub struct VerifyOptions {
    /// Where the archive is.
    pub store: Arc<dyn ObjectStore>,
    /// The archive's root in it.
    pub prefix: Path,
    /// Opens contents; without it only hashes and structure are checked.
    pub master: Option<Arc<MasterKey>>,
    /// Objects read at once.
    pub parallel: usize,
    /// Is told how far it is, often.
    pub progress: Arc<dyn Fn(VerifyProgress) + Send + Sync>,
}

impl std::fmt::Debug for VerifyOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerifyOptions")
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// Verifies a whole archive. Fails only if there is none, or if the store does not answer.
pub async fn verify(options: VerifyOptions) -> Result<Verification, ArchiveError> {
    let store = Arc::new(Store::new(
        Arc::clone(&options.store),
        options.prefix.clone(),
    ));
    let everything = store.list_sized("").await?;
    if everything.is_empty() {
        return Err(ArchiveError::Missing {
            path: layout::ARCHIVE.to_owned(),
        });
    }
    let progress = Progress {
        tell: Arc::clone(&options.progress),
        done: AtomicU64::new(0),
        total: everything.iter().map(|(_, bytes)| bytes).sum(),
    };
    let reader = Reader {
        store: Arc::clone(&store),
        master: options.master.clone(),
        failures_in_a_row: AtomicU64::new(0),
    };
    let mut verifier = Verifier {
        reader,
        progress,
        parallel: options.parallel.max(1),
        archive_id: None,
        found: Verification::default(),
    };
    verifier.identity(&everything).await?;
    let realms = find_realms(&store).await?;
    verifier.strays(&everything, &realms);
    for realm in realms {
        verifier.realm(&realm).await?;
    }
    let mut found = verifier.found;
    found.problems.sort();
    found.problems.dedup();
    found.notes.sort();
    Ok(found)
}

struct Progress {
    tell: Arc<dyn Fn(VerifyProgress) + Send + Sync>,
    done: AtomicU64,
    total: u64,
}

impl Progress {
    fn read(&self, bytes: u64) {
        let bytes_done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        (self.tell)(VerifyProgress {
            bytes_done,
            bytes_total: self.total.max(bytes_done),
        });
    }
}

struct Verifier {
    reader: Reader,
    progress: Progress,
    parallel: usize,
    /// `None` if the identity cannot be read.
    archive_id: Option<String>,
    found: Verification,
}

/// All manifests of a realm.
struct Chains {
    realm: Chain<RealmManifest>,
    timelines: BTreeMap<TableId, Chain<TimelineManifest>>,
}

impl Verifier {
    async fn identity(&mut self, everything: &[(String, u64)]) -> Result<(), ArchiveError> {
        match read_identity(&self.reader.store).await {
            Ok(id) => self.archive_id = Some(id),
            Err(error @ ArchiveError::Away(_)) => return Err(error),
            Err(error) => self.problem(
                layout::ARCHIVE,
                objects::reason(error),
                "the whole archive: no server opens it until this object is put back",
            ),
        }
        let identity = everything.iter().find(|(path, _)| path == layout::ARCHIVE);
        if let Some((_, bytes)) = identity {
            self.count(ObjectKind::Identity, *bytes);
        }
        Ok(())
    }

    /// Objects that are in no realm's folder.
    fn strays(&mut self, everything: &[(String, u64)], realms: &[Realm]) {
        let folders: Vec<String> = realms
            .iter()
            .map(|realm| format!("{}/", layout::realm(realm)))
            .collect();
        for (path, _) in everything {
            let known = path == layout::ARCHIVE
                || folders
                    .iter()
                    .any(|folder| path.starts_with(folder.as_str()));
            if !known {
                self.note(path, "not an object of an archive; it was not looked at");
            }
        }
    }

    async fn realm(&mut self, realm: &Realm) -> Result<(), ArchiveError> {
        // Listed first: what is put from here on is not looked at.
        let listed = self.reader.store.list_sized(&layout::realm(realm)).await?;
        let (chains, mut problems) = self.fitting_chains(realm).await?;
        self.found.summary.realms += 1;
        self.count_chains(&chains);
        problems.extend(self.rolled_back(realm, &chains).await?);
        let expected = expected_objects(&chains);
        let checked = self.check_objects(&expected).await?;
        problems.extend(
            self.object_problems(realm, &chains, &expected, checked)
                .await?,
        );
        self.found.problems.append(&mut problems);
        self.unnamed(realm, listed, &expected).await
    }

    /// Reads all manifests of a realm, again if they do not fit each other: a server may have
    /// written in between.
    async fn fitting_chains(&self, realm: &Realm) -> Result<(Chains, Vec<Problem>), ArchiveError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let chains = self.chains(realm).await?;
            let mut problems = self.chain_problems(realm, &chains);
            if let Some((path, manifest)) = chains.realm.state() {
                problems.extend(structure::check_realm(path, manifest));
                for chain in chains.timelines.values() {
                    if let Some((path, timeline)) = chain.state() {
                        let keyed = self.reader.master.is_some();
                        problems.extend(structure::check_timeline(path, manifest, timeline, keyed));
                    }
                }
            }
            if problems.is_empty() || attempt == STATE_ATTEMPTS {
                return Ok((chains, problems));
            }
        }
    }

    /// The realm's chain first, then the timelines', as every reader does.
    async fn chains(&self, realm: &Realm) -> Result<Chains, ArchiveError> {
        let folder = layout::realm_manifests(realm);
        let read = chain::read::<RealmManifest>(&self.reader, &folder, REALM_MANIFESTS_KEPT);
        let realm_chain = read.await?;
        let folders = self.reader.store.folders(&layout::timelines(realm)).await?;
        let tables = folders
            .iter()
            .filter_map(|name| TableId::try_from(name.as_str()).ok());
        let read: Vec<_> = futures::stream::iter(tables)
            .map(|table| async move {
                let folder = layout::timeline_manifests(realm, table);
                let keep = TIMELINE_MANIFESTS_KEPT;
                let chain = chain::read::<TimelineManifest>(&self.reader, &folder, keep);
                (table, chain.await)
            })
            .buffer_unordered(TIMELINES_AT_ONCE)
            .collect()
            .await;
        let mut timelines = BTreeMap::new();
        for (table, chain) in read {
            timelines.insert(table, chain?);
        }
        Ok(Chains {
            realm: realm_chain,
            timelines,
        })
    }

    fn chain_problems(&self, realm: &Realm, chains: &Chains) -> Vec<Problem> {
        let lost =
            format!("realm {realm}: no server starts on it, and nothing of it can be restored");
        let mut problems = chains.realm.problems(&lost, |_| false);
        if chains.realm.is_empty() {
            // A server puts a manifest before anything else of a realm.
            problems.push(Problem {
                path: layout::realm_manifests(realm),
                what: "the realm has objects, but no manifest".to_owned(),
                affected: lost,
            });
        }
        if let (Some(id), Some((_, manifest))) = (&self.archive_id, chains.realm.state())
            && let Err(error) = check_same_archive(id, &layout::realm_manifests(realm), manifest)
        {
            problems.push(Problem {
                path: layout::ARCHIVE.to_owned(),
                what: objects::reason(error),
                affected: "the whole archive: it is not what it says it is".to_owned(),
            });
        }
        for (table, chain) in &chains.timelines {
            let lost = format!(
                "table {table} of realm {realm}: no server starts on it, and nothing of the \
                 table can be restored"
            );
            problems.extend(chain.problems(&lost, TimelineManifest::holds_nothing));
            if let Some((path, manifest)) = chain.state()
                && manifest.table != *table
            {
                problems.push(Problem {
                    path: path.to_owned(),
                    what: format!("it is the manifest of table {}", manifest.table),
                    affected: format!("everything of table {table}"),
                });
            }
        }
        problems
    }

    /// Timelines whose newest manifest is gone; only the key tells.
    async fn rolled_back(
        &self,
        realm: &Realm,
        chains: &Chains,
    ) -> Result<Vec<Problem>, ArchiveError> {
        let (Some(master), Some((_, manifest))) = (&self.reader.master, chains.realm.state())
        else {
            return Ok(Vec::new());
        };
        let timelines = chains.timelines.iter();
        let states = timelines.filter_map(|(table, chain)| {
            let (_, state) = chain.state()?;
            Some((*table, Arc::new(state.clone())))
        });
        let dropped = manifest.dropped_through;
        let store = &self.reader.store;
        let found = rollback::find(store, master, realm, dropped, &states.collect()).await?;
        let problem = |lost: rollback::RolledBack| Problem {
            path: lost.lost.clone(),
            what: lost.reason(),
            affected: format!("table {} at instants after {}", lost.table, lost.after),
        };
        Ok(found.into_iter().map(problem).collect())
    }

    fn count_chains(&mut self, chains: &Chains) {
        let summary = &mut self.found.summary;
        summary.timelines += chains.timelines.len() as u64;
        let states = chains.timelines.values().filter_map(Chain::state);
        summary.spans += states
            .map(|(_, manifest)| manifest.spans.len() as u64)
            .sum::<u64>();
        for bytes in chains.realm.sizes() {
            self.count(ObjectKind::RealmManifest, bytes);
        }
        for bytes in chains.timelines.values().flat_map(Chain::sizes) {
            self.count(ObjectKind::TimelineManifest, bytes);
        }
    }

    async fn check_objects(
        &mut self,
        expected: &BTreeMap<String, Expected>,
    ) -> Result<Vec<Checked>, ArchiveError> {
        let (reader, progress) = (&self.reader, &self.progress);
        let mut checks = futures::stream::iter(expected.values())
            .map(|expected| async move {
                let checked = reader.check(expected).await;
                if let Ok(checked) = &checked {
                    progress.read(checked.bytes);
                }
                checked
            })
            .buffer_unordered(self.parallel);
        let mut bad = Vec::new();
        let summary = &mut self.found.summary;
        while let Some(checked) = checks.next().await {
            let checked = checked?;
            if !checked.is_missing {
                summary
                    .kinds
                    .entry(checked.kind)
                    .or_default()
                    .add(checked.bytes);
            }
            summary.rows += checked.rows;
            if !checked.wrong.is_empty() {
                bad.push(checked);
            }
        }
        Ok(bad)
    }

    /// What is wrong with objects, after a second look at what is missing: the server may have
    /// let it go meanwhile.
    async fn object_problems(
        &self,
        realm: &Realm,
        chains: &Chains,
        expected: &BTreeMap<String, Expected>,
        mut bad: Vec<Checked>,
    ) -> Result<Vec<Problem>, ArchiveError> {
        if bad.iter().any(|checked| checked.is_missing) {
            let still_named = self.named_now(realm).await?;
            bad.retain(|checked| {
                let needed = expected
                    .get(&checked.path)
                    .is_some_and(|expected| expected.is_current);
                !checked.is_missing
                    || (needed
                        && still_named
                            .as_ref()
                            .is_none_or(|named| named.contains(&checked.path)))
            });
        }
        let unreadable: Vec<String> = bad.iter().map(|checked| checked.path.clone()).collect();
        let describe = |path: &str| {
            let Some((_, manifest)) = chains.realm.state() else {
                return String::new();
            };
            let timelines = chains.timelines.values().filter_map(Chain::state);
            let timelines: Vec<_> = timelines.map(|(_, timeline)| timeline).collect();
            structure::affected(manifest, &timelines, path, &unreadable)
        };
        let problems = bad.iter().flat_map(|checked| {
            let affected = describe(&checked.path);
            checked.wrong.iter().map(move |what| Problem {
                path: checked.path.clone(),
                what: what.clone(),
                affected: affected.clone(),
            })
        });
        Ok(problems.collect())
    }

    /// Everything that the newest manifests name now; `None` if they cannot be read.
    async fn named_now(&self, realm: &Realm) -> Result<Option<BTreeSet<String>>, ArchiveError> {
        let (store, master) = (&self.reader.store, self.reader.master.as_deref());
        match RealmState::load(store, master, realm).await {
            Ok(Some(state)) => {
                let segments = state.manifest.segments.into_iter();
                let files = state
                    .timelines
                    .values()
                    .flat_map(|timeline| timeline.manifest.files().map(|file| file.path.clone()));
                Ok(Some(
                    segments.map(|entry| entry.path).chain(files).collect(),
                ))
            }
            Err(error @ ArchiveError::Away(_)) => Err(error),
            Ok(None) | Err(_) => Ok(None),
        }
    }

    /// Objects of a realm that no manifest names.
    async fn unnamed(
        &mut self,
        realm: &Realm,
        listed: Vec<(String, u64)>,
        expected: &BTreeMap<String, Expected>,
    ) -> Result<(), ArchiveError> {
        let unnamed = listed
            .into_iter()
            .filter(|(path, _)| !expected.contains_key(path))
            .filter(|(path, _)| !layout::is_manifest(realm, path));
        let unnamed: Vec<_> = unnamed.collect();
        if unnamed.is_empty() {
            return Ok(());
        }
        // Put before the list was made, and named by a manifest since.
        let named = self.named_now(realm).await?.unwrap_or_default();
        for (path, _) in unnamed {
            if named.contains(&path) {
                continue;
            }
            let Some(kind) = layout::file_kind(realm, &path) else {
                self.note(&path, "not an object of an archive; it was not looked at");
                continue;
            };
            let checked = self.reader.check(&Expected::unnamed(kind, &path)).await?;
            if checked.is_missing {
                continue;
            }
            self.count(checked.kind, checked.bytes);
            if checked.wrong.is_empty() {
                self.note(
                    &path,
                    "nothing names it; a crash leaves such files, and the server deletes them",
                );
            }
            for what in checked.wrong {
                self.problem(&path, what, "nothing: no manifest names it");
            }
        }
        Ok(())
    }

    fn count(&mut self, kind: ObjectKind, bytes: u64) {
        self.found.summary.kinds.entry(kind).or_default().add(bytes);
        self.progress.read(bytes);
    }

    fn problem(&mut self, path: &str, what: impl Into<String>, affected: impl Into<String>) {
        self.found.problems.push(Problem {
            path: path.to_owned(),
            what: what.into(),
            affected: affected.into(),
        });
    }

    fn note(&mut self, path: &str, what: &str) {
        self.found.notes.push(Note {
            path: path.to_owned(),
            what: what.to_owned(),
        });
    }
}

/// Every object that manifests of a realm name, the newest ones' first.
fn expected_objects(chains: &Chains) -> BTreeMap<String, Expected> {
    let mut expected = BTreeMap::new();
    let mut expect = |object: Expected| {
        expected.entry(object.path.clone()).or_insert(object);
    };
    if let Some((manifest, is_newest)) = chains.realm.newest_readable() {
        let segments = manifest.segments.iter();
        segments.for_each(|entry| expect(Expected::segment(entry, is_newest)));
    }
    for (manifest, is_newest) in chains.timelines.values().filter_map(Chain::newest_readable) {
        Expected::files(manifest, is_newest).for_each(&mut expect);
    }
    for manifest in chains.realm.older() {
        let segments = manifest.segments.iter();
        segments.for_each(|entry| expect(Expected::segment(entry, false)));
    }
    for manifest in chains.timelines.values().flat_map(Chain::older) {
        Expected::files(manifest, false).for_each(&mut expect);
    }
    expected
}
