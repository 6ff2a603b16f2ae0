//! One table as of one version of its catalog entry: record, keyspaces, keys, counters.
//!
//! A [`Table`] never changes. The catalog swaps in a new one for each version; keyspaces, keys
//! and counters are shared between versions. Whoever holds an old one may read with it, and a
//! write planned with it is refused by the table's fence.

use std::future::Future;
use std::sync::Arc;

use anywhen_engine::{Engine, Fence, KeyspaceHandle, KeyspaceName, Snapshot};
use anywhen_kms::{DataKey, MasterKey, RecordCipher, WrappedKey, place};
use anywhen_model::{HashSecret, Randomness, Realm, TableId};
use tokio::sync::watch;

use crate::capacity::Meter;
use crate::error::TableError;
use crate::expiry::Expiry;
use crate::record::{IndexRecord, TableRecord, TableStatus};
use crate::restore::LoadedStatistics;
use crate::statistics::{Counters, Statistics};
use crate::streams::Stream;
use crate::throttle::Throttle;

/// The part number of a table's items; index entries use their index's number.
pub const ITEMS_PART: u32 = 0;

/// What the hash secret is sealed to; no index ever has this number.
const SECRET_PART: u32 = u32::MAX;

/// What positions in reads are sealed to; no index ever has this number.
pub(crate) const POSITION_PART: u32 = u32::MAX - 1;

/// What the records of streams are sealed to; no index ever has this number.
pub(crate) const STREAM_PART: u32 = u32::MAX - 2;

/// The keys of a table: the cipher of its records, and what archive objects need.
#[derive(Debug, Clone)]
pub struct TableKeys {
    /// Seals and opens records, bound to [`place`].
    pub cipher: Arc<RecordCipher>,
    /// The data key itself, for archive objects.
    pub key: DataKey,
    /// The data key as an archive object's header carries it.
    pub wrapped: WrappedKey,
}

/// A table as of one version of its catalog entry.
pub struct Table {
    pub(crate) engine: Arc<dyn Engine>,
    realm: Realm,
    record: TableRecord,
    items: Part,
    indexes: Vec<Index>,
    /// The order in which items expire, if they do.
    expiry: Option<Expiry>,
    keys: TableKeys,
    hash_secret: HashSecret,
    /// The stream that takes the changes of this version's items.
    stream: Option<Arc<Stream>>,
    /// The buckets of its capacity, if it throttles.
    throttle: Option<Arc<Throttle>>,
}

/// The items of a table or the entries of an index.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) number: u32,
    pub(crate) keyspace: KeyspaceHandle,
    pub(crate) counters: Arc<Counters>,
    pub(crate) meter: Arc<Meter>,
    /// Dropped with the last version of the table that names the part; see [`Part::unused`].
    versions: Arc<watch::Sender<()>>,
}

impl Part {
    /// Opens the keyspace, creating it if it is not there. Blocks on the disk.
    fn open(engine: &dyn Engine, name: &KeyspaceName, number: u32) -> Result<Self, TableError> {
        Ok(Self {
            number,
            keyspace: engine.keyspace(name)?,
            counters: Arc::default(),
            meter: Arc::default(),
            versions: Arc::new(watch::Sender::new(())),
        })
    }

    /// Ends once no version of the table that names the part is left, and so nobody can begin to
    /// read it.
    pub(crate) fn unused(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut versions = self.versions.subscribe();
        async move { while versions.changed().await.is_ok() {} }
    }
}

/// An index with its keyspace.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) record: IndexRecord,
    pub(crate) part: Part,
}

impl Table {
    /// Opens the keys and keyspaces of a record, creating the keyspaces that are not there.
    /// Blocks on the disk.
    pub(crate) fn open(
        engine: &Arc<dyn Engine>,
        master: &MasterKey,
        randomness: &dyn Randomness,
        realm: &Realm,
        record: TableRecord,
    ) -> Result<Self, TableError> {
        let key = master.unwrap_key(&record.wrapped_key)?;
        let cipher = Arc::new(RecordCipher::new(&key, randomness));
        let hash_secret = open_hash_secret(&cipher, &record)?;
        let items = KeyspaceName::items(realm, record.id);
        let items = Part::open(&**engine, &items, ITEMS_PART)?;
        let mut indexes = Vec::with_capacity(record.indexes.len());
        for index in record.indexes.iter().filter(|index| index.status.is_kept()) {
            let name = KeyspaceName::index(realm, record.id, index.number);
            indexes.push(Index {
                record: index.clone(),
                part: Part::open(&**engine, &name, index.number)?,
            });
        }
        let expiry = record.settings.time_to_live.as_ref();
        let expiry = expiry.map(|setting| {
            let name = KeyspaceName::index(realm, record.id, setting.number);
            let part = Part::open(&**engine, &name, setting.number)?;
            Ok::<_, TableError>(Expiry::new(setting, part))
        });
        let expiry = expiry.transpose()?;
        let keys = TableKeys {
            cipher,
            key,
            wrapped: record.wrapped_key.clone(),
        };
        let (engine, realm) = (Arc::clone(engine), realm.clone());
        Ok(Self {
            engine,
            realm,
            record,
            items,
            indexes,
            expiry,
            keys,
            hash_secret,
            stream: None,
            throttle: None,
        })
    }

