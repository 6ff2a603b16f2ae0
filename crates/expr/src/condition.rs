//! Conditions: expressions that an item fulfils or does not.
//!
//! [`Condition`] serves ConditionExpression, FilterExpression and, inside this crate,
//! KeyConditionExpression, which have one grammar. Parsing does all checks that need no item, so
//! that evaluating cannot fail: a test on an attribute that is missing or of another type is false
//! (`<>` alone is true), and NOT turns any false into true. There is no third truth value.
//!
//! Start with `condition/syntax.rs` for the grammar, `condition/bind.rs` for the checks,
//! `condition/evaluate.rs` for the meaning.

use std::sync::Arc;

use anywhen_model::{AttributeValue, Item};

use crate::{ExpressionError, ExpressionErrorKind, ExpressionParameter, Path, Placeholders};

mod bind;
mod evaluate;
mod syntax;
#[cfg(test)]
mod tests;

pub(crate) use evaluate::compare;
pub(crate) use syntax::Comparator;
#[cfg(test)]
pub(crate) use tests::any_expression;

/// What a condition decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConditionKind {
    /// `ConditionExpression`: whether a write happens.
    Condition,
    /// `FilterExpression`: whether a read item is returned.
    Filter,
}

/// A checked condition, ready to be evaluated any number of times. Clones share their tree.
#[derive(Debug, Clone)]
pub struct Condition {
    root: Arc<Node>,
    origin: Origin,
}

/// What a condition or update was in the request; few texts depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// An expression.
    Expression,
    /// One of the parameters that are older than expressions.
    Legacy,
}

impl Condition {
    /// Parses and checks `text`, looking placeholders up in `placeholders`.
    pub fn parse(
        kind: ConditionKind,
        text: &str,
        placeholders: &mut Placeholders,
    ) -> Result<Self, ExpressionError> {
        WrittenCondition::parse(kind.parameter(), text)?.bind_as(kind, placeholders)
    }

    /// A condition whose tree has been checked.
    pub(crate) fn new(root: Node, origin: Origin) -> Self {
        Self {
            root: Arc::new(root),
            origin,
        }
    }

    /// The condition of this tree, whose operands fit.
    pub(crate) fn from_node(root: Node) -> Self {
        Self::new(root, Origin::Expression)
    }

    /// Whether `item` fulfils the condition. An item that does not exist (`None`) is like one
    /// without attributes.
    pub fn evaluate(&self, item: Option<&Item>) -> bool {
        match item {
            Some(item) => self.root.holds_for(item),
            None => self.root.holds_for(&Item::default()),
        }
    }

    /// All paths in the condition, from left to right, repeated ones repeated.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.root.collect_paths(&mut paths);
        paths
    }

    /// Refuses a Query's filter that uses one of the `keys` of the table or index it reads.
    pub fn check_no_key_attributes(&self, keys: &[&str]) -> Result<(), ExpressionError> {
        let paths = self.paths();
        match keys
            .iter()
            .find(|key| paths.iter().any(|path| path.top_level() == **key))
        {
            None => Ok(()),
            Some(key) => Err(ExpressionError::new(
                ExpressionErrorKind::KeyAttribute,
                format!(
                    "{} can only contain non-primary key attributes: Primary key attribute: {key}",
                    match self.origin {
                        Origin::Expression => "Filter Expression",
                        Origin::Legacy => "QueryFilter",
                    }
                ),
            )),
        }
    }
}

/// An expression that has the grammar of conditions, as it is written: free of all faults that
/// show without its placeholders.
///
/// Which parameter a text came in decides only how its faults read, so one without them is the same
/// in all.
#[derive(Debug)]
pub(crate) struct WrittenCondition {
    root: syntax::RawCondition,
}

impl WrittenCondition {
    /// Parses `text` and checks what needs no placeholders.
    pub(crate) fn parse(
        parameter: ExpressionParameter,
        text: &str,
    ) -> Result<Self, ExpressionError> {
        let root = syntax::parse(parameter, text)?;
        bind::check(parameter, &root)?;
        Ok(Self { root })
    }

    /// Puts the placeholders in and checks the rest.
    pub(crate) fn bind(
        &self,
        parameter: ExpressionParameter,
        placeholders: &mut Placeholders,
    ) -> Result<Node, ExpressionError> {
        bind::bind(parameter, &self.root, placeholders)
    }

    /// The condition of this kind.
    pub(crate) fn bind_as(
        &self,
        kind: ConditionKind,
        placeholders: &mut Placeholders,
    ) -> Result<Condition, ExpressionError> {
        let root = self.bind(kind.parameter(), placeholders)?;
        Ok(Condition::new(root, Origin::Expression))
    }
}

impl ConditionKind {
    /// The parameter of a request that has such conditions.
    pub(crate) fn parameter(self) -> ExpressionParameter {
        match self {
            Self::Condition => ExpressionParameter::Condition,
            Self::Filter => ExpressionParameter::Filter,
        }
    }
}

/// A condition whose placeholders are resolved and whose operands fit their operators.
#[derive(Debug)]
pub(crate) enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Test(Test),
}

/// What is true or false by itself.
#[derive(Debug)]
pub(crate) enum Test {
    Compare {
        comparator: Comparator,
        left: Operand,
        right: Operand,
    },
    Between {
        operand: Operand,
        lower: Operand,
        upper: Operand,
    },
    In {
        operand: Operand,
        candidates: Vec<Operand>,
    },
    /// attribute_exists
    Exists(Path),
    /// attribute_not_exists
    NotExists(Path),
    /// attribute_type
    HasType {
        operand: Operand,
        type_name: &'static str,
    },
    /// begins_with
    BeginsWith { operand: Operand, prefix: Operand },
    /// contains
    Contains { container: Operand, member: Operand },
}

/// Something that may have a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Path(Path),
    Value(Arc<AttributeValue>),
    /// size
    Size(Box<Operand>),
}

impl Node {
    /// Adds the paths of the condition to `paths`, from left to right.
    pub(crate) fn collect_paths<'n>(&'n self, paths: &mut Vec<&'n Path>) {
        match self {
            Self::And(nodes) | Self::Or(nodes) => {
                for node in nodes {
                    node.collect_paths(paths);
                }
            }
            Self::Not(node) => node.collect_paths(paths),
            Self::Test(test) => paths.extend(test.paths()),
        }
    }
}

impl Test {
    fn paths(&self) -> Vec<&Path> {
        let operands: Vec<&Operand> = match self {
            Self::Exists(path) | Self::NotExists(path) => return vec![path],
            Self::Compare { left, right, .. } => vec![left, right],
            Self::Between {
                operand,
                lower,
                upper,
            } => vec![operand, lower, upper],
            Self::In {
                operand,
                candidates,
            } => std::iter::once(operand).chain(candidates).collect(),
            Self::HasType { operand, .. } => vec![operand],
            Self::BeginsWith { operand, prefix } => vec![operand, prefix],
            Self::Contains { container, member } => vec![container, member],
        };
        operands.into_iter().filter_map(Operand::path).collect()
    }
}

impl Operand {
    /// The path the operand's value is, or is computed, from.
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Value(_) => None,
            Self::Size(operand) => operand.path(),
        }
    }
}
