//! Bodies of requests, changed: spelled otherwise, or made wrong in a way that is known.

use serde_json::{Value as Json, json};

use crate::fault::{Fault, MIXED};
use crate::generate::Generator;
use crate::request::Request;

impl Generator {
    /// `1` may come as `1.0` or `10e-1`; it is the same number.
    pub(crate) fn spell_numbers_differently(&self, json: &mut Json) {
        match json {
            Json::Array(elements) => {
                for element in elements {
                    self.spell_numbers_differently(element);
                }
            }
            Json::Object(members) => {
                let is_number = members.len() == 1;
                for (name, member) in members {
                    match (name.as_str(), &mut *member) {
                        ("N", Json::String(text)) if is_number => *text = self.spelled(text),
                        _ => self.spell_numbers_differently(member),
                    }
                }
            }
            _ => {}
        }
    }

    fn spelled(&self, number: &str) -> String {
        match self.below(12) {
            0 => format!("{number}E0"),
            1 if number.contains('.') => format!("{number}0"),
            1 => format!("{number}.0"),
            2 if !number.starts_with('-') => format!("+{number}"),
            3 if !number.contains('.') => format!("{number}0e-1"),
            _ => number.to_owned(),
        }
    }

    /// Makes something wrong with a request; `None` if what was thought of does not fit it.
    pub(crate) fn spoil(&self, request: &Request, body: &mut Json) -> Option<Fault> {
        let is_single = matches!(
            request,
            Request::Write(_) | Request::Get(_) | Request::Read(_)
        );
        let part = if is_single { body } else { self.part_of(body)? };
        match self.below(if is_single { 11 } else { 4 }) {
            0 => take_used(
                part,
                "ExpressionAttributeNames",
                "name used in the document path",
            ),
            1 => take_used(
                part,
                "ExpressionAttributeValues",
                "value used in expression",
            ),
            2 => self.spoil_expression(part),
            3 => self.spoil_value(part),
            4 => spoil_names(request, part),
            5 => spoil_values(request, part),
            6 => {
                let is_missing = part["TableName"] == "Missing";
                part["TableName"] = json!(if is_missing { "a" } else { "no/table" });
                Some(Fault::validation(""))
            }
            7 => self.spoil_option(request, part),
            8 => mix(request, part),
            9 => self.spoil_legacy(part),
            _ => spoil_empty_map(part),
        }
    }

