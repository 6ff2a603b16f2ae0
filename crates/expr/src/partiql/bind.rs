//! Puts the parameters of a request into a statement and checks everything that needs no table.
//!
//! Parameters are used from left to right, each once, so values are moved, not copied.
//! `bind/condition.rs` makes the trees that items are held against, `bind/update.rs` the changes of
//! UPDATE; both are those of the expressions, so that a statement means what an expression means.

mod condition;
mod update;

use std::collections::{BTreeMap, BTreeSet};

use anywhen_model::limits::{ATTRIBUTE_NAME_BYTES_MAX, NESTING_LEVELS_MAX};
use anywhen_model::{AttributeValue, Item, Number};

pub(super) use condition::too_many_candidates;

use super::columns::Columns;
use super::parser::semantic_error;
use super::syntax::{ConditionSyntax, Literal, SelectSyntax, Syntax, Target};
use super::{BoundStatement, Change, Select, Write};
use crate::condition::Node;
use crate::{ExpressionError, ExpressionErrorKind};

type Bound<T> = Result<T, ExpressionError>;

/// `syntax` with `parameters` in it; there must be as many as it has places for.
pub(super) fn bind(
    syntax: &Syntax,
    parameter_count: usize,
    parameters: Vec<AttributeValue>,
) -> Bound<BoundStatement> {
    if parameters.len() != parameter_count {
        return Err(semantic_error(
            "Number of parameters in request and statement don't match.",
        ));
    }
    let parameters = parameters.into_iter().map(Some).collect();
    Binder { parameters }.statement(syntax)
}

struct Binder {
    /// Those not used yet.
    parameters: Vec<Option<AttributeValue>>,
}

impl Binder {
    fn statement(&mut self, syntax: &Syntax) -> Bound<BoundStatement> {
        Ok(match syntax {
            Syntax::Select(select) => BoundStatement::Select(self.select(select)?),
            Syntax::Exists(select) => BoundStatement::Write(self.exists(select)?),
            Syntax::Insert { target, item } => BoundStatement::Write(Write {
                table: written_table(target)?,
                change: Change::Insert(self.item(item)?),
                condition: None,
                returning: None,
            }),
            Syntax::Update(update) => BoundStatement::Write(Write {
                table: written_table(&update.target)?,
                change: Change::Update(self.update(&update.changes)?),
                condition: self.where_clause(update.condition.as_ref())?,
                returning: update.returning,
            }),
            Syntax::Delete {
                target,
                condition,
                returns_old,
            } => BoundStatement::Write(Write {
                table: written_table(target)?,
                change: Change::Delete,
                condition: self.where_clause(condition.as_ref())?,
                returning: returns_old.then_some(super::Returning::AllOld),
            }),
        })
    }

    fn select(&mut self, select: &SelectSyntax) -> Bound<Select> {
        let columns = match &select.columns {
            None => Columns::all(),
            Some(paths) => Columns::of_paths(paths)?,
        };
        if !select.order.is_empty() && select.condition.is_none() {
            return Err(semantic_error(
                "Must have WHERE clause in the statement when using ORDER BY clause.",
            ));
        }
        Ok(Select {
            table: select.source.table.clone(),
            index: select.source.index.clone(),
            columns,
            condition: self.where_clause(select.condition.as_ref())?,
            order: select.order.clone(),
        })
    }

    fn exists(&mut self, select: &SelectSyntax) -> Bound<Write> {
        if !select.order.is_empty() {
            return Err(semantic_error("EXISTS cannot have an ORDER BY clause"));
        }
        Ok(Write {
            table: written_table(&select.source)?,
            change: Change::Check,
            condition: self.where_clause(select.condition.as_ref())?,
            returning: None,
        })
    }

    fn where_clause(&mut self, condition: Option<&ConditionSyntax>) -> Bound<Option<Node>> {
        condition
            .map(|condition| self.condition(condition))
            .transpose()
    }

    fn item(&mut self, literal: &Literal) -> Bound<Item> {
        match self.nested_value(literal)? {
            AttributeValue::M(attributes) => {
                let item = Item { attributes };
                if item.depth() > NESTING_LEVELS_MAX {
                    return Err(too_deep());
                }
                Ok(item)
            }
            other => Err(semantic_error(format!(
                "INSERT needs a map of attributes as its value, not a value of type {}",
                other.type_name()
            ))),
        }
    }

