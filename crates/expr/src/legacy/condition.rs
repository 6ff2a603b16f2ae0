//! Maps of conditions: `QueryFilter`, `ScanFilter`, `Expected`, `KeyConditions`.

use std::collections::BTreeMap;
use std::sync::Arc;

use anywhen_model::AttributeValue;
use anywhen_model::limits::LEGACY_FILTER_OPERANDS_MAX;

use super::{
    Arguments, AttributeTest, ComparisonOperator, ConditionalOperator, Expectation, error, invalid,
};
use crate::condition::{Comparator, Node, Operand, Origin, Test, compare};
use crate::key_condition::{AttributeCondition, KeyOperator};
use crate::{Condition, ExpressionError, KeyCondition, Path};

/// Refuses a `ConditionalOperator` that joins nothing. `conditions` is the number of conditions
/// in the request's filter or expectations, `None` if it has neither.
pub fn check_conditional_operator(
    operator: Option<ConditionalOperator>,
    conditions: Option<usize>,
) -> Result<(), ExpressionError> {
    match (operator, conditions) {
        (Some(_), None) => Err(error(
            "ConditionalOperator cannot be used without Filter or Expected",
        )),
        (Some(_), Some(0 | 1)) => Err(error(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        )),
        _ => Ok(()),
    }
}

impl Condition {
    /// The condition that a `QueryFilter` or `ScanFilter` is; `None` if it has no entries.
    pub fn from_filter(
        filter: BTreeMap<String, AttributeTest>,
        operator: ConditionalOperator,
    ) -> Result<Option<Self>, ExpressionError> {
        let values = filter.values().map(|test| test.values.len());
        let operands = filter.len() + values.sum::<usize>();
        if operands > LEGACY_FILTER_OPERANDS_MAX {
            return Err(invalid(format!(
                "The filter has too many conditions and values: {operands}, at most \
                 {LEGACY_FILTER_OPERANDS_MAX} are supported"
            )));
        }
        let tests = filter.into_iter().map(|(name, test)| {
            test.check()?;
            Ok(test.node(name))
        });
        Ok(Self::joined(tests.collect::<Result<_, _>>()?, operator))
    }

    /// The condition that an `Expected` is; `None` if it has no entries.
    pub fn from_expected(
        expected: BTreeMap<String, Expectation>,
        operator: ConditionalOperator,
    ) -> Result<Option<Self>, ExpressionError> {
        let nodes = expected
            .into_iter()
            .map(|(name, expectation)| expectation.node(name));
        Ok(Self::joined(nodes.collect::<Result<_, _>>()?, operator))
    }

    fn joined(nodes: Vec<Node>, operator: ConditionalOperator) -> Option<Self> {
        if nodes.is_empty() {
            return None;
        }
        let root = match operator {
            ConditionalOperator::And => Node::And(nodes),
            ConditionalOperator::Or => Node::Or(nodes),
        };
        Some(Self::new(root, Origin::Legacy))
    }
}

impl KeyCondition {
    /// The key condition that a `KeyConditions` is. What depends on the key is checked when it is
    /// resolved.
    pub fn from_key_conditions(
        conditions: BTreeMap<String, AttributeTest>,
    ) -> Result<Self, ExpressionError> {
        let by_attribute = conditions.into_iter().map(|(name, test)| {
            test.check()?;
            Ok((name, test.key_condition()))
        });
        Ok(Self::of_attributes(
            by_attribute.collect::<Result<_, ExpressionError>>()?,
        ))
    }
}

impl Expectation {
    fn node(self, name: String) -> Result<Node, ExpressionError> {
        if self.value.is_some() && self.values.is_some() {
            return Err(invalid(format!(
                "Value and AttributeValueList cannot be used together for Attribute: {name}"
            )));
        }
        let Some(operator) = self.operator else {
            return self.equality(name);
        };
        if self.exists.is_some() {
            return Err(invalid(format!(
                "Exists and ComparisonOperator cannot be used together for Attribute: {name}"
            )));
        }
        let needs_none = matches!(
            operator,
            ComparisonOperator::Null | ComparisonOperator::NotNull
        );
        if self.value.is_none() && self.values.is_none() && !needs_none {
            return Err(invalid(format!(
                "Value or AttributeValueList must be used with ComparisonOperator: {} for \
                 Attribute: {name}",
                operator.name()
            )));
        }
        let values = self.values.unwrap_or(self.value.into_iter().collect());
        let test = AttributeTest { operator, values };
        test.check()?;
        Ok(test.node(name))
    }

