//! DynamoDB's expression language: conditions, filters, key conditions, updates and projections;
//! and in [`partiql`] its other language, whose statements become the same trees.
//!
//! An expression is a string in a request. It goes through three steps, each free of I/O: it is
//! cut into tokens and parsed (`lexer`, `cursor`, a grammar for each kind), checked while the
//! request's `#names` and `:values` are put in ([`Placeholders`]), and then applied to items as
//! often as wanted. [`Condition`], [`KeyCondition`], [`Projection`] and [`Update`] are the results
//! of the first two steps: they own all they need, can be sent between threads, and clone at the
//! cost of a reference count.
//!
//! Always true:
//! - No text can panic, overflow the stack or take more than linear time: size, depth, operators
//!   and path lengths are bounded.
//! - Which of several faults is reported, and in which words, is the service's choice and
//!   rebuilt here: the `Display` of an [`ExpressionError`] or [`UpdateError`] is the wire text.
//! - Nothing is looked at but the expression, its placeholders and the item: what depends on a
//!   table's keys is offered as accessors and separate checks, for the caller to run when it knows
//!   the table.
//!
//! Requests may say the same with older parameters instead: [`legacy`] makes the same values of them.
//!
//! An [`ExpressionCache`] keeps what the first step has made of a text, for all requests that have it.
//!
//! Start reading at [`Placeholders`], then [`Condition`].

mod cache;
mod condition;
mod cursor;
mod error;
mod key_condition;
pub mod legacy;
mod lexer;
mod operand;
pub mod partiql;
mod path;
mod path_tree;
mod placeholders;
mod projection;
mod reserved;
mod syntax;
#[cfg(test)]
mod testing;
mod update;

pub use cache::ExpressionCache;
pub use condition::{Condition, ConditionKind};
pub use error::{ExpressionError, ExpressionErrorKind, ExpressionParameter};
pub use key_condition::{KeyCondition, KeyRange, SortCondition};
pub use path::{Path, PathElement, check_no_path_into_keys};
pub use placeholders::Placeholders;
pub use projection::Projection;
pub use update::{Update, UpdateError};

/// The results of parsing may be shared between threads and kept as long as wanted.
const _: () = {
    const fn is_shareable<T: Clone + Send + Sync + 'static>() {}
    is_shareable::<Condition>();
    is_shareable::<KeyCondition>();
    is_shareable::<Projection>();
    is_shareable::<Update>();
    is_shareable::<partiql::Statement>();
};
