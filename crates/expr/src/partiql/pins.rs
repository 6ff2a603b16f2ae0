//! Which partitions the items of a WHERE clause are in.
//!
//! A clause pins the partition key if it can be true only of items with certain values of it: a
//! conjunct sets it equal to a value or IN values, or is an OR of which every branch pins it. The
//! conditions on the sort key that stand beside such a conjunct narrow the range within the
//! partition. All this only narrows: what a clause says beyond it is left to the filter.

use std::collections::HashMap;
use std::sync::Arc;

use anywhen_model::limits::IN_PARTITIONS_MAX;
use anywhen_model::{AttributeValue, KeySchema, KeyValue};

use super::bind::too_many_candidates;
use crate::condition::{Node, Operand, Test};
use crate::key_condition::{
    AttributeCondition, AttributeConditions, KeyOperator, condition_of_test, resolve,
};
use crate::{ExpressionError, KeyRange, SortCondition};

/// What a clause pins.
#[derive(Debug, Default)]
pub(super) struct Pins {
    /// One for each partition, in the order of the text.
    pub(super) ranges: Vec<KeyRange>,
    /// The conjuncts, by their position, that say nothing beyond `ranges`.
    pub(super) expressed: Vec<usize>,
    /// Whether IN lists partition keys.
    pub(super) has_list: bool,
}

/// The conjuncts of a clause: what AND joins at its top.
pub(super) fn conjuncts(clause: Option<Node>) -> Vec<Node> {
    match clause {
        None => Vec::new(),
        Some(Node::And(nodes)) => nodes
            .into_iter()
            .flat_map(|node| conjuncts(Some(node)))
            .collect(),
        Some(node) => vec![node],
    }
}

/// What these conjuncts pin; `None` if not the whole partition key.
pub(super) fn find(nodes: &[&Node], schema: &KeySchema) -> Result<Option<Pins>, ExpressionError> {
    let Some(mut pins) = pins(nodes, schema)? else {
        return Ok(None);
    };
    merge(&mut pins.ranges);
    Ok(Some(pins))
}

fn pins(nodes: &[&Node], schema: &KeySchema) -> Result<Option<Pins>, ExpressionError> {
    if let Some(pins) = direct_pins(nodes, schema)? {
        return Ok(Some(pins));
    }
    for node in nodes {
        if let Node::Or(branches) = node
            && let Some(pins) = pins_of_branches(branches, schema)?
        {
            return Ok(Some(pins));
        }
    }
    Ok(None)
}

/// What branches of an OR pin; `None` unless all of them do.
fn pins_of_branches(
    branches: &[Node],
    schema: &KeySchema,
) -> Result<Option<Pins>, ExpressionError> {
    let mut all = Pins::default();
    for branch in branches {
        let mut nodes = Vec::new();
        collect_conjuncts(branch, &mut nodes);
        let Some(pins) = pins(&nodes, schema)? else {
            return Ok(None);
        };
        all.ranges.extend(pins.ranges);
        all.has_list |= pins.has_list;
    }
    Ok(Some(all))
}

fn collect_conjuncts<'n>(node: &'n Node, nodes: &mut Vec<&'n Node>) {
    match node {
        Node::And(inner) => inner.iter().for_each(|node| collect_conjuncts(node, nodes)),
        node => nodes.push(node),
    }
}

/// What the conjuncts pin that are tests themselves.
fn direct_pins(nodes: &[&Node], schema: &KeySchema) -> Result<Option<Pins>, ExpressionError> {
    let tests = KeyTests::of(nodes);
    let mut pins = Pins::default();
    let mut combinations = vec![tests.sort_conditions(schema, &mut pins.expressed)];
    for attribute in &schema.partition {
        let name = attribute.name.as_str();
        let values = if let Some((position, condition)) = tests.equal(name) {
            pins.expressed.push(position);
            vec![condition.clone()]
        } else if let Some((position, list)) = tests.listed(name) {
            pins.expressed.push(position);
            pins.has_list = true;
            list
        } else {
            return Ok(None);
        };
        let count = combinations.len() * values.len();
        if count > IN_PARTITIONS_MAX {
            return Err(too_many_candidates(count));
        }
        combinations = combinations
            .iter()
            .flat_map(|conditions| {
                values.iter().map(|value| {
                    let mut conditions = conditions.clone();
                    conditions.insert(name.to_owned(), value.clone());
                    conditions
                })
            })
            .collect();
    }
    let ranges = combinations
        .iter()
        .map(|conditions| resolve(conditions, schema));
    pins.ranges = ranges.collect::<Result<_, _>>()?;
    Ok(Some(pins))
}

