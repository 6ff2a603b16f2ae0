//! Updates: expressions that turn one item into another.
//!
//! [`Update::parse`] does all checks that need no item, [`Update::apply`] those that do. The whole
//! update sees the item as it was: no action sees the effect of another, and positions in lists
//! are those of the old lists. Since no two targets may overlap, the order of the actions is then
//! visible in nothing but which of several errors is reported.
//!
//! Start with `update/syntax.rs` for the grammar, `update/bind.rs` for the checks,
//! `update/apply.rs` for the meaning.

use std::sync::Arc;

use anywhen_model::{AttributeValue, Item, NumberError};

use crate::condition::Origin;
use crate::path_tree::{self, TopLevel};
use crate::{ExpressionError, ExpressionErrorKind, ExpressionParameter, Path, Placeholders};

mod apply;
mod bind;
mod syntax;
#[cfg(test)]
mod tests;

pub(crate) use syntax::Sign;

/// A checked UpdateExpression, ready to be applied. Clones share their actions.
#[derive(Debug, Clone)]
pub struct Update {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// In the order of the text.
    actions: Vec<Action>,
    /// The targets of the actions, by their place in `actions`.
    targets: TopLevel,
    origin: Origin,
}

/// One change to one place.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) target: Path,
    pub(crate) kind: ActionKind,
}

#[derive(Debug)]
pub(crate) enum ActionKind {
    Set(SetValue),
    Remove,
    /// The value is a number or a set; in the legacy AttributeUpdates it may be a list.
    Add(Arc<AttributeValue>),
    /// The value is a set.
    Delete(Arc<AttributeValue>),
}

/// The right-hand side of SET.
#[derive(Debug)]
pub(crate) enum SetValue {
    Operand(Operand),
    /// At least two operands and, between each and the next, a sign; from left to right.
    Sum {
        operands: Vec<Operand>,
        signs: Vec<Sign>,
    },
}

/// What a value is taken or made from.
#[derive(Debug)]
pub(crate) enum Operand {
    Path(Path),
    Value(Arc<AttributeValue>),
    IfNotExists { path: Path, otherwise: Box<Operand> },
    ListAppend(Box<[Operand; 2]>),
}

/// Why an update cannot be applied to an item. The `Display` is DynamoDB's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// An operand of SET is a path that leads nowhere.
    #[error("The provided expression refers to an attribute that does not exist in the item")]
    MissingAttribute,
    /// Arithmetic on something that is no number, list_append on no list, or ADD or DELETE on an
    /// attribute of another type than the operand.
    #[error("An operand in the update expression has an incorrect data type")]
    OperandType,
    /// The same in the legacy AttributeUpdates.
    #[error("Type mismatch for attribute to update")]
    TypeMismatch,
    /// The value that should contain a target does not exist, or is no map or list as needed.
    #[error("The document path provided in the update expression is invalid for update")]
    InvalidDocumentPath,
    /// The result of arithmetic is no number that can be stored.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The new item would nest deeper than items may.
    #[error(
        "Nesting Levels have exceeded supported limits: \
         Attributes in the item have nested levels beyond supported limit"
    )]
    NestingTooDeep,
    /// The values set alone are larger than an item may be. That a smaller update does not make
    /// the item too large is for the caller to check.
    #[error("Item size to update has exceeded the maximum allowed size")]
    ItemTooLarge,
}

impl Update {
    /// Parses and checks `text`, looking placeholders up in `placeholders`.
    pub fn parse(text: &str, placeholders: &mut Placeholders) -> Result<Self, ExpressionError> {
        WrittenUpdate::parse(text)?.bind(placeholders)
    }

    /// The update of these actions, whose operands fit; no target may overlap another.
    pub(crate) fn from_actions(actions: Vec<Action>) -> Result<Self, String> {
        let targets: Vec<&Path> = actions.iter().map(|action| &action.target).collect();
        let targets = path_tree::merge(&targets).map_err(|clash| clash.to_string())?;
        let inner = Arc::new(Inner {
            targets,
            actions,
            origin: Origin::Expression,
        });
        Ok(Self { inner })
    }

    /// An update of whole attributes, each named once, as the legacy AttributeUpdates asks for.
    pub(crate) fn of_whole_attributes(actions: Vec<Action>) -> Result<Self, ExpressionError> {
        let paths: Vec<&Path> = actions.iter().map(|action| &action.target).collect();
        let targets = path_tree::merge(&paths)
            .map_err(|clash| ExpressionError::semantics(ExpressionParameter::Update, clash))?;
        let inner = Arc::new(Inner {
            targets,
            actions,
            origin: Origin::Legacy,
        });
        Ok(Self { inner })
    }

