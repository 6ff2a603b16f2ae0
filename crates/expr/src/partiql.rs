//! PartiQL: statements that read and write items, as ExecuteStatement and its kin take them.
//!
//! A statement goes through three steps, each free of I/O. [`Statement::parse`] cuts the text into
//! tokens and builds a tree; the result depends on the text alone and can be kept.
//! [`Statement::bind`] puts the parameters of a request in and checks all that needs no table: the
//! outcome is a [`Select`] or a [`Write`]. Their `plan` methods are given the key schema and say
//! how the statement is carried out: which items are looked at ([`Access`]), which of them count
//! ([`Condition`](crate::Condition)) and what they become ([`Update`](crate::Update)). These are
//! the types that expressions give as well, so one evaluator serves both languages.
//!
//! Always true:
//! - No text can panic, overflow the stack or take more than linear time.
//! - An access path only narrows what is read. What it does not express of the WHERE clause is in
//!   the filter, so a row is returned exactly if the whole clause is true of its item.
//! - The `Display` of an error is the wire text.
//!
//! Start reading at [`Statement`]; the grammar is in `partiql/parser.rs`.

mod bind;
mod columns;
mod lexer;
mod parser;
mod pins;
mod plan;
#[cfg(test)]
mod print;
mod syntax;
#[cfg(test)]
mod tests;

use anywhen_model::{AttributeValue, Item};

pub use columns::Columns;
pub use plan::{Access, ItemRead, PlannedChange, ReadPlan, WritePlan};
pub use syntax::Returning;

use crate::condition::Node;
use crate::{ExpressionError, Update};

/// A parsed statement, its parameters not yet put in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    syntax: syntax::Syntax,
    parameter_count: usize,
}

/// A statement with its parameters.
#[derive(Debug)]
pub enum BoundStatement {
    /// A statement that reads.
    Select(Select),
    /// A statement that writes, or EXISTS, which stands beside writes.
    Write(Write),
}

/// A SELECT with its parameters.
#[derive(Debug)]
pub struct Select {
    table: String,
    index: Option<String>,
    columns: Columns,
    condition: Option<Node>,
    order: Vec<syntax::OrderKey>,
}

/// An INSERT, UPDATE, DELETE or EXISTS with its parameters.
#[derive(Debug)]
pub struct Write {
    table: String,
    change: Change,
    condition: Option<Node>,
    returning: Option<Returning>,
}

/// What a [`Write`] does to its item.
#[derive(Debug)]
enum Change {
    Insert(Item),
    Update(Update),
    Delete,
    Check,
}

impl Statement {
    /// Parses `text`.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let (syntax, parameter_count) = parser::parse(text)?;
        Ok(Self {
            syntax,
            parameter_count,
        })
    }

    /// Puts the parameters in, which must be as many as the text has question marks.
    pub fn bind(&self, parameters: Vec<AttributeValue>) -> Result<BoundStatement, ExpressionError> {
        bind::bind(&self.syntax, self.parameter_count, parameters)
    }
}

impl BoundStatement {
    /// The table, by what the statement calls it: a name or an ARN.
    pub fn table(&self) -> &str {
        match self {
            Self::Select(select) => &select.table,
            Self::Write(write) => &write.table,
        }
    }
}

impl Select {
    /// The index that is read; without, it is the table.
    pub fn index(&self) -> Option<&str> {
        self.index.as_deref()
    }
}

impl Write {
    /// Whether this is EXISTS.
    pub fn is_check(&self) -> bool {
        matches!(self.change, Change::Check)
    }

    /// What the statement returns of its item, if anything.
    pub fn returning(&self) -> Option<Returning> {
        self.returning
    }
}
