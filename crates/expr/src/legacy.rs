//! The parameters that requests had before there were expressions.
//!
//! `KeyConditions`, `QueryFilter`, `ScanFilter`, `Expected` and `AttributeUpdates` say with maps,
//! for whole attributes only, what expressions say with texts. They become the very same
//! [`Condition`], [`KeyCondition`] and [`Update`] that expressions become, so that nothing behind
//! this module knows where one came from. Where the old meaning differs it is built into the tree
//! that is made: `NOT_CONTAINS` is the negation of contains, `ADD` takes lists too.
//!
//! Always true: what is made passes every check that its expression would pass, or is what only
//! these parameters can say; conditions of a filter, which are tried on every item of a page, are
//! bounded in number. How it fails: with an [`ExpressionError`] of the kind
//! [`LegacyParameter`](ExpressionErrorKind::LegacyParameter), in DynamoDB's words. Of several
//! faults the one of the first attribute by name is reported.

mod condition;
mod update;

#[cfg(test)]
mod tests;

use anywhen_model::AttributeValue;

use crate::{ExpressionError, ExpressionErrorKind};

pub use condition::check_conditional_operator;

#[cfg(doc)]
use crate::{Condition, KeyCondition, Update};

/// `ComparisonOperator`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ComparisonOperator {
    /// `EQ`: there is such an attribute and it equals the value.
    Equal,
    /// `NE`: it does not.
    NotEqual,
    /// `LT`
    Less,
    /// `LE`
    LessOrEqual,
    /// `GT`
    Greater,
    /// `GE`
    GreaterOrEqual,
    /// `IN`: equal to one of the values.
    In,
    /// `BETWEEN`: from the first value to the second, both included.
    Between,
    /// `NULL`: there is no such attribute.
    Null,
    /// `NOT_NULL`: there is one, of the NULL type as well.
    NotNull,
    /// `CONTAINS`
    Contains,
    /// `NOT_CONTAINS`: not `CONTAINS`, also where there is no such attribute.
    NotContains,
    /// `BEGINS_WITH`
    BeginsWith,
}

/// The operators with their names, what they take, and the types they take it of.
const OPERATORS: [(ComparisonOperator, &str, Arguments, &[&str]); 13] = {
    use Arguments::{AtLeastOne, Exactly};
    use ComparisonOperator as Op;
    const ORDERED: &[&str] = &["S", "N", "B"];
    const ANY: &[&str] = &["S", "N", "B", "SS", "NS", "BS", "L", "M", "BOOL", "NULL"];
    const SCALAR: &[&str] = &["S", "N", "B", "BOOL", "NULL"];
    [
        (Op::Equal, "EQ", Exactly(1), ANY),
        (Op::NotEqual, "NE", Exactly(1), ANY),
        (Op::Less, "LT", Exactly(1), ORDERED),
        (Op::LessOrEqual, "LE", Exactly(1), ORDERED),
        (Op::Greater, "GT", Exactly(1), ORDERED),
        (Op::GreaterOrEqual, "GE", Exactly(1), ORDERED),
        (Op::In, "IN", AtLeastOne, ORDERED),
        (Op::Between, "BETWEEN", Exactly(2), ORDERED),
        (Op::Null, "NULL", Exactly(0), ANY),
        (Op::NotNull, "NOT_NULL", Exactly(0), ANY),
        (Op::Contains, "CONTAINS", Exactly(1), SCALAR),
        (Op::NotContains, "NOT_CONTAINS", Exactly(1), SCALAR),
        (Op::BeginsWith, "BEGINS_WITH", Exactly(1), &["S", "B"]),
    ]
};

/// How many values an operator takes.
#[derive(Debug, Clone, Copy)]
enum Arguments {
    Exactly(usize),
    AtLeastOne,
}

impl ComparisonOperator {
    /// The operator of this name, as the wire has it.
    pub fn parse(name: &str) -> Option<Self> {
        let found = OPERATORS.iter().find(|(_, known, ..)| *known == name);
        found.map(|(operator, ..)| *operator)
    }

    /// The operator's name on the wire.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Its name, how many values it takes, and their types.
    fn row(self) -> (&'static str, Arguments, &'static [&'static str]) {
        let found = OPERATORS.iter().find(|(operator, ..)| *operator == self);
        found.map_or(
            ("", Arguments::AtLeastOne, &[]),
            |(_, name, count, types)| (*name, *count, *types),
        )
    }
}

/// A condition on one attribute: an entry of `KeyConditions`, `QueryFilter` or `ScanFilter`.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeTest {
    /// `ComparisonOperator`.
    pub operator: ComparisonOperator,
    /// `AttributeValueList`.
    pub values: Vec<AttributeValue>,
}

/// A condition on one attribute: an entry of `Expected`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expectation {
    /// `Value`.
    pub value: Option<AttributeValue>,
    /// `Exists`.
    pub exists: Option<bool>,
    /// `ComparisonOperator`.
    pub operator: Option<ComparisonOperator>,
    /// `AttributeValueList`.
    pub values: Option<Vec<AttributeValue>>,
}

/// `ConditionalOperator`: how many of several conditions must hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ConditionalOperator {
    /// All.
    #[default]
    And,
    /// One.
    Or,
}

/// What happens to one attribute: an entry of `AttributeUpdates`.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributeUpdate {
    /// `Action`.
    pub action: UpdateAction,
    /// `Value`.
    pub value: Option<AttributeValue>,
}

/// `Action` of an attribute update.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum UpdateAction {
    /// The attribute gets the value.
    #[default]
    Put,
    /// The value is added: to a number, to a set, to the end of a list.
    Add,
    /// The members of the value are taken out of a set; without a value, the attribute goes.
    Delete,
}

fn error(text: impl Into<String>) -> ExpressionError {
    ExpressionError::new(ExpressionErrorKind::LegacyParameter, text)
}

fn invalid(text: impl std::fmt::Display) -> ExpressionError {
    error(format!("One or more parameter values were invalid: {text}"))
}
