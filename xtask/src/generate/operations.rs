//! The `Operation` enum.

use std::fmt::Write as _;

use anyhow::Result;

use super::catalog::Catalog;

const HEAD: &str = "\
//! The operations of DynamoDB and DynamoDB Streams.

use super::errors::ModelledError;

/// An operation, as `X-Amz-Target` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
";

pub(super) fn source(catalog: &Catalog) -> Result<String> {
    let mut source = HEAD.to_owned();
    for operation in &catalog.operations {
        let input = &operation.input;
        match &operation.output {
            Some(output) => writeln!(
                source,
                "/// [`{input}`](crate::shapes::{input}) to [`{output}`](crate::shapes::{output})."
            )?,
            None => writeln!(
                source,
                "/// [`{input}`](crate::shapes::{input}); the reply is an empty object."
            )?,
        }
        writeln!(source, "{},", operation.name)?;
    }
    source.push_str("}\n\nimpl Operation {\n");
    write_all(catalog, &mut source)?;
    write_from_target(catalog, &mut source)?;
    write_name(catalog, &mut source)?;
    write_errors(catalog, &mut source)?;
    source.push_str("}\n");
    Ok(source)
}

fn write_all(catalog: &Catalog, source: &mut String) -> Result<()> {
    source.push_str("/// Every operation, in the models' order.\npub const ALL: &[Self] = &[\n");
    for operation in &catalog.operations {
        writeln!(source, "Self::{},", operation.name)?;
    }
    source.push_str("];\n\n");
    Ok(())
}

fn write_from_target(catalog: &Catalog, source: &mut String) -> Result<()> {
    source.push_str(
        "/// The operation that a value of the `X-Amz-Target` header names, such as
        /// `DynamoDB_20120810.PutItem`.
        pub fn from_target(target: &str) -> Option<Self> {
            Some(match target {\n",
    );
    for operation in &catalog.operations {
        let (prefix, name) = (&operation.target_prefix, &operation.name);
        writeln!(source, "\"{prefix}.{name}\" => Self::{name},")?;
    }
    source.push_str("_ => return None,\n})\n}\n\n");
    Ok(())
}

fn write_name(catalog: &Catalog, source: &mut String) -> Result<()> {
    source.push_str(
        "/// The operation's name without its service, such as `PutItem`.
        pub const fn name(self) -> &'static str {
            match self {\n",
    );
    for operation in &catalog.operations {
        writeln!(source, "Self::{0} => \"{0}\",", operation.name)?;
    }
    source.push_str("}\n}\n\n");
    Ok(())
}

fn write_errors(catalog: &Catalog, source: &mut String) -> Result<()> {
    source.push_str(
        "/// The errors the model declares for the operation. Validation, authorization and
        /// throttling errors can come from every operation and are mostly not listed.
        pub const fn errors(self) -> &'static [ModelledError] {
            match self {\n",
    );
    // Arms with the same list are one arm: clippy asks for it and the file is shorter.
    let mut lists: Vec<(&[String], Vec<&str>)> = Vec::new();
    for operation in &catalog.operations {
        match lists
            .iter_mut()
            .find(|(errors, _)| *errors == operation.errors.as_slice())
        {
            Some((_, names)) => names.push(&operation.name),
            None => lists.push((&operation.errors, vec![&operation.name])),
        }
    }
    for (errors, names) in lists {
        let names: Vec<_> = names.iter().map(|name| format!("Self::{name}")).collect();
        let errors: Vec<_> = errors
            .iter()
            .map(|error| format!("ModelledError::{error}"))
            .collect();
        writeln!(source, "{} => &[{}],", names.join(" | "), errors.join(", "))?;
    }
    source.push_str("}\n}\n");
    Ok(())
}