    /// One entry of a batch or transaction: what has an item, a key or expressions.
    fn part_of<'b>(&self, body: &'b mut Json) -> Option<&'b mut Json> {
        let member = if body.get("TransactItems").is_some() {
            "TransactItems"
        } else {
            "RequestItems"
        };
        let part = match body.get_mut(member)? {
            Json::Object(tables) => tables.values_mut().next()?,
            entries => entries,
        };
        match part {
            Json::Array(entries) => {
                let at = self.below(entries.len());
                entries[at].as_object_mut()?.values_mut().next()
            }
            options => Some(options),
        }
    }

    fn spoil_expression(&self, body: &mut Json) -> Option<Fault> {
        let members = [
            "UpdateExpression",
            "ConditionExpression",
            "FilterExpression",
            "ProjectionExpression",
            "KeyConditionExpression",
        ];
        let member = members
            .into_iter()
            .find(|member| body.get(member).is_some())?;
        let text = body[member].as_str()?.to_owned();
        let (text, fault) = match self.below(5) {
            0 => (String::new(), "The expression can not be empty"),
            1 => (format!("{text} ="), "Syntax error"),
            2 => (format!("{text}, ,"), "Syntax error"),
            3 => (format!("{text} ?"), "Syntax error"),
            _ if member == "ProjectionExpression" => (
                format!("{text}, abort"),
                "Attribute name is a reserved keyword",
            ),
            _ if member == "ConditionExpression" => (
                format!("{text} AND attribute_exists(abort)"),
                "Attribute name is a reserved keyword",
            ),
            _ => return None,
        };
        body[member] = json!(text);
        Some(Fault::validation(fault))
    }

    fn spoil_value(&self, body: &mut Json) -> Option<Fault> {
        let members = ["Item", "Key", "ExpressionAttributeValues"];
        let member = members
            .into_iter()
            .find(|member| body.get(member).is_some())?;
        let name = match member {
            "ExpressionAttributeValues" => body[member].as_object()?.keys().next()?.clone(),
            _ => "b".to_owned(),
        };
        let bad = [
            (
                json!({"N": "one"}),
                "cannot be converted to a numeric value",
            ),
            (json!({"N": ""}), "cannot be converted to a numeric value"),
            (json!({"N": "1E126"}), "Number overflow"),
            (json!({"N": "-1E-131"}), "Number underflow"),
            (
                json!({"N": "1".repeat(39)}),
                "more than 38 significant digits",
            ),
            (json!({"SS": []}), "may not be empty"),
            (json!({"SS": ["a", "b", "a"]}), "duplicates"),
            (json!({"NS": ["1", "1.0"]}), "duplicates"),
            (
                json!({"NULL": false}),
                "Null attribute value types must have the value of true",
            ),
            (
                json!({"S": "a", "BOOL": true}),
                "more than one datatypes set",
            ),
            (
                json!({}),
                "must contain exactly one of the supported datatypes",
            ),
            (
                json!({"L": [{"M": {"a": {"BS": []}}}]}),
                "should not be empty",
            ),
        ];
        let (value, fault) = bad[self.below(bad.len())].clone();
        body[member][name] = value;
        Some(Fault::validation(fault))
    }

    /// Makes something wrong with an `Expected`, an `AttributeUpdates` or a `ConditionalOperator`.
    fn spoil_legacy(&self, body: &mut Json) -> Option<Fault> {
        if body.get("AttributeUpdates").is_some() && self.chance(30) {
            body["AttributeUpdates"]["a"] = json!({"Action": self.one_of(&["PUT", "ADD"])});
            return Some(Fault::validation(
                "Only DELETE action is allowed when no attribute value is specified",
            ));
        }
        if body.get("Expected").is_some() {
            let value = json!({"S": "a"});
            let wrong = [
                (
                    json!({"Value": value, "AttributeValueList": [value], "ComparisonOperator": "EQ"}),
                    "Value and AttributeValueList cannot be used together for Attribute: a",
                ),
                (
                    json!({"Exists": true, "Value": value, "ComparisonOperator": "EQ"}),
                    "Exists and ComparisonOperator cannot be used together for Attribute: a",
                ),
                (
                    json!({"AttributeValueList": [value]}),
                    "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
                ),
                (
                    json!({}),
                    "Value must be provided when Exists is null for Attribute: a",
                ),
                (
                    json!({"Exists": true}),
                    "Value must be provided when Exists is true for Attribute: a",
                ),
                (
                    json!({"Exists": false, "Value": value}),
                    "Value cannot be used when Exists is false for Attribute: a",
                ),
                (
                    json!({"ComparisonOperator": "LT"}),
                    "Value or AttributeValueList must be used with ComparisonOperator: LT for \
                     Attribute: a",
                ),
            ];
            let (entry, text) = wrong[self.below(wrong.len())].clone();
            body["Expected"]["a"] = entry;
            return Some(Fault::validation(text));
        }
        let has_key_conditions = body.get("KeyConditions").is_some();
        let has_filter = ["QueryFilter", "ScanFilter"]
            .iter()
            .any(|member| body.get(member).is_some());
        if has_key_conditions && !has_filter {
            body["ConditionalOperator"] = json!("AND");
            return Some(Fault::validation(
                "ConditionalOperator cannot be used without Filter or Expected",
            ));
        }
        None
    }

    fn spoil_option(&self, request: &Request, body: &mut Json) -> Option<Fault> {
        let (member, value) = match request {
            Request::Write(_) => self.one_of(&[
                ("ReturnValues", "SOME"),
                ("ReturnValuesOnConditionCheckFailure", "ALL_NEW"),
                ("ReturnConsumedCapacity", "total"),
            ]),
            Request::Read(_) => self.one_of(&[
                ("Select", "ALL"),
                ("Select", "SPECIFIC_ATTRIBUTES"),
                ("Limit", "0"),
            ]),
            _ => return None,
        };
        let projections = ["ProjectionExpression", "AttributesToGet"];
        let mut projections = projections.iter();
        if value == "SPECIFIC_ATTRIBUTES" && projections.any(|member| body.get(member).is_some()) {
            return None;
        }
        body[member] = if member == "Limit" {
            json!(0)
        } else {
            json!(value)
        };
        Some(Fault::validation(""))
    }
}

