//! What is wrong with each kind of request: by itself, and with a table's schema.

use std::collections::BTreeSet;

use crate::expression::{Action, Condition, Operand, Path, Term};
use crate::fault::MIXED;
use crate::fault::{self, Fault};
use crate::request::{Change, Get, Read, Request, Write};
use crate::schema::{Index, KeyAttribute, Schema};
use crate::statement::{Kind, Statement};
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
            Self::Get(get) => of_projection(&get.projection, get.by_names, faults),
            Self::BatchGet(gets) | Self::TransactGet(gets) => {
                for get in gets {
                    of_projection(&get.projection, get.by_names, faults);
                }
                let of_kind = |by_names| {
                    let mut gets = gets.iter().filter(|get| !get.projection.is_empty());
                    gets.any(|get| get.by_names == by_names)
                };
                if of_kind(true) && of_kind(false) {
                    faults.push(Fault::validation(MIXED));
                }
            }
            Self::Read(read) => read.faults(faults),
            Self::BatchStatement(statements) | Self::TransactStatement(statements) => {
                let is_read = |one: &Statement| matches!(one.kind, Kind::Select);
                if statements.iter().any(is_read) && !statements.iter().all(is_read) {
                    // All read, or all write; in which words is not known.
                    faults.push(Fault::validation(""));
                }
            }
            Self::Statement(_) => {}
        }
    }
}

/// Two names of an `AttributesToGet` must differ, and two paths must not meet.
fn of_projection(paths: &[Path], by_names: bool, faults: &mut Vec<Fault>) {
    if !by_names {
        return fault::of_paths(&paths.iter().collect::<Vec<_>>(), faults);
    }
    let mut names = BTreeSet::new();
    for path in paths {
        if !names.insert(path.top()) {
            faults.push(Fault::validation(format!(
                "Duplicate value in attribute name: {}",
                path.top()
            )));
        }
    }
}

impl Write {
    pub(crate) fn faults(&self, faults: &mut Vec<Fault>) {
        if let Some(expected) = &self.expected {
            expected.faults(faults);
        } else if let Some(condition) = &self.condition {
            fault::of_condition(condition, faults);
        }
        match &self.change {
            Change::Update(_, actions) if self.is_legacy => {
                for action in actions {
                    fault::of_attribute_update(action, faults);
                }
            }
            Change::Update(_, actions) => fault::of_update(actions, faults),
            _ => {}
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
        self.select_faults(faults);
        if let Some(tests) = &self.key_tests {
            tests.faults(faults);
        }
        let mut attributes = BTreeSet::new();
        let is_expression = self.key_tests.is_none();
        for condition in self.key_conditions.iter().filter(|_| is_expression) {
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
        if let Some(tests) = &self.filter_tests {
            tests.faults(faults);
        } else if let Some(filter) = &self.filter {
            fault::of_condition(filter, faults);
        }
        of_projection(&self.projection, self.by_names, faults);
    }

    /// What is wrong with `Select` and what is to be shown.
    fn select_faults(&self, faults: &mut Vec<Fault>) {
        let projects = !self.projection.is_empty();
        let named_by = if self.by_names {
            "AttributesToGet"
        } else {
            "ProjectionExpression"
        };
        match self.select {
            Some("ALL_PROJECTED_ATTRIBUTES") if self.index.is_none() => {
                faults.push(Fault::validation(
                    "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
                ));
            }
            Some("SPECIFIC_ATTRIBUTES") if !projects => faults.push(Fault::validation(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get \
                 SPECIFIC_ATTRIBUTES",
            )),
            Some("COUNT") if projects => faults.push(Fault::validation(format!(
                "Cannot specify the {named_by} when choosing to get only the Count"
            ))),
            Some(all @ ("ALL_ATTRIBUTES" | "ALL_PROJECTED_ATTRIBUTES")) if projects => {
                faults.push(Fault::validation(format!(
                    "Cannot specify the {named_by} when choosing to get {all}"
                )));
            }
            _ => {}
        }
    }

    /// What is wrong with it as a read of an index.
    fn index_faults(&self, schema: &Schema, index: &Index, faults: &mut Vec<Fault>) {
        if !index.is_global {
            return;
        }
        if self.is_consistent {
            faults.push(Fault::validation(
                "Consistent reads are not supported on global secondary indexes",
            ));
        }
        if self.select == Some("ALL_ATTRIBUTES") && index.included.is_some() {
            faults.push(Fault::validation(format!(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index {} \
                 because its projection type is not ALL",
                index.name
            )));
        }
        let mut names = self.projection.iter().map(Path::top);
        if names.any(|name| !index.holds(schema, name)) {
            faults.push(Fault::validation(format!(
                "Global secondary index {} does not project",
                index.name
            )));
        }
    }

    /// Of several sort attributes the first ones are to be given, all but the last of them whole.
    fn tuple_faults(
        conditions: &[(&Path, &'static str, Vec<&Value>)],
        sort_key: &[KeyAttribute],
        faults: &mut Vec<Fault>,
    ) {
        let operators = sort_key.iter().map(|(name, _)| {
            let found = conditions.iter().find(|(path, ..)| path.top() == *name);
            found.map(|(_, operator, _)| *operator)
        });
        let operators: Vec<_> = operators.collect();
        for pair in operators.windows(2) {
            if pair[1].is_some() && pair[0] != Some("=") {
                faults.push(Fault::validation(""));
            }
        }
    }

    pub(crate) fn schema_faults(
        &self,
        schema: &Schema,
        index: Option<&Index>,
        key: &[KeyAttribute],
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut others = 0;
        let hashed = index.map_or(1, |index| index.hashed);
        let conditions: Vec<_> = self.key_conditions.iter().map(key_condition).collect();
        for (path, operator, values) in &conditions {
            let Some(at) = key.iter().position(|(name, _)| *name == path.top()) else {
                others += 1;
                continue;
            };
            if at < hashed && *operator != "=" {
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
        let is_query = self.is_query();
        let tests = self.key_tests.iter().flat_map(|tests| &tests.each);
        for test in tests.filter(|test| !test.is_of_key()) {
            faults.push(Fault::validation(
                "Attempted conditional constraint is not an indexable operation",
            ));
            others += usize::from(key.iter().all(|(name, _)| *name != test.name));
        }
        let is_tuple = key.len() > 2;
        let is_missed = |(name, _): &&KeyAttribute| {
            is_query && !conditions.iter().any(|(path, ..)| path.top() == *name)
        };
        if let Some((name, _)) = key[..hashed].iter().find(is_missed) {
            faults.push(Fault::validation(format!(
                "Query condition missed key schema element: {name}"
            )));
        }
        if is_tuple && others > 0 {
            faults.push(Fault::validation(""));
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
            faults.push(Fault::validation(if self.filter_tests.is_some() {
                "QueryFilter can only contain non-primary key attributes"
            } else {
                "Filter Expression can only contain non-primary key attributes"
            }));
        }
        schema.path_faults(filtered.chain(&self.projection), &mut faults);
        Self::tuple_faults(&conditions, &key[hashed..], &mut faults);
        if let Some(index) = index {
            self.index_faults(schema, index, &mut faults);
        }
        faults
    }
}
