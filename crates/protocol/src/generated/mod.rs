//! What the service models say, as Rust: operations, errors, shapes and their rules.
//!
//! Generated from `crates/protocol/model/` by `cargo run -p xtask -- generate`; change the
//! generator, not these files. A test of `xtask` fails when the two disagree.
//!
//! [`operations`] and [`errors`] are closed lists. The structures are split by role: [`inputs`] and
//! [`outputs`] of operations, and [`nested`] for what those are made of. [`readers`] and
//! [`writers`] are their JSON forms, [`validators`] the models' bounds.
#![allow(
    clippy::wildcard_imports,
    reason = "a file here uses most of another's structures"
)]

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
