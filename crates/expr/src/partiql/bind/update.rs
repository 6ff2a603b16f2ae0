//! Changes of UPDATE: the actions that update expressions have, with the same checks.

use std::sync::Arc;

use anywhen_model::AttributeValue;

use super::super::syntax::{ChangeSyntax, Literal, SumSyntax, Term};
use super::{Binder, Bound, semantic_error};
use crate::update::{Action, ActionKind, Operand, SetValue};
use crate::{ExpressionError, Path, Update};

impl Binder {
    pub(super) fn update(&mut self, changes: &[ChangeSyntax]) -> Bound<Update> {
        let actions = changes
            .iter()
            .map(|change| {
                let kind = match &change.value {
                    Some(value) => self.set(&change.target, value)?,
                    None => ActionKind::Remove,
                };
                Ok(Action {
                    target: change.target.clone(),
                    kind,
                })
            })
            .collect::<Bound<_>>()?;
        Update::from_actions(actions).map_err(semantic_error)
    }

    fn set(&mut self, target: &Path, sum: &SumSyntax) -> Bound<ActionKind> {
        if sum.others.is_empty() {
            match &sum.first {
                Term::SetAdd(path, members) => {
                    return self
                        .set_members("ADD", target, path, members)
                        .map(ActionKind::Add);
                }
                Term::SetDelete(path, members) => {
                    return self
                        .set_members("DELETE", target, path, members)
                        .map(ActionKind::Delete);
                }
                term => {
                    let operand = self.operand_of(term)?;
                    return Ok(ActionKind::Set(SetValue::Operand(operand)));
                }
            }
        }
        let signs: Vec<_> = sum.others.iter().map(|(sign, _)| *sign).collect();
        let terms = std::iter::once(&sum.first).chain(sum.others.iter().map(|(_, term)| term));
        let operands = terms
            .map(|term| self.operand_of(term))
            .collect::<Bound<Vec<_>>>()?;
        // Each is the right operand of the sign before it, the first the left one of that behind.
        let signs_of_operands = signs.first().into_iter().chain(&signs);
        for (sign, operand) in signs_of_operands.zip(&operands) {
            check_type(sign.symbol(), "N", std::iter::once(operand))?;
        }
        Ok(ActionKind::Set(SetValue::Sum { operands, signs }))
    }

    /// What SET_ADD or SET_DELETE adds to or takes from the set that is the target.
    fn set_members(
        &mut self,
        operator: &str,
        target: &Path,
        path: &Path,
        members: &Literal,
    ) -> Bound<Arc<AttributeValue>> {
        if path != target {
            return Err(semantic_error(format!(
                "SET_{operator} changes the set it is assigned to: its first operand {path} must \
                 be {target}"
            )));
        }
        let members = self.value(members)?;
        match members {
            AttributeValue::Ss(_) | AttributeValue::Ns(_) | AttributeValue::Bs(_) => {
                Ok(Arc::new(members))
            }
            other => Err(semantic_error(format!(
                "Incorrect operand type for operator or function; \
                 operator: SET_{operator}, operand type: {}",
                other.long_type_name()
            ))),
        }
    }

    fn operand_of(&mut self, term: &Term) -> Bound<Operand> {
        Ok(match term {
            Term::Path(path) => Operand::Path(path.clone()),
            Term::Literal(literal) => Operand::Value(Arc::new(self.value(literal)?)),
            Term::ListAppend(terms) => {
                let [first, second] = terms.as_ref();
                let operands = [self.operand_of(first)?, self.operand_of(second)?];
                check_type("list_append", "L", operands.iter())?;
                Operand::ListAppend(Box::new(operands))
            }
            Term::SetAdd(..) | Term::SetDelete(..) => {
                return Err(semantic_error(
                    "SET_ADD and SET_DELETE must stand alone to the right of =",
                ));
            }
        })
    }
}

/// Values from the request among `operands` must be of the type called `type_name`.
fn check_type<'o>(
    operator: &str,
    type_name: &str,
    operands: impl Iterator<Item = &'o Operand>,
) -> Result<(), ExpressionError> {
    let mut literals = operands.filter_map(|operand| match operand {
        Operand::Value(value) => Some(value.type_name()),
        _ => None,
    });
    match literals.find(|found| *found != type_name) {
        None => Ok(()),
        Some(found) => Err(semantic_error(format!(
            "Incorrect operand type for operator or function; \
             operator or function: {operator}, operand type: {found}"
        ))),
    }
}
