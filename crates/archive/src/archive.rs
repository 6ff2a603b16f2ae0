//! The whole archive: what makes a prefix of an object store one, and which realms are in it.

use std::sync::Arc;

use anywhen_kms::MasterKey;
use anywhen_model::{AccountId, Clock, Randomness, Realm, Region};
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use crate::ArchiveError;
use crate::layout;
use crate::ledger;
use crate::manifest::RealmManifest;
use crate::preflight;
use crate::realm::{ArchiveHead, RealmArchive};
use crate::sealed;
use crate::store::{Put, Store};

const FORMAT_VERSION: u64 = 2;

/// An archive. Cheap to open; claims nothing until a realm is opened.
pub struct Archive {
    pub(crate) store: Arc<Store>,
    pub(crate) master: Arc<MasterKey>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) randomness: Arc<dyn Randomness>,
    id: String,
}

/// The one object that is not sealed: it holds nothing but what it takes to know the rest.
#[derive(Serialize, Deserialize)]
struct Identity {
    format_version: u64,
    archive_id: String,
    /// SHA-256 of the id: nothing else would tell a damaged id.
    sha256: String,
}

impl Identity {
    fn of(archive_id: String) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            sha256: sealed::hash(archive_id.as_bytes()),
            archive_id,
        }
    }

    fn encode(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("an identity is plain data")
    }

    /// Reads an identity; it must be, byte for byte, as one is written.
    fn decode(json: &[u8]) -> Result<Self, ArchiveError> {
        #[derive(Deserialize)]
        struct OnlyFormat {
            format_version: u64,
        }
        let damaged = |error| ArchiveError::damaged(layout::ARCHIVE, error);
        let found: OnlyFormat = serde_json::from_slice(json).map_err(damaged)?;
        if found.format_version != FORMAT_VERSION {
            return Err(ArchiveError::Format {
                path: layout::ARCHIVE.to_owned(),
                found: found.format_version,
                known: FORMAT_VERSION,
            });
        }
        let identity: Self = serde_json::from_slice(json).map_err(damaged)?;
        if Self::of(identity.archive_id.clone()).encode() != json {
            let reason = "it does not have the hash it names";
            return Err(ArchiveError::damaged(layout::ARCHIVE, reason));
        }
        Ok(identity)
    }
}

