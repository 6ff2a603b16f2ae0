//! The model: tables as maps, and what each operation answers and leaves behind.
//!
//! Faults are looked for in stages: in the request by itself, the table, its schema, the condition,
//! the change. The first stage that has any decides, and the reply may name any of that stage.

mod reads;
mod statements;
mod transactions;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

pub(crate) use self::reads::Pages;
use crate::capacity::{Bill, Collections, Kind as BillKind, Options, size_bytes};
use crate::expression::Path;
use crate::fault::Fault;
use crate::generate::Call;
use crate::request::{Change, Get, Request, Write};
use crate::schema::{Key, Schema, key_of, schema_of};
use crate::semantics::{UpdateFault, projected, updated};
use crate::value::{Item, item_to_json};

/// The tables' content.
#[derive(Debug, Default)]
pub(crate) struct Database {
    items: BTreeMap<&'static str, BTreeMap<Key, Item>>,
    /// Tokens of transactions that were done, with what they asked for.
    tokens: BTreeMap<&'static str, Json>,
}

/// A reply that is right.
#[derive(Debug)]
pub(crate) enum Answer {
    /// This body.
    Is(Json),
    /// This body, apart from the order of the items of a table in `Responses`.
    Found(Json),
    /// Pages of these.
    Pages(Pages),
    /// One of these.
    Fails(Vec<Fault>),
    /// Statements, each by itself, and the other members of the reply.
    Members(Vec<Member>, Json),
    /// A failed condition, and the item it is to show.
    ConditionFails(Option<Json>),
    /// For each action the reasons that are right; none where it is to have none.
    Cancelled(Vec<Vec<Reason>>),
}

/// How a statement of a batch ends.
#[derive(Debug)]
pub(crate) enum Member {
    /// In this response.
    Is(Json),
    /// With one of these, whose codes are those of batches.
    Fails {
        table: &'static str,
        faults: Vec<Fault>,
        /// What is to be shown of an item whose condition is false.
        item: Option<Json>,
    },
}

/// Why an action cancels its transaction.
#[derive(Debug, Clone)]
pub(crate) struct Reason {
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    pub(crate) item: Option<Json>,
}

/// Why a write cannot be done to the item that is there.
#[derive(Debug)]
enum Refusal {
    Condition(Option<Json>),
    /// Texts, one of which is right.
    Invalid(Vec<&'static str>),
}

const EMPTY_INDEX_KEY: &str = "secondary index key to a value that is not supported";
const MISTYPED_INDEX_KEY: &str =
    "The update expression attempted to update the secondary index key to unsupported type";

fn not_found() -> Answer {
    Answer::Fails(vec![Fault::coded("ResourceNotFoundException")])
}

impl Database {
    /// Does what a request asks for, unless something has been made wrong with its body on purpose.
    pub(crate) fn answer(&mut self, call: &Call) -> Answer {
        let options = &call.options;
        if options.after_pause {
            self.tokens.clear();
        }
        let mut faults: Vec<Fault> = call.spoiled.iter().cloned().collect();
        call.request.faults(&mut faults);
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        match &call.request {
            Request::Write(write) => self.write(write, options),
            Request::Get(get) => self.get(get, options),
            Request::Read(read) => self.read(read, options),
            Request::BatchGet(gets) => self.batch_get(gets, options),
            Request::BatchWrite(writes) => self.batch_write(writes, options),
            Request::TransactWrite(writes) => self.transact_write_once(writes, call),
            Request::TransactGet(gets) => self.transact_get(gets, options),
            Request::Statement(statement) => self.statement(statement, options),
            Request::BatchStatement(statements) => self.batch_statement(statements, options),
            Request::TransactStatement(statements) => self.transact_statement(statements, options),
        }
    }

    /// Whether an item has grown so much that the limit of an item's size, which the model does
    /// not know, may not be far.
    pub(crate) fn is_outgrown(&self) -> bool {
        let mut items = self.items.values().flat_map(BTreeMap::values);
        items.any(|item| size_bytes(item) > 20_000)
    }

    fn item(&self, table: &str, key: &Item) -> Option<&Item> {
        self.items.get(table)?.get(&key_of(schema_of(table)?, key))
    }

    fn store(&mut self, table: &'static str, key: &Item, new: Option<Item>) {
        let Some(schema) = schema_of(table) else {
            return;
        };
        let key = key_of(schema, key);
        let items = self.items.entry(table).or_default();
        match new {
            Some(item) => items.insert(key, item),
            None => items.remove(&key),
        };
    }

    fn write(&mut self, write: &Write, options: &Options) -> Answer {
        let Some(schema) = schema_of(write.table) else {
            return not_found();
        };
        let faults = write.schema_faults(schema);
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let old = self.item(write.table, write.change.key()).cloned();
        match write.outcome(schema, old.as_ref()) {
            Err(Refusal::Condition(item)) => Answer::ConditionFails(item),
            Err(Refusal::Invalid(texts)) => {
                Answer::Fails(texts.into_iter().map(Fault::validation).collect())
            }
            Ok(new) => {
                let mut body = json!({});
                if let Some(shown) = write.shown(old.as_ref(), new.as_ref()) {
                    body["Attributes"] = item_to_json(&shown);
                }
                let mut bill = Bill::new(BillKind::Plain);
                bill.add_write(schema, old.as_ref(), new.as_ref());
                bill.show(options, &mut body);
                let mut collections = Collections::default();
                collections.add(schema, write.change.key());
                collections.show(options, &mut body);
                self.store(write.table, write.change.key(), new);
                Answer::Is(body)
            }
        }
    }

