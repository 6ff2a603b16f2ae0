//! What the item operations have in common: table names, items, expressions.
//!
//! The order of checks inside a request is AWS's: placeholders without an expression; then
//! attribute values of keys and items; then names, values, and the expressions, each parsed and
//! checked before the next; then placeholders nobody used. [`Expressions`] holds that order
//! together for a request.

use std::collections::BTreeMap;

use anywhen_expr::{
    Condition, ConditionKind, ExpressionCache, ExpressionError, KeyCondition, Placeholders,
    Projection, Update,
};
use anywhen_model::{
    AttributeValue, Item, ItemJsonError, TableName, TableReference, parse_item, parse_value,
};
use anywhen_protocol::{Fault, RawJson};
use anywhen_table::TableError;
use serde_json::value::RawValue;

use crate::fault;
use crate::service::Context;

/// The table of a request, by name or by ARN of the caller's account and Region.
pub(crate) fn table_name(context: &Context<'_>, text: Option<&str>) -> Result<TableName, Fault> {
    let text = text.ok_or_else(|| {
        Fault::validation(
            "The parameter 'TableName' is required but was not present in the request",
        )
    })?;
    match TableReference::parse(text) {
        Ok(TableReference::Name(name)) => Ok(name),
        Ok(TableReference::Arn(arn)) if arn.realm.account != context.realm.account => {
            Err(Fault::access_denied("Access is denied"))
        }
        Ok(TableReference::Arn(arn)) if arn.realm.region != context.realm.region => {
            Err(Fault::validation(format!(
                "1 validation error detected: Invalid AWS region in '{text}'"
            )))
        }
        Ok(TableReference::Arn(arn)) => Ok(arn.table),
        Err(_) if text.starts_with("arn:") => {
            Err(Fault::validation(format!("Invalid table ARN: {text}")))
        }
        Err(_) => Err(Fault::validation(
            "Invalid table/index name.  Table/index names must be between 3 and 255 characters \
             long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'",
        )),
    }
}

/// An item or key of a request; absent only if validation let it be.
pub(crate) fn item(raw: Option<&RawJson>, prefixed: bool) -> Result<Item, Fault> {
    let json = raw.map_or("{}", RawJson::as_str);
    parse_item(json).map_err(|error| fault::of_item_json(&error, prefixed))
}

/// The expressions of one request, read in AWS's order.
pub(crate) struct Expressions<'c> {
    cache: &'c ExpressionCache,
    placeholders: Placeholders,
    prefixed: bool,
}

/// What a request gives of placeholders, and which expressions could use them.
pub(crate) struct Given<'a> {
    pub(crate) names: Option<&'a BTreeMap<String, String>>,
    pub(crate) values: Option<&'a RawJson>,
    /// Expressions that may use names only.
    pub(crate) projection: Option<&'a str>,
    /// Expressions that may use names and values, in the order texts list them.
    pub(crate) with_values: &'a [(&'static str, Option<&'a str>)],
    /// Whether request-level texts of the operation carry AWS's prefix.
    pub(crate) prefixed: bool,
}

