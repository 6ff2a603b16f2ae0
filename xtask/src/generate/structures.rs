//! Definitions of the structures.

use std::fmt::Write as _;

use anyhow::Result;

use super::catalog::{Catalog, Role, members};
use super::names;
use crate::model::{Kind, Shape};

pub(super) fn source(catalog: &Catalog, role: Role) -> Result<String> {
    let mut body = String::new();
    for (name, shape) in catalog
        .structures()
        .filter(|(name, _)| catalog.role(name) == role)
    {
        write_structure(catalog, name, shape, &mut body)?;
    }
    let mut source = head(role).to_owned();
    if body.contains("BTreeMap<") {
        source.push_str("use std::collections::BTreeMap;\n\n");
    }
    for (word, import) in [
        ("RawJson", "use crate::raw_json::RawJson;\n"),
        ("Timestamp>", "use crate::timestamp::Timestamp;\n"),
    ] {
        if body.contains(word) {
            source.push_str(import);
        }
    }
    if role != Role::Nested {
        source.push_str("use super::nested::*;\n");
    }
    source.push_str(&body);
    Ok(source)
}

fn head(role: Role) -> &'static str {
    match role {
        Role::Input => {
            "//! The inputs of operations. Every member is optional here, since a reply about what is\n//! missing is part of validation; a member that was `null` is absent.\n\n"
        }
        Role::Output => {
            "//! The outputs of operations. A member that is `None` is left out of the reply.\n\n"
        }
        Role::Nested => "//! The structures that inputs, outputs and errors are made of.\n\n",
    }
}

fn write_structure(
    catalog: &Catalog,
    name: &str,
    shape: &Shape,
    source: &mut String,
) -> Result<()> {
    let of: Vec<_> = catalog
        .operations
        .iter()
        .filter(|operation| operation.input == name || operation.output.as_deref() == Some(name))
        .map(|operation| operation.name.as_str())
        .collect();
    let doc = match catalog.role(name) {
        Role::Input => format!("What {} is asked.", of.join(" or ")),
        Role::Output => format!("What {} answers.", of.join(" or ")),
        Role::Nested => format!("The shape `{name}` of the model."),
    };
    writeln!(
        source,
        "\n/// {doc}\n#[derive(Debug, Clone, Default, PartialEq)]"
    )?;
    writeln!(source, "pub struct {name} {{")?;
    for (member, target) in members(shape) {
        let required = shape.required.iter().any(|required| required == member);
        let required = if required { ", required" } else { "" };
        let bounds = bounds(catalog.shape(target)?);
        writeln!(source, "/// `{member}`{required}{bounds}.")?;
        let kind = catalog.rust_type(target)?;
        writeln!(source, "pub {}: Option<{kind}>,", names::field(member))?;
    }
    source.push_str("}\n");
    Ok(())
}

/// What the model says about a member's values, for its documentation.
fn bounds(shape: &Shape) -> String {
    if !shape.values.is_empty() {
        let values: Vec<_> = shape
            .values
            .iter()
            .map(|value| format!("`{value}`"))
            .collect();
        return format!(": {}", values.join(", "));
    }
    let unit = match shape.kind {
        Kind::String => " characters",
        Kind::List | Kind::Map => " entries",
        _ => "",
    };
    let bounds = match (shape.min, shape.max) {
        (None, None) => String::new(),
        (Some(min), None) => format!("at least {min}{unit}"),
        (None, Some(max)) => format!("at most {max}{unit}"),
        (Some(min), Some(max)) => format!("{min} to {max}{unit}"),
    };
    let pattern = shape.pattern.as_ref().map(|pattern| format!("`{pattern}`"));
    let parts: Vec<_> = [Some(bounds), pattern]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(" of "))
    }
}
