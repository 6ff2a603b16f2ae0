//! Random requests, made to collide: few keys, few attribute names, few values, all types. One in
//! several is wrong in some way.

use anywhen_model::{Randomness, SeededRandomness};
use serde_json::Value as Json;

use crate::expression::{Action, Condition, Operand, Path, Step, Term};
use crate::fault::Fault;
use crate::request::{Change, Get, Read, Request, Write};
use crate::schema::SCHEMAS;
use crate::statement::{Kind, Statement};
use crate::value::{Item, Value};

/// Attributes that expressions and items share. `status` is a reserved word and `x-y` no word;
/// `g` and `h` are keys of indexes.
const NAMES: &[&str] = &["a", "b", "c", "status", "x-y", "g", "h"];
/// Names within maps, and depths of lists, that paths lead to.
const MEMBERS: &[&str] = &["a", "b", "name"];
const NUMBERS: &[&str] = &["0", "1", "-1", "1.5", "10", "-0.25", "2", "3"];
const STRINGS: &[&str] = &["a", "ab", "b", "abc", "ä", "A", ""];
const ORDERINGS: &[&str] = &["=", "<>", "<", "<=", ">", ">="];

/// A request with its body, and what was made wrong with the body on purpose.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) request: Request,
    pub(crate) body: Json,
    pub(crate) spoiled: Option<Fault>,
}

