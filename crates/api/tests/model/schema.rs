//! The tables and indexes there are, and what their keys ask of items.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::expression::Path;
use crate::fault::Fault;
use crate::value::{Item, Value};

/// A key attribute: its name and the short name of its type.
pub(crate) type KeyAttribute = (&'static str, &'static str);

#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) name: &'static str,
    pub(crate) key: &'static [KeyAttribute],
    pub(crate) indexes: &'static [Index],
}

#[derive(Debug)]
pub(crate) struct Index {
    pub(crate) name: &'static str,
    pub(crate) is_global: bool,
    pub(crate) key: &'static [KeyAttribute],
    /// How many attributes of the key are hashed; the others are sorted by, one after the other.
    pub(crate) hashed: usize,
    /// Attributes it holds besides keys; without, all.
    pub(crate) included: Option<&'static [&'static str]>,
}

pub(crate) const SCHEMAS: &[Schema] = &[
    Schema {
        name: "Plain",
        key: &[("pk", "S")],
        indexes: &[],
    },
    Schema {
        name: "Sorted",
        key: &[("pk", "S"), ("sk", "N")],
        indexes: &[
            Index {
                name: "all-by-g",
                is_global: true,
                key: &[("g", "S"), ("h", "N")],
                hashed: 1,
                included: None,
            },
            Index {
                name: "keys-by-h",
                is_global: true,
                key: &[("h", "N")],
                hashed: 1,
                included: Some(&[]),
            },
            Index {
                name: "local-by-h",
                is_global: false,
                key: &[("pk", "S"), ("h", "N")],
                hashed: 1,
                included: Some(&["a"]),
            },
        ],
    },
    Schema {
        name: "Wide",
        key: &[("pk", "S"), ("sk", "N")],
        indexes: &[Index {
            name: "by-four",
            is_global: true,
            key: &[("g", "S"), ("i", "S"), ("h", "N"), ("j", "S")],
            hashed: 2,
            included: Some(&["a", "b"]),
        }],
    },
];

impl Schema {
    /// The requests' answer to CreateTable's question.
    pub(crate) fn definition(&self) -> Json {
        let keys = self
            .indexes
            .iter()
            .flat_map(|index| index.key)
            .chain(self.key);
        let attributes: BTreeSet<_> = keys.collect();
        let attributes = attributes
            .into_iter()
            .map(|(name, kind)| json!({"AttributeName": name, "AttributeType": kind}));
        let mut definition = json!({
            "TableName": self.name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": attributes.collect::<Vec<_>>(),
            "KeySchema": key_schema(self.key, 1),
        });
        for (member, is_global) in [
            ("GlobalSecondaryIndexes", true),
            ("LocalSecondaryIndexes", false),
        ] {
            let indexes = self
                .indexes
                .iter()
                .filter(|index| index.is_global == is_global);
            let indexes: Vec<Json> = indexes.map(Index::definition).collect();
            if !indexes.is_empty() {
                definition[member] = json!(indexes);
            }
        }
        definition
    }

    /// The index whose key has this attribute; the first by name.
    pub(crate) fn index_of(&self, attribute: &str) -> Option<(&Index, &'static str)> {
        self.indexes.iter().find_map(|index| {
            let found = index.key.iter().find(|(name, _)| *name == attribute)?;
            Some((index, found.1))
        })
    }

    pub(crate) fn is_key(&self, attribute: &str) -> bool {
        self.key.iter().any(|(name, _)| *name == attribute)
    }

    /// What is wrong with a `Key`.
    pub(crate) fn key_faults(&self, key: &Item, faults: &mut Vec<Fault>) {
        let fits = self.key.iter().all(|(name, kind)| {
            key.get(*name)
                .is_some_and(|value| value.type_name() == *kind)
        });
        if !fits || key.len() != self.key.len() {
            faults.push(Fault::validation(
                "The provided key element does not match the schema",
            ));
        } else if key.values().any(Value::is_empty) {
            faults.push(Fault::validation(
                "cannot contain an empty string value. Key: pk",
            ));
        }
    }

    /// What is wrong with the keys in an item to be put.
    pub(crate) fn item_faults(&self, item: &Item, faults: &mut Vec<Fault>) {
        for (name, kind) in self.key {
            match item.get(*name) {
                None => faults.push(Fault::validation(format!(
                    "Missing the key {name} in the item"
                ))),
                Some(value) if value.type_name() != *kind => {
                    faults.push(Fault::validation(format!(
                        "Type mismatch for key {name} expected: {kind} actual: {}",
                        value.type_name()
                    )));
                }
                Some(value) if value.is_empty() => faults.push(Fault::validation(format!(
                    "cannot contain an empty string value. Key: {name}"
                ))),
                Some(_) => {}
            }
        }
        for (name, value) in item {
            self.index_key_faults(name, value, faults);
        }
    }

    /// What is wrong with a value from a request in the key of an index.
    pub(crate) fn index_key_faults(&self, name: &str, value: &Value, faults: &mut Vec<Fault>) {
        let Some((_, kind)) = self.index_of(name).filter(|_| !self.is_key(name)) else {
            return;
        };
        if value.type_name() != kind {
            faults.push(Fault::validation(format!(
                "Type mismatch for Index Key {name} Expected: {kind} Actual: {}",
                value.type_name()
            )));
        }
        if value.is_empty() {
            faults.push(Fault::validation("cannot contain an empty string value."));
        }
    }

    /// Keys are scalars: no path leads into one.
    pub(crate) fn path_faults<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p Path>,
        faults: &mut Vec<Fault>,
    ) {
        let mut paths = paths.into_iter();
        let leads_into_key = |path: &Path| {
            path.is_nested() && (self.is_key(path.top()) || self.index_of(path.top()).is_some())
        };
        if paths.any(leads_into_key) {
            faults.push(Fault::validation("Key attributes must be scalars"));
        }
    }
}

fn key_schema(key: &[KeyAttribute], hashed: usize) -> Json {
    let elements = key.iter().enumerate().map(|(at, (name, _))| {
        let kind = if at < hashed { "HASH" } else { "RANGE" };
        json!({"AttributeName": name, "KeyType": kind})
    });
    elements.collect()
}

impl Index {
    pub(crate) fn definition(&self) -> Json {
        let projection = match self.included {
            None => json!({"ProjectionType": "ALL"}),
            Some([]) => json!({"ProjectionType": "KEYS_ONLY"}),
            Some(names) => json!({"ProjectionType": "INCLUDE", "NonKeyAttributes": names}),
        };
        json!({"IndexName": self.name, "KeySchema": key_schema(self.key, self.hashed), "Projection": projection})
    }

    /// Whether it holds an attribute of the items of a table.
    pub(crate) fn holds(&self, schema: &Schema, attribute: &str) -> bool {
        self.included.is_none_or(|names| names.contains(&attribute))
            || self
                .key
                .iter()
                .chain(schema.key)
                .any(|(name, _)| *name == attribute)
    }
}

pub(crate) fn schema_of(table: &str) -> Option<&'static Schema> {
    SCHEMAS.iter().find(|schema| schema.name == table)
}

/// An item's key, which orders the items of a table.
pub(crate) type Key = Vec<Value>;

/// The values of a key that has been checked.
pub(crate) fn key_of(schema: &Schema, item: &Item) -> Key {
    let values = schema.key.iter().filter_map(|(name, _)| item.get(*name));
    values.cloned().collect()
}