    fn get(&self, get: &Get, options: &Options) -> Answer {
        let Some(schema) = schema_of(get.table) else {
            return not_found();
        };
        let faults = get.schema_faults(schema);
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let mut body = self.got(get);
        let mut bill = Bill::new(BillKind::Plain);
        bill.add_read(get.table, self.item(get.table, &get.key), get.is_consistent);
        bill.show(options, &mut body);
        Answer::Is(body)
    }

    /// The item in an object, if there is one.
    fn got(&self, get: &Get) -> Json {
        match self.item(get.table, &get.key) {
            Some(item) => json!({"Item": get.shown(item)}),
            None => json!({}),
        }
    }

    fn batch_get(&self, gets: &[Get], options: &Options) -> Answer {
        let mut keys = BTreeSet::new();
        if !gets.iter().all(|get| keys.insert((get.table, &get.key))) {
            return Answer::Fails(vec![Fault::validation(
                "Provided list of item keys contains duplicates",
            )]);
        }
        let mut faults = Vec::new();
        for get in gets {
            match schema_of(get.table) {
                Some(schema) => faults.extend(get.schema_faults(schema)),
                None => faults.push(Fault::coded("ResourceNotFoundException")),
            }
        }
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let mut found: BTreeMap<&'static str, Vec<Json>> = BTreeMap::new();
        let mut bill = Bill::new(BillKind::Plain);
        for get in gets {
            let item = self.item(get.table, &get.key);
            found
                .entry(get.table)
                .or_default()
                .extend(item.map(|item| get.shown(item)));
            bill.add_read(get.table, item, get.is_consistent);
        }
        let mut body = json!({"Responses": found, "UnprocessedKeys": {}});
        bill.show_list(options, &mut body);
        Answer::Found(body)
    }

    fn batch_write(&mut self, writes: &[Write], options: &Options) -> Answer {
        let mut faults = Vec::new();
        let mut keys = BTreeSet::new();
        for write in writes {
            let Some(schema) = schema_of(write.table) else {
                faults.push(Fault::coded("ResourceNotFoundException"));
                continue;
            };
            let of_write = write.schema_faults(schema);
            if of_write.is_empty() {
                if !keys.insert((write.table, key_of(schema, write.change.key()))) {
                    faults.push(Fault::validation(
                        "Provided list of item keys contains duplicates",
                    ));
                }
            } else {
                // The texts of keys are others here than in PutItem.
                faults.push(Fault::validation(""));
            }
        }
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let mut bill = Bill::new(BillKind::Plain);
        let mut collections = Collections::default();
        for write in writes {
            let new = match &write.change {
                Change::Put(item) => Some(item.clone()),
                _ => None,
            };
            let key = write.change.key();
            if let Some(schema) = schema_of(write.table) {
                bill.add_write(schema, self.item(write.table, key), new.as_ref());
                collections.add(schema, key);
            }
            self.store(write.table, key, new);
        }
        let mut body = json!({"UnprocessedItems": {}});
        bill.show_list(options, &mut body);
        collections.show_map(options, &mut body);
        Answer::Is(body)
    }
}

impl Write {
    /// What it makes of an item.
    fn outcome(&self, schema: &Schema, old: Option<&Item>) -> Result<Option<Item>, Refusal> {
        let nothing = Item::new();
        if let Some(condition) = &self.condition
            && !condition.holds(old.unwrap_or(&nothing))
        {
            let item = old.filter(|_| self.shows_item);
            return Err(Refusal::Condition(item.map(item_to_json)));
        }
        match &self.change {
            Change::Put(item) => Ok(Some(item.clone())),
            Change::Delete(_) => Ok(None),
            Change::Check(_) => Ok(old.cloned()),
            Change::Update(key, actions) => {
                let text = |fault| match fault {
                    UpdateFault::OperandType if self.is_legacy => UpdateFault::TypeMismatch.text(),
                    fault => fault.text(),
                };
                let new = updated(old.unwrap_or(key), actions)
                    .map_err(|faults| Refusal::Invalid(faults.into_iter().map(text).collect()))?;
                let mut texts = Vec::new();
                if new.values().any(|value| value.depth() > 32) {
                    texts.push("Nesting Levels have exceeded supported limits");
                }
                for (name, value) in &new {
                    let mut faults = Vec::new();
                    schema.index_key_faults(name, value, &mut faults);
                    texts.extend(faults.iter().map(|fault| {
                        if fault.text.starts_with("Type") {
                            MISTYPED_INDEX_KEY
                        } else {
                            EMPTY_INDEX_KEY
                        }
                    }));
                }
                if !texts.is_empty() {
                    return Err(Refusal::Invalid(texts));
                }
                Ok(Some(new))
            }
        }
    }

    /// What `ReturnValues` shows.
    fn shown(&self, old: Option<&Item>, new: Option<&Item>) -> Option<Item> {
        let targets = || -> Vec<Path> {
            match &self.change {
                Change::Update(_, actions) => actions
                    .iter()
                    .map(|action| action.target().clone())
                    .collect(),
                _ => Vec::new(),
            }
        };
        let of_targets = |item: Option<&Item>| {
            item.map(|item| projected(item, &targets()))
                .filter(|part| !part.is_empty())
        };
        match self.returns {
            Some("ALL_OLD") => old.cloned(),
            Some("ALL_NEW") => new.cloned(),
            Some("UPDATED_OLD") => of_targets(old),
            Some("UPDATED_NEW") => of_targets(new),
            _ => None,
        }
    }
}

impl Get {
    fn shown(&self, item: &Item) -> Json {
        if self.projection.is_empty() {
            item_to_json(item)
        } else {
            item_to_json(&projected(item, &self.projection))
        }
    }
}
