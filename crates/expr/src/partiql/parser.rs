//! The grammar of statements.
//!
//! ```text
//! statement := ( select | insert | update | delete | EXISTS '(' select ')' ) [ ';' ]
//! select    := SELECT ( '*' | path { ',' path } ) FROM target [ WHERE condition ]
//!              [ ORDER BY name [ ASC | DESC ] { ',' name [ ASC | DESC ] } ]
//! insert    := INSERT INTO target VALUE ( map | '?' )
//! update    := UPDATE target clause { clause } [ WHERE condition ] [ RETURNING mode '*' ]
//! clause    := SET path '=' sum { ',' path '=' sum } | REMOVE path { ',' path }
//! delete    := DELETE FROM target [ WHERE condition ] [ RETURNING ALL OLD '*' ]
//! mode      := ( ALL | MODIFIED ) ( OLD | NEW )
//! target    := name [ '.' name ]
//! path      := name { '.' name | '[' integer ']' }
//! ```
//!
//! `parser/condition.rs` has conditions, `parser/value.rs` values and the right-hand sides of SET.
//! The parser descends recursively and counts how deep it is; nothing is ever read twice.

mod condition;
mod value;

use anywhen_model::limits::{EXPRESSION_DEPTH_MAX, PATH_ELEMENTS_MAX, STATEMENT_CHARS_MAX};

use super::lexer::{Token, TokenKind, tokenize};
use super::syntax::{
    ChangeSyntax, OrderKey, Returning, SelectSyntax, Syntax, Target, UpdateSyntax,
};
use crate::{ExpressionError, ExpressionErrorKind, Path, PathElement};

/// Words that are no names unless they stand in double quotes.
const KEYWORDS: [&str; 32] = [
    "ALL", "AND", "AS", "ASC", "BETWEEN", "BY", "DELETE", "DESC", "EXISTS", "FALSE", "FROM",
    "GROUP", "HAVING", "IN", "INSERT", "INTO", "IS", "JOIN", "LIKE", "LIMIT", "MISSING", "NOT",
    "NULL", "OR", "ORDER", "REMOVE", "SELECT", "SET", "TRUE", "UPDATE", "VALUE", "WHERE",
];

/// Largest position in a list that a path may name.
const LIST_INDEX_MAX: usize = i32::MAX as usize;

/// A statement with the number of its parameters.
pub(super) fn parse(text: &str) -> Result<(Syntax, usize), ExpressionError> {
    if text.chars().nth(STATEMENT_CHARS_MAX).is_some() {
        return Err(syntax_error(format!(
            "It is longer than {STATEMENT_CHARS_MAX} characters"
        )));
    }
    let mut parser = Parser {
        tokens: tokenize(text),
        position: 0,
        depth: 0,
        parameter_count: 0,
    };
    let syntax = parser.statement()?;
    parser.accept(";");
    parser.expect_end()?;
    Ok((syntax, parser.parameter_count))
}

/// Where the parser stands.
struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    position: usize,
    depth: usize,
    parameter_count: usize,
}

type Parsed<T> = Result<T, ExpressionError>;

fn syntax_error(detail: impl std::fmt::Display) -> ExpressionError {
    ExpressionError::new(
        ExpressionErrorKind::Syntax,
        format!("Statement wasn't well formed, can't be processed: {detail}"),
    )
}

