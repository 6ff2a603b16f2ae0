//! Faults byte for byte, as they go over the wire.

use super::*;

fn body(fault: &Fault) -> String {
    String::from_utf8(fault.body()).unwrap()
}

#[test]
fn validation_errors_have_their_own_namespace() {
    let fault = Fault::validation("Provided list of item keys contains duplicates");
    assert_eq!(
        body(&fault),
        r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"Provided list of item keys contains duplicates"}"#
    );
    assert_eq!(fault.http_status(), 400);
    assert_eq!(
        fault.to_string(),
        "Provided list of item keys contains duplicates"
    );
}

#[test]
fn serialization_errors_capitalise_the_message() {
    assert_eq!(
        body(&Fault::serialization(
            "NUMBER_VALUE cannot be converted to String"
        )),
        r#"{"__type":"com.amazon.coral.service#SerializationException","Message":"NUMBER_VALUE cannot be converted to String"}"#
    );
    let fault = Fault::not_json();
    assert_eq!(
        body(&fault),
        r#"{"__type":"com.amazon.coral.service#SerializationException"}"#
    );
    assert_eq!(fault.to_string(), "SerializationException");
}

#[test]
fn an_unknown_operation_has_no_message() {
    assert_eq!(
        body(&Fault::unknown_operation()),
        r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#
    );
}

#[test]
fn modelled_errors_are_in_the_models_namespace() {
    let fault = Fault::modelled(
        ModelledError::BackupNotFoundException,
        "Backup not found: arn:aws:dynamodb:eu-west-1:000000000000:table/t/backup/1",
    );
    assert_eq!(
        body(&fault),
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#BackupNotFoundException","message":"Backup not found: arn:aws:dynamodb:eu-west-1:000000000000:table/t/backup/1"}"#
    );
    assert_eq!(
        body(&Fault::resource_not_found("Requested resource not found")),
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"Requested resource not found"}"#
    );
    assert_eq!(
        body(&Fault::modelled(
            ModelledError::ThrottlingException,
            "Rate exceeded"
        )),
        r#"{"__type":"com.amazon.coral.availability#ThrottlingException","message":"Rate exceeded"}"#
    );
}

#[test]
fn only_faults_of_the_server_have_status_500() {
    let internal = Fault::internal();
    assert_eq!(internal.http_status(), 500);
    assert_eq!(
        body(&internal),
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"Internal server error"}"#
    );
    for error in ModelledError::ALL {
        let expected = match error.code() {
            "InternalServerError" => 500,
            "ReplicatedWriteConflictException" => 409,
            _ => 400,
        };
        assert_eq!(error.http_status(), expected, "{}", error.code());
    }
}

#[test]
fn three_modelled_errors_capitalise_the_message() {
    let capitalised: Vec<_> = ModelledError::ALL
        .iter()
        .filter(|error| error.message_key() == "Message")
        .map(|error| error.code())
        .collect();
    assert_eq!(
        capitalised,
        [
            "IdempotentParameterMismatchException",
            "TransactionCanceledException",
            "TransactionInProgressException"
        ]
    );
}

#[test]
fn a_failed_condition_can_show_the_item() {
    assert_eq!(
        body(&Fault::conditional_check_failed(None)),
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed"}"#
    );
    let item = RawJson::from_text(r#"{"pk":{"S":"a"}}"#);
    assert_eq!(
        body(&Fault::conditional_check_failed(Some(item))),
        r#"{"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"The conditional request failed","Item":{"pk":{"S":"a"}}}"#
    );
}

#[test]
fn a_cancelled_transaction_gives_a_reason_for_each_action() {
    let failed = CancellationReason {
        code: Some("ConditionalCheckFailed".to_owned()),
        message: Some("The conditional request failed".to_owned()),
        item: Some(RawJson::from_text(r#"{"pk":{"S":"a"}}"#)),
    };
    let clean = CancellationReason {
        code: Some("None".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        body(&Fault::transaction_canceled(&[failed, clean])),
        concat!(
            r#"{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException","#,
            r#""Message":"Transaction cancelled, please refer cancellation reasons for specific reasons [ConditionalCheckFailed, None]","#,
            r#""CancellationReasons":[{"Item":{"pk":{"S":"a"}},"Code":"ConditionalCheckFailed","Message":"The conditional request failed"},{"Code":"None"}]}"#,
        )
    );
}

#[test]
fn texts_are_escaped() {
    assert_eq!(
        body(&Fault::validation("token: \"<EOF>\"\n\u{1}é")),
        r#"{"__type":"com.amazon.coral.validate#ValidationException","message":"token: \"<EOF>\"\n\u0001é"}"#
    );
}