    /// The same table with a changed record, which names no index that is new. It keeps its
    /// stream, unless that is no longer the record's.
    pub(crate) fn with_record(&self, record: TableRecord) -> Self {
        self.with_parts(record, &[])
    }

    /// The same table with a changed record, and the parts of the indexes that are new in it.
    fn with_parts(&self, record: TableRecord, opened: &[Part]) -> Self {
        let stream = self.stream.as_ref().filter(|stream| {
            let created_at = stream.record().created_at;
            let setting = record.settings.stream.filter(|setting| setting.enabled);
            setting.is_some_and(|setting| setting.created_at == created_at)
        });
        let stream = stream.cloned();
        let kept = record.indexes.iter().filter(|index| index.status.is_kept());
        let parts = || {
            let expiry = self.expiry.iter().map(Expiry::part);
            let indexes = self.indexes.iter().map(|index| &index.part);
            indexes.chain(expiry).chain(opened)
        };
        let expiry = record.settings.time_to_live.as_ref().and_then(|setting| {
            let part = parts().find(|part| part.number == setting.number)?;
            Some(Expiry::new(setting, part.clone()))
        });
        let indexes = kept.filter_map(|index| {
            let part = parts().find(|part| part.number == index.number)?;
            Some(Index {
                record: index.clone(),
                part: part.clone(),
            })
        });
        Self {
            engine: Arc::clone(&self.engine),
            realm: self.realm.clone(),
            indexes: indexes.collect(),
            expiry,
            items: self.items.clone(),
            keys: TableKeys {
                wrapped: record.wrapped_key.clone(),
                ..self.keys.clone()
            },
            record,
            hash_secret: self.hash_secret,
            stream,
            throttle: self.throttle.clone(),
        }
    }

    /// The same table with a changed record; makes the keyspaces of indexes, and of the order of
    /// expiry, that are new in it. Blocks on the disk.
    pub(crate) fn with_new_parts(&self, record: TableRecord) -> Result<Self, TableError> {
        let mut opened = Vec::new();
        let kept = record.indexes.iter().filter(|index| index.status.is_kept());
        let expiry = record.settings.time_to_live.iter().map(|ttl| ttl.number);
        for number in kept.map(|index| index.number).chain(expiry) {
            if self.part(number).is_none() {
                let name = KeyspaceName::index(&self.realm, record.id, number);
                opened.push(Part::open(&*self.engine, &name, number)?);
            }
        }
        Ok(self.with_parts(record, &opened))
    }

    /// The same table with this stream, which its record names.
    pub(crate) fn with_stream(self, stream: Option<Arc<Stream>>) -> Self {
        Self { stream, ..self }
    }

    /// The same table with these buckets.
    pub(crate) fn with_throttle(self, throttle: Option<Arc<Throttle>>) -> Self {
        Self { throttle, ..self }
    }

    pub(crate) fn throttle(&self) -> Option<&Throttle> {
        self.throttle.as_deref()
    }

    /// The stream that takes the changes of the items, if there is one.
    pub(crate) fn stream(&self) -> Option<&Arc<Stream>> {
        self.stream.as_ref()
    }

    /// The catalog's record.
    pub fn record(&self) -> &TableRecord {
        &self.record
    }

    /// Account and Region.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// The table's id.
    pub fn id(&self) -> TableId {
        self.record.id
    }

    /// Keys for whoever reads or archives the table's records.
    pub fn keys(&self) -> &TableKeys {
        &self.keys
    }

    /// The secret of the partition key hashes.
    pub fn hash_secret(&self) -> &HashSecret {
        &self.hash_secret
    }

    /// Live count and size of the items.
    pub fn statistics(&self) -> Statistics {
        self.items.counters.read()
    }

    /// Live count and size of an index's entries; `None` if there is no such index.
    pub fn index_statistics(&self, name: &str) -> Option<Statistics> {
        self.index(name).map(|index| index.part.counters.read())
    }

