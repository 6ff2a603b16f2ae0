//! What is wrong with each kind of request: by itself, and with a table's schema.

use std::collections::BTreeSet;

use crate::expression::{Action, Condition, Operand, Path, Term};
use crate::fault::{self, Fault};
use crate::request::{Change, Get, Read, Request, Write};
use crate::schema::{Index, KeyAttribute, Schema};
use crate::value::Value;

impl Request {
    /// What is wrong with it by itself.
    pub(crate) fn faults(&self, faults: &mut Vec<Fault>) {
        match self {
            Self::Write(write) => write.faults(faults),
            Self::BatchWrite(writes) | Self::TransactWrite(writes) => {
                for write in writes {
                    write.faults(faults);
                }
            }
            Self::Get(get) => fault::of_paths(&get.projection.iter().collect::<Vec<_>>(), faults),
            Self::BatchGet(gets) | Self::TransactGet(gets) => {
                for get in gets {
                    fault::of_paths(&get.projection.iter().collect::<Vec<_>>(), faults);
                }
            }
            Self::Read(read) => read.faults(faults),
            Self::Statement(_) => {}
        }
    }
}

impl Write {
    pub(crate) fn faults(&self, faults: &mut Vec<Fault>) {
        if let Some(condition) = &self.condition {
            fault::of_condition(condition, faults);
        }
        if let Change::Update(_, actions) = &self.change {
            fault::of_update(actions, faults);
        }
        let changes_whole = matches!(self.change, Change::Put(_) | Change::Delete(_));
        if changes_whole && !matches!(self.returns, None | Some("NONE" | "ALL_OLD")) {
            faults.push(Fault::validation(
                "ReturnValues can only be ALL_OLD or NONE",
            ));
        }
    }

    pub(crate) fn schema_faults(&self, schema: &Schema) -> Vec<Fault> {
        let mut faults = Vec::new();
        match &self.change {
            Change::Put(item) => schema.item_faults(item, &mut faults),
            change => schema.key_faults(change.key(), &mut faults),
        }
        if let Change::Update(_, actions) = &self.change {
            for action in actions {
                action.schema_faults(schema, &mut faults);
            }
        }
        let paths = self.condition.iter().flat_map(Condition::paths);
        schema.path_faults(paths, &mut faults);
        faults
    }
}

impl Action {
    pub(crate) fn schema_faults(&self, schema: &Schema, faults: &mut Vec<Fault>) {
        let target = self.target();
        if schema.is_key(target.top()) {
            faults.push(Fault::validation(format!(
                "Cannot update attribute {}. This attribute is part of the key",
                target.top()
            )));
        }
        if let (false, Self::Set(_, Term::Literal(value)) | Self::Add(_, value)) =
            (target.is_nested(), self)
        {
            schema.index_key_faults(target.top(), value, faults);
        }
        let mut paths = vec![target];
        match self {
            Self::Set(_, term) => term.paths(&mut paths),
            Self::SetSum(_, one, _, other) => {
                one.paths(&mut paths);
                other.paths(&mut paths);
            }
            Self::Remove(_) | Self::Add(..) | Self::Delete(..) => {}
        }
        schema.path_faults(paths, faults);
    }
}

impl Term {
    pub(crate) fn paths<'t>(&'t self, paths: &mut Vec<&'t Path>) {
        match self {
            Self::Path(path) => paths.push(path),
            Self::Literal(_) => {}
            Self::IfNotExists(path, otherwise) => {
                paths.push(path);
                otherwise.paths(paths);
            }
            Self::ListAppend(one, other) => {
                one.paths(paths);
                other.paths(paths);
            }
        }
    }
}

impl Get {
    pub(crate) fn schema_faults(&self, schema: &Schema) -> Vec<Fault> {
        let mut faults = Vec::new();
        schema.key_faults(&self.key, &mut faults);
        schema.path_faults(&self.projection, &mut faults);
        faults
    }
}

