//! Checks an update as written and resolves its placeholders.
//!
//! An expression can be wrong in several ways at once, and DynamoDB reports one. Every class of
//! error goes over the whole expression before the next one is looked at: redundant parentheses
//! (the parser's), reserved words, function names, repeated sections, undefined names, undefined
//! values, overlapping targets, conflicting targets, operands of ADD and DELETE, operands of
//! functions and arithmetic.

use std::sync::Arc;

use anywhen_model::AttributeValue;

use super::syntax::{RawAction, RawActionKind, RawSection, RawSetValue};
use super::{Action, ActionKind, Inner, Operand, SetValue};
use crate::condition::Origin;
use crate::path_tree;
use crate::placeholders::check_not_reserved;
use crate::syntax::{RawFunction, RawOperand};
use crate::{ExpressionError, ExpressionParameter, Path, Placeholders};

const PARAMETER: ExpressionParameter = ExpressionParameter::Update;

/// The functions of updates.
const FUNCTIONS: [&str; 2] = ["if_not_exists", "list_append"];

/// The functions that only conditions may call.
const CONDITION_FUNCTIONS: [&str; 6] = [
    "attribute_exists",
    "attribute_not_exists",
    "attribute_type",
    "begins_with",
    "contains",
    "size",
];

type Checked = Result<(), ExpressionError>;

/// Checks the classes of error that need no placeholders.
pub(super) fn check(sections: &[RawSection]) -> Checked {
    let actions = || sections.iter().flat_map(|section| &section.actions);
    actions().try_for_each(check_reserved_words)?;
    actions().try_for_each(check_function_names)?;
    check_sections(sections)
}

/// Resolves the placeholders of sections that have gone through [`check`], and checks the rest.
pub(super) fn bind(
    sections: &[RawSection],
    placeholders: &mut Placeholders,
) -> Result<Inner, ExpressionError> {
    let raw_actions: Vec<_> = sections
        .iter()
        .flat_map(|section| &section.actions)
        .collect();
    let mut binder = Binder { placeholders };
    let targets = raw_actions
        .iter()
        .map(|action| binder.target(action))
        .collect::<Result<Vec<_>, _>>()?;
    raw_actions
        .iter()
        .try_for_each(|action| binder.check_values(action))?;
    let tree = path_tree::merge(&targets.iter().collect::<Vec<_>>()).map_err(error)?;

    raw_actions
        .iter()
        .try_for_each(|action| binder.check_added_or_deleted(action))?;
    let actions = targets
        .into_iter()
        .zip(&raw_actions)
        .map(|(target, raw)| {
            Ok(Action {
                target,
                kind: binder.action_kind(raw)?,
            })
        })
        .collect::<Result<_, ExpressionError>>()?;
    Ok(Inner {
        actions,
        targets: tree,
        origin: Origin::Expression,
    })
}

fn error(text: impl std::fmt::Display) -> ExpressionError {
    ExpressionError::semantics(PARAMETER, text)
}

fn check_reserved_words(action: &RawAction) -> Checked {
    check_not_reserved(PARAMETER, &action.target)?;
    action.operands().iter().try_for_each(|operand| {
        operand.each_leaf(&mut |leaf| match leaf {
            RawOperand::Path(path) => check_not_reserved(PARAMETER, path),
            _ => Ok(()),
        })
    })
}

fn check_function_names(action: &RawAction) -> Checked {
    let check = &mut |function: &RawFunction| {
        let name = &*function.name;
        if FUNCTIONS.contains(&name) {
            Ok(())
        } else if CONDITION_FUNCTIONS.contains(&name) {
            let text = "The function is not allowed in an update expression";
            Err(error(format!("{text}; function: {name}")))
        } else {
            Err(error(format!("Invalid function name; function: {name}")))
        }
    };
    action
        .operands()
        .iter()
        .try_for_each(|operand| operand.each_function(check))
}

fn check_sections(sections: &[RawSection]) -> Checked {
    let repeated = sections.iter().enumerate().find(|(position, section)| {
        sections
            .iter()
            .take(*position)
            .any(|earlier| earlier.keyword == section.keyword)
    });
    match repeated {
        None => Ok(()),
        Some((_, section)) => Err(error(format!(
            "The \"{}\" section can only be used once in an update expression;",
            section.keyword
        ))),
    }
}

struct Binder<'p> {
    placeholders: &'p mut Placeholders,
}