impl Archive {
    /// Opens the archive at `prefix`, making it if there is none. The clock decides when pins
    /// expire and files go; the randomness makes names, keys and salts.
    pub async fn open(
        store: Arc<dyn ObjectStore>,
        prefix: Path,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Arc<Self>, ArchiveError> {
        let store = Arc::new(Store::new(store, prefix));
        let identity = read_or_create_identity(&store, &*randomness);
        let id = preflight::bounded(check_writable(&store, identity)).await?;
        Ok(Arc::new(Self {
            store,
            master,
            clock,
            randomness,
            id,
        }))
    }

    /// As [`Self::open`], but makes nothing: [`ArchiveError::Missing`] if there is no archive.
    pub async fn open_existing(
        store: Arc<dyn ObjectStore>,
        prefix: Path,
        master: Arc<MasterKey>,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Arc<Self>, ArchiveError> {
        let store = Arc::new(Store::new(store, prefix));
        let identity = stored_identity(&store);
        let id = preflight::bounded(check_writable(&store, identity)).await?;
        Ok(Arc::new(Self {
            store,
            master,
            clock,
            randomness,
            id,
        }))
    }

    /// The archive's id, drawn when it was made.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The realms that have anything in the archive, in order.
    pub async fn realms(&self) -> Result<Vec<Realm>, ArchiveError> {
        find_realms(&self.store).await
    }

    /// Refuses a realm's newest manifest, or the archive's identity, that came from elsewhere.
    pub(crate) fn check_holds(
        &self,
        folder: &str,
        manifest: &RealmManifest,
    ) -> Result<(), ArchiveError> {
        check_same_archive(&self.id, folder, manifest)
    }

    /// Opens a realm for writing: claims it with an epoch above every earlier one. A server
    /// that had it open is fenced from now on.
    pub async fn open_realm(
        self: &Arc<Self>,
        realm: Realm,
    ) -> Result<Arc<RealmArchive>, ArchiveError> {
        self.open_realm_as(realm, "").await
    }

    /// As [`Self::open_realm`]; `writer` stands in every manifest of this claim.
    pub async fn open_realm_as(
        self: &Arc<Self>,
        realm: Realm,
        writer: &str,
    ) -> Result<Arc<RealmArchive>, ArchiveError> {
        RealmArchive::open(Arc::clone(self), realm, writer).await
    }

    /// A realm's newest manifest, without claiming the realm; `None` if there is none.
    pub async fn head(&self, realm: &Realm) -> Result<Option<ArchiveHead>, ArchiveError> {
        let folder = layout::realm_manifests(realm);
        let newest = ledger::load::<RealmManifest>(&self.store, &folder, &self.master).await?;
        Ok(newest.map(|(manifest, _, _)| ArchiveHead::of(self, &manifest)))
    }

    /// A realm's manifest of this number; `None` if it is not there (any more).
    pub async fn head_at(
        &self,
        realm: &Realm,
        number: u64,
    ) -> Result<Option<ArchiveHead>, ArchiveError> {
        let folder = layout::realm_manifests(realm);
        match ledger::read::<RealmManifest>(&self.store, &folder, number, &self.master).await {
            Ok((manifest, _)) => Ok(Some(ArchiveHead::of(self, &manifest))),
            Err(ArchiveError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A manifest says in which archive it was written: either it or the identity is misplaced if
/// the two differ.
pub(crate) fn check_same_archive(
    archive_id: &str,
    folder: &str,
    manifest: &RealmManifest,
) -> Result<(), ArchiveError> {
    if manifest.archive == archive_id {
        return Ok(());
    }
    let reason = format!(
        "it names archive {archive_id}, but the manifests in {folder} were written in archive {}",
        manifest.archive
    );
    Err(ArchiveError::damaged(layout::ARCHIVE, reason))
}

/// The realms that have anything in a store, in order.
pub(crate) async fn find_realms(store: &Store) -> Result<Vec<Realm>, ArchiveError> {
    let mut realms = Vec::new();
    for account in store.folders(layout::ACCOUNTS).await? {
        let regions = format!("{}/{account}/regions", layout::ACCOUNTS);
        let Ok(account) = AccountId::try_from(account.as_str()) else {
            continue;
        };
        for region in store.folders(&regions).await? {
            let Ok(region) = Region::try_from(region.as_str()) else {
                continue;
            };
            realms.push(Realm {
                account: account.clone(),
                region,
            });
        }
    }
    realms.sort();
    Ok(realms)
}

/// The id of an archive whose store can be trusted with one, see [`crate::preflight`].
async fn check_writable(
    store: &Store,
    identity: impl Future<Output = Result<(Identity, Bytes), ArchiveError>>,
) -> Result<String, ArchiveError> {
    let (identity, stored) = identity.await?;
    preflight::check(store, layout::ARCHIVE, stored).await?;
    Ok(identity.archive_id)
}

async fn read_or_create_identity(
    store: &Store,
    randomness: &dyn Randomness,
) -> Result<(Identity, Bytes), ArchiveError> {
    match stored_identity(store).await {
        Err(ArchiveError::Missing { .. }) => {}
        other => return other,
    }
    let identity = Identity::of(layout::random_name(randomness));
    let json = Bytes::from(identity.encode());
    match store.put_new(layout::ARCHIVE, json.clone()).await? {
        Put::Done => Ok((identity, json)),
        // Two servers may make it at once; the one that was first has named it.
        Put::Exists => stored_identity(store).await,
    }
}

/// The id of the archive in a store; [`ArchiveError::Missing`] if there is none.
pub(crate) async fn read_identity(store: &Store) -> Result<String, ArchiveError> {
    let (identity, _) = stored_identity(store).await?;
    Ok(identity.archive_id)
}

/// The identity and the bytes it is stored in.
async fn stored_identity(store: &Store) -> Result<(Identity, Bytes), ArchiveError> {
    let json = store.get(layout::ARCHIVE).await?;
    let identity = Identity::decode(&json)?;
    Ok((identity, json))
}
