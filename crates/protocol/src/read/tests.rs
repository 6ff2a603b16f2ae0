//! Requests of the right shape are read, all others say what is wrong with them.

use proptest::prelude::*;

use super::*;
use crate::generated::operations::Operation;
use crate::raw_json::RawJson;
use crate::shapes::{
    BatchGetItemInput, CreateTableInput, PutItemInput, QueryInput, RestoreTableToPointInTimeInput,
    TransactWriteItemsInput, UpdateTableReplicaAutoScalingInput,
};
use crate::timestamp::Timestamp;

fn read_as<T: Structure>(body: &str) -> T {
    parse_input(body.as_bytes()).unwrap()
}

/// The message of the `SerializationException` that `body` is answered with.
fn error<T: Structure>(body: &str) -> Option<String> {
    let fault = parse_input::<T>(body.as_bytes()).map(drop).unwrap_err();
    assert_eq!(fault.code(), "SerializationException");
    fault.message().map(str::to_owned)
}

fn message<T: Structure>(body: &str) -> String {
    error::<T>(body).unwrap_or_else(|| panic!("no message for {body}"))
}

#[test]
fn every_operation_reads_an_empty_object() {
    for operation in Operation::ALL {
        for body in [
            "{}",
            r#" { "NoSuchMember" : [ { "a": [1, "b", null] } ] } "#,
        ] {
            if let Err(fault) = operation.check(body.as_bytes()) {
                assert_eq!(fault.code(), "ValidationException", "{}", operation.name());
            }
        }
    }
}

