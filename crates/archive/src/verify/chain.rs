//! Chains of manifests: every manifest that is there, and whether none is missing between them.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::StreamExt as _;

use super::objects::{Reader, reason};
use super::report::Problem;
use crate::ArchiveError;
use crate::layout;
use crate::ledger::first_number;
use crate::manifest::{self, Manifest};

/// Manifests of a chain read at once.
const READ_AT_ONCE: usize = 4;
/// How often a chain is listed again because its newest manifest has gone meanwhile.
const ATTEMPTS: usize = 5;

/// A chain as it was found.
pub(super) struct Chain<M> {
    folder: String,
    /// By number; what cannot be read says why.
    manifests: BTreeMap<u64, Found<M>>,
    /// Numbers that must be there and are not.
    missing: Vec<u64>,
}

struct Found<M> {
    bytes: u64,
    manifest: Result<M, String>,
}

/// Reads a chain whole; its writers leave the newest `keep` manifests and those before them go.
pub(super) async fn read<M: Manifest>(
    reader: &Reader,
    folder: &str,
    keep: u64,
) -> Result<Chain<M>, ArchiveError> {
    for _ in 0..ATTEMPTS {
        let numbers = list(reader, folder).await?;
        let mut manifests = read_numbers::<M>(reader, folder, numbers.iter().copied()).await?;
        // A server has gone far on since the list was made.
        if numbers.last() != manifests.keys().next_back() {
            continue;
        }
        let mut missing = holes(&manifests, keep);
        if !missing.is_empty() {
            // A list is not made in one moment; what it left out may be there.
            manifests.extend(read_numbers::<M>(reader, folder, missing.iter().copied()).await?);
            let oldest = list(reader, folder).await?.first().copied();
            missing = holes(&manifests, keep);
            missing.retain(|number| oldest.is_some_and(|oldest| oldest < *number));
        }
        return Ok(Chain {
            folder: folder.to_owned(),
            manifests,
            missing,
        });
    }
    Err(ArchiveError::Away(format!(
        "{folder}: its newest manifest keeps vanishing"
    )))
}

async fn list(reader: &Reader, folder: &str) -> Result<BTreeSet<u64>, ArchiveError> {
    let names = reader.store.list(folder).await?;
    Ok(names
        .iter()
        .filter_map(|name| layout::manifest_number(name))
        .collect())
}

/// Reads manifests; those that are not there are left out.
async fn read_numbers<M: Manifest>(
    reader: &Reader,
    folder: &str,
    numbers: impl Iterator<Item = u64>,
) -> Result<BTreeMap<u64, Found<M>>, ArchiveError> {
    let mut reads = futures::stream::iter(numbers)
        .map(|number| async move {
            let path = layout::manifest(folder, number);
            (number, reader.store.get(&path).await)
        })
        .buffered(READ_AT_ONCE);
    let mut found = BTreeMap::new();
    while let Some((number, stored)) = reads.next().await {
        let path = layout::manifest(folder, number);
        let (bytes, manifest) = match stored {
            Ok(stored) => (stored.len() as u64, open(reader, &path, number, &stored)),
            Err(ArchiveError::Missing { .. }) => continue,
            Err(error) => (0, Err(reader.note_failure(error)?)),
        };
        found.insert(number, Found { bytes, manifest });
    }
    Ok(found)
}

fn open<M: Manifest>(
    reader: &Reader,
    path: &str,
    number: u64,
    stored: &Bytes,
) -> Result<M, String> {
    let master = reader.master.as_deref();
    manifest::open_manifest(path, number, stored, master)
        .map(|(manifest, _)| manifest)
        .map_err(reason)
}

/// Numbers that are not there although one below and one above them can be read, and no writer
/// would have removed them yet. (A damaged object above may never have been a manifest.)
///
/// Where a chain began again in a later epoch ([`first_number`]), numbers leap; what lies below
/// the leap was put by a server that had lost the realm.
fn holes<M: Manifest>(manifests: &BTreeMap<u64, Found<M>>, keep: u64) -> Vec<u64> {
    let readable = |(number, found): (&u64, &Found<M>)| {
        let epoch = found.manifest.as_ref().ok()?.head().epoch;
        Some((*number, epoch))
    };
    let (Some(oldest), Some((newest, _))) = (
        manifests.keys().next(),
        manifests.iter().rev().find_map(readable),
    ) else {
        return Vec::new();
    };
    let begins = manifests
        .iter()
        .filter_map(readable)
        .filter(|(number, epoch)| *number == first_number(*epoch) + 1)
        .map(|(number, _)| number);
    let lowest = (*oldest)
        .max(newest.saturating_sub(keep))
        .max(begins.max().unwrap_or(0));
    (lowest..newest)
        .filter(|number| !manifests.contains_key(number))
        .collect()
}

impl<M: Manifest> Chain<M> {
    /// Whether there is no manifest at all.
    pub(super) fn is_empty(&self) -> bool {
        self.manifests.is_empty()
    }

    /// The newest manifest and its path, if it can be read.
    pub(super) fn state(&self) -> Option<(&str, &M)> {
        let (_, newest) = self.manifests.last_key_value()?;
        let manifest = newest.manifest.as_ref().ok()?;
        Some((&self.folder, manifest))
    }

    /// The newest manifest that can be read, and whether it is the newest of all.
    pub(super) fn newest_readable(&self) -> Option<(&M, bool)> {
        let mut from_newest = self.manifests.values().rev();
        let is_newest = self.state().is_some();
        let manifest = from_newest.find_map(|found| found.manifest.as_ref().ok())?;
        Some((manifest, is_newest))
    }

    /// Every manifest that can be read.
    pub(super) fn older(&self) -> impl Iterator<Item = &M> {
        let found = self.manifests.values().rev();
        found.filter_map(|found| found.manifest.as_ref().ok())
    }

    /// Lengths of the manifests in bytes.
    pub(super) fn sizes(&self) -> impl Iterator<Item = u64> {
        self.manifests.values().map(|found| found.bytes)
    }

    /// What is wrong with the chain; `lost` is what its newest manifest stands for. Of a chain
    /// whose newest manifest is `dead` a server removes all: a crash may leave any of them.
    pub(super) fn problems(&self, lost: &str, dead: fn(&M) -> bool) -> Vec<Problem> {
        let newest = self.manifests.keys().next_back();
        let problem = |number: u64, what: String| Problem {
            path: layout::manifest(&self.folder, number),
            what,
            affected: if newest == Some(&number) {
                lost.to_owned()
            } else {
                "nothing: a newer manifest stands".to_owned()
            },
        };
        let mut problems: Vec<Problem> = Vec::new();
        let missing = "it is missing, though there are manifests before and after it";
        let going = self.state().is_some_and(|(_, newest)| dead(newest));
        let missing_numbers = self.missing.iter().filter(|_| !going);
        problems.extend(missing_numbers.map(|number| problem(*number, missing.to_owned())));
        let mut epoch = 0;
        let mut ids = BTreeSet::new();
        for (number, found) in &self.manifests {
            let head = match &found.manifest {
                Ok(manifest) => manifest.head(),
                Err(what) => {
                    problems.push(problem(*number, what.clone()));
                    continue;
                }
            };
            if head.epoch < epoch {
                let what = format!(
                    "its epoch {} is below {epoch}, which came before",
                    head.epoch
                );
                problems.push(problem(*number, what));
            }
            epoch = epoch.max(head.epoch);
            if !ids.insert(head.id.as_str()) {
                problems.push(problem(*number, "its id is another manifest's".to_owned()));
            }
        }
        problems
    }
}
