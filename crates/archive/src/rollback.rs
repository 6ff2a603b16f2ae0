//! Noticing that a timeline's newest manifest has gone.
//!
//! Without it the one before is the newest, and tells of a smaller C. Segments up to D have been
//! dropped all the same, so reading by the greater of the two would leave out the changes
//! between them, and nobody would know: a wrong history. What gives it away are the deltas that
//! the lost manifest has named, for a file is deleted only after a manifest that no longer names
//! it. A delta that no manifest names, and that holds changes of the open span after C and up to
//! D, cannot come from a crash: D is raised only after C, and C by the manifest that names the
//! delta, or another one with the same changes.
//!
//! So this is looked for before a realm is opened (nothing is deleted before), and by
//! verification. It costs one listing; only what looks suspicious is opened. It cannot notice a
//! manifest without which nothing is missing that is in the window, such as one that added a pin.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_kms::MasterKey;
use anywhen_model::{CommitTimestamp, Realm, TableId};
use tokio::runtime::Handle;

use crate::ArchiveError;
use crate::data_file::cursor::{FilesCursor, Reading, SourceFile};
use crate::layout;
use crate::manifest::TimelineManifest;
use crate::realm::blocking;
use crate::sealed::Kind;
use crate::store::Store;

/// A timeline whose newest manifest is not the newest that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RolledBack {
    pub(crate) table: TableId,
    /// The manifest that should follow the newest one.
    pub(crate) lost: String,
    /// From here on changes are missing.
    pub(crate) after: CommitTimestamp,
    /// The delta that gives it away.
    pub(crate) delta: String,
}

impl RolledBack {
    pub(crate) fn reason(&self) -> String {
        format!(
            "it is missing, or one after it: {} holds changes after {} that no other object has, \
             and no manifest names it",
            self.delta, self.after
        )
    }

    pub(crate) fn into_error(self) -> ArchiveError {
        ArchiveError::damaged(&self.lost, self.reason())
    }
}

/// Timelines of a realm that have lost their newest manifest. `dropped_through` must have been
/// read before the timelines.
pub(crate) async fn find(
    store: &Arc<Store>,
    master: &Arc<MasterKey>,
    realm: &Realm,
    dropped_through: CommitTimestamp,
    timelines: &BTreeMap<TableId, Arc<TimelineManifest>>,
) -> Result<Vec<RolledBack>, ArchiveError> {
    let suspicious = |path: &str| suspicion(realm, dropped_through, timelines, path).is_some();
    let paths = store
        .list_where(&layout::timelines(realm), suspicious)
        .await?;
    let mut found: BTreeMap<TableId, RolledBack> = BTreeMap::new();
    for path in paths {
        let Some(suspect) = suspicion(realm, dropped_through, timelines, &path) else {
            continue;
        };
        let interval = (suspect.after, dropped_through);
        let holds = holds_changes(store, master, &path, interval).await;
        match holds {
            Ok(true) => drop(found.entry(suspect.table).or_insert(suspect)),
            Ok(false) => {}
            Err(error @ ArchiveError::Away(_)) => return Err(error),
            Err(error) => tracing::warn!(%error, "a file that nothing names cannot be read"),
        }
    }
    Ok(found.into_values().collect())
}

/// What it would mean if this object held changes after C and up to D, if it can at all.
fn suspicion(
    realm: &Realm,
    dropped_through: CommitTimestamp,
    timelines: &BTreeMap<TableId, Arc<TimelineManifest>>,
    path: &str,
) -> Option<RolledBack> {
    let (table, from, to) = layout::delta_interval(realm, path)?;
    let manifest = timelines.get(&table)?;
    let span = manifest.open_span()?;
    let after = span.covered_through.max(span.opened_at);
    let overlaps = after < dropped_through && from < dropped_through && to > after;
    if !overlaps || manifest.files().any(|file| file.path == path) {
        return None;
    }
    let folder = layout::timeline_manifests(realm, table);
    Some(RolledBack {
        table,
        lost: layout::manifest(&folder, manifest.head.number + 1),
        after,
        delta: path.to_owned(),
    })
}

/// Whether a delta has a change in `(after, through]`.
async fn holds_changes(
    store: &Arc<Store>,
    master: &Arc<MasterKey>,
    path: &str,
    (after, through): (CommitTimestamp, CommitTimestamp),
) -> Result<bool, ArchiveError> {
    let (length, _) = store.stream(path).await?;
    let reading = Reading::new(Arc::clone(store), Handle::current(), Arc::clone(master));
    let file = SourceFile {
        kind: Kind::Delta,
        path: path.to_owned(),
        length,
    };
    blocking(move || {
        let mut rows = FilesCursor::whole(reading, file);
        while let Some(change) = rows.next()? {
            if change.timestamp > after && change.timestamp <= through {
                return Ok(true);
            }
        }
        Ok(false)
    })
    .await
}
