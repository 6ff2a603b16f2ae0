//! What a SELECT returns of each item.
//!
//! `*` returns items whole. Otherwise each path gives one attribute, which is called as the last
//! name in the path with the positions behind it: `a.b` gives `b`, `a.b[1]` gives `b[1]`. What the
//! item lacks is left out, so a row may be empty.

use std::collections::BTreeSet;

use anywhen_model::Item;

use super::parser::semantic_error;
use crate::{ExpressionError, Path, PathElement, Projection};

/// The columns of a SELECT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// Names and paths, no name twice; `None` for whole items.
    named: Option<Vec<(String, Path)>>,
}

impl Columns {
    pub(super) fn all() -> Self {
        Self { named: None }
    }

    pub(super) fn of_paths(paths: &[Path]) -> Result<Self, ExpressionError> {
        let mut names = BTreeSet::new();
        let mut named = Vec::with_capacity(paths.len());
        for path in paths {
            let name = name_of(path);
            if !names.insert(name.clone()) {
                return Err(semantic_error(format!(
                    "SELECT would return two attributes with the name {name}"
                )));
            }
            named.push((name, path.clone()));
        }
        Ok(Self { named: Some(named) })
    }

    /// Whether rows are whole items.
    pub fn are_all(&self) -> bool {
        self.named.is_none()
    }

    /// The row that `item` gives.
    pub fn of_item(&self, mut item: Item) -> Item {
        let Some(named) = &self.named else {
            return item;
        };
        let is_top_level = named.iter().all(|(_, path)| !path.is_nested());
        if is_top_level {
            let taken = named
                .iter()
                .filter_map(|(name, _)| item.attributes.remove_entry(name));
            return taken.collect();
        }
        let found = named
            .iter()
            .filter_map(|(name, path)| Some((name.clone(), path.resolve(&item)?.clone())));
        found.collect()
    }

    /// The paths, in the order of the text; none for whole items.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.named.iter().flatten().map(|(_, path)| path)
    }

    /// The attributes that rows are made from, if not whole items are wanted.
    pub fn attributes(&self) -> Option<Projection> {
        let named = self.named.as_ref()?;
        let names: BTreeSet<&str> = named.iter().map(|(_, path)| path.top_level()).collect();
        Projection::top_level(names).ok()
    }
}

fn name_of(path: &Path) -> String {
    let last_name = path
        .steps()
        .iter()
        .rposition(|step| matches!(step, PathElement::Attribute(_)));
    let (mut name, positions) = match last_name {
        None => (path.top_level().to_owned(), path.steps()),
        Some(last) => {
            let name = path.steps().get(last).map(ToString::to_string);
            let positions = path.steps().get(last + 1..);
            (name.unwrap_or_default(), positions.unwrap_or_default())
        }
    };
    for position in positions {
        name.push_str(&position.to_string());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{item, l, m, n, s};

    fn path(top_level: &str, steps: &[&str]) -> Path {
        let steps = steps.iter().map(|step| match step.parse() {
            Ok(index) => PathElement::Index(index),
            Err(_) => PathElement::Attribute((*step).to_owned()),
        });
        Path::new(top_level, steps.collect())
    }

    #[test]
    fn columns_are_called_as_the_ends_of_their_paths() {
        for (path, name) in [
            (path("a", &[]), "a"),
            (path("a", &["b"]), "b"),
            (path("a", &["b", "c"]), "c"),
            (path("a", &["1"]), "a[1]"),
            (path("a", &["b", "1", "2"]), "b[1][2]"),
            (path("a", &["1", "b"]), "b"),
        ] {
            assert_eq!(name_of(&path), name, "{path}");
        }
    }

    #[test]
    fn rows_hold_what_the_item_has() {
        let whole = item([("a", m([("b", l([n("1"), n("2")]))])), ("c", s("x"))]);
        let row = |paths: &[Path]| Columns::of_paths(paths).unwrap().of_item(whole.clone());
        assert_eq!(
            row(&[path("c", &[]), path("d", &[])]),
            item([("c", s("x"))])
        );
        assert_eq!(
            row(&[path("a", &["b", "1"]), path("c", &[]), path("c", &["x"])]),
            item([("b[1]", n("2")), ("c", s("x"))])
        );
        assert_eq!(row(&[path("d", &[])]), item([]));
        assert_eq!(Columns::all().of_item(whole.clone()), whole);
    }

    #[test]
    fn two_columns_of_one_name_are_refused() {
        for paths in [
            [path("a", &[]), path("a", &[])],
            [path("a", &["x"]), path("b", &["x"])],
        ] {
            let error = Columns::of_paths(&paths).unwrap_err().to_string();
            assert!(
                error.starts_with("SELECT would return two attributes"),
                "{error}"
            );
        }
    }
}