/// What a key condition says: an attribute, an operator as if the attribute stood first, and the
/// values.
fn key_condition(condition: &Condition) -> (&Path, &'static str, Vec<&Value>) {
    use Operand::{Literal, Path};
    match condition {
        Condition::Compare(operator, Path(path), Literal(value)) => (path, *operator, vec![value]),
        Condition::Compare(operator, Literal(value), Path(path)) => {
            let flipped = match *operator {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                other => other,
            };
            (path, flipped, vec![value])
        }
        Condition::Between(Path(path), Literal(lower), Literal(upper)) => {
            (path, "BETWEEN", vec![lower, upper])
        }
        Condition::BeginsWith(Path(path), Literal(prefix)) => (path, "begins_with", vec![prefix]),
        other => unreachable!("not made as a key condition: {other:?}"),
    }
}

impl Read {
    pub(crate) fn faults(&self, faults: &mut Vec<Fault>) {
        let mut attributes = BTreeSet::new();
        for condition in &self.key_conditions {
            fault::of_condition(condition, faults);
            let (path, operator, _) = key_condition(condition);
            if operator == "<>" {
                faults.push(Fault::validation(
                    "Invalid operator used in KeyConditionExpression: <>",
                ));
            }
            if path.is_nested() {
                faults.push(Fault::validation(
                    "KeyConditionExpressions cannot have conditions on nested attributes",
                ));
            }
            if !attributes.insert(path.top()) {
                faults.push(Fault::validation(
                    "KeyConditionExpressions must only contain one condition per key",
                ));
            }
        }
        if let Some(filter) = &self.filter {
            fault::of_condition(filter, faults);
        }
        fault::of_paths(&self.projection.iter().collect::<Vec<_>>(), faults);
    }

    pub(crate) fn schema_faults(
        &self,
        schema: &Schema,
        index: Option<&Index>,
        key: &[KeyAttribute],
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut others = 0;
        let conditions: Vec<_> = self.key_conditions.iter().map(key_condition).collect();
        for (path, operator, values) in &conditions {
            let Some(at) = key.iter().position(|(name, _)| *name == path.top()) else {
                others += 1;
                continue;
            };
            if at == 0 && *operator != "=" {
                faults.push(Fault::validation("Query key condition not supported"));
            }
            if values.iter().any(|value| value.type_name() != key[at].1) {
                faults.push(Fault::validation(
                    "Condition parameter type does not match schema type",
                ));
            }
            // Nothing is before the empty string or begins with less.
            if values.iter().any(|value| value.is_empty()) {
                faults.push(Fault::validation("cannot contain an empty string value"));
            }
        }
        let is_query = !conditions.is_empty();
        if is_query && !conditions.iter().any(|(path, ..)| path.top() == key[0].0) {
            faults.push(Fault::validation(format!(
                "Query condition missed key schema element: {}",
                key[0].0
            )));
        } else if others > 0 {
            // The sort key is missed, or there is none.
            faults.push(Fault::validation(match key.get(1) {
                Some((name, _)) => format!("Query condition missed key schema element: {name}"),
                None => "Query key condition not supported".to_owned(),
            }));
        }
        let filtered = self.filter.iter().flat_map(Condition::paths);
        if is_query
            && filtered
                .clone()
                .any(|path| key.iter().any(|(name, _)| *name == path.top()))
        {
            faults.push(Fault::validation(
                "Filter Expression can only contain non-primary key attributes",
            ));
        }
        schema.path_faults(filtered.chain(&self.projection), &mut faults);
        if let Some(index) = index.filter(|index| index.is_global) {
            let mut names = self.projection.iter().map(Path::top);
            if names.any(|name| !index.holds(schema, name)) {
                faults.push(Fault::validation(format!(
                    "Global secondary index {} does not project",
                    index.name
                )));
            }
        }
        faults
    }
}
