//! The generic constraints: one `Validate` implementation for each structure of a request, one
//! constant for each shape with bounds, one function for each collection.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::catalog::{Catalog, Role, element, map_key, map_value, members, parts};
use super::{exceptions, names};
use crate::model::{Kind, Shape};

const HEAD: &str = "\
//! The models' generic constraints on requests.

use std::collections::BTreeMap;

use super::inputs::*;
use super::nested::*;
use crate::pattern::Pattern;
use crate::raw_json::RawJson;
use crate::validation::Constraint::{self, LengthMax, LengthMin, Matches, OneOf, ValueMax, ValueMin};
use crate::validation::{Validate, Violations, name_or_arn, number, text};
";

const TABLE_NAME: &str = "TableName";

pub(super) fn source(catalog: &Catalog) -> Result<String> {
    let rules = Rules::new(catalog)?;
    let mut source = HEAD.to_owned();
    for (name, shape) in catalog
        .readable_shapes()
        .filter(|(name, _)| rules.checked.contains(*name))
    {
        if let Some(constraints) = rules.constraints(name)? {
            let constant = names::constant(name);
            writeln!(
                source,
                "\nconst {constant}: &[Constraint] = &[{constraints}];"
            )?;
        }
        let has_function = rules.members.contains(name) && rules.any(name)?;
        match shape.kind {
            Kind::Structure => rules.write_structure(name, shape, &mut source)?,
            Kind::List if has_function => rules.write_list(name, shape, &mut source)?,
            Kind::Map if has_function => rules.write_map(name, shape, &mut source)?,
            _ => {}
        }
    }
    Ok(source)
}

struct Rules<'a> {
    catalog: &'a Catalog,
    /// The shapes to which generic constraints apply.
    checked: BTreeSet<String>,
    /// Those that are the shape of some structure's member.
    members: BTreeSet<String>,
}

impl<'a> Rules<'a> {
    fn new(catalog: &'a Catalog) -> Result<Self> {
        let mut rules = Self {
            catalog,
            checked: BTreeSet::new(),
            members: BTreeSet::new(),
        };
        for (name, _) in catalog.readable_structures() {
            if catalog.role(name) == Role::Input {
                rules.find_checked(name)?;
            }
        }
        Ok(rules)
    }

    fn find_checked(&mut self, name: &str) -> Result<()> {
        if is_checked_elsewhere(name) || !self.checked.insert(name.to_owned()) {
            return Ok(());
        }
        let catalog = self.catalog;
        let shape = catalog.shape(name)?;
        self.members
            .extend(members(shape).map(|(_, target)| target.to_owned()));
        for part in parts(shape) {
            self.find_checked(part)?;
        }
        Ok(())
    }

    /// Whether the shape or anything in it is constrained.
    fn any(&self, name: &str) -> Result<bool> {
        let mut known = BTreeMap::new();
        self.any_below(name, &mut known)
    }

    fn any_below(&self, name: &str, known: &mut BTreeMap<String, bool>) -> Result<bool> {
        if let Some(any) = known.get(name) {
            return Ok(*any);
        }
        known.insert(name.to_owned(), false);
        if is_checked_elsewhere(name) || self.catalog.is_opaque(name)? {
            return Ok(false);
        }
        let shape = self.catalog.shape(name)?;
        let mut any = self.constraints(name)?.is_some() || !shape.required.is_empty();
        for part in parts(shape) {
            any |= self.any_below(part, known)?;
        }
        known.insert(name.to_owned(), any);
        Ok(any)
    }

    /// The shape's own constraints in the order in which they are reported.
    fn constraints(&self, name: &str) -> Result<Option<String>> {
        if is_checked_elsewhere(name) {
            return Ok(None);
        }
        let shape = self.catalog.shape(name)?;
        let mut constraints = Vec::new();
        if let Some(pattern) = &shape.pattern {
            constraints.push(format!("Matches(Pattern::{})", matcher(name, pattern)?));
        }
        let (min, max) = match shape.kind {
            Kind::Integer | Kind::Long => ("ValueMin", "ValueMax"),
            _ => ("LengthMin", "LengthMax"),
        };
        // No text is shorter than nothing, so a least length of nought says nothing.
        let min_says_something = min == "ValueMin" || shape.min != Some(0);
        if let Some(bound) = shape.min.filter(|_| min_says_something) {
            constraints.push(format!("{min}({bound})"));
        }
        if let Some(bound) = shape.max {
            constraints.push(format!("{max}({})", with_separators(bound)));
        }
        if !shape.values.is_empty() {
            let values: Vec<_> = printed_values(name, shape)
                .iter()
                .map(|value| format!("{value:?}"))
                .collect();
            constraints.push(format!("OneOf(&[{}])", values.join(", ")));
        }
        Ok((!constraints.is_empty()).then(|| constraints.join(", ")))
    }

