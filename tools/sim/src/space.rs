//! How large an archive may be once it has come to rest: what is kept, and little more.
//!
//! The bound follows from the rules by which the archive cuts, merges and makes files, for a
//! timeline with `logged` bytes of changes in all its life. With a file size F, a keyframe at
//! least every K bytes (and every half of the table), runs of f deltas merged up to M bytes:
//!
//! * A keyframe is due once more than K have been logged since the last one, so `logged / K` are
//!   made, beside the first of the span and one for each backup that the window has left.
//! * What made the next one due was also more than half of the keyframe, so all but the last have
//!   `2 * logged`. That one, and each of a backup, is no larger than the table with all its items
//!   at their largest.
//! * Deltas between two keyframes are merged until no f neighbours fit into M. They lie in runs
//!   of less than f, and two neighbouring runs have more than M together: between all keyframes
//!   there are `2 * logged / M` runs, and one more for each interval. Deltas above the smallest
//!   size class are merged less eagerly; each has at least the size of that class.
//! * What has n bytes is cut into `n / F` files and a last one that is not full.
//! * Fewer segments than are sorted out together wait for more.
//!
//! The system's own records have a timeline as tables have, and in a short life with many
//! backups and restores it is the largest one.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::ensure;
use anywhen_archive::{ArchiverConfig, ObjectKind, Verification};
use anywhen_model::TableId;

use crate::facts::{Facts, Run};
use crate::lives::SETTLED_WITHIN;
use crate::server::Server;
use crate::trace::note;

/// What the change log may hold once everything is archived: the record of a moment ago.
const BACKLOG_BYTES_MAX: u64 = 16 * 1024;
/// Deltas up to here are of the smallest size class.
const SMALL_DELTA_BYTES: u64 = 64 * 1024;
/// What a file has beside its rows.
const FILE_OVERHEAD_BYTES: u64 = 3_000;

/// Once what nothing names has had its grace, the archive holds what is kept and little more.
pub(crate) async fn check_space(run: &Run, server: &Server) -> anyhow::Result<()> {
    tokio::time::sleep(run.ground.grace() * 2).await;
    let backlog = server.backlog_bytes();
    ensure!(
        backlog <= BACKLOG_BYTES_MAX,
        "the change log still holds {backlog} bytes"
    );
    let found = without_garbage(run).await?;
    let mut facts = run.facts();
    let timelines = timelines(run, &facts);
    let total = found.summary.total();
    facts.done.objects = total.objects;
    facts.done.archive_bytes = total.bytes;
    facts.done.timelines = timelines.len() as u64;
    facts.done.kept_bytes = timelines.iter().map(|timeline| timeline.logged_bytes).sum();
    facts.done.kept_backups = facts.backups.len() as u64;
    let data = [ObjectKind::Segment, ObjectKind::Delta, ObjectKind::Keyframe]
        .map(|kind| found.summary.kinds.get(&kind).copied().unwrap_or_default());
    let files: u64 = data.iter().map(|tally| tally.objects).sum();
    let bytes: u64 = data.iter().map(|tally| tally.bytes).sum();
    let (files_max, bytes_max) = bound(run.ground.archiver(), &timelines);
    let told = format!("{files} files of {bytes} bytes are kept");
    let done = facts.done;
    note!(
        run.ground.trace,
        "space: {told}, at most {files_max} of {bytes_max}: {done:?}"
    );
    ensure!(
        files <= files_max && bytes <= bytes_max,
        "{told}, at most {files_max} of {bytes_max} should be: {done:?}"
    );
    Ok(())
}

/// Waits until nothing is left that no manifest names.
async fn without_garbage(run: &Run) -> anyhow::Result<Verification> {
    let deadline = tokio::time::Instant::now() + SETTLED_WITHIN;
    loop {
        let found = run.ground.verify().await?;
        let problems: Vec<_> = found.problems.iter().map(ToString::to_string).collect();
        ensure!(problems.is_empty(), "the archive is damaged: {problems:#?}");
        if found.notes.is_empty() {
            return Ok(found);
        }
        let notes: Vec<_> = found.notes.iter().map(ToString::to_string).collect();
        ensure!(
            tokio::time::Instant::now() < deadline,
            "garbage that nothing collects: {notes:#?}"
        );
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}

/// What bounds a timeline.
#[derive(Debug, Default)]
struct Timeline {
    logged_bytes: u64,
    /// No keyframe has more.
    whole_bytes: u64,
    backups: u64,
}

/// Those that something is kept of: the system's, and of tables with history or backups.
fn timelines(run: &Run, facts: &Facts) -> Vec<Timeline> {
    let mut backups: BTreeMap<TableId, u64> = BTreeMap::new();
    for backup in &facts.backups {
        *backups.entry(backup.record.table.id).or_default() += 1;
    }
    for table in facts.tables.values() {
        if table.history.is_some() {
            backups.entry(table.id).or_default();
        }
    }
    let logged_bytes = |table| run.ground.logged.bytes(table);
    let system_bytes = logged_bytes(TableId::SYSTEM);
    let system = Timeline {
        logged_bytes: system_bytes,
        whole_bytes: system_bytes,
        backups: 0,
    };
    let tables = backups.into_iter().map(|(table, backups)| Timeline {
        logged_bytes: logged_bytes(table),
        whole_bytes: facts.oracle.whole_bytes(table),
        backups,
    });
    std::iter::once(system).chain(tables).collect()
}

/// Files, and their bytes; see the module head.
fn bound(archiver: &ArchiverConfig, timelines: &[Timeline]) -> (u64, u64) {
    let of_all = timelines
        .iter()
        .map(|timeline| timeline.bound(archiver))
        .fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let files = of_all.0 + archiver.sort_segments as u64;
    (files, of_all.1 + files * FILE_OVERHEAD_BYTES)
}

impl Timeline {
    /// Files, and the bytes of their rows.
    fn bound(&self, archiver: &ArchiverConfig) -> (u64, u64) {
        let logged = self.logged_bytes;
        let grown = logged / archiver.keyframe_bytes_min;
        let keyframes = 1 + grown + self.backups;
        let keyframe_bytes = 2 * logged + (1 + self.backups) * self.whole_bytes;
        let merged_bytes = archiver.merge_bytes_max.min(SMALL_DELTA_BYTES);
        let runs = 1 + grown + 2 * logged / merged_bytes;
        let deltas = runs * (archiver.delta_fan_in as u64 - 1);
        let bytes = keyframe_bytes + logged;
        let cuts = bytes / archiver.file_bytes_max;
        (keyframes + deltas + cuts, bytes)
    }
}