    /// The value of a literal, checked as a value of a request would be.
    fn value(&mut self, literal: &Literal) -> Bound<AttributeValue> {
        let value = self.nested_value(literal)?;
        if value.depth() > NESTING_LEVELS_MAX {
            return Err(too_deep());
        }
        Ok(value)
    }

    fn nested_value(&mut self, literal: &Literal) -> Bound<AttributeValue> {
        Ok(match literal {
            Literal::Scalar(value) => value.clone(),
            Literal::Parameter(position) => self.parameter(*position)?,
            Literal::List(elements) => AttributeValue::L(self.values(elements)?),
            Literal::Set(elements) => set(self.values(elements)?)?,
            Literal::Map(members) => {
                let mut map = BTreeMap::new();
                for (name, member) in members {
                    check_name(name)?;
                    if map
                        .insert(name.clone(), self.nested_value(member)?)
                        .is_some()
                    {
                        return Err(semantic_error(format!(
                            "The attribute {name} is given more than once in one map"
                        )));
                    }
                }
                AttributeValue::M(map)
            }
        })
    }

    fn values(&mut self, literals: &[Literal]) -> Bound<Vec<AttributeValue>> {
        literals
            .iter()
            .map(|literal| self.nested_value(literal))
            .collect()
    }

    fn parameter(&mut self, position: usize) -> Bound<AttributeValue> {
        let unused = self.parameters.get_mut(position).and_then(Option::take);
        unused.ok_or_else(|| {
            semantic_error("Number of parameters in request and statement don't match.")
        })
    }
}

/// The table of a write; indexes cannot be written to.
fn written_table(target: &Target) -> Bound<String> {
    match &target.index {
        None => Ok(target.table.clone()),
        Some(index) => Err(semantic_error(format!(
            "Only tables can be written to or checked with EXISTS, not indexes: name the table \
             alone, without index {index}"
        ))),
    }
}

fn too_deep() -> ExpressionError {
    semantic_error(
        "Nesting Levels have exceeded supported limits: \
         Attributes in the item have nested levels beyond supported limit",
    )
}

fn check_name(name: &str) -> Bound<()> {
    if name.is_empty() {
        return Err(invalid("Empty attribute name"));
    }
    if name.len() > ATTRIBUTE_NAME_BYTES_MAX {
        return Err(semantic_error(
            "Attribute name is too large, must be less than 65536 bytes",
        ));
    }
    Ok(())
}

/// The set of these elements: strings, numbers or binaries, each once.
fn set(elements: Vec<AttributeValue>) -> Bound<AttributeValue> {
    let count = elements.len();
    let (mut strings, mut numbers, mut binaries) =
        (BTreeSet::new(), BTreeSet::<Number>::new(), BTreeSet::new());
    for element in elements {
        match element {
            AttributeValue::S(text) => drop(strings.insert(text)),
            AttributeValue::N(number) => drop(numbers.insert(number)),
            AttributeValue::B(bytes) => drop(binaries.insert(bytes)),
            other => {
                return Err(invalid(format!(
                    "A set holds strings, numbers or binaries, not a value of type {}",
                    other.type_name()
                )));
            }
        }
    }
    let (distinct, set) = match (strings.is_empty(), numbers.is_empty(), binaries.is_empty()) {
        (true, true, true) => return Err(invalid("A set  may not be empty")),
        (false, true, true) => (strings.len(), AttributeValue::Ss(strings)),
        (true, false, true) => (numbers.len(), AttributeValue::Ns(numbers)),
        (true, true, false) => (binaries.len(), AttributeValue::Bs(binaries)),
        _ => return Err(invalid("The members of a set must be of one type")),
    };
    if distinct < count {
        return Err(invalid("Input collection contains duplicates"));
    }
    Ok(set)
}

fn invalid(text: impl std::fmt::Display) -> ExpressionError {
    ExpressionError::new(
        ExpressionErrorKind::Semantics,
        format!("One or more parameter values were invalid: {text}"),
    )
}