impl Binder<'_> {
    /// The target of an action. Looks the names among its operands up too, since DynamoDB finds
    /// all undefined names before the first undefined value.
    fn target(&mut self, action: &RawAction) -> Result<Path, ExpressionError> {
        let target = self.placeholders.path(PARAMETER, &action.target)?;
        for operand in action.operands() {
            operand.each_leaf(&mut |leaf| match leaf {
                RawOperand::Path(path) => self.placeholders.check_path(PARAMETER, path),
                _ => Ok(()),
            })?;
        }
        Ok(target)
    }

    /// Looks the values of an action up.
    fn check_values(&self, action: &RawAction) -> Checked {
        if let RawActionKind::Add(name) | RawActionKind::Delete(name) = &action.kind {
            self.placeholders.check_value(PARAMETER, name)?;
        }
        action.operands().iter().try_for_each(|operand| {
            operand.each_leaf(&mut |leaf| match leaf {
                RawOperand::Value(name) => self.placeholders.check_value(PARAMETER, name),
                _ => Ok(()),
            })
        })
    }

    /// ADD takes numbers and sets, DELETE takes sets.
    fn check_added_or_deleted(&mut self, action: &RawAction) -> Checked {
        let (operator, name) = match &action.kind {
            RawActionKind::Add(name) => ("ADD", name),
            RawActionKind::Delete(name) => ("DELETE", name),
            RawActionKind::Set(_) | RawActionKind::Remove => return Ok(()),
        };
        let value = self.placeholders.value(PARAMETER, name)?;
        match value.as_ref() {
            AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_) => Ok(()),
            AttributeValue::N(_) if operator == "ADD" => Ok(()),
            other => Err(error(format!(
                "Incorrect operand type for operator or function; \
                 operator: {operator}, operand type: {}",
                other.long_type_name()
            ))),
        }
    }

    fn action_kind(&mut self, raw: &RawAction) -> Result<ActionKind, ExpressionError> {
        Ok(match &raw.kind {
            RawActionKind::Set(value) => ActionKind::Set(self.set_value(value)?),
            RawActionKind::Remove => ActionKind::Remove,
            RawActionKind::Add(name) => ActionKind::Add(self.placeholders.value(PARAMETER, name)?),
            RawActionKind::Delete(name) => {
                ActionKind::Delete(self.placeholders.value(PARAMETER, name)?)
            }
        })
    }

    fn set_value(&mut self, raw: &RawSetValue) -> Result<SetValue, ExpressionError> {
        let (sign, [left, right]) = match raw {
            RawSetValue::Operand(operand) => return self.operand(operand).map(SetValue::Operand),
            RawSetValue::Sum { sign, operands } => (*sign, operands),
        };
        let operands = vec![self.operand(left)?, self.operand(right)?];
        check_type(sign.symbol(), "N", &operands)?;
        Ok(SetValue::Sum {
            operands,
            signs: vec![sign],
        })
    }

    fn operand(&mut self, raw: &RawOperand) -> Result<Operand, ExpressionError> {
        match raw {
            RawOperand::Path(path) => self.placeholders.path(PARAMETER, path).map(Operand::Path),
            RawOperand::Value(name) => self.placeholders.value(PARAMETER, name).map(Operand::Value),
            RawOperand::Function(function) => self.function(function),
        }
    }

    fn function(&mut self, raw: &RawFunction) -> Result<Operand, ExpressionError> {
        let operands: Vec<_> = raw
            .arguments
            .iter()
            .map(|argument| self.operand(argument))
            .collect::<Result<_, _>>()?;
        let operands = <[Operand; 2]>::try_from(operands).map_err(|operands| {
            error(format!(
                "Incorrect number of operands for operator or function; \
                 operator or function: {}, number of operands: {}",
                raw.name,
                operands.len()
            ))
        })?;
        if &*raw.name == "list_append" {
            check_type(&raw.name, "L", &operands)?;
            return Ok(Operand::ListAppend(Box::new(operands)));
        }
        match operands {
            [Operand::Path(path), otherwise] => Ok(Operand::IfNotExists {
                path,
                otherwise: Box::new(otherwise),
            }),
            _ => Err(error(format!(
                "Operator or function requires a document path; operator or function: {}",
                raw.name
            ))),
        }
    }
}

/// Values from the request among `operands` must be of the type called `type_name`.
fn check_type(operator: &str, type_name: &str, operands: &[Operand]) -> Checked {
    let literals = operands.iter().filter_map(|operand| match operand {
        Operand::Value(value) => Some(Arc::as_ref(value)),
        _ => None,
    });
    match literals
        .map(AttributeValue::type_name)
        .find(|found| *found != type_name)
    {
        None => Ok(()),
        Some(found) => Err(error(format!(
            "Incorrect operand type for operator or function; \
             operator or function: {operator}, operand type: {found}"
        ))),
    }
}
