//! Several paths of one expression, merged into a tree.
//!
//! Projections and updates name many paths and may name none twice. The tree finds paths that
//! overlap or conflict while it is built; once built, each of its leaves is exactly one path, and
//! the paths can be walked together with an item in one pass. Trees are at most as deep as the
//! longest path, which the parser bounds.

use std::collections::BTreeMap;
use std::fmt;

use anywhen_model::{AttributeValue, Item};

use crate::{Path, PathElement};

/// Children of the root: the paths by top-level attribute.
pub(crate) type TopLevel = BTreeMap<String, PathNode>;

/// What is below one element that at least one path goes through.
#[derive(Debug)]
pub(crate) enum PathNode {
    /// A path ends here; the number is its place in the expression.
    Leaf(usize),
    /// Paths go on to members of a map.
    Map(Branch<String>),
    /// Paths go on to elements of a list.
    List(Branch<usize>),
}

/// The children of an element, and the earliest path that leads to any of them.
#[derive(Debug)]
pub(crate) struct Branch<K> {
    earliest: usize,
    /// The next elements.
    pub(crate) children: BTreeMap<K, PathNode>,
}

/// Two paths that cannot stand in one expression. The `Display` is DynamoDB's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clash<'p> {
    kind: ClashKind,
    one: &'p Path,
    two: &'p Path,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClashKind {
    /// One path is the other, or leads through it.
    Overlap,
    /// The paths take the same value for a map and for a list.
    Conflict,
}

impl fmt::Display for Clash<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            ClashKind::Overlap => "overlap",
            ClashKind::Conflict => "conflict",
        };
        write!(
            f,
            "Two document paths {verb} with each other; must remove or rewrite one of these \
             paths; path one: {}, path two: {}",
            self.one, self.two
        )
    }
}

/// Merges `paths`, or tells which two clash: the first overlap, else the first conflict.
pub(crate) fn merge<'p>(paths: &[&'p Path]) -> Result<TopLevel, Clash<'p>> {
    let mut tree = TopLevel::new();
    let mut conflict = None;
    for (number, path) in paths.iter().enumerate() {
        let Err((kind, earlier)) = insert(&mut tree, path, number) else {
            continue;
        };
        let one = paths.get(earlier).unwrap_or(path);
        let clash = Clash {
            kind,
            one,
            two: path,
        };
        match kind {
            ClashKind::Overlap => return Err(clash),
            ClashKind::Conflict => conflict = conflict.or(Some(clash)),
        }
    }
    conflict.map_or(Ok(tree), Err)
}

/// Adds a path, or says how it clashes and with which earlier path.
fn insert(tree: &mut TopLevel, path: &Path, number: usize) -> Result<(), (ClashKind, usize)> {
    insert_below(tree, path.top_level().to_owned(), path.steps(), number)
}

fn insert_below<K: Ord>(
    children: &mut BTreeMap<K, PathNode>,
    key: K,
    steps: &[PathElement],
    number: usize,
) -> Result<(), (ClashKind, usize)> {
    let Some((step, rest)) = steps.split_first() else {
        if let Some(node) = children.get(&key) {
            return Err((ClashKind::Overlap, node.earliest()));
        }
        children.insert(key, PathNode::Leaf(number));
        return Ok(());
    };
    match (
        step,
        children
            .entry(key)
            .or_insert_with(|| PathNode::branch(step, number)),
    ) {
        (PathElement::Attribute(name), PathNode::Map(branch)) => {
            insert_below(&mut branch.children, name.clone(), rest, number)
        }
        (PathElement::Index(index), PathNode::List(branch)) => {
            insert_below(&mut branch.children, *index, rest, number)
        }
        (_, PathNode::Leaf(earlier)) => Err((ClashKind::Overlap, *earlier)),
        (_, node) => Err((ClashKind::Conflict, node.earliest())),
    }
}

impl PathNode {
    /// An element whose first child will be reached by `step` of path `number`.
    fn branch(step: &PathElement, number: usize) -> Self {
        match step {
            PathElement::Attribute(_) => Self::Map(Branch {
                earliest: number,
                children: BTreeMap::new(),
            }),
            PathElement::Index(_) => Self::List(Branch {
                earliest: number,
                children: BTreeMap::new(),
            }),
        }
    }

    /// The first path of the expression that leads here or further down.
    fn earliest(&self) -> usize {
        match self {
            Self::Leaf(number) => *number,
            Self::Map(branch) => branch.earliest,
            Self::List(branch) => branch.earliest,
        }
    }
}

/// The part of `item` that the paths name, each value wrapped in the maps and lists of its path.
///
/// Lists are compacted: they hold only the named elements, in the order of their positions. Paths
/// that lead nowhere leave no trace.
pub(crate) fn select(tree: &TopLevel, item: &Item) -> Item {
    Item {
        attributes: select_members(tree, &item.attributes),
    }
}

fn select_members(
    children: &BTreeMap<String, PathNode>,
    members: &BTreeMap<String, AttributeValue>,
) -> BTreeMap<String, AttributeValue> {
    let selected = children
        .iter()
        .filter_map(|(name, node)| Some((name.clone(), select_value(node, members.get(name)?)?)));
    selected.collect()
}

fn select_value(node: &PathNode, value: &AttributeValue) -> Option<AttributeValue> {
    match (node, value) {
        (PathNode::Leaf(_), value) => Some(value.clone()),
        (PathNode::Map(branch), AttributeValue::M(members)) => {
            let selected = select_members(&branch.children, members);
            (!selected.is_empty()).then_some(AttributeValue::M(selected))
        }
        (PathNode::List(branch), AttributeValue::L(elements)) => {
            let selected: Vec<_> = branch
                .children
                .iter()
                .filter_map(|(index, node)| select_value(node, elements.get(*index)?))
                .collect();
            (!selected.is_empty()).then_some(AttributeValue::L(selected))
        }
        _ => None,
    }
}
