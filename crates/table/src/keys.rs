//! Keys and key attributes against a table's schema, with DynamoDB's texts and order.

use anywhen_expr::{Condition, Path, Projection, check_no_path_into_keys};
use anywhen_model::{Item, KeyError, KeySchema};
use bytes::Bytes;

use crate::error::TableError;
use crate::table::{Index, Table};

/// Why a change of one item cannot be planned.
#[derive(Debug)]
pub(crate) enum Fault {
    /// It contradicts the schema or the item. Cancels a transaction.
    Invalid(String),
    /// A key attribute is empty, or an expression leads into one. Refuses a transaction whole.
    Refused(String),
    /// Its condition is false for this item.
    ConditionFalse(Option<Box<Item>>),
    /// The item it should create is there.
    Duplicate,
    /// Not the request's fault.
    Other(TableError),
}

impl From<TableError> for Fault {
    fn from(error: TableError) -> Self {
        Self::Other(error)
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::EmptyValue { .. } => Self::Refused(error.to_string()),
            other => Self::Invalid(other.to_string()),
        }
    }
}

impl From<Fault> for TableError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Invalid(text) | Fault::Refused(text) => Self::Validation(text),
            Fault::ConditionFalse(item) => Self::ConditionalCheckFailed { item },
            Fault::Duplicate => Self::DuplicateItem,
            Fault::Other(error) => error,
        }
    }
}

impl Table {
    /// The stored key of the item with this primary key.
    pub(crate) fn stored_key(&self, key: &Item) -> Result<Bytes, KeyError> {
        let key = self.record().key_schema.key_of_key_map(key)?;
        Ok(key.stored(self.hash_secret()).into_bytes())
    }

    /// The stored key of an item that is to be put, after every rule for its keys.
    pub(crate) fn stored_key_of_item(&self, item: &Item) -> Result<Bytes, Fault> {
        let key = self.record().key_schema.key_of_item(item)?;
        for index in self.indexes_by_name() {
            let schema = &index.record.key_schema;
            if let Err(text) = schema.check_index_key(item, index.record.name.as_str()) {
                let empty = empty_index_key(schema, item);
                return Err(if empty {
                    Fault::Refused(text)
                } else {
                    Fault::Invalid(text)
                });
            }
        }
        Ok(key.stored(self.hash_secret()).into_bytes())
    }

    /// Indexes by ascending name: the first that minds is the one that is named.
    pub(crate) fn indexes_by_name(&self) -> Vec<&Index> {
        let mut indexes: Vec<&Index> = self.indexes().iter().collect();
        indexes.sort_unstable_by(|one, other| one.record.name.cmp(&other.record.name));
        indexes
    }

    /// Refuses paths that lead into a key attribute of the table or of an index.
    pub(crate) fn check_paths(&self, paths: &[&Path]) -> Result<(), Fault> {
        let table = names(&self.record().key_schema);
        let indexes: Vec<&str> = self
            .indexes()
            .iter()
            .flat_map(|index| names(&index.record.key_schema))
            .collect();
        check_no_path_into_keys(paths.iter().copied(), &table, &indexes)
            .map_err(|error| Fault::Refused(error.to_string()))
    }

    /// The same for what a read filters by and selects.
    pub(crate) fn check_read_paths(
        &self,
        filter: Option<&Condition>,
        projection: Option<&Projection>,
    ) -> Result<(), Fault> {
        if let Some(projection) = projection {
            self.check_paths(&projection.paths().iter().collect::<Vec<_>>())?;
        }
        filter.map_or(Ok(()), |filter| self.check_paths(&filter.paths()))
    }
}

/// The names of a key's attributes.
pub(crate) fn names(schema: &KeySchema) -> Vec<&str> {
    schema
        .attributes()
        .map(|attribute| attribute.name.as_str())
        .collect()
}

/// Whether an attribute of the index key is an empty string or binary.
pub(crate) fn empty_index_key(schema: &KeySchema, item: &Item) -> bool {
    use anywhen_model::AttributeValue::{B, S};
    schema
        .attributes()
        .any(|attribute| match item.get(&attribute.name) {
            Some(S(text)) => text.is_empty(),
            Some(B(bytes)) => bytes.is_empty(),
            _ => false,
        })
}
