//! When a table was written, and how much, as far as manifests and the directories of segments tell:
//! no change is read.
//!
//! A delta counts the changes of an interval, a segment those between the first and the last of it.
//! How they are spread within is not known. Deltas are merged as they age, so what is long ago is
//! told in longer intervals.

use anywhen_model::{CommitTimestamp, TableId};

use crate::ArchiveError;
use crate::manifest::{DataFile, Span, TimelineManifest};
use crate::realm::RealmArchive;

/// Changes of a table in `(from, to]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Before the first of them.
    pub from: CommitTimestamp,
    /// Not before the last of them.
    pub to: CommitTimestamp,
    /// How many.
    pub changes: u64,
    /// Bytes of their keys and items.
    pub bytes: u64,
}

impl RealmArchive {
    /// What the archive still has of a table's changes, in order of time. Empty for a table without
    /// history. Reads directories of segments that this process has not read yet.
    pub async fn written(&self, table: TableId) -> Result<Vec<Written>, ArchiveError> {
        // The realm's manifest first: changes that leave its segments are in the timeline by then.
        let realm = self.ledger.current();
        let Ok(timeline) = self.timeline(table) else {
            return Ok(Vec::new());
        };
        let manifest = timeline.ledger.current();
        let mut written = in_deltas(&manifest);
        let covered = manifest.spans.iter().map(|span| span.covered_through);
        let covered = covered.max().unwrap_or_default();
        for segment in realm.segments.iter().filter(|segment| segment.to > covered) {
            let directory = self.directory(segment).await?;
            written.extend(directory.block(table).map(|block| Written {
                from: block.first.previous(),
                to: block.last,
                changes: block.rows,
                bytes: block.bytes,
            }));
        }
        Ok(written)
    }

    /// Bytes of the realm's newest manifests and of all objects that they name. Older manifests,
    /// of which each chain keeps some, and what waits for its removal are not counted.
    pub fn stored_bytes(&self) -> u64 {
        let lengths = |lengths: &mut dyn Iterator<Item = u64>| -> u64 { lengths.sum() };
        let manifest = self.ledger.current();
        let segments = lengths(&mut manifest.segments.iter().map(|segment| segment.length));
        let timelines = self.all_timelines().into_iter().map(|timeline| {
            let files = lengths(&mut timeline.ledger.current().files().map(|file| file.length));
            files + timeline.ledger.stored_bytes()
        });
        self.ledger.stored_bytes() + segments + timelines.sum::<u64>()
    }
}

fn in_deltas(manifest: &TimelineManifest) -> Vec<Written> {
    let deltas = manifest.spans.iter().flat_map(|span: &Span| &span.deltas);
    let counted = deltas.map(|delta| {
        let sum = |count: fn(&DataFile) -> u64| delta.files.iter().map(count).sum();
        Written {
            from: delta.from,
            to: delta.to,
            changes: sum(|file| file.rows),
            bytes: sum(|file| file.bytes),
        }
    });
    counted.filter(|written| written.changes > 0).collect()
}
