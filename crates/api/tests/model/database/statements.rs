//! PartiQL statements, by themselves, in batches and in transactions.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use super::{Answer, Database, Member, Reason};
use crate::capacity::{Bill, Kind as BillKind, Options};
use crate::fault::Fault;
use crate::schema::{Schema, key_of, schema_of};
use crate::semantics::updated;
use crate::statement::{Kind, Statement};
use crate::value::{Item, item_to_json};

/// How a statement ends, before anything is stored.
enum End {
    /// A SELECT has found this item; none that is as wanted, if the second is false.
    Read(Option<Item>, bool),
    /// The item was the first and becomes the second.
    Written(Option<Item>, Option<Item>),
    /// With one of these.
    Refused(Vec<Fault>),
    /// The item is not as wanted; what is to be shown of it.
    ConditionFails(Option<Json>),
}

/// Why a statement has no rows.
enum Failure {
    Fault(Vec<Fault>),
    Condition(Option<Json>),
}

/// What batches and transactions call an exception.
fn code_of(exception: &'static str) -> &'static str {
    match exception {
        "ValidationException" => "ValidationError",
        other => other.strip_suffix("Exception").unwrap_or(other),
    }
}

fn condition_fault() -> Fault {
    Fault {
        code: "ConditionalCheckFailedException",
        text: "The conditional request failed".to_owned(),
    }
}

impl Statement {
    fn schema(&self) -> &'static Schema {
        schema_of(self.table).unwrap()
    }

    fn schema_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        match &self.kind {
            Kind::Insert => self.schema().item_faults(&self.key, &mut faults),
            Kind::Update(actions) => {
                for action in actions {
                    action.schema_faults(self.schema(), &mut faults);
                }
            }
            Kind::Select | Kind::Delete => {}
        }
        faults
    }
}

impl Database {
    fn end_of(&self, statement: &Statement) -> End {
        let faults = statement.schema_faults();
        if !faults.is_empty() {
            return End::Refused(faults);
        }
        let old = self.item(statement.table, &statement.key).cloned();
        let selected = old.as_ref().is_some_and(|item| statement.selects(item));
        let refused = |code| End::Refused(vec![Fault::coded(code)]);
        match &statement.kind {
            Kind::Select => End::Read(old, selected),
            Kind::Insert if old.is_some() => refused("DuplicateItemException"),
            Kind::Insert => End::Written(None, Some(statement.key.clone())),
            // Nothing is made by UPDATE, and nothing missed by DELETE.
            Kind::Delete if old.is_none() => End::Written(None, None),
            Kind::Update(_) | Kind::Delete if !selected => {
                let shown = old.as_ref().filter(|_| statement.shows_item);
                End::ConditionFails(shown.map(item_to_json))
            }
            Kind::Delete => End::Written(old, None),
            Kind::Update(actions) => {
                let new = updated(old.as_ref().unwrap(), actions).ok();
                End::Written(old, new)
            }
        }
    }

    /// Does what a statement says. Its rows, or why it fails.
    fn run(&mut self, statement: &Statement, bill: &mut Bill) -> Result<Vec<Json>, Failure> {
        match self.end_of(statement) {
            End::Refused(faults) => Err(Failure::Fault(faults)),
            End::ConditionFails(item) => Err(Failure::Condition(item)),
            End::Read(item, selected) => {
                bill.add_read(statement.table, item.as_ref(), false);
                let rows = item.iter().filter(|_| selected).map(item_to_json);
                Ok(rows.collect())
            }
            End::Written(old, new) => {
                bill.add_write(statement.schema(), old.as_ref(), new.as_ref());
                let rows = statement.rows(old.as_ref(), new.as_ref());
                self.store(statement.table, &statement.key, new);
                Ok(rows)
            }
        }
    }

