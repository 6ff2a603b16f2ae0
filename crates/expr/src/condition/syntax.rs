//! The grammar of conditions, filters and key conditions.
//!
//! ```text
//! condition  := and { OR and }
//! and        := not { AND not }
//! not        := { NOT } test
//! test       := operand comparator operand | operand BETWEEN operand AND operand
//!             | operand IN '(' operand { ',' operand } ')' | function | '(' condition ')'
//! comparator := '=' | '<>' | '<' | '<=' | '>' | '>='
//! ```
//!
//! Operands are those of [`crate::operand`]. A parenthesis may open a condition or an operand, and a
//! function call may be either; which one it was shows only behind it. The parser therefore reads
//! a [`ConditionOrOperand`] and settles the matter where one of the two is needed. Chains of AND, OR and NOT do not nest, so a tree is only
//! as deep as the parentheses of its text.

use crate::cursor::Cursor;
use crate::operand::Phrase;
use crate::syntax::{RawFunction, RawOperand};
use crate::{ExpressionError, ExpressionParameter};

/// A condition as written.
#[derive(Debug)]
pub(super) enum RawCondition {
    And(Vec<RawCondition>),
    Or(Vec<RawCondition>),
    Not(Box<RawCondition>),
    /// In a box because conditions are handed up through every level of nesting.
    Test(Box<RawTest>),
}

/// A comparison or function call: what is true or false by itself.
#[derive(Debug)]
pub(super) enum RawTest {
    Compare {
        comparator: Comparator,
        operands: [RawOperand; 2],
    },
    /// The operand, then the lower and the upper bound.
    Between {
        operands: [RawOperand; 3],
    },
    In {
        operand: RawOperand,
        candidates: Vec<RawOperand>,
    },
    Function(RawFunction),
}

/// The six comparison operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    const ALL: [Self; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// The operator as it is written.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// Parses the whole of `text`.
pub(super) fn parse(
    parameter: ExpressionParameter,
    text: &str,
) -> Result<RawCondition, ExpressionError> {
    let mut cursor = Cursor::new(parameter, text)?;
    let phrase = disjunction(&mut cursor)?;
    let condition = into_condition(&cursor, phrase)?;
    cursor.finish()?;
    Ok(condition)
}

/// A condition or an operand. A function call counts as an operand until it is used.
#[derive(Debug)]
enum ConditionOrOperand {
    Condition(RawCondition),
    Operand(RawOperand),
}

type Parsed = Result<Phrase<ConditionOrOperand>, ExpressionError>;

fn disjunction(cursor: &mut Cursor<'_>) -> Parsed {
    chain(cursor, "OR", conjunction, RawCondition::Or)
}

fn conjunction(cursor: &mut Cursor<'_>) -> Parsed {
    chain(cursor, "AND", negation, RawCondition::And)
}

/// One or more of what `part` reads, with `operator` between them.
fn chain<'t>(
    cursor: &mut Cursor<'t>,
    operator: &str,
    part: fn(&mut Cursor<'t>) -> Parsed,
    combine: fn(Vec<RawCondition>) -> RawCondition,
) -> Parsed {
    let first = part(cursor)?;
    if !cursor.at_keyword(operator) {
        return Ok(first);
    }
    let mut conditions = vec![into_condition(cursor, first)?];
    while cursor.accept_keyword(operator) {
        cursor.count_operator();
        let next = part(cursor)?;
        conditions.push(into_condition(cursor, next)?);
    }
    Ok(bare_condition(combine(conditions)))
}

fn negation(cursor: &mut Cursor<'_>) -> Parsed {
    let mut negations = 0;
    while cursor.accept_keyword("NOT") {
        cursor.count_operator();
        negations += 1;
    }
    let phrase = test(cursor)?;
    if negations == 0 {
        return Ok(phrase);
    }
    let condition = into_condition(cursor, phrase)?;
    let is_negated = negations % 2 == 1;
    Ok(bare_condition(if is_negated {
        RawCondition::Not(Box::new(condition))
    } else {
        condition
    }))
}

