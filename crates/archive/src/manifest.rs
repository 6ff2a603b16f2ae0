//! Manifests: the only objects that make others visible.
//!
//! A realm has one chain of manifests and every timeline has one. A manifest is a sealed object
//! whose name is its number. The newest number is the truth, all others are history that may
//! go. What tells of objects and instants is JSON in its clear section, so that an archive can
//! be checked without its key; what tells of contents (bounds of keys, what pins are for) is
//! JSON in its sealed part. What must hold between the two kinds (reading the realm's first, then
//! the timeline's, always gives a whole history):
//!
//! * Every change of a table with an open span is in a segment that the realm manifest lists,
//!   or at or before the span's coverage, `max(C, D)`: C is the span's `covered_through`, D the
//!   realm's `dropped_through`. D is raised only after every open span that has changes up to
//!   the new D has raised its C.
//! * Segments lie end to end: the first begins at D, each further one where the one before
//!   ends, and the last ends at or before `archived_through`; what lies beyond it is empty.
//! * A span's deltas lie end to end up to C, from the oldest keyframe that the window needs;
//!   what a pin needs of the time before that lies end to end from a keyframe to the pin.
//! * Of a closed span, everything from C to its end is empty.

use anywhen_kms::{MasterKey, WrappedKey};
use anywhen_model::{CommitTimestamp, TableId};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ArchiveError;
use crate::sealed::{self, Kind};
use crate::stored::base64_bytes;

mod packing;

const FORMAT: u64 = 2;

/// Earlier writers that a realm manifest names.
const EARLIER_MAX: usize = 64;

/// Which manifest of a chain it is, and whose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Version of the manifest's format.
    pub(crate) format: u64,
    /// Number in its chain, from 1.
    pub(crate) number: u64,
    /// The writer's epoch; a higher one fences all lower ones.
    pub(crate) epoch: u64,
    /// Random; tells a writer its own put from another's.
    pub(crate) id: String,
}

impl Head {
    pub(crate) fn new(number: u64, epoch: u64, id: String) -> Self {
        Self {
            format: FORMAT,
            number,
            epoch,
            id,
        }
    }
}

/// A manifest as the two parts of its sealed object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) clear: Vec<u8>,
    pub(crate) secret: Vec<u8>,
}

/// What both kinds of manifest have in common.
pub(crate) trait Manifest: Serialize + DeserializeOwned + Clone + Send + Sync {
    const KIND: Kind;

    /// What only the key opens.
    type Secret: Serialize + DeserializeOwned;

    fn head(&self) -> &Head;

    fn set_head(&mut self, head: Head);

    fn secret(&self) -> Self::Secret;

    /// Puts back what the clear section leaves out; false if it does not fit.
    fn reveal(&mut self, secret: Self::Secret) -> bool;

    fn encode(&self) -> Encoded {
        Encoded {
            clear: serde_json::to_vec(self).expect("a manifest is plain data"),
            secret: packing::pack(
                serde_json::to_vec(&self.secret()).expect("a manifest is plain data"),
            ),
        }
    }

    /// Reads a manifest whose key is at hand.
    fn decode(path: &str, clear: &[u8], secret: &[u8]) -> Result<Self, ArchiveError> {
        let mut manifest = Self::decode_clear(path, clear)?;
        let secret = packing::unpack(secret).map_err(|error| ArchiveError::damaged(path, error))?;
        let secret =
            serde_json::from_slice(&secret).map_err(|error| ArchiveError::damaged(path, error))?;
        if manifest.reveal(secret) {
            Ok(manifest)
        } else {
            Err(ArchiveError::damaged(path, "its two parts do not fit"))
        }
    }

    /// Reads what needs no key; the rest is left blank.
    fn decode_clear(path: &str, clear: &[u8]) -> Result<Self, ArchiveError> {
        #[derive(Deserialize)]
        struct OnlyHead {
            head: OnlyFormat,
        }
        #[derive(Deserialize)]
        struct OnlyFormat {
            format: u64,
        }
        let damaged = |error: serde_json::Error| ArchiveError::damaged(path, error);
        let found = serde_json::from_slice::<OnlyHead>(clear)
            .map_err(damaged)?
            .head
            .format;
        if found != FORMAT {
            return Err(ArchiveError::Format {
                path: path.to_owned(),
                found,
                known: FORMAT,
            });
        }
        serde_json::from_slice(clear).map_err(damaged)
    }
}