pub(crate) struct Generator {
    random: SeededRandomness,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: SeededRandomness::new(seed),
        }
    }

    fn word(&self) -> u64 {
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    pub(crate) fn below(&self, bound: usize) -> usize {
        (self.word() % bound as u64) as usize
    }

    pub(crate) fn chance(&self, percent: u64) -> bool {
        self.word() % 100 < percent
    }

    pub(crate) fn one_of<T: Copy>(&self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    fn maybe<T>(&self, percent: u64, make: impl FnOnce() -> T) -> Option<T> {
        self.chance(percent).then(make)
    }

    /// The next request.
    pub(crate) fn step(&self) -> Call {
        let request = match self.below(100) {
            0..59 => Request::Write(self.single_write()),
            59..66 => Request::Get(self.get()),
            66..83 => Request::Read(self.read()),
            83..86 => Request::BatchGet(self.batch_get()),
            86..89 => Request::BatchWrite(self.batch_write()),
            89..94 => Request::TransactWrite(self.transact_write()),
            94..98 => Request::Statement(self.statement()),
            _ => Request::TransactGet((0..=self.below(3)).map(|_| self.get()).collect()),
        };
        let mut body = request.body();
        self.spell_numbers_differently(&mut body);
        let spoiled = match request {
            Request::Statement(_) => None,
            _ => self.maybe(10, || self.spoil(&request, &mut body)).flatten(),
        };
        Call {
            request,
            body,
            spoiled,
        }
    }

    fn table(&self) -> &'static str {
        match self.below(100) {
            0..2 => "Missing",
            2..30 => "Plain",
            _ => "Sorted",
        }
    }

    /// A key of the table, or seldom something that is none.
    fn key(&self, table: &str) -> Item {
        let mut key = Item::new();
        key.insert("pk".to_owned(), Value::s(self.one_of(&["p", "q"])));
        if table != "Plain" {
            key.insert(
                "sk".to_owned(),
                Value::n(self.one_of(&["1", "2", "-1", "1.5"])),
            );
        }
        if self.chance(4) {
            match self.below(4) {
                0 => key.insert("pk".to_owned(), Value::n("1")),
                1 => key.insert("pk".to_owned(), Value::s("")),
                2 => key.insert("more".to_owned(), Value::s("x")),
                _ => key.remove("pk"),
            };
        }
        key
    }

    fn number(&self) -> Value {
        if self.chance(4) {
            let extremes = [
                "12345678901234567890123456789012345678",
                "9E125",
                "-9E125",
                "1E-130",
            ];
            return Value::n(self.one_of(&extremes));
        }
        Value::n(self.one_of(NUMBERS))
    }

    fn string(&self) -> Value {
        Value::s(self.one_of(STRINGS))
    }

    /// A string, number or binary.
    fn ordered(&self) -> Value {
        match self.below(5) {
            0..2 => self.string(),
            2..4 => self.number(),
            _ => Value::B(self.one_of(&["", "a", "ab", "b"]).as_bytes().to_vec()),
        }
    }

    fn set(&self) -> Value {
        let count = 1 + self.below(3);
        match self.below(3) {
            0 => Value::Ss(
                (0..count)
                    .map(|_| self.one_of(STRINGS).to_owned())
                    .collect(),
            ),
            1 => Value::Ns(
                (0..count)
                    .map(|_| self.one_of(NUMBERS).parse().unwrap())
                    .collect(),
            ),
            _ => Value::Bs((0..count).map(|_| vec![self.below(3) as u8]).collect()),
        }
    }

    fn value(&self, depth: usize) -> Value {
        match self.below(if depth == 0 { 8 } else { 12 }) {
            0..4 => self.ordered(),
            4 => Value::Bool(self.chance(50)),
            5 => Value::Null,
            6..8 => self.set(),
            8..10 => Value::L((0..self.below(4)).map(|_| self.value(depth - 1)).collect()),
            _ => {
                let members = (0..self.below(3)).map(|_| self.one_of(MEMBERS).to_owned());
                Value::M(members.map(|name| (name, self.value(depth - 1))).collect())
            }
        }
    }

    /// A value for an attribute, which mostly suits the keys of indexes.
    fn value_of(&self, name: &str) -> Value {
        match name {
            "g" if self.chance(95) => Value::s(self.one_of(&["x", "y"])),
            "h" if self.chance(95) => Value::n(self.one_of(NUMBERS)),
            // Mostly what paths lead into.
            "b" if self.chance(50) => {
                let members = MEMBERS.iter().filter(|_| self.chance(60));
                let members = members.map(|name| ((*name).to_owned(), self.value(1)));
                Value::M(members.collect())
            }
            "c" if self.chance(60) => Value::L((0..self.below(4)).map(|_| self.value(1)).collect()),
            _ => self.value(2),
        }
    }

    fn path(&self) -> Path {
        let mut path = Path::of(self.one_of(&NAMES[..5]));
        if self.chance(15) {
            return Path::of(self.one_of(&["g", "h", "pk"]));
        }
        while self.chance(35) && path.0.len() < 4 {
            let is_name = match path.top() {
                "b" if !path.is_nested() => self.chance(90),
                "c" if !path.is_nested() => self.chance(10),
                _ => self.chance(50),
            };
            path.0.push(if is_name {
                Step::Name(self.one_of(MEMBERS).to_owned())
            } else {
                Step::Index(self.below(4))
            });
        }
        if self.chance(1) {
            path = Path(vec![Step::Name("g".to_owned()), Step::Index(0)]);
        }
        path
    }

    fn paths(&self) -> Vec<Path> {
        (0..=self.below(3)).map(|_| self.path()).collect()
    }

    fn operand(&self, literal: impl Fn() -> Value) -> Operand {
        match self.below(10) {
            0..5 => Operand::Path(self.path()),
            5..9 => Operand::Literal(literal()),
            _ if self.chance(90) => Operand::Size(Box::new(Operand::Path(self.path()))),
            _ => Operand::Size(Box::new(Operand::Literal(self.value(1)))),
        }
    }

    /// A literal that mostly has an order.
    fn comparable(&self) -> Value {
        if self.chance(95) {
            self.ordered()
        } else {
            self.value(1)
        }
    }

    fn condition(&self, depth: usize) -> Condition {
        if depth > 0 && self.chance(45) {
            let inner = || Box::new(self.condition(depth - 1));
            return match self.below(3) {
                0 => Condition::Not(inner()),
                1 => Condition::And(inner(), inner()),
                _ => Condition::Or(inner(), inner()),
            };
        }
        let path = Operand::Path(self.path());
        match self.below(14) {
            0..3 => Condition::Compare(
                self.one_of(&["=", "<>"]),
                path,
                self.operand(|| self.value(1)),
            ),
            3..6 => {
                let (one, other) = (path, self.operand(|| self.comparable()));
                let (one, other) = if self.chance(80) {
                    (one, other)
                } else {
                    (other, one)
                };
                Condition::Compare(self.one_of(ORDERINGS), one, other)
            }
            6 => {
                let (mut lower, mut upper) = (self.comparable(), self.comparable());
                if self.chance(90) {
                    (lower, upper) = (Value::n("-1"), self.one_number_above());
                }
                Condition::Between(path, Operand::Literal(lower), Operand::Literal(upper))
            }
            7 => {
                let candidates = (0..=self.below(3)).map(|_| self.operand(|| self.value(1)));
                Condition::In(path, candidates.collect())
            }
            8 => Condition::Exists(self.path()),
            9 => Condition::NotExists(self.path()),
            10 => {
                let kinds = ["S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"];
                let kind = if self.chance(97) {
                    self.one_of(&kinds)
                } else {
                    "STRING"
                };
                Condition::HasType(self.path(), Value::s(kind))
            }
            11 => {
                let literal = || {
                    if self.chance(95) {
                        self.string()
                    } else {
                        self.value(1)
                    }
                };
                Condition::BeginsWith(path, self.operand_without_size(literal))
            }
            _ => Condition::Contains(path, self.operand(|| self.value(1))),
        }
    }

    fn one_number_above(&self) -> Value {
        Value::n(self.one_of(&["-1", "0", "1.5", "10"]))
    }

    fn operand_without_size(&self, literal: impl Fn() -> Value) -> Operand {
        if self.chance(20) {
            Operand::Path(self.path())
        } else {
            Operand::Literal(literal())
        }
    }

    fn term(&self, depth: usize) -> Term {
        match self.below(10) {
            0..3 => Term::Path(self.path()),
            3..6 if depth > 0 => Term::IfNotExists(self.path(), Box::new(self.term(depth - 1))),
            6..8 if depth > 0 => {
                let list = || match self.below(10) {
                    0..4 => Term::Path(self.path()),
                    4..9 => Term::Literal(Value::L(vec![self.value(1)])),
                    _ => self.term(depth - 1),
                };
                Term::ListAppend(Box::new(list()), Box::new(list()))
            }
            _ => Term::Literal(self.value(2)),
        }
    }

    fn number_term(&self) -> Term {
        match self.below(20) {
            0..3 => Term::Path(self.path()),
            3..8 => Term::Path(Path::of("h")),
            8..12 => Term::IfNotExists(self.path(), Box::new(Term::Literal(self.number()))),
            12 => Term::Literal(self.value(1)),
            _ => Term::Literal(self.number()),
        }
    }

    fn action(&self) -> Action {
        let target = if self.chance(1) {
            Path::of("pk")
        } else {
            self.target()
        };
        match self.below(20) {
            0..8 => {
                let term = if target.is_nested() || self.chance(40) {
                    self.term(2)
                } else {
                    Term::Literal(self.value_of(target.top()))
                };
                Action::Set(target, term)
            }
            8..11 => {
                let sign = self.one_of(&['+', '-']);
                Action::SetSum(target, self.number_term(), sign, self.number_term())
            }
            11..14 => Action::Remove(target),
            14..17 => {
                let value = if self.chance(50) {
                    self.number()
                } else {
                    self.set()
                };
                Action::Add(
                    target,
                    if self.chance(96) {
                        value
                    } else {
                        self.value(1)
                    },
                )
            }
            _ if ["g", "h"].contains(&target.top()) => Action::Remove(target),
            _ => Action::Delete(
                target,
                if self.chance(96) {
                    self.set()
                } else {
                    self.value(1)
                },
            ),
        }
    }

    /// A path that is no key of a table, but may be one of an index.
    fn target(&self) -> Path {
        // Most paths lead nowhere, and most updates are to succeed.
        if self.chance(60) {
            return Path::of(self.one_of(NAMES));
        }
        loop {
            let path = self.path();
            if path.top() != "pk" {
                return path;
            }
        }
    }

    fn actions(&self) -> Vec<Action> {
        if self.chance(12) {
            return self.actions_on_one_list();
        }
        let mut actions: Vec<Action> = Vec::new();
        let allow_overlap = self.chance(5);
        for _ in 0..=self.below(3) {
            let action = self.action();
            let mut faults = Vec::new();
            let mut targets: Vec<&Path> = actions.iter().map(Action::target).collect();
            targets.push(action.target());
            crate::fault::of_paths(&targets, &mut faults);
            if faults.is_empty() || allow_overlap {
                actions.push(action);
            }
        }
        actions
    }

    /// Several elements of one list, also past its end, in any order.
    fn actions_on_one_list(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        let first = self.below(6);
        for offset in (0..6).filter(|_| self.chance(60)) {
            let index = Step::Index((first + offset) % 6);
            let target = Path(vec![Step::Name("c".to_owned()), index]);
            actions.push(match self.below(5) {
                0 => Action::Remove(target),
                1 => Action::Add(target, Value::n("1")),
                2 => Action::Set(target, Term::Path(Path::of("a"))),
                _ => Action::Set(target, Term::Literal(self.value(1))),
            });
        }
        actions
    }

    fn item(&self, table: &str) -> Item {
        let mut item = self.key(table);
        for name in NAMES {
            if self.chance(50) {
                item.insert((*name).to_owned(), self.value_of(name));
            }
        }
        item
    }

    fn single_write(&self) -> Write {
        let table = self.table();
        let change = match self.below(10) {
            0..3 => Change::Put(self.item(table)),
            3..9 if self.chance(97) => Change::Update(self.key(table), self.actions()),
            3..9 => Change::Update(self.key(table), Vec::new()),
            _ => Change::Delete(self.key(table)),
        };
        let all = ["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"];
        let returns = if matches!(change, Change::Update(..)) || self.chance(5) {
            self.maybe(80, || self.one_of(&all))
        } else {
            self.maybe(60, || self.one_of(&all[..2]))
        };
        Write {
            returns,
            ..self.write(table, change)
        }
    }

    fn write(&self, table: &'static str, change: Change) -> Write {
        Write {
            table,
            change,
            condition: self.maybe(35, || self.condition(2)),
            returns: None,
            shows_item: self.chance(50),
            style: self.word(),
        }
    }

    fn get(&self) -> Get {
        let table = self.table();
        Get {
            table,
            key: self.key(table),
            projection: self.maybe(50, || self.paths()).unwrap_or_default(),
            style: self.word(),
        }
    }

    fn statement(&self) -> Statement {
        let table = self.one_of(&["Plain", "Sorted"]);
        let key = loop {
            let key = self.key(table);
            let mut values = key.values();
            let length = if table == "Plain" { 1 } else { 2 };
            if key.len() == length && key["pk"].type_name() == "S" && !values.any(Value::is_empty) {
                break key;
            }
        };
        let kind = match self.below(5) {
            0 => Kind::Select,
            1..3 => Kind::Insert,
            3 => Kind::Update(self.whole_attributes()),
            _ => Kind::Delete,
        };
        let returning = match kind {
            Kind::Select | Kind::Insert => None,
            Kind::Delete => self.maybe(50, || "ALL OLD"),
            Kind::Update(_) => self.maybe(70, || {
                self.one_of(&["ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW"])
            }),
        };
        let is_insert = matches!(kind, Kind::Insert);
        Statement {
            table,
            key: if is_insert { self.item(table) } else { key },
            kind,
            predicate: self
                .maybe(30, || ("a", self.value(1)))
                .filter(|_| !is_insert),
            returning,
        }
    }

    /// Settings and removals of different attributes.
    fn whole_attributes(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        while actions.is_empty() {
            for name in NAMES {
                match self.below(5) {
                    0 => {
                        let value = Term::Literal(self.value_of(name));
                        actions.push(Action::Set(Path::of(name), value));
                    }
                    1 => actions.push(Action::Remove(Path::of(name))),
                    _ => {}
                }
            }
        }
        actions
    }

    fn batch_get(&self) -> Vec<Get> {
        let mut gets: Vec<Get> = Vec::new();
        for _ in 0..=self.below(4) {
            let mut get = self.get();
            // The keys of one table share its options.
            if let Some(other) = gets.iter().find(|other| other.table == get.table) {
                get.projection.clone_from(&other.projection);
            }
            let is_new = gets
                .iter()
                .all(|other| (other.table, &other.key) != (get.table, &get.key));
            if is_new || self.chance(5) {
                gets.push(get);
            }
        }
        gets
    }

    fn batch_write(&self) -> Vec<Write> {
        let writes = (0..=self.below(5)).map(|_| {
            let table = self.table();
            let change = if self.chance(70) {
                Change::Put(self.item(table))
            } else {
                Change::Delete(self.key(table))
            };
            Write {
                condition: None,
                shows_item: false,
                ..self.write(table, change)
            }
        });
        self.mostly_of_different_items(writes.collect())
    }

    fn transact_write(&self) -> Vec<Write> {
        let writes = (0..=self.below(4)).map(|_| {
            let table = self.table();
            let key = self.key(table);
            let change = match self.below(8) {
                0..2 => Change::Put(self.item(table)),
                2..5 => Change::Update(key, vec![self.action()]),
                5 => Change::Delete(key),
                _ => Change::Check(key),
            };
            let mut write = self.write(table, change);
            if matches!(write.change, Change::Check(_)) && write.condition.is_none() {
                write.condition = Some(self.condition(1));
            }
            write
        });
        self.mostly_of_different_items(writes.collect())
    }

    fn mostly_of_different_items(&self, writes: Vec<Write>) -> Vec<Write> {
        let key = |write: &Write| {
            let key = write.change.key();
            (write.table, key.get("pk").cloned(), key.get("sk").cloned())
        };
        let mut kept: Vec<Write> = Vec::new();
        for write in writes {
            if self.chance(5) || kept.iter().all(|other| key(other) != key(&write)) {
                kept.push(write);
            }
        }
        kept
    }

    fn read(&self) -> Read {
        let table = self.table();
        let schema = SCHEMAS.iter().find(|schema| schema.name == table);
        let indexes = schema.map_or(&[][..], |schema| schema.indexes);
        let index = if indexes.is_empty() || self.chance(40) {
            self.maybe(1, || "no-such-index")
        } else {
            Some(indexes[self.below(indexes.len())].name)
        };
        let known = indexes.iter().find(|known| Some(known.name) == index);
        let key = known.map_or(
            schema.map_or(&[("pk", "S")][..], |schema| schema.key),
            |known| known.key,
        );
        let is_query = self.chance(65);
        // What a local index does not hold is not filtered by.
        let holds = |path: &Path| match (known, schema) {
            (Some(index), Some(schema)) => index.is_global || index.holds(schema, path.top()),
            _ => true,
        };
        let filter = self.maybe(30, || self.condition(1));
        let filter = filter.filter(|filter| filter.paths().into_iter().all(holds));
        let counts_only = self.chance(15);
        let projection = self.maybe(30, || self.paths()).unwrap_or_default();
        Read {
            table,
            index,
            key_conditions: if is_query {
                self.key_conditions(key)
            } else {
                Vec::new()
            },
            forward: !is_query || self.chance(60),
            filter,
            projection: if counts_only { Vec::new() } else { projection },
            counts_only,
            limit: self.maybe(50, || 1 + self.below(4)),
            segments: if is_query {
                None
            } else {
                self.maybe(30, || 1 + self.below(3))
            },
            style: self.word(),
        }
    }

    fn key_conditions(&self, key: &[(&'static str, &'static str)]) -> Vec<Condition> {
        let value = |kind: &str, name: &str| match (kind, name) {
            _ if self.chance(2) => self.ordered(),
            ("S", "pk") => Value::s(self.one_of(&["p", "q"])),
            ("S", _) => Value::s(self.one_of(&["x", "y"])),
            _ => Value::n(self.one_of(&["1", "2", "-1", "1.5", "0", "3"])),
        };
        let compare = |operator: &'static str, name: &str, value: Value| {
            let (one, other) = (Operand::Path(Path::of(name)), Operand::Literal(value));
            if self.chance(90) {
                return Condition::Compare(operator, one, other);
            }
            let flipped = match operator {
                "<" => ">",
                "<=" => ">=",
                ">" => "<",
                ">=" => "<=",
                other => other,
            };
            Condition::Compare(flipped, other, one)
        };
        let (name, kind) = key[0];
        let operator = if self.chance(98) {
            "="
        } else {
            self.one_of(ORDERINGS)
        };
        let mut conditions = vec![compare(operator, name, value(kind, name))];
        if self.chance(55) {
            let (name, kind) = match key.get(1) {
                Some(sort) if self.chance(97) => *sort,
                _ if self.chance(10) => ("b", "S"),
                _ => return conditions,
            };
            let operator = if self.chance(98) {
                self.one_of(&["=", "<", "<=", ">", ">=", "BETWEEN"])
            } else {
                self.one_of(&["<>", "begins_with"])
            };
            let path = Operand::Path(Path::of(name));
            conditions.push(match operator {
                "BETWEEN" => {
                    let (lower, upper) = (value(kind, name), value(kind, name));
                    let (lower, upper) = if lower <= upper {
                        (lower, upper)
                    } else {
                        (upper, lower)
                    };
                    Condition::Between(path, Operand::Literal(lower), Operand::Literal(upper))
                }
                "begins_with" => Condition::BeginsWith(path, Operand::Literal(value(kind, name))),
                operator => compare(operator, name, value(kind, name)),
            });
        }
        if self.chance(50) {
            conditions.reverse();
        }
        if self.chance(1) {
            conditions.remove(0);
        }
        if conditions.is_empty() {
            conditions.push(compare("=", "b", Value::s("x")));
        }
        conditions
    }
}