/// An operand with the comparison behind it; or just a phrase, if there is no comparison.
fn test(cursor: &mut Cursor<'_>) -> Parsed {
    let mut phrase = primary(cursor)?;
    if let ConditionOrOperand::Operand(operand) = phrase.body {
        let body = comparison(cursor, operand)?;
        phrase.in_parentheses &= matches!(body, ConditionOrOperand::Operand(_));
        phrase.body = body;
    }
    Ok(phrase)
}

/// The comparison of `left` with what follows it, or `left` itself if nothing does.
fn comparison(
    cursor: &mut Cursor<'_>,
    left: RawOperand,
) -> Result<ConditionOrOperand, ExpressionError> {
    let test = if let Some(comparator) = accept_comparator(cursor) {
        RawTest::Compare {
            comparator,
            operands: [left, cursor.operand()?],
        }
    } else if cursor.accept_keyword("BETWEEN") {
        cursor.count_operator();
        let lower = cursor.operand()?;
        cursor.expect_keyword("AND")?;
        RawTest::Between {
            operands: [left, lower, cursor.operand()?],
        }
    } else if cursor.accept_keyword("IN") {
        cursor.count_operator();
        RawTest::In {
            operand: left,
            candidates: cursor.operand_list()?,
        }
    } else {
        return Ok(ConditionOrOperand::Operand(left));
    };
    Ok(ConditionOrOperand::Condition(RawCondition::Test(Box::new(
        test,
    ))))
}

fn accept_comparator(cursor: &mut Cursor<'_>) -> Option<Comparator> {
    let comparator = Comparator::ALL
        .into_iter()
        .find(|comparator| cursor.accept(comparator.symbol()))?;
    cursor.count_operator();
    Some(comparator)
}

/// An operand, or anything in parentheses.
fn primary(cursor: &mut Cursor<'_>) -> Parsed {
    if !cursor.at("(") {
        return cursor
            .bare_operand()
            .map(ConditionOrOperand::Operand)
            .map(Phrase::bare);
    }
    let mut phrase = cursor.parenthesised(disjunction)?;
    if let ConditionOrOperand::Operand(operand) = &mut phrase.body
        && cursor.steps_after_parentheses(operand)?
    {
        phrase.in_parentheses = false;
    }
    Ok(phrase)
}

fn bare_condition(condition: RawCondition) -> Phrase<ConditionOrOperand> {
    Phrase::bare(ConditionOrOperand::Condition(condition))
}

/// Takes `phrase` for a condition; a syntax error at the next token if it cannot be one.
fn into_condition(
    cursor: &Cursor<'_>,
    phrase: Phrase<ConditionOrOperand>,
) -> Result<RawCondition, ExpressionError> {
    match phrase.body {
        ConditionOrOperand::Condition(condition) => Ok(condition),
        ConditionOrOperand::Operand(RawOperand::Function(function)) => {
            Ok(RawCondition::Test(Box::new(RawTest::Function(function))))
        }
        ConditionOrOperand::Operand(_) => Err(cursor.syntax_error()),
    }
}

impl RawCondition {
    /// Calls `visit` with every test, from left to right.
    pub(super) fn each_test<E>(
        &self,
        visit: &mut impl FnMut(&RawTest) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Self::And(conditions) | Self::Or(conditions) => conditions
                .iter()
                .try_for_each(|condition| condition.each_test(visit)),
            Self::Not(condition) => condition.each_test(visit),
            Self::Test(test) => visit(test),
        }
    }
}

impl RawTest {
    /// The operands, from left to right; of a function call, the arguments.
    pub(super) fn operands(&self) -> impl Iterator<Item = &RawOperand> {
        let (first, others): (&[_], &[_]) = match self {
            Self::Compare { operands, .. } => (operands, &[]),
            Self::Between { operands } => (operands, &[]),
            Self::In {
                operand,
                candidates,
            } => (std::slice::from_ref(operand), candidates),
            Self::Function(function) => (&function.arguments, &[]),
        };
        first.iter().chain(others)
    }
}
