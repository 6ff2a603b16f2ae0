//! DynamoDB's numbers: up to 38 significant decimal digits, exact, from 1E-130 to just below
//! 1E+126 in magnitude, and zero.
//!
//! A [`Number`] is always in normal form (no trailing zeros in the coefficient, one zero), so
//! `==` is numeric equality and every number has one printed form, one stored form and one
//! ordered form. Arithmetic is exact or fails; nothing is ever rounded.
//!
//! Limits and texts: AWS developer guide, "Supported data types"; the order of the tests
//! (magnitude before digits) is what the service answers.

use std::cmp::Ordering;
use std::fmt;

/// Significant digits a number may have.
const DIGITS_MAX: u32 = 38;
/// Largest and smallest exponent of the first significant digit.
const MAGNITUDE_MAX: i64 = 125;
const MAGNITUDE_MIN: i64 = -130;

/// Why a text or a result is not a number that can be stored. The text is DynamoDB's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Empty text.
    #[error("The parameter cannot be converted to a numeric value")]
    Empty,
    /// Not a decimal number.
    #[error("The parameter cannot be converted to a numeric value: {0}")]
    Malformed(String),
    /// 1E+126 or more.
    #[error(
        "Number overflow. Attempting to store a number with magnitude larger than supported range"
    )]
    Overflow,
    /// Below 1E-130 and not zero.
    #[error(
        "Number underflow. Attempting to store a number with magnitude smaller than supported range"
    )]
    Underflow,
    /// More than 38 significant digits.
    #[error("Attempting to store more than 38 significant digits in a Number")]
    TooManyDigits,
}

