//! The shapes of all services in one list, and how each is represented in Rust.
//!
//! Attribute values, and maps of them, are not taken apart: an item is read once, by the code that
//! turns it into its stored form, so here it stays the JSON text the client sent.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};

use crate::model::{Kind, Operation, Ordered, Reference, ServiceModel, Shape};

const ATTRIBUTE_VALUE: &str = "AttributeValue";

/// Every operation, shape and error of the given services.
pub(crate) struct Catalog {
    pub(crate) operations: Vec<CatalogOperation>,
    shapes: Vec<(String, Shape)>,
    inputs: BTreeSet<String>,
    outputs: BTreeSet<String>,
    readable: BTreeSet<String>,
    writable: BTreeSet<String>,
}

/// An operation and the prefix by which clients name its service in `X-Amz-Target`.
pub(crate) struct CatalogOperation {
    pub(crate) name: String,
    pub(crate) target_prefix: String,
    pub(crate) input: String,
    pub(crate) output: Option<String>,
    pub(crate) errors: Vec<String>,
}

/// What a structure is to the operations.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Input,
    Output,
    Nested,
}

impl Catalog {
    pub(crate) fn new(models: &[ServiceModel]) -> Result<Self> {
        let mut catalog = Self {
            operations: Vec::new(),
            shapes: Vec::new(),
            inputs: BTreeSet::new(),
            outputs: BTreeSet::new(),
            readable: BTreeSet::new(),
            writable: BTreeSet::new(),
        };
        for model in models {
            catalog.add_shapes(&model.shapes)?;
            for (name, operation) in model.operations.iter() {
                catalog.add_operation(name, operation, &model.metadata.target_prefix)?;
            }
        }
        catalog.find_reachable()?;
        Ok(catalog)
    }

    /// Services share shapes by name; a shared shape must be the same in both.
    fn add_shapes(&mut self, shapes: &Ordered<Shape>) -> Result<()> {
        for (name, shape) in shapes.iter() {
            match self.shapes.iter().find(|(known, _)| known == name) {
                None => self.shapes.push((name.to_owned(), shape.clone())),
                Some((_, known)) => ensure!(
                    serde_json::to_value(known)? == serde_json::to_value(shape)?,
                    "the services disagree on the shape {name}"
                ),
            }
        }
        Ok(())
    }

    fn add_operation(&mut self, name: &str, operation: &Operation, prefix: &str) -> Result<()> {
        let input = operation
            .input
            .as_ref()
            .with_context(|| format!("{name} has no input"))?;
        self.inputs.insert(input.shape.clone());
        self.outputs
            .extend(operation.output.iter().map(|output| output.shape.clone()));
        self.operations.push(CatalogOperation {
            name: name.to_owned(),
            target_prefix: prefix.to_owned(),
            input: input.shape.clone(),
            output: operation.output.as_ref().map(|output| output.shape.clone()),
            errors: operation
                .errors
                .iter()
                .map(|error| error.shape.clone())
                .collect(),
        });
        Ok(())
    }

    fn find_reachable(&mut self) -> Result<()> {
        let mut readable = BTreeSet::new();
        for input in &self.inputs {
            self.reach(input, &mut readable)?;
        }
        let mut writable = BTreeSet::new();
        let errors = self
            .shapes
            .iter()
            .filter(|(_, shape)| shape.exception)
            .map(|(name, _)| name);
        for root in self.outputs.iter().chain(errors) {
            self.reach(root, &mut writable)?;
        }
        self.readable = readable;
        self.writable = writable;
        Ok(())
    }

    fn reach(&self, name: &str, reached: &mut BTreeSet<String>) -> Result<()> {
        if self.is_opaque(name)? || !reached.insert(name.to_owned()) {
            return Ok(());
        }
        let shape = self.shape(name)?;
        parts(shape).try_for_each(|part| self.reach(part, reached))
    }

