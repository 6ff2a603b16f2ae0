//! How a statement is carried out, once the key of its table or index is known.

use anywhen_model::{AttributeValue, Item, KeySchema};

use super::syntax::OrderKey;
use super::{Change, Columns, Returning, Select, Write, pins};
use crate::condition::{Comparator, Node, Operand, Test};
use crate::{
    Condition, ExpressionError, ExpressionErrorKind, KeyRange, Path, SortCondition, Update,
};

/// How a SELECT is carried out.
#[derive(Debug, Clone)]
pub struct ReadPlan {
    /// Which items are read.
    pub access: Access,
    /// Which of them are returned.
    pub filter: Option<Condition>,
    /// What of each is returned.
    pub columns: Columns,
}

/// Which items a SELECT reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// The item with this primary key.
    Item(Item),
    /// Items of some partitions.
    Partitions {
        /// In the order they are read; no partition twice.
        ranges: Vec<KeyRange>,
        /// Whether each is read in ascending order.
        forward: bool,
        /// Whether IN lists partition keys, which makes pages short.
        is_listed: bool,
    },
    /// All of them.
    Scan,
}

/// A SELECT of one item by its primary key.
#[derive(Debug, Clone)]
pub struct ItemRead {
    /// The primary key.
    pub key: Item,
    /// What must be true of the item for it to be returned.
    pub filter: Option<Condition>,
    /// What of it is returned.
    pub columns: Columns,
}

impl ItemRead {
    /// The row that the item gives, if the clause is true of it.
    pub fn row(&self, item: Item) -> Option<Item> {
        let filter = self.filter.as_ref();
        let is_wanted = filter.is_none_or(|filter| filter.evaluate(Some(&item)));
        is_wanted.then(|| self.columns.of_item(item))
    }
}

/// How a write is carried out.
#[derive(Debug, Clone)]
pub struct WritePlan {
    /// What is done to which item.
    pub change: PlannedChange,
    /// What must be true of the item before; one that is not there has no attributes.
    pub condition: Option<Condition>,
    /// What is returned of it.
    pub returning: Option<Returning>,
}

/// What a write does to its item.
#[derive(Debug, Clone)]
pub enum PlannedChange {
    /// Creates it; it must not be there.
    Insert(Item),
    /// Changes it; the condition sees to it that it is there.
    Update {
        /// The primary key.
        key: Item,
        /// The changes.
        update: Update,
    },
    /// Removes it if it is there.
    Delete {
        /// The primary key.
        key: Item,
    },
    /// Leaves it as it is; only the condition counts.
    Check {
        /// The primary key.
        key: Item,
    },
}

impl Select {
    /// The plan for a table or index with this key.
    pub fn plan(self, schema: &KeySchema) -> Result<ReadPlan, ExpressionError> {
        check_order_attributes(&self.order, schema)?;
        let mut nodes = pins::conjuncts(self.condition);
        let found = pins::find(&nodes.iter().collect::<Vec<_>>(), schema)?;
        let access = match found {
            None if self.order.is_empty() => Access::Scan,
            None => {
                return Err(order_error(
                    "Must have at least one non-optional hash key condition in WHERE clause when \
                     using ORDER BY clause.",
                ));
            }
            Some(mut pins) => {
                let forward = order_ranges(&self.order, schema, &mut pins.ranges)?;
                nodes = without(nodes, &pins.expressed);
                match (self.index.is_none()).then(|| whole_key(&pins.ranges, schema)) {
                    Some(Some(key)) => Access::Item(key),
                    _ => Access::Partitions {
                        ranges: pins.ranges,
                        forward,
                        is_listed: pins.has_list,
                    },
                }
            }
        };
        Ok(ReadPlan {
            access,
            filter: all_of(nodes),
            columns: self.columns,
        })
    }

    /// The plan for a place where only one item may be read: the primary key of the table must be
    /// pinned with `=`. `None` if it is not.
    pub fn plan_item(self, schema: &KeySchema) -> Option<ItemRead> {
        if self.index.is_some() || !self.order.is_empty() {
            return None;
        }
        let (key, others) = split_key(self.condition, schema)?;
        Some(ItemRead {
            key,
            filter: all_of(others),
            columns: self.columns,
        })
    }
}

impl Write {
    /// The plan for a table with this key.
    pub fn plan(self, schema: &KeySchema) -> Result<WritePlan, ExpressionError> {
        let returning = self.returning;
        let (change, condition) = match self.change {
            Change::Insert(item) => (PlannedChange::Insert(item), None),
            change => {
                let (key, others) = split_key(self.condition, schema).ok_or_else(no_key)?;
                planned(change, key, others, schema)?
            }
        };
        Ok(WritePlan {
            change,
            condition: condition.map(Condition::from_node),
            returning,
        })
    }
}

/// A change of the item with this key, and what must be true of it.
fn planned(
    change: Change,
    key: Item,
    mut others: Vec<Node>,
    schema: &KeySchema,
) -> Result<(PlannedChange, Option<Node>), ExpressionError> {
    Ok(match change {
        Change::Insert(item) => (PlannedChange::Insert(item), None),
        Change::Update(update) => {
            others.extend(existence(schema, Test::Exists));
            (PlannedChange::Update { key, update }, conjunction(others))
        }
        Change::Delete => {
            // Deleting what is not there succeeds, whatever else the clause says.
            let condition = conjunction(others).map(|clause| {
                Node::Or(
                    existence(schema, Test::NotExists)
                        .into_iter()
                        .chain([clause])
                        .collect(),
                )
            });
            (PlannedChange::Delete { key }, condition)
        }
        Change::Check => {
            if others.is_empty() {
                return Err(ExpressionError::new(
                    ExpressionErrorKind::KeyConditionSchema,
                    "EXISTS needs a condition beside those on the primary key",
                ));
            }
            others.extend(existence(schema, Test::Exists));
            (PlannedChange::Check { key }, conjunction(others))
        }
    })
}

