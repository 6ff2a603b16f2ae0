//! Sorting segments out into deltas, merging deltas, making keyframes: all from the archive
//! itself, never from the serving engine.
//!
//! Each step writes new files first, then a timeline manifest that names them and no longer
//! what they replace, and only then the realm manifest that no longer lists segments. A crash
//! between two steps repeats work and loses nothing.
//!
//! The steps run beside each other and beside span changes without locks. Each is computed
//! from a manifest, and its result is taken into the newest manifest only if what it was
//! computed from still stands there: a delta begins where the chain of deltas ends, merged
//! deltas are all still present, a keyframe's span still exists. Otherwise the result is
//! dropped and the step is tried again when it is due.
//!
//! All of it is [`crate::background`] work, unless segments have piled up.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId};
use bytes::Bytes;

use crate::ArchiveError;
use crate::background::{Pace, background};
use crate::change::Change;
use crate::keyframe::write_files;
use crate::layout;
use crate::manifest::{
    DataFile, Delta, Keyframe, RealmManifest, SegmentEntry, Span, TimelineManifest,
};
use crate::merge::{LiveChanges, Merge, Source, SourceFile};
use crate::new_files::NewFiles;
use crate::plan::KeyRange;
use crate::reading::plan_sources;
use crate::realm::{RealmArchive, TableTimeline};
use crate::sealed::{Kind, SealingKey};
use crate::segment;
use crate::timeline::{pins_to_frame, total_bytes};

/// Segments sorted out in one go; bounds memory.
const SORT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Segments that are due this many times over are not put off any longer.
const LATE_FACTOR: u64 = 8;
/// The smallest size class of deltas; each class is [`TIER_FACTOR`] times the one below.
const TIER_BYTES: u64 = 64 * 1024;
const TIER_FACTOR: u64 = 4;

impl RealmArchive {
    /// Whether enough segments have piled up to be sorted out.
    pub(crate) fn sort_is_due(&self) -> bool {
        let manifest = self.ledger.current();
        let config = self.config.read();
        manifest.segments.len() >= config.sort_segments
            || segment_bytes(&manifest) >= config.sort_bytes
    }

    /// Whoever has fallen far behind gives way no longer: what is not sorted out makes every
    /// restore slower.
    fn pace(&self) -> Pace {
        let late = self.config.read().sort_bytes.saturating_mul(LATE_FACTOR);
        if segment_bytes(&self.ledger.current()) > late {
            Pace::Prompt
        } else {
            Pace::Leisurely
        }
    }

    /// Sorts the oldest segments out into deltas of their tables, and drops them. Answers
    /// whether there was anything to do.
    pub(crate) async fn sort_out(self: &Arc<Self>) -> Result<bool, ArchiveError> {
        self.refuse_fenced()?;
        // The manifest before the announcements: see `sortable_through`.
        let manifest = self.ledger.current();
        let limit = self.sortable_through();
        let batch = oldest_segments(&manifest, limit);
        let Some(through) = batch.last().map(|segment| segment.to) else {
            return Ok(false);
        };
        for (table, changes) in self.kept_changes(&batch).await? {
            self.append_delta(table, through, changes).await?;
        }
        self.note_sorted(through);
        let dropped = self.drop_segments(through).await?;
        tracing::debug!(realm = %self.realm, segments = dropped.len(), %through, "sorted out");
        self.discard_segments(dropped);
        Ok(true)
    }

    /// The changes in some segments, by table. Only of tables whose span is open or in the
    /// making: of a closed one nothing is needed any more, closing has seen to that.
    async fn kept_changes(
        &self,
        segments: &[SegmentEntry],
    ) -> Result<BTreeMap<TableId, Vec<Change>>, ArchiveError> {
        let mut by_table: BTreeMap<TableId, Vec<Change>> = BTreeMap::new();
        for entry in segments {
            let (directory, bytes) =
                segment::read_all(&self.archive.store, entry, &self.archive.master).await?;
            let mut wanted = Vec::new();
            for block in &directory.blocks {
                if self.chain_end(block.table).await?.is_some() {
                    let sealed = segment::slice_block(&entry.path, block, &bytes)?;
                    wanted.push((block.table, sealed));
                }
            }
            for (table, changes) in self.open_blocks(&entry.path, wanted).await? {
                by_table.entry(table).or_default().extend(changes);
            }
        }
        Ok(by_table)
    }