    fn write_structure(&self, name: &str, shape: &Shape, source: &mut String) -> Result<()> {
        let any = self.any(name)?;
        let is_input = self.catalog.role(name) == Role::Input;
        if !any && !is_input {
            return Ok(());
        }
        let parameter = if any { "violations" } else { "_violations" };
        writeln!(source, "\nimpl Validate for {name} {{")?;
        writeln!(
            source,
            "fn validate(&self, {parameter}: &mut Violations) {{"
        )?;
        if any {
            write_required_text(name, shape, source)?;
            self.write_members(name, shape, is_input, source)?;
        }
        source.push_str("}\n}\n");
        Ok(())
    }

    /// A bad table name is reported alone, whatever else is wrong, so it is checked first.
    fn write_members(
        &self,
        name: &str,
        shape: &Shape,
        is_input: bool,
        source: &mut String,
    ) -> Result<()> {
        let mut others = String::new();
        for (wire, target) in ordered_members(name, shape) {
            if is_input && wire == TABLE_NAME {
                self.write_member(name, &not_required(shape), wire, target, source)?;
                write_presence(name, shape, wire, &mut others)?;
            } else {
                self.write_member(name, shape, wire, target, &mut others)?;
            }
        }
        if !others.is_empty() && members(shape).any(|(wire, _)| is_input && wire == TABLE_NAME) {
            source.push_str("if violations.any() {\nreturn;\n}\n");
        }
        source.push_str(&others);
        Ok(())
    }

    fn write_member(
        &self,
        structure: &str,
        shape: &Shape,
        wire: &str,
        target: &str,
        source: &mut String,
    ) -> Result<()> {
        let field = names::field(wire);
        let path = names::path_segment(wire);
        let required = is_required(structure, shape, wire);
        let hidden = exceptions::HIDDEN_VALUES
            .iter()
            .find(|(name, member, _)| (*name, *member) == (structure, wire));
        match (self.check(structure, wire, target)?, required) {
            (Some(check), _) if hidden.is_some() => {
                let path = hidden.map(|(_, _, path)| *path).unwrap_or_default();
                writeln!(
                    source,
                    "violations.hidden(\"{path}\", self.{field}, {check});"
                )?;
            }
            (Some(check), _) => {
                let method = if required { "required" } else { "optional" };
                let access = access(self.catalog.shape(target)?.kind);
                writeln!(
                    source,
                    "violations.{method}(\"{path}\", self.{field}{access}, {check});"
                )?;
            }
            (None, true) => write_presence(structure, shape, wire, source)?,
            (None, false) => {}
        }
        Ok(())
    }

    /// The expression that checks a member's value, if there is anything to check.
    fn check(&self, structure: &str, wire: &str, target: &str) -> Result<Option<String>> {
        if !self.any(target)? {
            return Ok(None);
        }
        let name_shape = exceptions::NAMES_OR_ARNS
            .iter()
            .find(|(name, member, _)| (*name, *member) == (structure, wire));
        if let Some((_, _, shape)) = name_shape {
            let (name, arn) = (names::constant(shape), names::constant(target));
            return Ok(Some(format!("name_or_arn({name}, {arn})")));
        }
        Ok(Some(match self.catalog.shape(target)?.kind {
            Kind::Structure => format!("{target}::validate"),
            Kind::List | Kind::Map => names::snake(target),
            Kind::Integer | Kind::Long => format!("number({})", names::constant(target)),
            _ => format!("text({})", names::constant(target)),
        }))
    }

    fn write_list(&self, name: &str, shape: &Shape, source: &mut String) -> Result<()> {
        let part = element(shape)?;
        let kind = self.catalog.rust_type(part)?;
        let function = names::snake(name);
        writeln!(
            source,
            "\nfn {function}(list: &[{kind}], violations: &mut Violations) {{"
        )?;
        if self.constraints(name)?.is_some() {
            writeln!(
                source,
                "violations.bounds(list, {});",
                names::constant(name)
            )?;
        }
        if self.any(part)? {
            match self.catalog.shape(part)?.kind {
                Kind::Structure => {
                    writeln!(source, "violations.each(list, {part}::validate);")?;
                }
                _ => writeln!(
                    source,
                    "violations.elements(list, {});",
                    names::constant(part)
                )?,
            }
        }
        source.push_str("}\n");
        Ok(())
    }

