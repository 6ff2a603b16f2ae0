//! The plaintext of a manifest as it is sealed: JSON, compressed where there is much of it.
//!
//! A table with thousands of backups has their descriptions in every manifest; they are alike.
//! Either form is read, told apart by its first bytes: JSON never begins like a zstd frame.

use std::borrow::Cow;
use std::io::{self, Read as _};

/// From here on it is compressed.
const COMPRESSED_FROM_BYTES: usize = 16 * 1024;
/// What a compressed one may come to: far beyond every manifest, far below memory.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;
/// Faster than the network it goes over.
const LEVEL: i32 = 1;
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

pub(super) fn pack(json: Vec<u8>) -> Vec<u8> {
    if json.len() < COMPRESSED_FROM_BYTES {
        return json;
    }
    zstd::bulk::compress(&json, LEVEL).unwrap_or(json)
}

pub(super) fn unpack(packed: &[u8]) -> io::Result<Cow<'_, [u8]>> {
    if !packed.starts_with(&ZSTD_MAGIC) {
        return Ok(Cow::Borrowed(packed));
    }
    let mut json = Vec::new();
    let decoder = zstd::stream::read::Decoder::new(packed)?;
    decoder
        .take(UNPACKED_BYTES_MAX + 1)
        .read_to_end(&mut json)?;
    if json.len() as u64 > UNPACKED_BYTES_MAX {
        return Err(io::Error::other("it unpacks to more than a manifest has"));
    }
    Ok(Cow::Owned(json))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn much_is_compressed_little_is_not_and_both_are_read() {
        for length in [
            0,
            100,
            COMPRESSED_FROM_BYTES - 1,
            COMPRESSED_FROM_BYTES,
            1 << 20,
        ] {
            let json = br#"{"id":"0123","record":"eyJuYW1lIjoiTXVzaWMifQ=="},"#
                .iter()
                .cycle()
                .take(length)
                .copied()
                .collect::<Vec<u8>>();
            let packed = pack(json.clone());
            if length < COMPRESSED_FROM_BYTES {
                assert_eq!(packed, json);
            } else {
                assert!(packed.len() < json.len() / 10, "{}", packed.len());
                assert!(unpack(&packed[..packed.len() - 1]).is_err(), "cut off");
            }
            assert_eq!(*unpack(&packed).unwrap(), json);
        }
    }
}
