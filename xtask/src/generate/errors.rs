//! The `ModelledError` enum.

use std::fmt::Write as _;

use anyhow::Result;

use super::catalog::{Catalog, members};
use super::exceptions;
use crate::model::Shape;

const HEAD: &str = "\
//! The errors that the service models declare.

/// An error of the service models; its name is its code on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelledError {
";

pub(super) fn source(catalog: &Catalog) -> Result<String> {
    let mut source = HEAD.to_owned();
    for (name, shape) in catalog.errors() {
        let extra: Vec<_> = members(shape)
            .filter(|(member, _)| !member.eq_ignore_ascii_case("message"))
            .map(|(member, _)| format!("`{member}`"))
            .collect();
        let extra = if extra.is_empty() {
            String::new()
        } else {
            format!("; its body may also have {}", extra.join(", "))
        };
        writeln!(
            source,
            "/// HTTP status {}{extra}.\n{name},",
            status(name, shape)
        )?;
    }
    source.push_str("}\n\nimpl ModelledError {\n");
    source.push_str("/// Every error, in the models' order.\npub const ALL: &[Self] = &[\n");
    for (name, _) in catalog.errors() {
        writeln!(source, "Self::{name},")?;
    }
    source.push_str("];\n\n/// The code that follows `#` in `__type`.\n");
    source.push_str("pub const fn code(self) -> &'static str {\nmatch self {\n");
    for (name, _) in catalog.errors() {
        writeln!(source, "Self::{name} => \"{name}\",")?;
    }
    source.push_str("}\n}\n\n/// The HTTP status of the reply.\n");
    source.push_str("pub const fn http_status(self) -> u16 {\nmatch self {\n");
    write_arms(catalog, &mut source, 400, status)?;
    source.push_str("}\n}\n\n/// The member of the body that carries the text.\n");
    source.push_str("pub const fn message_key(self) -> &'static str {\nmatch self {\n");
    write_arms(catalog, &mut source, "\"message\"", |_, shape| {
        message_key(shape)
    })?;
    source.push_str("}\n}\n}\n");
    Ok(source)
}

/// Arms of a match over all errors, where most have the value `usual`.
fn write_arms<T: PartialEq + Copy + std::fmt::Display>(
    catalog: &Catalog,
    source: &mut String,
    usual: T,
    value: impl Fn(&str, &Shape) -> T,
) -> Result<()> {
    let mut groups: Vec<(T, Vec<String>)> = Vec::new();
    for (name, shape) in catalog.errors() {
        let value = value(name, shape);
        if value == usual {
            continue;
        }
        match groups.iter_mut().find(|(known, _)| *known == value) {
            Some((_, names)) => names.push(format!("Self::{name}")),
            None => groups.push((value, vec![format!("Self::{name}")])),
        }
    }
    for (value, names) in groups {
        writeln!(source, "{} => {value},", names.join(" | "))?;
    }
    writeln!(source, "_ => {usual},")?;
    Ok(())
}

fn status(name: &str, shape: &Shape) -> u16 {
    let exception = exceptions::HTTP_STATUSES
        .iter()
        .find(|(error, _)| *error == name);
    match exception {
        Some((_, status)) => *status,
        None if shape.fault => 500,
        None => 400,
    }
}

fn message_key(shape: &Shape) -> &'static str {
    if members(shape).any(|(member, _)| member == "Message") {
        "\"Message\""
    } else {
        "\"message\""
    }
}