    fn write_map(&self, name: &str, shape: &Shape, source: &mut String) -> Result<()> {
        let (key, value) = (map_key(shape)?, map_value(shape)?);
        let kind = self.catalog.rust_type(value)?;
        let function = names::snake(name);
        writeln!(
            source,
            "\nfn {function}(map: &BTreeMap<String, {kind}>, violations: &mut Violations) {{"
        )?;
        if self.constraints(name)?.is_some() {
            writeln!(source, "violations.bounds(map, {});", names::constant(name))?;
        }
        if self.constraints(key)?.is_some() {
            writeln!(source, "violations.keys(map, {});", names::constant(key))?;
        }
        if self.constraints(value)?.is_some() {
            writeln!(
                source,
                "violations.values(map, {});",
                names::constant(value)
            )?;
        }
        self.write_map_values(value, source)?;
        source.push_str("}\n");
        Ok(())
    }

    /// Descends from a map into the structures it holds, directly or in lists.
    fn write_map_values(&self, value: &str, source: &mut String) -> Result<()> {
        let shape = self.catalog.shape(value)?;
        match shape.kind {
            Kind::Structure if self.any(value)? => {
                writeln!(source, "violations.each_value(map, {value}::validate);")?;
            }
            Kind::List if self.any(element(shape)?)? => {
                let part = element(shape)?;
                writeln!(
                    source,
                    "violations.each_value(map, |list, violations| {{ \
                     violations.each(list, {part}::validate); }});"
                )?;
            }
            _ => {}
        }
        Ok(())
    }
}

/// Writes the check that a member is there, unless its absence has been dealt with.
fn write_presence(structure: &str, shape: &Shape, wire: &str, source: &mut String) -> Result<()> {
    if is_required(structure, shape, wire) && required_text(structure, wire).is_none() {
        let (path, field) = (names::path_segment(wire), names::field(wire));
        writeln!(
            source,
            "violations.present(\"{path}\", self.{field}.is_some());"
        )?;
    }
    Ok(())
}

/// Writes the early return for a member whose absence has a text of its own.
fn write_required_text(name: &str, shape: &Shape, source: &mut String) -> Result<()> {
    for (wire, _) in members(shape) {
        if let Some(message) = required_text(name, wire) {
            let field = names::field(wire);
            writeln!(source, "if self.{field}.is_none() {{")?;
            writeln!(source, "return violations.only({message:?});\n}}")?;
        }
    }
    Ok(())
}

fn required_text(structure: &str, wire: &str) -> Option<&'static str> {
    exceptions::REQUIRED_TEXTS
        .iter()
        .find(|(name, member, _)| (*name, *member) == (structure, wire))
        .map(|(_, _, message)| *message)
}

fn is_required(structure: &str, shape: &Shape, wire: &str) -> bool {
    shape.required.iter().any(|required| required == wire)
        || exceptions::ALSO_REQUIRED.contains(&(structure, wire))
}

fn ordered_members<'a>(name: &str, shape: &'a Shape) -> Vec<(&'a str, &'a str)> {
    let order = exceptions::MEMBER_ORDERS
        .iter()
        .find(|(structure, _)| *structure == name);
    let mut members: Vec<_> = members(shape).collect();
    if let Some((_, order)) = order {
        members.sort_by_key(|(wire, _)| order.iter().position(|member| member == wire));
    }
    members
}

fn not_required(shape: &Shape) -> Shape {
    Shape {
        required: Vec::new(),
        ..shape.clone()
    }
}

fn is_checked_elsewhere(name: &str) -> bool {
    exceptions::CHECKED_ELSEWHERE.contains(&name)
}

fn matcher(shape: &str, pattern: &str) -> Result<&'static str> {
    exceptions::PATTERNS
        .iter()
        .find(|(known, _)| *known == pattern)
        .map(|(_, matcher)| *matcher)
        .with_context(|| format!("{shape} has the unknown pattern {pattern}"))
}

fn printed_values<'a>(name: &str, shape: &'a Shape) -> Vec<&'a str> {
    exceptions::ENUM_ORDERS
        .into_iter()
        .find(|(known, _)| *known == name)
        .map_or_else(
            || shape.values.iter().map(String::as_str).collect(),
            |(_, order)| order.to_vec(),
        )
}

/// How a member's value is handed to its check: collections and text by slice, numbers by value.
fn access(kind: Kind) -> &'static str {
    match kind {
        Kind::String | Kind::List => ".as_deref()",
        Kind::Structure | Kind::Map => ".as_ref()",
        _ => "",
    }
}

/// `65535` becomes `65_535`, as clippy asks of a literal.
fn with_separators(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if digits.len() > 4 && index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
