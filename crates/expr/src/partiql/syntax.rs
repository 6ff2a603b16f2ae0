//! Statements as written: the trees the parser builds, parameters not yet put in.
//!
//! They own what they hold, so that a parsed statement can be kept and bound to other parameters.

use anywhen_model::AttributeValue;

use crate::Path;
use crate::cache::is_dense_within_bound;
use crate::condition::Comparator;
use crate::update::Sign;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Syntax {
    Select(SelectSyntax),
    Insert {
        target: Target,
        item: Literal,
    },
    Update(UpdateSyntax),
    Delete {
        target: Target,
        condition: Option<ConditionSyntax>,
        returns_old: bool,
    },
    Exists(SelectSyntax),
}

/// A table or one of its indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) table: String,
    pub(super) index: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SelectSyntax {
    /// What is returned; without, whole items.
    pub(super) columns: Option<Vec<Path>>,
    pub(super) source: Target,
    pub(super) condition: Option<ConditionSyntax>,
    pub(super) order: Vec<OrderKey>,
}

/// One attribute of ORDER BY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OrderKey {
    pub(super) attribute: String,
    pub(super) is_descending: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UpdateSyntax {
    pub(super) target: Target,
    pub(super) changes: Vec<ChangeSyntax>,
    pub(super) condition: Option<ConditionSyntax>,
    pub(super) returning: Option<Returning>,
}

/// One change of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangeSyntax {
    pub(super) target: Path,
    /// What it is set to; without, it is removed.
    pub(super) value: Option<SumSyntax>,
}

const _: () = assert!(is_dense_within_bound::<ChangeSyntax>());

/// The right-hand side of SET: terms and the signs between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SumSyntax {
    pub(super) first: Term,
    pub(super) others: Vec<(Sign, Term)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Path(Path),
    Literal(Literal),
    ListAppend(Box<[Term; 2]>),
    SetAdd(Path, Literal),
    SetDelete(Path, Literal),
}

/// What a write returns of its item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returning {
    /// The whole item before.
    AllOld,
    /// The whole item after.
    AllNew,
    /// What the update was about, before.
    ModifiedOld,
    /// What the update was about, after.
    ModifiedNew,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ConditionSyntax {
    And(Vec<ConditionSyntax>),
    Or(Vec<ConditionSyntax>),
    Not(Box<ConditionSyntax>),
    /// In a box because conditions are handed up through every level of nesting.
    Test(Box<TestSyntax>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TestSyntax {
    Compare {
        comparator: Comparator,
        left: OperandSyntax,
        right: OperandSyntax,
    },
    Between {
        operand: OperandSyntax,
        lower: OperandSyntax,
        upper: OperandSyntax,
    },
    In {
        operand: OperandSyntax,
        candidates: Candidates,
    },
    IsMissing(Path),
    /// The type by its short name.
    IsType(Path, &'static str),
    BeginsWith(Path, OperandSyntax),
    Contains(Path, OperandSyntax),
    AttributeType(Path, Literal),
}

/// The list of IN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Candidates {
    Listed(Vec<Literal>),
    /// A parameter that is the whole list.
    Parameter(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum OperandSyntax {
    Path(Path),
    Literal(Literal),
    Size(Path),
}

const _: () = assert!(is_dense_within_bound::<Literal>());

/// A value as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// A string, number, boolean or null.
    Scalar(AttributeValue),
    /// The parameter at this position, counted from 0.
    Parameter(usize),
    List(Vec<Literal>),
    Map(Vec<(String, Literal)>),
    Set(Vec<Literal>),
}
