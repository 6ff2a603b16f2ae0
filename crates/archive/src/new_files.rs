//! Files on their way: written, but not yet named by a manifest.

use std::sync::Arc;

use parking_lot::Mutex;

use crate::realm::RealmArchive;

impl RealmArchive {
    /// A set of files about to be written.
    pub(crate) fn new_files(self: &Arc<Self>) -> NewFiles {
        NewFiles {
            names: FileNames {
                realm: Arc::clone(self),
                names: Arc::default(),
            },
        }
    }
}

/// Files that are written before the manifest that names them. Those that no manifest has
/// adopted when this is dropped are queued for deletion, where it is checked once more that
/// no manifest, also none that was in doubt, names them.
pub(crate) struct NewFiles {
    names: FileNames,
}

/// Registers the names of new files; can go to another thread.
#[derive(Clone)]
pub(crate) struct FileNames {
    realm: Arc<RealmArchive>,
    names: Arc<Mutex<Vec<String>>>,
}

impl FileNames {
    /// Registers a name before its file is begun.
    pub(crate) fn register(&self, name: String) -> String {
        self.realm.in_flight.lock().insert(name.clone());
        self.names.lock().push(name.clone());
        name
    }
}

impl NewFiles {
    pub(crate) fn names(&self) -> FileNames {
        self.names.clone()
    }

    /// A manifest in the store names the files now.
    pub(crate) fn adopted(self) {
        drop(self.take());
    }

    fn take(&self) -> Vec<String> {
        let names = std::mem::take(&mut *self.names.names.lock());
        let mut in_flight = self.names.realm.in_flight.lock();
        for name in &names {
            in_flight.remove(name);
        }
        names
    }
}

impl Drop for NewFiles {
    fn drop(&mut self) {
        let orphans = self.take();
        self.names.realm.discard_orphans(orphans);
    }
}