    async fn open_blocks(
        &self,
        path: &str,
        blocks: Vec<(TableId, Bytes)>,
    ) -> Result<Vec<(TableId, Vec<Change>)>, ArchiveError> {
        let (path, master) = (path.to_owned(), Arc::clone(&self.archive.master));
        background(self.pace(), move || {
            let open =
                |(table, sealed)| Ok((table, segment::open_block(&path, table, &sealed, &master)?));
            blocks.into_iter().map(open).collect()
        })
        .await
    }

    /// Where the deltas of a table end, if its changes are kept. A manifest in doubt is settled
    /// first: it may have opened the span.
    async fn chain_end(&self, table: TableId) -> Result<Option<ChainEnd>, ArchiveError> {
        if let Ok(timeline) = self.timeline(table)
            && let Some(through) = covered_through(&*timeline.ledger.settled().await?)
        {
            return Ok(Some(ChainEnd::Span(timeline, through)));
        }
        let carried = self.carried_through(table);
        Ok(carried.map(|(through, begins_at)| ChainEnd::InTheMaking { through, begins_at }))
    }

    /// Adds a delta of a table's changes in `(C, through]`, and raises C.
    async fn append_delta(
        self: &Arc<Self>,
        table: TableId,
        through: CommitTimestamp,
        changes: Vec<Change>,
    ) -> Result<(), ArchiveError> {
        loop {
            let appended = match self.chain_end(table).await? {
                None => true,
                Some(ChainEnd::Span(timeline, from)) => {
                    let wanted = in_interval(&changes, from, through);
                    self.append_to_span(&timeline, from, through, wanted)
                        .await?
                }
                Some(ChainEnd::InTheMaking {
                    through: from,
                    begins_at,
                }) => {
                    // Before the snapshot there may be a time when the table wrote no log.
                    let wanted = in_interval(&changes, from.max(begins_at), through);
                    self.append_to_carried(table, from, through, wanted).await?
                }
            };
            if appended {
                return Ok(());
            }
        }
    }

    /// Adds a delta to an open span; false if its chain ends elsewhere by now.
    async fn append_to_span(
        self: &Arc<Self>,
        timeline: &TableTimeline,
        from: CommitTimestamp,
        through: CommitTimestamp,
        changes: Vec<Change>,
    ) -> Result<bool, ArchiveError> {
        if changes.is_empty() {
            return Ok(true);
        }
        let files = self.new_files();
        let key = timeline.ledger.key().clone();
        let delta = self
            .write_delta(&files, timeline.table, key, from, through, changes)
            .await?;
        let mut taken = false;
        self.change_timeline(timeline, |manifest| {
            taken = covered_through(manifest) == Some(from);
            Ok(taken.then(|| with_delta(manifest, &delta)))
        })
        .await?;
        if taken {
            files.adopted();
        }
        Ok(taken)
    }

    /// Adds a delta to what is carried for a span in the making; false if it is open by now.
    async fn append_to_carried(
        self: &Arc<Self>,
        table: TableId,
        from: CommitTimestamp,
        through: CommitTimestamp,
        changes: Vec<Change>,
    ) -> Result<bool, ArchiveError> {
        let key = self.pending.lock().get(&table).map(|one| one.key.sealing());
        let Some(key) = key.filter(|_| !changes.is_empty()) else {
            return Ok(true);
        };
        let files = self.new_files();
        let delta = self
            .write_delta(&files, table, key, from, through, changes)
            .await?;
        let _turn = self.opening.lock().await;
        match self.chain_end(table).await? {
            Some(ChainEnd::InTheMaking { .. }) => Ok(self.carry(table, delta, files).is_ok()),
            _ => Ok(false),
        }
    }

    async fn write_delta(
        self: &Arc<Self>,
        files: &NewFiles,
        table: TableId,
        key: SealingKey,
        from: CommitTimestamp,
        to: CommitTimestamp,
        changes: Vec<Change>,
    ) -> Result<Delta, ArchiveError> {
        let merge = Merge::new(vec![Source::memory(changes)]);
        let files = self
            .write_merged_delta(files, table, key, from, to, merge)
            .await?;
        Ok(Delta { from, to, files })
    }

    async fn write_merged_delta(
        self: &Arc<Self>,
        files: &NewFiles,
        table: TableId,
        key: SealingKey,
        from: CommitTimestamp,
        to: CommitTimestamp,
        mut merge: Merge,
    ) -> Result<Vec<DataFile>, ArchiveError> {
        let sink = self.sink(key);
        let bytes_max = self.config.read().file_bytes_max;
        let (realm, names) = (self.realm.clone(), files.names());
        background(self.pace(), move || {
            let path = || names.register(layout::delta(&realm, table, from, to, &*sink.randomness));
            write_files(Kind::Delta, &sink, bytes_max, &path, &mut merge)
        })
        .await
    }

