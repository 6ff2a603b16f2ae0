//! The grammar of updates.
//!
//! ```text
//! update  := section { section }
//! section := SET path '=' value { ',' path '=' value }
//!          | REMOVE path { ',' path }
//!          | ADD path :value { ',' path :value }
//!          | DELETE path :value { ',' path :value }
//! value   := operand | sum
//! sum     := operand ('+' | '-') operand | '(' sum ')'
//! ```
//!
//! Operands are those of [`crate::operand`]. The sections may come in any order; that each comes
//! at most once is checked later, in the order DynamoDB checks it.

use crate::cache::is_dense_within_bound;
use crate::cursor::Cursor;
use crate::operand::Phrase;
use crate::syntax::{RawOperand, RawPath};
use crate::{ExpressionError, ExpressionParameter};

/// One section as written.
#[derive(Debug)]
pub(super) struct RawSection {
    pub(super) keyword: &'static str,
    pub(super) actions: Vec<RawAction>,
}

/// One action as written.
#[derive(Debug)]
pub(super) struct RawAction {
    pub(super) target: RawPath,
    pub(super) kind: RawActionKind,
}

const _: () = assert!(is_dense_within_bound::<RawAction>());

#[derive(Debug)]
pub(super) enum RawActionKind {
    Set(RawSetValue),
    Remove,
    /// The placeholder of the value.
    Add(Box<str>),
    /// The placeholder of the value.
    Delete(Box<str>),
}

/// The right-hand side of SET as written.
#[derive(Debug)]
pub(super) enum RawSetValue {
    Operand(RawOperand),
    Sum {
        sign: Sign,
        operands: [RawOperand; 2],
    },
}

/// The two arithmetic operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    Plus,
    Minus,
}

impl Sign {
    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
        }
    }
}

/// Parses the whole of `text`.
pub(super) fn parse(text: &str) -> Result<Vec<RawSection>, ExpressionError> {
    let mut cursor = Cursor::new(ExpressionParameter::Update, text)?;
    let mut sections = Vec::new();
    while sections.is_empty() || !cursor.at_end() {
        sections.push(section(&mut cursor)?);
    }
    cursor.finish()?;
    Ok(sections)
}

type Parse<'t, T> = fn(&mut Cursor<'t>) -> Result<T, ExpressionError>;

fn section<'t>(cursor: &mut Cursor<'t>) -> Result<RawSection, ExpressionError> {
    let kinds: [(&'static str, Parse<'t, RawActionKind>); 4] = [
        ("SET", |cursor| {
            cursor.expect("=")?;
            set_value(cursor).map(|value| RawActionKind::Set(value.body))
        }),
        ("REMOVE", |_| Ok(RawActionKind::Remove)),
        ("ADD", |cursor| {
            cursor
                .value_placeholder()
                .map(|name| RawActionKind::Add(name.into()))
        }),
        ("DELETE", |cursor| {
            cursor
                .value_placeholder()
                .map(|name| RawActionKind::Delete(name.into()))
        }),
    ];
    let Some((keyword, rest)) = kinds
        .into_iter()
        .find(|(word, _)| cursor.accept_keyword(word))
    else {
        return Err(cursor.syntax_error());
    };
    let actions = cursor.comma_separated(|cursor| {
        let target = cursor.path()?;
        Ok(RawAction {
            target,
            kind: rest(cursor)?,
        })
    })?;
    Ok(RawSection { keyword, actions })
}

/// An operand or a sum. A parenthesis may open either, so both are read together.
fn set_value(cursor: &mut Cursor<'_>) -> Result<Phrase<RawSetValue>, ExpressionError> {
    let first = if cursor.at("(") {
        cursor.parenthesised(set_value)?
    } else {
        Phrase::bare(RawSetValue::Operand(cursor.bare_operand()?))
    };
    let sign = match (&first.body, cursor.peek().text) {
        (RawSetValue::Operand(_), "+") => Sign::Plus,
        (RawSetValue::Operand(_), "-") => Sign::Minus,
        _ => return Ok(first),
    };
    let RawSetValue::Operand(left) = first.body else {
        return Ok(first);
    };
    cursor.advance();
    cursor.count_operator();
    let operands = [left, cursor.operand()?];
    Ok(Phrase::bare(RawSetValue::Sum { sign, operands }))
}

impl RawAction {
    /// The operands of the value that is set, if the action sets one.
    pub(super) fn operands(&self) -> &[RawOperand] {
        match &self.kind {
            RawActionKind::Set(RawSetValue::Operand(operand)) => std::slice::from_ref(operand),
            RawActionKind::Set(RawSetValue::Sum { operands, .. }) => operands,
            RawActionKind::Remove | RawActionKind::Add(_) | RawActionKind::Delete(_) => &[],
        }
    }
}
