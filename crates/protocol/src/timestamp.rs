//! Instants as the protocol writes them: JSON numbers, seconds since the epoch.

use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::value::RawValue;

const MICROSECONDS_PER_SECOND: u64 = 1_000_000;

/// An instant, in microseconds since the epoch.
///
/// Requests carry any number of decimals; those beyond the sixth are cut off. Replies carry
/// milliseconds, as AWS's do. Neither way passes through a binary fraction, so the digits a client
/// sent are the digits meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The instant so many microseconds after the epoch.
    pub const fn from_micros(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Microseconds since the epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads a JSON number of seconds: digits, perhaps a fraction, perhaps an exponent. An instant
    /// beyond what 64 bits of microseconds can say (292,000 years) becomes the last one they can.
    /// `None` if the text is not a number.
    pub fn from_seconds(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => (true, unsigned),
            None => (false, text),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !digits_only(whole) || !digits_only(fraction) {
            return None;
        }
        let microseconds = microseconds(whole, fraction, exponent);
        Some(Self(if negative {
            -microseconds
        } else {
            microseconds
        }))
    }

    /// The number of seconds with up to three decimals, later digits cut off.
    fn to_seconds(self) -> String {
        let milliseconds = self.0 / 1_000;
        let sign = if milliseconds < 0 { "-" } else { "" };
        let milliseconds = milliseconds.unsigned_abs();
        let (seconds, rest) = (milliseconds / 1_000, milliseconds % 1_000);
        if rest == 0 {
            return format!("{sign}{seconds}");
        }
        let decimals = format!("{rest:03}");
        format!("{sign}{seconds}.{}", decimals.trim_end_matches('0'))
    }
}

/// An exponent; one too long for an `i64` is as good as the largest.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent = digits.parse().unwrap_or(i64::from(u32::MAX));
    Some(if negative { -exponent } else { exponent })
}

/// `whole.fraction * 10^exponent` seconds in microseconds, saturating.
fn microseconds(whole: &str, fraction: &str, exponent: i64) -> i64 {
    let digits = whole
        .bytes()
        .chain(fraction.bytes())
        .map(|digit| i64::from(digit - b'0'));
    let leading_zeros = digits.clone().take_while(|digit| *digit == 0).count();
    let decimals = MICROSECONDS_PER_SECOND.ilog10();
    // How many digits, from the first that is not zero, stand before the microseconds' point.
    let kept = (whole.len() as i64)
        .saturating_sub(leading_zeros as i64)
        .saturating_add(exponent)
        .saturating_add(i64::from(decimals));
    let significant = digits.skip(leading_zeros);
    if kept <= 0 || significant.clone().next().is_none() {
        return 0;
    }
    // Twenty digits, the first not zero, are more than an i64 holds.
    let kept = usize::try_from(kept).unwrap_or(usize::MAX).min(20);
    significant
        .chain(std::iter::repeat(0))
        .take(kept)
        .fold(0, |number: i64, digit| {
            number.saturating_mul(10).saturating_add(digit)
        })
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = RawValue::from_string(self.to_seconds()).map_err(S::Error::custom)?;
        number.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn micros(text: &str) -> Option<i64> {
        Timestamp::from_seconds(text).map(Timestamp::as_micros)
    }

    #[test]
    fn reads_every_form_of_a_json_number() {
        for (text, expected) in [
            ("0", 0),
            ("-0.0", 0),
            ("0e999999999999999999999", 0),
            ("1489602797", 1_489_602_797_000_000),
            ("1489602797.149", 1_489_602_797_149_000),
            ("1489602797.1499999", 1_489_602_797_149_999),
            ("1.489602797149E9", 1_489_602_797_149_000),
            ("1489602797149e-3", 1_489_602_797_149_000),
            ("0.0000009", 0),
            ("0.000001", 1),
            ("-1.5", -1_500_000),
            ("1e-99999999999999999999", 0),
            ("1e300", i64::MAX),
            ("-1E+300", -i64::MAX),
            ("9223372036854.775807", i64::MAX),
            ("9223372036854.775808", i64::MAX),
        ] {
            assert_eq!(micros(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_number() {
        for text in [
            "", "-", "true", "\"1\"", "1e", "1e+", ".5", "1.2.3", "0x10", "1 ", "NaN",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }

    #[test]
    fn writes_milliseconds() {
        for (microseconds, expected) in [
            (0, "0"),
            (1_489_602_797_149_000, "1489602797.149"),
            (1_489_602_797_149_999, "1489602797.149"),
            (1_489_602_797_100_000, "1489602797.1"),
            (1_489_602_797_000_999, "1489602797"),
            (1_489_602_797_010_000, "1489602797.01"),
            (-1_500_000, "-1.5"),
        ] {
            let timestamp = Timestamp::from_micros(microseconds);
            assert_eq!(serde_json::to_string(&timestamp).unwrap(), expected);
        }
    }

    proptest! {
        /// Moving the decimal point into the exponent and adding digits past the sixth decimal
        /// changes nothing.
        #[test]
        fn digits_mean_what_they_say(
            microseconds in -i64::MAX..=i64::MAX,
            shift in -30_i64..30,
            tail in "[0-9]{0,20}",
        ) {
            let sign = if microseconds < 0 { "-" } else { "" };
            let digits = microseconds.unsigned_abs();
            let plain = format!("{sign}{}.{:06}{tail}", digits / 1_000_000, digits % 1_000_000);
            prop_assert_eq!(micros(&plain), Some(microseconds));

            let zeros = "0".repeat(shift.unsigned_abs() as usize);
            let shifted = if shift >= 0 {
                format!("{sign}{digits}{zeros}e{}", -6 - shift)
            } else {
                format!("{sign}0.{zeros}{digits:019}E+{}", 19 - 6 - shift)
            };
            prop_assert_eq!(micros(&shifted), Some(microseconds), "{}", shifted);
        }

        /// What a reply says, a later request reads back, to the millisecond.
        #[test]
        fn what_is_written_is_read_back(milliseconds in -253_402_300_800_000_i64..253_402_300_800_000) {
            let timestamp = Timestamp::from_micros(milliseconds * 1_000);
            let text = serde_json::to_string(&timestamp).unwrap();
            prop_assert_eq!(Timestamp::from_seconds(&text), Some(timestamp));
        }
    }
}
