//! Fits the conditions on key attributes to a key schema.
//!
//! Every partition attribute needs an `=`. Sort attributes are used from left to right without
//! gaps, all but the last one used with `=`.

use anywhen_model::{AttributeValue, KeyAttribute, KeySchema, KeyValue};

use super::{
    AttributeCondition, AttributeConditions, KeyOperator, KeyRange, SortCondition, schema_error,
};
use crate::ExpressionError;

/// The range that `conditions` stand for under `schema`.
pub(crate) fn resolve(
    conditions: &AttributeConditions,
    schema: &KeySchema,
) -> Result<KeyRange, ExpressionError> {
    check_attributes(conditions, schema)?;
    let partition: Vec<_> = present(&schema.partition, conditions).collect();
    let sort: Vec<_> = present(&schema.sort, conditions).collect();
    for (attribute, condition) in partition.iter().chain(&sort) {
        check_values(attribute, condition)?;
    }

    let partition = partition
        .into_iter()
        .map(|(_, condition)| equal_value(condition).ok_or_else(not_supported))
        .collect::<Result<_, _>>()?;
    let Some(((_, last), before)) = sort.split_last() else {
        return Ok(KeyRange {
            partition,
            sort_prefix: Vec::new(),
            sort: SortCondition::None,
        });
    };
    let sort_prefix = before
        .iter()
        .map(|(_, condition)| equal_value(condition).ok_or_else(not_supported))
        .collect::<Result<_, _>>()?;
    let sort = sort_condition(last).ok_or_else(not_supported)?;
    Ok(KeyRange {
        partition,
        sort_prefix,
        sort,
    })
}

/// The attributes of `key` that have conditions, in order.
fn present<'k>(
    key: &'k [KeyAttribute],
    conditions: &'k AttributeConditions,
) -> impl Iterator<Item = (&'k KeyAttribute, &'k AttributeCondition)> {
    key.iter()
        .filter_map(|attribute| Some((attribute, conditions.get(&attribute.name)?)))
}

/// The attributes with conditions must be the ones the key needs and allows.
fn check_attributes(
    conditions: &AttributeConditions,
    schema: &KeySchema,
) -> Result<(), ExpressionError> {
    let is_simple = schema.partition.len() == 1 && schema.sort.len() <= 1;
    if is_simple && !(1..=2).contains(&conditions.len()) {
        return Err(schema_error("Conditions can be of length 1 or 2 only"));
    }
    let is_missing = |attribute: &&KeyAttribute| !conditions.contains_key(&attribute.name);
    if let Some(attribute) = schema.partition.iter().find(is_missing) {
        return Err(missed_element(attribute));
    }
    if let Some(gap) = schema
        .sort
        .iter()
        .position(|attribute| is_missing(&attribute))
    {
        let after_gap = schema
            .sort
            .iter()
            .skip(gap)
            .find(|attribute| !is_missing(attribute));
        if let Some(used) = after_gap {
            let skipped: Vec<_> = schema
                .sort
                .iter()
                .take_while(|attribute| attribute.name != used.name)
                .filter(is_missing)
                .map(|attribute| attribute.name.as_str())
                .collect();
            return Err(schema_error(format!(
                "RANGE key attributes {} must have equality conditions specified in the query \
                 because a condition is present on key attribute {}",
                skipped.join(", "),
                used.name
            )));
        }
    }
    if conditions
        .keys()
        .all(|name| schema.attributes().any(|attribute| attribute.name == *name))
    {
        return Ok(());
    }
    // A condition on an attribute that is no key takes the place of one on a sort attribute.
    Err(schema
        .sort
        .iter()
        .find(is_missing)
        .map_or_else(not_supported, missed_element))
}

/// A key must be found by the operator, and the values must be of the attribute's type, and not empty where keys cannot be.
fn check_values(
    attribute: &KeyAttribute,
    condition: &AttributeCondition,
) -> Result<(), ExpressionError> {
    if condition.operator == KeyOperator::NotIndexable {
        return Err(schema_error(
            "Attempted conditional constraint is not an indexable operation",
        ));
    }
    for value in &condition.values {
        if value.type_name() != attribute.scalar_type.name() {
            return Err(schema_error(
                "One or more parameter values were invalid: \
                 Condition parameter type does not match schema type",
            ));
        }
        let kind = match value.as_ref() {
            AttributeValue::S(text) if text.is_empty() => "string",
            AttributeValue::B(bytes) if bytes.is_empty() => "binary",
            _ => continue,
        };
        return Err(schema_error(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute \
             cannot contain an empty {kind} value. Key: {}",
            attribute.name
        )));
    }
    Ok(())
}

/// The value of an `=` condition.
fn equal_value(condition: &AttributeCondition) -> Option<KeyValue> {
    match sort_condition(condition)? {
        SortCondition::Eq(value) => Some(value),
        _ => None,
    }
}

fn sort_condition(condition: &AttributeCondition) -> Option<SortCondition> {
    let mut values = condition
        .values
        .iter()
        .map(|value| KeyValue::from_attribute(value));
    let value = values.next()??;
    Some(match condition.operator {
        KeyOperator::Equal => SortCondition::Eq(value),
        KeyOperator::Less => SortCondition::Lt(value),
        KeyOperator::LessOrEqual => SortCondition::Le(value),
        KeyOperator::Greater => SortCondition::Gt(value),
        KeyOperator::GreaterOrEqual => SortCondition::Ge(value),
        KeyOperator::Between => SortCondition::Between(value, values.next()??),
        KeyOperator::BeginsWith => SortCondition::BeginsWith(value),
        KeyOperator::NotIndexable => return None,
    })
}

fn missed_element(attribute: &KeyAttribute) -> ExpressionError {
    schema_error(format!(
        "Query condition missed key schema element: {}",
        attribute.name
    ))
}

fn not_supported() -> ExpressionError {
    schema_error("Query key condition not supported")
}
