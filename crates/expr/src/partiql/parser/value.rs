//! Values as literals, and the right-hand sides of SET.
//!
//! ```text
//! literal := '?' | string | [ '-' ] number | TRUE | FALSE | NULL
//!          | '[' [ literal { ',' literal } ] ']' | '<<' [ literal { ',' literal } ] '>>'
//!          | '{' [ string ':' literal { ',' string ':' literal } ] '}'
//! sum     := term { ( '+' | '-' ) term }
//! term    := literal | path | LIST_APPEND '(' term ',' term ')'
//!          | SET_ADD '(' path ',' literal ')' | SET_DELETE '(' path ',' literal ')'
//! ```

use anywhen_model::{AttributeValue, Number};

use super::super::lexer::TokenKind;
use super::super::syntax::{Literal, SumSyntax, Term};
use super::{Parsed, Parser, semantic_error, syntax_error};
use crate::update::Sign;

impl Parser<'_> {
    /// Whether a value comes next, and not a path.
    pub(super) fn at_literal(&self) -> bool {
        match self.peek().kind {
            TokenKind::Text(_) | TokenKind::Number => true,
            TokenKind::Symbol => matches!(self.peek().text, "?" | "-" | "[" | "<<" | "{"),
            TokenKind::Word => ["TRUE", "FALSE", "NULL"]
                .iter()
                .any(|word| self.at_keyword(word)),
            _ => false,
        }
    }

    pub(super) fn literal(&mut self) -> Parsed<Literal> {
        if let TokenKind::Text(text) = &self.peek().kind {
            let text = text.clone().into_owned();
            self.position += 1;
            return Ok(Literal::Scalar(AttributeValue::S(text)));
        }
        if self.accept("?") {
            return Ok(Literal::Parameter(self.parameter()));
        }
        if self.at("-") || self.peek().kind == TokenKind::Number {
            return self.number();
        }
        for (keyword, value) in [
            ("TRUE", AttributeValue::Bool(true)),
            ("FALSE", AttributeValue::Bool(false)),
            ("NULL", AttributeValue::Null),
        ] {
            if self.accept_keyword(keyword) {
                return Ok(Literal::Scalar(value));
            }
        }
        if self.accept("[") {
            self.collection("]").map(Literal::List)
        } else if self.accept("<<") {
            self.collection(">>").map(Literal::Set)
        } else if self.accept("{") {
            self.map()
        } else {
            Err(self.expected("a value"))
        }
    }

    /// The position of the parameter just read.
    pub(super) fn parameter(&mut self) -> usize {
        self.parameter_count += 1;
        self.parameter_count - 1
    }

    fn number(&mut self) -> Parsed<Literal> {
        let sign = if self.accept("-") { "-" } else { "" };
        if self.peek().kind != TokenKind::Number {
            return Err(self.expected("a number"));
        }
        let number = Number::parse(&format!("{sign}{}", self.peek().text));
        self.position += 1;
        match number {
            Ok(number) => Ok(Literal::Scalar(AttributeValue::N(number))),
            Err(error) => Err(semantic_error(error.to_string())),
        }
    }

    /// Values up to `close`.
    fn collection(&mut self, close: &str) -> Parsed<Vec<Literal>> {
        if self.accept(close) {
            return Ok(Vec::new());
        }
        self.descend()?;
        let elements = self.comma_separated(Self::literal)?;
        self.ascend();
        self.expect(close)?;
        Ok(elements)
    }

    fn map(&mut self) -> Parsed<Literal> {
        if self.accept("}") {
            return Ok(Literal::Map(Vec::new()));
        }
        self.descend()?;
        let members = self.comma_separated(|parser| {
            let TokenKind::Text(name) = &parser.peek().kind else {
                return Err(parser.expected("a name in single quotes"));
            };
            let name = name.clone().into_owned();
            parser.position += 1;
            parser.expect(":")?;
            Ok((name, parser.literal()?))
        })?;
        self.ascend();
        self.expect("}")?;
        Ok(Literal::Map(members))
    }

    pub(super) fn sum(&mut self) -> Parsed<SumSyntax> {
        let first = self.term()?;
        let mut others = Vec::new();
        loop {
            let sign = if self.accept("+") {
                Sign::Plus
            } else if self.accept("-") {
                Sign::Minus
            } else {
                return Ok(SumSyntax { first, others });
            };
            others.push((sign, self.term()?));
        }
    }

    fn term(&mut self) -> Parsed<Term> {
        if self.at_literal() {
            return self.literal().map(Term::Literal);
        }
        let Some(name) = self.accept_function() else {
            return self.path().map(Term::Path);
        };
        self.descend()?;
        let term = if name.eq_ignore_ascii_case("list_append") {
            let first = self.term()?;
            self.expect(",")?;
            Term::ListAppend(Box::new([first, self.term()?]))
        } else {
            let is_add = name.eq_ignore_ascii_case("set_add");
            if !is_add && !name.eq_ignore_ascii_case("set_delete") {
                return Err(syntax_error(format!("Unknown function {name}")));
            }
            let path = self.path()?;
            self.expect(",")?;
            let members = self.literal()?;
            if is_add {
                Term::SetAdd(path, members)
            } else {
                Term::SetDelete(path, members)
            }
        };
        self.ascend();
        self.expect(")")?;
        Ok(term)
    }
}
