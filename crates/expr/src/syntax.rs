//! Expressions as written: the trees the parsers build, placeholders not yet looked up.
//!
//! They own what they hold, so that the trees of one text can be kept and bound to the
//! [`Placeholders`](crate::Placeholders) of one request after another.

use crate::cache::is_dense_within_bound;

/// A document path as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawPath {
    /// The attribute of the item that the path starts at.
    pub(crate) top_level: RawName,
    /// The steps into it.
    pub(crate) steps: Vec<RawStep>,
}

/// An attribute name as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawName {
    /// The name itself.
    Bare(Box<str>),
    /// A `#placeholder` for it.
    Placeholder(Box<str>),
}

/// One step of a path as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawStep {
    /// `.name`
    Name(RawName),
    /// `[index]`
    Index(usize),
}

/// Something that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawOperand {
    /// A document path.
    Path(RawPath),
    /// A `:placeholder` for a value.
    Value(Box<str>),
    /// A function call.
    Function(RawFunction),
}

const _: () = assert!(is_dense_within_bound::<RawOperand>());

/// A function call; the name may be anything, the arguments are at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawFunction {
    /// The name as written.
    pub(crate) name: Box<str>,
    /// The arguments, in order.
    pub(crate) arguments: Vec<RawOperand>,
}

impl RawPath {
    /// The names in the path, from left to right.
    pub(crate) fn names(&self) -> impl Iterator<Item = &RawName> {
        let step_names = self.steps.iter().filter_map(|step| match step {
            RawStep::Name(name) => Some(name),
            RawStep::Index(_) => None,
        });
        std::iter::once(&self.top_level).chain(step_names)
    }
}

impl RawOperand {
    /// Calls `visit` with every function in this operand, inner ones before those around them.
    pub(crate) fn each_function<E>(
        &self,
        visit: &mut impl FnMut(&RawFunction) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Function(function) => function.each_function(visit),
            Self::Path(_) | Self::Value(_) => Ok(()),
        }
    }

    /// Calls `visit` with every path and value in this operand, from left to right.
    pub(crate) fn each_leaf<E>(
        &self,
        visit: &mut impl FnMut(&Self) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::Path(_) | Self::Value(_) => visit(self),
            Self::Function(function) => function
                .arguments
                .iter()
                .try_for_each(|argument| argument.each_leaf(visit)),
        }
    }
}

impl RawFunction {
    /// Calls `visit` with this function, after the functions among its arguments.
    pub(crate) fn each_function<E>(
        &self,
        visit: &mut impl FnMut(&Self) -> Result<(), E>,
    ) -> Result<(), E> {
        self.arguments
            .iter()
            .try_for_each(|argument| argument.each_function(visit))?;
        visit(self)
    }
}
