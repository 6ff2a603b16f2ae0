//! TransactWriteItems: up to 100 writes and checks that happen together or not at all.

use std::collections::BTreeMap;

use anywhen_protocol::{Fault, RawJson, shapes};
use anywhen_table::{
    CancellationReason, Charge, ClientRequestToken, ItemChange, REQUEST_HASH_BYTES, TableError,
    TransactAction, WriteAction,
};

use crate::body::Body;
use crate::consumed::{Asked, Collections, Report, Transaction};
use crate::fault;
use crate::items::{self, Given};
use crate::service::{Context, Done};

pub(super) async fn run(
    context: &Context<'_>,
    input: shapes::TransactWriteItemsInput,
) -> Result<Done, Fault> {
    let entries = input.transact_items.unwrap_or_default();
    let entries = entries
        .iter()
        .map(Entry::of)
        .collect::<Result<Vec<_>, _>>()?;
    let actions = entries
        .iter()
        .map(|entry| entry.read(context))
        .collect::<Result<Vec<_>, _>>()?;
    let token = input.client_request_token.map(|token| ClientRequestToken {
        token,
        request_hash: request_hash(&entries),
    });
    let shows_item: Vec<bool> = entries.iter().map(|entry| entry.shows_item).collect();
    let outcome = context
        .tables()
        .await?
        .transact_write(&actions, token.as_ref())
        .await;
    let outcome = outcome.map_err(|error| fault::of_table(hide_items(error, &shows_item)))?;
    let mut body = Body::new();
    let asked = Asked::of(input.return_consumed_capacity.as_ref());
    let mut collections = Collections::new(input.return_item_collection_metrics.as_ref());
    if outcome.repeated.is_empty() {
        let mut report = Report::new(asked, Transaction::Writes);
        let actions = entries.iter().zip(&actions);
        for ((entry, action), outcome) in actions.zip(&outcome.outcomes) {
            let reference = entry.table.unwrap_or_default();
            report.add_charge(reference, &outcome.charge);
            if entry.kind != "Check" {
                let (table, key) = (&outcome.charge.table, action.action.change.key());
                collections.add(reference, table, key).await;
            }
        }
        collections.write_map(&mut body)?;
        report.write_list(&mut body)?;
    } else {
        // A repetition has written nothing and is told what it has read.
        let mut report = Report::new(asked, Transaction::Reads);
        for charge in &outcome.repeated {
            report.add_charge(reference_of(&entries, &actions, charge), charge);
        }
        report.write_list(&mut body)?;
    }
    Ok(Done {
        body: body.finish(),
        commit_timestamp: Some(outcome.timestamp),
    })
}

/// What the request called the table of a charge.
fn reference_of<'a>(entries: &[Entry<'a>], actions: &[TransactAction], charge: &Charge) -> &'a str {
    let mut named = entries.iter().zip(actions);
    let found = named.find(|(_, action)| action.table == charge.table.record().name);
    found.and_then(|(entry, _)| entry.table).unwrap_or_default()
}

/// One action in the form all four kinds share.
struct Entry<'a> {
    kind: &'static str,
    table: Option<&'a str>,
    key_or_item: Option<&'a RawJson>,
    update: Option<&'a str>,
    condition: Option<&'a str>,
    names: Option<&'a BTreeMap<String, String>>,
    values: Option<&'a RawJson>,
    shows_item: bool,
}

impl<'a> Entry<'a> {
    fn of(item: &'a shapes::TransactWriteItem) -> Result<Self, Fault> {
        macro_rules! entry {
            ($kind:literal, $action:expr, $key:expr, $update:expr) => {
                Self {
                    kind: $kind,
                    table: $action.table_name.as_deref(),
                    key_or_item: $key.as_ref(),
                    update: $update,
                    condition: $action.condition_expression.as_deref(),
                    names: $action.expression_attribute_names.as_ref(),
                    values: $action.expression_attribute_values.as_ref(),
                    shows_item: $action.return_values_on_condition_check_failure.as_deref()
                        == Some("ALL_OLD"),
                }
            };
        }
        match (&item.condition_check, &item.put, &item.update, &item.delete) {
            (Some(check), None, None, None) => Ok(entry!("Check", check, check.key, None)),
            (None, Some(put), None, None) => Ok(entry!("Put", put, put.item, None)),
            (None, None, Some(update), None) => Ok(entry!(
                "Update",
                update,
                update.key,
                update.update_expression.as_deref()
            )),
            (None, None, None, Some(delete)) => Ok(entry!("Delete", delete, delete.key, None)),
            _ => Err(Fault::validation(
                "TransactItems can only contain one of Check, Put, Update or Delete",
            )),
        }
    }

