//! Text in which no two payloads look alike, so that neither side gains by compressing it.

/// How far the start of a payload moves through the noise.
const NOISE_BYTES: usize = 1 << 20;

/// A stretch of text that payloads are cut from; it needs no escaping in JSON.
pub(crate) struct Noise(String);

impl Noise {
    /// Enough for payloads of so many bytes.
    pub(crate) fn new(payload_bytes: usize) -> Self {
        let mut state = 1u64;
        let mut digit = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(b'0' + (state >> 33) as u8 % 75)
        };
        let noise = std::iter::repeat_with(&mut digit)
            .filter(|c| !matches!(c, '"' | '\\'))
            .take(payload_bytes + NOISE_BYTES)
            .collect();
        Self(noise)
    }

    /// The payload of some bytes that belongs to a number.
    pub(crate) fn payload(&self, number: u64, payload_bytes: usize) -> &str {
        let start = (number.wrapping_mul(7919) % (NOISE_BYTES as u64 / 2)) as usize;
        self.0.get(start..start + payload_bytes).unwrap_or_default()
    }
}
