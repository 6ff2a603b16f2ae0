//! Planning: from manifests to the list of objects that together are a table at an instant, also
//! when some of them cannot be read.
//!
//! A plan usually takes the newest keyframe and the deltas and segments after it
//! ([`timeline::files_at`]). Where an object of it is damaged or missing, an older keyframe with
//! all deltas since, or segments that have not been dropped yet, may tell the same
//! ([`files_at_without`]). Always true: whatever is left out, the files that are answered hold
//! every change of the span up to the instant. If no such files are left there is no plan, and
//! never a plan with a hole.

use std::sync::Arc;

use anywhen_kms::WrappedKey;
use anywhen_model::{CommitTimestamp, Realm};

use crate::ArchiveError;
use crate::manifest::{
    DataFile, Delta, Keyframe, RealmManifest, SegmentEntry, Span, TimelineManifest,
};
use crate::plan::{FileKind, PlannedFile, RestorePlan};
use crate::segment::{BlockEntry, Directory};
use crate::timeline::{self, FilesAt};

/// What a plan is made from.
pub(crate) struct Planning<'a> {
    pub(crate) archive_id: &'a str,
    pub(crate) realm: &'a Realm,
    pub(crate) realm_manifest: &'a RealmManifest,
    pub(crate) timeline: &'a TimelineManifest,
    pub(crate) wrapped: &'a WrappedKey,
}

impl Planning<'_> {
    /// The files of an instant that do without the objects in `avoided`.
    pub(crate) fn files_at(
        &self,
        at: CommitTimestamp,
        avoided: &[String],
    ) -> Result<FilesAt<'_>, ArchiveError> {
        files_at_without(self.realm_manifest, self.timeline, at, avoided)
    }

    /// The plan that reads these files; `directories` are those of its segments, in order.
    pub(crate) fn plan(
        &self,
        at: CommitTimestamp,
        avoided: &[String],
        files: &FilesAt<'_>,
        directories: &[Arc<Directory>],
    ) -> RestorePlan {
        let table = self.timeline.table;
        let mut planned: Vec<PlannedFile> = Vec::new();
        let keyframe = files.keyframe;
        let file = |file| planned_file(file, FileKind::Keyframe, keyframe.at, keyframe.at);
        planned.extend(keyframe.files.iter().map(file));
        for delta in &files.deltas {
            let file = |file| planned_file(file, FileKind::Delta, delta.from, delta.to);
            planned.extend(delta.files.iter().map(file));
        }
        let touches = |block: &&BlockEntry| block.last > files.tail_after && block.first <= at;
        for (entry, directory) in files.segments.iter().zip(directories) {
            if let Some(block) = directory.block(table).filter(touches) {
                planned.push(planned_block(entry, block, files.tail_after));
            }
        }
        RestorePlan {
            archive_id: self.archive_id.to_owned(),
            realm: self.realm.clone(),
            table,
            at,
            wrapped: self.wrapped.clone(),
            estimated_rows: planned.iter().map(|file| file.rows).sum(),
            estimated_bytes: planned.iter().map(|file| file.bytes).sum(),
            files: planned,
            avoided: avoided.to_vec(),
        }
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

fn planned_block(entry: &SegmentEntry, block: &BlockEntry, after: CommitTimestamp) -> PlannedFile {
    PlannedFile {
        path: entry.path.clone(),
        length: entry.length,
        hash: entry.hash.clone(),
        kind: FileKind::Segment,
        from: entry.from.max(after),
        to: entry.to,
        key_min: block.key_min.clone(),
        key_max: block.key_max.clone(),
        rows: block.rows,
        bytes: block.bytes,
        block: Some((block.offset, block.length)),
    }
}

/// As [`timeline::files_at`], without the objects in `avoided`: the newest keyframe that can be
/// read and from which readable deltas, and then segments, lead to the instant without a hole.
pub(crate) fn files_at_without<'a>(
    realm: &'a RealmManifest,
    timeline: &'a TimelineManifest,
    at: CommitTimestamp,
    avoided: &[String],
) -> Result<FilesAt<'a>, ArchiveError> {
    let direct = timeline::files_at(realm, timeline, at)?;
    let way = Way {
        realm,
        timeline,
        at,
        avoided,
    };
    if way.readable(&direct) {
        return Ok(direct);
    }
    // `files_at` has found the span and that the instant is kept.
    let keyframes = timeline.span_of(at).into_iter().flat_map(|span| {
        let before = span.keyframes.iter().rev();
        before
            .filter(|keyframe| keyframe.at <= at)
            .map(move |keyframe| (span, keyframe))
    });
    keyframes
        .filter_map(|(span, keyframe)| way.leading_from(span, keyframe))
        .find(|files| way.readable(files))
        .ok_or_else(|| ArchiveError::Gap {
            table: timeline.table,
            reason: format!("nothing leads to {at} without {}", avoided.join(", ")),
        })
}

/// A way to an instant around objects that cannot be read.
struct Way<'a, 'b> {
    realm: &'a RealmManifest,
    timeline: &'a TimelineManifest,
    at: CommitTimestamp,
    avoided: &'b [String],
}

impl<'a> Way<'a, '_> {
    fn avoids(&self, path: &str) -> bool {
        self.avoided.iter().any(|avoided| avoided == path)
    }

    fn readable(&self, files: &FilesAt<'_>) -> bool {
        let deltas = files.deltas.iter().flat_map(|delta| &delta.files);
        let data = files.keyframe.files.iter().chain(deltas);
        !data.map(|file| &file.path).any(|path| self.avoids(path))
            && !files.segments.iter().any(|entry| self.avoids(&entry.path))
    }

    /// What leads from a keyframe to the instant: deltas as far as they can be read, then
    /// segments. `None` if there is a hole.
    fn leading_from(&self, span: &'a Span, keyframe: &'a Keyframe) -> Option<FilesAt<'a>> {
        let needed = self.at.min(span.covered_through);
        let mut reached = keyframe.at;
        let mut deltas: Vec<&Delta> = Vec::new();
        for delta in span.deltas_in(keyframe.at, self.at) {
            let readable = !delta.files.iter().any(|file| self.avoids(&file.path));
            if delta.from > reached || !readable {
                break;
            }
            reached = reached.max(delta.to);
            deltas.push(delta);
        }
        let tail_after = if reached >= needed {
            span.coverage(self.realm).max(keyframe.at)
        } else {
            // Segments tell what the rest of the deltas would have told, if none of them that
            // is needed has been dropped.
            let last = self.realm.segments.last()?;
            (last.to >= needed).then_some(reached)?
        };
        let segments = if tail_after < self.at {
            timeline::tail(self.realm, self.timeline.table, tail_after, self.at).ok()?
        } else {
            Vec::new()
        };
        Some(FilesAt {
            keyframe,
            deltas,
            segments,
            tail_after,
        })
    }
}

#[cfg(test)]
mod tests;
