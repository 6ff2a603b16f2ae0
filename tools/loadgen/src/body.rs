//! Requests of the API: operation name and JSON body.

use std::fmt::Write as _;

use crate::records::{Records, field_name};
use crate::workload::Request;

/// Writes bodies for one table.
pub(crate) struct Bodies<'a> {
    pub(crate) table: &'a str,
    pub(crate) records: &'a Records,
    pub(crate) consistent_reads: bool,
}

impl Bodies<'_> {
    /// A GetItem.
    pub(crate) fn get(&self, record: u64, body: &mut String) -> &'static str {
        self.open(body);
        body.push_str(r#","Key":"#);
        self.records.write_key(record, body);
        // Writing to a string cannot fail, here and below.
        let _ = write!(body, r#","ConsistentRead":{}}}"#, self.consistent_reads);
        "GetItem"
    }

    /// A PutItem.
    pub(crate) fn put(&self, record: u64, version: u64, body: &mut String) -> &'static str {
        self.open(body);
        body.push_str(r#","Item":"#);
        self.records.write_item(record, version, body);
        body.push('}');
        "PutItem"
    }

    /// An UpdateItem of one field.
    pub(crate) fn update(&self, request: &Request, body: &mut String) -> &'static str {
        body.clear();
        self.write_update(request, first(request), body);
        "UpdateItem"
    }

    /// A Query of one partition from a record on.
    pub(crate) fn query(&self, request: &Request, body: &mut String) -> &'static str {
        self.open(body);
        let record = first(request);
        let _ = write!(
            body,
            r#","KeyConditionExpression":"pk = :p AND sk >= :s","ExpressionAttributeValues":{{":p":{{"S":"{}"}},":s":{{"S":"{}"}}}},"Limit":{},"ConsistentRead":{}}}"#,
            self.records.partition_key(record),
            self.records.sort_key(record),
            request.limit,
            self.consistent_reads
        );
        "Query"
    }

    /// A TransactGetItems.
    pub(crate) fn transact_get(&self, request: &Request, body: &mut String) -> &'static str {
        transaction(request, body, "Get", |record, body| {
            let _ = write!(body, r#"{{"TableName":"{}","Key":"#, self.table);
            self.records.write_key(record, body);
            body.push('}');
        });
        "TransactGetItems"
    }

    /// A TransactWriteItems of updates.
    pub(crate) fn transact_write(&self, request: &Request, body: &mut String) -> &'static str {
        transaction(request, body, "Update", |record, body| {
            self.write_update(request, record, body);
        });
        "TransactWriteItems"
    }

    fn write_update(&self, request: &Request, record: u64, body: &mut String) {
        let _ = write!(body, r#"{{"TableName":"{}","Key":"#, self.table);
        self.records.write_key(record, body);
        let _ = write!(
            body,
            r#","UpdateExpression":"SET {} = :v","ExpressionAttributeValues":{{":v":{{"S":"{}"}}}}}}"#,
            field_name(request.field),
            self.records.value(record, request.field, request.version)
        );
    }

    fn open(&self, body: &mut String) {
        body.clear();
        let _ = write!(body, r#"{{"TableName":"{}""#, self.table);
    }
}

/// The record of a request that is about one.
pub(crate) fn first(request: &Request) -> u64 {
    request.records.first().copied().unwrap_or_default()
}

fn transaction(
    request: &Request,
    body: &mut String,
    action: &str,
    mut write_action: impl FnMut(u64, &mut String),
) {
    body.clear();
    body.push_str(r#"{"TransactItems":["#);
    for (index, record) in request.records.iter().enumerate() {
        if index > 0 {
            body.push(',');
        }
        let _ = write!(body, r#"{{"{action}":"#);
        write_action(*record, body);
        body.push('}');
    }
    body.push_str("]}");
}
