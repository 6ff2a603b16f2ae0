//! Reading a table as of an instant: the plan, and the sources it merges.

use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId};
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::manifest::DataFile;
use crate::merge::{LiveChanges, Merge, MergedItems, Reading, Source, SourceFile};
use crate::plan::{FileKind, KeyRange, PlannedFile, RestorePlan};
use crate::realm::RealmArchive;
use crate::sealed::Kind;
use crate::segment::{self, BlockEntry};
use crate::timeline;

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
        for _ in 1..PLAN_ATTEMPTS {
            match self.plan_once(table, at).await {
                // Sorted out and deleted since the manifest was read: read both again.
                Err(ArchiveError::Missing { .. }) => {}
                planned => return planned,
            }
        }
        self.plan_once(table, at).await
    }

    async fn plan_once(
        &self,
        table: TableId,
        at: CommitTimestamp,
    ) -> Result<RestorePlan, ArchiveError> {
        let timeline = self.timeline(table)?;
        // The realm's first: what it no longer lists, the timeline has already.
        let realm_manifest = self.ledger.current();
        let manifest = timeline.ledger.current();
        let files = timeline::files_at(&realm_manifest, &manifest, at)?;
        let mut planned: Vec<PlannedFile> = Vec::new();
        planned.extend(files.keyframe.files.iter().map(|file| {
            planned_file(
                file,
                FileKind::Keyframe,
                files.keyframe.at,
                files.keyframe.at,
            )
        }));
        for delta in &files.deltas {
            let file = |file| planned_file(file, FileKind::Delta, delta.from, delta.to);
            planned.extend(delta.files.iter().map(file));
        }
        for entry in &files.segments {
            let directory = self.directory(entry).await?;
            let touches = |block: &&BlockEntry| block.last > files.tail_after && block.first <= at;
            let Some(block) = directory.block(table).filter(touches) else {
                continue;
            };
            planned.push(PlannedFile {
                path: entry.path.clone(),
                length: entry.length,
                hash: entry.hash.clone(),
                kind: FileKind::Segment,
                from: entry.from.max(files.tail_after),
                to: entry.to,
                key_min: block.key_min.clone(),
                key_max: block.key_max.clone(),
                rows: block.rows,
                bytes: block.bytes,
                block: Some((block.offset, block.length)),
            });
        }
        Ok(RestorePlan {
            archive_id: self.archive.id().to_owned(),
            realm: self.realm.clone(),
            table,
            at,
            wrapped: timeline.ledger.key().wrapped.clone(),
            estimated_rows: planned.iter().map(|file| file.rows).sum(),
            estimated_bytes: planned.iter().map(|file| file.bytes).sum(),
            files: planned,
        })
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

fn planned_file(
    file: &DataFile,
    kind: FileKind,
    from: CommitTimestamp,
    to: CommitTimestamp,
) -> PlannedFile {
    PlannedFile {
        path: file.path.clone(),
        length: file.length,
        hash: file.hash.clone(),
        kind,
        from,
        to,
        key_min: file.key_min.clone(),
        key_max: file.key_max.clone(),
        rows: file.rows,
        bytes: file.bytes,
        block: None,
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
