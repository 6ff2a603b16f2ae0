//! Policy documents, as far as they are looked at before they are kept: size and structure.

use anywhen_model::limits;
use anywhen_protocol::Fault;
use serde_json::Value;

/// A document that can be a policy, as it was given.
pub(crate) fn document(text: &str) -> Result<String, Fault> {
    let invalid = |text: String| {
        Fault::validation(format!("One or more parameter values were invalid: {text}"))
    };
    if text.len() > limits::RESOURCE_POLICY_BYTES_MAX {
        return Err(invalid(format!(
            "Maximum policy size of {} bytes exceeded",
            limits::RESOURCE_POLICY_BYTES_MAX
        )));
    }
    match problem(text) {
        None => Ok(text.to_owned()),
        Some(reason) => Err(invalid(format!("Invalid policy document: {reason}"))),
    }
}

fn problem(text: &str) -> Option<String> {
    let document: Value = match serde_json::from_str(text) {
        Ok(document) => document,
        Err(error) => return Some(format!("it is not JSON: {error}")),
    };
    let Value::Object(members) = document else {
        return Some("it is not a JSON object".to_owned());
    };
    let known = ["Version", "Id", "Statement"];
    if let Some(unknown) = members.keys().find(|key| !known.contains(&key.as_str())) {
        return Some(format!("unknown element {unknown}"));
    }
    let statements = match members.get("Statement") {
        Some(Value::Array(statements)) if !statements.is_empty() => statements.iter().collect(),
        Some(one @ Value::Object(_)) => vec![one],
        _ => return Some("Statement is missing or empty".to_owned()),
    };
    statements.into_iter().find_map(problem_of_statement)
}

fn problem_of_statement(statement: &Value) -> Option<String> {
    let effect = statement.get("Effect").and_then(Value::as_str);
    if !matches!(effect, Some("Allow" | "Deny")) {
        return Some("Effect must be Allow or Deny".to_owned());
    }
    let either = |name: &str| {
        let negated = format!("Not{name}");
        let missing = statement.get(name).is_none() && statement.get(&negated).is_none();
        missing.then(|| format!("a statement has no {name}"))
    };
    either("Principal")
        .or_else(|| either("Action"))
        .or_else(|| either("Resource"))
}