/// An exact decimal number: `(-1)^negative * coefficient * 10^exponent`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Number {
    negative: bool,
    /// At most 38 digits, not divisible by 10 unless zero.
    coefficient: u128,
    /// Zero when the coefficient is.
    exponent: i16,
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self {
        negative: false,
        coefficient: 0,
        exponent: 0,
    };

    /// Parses `[sign] digits [. digits] [e [sign] digits]`.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        if text.is_empty() {
            return Err(NumberError::Empty);
        }
        let malformed = || NumberError::Malformed(text.to_owned());
        let (negative, unsigned) = split_sign(text.as_bytes());
        let (mantissa, exponent) = match unsigned.iter().position(|b| b.eq_ignore_ascii_case(&b'e'))
        {
            Some(at) => {
                let (mantissa, tail) = unsigned.split_at(at);
                (
                    mantissa,
                    parse_exponent(tail.get(1..).unwrap_or_default()).ok_or_else(malformed)?,
                )
            }
            None => (unsigned, 0),
        };
        let mut digits = Vec::with_capacity(mantissa.len());
        let mut point = None;
        for &byte in mantissa {
            match byte {
                b'0'..=b'9' => digits.push(byte - b'0'),
                b'.' if point.is_none() => point = Some(digits.len()),
                _ => return Err(malformed()),
            }
        }
        if digits.is_empty() {
            return Err(malformed());
        }
        let fraction_digits = digits.len() - point.unwrap_or(digits.len());
        Self::from_digits(
            negative,
            &digits,
            exponent.saturating_sub(fraction_digits as i64),
        )
    }

    /// From decimal digits, most significant first, times a power of ten.
    fn from_digits(negative: bool, digits: &[u8], exponent: i64) -> Result<Self, NumberError> {
        let Some(first) = digits.iter().position(|&digit| digit != 0) else {
            return Ok(Self::ZERO);
        };
        let last = digits
            .iter()
            .rposition(|&digit| digit != 0)
            .unwrap_or(first);
        let significant = digits.get(first..=last).unwrap_or_default();
        let exponent = exponent.saturating_add((digits.len() - 1 - last) as i64);
        let magnitude = exponent.saturating_add(significant.len() as i64 - 1);
        if magnitude > MAGNITUDE_MAX {
            return Err(NumberError::Overflow);
        }
        if magnitude < MAGNITUDE_MIN {
            return Err(NumberError::Underflow);
        }
        if significant.len() > DIGITS_MAX as usize {
            return Err(NumberError::TooManyDigits);
        }
        let coefficient = significant
            .iter()
            .fold(0, |sum, &digit| sum * 10 + u128::from(digit));
        Ok(Self {
            negative,
            coefficient,
            exponent: exponent as i16,
        })
    }

    /// Whether it is zero.
    pub const fn is_zero(&self) -> bool {
        self.coefficient == 0
    }

    /// Whether it is below zero.
    pub const fn is_negative(&self) -> bool {
        self.negative
    }

    /// The negated number.
    pub const fn negated(self) -> Self {
        Self {
            negative: !self.negative && self.coefficient != 0,
            ..self
        }
    }

    /// The exact sum.
    pub fn checked_add(&self, other: &Self) -> Result<Self, NumberError> {
        if self.is_zero() {
            return Ok(*other);
        }
        if other.is_zero() {
            return Ok(*self);
        }
        let low = self.exponent.min(other.exponent);
        let high = self.magnitude().max(other.magnitude()) + 1;
        let width = (i32::from(high) - i32::from(low) + 1) as usize;
        let (left, right) = (self.aligned(low, width), other.aligned(low, width));
        let (negative, digits) = if self.negative == other.negative {
            (self.negative, add_digits(&left, &right))
        } else if left >= right {
            (self.negative, subtract_digits(&left, &right))
        } else {
            (other.negative, subtract_digits(&right, &left))
        };
        Self::from_digits(negative, &digits, i64::from(low))
    }

    /// The exact difference.
    pub fn checked_sub(&self, other: &Self) -> Result<Self, NumberError> {
        self.checked_add(&other.negated())
    }

    /// Exponent of the first significant digit.
    fn magnitude(&self) -> i16 {
        self.exponent + self.digit_count() as i16 - 1
    }

    fn digit_count(&self) -> u32 {
        self.coefficient.checked_ilog10().map_or(1, |log| log + 1)
    }

    /// The digits as a row `width` wide whose last place is `10^low`.
    fn aligned(&self, low: i16, width: usize) -> Vec<u8> {
        let mut row = vec![0; width];
        let mut rest = self.coefficient;
        for place in row.iter_mut().rev().skip((self.exponent - low) as usize) {
            *place = (rest % 10) as u8;
            rest /= 10;
        }
        row
    }

    /// Bytes the number counts for in an item's size: one, one more per pair of digits (pairs
    /// aligned at the decimal point) and one more if negative; zero is one byte.
    pub fn size_bytes(&self) -> usize {
        if self.is_zero() {
            return 1;
        }
        let pairs =
            i32::from(self.magnitude()).div_euclid(2) - i32::from(self.exponent).div_euclid(2) + 1;
        1 + pairs as usize + usize::from(self.negative)
    }

    /// Sign, coefficient and exponent, for the stored form.
    pub(crate) const fn parts(&self) -> (bool, u128, i16) {
        (self.negative, self.coefficient, self.exponent)
    }

    /// From stored parts; `None` unless they are a number in normal form.
    pub(crate) fn from_parts(negative: bool, coefficient: u128, exponent: i16) -> Option<Self> {
        let number = Self {
            negative,
            coefficient,
            exponent,
        };
        if coefficient == 0 {
            return (!negative && exponent == 0).then_some(number);
        }
        let normal = !coefficient.is_multiple_of(10) && number.digit_count() <= DIGITS_MAX;
        let magnitude = i64::from(exponent) + i64::from(number.digit_count()) - 1;
        let in_range = (MAGNITUDE_MIN..=MAGNITUDE_MAX).contains(&magnitude);
        (normal && in_range).then_some(number)
    }

    /// Appends a form whose byte order is the numeric order and that is never a prefix of
    /// another number's: for zero one byte; else a byte for sign and magnitude, then the digits
    /// in pairs, each pair one byte that also says whether more follow.
    ///
    /// Negative numbers are the bitwise complement of their positive counterpart.
    pub fn encode_ordered(&self, out: &mut Vec<u8>) {
        if self.is_zero() {
            out.push(ORDERED_ZERO_SIGN);
            return;
        }
        let start = out.len();
        // Magnitudes are -130..=125: 256 values in one byte.
        out.push((i64::from(self.magnitude()) - MAGNITUDE_MIN) as u8);
        let count = self.digit_count();
        let digit = |position: u32| -> u8 {
            if position >= count {
                return 0;
            }
            ((self.coefficient / 10u128.pow(count - 1 - position)) % 10) as u8
        };
        for position in (0..count).step_by(2) {
            let pair = digit(position) * 10 + digit(position + 1);
            let more = position + 2 < count;
            out.push(pair * 2 + u8::from(more));
        }
        if self.negative {
            out.iter_mut().skip(start).for_each(|byte| *byte = !*byte);
        }
        let sign = if self.negative {
            ORDERED_NEGATIVE_SIGN
        } else {
            ORDERED_POSITIVE_SIGN
        };
        out.insert(start, sign);
    }

    /// Reads what [`Self::encode_ordered`] wrote and how many bytes it took.
    pub fn decode_ordered(bytes: &[u8]) -> Option<(Self, usize)> {
        let (&sign, body) = bytes.split_first()?;
        let flip = match sign {
            ORDERED_ZERO_SIGN => return Some((Self::ZERO, 1)),
            ORDERED_POSITIVE_SIGN => 0,
            ORDERED_NEGATIVE_SIGN => 0xFF,
            _ => return None,
        };
        let (&magnitude, pairs) = body.split_first()?;
        let magnitude = i64::from(magnitude ^ flip) + MAGNITUDE_MIN;
        let mut digits = Vec::with_capacity(DIGITS_MAX as usize);
        for (position, byte) in pairs.iter().enumerate().take(DIGITS_MAX as usize / 2) {
            let byte = byte ^ flip;
            let pair = byte / 2;
            if pair > 99 {
                return None;
            }
            digits.extend([pair / 10, pair % 10]);
            if byte.is_multiple_of(2) {
                let exponent = magnitude - (digits.len() as i64 - 1);
                let number = Self::from_digits(flip != 0, &digits, exponent).ok()?;
                return Some((number, position + 3));
            }
        }
        None
    }
}

