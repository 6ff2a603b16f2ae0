//! The model: tables as maps, and what each operation answers and leaves behind.
//!
//! Faults are looked for in stages: in the request by itself, the table, its schema, the condition,
//! the change. The first stage that has any decides, and the reply may name any of that stage.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::expression::Path;
use crate::fault::Fault;
use crate::request::{Change, Get, Read, Request, Write};
use crate::schema::{Key, Schema, key_of, schema_of};
use crate::semantics::{UpdateFault, projected, updated};
use crate::statement::{Kind, Statement};
use crate::value::{Item, Value, item_to_json};

/// The tables' content.
#[derive(Debug, Default)]
pub(crate) struct Database {
    items: BTreeMap<&'static str, BTreeMap<Key, Item>>,
}

/// A reply that is right.
#[derive(Debug)]
pub(crate) enum Answer {
    /// This body.
    Is(Json),
    /// This body, apart from the order of the items of a table.
    Found(BTreeMap<&'static str, Vec<Json>>),
    /// Pages of these.
    Pages(Pages),
    /// One of these.
    Fails(Vec<Fault>),
    /// A failed condition, and the item it is to show.
    ConditionFails(Option<Json>),
    /// For each action the reasons that are right; none where it is to have none.
    Cancelled(Vec<Vec<Reason>>),
}

/// What the pages of a query or scan hold together.
#[derive(Debug)]
pub(crate) struct Pages {
    /// All entries that are read, before the filter, by their position in the key that is read
    /// and without regard to `ScanIndexForward`.
    pub(crate) read: Vec<Item>,
    /// What is shown of those that pass the filter.
    pub(crate) shown: Vec<Json>,
    /// Attributes of `LastEvaluatedKey`.
    pub(crate) key_names: BTreeSet<&'static str>,
    /// Whether `shown` is in the one order there is.
    pub(crate) is_ordered: bool,
    /// What whole entries are sorted by, if they are.
    pub(crate) sorted_by: Option<&'static str>,
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
    /// Does what a request asks for. `spoiled` is what has been made wrong with its body on
    /// purpose, so that nothing may be done.
    pub(crate) fn answer(&mut self, request: &Request, spoiled: Option<Fault>) -> Answer {
        let mut faults: Vec<Fault> = spoiled.into_iter().collect();
        request.faults(&mut faults);
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        match request {
            Request::Write(write) => self.write(write),
            Request::Get(get) => self.get(get),
            Request::Read(read) => self.read(read),
            Request::BatchGet(gets) => self.batch_get(gets),
            Request::BatchWrite(writes) => self.batch_write(writes),
            Request::TransactWrite(writes) => self.transact_write(writes),
            Request::TransactGet(gets) => self.transact_get(gets),
            Request::Statement(statement) => self.statement(statement),
        }
    }

    /// Whether an item has grown so much that the limit of an item's size, which the model does
    /// not know, may not be far.
    pub(crate) fn is_outgrown(&self) -> bool {
        let mut items = self.items.values().flat_map(BTreeMap::values);
        items.any(|item| item.values().map(Value::count).sum::<usize>() > 2_000)
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

    fn write(&mut self, write: &Write) -> Answer {
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
                let shown = write.shown(old.as_ref(), new.as_ref());
                self.store(write.table, write.change.key(), new);
                Answer::Is(match shown {
                    Some(item) => json!({"Attributes": item_to_json(&item)}),
                    None => json!({}),
                })
            }
        }
    }

    fn get(&self, get: &Get) -> Answer {
        let Some(schema) = schema_of(get.table) else {
            return not_found();
        };
        let faults = get.schema_faults(schema);
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        Answer::Is(self.got(get))
    }

    /// The item in an object, if there is one.
    fn got(&self, get: &Get) -> Json {
        match self.item(get.table, &get.key) {
            Some(item) => json!({"Item": get.shown(item)}),
            None => json!({}),
        }
    }

    fn batch_get(&self, gets: &[Get]) -> Answer {
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
        for get in gets {
            let item = self.item(get.table, &get.key);
            found
                .entry(get.table)
                .or_default()
                .extend(item.map(|item| get.shown(item)));
        }
        Answer::Found(found)
    }

    fn batch_write(&mut self, writes: &[Write]) -> Answer {
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
        for write in writes {
            let new = match &write.change {
                Change::Put(item) => Some(item.clone()),
                _ => None,
            };
            self.store(write.table, write.change.key(), new);
        }
        Answer::Is(json!({"UnprocessedItems": {}}))
    }

