//! Walks over the tokens of one expression; the ground all five parsers stand on.
//!
//! A [`Cursor`] knows which parameter the expression came in, reports syntax errors in DynamoDB's
//! form, and keeps three bounds: the size of the text, the depth of nesting (so that no input can
//! exhaust the stack), and the number of operators.
//!
//! Paths, which every kind of expression has, are parsed here.

use anywhen_model::limits::{EXPRESSION_BYTES_MAX, EXPRESSION_DEPTH_MAX, EXPRESSION_OPERATORS_MAX};

use crate::lexer::{Token, TokenKind, tokenize};
use crate::syntax::{RawName, RawPath, RawStep};
use crate::{ExpressionError, ExpressionErrorKind, ExpressionParameter};

/// Words that cannot be attribute names, in any kind of expression: DynamoDB cuts all of them into
/// tokens in the same way.
const KEYWORDS: [&str; 9] = [
    "ADD", "AND", "BETWEEN", "DELETE", "IN", "NOT", "OR", "REMOVE", "SET",
];

/// Largest position in a list that a path may name.
const LIST_INDEX_MAX: usize = i32::MAX as usize;

/// Where a parser stands in the text of an expression.
#[derive(Debug)]
pub(crate) struct Cursor<'t> {
    parameter: ExpressionParameter,
    text: &'t str,
    tokens: Vec<Token<'t>>,
    position: usize,
    depth: usize,
    operator_count: usize,
    /// Set by `((x))`. Reported only once the whole text is known to parse.
    has_redundant_parentheses: bool,
}

impl<'t> Cursor<'t> {
    /// A cursor at the first token of `text`.
    pub(crate) fn new(
        parameter: ExpressionParameter,
        text: &'t str,
    ) -> Result<Self, ExpressionError> {
        let (kind, fault) = match text.len() {
            0 => (
                ExpressionErrorKind::Empty,
                "The expression can not be empty;".to_owned(),
            ),
            1..=EXPRESSION_BYTES_MAX => {
                let tokens = tokenize(text);
                return Ok(Self {
                    parameter,
                    text,
                    tokens,
                    position: 0,
                    depth: 0,
                    operator_count: 0,
                    has_redundant_parentheses: false,
                });
            }
            size => (
                ExpressionErrorKind::TooLarge,
                format!(
                    "Expression size has exceeded the maximum allowed size; \
                     expression size: {size}"
                ),
            ),
        };
        Err(ExpressionError::invalid(parameter, kind, fault))
    }

    /// The parameter the expression came in.
    pub(crate) fn parameter(&self) -> ExpressionParameter {
        self.parameter
    }