#[test]
fn items_stay_the_text_that_was_sent() {
    let item = r#"{ "pk":{"S":"a\u0062"}, "n": {"N" : "1.0"}, "l":{"L":[]} }"#;
    let input: PutItemInput = read_as(&format!(r#"{{"TableName":"t","Item":{item}}}"#));
    assert_eq!(input.table_name.as_deref(), Some("t"));
    assert_eq!(input.item, Some(RawJson::from_text(item)));
    assert_eq!(input.expected, None);
}

#[test]
fn nested_shapes_are_read() {
    let input: TransactWriteItemsInput = read_as(
        r#"{"TransactItems":[{"Put":{"TableName":"a","Item":{}}},{"Delete":{"Key":{"k":{"S":""}}}}]}"#,
    );
    let items = input.transact_items.unwrap();
    assert_eq!(
        items[0].put.as_ref().unwrap().table_name.as_deref(),
        Some("a")
    );
    let key = items[1].delete.as_ref().unwrap().key.as_ref().unwrap();
    assert_eq!(key.as_str(), r#"{"k":{"S":""}}"#);
}

#[test]
fn null_is_absent_and_empty_is_not() {
    let input: QueryInput = read_as(
        r##"{"TableName":null,"Limit":null,"ExclusiveStartKey":null,"AttributesToGet":[],
            "ExpressionAttributeNames":{"\u0023a":"b","#n":null}}"##,
    );
    assert_eq!(input.table_name, None);
    assert_eq!(input.limit, None);
    assert_eq!(input.exclusive_start_key, None);
    assert_eq!(input.attributes_to_get, Some(Vec::new()));
    let names = BTreeMap::from([("#a".to_owned(), "b".to_owned())]);
    assert_eq!(input.expression_attribute_names, Some(names));
}

#[test]
fn escaped_member_names_are_the_same_names() {
    let input: PutItemInput = read_as(r#"{"Table\u004eame":"t"}"#);
    assert_eq!(input.table_name.as_deref(), Some("t"));
}

#[test]
fn timestamps_keep_their_digits() {
    for (number, microseconds) in [
        ("1489602797", 1_489_602_797_000_000),
        ("1489602797.149", 1_489_602_797_149_000),
        ("1489602797.123456", 1_489_602_797_123_456),
        ("1.489602797149E9", 1_489_602_797_149_000),
    ] {
        let input: RestoreTableToPointInTimeInput =
            read_as(&format!(r#"{{"RestoreDateTime": {number} }}"#));
        assert_eq!(
            input.restore_date_time,
            Some(Timestamp::from_micros(microseconds))
        );
    }
}

#[test]
fn numbers_are_cut_to_size() {
    for (number, expected) in [
        ("7", 7),
        ("7.9", 7),
        ("1e2", 100),
        ("-3000000000", i32::MIN),
        ("3000000000", i32::MAX),
        ("99999999999999999999", i32::MAX),
    ] {
        let input: QueryInput = read_as(&format!(r#"{{"Limit":{number}}}"#));
        assert_eq!(input.limit, Some(expected), "{number}");
    }
}

#[test]
fn scalars_of_the_wrong_type_are_named() {
    for (value, expected) in [
        ("true", "TRUE_VALUE cannot be converted to String"),
        ("false", "FALSE_VALUE cannot be converted to String"),
        ("23", "NUMBER_VALUE cannot be converted to String"),
        ("-2147483649", "NUMBER_VALUE cannot be converted to String"),
        ("34.56", "DECIMAL_VALUE cannot be converted to String"),
        ("[]", "Unrecognized collection type class java.lang.String"),
        ("{}", "Start of structure or map found where not expected"),
    ] {
        assert_eq!(
            message::<PutItemInput>(&format!(r#"{{"TableName":{value}}}"#)),
            expected
        );
    }
    for (value, expected) in [
        ("\"23\"", "STRING_VALUE cannot be converted to Integer"),
        ("true", "TRUE_VALUE cannot be converted to Integer"),
        ("[]", "Unrecognized collection type class java.lang.Integer"),
        ("{}", "Start of structure or map found where not expected"),
    ] {
        assert_eq!(
            message::<QueryInput>(&format!(r#"{{"Limit":{value}}}"#)),
            expected
        );
    }
    for (value, expected) in [
        ("\"true\"", "Unexpected token received from parser"),
        ("23", "NUMBER_VALUE cannot be converted to Boolean"),
        ("34.56", "DECIMAL_VALUE cannot be converted to Boolean"),
        ("[]", "Unrecognized collection type class java.lang.Boolean"),
        ("{}", "Start of structure or map found where not expected"),
    ] {
        assert_eq!(
            message::<QueryInput>(&format!(r#"{{"ConsistentRead":{value}}}"#)),
            expected
        );
    }
    let throughput = r#"{"ProvisionedThroughput":{"ReadCapacityUnits":"1"}}"#;
    assert_eq!(
        message::<CreateTableInput>(throughput),
        "STRING_VALUE cannot be converted to Long"
    );
    assert_eq!(
        message::<RestoreTableToPointInTimeInput>(r#"{"RestoreDateTime":"now"}"#),
        "STRING_VALUE cannot be converted to Date"
    );
    assert_eq!(
        message::<RestoreTableToPointInTimeInput>(r#"{"RestoreDateTime":[1]}"#),
        "Unrecognized collection type class java.util.Date"
    );
}

#[test]
fn collections_of_the_wrong_type_are_named() {
    for value in ["\"a\"", "1", "1.5", "true"] {
        let list = format!(r#"{{"AttributesToGet":{value}}}"#);
        assert_eq!(message::<QueryInput>(&list), "Unexpected field type");
        let map = format!(r#"{{"RequestItems":{value}}}"#);
        assert_eq!(message::<BatchGetItemInput>(&map), "Unexpected field type");
        let structure = format!(r#"{{"ProvisionedThroughput":{value}}}"#);
        assert_eq!(
            message::<CreateTableInput>(&structure),
            "Unexpected value type in payload"
        );
        let attributes = format!(r#"{{"Item":{value}}}"#);
        assert_eq!(
            message::<PutItemInput>(&attributes),
            "Unexpected field type"
        );
    }
    assert_eq!(
        message::<QueryInput>(r#"{"AttributesToGet":{}}"#),
        "Start of structure or map found where not expected"
    );
    assert_eq!(
        message::<CreateTableInput>(r#"{"ProvisionedThroughput":[]}"#),
        "Unrecognized collection type class com.amazonaws.dynamodb.v20120810.ProvisionedThroughput"
    );
    assert_eq!(
        message::<BatchGetItemInput>(r#"{"RequestItems":[]}"#),
        "Unrecognized collection type java.util.Map<java.lang.String, \
         com.amazonaws.dynamodb.v20120810.KeysAndAttributes>"
    );
    assert_eq!(
        message::<PutItemInput>(r#"{"Item":[]}"#),
        "Unrecognized collection type java.util.Map<java.lang.String, \
         com.amazonaws.dynamodb.v20120810.AttributeValue>"
    );
    assert_eq!(
        message::<BatchGetItemInput>(r#"{"RequestItems":{"t":{"Keys":[null]}}}"#),
        "Unexpected field type"
    );
}

#[test]
fn what_is_not_json_has_no_message() {
    for body in [
        "",
        "{",
        "{\"TableName\":\"a\"",
        "{\"TableName\":\"a\"}}",
        "{\"TableName\":a}",
        "{\"TableName\":\"\\q\"}",
        "{TableName:1}",
        "hello",
    ] {
        assert_eq!(error::<PutItemInput>(body), None, "{body}");
    }
    assert!(parse_input::<PutItemInput>(b"{\"TableName\":\"\xFF\"}").is_err());
    assert!(parse_input::<PutItemInput>(b"{\"Item\":{\"a\":\"\xFF\"}}").is_err());
}

#[test]
fn deep_nesting_is_refused_and_never_overflows() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let item = |depth: usize| format!(r#"{{"Item":{{"a":{{"L":{}}}}}}}"#, nested(depth - 2));
    assert!(parse_input::<PutItemInput>(item(DEPTH_MAX).as_bytes()).is_ok());
    for depth in [DEPTH_MAX + 1, 10_000, 1_000_000] {
        assert_eq!(
            message::<PutItemInput>(&item(depth)),
            "Nesting exceeds 128 levels"
        );
    }
    // What is skipped is passed over without recursion.
    let unknown = format!(r#"{{"NoSuchMember":{}}}"#, nested(1_000_000));
    assert!(parse_input::<PutItemInput>(unknown.as_bytes()).is_ok());
    // Brackets inside strings do not nest.
    let text = format!(r#"{{"Item":{{"a":{{"S":"\"{}"}}}}}}"#, "[".repeat(10_000));
    assert!(parse_input::<PutItemInput>(text.as_bytes()).is_ok());
}

#[test]
fn fractions_are_read_as_they_are() {
    let input: UpdateTableReplicaAutoScalingInput = read_as(
        r#"{"ProvisionedWriteCapacityAutoScalingUpdate":{"ScalingPolicyUpdate":
            {"TargetTrackingScalingPolicyConfiguration":{"TargetValue":70.5}}}}"#,
    );
    let policy = input
        .provisioned_write_capacity_auto_scaling_update
        .unwrap()
        .scaling_policy_update;
    let target = policy
        .unwrap()
        .target_tracking_scaling_policy_configuration
        .unwrap();
    assert_eq!(target.target_value, Some(70.5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever the body, every operation answers, and what it rejects it explains as a client error.
    #[test]
    fn no_body_can_break_an_operation(body in arbitrary_json()) {
        for operation in Operation::ALL {
            if let Err(fault) = operation.check(body.as_bytes()) {
                prop_assert_eq!(fault.http_status(), 400);
                let reply: serde_json::Value = serde_json::from_slice(&fault.body()).unwrap();
                prop_assert!(reply.get("__type").is_some());
            }
        }
    }
}

/// Objects whose members are named as in the model and hold anything, now and then cut short.
fn arbitrary_json() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "TableName",
        "Item",
        "Key",
        "Keys",
        "RequestItems",
        "TransactItems",
        "Limit",
        "Put",
        "KeySchema",
        "AttributeName",
        "ProvisionedThroughput",
        "Tags",
        "RestoreDateTime",
        "\\u0041",
    ]);
    let scalar = prop::sample::select(vec![
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e999",
        "\"\"",
        "\"a b\"",
        "\"\\ud83d\\ude00\"",
        "\"é\"",
    ]);
    let value = scalar
        .prop_map(str::to_owned)
        .prop_recursive(4, 32, 4, move |inner| {
            let member = (name.clone(), inner.clone())
                .prop_map(|(name, value)| format!("\"{name}\":{value}"));
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(|list| format!("[{}]", list.join(","))),
                prop::collection::vec(member, 0..4)
                    .prop_map(|map| format!("{{{}}}", map.join(","))),
            ]
        });
    (value, any::<prop::sample::Index>(), 0..8).prop_map(|(json, cut, whim)| {
        if whim == 0 {
            json.chars()
                .take(cut.index(json.chars().count() + 1))
                .collect()
        } else {
            json
        }
    })
}
