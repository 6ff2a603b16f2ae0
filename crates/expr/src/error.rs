//! What can be wrong with an expression, and with applying one.
//!
//! The `Display` of every error is exactly the text DynamoDB puts into its ValidationException,
//! without the `1 validation error detected: ` that some operations put in front: whether that
//! belongs there depends on the operation and on the [kind](ExpressionError::kind).

use std::fmt;

/// The request parameter an expression came in; error texts name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpressionParameter {
    /// `UpdateExpression`.
    Update,
    /// `ConditionExpression`.
    Condition,
    /// `KeyConditionExpression`.
    KeyCondition,
    /// `FilterExpression`.
    Filter,
    /// `ProjectionExpression`.
    Projection,
}

impl fmt::Display for ExpressionParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Update => "UpdateExpression",
            Self::Condition => "ConditionExpression",
            Self::KeyCondition => "KeyConditionExpression",
            Self::Filter => "FilterExpression",
            Self::Projection => "ProjectionExpression",
        })
    }
}

/// The class of an [`ExpressionError`]: when in a request's validation it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExpressionErrorKind {
    /// `ExpressionAttributeNames` or `ExpressionAttributeValues` is empty or holds a bad entry.
    PlaceholderMap,
    /// The expression is the empty string.
    Empty,
    /// The expression is longer than 4,096 bytes.
    TooLarge,
    /// The text does not follow the grammar.
    Syntax,
    /// The text parses but means nothing: undefined placeholders, wrong operands, clashing paths.
    Semantics,
    /// An entry of the placeholder maps is used by no expression of the request.
    UnusedPlaceholder,
    /// One of the parameters that are older than expressions contradicts itself.
    LegacyParameter,
    /// A key condition uses something that no key condition may, whatever the table.
    KeyConditionShape,
    /// A key condition does not fit the key schema of the table or index: found after the look-up.
    KeyConditionSchema,
    /// A path goes through, or names, a key attribute where none may: found after the look-up.
    KeyAttribute,
}

/// An expression, or the placeholders it uses, that the request must be refused for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExpressionError {
    kind: ExpressionErrorKind,
    message: String,
}

impl ExpressionError {
    /// The class of the error.
    pub fn kind(&self) -> ExpressionErrorKind {
        self.kind
    }

    /// An error whose text stands alone.
    pub(crate) fn new(kind: ExpressionErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }

    /// An error whose text begins by naming the parameter it is about.
    pub(crate) fn invalid(
        parameter: ExpressionParameter,
        kind: ExpressionErrorKind,
        text: impl fmt::Display,
    ) -> Self {
        Self::new(kind, format!("Invalid {parameter}: {text}"))
    }

    /// An error in the meaning of an expression that parses.
    pub(crate) fn semantics(parameter: ExpressionParameter, text: impl fmt::Display) -> Self {
        Self::invalid(parameter, ExpressionErrorKind::Semantics, text)
    }
}
