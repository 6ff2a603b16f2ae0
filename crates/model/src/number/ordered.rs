//! The ordered form of numbers: bytes whose order is the numeric order.
//!
//! ```text
//! number := 02                                  zero
//!         | 03 magnitude pair...                positive
//!         | 01 ^(magnitude pair...)             negative: every byte complemented
//! ```
//! The magnitude is the exponent of the first significant digit, counted from -130. The digits
//! follow in pairs from the first one on, each pair a byte that holds twice its value, plus one
//! if another pair follows. So no form is a prefix of another, whatever bytes come after it, and
//! every number has exactly one form.

use super::{DIGITS_MAX, MAGNITUDE_MIN, Number};

const NEGATIVE: u8 = 0x01;
const ZERO: u8 = 0x02;
const POSITIVE: u8 = 0x03;

const PAIRS_MAX: usize = DIGITS_MAX as usize / 2;

impl Number {
    /// Appends a form whose byte order is the numeric order and that is never a prefix of
    /// another number's.
    pub fn encode_ordered(&self, out: &mut Vec<u8>) {
        if self.is_zero() {
            out.push(ZERO);
            return;
        }
        let (sign, flip) = if self.negative {
            (NEGATIVE, 0xFF)
        } else {
            (POSITIVE, 0)
        };
        // Magnitudes are -130..=125: 256 values in one byte.
        let magnitude = (i64::from(self.magnitude()) - MAGNITUDE_MIN) as u8;
        out.extend([sign, magnitude ^ flip]);
        let count = self.digit_count().div_ceil(2) as usize;
        for (position, pair) in self.digit_pairs().into_iter().take(count).enumerate() {
            let more = u8::from(position + 1 < count);
            out.push((pair * 2 + more) ^ flip);
        }
    }

    /// The significant digits in pairs from the first on, with zeros after the last.
    fn digit_pairs(&self) -> [u8; PAIRS_MAX] {
        let mut rest = self.coefficient * 10u128.pow(DIGITS_MAX - self.digit_count());
        let mut pairs = [0; PAIRS_MAX];
        for pair in pairs.iter_mut().rev() {
            *pair = (rest % 100) as u8;
            rest /= 100;
        }
        pairs
    }

    /// Reads what [`Self::encode_ordered`] wrote and how many bytes it took; `None` if the bytes
    /// do not begin with such a form.
    pub fn decode_ordered(bytes: &[u8]) -> Option<(Self, usize)> {
        let (&sign, body) = bytes.split_first()?;
        let flip = match sign {
            ZERO => return Some((Self::ZERO, 1)),
            POSITIVE => 0,
            NEGATIVE => 0xFF,
            _ => return None,
        };
        let (&magnitude, pairs) = body.split_first()?;
        let magnitude = i64::from(magnitude ^ flip) + MAGNITUDE_MIN;
        let mut coefficient = 0u128;
        for (byte, length) in pairs.iter().take(PAIRS_MAX).zip(1..) {
            let (pair, more) = ((byte ^ flip) / 2, (byte ^ flip) % 2 == 1);
            // A number begins with a digit other than zero.
            if pair > 99 || (length == 1 && pair < 10) {
                return None;
            }
            coefficient = coefficient * 100 + u128::from(pair);
            if !more {
                let digits = 2 * length as i64;
                let number = Self::normal(flip != 0, coefficient, magnitude + 1 - digits)?;
                return (pair != 0).then_some((number, length + 2));
            }
        }
        None
    }

    /// From a coefficient that may end in one zero.
    fn normal(negative: bool, coefficient: u128, exponent: i64) -> Option<Self> {
        let ends_in_zero = coefficient.is_multiple_of(10);
        let (coefficient, exponent) = if ends_in_zero {
            (coefficient / 10, exponent + 1)
        } else {
            (coefficient, exponent)
        };
        Self::from_parts(negative, coefficient, exponent as i16)
    }
}
