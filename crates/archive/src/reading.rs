//! Reading a table as of an instant: the plan, and the sources it merges.

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId};
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::merge::{LiveChanges, Merge, MergedItems, Reading, Source, SourceFile};
use crate::plan::{FileKind, KeyRange, RestorePlan};
use crate::planning::Planning;
use crate::realm::RealmArchive;
use crate::sealed::Kind;
use crate::segment;

/// How often manifests are read again when a file they name has gone meanwhile.
const PLAN_ATTEMPTS: usize = 3;

impl RealmArchive {
    /// The files that together are the table at `at`, which must be archived, and in the
    /// window or pinned. Hold a [`crate::PinKind::Restore`] pin at `at` while reading by it.
    pub async fn plan(
        &self,
        table: TableId,
        at: CommitTimestamp,
    ) -> Result<RestorePlan, ArchiveError> {
        let archived_through = self.status.borrow().archived_through;
        if at > archived_through && !self.is_exact(table, at)? {
            return Err(ArchiveError::NotArchived {
                at,
                archived_through,
            });
        }
        self.plan_without(table, at, Vec::new()).await
    }

    /// Another plan for the same table and instant, after reading by `plan` has failed with
    /// `error`: one that does without the object that could not be read. `None` if the error is
    /// of another kind, or if nothing else holds what that object did.
    pub async fn plan_around(
        &self,
        plan: &RestorePlan,
        error: &ArchiveError,
    ) -> Option<RestorePlan> {
        let path = error.unreadable_object()?;
        if plan.avoided.iter().any(|avoided| avoided == path) {
            return None;
        }
        let mut avoided = plan.avoided.clone();
        avoided.push(path.to_owned());
        let other = self.plan_without(plan.table, plan.at, avoided).await.ok()?;
        tracing::warn!(%error, table = %plan.table, at = %plan.at, "read around an unreadable object");
        Some(other)
    }

    /// The plan that does without `avoided`, and without whatever proves unreadable while it is
    /// made.
    async fn plan_without(
        &self,
        table: TableId,
        at: CommitTimestamp,
        mut avoided: Vec<String>,
    ) -> Result<RestorePlan, ArchiveError> {
        let mut attempts = PLAN_ATTEMPTS;
        let mut cause: Option<ArchiveError> = None;
        loop {
            attempts = attempts.saturating_sub(1);
            let error = match self.plan_once(table, at, &avoided).await {
                Err(error) => error,
                planned => return planned,
            };
            match error.unreadable_object() {
                // Sorted out and deleted since the manifest was read: read both again.
                Some(_) if matches!(error, ArchiveError::Missing { .. }) && attempts > 0 => {}
                Some(path) if !avoided.iter().any(|avoided| avoided == path) => {
                    avoided.push(path.to_owned());
                    cause.get_or_insert(error);
                }
                // No way around: what stands in the way says more than that there is none.
                _ => return Err(cause.unwrap_or(error)),
            }
        }
    }

    async fn plan_once(
        &self,
        table: TableId,
        at: CommitTimestamp,
        avoided: &[String],
    ) -> Result<RestorePlan, ArchiveError> {
        let timeline = self.timeline(table)?;
        // The realm's first: what it no longer lists, the timeline has already.
        let realm_manifest = self.ledger.current();
        let manifest = timeline.ledger.current();
        let planning = Planning {
            archive_id: self.archive.id(),
            realm: &self.realm,
            realm_manifest: &realm_manifest,
            timeline: &manifest,
            wrapped: &timeline.ledger.key().wrapped,
        };
        let files = planning.files_at(at, avoided)?;
        let mut directories = Vec::with_capacity(files.segments.len());
        for entry in &files.segments {
            directories.push(self.directory(entry).await?);
        }
        Ok(planning.plan(at, avoided, &files, &directories))
    }

    /// The items of a plan whose keys are in the range. Call it and read it on a blocking
    /// thread of a runtime: it fetches from the object store as it goes. Holds about one row
    /// group of each file in memory, and the range's changes in segments.
    pub fn read(&self, plan: &RestorePlan, range: KeyRange) -> Result<MergedItems, ArchiveError> {
        let reading = self.reading();
        let sources = plan_sources(&reading, plan, &range)?;
        Ok(MergedItems::new(LiveChanges::new(
            Merge::new(sources),
            plan.at,
        )))
    }

    pub(crate) fn reading(&self) -> Reading {
        Reading {
            store: Arc::clone(&self.archive.store),
            handle: Handle::current(),
            master: Arc::clone(&self.archive.master),
        }
    }

    /// Whether a keyframe is exactly at the instant; then it can be read however far the log
    /// has been archived.
    pub(crate) fn is_exact(
        &self,
        table: TableId,
        at: CommitTimestamp,
    ) -> Result<bool, ArchiveError> {
        let manifest = self.timeline(table)?.ledger.current();
        let span = manifest.span_of(at);
        Ok(span.is_some_and(|span| span.keyframes.iter().any(|keyframe| keyframe.at == at)))
    }
}

/// One source per keyframe and delta, and one for all segments.
pub(crate) fn plan_sources(
    reading: &Reading,
    plan: &RestorePlan,
    range: &KeyRange,
) -> Result<Vec<Source>, ArchiveError> {
    let mut sources = Vec::new();
    let mut tail = Vec::new();
    let touched = plan
        .files
        .iter()
        .filter(|file| file.rows > 0 && range.touches(&file.key_min, &file.key_max));
    let (blocks, files): (Vec<_>, Vec<_>) =
        touched.partition(|file| file.kind == FileKind::Segment);
    for group in files.chunk_by(|a, b| (a.kind, a.from, a.to) == (b.kind, b.from, b.to)) {
        let group = group.iter().map(|file| SourceFile {
            kind: if file.kind == FileKind::Keyframe {
                Kind::Keyframe
            } else {
                Kind::Delta
            },
            path: file.path.clone(),
            length: file.length,
        });
        sources.push(Source::files(
            reading.clone(),
            range.clone(),
            group.collect(),
        ));
    }
    for file in blocks {
        let (offset, length) = file
            .block
            .ok_or_else(|| ArchiveError::damaged(&file.path, "the plan names no block in it"))?;
        let read = segment::read_block(
            &reading.store,
            &file.path,
            plan.table,
            offset,
            length,
            &reading.master,
        );
        let changes = reading.handle.block_on(read)?;
        tail.extend(changes.into_iter().filter(|change| {
            change.timestamp > file.from
                && change.timestamp <= plan.at
                && range.contains(&change.key)
        }));
    }
    sources.push(Source::memory(tail));
    Ok(sources)
}