    /// Drops segments up to `through` from the realm manifest, which makes it D.
    async fn drop_segments(&self, through: CommitTimestamp) -> Result<Vec<String>, ArchiveError> {
        let mut dropped = Vec::new();
        let changed = self
            .ledger
            .update(|manifest| {
                if manifest.dropped_through >= through {
                    return Ok(None);
                }
                let (gone, kept): (Vec<_>, Vec<_>) = manifest
                    .segments
                    .iter()
                    .cloned()
                    .partition(|segment| segment.to <= through);
                dropped = gone.into_iter().map(|segment| segment.path).collect();
                let next = RealmManifest {
                    segments: kept,
                    dropped_through: through,
                    ..manifest.clone()
                };
                Ok(Some(next))
            })
            .await;
        self.note_fence(changed)?;
        self.note_fence(self.ledger.check_mine().await)?;
        Ok(dropped)
    }

    /// Closes a timeline's open span at what the realm manifest covers. A pin later than the
    /// span's coverage needs the changes that are still in segments: they become a delta first.
    pub(crate) async fn close_timeline(
        self: &Arc<Self>,
        timeline: &TableTimeline,
    ) -> Result<(), ArchiveError> {
        loop {
            let archived_through = self.status.borrow().archived_through;
            self.raise_archived(archived_through).await?;
            let realm_manifest = self.ledger.current();
            let manifest = timeline.ledger.current();
            let Some(span) = manifest.open_span() else {
                return Ok(());
            };
            let closed_at = realm_manifest.archived_through.max(span.opened_at);
            let (files, delta) = self
                .tail_delta(timeline, &realm_manifest, &manifest, span, closed_at)
                .await?;
            let computed_from = span.covered_through;
            let mut closed = false;
            self.change_timeline(timeline, |manifest| {
                let mut next = match &delta {
                    Some(delta) => with_delta(manifest, delta),
                    None => manifest.clone(),
                };
                let Some(span) = next.open_span_mut() else {
                    closed = true;
                    return Ok(None);
                };
                closed = covered_through(manifest) == Some(computed_from)
                    && (delta.is_some() || !needs_tail(manifest, &realm_manifest));
                span.closed_at = Some(closed_at);
                Ok(closed.then(|| self.without_unneeded(&next)))
            })
            .await?;
            if closed {
                files.adopted();
                return Ok(());
            }
        }
    }

    /// The delta from C to the span's end, if a pin needs it.
    async fn tail_delta(
        self: &Arc<Self>,
        timeline: &TableTimeline,
        realm_manifest: &RealmManifest,
        manifest: &TimelineManifest,
        span: &Span,
        closed_at: CommitTimestamp,
    ) -> Result<(NewFiles, Option<Delta>), ArchiveError> {
        let files = self.new_files();
        if !needs_tail(manifest, realm_manifest) {
            return Ok((files, None));
        }
        let from = span.covered_through;
        let mut changes = Vec::new();
        for entry in &realm_manifest.segments {
            let directory = self.directory(entry).await?;
            let Some(block) = directory.block(timeline.table) else {
                continue;
            };
            let read = segment::read_block(
                &self.archive.store,
                &entry.path,
                timeline.table,
                block.offset,
                block.length,
                &self.archive.master,
            );
            changes.extend(in_interval(&read.await?, from, closed_at));
        }
        let (table, key) = (timeline.table, timeline.ledger.key().clone());
        let delta = self
            .write_delta(&files, table, key, from, closed_at, changes)
            .await?;
        Ok((files, Some(delta)))
    }

