//! What expressions mean: conditions of an item, updates of it, projections of it.
//!
//! Written for clarity. Everything here is as DynamoDB's guide says it; nothing is shared with the
//! server.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;

use crate::expression::{Action, Condition, Operand, Path, Step, Term};
use crate::value::{Item, Value, digits_and_magnitude};

/// Why an update cannot be made of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UpdateFault {
    MissingAttribute,
    OperandType,
    /// The same in `AttributeUpdates`.
    TypeMismatch,
    InvalidPath,
    Overflow,
    Underflow,
    TooManyDigits,
}

impl UpdateFault {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::MissingAttribute => {
                "The provided expression refers to an attribute that does not exist in the item"
            }
            Self::OperandType => "An operand in the update expression has an incorrect data type",
            Self::TypeMismatch => "Type mismatch for attribute to update",
            Self::InvalidPath => {
                "The document path provided in the update expression is invalid for update"
            }
            Self::Overflow => {
                "Number overflow. Attempting to store a number with magnitude larger than \
                 supported range"
            }
            Self::Underflow => {
                "Number underflow. Attempting to store a number with magnitude smaller than \
                 supported range"
            }
            Self::TooManyDigits => {
                "Attempting to store more than 38 significant digits in a Number"
            }
        }
    }
}

impl Operand {
    fn value(&self, item: &Item) -> Option<Value> {
        match self {
            Self::Path(path) => path.find(item).cloned(),
            Self::Literal(value) => Some(value.clone()),
            Self::Size(inner) => {
                let size = match inner.value(item)? {
                    Value::S(text) => text.len(),
                    Value::B(bytes) => bytes.len(),
                    Value::Ss(members) => members.len(),
                    Value::Ns(members) => members.len(),
                    Value::Bs(members) => members.len(),
                    Value::L(elements) => elements.len(),
                    Value::M(members) => members.len(),
                    Value::N(_) | Value::Bool(_) | Value::Null => return None,
                };
                Some(Value::N(BigDecimal::from(size as u64)))
            }
        }
    }
}

impl Condition {
    /// Whether it is true of an item. An item that does not exist is an empty one.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        match self {
            Self::Compare(operator, left, right) => {
                compares(operator, left.value(item), right.value(item))
            }
            Self::Between(operand, lower, upper) => {
                compares("<=", lower.value(item), operand.value(item))
                    && compares("<=", operand.value(item), upper.value(item))
            }
            Self::In(operand, candidates) => candidates
                .iter()
                .any(|candidate| compares("=", operand.value(item), candidate.value(item))),
            Self::Exists(path) => path.find(item).is_some(),
            Self::NotExists(path) => path.find(item).is_none(),
            Self::HasType(path, name) => {
                let found = path.find(item).map(Value::type_name);
                matches!(name, Value::S(name) if found == Some(name.as_str()))
            }
            Self::BeginsWith(operand, prefix) => match (operand.value(item), prefix.value(item)) {
                (Some(Value::S(text)), Some(Value::S(prefix))) => text.starts_with(&prefix),
                (Some(Value::B(bytes)), Some(Value::B(prefix))) => bytes.starts_with(&prefix),
                _ => false,
            },
            Self::Contains(container, member) => {
                let (container, member) = (container.value(item), member.value(item));
                container
                    .zip(member)
                    .is_some_and(|(container, member)| contains(&container, &member))
            }
            Self::Not(inner) => !inner.holds(item),
            Self::And(one, other) => one.holds(item) && other.holds(item),
            Self::Or(one, other) => one.holds(item) || other.holds(item),
        }
    }
}

/// What is missing is unequal to everything, and nothing else can be said of it.
fn compares(operator: &str, left: Option<Value>, right: Option<Value>) -> bool {
    let (Some(left), Some(right)) = (left, right) else {
        return operator == "<>";
    };
    let order = left.compare(&right);
    match operator {
        "=" => left == right,
        "<>" => left != right,
        "<" => order.is_some_and(std::cmp::Ordering::is_lt),
        "<=" => order.is_some_and(std::cmp::Ordering::is_le),
        ">" => order.is_some_and(std::cmp::Ordering::is_gt),
        ">=" => order.is_some_and(std::cmp::Ordering::is_ge),
        other => unreachable!("there is no operator {other}"),
    }
}

