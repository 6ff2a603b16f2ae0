//! Conditions.
//!
//! ```text
//! condition  := and { OR and }
//! and        := not { AND not }
//! not        := { NOT } ( '(' condition ')' | test )
//! test       := operand comparator operand | operand BETWEEN operand AND operand
//!             | operand [ NOT ] IN list | path IS [ NOT ] ( MISSING | NULL | type )
//!             | BEGINS_WITH '(' path ',' operand ')' | CONTAINS '(' path ',' operand ')'
//!             | ATTRIBUTE_TYPE '(' path ',' literal ')'
//! comparator := '=' | '<>' | '!=' | '<' | '<=' | '>' | '>='
//! list       := '?' | '[' literal { ',' literal } ']' | '(' literal { ',' literal } ')'
//! operand    := path | literal | SIZE '(' path ')'
//! ```
//!
//! Chains of AND, OR and NOT do not nest, so a tree is only as deep as the parentheses of its text.

use super::super::lexer::TokenKind;
use super::super::syntax::{Candidates, ConditionSyntax, OperandSyntax, TestSyntax};
use super::{KEYWORDS, Parsed, Parser, syntax_error};
use crate::condition::Comparator;

/// The types of IS: short names, and long ones for the same.
const TYPES: [(&str, &str); 20] = [
    ("S", "S"),
    ("N", "N"),
    ("B", "B"),
    ("BOOL", "BOOL"),
    ("NULL", "NULL"),
    ("L", "L"),
    ("M", "M"),
    ("SS", "SS"),
    ("NS", "NS"),
    ("BS", "BS"),
    ("STRING", "S"),
    ("NUMBER", "N"),
    ("BINARY", "B"),
    ("BOOLEAN", "BOOL"),
    ("LIST", "L"),
    ("MAP", "M"),
    ("STRING_SET", "SS"),
    ("NUMBER_SET", "NS"),
    ("BINARY_SET", "BS"),
    ("TUPLE", "M"),
];

const COMPARATORS: [(&str, Comparator); 7] = [
    ("=", Comparator::Equal),
    ("<>", Comparator::NotEqual),
    ("!=", Comparator::NotEqual),
    ("<", Comparator::Less),
    ("<=", Comparator::LessOrEqual),
    (">", Comparator::Greater),
    (">=", Comparator::GreaterOrEqual),
];

impl<'t> Parser<'t> {
    pub(super) fn where_clause(&mut self) -> Parsed<Option<ConditionSyntax>> {
        let is_there = self.accept_keyword("WHERE");
        is_there.then(|| self.disjunction()).transpose()
    }

    fn disjunction(&mut self) -> Parsed<ConditionSyntax> {
        self.chain("OR", Self::conjunction, ConditionSyntax::Or)
    }

    fn conjunction(&mut self) -> Parsed<ConditionSyntax> {
        self.chain("AND", Self::negation, ConditionSyntax::And)
    }

    /// One or more of what `part` reads, with `operator` between them.
    fn chain(
        &mut self,
        operator: &str,
        part: fn(&mut Self) -> Parsed<ConditionSyntax>,
        combine: fn(Vec<ConditionSyntax>) -> ConditionSyntax,
    ) -> Parsed<ConditionSyntax> {
        let first = part(self)?;
        if !self.at_keyword(operator) {
            return Ok(first);
        }
        let mut conditions = vec![first];
        while self.accept_keyword(operator) {
            conditions.push(part(self)?);
        }
        Ok(combine(conditions))
    }

    fn negation(&mut self) -> Parsed<ConditionSyntax> {
        let mut is_negated = false;
        while self.accept_keyword("NOT") {
            is_negated = !is_negated;
        }
        let condition = if self.accept("(") {
            self.descend()?;
            let condition = self.disjunction()?;
            self.ascend();
            self.expect(")")?;
            condition
        } else {
            self.test()?
        };
        Ok(negated(condition, is_negated))
    }

    fn test(&mut self) -> Parsed<ConditionSyntax> {
        if let Some(test) = self.function_test()? {
            return Ok(condition(test));
        }
        let operand = self.operand()?;
        if let Some(comparator) = self.accept_comparator() {
            return Ok(condition(TestSyntax::Compare {
                comparator,
                left: operand,
                right: self.operand()?,
            }));
        }
        if self.accept_keyword("BETWEEN") {
            let lower = self.operand()?;
            self.expect_keyword("AND")?;
            return Ok(condition(TestSyntax::Between {
                operand,
                lower,
                upper: self.operand()?,
            }));
        }
        if self.accept_keyword("IS") {
            return self.type_test(operand);
        }
        let is_negated = self.accept_keyword("NOT");
        if self.accept_keyword("IN") {
            let candidates = self.candidates()?;
            let test = TestSyntax::In {
                operand,
                candidates,
            };
            return Ok(negated(condition(test), is_negated));
        }
        Err(self.expected("a comparison"))
    }

