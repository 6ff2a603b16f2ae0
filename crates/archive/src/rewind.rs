//! Rewinding a table: its history goes on from what it was at an earlier instant.
//!
//! Nothing of the history is taken back. What differs between the table as it is and as it was
//! at the earlier instant is appended as changes of one later commit timestamp, in one delta:
//! every instant before that commit still reads as it did, and from that commit on the table is
//! what it was. Repeating it does no harm. It is for a server that is being rebuilt: nothing may
//! be in the change log up to the new commit, and no archiver may run.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::sync::Arc;

use anywhen_model::{CommitTimestamp, TableId};

use crate::ArchiveError;
use crate::change::Change;
use crate::compact::{in_interval, with_delta};
use crate::keyframe::write_files;
use crate::layout;
use crate::manifest::{Delta, RealmManifest};
use crate::merge::{LiveChanges, Merge, Source};
use crate::plan::{KeyRange, RestorePlan};
use crate::reading::plan_sources;
use crate::realm::{RealmArchive, TableTimeline, blocking};
use crate::sealed::Kind;
use crate::segment;

impl RealmArchive {
    /// Makes everything up to `at` archived, of which the caller knows that nothing is in the
    /// change log; so the changes of [`Self::rewind`] can be read.
    pub async fn pass_idle(&self, at: CommitTimestamp) -> Result<(), ArchiveError> {
        self.status.send_if_modified(|status| {
            let further = at > status.archived_through;
            status.archived_through = status.archived_through.max(at);
            further
        });
        self.raise_archived(at).await
    }

    /// Appends to the open span, as changes of a commit at `at`, what makes the table again what
    /// it was at `to`. Everything up to `at` must be archived ([`Self::pass_idle`]), and `to` be
    /// kept. Nothing happens if the span is covered up to `at` already.
    pub async fn rewind(
        self: &Arc<Self>,
        table: TableId,
        to: CommitTimestamp,
        at: CommitTimestamp,
    ) -> Result<(), ArchiveError> {
        let timeline = self.timeline(table)?;
        let from = match timeline.ledger.settled().await?.open_span() {
            Some(span) if span.covered_through >= at => return Ok(()),
            Some(span) => span.covered_through,
            None => {
                let reason = "rewinding needs an open span";
                return Err(ArchiveError::Span { table, reason });
            }
        };
        let (now, then) = (self.plan(table, at).await?, self.plan(table, to).await?);
        let realm_manifest = self.ledger.current();
        let tail = self.tail(&timeline, &realm_manifest, from, at).await?;
        let files = self.new_files();
        let sink = self.sink(timeline.ledger.key().clone());
        let (bytes_max, reading) = (self.config.read().file_bytes_max, self.reading());
        let (realm, names) = (self.realm.clone(), files.names());
        let written = blocking(move || {
            let live = |plan: &RestorePlan| {
                let sources = plan_sources(&reading, plan, &KeyRange::all())?;
                Ok::<_, ArchiveError>(LiveChanges::new(Merge::new(sources), plan.at))
            };
            let differing = Differing::new(live(&now)?, live(&then)?, at);
            let sources = vec![Source::memory(tail), Source::stream(Box::new(differing))];
            let path = || names.register(layout::delta(&realm, table, from, at, &*sink.randomness));
            let mut merge = Merge::new(sources);
            write_files(Kind::Delta, &sink, bytes_max, &path, &mut merge)
        })
        .await?;
        let delta = Delta {
            from,
            to: at,
            files: written,
        };
        self.change_timeline(&timeline, |manifest| {
            let end = manifest.open_span().map(|span| span.covered_through);
            let next = (end == Some(from)).then(|| with_delta(manifest, &delta));
            Ok(next.filter(|_| !delta.files.is_empty()))
        })
        .await?;
        files.adopted();
        Ok(())
    }

    /// The table's changes in `(from, to]` that are still in segments.
    async fn tail(
        &self,
        timeline: &TableTimeline,
        realm_manifest: &RealmManifest,
        from: CommitTimestamp,
        to: CommitTimestamp,
    ) -> Result<Vec<Change>, ArchiveError> {
        let (table, archive) = (timeline.table, &self.archive);
        let mut changes = Vec::new();
        for entry in &realm_manifest.segments {
            let directory = self.directory(entry).await?;
            let Some(block) = directory.block(table) else {
                continue;
            };
            let (offset, length) = (block.offset, block.length);
            let (store, master) = (&archive.store, &archive.master);
            let read = segment::read_block(store, &entry.path, table, offset, length, master);
            changes.extend(in_interval(&read.await?, from, to));
        }
        Ok(changes)
    }
}

/// What turns one state of a table into another, as changes at one instant, by ascending key.
struct Differing<N: Iterator, T: Iterator> {
    now: Peekable<N>,
    then: Peekable<T>,
    at: CommitTimestamp,
}

impl<N, T> Differing<N, T>
where
    N: Iterator<Item = Result<Change, ArchiveError>>,
    T: Iterator<Item = Result<Change, ArchiveError>>,
{
    fn new(now: N, then: T, at: CommitTimestamp) -> Self {
        let (now, then) = (now.peekable(), then.peekable());
        Self { now, then, at }
    }

    /// Which of the two has the lower next key; both at once if they have the same.
    fn lower(&mut self) -> Option<Ordering> {
        match (self.now.peek(), self.then.peek()) {
            (None, None) => None,
            // An error is handed out by whoever has it.
            (Some(Err(_)), _) | (Some(_), None) => Some(Ordering::Less),
            (_, Some(Err(_))) | (None, Some(_)) => Some(Ordering::Greater),
            (Some(Ok(now)), Some(Ok(then))) => Some(now.key.cmp(&then.key)),
        }
    }

    fn change(&self, change: Change) -> Change {
        let timestamp = self.at;
        Change {
            timestamp,
            ..change
        }
    }
}

impl<N, T> Iterator for Differing<N, T>
where
    N: Iterator<Item = Result<Change, ArchiveError>>,
    T: Iterator<Item = Result<Change, ArchiveError>>,
{
    type Item = Result<Change, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let lower = self.lower()?;
            let now = lower.is_le().then(|| self.now.next()).flatten();
            let then = lower.is_ge().then(|| self.then.next()).flatten();
            return match (now.transpose(), then.transpose()) {
                (Err(error), _) | (_, Err(error)) => Some(Err(error)),
                (Ok(now), Ok(Some(then))) => {
                    if now.is_some_and(|now| now.item == then.item) {
                        continue;
                    }
                    Some(Ok(self.change(then)))
                }
                (Ok(Some(now)), Ok(None)) => Some(Ok(self.change(Change { item: None, ..now }))),
                (Ok(None), Ok(None)) => None,
            };
        }
    }
}
