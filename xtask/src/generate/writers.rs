//! How the structures of replies are written as JSON.

use std::fmt::Write as _;

use anyhow::Result;

use super::catalog::{Catalog, members};
use super::names;
use crate::model::Shape;

const HEAD: &str = "\
//! How the structures of replies are written as JSON.

use serde::{Serialize, Serializer};

use super::nested::*;
use super::outputs::*;
use crate::write::Members;
";

pub(super) fn source(catalog: &Catalog) -> Result<String> {
    let mut source = HEAD.to_owned();
    for (name, shape) in catalog.writable_structures() {
        write_writer(name, shape, &mut source)?;
    }
    Ok(source)
}

fn write_writer(name: &str, shape: &Shape, source: &mut String) -> Result<()> {
    writeln!(source, "\nimpl Serialize for {name} {{")?;
    source.push_str(
        "fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {\n",
    );
    let empty = members(shape).next().is_none();
    if empty {
        source.push_str("Members::begin(serializer)?.end()\n}\n}\n");
        return Ok(());
    }
    source.push_str("let mut members = Members::begin(serializer)?;\n");
    for (wire, _) in members(shape) {
        writeln!(
            source,
            "members.write(\"{wire}\", self.{}.as_ref())?;",
            names::field(wire)
        )?;
    }
    source.push_str("members.end()\n}\n}\n");
    Ok(())
}
