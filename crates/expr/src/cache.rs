//! Expressions and statements that have been parsed, kept by their text.
//!
//! An application sends few texts and many values: it has its texts in its code. What parsing makes
//! of a text, with all checks that need nothing but the text, is therefore done once for as long as
//! the text is in use, and shared by all requests that have it.
//!
//! Always true:
//! - What is kept was made from the text alone. Names and values come in when it is bound, into
//!   something new, so nothing of one request is in another.
//! - A request is answered as it would be without the cache. A faulty text is not kept: its fault
//!   names the parameter it came in, and is found again each time.
//! - Memory is bounded, by what the longest tree of a text could take. A text used again and again
//!   outlasts those used once, and long texts, which mostly hold what should be values, are not kept.
//!
//! Nothing here fails but for what is wrong with a text.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::condition::WrittenCondition;
use crate::partiql::Statement;
use crate::projection::WrittenProjection;
use crate::update::WrittenUpdate;
use crate::{
    Condition, ConditionKind, ExpressionError, ExpressionParameter, KeyCondition, Placeholders,
    Projection, Update,
};

#[cfg(test)]
mod tests;

/// The longest text that is kept, in bytes.
const TEXT_BYTES_MAX: usize = 1024;

/// What an entry takes beside its tree, in bytes: its place in the cache, the ends of allocations.
const ENTRY_BYTES: usize = 256;

/// The most that a tree takes for each byte of its text, in bytes; usual ones take a tenth of it.
const TREE_BYTES_PER_BYTE: usize = 256;

/// The most that the trees of one grammar take together, in bytes: several hundred usual texts.
const GRAMMAR_BYTES_MAX: u64 = 8 << 20;

/// What most texts are shorter than, in bytes.
const USUAL_TEXT_BYTES: usize = 64;

/// What has been parsed before, for all requests of a server.
#[derive(Debug)]
pub struct ExpressionCache {
    /// Of conditions, filters and key conditions, which have one grammar.
    conditions: Kept<WrittenCondition>,
    updates: Kept<WrittenUpdate>,
    projections: Kept<WrittenProjection>,
    statements: Kept<Statement>,
}

impl Default for ExpressionCache {
    /// An empty cache.
    fn default() -> Self {
        Self {
            conditions: Kept::new(),
            updates: Kept::new(),
            projections: Kept::new(),
            statements: Kept::new(),
        }
    }
}

impl ExpressionCache {
    /// [`Condition::parse`].
    pub fn condition(
        &self,
        kind: ConditionKind,
        text: &str,
        placeholders: &mut Placeholders,
    ) -> Result<Condition, ExpressionError> {
        self.written_condition(kind.parameter(), text)?
            .bind_as(kind, placeholders)
    }

    /// [`KeyCondition::parse`].
    pub fn key_condition(
        &self,
        text: &str,
        placeholders: &mut Placeholders,
    ) -> Result<KeyCondition, ExpressionError> {
        let written = self.written_condition(ExpressionParameter::KeyCondition, text)?;
        KeyCondition::of_written(&written, placeholders)
    }

    fn written_condition(
        &self,
        parameter: ExpressionParameter,
        text: &str,
    ) -> Result<Arc<WrittenCondition>, ExpressionError> {
        let parse = |text: &str| WrittenCondition::parse(parameter, text);
        self.conditions.get_or_parse(text, parse)
    }

    /// [`Update::parse`].
    pub fn update(
        &self,
        text: &str,
        placeholders: &mut Placeholders,
    ) -> Result<Update, ExpressionError> {
        self.updates
            .get_or_parse(text, WrittenUpdate::parse)?
            .bind(placeholders)
    }

    /// [`Projection::parse`].
    pub fn projection(
        &self,
        text: &str,
        placeholders: &mut Placeholders,
    ) -> Result<Projection, ExpressionError> {
        self.projections
            .get_or_parse(text, WrittenProjection::parse)?
            .bind(placeholders)
    }

    /// [`Statement::parse`].
    pub fn statement(&self, text: &str) -> Result<Arc<Statement>, ExpressionError> {
        self.statements.get_or_parse(text, Statement::parse)
    }
}

/// The trees of one grammar, by their text.
#[derive(Debug)]
struct Kept<T> {
    trees: Cache<Box<str>, Arc<T>, ByText>,
}

impl<T> Kept<T> {
    fn new() -> Self {
        let usual_entries = GRAMMAR_BYTES_MAX / weight_bytes(USUAL_TEXT_BYTES);
        let trees = Cache::with_weighter(usual_entries as usize, GRAMMAR_BYTES_MAX, ByText);
        Self { trees }
    }

    /// The tree of `text`: the one that is kept, or else the one that `parse` makes.
    fn get_or_parse(
        &self,
        text: &str,
        parse: impl FnOnce(&str) -> Result<T, ExpressionError>,
    ) -> Result<Arc<T>, ExpressionError> {
        if text.len() > TEXT_BYTES_MAX {
            return parse(text).map(Arc::new);
        }
        if let Some(tree) = self.trees.get(text) {
            return Ok(tree);
        }
        let tree = Arc::new(parse(text)?);
        self.trees.insert(text.into(), Arc::clone(&tree));
        Ok(tree)
    }
}

/// Whether `T` may be what two bytes of a text make one of, as in `REMOVE a,a,a`: nothing is denser.
/// Each then has a place in a list that has grown to twice its need, and a name of its own.
pub(crate) const fn is_dense_within_bound<T>() -> bool {
    const SMALLEST_ALLOCATION_BYTES: usize = 32;
    2 * size_of::<T>() + SMALLEST_ALLOCATION_BYTES <= 2 * TREE_BYTES_PER_BYTE
}

/// Weighs entries by the length of their text.
#[derive(Debug, Clone)]
struct ByText;

impl<T> Weighter<Box<str>, Arc<T>> for ByText {
    fn weight(&self, text: &Box<str>, _: &Arc<T>) -> u64 {
        weight_bytes(text.len())
    }
}

/// The most that a text of this length takes with its tree, in bytes.
fn weight_bytes(text_bytes: usize) -> u64 {
    (ENTRY_BYTES + text_bytes * (1 + TREE_BYTES_PER_BYTE)) as u64
}
