//! The parameters from before there were expressions, and the conditions they stand for.

use serde_json::{Map, Value as Json, json};

use crate::expression::{Condition, Operand, Path};
use crate::fault::Fault;
use crate::value::Value;

/// A `ComparisonOperator` with its values, of one attribute.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    pub(crate) name: String,
    pub(crate) operator: &'static str,
    pub(crate) values: Vec<Value>,
}

/// A `QueryFilter`, `ScanFilter`, `Expected` or `KeyConditions`: tests of different attributes.
#[derive(Debug, Clone)]
pub(crate) struct Tests {
    pub(crate) each: Vec<Test>,
    /// `ConditionalOperator`.
    pub(crate) joined_by: Option<&'static str>,
    /// Decides bit by bit what `Expected` could spell in two ways.
    pub(crate) style: u64,
}

impl Test {
    /// What it says of an item; `None` if it says nothing, because it is wrong or no condition of
    /// a key.
    pub(crate) fn condition(&self) -> Option<Condition> {
        let path = Path::of(&self.name);
        let operand = Operand::Path(path.clone());
        let literals = self.values.iter().cloned().map(Operand::Literal);
        let literals: Vec<Operand> = literals.collect();
        let compare = |operator| {
            let literal = literals.first()?.clone();
            Some(Condition::Compare(operator, operand.clone(), literal))
        };
        match self.operator {
            "EQ" => compare("="),
            "NE" => compare("<>"),
            "LT" => compare("<"),
            "LE" => compare("<="),
            "GT" => compare(">"),
            "GE" => compare(">="),
            "IN" => Some(Condition::In(operand, literals)),
            "BETWEEN" => {
                let [lower, upper] = literals.try_into().ok()?;
                Some(Condition::Between(operand, lower, upper))
            }
            "NULL" => Some(Condition::NotExists(path)),
            "NOT_NULL" => Some(Condition::Exists(path)),
            "CONTAINS" => Some(Condition::Contains(operand, literals.first()?.clone())),
            "NOT_CONTAINS" => {
                let contains = Condition::Contains(operand, literals.first()?.clone());
                Some(Condition::Not(Box::new(contains)))
            }
            "BEGINS_WITH" => Some(Condition::BeginsWith(operand, literals.first()?.clone())),
            other => unreachable!("there is no operator {other}"),
        }
    }

    /// Whether a key can be looked up by it.
    pub(crate) fn is_of_key(&self) -> bool {
        let of_key = ["EQ", "LT", "LE", "GT", "GE", "BETWEEN", "BEGINS_WITH"];
        of_key.contains(&self.operator)
    }

    fn faults(&self, faults: &mut Vec<Fault>) {
        let counts = match self.operator {
            "NULL" | "NOT_NULL" => 0..=0,
            "BETWEEN" => 2..=2,
            "IN" => 1..=usize::MAX,
            _ => 1..=1,
        };
        if !counts.contains(&self.values.len()) {
            faults.push(Fault::validation(format!(
                "Invalid number of argument(s) for the {} ComparisonOperator",
                self.operator
            )));
        }
        let types: Vec<_> = self.values.iter().map(Value::type_name).collect();
        if types.iter().any(|name| *name != types[0]) {
            faults.push(Fault::validation(
                "AttributeValues inside AttributeValueList must be of same type",
            ));
        }
        let allowed: &[&str] = match self.operator {
            "LT" | "LE" | "GT" | "GE" | "IN" | "BETWEEN" => &["S", "N", "B"],
            "CONTAINS" | "NOT_CONTAINS" => &["S", "N", "B", "BOOL", "NULL"],
            "BEGINS_WITH" => &["S", "B"],
            _ => return,
        };
        if let Some(name) = types.iter().find(|name| !allowed.contains(name)) {
            faults.push(Fault::validation(format!(
                "ComparisonOperator {} is not valid for {name} AttributeValue type",
                self.operator
            )));
        }
        if let ("BETWEEN", [lower, upper]) = (self.operator, self.values.as_slice())
            && lower.compare(upper).is_some_and(std::cmp::Ordering::is_gt)
        {
            faults.push(Fault::validation(
                "a range where the lower bound is greater than the upper bound",
            ));
        }
    }

    fn list(&self) -> Json {
        self.values.iter().map(Value::to_json).collect()
    }

    fn body(&self) -> Json {
        let mut body = json!({"ComparisonOperator": self.operator});
        if !self.values.is_empty() {
            body["AttributeValueList"] = self.list();
        }
        body
    }

    /// As an entry of `Expected`, in one of the ways there are.
    fn expectation(&self, style: u64) -> Json {
        match (self.operator, self.values.as_slice(), style % 4) {
            ("EQ", [value], 0) => json!({"Value": value.to_json()}),
            ("EQ", [value], 1) => json!({"Value": value.to_json(), "Exists": true}),
            (operator, [value], 2) if !operator.ends_with("NULL") => {
                json!({"ComparisonOperator": operator, "Value": value.to_json()})
            }
            ("NULL", [], 0..2) => json!({"Exists": false}),
            ("NULL" | "NOT_NULL", [], _) => self.body(),
            _ => json!({"ComparisonOperator": self.operator, "AttributeValueList": self.list()}),
        }
    }
}

impl Tests {
    /// What they say of an item together.
    pub(crate) fn condition(&self) -> Option<Condition> {
        let conditions = self.each.iter().filter_map(Test::condition);
        conditions.reduce(|one, other| match self.joined_by {
            Some("OR") => Condition::Or(Box::new(one), Box::new(other)),
            _ => Condition::And(Box::new(one), Box::new(other)),
        })
    }

    /// What is wrong with them, whatever they are tests of.
    pub(crate) fn faults(&self, faults: &mut Vec<Fault>) {
        for test in &self.each {
            test.faults(faults);
        }
        if self.joined_by.is_some() && self.each.len() < 2 {
            faults.push(Fault::validation(
                "ConditionalOperator can only be used when Filter or Expected has two or",
            ));
        }
    }

    /// Adds them to a request as conditions of a key, or as a filter.
    pub(crate) fn add_as(&self, member: &str, body: &mut Json) {
        self.add(member, body, |test, _| test.body());
    }

    /// Adds them to a request as its `Expected`.
    pub(crate) fn add_as_expected(&self, body: &mut Json) {
        self.add("Expected", body, Test::expectation);
    }

    fn add(&self, member: &str, body: &mut Json, spelled: impl Fn(&Test, u64) -> Json) {
        let mut style = self.style;
        let entries = self.each.iter().map(|test| {
            style = style.rotate_right(2);
            (test.name.clone(), spelled(test, style))
        });
        body[member] = entries.collect::<Map<_, _>>().into();
        if let Some(operator) = self.joined_by {
            body["ConditionalOperator"] = json!(operator);
        }
    }
}