    /// The item that `old` becomes. For an item that does not exist yet, `old` is one that holds
    /// just the key attributes.
    ///
    /// Fails without having changed anything; which attributes are keys is not checked here.
    pub fn apply(&self, old: &Item) -> Result<Item, UpdateError> {
        let applied = self.inner.apply(old);
        applied.map_err(|error| match (error, self.inner.origin) {
            (UpdateError::OperandType, Origin::Legacy) => UpdateError::TypeMismatch,
            (error, _) => error,
        })
    }

    /// The part of `item`, the old or the new one, that the update is about: what UPDATED_OLD and
    /// UPDATED_NEW return. `None` if the item has nothing there.
    ///
    /// Nested targets come wrapped in the maps and lists of their paths, lists holding only the
    /// targets, each looked up at the position its path names.
    pub fn updated_attributes(&self, item: &Item) -> Option<Item> {
        let selected = path_tree::select(&self.inner.targets, item);
        (!selected.is_empty()).then_some(selected)
    }

    /// The places the update changes, in the order of the text.
    pub fn target_paths(&self) -> impl Iterator<Item = &Path> + Clone {
        self.inner.actions.iter().map(|action| &action.target)
    }

    /// All paths in the expression, targets and operands, in the order of the text.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        for action in &self.inner.actions {
            paths.push(&action.target);
            if let ActionKind::Set(value) = &action.kind {
                value
                    .operands()
                    .iter()
                    .for_each(|operand| operand.collect_paths(&mut paths));
            }
        }
        paths
    }

    /// The targets that SET or ADD gives a value from the request, each with that value.
    ///
    /// What an index key attribute is set to in this way can be checked before the item is read.
    /// The values of ADD are what is added, which has the type of the result.
    pub fn literal_values(&self) -> impl Iterator<Item = (&Path, &AttributeValue)> {
        self.inner
            .actions
            .iter()
            .filter_map(|action| match &action.kind {
                ActionKind::Set(SetValue::Operand(Operand::Value(value)))
                | ActionKind::Add(value) => Some((&action.target, value.as_ref())),
                _ => None,
            })
    }

    /// Refuses an update with a target in one of the table's `keys`.
    pub fn check_no_key_attributes(&self, keys: &[&str]) -> Result<(), ExpressionError> {
        match self
            .target_paths()
            .find(|target| keys.contains(&target.top_level()))
        {
            None => Ok(()),
            Some(target) => Err(ExpressionError::new(
                ExpressionErrorKind::KeyAttribute,
                format!(
                    "One or more parameter values were invalid: Cannot update attribute {}. \
                     This attribute is part of the key",
                    target.top_level()
                ),
            )),
        }
    }
}

/// An update as it is written: free of all faults that show without its placeholders.
#[derive(Debug)]
pub(crate) struct WrittenUpdate {
    sections: Vec<syntax::RawSection>,
}

impl WrittenUpdate {
    /// Parses `text` and checks what needs no placeholders.
    pub(crate) fn parse(text: &str) -> Result<Self, ExpressionError> {
        let sections = syntax::parse(text)?;
        bind::check(&sections)?;
        Ok(Self { sections })
    }

    /// Puts the placeholders in and checks the rest.
    pub(crate) fn bind(&self, placeholders: &mut Placeholders) -> Result<Update, ExpressionError> {
        let inner = Arc::new(bind::bind(&self.sections, placeholders)?);
        Ok(Update { inner })
    }
}

impl SetValue {
    fn operands(&self) -> &[Operand] {
        match self {
            Self::Operand(operand) => std::slice::from_ref(operand),
            Self::Sum { operands, .. } => operands,
        }
    }
}

impl Operand {
    fn collect_paths<'o>(&'o self, paths: &mut Vec<&'o Path>) {
        match self {
            Self::Path(path) => paths.push(path),
            Self::Value(_) => {}
            Self::IfNotExists { path, otherwise } => {
                paths.push(path);
                otherwise.collect_paths(paths);
            }
            Self::ListAppend(operands) => {
                operands
                    .iter()
                    .for_each(|operand| operand.collect_paths(paths));
            }
        }
    }
}
