//! ExclusiveStartKey: where an earlier page ended, checked and located.

use anywhen_model::{Item, KeyError, KeySchema};
use bytes::Bytes;

use super::page::Source;
use crate::error::TableError;

/// Who asks; the texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Query,
    Scan,
}

const INVALID: &str = "The provided starting key is invalid";

/// The stored key, in the source, that the start key names. It need not exist.
pub(super) fn locate(
    source: &Source<'_>,
    operation: Operation,
    start: &Item,
) -> Result<Bytes, TableError> {
    let table_schema = &source.table.record().key_schema;
    let secret = source.table.hash_secret();
    let Some(index) = source.index else {
        check_names(start, &[table_schema], operation)?;
        let key = table_schema
            .key_of_key_map(start)
            .map_err(|error| match operation {
                Operation::Query => TableError::validation(error.to_string()),
                Operation::Scan => invalid(&error),
            })?;
        return Ok(key.stored(secret).into_bytes());
    };
    let index_schema = &index.record.key_schema;
    check_names(start, &[table_schema, index_schema], Operation::Query)?;
    let index_key = index_schema
        .key_of_key_map(&index_schema.attributes_of_item(start))
        .map_err(|error| TableError::validation(error.to_string()))?;
    let base = table_schema
        .key_of_key_map(&table_schema.attributes_of_item(start))
        .map_err(|error| invalid(&error))?;
    Ok(index_key
        .stored_index(secret, &base.stored(secret))
        .into_bytes())
}

/// The start key must have exactly the attributes of these schemas.
fn check_names(
    start: &Item,
    schemas: &[&KeySchema],
    operation: Operation,
) -> Result<(), TableError> {
    let mut names: Vec<&str> = schemas
        .iter()
        .flat_map(|schema| schema.attributes())
        .map(|attribute| attribute.name.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    if start.attributes.keys().map(String::as_str).eq(names) {
        return Ok(());
    }
    Err(match operation {
        Operation::Query => TableError::validation(INVALID),
        Operation::Scan => invalid(&KeyError::SchemaMismatch),
    })
}

fn invalid(error: &KeyError) -> TableError {
    TableError::validation(format!("{INVALID}: {error}"))
}