/// Statements.
impl Parser<'_> {
    fn statement(&mut self) -> Parsed<Syntax> {
        if self.at_keyword("SELECT") {
            self.select().map(Syntax::Select)
        } else if self.accept_keyword("INSERT") {
            self.insert()
        } else if self.accept_keyword("UPDATE") {
            self.update()
        } else if self.accept_keyword("DELETE") {
            self.delete()
        } else if self.accept_keyword("EXISTS") {
            self.expect("(")?;
            let select = self.select()?;
            self.expect(")")?;
            Ok(Syntax::Exists(select))
        } else {
            Err(self.expected("SELECT, INSERT, UPDATE, DELETE or EXISTS"))
        }
    }

    fn select(&mut self) -> Parsed<SelectSyntax> {
        self.expect_keyword("SELECT")?;
        let columns = if self.accept("*") {
            None
        } else {
            Some(self.comma_separated(Self::path)?)
        };
        self.expect_keyword("FROM")?;
        Ok(SelectSyntax {
            columns,
            source: self.target()?,
            condition: self.where_clause()?,
            order: self.order()?,
        })
    }

    fn order(&mut self) -> Parsed<Vec<OrderKey>> {
        if !self.accept_keyword("ORDER") {
            return Ok(Vec::new());
        }
        self.expect_keyword("BY")?;
        self.comma_separated(|parser| {
            let attribute = parser.name()?;
            let is_descending = parser.accept_keyword("DESC");
            if !is_descending {
                parser.accept_keyword("ASC");
            }
            Ok(OrderKey {
                attribute,
                is_descending,
            })
        })
    }

    fn insert(&mut self) -> Parsed<Syntax> {
        self.expect_keyword("INTO")?;
        let target = self.target()?;
        self.expect_keyword("VALUE")?;
        if !self.at("{") && !self.at("?") {
            return Err(self.expected("LEFT_BRACE"));
        }
        let item = self.literal()?;
        Ok(Syntax::Insert { target, item })
    }

    fn update(&mut self) -> Parsed<Syntax> {
        let target = self.target()?;
        let mut changes = Vec::new();
        loop {
            if self.accept_keyword("SET") {
                changes.extend(self.comma_separated(|parser| {
                    let target = parser.path()?;
                    parser.expect("=")?;
                    let value = Some(parser.sum()?);
                    Ok(ChangeSyntax { target, value })
                })?);
            } else if self.accept_keyword("REMOVE") {
                changes.extend(self.comma_separated(|parser| {
                    let target = parser.path()?;
                    Ok(ChangeSyntax {
                        target,
                        value: None,
                    })
                })?);
            } else {
                break;
            }
        }
        if changes.is_empty() {
            return Err(syntax_error("Expected data manipulation"));
        }
        Ok(Syntax::Update(UpdateSyntax {
            target,
            changes,
            condition: self.where_clause()?,
            returning: self.returning()?,
        }))
    }

    fn delete(&mut self) -> Parsed<Syntax> {
        self.expect_keyword("FROM")?;
        let target = self.target()?;
        let condition = self.where_clause()?;
        let returns_old = match self.returning()? {
            None => false,
            Some(Returning::AllOld) => true,
            Some(_) => return Err(syntax_error("DELETE can return ALL OLD * only")),
        };
        Ok(Syntax::Delete {
            target,
            condition,
            returns_old,
        })
    }

    fn returning(&mut self) -> Parsed<Option<Returning>> {
        if !self.accept_keyword("RETURNING") {
            return Ok(None);
        }
        let is_all = self.accept_keyword("ALL");
        if !is_all && !self.accept_keyword("MODIFIED") {
            return Err(self.expected("ALL or MODIFIED"));
        }
        let is_old = self.accept_keyword("OLD");
        if !is_old && !self.accept_keyword("NEW") {
            return Err(self.expected("OLD or NEW"));
        }
        self.expect("*")?;
        Ok(Some(match (is_all, is_old) {
            (true, true) => Returning::AllOld,
            (true, false) => Returning::AllNew,
            (false, true) => Returning::ModifiedOld,
            (false, false) => Returning::ModifiedNew,
        }))
    }

    fn target(&mut self) -> Parsed<Target> {
        let table = self.name()?;
        let index = self.accept(".").then(|| self.name()).transpose()?;
        Ok(Target { table, index })
    }

    /// A table or attribute name: a word that is no keyword, or anything in double quotes.
    fn name(&mut self) -> Parsed<String> {
        let name = match &self.peek().kind {
            TokenKind::Word if !self.at_any_keyword() => self.peek().text.to_owned(),
            TokenKind::Name(name) if name.is_empty() => {
                return Err(syntax_error("A name is empty"));
            }
            TokenKind::Name(name) => name.clone().into_owned(),
            _ => return Err(self.expected("a name")),
        };
        self.position += 1;
        Ok(name)
    }

    fn path(&mut self) -> Parsed<Path> {
        let top_level = self.name()?;
        let mut steps = Vec::new();
        loop {
            if self.accept(".") {
                steps.push(PathElement::Attribute(self.name()?));
            } else if self.accept("[") {
                steps.push(PathElement::Index(self.list_index()?));
                self.expect("]")?;
            } else {
                break;
            }
        }
        let levels = 1 + steps.len();
        if levels > PATH_ELEMENTS_MAX {
            return Err(semantic_error(format!(
                "The document path has too many nesting levels; nesting levels: {levels}"
            )));
        }
        Ok(Path::new(top_level, steps))
    }

    fn list_index(&mut self) -> Parsed<usize> {
        let token = self.peek();
        let index = token.text.parse().ok();
        let Some(index) = index.filter(|_| token.kind == TokenKind::Number) else {
            return Err(self.expected("a position in a list"));
        };
        if index > LIST_INDEX_MAX {
            return Err(semantic_error(format!(
                "List index is not within the allowable range; index: [{index}]"
            )));
        }
        self.position += 1;
        Ok(index)
    }
}