    /// What follows `operand IS`.
    fn type_test(&mut self, operand: OperandSyntax) -> Parsed<ConditionSyntax> {
        let OperandSyntax::Path(path) = operand else {
            return Err(syntax_error("IS needs a path before it"));
        };
        let is_negated = self.accept_keyword("NOT");
        if self.accept_keyword("MISSING") {
            return Ok(negated(condition(TestSyntax::IsMissing(path)), is_negated));
        }
        let named = TYPES.iter().find(|(name, _)| self.at_keyword(name));
        let Some((_, type_name)) = named else {
            return Err(self.expected("MISSING, NULL or a type"));
        };
        self.position += 1;
        Ok(negated(
            condition(TestSyntax::IsType(path, type_name)),
            is_negated,
        ))
    }

    fn candidates(&mut self) -> Parsed<Candidates> {
        if self.accept("?") {
            return Ok(Candidates::Parameter(self.parameter()));
        }
        let close = if self.accept("[") {
            "]"
        } else if self.accept("(") {
            ")"
        } else {
            return Err(self.expected("LEFT_BRACKET"));
        };
        let listed = self.comma_separated(Self::literal)?;
        self.expect(close)?;
        Ok(Candidates::Listed(listed))
    }

    /// A function that is a condition by itself, if one comes next.
    fn function_test(&mut self) -> Parsed<Option<TestSyntax>> {
        let name = match self.peek_function() {
            Some(name) if !name.eq_ignore_ascii_case("size") => name,
            _ => return Ok(None),
        };
        self.position += 2;
        let is = |function: &str| name.eq_ignore_ascii_case(function);
        if !is("begins_with") && !is("contains") && !is("attribute_type") {
            return Err(syntax_error(format!("Unknown function {name}")));
        }
        let path = self.path()?;
        self.expect(",")?;
        let test = if is("begins_with") {
            TestSyntax::BeginsWith(path, self.operand()?)
        } else if is("contains") {
            TestSyntax::Contains(path, self.operand()?)
        } else {
            TestSyntax::AttributeType(path, self.literal()?)
        };
        self.expect(")")?;
        Ok(Some(test))
    }

    fn operand(&mut self) -> Parsed<OperandSyntax> {
        if self.at_literal() {
            return self.literal().map(OperandSyntax::Literal);
        }
        match self.accept_function() {
            None => self.path().map(OperandSyntax::Path),
            Some(name) if name.eq_ignore_ascii_case("size") => {
                let path = self.path()?;
                self.expect(")")?;
                Ok(OperandSyntax::Size(path))
            }
            Some(name) => Err(syntax_error(format!("Function {name} has no value here"))),
        }
    }

    fn accept_comparator(&mut self) -> Option<Comparator> {
        let (_, comparator) = COMPARATORS.iter().find(|(symbol, _)| self.at(symbol))?;
        self.position += 1;
        Some(*comparator)
    }

    /// The name of the function whose call comes next, if one does.
    fn peek_function(&self) -> Option<&'t str> {
        let name = self.peek();
        let is_name = name.kind == TokenKind::Word
            && !KEYWORDS
                .iter()
                .any(|word| word.eq_ignore_ascii_case(name.text));
        let opens = self.token_at(self.position + 1);
        (is_name && opens.kind == TokenKind::Symbol && opens.text == "(").then_some(name.text)
    }

    /// Steps over a function's name and the parenthesis behind it.
    pub(super) fn accept_function(&mut self) -> Option<&'t str> {
        let name = self.peek_function()?;
        self.position += 2;
        Some(name)
    }
}

fn condition(test: TestSyntax) -> ConditionSyntax {
    ConditionSyntax::Test(Box::new(test))
}

fn negated(condition: ConditionSyntax, is_negated: bool) -> ConditionSyntax {
    match condition {
        condition if !is_negated => condition,
        ConditionSyntax::Not(inner) => *inner,
        condition => ConditionSyntax::Not(Box::new(condition)),
    }
}
