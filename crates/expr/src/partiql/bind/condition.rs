//! Conditions: the trees that condition expressions have, with the same checks of operand types.

use std::sync::Arc;

use anywhen_model::AttributeValue;
use anywhen_model::limits::IN_OPERANDS_MAX;

use super::super::syntax::{Candidates, ConditionSyntax, Literal, OperandSyntax, TestSyntax};
use super::{Binder, Bound, semantic_error};
use crate::condition::{Comparator, Node, Operand, Test, compare};
use crate::{ExpressionError, Path};

/// The types an attribute can have.
const TYPE_NAMES: [&str; 10] = ["B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"];

impl Binder {
    pub(super) fn condition(&mut self, syntax: &ConditionSyntax) -> Bound<Node> {
        Ok(match syntax {
            ConditionSyntax::And(conditions) => Node::And(self.conditions(conditions)?),
            ConditionSyntax::Or(conditions) => Node::Or(self.conditions(conditions)?),
            ConditionSyntax::Not(condition) => Node::Not(Box::new(self.condition(condition)?)),
            ConditionSyntax::Test(test) => Node::Test(self.test(test)?),
        })
    }

    fn conditions(&mut self, syntax: &[ConditionSyntax]) -> Bound<Vec<Node>> {
        syntax.iter().map(|one| self.condition(one)).collect()
    }

    fn test(&mut self, syntax: &TestSyntax) -> Bound<Test> {
        Ok(match syntax {
            TestSyntax::Compare {
                comparator,
                left,
                right,
            } => self.comparison(*comparator, left, right)?,
            TestSyntax::Between {
                operand,
                lower,
                upper,
            } => self.between(operand, lower, upper)?,
            TestSyntax::In {
                operand,
                candidates,
            } => Test::In {
                operand: self.operand(operand)?,
                candidates: self.candidates(candidates)?,
            },
            TestSyntax::IsMissing(path) => Test::NotExists(path.clone()),
            TestSyntax::IsType(path, type_name) => has_type(path, type_name),
            TestSyntax::BeginsWith(path, prefix) => {
                let prefix = self.operand(prefix)?;
                match known_type(&prefix) {
                    None | Some("S" | "B") => {}
                    Some(type_name) => return Err(wrong_type("begins_with", type_name)),
                }
                let operand = Operand::Path(path.clone());
                Test::BeginsWith { operand, prefix }
            }
            TestSyntax::Contains(path, member) => Test::Contains {
                container: Operand::Path(path.clone()),
                member: self.operand(member)?,
            },
            TestSyntax::AttributeType(path, name) => self.attribute_type(path, name)?,
        })
    }

    fn comparison(
        &mut self,
        comparator: Comparator,
        left: &OperandSyntax,
        right: &OperandSyntax,
    ) -> Bound<Test> {
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        if !matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
            check_ordered(comparator.symbol(), &left)?;
            check_ordered(comparator.symbol(), &right)?;
        }
        Ok(Test::Compare {
            comparator,
            left,
            right,
        })
    }

    fn between(
        &mut self,
        operand: &OperandSyntax,
        lower: &OperandSyntax,
        upper: &OperandSyntax,
    ) -> Bound<Test> {
        let operand = self.operand(operand)?;
        let (lower, upper) = (self.operand(lower)?, self.operand(upper)?);
        for operand in [&operand, &lower, &upper] {
            check_ordered("BETWEEN", operand)?;
        }
        if let (Operand::Value(lower), Operand::Value(upper)) = (&lower, &upper) {
            let fault = match compare(lower, upper) {
                None => Some("same data type for lower and upper bounds"),
                Some(order) if order.is_gt() => {
                    Some("upper bound to be greater than or equal to lower bound")
                }
                Some(_) => None,
            };
            if let Some(fault) = fault {
                return Err(semantic_error(format!(
                    "The BETWEEN operator requires {fault}"
                )));
            }
        }
        Ok(Test::Between {
            operand,
            lower,
            upper,
        })
    }

    fn candidates(&mut self, syntax: &Candidates) -> Bound<Vec<Operand>> {
        let values = match syntax {
            Candidates::Listed(literals) => literals
                .iter()
                .map(|literal| self.value(literal))
                .collect::<Bound<_>>()?,
            Candidates::Parameter(position) => match self.parameter(*position)? {
                AttributeValue::L(values) => values,
                other => return Err(wrong_type("IN", other.type_name())),
            },
        };
        if values.len() > IN_OPERANDS_MAX {
            return Err(too_many_candidates(values.len()));
        }
        Ok(values.into_iter().map(of_value).collect())
    }

    fn attribute_type(&mut self, path: &Path, name: &Literal) -> Bound<Test> {
        let wanted = match self.value(name)? {
            AttributeValue::S(wanted) => wanted,
            other => return Err(wrong_type("attribute_type", other.type_name())),
        };
        match TYPE_NAMES.iter().find(|name| **name == wanted) {
            Some(type_name) => Ok(has_type(path, type_name)),
            None => Err(semantic_error(format!(
                "Invalid attribute type name found; type: {wanted}, valid types: {{{}}}",
                TYPE_NAMES.join(",")
            ))),
        }
    }

    fn operand(&mut self, syntax: &OperandSyntax) -> Bound<Operand> {
        Ok(match syntax {
            OperandSyntax::Path(path) => Operand::Path(path.clone()),
            OperandSyntax::Literal(literal) => of_value(self.value(literal)?),
            OperandSyntax::Size(path) => Operand::Size(Box::new(Operand::Path(path.clone()))),
        })
    }
}

/// The error of an IN with too many values.
pub(in super::super) fn too_many_candidates(count: usize) -> ExpressionError {
    semantic_error(format!(
        "The IN operator is provided with too many operands; number of operands: {count}"
    ))
}

fn has_type(path: &Path, type_name: &'static str) -> Test {
    Test::HasType {
        operand: Operand::Path(path.clone()),
        type_name,
    }
}

fn of_value(value: AttributeValue) -> Operand {
    Operand::Value(Arc::new(value))
}

/// The type of the operand's value, if it is the same for all items.
fn known_type(operand: &Operand) -> Option<&'static str> {
    match operand {
        Operand::Path(_) => None,
        Operand::Value(value) => Some(value.type_name()),
        Operand::Size(_) => Some("N"),
    }
}

/// An operand of known type must be of one that has an order.
fn check_ordered(operator: &str, operand: &Operand) -> Bound<()> {
    match known_type(operand) {
        None | Some("S" | "N" | "B") => Ok(()),
        Some(type_name) => Err(wrong_type(operator, type_name)),
    }
}

fn wrong_type(operator: &str, type_name: &str) -> ExpressionError {
    semantic_error(format!(
        "Incorrect operand type for operator or function; \
         operator or function: {operator}, operand type: {type_name}"
    ))
}
