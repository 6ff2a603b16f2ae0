//! The generic constraints of the service models, and how their violations are told.
//!
//! What must hold: all violations of a request are collected, in the order in which its members are
//! checked, and reported in one `ValidationException`, at most [`VIOLATIONS_MAX`] of them. Rules that
//! need more than one member, or a table, are not here.
//!
//! The generated validators call the methods of [`Violations`]. A value is printed as the service
//! prints it; of structures, whose form there is an implementation's, only the name is.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use crate::fault::Fault;
use crate::pattern::Pattern;
use crate::raw_json::RawJson;
use crate::read::{Structure, parse_input};

/// How many violations one error reports.
pub const VIOLATIONS_MAX: usize = 10;

/// A structure of a request that can check itself against the model. Implemented by the generated
/// shapes.
pub trait Validate {
    /// Adds to `violations` every generic constraint that the structure does not satisfy.
    fn validate(&self, violations: &mut Violations);
}

/// Checks an input against the bounds of the model.
///
/// # Errors
/// A `ValidationException` that lists what is wrong.
pub fn validate<T: Validate>(input: &T) -> Result<(), Fault> {
    let mut violations = Violations::default();
    input.validate(&mut violations);
    match violations.message() {
        Some(message) => Err(Fault::validation(message)),
        None => Ok(()),
    }
}

/// Reads a request's body and checks the model's constraints on it: [`parse_input`], then
/// [`validate`].
pub fn valid_input<T: Structure + Validate>(body: &[u8]) -> Result<T, Fault> {
    let input = parse_input(body)?;
    validate(&input)?;
    Ok(input)
}

/// A bound of the model. Prints as in an error.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Constraint {
    /// Least length: characters of a text, entries of a list or map.
    LengthMin(usize),
    LengthMax(usize),
    ValueMin(i64),
    ValueMax(i64),
    Matches(Pattern),
    OneOf(&'static [&'static str]),
}

impl fmt::Display for Constraint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMin(min) => {
                write!(
                    formatter,
                    "Member must have length greater than or equal to {min}"
                )
            }
            Self::LengthMax(max) => {
                write!(
                    formatter,
                    "Member must have length less than or equal to {max}"
                )
            }
            Self::ValueMin(min) => {
                write!(
                    formatter,
                    "Member must have value greater than or equal to {min}"
                )
            }
            Self::ValueMax(max) => {
                write!(
                    formatter,
                    "Member must have value less than or equal to {max}"
                )
            }
            Self::Matches(pattern) => write!(
                formatter,
                "Member must satisfy regular expression pattern: {}",
                pattern.text()
            ),
            Self::OneOf(values) => {
                write!(
                    formatter,
                    "Member must satisfy enum value set: [{}]",
                    values.join(", ")
                )
            }
        }
    }
}

/// The constraints of the parts of a collection, told as one. They print from the last to the first.
struct Together<'a>(&'static str, &'a [Constraint]);

impl fmt::Display for Together<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(what, constraints) = self;
        let constraints: Vec<_> = constraints.iter().rev().map(ToString::to_string).collect();
        write!(formatter, "{what}: [{}]", constraints.join(", "))
    }
}

/// What is wrong with a request, and the place that is being checked.
#[derive(Debug, Default)]
pub struct Violations {
    path: String,
    found: Vec<String>,
    /// A text that stands for all.
    only: Option<&'static str>,
}

impl Violations {
    /// The message of the error, if there is anything to report.
    fn message(self) -> Option<String> {
        if let Some(only) = self.only {
            return Some(only.to_owned());
        }
        let plural = if self.found.len() == 1 { "" } else { "s" };
        (!self.found.is_empty()).then(|| {
            let list = self.found.join("; ");
            format!(
                "{} validation error{plural} detected: {list}",
                self.found.len()
            )
        })
    }

    /// Whether anything was found.
    pub(crate) fn any(&self) -> bool {
        !self.found.is_empty()
    }

    /// Reports `message` and nothing else.
    pub(crate) fn only(&mut self, message: &'static str) {
        self.only = Some(message);
    }

