//! Expressions as written: the trees the parsers build, placeholders not yet looked up.
//!
//! They borrow from the text and live only until they are bound to a request's
//! [`Placeholders`](crate::Placeholders).

/// A document path as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawPath<'t> {
    /// The attribute of the item that the path starts at.
    pub(crate) top_level: RawName<'t>,
    /// The steps into it.
    pub(crate) steps: Vec<RawStep<'t>>,
}

/// An attribute name as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawName<'t> {
    /// The name itself.
    Bare(&'t str),
    /// A `#placeholder` for it.
    Placeholder(&'t str),
}

/// One step of a path as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RawStep<'t> {
    /// `.name`
    Name(RawName<'t>),
    /// `[index]`
    Index(usize),
}

/// Something that has a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RawOperand<'t> {
    /// A document path.
    Path(RawPath<'t>),
    /// A `:placeholder` for a value.
    Value(&'t str),
    /// A function call.
    Function(RawFunction<'t>),
}

/// A function call; the name may be anything, the arguments are at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawFunction<'t> {
    /// The name as written.
    pub(crate) name: &'t str,
    /// The arguments, in order.
    pub(crate) arguments: Vec<RawOperand<'t>>,
}

impl<'t> RawPath<'t> {
    /// The names in the path, from left to right.
    pub(crate) fn names(&self) -> impl Iterator<Item = RawName<'t>> {
        let step_names = self.steps.iter().filter_map(|step| match step {
            RawStep::Name(name) => Some(*name),
            RawStep::Index(_) => None,
        });
        std::iter::once(self.top_level).chain(step_names)
    }
}

impl<'t> RawOperand<'t> {
    /// Calls `visit` with every function in this operand, inner ones before those around them.
    pub(crate) fn each_function<E>(
        &self,
        visit: &mut impl FnMut(&RawFunction<'t>) -> Result<(), E>,
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

impl RawFunction<'_> {
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