    /// Without an operator: the value, or that there is none.
    fn equality(self, name: String) -> Result<Node, ExpressionError> {
        if self.values.is_some() {
            return Err(invalid(format!(
                "AttributeValueList can only be used with a ComparisonOperator for Attribute: \
                 {name}"
            )));
        }
        let (operator, value) = match (self.exists, self.value) {
            (None, None) => Err("Value must be provided when Exists is null"),
            (Some(true), None) => Err("Value must be provided when Exists is true"),
            (Some(false), Some(_)) => Err("Value cannot be used when Exists is false"),
            (Some(false), None) => Ok((ComparisonOperator::Null, None)),
            (None | Some(true), Some(value)) => Ok((ComparisonOperator::Equal, Some(value))),
        }
        .map_err(|text| invalid(format!("{text} for Attribute: {name}")))?;
        let values = value.into_iter().collect();
        Ok(AttributeTest { operator, values }.node(name))
    }
}

impl AttributeTest {
    /// The operator must get as many values as it takes, all of one type, which it takes.
    fn check(&self) -> Result<(), ExpressionError> {
        let (name, count, types) = self.operator.row();
        let is_count = match count {
            Arguments::Exactly(count) => self.values.len() == count,
            Arguments::AtLeastOne => !self.values.is_empty(),
        };
        if !is_count {
            return Err(invalid(format!(
                "Invalid number of argument(s) for the {name} ComparisonOperator"
            )));
        }
        let Some(first) = self.values.first().map(AttributeValue::type_name) else {
            return Ok(());
        };
        if self.values.iter().any(|value| value.type_name() != first) {
            return Err(invalid(
                "AttributeValues inside AttributeValueList must be of same type",
            ));
        }
        if !types.contains(&first) {
            return Err(invalid(format!(
                "ComparisonOperator {name} is not valid for {first} AttributeValue type"
            )));
        }
        match (self.operator, self.values.as_slice()) {
            (ComparisonOperator::Between, [lower, upper])
                if compare(lower, upper).is_some_and(std::cmp::Ordering::is_gt) =>
            {
                Err(error(
                    "The BETWEEN condition was provided a range where the lower bound is greater \
                     than the upper bound",
                ))
            }
            _ => Ok(()),
        }
    }

    /// The test as an expression would have it. The values it needs are there, see
    /// [`Self::check`].
    fn node(self, name: String) -> Node {
        use ComparisonOperator as Op;
        let path = Path::new(name, Vec::new());
        let values = self.values.into_iter();
        let mut values = values.map(|value| Operand::Value(Arc::new(value)));
        match self.operator {
            Op::Null => return Node::Test(Test::NotExists(path)),
            Op::NotNull => return Node::Test(Test::Exists(path)),
            _ => {}
        }
        let operand = Operand::Path(path);
        let mut value = || {
            let absent = || Operand::Value(Arc::new(AttributeValue::Null));
            values.next().unwrap_or_else(absent)
        };
        let comparator = match self.operator {
            Op::Equal | Op::Null | Op::NotNull => Comparator::Equal,
            Op::NotEqual => Comparator::NotEqual,
            Op::Less => Comparator::Less,
            Op::LessOrEqual => Comparator::LessOrEqual,
            Op::Greater => Comparator::Greater,
            Op::GreaterOrEqual => Comparator::GreaterOrEqual,
            Op::Contains | Op::NotContains => {
                let contains = Node::Test(Test::Contains {
                    container: operand,
                    member: value(),
                });
                return match self.operator {
                    Op::Contains => contains,
                    _ => Node::Not(Box::new(contains)),
                };
            }
            Op::BeginsWith => {
                return Node::Test(Test::BeginsWith {
                    operand,
                    prefix: value(),
                });
            }
            Op::Between => {
                return Node::Test(Test::Between {
                    operand,
                    lower: value(),
                    upper: value(),
                });
            }
            Op::In => {
                return Node::Test(Test::In {
                    operand,
                    candidates: values.collect(),
                });
            }
        };
        Node::Test(Test::Compare {
            comparator,
            left: operand,
            right: value(),
        })
    }

    fn key_condition(self) -> AttributeCondition {
        use ComparisonOperator as Op;
        let operator = match self.operator {
            Op::Equal => KeyOperator::Equal,
            Op::Less => KeyOperator::Less,
            Op::LessOrEqual => KeyOperator::LessOrEqual,
            Op::Greater => KeyOperator::Greater,
            Op::GreaterOrEqual => KeyOperator::GreaterOrEqual,
            Op::Between => KeyOperator::Between,
            Op::BeginsWith => KeyOperator::BeginsWith,
            Op::NotEqual | Op::In | Op::Null | Op::NotNull | Op::Contains | Op::NotContains => {
                KeyOperator::NotIndexable
            }
        };
        AttributeCondition {
            operator,
            values: self.values.into_iter().map(Arc::new).collect(),
        }
    }
}
