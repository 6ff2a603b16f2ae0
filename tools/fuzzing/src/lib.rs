//! Anything at all, given to every parser and decoder: none may panic, run for ever or fill the
//! memory, and what it accepts must say the same when it is encoded and read again.
//!
//! A [`Target`] is one function of bytes that asserts this. The tests of this crate run each over
//! its corpus (`corpus/TARGET/`, and examples that the encoders make) and over inputs that
//! [`Mutator`] makes of these, by a seed; `fuzz/` hands the same functions to cargo-fuzz. An input
//! that once failed belongs into the corpus.
//!
//! `ANYWHEN_SEED` sets the seed, `ANYWHEN_FUZZ_INPUTS` how many inputs each target gets.

mod mutator;
mod server;
mod targets;

pub use mutator::Mutator;
pub use targets::{TARGETS, Target};

/// Gives an input to the target of this name.
///
/// # Panics
/// If there is none, and if what must hold does not.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let run = target.expect("a target of that name").run;
    run(input);
}