/// Makes partitions distinct: one with several ranges is read whole.
fn merge(ranges: &mut Vec<KeyRange>) {
    let mut first: HashMap<Vec<KeyValue>, usize> = HashMap::new();
    let mut merged: Vec<KeyRange> = Vec::with_capacity(ranges.len());
    for range in ranges.drain(..) {
        match first.get(&range.partition) {
            None => {
                first.insert(range.partition.clone(), merged.len());
                merged.push(range);
            }
            Some(position) => {
                if let Some(earlier) = merged.get_mut(*position)
                    && *earlier != range
                {
                    earlier.sort_prefix = Vec::new();
                    earlier.sort = SortCondition::None;
                }
            }
        }
    }
    *ranges = merged;
}

/// The conjuncts that could be conditions on key attributes.
struct KeyTests<'n> {
    /// With their positions among the conjuncts.
    conditions: Vec<(usize, String, AttributeCondition)>,
    lists: Vec<(usize, &'n str, &'n [Operand])>,
}

impl<'n> KeyTests<'n> {
    fn of(nodes: &[&'n Node]) -> Self {
        let mut found = Self {
            conditions: Vec::new(),
            lists: Vec::new(),
        };
        for (position, node) in nodes.iter().enumerate() {
            let Node::Test(test) = node else { continue };
            if let Test::In {
                operand: Operand::Path(path),
                candidates,
            } = test
                && !path.is_nested()
            {
                found.lists.push((position, path.top_level(), candidates));
            } else if let Ok((attribute, condition)) = condition_of_test(test) {
                found.conditions.push((position, attribute, condition));
            }
        }
        found
    }

    /// The first `=` on an attribute.
    fn equal(&self, name: &str) -> Option<(usize, &AttributeCondition)> {
        self.conditions
            .iter()
            .find(|(_, attribute, condition)| {
                attribute == name && condition.operator == KeyOperator::Equal
            })
            .map(|(position, _, condition)| (*position, condition))
    }

    /// The first condition of any kind on an attribute.
    fn any(&self, name: &str) -> Option<(usize, &AttributeCondition)> {
        self.conditions
            .iter()
            .find(|(_, attribute, _)| attribute == name)
            .map(|(position, _, condition)| (*position, condition))
    }

    /// The values of the first IN on an attribute, each as an `=`.
    fn listed(&self, name: &str) -> Option<(usize, Vec<AttributeCondition>)> {
        let found = self
            .lists
            .iter()
            .find(|(_, attribute, _)| *attribute == name);
        let (position, _, candidates) = found?;
        let values = candidates.iter().map(|candidate| match candidate {
            Operand::Value(value) => Some(equal_to(value)),
            Operand::Path(_) | Operand::Size(_) => None,
        });
        Some((*position, values.collect::<Option<_>>()?))
    }

    /// Conditions on the sort attributes, from the first on: `=` as long as there is one, then at
    /// most one of another kind.
    fn sort_conditions(
        &self,
        schema: &KeySchema,
        expressed: &mut Vec<usize>,
    ) -> AttributeConditions {
        let mut conditions = AttributeConditions::new();
        for attribute in &schema.sort {
            let name = attribute.name.as_str();
            let equal = self.equal(name);
            let Some((position, condition)) = equal.or_else(|| self.any(name)) else {
                break;
            };
            expressed.push(position);
            conditions.insert(name.to_owned(), condition.clone());
            if equal.is_none() {
                break;
            }
        }
        conditions
    }
}

fn equal_to(value: &Arc<AttributeValue>) -> AttributeCondition {
    AttributeCondition {
        operator: KeyOperator::Equal,
        values: vec![Arc::clone(value)],
    }
}