fn contains(container: &Value, member: &Value) -> bool {
    match (container, member) {
        (Value::S(text), Value::S(part)) => text.contains(part.as_str()),
        (Value::B(bytes), Value::B(part)) => {
            part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
        }
        (Value::Ss(members), Value::S(member)) => members.contains(member),
        (Value::Ns(members), Value::N(member)) => members.contains(member),
        (Value::Bs(members), Value::B(member)) => members.contains(member),
        (Value::L(elements), member) => elements.contains(member),
        _ => false,
    }
}

/// The number, if a table can hold it.
fn storable(number: BigDecimal) -> Result<BigDecimal, UpdateFault> {
    if number == 0 {
        return Ok(number);
    }
    match digits_and_magnitude(&number) {
        (_, 126..) => Err(UpdateFault::Overflow),
        (_, ..-130) => Err(UpdateFault::Underflow),
        (39.., _) => Err(UpdateFault::TooManyDigits),
        _ => Ok(number),
    }
}

impl Term {
    fn value(&self, item: &Item) -> Result<Value, Vec<UpdateFault>> {
        match self {
            Self::Path(path) => {
                let found = path.find(item).cloned();
                found.ok_or_else(|| vec![UpdateFault::MissingAttribute])
            }
            Self::Literal(value) => Ok(value.clone()),
            Self::IfNotExists(path, otherwise) => match path.find(item) {
                Some(value) => Ok(value.clone()),
                None => otherwise.value(item),
            },
            Self::ListAppend(one, other) => {
                let list = |value| match value {
                    Value::L(elements) => Some(elements),
                    _ => None,
                };
                both([one, other], item, list).map(|lists| Value::L(lists.concat()))
            }
        }
    }
}

