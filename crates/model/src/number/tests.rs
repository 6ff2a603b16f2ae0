//! Numbers against an arbitrary-precision oracle, and the texts and sizes clients rely on.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;
use proptest::prelude::*;

use super::*;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

fn oracle(number: &Number) -> BigDecimal {
    BigDecimal::from_str(&number.to_string()).unwrap()
}

fn any_number() -> impl Strategy<Value = Number> {
    let digits = prop_oneof!["[0-9]{1,3}", "[0-9]{1,38}"];
    let exponent = prop_oneof![-3i32..3, -130i32..=88];
    (any::<bool>(), digits, exponent).prop_filter_map("in range", |(negative, digits, exponent)| {
        Number::parse(&format!(
            "{}{digits}e{exponent}",
            if negative { "-" } else { "" }
        ))
        .ok()
    })
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
    assert!(number("1E125").checked_add(&number("9E125")).is_err());
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
}

proptest! {
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
        let encode = |number: &Number| {
            let mut bytes = Vec::new();
            number.encode_ordered(&mut bytes);
            bytes
        };
        let (left, right) = (encode(&a), encode(&b));
        prop_assert_eq!(left.cmp(&right), a.cmp(&b));
        prop_assert!(a == b || !right.starts_with(&left));
        let mut followed = left.clone();
        followed.extend([0, 255, 7]);
        prop_assert_eq!(Number::decode_ordered(&followed), Some((a, left.len())));
    }

    #[test]
    fn sums_and_differences_are_exact_or_fail(a in any_number(), b in any_number()) {
        if let Ok(sum) = a.checked_add(&b) {
                prop_assert_eq!(oracle(&sum), oracle(&a) + oracle(&b));
            } else {
                let exact = (oracle(&a) + oracle(&b)).normalized();
                let (digits, scale) = exact.as_bigint_and_exponent();
                let count = digits.magnitude().to_string().len() as i64;
                prop_assert!(count > 38 || count - 1 - scale > 125 || count - 1 - scale < -130);
            }
        prop_assert_eq!(a.checked_sub(&a), Ok(Number::ZERO));
    }

    #[test]
    fn any_text_and_any_bytes_are_answered(text in ".{0,50}", bytes in any::<Vec<u8>>()) {
        let _ = Number::parse(&text);
        let _ = Number::decode_ordered(&bytes);
    }
}