/// Whether a request has an expression that may use names, or names and values.
fn has_expression(request: &Request, body: &Json, values: bool) -> bool {
    let single = matches!(
        request,
        Request::Write(_) | Request::Get(_) | Request::Read(_)
    );
    let has = |member: &&str| body.get(member).is_some();
    let members = [
        "UpdateExpression",
        "ConditionExpression",
        "FilterExpression",
        "KeyConditionExpression",
    ];
    single && (members.iter().any(has) || (!values && has(&"ProjectionExpression")))
}

fn spoil_names(request: &Request, body: &mut Json) -> Option<Fault> {
    body.get("TableName")?;
    let text = if has_expression(request, body, false) {
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}"
    } else {
        "ExpressionAttributeNames can only be specified when using expressions"
    };
    if body.get("ExpressionAttributeNames").is_none() {
        body["ExpressionAttributeNames"] = json!({});
    }
    body["ExpressionAttributeNames"]["#unused"] = json!("a");
    Some(Fault::validation(text))
}

fn spoil_values(request: &Request, body: &mut Json) -> Option<Fault> {
    if matches!(request, Request::Get(_)) {
        return None;
    }
    body.get("TableName")?;
    let text = if has_expression(request, body, true) {
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}"
    } else {
        "ExpressionAttributeValues can only be specified when using expressions"
    };
    if body.get("ExpressionAttributeValues").is_none() {
        body["ExpressionAttributeValues"] = json!({});
    }
    body["ExpressionAttributeValues"][":unused"] = json!({"S": "a"});
    Some(Fault::validation(text))
}

/// Takes a placeholder out that an expression uses.
fn take_used(body: &mut Json, member: &str, text: &str) -> Option<Fault> {
    let placeholders = body.get_mut(member)?.as_object_mut()?;
    let first = placeholders.keys().next()?.clone();
    placeholders.remove(&first);
    if placeholders.is_empty() {
        body.as_object_mut()?.remove(member);
    }
    Some(Fault::validation(format!(
        "An expression attribute {text} is not defined; attribute {}: {first}",
        if first.starts_with('#') {
            "name"
        } else {
            "value"
        }
    )))
}

fn spoil_empty_map(body: &mut Json) -> Option<Fault> {
    if body.get("ExpressionAttributeNames").is_some() {
        return None;
    }
    body.get("ConditionExpression")?;
    body["ExpressionAttributeNames"] = json!({});
    Some(Fault::validation(
        "ExpressionAttributeNames must not be empty",
    ))
}

/// Adds a parameter of the other kind to one that has some.
fn mix(request: &Request, body: &mut Json) -> Option<Fault> {
    let has = |members: &[&str]| members.iter().any(|member| body.get(member).is_some());
    let has_expression = has(&[
        "UpdateExpression",
        "ConditionExpression",
        "FilterExpression",
        "ProjectionExpression",
        "KeyConditionExpression",
    ]);
    let has_legacy = has(&[
        "AttributesToGet",
        "AttributeUpdates",
        "Expected",
        "QueryFilter",
        "ScanFilter",
    ]);
    if has_expression {
        let (member, content) = match request {
            Request::Write(_) => ("Expected", json!({"a": {"Exists": false}})),
            _ => ("AttributesToGet", json!(["a"])),
        };
        body[member] = content;
    } else if has_legacy {
        let member = match request {
            Request::Write(_) => "ConditionExpression",
            _ => "ProjectionExpression",
        };
        body[member] = json!("a");
    } else {
        return None;
    }
    Some(Fault::validation(MIXED))
}
