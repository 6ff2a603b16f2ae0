//! What a data directory remembers of its archive, and what it finds there instead.
//!
//! Rule: the engine remembers the archive's id and the number and random id of the newest
//! manifest, and a random name of this data directory that stands in every manifest it writes.
//! When a realm is opened, before it is claimed:
//!
//! * Another archive, or none where there was one, is refused, unless the operator says that it
//!   is to be adopted; then every history begins anew there and what is lost is said.
//! * If the newest manifest was written by this very data directory and covers more than the
//!   engine has found on its disk, acknowledged writes are missing here: refused, too, unless
//!   the operator does without them.
//! * An archive that ends before what was remembered, or has another manifest in its place, was
//!   set back. The log does not reach over the gap any more, so every span ends and new ones
//!   begin from fresh keyframes, and the gap is reported.
//!   What a server that has lost the archive puts under a removed number is no such manifest.
//! * An archive in which this server has been replaced (`anywhen recover`) is refused.
//! * An archive that another server has gone on with is fine, but its tables may be the same
//!   tables with other writes: every span of ours begins anew.
//!
//! Wherever a span ends like this, its last state stays as a SYSTEM backup. While a server runs,
//! upkeep looks whether its newest manifest is still there; when it is not, the server stops
//! archiving and acknowledging writes to tables with history, and its next start does the above.

use anywhen_archive::{ArchiveError, ArchiveHead};
use anywhen_model::{CommitTimestamp, Realm};
use anywhen_table::{RealmTables, SystemChange, SystemStore, Tables};

use crate::error::RecoveryError;
use crate::metrics;
use crate::realm::RealmRecovery;
use crate::shared::Shared;

/// What this realm remembers of the archive; stays in the data directory.
pub(crate) const ARCHIVE: SystemStore = SystemStore::new("archive");
/// An [`ArchiveHead`].
const HEAD: &[u8] = b"head";
/// The name of this data directory in manifests.
const WRITER: &[u8] = b"writer";
/// Where the span of the system's timeline begins that tells about this data directory.
const CATALOG_SPAN: &[u8] = b"catalog-span";

/// So many manifests at least stay beside the newest one.
const MANIFESTS_KEPT: u64 = 64;

/// What an operator has said may be lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Consent {
    /// Take another archive than the one used before, or an empty place.
    pub adopt_archive: bool,
    /// Go on without acknowledged writes that this data directory has lost.
    pub accept_lost_writes: bool,
}

/// What a realm remembers.
#[derive(Debug, Clone)]
pub(crate) struct Remembered {
    pub(crate) head: Option<ArchiveHead>,
    pub(crate) writer: String,
    pub(crate) catalog_span: Option<CommitTimestamp>,
}

/// How an archive goes on from what is remembered of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Continuity {
    /// It holds what this server left there.
    Continues,
    /// It ends before what was remembered, or has something else in its place.
    SetBack {
        /// Where it ends now.
        reaches: CommitTimestamp,
        /// What it had reached.
        reached: CommitTimestamp,
    },
    /// Another server has gone on with it.
    OtherServer,
    /// It is another archive, and the operator has consented.
    Adopted,
    /// It reaches further than this data directory, and the operator has consented.
    LostWrites,
}

impl Remembered {
    /// What is stored; a data directory without a name is given one.
    pub(crate) async fn load(shared: &Shared, tables: &RealmTables) -> Result<Self, RecoveryError> {
        let head = stored_head(tables)?;
        let stored = tables.system_get(ARCHIVE, WRITER)?;
        let stored = stored.and_then(|name| String::from_utf8(name).ok());
        let writer = if let Some(writer) = stored {
            writer
        } else {
            let writer = format!("{:032x}", u128::from_be_bytes(shared.random()));
            let name = writer.clone().into_bytes();
            tables.system_commit(vec![put(WRITER, name)]).await?;
            writer
        };
        let catalog_span = tables.system_get(ARCHIVE, CATALOG_SPAN)?;
        let catalog_span =
            catalog_span.and_then(|at| Some(u64::from_be_bytes(at.try_into().ok()?)));
        Ok(Self {
            head,
            writer,
            catalog_span: catalog_span.map(CommitTimestamp::from_micros),
        })
    }

    /// Whether nobody but this server has used the archive since it first did.
    pub(crate) fn is_alone(&self, continuity: &Continuity) -> bool {
        self.head.is_some() && *continuity == Continuity::Continues
    }