    /// Merges runs of small neighbouring deltas of every timeline into larger ones.
    pub(crate) async fn merge_deltas(self: &Arc<Self>) -> Result<(), ArchiveError> {
        for timeline in self.all_timelines() {
            loop {
                let run = {
                    let config = self.config.read();
                    let manifest = timeline.ledger.current();
                    manifest.open_span().and_then(|span| {
                        mergeable_run(span, config.delta_fan_in, config.merge_bytes_max)
                    })
                };
                let Some(run) = run else { break };
                if !self.merge_run(&timeline, run).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Replaces neighbouring deltas by one; false if they had changed meanwhile.
    async fn merge_run(
        self: &Arc<Self>,
        timeline: &TableTimeline,
        run: Vec<Delta>,
    ) -> Result<bool, ArchiveError> {
        let (Some(from), Some(to)) = (run.first().map(|d| d.from), run.last().map(|d| d.to)) else {
            return Ok(false);
        };
        let reading = self.reading();
        let sources = run
            .iter()
            .map(|delta| delta_source(&reading, delta))
            .collect();
        let files = self.new_files();
        let (table, key) = (timeline.table, timeline.ledger.key().clone());
        let merged = self
            .write_merged_delta(&files, table, key, from, to, Merge::new(sources))
            .await?;
        let merged = Delta {
            from,
            to,
            files: merged,
        };
        let mut taken = false;
        self.change_timeline(timeline, |manifest| {
            let next = with_run_replaced(manifest, &run, &merged);
            taken = next.is_some();
            Ok(next)
        })
        .await?;
        if taken {
            files.adopted();
        }
        Ok(taken)
    }

    /// Makes every keyframe that is due: where deltas have grown past their share of the
    /// table, and where a backup outside the window needs one of its own.
    pub(crate) async fn make_keyframes(self: &Arc<Self>) -> Result<(), ArchiveError> {
        for timeline in self.all_timelines() {
            let manifest = timeline.ledger.current();
            let due = {
                let config = self.config.read();
                let next = manifest.open_span().and_then(|span| {
                    next_keyframe(span, config.keyframe_ratio, config.keyframe_bytes_min)
                });
                let pins = pins_to_frame(&manifest, config.pin_keyframe_ratio);
                next.into_iter().chain(pins)
            };
            for at in due {
                self.make_keyframe(&timeline, at).await?;
            }
        }
        Ok(())
    }

    /// Makes a keyframe of what keyframes and deltas tell about an instant.
    pub(crate) async fn make_keyframe(
        self: &Arc<Self>,
        timeline: &TableTimeline,
        at: CommitTimestamp,
    ) -> Result<(), ArchiveError> {
        let plan = match self.plan(timeline.table, at).await {
            Ok(plan) => plan,
            // Unpinned, or out of the window since it was found due.
            Err(ArchiveError::NotKept { .. }) => return Ok(()),
            Err(error) => return Err(error),
        };
        let files = self.new_files();
        let sink = self.sink(timeline.ledger.key().clone());
        let (bytes_max, reading) = (self.config.read().file_bytes_max, self.reading());
        let (realm, table, names) = (self.realm.clone(), timeline.table, files.names());
        let written = background(self.pace(), move || {
            let sources = plan_sources(&reading, &plan, &KeyRange::all())?;
            let mut live = LiveChanges::new(Merge::new(sources), at);
            let path = || names.register(layout::keyframe(&realm, table, at, &*sink.randomness));
            write_files(Kind::Keyframe, &sink, bytes_max, &path, &mut live)
        })
        .await?;
        let keyframe = Keyframe { at, files: written };
        let mut taken = false;
        self.change_timeline(timeline, |manifest| {
            let next = with_keyframe(manifest, &keyframe);
            taken = next.is_some();
            Ok(next.map(|next| self.without_unneeded(&next)))
        })
        .await?;
        if taken {
            files.adopted();
        }
        Ok(())
    }
}

/// Where the deltas of a table whose changes are kept end.
enum ChainEnd {
    /// C of its open span.
    Span(Arc<TableTimeline>, CommitTimestamp),
    /// Its span is in the making; changes count after `begins_at`.
    InTheMaking {
        through: CommitTimestamp,
        begins_at: CommitTimestamp,
    },
}

fn segment_bytes(manifest: &RealmManifest) -> u64 {
    manifest.segments.iter().map(|segment| segment.length).sum()
}

/// The oldest segments, up to a bound of bytes and up to `limit`; at least one if there is any.
fn oldest_segments(manifest: &RealmManifest, limit: Option<CommitTimestamp>) -> Vec<SegmentEntry> {
    let mut bytes = 0;
    manifest
        .segments
        .iter()
        .take_while(|segment| limit.is_none_or(|limit| segment.to <= limit))
        .take_while(|segment| {
            let first = bytes == 0;
            bytes += segment.length;
            first || bytes <= SORT_BYTES_MAX
        })
        .cloned()
        .collect()
}

pub(crate) fn in_interval(
    changes: &[Change],
    from: CommitTimestamp,
    to: CommitTimestamp,
) -> Vec<Change> {
    let inside = |change: &&Change| change.timestamp > from && change.timestamp <= to;
    changes.iter().filter(inside).cloned().collect()
}

fn covered_through(manifest: &TimelineManifest) -> Option<CommitTimestamp> {
    manifest.open_span().map(|span| span.covered_through)
}

/// Whether a pin of the open span lies beyond what its deltas and D cover.
fn needs_tail(manifest: &TimelineManifest, realm: &RealmManifest) -> bool {
    let Some(span) = manifest.open_span() else {
        return false;
    };
    let covered = span.coverage(realm);
    manifest.pins.iter().any(|pin| pin.at > covered)
}

pub(crate) fn with_delta(manifest: &TimelineManifest, delta: &Delta) -> TimelineManifest {
    let mut next = manifest.clone();
    if let Some(span) = next.open_span_mut()
        && !delta.files.is_empty()
    {
        span.deltas.push(delta.clone());
        span.covered_through = delta.to;
    }
    next
}

/// The manifest with a keyframe in the span that tells about its instant, unless there is one.
fn with_keyframe(manifest: &TimelineManifest, keyframe: &Keyframe) -> Option<TimelineManifest> {
    let opened_at = manifest.span_of(keyframe.at)?.opened_at;
    let mut next = manifest.clone();
    let span = next
        .spans
        .iter_mut()
        .find(|span| span.opened_at == opened_at && span.keyframe_before(keyframe.at).is_some())?;
    let place = span
        .keyframes
        .partition_point(|other| other.at < keyframe.at);
    if span
        .keyframes
        .get(place)
        .is_some_and(|other| other.at == keyframe.at)
    {
        return None;
    }
    span.keyframes.insert(place, keyframe.clone());
    Some(next)
}

fn with_run_replaced(
    manifest: &TimelineManifest,
    run: &[Delta],
    merged: &Delta,
) -> Option<TimelineManifest> {
    let mut next = manifest.clone();
    let span = next.open_span_mut()?;
    let start = span
        .deltas
        .windows(run.len())
        .position(|window| window == run)?;
    span.deltas
        .splice(start..start + run.len(), [merged.clone()]);
    Some(next)
}

fn delta_source(reading: &crate::merge::Reading, delta: &Delta) -> Source {
    let files = delta.files.iter().map(|file| SourceFile {
        kind: Kind::Delta,
        path: file.path.clone(),
        length: file.length,
    });
    Source::files(reading.clone(), KeyRange::all(), files.collect())
}

/// The instant of the keyframe that is due, if the deltas since the newest have outgrown it.
fn next_keyframe(span: &Span, ratio: f64, bytes_min: u64) -> Option<CommitTimestamp> {
    let newest = span.keyframes.last()?;
    let since: u64 = span
        .deltas_in(newest.at, CommitTimestamp::MAX)
        .map(|delta| total_bytes(&delta.files))
        .sum();
    let limit = ((total_bytes(&newest.files) as f64 * ratio) as u64).max(bytes_min);
    (since > limit && span.covered_through > newest.at).then_some(span.covered_through)
}

/// Neighbouring deltas worth merging: `fan_in` or more of the same size class or below, end to
/// end, together within `bytes_max`, with no keyframe at a border between them (a restore from
/// that keyframe would have to read what lies before it, too). Beyond the smallest class they
/// are `fan_in` times the largest of them: a change is written again only into a delta that is
/// so much larger than the one it was in, or each handful of small deltas would write the large
/// one before them once more.
fn mergeable_run(span: &Span, fan_in: usize, bytes_max: u64) -> Option<Vec<Delta>> {
    let classes = 1 + span.deltas.iter().map(size_class).max()?;
    (0..classes).find_map(|class| {
        let is_worth_it = |run: &[&Delta], bytes: u64| {
            let sizes = run.iter().map(|delta| total_bytes(&delta.files));
            let largest = sizes.max().unwrap_or_default();
            run.len() >= fan_in && (class == 0 || largest.saturating_mul(fan_in as u64) <= bytes)
        };
        let mut run: Vec<&Delta> = Vec::new();
        let mut bytes = 0;
        for delta in &span.deltas {
            let size = total_bytes(&delta.files);
            let follows = run.last().is_none_or(|last| {
                last.to == delta.from && !span.keyframes.iter().any(|one| one.at == delta.from)
            });
            let fits = follows && size_class(delta) <= class && bytes + size <= bytes_max;
            if !fits && is_worth_it(&run, bytes) {
                break;
            }
            if !fits {
                run.clear();
                bytes = 0;
            }
            if size_class(delta) <= class {
                run.push(delta);
                bytes += size;
            }
        }
        is_worth_it(&run, bytes).then(|| run.into_iter().cloned().collect())
    })
}

fn size_class(delta: &Delta) -> u32 {
    (total_bytes(&delta.files) / TIER_BYTES)
        .checked_ilog(TIER_FACTOR)
        .map_or(0, |log| log + 1)
}

#[cfg(test)]
mod tests;