/// A test of whether the item is there: whether it has its partition key.
fn existence(schema: &KeySchema, test: fn(Path) -> Test) -> Option<Node> {
    let attribute = schema.partition.first()?;
    Some(Node::Test(test(Path::new(&attribute.name, Vec::new()))))
}

/// The primary key if the clause pins it with `=`, and the conjuncts that are left.
fn split_key(clause: Option<Node>, schema: &KeySchema) -> Option<(Item, Vec<Node>)> {
    let nodes = pins::conjuncts(clause);
    let mut key = Item::default();
    let mut used = Vec::new();
    for attribute in schema.attributes() {
        let (position, value) = nodes.iter().enumerate().find_map(|(position, node)| {
            let (name, value) = equality(node)?;
            (name == attribute.name).then(|| (position, value.clone()))
        })?;
        key.attributes.insert(attribute.name.clone(), value);
        used.push(position);
    }
    Some((key, without(nodes, &used)))
}

/// The attribute that a conjunct sets equal to a value.
fn equality(node: &Node) -> Option<(&str, &AttributeValue)> {
    let Node::Test(Test::Compare {
        comparator: Comparator::Equal,
        left,
        right,
    }) = node
    else {
        return None;
    };
    match (left, right) {
        (Operand::Path(path), Operand::Value(value))
        | (Operand::Value(value), Operand::Path(path))
            if !path.is_nested() =>
        {
            Some((path.top_level(), value))
        }
        _ => None,
    }
}

/// The primary key, if one range stands for exactly one.
fn whole_key(ranges: &[KeyRange], schema: &KeySchema) -> Option<Item> {
    let [range] = ranges else { return None };
    let sort = match (&range.sort, schema.sort.len()) {
        (SortCondition::None, 0) => None,
        (SortCondition::Eq(value), 1) => Some(value),
        _ => return None,
    };
    let values = range.partition.iter().chain(sort);
    let key = schema.attributes().zip(values);
    Some(
        key.map(|(attribute, value)| (attribute.name.clone(), value.to_attribute()))
            .collect(),
    )
}

fn check_order_attributes(order: &[OrderKey], schema: &KeySchema) -> Result<(), ExpressionError> {
    match order.iter().find(|key| !schema.contains(&key.attribute)) {
        None => Ok(()),
        Some(key) => Err(order_error(format!(
            "Attribute {} in ORDER BY clause must be part of the primary key",
            key.attribute
        ))),
    }
}

/// Puts the partitions into the order asked for; says whether each is read in ascending order.
fn order_ranges(
    order: &[OrderKey],
    schema: &KeySchema,
    ranges: &mut [KeyRange],
) -> Result<bool, ExpressionError> {
    let Some(first) = order.first() else {
        return Ok(true);
    };
    let partition = order
        .iter()
        .take_while(|key| schema.partition.iter().any(|a| a.name == key.attribute));
    let (partition, sort) = order.split_at(partition.count());
    let follows = |keys: &[OrderKey], attributes: &[anywhen_model::KeyAttribute]| {
        let named = keys.iter().map(|key| &key.attribute);
        named.eq(attributes.iter().take(keys.len()).map(|a| &a.name))
            && keys.windows(2).all(|pair| {
                pair.first().map(|key| key.is_descending)
                    == pair.last().map(|key| key.is_descending)
            })
    };
    let is_partition_whole = partition.len() == schema.partition.len();
    if !follows(partition, &schema.partition)
        || !follows(sort, &schema.sort)
        || !(is_partition_whole || (partition.is_empty() && ranges.len() <= 1))
    {
        return Err(order_error(
            "ORDER BY must name the attributes of the primary key in their order, the partition \
             key first if the WHERE clause gives it several values, with one direction for the \
             partition key and one for the sort key",
        ));
    }
    if is_partition_whole {
        ranges.sort_by(|one, other| one.partition.cmp(&other.partition));
        if first.is_descending {
            ranges.reverse();
        }
    }
    Ok(sort.first().is_none_or(|key| !key.is_descending))
}

fn order_error(text: impl Into<String>) -> ExpressionError {
    ExpressionError::new(ExpressionErrorKind::KeyConditionSchema, text)
}

fn no_key() -> ExpressionError {
    ExpressionError::new(
        ExpressionErrorKind::KeyConditionSchema,
        "Where clause does not contain a mandatory equality on all key attributes",
    )
}

/// The nodes except those at these positions.
fn without(nodes: Vec<Node>, positions: &[usize]) -> Vec<Node> {
    let kept = nodes
        .into_iter()
        .enumerate()
        .filter(|(position, _)| !positions.contains(position));
    kept.map(|(_, node)| node).collect()
}

fn all_of(nodes: Vec<Node>) -> Option<Condition> {
    conjunction(nodes).map(Condition::from_node)
}

/// The nodes joined by AND; `None` if there are none.
fn conjunction(mut nodes: Vec<Node>) -> Option<Node> {
    if nodes.len() <= 1 {
        nodes.pop()
    } else {
        Some(Node::And(nodes))
    }
}