    /// Compares with what the archive holds. An error if this server must not go on with it.
    pub(crate) async fn look(
        &self,
        shared: &Shared,
        realm: &Realm,
    ) -> Result<Continuity, RecoveryError> {
        let (archive, consent) = (&shared.options.archive, shared.options.consent);
        if let Some(head) = self
            .head
            .as_ref()
            .filter(|head| head.archive_id != archive.id())
        {
            if consent.adopt_archive {
                return Ok(Continuity::Adopted);
            }
            return Err(other_archive(realm, &head.archive_id, archive.id()));
        }
        let found = archive.head(realm).await?;
        if found
            .as_ref()
            .is_some_and(|found| found.replaced.contains(&self.writer))
        {
            return Err(replaced(realm));
        }
        if let Some(found) = found.as_ref().filter(|found| found.writer == self.writer) {
            let floor = shared.options.engine.recovered_floor();
            // What this process itself has archived is above the floor it began with.
            let before = !shared.opened.lock().contains(realm);
            if before && found.archived_through > floor {
                if consent.accept_lost_writes {
                    return Ok(Continuity::LostWrites);
                }
                return Err(lost_writes(realm, floor, found.archived_through));
            }
        }
        let Some(head) = &self.head else {
            return Ok(Continuity::Continues);
        };
        let in_place = archive.head_at(realm, head.manifest_number).await?;
        Ok(judge(head, &self.writer, found.as_ref(), in_place.as_ref()))
    }
}

/// Whether an archive goes on from `head`. `found` is its newest manifest, `in_place` the one
/// under the number of `head`.
fn judge(
    head: &ArchiveHead,
    writer: &str,
    found: Option<&ArchiveHead>,
    in_place: Option<&ArchiveHead>,
) -> Continuity {
    let set_back = |found: Option<&ArchiveHead>| Continuity::SetBack {
        reaches: found.map_or(CommitTimestamp::ZERO, |found| {
            found.archived_through.min(head.archived_through)
        }),
        reached: head.archived_through,
    };
    let Some(found) = found else {
        return set_back(None);
    };
    let same = match in_place {
        // A server that has lost the archive and does not know it yet may find the number free
        // again, after ours was removed. What counts is never of an epoch before ours.
        Some(in_place) if in_place.epoch >= head.epoch => in_place.manifest_id == head.manifest_id,
        // Removed since, if so many have followed; never put, if not.
        _ => found.manifest_number >= head.manifest_number + MANIFESTS_KEPT,
    };
    if !same || found.archived_through < head.archived_through {
        return set_back(Some(found));
    }
    // Servers that gave no name came before this one had one.
    if found.writer == writer || found.writer.is_empty() {
        Continuity::Continues
    } else {
        Continuity::OtherServer
    }
}

impl RealmRecovery {
    /// Ends the spans of all tables if the archive does not go on from where this server left
    /// it, and says why. Each table's last state in the archive stays as a backup.
    pub(crate) async fn end_broken_spans(
        &self,
        continuity: &Continuity,
    ) -> Result<(), RecoveryError> {
        let realm = &self.realm;
        match continuity {
            Continuity::Continues => return Ok(()),
            Continuity::SetBack { reaches, reached } => {
                metrics::history_gap(realm);
                tracing::error!(
                    %realm, from = %reaches, to = %reached,
                    "the archive was set back; history between these instants is lost, and \
                     point-in-time recovery begins anew"
                );
            }
            Continuity::OtherServer => tracing::warn!(
                %realm,
                "another server has used this archive since; point-in-time recovery begins anew"
            ),
            Continuity::Adopted => {
                metrics::history_gap(realm);
                tracing::error!(
                    %realm, archive = self.shared.options.archive.id(),
                    "adopting another archive; all history and backups in the one before are lost \
                     to this server, and point-in-time recovery begins anew"
                );
            }
            Continuity::LostWrites => {
                metrics::history_gap(realm);
                tracing::error!(
                    %realm, from = %self.shared.options.engine.recovered_floor(),
                    to = %self.archive.head().archived_through,
                    "going on without the acknowledged writes between these instants; \
                     point-in-time recovery begins anew"
                );
            }
        }
        let at = self.archive.head().archived_through;
        for table in self.tables.tables() {
            self.end_span_keeping(table.record(), at).await?;
        }
        Ok(())
    }

    /// Remembers how far the archive has come.
    pub(crate) async fn remember_head(&self) -> Result<(), RecoveryError> {
        let change = put_head(&self.archive.head())?;
        if self.tables.system_get(ARCHIVE, HEAD)? != change.value {
            self.tables.system_commit(vec![change]).await?;
        }
        Ok(())
    }

