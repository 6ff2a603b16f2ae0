//! What an update makes of an item.
//!
//! Three steps, all of which look at the old item only: the values of SET are computed; each
//! action is turned into a [`Change`] of its target; the changes are made, which cannot fail. The
//! third step goes over targets and item together, so that the positions of a list stay those of
//! the old list until all its changes are known.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use anywhen_model::limits::{ITEM_BYTES_MAX, NESTING_LEVELS_MAX};
use anywhen_model::{AttributeValue, Item, Number};

use super::{Action, ActionKind, Inner, Operand, SetValue, Sign, UpdateError};
use crate::path_tree::PathNode;
use crate::{Path, PathElement};

/// What happens to one target.
#[derive(Debug, Default)]
enum Change {
    /// It gets this value, whether it had one or not.
    Put(AttributeValue),
    /// It ceases to exist.
    Remove,
    /// It stays as it is.
    #[default]
    Keep,
}

impl Inner {
    pub(super) fn apply(&self, old: &Item) -> Result<Item, UpdateError> {
        let mut evaluation = Evaluation {
            old,
            copied_bytes: 0,
        };
        let values = self
            .actions
            .iter()
            .map(|action| evaluation.set_value(action))
            .collect::<Result<Vec<_>, _>>()?;
        let mut changes = self
            .actions
            .iter()
            .zip(values)
            .map(|(action, value)| change(action, value, old))
            .collect::<Result<Vec<_>, _>>()?;

        let mut new = old.clone();
        change_members(&mut new.attributes, &self.targets, &mut changes);
        let changed = self
            .targets
            .keys()
            .filter_map(|name| new.attributes.get(name));
        if changed
            .map(AttributeValue::depth)
            .any(|depth| depth > NESTING_LEVELS_MAX)
        {
            return Err(UpdateError::NestingTooDeep);
        }
        Ok(new)
    }
}

/// Computes the values of SET from the old item.
struct Evaluation<'i> {
    old: &'i Item,
    /// Size of all that has been copied into values so far. The new item will hold all of it, so
    /// the limit of an item's size bounds the work that short expressions can ask for.
    copied_bytes: usize,
}

impl<'i> Evaluation<'i> {
    /// The value that `action` sets, if it is a SET.
    fn set_value(&mut self, action: &'i Action) -> Result<Option<AttributeValue>, UpdateError> {
        let ActionKind::Set(value) = &action.kind else {
            return Ok(None);
        };
        let value = match value {
            SetValue::Operand(operand) => {
                let value = self.operand(operand)?;
                self.owned(value)?
            }
            SetValue::Sum { operands, signs } => AttributeValue::N(self.sum(operands, signs)?),
        };
        Ok(Some(value))
    }