/// An error in the meaning of a statement that parses.
pub(super) fn semantic_error(text: impl Into<String>) -> ExpressionError {
    ExpressionError::new(ExpressionErrorKind::Semantics, text)
}

/// Tokens.
impl<'t> Parser<'t> {
    fn peek(&self) -> &Token<'t> {
        self.token_at(self.position)
    }

    /// The token at `position`, or the end of the text.
    fn token_at(&self, position: usize) -> &Token<'t> {
        const END: &Token<'static> = &Token {
            kind: TokenKind::End,
            text: "",
        };
        self.tokens.get(position).unwrap_or(END)
    }

    /// Whether the next token is `symbol`.
    fn at(&self, symbol: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Symbol && token.text == symbol
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = self.at(symbol);
        self.position += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.accept(symbol) {
            return Ok(());
        }
        Err(self.expected(symbol_name(symbol)))
    }

    /// Whether the next token is `keyword`, in upper or lower case.
    fn at_keyword(&self, keyword: &str) -> bool {
        let token = self.peek();
        token.kind == TokenKind::Word && token.text.eq_ignore_ascii_case(keyword)
    }

    fn at_any_keyword(&self) -> bool {
        KEYWORDS.iter().any(|keyword| self.at_keyword(keyword))
    }

    fn accept_keyword(&mut self, keyword: &str) -> bool {
        let found = self.at_keyword(keyword);
        self.position += usize::from(found);
        found
    }

    fn expect_keyword(&mut self, keyword: &str) -> Parsed<()> {
        if self.accept_keyword(keyword) {
            return Ok(());
        }
        Err(self.expected(keyword))
    }

    fn expect_end(&self) -> Parsed<()> {
        if self.peek().kind == TokenKind::End {
            return Ok(());
        }
        Err(match self.fault_of_token() {
            Some(fault) => syntax_error(fault),
            None => syntax_error(format!("Unexpected {}", self.peek().text)),
        })
    }

    /// The error of another token than `wanted` coming next.
    fn expected(&self, wanted: &str) -> ExpressionError {
        match self.fault_of_token() {
            Some(fault) => syntax_error(fault),
            None => syntax_error(format!("Expected {wanted}")),
        }
    }

    fn fault_of_token(&self) -> Option<String> {
        match self.peek().kind {
            TokenKind::Broken("Unexpected character") => {
                Some(format!("Unexpected character {}", self.peek().text))
            }
            TokenKind::Broken(fault) => Some(fault.to_owned()),
            _ => None,
        }
    }

    /// Goes one level deeper; [`Self::ascend`] comes back.
    fn descend(&mut self) -> Parsed<()> {
        if self.depth == EXPRESSION_DEPTH_MAX {
            return Err(syntax_error(format!(
                "It nests more than {EXPRESSION_DEPTH_MAX} levels deep"
            )));
        }
        self.depth += 1;
        Ok(())
    }

    fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// One or more of what `parse` reads, separated by commas.
    fn comma_separated<T>(&mut self, parse: impl Fn(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut parsed = vec![parse(self)?];
        while self.accept(",") {
            parsed.push(parse(self)?);
        }
        Ok(parsed)
    }
}

/// What the service's texts call a symbol.
fn symbol_name(symbol: &str) -> &str {
    match symbol {
        "(" => "LEFT_PAREN",
        ")" => "RIGHT_PAREN",
        "[" => "LEFT_BRACKET",
        "]" => "RIGHT_BRACKET",
        "{" => "LEFT_BRACE",
        "}" => "RIGHT_BRACE",
        "<<" => "LEFT_DOUBLE_ANGLE_BRACKET",
        ">>" => "RIGHT_DOUBLE_ANGLE_BRACKET",
        "," => "COMMA",
        ":" => "COLON",
        "*" => "STAR",
        other => other,
    }
}
