//! The id of a request, for the header [`HEADER`].

/// Name of the header.
pub const HEADER: &str = "x-amzn-requestid";

/// How many characters an id has.
pub const LENGTH: usize = 52;

/// The digits of base 32 that sort as their values do.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";

/// Writes 256 random bits as an id: 52 characters, five bits each, the last character's lowest four
/// bits zero.
pub fn request_id(random: [u8; 32]) -> String {
    let mut id = String::with_capacity(LENGTH);
    let (mut pending, mut pending_bits) = (0_u32, 0_u32);
    for byte in random {
        pending = (pending << 8) | u32::from(byte);
        pending_bits += 8;
        while pending_bits >= 5 {
            pending_bits -= 5;
            id.push(digit(pending >> pending_bits));
        }
    }
    id.push(digit(pending << (5 - pending_bits)));
    id
}

/// The digit for the lowest five bits.
fn digit(bits: u32) -> char {
    let index = (bits & 0b1_1111) as usize;
    ALPHABET.get(index).copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_base_32() {
        assert_eq!(request_id([0; 32]), "0".repeat(LENGTH));
        assert_eq!(
            request_id([0xFF; 32]),
            format!("{}G", "V".repeat(LENGTH - 1))
        );
        let mut counting = [0; 32];
        for (index, byte) in (0_u8..).zip(counting.iter_mut()) {
            *byte = index;
        }
        assert_eq!(
            request_id(counting),
            "000G40O40K30E209185GO38E1S8124GJ2GAHC5OO34D1M70T3OFG"
        );
    }
}