    /// The keyspace of a part: 0 its items, n its index number n.
    pub fn keyspace(&self, part: u32) -> Option<KeyspaceHandle> {
        self.part(part).map(|part| part.keyspace)
    }

    /// Seals a stored item, or an index entry, for its keyspace.
    pub fn seal(&self, part: u32, key: &[u8], plaintext: &[u8]) -> Vec<u8> {
        self.keys
            .cipher
            .seal(&place(self.record.id, part, key), plaintext)
    }

    /// Opens a record of one of the table's keyspaces.
    pub fn unseal(&self, part: u32, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, TableError> {
        unseal(&self.keys.cipher, self.record.id, part, key, sealed)
    }

    /// Counts what the table and its indexes hold in a snapshot, and adds it to the counters.
    pub(crate) fn count(&self, snapshot: &dyn Snapshot) -> Result<(), TableError> {
        let parts = std::iter::once(&self.items).chain(self.indexes.iter().map(|i| &i.part));
        for part in parts {
            let mut statistics = Statistics::default();
            for record in self.records(snapshot, part)? {
                statistics.add(self.decode(&record?.1)?.size_bytes());
            }
            part.counters.add(statistics);
        }
        Ok(())
    }

    /// Sets the counters to what a bulk load has put in.
    pub(crate) fn set_statistics(&self, loaded: &LoadedStatistics) {
        let items = std::iter::once((ITEMS_PART, loaded.items));
        for (number, statistics) in items.chain(loaded.indexes.iter().copied()) {
            if let Some(part) = self.part(number) {
                part.counters.set(statistics);
            }
        }
    }

    pub(crate) fn items(&self) -> &Part {
        &self.items
    }

    /// The indexes that writes keep: all but those that are being dropped.
    pub(crate) fn indexes(&self) -> &[Index] {
        &self.indexes
    }

    /// The order in which items expire, which writes keep; `None` if no item does.
    pub(crate) fn expiry(&self) -> Option<&Expiry> {
        self.expiry.as_ref()
    }

    pub(crate) fn index(&self, name: &str) -> Option<&Index> {
        self.indexes
            .iter()
            .find(|index| index.record.name.as_str() == name)
    }

    pub(crate) fn part(&self, number: u32) -> Option<&Part> {
        std::iter::once(&self.items)
            .chain(self.indexes.iter().map(|index| &index.part))
            .chain(self.expiry.iter().map(Expiry::part))
            .find(|part| part.number == number)
    }

    /// The fence that a commit planned with this version must find.
    pub(crate) fn fence(&self) -> Fence {
        Fence {
            table: self.record.id,
            version: self.record.version,
        }
    }

    /// Whether items may be read and written.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.record.status,
            TableStatus::Active | TableStatus::Updating
        )
    }

    /// Names of the table's keyspaces.
    pub(crate) fn keyspace_names(&self) -> Vec<KeyspaceName> {
        let indexes = self.record.indexes.iter().map(|index| index.number);
        let expiry = self.record.settings.time_to_live.iter();
        let numbers = indexes.chain(expiry.map(|setting| setting.number));
        let named = numbers.map(|number| KeyspaceName::index(&self.realm, self.record.id, number));
        std::iter::once(KeyspaceName::items(&self.realm, self.record.id))
            .chain(named)
            .collect()
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table")
            .field("record", &self.record)
            .finish_non_exhaustive()
    }
}

/// Seals a hash secret for the record of a table.
pub(crate) fn seal_hash_secret(
    cipher: &RecordCipher,
    table: TableId,
    secret: &HashSecret,
) -> Vec<u8> {
    cipher.seal(&secret_place(table), secret.as_bytes())
}

/// The hash secret in a record, given the cipher of its data key.
pub(crate) fn open_hash_secret(
    cipher: &RecordCipher,
    record: &TableRecord,
) -> Result<HashSecret, TableError> {
    let secret = cipher.open(&secret_place(record.id), &record.sealed_hash_secret)?;
    HashSecret::try_from(secret.as_slice())
        .map_err(|_| TableError::Internal(format!("hash secret of table {}", record.id)))
}

pub(crate) fn unseal(
    cipher: &RecordCipher,
    table: TableId,
    part: u32,
    key: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, TableError> {
    cipher
        .open(&place(table, part, key), sealed)
        .map_err(|error| {
            TableError::Internal(format!("record of table {table} part {part}: {error}"))
        })
}

fn secret_place(table: TableId) -> Vec<u8> {
    place(table, SECRET_PART, b"hash secret")
}
