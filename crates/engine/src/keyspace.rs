//! Names and handles of keyspaces.
//!
//! Every name carries the account and the Region; tables and indexes are named by id, never by
//! table name, so a table re-created under one name never meets its predecessor's records.

use anywhen_model::{Realm, TableId};

/// The stable name of a keyspace, at most 200 bytes of `[a-z0-9/.-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyspaceName(String);

impl KeyspaceName {
    /// The items of a table.
    pub fn items(realm: &Realm, table: TableId) -> Self {
        Self(format!(
            "{}/{}/table/{table}/items",
            realm.account, realm.region
        ))
    }

    /// The entries of one index of a table. `number` is unique per index within the table's
    /// life, so that an index deleted and created again is another keyspace.
    pub fn index(realm: &Realm, table: TableId, number: u32) -> Self {
        Self(format!(
            "{}/{}/table/{table}/index/{number}",
            realm.account, realm.region
        ))
    }

    /// A keyspace of the system's own records (catalog, backups, tokens...).
    pub fn system(realm: &Realm, what: &str) -> Self {
        Self(format!("{}/{}/system/{what}", realm.account, realm.region))
    }

    /// A keyspace of the whole server, outside every realm.
    pub fn server(what: &str) -> Self {
        Self(format!("server/{what}"))
    }

    /// A name read back from the disk.
    pub fn from_stored(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// The table this keyspace belongs to, if it is one of a table's.
    pub fn table(&self) -> Option<TableId> {
        let mut parts = self.0.split('/').skip(2);
        (parts.next() == Some("table")).then_some(())?;
        TableId::try_from(parts.next()?).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KeyspaceName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An open keyspace of this process; means nothing to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyspaceHandle(pub u32);