    /// Looks whether the newest manifest is still in the archive.
    pub(crate) async fn check_archive(&self) -> Result<(), RecoveryError> {
        let mine = self.archive.head();
        let archive = &self.shared.options.archive;
        let there = archive.head_at(&self.realm, mine.manifest_number).await?;
        if there.is_some_and(|there| there.manifest_id == mine.manifest_id) {
            return Ok(());
        }
        let newest = archive.head(&self.realm).await?;
        // Another server has taken over and gone on: the archiver finds out by itself.
        let gone_on = |newest: &ArchiveHead| newest.epoch > mine.epoch;
        // A flush since: it will be looked at in the next round.
        let moved = self.archive.head().manifest_number != mine.manifest_number;
        if newest.as_ref().is_some_and(gone_on) || moved {
            return Ok(());
        }
        self.stop_archiving(&mine, newest.as_ref()).await;
        Ok(())
    }

    async fn stop_archiving(&self, mine: &ArchiveHead, newest: Option<&ArchiveHead>) {
        let archiver = self.archiver.lock().take();
        let Some(archiver) = archiver else { return };
        archiver.abandon().await;
        metrics::history_gap(&self.realm);
        let reaches = newest.map_or(CommitTimestamp::ZERO, |newest| newest.archived_through);
        let reason = format!(
            "the archive of {} was set back or lost: it reaches {reaches}, but had reached {}; \
             put it back, or restart the server to begin history anew",
            self.realm, mine.archived_through
        );
        tracing::error!("{reason}");
        self.tables.refuse_history_writes(Some(reason));
    }
}

/// The id of the archive that a server's data belongs to, if it has ever used one.
pub fn remembered_archive(tables: &Tables) -> Result<Option<String>, RecoveryError> {
    for realm in tables.realms() {
        if let Some(head) = stored_head(&realm)? {
            return Ok(Some(head.archive_id));
        }
    }
    Ok(None)
}

/// Whether a realm has ever been opened with an archive.
pub(crate) fn has_used_archive(tables: &RealmTables) -> Result<bool, RecoveryError> {
    Ok(stored_head(tables)?.is_some())
}

/// The change that remembers where the system's own span begins.
pub(crate) fn put_catalog_span(opened_at: CommitTimestamp) -> SystemChange {
    put(CATALOG_SPAN, opened_at.as_micros().to_be_bytes().to_vec())
}

/// The change that remembers a head.
pub(crate) fn put_head(head: &ArchiveHead) -> Result<SystemChange, RecoveryError> {
    let value = serde_json::to_vec(head)
        .map_err(|error| RecoveryError::Internal(format!("record of the archive: {error}")))?;
    Ok(put(HEAD, value))
}

fn put(key: &[u8], value: Vec<u8>) -> SystemChange {
    SystemChange {
        store: ARCHIVE,
        key: key.to_vec(),
        value: Some(value),
    }
}

fn stored_head(tables: &RealmTables) -> Result<Option<ArchiveHead>, RecoveryError> {
    let stored = tables.system_get(ARCHIVE, HEAD)?;
    let head = stored.map(|stored| serde_json::from_slice(&stored));
    head.transpose()
        .map_err(|error| RecoveryError::Internal(format!("record of the archive: {error}")))
}

fn replaced(realm: &Realm) -> RecoveryError {
    RecoveryError::Internal(format!(
        "the server of this data directory was replaced: `anywhen recover` has rebuilt it \
         elsewhere, and that one goes on with the history of {realm} in this archive. Start that \
         one; to use this directory beside it, give it an empty archive of its own, with \
         --adopt-archive"
    ))
}

fn other_archive(realm: &Realm, remembered: &str, found: &str) -> RecoveryError {
    RecoveryError::Internal(format!(
        "the history of {realm} is in archive {remembered}, but this is archive {found}; give the \
         server the archive it has used before, or start it with --adopt-archive to begin all \
         history anew in this one"
    ))
}

fn lost_writes(realm: &Realm, floor: CommitTimestamp, archived: CommitTimestamp) -> RecoveryError {
    RecoveryError::Internal(format!(
        "the archive of {realm} holds what this data directory had committed up to {archived}, \
         but the directory itself reaches only {floor}: acknowledged writes between these instants \
         are missing here. It is an older copy, or its disk has lost writes. Put the newer \
         directory back, or rebuild it with `anywhen recover`; to go on without these writes, \
         start with --accept-lost-writes"
    ))
}

/// What to say when there is no archive where one was used before.
pub fn lost_archive(remembered: &str, error: &ArchiveError) -> RecoveryError {
    RecoveryError::Internal(format!(
        "the history of this server is in archive {remembered}, but there is none here ({error}); \
         name the right place with --archive, put the archive back, or start with --adopt-archive \
         to begin all history anew in an empty one"
    ))
}

#[cfg(test)]
mod tests;
