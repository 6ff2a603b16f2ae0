//! How bytes are written in the archive's JSON and names.

use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

/// Bytes as base64 text.
pub(crate) mod base64_bytes {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use bytes::Bytes;

    use super::*;

    pub(crate) fn serialize<S: Serializer>(bytes: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Bytes, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD
            .decode(text)
            .map(Bytes::from)
            .map_err(D::Error::custom)
    }

    pub(crate) mod option {
        use super::*;

        #[expect(clippy::ref_option, reason = "serde names this signature")]
        pub(crate) fn serialize<S: Serializer>(
            bytes: &Option<Bytes>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match bytes {
                Some(bytes) => to.serialize_some(&STANDARD.encode(bytes)),
                None => to.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Bytes>, D::Error> {
            Option::<String>::deserialize(from)?
                .map(|text| {
                    STANDARD
                        .decode(text)
                        .map(Bytes::from)
                        .map_err(D::Error::custom)
                })
                .transpose()
        }
    }
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
