//! Operands: the grammar that conditions and updates share.
//!
//! ```text
//! operand  := function | :value | path | '(' operand ')'
//! function := name '(' operand { ',' operand } ')'
//! ```
//!
//! Where a path may stand in parentheses, conditions also take steps behind them (`(a.b)[0]`);
//! updates do not.

use crate::cursor::Cursor;
use crate::lexer::TokenKind;
use crate::syntax::{RawFunction, RawOperand};
use crate::{ExpressionError, ExpressionParameter};

/// Something parsed, and whether it was a pair of parentheses with its contents.
#[derive(Debug)]
pub(crate) struct Phrase<T> {
    pub(crate) body: T,
    pub(crate) in_parentheses: bool,
}

impl<T> Phrase<T> {
    /// A phrase without parentheses around it.
    pub(crate) fn bare(body: T) -> Self {
        Self {
            body,
            in_parentheses: false,
        }
    }
}

impl Cursor<'_> {
    /// An operand, in parentheses or not.
    pub(crate) fn operand(&mut self) -> Result<RawOperand, ExpressionError> {
        self.operand_phrase().map(|phrase| phrase.body)
    }

    fn operand_phrase(&mut self) -> Result<Phrase<RawOperand>, ExpressionError> {
        if !self.at("(") {
            return self.bare_operand().map(Phrase::bare);
        }
        let mut phrase = self.parenthesised(Self::operand_phrase)?;
        if self.steps_after_parentheses(&mut phrase.body)? {
            phrase.in_parentheses = false;
        }
        Ok(phrase)
    }

    /// `'('`, what `parse` reads, `')'`. Notes redundant parentheses.
    pub(crate) fn parenthesised<T>(
        &mut self,
        parse: fn(&mut Self) -> Result<Phrase<T>, ExpressionError>,
    ) -> Result<Phrase<T>, ExpressionError> {
        self.expect("(")?;
        self.descend()?;
        let inner = parse(self)?;
        self.ascend();
        self.expect(")")?;
        if inner.in_parentheses {
            self.note_redundant_parentheses();
        }
        Ok(Phrase {
            body: inner.body,
            in_parentheses: true,
        })
    }

    /// The steps behind the parentheses around a path; says whether there were any.
    pub(crate) fn steps_after_parentheses(
        &mut self,
        operand: &mut RawOperand,
    ) -> Result<bool, ExpressionError> {
        let RawOperand::Path(path) = operand else {
            return Ok(false);
        };
        if self.parameter() == ExpressionParameter::Update {
            return Ok(false);
        }
        let step_count = path.steps.len();
        self.path_steps(path)?;
        Ok(path.steps.len() > step_count)
    }

    /// A function call, a value or a path.
    pub(crate) fn bare_operand(&mut self) -> Result<RawOperand, ExpressionError> {
        if let Some(name) = self.peek_function() {
            self.advance();
            self.count_operator();
            let arguments = self.operand_list()?;
            return Ok(RawOperand::Function(RawFunction {
                name: name.into(),
                arguments,
            }));
        }
        if self.peek().kind == TokenKind::ValuePlaceholder {
            return self
                .value_placeholder()
                .map(|name| RawOperand::Value(name.into()));
        }
        self.path().map(RawOperand::Path)
    }

    /// `'(' operand { ',' operand } ')'`
    pub(crate) fn operand_list(&mut self) -> Result<Vec<RawOperand>, ExpressionError> {
        self.expect("(")?;
        self.descend()?;
        let operands = self.comma_separated(Self::operand)?;
        self.ascend();
        self.expect(")")?;
        Ok(operands)
    }
}