    fn read(&self, context: &Context<'_>) -> Result<TransactAction, Fault> {
        let key_or_item = items::item(self.key_or_item, false)?;
        let given = Given {
            names: self.names,
            values: self.values,
            projection: None,
            with_values: &[],
            prefixed: false,
        };
        // Placeholders without any expression are accepted inside transactions, as AWS does.
        let mut expressions = given.read(context)?;
        let update = expressions.update(self.update)?;
        let condition = expressions.condition(self.condition)?;
        if update.is_some() || condition.is_some() {
            expressions.finish()?;
        }
        let change = match self.kind {
            "Put" => ItemChange::Put(key_or_item),
            "Update" => ItemChange::Update {
                key: key_or_item,
                update,
            },
            "Delete" => ItemChange::Delete { key: key_or_item },
            _ => ItemChange::Check { key: key_or_item },
        };
        let table = items::table_name(context, self.table)?;
        Ok(TransactAction {
            table,
            action: WriteAction { change, condition },
        })
    }

    /// Appends what the action means: the same for requests that differ only in the order of
    /// JSON members or in how a number is spelled.
    fn write_meaning(&self, out: &mut Vec<u8>) {
        let part = |bytes: &[u8], out: &mut Vec<u8>| {
            out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
            out.extend_from_slice(bytes);
        };
        for text in [Some(self.kind), self.table, self.update, self.condition] {
            part(text.unwrap_or_default().as_bytes(), out);
        }
        for raw in [self.key_or_item, self.values] {
            let mut canonical = Vec::new();
            // What does not parse has been refused before a token is looked at.
            let item = raw.and_then(|raw| anywhen_model::parse_value_map(raw.as_str()).ok());
            anywhen_model::encode_item(&item.unwrap_or_default(), &mut canonical);
            part(&canonical, out);
        }
        for (placeholder, name) in self.names.into_iter().flatten() {
            part(placeholder.as_bytes(), out);
            part(name.as_bytes(), out);
        }
        out.push(u8::from(self.shows_item));
    }
}

/// A hash over the meaning of all actions in their order.
fn request_hash(entries: &[Entry<'_>]) -> [u8; REQUEST_HASH_BYTES] {
    let mut meaning = Vec::new();
    for entry in entries {
        entry.write_meaning(&mut meaning);
    }
    anywhen_kms::fingerprint(&meaning)
}

/// Takes the items out of reasons whose actions did not ask for them.
pub(super) fn hide_items(error: TableError, shows_item: &[bool]) -> TableError {
    match error {
        TableError::TransactionCanceled { mut reasons } => {
            for (reason, shows) in reasons.iter_mut().zip(shows_item) {
                if let (CancellationReason::ConditionalCheckFailed { item }, false) =
                    (reason, *shows)
                {
                    *item = None;
                }
            }
            TableError::TransactionCanceled { reasons }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(json: &str) -> [u8; REQUEST_HASH_BYTES] {
        let input: shapes::TransactWriteItemsInput =
            anywhen_protocol::parse_input(json.as_bytes()).unwrap();
        let items = input.transact_items.unwrap();
        request_hash(
            &items
                .iter()
                .map(|item| Entry::of(item).unwrap())
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn requests_are_equal_by_meaning() {
        let a = r#"{"TransactItems":[{"Put":{"TableName":"tab","Item":{"p":{"S":"x"},"n":{"N":"1"}}}}]}"#;
        let b = r#"{"TransactItems":[{"Put":{"Item":{"n":{"N":"1.0"},"p":{"S":"x"}},"TableName":"tab"}}]}"#;
        let c = r#"{"TransactItems":[{"Put":{"Item":{"n":{"N":"2"},"p":{"S":"x"}},"TableName":"tab"}}]}"#;
        assert_eq!(hash(a), hash(b));
        assert_ne!(hash(a), hash(c));
    }
}