    pub(super) fn statement(&mut self, statement: &Statement, options: &Options) -> Answer {
        let mut bill = Bill::new(BillKind::Plain);
        match self.run(statement, &mut bill) {
            Ok(rows) => {
                let mut body = json!({"Items": rows});
                bill.show(options, &mut body);
                Answer::Is(body)
            }
            Err(Failure::Condition(item)) => Answer::ConditionFails(item),
            Err(Failure::Fault(faults)) => Answer::Fails(faults),
        }
    }

    /// Each statement by itself, in the order of the statements.
    pub(super) fn batch_statement(
        &mut self,
        statements: &[Statement],
        options: &Options,
    ) -> Answer {
        let mut bill = Bill::new(BillKind::Plain);
        let members = statements.iter().map(|statement| {
            let table = statement.table;
            match self.run(statement, &mut bill) {
                Ok(rows) => {
                    let mut member = json!({"TableName": table});
                    if let Some(row) = rows.into_iter().next() {
                        member["Item"] = row;
                    }
                    Member::Is(member)
                }
                Err(failure) => {
                    let (faults, item) = match failure {
                        Failure::Fault(faults) => (faults, None),
                        Failure::Condition(item) => (vec![condition_fault()], item),
                    };
                    let of_batch = |fault: Fault| Fault {
                        code: code_of(fault.code),
                        ..fault
                    };
                    Member::Fails {
                        table,
                        faults: faults.into_iter().map(of_batch).collect(),
                        item,
                    }
                }
            }
        });
        let members = members.collect();
        let mut rest = json!({});
        bill.show_list(options, &mut rest);
        Answer::Members(members, rest)
    }

    /// All statements at once, or none.
    pub(super) fn transact_statement(
        &mut self,
        statements: &[Statement],
        options: &Options,
    ) -> Answer {
        let mut faults = Vec::new();
        let mut keys = BTreeSet::new();
        for statement in statements {
            if !statement.schema_faults().is_empty() {
                // Some refuse the request and some cancel it.
                faults.push(Fault::validation(""));
                faults.push(Fault::coded("TransactionCanceledException"));
            } else if !keys.insert((statement.table, key_of(statement.schema(), &statement.key))) {
                faults.push(Fault::validation(
                    "Transaction request cannot include multiple operations on one item",
                ));
            }
        }
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let ends: Vec<End> = statements.iter().map(|one| self.end_of(one)).collect();
        let is_refused = |end: &End| matches!(end, End::Refused(_) | End::ConditionFails(_));
        if ends.iter().any(is_refused) {
            return Answer::Cancelled(ends.into_iter().map(reasons).collect());
        }
        let is_read = ends.iter().any(|end| matches!(end, End::Read(..)));
        let mut bill = Bill::new(if is_read {
            BillKind::TransactionOfReads
        } else {
            BillKind::TransactionOfWrites
        });
        let mut responses: Vec<Json> = Vec::new();
        for (statement, end) in statements.iter().zip(ends) {
            match end {
                End::Read(item, selected) => {
                    bill.add_read(statement.table, item.as_ref(), true);
                    responses.push(match item.filter(|_| selected) {
                        Some(item) => json!({"Item": item_to_json(&item)}),
                        None => json!({}),
                    });
                }
                End::Written(old, new) => {
                    bill.add_write(statement.schema(), old.as_ref(), new.as_ref());
                    self.store(statement.table, &statement.key, new);
                }
                End::Refused(_) | End::ConditionFails(_) => unreachable!("none was refused"),
            }
        }
        let mut body = json!({"Responses": responses});
        bill.show_list(options, &mut body);
        Answer::Is(body)
    }
}

fn reasons(end: End) -> Vec<Reason> {
    let (faults, item) = match end {
        End::Refused(faults) => (faults, None),
        End::ConditionFails(item) => (vec![condition_fault()], item),
        End::Read(..) | End::Written(..) => return Vec::new(),
    };
    let reason = |fault: Fault| Reason {
        code: code_of(fault.code),
        text: "",
        item: item.clone(),
    };
    faults.into_iter().map(reason).collect()
}
