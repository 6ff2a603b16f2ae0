//! Checks a condition as written and resolves its placeholders.
//!
//! An expression can be wrong in several ways at once, and DynamoDB reports one. The first four
//! classes of error go over the whole expression: redundant parentheses (the parser's), unknown
//! functions, misplaced functions, reserved words. The rest goes test by test from left to right:
//! undefined placeholders, number of operands, operands that must differ, types of operands.

use anywhen_model::AttributeValue;
use anywhen_model::limits::IN_OPERANDS_MAX;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::evaluate::compare;
use super::syntax::{RawCondition, RawTest};
use super::{Comparator, Node, Operand, Test};
use crate::placeholders::check_not_reserved;
use crate::syntax::{RawFunction, RawOperand};
use crate::{ExpressionError, ExpressionParameter, Placeholders};

/// The functions of conditions.
const FUNCTIONS: [&str; 6] = [
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
];

/// The functions that only updates may call.
const UPDATE_FUNCTIONS: [&str; 2] = ["if_not_exists", "list_append"];

/// The types an attribute can have, as attribute_type knows them, in the order of the error text.
const TYPE_NAMES: [&str; 10] = ["B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M"];

/// Checks what goes over the whole expression and needs no placeholders.
pub(super) fn check(parameter: ExpressionParameter, raw: &RawCondition) -> Checked {
    let checker = Checker { parameter };
    raw.each_test(&mut |test| checker.check_function_names(test))?;
    raw.each_test(&mut |test| checker.check_function_places(test))?;
    raw.each_test(&mut |test| checker.check_reserved_words(test))
}

/// Resolves the placeholders of `raw`, which has gone through [`check`], and checks the rest.
pub(super) fn bind(
    parameter: ExpressionParameter,
    raw: &RawCondition,
    placeholders: &mut Placeholders,
) -> Result<Node, ExpressionError> {
    let mut binder = Binder {
        parameter,
        placeholders,
    };
    binder.node(raw)
}

struct Checker {
    parameter: ExpressionParameter,
}

struct Binder<'p> {
    parameter: ExpressionParameter,
    placeholders: &'p mut Placeholders,
}

type Checked = Result<(), ExpressionError>;

/// Checks over the whole expression.
impl Checker {
    fn check_function_names(&self, test: &RawTest) -> Checked {
        let check = &mut |function: &RawFunction| {
            let name = &*function.name;
            if FUNCTIONS.contains(&name) {
                Ok(())
            } else if UPDATE_FUNCTIONS.contains(&name) {
                Err(self.error(format!(
                    "The function is not allowed in a condition expression; function: {name}"
                )))
            } else {
                Err(self.error(format!("Invalid function name; function: {name}")))
            }
        };
        match test {
            RawTest::Function(function) => function.each_function(check),
            _ => test
                .operands()
                .try_for_each(|operand| operand.each_function(check)),
        }
    }

    /// Only size has a value, and it alone is no condition.
    fn check_function_places(&self, test: &RawTest) -> Checked {
        let misplaced = |function: &RawFunction| {
            self.error(format!(
                "The function is not allowed to be used this way in an expression; function: {}",
                function.name
            ))
        };
        let check = &mut |function: &RawFunction| {
            if &*function.name == "size" {
                Ok(())
            } else {
                Err(misplaced(function))
            }
        };
        test.operands()
            .try_for_each(|operand| operand.each_function(check))?;
        match test {
            RawTest::Function(function) if &*function.name == "size" => Err(misplaced(function)),
            _ => Ok(()),
        }
    }

    fn check_reserved_words(&self, test: &RawTest) -> Checked {
        test.operands().try_for_each(|operand| {
            operand.each_leaf(&mut |leaf| match leaf {
                RawOperand::Path(path) => check_not_reserved(self.parameter, path),
                _ => Ok(()),
            })
        })
    }

    fn error(&self, text: impl std::fmt::Display) -> ExpressionError {
        ExpressionError::semantics(self.parameter, text)
    }
}

