//! Numbers against an arbitrary-precision oracle, and the texts and sizes clients rely on.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;
use proptest::prelude::*;

use super::*;
use crate::generate::any_number;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

fn oracle(number: &Number) -> BigDecimal {
    BigDecimal::from_str(&number.to_string()).unwrap()
}

/// What a number of this exact value must be, or why there is none.
fn of_oracle(exact: &BigDecimal) -> Result<Number, NumberError> {
    let (coefficient, scale) = exact.normalized().into_bigint_and_exponent();
    let digits = coefficient.magnitude().to_string();
    let magnitude = digits.len() as i64 - 1 - scale;
    if digits == "0" {
        Ok(Number::ZERO)
    } else if magnitude > 125 {
        Err(NumberError::Overflow)
    } else if magnitude < -130 {
        Err(NumberError::Underflow)
    } else if digits.len() > 38 {
        Err(NumberError::TooManyDigits)
    } else {
        Ok(number(&format!("{coefficient}e{}", -scale)))
    }
}

fn ordered(number: &Number) -> Vec<u8> {
    let mut out = Vec::new();
    number.encode_ordered(&mut out);
    out
}

#[test]
fn printed_form_is_plain_and_normal() {
    for (text, printed) in [
        ("1.5E2", "150"),
        ("00042", "42"),
        ("1.0", "1"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "0"),
        ("0E999999999999999999999", "0"),
        ("-12.3400", "-12.34"),
        ("1e-3", "0.001"),
    ] {
        assert_eq!(number(text).to_string(), printed, "{text}");
    }
    assert_eq!(
        number("1E-130").to_string(),
        format!("0.{}1", "0".repeat(129))
    );
    assert_eq!(number("1E125").to_string(), format!("1{}", "0".repeat(125)));
}

#[test]
fn ordered_form_is_pinned() {
    for (text, bytes) in [
        ("0", &[0x02][..]),
        ("1", &[0x03, 130, 20]),
        ("-1", &[0x01, !130, !20]),
        ("10", &[0x03, 131, 20]),
        ("123", &[0x03, 132, 25, 60]),
        ("-0.0123", &[0x01, !128, !25, !60]),
        ("1E-130", &[0x03, 0, 20]),
        ("9.9E125", &[0x03, 255, 198]),
    ] {
        assert_eq!(ordered(&number(text)), bytes, "{text}");
    }
}

#[test]
fn faults_have_their_texts() {
    let text = |input: &str| Number::parse(input).unwrap_err().to_string();
    assert_eq!(
        text(""),
        "The parameter cannot be converted to a numeric value"
    );
    for bad in [
        ".", "+.", ".e5", "12e", "1 2", "inf", "nan", "0x1", "1_0", "--1", "1e1.0", "١",
    ] {
        let expected = format!("The parameter cannot be converted to a numeric value: {bad}");
        assert_eq!(text(bad), expected);
    }
    assert!(text("1E126").starts_with("Number overflow."));
    assert!(text("-1E99999999999999999999").starts_with("Number overflow."));
    assert!(text("1E-131").starts_with("Number underflow."));
    assert!(text(&format!("1{}1", "0".repeat(37))).starts_with("Attempting to store more than 38"));
    let magnitude_first = format!("{}e90", "1".repeat(39));
    assert!(text(&magnitude_first).starts_with("Number overflow."));
    assert_eq!(
        number(&format!("{}{}", "9".repeat(16), "0".repeat(24))).digit_count(),
        16
    );
    assert_eq!(
        number("1E125").checked_add(&number("9E125")),
        Err(NumberError::Overflow)
    );
    assert_eq!(
        number("1.1E-130").checked_sub(&number("1E-130")),
        Err(NumberError::Underflow)
    );
    assert_eq!(
        number("1E60").checked_add(&number("1")),
        Err(NumberError::TooManyDigits)
    );
}

#[test]
fn sizes_follow_the_published_examples() {
    for (text, size_bytes) in [
        ("0", 1),
        ("1", 2),
        ("12", 2),
        ("100", 2),
        ("1000", 2),
        ("123", 3),
        ("12.3456", 4),
        ("123.4", 4),
        ("-12", 3),
    ] {
        assert_eq!(number(text).size_bytes(), size_bytes, "{text}");
    }
    assert_eq!(number(&"12".repeat(19)).size_bytes(), 20);
    // Pairs are aligned at the point: 38 digits that begin in the middle of one take 20 pairs.
    assert_eq!(number(&format!("{}e1", "12".repeat(19))).size_bytes(), 21);
}

