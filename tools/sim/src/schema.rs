//! The tables of a run, with and without indexes, and the items that are put into them.

use anywhen_model::{AttributeValue, Item, Number, NumberError, ScalarType, TableName};
use anywhen_table::{
    AttributeDefinition, BillingMode, CreateTable, IndexChange, IndexDefinition, KeyElement,
    KeyRole, ProjectionType, TableSettings, UpdateTable, WarmRequest,
};

use crate::dice::Dice;
use crate::oracle::ItemKey;

/// Attributes that indexes are keyed by; an item may lack each.
pub(crate) const INDEXED: [&str; 3] = ["genre", "singer", "label"];

/// The index that comes and goes.
pub(crate) const SPARE_INDEX: &str = "spare";

/// A table keyed by `artist` and `song`; with `indexed`, two global indexes and a local one.
pub(crate) fn create(name: TableName, indexed: bool) -> anyhow::Result<CreateTable> {
    let mut definitions = vec![
        definition("artist", ScalarType::S),
        definition("song", ScalarType::N),
    ];
    let (mut global, mut local) = (None, None);
    if indexed {
        definitions.extend(INDEXED.map(|name| definition(name, ScalarType::S)));
        global = Some(vec![
            index(
                "genre",
                vec![hash("genre"), range("song")],
                ProjectionType::All,
            )?,
            index("singers", vec![hash("singer")], ProjectionType::KeysOnly)?,
        ]);
        let mut labels = index(
            "labels",
            vec![hash("artist"), range("label")],
            ProjectionType::Include,
        )?;
        labels.non_key_attributes = Some(vec!["note".to_owned()]);
        local = Some(vec![labels]);
    }
    Ok(CreateTable {
        name,
        attribute_definitions: definitions,
        key_schema: vec![hash("artist"), range("song")],
        billing_mode: Some(BillingMode::PayPerRequest),
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
        global_indexes: global,
        local_indexes: local,
        managed_encryption: false,
        deletion_protection: false,
        stream: None,
        table_class: None,
        settings: TableSettings::default(),
    })
}

/// A request that adds the spare index, or drops it.
pub(crate) fn change_spare_index(adds: bool) -> anyhow::Result<UpdateTable> {
    let mut change = IndexChange::default();
    if adds {
        let keys = vec![hash("singer"), range("write")];
        change.create = Some(index(SPARE_INDEX, keys, ProjectionType::All)?);
    } else {
        change.delete = Some(SPARE_INDEX.try_into()?);
    }
    let mut definitions = vec![
        definition("singer", ScalarType::S),
        definition("write", ScalarType::N),
    ];
    definitions.retain(|_| adds);
    Ok(UpdateTable {
        attribute_definitions: definitions,
        indexes: Some(vec![change]),
        ..UpdateTable::default()
    })
}

fn index(
    name: &str,
    keys: Vec<KeyElement>,
    projection_type: ProjectionType,
) -> anyhow::Result<IndexDefinition> {
    Ok(IndexDefinition {
        name: name.try_into()?,
        key_schema: keys,
        projection_type: Some(projection_type),
        non_key_attributes: None,
        throughput: None,
        on_demand: None,
        warm: WarmRequest::default(),
    })
}

fn definition(name: &str, scalar_type: ScalarType) -> AttributeDefinition {
    AttributeDefinition {
        name: name.to_owned(),
        scalar_type,
    }
}

fn hash(name: &str) -> KeyElement {
    KeyElement {
        name: name.to_owned(),
        role: KeyRole::Partition,
    }
}

fn range(name: &str) -> KeyElement {
    KeyElement {
        name: name.to_owned(),
        role: KeyRole::Sort,
    }
}

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: i64) -> Result<AttributeValue, NumberError> {
    Ok(AttributeValue::N(Number::parse(&value.to_string())?))
}

/// An item that is its key and no more.
pub(crate) fn key((artist, song): &ItemKey) -> Result<Item, NumberError> {
    let attributes = [
        ("artist".to_owned(), text(artist)),
        ("song".to_owned(), number(*song)?),
    ];
    Ok(Item {
        attributes: attributes.into(),
    })
}

/// An item that no other write makes: `write` numbers it.
pub(crate) fn item(at: &ItemKey, write: u64, dice: &Dice) -> Result<Item, NumberError> {
    let mut item = key(at)?;
    let mut set = |name: &str, value| item.attributes.insert(name.to_owned(), value);
    set("write", number(write as i64)?);
    set("note", note(write, dice));
    for name in INDEXED {
        if !dice.one_in(4) {
            set(name, text(format!("{name} {}", dice.roll(4))));
        }
    }
    Ok(item)
}

/// Mostly short, seldom several kilobytes.
pub(crate) fn note(write: u64, dice: &Dice) -> AttributeValue {
    let length = if dice.one_in(40) {
        dice.roll(6_000)
    } else {
        dice.roll(120)
    };
    text(format!("{write} ").repeat(length as usize / 4 + 1))
}