    fn sum(&mut self, operands: &'i [Operand], signs: &[Sign]) -> Result<Number, UpdateError> {
        let numbers = operands
            .iter()
            .map(|operand| match self.operand(operand)?.as_ref() {
                AttributeValue::N(number) => Ok(*number),
                _ => Err(UpdateError::OperandType),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let mut numbers = numbers.into_iter();
        let first = numbers.next().unwrap_or_default();
        numbers.zip(signs).try_fold(first, |sum, (number, sign)| {
            Ok(match sign {
                Sign::Plus => sum.checked_add(&number)?,
                Sign::Minus => sum.checked_sub(&number)?,
            })
        })
    }

    fn operand(&mut self, operand: &'i Operand) -> Result<Cow<'i, AttributeValue>, UpdateError> {
        match operand {
            Operand::Path(path) => path
                .resolve(self.old)
                .map(Cow::Borrowed)
                .ok_or(UpdateError::MissingAttribute),
            Operand::Value(value) => Ok(Cow::Borrowed(value.as_ref())),
            Operand::IfNotExists { path, otherwise } => match path.resolve(self.old) {
                Some(value) => Ok(Cow::Borrowed(value)),
                None => self.operand(otherwise),
            },
            Operand::ListAppend(_) => {
                let mut elements = Vec::new();
                self.append(operand, &mut elements)?;
                Ok(Cow::Owned(AttributeValue::L(elements)))
            }
        }
    }

    /// Adds the elements of a list to `elements`. Nested calls of list_append all add to one list,
    /// so that no element is copied twice.
    fn append(
        &mut self,
        operand: &'i Operand,
        elements: &mut Vec<AttributeValue>,
    ) -> Result<(), UpdateError> {
        if let Operand::ListAppend(operands) = operand {
            return operands
                .iter()
                .try_for_each(|operand| self.append(operand, elements));
        }
        match self.operand(operand)? {
            Cow::Owned(AttributeValue::L(list)) => elements.extend(list),
            Cow::Borrowed(AttributeValue::L(list)) => {
                for element in list {
                    self.count_copied(element.size_bytes())?;
                    elements.push(element.clone());
                }
            }
            _ => return Err(UpdateError::OperandType),
        }
        Ok(())
    }

    /// `value` itself or a copy of it.
    fn owned(&mut self, value: Cow<'i, AttributeValue>) -> Result<AttributeValue, UpdateError> {
        if let Cow::Borrowed(value) = value {
            self.count_copied(value.size_bytes())?;
        }
        Ok(value.into_owned())
    }

    fn count_copied(&mut self, bytes: usize) -> Result<(), UpdateError> {
        self.copied_bytes += bytes;
        if self.copied_bytes > ITEM_BYTES_MAX {
            Err(UpdateError::ItemTooLarge)
        } else {
            Ok(())
        }
    }
}

/// What `action` does to its target, given the value it sets if it sets one.
fn change(action: &Action, set: Option<AttributeValue>, old: &Item) -> Result<Change, UpdateError> {
    check_parent(&action.target, old)?;
    let current = action.target.resolve(old);
    match &action.kind {
        ActionKind::Set(_) => Ok(set.map_or(Change::Keep, Change::Put)),
        ActionKind::Remove => Ok(Change::Remove),
        ActionKind::Add(operand) => add(current, operand),
        ActionKind::Delete(operand) => delete(current, operand),
    }
}

/// The value that contains the target must exist, and be a map or list as the target needs.
fn check_parent(target: &Path, old: &Item) -> Result<(), UpdateError> {
    match (target.steps().last(), target.resolve_parent(old)) {
        (None, _)
        | (Some(PathElement::Attribute(_)), Some(AttributeValue::M(_)))
        | (Some(PathElement::Index(_)), Some(AttributeValue::L(_))) => Ok(()),
        _ => Err(UpdateError::InvalidDocumentPath),
    }
}

/// ADD: a sum of numbers, where a missing one counts as zero, or a union of sets. Lists, which
/// only the legacy AttributeUpdates can add, are joined.
fn add(current: Option<&AttributeValue>, operand: &AttributeValue) -> Result<Change, UpdateError> {
    let Some(current) = current else {
        return Ok(Change::Put(operand.clone()));
    };
    let result = match (current, operand) {
        (AttributeValue::N(left), AttributeValue::N(right)) => {
            AttributeValue::N(left.checked_add(right)?)
        }
        (AttributeValue::Ss(left), AttributeValue::Ss(right)) => AttributeValue::Ss(left | right),
        (AttributeValue::Ns(left), AttributeValue::Ns(right)) => AttributeValue::Ns(left | right),
        (AttributeValue::Bs(left), AttributeValue::Bs(right)) => AttributeValue::Bs(left | right),
        (AttributeValue::L(left), AttributeValue::L(right)) => {
            AttributeValue::L([left.as_slice(), right].concat())
        }
        _ => return Err(UpdateError::OperandType),
    };
    Ok(Change::Put(result))
}

/// DELETE: a difference of sets; an attribute left without members goes.
fn delete(
    current: Option<&AttributeValue>,
    operand: &AttributeValue,
) -> Result<Change, UpdateError> {
    let Some(current) = current else {
        return Ok(Change::Keep);
    };
    let rest = match (current, operand) {
        (AttributeValue::Ss(left), AttributeValue::Ss(right)) => {
            difference(left, right).map(AttributeValue::Ss)
        }
        (AttributeValue::Ns(left), AttributeValue::Ns(right)) => {
            difference(left, right).map(AttributeValue::Ns)
        }
        (AttributeValue::Bs(left), AttributeValue::Bs(right)) => {
            difference(left, right).map(AttributeValue::Bs)
        }
        _ => return Err(UpdateError::OperandType),
    };
    Ok(rest.map_or(Change::Remove, Change::Put))
}

/// The members of `left` that are not in `right`, if any are.
fn difference<T: Ord + Clone>(left: &BTreeSet<T>, right: &BTreeSet<T>) -> Option<BTreeSet<T>> {
    let rest = left - right;
    (!rest.is_empty()).then_some(rest)
}

/// Makes the changes below one map.
fn change_members(
    members: &mut BTreeMap<String, AttributeValue>,
    targets: &BTreeMap<String, PathNode>,
    changes: &mut [Change],
) {
    for (name, node) in targets {
        match node {
            PathNode::Leaf(number) => match take(changes, *number) {
                Change::Put(value) => {
                    members.insert(name.clone(), value);
                }
                Change::Remove => {
                    members.remove(name);
                }
                Change::Keep => {}
            },
            node => {
                if let Some(value) = members.get_mut(name) {
                    change_inside(value, node, changes);
                }
            }
        }
    }
}

/// Makes the changes below one list: those past its end are appended, in the order of their
/// positions, and what is removed goes last.
fn change_elements(
    elements: &mut Vec<AttributeValue>,
    targets: &BTreeMap<usize, PathNode>,
    changes: &mut [Change],
) {
    let mut slots: Vec<_> = std::mem::take(elements).into_iter().map(Some).collect();
    let mut appended = Vec::new();
    for (index, node) in targets {
        let slot = slots.get_mut(*index);
        match node {
            PathNode::Leaf(number) => match (take(changes, *number), slot) {
                (Change::Put(value), Some(slot)) => *slot = Some(value),
                (Change::Put(value), None) => appended.push(value),
                (Change::Remove, Some(slot)) => *slot = None,
                (Change::Remove, None) | (Change::Keep, _) => {}
            },
            node => {
                if let Some(Some(value)) = slot {
                    change_inside(value, node, changes);
                }
            }
        }
    }
    *elements = slots.into_iter().flatten().chain(appended).collect();
}

/// Makes the changes below a map or list. `check_parent` has seen that it is what it has to be.
fn change_inside(value: &mut AttributeValue, node: &PathNode, changes: &mut [Change]) {
    match (value, node) {
        (AttributeValue::M(members), PathNode::Map(branch)) => {
            change_members(members, &branch.children, changes);
        }
        (AttributeValue::L(elements), PathNode::List(branch)) => {
            change_elements(elements, &branch.children, changes);
        }
        _ => {}
    }
}

/// The change of the target that is number `number` in the expression; each is taken once.
fn take(changes: &mut [Change], number: usize) -> Change {
    changes
        .get_mut(number)
        .map(std::mem::take)
        .unwrap_or_default()
}
