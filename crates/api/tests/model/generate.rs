//! Random requests, made to collide: few keys, few attribute names, few values, all types. One in
//! several is wrong in some way.

mod expressions;
mod legacy;
mod requests;

use std::cell::RefCell;

use anywhen_model::{Randomness, SeededRandomness};
use serde_json::{Value as Json, json};

use crate::capacity::Options;
use crate::fault::Fault;
use crate::request::Request;
use crate::value::{Item, Value};

/// Attributes that expressions and items share. `status` is a reserved word and `x-y` no word;
/// the last four are keys of indexes.
const NAMES: &[&str] = &["a", "b", "c", "status", "x-y", "g", "h", "i", "j"];
/// Names within maps, and depths of lists, that paths lead to.
const MEMBERS: &[&str] = &["a", "b", "name"];
const NUMBERS: &[&str] = &["0", "1", "-1", "1.5", "10", "-0.25", "2", "3"];
const STRINGS: &[&str] = &["a", "ab", "b", "abc", "ä", "A", ""];
const ORDERINGS: &[&str] = &["=", "<>", "<", "<=", ">", ">="];

/// A request with its body, and what was made wrong with the body on purpose.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) request: Request,
    pub(crate) options: Options,
    pub(crate) body: Json,
    pub(crate) spoiled: Option<Fault>,
}

impl Call {
    pub(crate) fn new(request: Request, options: Options) -> Self {
        let mut body = request.body();
        if let Some(capacity) = options.capacity {
            body["ReturnConsumedCapacity"] = json!(capacity);
        }
        if options.collections {
            body["ReturnItemCollectionMetrics"] = json!("SIZE");
        }
        if let Some(token) = options.token {
            body["ClientRequestToken"] = json!(token);
        }
        Self {
            request,
            options,
            body,
            spoiled: None,
        }
    }
}

pub(crate) struct Generator {
    random: SeededRandomness,
    /// The last transaction that had a token, to be sent again.
    transaction: RefCell<Option<(Request, Options)>>,
}

impl Generator {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            random: SeededRandomness::new(seed),
            transaction: RefCell::default(),
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
        if self.chance(3)
            && let Some((request, options)) = self.transaction.borrow().clone()
        {
            return self.again(request, options);
        }
        let request = match self.below(100) {
            0..59 => Request::Write(self.single_write()),
            59..66 => Request::Get(self.single_get()),
            66..83 => Request::Read(self.read()),
            83..86 => Request::BatchGet(self.batch_get()),
            86..89 => Request::BatchWrite(self.batch_write()),
            89..94 => Request::TransactWrite(self.transact_write()),
            94..96 => Request::Statement(self.statement()),
            96 => Request::BatchStatement(self.statements()),
            97 => Request::TransactStatement(self.transact_statements()),
            _ => Request::TransactGet((0..=self.below(3)).map(|_| self.get()).collect()),
        };
        let options = self.options(&request);
        let mut call = Call::new(request, options);
        if call.options.token.is_some() {
            let sent = (call.request.clone(), call.options.clone());
            *self.transaction.borrow_mut() = Some(sent);
        }
        self.spell_numbers_differently(&mut call.body);
        call.spoiled = match call.request {
            Request::Statement(_) | Request::BatchStatement(_) | Request::TransactStatement(_) => {
                None
            }
            _ => self
                .maybe(10, || self.spoil(&call.request, &mut call.body))
                .flatten(),
        };
        call
    }

    /// A transaction sent once more, spelled a little otherwise and asking for other figures.
    fn again(&self, request: Request, options: Options) -> Call {
        let options = Options {
            token: options.token,
            ..self.options(&request)
        };
        let mut call = Call::new(request, options);
        self.spell_numbers_differently(&mut call.body);
        call
    }

    fn options(&self, request: &Request) -> Options {
        let writes = matches!(
            request,
            Request::Write(_) | Request::BatchWrite(_) | Request::TransactWrite(_)
        );
        let capacity = self.one_of(&["NONE", "TOTAL", "INDEXES", "INDEXES"]);
        Options {
            capacity: self.maybe(50, || capacity),
            collections: writes && self.chance(20),
            token: self
                .maybe(60, || self.one_of(&["t1", "t2", "t3", "t4", "t5", "t6"]))
                .filter(|_| matches!(request, Request::TransactWrite(_))),
            after_pause: self.chance(1),
        }
    }

    fn table(&self) -> &'static str {
        match self.below(100) {
            0..2 => "Missing",
            2..25 => "Plain",
            25..45 => "Wide",
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
            // Keys of one table only.
            "i" | "j" if self.chance(99) => Value::s(self.one_of(&["x", "y"])),
            // Enough to cost more than the least; each string small enough for a key.
            "c" if self.chance(10) => {
                let texts = (0..self.below(7)).map(|_| "x".repeat(self.below(1000)));
                Value::L(texts.map(Value::S).collect())
            }
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
}
