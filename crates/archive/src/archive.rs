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
use crate::realm::{ArchiveHead, RealmArchive};
use crate::store::{Put, Store};

const FORMAT_VERSION: u64 = 1;

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
        let id = read_or_create_identity(&store, &*randomness).await?;
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
        let id = read_identity(&store).await?;
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
        let mut realms = Vec::new();
        for account in self.store.folders(layout::ACCOUNTS).await? {
            let regions = format!("{}/{account}/regions", layout::ACCOUNTS);
            let Ok(account) = AccountId::try_from(account.as_str()) else {
                continue;
            };
            for region in self.store.folders(&regions).await? {
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

async fn read_or_create_identity(
    store: &Store,
    randomness: &dyn Randomness,
) -> Result<String, ArchiveError> {
    match read_identity(store).await {
        Err(ArchiveError::Missing { .. }) => {}
        other => return other,
    }
    let identity = Identity {
        format_version: FORMAT_VERSION,
        archive_id: layout::random_name(randomness),
    };
    let json = serde_json::to_vec_pretty(&identity).expect("an identity is plain data");
    match store.put_new(layout::ARCHIVE, Bytes::from(json)).await? {
        Put::Done => Ok(identity.archive_id),
        // Two servers may make it at once; the one that was first has named it.
        Put::Exists => read_identity(store).await,
    }
}

async fn read_identity(store: &Store) -> Result<String, ArchiveError> {
    let json = store.get(layout::ARCHIVE).await?;
    let identity: Identity = serde_json::from_slice(&json)
        .map_err(|error| ArchiveError::damaged(layout::ARCHIVE, error))?;
    if identity.format_version != FORMAT_VERSION {
        return Err(ArchiveError::Format {
            path: layout::ARCHIVE.to_owned(),
            found: identity.format_version,
            known: FORMAT_VERSION,
        });
    }
    Ok(identity.archive_id)
}