    pub(crate) fn shape(&self, name: &str) -> Result<&Shape> {
        self.find(name)
            .with_context(|| format!("the model has no shape {name}"))
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Shape> {
        self.shapes
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, shape)| shape)
    }

    /// Structures that some request contains, in the models' order.
    pub(crate) fn readable_structures(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.structures()
            .filter(|(name, _)| self.readable.contains(*name))
    }

    /// Structures that some reply contains.
    pub(crate) fn writable_structures(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.structures()
            .filter(|(name, _)| self.writable.contains(*name))
    }

    /// Shapes of any kind that some request contains.
    pub(crate) fn readable_shapes(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.shapes
            .iter()
            .map(|(name, shape)| (name.as_str(), shape))
            .filter(|(name, _)| self.readable.contains(*name))
    }

    pub(crate) fn structures(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.shapes
            .iter()
            .map(|(name, shape)| (name.as_str(), shape))
            .filter(|(_, shape)| shape.kind == Kind::Structure && !shape.exception)
            .filter(|(name, _)| self.readable.contains(*name) || self.writable.contains(*name))
    }

    pub(crate) fn errors(&self) -> impl Iterator<Item = (&str, &Shape)> {
        self.shapes
            .iter()
            .filter(|(_, shape)| shape.exception)
            .map(|(name, shape)| (name.as_str(), shape))
    }

    pub(crate) fn role(&self, structure: &str) -> Role {
        if self.inputs.contains(structure) {
            Role::Input
        } else if self.outputs.contains(structure) {
            Role::Output
        } else {
            Role::Nested
        }
    }

    /// Whether the shape stays JSON text: an attribute value or a map of them.
    pub(crate) fn is_opaque(&self, name: &str) -> Result<bool> {
        Ok(name == ATTRIBUTE_VALUE || self.is_attribute_map(name)?)
    }

    pub(crate) fn is_attribute_map(&self, name: &str) -> Result<bool> {
        let value = &self.shape(name)?.value;
        Ok(value
            .as_ref()
            .is_some_and(|value| value.shape == ATTRIBUTE_VALUE))
    }

    /// The Rust type of the shape.
    pub(crate) fn rust_type(&self, name: &str) -> Result<String> {
        if self.is_opaque(name)? {
            return Ok("RawJson".to_owned());
        }
        let shape = self.shape(name)?;
        Ok(match shape.kind {
            Kind::Structure => name.to_owned(),
            Kind::List => format!("Vec<{}>", self.rust_type(element(shape)?)?),
            Kind::Map => format!("BTreeMap<String, {}>", self.rust_type(map_value(shape)?)?),
            kind => scalar_type(name, kind)?.to_owned(),
        })
    }

    /// The type whose `Read` implementation reads the shape: the Rust type itself, except that
    /// collections and JSON text name what they hold, for the texts of type errors.
    pub(crate) fn reader_type(&self, name: &str) -> Result<String> {
        if name == ATTRIBUTE_VALUE {
            return Ok("AttributeValue".to_owned());
        }
        if self.is_attribute_map(name)? {
            return Ok("AttributeMap".to_owned());
        }
        let shape = self.shape(name)?;
        Ok(match shape.kind {
            Kind::Structure => name.to_owned(),
            Kind::List => format!("List<{}>", self.reader_type(element(shape)?)?),
            Kind::Map => format!("Map<{}>", self.reader_type(map_value(shape)?)?),
            kind => scalar_type(name, kind)?.to_owned(),
        })
    }
}

/// Name of the shape of a list's elements.
pub(crate) fn element(shape: &Shape) -> Result<&str> {
    part(shape.member.as_ref())
}

/// Name of the shape of a map's keys.
pub(crate) fn map_key(shape: &Shape) -> Result<&str> {
    part(shape.key.as_ref())
}

/// Name of the shape of a map's values.
pub(crate) fn map_value(shape: &Shape) -> Result<&str> {
    part(shape.value.as_ref())
}

fn part(reference: Option<&Reference>) -> Result<&str> {
    reference
        .map(|reference| reference.shape.as_str())
        .context("a collection without its part")
}

/// The members of a structure, in the model's order.
pub(crate) fn members(shape: &Shape) -> impl Iterator<Item = (&str, &str)> {
    shape
        .members
        .iter()
        .flat_map(Ordered::iter)
        .map(|(name, reference)| (name, reference.shape.as_str()))
}

/// The shapes that a shape is directly made of.
pub(crate) fn parts(shape: &Shape) -> impl Iterator<Item = &str> {
    let parts = [&shape.member, &shape.key, &shape.value]
        .into_iter()
        .flatten();
    members(shape)
        .map(|(_, target)| target)
        .chain(parts.map(|part| part.shape.as_str()))
}

fn scalar_type(name: &str, kind: Kind) -> Result<&'static str> {
    Ok(match kind {
        Kind::String => "String",
        Kind::Integer => "i32",
        Kind::Long => "i64",
        Kind::Double => "f64",
        Kind::Boolean => "bool",
        Kind::Timestamp => "Timestamp",
        Kind::Structure | Kind::List | Kind::Map | Kind::Blob => {
            bail!("no scalar type for the shape {name}")
        }
    })
}
