//! Expressions as trees, and how a request spells them.
//!
//! The tests make trees and the server gets texts, so the model needs no parser.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::value::{Item, Value};

/// Words of the attribute names in use that no expression may hold as they are.
const RESERVED: &[&str] = &["status", "name"];

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Name(String),
    Index(usize),
}

/// A document path. Its first step is a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path(pub(crate) Vec<Step>);

impl Path {
    pub(crate) fn of(name: &str) -> Self {
        Self(vec![Step::Name(name.to_owned())])
    }

    pub(crate) fn top(&self) -> &str {
        match &self.0[0] {
            Step::Name(name) => name,
            Step::Index(_) => unreachable!("a path begins with a name"),
        }
    }

    pub(crate) fn is_nested(&self) -> bool {
        self.0.len() > 1
    }

    pub(crate) fn find<'v>(&self, item: &'v Item) -> Option<&'v Value> {
        let mut value = item.get(self.top())?;
        for step in &self.0[1..] {
            value = match (step, value) {
                (Step::Name(name), Value::M(members)) => members.get(name)?,
                (Step::Index(index), Value::L(elements)) => elements.get(*index)?,
                _ => return None,
            };
        }
        Some(value)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    Path(Path),
    Literal(Value),
    Size(Box<Operand>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Condition {
    /// With one of `= <> < <= > >=`.
    Compare(&'static str, Operand, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Exists(Path),
    NotExists(Path),
    HasType(Path, Value),
    BeginsWith(Operand, Operand),
    Contains(Operand, Operand),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

/// An operand on the right side of SET.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    Path(Path),
    Literal(Value),
    IfNotExists(Path, Box<Term>),
    ListAppend(Box<Term>, Box<Term>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Action {
    Set(Path, Term),
    /// With `+` or `-`.
    SetSum(Path, Term, char, Term),
    Remove(Path),
    Add(Path, Value),
    Delete(Path, Value),
}

impl Action {
    pub(crate) fn target(&self) -> &Path {
        match self {
            Self::Set(path, _)
            | Self::SetSum(path, ..)
            | Self::Remove(path)
            | Self::Add(path, _)
            | Self::Delete(path, _) => path,
        }
    }

    fn section(&self) -> &'static str {
        match self {
            Self::Set(..) | Self::SetSum(..) => "SET",
            Self::Remove(_) => "REMOVE",
            Self::Add(..) => "ADD",
            Self::Delete(..) => "DELETE",
        }
    }
}

impl Condition {
    /// All paths in it.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.collect_paths(&mut paths);
        paths
    }

    fn collect_paths<'c>(&'c self, paths: &mut Vec<&'c Path>) {
        match self {
            Self::Compare(_, one, other)
            | Self::BeginsWith(one, other)
            | Self::Contains(one, other) => {
                paths.extend([one, other].into_iter().filter_map(Operand::path));
            }
            Self::Between(operand, lower, upper) => {
                paths.extend(
                    [operand, lower, upper]
                        .into_iter()
                        .filter_map(Operand::path),
                );
            }
            Self::In(operand, candidates) => {
                paths.extend(operand.path());
                paths.extend(candidates.iter().filter_map(Operand::path));
            }
            Self::Exists(path) | Self::NotExists(path) | Self::HasType(path, _) => paths.push(path),
            Self::Not(inner) => inner.collect_paths(paths),
            Self::And(one, other) | Self::Or(one, other) => {
                one.collect_paths(paths);
                other.collect_paths(paths);
            }
        }
    }

    /// How tightly it holds together: what is looser than its place needs parentheses.
    fn tightness(&self) -> u8 {
        match self {
            Self::Or(..) => 1,
            Self::And(..) => 2,
            Self::Not(_) => 3,
            _ => 4,
        }
    }
}

impl Operand {
    pub(crate) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Literal(_) => None,
            Self::Size(inner) => inner.path(),
        }
    }
}

/// Spells expressions, and collects the names and values they stand for.
#[derive(Debug, Default)]
pub(crate) struct Speller {
    names: BTreeMap<String, String>,
    values: BTreeMap<String, Json>,
    /// Decides bit by bit what could be spelled in two ways.
    style: u64,
}

impl Speller {
    pub(crate) fn new(style: u64) -> Self {
        Self {
            style,
            ..Self::default()
        }
    }

    /// Adds `ExpressionAttributeNames` and `ExpressionAttributeValues` to a request, if there are any.
    pub(crate) fn finish(self, request: &mut Json) {
        if !self.names.is_empty() {
            request["ExpressionAttributeNames"] = json!(self.names);
        }
        if !self.values.is_empty() {
            request["ExpressionAttributeValues"] = json!(self.values);
        }
    }

