//! For the protocol crate's own tests: reading and validating the input of any operation.

use std::fmt::Write as _;

use anyhow::Result;

use super::catalog::Catalog;

const HEAD: &str = "\
//! Reads and validates the input of any operation, so that tests can visit all of them.

use super::operations::Operation;
use crate::Fault;
use crate::read::{Structure, parse_input};
use crate::shapes;
use crate::validation::{Validate, validate};

fn check<T: Structure + Validate>(body: &[u8]) -> Result<(), Fault> {
    validate(&parse_input::<T>(body)?)
}

impl Operation {
    /// What is wrong with `body` as the operation's request, as far as this crate can tell.
    pub(crate) fn check(self, body: &[u8]) -> Result<(), Fault> {
        match self {
";

pub(super) fn source(catalog: &Catalog) -> Result<String> {
    let mut source = HEAD.to_owned();
    let mut inputs: Vec<(&str, Vec<String>)> = Vec::new();
    for operation in &catalog.operations {
        let arm = format!("Self::{}", operation.name);
        match inputs
            .iter_mut()
            .find(|(input, _)| *input == operation.input)
        {
            Some((_, arms)) => arms.push(arm),
            None => inputs.push((&operation.input, vec![arm])),
        }
    }
    for (input, arms) in inputs {
        writeln!(
            source,
            "{} => check::<shapes::{input}>(body),",
            arms.join(" | ")
        )?;
    }
    source.push_str("}\n}\n}\n");
    Ok(source)
}
