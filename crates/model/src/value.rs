//! Attribute values and items: what a table stores, free of any wire or disk form.
//!
//! Always true: a set is never empty and holds no duplicates once it has been checked at the
//! door ([`crate::parse_item`]); numbers are in normal form, so equality is numeric equality.
//! Nothing here fails; the checks live where values come in. Sizes follow the developer guide,
//! "DynamoDB item sizes and formats".

use std::collections::{BTreeMap, BTreeSet};

use crate::Number;

/// One attribute value: DynamoDB's ten types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// String, UTF-8, compared by its bytes.
    S(String),
    /// Number with up to 38 significant decimal digits, exact.
    N(Number),
    /// Binary, compared as unsigned bytes.
    B(Vec<u8>),
    /// Boolean.
    Bool(bool),
    /// The NULL type: an attribute that is present and holds nothing.
    Null,
    /// Map of attribute values.
    M(BTreeMap<String, AttributeValue>),
    /// List of attribute values.
    L(Vec<AttributeValue>),
    /// Set of strings.
    Ss(BTreeSet<String>),
    /// Set of numbers, compared as numbers.
    Ns(BTreeSet<Number>),
    /// Set of binaries.
    Bs(BTreeSet<Vec<u8>>),
}

/// Bytes a list or map counts for before its elements.
pub(crate) const CONTAINER_BYTES: usize = 3;

impl AttributeValue {
    /// The type's short name, as in DynamoDB JSON.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::S(_) => "S",
            Self::N(_) => "N",
            Self::B(_) => "B",
            Self::Bool(_) => "BOOL",
            Self::Null => "NULL",
            Self::M(_) => "M",
            Self::L(_) => "L",
            Self::Ss(_) => "SS",
            Self::Ns(_) => "NS",
            Self::Bs(_) => "BS",
        }
    }

    /// The type's long name, as some texts of update expressions print it.
    pub const fn long_type_name(&self) -> &'static str {
        match self {
            Self::S(_) => "STRING",
            Self::N(_) => "NUMBER",
            Self::B(_) => "BINARY",
            Self::Bool(_) => "BOOLEAN",
            Self::Null => "NULL",
            Self::M(_) => "MAP",
            Self::L(_) => "LIST",
            Self::Ss(_) => "STRING_SET",
            Self::Ns(_) => "NUMBER_SET",
            Self::Bs(_) => "BINARY_SET",
        }
    }

    /// Bytes the value counts for in an item's size.
    pub fn size_bytes(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size_bytes(),
            Self::B(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null => 1,
            Self::M(map) => {
                let entries = map
                    .iter()
                    .map(|(name, value)| 1 + name.len() + value.size_bytes());
                CONTAINER_BYTES + entries.sum::<usize>()
            }
            Self::L(list) => {
                CONTAINER_BYTES
                    + list
                        .iter()
                        .map(|value| 1 + value.size_bytes())
                        .sum::<usize>()
            }
            Self::Ss(set) => set.iter().map(String::len).sum(),
            Self::Ns(set) => set.iter().map(Number::size_bytes).sum(),
            Self::Bs(set) => set.iter().map(Vec::len).sum(),
        }
    }

    /// Levels of maps and lists from this value down; a scalar or set has none.
    pub fn depth(&self) -> usize {
        match self {
            Self::M(map) => 1 + map.values().map(Self::depth).max().unwrap_or(0),
            Self::L(list) => 1 + list.iter().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }
}

/// One item: its attributes by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// Attributes by name; names are 1 to 65,535 bytes of UTF-8.
    pub attributes: BTreeMap<String, AttributeValue>,
}

impl Item {
    /// The attribute of this name.
    pub fn get(&self, name: &str) -> Option<&AttributeValue> {
        self.attributes.get(name)
    }

    /// Whether the item has no attributes.
    pub fn is_empty(&self) -> bool {
        self.attributes.is_empty()
    }

