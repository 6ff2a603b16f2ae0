//! Projections: which parts of an item a read returns.

use std::collections::BTreeSet;
use std::sync::Arc;

use anywhen_model::Item;

use crate::cursor::Cursor;
use crate::path_tree::{self, TopLevel};
use crate::placeholders::check_not_reserved;
use crate::syntax::RawPath;
use crate::{ExpressionError, ExpressionErrorKind, ExpressionParameter, Path, Placeholders};

const PARAMETER: ExpressionParameter = ExpressionParameter::Projection;

/// A checked ProjectionExpression: paths of which none overlaps another. Clones share their paths.
#[derive(Debug, Clone)]
pub struct Projection {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    paths: Vec<Path>,
    tree: TopLevel,
}

impl Projection {
    /// Parses and checks `text`, looking names up in `placeholders`.
    ///
    /// ```text
    /// projection := path { ',' path }
    /// ```
    pub fn parse(text: &str, placeholders: &mut Placeholders) -> Result<Self, ExpressionError> {
        WrittenProjection::parse(text)?.bind(placeholders)
    }

    /// The projection on whole attributes, as the legacy AttributesToGet asks for.
    ///
    /// Fails if a name is repeated.
    pub fn top_level(
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, ExpressionError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let mut seen = BTreeSet::new();
        if let Some(repeated) = names.iter().find(|name| !seen.insert(*name)) {
            return Err(ExpressionError::new(
                ExpressionErrorKind::LegacyParameter,
                format!(
                    "One or more parameter values were invalid: Duplicate value in attribute \
                     name: {repeated}"
                ),
            ));
        }
        Self::from_paths(
            names
                .into_iter()
                .map(|name| Path::new(name, Vec::new()))
                .collect(),
        )
    }

    fn from_paths(paths: Vec<Path>) -> Result<Self, ExpressionError> {
        let tree = path_tree::merge(&paths.iter().collect::<Vec<_>>())
            .map_err(|clash| ExpressionError::semantics(PARAMETER, clash))?;
        Ok(Self {
            inner: Arc::new(Inner { paths, tree }),
        })
    }

    /// The part of `item` the projection asks for.
    ///
    /// Nested values come wrapped in the maps and lists of their paths, lists holding only the
    /// elements asked for, in the order of their positions. What the item lacks is left out, so
    /// the result may be empty. Keys are not added.
    pub fn project(&self, item: &Item) -> Item {
        path_tree::select(&self.inner.tree, item)
    }

    /// The paths asked for, in the order of the text.
    pub fn paths(&self) -> &[Path] {
        &self.inner.paths
    }

    /// The names of the attributes the paths start at, ascending, each once.
    pub fn top_level_names(&self) -> impl Iterator<Item = &str> {
        self.inner.tree.keys().map(String::as_str)
    }
}

/// A projection as it is written: free of all faults that show without its placeholders.
#[derive(Debug)]
pub(crate) struct WrittenProjection {
    paths: Vec<RawPath>,
}

impl WrittenProjection {
    /// Parses `text` and checks what needs no placeholders.
    pub(crate) fn parse(text: &str) -> Result<Self, ExpressionError> {
        let mut cursor = Cursor::new(PARAMETER, text)?;
        let paths = cursor.comma_separated(Cursor::path)?;
        cursor.finish()?;
        paths
            .iter()
            .try_for_each(|path| check_not_reserved(PARAMETER, path))?;
        Ok(Self { paths })
    }

    /// Puts the placeholders in and checks the rest.
    pub(crate) fn bind(
        &self,
        placeholders: &mut Placeholders,
    ) -> Result<Projection, ExpressionError> {
        let paths: Vec<_> = self
            .paths
            .iter()
            .map(|path| placeholders.path(PARAMETER, path))
            .collect::<Result<_, _>>()?;
        Projection::from_paths(paths)
    }
}

#[cfg(test)]
mod tests;
