//! Transactions: everything or nothing, and once if a token says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Answer, Database, EMPTY_INDEX_KEY, Reason, Refusal, not_found};
use crate::capacity::{Bill, Collections, Kind, Options};
use crate::fault::Fault;
use crate::generate::Call;
use crate::request::{Change, Get, Write};
use crate::schema::{key_of, schema_of};
use crate::value::Item;

impl Database {
    /// A transaction, unless its token says that it has been done.
    pub(super) fn transact_write_once(&mut self, writes: &[Write], call: &Call) -> Answer {
        let asked_for = call.request.body();
        let done = call.options.token.and_then(|token| self.tokens.get(token));
        match done {
            None => {
                let answer = self.transact_write(writes, &call.options);
                if let (Answer::Is(_), Some(token)) = (&answer, call.options.token) {
                    self.tokens.insert(token, asked_for);
                }
                answer
            }
            Some(done) if *done == asked_for => {
                let mut bill = Bill::new(Kind::TransactionOfReads);
                for write in writes {
                    let item = self.item(write.table, write.change.key());
                    bill.add_read(write.table, item, true);
                }
                let mut body = json!({});
                bill.show_list(&call.options, &mut body);
                Answer::Is(body)
            }
            Some(_) => {
                let mismatch = Fault::coded("IdempotentParameterMismatchException");
                // It need not be looked for before the tables are.
                let mut database = Self {
                    items: self.items.clone(),
                    tokens: BTreeMap::new(),
                };
                let mut faults = match database.transact_write(writes, &call.options) {
                    Answer::Fails(faults) => faults,
                    _ => Vec::new(),
                };
                faults.push(mismatch);
                Answer::Fails(faults)
            }
        }
    }

    fn transact_write(&mut self, writes: &[Write], options: &Options) -> Answer {
        let Some(schemas) = writes
            .iter()
            .map(|write| schema_of(write.table))
            .collect::<Option<Vec<_>>>()
        else {
            return not_found();
        };
        let mut keys = BTreeSet::new();
        let mut faults = Vec::new();
        for (write, schema) in writes.iter().zip(&schemas) {
            if !write.schema_faults(schema).is_empty() {
                // Some refuse the request and some cancel it.
                faults.push(Fault::validation(""));
                faults.push(Fault::coded("TransactionCanceledException"));
            } else if !keys.insert((write.table, key_of(schema, write.change.key()))) {
                faults.push(Fault::validation(
                    "Transaction request cannot include multiple operations on one item",
                ));
            }
        }
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let outcomes = writes.iter().zip(&schemas).map(|(write, schema)| {
            write.outcome(schema, self.item(write.table, write.change.key()))
        });
        let outcomes: Vec<_> = outcomes.collect();
        let is_refused = |outcome: &Result<_, Refusal>| matches!(outcome, Err(Refusal::Invalid(texts)) if texts.contains(&EMPTY_INDEX_KEY));
        if outcomes.iter().any(is_refused) {
            return Answer::Fails(vec![
                Fault::validation(""),
                Fault::coded("TransactionCanceledException"),
            ]);
        }
        if outcomes.iter().any(Result::is_err) {
            return Answer::Cancelled(outcomes.into_iter().map(reasons).collect());
        }
        let mut bill = Bill::new(Kind::TransactionOfWrites);
        let mut collections = Collections::default();
        for ((write, new), schema) in writes.iter().zip(outcomes).zip(schemas) {
            let (key, new) = (write.change.key(), new.unwrap());
            bill.add_write(schema, self.item(write.table, key), new.as_ref());
            if !matches!(write.change, Change::Check(_)) {
                collections.add(schema, key);
            }
            self.store(write.table, key, new);
        }
        let mut body = json!({});
        bill.show_list(options, &mut body);
        collections.show_map(options, &mut body);
        Answer::Is(body)
    }

    pub(super) fn transact_get(&self, gets: &[Get], options: &Options) -> Answer {
        let mut faults = Vec::new();
        let mut keys = BTreeSet::new();
        for get in gets {
            let Some(schema) = schema_of(get.table) else {
                return not_found();
            };
            if !get.schema_faults(schema).is_empty() {
                faults.push(Fault::validation(""));
                faults.push(Fault::coded("TransactionCanceledException"));
            } else if !keys.insert((get.table, &get.key)) {
                faults.push(Fault::validation(
                    "Transaction request cannot include multiple operations on one item",
                ));
            }
        }
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let responses: Vec<Json> = gets.iter().map(|get| self.got(get)).collect();
        let mut bill = Bill::new(Kind::TransactionOfReads);
        for get in gets {
            bill.add_read(get.table, self.item(get.table, &get.key), true);
        }
        let mut body = json!({"Responses": responses});
        bill.show_list(options, &mut body);
        Answer::Is(body)
    }
}

fn reasons(outcome: Result<Option<Item>, Refusal>) -> Vec<Reason> {
    match outcome {
        Ok(_) => Vec::new(),
        Err(Refusal::Condition(item)) => vec![Reason {
            code: "ConditionalCheckFailed",
            text: "The conditional request failed",
            item,
        }],
        Err(Refusal::Invalid(texts)) => {
            let reason = |text| Reason {
                code: "ValidationError",
                text,
                item: None,
            };
            texts.into_iter().map(reason).collect()
        }
    }
}