/// Checks test by test, which end in the bound tree.
impl Binder<'_> {
    fn error(&self, text: impl std::fmt::Display) -> ExpressionError {
        ExpressionError::semantics(self.parameter, text)
    }

    fn node(&mut self, raw: &RawCondition) -> Result<Node, ExpressionError> {
        Ok(match raw {
            RawCondition::And(conditions) => Node::And(self.nodes(conditions)?),
            RawCondition::Or(conditions) => Node::Or(self.nodes(conditions)?),
            RawCondition::Not(condition) => Node::Not(Box::new(self.node(condition)?)),
            RawCondition::Test(test) => Node::Test(self.test(test)?),
        })
    }

    fn nodes(&mut self, raw: &[RawCondition]) -> Result<Vec<Node>, ExpressionError> {
        raw.iter().map(|condition| self.node(condition)).collect()
    }

    fn test(&mut self, raw: &RawTest) -> Result<Test, ExpressionError> {
        self.check_defined(raw)?;
        match raw {
            RawTest::Compare {
                comparator,
                operands: [left, right],
            } => self.comparison(*comparator, left, right),
            RawTest::Between {
                operands: [operand, lower, upper],
            } => self.between(operand, lower, upper),
            RawTest::In {
                operand,
                candidates,
            } => self.membership(operand, candidates),
            RawTest::Function(function) => self.function(function),
        }
    }

    /// Looks all placeholders of a test up before anything else is checked in it.
    fn check_defined(&self, raw: &RawTest) -> Checked {
        raw.operands().try_for_each(|operand| {
            operand.each_leaf(&mut |leaf| match leaf {
                RawOperand::Path(path) => self.placeholders.check_path(self.parameter, path),
                RawOperand::Value(name) => self.placeholders.check_value(self.parameter, name),
                RawOperand::Function(_) => Ok(()),
            })
        })
    }

    fn comparison(
        &mut self,
        comparator: Comparator,
        left: &RawOperand,
        right: &RawOperand,
    ) -> Result<Test, ExpressionError> {
        let (left, right) = (self.operand(left)?, self.operand(right)?);
        self.check_distinct(comparator.symbol(), &left, &right)?;
        let is_equality = matches!(comparator, Comparator::Equal | Comparator::NotEqual);
        if !is_equality {
            self.check_ordered(comparator.symbol(), &left)?;
            self.check_ordered(comparator.symbol(), &right)?;
        }
        Ok(Test::Compare {
            comparator,
            left,
            right,
        })
    }

    fn between(
        &mut self,
        operand: &RawOperand,
        lower: &RawOperand,
        upper: &RawOperand,
    ) -> Result<Test, ExpressionError> {
        let operand = self.operand(operand)?;
        let (lower, upper) = (self.operand(lower)?, self.operand(upper)?);
        for operand in [&operand, &lower, &upper] {
            self.check_ordered("BETWEEN", operand)?;
        }
        if let (Operand::Value(lower), Operand::Value(upper)) = (&lower, &upper) {
            self.check_bounds(lower, upper)?;
        }
        Ok(Test::Between {
            operand,
            lower,
            upper,
        })
    }

    fn membership(
        &mut self,
        operand: &RawOperand,
        candidates: &[RawOperand],
    ) -> Result<Test, ExpressionError> {
        let operand = self.operand(operand)?;
        let candidates: Vec<_> = candidates
            .iter()
            .map(|raw| self.operand(raw))
            .collect::<Result<_, _>>()?;
        let count = candidates.len();
        if count > IN_OPERANDS_MAX {
            return Err(self.error(format!(
                "The IN operator is provided with too many operands; number of operands: {count}"
            )));
        }
        Ok(Test::In {
            operand,
            candidates,
        })
    }

    fn function(&mut self, raw: &RawFunction) -> Result<Test, ExpressionError> {
        let name = &*raw.name;
        match name {
            "attribute_exists" => Ok(Test::Exists(self.path_argument(raw)?)),
            "attribute_not_exists" => Ok(Test::NotExists(self.path_argument(raw)?)),
            "attribute_type" => {
                let [operand, type_operand] = self.arguments(raw)?;
                self.check_distinct(name, &operand, &type_operand)?;
                let type_name = self.type_argument(&type_operand)?;
                Ok(Test::HasType { operand, type_name })
            }
            "begins_with" => {
                let [operand, prefix] = self.arguments(raw)?;
                self.check_distinct(name, &operand, &prefix)?;
                for operand in [&operand, &prefix] {
                    if let Some(type_name) = operand.known_type()
                        && !matches!(type_name, "S" | "B")
                    {
                        return Err(self.wrong_type(name, type_name));
                    }
                }
                Ok(Test::BeginsWith { operand, prefix })
            }
            _ => {
                let [container, member] = self.arguments(raw)?;
                self.check_distinct(name, &container, &member)?;
                Ok(Test::Contains { container, member })
            }
        }
    }

    fn operand(&mut self, raw: &RawOperand) -> Result<Operand, ExpressionError> {
        match raw {
            RawOperand::Path(path) => self
                .placeholders
                .path(self.parameter, path)
                .map(Operand::Path),
            RawOperand::Value(name) => self
                .placeholders
                .value(self.parameter, name)
                .map(Operand::Value),
            // Only size is left here; see `check_function_places`.
            RawOperand::Function(function) => {
                let [operand] = self.arguments(function)?;
                match operand.known_type() {
                    Some(type_name @ ("N" | "BOOL" | "NULL")) => {
                        Err(self.wrong_type("size", type_name))
                    }
                    _ => Ok(Operand::Size(Box::new(operand))),
                }
            }
        }
    }

    /// The arguments of a function that takes `N` of them.
    fn arguments<const N: usize>(
        &mut self,
        raw: &RawFunction,
    ) -> Result<[Operand; N], ExpressionError> {
        let arguments: Vec<_> = raw
            .arguments
            .iter()
            .map(|argument| self.operand(argument))
            .collect::<Result<_, _>>()?;
        <[Operand; N]>::try_from(arguments).map_err(|arguments| {
            self.error(format!(
                "Incorrect number of operands for operator or function; \
                 operator or function: {}, number of operands: {}",
                raw.name,
                arguments.len()
            ))
        })
    }

    /// The argument of a function that takes one path.
    fn path_argument(&mut self, raw: &RawFunction) -> Result<crate::Path, ExpressionError> {
        let [operand] = self.arguments(raw)?;
        match operand {
            Operand::Path(path) => Ok(path),
            Operand::Value(_) | Operand::Size(_) => Err(self.error(format!(
                "Operator or function requires a document path; operator or function: {}",
                raw.name
            ))),
        }
    }

    /// The second argument of attribute_type: a value that is the name of a type.
    fn type_argument(&self, operand: &Operand) -> Result<&'static str, ExpressionError> {
        let Operand::Value(value) = operand else {
            let any_type = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}";
            let type_name = operand.known_type().unwrap_or(any_type);
            return Err(self.wrong_type("attribute_type", type_name));
        };
        let AttributeValue::S(wanted) = value.as_ref() else {
            return Err(self.wrong_type("attribute_type", value.type_name()));
        };
        TYPE_NAMES
            .into_iter()
            .find(|name| name == wanted)
            .ok_or_else(|| {
                let valid = TYPE_NAMES.join(",");
                self.error(format!(
                    "Invalid attribute type name found; type: {wanted}, valid types: {{{valid}}}"
                ))
            })
    }

    /// One path cannot stand on both sides of an operator; one value can.
    fn check_distinct(&self, operator: &str, left: &Operand, right: &Operand) -> Checked {
        match (left, right) {
            (Operand::Path(path), Operand::Path(other)) if path == other => {
                Err(self.error(format!(
                    "The first operand must be distinct from the remaining operands for this \
                     operator or function; operator: {operator}, first operand: {path}"
                )))
            }
            _ => Ok(()),
        }
    }

    /// An operand of known type must be of one that has an order.
    fn check_ordered(&self, operator: &str, operand: &Operand) -> Checked {
        match operand.known_type() {
            None | Some("S" | "N" | "B") => Ok(()),
            Some(type_name) => Err(self.wrong_type(operator, type_name)),
        }
    }

    fn check_bounds(&self, lower: &AttributeValue, upper: &AttributeValue) -> Checked {
        let fault = match compare(lower, upper) {
            None => "same data type for lower and upper bounds",
            Some(order) if order.is_gt() => {
                "upper bound to be greater than or equal to lower bound"
            }
            Some(_) => return Ok(()),
        };
        Err(self.error(format!(
            "The BETWEEN operator requires {fault}; lower bound operand: {}, \
             upper bound operand: {}",
            describe(lower),
            describe(upper)
        )))
    }

    fn wrong_type(&self, operator: &str, type_name: &str) -> ExpressionError {
        self.error(format!(
            "Incorrect operand type for operator or function; \
             operator or function: {operator}, operand type: {type_name}"
        ))
    }
}

impl Operand {
    /// The type of the operand's value, if it is the same for all items.
    fn known_type(&self) -> Option<&'static str> {
        match self {
            Self::Path(_) => None,
            Self::Value(value) => Some(value.type_name()),
            Self::Size(_) => Some("N"),
        }
    }
}

/// A bound of BETWEEN as its error texts print it.
fn describe(value: &AttributeValue) -> String {
    let content = match value {
        AttributeValue::S(text) => text.clone(),
        AttributeValue::N(number) => number.to_string(),
        AttributeValue::B(bytes) => BASE64.encode(bytes),
        // Nothing else gets past `check_ordered`.
        _ => String::new(),
    };
    format!("AttributeValue: {{{}:{content}}}", value.type_name())
}