    /// Checks a member that must be there.
    pub(crate) fn required<T>(
        &mut self,
        name: &str,
        value: Option<T>,
        check: impl FnOnce(T, &mut Self),
    ) {
        match value {
            Some(value) => self.within(name, |violations| check(value, violations)),
            None => self.present(name, false),
        }
    }

    /// Checks a member if it is there.
    pub(crate) fn optional<T>(
        &mut self,
        name: &str,
        value: Option<T>,
        check: impl FnOnce(T, &mut Self),
    ) {
        if let Some(value) = value {
            self.within(name, |violations| check(value, violations));
        }
    }

    /// Checks that a member is there, and nothing more.
    pub(crate) fn present(&mut self, name: &str, present: bool) {
        if !present {
            self.within(name, |violations| {
                let path = &violations.path;
                let text = format!(
                    "Value null at '{path}' failed to satisfy constraint: Member must not be null"
                );
                violations.add(text);
            });
        }
    }

    /// Checks a number whose value is not printed.
    pub(crate) fn hidden(
        &mut self,
        name: &str,
        value: Option<i32>,
        check: impl FnOnce(i32, &mut Self),
    ) {
        let Some(value) = value else {
            return;
        };
        let mut aside = Self {
            path: name.to_owned(),
            ..Self::default()
        };
        check(value, &mut aside);
        for text in aside.found {
            self.add(text.replacen(&format!("Value '{value}'"), "Value", 1));
        }
    }

    /// Checks a value's own bounds.
    pub(crate) fn bounds<T: Value + ?Sized>(&mut self, value: &T, constraints: &[Constraint]) {
        for constraint in constraints {
            if !value.satisfies(*constraint) {
                self.fail(value, constraint);
            }
        }
    }

    /// Checks the texts of a list, which are reported together as the list's violation.
    pub(crate) fn elements<T: Value>(&mut self, list: &[T], constraints: &[Constraint]) {
        if !list
            .iter()
            .all(|element| satisfies_all(element, constraints))
        {
            self.fail(
                list,
                &Together("Member must satisfy constraint", constraints),
            );
        }
    }

    /// Checks the keys of a map, which are reported together as the map's violation.
    pub(crate) fn keys<T: Value>(&mut self, map: &BTreeMap<String, T>, constraints: &[Constraint]) {
        if !map
            .keys()
            .all(|key| satisfies_all(key.as_str(), constraints))
        {
            self.fail(
                map,
                &Together("Map keys must satisfy constraint", constraints),
            );
        }
    }

    /// Checks the values of a map, which are reported together as the map's violation.
    pub(crate) fn values<T: Value>(
        &mut self,
        map: &BTreeMap<String, T>,
        constraints: &[Constraint],
    ) {
        if !map.values().all(|value| satisfies_all(value, constraints)) {
            self.fail(
                map,
                &Together("Map value must satisfy constraint", constraints),
            );
        }
    }

    /// Checks the structures of a list.
    pub(crate) fn each<T>(&mut self, list: &[T], check: impl Fn(&T, &mut Self)) {
        for (number, element) in (1..).zip(list) {
            self.within(&format!("{number}.member"), |violations| {
                check(element, violations);
            });
        }
    }

    /// Checks the values of a map.
    pub(crate) fn each_value<T>(
        &mut self,
        map: &BTreeMap<String, T>,
        check: impl Fn(&T, &mut Self),
    ) {
        for (key, value) in map {
            self.within(&format!("{key}.member"), |violations| {
                check(value, violations);
            });
        }
    }

    fn within(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        let outer = self.path.len();
        if outer > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        check(self);
        self.path.truncate(outer);
    }

    fn fail<T: Value + ?Sized>(&mut self, value: &T, constraint: &dyn fmt::Display) {
        if self.found.len() == VIOLATIONS_MAX {
            return;
        }
        let mut text = "Value '".to_owned();
        value.print(&mut text);
        let path = &self.path;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "' at '{path}' failed to satisfy constraint: {constraint}"
        );
        self.add(text);
    }

    fn add(&mut self, text: String) {
        if self.found.len() < VIOLATIONS_MAX {
            self.found.push(text);
        }
    }
}

