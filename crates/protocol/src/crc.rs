//! The checksum of a reply, for the header [`HEADER`].

use crc_fast::CrcAlgorithm;

/// Name of the header. SDKs send the request again when it does not match the body.
pub const HEADER: &str = "x-amz-crc32";

/// CRC-32 (that of zip and Ethernet) of the body's bytes as they are sent. The header carries it as
/// an unsigned decimal number.
pub fn crc32(body: &[u8]) -> u32 {
    // The crate answers in 64 bits whatever the width; the upper half of this one is zero.
    crc_fast::checksum(CrcAlgorithm::Crc32IsoHdlc, body) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_common_crc_32() {
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b"{}"), 2_745_614_147);
    }
}
