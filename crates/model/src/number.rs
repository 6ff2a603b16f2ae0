//! DynamoDB's numbers: up to 38 significant decimal digits, exact, from 1E-130 to just below
//! 1E+126 in magnitude, and zero.
//!
//! A [`Number`] is always in normal form (no trailing zeros in the coefficient, one zero), so
//! `==` is numeric equality and every number has one printed form, one stored form and one
//! ordered form ([`ordered`]). Arithmetic is exact or fails; nothing is ever rounded.
//!
//! Limits and texts: AWS developer guide, "Supported data types"; the order of the tests
//! (magnitude before digits) is what the service answers.

mod ordered;

use std::cmp::Ordering;
use std::fmt;

use crate::limits;

const DIGITS_MAX: u32 = limits::NUMBER_DIGITS_MAX;
const MAGNITUDE_MAX: i64 = limits::NUMBER_MAGNITUDE_MAX;
const MAGNITUDE_MIN: i64 = limits::NUMBER_MAGNITUDE_MIN;

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

    /// The whole part of a number that is not negative; `None` if it is, or above `u64`'s range.
    pub fn floor_u64(&self) -> Option<u64> {
        if self.negative {
            return None;
        }
        let one = 10u128.checked_pow(u32::from(self.exponent.unsigned_abs()));
        let whole = match (one, self.exponent >= 0) {
            (Some(one), true) => self.coefficient.checked_mul(one)?,
            (Some(one), false) => self.coefficient / one,
            (None, true) => return None,
            (None, false) => 0,
        };
        u64::try_from(whole).ok()
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
}

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
        let coefficient = self.coefficient;
        let places = usize::from(self.exponent.unsigned_abs());
        if coefficient == 0 || self.exponent >= 0 {
            return write!(f, "{coefficient}{:0<places$}", "");
        }
        // A u128 holds 10^38, so with more places than that there is no whole part.
        match 10u128.checked_pow(places as u32) {
            Some(one) => write!(f, "{}.{:0places$}", coefficient / one, coefficient % one),
            None => write!(f, "0.{coefficient:0places$}"),
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