    /// The token that comes next.
    pub(crate) fn peek(&self) -> Token<'t> {
        self.token_at(self.position)
    }

    /// The token after the next one.
    fn peek_second(&self) -> Token<'t> {
        self.token_at(self.position + 1)
    }

    /// The token at `position`, or the end of the text.
    fn token_at(&self, position: usize) -> Token<'t> {
        let end = Token {
            kind: TokenKind::End,
            text: "",
            start: self.text.len(),
        };
        self.tokens.get(position).copied().unwrap_or(end)
    }

    /// Steps over the next token.
    pub(crate) fn advance(&mut self) {
        self.position += 1;
    }

    /// Whether the next token is `symbol`.
    pub(crate) fn at(&self, symbol: &str) -> bool {
        self.peek().text == symbol
    }

    /// Steps over `symbol` if it comes next.
    pub(crate) fn accept(&mut self, symbol: &str) -> bool {
        let found = self.at(symbol);
        self.position += usize::from(found);
        found
    }

    /// Steps over `symbol`, which must come next.
    pub(crate) fn expect(&mut self, symbol: &str) -> Result<(), ExpressionError> {
        if self.accept(symbol) {
            Ok(())
        } else {
            Err(self.syntax_error())
        }
    }

    /// Whether the next token is `keyword`, in upper or lower case.
    pub(crate) fn at_keyword(&self, keyword: &str) -> bool {
        self.peek().text.eq_ignore_ascii_case(keyword)
    }

    /// Steps over `keyword` if it comes next.
    pub(crate) fn accept_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.position += usize::from(found);
        found
    }

    /// Steps over `keyword`, which must come next.
    pub(crate) fn expect_keyword(&mut self, keyword: &str) -> Result<(), ExpressionError> {
        if self.accept_keyword(keyword) {
            Ok(())
        } else {
            Err(self.syntax_error())
        }
    }

    /// Whether everything has been read.
    pub(crate) fn at_end(&self) -> bool {
        self.peek().kind == TokenKind::End
    }

    /// Ends the parse: nothing may be left, the operators must not be too many, and no
    /// parentheses redundant.
    pub(crate) fn finish(&self) -> Result<(), ExpressionError> {
        if !self.at_end() {
            return Err(self.syntax_error());
        }
        if self.operator_count > EXPRESSION_OPERATORS_MAX {
            let count = self.operator_count;
            return Err(self.semantic_error(format!(
                "The expression contains too many operators; operator count: {count}"
            )));
        }
        if self.has_redundant_parentheses {
            return Err(self.redundant_parentheses());
        }
        Ok(())
    }

    /// Counts one operator or function.
    pub(crate) fn count_operator(&mut self) {
        self.operator_count += 1;
    }

    /// Goes one level deeper into parentheses or function calls; [`Self::ascend`] comes back.
    ///
    /// Too deep is reported as redundant parentheses: a pair that is not redundant has an operator
    /// directly inside it, so hardly anything that deep is free of them.
    pub(crate) fn descend(&mut self) -> Result<(), ExpressionError> {
        if self.depth == EXPRESSION_DEPTH_MAX {
            return Err(self.redundant_parentheses());
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes back from [`Self::descend`].
    pub(crate) fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// The syntax error at the next token.
    ///
    /// `near` is the text from the token before it to the token after it, spacing kept.
    pub(crate) fn syntax_error(&self) -> ExpressionError {
        let found = self.peek();
        let previous = self
            .position
            .checked_sub(1)
            .map_or(found, |before| self.token_at(before));
        let near = self
            .text
            .get(previous.start..self.peek_second().end())
            .unwrap_or_default();
        let token = if found.kind == TokenKind::End {
            "<EOF>"
        } else {
            found.text
        };
        ExpressionError::invalid(
            self.parameter,
            ExpressionErrorKind::Syntax,
            format!(
                "Syntax error; token: \"{token}\", near: \"{}\"",
                near.trim_end()
            ),
        )
    }

    /// Takes note that the text has `((x))`, whatever x is.
    pub(crate) fn note_redundant_parentheses(&mut self) {
        self.has_redundant_parentheses = true;
    }

    fn redundant_parentheses(&self) -> ExpressionError {
        self.semantic_error("The expression has redundant parentheses;")
    }

    /// An error in the meaning of this expression.
    pub(crate) fn semantic_error(&self, text: impl std::fmt::Display) -> ExpressionError {
        ExpressionError::semantics(self.parameter, text)
    }

    /// The next token if it is a word that is no keyword here.
    pub(crate) fn peek_name(&self) -> Option<&'t str> {
        let token = self.peek();
        let is_keyword = || {
            KEYWORDS
                .iter()
                .any(|word| word.eq_ignore_ascii_case(token.text))
        };
        (token.kind == TokenKind::Word && !is_keyword()).then_some(token.text)
    }

    /// The name of the function whose call comes next, if one does.
    pub(crate) fn peek_function(&self) -> Option<&'t str> {
        self.peek_name().filter(|_| self.peek_second().text == "(")
    }

    /// `path := name { '.' name | '[' integer ']' }`
    pub(crate) fn path(&mut self) -> Result<RawPath, ExpressionError> {
        let mut path = RawPath {
            top_level: self.path_name()?,
            steps: Vec::new(),
        };
        self.path_steps(&mut path)?;
        Ok(path)
    }

    /// Reads the steps that follow, if any, and adds them to `path`.
    pub(crate) fn path_steps(&mut self, path: &mut RawPath) -> Result<(), ExpressionError> {
        loop {
            if self.accept(".") {
                path.steps.push(RawStep::Name(self.path_name()?));
            } else if self.accept("[") {
                path.steps.push(RawStep::Index(self.list_index()?));
                self.expect("]")?;
            } else {
                return Ok(());
            }
        }
    }

    /// A bare name or a `#placeholder`.
    fn path_name(&mut self) -> Result<RawName, ExpressionError> {
        let token = self.peek();
        let name = if token.kind == TokenKind::NamePlaceholder {
            RawName::Placeholder(token.text.into())
        } else {
            RawName::Bare(self.peek_name().ok_or_else(|| self.syntax_error())?.into())
        };
        self.advance();
        Ok(name)
    }

    /// The position between `[` and `]`.
    fn list_index(&mut self) -> Result<usize, ExpressionError> {
        let token = self.peek();
        if token.kind != TokenKind::Integer {
            return Err(self.syntax_error());
        }
        self.advance();
        let index = token
            .text
            .parse()
            .ok()
            .filter(|index| *index <= LIST_INDEX_MAX);
        index.ok_or_else(|| {
            let digits = token.text;
            self.semantic_error(format!(
                "List index is not within the allowable range; index: [{digits}]"
            ))
        })
    }

    /// `:value`, or a syntax error.
    pub(crate) fn value_placeholder(&mut self) -> Result<&'t str, ExpressionError> {
        let token = self.peek();
        if token.kind != TokenKind::ValuePlaceholder {
            return Err(self.syntax_error());
        }
        self.advance();
        Ok(token.text)
    }

    /// One or more of what `parse` reads, separated by commas.
    pub(crate) fn comma_separated<T>(
        &mut self,
        mut parse: impl FnMut(&mut Self) -> Result<T, ExpressionError>,
    ) -> Result<Vec<T>, ExpressionError> {
        let mut parsed = vec![parse(self)?];
        while self.accept(",") {
            parsed.push(parse(self)?);
        }
        Ok(parsed)
    }
}