/// The size by the printed form: pairs of digits from the point on to either side, those between
/// the first and the last that are not zero.
fn size_by_its_digits(text: &str) -> usize {
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let left = format!("{}{whole}", "0".repeat(whole.len() % 2));
    let right = format!("{fraction}{}", "0".repeat(fraction.len() % 2));
    let pairs: Vec<char> = format!("{left}{right}").chars().collect();
    let counts = pairs.chunks(2).map(|pair| pair != ['0', '0']);
    let counts: Vec<bool> = counts.collect();
    let first = counts.iter().position(|counts| *counts);
    let last = counts.iter().rposition(|counts| *counts);
    let spanned = first.zip(last).map_or(0, |(first, last)| last - first + 1);
    1 + spanned + usize::from(text.starts_with('-'))
}

proptest! {
    #[test]
    fn sizes_are_those_of_the_printed_digits(a in any_number()) {
        prop_assert_eq!(a.size_bytes(), size_by_its_digits(&a.to_string()), "{}", a);
    }

    #[test]
    fn text_round_trips(a in any_number()) {
        prop_assert_eq!(number(&a.to_string()), a);
        prop_assert_eq!(Number::from_parts(a.negative, a.coefficient, a.exponent), Some(a));
    }

    #[test]
    fn order_is_the_oracles(a in any_number(), b in any_number()) {
        prop_assert_eq!(a.cmp(&b), oracle(&a).cmp(&oracle(&b)));
    }

    #[test]
    fn ordered_form_orders_and_round_trips(a in any_number(), b in any_number()) {
        let (left, right) = (ordered(&a), ordered(&b));
        prop_assert_eq!(left.cmp(&right), a.cmp(&b));
        prop_assert!(a == b || !right.starts_with(&left));
        for tail in [&[][..], &[0, 255, 7], &[255, 255]] {
            let followed = [&left[..], tail].concat();
            prop_assert_eq!(Number::decode_ordered(&followed), Some((a, left.len())));
        }
    }

    #[test]
    fn only_ordered_forms_are_decoded(
        bytes in prop::collection::vec(any::<u8>(), 0..24),
        sign in 0..5u8,
        a in any_number(),
        at in any::<prop::sample::Index>(),
        bit in 0..8u32,
    ) {
        let mut damaged = ordered(&a);
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << bit;
        for bytes in [&bytes[..], &[&[sign], &bytes[..]].concat(), &damaged] {
            if let Some((number, length)) = Number::decode_ordered(bytes) {
                prop_assert_eq!(&ordered(&number)[..], &bytes[..length]);
            }
        }
    }

    #[test]
    fn sums_and_differences_are_exact_or_fail(a in any_number(), b in any_number()) {
        let sum = a.checked_add(&b);
        prop_assert_eq!(&sum, &of_oracle(&(oracle(&a) + oracle(&b))));
        prop_assert_eq!(&sum, &b.checked_add(&a));
        prop_assert_eq!(a.checked_sub(&b), of_oracle(&(oracle(&a) - oracle(&b))));
        prop_assert_eq!(a.checked_sub(&a), Ok(Number::ZERO));
        if let Ok(sum) = sum {
            prop_assert_eq!(sum.checked_sub(&b), Ok(a));
        }
    }

    #[test]
    fn integers_are_themselves(value in prop_oneof![any::<i64>(), -100..100i64]) {
        prop_assert_eq!(Number::from(value), number(&value.to_string()));
        prop_assert_eq!(Number::from(value).to_string(), value.to_string());
    }

    #[test]
    fn parsing_agrees_with_the_oracle(text in "[+-]?[0-9]{0,20}[.]?[0-9]{0,20}([eE][+-]?[0-9]{1,3})?") {
        match BigDecimal::from_str(&text) {
            Ok(exact) => prop_assert_eq!(Number::parse(&text), of_oracle(&exact)),
            Err(_) => prop_assert!(Number::parse(&text).is_err()),
        }
    }

    #[test]
    fn any_text_is_answered(text in ".{0,50}", digits in "[0-9eE.+-]{0,50}") {
        for text in [text, digits] {
            if let Ok(number) = Number::parse(&text) {
                prop_assert_eq!(Number::parse(&number.to_string()), Ok(number));
            }
        }
    }
}

#[test]
fn whole_parts_are_those_of_the_exact_number() {
    for (text, whole) in [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-1", None),
        ("-1e-130", None),
        ("1e-130", Some(0)),
        ("0.99999999999999999999999999999999999999", Some(0)),
        ("1e-38", Some(0)),
        ("12345678901234567890123456789012345678e-38", Some(0)),
        ("12345678901234567890123456789012345678e-37", Some(1)),
        ("1795222800", Some(1_795_222_800)),
        ("1795222800.999", Some(1_795_222_800)),
        ("17952228e2", Some(1_795_222_800)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551615.5", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("9e38", None),
        ("1e125", None),
    ] {
        assert_eq!(number(text).floor_u64(), whole, "{text}");
    }
}