    fn transact_write(&mut self, writes: &[Write]) -> Answer {
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
        let outcomes = writes.iter().zip(schemas).map(|(write, schema)| {
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
        for (write, new) in writes.iter().zip(outcomes) {
            self.store(write.table, write.change.key(), new.unwrap());
        }
        Answer::Is(json!({}))
    }

    fn transact_get(&self, gets: &[Get]) -> Answer {
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
        Answer::Is(json!({"Responses": responses}))
    }

    fn statement(&mut self, statement: &Statement) -> Answer {
        let Some(schema) = schema_of(statement.table) else {
            return not_found();
        };
        let mut faults = Vec::new();
        match &statement.kind {
            Kind::Insert => schema.item_faults(&statement.key, &mut faults),
            Kind::Update(actions) => {
                for action in actions {
                    action.schema_faults(schema, &mut faults);
                }
            }
            Kind::Select | Kind::Delete => {}
        }
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let old = self.item(statement.table, &statement.key).cloned();
        let selected = old.as_ref().is_some_and(|item| statement.selects(item));
        let new = match &statement.kind {
            Kind::Select => {
                let rows = old.iter().filter(|_| selected).map(item_to_json);
                return Answer::Is(json!({"Items": rows.collect::<Vec<_>>()}));
            }
            Kind::Insert if old.is_some() => {
                return Answer::Fails(vec![Fault::coded("DuplicateItemException")]);
            }
            Kind::Insert => Some(statement.key.clone()),
            // Nothing is made by UPDATE, and nothing missed by DELETE.
            Kind::Delete if old.is_none() => None,
            Kind::Update(_) | Kind::Delete if !selected => return Answer::ConditionFails(None),
            Kind::Delete => None,
            Kind::Update(actions) => updated(old.as_ref().unwrap(), actions).ok(),
        };
        let reply = statement.reply(old.as_ref(), new.as_ref());
        self.store(statement.table, &statement.key, new);
        Answer::Is(reply)
    }

    fn read(&self, read: &Read) -> Answer {
        let Some(schema) = schema_of(read.table) else {
            return not_found();
        };
        let index = schema
            .indexes
            .iter()
            .find(|index| Some(index.name) == read.index);
        if read.index.is_some() && index.is_none() {
            return Answer::Fails(vec![Fault::validation(
                "The table does not have the specified index",
            )]);
        }
        let key = index.map_or(schema.key, |index| index.key);
        let faults = read.schema_faults(schema, index, key);
        if !faults.is_empty() {
            return Answer::Fails(faults);
        }
        let items = self
            .items
            .get(read.table)
            .into_iter()
            .flat_map(BTreeMap::values);
        let mut entries: Vec<&Item> = items
            .filter(|item| key.iter().all(|(name, _)| item.contains_key(*name)))
            .filter(|item| {
                read.key_conditions
                    .iter()
                    .all(|condition| condition.holds(item))
            })
            .collect();
        entries.sort_by_key(|item| {
            key.iter()
                .map(|(name, _)| item[*name].clone())
                .collect::<Key>()
        });
        let held = |item: &Item| -> Item {
            let holds = |name: &str| index.is_none_or(|index| index.holds(schema, name));
            let held = item.iter().filter(|(name, _)| holds(name));
            held.map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        };
        let passes = |item: &&&Item| {
            read.filter
                .as_ref()
                .is_none_or(|filter| filter.holds(&held(item)))
        };
        let shown = entries.iter().filter(passes).map(|item| {
            item_to_json(&if read.projection.is_empty() {
                held(item)
            } else {
                // A local index fetches what it does not hold.
                projected(item, &read.projection)
            })
        });
        let mut shown: Vec<Json> = shown.collect();
        let is_query = !read.key_conditions.is_empty();
        if !read.forward {
            shown.reverse();
        }
        let is_sorted = is_query && read.projection.is_empty();
        Answer::Pages(Pages {
            is_ordered: is_query && index.is_none(),
            sorted_by: key.get(1).filter(|_| is_sorted).map(|(name, _)| *name),
            key_names: schema
                .key
                .iter()
                .chain(key)
                .map(|(name, _)| *name)
                .collect(),
            read: entries.into_iter().cloned().collect(),
            shown,
        })
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
                let new = updated(old.unwrap_or(key), actions).map_err(|faults| {
                    Refusal::Invalid(faults.into_iter().map(UpdateFault::text).collect())
                })?;
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
