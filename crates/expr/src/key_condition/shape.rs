//! Takes a condition apart into one condition a key attribute, or says why that cannot be.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::AttributeValue;

use super::{AttributeCondition, AttributeConditions, KeyOperator, PARAMETER};
use crate::condition::{Comparator, Node, Operand, Test};
use crate::{ExpressionError, ExpressionErrorKind, Path};

/// The conditions of `root` by attribute.
pub(super) fn attribute_conditions(root: &Node) -> Result<AttributeConditions, ExpressionError> {
    let mut conditions = BTreeMap::new();
    collect(root, &mut conditions)?;
    Ok(conditions)
}

fn collect(node: &Node, conditions: &mut AttributeConditions) -> Result<(), ExpressionError> {
    let test = match node {
        Node::And(nodes) => return nodes.iter().try_for_each(|node| collect(node, conditions)),
        Node::Or(_) => return Err(invalid_operator("OR")),
        Node::Not(_) => return Err(invalid_operator("NOT")),
        Node::Test(test) => test,
    };
    let (attribute, condition) = condition_of_test(test)?;
    if conditions.insert(attribute, condition).is_some() {
        return Err(error(
            "KeyConditionExpressions must only contain one condition per key",
        ));
    }
    Ok(())
}

/// The attribute that a test is about, and its condition; an error if no key condition has such.
pub(crate) fn condition_of_test(
    test: &Test,
) -> Result<(String, AttributeCondition), ExpressionError> {
    let (operator, operands) = operator_and_operands(test)?;
    attribute_condition(operator, &operands)
}

/// The operator of a test, as if the attribute stood first, and the operands as they stand.
fn operator_and_operands(test: &Test) -> Result<(KeyOperator, Vec<&Operand>), ExpressionError> {
    Ok(match test {
        Test::Compare {
            comparator,
            left,
            right,
        } => {
            let is_flipped = !matches!(left, Operand::Path(_));
            (
                comparison_operator(*comparator, is_flipped)?,
                vec![left, right],
            )
        }
        Test::Between {
            operand,
            lower,
            upper,
        } => {
            check_attribute_first("BETWEEN", operand)?;
            (KeyOperator::Between, vec![operand, lower, upper])
        }
        Test::BeginsWith { operand, prefix } => {
            check_attribute_first("begins_with", operand)?;
            (KeyOperator::BeginsWith, vec![operand, prefix])
        }
        Test::In { .. } => return Err(invalid_operator("IN")),
        Test::Exists(_) => return Err(invalid_operator("attribute_exists")),
        Test::NotExists(_) => return Err(invalid_operator("attribute_not_exists")),
        Test::HasType { .. } => return Err(invalid_operator("attribute_type")),
        Test::Contains { .. } => return Err(invalid_operator("contains")),
    })
}

fn comparison_operator(
    comparator: Comparator,
    is_flipped: bool,
) -> Result<KeyOperator, ExpressionError> {
    Ok(match (comparator, is_flipped) {
        (Comparator::NotEqual, _) => return Err(invalid_operator(comparator.symbol())),
        (Comparator::Equal, _) => KeyOperator::Equal,
        (Comparator::Less, false) | (Comparator::Greater, true) => KeyOperator::Less,
        (Comparator::LessOrEqual, false) | (Comparator::GreaterOrEqual, true) => {
            KeyOperator::LessOrEqual
        }
        (Comparator::Greater, false) | (Comparator::Less, true) => KeyOperator::Greater,
        (Comparator::GreaterOrEqual, false) | (Comparator::LessOrEqual, true) => {
            KeyOperator::GreaterOrEqual
        }
    })
}

fn check_attribute_first(operator: &str, operand: &Operand) -> Result<(), ExpressionError> {
    match operand {
        Operand::Value(_) => Err(error(format!(
            "Invalid condition in KeyConditionExpression: {operator} operator must have the key \
             attribute as its first operand"
        ))),
        Operand::Path(_) | Operand::Size(_) => Ok(()),
    }
}

/// Sorts the operands of one test into the attribute it is about and the values.
fn attribute_condition(
    operator: KeyOperator,
    operands: &[&Operand],
) -> Result<(String, AttributeCondition), ExpressionError> {
    let mut attribute: Option<&Path> = None;
    let mut values: Vec<Arc<AttributeValue>> = Vec::new();
    for operand in operands {
        match operand {
            Operand::Size(_) => {
                return Err(error(
                    "KeyConditionExpressions cannot contain nested operations",
                ));
            }
            Operand::Path(_) if attribute.is_some() => {
                return Err(error(
                    "Invalid condition in KeyConditionExpression: \
                     Multiple attribute names used in one condition",
                ));
            }
            Operand::Path(path) if path.is_nested() => {
                return Err(error(
                    "KeyConditionExpressions cannot have conditions on nested attributes",
                ));
            }
            Operand::Path(path) => attribute = Some(path),
            Operand::Value(value) => values.push(Arc::clone(value)),
        }
    }
    let attribute = attribute.ok_or_else(|| {
        error("Invalid condition in KeyConditionExpression: No key attribute specified")
    })?;
    Ok((
        attribute.top_level().to_owned(),
        AttributeCondition { operator, values },
    ))
}

fn invalid_operator(operator: &str) -> ExpressionError {
    error(format!(
        "Invalid operator used in KeyConditionExpression: {operator}"
    ))
}

fn error(text: impl std::fmt::Display) -> ExpressionError {
    ExpressionError::invalid(PARAMETER, ExpressionErrorKind::KeyConditionShape, text)
}