const ORDERED_NEGATIVE_SIGN: u8 = 0x01;
const ORDERED_ZERO_SIGN: u8 = 0x02;
const ORDERED_POSITIVE_SIGN: u8 = 0x03;

/// Whether the text begins with a minus, and what follows its sign.
fn split_sign(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes {
        [sign @ (b'-' | b'+'), rest @ ..] => (*sign == b'-', rest),
        rest => (false, rest),
    }
}

/// The exponent's value, saturating far outside the range of numbers.
fn parse_exponent(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(bytes);
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0i64, |sum, digit| {
        sum.saturating_mul(10)
            .saturating_add(i64::from(digit - b'0'))
            .min(1 << 40)
    });
    Some(if negative { -value } else { value })
}

fn add_digits(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut sum = left.to_vec();
    let mut carry = 0;
    for (place, digit) in sum.iter_mut().rev().zip(right.iter().rev()) {
        let total = *place + digit + carry;
        (*place, carry) = (total % 10, total / 10);
    }
    sum
}

/// `left - right`, where `left >= right`.
fn subtract_digits(left: &[u8], right: &[u8]) -> Vec<u8> {
    let mut difference = left.to_vec();
    let mut borrow = 0;
    for (place, digit) in difference.iter_mut().rev().zip(right.iter().rev()) {
        let total = 10 + *place - digit - borrow;
        (*place, borrow) = (total % 10, 1 - total / 10);
    }
    difference
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        let mut coefficient = u128::from(value.unsigned_abs());
        let mut exponent = 0;
        while coefficient != 0 && coefficient.is_multiple_of(10) {
            coefficient /= 10;
            exponent += 1;
        }
        Self {
            negative: value < 0,
            coefficient,
            exponent,
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match (number.is_zero(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let signs = sign(self).cmp(&sign(other));
        if signs != Ordering::Equal || self.is_zero() {
            return signs;
        }
        let by_size = self.magnitude().cmp(&other.magnitude()).then_with(|| {
            // Equal magnitudes: bring both coefficients to 38 digits and compare.
            let scaled = |n: &Self| n.coefficient * 10u128.pow(DIGITS_MAX - n.digit_count());
            scaled(self).cmp(&scaled(other))
        });
        if self.negative {
            by_size.reverse()
        } else {
            by_size
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain decimal, never with an exponent.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        let digits = self.coefficient.to_string();
        let places = usize::from(self.exponent.unsigned_abs());
        if self.exponent >= 0 {
            return write!(f, "{digits}{}", "0".repeat(places));
        }
        match digits.split_at_checked(digits.len().saturating_sub(places)) {
            Some((whole, fraction)) if !whole.is_empty() => write!(f, "{whole}.{fraction}"),
            _ => write!(f, "0.{}{digits}", "0".repeat(places - digits.len())),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
