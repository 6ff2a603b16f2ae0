//! Document paths: where in an item a value stands.
//!
//! A [`Path`] is fully resolved: placeholders have been replaced by the names they stand for, and
//! a name is one element whatever characters it holds (`#d` standing for `a.b` is the attribute
//! called `a.b`). It always begins with a top-level attribute.

use std::fmt;

use anywhen_model::{AttributeValue, Item};

use crate::{ExpressionError, ExpressionErrorKind};

/// One step from a value into a value it contains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathElement {
    /// The member of a map with this name.
    Attribute(String),
    /// The element of a list at this position, counted from 0.
    Index(usize),
}

impl fmt::Display for PathElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => f.write_str(name),
            Self::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// The way from an item to a value in it: a top-level attribute, then steps into the value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    top_level: String,
    steps: Vec<PathElement>,
}

impl Path {
    /// The path that takes `steps` from the top-level attribute `top_level`.
    pub fn new(top_level: impl Into<String>, steps: Vec<PathElement>) -> Self {
        Self {
            top_level: top_level.into(),
            steps,
        }
    }

    /// Name of the top-level attribute the path starts at.
    pub fn top_level(&self) -> &str {
        &self.top_level
    }

    /// The steps after the top-level attribute; empty for a top-level path.
    pub fn steps(&self) -> &[PathElement] {
        &self.steps
    }

    /// Whether the path leads into a top-level attribute instead of naming it.
    pub fn is_nested(&self) -> bool {
        !self.steps.is_empty()
    }

    /// The value at this path, if the item has one.
    pub fn resolve<'i>(&self, item: &'i Item) -> Option<&'i AttributeValue> {
        step_into(item, &self.top_level, &self.steps)
    }

    /// The value that contains the last step; `None` for a top-level path, or if there is none.
    pub(crate) fn resolve_parent<'i>(&self, item: &'i Item) -> Option<&'i AttributeValue> {
        let (_, parents) = self.steps.split_last()?;
        step_into(item, &self.top_level, parents)
    }
}

/// Follows `steps` from the attribute `top_level` of `item`.
fn step_into<'i>(
    item: &'i Item,
    top_level: &str,
    steps: &[PathElement],
) -> Option<&'i AttributeValue> {
    let start = item.attributes.get(top_level)?;
    steps
        .iter()
        .try_fold(start, |value, step| match (value, step) {
            (AttributeValue::M(members), PathElement::Attribute(name)) => members.get(name),
            (AttributeValue::L(elements), PathElement::Index(index)) => elements.get(*index),
            _ => None,
        })
}

/// The form error texts use: `[a, [1], b]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}", self.top_level)?;
        for step in &self.steps {
            write!(f, ", {step}")?;
        }
        f.write_str("]")
    }
}

/// Refuses a path that leads into a key attribute, since keys are scalars.
///
/// `table_keys` are the key attributes of the table, `index_keys` those of its indexes; the first
/// offender in that order is named. Expressions can only be checked so once the table is known.
pub fn check_no_path_into_keys<'p>(
    paths: impl Iterator<Item = &'p Path> + Clone,
    table_keys: &[&str],
    index_keys: &[&str],
) -> Result<(), ExpressionError> {
    let kinds = [("Key", table_keys), ("IndexKey", index_keys)];
    for (kind, key) in kinds
        .iter()
        .flat_map(|(kind, keys)| keys.iter().map(move |key| (kind, key)))
    {
        if paths
            .clone()
            .any(|path| path.is_nested() && path.top_level() == *key)
        {
            let text = format!(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' \
                 are not allowed: {kind}: {key}"
            );
            return Err(ExpressionError::new(
                ExpressionErrorKind::KeyAttribute,
                text,
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn path(top_level: &str, steps: Vec<PathElement>) -> Path {
        Path::new(top_level, steps)
    }

    #[test]
    fn display_lists_the_elements() {
        let steps = vec![PathElement::Index(1), PathElement::Attribute("b".into())];
        assert_eq!(path("a", steps).to_string(), "[a, [1], b]");
        assert_eq!(path("a.b", vec![]).to_string(), "[a.b]");
    }

    #[test]
    fn resolve_follows_maps_and_lists_and_nothing_else() {
        let deep = AttributeValue::M(BTreeMap::from([("x".into(), AttributeValue::Null)]));
        let list = AttributeValue::L(vec![AttributeValue::Bool(true), deep]);
        let item = Item {
            attributes: BTreeMap::from([("l".into(), list)]),
        };
        let x = PathElement::Attribute("x".into());

        let found = path("l", vec![PathElement::Index(1), x.clone()]);
        assert_eq!(found.resolve(&item), Some(&AttributeValue::Null));
        for missing in [
            path("m", vec![]),
            path("l", vec![PathElement::Index(2)]),
            path("l", vec![x.clone()]),
            path("l", vec![PathElement::Index(0), x.clone()]),
            path("l", vec![PathElement::Index(1), x, PathElement::Index(0)]),
        ] {
            assert_eq!(missing.resolve(&item), None, "{missing}");
        }
    }

    #[test]
    fn paths_into_keys_are_refused_table_keys_first() {
        let paths = [
            path("d", vec![PathElement::Index(0)]),
            path("a", vec![PathElement::Index(0)]),
        ];
        let refused = |table: &[&str], index: &[&str]| {
            check_no_path_into_keys(paths.iter(), table, index).map_err(|error| error.to_string())
        };
        let text = "Key attributes must be scalars; list random access '[]' and map lookup '.' \
                    are not allowed: ";
        assert_eq!(refused(&["a"], &["d"]), Err(format!("{text}Key: a")));
        assert_eq!(
            refused(&["b"], &["c", "d"]),
            Err(format!("{text}IndexKey: d"))
        );
        assert_eq!(refused(&["b"], &["c"]), Ok(()));
    }
}
