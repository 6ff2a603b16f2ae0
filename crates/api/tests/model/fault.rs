//! What is wrong with a request by itself, whatever the tables hold.
//!
//! A request may be wrong in several ways at once. Which of them is named is a matter of order,
//! which other tests hold to; here the reply must name one of them.

use crate::expression::{Action, Condition, Operand, Path, Term};
use crate::value::Value;

/// An error reply that is right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    /// The error's name.
    pub(crate) code: &'static str,
    /// What its message holds; empty where no wording is known.
    pub(crate) text: String,
}

/// Of a request that has parameters of both kinds.
pub(crate) const MIXED: &str =
    "Can not use both expression and non-expression parameters in the same request";

impl Fault {
    pub(crate) fn validation(text: impl Into<String>) -> Self {
        Self {
            code: "ValidationException",
            text: text.into(),
        }
    }

    pub(crate) fn coded(code: &'static str) -> Self {
        Self {
            code,
            text: String::new(),
        }
    }
}

fn wrong_operand(operator: &str, kind: &str) -> Fault {
    Fault::validation(format!(
        "Incorrect operand type for operator or function; operator or function: {operator}, \
         operand type: {kind}"
    ))
}

impl Operand {
    /// The type it has for all items.
    fn type_name(&self) -> Option<&'static str> {
        match self {
            Self::Path(_) => None,
            Self::Literal(value) => Some(value.type_name()),
            Self::Size(_) => Some("N"),
        }
    }

    fn faults(&self, faults: &mut Vec<Fault>) {
        if let Self::Size(inner) = self {
            inner.faults(faults);
            if let Some(kind @ ("N" | "BOOL" | "NULL")) = inner.type_name() {
                faults.push(wrong_operand("size", kind));
            }
        }
    }

    fn check_type(&self, operator: &str, allowed: &[&str], faults: &mut Vec<Fault>) {
        self.faults(faults);
        if let Some(kind) = self.type_name().filter(|kind| !allowed.contains(kind)) {
            faults.push(wrong_operand(operator, kind));
        }
    }
}

fn check_distinct(one: &Operand, other: &Operand, faults: &mut Vec<Fault>) {
    if let (Operand::Path(one), Operand::Path(other)) = (one, other)
        && one == other
    {
        faults.push(Fault::validation(
            "The first operand must be distinct from the remaining operands",
        ));
    }
}

pub(crate) fn of_condition(condition: &Condition, faults: &mut Vec<Fault>) {
    const ORDERED: &[&str] = &["S", "N", "B"];
    match condition {
        Condition::Compare(operator, left, right) => {
            check_distinct(left, right, faults);
            for operand in [left, right] {
                if ["=", "<>"].contains(operator) {
                    operand.faults(faults);
                } else {
                    operand.check_type(operator, ORDERED, faults);
                }
            }
        }
        Condition::Between(operand, lower, upper) => {
            for operand in [operand, lower, upper] {
                operand.check_type("BETWEEN", ORDERED, faults);
            }
            if let (Operand::Literal(lower), Operand::Literal(upper)) = (lower, upper) {
                match lower.compare(upper) {
                    None => faults.push(Fault::validation(
                        "same data type for lower and upper bounds",
                    )),
                    Some(order) if order.is_gt() => faults.push(Fault::validation(
                        "upper bound to be greater than or equal to lower bound",
                    )),
                    Some(_) => {}
                }
            }
        }
        Condition::In(operand, candidates) => {
            operand.faults(faults);
            for candidate in candidates {
                candidate.faults(faults);
            }
        }
        Condition::Exists(_) | Condition::NotExists(_) => {}
        Condition::HasType(_, Value::S(name)) => {
            let names = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];
            if !names.contains(&name.as_str()) {
                faults.push(Fault::validation("Invalid attribute type name found"));
            }
        }
        Condition::HasType(_, other) => {
            faults.push(wrong_operand("attribute_type", other.type_name()));
        }
        Condition::BeginsWith(operand, prefix) => {
            check_distinct(operand, prefix, faults);
            operand.check_type("begins_with", &["S", "B"], faults);
            prefix.check_type("begins_with", &["S", "B"], faults);
        }
        Condition::Contains(container, member) => {
            check_distinct(container, member, faults);
            container.faults(faults);
            member.faults(faults);
        }
        Condition::Not(inner) => of_condition(inner, faults),
        Condition::And(one, other) | Condition::Or(one, other) => {
            of_condition(one, faults);
            of_condition(other, faults);
        }
    }
}

