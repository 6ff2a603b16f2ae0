//! Requests as the tests make them, and their bodies.

use serde_json::{Map, Value as Json, json};

use crate::expression::{Action, Condition, Path, Speller, Term};
use crate::legacy::Tests;
use crate::statement::Statement;
use crate::value::{Item, item_to_json};

#[derive(Debug, Clone)]
pub(crate) enum Request {
    Write(Write),
    Get(Get),
    Read(Read),
    BatchGet(Vec<Get>),
    BatchWrite(Vec<Write>),
    TransactWrite(Vec<Write>),
    TransactGet(Vec<Get>),
    Statement(Statement),
    BatchStatement(Vec<Statement>),
    TransactStatement(Vec<Statement>),
}

/// One write, by itself or in a batch or transaction.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) table: &'static str,
    pub(crate) change: Change,
    pub(crate) condition: Option<Condition>,
    /// `ReturnValues`.
    pub(crate) returns: Option<&'static str>,
    /// Whether a failed condition is to show the item.
    pub(crate) shows_item: bool,
    /// Whether it speaks with the parameters from before expressions. Its actions are then what
    /// those can say.
    pub(crate) is_legacy: bool,
    /// Where the condition comes from, if that is an `Expected`.
    pub(crate) expected: Option<Tests>,
    pub(crate) style: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum Change {
    Put(Item),
    /// Of the item with this key; by nothing if there are no actions.
    Update(Item, Vec<Action>),
    Delete(Item),
    /// Only in transactions.
    Check(Item),
}

#[derive(Debug, Clone)]
pub(crate) struct Get {
    pub(crate) table: &'static str,
    pub(crate) key: Item,
    pub(crate) projection: Vec<Path>,
    /// Whether the projection is an `AttributesToGet`.
    pub(crate) by_names: bool,
    pub(crate) is_consistent: bool,
    pub(crate) style: u64,
}

/// A query or a scan, page by page to its end.
#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) table: &'static str,
    pub(crate) index: Option<&'static str>,
    /// Conditions on attributes, joined by AND; none for a scan.
    pub(crate) key_conditions: Vec<Condition>,
    pub(crate) forward: bool,
    pub(crate) filter: Option<Condition>,
    pub(crate) projection: Vec<Path>,
    /// Whether the projection is an `AttributesToGet`.
    pub(crate) by_names: bool,
    /// Where the conditions on attributes come from, if that is a `KeyConditions`.
    pub(crate) key_tests: Option<Tests>,
    /// Where the filter comes from, if that is a `QueryFilter` or `ScanFilter`.
    pub(crate) filter_tests: Option<Tests>,
    /// `Select`.
    pub(crate) select: Option<&'static str>,
    pub(crate) is_consistent: bool,
    pub(crate) limit: Option<usize>,
    /// Of a scan: in how many segments.
    pub(crate) segments: Option<usize>,
    pub(crate) style: u64,
}

impl Request {
    /// The operation's name.
    pub(crate) fn operation(&self) -> &'static str {
        match self {
            Self::Write(write) => match write.change {
                Change::Put(_) => "PutItem",
                Change::Update(..) => "UpdateItem",
                Change::Delete(_) => "DeleteItem",
                Change::Check(_) => unreachable!("a check is part of a transaction"),
            },
            Self::Get(_) => "GetItem",
            Self::Read(read) if !read.is_query() => "Scan",
            Self::Read(_) => "Query",
            Self::BatchGet(_) => "BatchGetItem",
            Self::BatchWrite(_) => "BatchWriteItem",
            Self::TransactWrite(_) => "TransactWriteItems",
            Self::TransactGet(_) => "TransactGetItems",
            Self::Statement(_) => "ExecuteStatement",
            Self::BatchStatement(_) => "BatchExecuteStatement",
            Self::TransactStatement(_) => "ExecuteTransaction",
        }
    }

    /// The body of its request, of its first page.
    pub(crate) fn body(&self) -> Json {
        match self {
            Self::Write(write) => {
                let mut body = write.body();
                if let Some(returns) = write.returns {
                    body["ReturnValues"] = json!(returns);
                }
                body
            }
            Self::Get(get) => get.body(),
            Self::Statement(statement) => statement.body(),
            Self::BatchStatement(statements) => json!({"Statements": bodies(statements)}),
            Self::TransactStatement(statements) => {
                json!({"TransactStatements": bodies(statements)})
            }
            Self::Read(read) => read.body(),
            Self::BatchGet(gets) => {
                let mut tables = json!({});
                for get in gets {
                    // All gets of one table have the projection of the first.
                    if tables.get(get.table).is_none() {
                        let mut options = get.body();
                        let members = options.as_object_mut().unwrap();
                        members.remove("TableName");
                        members.remove("Key");
                        options["Keys"] = json!([]);
                        tables[get.table] = options;
                    }
                    let keys = tables[get.table]["Keys"].as_array_mut().unwrap();
                    keys.push(item_to_json(&get.key));
                }
                json!({"RequestItems": tables})
            }
            Self::BatchWrite(writes) => {
                let mut tables = json!({});
                for write in writes {
                    let request = match &write.change {
                        Change::Put(item) => json!({"PutRequest": {"Item": item_to_json(item)}}),
                        change => json!({"DeleteRequest": {"Key": item_to_json(change.key())}}),
                    };
                    if tables.get(write.table).is_none() {
                        tables[write.table] = json!([]);
                    }
                    tables[write.table].as_array_mut().unwrap().push(request);
                }
                json!({"RequestItems": tables})
            }
            Self::TransactWrite(writes) => {
                let entries = writes.iter().map(|write| {
                    let kind = match write.change {
                        Change::Put(_) => "Put",
                        Change::Update(..) => "Update",
                        Change::Delete(_) => "Delete",
                        Change::Check(_) => "ConditionCheck",
                    };
                    json!({kind: write.body()})
                });
                json!({"TransactItems": entries.collect::<Vec<_>>()})
            }
            Self::TransactGet(gets) => {
                let entries = gets.iter().map(|get| json!({"Get": get.body()}));
                json!({"TransactItems": entries.collect::<Vec<_>>()})
            }
        }
    }
}

