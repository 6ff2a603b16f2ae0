//! From service models to the Rust sources of `crates/protocol/src/generated/`.
//!
//! What must hold: the output depends on the models and the tables in [`exceptions`] alone, and
//! keeps the models' order. An unknown pattern, a blob outside an attribute value, two services
//! that disagree on a shape, or an exception that names nothing stops the generator.
//!
//! Start reading in [`catalog`] (which shapes there are and what Rust calls them); then one module
//! for each kind of file: [`operations`], [`errors`], [`structures`], [`readers`], [`writers`],
//! [`validators`].

mod catalog;
mod checks;
mod errors;
mod exceptions;
mod names;
mod operations;
mod readers;
mod structures;
mod validators;
mod writers;

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::model::ServiceModel;
use catalog::{Catalog, Role};

/// One generated file, formatted.
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// Generates every file of the `generated` module.
pub(crate) fn files(models: &[ServiceModel]) -> Result<Vec<File>> {
    let catalog = Catalog::new(models)?;
    exceptions::check(&catalog)?;
    let sources = [
        ("mod.rs", MODULE.to_owned()),
        ("operations.rs", operations::source(&catalog)?),
        ("errors.rs", errors::source(&catalog)?),
        ("inputs.rs", structures::source(&catalog, Role::Input)?),
        ("outputs.rs", structures::source(&catalog, Role::Output)?),
        ("nested.rs", structures::source(&catalog, Role::Nested)?),
        ("readers.rs", readers::source(&catalog)?),
        ("writers.rs", writers::source(&catalog)?),
        ("checks.rs", checks::source(&catalog)?),
        ("validators.rs", validators::source(&catalog)?),
    ];
    sources
        .into_iter()
        .map(|(name, source)| {
            let text = formatted(&source).with_context(|| format!("formatting {name}"))?;
            Ok(File { name, text })
        })
        .collect()
}

const MODULE: &str = "\
//! What the service models say, as Rust: operations, errors, shapes and their rules.
//!
//! Generated from `crates/protocol/model/` by `cargo run -p xtask -- generate`; change the
//! generator, not these files. A test of `xtask` fails when the two disagree.
//!
//! [`operations`] and [`errors`] are closed lists. The structures are split by role: [`inputs`] and
//! [`outputs`] of operations, and [`nested`] for what those are made of. [`readers`] and
//! [`writers`] are their JSON forms, [`validators`] the models' bounds.
#![allow(clippy::wildcard_imports, reason = \"a file here uses most of another's structures\")]

#[cfg(test)]
mod checks;
pub(crate) mod errors;
pub(crate) mod inputs;
pub(crate) mod nested;
pub(crate) mod operations;
pub(crate) mod outputs;
mod readers;
mod validators;
mod writers;
";

/// Formats `source` with the toolchain's rustfmt and the workspace's line width.
fn formatted(source: &str) -> Result<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args([
            "--edition",
            "2024",
            "--config",
            "max_width=100",
            "--emit",
            "stdout",
            "--quiet",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("starting rustfmt")?;
    // rustfmt reads all of its input before it writes, so the two pipes cannot block each other.
    rustfmt
        .stdin
        .take()
        .context("rustfmt's input")?
        .write_all(source.as_bytes())?;
    let output = rustfmt.wait_with_output()?;
    ensure!(
        output.status.success(),
        "rustfmt refused the generated source"
    );
    Ok(String::from_utf8(output.stdout)?)
}
