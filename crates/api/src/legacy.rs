//! The parameters that are older than expressions, as requests have them.
//!
//! A request speaks one language or the other; [`check_not_mixed`] comes before everything else
//! an item operation checks. The values are then read with those of keys and items
//! ([`tests`], [`expected`], [`updates`]), and what they mean together is checked after them
//! ([`filter`], [`expectation`], [`update`]), which gives the same values that expressions give.

use std::collections::BTreeMap;

use anywhen_expr::legacy::{
    AttributeTest, AttributeUpdate, ComparisonOperator, ConditionalOperator, Expectation,
    UpdateAction, check_conditional_operator,
};
use anywhen_expr::{Condition, ExpressionError, KeyCondition, Projection, Update};
use anywhen_model::{AttributeValue, limits, parse_value};
use anywhen_protocol::{Fault, RawJson, shapes};

use crate::fault;

/// Members of a request, each with whether it is there, in the order texts list them.
type Members<'a> = &'a [(&'a str, bool)];

/// Refuses a request that has members of both kinds.
pub(crate) fn check_not_mixed(
    non_expression: Members<'_>,
    expression: Members<'_>,
) -> Result<(), Fault> {
    let given = |members: Members<'_>| {
        let given = members.iter().filter(|(_, is_given)| *is_given);
        given.map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    let (non_expression, expression) = (given(non_expression), given(expression));
    if non_expression.is_empty() || expression.is_empty() {
        return Ok(());
    }
    Err(Fault::validation(format!(
        "Can not use both expression and non-expression parameters in the same request: \
         Non-expression parameters: {{{non_expression}}} Expression parameters: {{{expression}}}"
    )))
}

/// The entries of a `KeyConditions`, `QueryFilter` or `ScanFilter`.
pub(crate) fn tests(
    map: Option<BTreeMap<String, shapes::Condition>>,
) -> Result<Option<BTreeMap<String, AttributeTest>>, Fault> {
    entries(map, |condition| {
        Ok(AttributeTest {
            operator: operator(condition.comparison_operator.as_deref())?,
            values: values(condition.attribute_value_list.unwrap_or_default(), false)?,
        })
    })
}

/// The entries of an `Expected`. Its operations carry AWS's prefix on some texts of values.
pub(crate) fn expected(
    map: Option<BTreeMap<String, shapes::ExpectedAttributeValue>>,
) -> Result<Option<BTreeMap<String, Expectation>>, Fault> {
    entries(map, |entry| {
        let name = entry.comparison_operator.as_deref();
        let list = entry.attribute_value_list;
        Ok(Expectation {
            value: entry.value.map(|value| read(&value, true)).transpose()?,
            exists: entry.exists,
            operator: name.map(|name| operator(Some(name))).transpose()?,
            values: list.map(|list| values(list, true)).transpose()?,
        })
    })
}

/// The entries of an `AttributeUpdates`.
pub(crate) fn updates(
    map: Option<BTreeMap<String, shapes::AttributeValueUpdate>>,
) -> Result<Option<BTreeMap<String, AttributeUpdate>>, Fault> {
    entries(map, |update| {
        Ok(AttributeUpdate {
            action: match update.action.as_deref() {
                Some("ADD") => UpdateAction::Add,
                Some("DELETE") => UpdateAction::Delete,
                _ => UpdateAction::Put,
            },
            value: update.value.map(|value| read(&value, true)).transpose()?,
        })
    })
}

/// The update that an `AttributeUpdates` asks for, if it asks for any.
pub(crate) fn update(
    updates: Option<BTreeMap<String, AttributeUpdate>>,
) -> Result<Option<Update>, Fault> {
    let update = updates.map(Update::from_attribute_updates);
    Ok(update.transpose().map_err(refused)?.flatten())
}

/// The key condition that a `KeyConditions` is.
pub(crate) fn key_condition(
    tests: Option<BTreeMap<String, AttributeTest>>,
) -> Result<Option<KeyCondition>, Fault> {
    let condition = tests.map(KeyCondition::from_key_conditions);
    condition.transpose().map_err(refused)
}

/// The condition that a `QueryFilter` or `ScanFilter` is, with the request's
/// `ConditionalOperator`.
pub(crate) fn filter(
    tests: Option<BTreeMap<String, AttributeTest>>,
    conditional_operator: Option<&String>,
) -> Result<Option<Condition>, Fault> {
    condition(tests, conditional_operator, Condition::from_filter)
}

/// The condition that an `Expected` is, with the request's `ConditionalOperator`.
pub(crate) fn expectation(
    expected: Option<BTreeMap<String, Expectation>>,
    conditional_operator: Option<&String>,
) -> Result<Option<Condition>, Fault> {
    condition(expected, conditional_operator, Condition::from_expected)
}

fn condition<T>(
    entries: Option<BTreeMap<String, T>>,
    conditional_operator: Option<&String>,
    join: impl FnOnce(
        BTreeMap<String, T>,
        ConditionalOperator,
    ) -> Result<Option<Condition>, ExpressionError>,
) -> Result<Option<Condition>, Fault> {
    let operator = conditional_operator.map(|name| match name.as_str() {
        "OR" => ConditionalOperator::Or,
        _ => ConditionalOperator::And,
    });
    check_conditional_operator(operator, entries.as_ref().map(BTreeMap::len)).map_err(refused)?;
    let joined = entries.map(|entries| join(entries, operator.unwrap_or_default()));
    Ok(joined.transpose().map_err(refused)?.flatten())
}

/// The projection that an `AttributesToGet` is. `place` is its path in the request.
pub(crate) fn projection(
    names: Option<&Vec<String>>,
    place: &str,
) -> Result<Option<Projection>, Fault> {
    let Some(names) = names else { return Ok(None) };
    if names.len() > limits::ATTRIBUTES_TO_GET_MAX {
        return Err(Fault::validation(format!(
            "1 validation error detected: Value '[{}]' at '{place}' failed to satisfy constraint: \
             Member must have length less than or equal to {}",
            names.join(", "),
            limits::ATTRIBUTES_TO_GET_MAX
        )));
    }
    Projection::top_level(names).map(Some).map_err(refused)
}

fn entries<T, U>(
    map: Option<BTreeMap<String, T>>,
    read: impl Fn(T) -> Result<U, Fault>,
) -> Result<Option<BTreeMap<String, U>>, Fault> {
    let read = |(name, entry)| Ok((name, read(entry)?));
    map.map(|map| map.into_iter().map(read).collect())
        .transpose()
}

fn operator(name: Option<&str>) -> Result<ComparisonOperator, Fault> {
    // The model's constraints have been checked, so the name is there and known.
    name.and_then(ComparisonOperator::parse)
        .ok_or_else(|| fault::internal("an unknown ComparisonOperator got past its constraint"))
}

fn values(list: Vec<RawJson>, prefixed: bool) -> Result<Vec<AttributeValue>, Fault> {
    list.iter().map(|value| read(value, prefixed)).collect()
}

fn read(value: &RawJson, prefixed: bool) -> Result<AttributeValue, Fault> {
    parse_value(value.as_str()).map_err(|error| fault::of_item_json(&error, prefixed))
}

fn refused(error: ExpressionError) -> Fault {
    fault::of_expression(&error, false)
}
