//! What the PartiQL operations have in common: statements with their parameters, and pages of rows.
//!
//! A statement is read in this order: values of its parameters, its text, parameters in their
//! places, and the name of its table; what depends on the table comes after that. Which faults
//! refuse the whole call and which only one statement of several is for the operations to say.

use anywhen_expr::ExpressionError;
use anywhen_expr::partiql::BoundStatement;
use anywhen_model::{AttributeValue, Item, TableName, parse_value, write_item};
use anywhen_protocol::{Fault, RawJson};
use anywhen_table::REQUEST_HASH_BYTES;

use crate::body::{Body, write_list};
use crate::service::Context;
use crate::{fault, items};

/// The text of a fault that batches and single statements share.
pub(crate) const EXISTS_OUTSIDE_TRANSACTION: &str =
    "EXISTS is a statement of ExecuteTransaction only";

/// The table of a statement, and how the statement calls it: by name or ARN.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) table: TableName,
    pub(crate) reference: String,
}

/// One statement of a request.
pub(crate) struct Request {
    pub(crate) statement: BoundStatement,
    pub(crate) named: Named,
    /// A hash over the text and the values of the parameters.
    pub(crate) hash: [u8; REQUEST_HASH_BYTES],
}

impl Request {
    /// Reads a statement and puts its parameters in.
    pub(crate) fn read(
        context: &Context<'_>,
        text: Option<&str>,
        parameters: Option<&[RawJson]>,
    ) -> Result<Self, Fault> {
        let text = text.unwrap_or_default();
        let parameters = values(parameters.unwrap_or_default())?;
        let hash = hash(text, &parameters);
        let statement = context
            .service
            .expressions
            .statement(text)
            .and_then(|statement| statement.bind(parameters))
            .map_err(|error| refused(&error))?;
        let reference = statement.table().to_owned();
        let table = items::table_name(context, Some(&reference))?;
        Ok(Self {
            statement,
            named: Named { table, reference },
            hash,
        })
    }

    /// Whether the statement belongs to those that write, as EXISTS does.
    pub(crate) fn is_write(&self) -> bool {
        matches!(self.statement, BoundStatement::Write(_))
    }
}

fn values(parameters: &[RawJson]) -> Result<Vec<AttributeValue>, Fault> {
    let values = parameters.iter().map(|raw| parse_value(raw.as_str()));
    values
        .collect::<Result<_, _>>()
        .map_err(|error| fault::of_item_json(&error, false))
}

fn refused(error: &ExpressionError) -> Fault {
    Fault::validation(error.to_string())
}

/// The same for the same text with parameters of the same values, however they are spelled.
fn hash(text: &str, parameters: &[AttributeValue]) -> [u8; REQUEST_HASH_BYTES] {
    let mut meaning = (text.len() as u64).to_be_bytes().to_vec();
    meaning.extend_from_slice(text.as_bytes());
    let numbered = parameters.iter().enumerate();
    let numbered: Item = numbered
        .map(|(position, value)| (position.to_string(), value.clone()))
        .collect();
    anywhen_model::encode_item(&numbered, &mut meaning);
    anywhen_kms::fingerprint(&meaning)
}

/// The reply of a single statement, as far as its rows.
pub(crate) fn returned(row: Option<&Item>) -> Result<Body, Fault> {
    let mut body = Body::new();
    write_list(row, body.member("Items"), |item, out| {
        write_item(item, out);
        Ok(())
    })?;
    Ok(body)
}

/// The reply of a transaction that writes, as far as its responses: none, whatever it wrote.
pub(crate) fn no_responses() -> Body {
    let mut body = Body::new();
    body.member("Responses").extend_from_slice(b"[]");
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_equal_by_text_and_values() {
        let hash_of = |text: &str, parameters: &[&str]| {
            let raw: Vec<_> = parameters
                .iter()
                .map(|json| RawJson::from_text(*json))
                .collect();
            hash(text, &values(&raw).unwrap())
        };
        let one = hash_of(
            "SELECT * FROM t WHERE a = ? AND b = ?",
            &[r#"{"N":"1"}"#, r#"{"S":"x"}"#],
        );
        let spelled = [r#"{ "N" : "1.0" }"#, r#"{"S":"x"}"#];
        assert_eq!(
            one,
            hash_of("SELECT * FROM t WHERE a = ? AND b = ?", &spelled)
        );
        for (text, parameters) in [
            (
                "SELECT * FROM t WHERE b = ? AND a = ?",
                [r#"{"N":"1"}"#, r#"{"S":"x"}"#],
            ),
            (
                "SELECT * FROM t WHERE a = ? AND b = ?",
                [r#"{"S":"x"}"#, r#"{"N":"1"}"#],
            ),
            (
                "SELECT * FROM t WHERE a = ? AND b = ?",
                [r#"{"N":"2"}"#, r#"{"S":"x"}"#],
            ),
        ] {
            assert_ne!(one, hash_of(text, &parameters), "{text}");
        }
    }
}