    /// The item's size: the UTF-8 bytes of all names plus the bytes of all values.
    pub fn size_bytes(&self) -> usize {
        self.attributes
            .iter()
            .map(|(name, value)| name.len() + value.size_bytes())
            .sum()
    }

    /// Levels of maps and lists in the deepest attribute.
    pub fn depth(&self) -> usize {
        self.attributes
            .values()
            .map(AttributeValue::depth)
            .max()
            .unwrap_or(0)
    }
}

impl From<BTreeMap<String, AttributeValue>> for Item {
    fn from(attributes: BTreeMap<String, AttributeValue>) -> Self {
        Self { attributes }
    }
}

impl FromIterator<(String, AttributeValue)> for Item {
    fn from_iter<I: IntoIterator<Item = (String, AttributeValue)>>(iterator: I) -> Self {
        Self {
            attributes: iterator.into_iter().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Item, parse_item, parse_value};

    #[test]
    fn sizes_follow_the_developer_guide() {
        for (value, size_bytes) in [
            (r#"{"S":""}"#, 0),
            (r#"{"S":"aä"}"#, 3),
            (r#"{"B":"AAAA"}"#, 3),
            (r#"{"BOOL":false}"#, 1),
            (r#"{"NULL":true}"#, 1),
            (r#"{"N":"-12.5"}"#, 4),
            (r#"{"M":{}}"#, 3),
            (r#"{"L":[]}"#, 3),
            (r#"{"M":{"aa":{"S":"aa"},"bbb":{"S":"bbb"}}}"#, 15),
            (r#"{"L":[{"S":"a"},{"S":"aa"}]}"#, 8),
            (r#"{"L":[{"L":[{"NULL":true}]}]}"#, 9),
            (r#"{"SS":["a","bc"]}"#, 3),
            (r#"{"NS":["0","100","-12"]}"#, 6),
            (r#"{"BS":["AAAA","AA=="]}"#, 4),
        ] {
            assert_eq!(
                parse_value(value).unwrap().size_bytes(),
                size_bytes,
                "{value}"
            );
        }
        let item = r#"{"pk":{"S":"abc"},"n":{"N":"12.3456"},"t":{"SS":["a","bc"]}}"#;
        assert_eq!(parse_item(item).unwrap().size_bytes(), 14);
        assert_eq!(Item::default().size_bytes(), 0);
    }

    #[test]
    fn types_have_their_wire_names() {
        for (value, name, long_name) in [
            (r#"{"S":"a"}"#, "S", "STRING"),
            (r#"{"N":"1"}"#, "N", "NUMBER"),
            (r#"{"B":""}"#, "B", "BINARY"),
            (r#"{"BOOL":true}"#, "BOOL", "BOOLEAN"),
            (r#"{"NULL":true}"#, "NULL", "NULL"),
            (r#"{"M":{}}"#, "M", "MAP"),
            (r#"{"L":[]}"#, "L", "LIST"),
            (r#"{"SS":["a"]}"#, "SS", "STRING_SET"),
            (r#"{"NS":["1"]}"#, "NS", "NUMBER_SET"),
            (r#"{"BS":[""]}"#, "BS", "BINARY_SET"),
        ] {
            let read = parse_value(value).unwrap();
            assert_eq!((read.type_name(), read.long_type_name()), (name, long_name));
        }
    }

    #[test]
    fn depth_counts_maps_and_lists() {
        for (value, depth) in [
            (r#"{"SS":["a"]}"#, 0),
            (r#"{"M":{}}"#, 1),
            (r#"{"L":[{"S":"a"},{"M":{"b":{"L":[]}}},{"L":[]}]}"#, 3),
        ] {
            assert_eq!(parse_value(value).unwrap().depth(), depth, "{value}");
            let item = format!(r#"{{"x":{{"NULL":true}},"y":{value}}}"#);
            assert_eq!(parse_item(&item).unwrap().depth(), depth, "{value}");
        }
    }
}