    fn choose(&mut self) -> bool {
        let choice = self.style & 1 == 1;
        self.style = self.style.rotate_right(1);
        choice
    }

    fn name(&mut self, name: &str) -> String {
        let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric()) && !RESERVED.contains(&name);
        if is_plain && self.choose() {
            return name.to_owned();
        }
        let known = self.names.iter().find(|(_, known)| *known == name);
        if let Some((placeholder, _)) = known {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), name.to_owned());
        placeholder
    }

    fn value(&mut self, value: &Value) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value.to_json());
        placeholder
    }

    pub(crate) fn path(&mut self, path: &Path) -> String {
        let mut text = String::new();
        for step in &path.0 {
            match step {
                Step::Index(index) => write!(text, "[{index}]").unwrap(),
                Step::Name(name) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(&self.name(name));
                }
            }
        }
        text
    }

    pub(crate) fn paths(&mut self, paths: &[Path]) -> String {
        let texts: Vec<_> = paths.iter().map(|path| self.path(path)).collect();
        texts.join(", ")
    }

    fn operand(&mut self, operand: &Operand) -> String {
        match operand {
            Operand::Path(path) => self.path(path),
            Operand::Literal(value) => self.value(value),
            Operand::Size(inner) => format!("size({})", self.operand(inner)),
        }
    }

    fn within(&mut self, condition: &Condition, tightness: u8) -> String {
        let text = self.condition(condition);
        if condition.tightness() < tightness || self.choose() {
            format!("({text})")
        } else {
            text
        }
    }

    pub(crate) fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Compare(operator, left, right) => {
                let (left, right) = (self.operand(left), self.operand(right));
                format!("{left} {operator} {right}")
            }
            Condition::Between(operand, lower, upper) => {
                let operand = self.operand(operand);
                let (lower, upper) = (self.operand(lower), self.operand(upper));
                format!("{operand} BETWEEN {lower} AND {upper}")
            }
            Condition::In(operand, candidates) => {
                let operand = self.operand(operand);
                let candidates: Vec<_> = candidates.iter().map(|one| self.operand(one)).collect();
                format!("{operand} IN ({})", candidates.join(", "))
            }
            Condition::Exists(path) => format!("attribute_exists({})", self.path(path)),
            Condition::NotExists(path) => format!("attribute_not_exists({})", self.path(path)),
            Condition::HasType(path, name) => {
                format!("attribute_type({}, {})", self.path(path), self.value(name))
            }
            Condition::BeginsWith(operand, prefix) => {
                format!(
                    "begins_with({}, {})",
                    self.operand(operand),
                    self.operand(prefix)
                )
            }
            Condition::Contains(container, member) => {
                format!(
                    "contains({}, {})",
                    self.operand(container),
                    self.operand(member)
                )
            }
            Condition::Not(inner) => format!("NOT {}", self.within(inner, 4)),
            Condition::And(one, other) => {
                format!("{} AND {}", self.within(one, 2), self.within(other, 2))
            }
            Condition::Or(one, other) => {
                format!("{} or {}", self.within(one, 1), self.within(other, 1))
            }
        }
    }

    fn term(&mut self, term: &Term) -> String {
        match term {
            Term::Path(path) => self.path(path),
            Term::Literal(value) => self.value(value),
            Term::IfNotExists(path, otherwise) => {
                format!(
                    "if_not_exists({}, {})",
                    self.path(path),
                    self.term(otherwise)
                )
            }
            Term::ListAppend(one, other) => {
                format!("list_append({}, {})", self.term(one), self.term(other))
            }
        }
    }

    /// An update, whose actions of one section stand together.
    pub(crate) fn update(&mut self, actions: &[Action]) -> String {
        let mut sections: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for action in actions {
            let target = self.path(action.target());
            let text = match action {
                Action::Set(_, term) => format!("{target} = {}", self.term(term)),
                Action::SetSum(_, one, sign, other) => {
                    format!("{target} = {} {sign} {}", self.term(one), self.term(other))
                }
                Action::Remove(_) => target,
                Action::Add(_, value) | Action::Delete(_, value) => {
                    format!("{target} {}", self.value(value))
                }
            };
            sections.entry(action.section()).or_default().push(text);
        }
        let sections = sections.into_iter();
        let texts: Vec<_> = sections
            .map(|(keyword, actions)| format!("{keyword} {}", actions.join(", ")))
            .collect();
        texts.join(" ")
    }
}
