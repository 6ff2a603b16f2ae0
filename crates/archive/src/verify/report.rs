//! What a verification tells.

use std::collections::BTreeMap;

use serde::Serialize;

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// The object, relative to the archive's root.
    pub path: String,
    /// What is wrong with it.
    pub what: String,
    /// What cannot be read because of it, or why everything still can.
    pub affected: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.what)?;
        if self.affected.is_empty() {
            Ok(())
        } else {
            write!(f, "; affected: {}", self.affected)
        }
    }
}

/// Something worth knowing that is no damage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Note {
    /// The object, relative to the archive's root.
    pub path: String,
    /// What there is to know.
    pub what: String,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.what)
    }
}

/// What an object of an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// The object that makes a prefix an archive.
    Identity,
    /// A realm's manifest, the newest or one that it has superseded.
    RealmManifest,
    /// A timeline's manifest, the newest or one that it has superseded.
    TimelineManifest,
    /// Changes of all tables, as they were shipped.
    Segment,
    /// A part of a table at an instant.
    Keyframe,
    /// A part of the changes of a table in an interval.
    Delta,
}

impl std::fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Identity => "identity",
            Self::RealmManifest => "realm manifests",
            Self::TimelineManifest => "timeline manifests",
            Self::Segment => "segments",
            Self::Keyframe => "keyframe files",
            Self::Delta => "delta files",
        })
    }
}

/// Objects and their bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many.
    pub objects: u64,
    /// Bytes of all together, as stored.
    pub bytes: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, bytes: u64) {
        self.objects += 1;
        self.bytes += bytes;
    }
}

/// What has been looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct VerifySummary {
    /// Objects that were read whole, by kind.
    pub kinds: BTreeMap<ObjectKind, Tally>,
    /// Realms.
    pub realms: u64,
    /// Timelines.
    pub timelines: u64,
    /// Spans.
    pub spans: u64,
    /// Rows of keyframes, deltas and segments that were read; none without the master key.
    pub rows: u64,
}

impl VerifySummary {
    /// All objects that were read whole.
    pub fn total(&self) -> Tally {
        self.kinds
            .values()
            .fold(Tally::default(), |sum, kind| Tally {
                objects: sum.objects + kind.objects,
                bytes: sum.bytes + kind.bytes,
            })
    }
}

/// What a verification has found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Everything that is wrong, by path.
    pub problems: Vec<Problem>,
    /// What is worth knowing, by path.
    pub notes: Vec<Note>,
    /// What has been looked at.
    pub summary: VerifySummary,
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes read so far.
    pub bytes_done: u64,
    /// Bytes to read, as far as is known.
    pub bytes_total: u64,
}