/// Two operands that must be of one type.
fn both<T>(
    terms: [&Term; 2],
    item: &Item,
    wanted: impl Fn(Value) -> Option<T>,
) -> Result<Vec<T>, Vec<UpdateFault>> {
    let mut found = Vec::new();
    let mut faults = Vec::new();
    for term in terms {
        match term.value(item).map(&wanted) {
            Ok(Some(operand)) => found.push(operand),
            Ok(None) => faults.push(UpdateFault::OperandType),
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(faults)
    }
}

/// What an action does to the place it names.
#[derive(Debug)]
enum Change {
    Put(Value),
    Remove,
    Keep,
}

impl Action {
    /// What it does, which depends on the item as it was before all actions.
    fn change(&self, old: &Item) -> Result<Change, Vec<UpdateFault>> {
        let sum = |sum| match storable(sum) {
            Ok(sum) => Ok(Change::Put(Value::N(sum))),
            Err(fault) => Err(vec![fault]),
        };
        match self {
            Self::Set(_, term) => term.value(old).map(Change::Put),
            Self::SetSum(_, one, sign, other) => {
                let number = |value| match value {
                    Value::N(number) => Some(number),
                    _ => None,
                };
                let numbers = both([one, other], old, number)?;
                sum(if *sign == '+' {
                    &numbers[0] + &numbers[1]
                } else {
                    &numbers[0] - &numbers[1]
                })
            }
            Self::Remove(_) => Ok(Change::Remove),
            Self::Add(path, value) => match (path.find(old), value) {
                (None, value) => Ok(Change::Put(value.clone())),
                (Some(Value::N(one)), Value::N(other)) => sum(one + other),
                // Only AttributeUpdates can say this.
                (Some(Value::L(one)), Value::L(other)) => {
                    let both = one.iter().chain(other).cloned();
                    Ok(Change::Put(Value::L(both.collect())))
                }
                (Some(Value::Ss(one)), Value::Ss(other)) => Ok(Change::Put(Value::Ss(one | other))),
                (Some(Value::Ns(one)), Value::Ns(other)) => Ok(Change::Put(Value::Ns(one | other))),
                (Some(Value::Bs(one)), Value::Bs(other)) => Ok(Change::Put(Value::Bs(one | other))),
                _ => Err(vec![UpdateFault::OperandType]),
            },
            Self::Delete(path, value) => {
                let rest = match (path.find(old), value) {
                    (None, _) => return Ok(Change::Keep),
                    (Some(Value::Ss(one)), Value::Ss(other)) => Value::Ss(one - other),
                    (Some(Value::Ns(one)), Value::Ns(other)) => Value::Ns(one - other),
                    (Some(Value::Bs(one)), Value::Bs(other)) => Value::Bs(one - other),
                    _ => return Err(vec![UpdateFault::OperandType]),
                };
                let is_empty = match &rest {
                    Value::Ss(members) => members.is_empty(),
                    Value::Ns(members) => members.is_empty(),
                    Value::Bs(members) => members.is_empty(),
                    _ => false,
                };
                Ok(if is_empty {
                    Change::Remove
                } else {
                    Change::Put(rest)
                })
            }
        }
    }
}

/// The place an action changes must be in something that exists.
fn has_parent(path: &Path, item: &Item) -> bool {
    let Some((last, parent)) = path.0.split_last() else {
        return false;
    };
    if parent.is_empty() {
        return true;
    }
    matches!(
        (last, Path(parent.to_vec()).find(item)),
        (Step::Name(_), Some(Value::M(_))) | (Step::Index(_), Some(Value::L(_)))
    )
}

/// What the actions make of an item, or every reason why they cannot.
pub(crate) fn updated(old: &Item, actions: &[Action]) -> Result<Item, Vec<UpdateFault>> {
    let mut changes = Vec::new();
    let mut faults = Vec::new();
    for action in actions {
        match action.change(old) {
            Ok(change) => changes.push((action.target().0.as_slice(), change)),
            Err(more) => faults.extend(more),
        }
        if !has_parent(action.target(), old) {
            faults.push(UpdateFault::InvalidPath);
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    match changed(Some(Value::M(old.clone())), changes) {
        Some(Value::M(new)) => Ok(new),
        other => unreachable!("an item stays a map: {other:?}"),
    }
}

/// Changes by the way to their places.
type Changes<'a> = Vec<(&'a [Step], Change)>;

/// Makes the changes at and below one place. Positions in lists are those of the old list: what is
/// beyond its end is appended in the order of the positions, and what is removed goes last.
fn changed(place: Option<Value>, changes: Changes<'_>) -> Option<Value> {
    let mut below: Vec<(&Step, Changes<'_>)> = Vec::new();
    for (path, change) in changes {
        let Some((step, rest)) = path.split_first() else {
            return match change {
                Change::Put(value) => Some(value),
                Change::Remove => None,
                Change::Keep => place,
            };
        };
        match below.iter_mut().find(|(known, _)| *known == step) {
            Some((_, changes)) => changes.push((rest, change)),
            None => below.push((step, vec![(rest, change)])),
        }
    }
    match place {
        Some(Value::M(mut members)) => {
            for (step, changes) in below {
                let Step::Name(name) = step else { continue };
                if let Some(value) = changed(members.remove(name), changes) {
                    members.insert(name.clone(), value);
                }
            }
            Some(Value::M(members))
        }
        Some(Value::L(elements)) => {
            let mut slots: BTreeMap<usize, Value> = elements.into_iter().enumerate().collect();
            for (step, changes) in below {
                let Step::Index(index) = step else { continue };
                if let Some(value) = changed(slots.remove(index), changes) {
                    slots.insert(*index, value);
                }
            }
            Some(Value::L(slots.into_values().collect()))
        }
        other => other,
    }
}

/// The parts of an item that the paths lead to, each within what it was within. Lists hold only
/// the elements that were asked for, in their order.
pub(crate) fn projected(item: &Item, paths: &[Path]) -> Item {
    let paths: Vec<&[Step]> = paths.iter().map(|path| path.0.as_slice()).collect();
    match part(&Value::M(item.clone()), &paths) {
        Some(Value::M(item)) => item,
        _ => Item::new(),
    }
}

fn part(value: &Value, paths: &[&[Step]]) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(value.clone());
    }
    let below = |step: &Step| -> Vec<&[Step]> {
        let paths = paths.iter().filter(|path| path.first() == Some(step));
        paths.map(|path| &path[1..]).collect()
    };
    match value {
        Value::M(members) => {
            let found = members.iter().filter_map(|(name, member)| {
                let member = part(member, &below(&Step::Name(name.clone())))?;
                Some((name.clone(), member))
            });
            let found: Item = found.collect();
            (!found.is_empty()).then_some(Value::M(found))
        }
        Value::L(elements) => {
            let found = elements.iter().enumerate();
            let found = found.filter_map(|(at, element)| part(element, &below(&Step::Index(at))));
            let found: Vec<Value> = found.collect();
            (!found.is_empty()).then_some(Value::L(found))
        }
        _ => None,
    }
}
