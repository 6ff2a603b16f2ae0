//! Names of objects, relative to the archive's root. Nothing else in the crate spells a path.

use anywhen_model::{CommitTimestamp, Randomness, Realm, TableId};

use crate::sealed::Kind;
use crate::stored::hex;

/// The object that makes a prefix an archive.
pub const ARCHIVE: &str = "anywhen-archive.json";

/// The prefix below which every account has its folder.
pub(crate) const ACCOUNTS: &str = "accounts";

/// The folder of a realm.
pub(crate) fn realm(realm: &Realm) -> String {
    format!("{ACCOUNTS}/{}/regions/{}", realm.account, realm.region)
}

/// The folder of a realm's manifests.
pub(crate) fn realm_manifests(realm: &Realm) -> String {
    format!("{}/manifest", self::realm(realm))
}

/// The folder of a realm's segments.
pub(crate) fn segments(realm: &Realm) -> String {
    format!("{}/segments", self::realm(realm))
}

/// A new segment of the changes in `(from, to]`.
pub(crate) fn segment(
    realm: &Realm,
    from: CommitTimestamp,
    to: CommitTimestamp,
    randomness: &dyn Randomness,
) -> String {
    let (from, to) = (from.as_micros(), to.as_micros());
    format!(
        "{}/{from:016x}-{to:016x}-{}",
        segments(realm),
        random_name(randomness)
    )
}

/// The folder of all timelines of a realm.
pub(crate) fn timelines(realm: &Realm) -> String {
    format!("{}/timelines", self::realm(realm))
}

/// The folder of one timeline.
pub(crate) fn timeline(realm: &Realm, table: TableId) -> String {
    format!("{}/{table}", timelines(realm))
}

/// The folder of a timeline's manifests.
pub(crate) fn timeline_manifests(realm: &Realm, table: TableId) -> String {
    format!("{}/manifest", timeline(realm, table))
}

/// A new keyframe file of a table at an instant.
pub(crate) fn keyframe(
    realm: &Realm,
    table: TableId,
    at: CommitTimestamp,
    randomness: &dyn Randomness,
) -> String {
    let at = at.as_micros();
    format!(
        "{}/keyframes/{at:016x}-{}",
        timeline(realm, table),
        random_name(randomness)
    )
}

/// A new delta file of a table's changes in `(from, to]`.
pub(crate) fn delta(
    realm: &Realm,
    table: TableId,
    from: CommitTimestamp,
    to: CommitTimestamp,
    randomness: &dyn Randomness,
) -> String {
    let (from, to) = (from.as_micros(), to.as_micros());
    let name = random_name(randomness);
    format!(
        "{}/deltas/{from:016x}-{to:016x}-{name}",
        timeline(realm, table)
    )
}

/// Manifest `number` in a folder; names sort as numbers do.
pub(crate) fn manifest(folder: &str, number: u64) -> String {
    format!("{folder}/{number:020}")
}

/// The number of a manifest, from the last part of its name.
pub(crate) fn manifest_number(name: &str) -> Option<u64> {
    let (_, number) = name.rsplit_once('/')?;
    (number.len() == 20 && number.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| number.parse().ok())?
}

/// Whether an object of a realm is a manifest by its name.
pub(crate) fn is_manifest(realm: &Realm, path: &str) -> bool {
    let Some((folder, _)) = path.rsplit_once('/') else {
        return false;
    };
    let is_chain = folder == realm_manifests(realm)
        || timeline_of(realm, path).is_some_and(|(_, rest)| rest.starts_with("manifest/"));
    is_chain && manifest_number(path).is_some()
}

/// What an object of a realm is by its name, manifests left out; segments are known by their
/// directory.
pub(crate) fn file_kind(realm: &Realm, path: &str) -> Option<Kind> {
    let segments = format!("{}/", segments(realm));
    if path.starts_with(&segments) {
        return Some(Kind::SegmentDirectory);
    }
    let (_, rest) = timeline_of(realm, path)?;
    match rest.split_once('/')? {
        ("keyframes", _) => Some(Kind::Keyframe),
        ("deltas", _) => Some(Kind::Delta),
        _ => None,
    }
}

/// The table and the interval in the name of a delta file.
pub(crate) fn delta_interval(
    realm: &Realm,
    path: &str,
) -> Option<(TableId, CommitTimestamp, CommitTimestamp)> {
    let (table, rest) = timeline_of(realm, path)?;
    let mut parts = rest.strip_prefix("deltas/")?.split('-');
    let mut instant = || {
        let micros = u64::from_str_radix(parts.next()?, 16).ok()?;
        Some(CommitTimestamp::from_micros(micros))
    };
    Some((table, instant()?, instant()?))
}

/// The timeline that a path is in, and the rest of the path.
fn timeline_of<'a>(realm: &Realm, path: &'a str) -> Option<(TableId, &'a str)> {
    let inside = path.strip_prefix(&format!("{}/", timelines(realm)))?;
    let (table, rest) = inside.split_once('/')?;
    Some((TableId::try_from(table).ok()?, rest))
}

/// 16 random bytes in hex: no two objects ever share a name, so none is ever overwritten.
pub(crate) fn random_name(randomness: &dyn Randomness) -> String {
    let mut bytes = [0; 16];
    randomness.fill(&mut bytes);
    hex(&bytes)
}
