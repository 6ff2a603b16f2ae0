//! The texts of generic constraints, word for word.

use crate::generated::operations::Operation;

/// The message of the `ValidationException` that the request is answered with.
fn rejection(operation: Operation, body: &str) -> String {
    let fault = operation.check(body.as_bytes()).unwrap_err();
    assert_eq!(fault.code(), "ValidationException", "{body}");
    fault.message().unwrap_or_default().to_owned()
}

fn accepts(operation: Operation, body: &str) {
    assert_eq!(operation.check(body.as_bytes()), Ok(()), "{body}");
}

fn list_of(count: usize, element: &str) -> String {
    format!("[{}]", vec![element; count].join(","))
}

#[test]
fn absent_members() {
    assert_eq!(
        rejection(Operation::PutItem, r#"{"Item":{}}"#),
        "1 validation error detected: Value null at 'tableName' failed to satisfy constraint: \
         Member must not be null"
    );
    assert_eq!(
        rejection(Operation::PutItem, "{}"),
        "2 validation errors detected: Value null at 'tableName' failed to satisfy constraint: \
         Member must not be null; Value null at 'item' failed to satisfy constraint: \
         Member must not be null"
    );
    assert_eq!(
        rejection(
            Operation::TagResource,
            r#"{"ResourceArn":"arn:aws:dynamodb:::table/t"}"#
        ),
        "1 validation error detected: Value null at 'tags' failed to satisfy constraint: \
         Member must not be null"
    );
}

#[test]
fn absent_members_with_a_text_of_their_own() {
    for operation in [
        Operation::CreateTable,
        Operation::DeleteTable,
        Operation::DescribeTable,
        Operation::UpdateTable,
    ] {
        assert_eq!(
            rejection(operation, "{}"),
            "The parameter 'TableName' is required but was not present in the request"
        );
    }
    assert_eq!(
        rejection(Operation::BatchGetItem, r#"{"ReturnConsumedCapacity":"x"}"#),
        "The requestItems parameter is required for BatchGetItem"
    );
    assert_eq!(
        rejection(Operation::BatchWriteItem, "{}"),
        "The requestItems parameter is required for BatchWriteItem"
    );
}

#[test]
fn a_bad_table_name_is_reported_alone() {
    assert_eq!(
        rejection(Operation::PutItem, r#"{"TableName":"","ReturnValues":"x"}"#),
        "1 validation error detected: Value '' at 'tableName' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
    assert_eq!(
        rejection(Operation::CreateTable, r#"{"TableName":"a;"}"#),
        "2 validation errors detected: Value 'a;' at 'tableName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value 'a;' at \
         'tableName' failed to satisfy constraint: Member must have length greater than or equal \
         to 3"
    );
    let long = "a".repeat(1_025);
    assert_eq!(
        rejection(Operation::GetItem, &format!(r#"{{"TableName":"{long}"}}"#)),
        format!(
            "1 validation error detected: Value '{long}' at 'tableName' failed to satisfy \
             constraint: Member must have length less than or equal to 1024"
        )
    );
}

#[test]
fn a_table_can_be_named_by_its_arn() {
    let arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/t";
    accepts(
        Operation::DescribeTable,
        &format!(r#"{{"TableName":"{arn}"}}"#),
    );
    accepts(
        Operation::CreateTable,
        &format!(
            r#"{{"TableName":"{arn}","AttributeDefinitions":[],"KeySchema":
                [{{"AttributeName":"a","KeyType":"HASH"}}]}}"#
        ),
    );
}

#[test]
fn patterns() {
    assert_eq!(
        rejection(
            Operation::CreateBackup,
            r#"{"TableName":"t","BackupName":"a b"}"#
        ),
        "1 validation error detected: Value 'a b' at 'backupName' failed to satisfy constraint: \
         Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    );
    assert_eq!(
        rejection(
            Operation::RestoreTableToPointInTime,
            r#"{"TargetTableName":"bad name!","UseLatestRestorableTime":true}"#
        ),
        "1 validation error detected: Value 'bad name!' at 'targetTableName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    );
}

#[test]
fn numbers_out_of_range() {
    let period = |days: i32| {
        format!(
            r#"{{"TableName":"t","PointInTimeRecoverySpecification":
                {{"PointInTimeRecoveryEnabled":true,"RecoveryPeriodInDays":{days}}}}}"#
        )
    };
    assert_eq!(
        rejection(Operation::UpdateContinuousBackups, &period(36)),
        "1 validation error detected: Value '36' at \
         'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: \
         Member must have value less than or equal to 35"
    );
    assert_eq!(
        rejection(Operation::UpdateContinuousBackups, &period(0)),
        "1 validation error detected: Value '0' at \
         'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    accepts(Operation::UpdateContinuousBackups, &period(35));
    accepts(Operation::UpdateContinuousBackups, &period(1));
}

#[test]
fn write_units_are_checked_before_read_units() {
    assert_eq!(
        rejection(
            Operation::UpdateTable,
            r#"{"TableName":"t","ProvisionedThroughput":
                {"ReadCapacityUnits":-1,"WriteCapacityUnits":0}}"#
        ),
        "2 validation errors detected: Value '0' at 'provisionedThroughput.writeCapacityUnits' \
         failed to satisfy constraint: Member must have value greater than or equal to 1; \
         Value '-1' at 'provisionedThroughput.readCapacityUnits' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
}

#[test]
fn the_limit_of_a_query_is_not_shown() {
    assert_eq!(
        rejection(Operation::Query, r#"{"TableName":"t","Limit":0}"#),
        "1 validation error detected: Value at 'Limit' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    assert_eq!(
        rejection(Operation::Scan, r#"{"TableName":"t","Limit":0}"#),
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
}

#[test]
fn enumerations_print_in_the_services_order() {
    let definitions = |definition: &str, key_type: &str| {
        format!(
            r#"{{"TableName":"abc","AttributeDefinitions":[{definition}],"KeySchema":[
                {{"AttributeName":"a","KeyType":"HASH"}},
                {{"AttributeName":"b","KeyType":"{key_type}"}}]}}"#
        )
    };
    assert_eq!(
        rejection(Operation::CreateTable, &definitions("", "SORT")),
        "1 validation error detected: Value 'SORT' at 'keySchema.2.member.keyType' failed to \
         satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]"
    );
    assert_eq!(
        rejection(
            Operation::CreateTable,
            &definitions(r#"{"AttributeName":"a","AttributeType":"X"}"#, "RANGE")
        ),
        "1 validation error detected: Value 'X' at 'attributeDefinitions.1.member.attributeType' \
         failed to satisfy constraint: Member must satisfy enum value set: [B, N, S]"
    );
    assert_eq!(
        rejection(Operation::Query, r#"{"TableName":"t","Select":"ALL"}"#),
        "1 validation error detected: Value 'ALL' at 'select' failed to satisfy constraint: \
         Member must satisfy enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, \
         ALL_PROJECTED_ATTRIBUTES]"
    );
    assert_eq!(
        rejection(
            Operation::PutItem,
            r#"{"TableName":"t","Item":{},"ReturnValues":"ALL"}"#
        ),
        "1 validation error detected: Value 'ALL' at 'returnValues' failed to satisfy constraint: \
         Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
    );
}

#[test]
fn lengths_of_collections() {
    assert_eq!(
        rejection(
            Operation::ExecuteStatement,
            r#"{"Statement":"x","Parameters":[]}"#
        ),
        "1 validation error detected: Value '[]' at 'parameters' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
    assert_eq!(
        rejection(Operation::BatchGetItem, r#"{"RequestItems":{}}"#),
        "1 validation error detected: Value '{}' at 'requestItems' failed to satisfy constraint: \
         Member must have length greater than or equal to 1"
    );
    assert_eq!(
        rejection(Operation::BatchGetItem, r#"{"RequestItems":{"abc":{}}}"#),
        "1 validation error detected: Value null at 'requestItems.abc.member.keys' failed to \
         satisfy constraint: Member must not be null"
    );
    let keys = format!(
        r#"{{"RequestItems":{{"abc":{{"Keys":{}}}}}}}"#,
        list_of(101, "{}")
    );
    let message = rejection(Operation::BatchGetItem, &keys);
    assert!(message.starts_with("1 validation error detected: Value '[{...}, {...}, "));
    assert!(message.ends_with(
        "]' at 'requestItems.abc.member.keys' failed to satisfy constraint: Member must have \
         length less than or equal to 100"
    ));
}

#[test]
fn parts_of_maps_are_told_with_the_map() {
    let requests = list_of(26, r#"{"DeleteRequest":{"Key":{}}}"#);
    let message = rejection(
        Operation::BatchWriteItem,
        &format!(r#"{{"RequestItems":{{"abc":{requests}}}}}"#),
    );
    assert!(message.starts_with("1 validation error detected: Value '{abc=[WriteRequest("));
    assert!(message.ends_with(
        "]}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: \
         [Member must have length less than or equal to 25, Member must have length greater than \
         or equal to 1]"
    ));
    assert_eq!(
        rejection(
            Operation::BatchWriteItem,
            r#"{"RequestItems":{"abc":[{"DeleteRequest":{}}]}}"#
        ),
        "1 validation error detected: Value null at \
         'requestItems.abc.member.1.member.deleteRequest.key' failed to satisfy constraint: \
         Member must not be null"
    );
    assert_eq!(
        rejection(Operation::BatchWriteItem, r#"{"RequestItems":{"":[{}]}}"#),
        "1 validation error detected: Value '{=[WriteRequest(...)]}' at 'requestItems' failed to \
         satisfy constraint: Map keys must satisfy constraint: [Member must have length less than \
         or equal to 1024, Member must have length greater than or equal to 1]"
    );
}

#[test]
fn texts_of_a_list_are_told_with_the_list() {
    assert_eq!(
        rejection(
            Operation::UntagResource,
            r#"{"ResourceArn":"arn:aws:dynamodb:::table/t","TagKeys":["a",""]}"#
        ),
        "1 validation error detected: Value '[a, ]' at 'tagKeys' failed to satisfy constraint: \
         Member must satisfy constraint: [Member must have length less than or equal to 128, \
         Member must have length greater than or equal to 1]"
    );
}

#[test]
fn transactions_name_the_action() {
    assert_eq!(
        rejection(
            Operation::TransactWriteItems,
            r#"{"TransactItems":[{"Update":{"TableName":"t","Key":{}}}]}"#
        ),
        "1 validation error detected: Value null at \
         'transactItems.1.member.update.updateExpression' failed to satisfy constraint: \
         Member must not be null"
    );
    let message = rejection(
        Operation::TransactWriteItems,
        &format!(r#"{{"TransactItems":{}}}"#, list_of(101, "{}")),
    );
    assert!(message.ends_with(
        "]' at 'transactItems' failed to satisfy constraint: Member must have length less than \
         or equal to 100"
    ));
}

#[test]
fn at_most_ten_violations_are_reported() {
    let schema = list_of(6, "{}");
    let message = rejection(
        Operation::CreateTable,
        &format!(r#"{{"TableName":"abc","AttributeDefinitions":[],"KeySchema":{schema}}}"#),
    );
    assert!(message.starts_with("10 validation errors detected: "));
    assert_eq!(message.matches("failed to satisfy constraint").count(), 10);
    assert!(message.ends_with(
        "Value null at 'keySchema.5.member.keyType' failed to satisfy constraint: Member must not \
         be null"
    ));
}

#[test]
fn lengths_count_characters() {
    let request = |name: &str| format!(r#"{{"TableName":"{name}"}}"#);
    accepts(Operation::DescribeTable, &request(&"é".repeat(1_024)));
    assert!(
        Operation::DescribeTable
            .check(request(&"é".repeat(1_025)).as_bytes())
            .is_err()
    );
}

#[test]
fn what_has_its_own_texts_elsewhere_passes() {
    let tag = r#"{"ResourceArn":"arn:aws:dynamodb:::table/t","Tags":[{"Key":""},{}]}"#;
    accepts(Operation::TagResource, tag);
    accepts(
        Operation::UpdateTable,
        r#"{"TableName":"t","TableClass":"GLACIER"}"#,
    );
}
