//! What comes in by the door, what is refused there and with which words.

use proptest::prelude::*;

use super::read::EMPTY;
use super::*;
use crate::generate::{any_item, any_value};

fn fault(value: &str) -> ItemJsonError {
    parse_item(&format!(r#"{{"a":{value}}}"#)).unwrap_err()
}

fn validation(value: &str) -> String {
    match fault(value) {
        ItemJsonError::Validation(text) => text,
        other @ ItemJsonError::Serialization(_) => panic!("{value}: {other:?}"),
    }
}

fn serialization(value: &str) -> String {
    match fault(value) {
        ItemJsonError::Serialization(text) => text,
        other @ ItemJsonError::Validation(_) => panic!("{value}: {other:?}"),
    }
}

fn written(item: &Item) -> String {
    let mut out = Vec::new();
    write_item(item, &mut out);
    String::from_utf8(out).unwrap()
}

const SEVERAL: &str = "Supplied AttributeValue has more than one datatypes set, must contain \
                       exactly one of the supported datatypes";

#[test]
fn values_that_break_a_rule_are_refused_in_awss_words() {
    let invalid = |text: &str| format!("One or more parameter values were invalid: {text}");
    let bare = str::to_owned;
    for (value, text) in [
        ("{}", bare(EMPTY)),
        (r#"{"X":"a"}"#, bare(EMPTY)),
        (r#"{"S":null}"#, bare(EMPTY)),
        (r#"{"S":"a","N":"1"}"#, bare(SEVERAL)),
        (
            r#"{"S":"a","N":"b"}"#,
            bare("The parameter cannot be converted to a numeric value: b"),
        ),
        (
            r#"{"N":""}"#,
            bare("The parameter cannot be converted to a numeric value"),
        ),
        (
            r#"{"NS":["1",""]}"#,
            bare("The parameter cannot be converted to a numeric value"),
        ),
        (
            r#"{"NULL":false}"#,
            invalid("Null attribute value types must have the value of true"),
        ),
        (
            r#"{"NULL":"no"}"#,
            invalid("Null attribute value types must have the value of true"),
        ),
        (r#"{"SS":[]}"#, invalid("An string set  may not be empty")),
        (r#"{"NS":[]}"#, invalid("An number set  may not be empty")),
        (r#"{"BS":[]}"#, invalid("Binary sets should not be empty")),
        (
            r#"{"SS":["a","a"]}"#,
            invalid("Input collection [a, a] contains duplicates."),
        ),
        (
            r#"{"NS":["1","1.0"]}"#,
            bare("Input collection contains duplicates"),
        ),
        (
            r#"{"BS":["YQ==","YQ=="]}"#,
            invalid("Input collection [YQ==, YQ==]of type BS contains duplicates."),
        ),
    ] {
        assert_eq!(validation(value), text, "{value}");
        let nested = format!(r#"{{"L":[{{"M":{{"x":{value}}}}}]}}"#);
        assert_eq!(validation(&nested), text, "{nested}");
        // The first broken rule is the one that is told.
        let followed = format!(r#"{{"L":[{value},{{"N":"later"}}]}}"#);
        assert_eq!(validation(&followed), text, "{followed}");
    }
}

#[test]
fn values_of_the_wrong_kind_are_refused_in_awss_words() {
    let object = "Start of structure or map found where not expected";
    for (value, text) in [
        (r#"{"S":1}"#, "NUMBER_VALUE cannot be converted to String"),
        (
            r#"{"N":-2147483649}"#,
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            r#"{"N":123456789012345678901234567890}"#,
            "NUMBER_VALUE cannot be converted to String",
        ),
        (
            r#"{"S":1.5}"#,
            "DECIMAL_VALUE cannot be converted to String",
        ),
        (r#"{"S":true}"#, "TRUE_VALUE cannot be converted to String"),
        (
            r#"{"SS":[false]}"#,
            "FALSE_VALUE cannot be converted to String",
        ),
        (r#"{"SS":[null]}"#, "Unexpected field type"),
        (r#"{"S":{}}"#, object),
        (
            r#"{"S":[]}"#,
            "Unrecognized collection type class java.lang.String",
        ),
        (r#"{"BOOL":"x"}"#, "Unexpected token received from parser"),
        (
            r#"{"BOOL":1}"#,
            "NUMBER_VALUE cannot be converted to Boolean",
        ),
        (
            r#"{"NULL":0.5}"#,
            "DECIMAL_VALUE cannot be converted to Boolean",
        ),
        (
            r#"{"BOOL":[]}"#,
            "Unrecognized collection type class java.lang.Boolean",
        ),
        (r#"{"BOOL":{}}"#, object),
        (
            r#"{"B":true}"#,
            "only base-64-encoded strings are convertible to bytes",
        ),
        (
            r#"{"BS":[1]}"#,
            "only base-64-encoded strings are convertible to bytes",
        ),
        (
            r#"{"B":[]}"#,
            "Unrecognized collection type class java.nio.ByteBuffer",
        ),
        (
            r#"{"B":"abc"}"#,
            "Base64 encoded length is expected a multiple of 4 bytes but found: 3",
        ),
        (
            r#"{"B":"ab!="}"#,
            "only base-64-encoded strings are convertible to bytes",
        ),
        (
            r#"{"B":"=+/="}"#,
            "Invalid last non-pad Base64 character dectected",
        ),
        (
            r#"{"BS":["+/+="]}"#,
            "Invalid last non-pad Base64 character dectected",
        ),
        (r#"{"SS":"a"}"#, "Unexpected field type"),
        (r#"{"L":1}"#, "Unexpected field type"),
        (r#"{"L":{}}"#, object),
        (r#"{"M":"a"}"#, "Unexpected field type"),
        (
            r#"{"M":[]}"#,
            "Unrecognized collection type java.util.Map<java.lang.String, \
             com.amazonaws.dynamodb.v20120810.AttributeValue>",
        ),
        (r#""text""#, "Unexpected value type in payload"),
        (
            "[]",
            "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.AttributeValue",
        ),
    ] {
        assert_eq!(serialization(value), text, "{value}");
        // Types are converted before any rule is checked, wherever each stands.
        let after = format!(r#"{{"L":[{{"N":"bad"}},{{"M":{{"x":{value}}}}},{{"NS":[]}}]}}"#);
        assert_eq!(serialization(&after), text, "{after}");
    }
}

#[test]
fn what_is_no_item_is_no_item() {
    for text in [
        "",
        "{",
        "null",
        "[]",
        "1",
        r#"{"a":{"S":"x"}} {}"#,
        "{\"a\":{\"S\":\"\n\"}}",
    ] {
        assert!(
            matches!(parse_item(text), Err(ItemJsonError::Serialization(_))),
            "{text}"
        );
    }
    assert_eq!(parse_item("{}"), Ok(Item::default()));
    assert_eq!(
        parse_value("null"),
        Err(ItemJsonError::Validation(EMPTY.to_owned()))
    );
}

#[test]
fn nesting_ends_at_32_levels_whatever_follows() {
    let nested = |levels: usize, open: &str, leaf: &str, close: &str| {
        format!("{}{leaf}{}", open.repeat(levels), close.repeat(levels))
    };
    let forms = [
        (r#"{"L":["#, r#"{"S":"x"}"#, "]}"),
        (r#"{"M":{"k":"#, r#"{"SS":["x"]}"#, "}}"),
        (r#"{"L":["#, "", "]}"),
    ];
    for (open, leaf, close) in forms {
        let deepest = parse_value(&nested(32, open, leaf, close)).unwrap();
        assert_eq!(deepest.depth(), 32);
        for levels in [33, 10_000] {
            assert_eq!(
                validation(&nested(levels, open, leaf, close)),
                "Nesting Levels have exceeded supported limits: Attributes in the item have \
                 nested levels beyond supported limit"
            );
            let unclosed = nested(levels, open, "", "");
            serialization(&unclosed);
        }
    }
    // A member that is null is absent, however deep it would be.
    let absent = nested(32, r#"{"L":["#, r#"{"M":null,"S":"x"}"#, "]}");
    assert_eq!(parse_value(&absent).unwrap().depth(), 32);

    serialization(&"[".repeat(10_000));
    serialization(&format!(r#"{{"S":{}"#, "[".repeat(10_000)));
    // What is skipped is skipped without recursion.
    let skipped = format!(r#"{{"X":{}1{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(validation(&skipped), EMPTY);
}

#[test]
fn names_are_checked_at_any_depth() {
    let named = |name: &str| format!(r#"{{"M":{{"{name}":{{"S":"x"}}}}}}"#);
    assert!(parse_value(&named(&"n".repeat(65_535))).is_ok());
    assert_eq!(
        validation(&named(&"n".repeat(65_536))),
        "Attribute name is too large, must be less than 65536 bytes"
    );
    assert!(validation(&named("")).ends_with("Empty attribute name"));
}

#[test]
fn faults_name_the_entry_they_are_in() {
    let key = |text: &str| parse_value_map(text).unwrap_err().key;
    let rule = r#"{":a":{"S":"x"},":b":{"M":{"deep":{"N":"x"}}},":c":{"N":"y"}}"#;
    assert_eq!(key(rule).as_deref(), Some(":b"));
    let kind = r#"{":a":{"N":"x"},":b":{"M":{"deep":{"N":1}}}}"#;
    assert_eq!(key(kind).as_deref(), Some(":b"));
    assert_eq!(key("[]"), None);
    let fault = parse_value_map(r#"{":v":{}}"#).unwrap_err();
    assert_eq!(fault.to_string(), EMPTY);
}

#[test]
fn lenient_forms_are_read() {
    for (given, read) in [
        (r#"{"a":{"NULL":"yes"}}"#, r#"{"a":{"NULL":true}}"#),
        (r#"{"a":{"BOOL":"FALSE"}}"#, r#"{"a":{"BOOL":false}}"#),
        (r#"{"a":null,"b":{"S":""}}"#, r#"{"b":{"S":""}}"#),
        (r#"{"a":{"S":"x","N":null,"Z":[{}]}}"#, r#"{"a":{"S":"x"}}"#),
        (r#"{"a":{"N":"007"}}"#, r#"{"a":{"N":"7"}}"#),
        (
            r#"{"a":{"NS":["2","-1","10"]}}"#,
            r#"{"a":{"NS":["-1","2","10"]}}"#,
        ),
        (r#"{"a":{"SS":["","b"]}}"#, r#"{"a":{"SS":["","b"]}}"#),
        (
            r#"{"\u0061":{"\u0053":"\ud83d\ude00\u0000"}}"#,
            r#"{"a":{"S":"😀\u0000"}}"#,
        ),
    ] {
        assert_eq!(written(&parse_item(given).unwrap()), read, "{given}");
    }
}

#[test]
fn the_last_member_of_a_name_wins() {
    for (given, read) in [
        (r#"{"a":{"S":"x"},"a":{"N":"1"}}"#, r#"{"a":{"N":"1"}}"#),
        (r#"{"a":{"S":"x"},"a":null}"#, "{}"),
        (r#"{"a":{"S":"x","S":"y"}}"#, r#"{"a":{"S":"y"}}"#),
        (r#"{"a":{"S":"x","N":"1","S":null}}"#, r#"{"a":{"N":"1"}}"#),
        (r#"{"a":{"N":"1","S":"x","S":null}}"#, r#"{"a":{"N":"1"}}"#),
    ] {
        assert_eq!(written(&parse_item(given).unwrap()), read, "{given}");
    }
    assert_eq!(validation(r#"{"S":"x","S":null}"#), EMPTY);
    assert_eq!(validation(r#"{"S":"x","S":"y","B":""}"#), SEVERAL);
}

proptest! {
    #[test]
    fn items_round_trip(item in any_item()) {
        prop_assert_eq!(parse_item(&written(&item)), Ok(item));
    }

    #[test]
    fn values_round_trip(value in any_value()) {
        let mut out = Vec::new();
        write_value(&value, &mut out);
        prop_assert_eq!(parse_value(std::str::from_utf8(&out).unwrap()), Ok(value));
    }

    #[test]
    fn strings_are_written_as_json(text in any::<String>(), control in "[\\x00-\\x1f\"\\\\\u{7f}\u{2028}]{0,8}") {
        let text = text + &control;
        let mut out = Vec::new();
        write_string(&text, &mut out);
        prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
    }

    #[test]
    fn any_text_is_answered(text in r#"[\[\]{}:,"SNBMLUO0-9a ]{0,60}"#) {
        let _ = parse_item(&text);
        let _ = parse_value(&text);
    }

    #[test]
    fn damaged_json_is_answered(item in any_item(), at in any::<prop::sample::Index>(), with in any::<char>()) {
        let mut text: Vec<char> = written(&item).chars().collect();
        let at = at.index(text.len());
        text[at] = with;
        let text: String = text.into_iter().collect();
        // What is still read is an item with one form, whatever the damage was.
        if let Ok(read) = parse_item(&text) {
            prop_assert_eq!(parse_item(&written(&read)), Ok(read));
        }
    }
}

#[test]
fn strings_are_escaped_wherever_a_block_ends() {
    for length in 0..100_usize {
        for special in ['"', '\\', '\u{1f}', '\n', 'ü'] {
            for at in 0..length {
                let mut text = "x".repeat(length);
                text.replace_range(at..=at, &special.to_string());
                let mut out = Vec::new();
                write_string(&text, &mut out);
                assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
            }
        }
    }
}
