//! Statements from text to plan.

mod parsing;
mod planning;
mod random;

use anywhen_model::{AttributeValue, KeyAttribute, KeySchema, ScalarType};

use super::{BoundStatement, ReadPlan, Select, Statement, Write, WritePlan};

fn attribute(name: &str, scalar_type: ScalarType) -> KeyAttribute {
    KeyAttribute {
        name: name.to_owned(),
        scalar_type,
    }
}

/// Partition key `pk` (S), sort key `sk` (N).
fn schema() -> KeySchema {
    KeySchema {
        partition: vec![attribute("pk", ScalarType::S)],
        sort: vec![attribute("sk", ScalarType::N)],
    }
}

fn bound(text: &str, parameters: &[AttributeValue]) -> Result<BoundStatement, String> {
    Statement::parse(text)
        .and_then(|statement| statement.bind(parameters.to_vec()))
        .map_err(|error| error.to_string())
}

/// The text of the error that parsing or binding gives.
fn refused(text: &str) -> String {
    refused_with(text, &[])
}

fn refused_with(text: &str, parameters: &[AttributeValue]) -> String {
    bound(text, parameters).map(drop).unwrap_err()
}

fn select(text: &str, parameters: &[AttributeValue]) -> Select {
    match bound(text, parameters) {
        Ok(BoundStatement::Select(select)) => select,
        other => panic!("{text}: {other:?}"),
    }
}

fn write(text: &str, parameters: &[AttributeValue]) -> Write {
    match bound(text, parameters) {
        Ok(BoundStatement::Write(write)) => write,
        other => panic!("{text}: {other:?}"),
    }
}

fn read_plan(text: &str) -> ReadPlan {
    select(text, &[]).plan(&schema()).unwrap()
}

fn write_plan(text: &str) -> WritePlan {
    write(text, &[]).plan(&schema()).unwrap()
}
