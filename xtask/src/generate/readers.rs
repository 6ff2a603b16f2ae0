//! How the structures of requests are read from JSON.

use std::fmt::Write as _;

use anyhow::Result;

use super::catalog::{Catalog, members};
use super::names;
use crate::model::Shape;

const HEAD: &str = "\
//! How the structures of requests are read from JSON.

use serde::de::MapAccess;

use super::inputs::*;
use super::nested::*;
use crate::read::{AttributeMap, AttributeValue, List, Map, Structure, read, skip};
use crate::timestamp::Timestamp;
";

pub(super) fn source(catalog: &Catalog) -> Result<String> {
    let mut source = HEAD.to_owned();
    for (name, shape) in catalog.readable_structures() {
        write_reader(catalog, name, shape, &mut source)?;
    }
    Ok(source)
}

fn write_reader(catalog: &Catalog, name: &str, shape: &Shape, source: &mut String) -> Result<()> {
    writeln!(
        source,
        "\nimpl Structure for {name} {{\nconst NAME: &'static str = \"{name}\";\n"
    )?;
    let empty = members(shape).next().is_none();
    let parameter = if empty { "_name" } else { "name" };
    writeln!(
        source,
        "fn read_member<'de, M: MapAccess<'de>>(&mut self, {parameter}: &str, members: &mut M) \
         -> Result<(), M::Error> {{"
    )?;
    if empty {
        source.push_str("skip(members)\n}\n}\n");
        return Ok(());
    }
    source.push_str("match name {\n");
    for (wire, target) in members(shape) {
        let field = names::field(wire);
        let reader = catalog.reader_type(target)?;
        writeln!(
            source,
            "\"{wire}\" => read::<{reader}, M>(members, &mut self.{field}),"
        )?;
    }
    source.push_str("_ => skip(members),\n}\n}\n}\n");
    Ok(())
}