/// Opens a stored manifest; without the master key, as far as it can be read without.
pub(crate) fn open_manifest<M: Manifest>(
    path: &str,
    number: u64,
    stored: &Bytes,
    master: Option<&MasterKey>,
) -> Result<(M, WrappedKey), ArchiveError> {
    let (manifest, wrapped) = if let Some(master) = master {
        let opened = sealed::open_whole(M::KIND, path, path, stored, master)?;
        let manifest = M::decode(path, &opened.clear, &opened.plaintext)?;
        (manifest, opened.key.wrapped)
    } else {
        let (clear, wrapped) = sealed::read_clear(M::KIND, path, path, stored)?;
        (M::decode_clear(path, &clear)?, wrapped)
    };
    if manifest.head().number != number {
        return Err(ArchiveError::damaged(path, "it carries another number"));
    }
    Ok((manifest, wrapped))
}

/// The state of a realm in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RealmManifest {
    pub(crate) head: Head,
    /// The archive it was written in.
    pub(crate) archive: String,
    /// Everything committed at or before this is in the archive.
    pub(crate) archived_through: CommitTimestamp,
    /// D: segments up to here have been sorted into timelines and dropped.
    pub(crate) dropped_through: CommitTimestamp,
    /// The tail of the history, oldest first.
    pub(crate) segments: Vec<SegmentEntry>,
    /// Names whoever claimed the realm last; empty if it gave no name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) writer: String,
    /// Writers that had claimed the realm before and were not replaced, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) earlier: Vec<String>,
    /// Writers whose servers have been rebuilt by others and must not go on here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) replaced: Vec<String>,
}

/// A segment as the realm manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SegmentEntry {
    pub(crate) path: String,
    pub(crate) from: CommitTimestamp,
    pub(crate) to: CommitTimestamp,
    pub(crate) length: u64,
    pub(crate) hash: String,
}

/// The history of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TimelineManifest {
    pub(crate) head: Head,
    pub(crate) table: TableId,
    /// At most one is open.
    pub(crate) spans: Vec<Span>,
    pub(crate) pins: Vec<Pin>,
}

/// An unbroken stretch of history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub(crate) opened_at: CommitTimestamp,
    /// `None` while it goes on.
    pub(crate) closed_at: Option<CommitTimestamp>,
    /// Start of the window: earlier instants are kept only where pinned.
    pub(crate) earliest: CommitTimestamp,
    /// C: changes up to here are in keyframes and deltas; where the chain of deltas ends.
    pub(crate) covered_through: CommitTimestamp,
    /// By instant.
    pub(crate) keyframes: Vec<Keyframe>,
    /// By interval.
    pub(crate) deltas: Vec<Delta>,
}

/// All live items of the table at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keyframe {
    pub(crate) at: CommitTimestamp,
    /// In key order, disjoint.
    pub(crate) files: Vec<DataFile>,
}

/// All changes of the table in `(from, to]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delta {
    pub(crate) from: CommitTimestamp,
    pub(crate) to: CommitTimestamp,
    /// In key order, disjoint.
    pub(crate) files: Vec<DataFile>,
}

/// A Parquet file in a sealed object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DataFile {
    pub(crate) path: String,
    pub(crate) length: u64,
    pub(crate) hash: String,
    pub(crate) rows: u64,
    /// Bytes of keys and items before compression.
    pub(crate) bytes: u64,
    /// Secret.
    #[serde(skip)]
    pub(crate) key_min: Bytes,
    /// Secret.
    #[serde(skip)]
    pub(crate) key_max: Bytes,
}

/// An instant of a table that is kept whatever the window says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Names the pin within its table. Secret.
    #[serde(skip)]
    pub id: String,
    /// The instant.
    pub at: CommitTimestamp,
    /// What holds it.
    pub kind: PinKind,
    /// What the pin's owner wants to find again, such as a backup's description; the archive
    /// does not look into it. Secret.
    #[serde(skip)]
    pub record: Vec<u8>,
    /// When the pin lets go by itself; `None` for never.
    pub expires_at: Option<CommitTimestamp>,
}

/// What holds a pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PinKind {
    /// A backup: the instant can be restored until the pin goes.
    Backup,
    /// A restore or a cursor that reads now: the very files of its plan stay, too.
    Restore,
}