fn bodies(statements: &[Statement]) -> Json {
    statements.iter().map(Statement::body).collect()
}

impl Change {
    /// The key, or the item that holds it.
    pub(crate) fn key(&self) -> &Item {
        match self {
            Self::Put(key) | Self::Update(key, _) | Self::Delete(key) | Self::Check(key) => key,
        }
    }
}

impl Write {
    fn body(&self) -> Json {
        let mut speller = Speller::new(self.style);
        let mut body = json!({"TableName": self.table});
        let key = item_to_json(self.change.key());
        match &self.change {
            Change::Put(_) => body["Item"] = key,
            Change::Update(_, actions) => {
                body["Key"] = key;
                if self.is_legacy && !actions.is_empty() {
                    let updates = actions.iter().map(attribute_update);
                    body["AttributeUpdates"] = updates.collect::<Map<_, _>>().into();
                } else if !actions.is_empty() {
                    body["UpdateExpression"] = json!(speller.update(actions));
                }
            }
            Change::Delete(_) | Change::Check(_) => body["Key"] = key,
        }
        if let Some(expected) = &self.expected {
            expected.add_as_expected(&mut body);
        } else if let Some(condition) = &self.condition {
            body["ConditionExpression"] = json!(speller.condition(condition));
        }
        if self.shows_item {
            body["ReturnValuesOnConditionCheckFailure"] = json!("ALL_OLD");
        }
        speller.finish(&mut body);
        body
    }
}

/// An entry of `AttributeUpdates`.
fn attribute_update(action: &Action) -> (String, Json) {
    let update = match action {
        Action::Set(_, Term::Literal(value)) => json!({"Action": "PUT", "Value": value.to_json()}),
        Action::Add(_, value) => json!({"Action": "ADD", "Value": value.to_json()}),
        Action::Delete(_, value) => json!({"Action": "DELETE", "Value": value.to_json()}),
        Action::Remove(_) => json!({"Action": "DELETE"}),
        other => unreachable!("AttributeUpdates cannot say {other:?}"),
    };
    (action.target().top().to_owned(), update)
}

/// Adds what is wanted of items to a request.
fn add_projection(paths: &[Path], by_names: bool, speller: &mut Speller, body: &mut Json) {
    if by_names {
        let names: Vec<&str> = paths.iter().map(Path::top).collect();
        body["AttributesToGet"] = json!(names);
    } else if !paths.is_empty() {
        body["ProjectionExpression"] = json!(speller.paths(paths));
    }
}

impl Get {
    fn body(&self) -> Json {
        let mut speller = Speller::new(self.style);
        let mut body = json!({"TableName": self.table, "Key": item_to_json(&self.key)});
        if self.is_consistent {
            body["ConsistentRead"] = json!(true);
        }
        add_projection(&self.projection, self.by_names, &mut speller, &mut body);
        speller.finish(&mut body);
        body
    }
}

impl Read {
    pub(crate) fn is_query(&self) -> bool {
        !self.key_conditions.is_empty() || self.key_tests.is_some()
    }

    pub(crate) fn counts_only(&self) -> bool {
        self.select == Some("COUNT")
    }

    fn body(&self) -> Json {
        let mut speller = Speller::new(self.style);
        let mut body = json!({"TableName": self.table});
        if let Some(index) = self.index {
            body["IndexName"] = json!(index);
        }
        if let Some(tests) = &self.key_tests {
            tests.add_as("KeyConditions", &mut body);
        } else if self.is_query() {
            let conditions = self.key_conditions.iter();
            let conditions: Vec<_> = conditions.map(|one| speller.condition(one)).collect();
            body["KeyConditionExpression"] = json!(conditions.join(" AND "));
        }
        if !self.forward {
            body["ScanIndexForward"] = json!(false);
        }
        if let Some(tests) = &self.filter_tests {
            let member = if self.is_query() {
                "QueryFilter"
            } else {
                "ScanFilter"
            };
            tests.add_as(member, &mut body);
        } else if let Some(filter) = &self.filter {
            body["FilterExpression"] = json!(speller.condition(filter));
        }
        add_projection(&self.projection, self.by_names, &mut speller, &mut body);
        if let Some(select) = self.select {
            body["Select"] = json!(select);
        }
        if self.is_consistent {
            body["ConsistentRead"] = json!(true);
        }
        if let Some(limit) = self.limit {
            body["Limit"] = json!(limit);
        }
        speller.finish(&mut body);
        body
    }
}
