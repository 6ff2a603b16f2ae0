//! The master key and its file.
//!
//! The file holds one line, `anywhen-master-key-1 <64 hex digits>`, and is readable by its
//! owner alone; a file that others can read is refused. It is written once, at first start,
//! through a temporary file that is fsynced before it gets its name.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use anywhen_disk::{make_directory, sync_directory};
use anywhen_model::Randomness;
use aws_lc_rs::digest;

use crate::{DataKey, KmsError, WrappedKey};

const PREFIX: &str = "anywhen-master-key-1 ";

/// Names a master key without revealing it: the first 8 bytes of a hash of the key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MasterKeyId(pub(crate) [u8; 8]);

impl std::fmt::Display for MasterKeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for MasterKeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKeyId({self})")
    }
}

/// Whether the master key was there or has just been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Read from its file.
    Loaded,
    /// Made now; the operator must be told to keep the file.
    Created,
}

/// The key that wraps all data keys of a server.
#[derive(Debug, Clone)]
pub struct MasterKey {
    key: DataKey,
    id: MasterKeyId,
}

impl MasterKey {
    /// A random key that lives in memory only; for tests and simulation.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self::from_key(DataKey::generate(randomness))
    }

    /// Reads the key file, or makes it if it is not there.
    pub fn load_or_create(
        path: &Path,
        randomness: &dyn Randomness,
    ) -> Result<(Self, Origin), KmsError> {
        if fs::exists(path).map_err(|error| file_error(path, error))? {
            return Ok((Self::load(path)?, Origin::Loaded));
        }
        let master = Self::generate(randomness);
        master.store(path)?;
        Ok((master, Origin::Created))
    }

    /// Reads the key file.
    pub fn load(path: &Path) -> Result<Self, KmsError> {
        let mode = fs::metadata(path)
            .map_err(|error| file_error(path, error))?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            let reason = format!(
                "others may read it (mode {:03o}); run chmod 600 on it, and consider the key known",
                mode & 0o777
            );
            return Err(file_error(path, reason));
        }
        let content = fs::read(path).map_err(|error| file_error(path, error))?;
        std::str::from_utf8(&content)
            .ok()
            .and_then(|text| text.trim_end().strip_prefix(PREFIX))
            .and_then(decode_hex)
            .map(|bytes| Self::from_key(DataKey::from_bytes(bytes)))
            .ok_or_else(|| {
                let reason = format!(
                    "it does not hold a master key, which is one line, {PREFIX:?} and 64 \
                     hexadecimal digits; give the file that the first start of the server made"
                );
                file_error(path, reason)
            })
    }

    /// Names this key.
    pub fn id(&self) -> MasterKeyId {
        self.id
    }

    /// A new data key and its wrapped form.
    pub fn generate_data_key(&self, randomness: &dyn Randomness) -> (DataKey, WrappedKey) {
        let key = DataKey::generate(randomness);
        let wrapped = self.wrap_key(&key, randomness);
        (key, wrapped)
    }

    /// Wraps a data key that is there already, whatever it was wrapped under before.
    pub fn wrap_key(&self, key: &DataKey, randomness: &dyn Randomness) -> WrappedKey {
        WrappedKey::directly(self, key, randomness)
    }

    /// Opens a wrapped data key.
    pub fn unwrap_key(&self, wrapped: &WrappedKey) -> Result<DataKey, KmsError> {
        wrapped.open(self)
    }

    pub(crate) fn key(&self) -> &DataKey {
        &self.key
    }

    fn from_key(key: DataKey) -> Self {
        let hash = digest::digest(&digest::SHA256, key.bytes());
        let mut id = [0; 8];
        id.iter_mut()
            .zip(hash.as_ref())
            .for_each(|(to, from)| *to = *from);
        Self {
            key,
            id: MasterKeyId(id),
        }
    }

    fn store(&self, path: &Path) -> Result<(), KmsError> {
        let write = || -> std::io::Result<()> {
            let directory = match path.parent() {
                Some(parent) if !parent.as_os_str().is_empty() => parent,
                _ => Path::new("."),
            };
            make_directory(directory)?;
            let temporary = path.with_extension("new");
            // A leftover of a start that was cut off; it never became the key.
            let _ = fs::remove_file(&temporary);
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&temporary)?;
            let hex = self
                .key
                .bytes()
                .iter()
                .fold(String::new(), |mut hex, byte| {
                    use std::fmt::Write as _;
                    // Writing into a String cannot fail.
                    let _ = write!(hex, "{byte:02x}");
                    hex
                });
            writeln!(file, "{PREFIX}{hex}")?;
            file.sync_all()?;
            // A hard link, unlike a rename, never replaces a key another start has just made.
            fs::hard_link(&temporary, path)?;
            fs::remove_file(&temporary)?;
            sync_directory(directory)
        };
        write().map_err(|error| file_error(path, error))
    }
}

fn file_error(path: &Path, reason: impl ToString) -> KmsError {
    KmsError::File {
        path: path.display().to_string(),
        reason: reason.to_string(),
    }
}

fn decode_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use anywhen_model::SeededRandomness;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn key_file_is_private_survives_and_is_refused_when_open_to_others() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys/master.key");
        let (made, origin) = MasterKey::load_or_create(&path, &SeededRandomness::new(1)).unwrap();
        assert_eq!(origin, Origin::Created);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let (read, origin) = MasterKey::load_or_create(&path, &SeededRandomness::new(2)).unwrap();
        assert_eq!((read.id(), origin), (made.id(), Origin::Loaded));

        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = MasterKey::load(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        for content in [&b"anywhen-master-key-1 12"[..], &[0xff; 32], b""] {
            fs::write(&path, content).unwrap();
            let refused = MasterKey::load(&path).unwrap_err().to_string();
            assert!(refused.contains("64 hexadecimal digits"), "{refused}");
        }
    }

    proptest! {
        #[test]
        fn chains_of_keys_of_any_length_are_read_back(seed in any::<u64>(), links in 0..250_usize) {
            let randomness = SeededRandomness::new(seed);
            let master = MasterKey::generate(&randomness);
            let (mut key, mut wrapped) = master.generate_data_key(&randomness);
            for _ in 0..links {
                let next = DataKey::generate(&randomness);
                wrapped = wrapped.extend(&key, &next, &randomness);
                key = next;
            }
            let stored = wrapped.encode();
            let read = WrappedKey::decode(&stored).unwrap();
            prop_assert_eq!(read.encode(), stored);
            let opened = master.unwrap_key(&read).unwrap();
            prop_assert_eq!(opened.bytes(), key.bytes());
        }
    }

    #[test]
    fn wrapped_keys_open_under_their_master_key_only() {
        let randomness = SeededRandomness::new(3);
        let (mine, other) = (
            MasterKey::generate(&randomness),
            MasterKey::generate(&randomness),
        );
        let (managed, managed_wrapped) = mine.generate_data_key(&randomness);
        let table = DataKey::generate(&randomness);
        let wrapped = managed_wrapped.extend(&managed, &table, &randomness);
        let read = WrappedKey::decode(&wrapped.encode()).unwrap();
        assert_eq!(mine.unwrap_key(&read).unwrap().bytes(), table.bytes());
        assert!(matches!(
            other.unwrap_key(&read),
            Err(KmsError::OtherMasterKey { .. })
        ));
        for position in 0..wrapped.encode().len() {
            let mut bent = wrapped.encode();
            bent[position] ^= 1;
            assert!(
                WrappedKey::decode(&bent)
                    .and_then(|key| mine.unwrap_key(&key))
                    .is_err()
            );
        }
    }
}