impl Term {
    fn faults(&self, faults: &mut Vec<Fault>) {
        match self {
            Self::Path(_) | Self::Literal(_) => {}
            Self::IfNotExists(_, otherwise) => otherwise.faults(faults),
            Self::ListAppend(one, other) => {
                for term in [one, other] {
                    term.faults(faults);
                    term.check_type("list_append", "L", faults);
                }
            }
        }
    }

    fn check_type(&self, operator: &str, wanted: &str, faults: &mut Vec<Fault>) {
        if let Self::Literal(value) = self
            && value.type_name() != wanted
        {
            faults.push(wrong_operand(operator, value.type_name()));
        }
    }
}

pub(crate) fn of_update(actions: &[Action], faults: &mut Vec<Fault>) {
    let targets: Vec<&Path> = actions.iter().map(Action::target).collect();
    of_paths(&targets, faults);
    for action in actions {
        match action {
            Action::Remove(_) => {}
            Action::Set(_, term) => term.faults(faults),
            Action::SetSum(_, one, sign, other) => {
                for term in [one, other] {
                    term.faults(faults);
                    term.check_type(&sign.to_string(), "N", faults);
                }
            }
            Action::Add(_, value) => {
                check_long_type("ADD", value, &["N", "SS", "NS", "BS"], faults);
            }
            Action::Delete(_, value) => {
                check_long_type("DELETE", value, &["SS", "NS", "BS"], faults);
            }
        }
    }
}

/// What is wrong with an entry of `AttributeUpdates`.
pub(crate) fn of_attribute_update(action: &Action, faults: &mut Vec<Fault>) {
    match action {
        Action::Add(_, value) if ["S", "B", "BOOL", "NULL", "M"].contains(&value.type_name()) => {
            faults.push(Fault::validation(format!(
                "ADD action is not supported for the type {}",
                value.type_name()
            )));
        }
        Action::Delete(_, Value::Ss(_) | Value::Ns(_) | Value::Bs(_)) => {}
        Action::Delete(_, value) => faults.push(Fault::validation(format!(
            "DELETE action with value is not supported for the type {}",
            value.type_name()
        ))),
        _ => {}
    }
}

fn check_long_type(operator: &str, value: &Value, allowed: &[&str], faults: &mut Vec<Fault>) {
    if allowed.contains(&value.type_name()) {
        return;
    }
    let kind = match value {
        Value::S(_) => "STRING",
        Value::N(_) => "NUMBER",
        Value::B(_) => "BINARY",
        Value::Bool(_) => "BOOLEAN",
        Value::Null => "NULL",
        Value::L(_) => "LIST",
        Value::M(_) => "MAP",
        Value::Ss(_) | Value::Ns(_) | Value::Bs(_) => unreachable!("sets are allowed everywhere"),
    };
    faults.push(Fault::validation(format!(
        "Incorrect operand type for operator or function; operator: {operator}, \
         operand type: {kind}"
    )));
}

/// Two paths of an update or projection must lead to different places that can both be there.
pub(crate) fn of_paths(paths: &[&Path], faults: &mut Vec<Fault>) {
    use crate::expression::Step::{Index, Name};
    for (at, one) in paths.iter().enumerate() {
        for other in &paths[..at] {
            let mut steps = one.0.iter().zip(&other.0);
            match steps.find(|(one, other)| one != other) {
                None => faults.push(Fault::validation(
                    "Two document paths overlap with each other",
                )),
                Some((Name(_), Index(_)) | (Index(_), Name(_))) => {
                    faults.push(Fault::validation(
                        "Two document paths conflict with each other",
                    ));
                }
                Some(_) => {}
            }
        }
    }
}
