//! Which key ranges and keys an engine takes.

use std::ops::Bound;

use crate::{EngineError, KeyBounds};

/// The longest key every engine takes; the local engine's journal has 16 bits for a key's length.
pub const KEY_SIZE_BYTES_MAX: usize = 65_535;

/// Refuses a key that is empty or too long to be stored.
pub fn check_key(key: &[u8]) -> Result<(), EngineError> {
    if key.is_empty() || key.len() > KEY_SIZE_BYTES_MAX {
        return Err(EngineError::Storage(format!(
            "a key has {} bytes; 1 to {KEY_SIZE_BYTES_MAX} can be stored",
            key.len()
        )));
    }
    Ok(())
}

/// Whether no key can lie within the bounds. Ordered maps panic on such bounds or must not be
/// asked, so engines answer an empty range themselves.
pub fn is_empty_range(bounds: &KeyBounds) -> bool {
    match bounds {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
        (Bound::Included(low), Bound::Included(high)) => low > high,
        (Bound::Included(low) | Bound::Excluded(low), Bound::Excluded(high))
        | (Bound::Excluded(low), Bound::Included(high)) => low >= high,
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn a_range_is_empty_exactly_when_no_key_fits() {
        let bound = |kind: u8, key: u8| match kind {
            0 => Bound::Included(Bytes::copy_from_slice(&[key])),
            1 => Bound::Excluded(Bytes::copy_from_slice(&[key])),
            _ => Bound::Unbounded,
        };
        for (low_kind, high_kind) in (0..3).flat_map(|low| (0..3).map(move |high| (low, high))) {
            for (low, high) in [(1, 1), (1, 2), (2, 1)] {
                let bounds = (bound(low_kind, low), bound(high_kind, high));
                let above = match low_kind {
                    0 => high >= low,
                    1 => high > low,
                    _ => true,
                };
                // Keys are dense (`[1, 0]` lies between `[1]` and `[2]`), so only order matters.
                let expected = low_kind < 2
                    && high_kind < 2
                    && (!above || (low == high && (low_kind, high_kind) != (0, 0)));
                assert_eq!(is_empty_range(&bounds), expected, "{bounds:?}");
            }
        }
    }

    #[test]
    fn keys_of_no_length_or_too_long_are_refused() {
        assert!(check_key(b"").is_err());
        assert!(check_key(b"k").is_ok());
        assert!(check_key(&vec![0; KEY_SIZE_BYTES_MAX]).is_ok());
        assert!(check_key(&vec![0; KEY_SIZE_BYTES_MAX + 1]).is_err());
    }
}