/// What a timeline manifest says of contents: for each file and each pin, in their order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct TimelineSecret {
    files: Vec<KeyBounds>,
    pins: Vec<PinSecret>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeyBounds {
    #[serde(with = "base64_bytes")]
    key_min: Bytes,
    #[serde(with = "base64_bytes")]
    key_max: Bytes,
}

#[derive(Debug, Serialize, Deserialize)]
struct PinSecret {
    id: String,
    #[serde(with = "base64_bytes")]
    record: Bytes,
}

impl Manifest for RealmManifest {
    const KIND: Kind = Kind::RealmManifest;

    /// Nothing that it says is secret.
    type Secret = ();

    fn head(&self) -> &Head {
        &self.head
    }

    fn set_head(&mut self, head: Head) {
        self.head = head;
    }

    fn secret(&self) {}

    fn reveal(&mut self, (): ()) -> bool {
        true
    }
}

impl Manifest for TimelineManifest {
    const KIND: Kind = Kind::TimelineManifest;

    type Secret = TimelineSecret;

    fn head(&self) -> &Head {
        &self.head
    }

    fn set_head(&mut self, head: Head) {
        self.head = head;
    }

    fn secret(&self) -> TimelineSecret {
        let bounds = |file: &DataFile| KeyBounds {
            key_min: file.key_min.clone(),
            key_max: file.key_max.clone(),
        };
        let pin = |pin: &Pin| PinSecret {
            id: pin.id.clone(),
            record: Bytes::copy_from_slice(&pin.record),
        };
        TimelineSecret {
            files: self.files().map(bounds).collect(),
            pins: self.pins.iter().map(pin).collect(),
        }
    }

    fn reveal(&mut self, secret: TimelineSecret) -> bool {
        let fits =
            secret.files.len() == self.files().count() && secret.pins.len() == self.pins.len();
        for (file, bounds) in self.files_mut().zip(secret.files) {
            file.key_min = bounds.key_min;
            file.key_max = bounds.key_max;
        }
        for (pin, secret) in self.pins.iter_mut().zip(secret.pins) {
            pin.id = secret.id;
            pin.record = secret.record.into();
        }
        fits
    }
}

impl RealmManifest {
    /// What a realm starts from; number 0 is never stored.
    pub(crate) fn empty() -> Self {
        Self {
            head: Head::new(0, 0, String::new()),
            archive: String::new(),
            archived_through: CommitTimestamp::ZERO,
            dropped_through: CommitTimestamp::ZERO,
            segments: Vec::new(),
            writer: String::new(),
            earlier: Vec::new(),
            replaced: Vec::new(),
        }
    }

    /// As claimed by a writer.
    pub(crate) fn claimed_by(&self, writer: &str) -> Self {
        let mut next = self.clone();
        next.earlier.retain(|earlier| earlier != writer);
        let before = std::mem::replace(&mut next.writer, writer.to_owned());
        if !before.is_empty() && before != writer {
            next.earlier.push(before);
        }
        let surplus = next.earlier.len().saturating_sub(EARLIER_MAX);
        next.earlier.drain(..surplus);
        next
    }

    /// With all writers before the present one replaced.
    pub(crate) fn replacing_earlier(&self) -> Self {
        let mut next = self.clone();
        next.replaced.append(&mut next.earlier);
        next
    }
}

impl TimelineManifest {
    /// What a timeline starts from; number 0 is never stored.
    pub(crate) fn empty(table: TableId) -> Self {
        Self {
            head: Head::new(0, 0, String::new()),
            table,
            spans: Vec::new(),
            pins: Vec::new(),
        }
    }

    /// Every file that this manifest makes visible.
    pub(crate) fn files(&self) -> impl Iterator<Item = &DataFile> {
        self.spans.iter().flat_map(|span| {
            let keyframes = span.keyframes.iter().flat_map(|keyframe| &keyframe.files);
            keyframes.chain(span.deltas.iter().flat_map(|delta| &delta.files))
        })
    }

    /// As [`Self::files`], in the same order.
    fn files_mut(&mut self) -> impl Iterator<Item = &mut DataFile> {
        self.spans.iter_mut().flat_map(|span| {
            let keyframes = span
                .keyframes
                .iter_mut()
                .flat_map(|keyframe| &mut keyframe.files);
            keyframes.chain(span.deltas.iter_mut().flat_map(|delta| &mut delta.files))
        })
    }
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests;
