//! Keys: the master key of a server, the data keys it wraps, and the ciphers made of them.
//!
//! Always true:
//!
//! * The master key exists only in its file (mode 0600) and in memory. Nothing else can unwrap
//!   a data key; without it data directory and archive are noise.
//! * Everything stored is sealed with AES-256-GCM under a data key, bound to where it stands by
//!   its associated data: a record moved to another key or table does not open.
//! * A nonce never repeats under a key: record nonces are a random prefix per cipher and a
//!   counter; archive objects have a key of their own, derived from the data key and a salt.
//! * A [`WrappedKey`] says all that is needed to open it except the master key, so an archive
//!   can be read by any server that holds that key.
//!
//! Failures: [`KmsError`] tells a wrong key from damaged bytes where that can be known. Start
//! reading at [`MasterKey`].

mod cipher;
mod master;
mod wrapped;

use anywhen_model::{Randomness, TableId};

pub use cipher::{ObjectCipher, RECORD_OVERHEAD_BYTES, RecordCipher};
pub use master::{MasterKey, MasterKeyId, Origin};
pub use wrapped::{DataKey, WrappedKey};

/// How keys and sealed bytes fail.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KmsError {
    /// The master key file cannot be read, written or trusted.
    #[error("master key file {path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// The bytes were sealed under another master key.
    #[error("sealed under master key {needed}, but this server holds {held}")]
    OtherMasterKey {
        /// Id of the key that is needed.
        needed: MasterKeyId,
        /// Id of the key at hand.
        held: MasterKeyId,
    },
    /// Authentication failed: damaged or swapped bytes, or the wrong data key.
    #[error("sealed bytes are damaged or do not belong here")]
    Damaged,
}

/// What a record of a table is bound to: the table, the part of it (0 its items, n its index
/// number n) and the stored key. The engine, its change log and the archiver all use this.
pub fn place(table: TableId, part: u32, key: &[u8]) -> Vec<u8> {
    let mut place = Vec::with_capacity(20 + key.len());
    place.extend_from_slice(&table.as_u128().to_be_bytes());
    place.extend_from_slice(&part.to_be_bytes());
    place.extend_from_slice(key);
    place
}

/// Randomness of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&self, buffer: &mut [u8]) {
        // The source behind it is the kernel's; when that fails no key may be made at all.
        aws_lc_rs::rand::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// A 128-bit fingerprint of any bytes (SHA-256, cut): equal bytes have equal ones, and nobody
/// can make two inputs share one.
pub fn fingerprint(bytes: &[u8]) -> [u8; 16] {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let mut fingerprint = [0; 16];
    fingerprint
        .iter_mut()
        .zip(hash.as_ref())
        .for_each(|(to, from)| *to = *from);
    fingerprint
}