impl Given<'_> {
    /// Placeholders without an expression that could use them are refused before anything else.
    pub(crate) fn check_needed(&self) -> Result<(), Fault> {
        let any_with_values = self.with_values.iter().any(|(_, text)| text.is_some());
        if self.names.is_some() && self.projection.is_none() && !any_with_values {
            return Err(Fault::validation(
                "ExpressionAttributeNames can only be specified when using expressions",
            ));
        }
        if self.values.is_some() && !any_with_values {
            let names: Vec<&str> = self.with_values.iter().map(|(name, _)| *name).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            return Err(Fault::validation(format!(
                "ExpressionAttributeValues can only be specified when using expressions: {} {verb} \
                 null",
                names.join(" and ")
            )));
        }
        Ok(())
    }

    /// Reads the placeholders.
    pub(crate) fn read<'c>(&self, context: &Context<'c>) -> Result<Expressions<'c>, Fault> {
        let prefixed = self.prefixed;
        let expression_fault = |error: ExpressionError| fault::of_expression(&error, prefixed);
        let raw_values = self.values.map(raw_values).transpose()?;
        Placeholders::check(self.names, raw_values.as_ref()).map_err(expression_fault)?;
        let values = match raw_values {
            Some(raw) => Some(self.parse_values(&raw)?),
            None => None,
        };
        let placeholders =
            Placeholders::new(self.names.cloned(), values).map_err(expression_fault)?;
        Ok(Expressions {
            cache: &context.service.expressions,
            placeholders,
            prefixed,
        })
    }

    fn parse_values(
        &self,
        raw: &BTreeMap<String, &RawValue>,
    ) -> Result<BTreeMap<String, AttributeValue>, Fault> {
        raw.iter()
            .map(|(key, json)| match parse_value(json.get()) {
                Ok(value) => Ok((key.clone(), value)),
                // Where AWS prefixes a text it does not name the value's key.
                Err(ItemJsonError::Validation(text))
                    if !(self.prefixed && fault::is_prefixed_value_text(&text)) =>
                {
                    Err(Fault::validation(format!(
                        "ExpressionAttributeValues contains invalid value: {text} for key {key}"
                    )))
                }
                Err(error) => Err(fault::of_item_json(&error, self.prefixed)),
            })
            .collect()
    }
}

fn raw_values(raw: &RawJson) -> Result<BTreeMap<String, &RawValue>, Fault> {
    let values: BTreeMap<String, &RawValue> = serde_json::from_str(raw.as_str())
        .map_err(|_| Fault::serialization("Unexpected field type"))?;
    Ok(values
        .into_iter()
        .filter(|(_, value)| value.get() != "null")
        .collect())
}

impl Expressions<'_> {
    fn fault(&self, error: &ExpressionError) -> Fault {
        fault::of_expression(error, self.prefixed)
    }

    pub(crate) fn update(&mut self, text: Option<&str>) -> Result<Option<Update>, Fault> {
        let parsed = text
            .map(|text| self.cache.update(text, &mut self.placeholders))
            .transpose();
        parsed.map_err(|error| self.fault(&error))
    }

    pub(crate) fn condition(&mut self, text: Option<&str>) -> Result<Option<Condition>, Fault> {
        self.condition_of(ConditionKind::Condition, text)
    }

    pub(crate) fn filter(&mut self, text: Option<&str>) -> Result<Option<Condition>, Fault> {
        self.condition_of(ConditionKind::Filter, text)
    }

    fn condition_of(
        &mut self,
        kind: ConditionKind,
        text: Option<&str>,
    ) -> Result<Option<Condition>, Fault> {
        let parsed = text
            .map(|text| self.cache.condition(kind, text, &mut self.placeholders))
            .transpose();
        parsed.map_err(|error| self.fault(&error))
    }

    pub(crate) fn key_condition(
        &mut self,
        text: Option<&str>,
    ) -> Result<Option<KeyCondition>, Fault> {
        let parsed = text
            .map(|text| self.cache.key_condition(text, &mut self.placeholders))
            .transpose();
        parsed.map_err(|error| self.fault(&error))
    }

    pub(crate) fn projection(&mut self, text: Option<&str>) -> Result<Option<Projection>, Fault> {
        let parsed = text
            .map(|text| self.cache.projection(text, &mut self.placeholders))
            .transpose();
        parsed.map_err(|error| self.fault(&error))
    }

    /// Ends the reading: every placeholder must have been used.
    pub(crate) fn finish(self) -> Result<(), Fault> {
        self.placeholders
            .unused()
            .map_err(|error| fault::of_expression(&error, self.prefixed))
    }
}

/// Runs a read that may wait for the disk for as long as a page takes.
pub(crate) async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, TableError> + Send + 'static,
) -> Result<T, Fault> {
    match anywhen_engine::blocking::spawn(read).await {
        Ok(outcome) => outcome.map_err(fault::of_table),
        Err(error) => Err(fault::internal(&error.to_string())),
    }
}