/// The check of a text member.
pub(crate) fn text(constraints: &'static [Constraint]) -> impl Fn(&str, &mut Violations) {
    |value, violations| violations.bounds(value, constraints)
}

/// The check of a number member.
pub(crate) fn number<T: Value>(constraints: &'static [Constraint]) -> impl Fn(T, &mut Violations) {
    |value, violations| violations.bounds(&value, constraints)
}

/// The check of a member that holds a name, or the ARN of what has the name.
pub(crate) fn name_or_arn(
    name: &'static [Constraint],
    arn: &'static [Constraint],
) -> impl Fn(&str, &mut Violations) {
    move |value, violations| {
        let constraints = if value.starts_with("arn:") { arn } else { name };
        violations.bounds(value, constraints);
    }
}

fn satisfies_all<T: Value + ?Sized>(value: &T, constraints: &[Constraint]) -> bool {
    constraints
        .iter()
        .all(|constraint| value.satisfies(*constraint))
}

/// A value that constraints apply to and that errors print.
pub(crate) trait Value {
    /// Whether the constraint holds; one that does not apply to this kind of value does.
    fn satisfies(&self, constraint: Constraint) -> bool;

    /// Appends the value as the service prints it.
    fn print(&self, out: &mut String);
}

impl Value for str {
    fn satisfies(&self, constraint: Constraint) -> bool {
        match constraint {
            Constraint::LengthMin(_) | Constraint::LengthMax(_) => {
                has_length(self.chars().count(), constraint)
            }
            Constraint::Matches(pattern) => pattern.matches(self),
            Constraint::OneOf(values) => values.contains(&self),
            Constraint::ValueMin(_) | Constraint::ValueMax(_) => true,
        }
    }

    fn print(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl Value for String {
    fn satisfies(&self, constraint: Constraint) -> bool {
        self.as_str().satisfies(constraint)
    }

    fn print(&self, out: &mut String) {
        self.as_str().print(out);
    }
}

impl Value for i64 {
    fn satisfies(&self, constraint: Constraint) -> bool {
        match constraint {
            Constraint::ValueMin(min) => *self >= min,
            Constraint::ValueMax(max) => *self <= max,
            _ => true,
        }
    }

    fn print(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl Value for i32 {
    fn satisfies(&self, constraint: Constraint) -> bool {
        i64::from(*self).satisfies(constraint)
    }

    fn print(&self, out: &mut String) {
        i64::from(*self).print(out);
    }
}

impl<T: Value> Value for [T] {
    fn satisfies(&self, constraint: Constraint) -> bool {
        has_length(self.len(), constraint)
    }

    fn print(&self, out: &mut String) {
        out.push('[');
        for (index, element) in self.iter().enumerate() {
            out.push_str(if index == 0 { "" } else { ", " });
            element.print(out);
        }
        out.push(']');
    }
}

impl<T: Value> Value for Vec<T> {
    fn satisfies(&self, constraint: Constraint) -> bool {
        self.as_slice().satisfies(constraint)
    }

    fn print(&self, out: &mut String) {
        self.as_slice().print(out);
    }
}

impl<T: Value> Value for BTreeMap<String, T> {
    fn satisfies(&self, constraint: Constraint) -> bool {
        has_length(self.len(), constraint)
    }

    fn print(&self, out: &mut String) {
        out.push('{');
        for (index, (key, value)) in self.iter().enumerate() {
            out.push_str(if index == 0 { "" } else { ", " });
            out.push_str(key);
            out.push('=');
            value.print(out);
        }
        out.push('}');
    }
}

impl<T: Structure> Value for T {
    fn satisfies(&self, _constraint: Constraint) -> bool {
        true
    }

    fn print(&self, out: &mut String) {
        out.push_str(T::NAME);
        out.push_str("(...)");
    }
}

impl Value for RawJson {
    fn satisfies(&self, _constraint: Constraint) -> bool {
        true
    }

    fn print(&self, out: &mut String) {
        out.push_str("{...}");
    }
}

fn has_length(length: usize, constraint: Constraint) -> bool {
    match constraint {
        Constraint::LengthMin(min) => length >= min,
        Constraint::LengthMax(max) => length <= max,
        _ => true,
    }
}

#[cfg(test)]
mod tests;
