//! Key conditions: which items of a table or index a Query reads.
//!
//! A KeyConditionExpression has the grammar of conditions and little of its freedom: one condition
//! a key attribute, joined by AND. It is understood in three steps, which DynamoDB takes at
//! different times: [`KeyCondition::parse`] with the other expressions of the request,
//! [`KeyCondition::check_shape`] when all of them have been parsed, [`KeyCondition::resolve`] when
//! the key schema is known. The result is a [`KeyRange`]: a partition, and a range in it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::{AttributeValue, KeySchema, KeyValue};

use crate::condition::{Node, WrittenCondition};
use crate::{ExpressionError, ExpressionErrorKind, ExpressionParameter, Placeholders};

mod resolve;
mod shape;
#[cfg(test)]
mod tests;

pub(crate) use resolve::resolve;
pub(crate) use shape::condition_of_test;

const PARAMETER: ExpressionParameter = ExpressionParameter::KeyCondition;

/// A checked KeyConditionExpression. Clones share their tree.
#[derive(Debug, Clone)]
pub struct KeyCondition {
    form: Form,
}

/// A key condition as the request has it.
#[derive(Debug, Clone)]
enum Form {
    /// A KeyConditionExpression, whose shape is still to be checked.
    Expression(Arc<Node>),
    /// What the legacy KeyConditions is.
    Attributes(Arc<AttributeConditions>),
}

/// The items a Query reads: those of one partition whose sort key is in a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRange {
    /// What the partition key attributes equal, in the order of the schema.
    pub partition: Vec<KeyValue>,
    /// What the first sort key attributes equal, in the order of the schema, before the one that
    /// `sort` is about. Empty unless the key has several sort attributes.
    pub sort_prefix: Vec<KeyValue>,
    /// The condition on the sort key attribute after `sort_prefix`.
    pub sort: SortCondition,
}

/// The condition on one sort key attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SortCondition {
    /// Any value.
    None,
    /// `=`
    Eq(KeyValue),
    /// `<`
    Lt(KeyValue),
    /// `<=`
    Le(KeyValue),
    /// `>`
    Gt(KeyValue),
    /// `>=`
    Ge(KeyValue),
    /// `BETWEEN`: from the first to the second, both included.
    Between(KeyValue, KeyValue),
    /// `begins_with`; the value is a string or binary.
    BeginsWith(KeyValue),
}

impl SortCondition {
    /// Whether `value`, a value of the sort key attribute, fulfils the condition.
    pub fn holds_for(&self, value: &KeyValue) -> bool {
        match self {
            Self::None => true,
            Self::Eq(bound) => value == bound,
            Self::Lt(bound) => value < bound,
            Self::Le(bound) => value <= bound,
            Self::Gt(bound) => value > bound,
            Self::Ge(bound) => value >= bound,
            Self::Between(lower, upper) => lower <= value && value <= upper,
            Self::BeginsWith(prefix) => match (value, prefix) {
                (KeyValue::S(text), KeyValue::S(prefix)) => text.starts_with(prefix.as_str()),
                (KeyValue::B(bytes), KeyValue::B(prefix)) => bytes.starts_with(prefix),
                _ => false,
            },
        }
    }
}

/// A condition on one key attribute, its operator in the form `attribute operator value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttributeCondition {
    pub(crate) operator: KeyOperator,
    /// One value, or for BETWEEN two; any number for what is not indexable.
    pub(crate) values: Vec<Arc<AttributeValue>>,
}

/// The operators a key condition may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyOperator {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Between,
    BeginsWith,
    /// One that no key can be found by: only the legacy KeyConditions gets as far with it.
    NotIndexable,
}

/// The conditions by attribute.
pub(crate) type AttributeConditions = BTreeMap<String, AttributeCondition>;

impl KeyCondition {
    /// Parses and checks `text`, looking placeholders up in `placeholders`.
    pub fn parse(text: &str, placeholders: &mut Placeholders) -> Result<Self, ExpressionError> {
        Self::of_written(&WrittenCondition::parse(PARAMETER, text)?, placeholders)
    }

    /// The key condition that `written` is, with its placeholders put in.
    pub(crate) fn of_written(
        written: &WrittenCondition,
        placeholders: &mut Placeholders,
    ) -> Result<Self, ExpressionError> {
        let root = Arc::new(written.bind(PARAMETER, placeholders)?);
        Ok(Self {
            form: Form::Expression(root),
        })
    }

    /// A condition that is one of these on each attribute.
    pub(crate) fn of_attributes(conditions: AttributeConditions) -> Self {
        Self {
            form: Form::Attributes(Arc::new(conditions)),
        }
    }

    /// Refuses what no key condition may contain, whatever the key.
    pub fn check_shape(&self) -> Result<(), ExpressionError> {
        self.attributes().map(drop)
    }

    /// What the condition means for a table or index with this key. Checks the shape too.
    pub fn resolve(&self, schema: &KeySchema) -> Result<KeyRange, ExpressionError> {
        resolve::resolve(&*self.attributes()?, schema)
    }

    fn attributes(&self) -> Result<Cow<'_, AttributeConditions>, ExpressionError> {
        match &self.form {
            Form::Expression(root) => shape::attribute_conditions(root).map(Cow::Owned),
            Form::Attributes(conditions) => Ok(Cow::Borrowed(conditions)),
        }
    }
}

fn schema_error(text: impl Into<String>) -> ExpressionError {
    ExpressionError::new(ExpressionErrorKind::KeyConditionSchema, text)
}
